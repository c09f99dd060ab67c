"""Networks of masses: methods, couplings, delays, models of one's own."""

import numpy as np
import pytest

from netspec.masses import KINDS, METHODS, MODELS, Coupling, Mass, Population, Tables, compiled, simulate
from netspec.masses.equations import parse
from netspec.stimulus import OrnsteinUhlenbeck, Step

OWN = Mass(
    name="Decay",
    states={"x": (0.0, 1.0)},
    params={"tau": 10.0},
    inputs={"x_coupling": 0.0, "x_ext": 0.0},
    couples=("x", "x_coupling"),
    equations="d_x = -x / tau + x_coupling + x_ext",
)


def tables():
    """Rates, voltages and time constants that are straight lines of mu and sigma."""
    sigma, mu = np.linspace(0, 5, 11), np.linspace(-5, 10, 31)
    rate = 0.01 * np.maximum(mu, 0)[:, None] + 0.001 * sigma
    return Tables(sigma, mu, np.array([rate, -60 + 0 * rate, 10 + 0 * rate]))


def network(model, nodes=3, **more):
    chance = np.random.default_rng(2)
    weights, delays = 0.1 * chance.random((nodes, nodes)), 5 * chance.random((nodes, nodes))
    np.fill_diagonal(weights, 0)
    population = Population(model, nodes, tables=tables() if model.needs_tables else None)
    return {"populations": {"p": population}, "couplings": [Coupling("p", "p", weights, delays, **more)]}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", MODELS)
def test_both_loops_do_the_same(name, method, monkeypatch):
    model = MODELS[name]
    given = {**network(model), "duration": 200 * model.dt, "dt": model.dt, "method": method}
    assert compiled.compiler()
    fast = simulate(**given).values["p"]
    monkeypatch.setattr(compiled, "compiler", lambda: None)
    plain = simulate(**given).values["p"]
    for variable, values in fast.items():
        assert np.ptp(values) > 0
        np.testing.assert_allclose(values, plain[variable], rtol=1e-11, atol=1e-14)


@pytest.mark.parametrize("kind", KINDS)
def test_both_loops_couple_the_same(kind, monkeypatch):
    given = {**network(OWN, kind=kind), "duration": 20.0, "method": "rk4"}
    fast = simulate(**given).values["p"]["x"]
    monkeypatch.setattr(compiled, "compiler", lambda: None)
    np.testing.assert_allclose(fast, simulate(**given).values["p"]["x"], rtol=1e-12)


@pytest.mark.parametrize(("method", "order"), [("euler", 1), ("heun", 2), ("rk4", 4)])
def test_order_of_the_methods(method, order):
    """Two masses that see each other without delay: the error falls as dt to the order."""
    weights = np.array([[0.0, 0.2], [-0.1, 0.0]])
    population = Population(OWN, 2, initial={"x": [1.0, 0.0]})

    def last(dt, how):
        found = simulate({"p": population}, [Coupling("p", "p", weights)], 8.0, dt, how)
        return found.values["p"]["x"][:, -1]

    # The matrix exponential, by its eigenvectors.
    rate, vectors = np.linalg.eig(weights - np.eye(2) / 10)
    exact = (vectors @ np.diag(np.exp(8.0 * rate)) @ np.linalg.inv(vectors) @ [1.0, 0.0]).real
    errors = [np.abs(last(dt, method) - exact).max() for dt in (0.5, 0.25)]
    assert np.log2(errors[0] / errors[1]) == pytest.approx(order, abs=0.15)


def test_delay_is_exact():
    """A step of the input of one mass reaches another after the delay, and no sooner."""
    source = Population(OWN, 1, initial={"x": 0.0}, inputs={"x_ext": Step(1.0, start=10.0)})
    target = Population(OWN, 1, initial={"x": 0.0})
    couplings = [Coupling("a", "b", 1.0, 7.0)]
    found = simulate({"a": source, "b": target}, couplings, 40.0, 0.1)
    first = {label: found.times[np.argmax(values["x"][0] > 0)] for label, values in found.values.items()}
    assert first["a"] == pytest.approx(10.1)
    assert first["b"] == pytest.approx(17.2)  # a step is seen by the step after it


def test_two_phases_lock():
    """Kuramoto: sin(difference) = difference of frequencies / (2 coupling)."""
    weights = np.array([[0.0, 0.05], [0.05, 0.0]])
    pair = Population(MODELS["Kuramoto"], 2, {"omega": [0.20, 0.24]}, {"theta": [0.0, 1.0]})
    found = simulate({"p": pair}, [Coupling("p", "p", weights)], 2000.0, 0.1, "rk4")
    theta = found.values["p"]["theta"][:, -1]
    assert np.sin(theta[1] - theta[0]) == pytest.approx(0.04 / 0.1, abs=1e-9)


def test_jansen_rit_has_alpha_rhythm():
    """With the parameters of the paper it oscillates at about 10 Hz."""
    column = Population(MODELS["JansenRit"], 1, inputs={"rate_ext": 0.22})
    eeg = simulate({"p": column}, (), 4000.0, 0.1, "rk4", every=10).values["p"]["eeg"][0, 1000:]
    power = np.abs(np.fft.rfft(eeg - eeg.mean())) ** 2
    assert 8 < np.fft.rfftfreq(len(eeg), 1e-3)[power.argmax()] < 13


def test_reduced_wong_wang_rests_where_its_equation_says():
    """At rest s / tau = (1 - s) gamma r(s)."""
    found = simulate({"p": Population(MODELS["ReducedWongWang"])}, (), 5000.0, 0.1, "rk4", every=100).values[
        "p"
    ]
    s, r = found["s"][0, -1], found["r"][0, -1]
    assert s / 100 == pytest.approx((1 - s) * 0.641 * r, rel=1e-6)


def test_noise_is_independent_of_other_populations():
    noisy = Population(OWN, 2, inputs={"x_ext": OrnsteinUhlenbeck(sd=0.1)})
    alone = simulate({"a": noisy}, (), 50.0).values["a"]["x"]
    beside = simulate({"b": Population(OWN, 5), "a": noisy}, (), 50.0).values["a"]["x"]
    np.testing.assert_array_equal(alone, beside)
    assert abs(np.corrcoef(alone[:, 100:])[0, 1]) < 0.99


def test_divergence_is_told():
    wild = Mass("Wild", "d_x = x ** 2", {"x": (9.0, 10.0)}, {}, {"u": 0.0}, ("x", "u"))
    with pytest.raises(FloatingPointError, match="w: x is no longer a number at"):
        simulate({"w": Population(wild)}, (), 100.0)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("d_x = y", "'y' is no state"),
        ("d_x = __import__('os')", "cannot be a part of an equation"),
        ("d_x = x.real", "cannot be a part of an equation"),
        ("d_x = exp(x, x)", "takes 1 arguments"),
        ("import os", "expected 'name = expression'"),
        ("d_x = True", "cannot be a part of an equation"),
    ],
)
def test_wrong_equations(text, message):
    with pytest.raises(ValueError, match=message.replace("(", r"\(").replace(")", r"\)")):
        parse(text, ["x"])
