"""LEMS -> NMODL: algebra, how states are integrated, what a mod file has, and what is refused at its line."""

import re
from importlib.util import find_spec

import pytest

from netspec.lems import check, nmodl
from netspec.lems.nmodl import expression as x
from netspec.lems.nmodl import integrate, parse, units
from netspec.lems.nmodl.write import Lines

pytestmark = pytest.mark.skipif(
    find_spec("pyneuroml") is None, reason="the definitions of NeuroML come with pyNeuroML"
)


def read(text, **values):
    return parse.read(text, lambda name: x.number(values[name]) if name in values else x.variable(name))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2*3 + a*0 + 0", "6"),
        ("(v - (0 - 65))/ (0 - 18)", "(-0.0555555555555556)*(v + 65)"),
        ("q^4", "q*q*q*q"),
        ("q^0.5", "pow(q, 0.5)"),
        ("(a/b)*b", "a"),
        ("rate*q10*x/q10", "rate*x"),
        ("g*(erev - v)*(0-1)", "g*(v - erev)"),
        ("0.1*(v+40)/(1 - exp(0 - (v+40)/10))", "expm1_ratio((-0.1)*(v + 40))"),
        ("z*K*v*w/(exp(K*v) - 1)", "z*w*expm1_ratio(K*v)"),
        ("(c + 273.15 - 279.45)/10", "0.1*(c - 6.3)"),
        ("H(1)*ln(exp(2))", "2"),
    ],
)
def test_expressions_are_simplified(text, expected):
    assert Lines().text(read(text)) == expected


def test_conditions_become_blocks_and_what_is_twice_is_once():
    lines = Lines()
    node = read("exp(a/b) + exp(a/b)^2")
    lines.share([node])
    lines.set("y", node)
    assert lines.lines == ["x1 = exp(a/b)", "y = x1 + x1*x1"]
    lines = Lines()
    lines.set(
        "y", x.choose(read("a > 1 .and. b < 2".replace(">", ".gt.").replace("<", ".lt.")), x.ONE, read("a"))
    )
    assert lines.lines[:2] == ["if ((a > 1 && b < 2)) {", "    x1 = 1"]


def test_slopes_are_derivatives():
    node = read("g/(1 + exp(0 - v/k))*(v - e)")
    values = {"g": 2.0, "k": 7.0, "e": -80.0}
    at = {name: x.number(value) for name, value in values.items()}

    def value(v):
        return x.replaced(node, {**at, "v": x.number(v)})[1]

    slope = x.replaced(x.slope(node, "v"), {**at, "v": x.number(-50)})[1]
    assert slope == pytest.approx((value(-50 + 1e-4) - value(-50 - 1e-4)) / 2e-4, rel=1e-6)


@pytest.mark.parametrize(
    ("rates", "expected"),
    [
        ({"q": "(inf - q)/tau"}, {"q": "q + (1 - exp(-(dt/tau)))*(inf - q)"}),
        ({"q": "a*(1 - q) - b*q"}, {"q": "q + (1 - exp(-((a + b)*dt)))*(a/(a + b) - q)"}),
        ({"g": "0 - g/tau"}, {"g": "g*exp(-(dt/tau))"}),
        ({"t0": "k"}, {"t0": "t0 + dt*k"}),
    ],
)
def test_affine_equations_are_integrated_exactly(rates, expected):
    steps, left = integrate.steps({state: read(rate) for state, rate in rates.items()}, {"tau", "k"})
    assert left == []
    assert {step.state: Lines().text(step.new) for step in steps} == expected


def test_others_are_left_to_runge_kutta():
    rates = {"V": read("V - V^3/3 - W"), "W": read("V - W")}
    assert integrate.steps(rates, ()) == ([], ["V", "W"])


def test_units_are_those_of_neuron():
    volt, siemens, molar = (1, 2, -3, -1, 0, 0, 0), (-1, -2, 3, 2, 0, 0, 0), (0, -3, 0, 0, 0, 1, 0)
    assert units.inside(-0.065, volt) == -65
    assert units.inside(3e-9, siemens) == 0.003
    assert units.inside(2.0, molar) == 2
    assert units.inside(1200.0, (-1, -4, 3, 2, 0, 0, 0)) == 0.12


def found(tmp_path, text):
    path = tmp_path / "made.xml"
    path.write_text(f'<Lems><Include file="Cells.xml"/><Include file="Networks.xml"/>{text}</Lems>')
    return check.components(path)


TWO = '<expTwoSynapse id="{}" gbase="{}nS" erev="0mV" tauRise="1ms" tauDecay="{}ms"/>'


def test_components_of_a_type_share_a_mod_file(tmp_path):
    resolved = found(tmp_path, TWO.format("a", 1, 2) + TWO.format("b", 3, 5))
    a, b = (nmodl.synapse(resolved.named(i), resolved) for i in "ab")
    assert (a.name, a.text) == (b.name, b.text)
    assert re.fullmatch(r"expTwoSynapse_[0-9a-f]{8}", a.name)
    assert a.values == {"gbase": 0.001, "erev": 0, "tauRise": 1, "tauDecay": 2}
    assert b.values == {"gbase": 0.003, "erev": 0, "tauRise": 1, "tauDecay": 5}
    assert a.shown["i"] == ("i", -1e-9)
    for word in ("THREADSAFE", "CONDUCTANCE", "NET_RECEIVE(weight)"):
        assert word in a.text
    assert not {"VERBATIM", "POINTER"} & set(a.text.split())


def test_only_what_is_shown_is_computed(tmp_path):
    resolved = found(tmp_path, TWO.format("a", 1, 2))
    shown = nmodl.synapse(resolved.named("a"), resolved, {"g"})
    assert shown.shown["g"] == ("g", 1e-6)
    assert "g" not in nmodl.synapse(resolved.named("a"), resolved).shown


NEEDY = """<ComponentType name="needy" extends="baseSynapse"><Requirement name="sugar" dimension="none"/>
<Dynamics><DerivedVariable name="i" dimension="current" exposure="i" value="sugar*1"/></Dynamics>
</ComponentType>
<needy id="n"/>"""


def test_what_nobody_provides_is_said_at_its_line(tmp_path):
    resolved = found(tmp_path, NEEDY)
    before = len(resolved.findings.problems)
    assert nmodl.synapse(resolved.named("n"), resolved) is None
    (problem,) = resolved.findings.problems[before:]
    assert "requires 'sugar'" in problem.message
    assert "not supported yet" in problem.message
    assert problem.path.endswith("made.xml:2")
    assert nmodl.synapse(resolved.named("n"), resolved, (), {"sugar": x.ONE}) is not None


def test_given_spikes_are_times(tmp_path):
    spikes = '<spike id="0" time="30 ms"/><spike id="1" time="5 ms"/>'
    resolved = found(tmp_path, f'<spikeArray id="s">{spikes}</spikeArray>')
    made = nmodl.source(resolved.named("s"), resolved)
    assert (made.text, made.times, made.kind) == ("", (5.0, 30.0), "artificial")
