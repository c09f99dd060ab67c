"""YAML experiments against jNeuroML: what it makes of our LEMS, and of its own example of a network."""

import shutil
from pathlib import Path

import neuroml_examples as examples
import numpy as np
import pytest

from netspec.formats import experiment

HERE = Path(__file__).parent / "experiments"

pytestmark = pytest.mark.skipif(shutil.which("java") is None, reason="jNeuroML needs Java")


@pytest.mark.parametrize("name", ["kinds_of_synapse", "sources"])
def test_jneuroml_writes_the_same_bytes_from_the_rendered_lems(name, tmp_path):
    lems = tmp_path / "LEMS_experiment.xml"
    lems.write_text(experiment.lems(HERE / f"{name}.yaml"))
    examples.run(lems)
    output = experiment.run(HERE / f"{name}.yaml", tmp_path / "ours")
    assert len(output.columns) == {"kinds_of_synapse": 7, "sources": 9}[name]
    assert output.written[0].read_bytes() == (tmp_path / "experiment.dat").read_bytes()


def test_the_network_of_example_12_in_nine_of_nine_traces(tmp_path):
    folder = examples.lay_out(tmp_path)
    examples.run(folder / "LEMS_NML2_Ex12_Net2.xml")
    ours = experiment.run(HERE / "sources.yaml", tmp_path / "ours").written[0]
    theirs = folder / "results" / "ex12.dat"
    a, b = np.loadtxt(ours), np.loadtxt(theirs)
    assert a.shape == b.shape == (60001, 10)
    np.testing.assert_array_equal(a, b)
