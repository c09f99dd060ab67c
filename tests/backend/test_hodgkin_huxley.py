"""The axon of the tutorial does what Hodgkin and Huxley's equations say, and its sliders run it."""

import sys
from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import solve_ivp

pytestmark = pytest.mark.neuron

FOLDER = Path(__file__).parents[2] / "examples" / "hodgkin_huxley"


@pytest.fixture
def axon(monkeypatch):
    monkeypatch.syspath_prepend(str(FOLDER))
    sys.modules.pop("hodgkin_huxley", None)
    import hodgkin_huxley

    return hodgkin_huxley


def equations(current, stop, gnabar, gkbar, gl, celsius, times):
    """V, m, h, n at times [ms], from the equations of 1952 with rest at -65 mV, in mS, uF and uA per cm2."""
    factor = 3 ** ((celsius - 6.3) / 10)

    def rates(v):
        def ratio(x, y):
            return y if abs(x / y) < 1e-6 else x / np.expm1(x / y)

        return (
            (0.1 * ratio(-(v + 40), 10), 4 * np.exp(-(v + 65) / 18)),
            (0.07 * np.exp(-(v + 65) / 20), 1 / (np.exp(-(v + 35) / 10) + 1)),
            (0.01 * ratio(-(v + 55), 10), 0.125 * np.exp(-(v + 65) / 80)),
        )

    def slope(t, state):
        v, m, h, n = state
        given = current if 5 <= t < stop else 0
        flow = gnabar * m**3 * h * (v - 50) + gkbar * n**4 * (v + 77) + gl * (v + 54.3)
        gates = [factor * (a * (1 - x) - b * x) for (a, b), x in zip(rates(v), (m, h, n), strict=True)]
        return [given - flow, *gates]

    start = [-65.0, *(a / (a + b) for a, b in rates(-65.0))]
    return solve_ivp(slope, (0, 50), start, t_eval=times, rtol=1e-9, atol=1e-9, max_step=0.05).y


def crossings(times, v):
    """When V rises through 0 mV [ms]."""
    at = np.flatnonzero((v[:-1] < 0) & (v[1:] >= 0))
    return times[at] + (times[at + 1] - times[at]) * -v[at] / (v[at + 1] - v[at])


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"current": 60},
        {"celsius": 12, "current": 20},
        {"current": -10, "stop": 20},
        {"gkbar": 20, "gl": 0.5},
    ],
)
def test_axon_fires_when_the_equations_say(axon, changed):
    results = axon.simulate(**changed)
    v, *gates = equations(**{**axon.DEFAULTS, **changed}, times=results.time)
    expected = crossings(results.time, v)
    assert len(expected) > 0
    assert crossings(results.time, axon.curve(results, "V")) == pytest.approx(expected, abs=0.1)
    before = results.time < expected[0] - 1  # in a spike a hundredth of a millisecond is some millivolts
    assert axon.curve(results, "V")[before] == pytest.approx(v[before], abs=0.3)
    for gate, values in zip("mhn", gates, strict=True):
        assert axon.curve(results, gate)[before] == pytest.approx(values[before], abs=0.005)


def test_currents_are_what_charges_the_membrane(axon):
    results = axon.simulate(current=10)
    out = sum(1000 * axon.curve(results, label) for label in ("i_Na", "i_K", "i_leak"))
    charging = np.gradient(axon.curve(results, "V"), results.time)
    quiet = (results.time > 10) & (results.time < 18)  # between two spikes
    assert (10 - out)[quiet] == pytest.approx(charging[quiet], abs=0.1)


def test_sodium_makes_the_spike(axon):
    assert len(axon.simulate(gnabar=0, current=60).spikes) == 0
    counts = [len(axon.simulate(current=current).spikes) for current in (0, 10, 60)]
    assert counts == [0, 3, 1]


def test_sliders_run_the_model(axon, monkeypatch):
    pytest.importorskip("ipywidgets")
    asked = []
    run = axon.simulate
    monkeypatch.setattr(axon, "simulate", lambda **values: asked.append(values) or run(**values))
    panel = axon.panel()
    model, *sliders, back, _ = panel.children
    assert model.options == tuple(axon.MODELS)
    assert asked == [{"model": "dictionaries", **axon.DEFAULTS}]
    sliders[0].value = 20
    assert asked[-1]["current"] == 20
    back.click()
    assert asked[-1]["current"] == 10


def test_panel_is_the_same_on_ranks(start, tmp_path):
    for name in ("run.py", "hodgkin_huxley.py"):
        (tmp_path / name).write_text((FOLDER / name).read_text())
    for ranks in (1, 2):
        ran = start(ranks, tmp_path / "run.py")
        assert (ran.returncode, ran.stdout.splitlines()[-1]) == (0, "Spikes: 3"), ran.stderr
    assert (tmp_path / "hodgkin_huxley.png").stat().st_size < 150_000
