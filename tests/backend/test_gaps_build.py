"""Pointer connections against the cable equation and plain NEURON, on any number of ranks."""

import json
import math
from pathlib import Path

import coupled
import numpy as np
import pytest
from neuron import h

from netspec import model
from netspec.errors import SpecError
from netspec.neuron import check, mechanisms
from netspec.spec import Spec
from netspec.spec.cell import Synapse
from netspec.spec.network import ConnectionRule, Network

pytestmark = pytest.mark.neuron

SCRIPT = Path(coupled.__file__)
BOTH_WAYS = {"mod": "GapJunction", "gmax": 0.0005, "pointerParams": {"target_var": "vpeer"}}
ONE_WAY = {**BOTH_WAYS, "pointerParams": {"target_var": "vpeer", "bidirectional": False}}
POINTER = {"mod": "PointerGap", "gmax": 0.0005, "pointerParams": {"target_var": "other"}}
KINDS = {"both ways": BOTH_WAYS, "one way": ONE_WAY, "POINTER": POINTER}
LEAK = 0.0001 * math.pi * 20 * 20 * 1e-8 * 1e6
"""Input conductance of a cell [uS]."""


@pytest.fixture(scope="module", autouse=True)
def _mod():
    mechanisms.load(coupled.MOD)


@pytest.fixture(scope="module")
def on_ranks(start):
    """on_ranks(ranks, settings): what coupled.py prints."""

    def run(ranks, **settings):
        done = start(ranks, SCRIPT, json.dumps(settings))
        assert done.returncode == 0, done.stderr[-3000:]
        return json.loads(next(line for line in done.stdout.splitlines() if line.startswith("{")))

    return run


def plain_neuron(synapse, duration=200.0):
    """Potentials of two cells that a plain NEURON script couples by what each finds in the other."""
    cells = []
    for name in ("first", "second"):
        cell = h.Section(name=name)
        cell.L = cell.diam = 20.0
        cell.insert("pas")
        cell.g_pas, cell.e_pas = 0.0001, -70.0
        cells.append(cell)
    clamp = h.IClamp(cells[0](0.5))
    clamp.delay, clamp.dur, clamp.amp = 5, 1e6, 0.01
    pc, junctions = h.ParallelContext(), []
    for end in (0, 1) if synapse is BOTH_WAYS else (1,):
        junctions.append(h.GapJunction(cells[end](0.5)))
        junctions[-1].gmax = synapse["gmax"]
        junctions[-1].weight = 1.5
        pc.source_var(cells[1 - end](0.5)._ref_v, 100 + end, sec=cells[1 - end])
        pc.target_var(junctions[-1], junctions[-1]._ref_vpeer, 100 + end)
    recorded = [h.Vector().record(cell(0.5)._ref_v, 1.0) for cell in cells]
    h.celsius, h.dt = 6.3, 0.025
    pc.set_maxstep(10)
    pc.setup_transfer()
    h.finitialize(-70)
    pc.psolve(duration)
    found = [np.array(vector) for vector in recorded]
    pc.gid_clear()
    return found


@pytest.mark.parametrize("synapse", [BOTH_WAYS, ONE_WAY], ids=["both ways", "one way"])
def test_same_as_a_plain_script(synapse):
    expected = plain_neuron(synapse)
    found, _ = coupled.voltages(synapse, {"weight": 1.5})
    for gid in (0, 1):
        assert np.allclose(found[gid], expected[gid], rtol=0, atol=1e-12)
    assert found[1][-1] > -69


@pytest.mark.parametrize("synapse", KINDS.values(), ids=KINDS)
def test_steady_state_is_that_of_the_circuit(synapse):
    """Two leaks and a junction: Kirchhoff's law, the junction loading the first cell or not."""
    found, _ = coupled.voltages(synapse)
    share = 0.0 if synapse is ONE_WAY else 1.0
    junction = synapse["gmax"]
    passed = junction / (junction + LEAK)
    first = 0.01 / (LEAK + share * junction * (1 - passed))
    assert [found[0][-1] + 70, found[1][-1] + 70] == pytest.approx([first, passed * first], rel=1e-4)


@pytest.mark.parametrize("synapse", KINDS.values(), ids=KINDS)
@pytest.mark.parametrize("ranks", [2, 3])
def test_voltages_do_not_depend_on_ranks(on_ranks, synapse, ranks):
    """Nor do the ids of the transfers, and the ends of all ranks together are those of one."""
    settings = {"synapse": synapse, "cells": 5}
    assert on_ranks(ranks, **settings) == on_ranks(1, **settings)


def test_a_pointer_is_as_good_as_a_variable():
    assert coupled.voltages(POINTER)[0] == coupled.voltages(BOTH_WAYS)[0]


def test_variable_step_on_one_rank():
    fixed, _ = coupled.voltages(BOTH_WAYS)
    variable, _ = coupled.voltages(BOTH_WAYS, cvode_active=True)
    assert np.allclose(fixed[1], variable[1], rtol=0, atol=0.02)


def test_networks_one_after_another():
    first, _ = coupled.voltages(BOTH_WAYS)
    coupled.voltages(ONE_WAY, cells=3)
    assert coupled.voltages(BOTH_WAYS)[0] == first


def test_weight_counts_where_there_is_one():
    double, _ = coupled.voltages(BOTH_WAYS, {"weight": 2})
    doubled, _ = coupled.voltages({**BOTH_WAYS, "gmax": 0.001})
    assert np.allclose(double[1], doubled[1], rtol=0, atol=1e-12)


def test_delay_does_not_matter():
    usual, _ = coupled.voltages(BOTH_WAYS)
    assert coupled.voltages(BOTH_WAYS, {"delay": 0})[0] == usual


def test_a_variable_that_the_segment_lacks():
    params = {**BOTH_WAYS["pointerParams"], "source_var": "ina"}
    with pytest.raises(SpecError, match=r"\['gap'\]\.pointerParams\['source_var'\]\n.*no variable 'ina'"):
        coupled.voltages({**BOTH_WAYS, "pointerParams": params})


def problems(params, mod="GapJunction", **rule):
    network = Network(
        synapses={"gap": Synapse("gap", mod, pointer_params=params)},
        connections={"r": ConnectionRule("r", {}, {}, syn_mech="gap", **rule)},
    )
    return {p.path: p.message for p in check.problems(model.resolve(Spec(network)))}


PARAMS = "netParams.synMechParams['gap'].pointerParams"


@pytest.mark.parametrize(
    ("params", "path", "message"),
    [
        (
            {"target_var": "vper"},
            "target_var",
            "'GapJunction' has no variable 'vper'. Did you mean",
        ),
        (
            {"target_var": "vpeer", "source_var": "vv"},
            "source_var",
            "a segment has no variable 'vv'",
        ),
    ],
)
def test_variables_that_do_not_exist(params, path, message):
    found = problems(params)
    assert list(found) == [f"{PARAMS}.{path}"]
    assert message in found[f"{PARAMS}.{path}"]
    assert problems({"target_var": "vpeer", "source_var": "v"}) == {}


def test_a_gap_junction_by_a_mechanism_without_vpeer():
    found = problems(None, mod="ExpSyn", gap_junction=True)
    assert list(found) == ["netParams.synMechParams['gap'].mod"]
    assert "'ExpSyn' has no variable 'vpeer'" in found["netParams.synMechParams['gap'].mod"]
    assert problems(None, gap_junction=True) == {}
