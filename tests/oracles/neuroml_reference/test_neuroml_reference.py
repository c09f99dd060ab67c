"""Reference mode against jNeuroML, live: the files that both write for the examples of NeuroML."""

import shutil

import neuroml_examples as examples
import numpy as np
import pytest

from netspec.errors import SpecError
from netspec.lems import reference

QUICK = ("0_IaF", "1_HH", "3_Net", "9_FN", "12_Net2", "13_Instances")
RANDOM = ("16_Inputs", "23_Spiketimes")
DIGITS = {"15_CaDynamics": 3e-7}
"""Relative to the largest value; all others have the same digits, but for the last one or two of 7."""

pytestmark = pytest.mark.skipif(shutil.which("java") is None, reason="jNeuroML needs Java")


def _both(name, tmp_path):
    """(ours, theirs) of all files of an example."""
    folder = examples.lay_out(tmp_path)
    lems = folder / f"LEMS_NML2_Ex{name}.xml"
    examples.run(lems)
    output = reference.run(lems, tmp_path / "ours")
    assert output.written
    return [(ours, folder / ours.relative_to(tmp_path / "ours")) for ours in output.written]


def _cases():
    for name in examples.names():
        if name not in (*RANDOM, "25_MultiComp"):
            yield pytest.param(name, marks=() if name in QUICK else pytest.mark.slow)


@pytest.mark.parametrize("name", list(_cases()))
def test_the_same_files(name, tmp_path):
    for ours, theirs in _both(name, tmp_path):
        if ours.suffix == ".spikes":
            assert ours.read_text() == theirs.read_text()
            continue
        a, b = np.loadtxt(ours), np.loadtxt(theirs)
        assert a.shape == b.shape
        largest = np.abs(b).max(axis=0)
        assert (np.abs(a - b).max(axis=0) <= DIGITS.get(name, 1e-7) * largest).all()


@pytest.mark.slow
def test_random_inputs_by_their_statistics(tmp_path):
    for ours, theirs in _both("16_Inputs", tmp_path):
        a, b = np.loadtxt(ours), np.loadtxt(theirs)
        same = np.abs(a - b).max(axis=0) == 0
        # time, and the cells with inputs that are not random
        assert same.sum() == 8
        # cells whose inputs are Poisson
        assert np.abs(a[:, ~same].mean(axis=0) - b[:, ~same].mean(axis=0)).max() < 5e-3


@pytest.mark.slow
def test_random_sources_by_their_statistics(tmp_path):
    for ours, theirs in _both("23_Spiketimes", tmp_path):
        if "iaf.spikes" in ours.name:
            a, b = (np.loadtxt(file) for file in (ours, theirs))
            # 79 and 80 were expected of a process with this rate: five standard deviations
            assert abs(len(a) - len(b)) < 5 * np.sqrt(2 * len(b))


def test_more_than_one_segment_is_an_error_in_both(tmp_path):
    lems = examples.lay_out(tmp_path) / "LEMS_NML2_Ex25_MultiComp.xml"
    with pytest.raises(SpecError, match=r"MultiCompCellNetwork.nml:34\n.*cells of one segment.*here are 4"):
        reference.run(lems, tmp_path)
    with pytest.raises(AssertionError):
        examples.run(lems)
