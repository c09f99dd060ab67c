"""The examples of NeuroML, run in NEURON without Java, beside jNeuroML.

The judge steps by Euler's method, so its spikes are late or early by an amount that is proportional to its step. What
is right is where they get to as the step gets smaller: twice the times of half a step, minus those of the whole step.
"""

import pickle
from pathlib import Path

import numpy as np
import pytest

import netspec
from netspec.formats.neuroml import files
from neuroml import judge

pytestmark = [pytest.mark.oracle, pytest.mark.neuron]

HERE = Path(__file__).parent
RANKS = (2, 3)
LATE = 0.011
"""How far spikes of cells with Hodgkin-Huxley channels may be from where the judge's get to [ms]."""
TIMES = {
    "1_HH": LATE,
    "3_Net": LATE,
    "5_DetCell": LATE,
    "10_Q10": LATE,
    "18_GHK": 0.001,
    "24_FractionalConductance": LATE,
    "26_Weights": LATE,
    "12_Net2": 0.02,
    "6_NMDA": 0.02,
    "7_STP": 0.03,
}
"""Example -> largest distance in time [ms] of any column from where the judge's files get to."""
EVERY = [name for name in TIMES]
SLOW = {"18_GHK", "26_Weights", "24_FractionalConductance", "7_STP"}


@pytest.fixture(scope="module")
def examples(tmp_path_factory):
    """The folder with the LEMS files."""
    return judge.lay_out(tmp_path_factory.mktemp("neuroml"))


@pytest.fixture(scope="module")
def written(examples, tmp_path_factory):
    """written(name): the folder with the files of a run here."""
    kept = {}

    def result(name):
        if name not in kept:
            net, options, mods = netspec.import_neuroml(examples / f"{judge.EXAMPLE}{name}.xml")
            results = netspec.run(net, options, mod=mods)
            kept[name] = tmp_path_factory.mktemp(name)
            files.write(results, options["saveLems"], kept[name])
        return kept[name] / "results"

    return result


def named(names):
    return [pytest.param(n, marks=pytest.mark.slow) if n in SLOW else n for n in names]


@pytest.mark.parametrize("name", named(EVERY))
def test_curves_pass_their_middle_when_the_judges_do(name, written):
    whole, half = judge.reference(name), judge.reference(name, 2)
    compared = 0
    for path in sorted(whole.glob("*.dat")):
        times, expected = judge.columns(path)
        finer, more = judge.columns(half / path.name)
        own, found = judge.columns(written(name) / path.name)
        assert len(own) == len(times)
        assert own == pytest.approx(times, abs=1e-9)
        for column, fine, ours in zip(expected, more, found, strict=True):
            middle = (column.max() + column.min()) / 2
            coarse = judge.crossings(times, column, middle)
            there = 2 * judge.crossings(finer, fine, middle) - coarse
            here = judge.crossings(own, ours, middle)
            assert here * 1e3 == pytest.approx(there * 1e3, abs=TIMES[name])
            compared += len(here)
    assert compared > 0
