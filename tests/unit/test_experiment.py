"""YAML experiments: what they run as, and where each mistake in them is said to be."""

import numpy as np
import pytest
from typer.testing import CliRunner

from netspec import target
from netspec.__main__ import app
from netspec.errors import FileError, NetspecError, SpecError
from netspec.formats import experiment

PLAIN = """\
dynamics:
  name: leaky
  parameters:
    rest: {value: -50.0}
    tau: {value: 30.0}
  state_variables:
    v:
      equation: {rhs: "(rest - v) / tau"}
      initial_value: -70
  events:
    spike:
      condition: {rhs: "v > -55"}
      affect: {rhs: "v = -70"}
integration: {method: euler, step_size: 0.5, duration: 100, time_scale: ms}
"""
CELLS = """\
network:
  dynamics:
    leaky:
      parameters:
        C: {value: 10, unit: pF}
        g: {value: 1, unit: nS}
        E: {value: -60, unit: mV}
      derived_variables:
        total: {equation: {rhs: "leak + I_syn"}, unit: pA}
        leak: {equation: {rhs: "g * (E - v)"}, unit: pA}
      state_variables:
        v: {equation: {rhs: "total / C"}, initial_value: -60, unit: mV}
      coupling_inputs: [I_syn]
      events:
        spike: {condition: {rhs: "v > 0.999 * E"}}
  nodes:
    - {id: a, dynamics: leaky}
    - {id: b, dynamics: leaky, parameters: {g: {value: 2, unit: nS}}}
    - {id: step, dynamics: pulseGenerator, parameters: {delay: 1 ms, duration: 20 ms, amplitude: 5 pA}}
  edges:
    - {source: step, target: a}
    - source: a
      target: b
      coupling: expOneSynapse
      parameters: {gbase: 1 nS, erev: 0 mV, tauDecay: 3 ms}
      weight: 2
      delay: 4 ms
integration: {step_size: 0.1, duration: 30}
"""


@pytest.fixture
def write(tmp_path):
    """write(text): the file."""

    def write(text):
        file = tmp_path / "own.yaml"
        file.write_text(text)
        return file

    return write


def test_numbers_without_units_are_per_unit_of_time(write, tmp_path):
    output = experiment.run(write(PLAIN), tmp_path)
    v = [-70.0]
    for _ in range(200):
        new = v[-1] + 0.5 * (-50 - v[-1]) / 30
        v.append(-70.0 if new > -55 else new)
    np.testing.assert_allclose(output.columns["n0[0]/v"], v, rtol=1e-12)
    assert 70.0 in -output.columns["n0[0]/v"][50:]


def test_units_parameters_of_nodes_weights_and_delays(write, tmp_path):
    output = experiment.run(write(CELLS), tmp_path)
    a, b = (output.columns[f"n{name}[0]/v"] for name in "ab")
    # at rest until the step begins, then towards -60 + 5 pA / 1 nS with a time constant of 10 ms
    assert (a[:10] == a[0]).all()
    begun = output.times[10:200] - output.times[9]
    np.testing.assert_allclose(a[10:200], -0.06 + 0.005 * (1 - np.exp(-begun / 0.01)), atol=3e-5)
    first = int(np.flatnonzero(b > -0.06)[0])
    assert output.times[first] == pytest.approx(0.001 + 0.0001 + 0.004, abs=2.5e-4)


def test_an_event_that_changes_nothing_is_sent_once(write):
    text = experiment.lems(write(CELLS))
    assert text.count("<EventOut ") == 1
    assert "in_spike .lt. 0.5" in text
    assert text.index('name="leak"') < text.index('name="total"')


