"""Reference mode on small models whose steps are known."""

import math

import numpy as np
import pytest

from netspec.errors import NetspecError, SpecError
from netspec.lems import reference

HEAD = """<Lems><Target component="sim"/>
<Include file="Cells.xml"/><Include file="Networks.xml"/><Include file="Simulation.xml"/>
"""
TAIL = """
<network id="net">{network}</network>
<Simulation id="sim" length="{length}" step="1ms" target="net">
<OutputFile id="f" fileName="out/f.dat">{columns}</OutputFile>
<EventOutputFile id="e" fileName="out/e.spikes" format="ID_TIME">{events}</EventOutputFile>
</Simulation></Lems>
"""


def simulate(tmp_path, types, network, columns, events=(), length="10ms"):
    """The output of a model of own types."""
    shown = "".join(f'<OutputColumn id="c{k}" quantity="{path}"/>' for k, path in enumerate(columns))
    ears = "".join(f'<EventSelection id="{k}" select="{p}" eventPort="spike"/>' for k, p in enumerate(events))
    file = tmp_path / "LEMS_own.xml"
    file.write_text(HEAD + types + TAIL.format(network=network, length=length, columns=shown, events=ears))
    return reference.run(file, tmp_path)


def own_type(dynamics, exposures=("x",), more=""):
    """A type with states and variables without dimension, and a component 'one' of it."""
    shown = "".join(f'<Exposure name="{name}" dimension="none"/>' for name in exposures)
    return f"""<ComponentType name="own" extends="baseSpikingCell">{shown}
<Constant name="MS" dimension="time" value="1ms"/>{more}
<Dynamics>{dynamics}</Dynamics></ComponentType><own id="one"/>"""


STATE = '<StateVariable name="{0}" dimension="none" exposure="{0}"/>'
POPULATION = '<population id="p" component="one" size="1"/>'


def test_forward_euler_with_rates_of_before_the_step(tmp_path):
    dynamics = (
        STATE.format("x") + STATE.format("y") + '<TimeDerivative variable="x" value="y / MS"/>'
        '<TimeDerivative variable="y" value="-x / (4 * MS)"/>'
        '<OnStart><StateAssignment variable="y" value="1"/></OnStart>'
    )
    output = simulate(tmp_path, own_type(dynamics, ("x", "y")), POPULATION, ["p[0]/x", "p[0]/y"])
    x, y = [0.0], [1.0]
    for _ in range(10):
        x, y = [*x, x[-1] + y[-1]], [*y, y[-1] - x[-1] / 4]
    np.testing.assert_allclose(output.columns["p[0]/x"], x, rtol=1e-12)
    np.testing.assert_allclose(output.columns["p[0]/y"], y, rtol=1e-12)
    np.testing.assert_allclose(output.times, np.arange(11) * 1e-3, rtol=1e-12)


def test_conditions_see_the_state_after_its_step_and_events_have_its_time(tmp_path):
    dynamics = (
        STATE.format("x") + '<TimeDerivative variable="x" value="1 / MS"/>'
        '<OnCondition test="x .gt. 2.5"><StateAssignment variable="x" value="0"/>'
        '<EventOut port="spike"/></OnCondition>'
    )
    output = simulate(tmp_path, own_type(dynamics), POPULATION, ["p[0]/x"], ["p[0]"])
    assert output.columns["p[0]/x"].tolist() == [0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1]
    times, ids = output.events["e"]
    np.testing.assert_allclose(times, [0.003, 0.006, 0.009])
    assert (tmp_path / "out" / "e.spikes").read_text() == "0\t0.003\n0\t0.006\n0\t0.009\n"
    assert list(ids) == ["0"] * 3


