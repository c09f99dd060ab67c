"""YAML experiments against jNeuroML: what it makes of our LEMS, and of its own example of a network."""

import re
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


INCLUDED = """
include: [cells.xml]
network:
  nodes:
    - {id: pre, dynamics: hhcell_1}
    - {id: a, dynamics: hhcell_2}
    - {id: b, dynamics: hhcell_2}
    - {id: c, dynamics: hhcell_2}
    - {id: clamp, dynamics: pulseGenerator, parameters: {delay: 25 ms, duration: 50 ms, amplitude: 0.065 nA}}
  edges:
    - {source: clamp, target: pre}
    - {source: pre, target: a, coupling: syn1exp}
    - {source: pre, target: b, coupling: syn2exp}
    - {source: pre, target: c, coupling: synalpha}
integration: {method: euler, step_size: 0.005, duration: 100}
"""


def test_the_network_of_example_3_in_three_of_three_traces(tmp_path):
    folder = examples.lay_out(tmp_path)
    text = (folder / "LEMS_NML2_Ex3_Net.xml").read_text()
    examples.run(folder / "LEMS_NML2_Ex3_Net.xml")
    parts = re.finditer(r"<(ionChannel\w*|pointCell\w*|\w+Synapse)\b[^>]*?(?:/>|>.*?</\1>)", text, re.DOTALL)
    cells = "".join(part[0] for part in parts)
    (folder / "cells.xml").write_text(f'<Lems><Include file="Cells.xml"/>{cells}</Lems>')
    (folder / "own.yaml").write_text(INCLUDED)
    ours = np.loadtxt(experiment.run(folder / "own.yaml", tmp_path / "ours").written[0])
    theirs = np.loadtxt(folder / "results" / "ex3_v.dat")
    assert ours.shape == (20001, 5)
    np.testing.assert_array_equal(ours[:, [0, 2, 3, 4]], theirs)