MISTAKES = [
    (PLAIN, "(rest - v) / tau", "(rest - w) / tau", "7 dynamics.state_variables.v", "unknown name 'w'"),
    (PLAIN, "tau: {value: 30.0}", "tau: {value: thirty}", "5 dynamics.parameters.tau.value",
     "expected a number"),
    (PLAIN, "method: euler", "method: rk4", "14 integration.method", "'rk4': not supported yet"),
    (PLAIN, "step_size", "stepsize", "14 integration.stepsize", "Did you mean 'step_size'?"),
    (PLAIN, "time_scale: ms", "time_scale: mV", "14 integration.time_scale", "expected a unit of time"),
    (PLAIN, "affect: {rhs: \"v = -70\"}", "affect: {rhs: \"u = -70\"}", "13 dynamics.events.spike.affect.rhs",
     "'u'"),
    (PLAIN, "  name: leaky", "  name: iafCell", "1 dynamics", "is a component type of NeuroML"),
    (PLAIN, "integration: {", "integration: {{", "15", "no YAML"),
    (CELLS, "unit: pF", "unit: pFF", "5 network.dynamics.leaky.parameters.C.unit", "unknown unit 'pFF'"),
    (CELLS, "\"total / C\"", "\"total / C / C\"", "12 network.dynamics.leaky.state_variables.v", "expected"),
    (CELLS, "\"total / C\"", "\"total / g\"", "12 network.dynamics.leaky.state_variables.v", "found voltage"),
    (CELLS, "g * (E - v)", "g * E - v", "10 network.dynamics.leaky.derived_variables.leak",
     "cannot be added"),
    (CELLS, "amplitude: 5 pA", "amplitude: 5 mV", "19 network.nodes[2]", "is a voltage: expected current"),
    (CELLS, "amplitude: 5 pA", "amplitud: 5 pA", "19 network.nodes[2]", "has no attribute 'amplitud'"),
    (CELLS, "source: step", "source: stop", "21 network.edges[0].source", "no node 'stop'"),
    (CELLS, "expOneSynapse", "expSynapse", "24 network.edges[1].coupling", "no component type 'expSynapse'"),
    (CELLS, "      coupling: expOneSynapse\n", "", "22 network.edges[1]", "needs a coupling"),
    (CELLS, "b, dynamics: leaky", "b, dynamics: leak", "18 network.nodes[1].dynamics",
     "component type 'leak'"),
    (CELLS, "tauDecay: 3 ms", "tauDecay: -3 ms", "22 network.edges[1]", "expected > 0"),
    (CELLS, "delay: 4 ms", "delay: 4 mV", "22 network.edges[1]", "is a voltage: expected time"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "right", "planted", "place", "message"), MISTAKES)
def test_mistakes_are_said_with_line_and_path(write, text, right, planted, place, message):
    assert right in text
    file = write(text.replace(right, planted, 1))
    with pytest.raises(SpecError) as caught:
        experiment.lems(file)
    said = [p for p in caught.value.problems if p.path == f"{file}:{place}"]
    assert any(message in p.message for p in said), str(caught.value)


FILE = """<neuroml xmlns="http://www.neuroml.org/schema/neuroml2" id="d">
<iafCell id="one" leakReversal="-60mV" thresh="-50mV" reset="-65mV" C="1pF"
 leakConductance="1nS"/></neuroml>"""
INCLUDING = """\
include: [cells.nml]
network: {nodes: [{id: 0, dynamics: one}]}
integration: {step_size: 0.1, duration: 1}
"""


def test_components_of_included_files(write, tmp_path):
    (tmp_path / "cells.nml").write_text(FILE)
    output = experiment.run(write(INCLUDING), tmp_path)
    assert output.columns["n0[0]/v"].tolist() == [-0.06] * 11
    for planted, place, message in (
        (INCLUDING.replace("dynamics: one", "dynamics: two"), "2 network.nodes[0].dynamics", "'two'"),
        (
            INCLUDING.replace("one}", "one, parameters: {C: 2 pF}}"),
            "2 network.nodes[0].parameters",
            "its own",
        ),
        (INCLUDING.replace("cells", "cell"), "1 include[0]", "no file 'cell.nml' beside the experiment"),
    ):
        with pytest.raises(SpecError) as caught:
            experiment.lems(write(planted))
        problem = caught.value.problems[0]
        assert problem.path.endswith(f"own.yaml:{place}")
        assert message in problem.message


def test_the_command_line_knows_them(write, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    file = write(PLAIN)
    assert "no problem" in target.check_neuroml(file)
    said = CliRunner().invoke(app, ["run", "--reference", str(file)])
    assert (said.exit_code, said.output) == (0, "200 steps\nwrote experiment.dat\n")
    with pytest.raises(FileError, match="no such file"):
        experiment.lems(tmp_path / "none.yaml")


def test_without_pyyaml_the_extra_is_named(write, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "yaml", None)
    with pytest.raises(NetspecError, match=r"netspec\[experiments\]"):
        experiment.lems(write(PLAIN))