def test_conditional_variables_come_after_all_others(tmp_path):
    """y reads the case of the step before, as in the reference."""
    dynamics = (
        STATE.format("x") + '<TimeDerivative variable="x" value="1 / MS"/>'
        '<ConditionalDerivedVariable name="c" dimension="none" exposure="c">'
        '<Case condition="x .gt. 1.5" value="10"/><Case value="x"/></ConditionalDerivedVariable>'
        '<DerivedVariable name="y" dimension="none" exposure="y" value="c"/>'
    ).replace('<Case value="x"/>', '<Case condition="x .leq. 1.5" value="x"/>')
    output = simulate(tmp_path, own_type(dynamics, ("x", "y", "c")), POPULATION, ["p[0]/c", "p[0]/y"])
    c, y = output.columns["p[0]/c"], output.columns["p[0]/y"]
    assert c[:5].tolist() == [0, 0, 1, 10, 10]
    assert y[1:].tolist() == c[:-1].tolist()


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("-2^2", 4.0), ("-(2^2)", -4.0), ("2 - 3 - 4", -5.0), ("H(0)", 0.5), ("H(-1)", 0.0),
        ("ln(exp(2))", 2.0),
        ("abs(-3) * sqrt(4)", 6.0), ("factorial(4)", 24.0), ("ceil(1.2)", 2.0), ("tanh(1)", math.tanh(1)),
    ],
)  # fmt: skip
def test_arithmetic_is_that_of_the_reference(tmp_path, expression, value):
    dynamics = f'<DerivedVariable name="x" dimension="none" exposure="x" value="{expression}"/>'
    output = simulate(tmp_path, own_type(dynamics), POPULATION, ["p[0]/x"], length="1ms")
    assert output.columns["p[0]/x"][-1] == pytest.approx(value, rel=1e-15)


def test_regimes(tmp_path):
    """One millisecond up, then two of rest; what a regime changes is seen a step later."""
    dynamics = (
        STATE.format("x") + '<StateVariable name="since" dimension="time"/>'
        '<Regime name="up" initial="true"><TimeDerivative variable="x" value="1 / MS"/>'
        '<OnCondition test="x .gt. 0.5"><EventOut port="spike"/><Transition regime="rest"/>'
        "</OnCondition></Regime>"
        '<Regime name="rest"><OnEntry><StateAssignment variable="since" value="t"/>'
        '<StateAssignment variable="x" value="0"/></OnEntry>'
        '<OnCondition test="t .gt. since + 1.5 * MS"><Transition regime="up"/></OnCondition></Regime>'
    )
    output = simulate(tmp_path, own_type(dynamics), POPULATION, ["p[0]/x"], ["p[0]"])
    np.testing.assert_allclose(output.events["e"][0], [0.001, 0.004, 0.007, 0.010])


def test_events_wait_for_their_delay(tmp_path):
    cell = """<iafCell id="one" leakReversal="-60mV" thresh="-35mV" reset="-65mV" C="1pF"
 leakConductance="0.1nS"/>
<expOneSynapse id="syn" gbase="1nS" erev="0mV" tauDecay="2ms"/>
<spikeArray id="at"><spike id="0" time="2.5ms"/></spikeArray>"""
    network = """<population id="s" component="at" size="1"/><population id="p" component="one" size="2"/>
<synapticConnection from="s[0]" to="p[0]" synapse="syn" destination="synapses"/>
<synapticConnectionWD from="s[0]" to="p[1]" synapse="syn" destination="synapses" weight="0.5" delay="4ms"/>"""
    paths = [f"p[{k}]/synapses:syn:0/g" for k in (0, 1)]
    output = simulate(tmp_path, cell, network, paths)
    at_once, later = (output.columns[path] for path in paths)
    assert np.flatnonzero(at_once)[0] == 3
    assert np.flatnonzero(later)[0] == 7
    assert later[7] == pytest.approx(0.5e-9 * 0.5, rel=0.01)


def test_random_numbers_are_those_of_the_seed_and_uniform(tmp_path):
    dynamics = (
        STATE.format("x")
        + '<OnCondition test="t .geq. 0 * MS"><StateAssignment variable="x" value="random(2)"/>'
        "</OnCondition>"
    )
    arguments = own_type(dynamics), POPULATION.replace('"1"', '"2"'), ["p[0]/x", "p[1]/x"]
    first = simulate(tmp_path, *arguments, length="2000ms").columns
    again = simulate(tmp_path, *arguments, length="2000ms").columns
    a, b = (values[1:] for values in first.values())
    np.testing.assert_array_equal(a, again["p[0]/x"][1:])
    assert 0 <= a.min() < 0.01 < 1.99 < a.max() < 2
    # five standard errors of the mean of a uniform number, and of a correlation
    assert abs(a.mean() - 1) < 5 * 2 / math.sqrt(12 * 2000)
    assert abs(np.corrcoef(a, b)[0, 1]) < 5 / math.sqrt(2000)


