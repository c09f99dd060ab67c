"""Our numbers against NEURON's Random, live and bit for bit."""

import numpy as np
import pytest

from netspec.streams import Draws, OneStream, uniforms

h = pytest.importorskip("neuron").h
pytestmark = pytest.mark.neuron

CALLS = [
    ("uniform", 2, 5), ("uniform", 5, 2), ("uniform", -1e-3, 1e5),
    ("discunif", 0, 9), ("discunif", -3.7, 4.2), ("discunif", 9, 3), ("discunif", 3, 3),
    ("normal", 3, 2), ("normal", -1e-3, 1e-4), ("normal", 0, 0), ("normal", 1, -1),
    ("lognormal", 3, 2), ("lognormal", -3, 2), ("lognormal", 0.01, 4),
    ("negexp", 2.5), ("negexp", -1), ("weibull", 2, 3), ("weibull", 0.7, 3),
    ("hypergeo", 2, 9), ("hypergeo", 2, 3), ("poisson", 4), ("poisson", 0), ("poisson", -1), ("poisson", 60),
    ("binomial", 7, 0.3), ("binomial", 3, 0), ("erlang", 3, 2), ("erlang", 1, 8), ("erlang", 10, 2),
    ("geometric", 0.3), ("geometric", 0), ("geometric", 0.95),
]  # fmt: skip


def scalar_calls(ids, name, args, count):
    r = h.Random()
    r.Random123(*ids)
    return [getattr(r, name)(*args) for _ in range(count)]


@pytest.mark.parametrize("ids", [(0, 0, 0), (5, 6, 7), (4294967295, 4294967295, 4294967295), (1, 0, 2**31)])
def test_uniforms_equal_a_vector_filled_by_neuron(ids):
    r, vector = h.Random(), h.Vector(5001)
    r.Random123(*ids)
    first = r.uniform(0, 1)
    vector.setrand(r)
    assert first == uniforms(ids, 0)
    assert np.array_equal(vector.as_numpy(), uniforms(ids, range(1, 5002)))


@pytest.mark.parametrize("seq", [0, 1, 2, 3, 4, 1000003, 2**31 + 5])
def test_position_is_neurons_sequence_number(seq):
    r = h.Random()
    r.Random123(3, 1, 4)
    r.uniform(0, 1)
    r.seq(seq)
    assert r.repick() == uniforms((3, 1, 4), seq)


@pytest.mark.parametrize("call", CALLS, ids=str)
def test_one_stream(call):
    name, *args = call
    stream = OneStream((11, 12, 13), 1)
    ours = [getattr(stream.single, name)(*args)[0] for _ in range(300)]
    assert np.array_equal(ours, scalar_calls((11, 12, 13), name, args, 300), equal_nan=True)


@pytest.mark.parametrize("call", CALLS, ids=str)
def test_one_stream_per_row(call):
    name, *args = call
    draws = Draws((7, np.arange(40), 1), 40)
    ours = np.array([getattr(draws, name)(*args) for _ in range(3)]).T
    neurons = [scalar_calls((7, k, 1), name, args, 3) for k in range(40)]
    assert np.array_equal(ours, neurons, equal_nan=True)


def test_mixed_distributions_keep_each_row_at_its_own_position():
    draws = Draws((np.arange(30), 2, 3), 30)
    ours = np.array([draws.normal(1, 2), draws.poisson(3), draws.uniform(0, 1), draws.normal(0, 1)]).T
    for k in range(30):
        r = h.Random()
        r.Random123(k, 2, 3)
        assert list(ours[k]) == [r.normal(1, 2), r.poisson(3), r.uniform(0, 1), r.normal(0, 1)]


def test_arguments_may_differ_by_row():
    means = np.linspace(0.5, 6, 25)
    for name in ("poisson", "negexp"):
        draws = Draws((np.arange(25), 0, 0), 25)
        ours = np.array([getattr(draws, name)(means), getattr(draws, name)(means)]).T
        theirs = [scalar_calls((k, 0, 0), name, (means[k],), 2) for k in range(25)]
        assert np.array_equal(ours, theirs)


@pytest.mark.parametrize("calls", [("normal",), ("lognormal", "normal"), ("uniform", "negexp", "hypergeo")])
def test_rows_of_one_stream_together(calls):
    arguments = {"negexp": (2.0,), "hypergeo": (2.0, 9.0)}
    stream, r = OneStream((1, 2, 3), 500), h.Random()
    r.Random123(1, 2, 3)
    for _ in range(2):  # the second expression goes on where the first one ended
        draws = stream.together(calls)
        ours = np.array([getattr(draws, name)(*arguments.get(name, (3.0, 2.0))) for name in calls]).T
        theirs = [[getattr(r, name)(*arguments.get(name, (3.0, 2.0))) for name in calls] for _ in range(500)]
        assert np.array_equal(ours, theirs)
