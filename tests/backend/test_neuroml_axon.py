"""A NeuroML cell in NEURON: rates as in 1952, and spikes when NEURON's own channels make them."""

import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

import netspec
from netspec.formats import neuroml

pytestmark = [
    pytest.mark.neuron,
    pytest.mark.skipif(
        find_spec("pyneuroml") is None, reason="the definitions of NeuroML come with pyNeuroML"
    ),
]

FOLDER = Path(__file__).parents[2] / "examples" / "hodgkin_huxley"


@pytest.fixture
def axon(monkeypatch):
    monkeypatch.syspath_prepend(str(FOLDER))
    sys.modules.pop("hodgkin_huxley", None)
    import hodgkin_huxley

    return hodgkin_huxley


@pytest.fixture
def exact_hh(tmp_path):
    """NEURON's hh and the channels of the file without their tables of rates."""
    h, _ = section(tmp_path, 6.3)
    tables = [f"usetable_{name}" for name in ("hh", "sodium", "potassium")]
    before = [getattr(h, name) for name in tables]
    for name in tables:
        setattr(h, name, 0)
    yield
    for name, value in zip(tables, before, strict=True):
        setattr(h, name, value)


def alphas_and_betas(v):
    """Rates [1/ms] at V [mV] of each gate, as in 1952 with rest at -65 mV."""

    def ratio(x):
        return 1.0 if x == 0 else -x / np.expm1(-x)

    return {
        "m": (ratio((v + 40) / 10), 4 * np.exp(-(v + 65) / 18)),
        "h": (0.07 * np.exp(-(v + 65) / 20), 1 / (np.exp(-(v + 35) / 10) + 1)),
        "n": (0.1 * ratio((v + 55) / 10), 0.125 * np.exp(-(v + 65) / 80)),
    }


def section(tmp_path, celsius):
    from neuron import h

    from netspec.neuron import mechanisms

    _, files = neuroml.cell(FOLDER / "axon.cell.nml", tmp_path)
    mechanisms.load([files[0].parent])
    h.celsius = celsius
    made = h.Section(name="patch")
    for file in files:
        made.insert(file.stem)
    return h, made


# at -40 and -55 mV x/(1 - exp(-x)) is 0/0, and near them it loses digits
@pytest.mark.parametrize("v", [-120, -65, -55, -55 + 1e-7, -54.9999, -40, -40 - 1e-9, -40 + 2e-5, 0, 60])
@pytest.mark.parametrize("celsius", [6.3, 20])
def test_rates_are_the_formulas(v, celsius, exact_hh, tmp_path):
    h, made = section(tmp_path, celsius)
    before = h.celsius
    h.finitialize(v)
    speed = 3 ** ((celsius - 6.3) / 10)
    for gate, (alpha, beta) in alphas_and_betas(v).items():
        mechanism = getattr(made(0.5), "potassium" if gate == "n" else "sodium")
        found = [getattr(mechanism, f"{gate}_{what}") for what in ("alpha", "beta", "inf", "tau", "q")]
        inf = alpha / (alpha + beta)
        expected = [alpha, beta, inf, 1 / (speed * (alpha + beta)), inf]
        assert found == pytest.approx(expected, rel=1e-9, abs=1e-12)
    h.celsius = before


def test_gates_rest_where_the_formulas_say(axon):
    results = axon.simulate("NeuroML", current=0)
    for gate, (alpha, beta) in alphas_and_betas(-65).items():
        assert axon.curve(results, gate)[0] == pytest.approx(alpha / (alpha + beta), abs=1e-9)


CHANGED = [
    {},
    {"current": 60},
    {"celsius": 12, "current": 20},
    {"current": -10, "stop": 20},
    {"gkbar": 20, "gl": 0.5},
    {"gnabar": 200},
]


@pytest.mark.parametrize("changed", CHANGED)
def test_both_forms_are_the_same_axon(axon, exact_hh, changed):
    expected = axon.simulate("dictionaries", **changed)
    found = axon.simulate("NeuroML", **changed)
    assert len(expected.spikes) > 0
    assert found.spikes["time"] == pytest.approx(expected.spikes["time"], abs=1e-9)
    for label, traces in expected.traces.items():
        assert found.traces[label][0] == pytest.approx(traces[0], rel=1e-9, abs=1e-9)


def test_what_students_see_is_within_the_error_of_the_tables(axon):
    expected, found = (axon.simulate(model).spikes["time"] for model in axon.MODELS)
    assert len(expected) == 3
    assert found == pytest.approx(expected, abs=0.05)


def test_sodium_makes_the_spike_in_neuroml_too(axon):
    assert len(axon.simulate("NeuroML", gnabar=0, current=60).spikes) == 0


def test_threshold_is_that_of_the_file(axon, tmp_path):
    text = (FOLDER / "axon.cell.nml").read_text()
    high = text.replace('<spikeThresh value="10 mV"', '<spikeThresh value="0.06 V"')
    assert high != text
    (tmp_path / "high.cell.nml").write_text(high)
    cell, _ = neuroml.cell(tmp_path / "high.cell.nml", tmp_path / "mod")
    network, config, _ = axon.from_neuroml(**axon.DEFAULTS)
    network["cellParams"]["axon"] = cell
    results = netspec.run(network, config, mod=tmp_path / "mod")
    assert len(results.spikes) == 0
    assert axon.curve(results, "V").max() > 10


def test_switch_runs_both(axon, monkeypatch):
    pytest.importorskip("ipywidgets")
    asked = []
    monkeypatch.setattr(axon, "simulate", lambda **values: asked.append(values["model"]))
    monkeypatch.setattr(axon, "draw", lambda results: results)
    model = axon.panel().children[0]
    model.value = "NeuroML"
    assert asked == ["dictionaries", "NeuroML"]


def test_neuroml_form_is_the_same_on_ranks(start, tmp_path):
    script = "import hodgkin_huxley\nfrom netspec import sim\nresults = hodgkin_huxley.simulate('NeuroML')\n"
    script += "if sim.rank == 0:\n    print(*results.spikes['time'])\n"
    for name in ("hodgkin_huxley.py", "axon.cell.nml"):
        (tmp_path / name).write_text((FOLDER / name).read_text())
    (tmp_path / "script.py").write_text(script)
    said = []
    for ranks in (1, 2):
        ran = start(ranks, tmp_path / "script.py")
        assert ran.returncode == 0, ran.stderr
        said.append(ran.stdout.splitlines()[-1])
    assert said[0] == said[1]
    assert len(said[0].split()) == 3
