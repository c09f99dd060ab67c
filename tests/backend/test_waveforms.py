"""Waveforms in cells: what flows is the integral of the stimulus, whatever drives and runs it."""

import json

import numpy as np
import pytest

import netspec
from netspec import cache, sim, specs
from netspec.errors import SpecError
from netspec.formats import pickle
from netspec.stimulus import (
    Constant,
    OrnsteinUhlenbeck,
    Pulses,
    Ramp,
    Sine,
    Square,
    Step,
    WhiteNoise,
    to_plain,
)

pytestmark = [
    pytest.mark.neuron,
    pytest.mark.skipif(cache.compiler() is None, reason="no compiler"),
]

CAPACITANCE = np.pi * 20 * 20 * 1e-5
"""Of a cell of 20 um by 20 um with 1 uF/cm2 [nF]: nA ms / nF = mV."""
CHARGES = {
    "step": (Step(0.01, 10, 30), 0.2),
    "edges between steps of time": (Pulses(0.01, width=3.3, period=10.1), 0.01 * 3.3 * 10),
    "ramp": (Ramp(0.01, 50).lasting(80), 0.01 * (25 + 30)),
    "sine": (Sine(0.01, 10, offset=0.001), 0.1),
    "square": (Square(0.01, 20, duty=0.3), -0.01 * 0.4 * 100),
    "sum and product": (Step("10 pA", 10, 30) * 0.5 + Constant(0.001), 0.2),
}


def network(stimulus, cells=1, duration=100.0, where=None, secs=None, **source):
    soma = {"geom": {"L": 20, "diam": 20}, "mechs": {"pas": {"g": 0, "e": -65}}, **(secs or {})}
    net = {
        "cellParams": {"P": {"secs": {"soma": soma}}},
        "popParams": {"A": {"cellType": "P", "numCells": cells}},
        "synMechParams": {"exc": {"mod": "ExpSyn", "tau": 2, "e": 0}},
        "stimSourceParams": {"w": {"type": "Waveform", "stimulus": stimulus, **source}},
        "stimTargetParams": {"w->A": {"source": "w", "conds": {"pop": "A"}, "sec": "soma", "loc": 0.5}},
    }
    traces = {"v": {"sec": "soma", "loc": 0.5, "var": "v"}, **(where or {})}
    options = {
        "duration": duration,
        "dt": 0.025,
        "recordStep": 0.025,
        "recordCells": ["all"],
        "verbose": False,
    }
    return net, {**options, "recordTraces": traces}


CURRENT = {"i": {"sec": "soma", "loc": 0.5, "stim": "w->A", "var": "i"}}


def run(*arguments, core=False, options=None, **more):
    net, cfg = network(*arguments, **more)
    return netspec.run(net, {**cfg, **(options or {}), "coreneuron": core}, mod=[])


@pytest.mark.parametrize("solver", ["fixed", "variable"])
@pytest.mark.parametrize("name", CHARGES)
def test_charge_is_the_integral(name, solver):
    stimulus, charge = CHARGES[name]
    variable = {"cvode_active": True, "cvode_atol": 1e-6} if solver == "variable" else {}
    v = run(stimulus, options=variable).traces["v"][0]
    # A step takes the value in its middle, so an edge within it costs at most half a step of current. With a
    # variable step the last sample may be a step before the end.
    between = 10 * 0.01 * 0.0125 if name.startswith("edges") else 1e-7
    assert (v[-1] - v[0]) * CAPACITANCE == pytest.approx(
        charge, abs=(0.01 if name == "square" else 0.001) * 0.03 if variable else between
    )


def test_plain_dictionaries_say_the_same():
    stimulus = Step(0.01, 10, 30) + Sine(0.02, 40)
    plain = json.loads(json.dumps(to_plain(stimulus)))
    np.testing.assert_array_equal(run(stimulus).traces["v"][0], run(plain).traces["v"][0])


