"""The examples run, on one and on two ranks alike, and their neurons do what their equations say."""

import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import solve_ivp

pytestmark = pytest.mark.neuron

EXAMPLES = Path(__file__).parents[2] / "examples"
SMALL = {
    "first_network": [],
    "hybrid_network": [],
    "potjans_diesmann_2014": ["--cells", "0.005", "--synapses", "0.01", "--duration", "50"],
}


@pytest.fixture
def copied(tmp_path):
    """A copy of an example, so that its pictures stay out of the repository."""

    def copy(name):
        return shutil.copytree(
            EXAMPLES / name, tmp_path / name, ignore=shutil.ignore_patterns("*.png", "x86_64")
        )

    return copy


@pytest.mark.parametrize("name", SMALL)
def test_example_is_the_same_on_two_ranks(name, copied, start):
    folder = copied(name)
    said = {}
    for ranks in (1, 2):
        ran = start(ranks, folder / "run.py", *SMALL[name], timeout=300)
        assert ran.returncode == 0, ran.stderr
        said[ranks] = [
            line.strip()
            for line in ran.stdout.splitlines()
            if line.strip().startswith(("Spikes", "Connections"))
        ]
    assert said[1] == said[2]
    assert any(int(line.split()[1]) > 0 for line in said[1] if line.startswith("Spikes"))
    assert list(folder.glob("*_raster.png"))


@pytest.mark.parametrize("name", SMALL)
def test_picture_is_there_and_small(name):
    pictures = list((EXAMPLES / name).glob("*.png"))
    assert pictures
    assert all(path.stat().st_size < 150_000 for path in pictures)
    readme = (EXAMPLES / name / "README.md").read_text()
    assert all(path.name in readme for path in pictures)


def test_indegrees_are_those_of_the_paper(monkeypatch):
    microcircuit = _microcircuit(monkeypatch)
    total = (microcircuit.indegrees() * microcircuit.CELLS[:, None]).sum()
    assert total == pytest.approx(299e6, rel=0.01)
    assert microcircuit.compensation(1.0) == pytest.approx(0)


def test_indegree_rule_draws_what_it_says(monkeypatch):
    import netspec

    microcircuit = _microcircuit(monkeypatch)
    params = microcircuit.network(0.01, 0.05)
    plan = netspec.plan(params, {"randomStreams": "named"}, mod=EXAMPLES / "potjans_diesmann_2014" / "mod")
    mean = np.bincount(plan.connections["post"], minlength=len(plan.cells))
    expected = np.repeat(
        0.05 * microcircuit.indegrees().sum(axis=1), np.round(0.01 * microcircuit.CELLS).astype(int)
    )
    assert mean.mean() == pytest.approx(expected.mean(), rel=0.02)
    assert np.var(mean - expected) == pytest.approx(expected.mean(), rel=0.2)
    assert plan.connections["delay"].min() >= 0.1


@pytest.mark.parametrize("current", [200.0, 300.0, 450.0])
def test_lifexp_fires_when_its_equations_say(current):
    rng = np.random.default_rng(int(current))
    times = np.sort(rng.uniform(0, 120, 700))
    strengths = np.where(rng.random(700) < 0.8, 1.0, -2.0) * rng.normal(150, 30, 700)
    fired = _neuron_spikes(times, strengths, 120, dc=current)
    assert len(fired) > 2
    assert fired == pytest.approx(_exact_spikes(times, strengths, 120, current), abs=1e-7)


def test_lifexp_background_is_poisson_and_reproducible():
    first, again, other = (
        _neuron_spikes([], [], 500, bg_rate=16000, dc=-120, bg_stream=s) for s in (1, 1, 2)
    )
    assert len(first) > 5
    assert first.tolist() == again.tolist() != other.tolist()


def test_lifexp_above_threshold_fires_at_once():
    assert _neuron_spikes([], [], 5, v0=-45).tolist() == [0]


def _microcircuit(monkeypatch):
    monkeypatch.syspath_prepend(str(EXAMPLES / "potjans_diesmann_2014"))
    sys.modules.pop("microcircuit", None)
    import microcircuit

    return microcircuit


def _neuron_spikes(times, strengths, duration, **parameters):
    """Spike times of a LifExp that gets these events [ms, pA]."""
    from neuron import h

    from netspec.neuron import mechanisms

    mechanisms.load([EXAMPLES / "potjans_diesmann_2014" / "mod"])
    cell = h.LifExp()
    for name, value in parameters.items():
        setattr(cell, name, value)
    inputs = [h.NetCon(None, cell) for _ in times]
    for connection, strength in zip(inputs, strengths, strict=True):
        connection.weight[0] = strength
    handler = h.FInitializeHandler(
        lambda: [connection.event(time) for connection, time in zip(inputs, times, strict=True)]
    )
    fired, output = h.Vector(), h.NetCon(cell, None)
    output.record(fired)
    h.dt = 0.1
    h.ParallelContext().set_maxstep(10)
    h.finitialize()
    h.ParallelContext().psolve(duration)
    del handler
    return np.array(fired)


def _exact_spikes(times, strengths, duration, current):
    """The same by numerical integration of the equations with tight tolerances, event by event."""
    v, i, now, free, fired = -65.0, 0.0, 0.0, 0.0, []

    def crossing(_, state):
        return state[0] + 50

    crossing.terminal, crossing.direction = True, 1
    for time, strength in [*zip(times, strengths, strict=True), (duration, 0.0)]:
        while now < time:
            if now < free:
                stop = min(free, time)
                i, now = i * np.exp(-(stop - now) / 0.5), stop
                continue
            found = solve_ivp(
                lambda _, state: [-(state[0] + 65) / 10 + (state[1] + current) / 250, -state[1] / 0.5],
                (now, time), [v, i], events=crossing, rtol=1e-10, atol=1e-10, max_step=0.1,
            )  # fmt: skip
            (v, i), now = found.y[:, -1], found.t[-1]
            if found.status == 1:
                fired.append(now)
                v, free = -65.0, now + 2
        i += strength
    return fired