def test_files_hold_the_fewest_digits_of_a_single_number(tmp_path):
    dynamics = STATE.format("x") + '<TimeDerivative variable="x" value="(9 * x + 1.2345678e-5) / MS"/>'
    output = simulate(tmp_path, own_type(dynamics), POPULATION, ["p[0]/x"], length="20ms")
    rows = [line.split("\t") for line in (tmp_path / "out" / "f.dat").read_text().splitlines()]
    assert rows[0] == ["0.0", "0.0", ""]
    assert rows[1] == ["0.001", "1.2345678E-5", ""]
    for text, value in zip((row[1] for row in rows), output.columns["p[0]/x"], strict=True):
        assert np.float32(text) == np.float32(value)
        digits = text.split("E")[0].replace(".", "").strip("0")
        assert len(digits) <= len(
            np.format_float_scientific(np.float32(value)).split("e")[0].replace(".", "")
        )


SPIKES = '<spikeGenerator id="one" period="3ms"/>'
WRONG = [
    (SPIKES, POPULATION, ["p[0]/tsinc"], "has no 'tsinc'"),
    (SPIKES, POPULATION, ["p[3]/tsince"], "there is no cell 3"),
    (SPIKES + '<pulseGenerator id="in" delay="0ms" duration="1ms" amplitude="1nA"/>',
     POPULATION + '<explicitInput target="p[0]" input="in"/>', ["p[0]/tsince"], "needs destination="),
    (own_type('<DerivedVariable name="x" dimension="none" exposure="x" select="a/b"/>'), POPULATION,
     ["p[0]/x"], "has no part 'a'"),
]  # fmt: skip


@pytest.mark.parametrize(("types", "network", "columns", "message"), WRONG)
def test_mistakes_are_said_with_file_and_line(tmp_path, types, network, columns, message):
    with pytest.raises(SpecError) as caught:
        simulate(tmp_path, types, network, columns)
    text = str(caught.value)
    assert message in text
    assert "LEMS_own.xml:" in text


def test_numbers_that_are_none(tmp_path):
    dynamics = STATE.format("x") + '<TimeDerivative variable="x" value="(1 + x * x * x) / MS"/>'
    with pytest.raises(NetspecError, match=r"at \d+ ms a recorded quantity is no number: try a smaller step"):
        simulate(tmp_path, own_type(dynamics), POPULATION, ["p[0]/x"], length="100ms")


def test_a_file_without_simulation(tmp_path):
    file = tmp_path / "LEMS_none.xml"
    file.write_text('<Lems><Include file="Cells.xml"/></Lems>')
    with pytest.raises(NetspecError, match="runs a LEMS file with a <Simulation>"):
        reference.run(file, tmp_path)


def test_without_a_compiler(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CC", raising=False)
    with pytest.raises(NetspecError, match="needs a C compiler"):
        simulate(tmp_path, SPIKES, POPULATION, ["p[0]/tsince"])


NOT_YET = [
    (own_type(STATE.format("x") + '<Regime name="r" initial="true"><DerivedVariable name="y" '
              'dimension="none" value="1"/><TimeDerivative variable="x" value="1 / MS"/></Regime>'),
     "<DerivedVariable> in a <Regime>: reference mode does not support it yet"),
    (own_type(STATE.format("x") + '<TimeDerivative variable="x" value="1 / MS"/>').replace(
        "</Dynamics>", '</Dynamics><Structure><CoInstantiate component="one"/></Structure>'),
     "<CoInstantiate> in a Structure: reference mode does not support it yet"),
]  # fmt: skip


@pytest.mark.parametrize(("types", "message"), NOT_YET)
def test_what_is_not_supported_is_an_error_with_its_line(tmp_path, types, message):
    with pytest.raises(SpecError) as caught:
        simulate(tmp_path, types, POPULATION, ["p[0]/x"])
    problem = caught.value.problems[0]
    assert problem.message == message
    assert "LEMS_own.xml:" in problem.path