def test_voltage_clamp():
    held = run(Constant(-65) + Step("20 mV", 20, 40), clamp="SEClamp", rs=1e-3).traces["v"][0]
    times = np.arange(len(held)) * 0.025
    np.testing.assert_allclose(held[(times > 21) & (times < 40)], -45, atol=1e-3)
    np.testing.assert_allclose(held[(times > 41) | ((times > 1) & (times < 20))], -65, atol=1e-3)


def test_variable_of_a_mechanism():
    result = run(
        Constant(-60) + Step(-10, 50, 200), mech="pas", var="e", secs={"mechs": {"pas": {"g": 0.01}}}
    )
    v = result.traces["v"][0]
    assert v[int(49 / 0.025)] == pytest.approx(-60, abs=1e-3)
    assert v[-1] == pytest.approx(-70, abs=1e-3)


def test_variable_of_synapses():
    """A reversal potential that is driven, of a synapse that a NetStim keeps open."""
    net, cfg = network(Constant(-80) + Step(70, 50, 200), synMech="exc", var="e")
    net["stimSourceParams"]["drive"] = {"type": "NetStim", "rate": 1000, "noise": 0, "start": 0}
    net["stimTargetParams"]["drive"] = {
        "source": "drive", "conds": {"pop": "A"}, "sec": "soma", "loc": 0.5, "synMech": "exc",
        "weight": 1, "delay": 1,
    }  # fmt: skip
    v = netspec.run(net, cfg, mod=[]).traces["v"][0]
    assert v[int(49.9 / 0.025)] == pytest.approx(-80, abs=0.5)
    assert v[-1] == pytest.approx(-10, abs=0.5)


def test_other_synapses_are_refused_twice():
    net, cfg = network(Constant(-60), mech="pas", var="e")
    net["stimTargetParams"]["again"] = dict(net["stimTargetParams"]["w->A"])
    with pytest.raises(SpecError, match="'w->A' drives the same variable; add them with"):
        netspec.run(net, cfg, mod=[])


@pytest.mark.parametrize("wrapped", [False, True], ids=["mechanism", "waveform"])
def test_statistics_of_noise(wrapped):
    """20 cells for 2 s with tau 5 ms: about 4000 independent values.

    Their mean is exact to 1.6 % of the sd, their sd to 1.1 %.
    """
    noise = OrnsteinUhlenbeck(0.01, sd=0.02, tau=5)
    result = run(noise + 0.0 if wrapped else noise, cells=20, duration=2000.0, where=CURRENT)
    i = np.array([result.traces["i"][gid] for gid in range(20)])
    assert {block.mechanism for block in result.plan.inputs} == {"IClamp" if wrapped else "NoisyClamp"}
    assert i.mean() == pytest.approx(0.01, abs=4 * 0.016 * 0.02)
    assert i.std() == pytest.approx(0.02, rel=4 * 0.011)
    after = np.mean((i[:, :-200] - 0.01) * (i[:, 200:] - 0.01)) / 0.02**2
    assert after == pytest.approx(np.exp(-1), abs=0.07)
    assert np.abs(np.corrcoef(i) - np.eye(20)).max() < 0.35


@pytest.mark.parametrize("wrapped", [False, True], ids=["mechanism", "waveform"])
def test_white_noise_is_white(wrapped):
    noise = WhiteNoise("20 pA")
    i = run(noise * 1.0 if wrapped else noise, duration=1000.0, where=CURRENT).traces["i"][0][1:]
    assert i.std() == pytest.approx(0.02, rel=0.02)
    assert np.corrcoef(i[:-1], i[1:])[0, 1] == pytest.approx(0, abs=0.03)


@pytest.mark.parametrize(
    "stimulus", [OrnsteinUhlenbeck(0.01, sd=0.02), OrnsteinUhlenbeck(0.01, sd=0.02) + 0.0]
)
def test_other_cells_change_no_noise_and_seeds_do(stimulus):
    few, many = (run(stimulus, cells=n, where=CURRENT).traces["i"] for n in (2, 5))
    again = run(stimulus, cells=2, where=CURRENT, seed=77).traces["i"]
    np.testing.assert_array_equal(few[1], many[1])
    assert not np.array_equal(few[0], few[1])
    assert not np.array_equal(few[0], again[0])


def test_saved_and_read_again(tmp_path):
    net, cfg = network(Step(0.01, 10, 30) * Sine(1, 20), duration=40.0)
    kept = specs.NetParams()
    for name, value in net.items():
        setattr(kept, name, value)
    kept.save(str(tmp_path / "net.json"))
    first, again = netspec.run(kept, cfg, mod=[]), json.loads((tmp_path / "net.json").read_text())
    again = again["net"]["params"]
    assert again["stimSourceParams"]["w"]["stimulus"] == to_plain(net["stimSourceParams"]["w"]["stimulus"])
    second = netspec.run(again, cfg, mod=[])
    np.testing.assert_array_equal(first.traces["v"][0], second.traces["v"][0])
    file = first.save(tmp_path / "results.h5")
    assert len(netspec.load(file).plan.inputs[0].rows) == 1


def sources(rate, kind="population", cells=60, duration=1000.0, **more):
    """Poisson sources of a rate; the spikes of each."""
    net, cfg = network(Constant(0), duration=duration)
    if kind == "population":
        net["popParams"]["S"] = {"cellModel": "VecStim", "numCells": cells, "rate": rate, **more}
        result = netspec.run(net, {**cfg, "recordTraces": {}}, mod=[])
        spikes = result.spikes
        return [spikes["time"][spikes["gid"] == gid] for gid in range(1, cells + 1)]
    net["popParams"]["A"]["numCells"] = cells
    net["stimSourceParams"]["s"] = {"type": "NetStim", "rate": rate, **more}
    net["stimTargetParams"]["s"] = {
        "source": "s", "conds": {"pop": "A"}, "sec": "soma", "loc": 0.5, "synMech": "exc",
        "weight": 0, "delay": 1,
    }  # fmt: skip
    result = netspec.run(net, {**cfg, "recordTraces": {}, "recordStim": True}, mod=[])
    return [result.stims[gid]["s"] for gid in range(cells)]


RATE = Constant(20) + Step(60, 200, 400) + Sine(15, 4)


@pytest.mark.parametrize("kind", ["population", "stimulus"])
def test_sources_follow_their_rate(kind):
    """60 sources for 1 s with 32 spikes each: counts in 20 bins are Poisson numbers of a mean of 96."""
    trains = sources(RATE, kind)
    bins = np.arange(0, 1001, 50.0)
    counts = np.histogram(np.concatenate(trains), bins)[0]
    times = np.arange(0.05, 1000, 0.1)
    rate = 20 + 60 * ((times >= 200) & (times < 400)) + 15 * np.sin(2 * np.pi * 4 * times / 1000)
    expected = 60 * rate.reshape(20, -1).mean(axis=1) * 0.05
    chi = ((counts - expected) ** 2 / expected).sum()
    assert 7 < chi < 40  # 0.5 % on either side of 20 degrees of freedom
    of_each = np.array([len(train) for train in trains])
    assert 0.5 < of_each.var() / of_each.mean() < 1.6
    assert len({tuple(train[:3]) for train in trains}) == 60


def test_sources_of_noisy_rates_vary_more_than_poisson():
    """A rate with slow noise of its own in each source: the variance is above the mean."""
    noisy = np.array([len(train) for train in sources(Constant(50) + OrnsteinUhlenbeck(0, sd=20, tau=200))])
    assert noisy.mean() == pytest.approx(50, abs=5)
    assert noisy.var() / noisy.mean() > 1.8


def test_a_rate_below_0_is_0():
    trains = np.concatenate(sources(Sine(100, 1, phase=np.pi)))
    assert trains.min() > 499
    assert len(trains) == pytest.approx(60 * 100 / np.pi, rel=0.1)


def test_weights_follow_a_stimulus():
    """Jumps of a leaky cell at events of 1 uS ms: the weight's course is what they draw."""
    net, cfg = network(Constant(0), duration=60.0)
    net["popParams"]["V"] = {"cellModel": "VecStim", "numCells": 1, "spkTimes": [5.5, 15.5, 25.5, 35.5, 45.5]}
    net["synMechParams"]["exc"]["tau"] = 2
    shape = Ramp(2, 20).lasting(30) + Step(3, 40)
    net["connParams"] = {
        "V->A": {
            "preConds": {"pop": "V"}, "postConds": {"pop": "A"}, "weight": 1e-5, "delay": 1, "synMech": "exc",
            "sec": "soma", "loc": 0.5, "shape": shape,
        }
    }  # fmt: skip
    cfg["recordTraces"] = {"g": {"sec": "soma", "loc": 0.5, "synMech": "exc", "var": "g"}}
    found = {}
    for core in (False, True):
        g = netspec.run(net, {**cfg, "coreneuron": core}, mod=[]).traces["g"][0]
        found[core] = [
            g[int((time + 1) / 0.025) - 1 :][:4].max() / 1e-5 for time in (5.5, 15.5, 25.5, 35.5, 45.5)
        ]
    np.testing.assert_allclose(found[False], [0.6, 1.6, 2, 0, 3], rtol=0.02, atol=0.02)
    # A sample may see an event at its own time, or not yet.
    assert found[True] == pytest.approx(found[False], rel=0.02, abs=1e-9)


@pytest.mark.parametrize("waveform", [Sine(100, 40), to_plain(Sine(100, 40))], ids=["object", "plain"])
def test_extracellular_potential_of_a_stimulus(waveform):
    """The same as NetPyNE's kind of waveform, in a cell of two compartments."""
    dend = {
        "geom": {"L": 300, "diam": 2},
        "mechs": {"pas": {"g": 1e-4, "e": -65}},
        "topol": {"parentSec": "soma"},
    }
    dend["topol"] |= {"parentX": 1, "childX": 0}
    v = []
    for given in (waveform, {"type": "sinusoidal", "amp": 100, "freq": 40}):
        net, cfg = network(Constant(0), duration=30.0)
        net["cellParams"]["P"]["secs"]["dend"] = dend
        field = {"class": "uniform", "fieldDirection": [0, 180], "referencePoint": [0, 0, 0]}
        net["stimSourceParams"]["w"] = {"type": "XStim", "field": field, "waveform": given}
        net["stimTargetParams"] = {"w": {"source": "w", "conds": {"pop": "A"}}}
        v.append(netspec.run(net, cfg, mod=[]).traces["v"][0])
    assert np.ptp(v[0]) > 0.1
    np.testing.assert_allclose(v[0], v[1], rtol=1e-12)


def test_a_longer_run_of_the_same_network():
    """What is played follows the duration, also where it was played before."""
    net, cfg = network(Constant(0.01) * Sine(1, 20), duration=40.0)
    net["stimSourceParams"]["s"] = {"type": "NetStim", "rate": RATE}
    net["stimTargetParams"]["s"] = {
        "source": "s", "conds": {"pop": "A"}, "sec": "soma", "loc": 0.5, "synMech": "exc",
        "weight": 1e-4, "delay": 1,
    }  # fmt: skip
    found = []
    for durations in ((40.0, 200.0), (200.0,)):
        params, options = specs.NetParams(net), specs.SimConfig({**cfg, "duration": durations[0]})
        sim.create(params, options)
        for duration in durations:
            sim.cfg.duration = duration
            sim.runSim()
        sim.gatherData()
        found.append(np.array(sim.simData["v"]["cell_0"]))
        sim.clearAll()
    np.testing.assert_array_equal(*found)
    assert len(found[0]) >= 8000


def test_pickles_hold_plain_data(tmp_path):
    pickle.save(tmp_path / "data.pkl", {"stimulus": Sine(1, 20) + 1})
    assert pickle.load(tmp_path / "data.pkl") == {"stimulus": to_plain(Sine(1, 20) + 1)}
