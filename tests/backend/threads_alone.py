"""Threads, second order and a variable step against plain NEURON; test_alone.py starts a process for them."""

import numpy as np
import pytest
import ring
import test_run
import unequal
from neuron import h

import netspec
from netspec.errors import SpecError

pytestmark = pytest.mark.neuron

NET = {
    "cellParams": {
        "tree": {
            "secs": {
                "soma": {"geom": {"L": 20, "diam": 20}, "mechs": {"hh": {}}},
                "dend": {
                    "geom": {"L": 200, "diam": 2, "nseg": 5, "Ra": 100},
                    "topol": {"parentSec": "soma", "parentX": 1.0, "childX": 0.0},
                    "mechs": {"pas": {"g": 1e-4, "e": -65}},
                },
            }
        }
    },
    "popParams": {"E": {"cellType": "tree", "numCells": 3}},
    "stimSourceParams": {"clamp": {"type": "IClamp", "amp": 0.5, "del": 2, "dur": 20}},
    "stimTargetParams": {"clamp": {"source": "clamp", "conds": {"pop": "E"}, "sec": "dend", "loc": 0.5}},
}
VARIABLES = {
    "v": {"sec": "dend", "loc": 0.9, "var": "v"},
    "ina": {"sec": "soma", "loc": 0.5, "var": "ina"},
    "n": {"sec": "soma", "loc": 0.5, "mech": "hh", "var": "n"},
}
WAYS = {
    "fixed": {},
    "second order": {"hParams": {"secondorder": 2, "v_init": -65.0, "celsius": 6.3}},
    "variable": {"cvode_active": True, "cvode_atol": 1e-4},
    "local": {"cvode_active": True, "cvode_atol": 1e-4, "use_local_dt": True},
}


def plain(options):
    """The same cell in plain NEURON, recorded at every step: {label: (samples,)}, and the time."""
    soma, dend = h.Section(name="soma"), h.Section(name="dend")
    soma.L = soma.diam = 20
    dend.L, dend.diam, dend.nseg, dend.Ra = 200, 2, 5, 100
    dend.connect(soma, 1, 0)
    soma.insert("hh")
    dend.insert("pas")
    dend.g_pas, dend.e_pas = 1e-4, -65
    clamp = h.IClamp(dend(0.5))
    clamp.amp, clamp.delay, clamp.dur = 0.5, 2, 20
    vectors = {
        "v": h.Vector().record(dend(0.9)._ref_v),
        "ina": h.Vector().record(soma(0.5)._ref_ina),
        "n": h.Vector().record(soma(0.5)._ref_n_hh),
        "t": h.Vector().record(h._ref_t),
    }
    variable = h.CVode()
    variable.active(int(options.get("cvode_active", False)))
    variable.use_local_dt(int(options.get("use_local_dt", False)))
    variable.atol(options.get("cvode_atol", 1e-3))
    h.secondorder, h.dt, h.celsius = options.get("hParams", {}).get("secondorder", 0), 0.025, 6.3
    h.finitialize(-65)
    while h.t < 30 - 1e-9:
        h.fadvance()
    variable.use_local_dt(0)
    variable.active(0)
    h.secondorder = 0
    return {label: np.array(vector) for label, vector in vectors.items()}


@pytest.mark.parametrize(
    ("way", "threads"), [(way, n) for way in WAYS for n in (1, 2, 3) if (way, n > 1) != ("local", True)]
)
def test_traces_are_those_of_plain_neuron(way, threads):
    options = {**WAYS[way], "threads": threads}
    common = {
        "duration": 30,
        "dt": 0.025,
        "recordStep": 0.1,
        "recordTraces": VARIABLES,
        "recordCells": ["all"],
    }
    results = netspec.run(NET, {**common, **options})
    expected = plain(options)
    for label in VARIABLES:
        for gid in range(3):
            found = np.asarray(results.traces[label][gid])
            if "cvode_active" in options:
                # Steps differ, and plain NEURON's values are between them.
                at = np.interp(results.time, expected["t"], expected[label])
                assert np.abs(found - at).max() < 0.05 * np.ptp(at)
            else:
                np.testing.assert_array_equal(found, expected[label][::4][: len(found)])
    assert len(results.time) >= 300


@pytest.mark.parametrize(
    "way",
    [
        {"cvode_active": True, "cvode_atol": 1e-5},
        {"cvode_active": True, "cvode_atol": 1e-5, "use_local_dt": True},
        {"hParams": WAYS["second order"]["hParams"]},
        {"cvode_active": True, "cvode_atol": 1e-5, "threads": 2},
    ],
)
def test_signals_are_those_of_small_steps(way):
    common = {"duration": 20, "dt": 0.005, "recordStep": 0.1, "recordLFP": [[20, 60, 10]]}
    clamp = {"type": "IClamp", "amp": 0.5, "del": 2.03, "dur": 20}  # jumps between two samples
    net = {**NET, "stimSourceParams": {"clamp": clamp}}
    exact, found = (netspec.run(net, {**common, **more}).signals["LFP"].values[:, 0] for more in ({}, way))
    assert len(found) == len(exact)
    assert np.abs(found - exact).max() < 0.1 * np.ptp(exact)
    assert np.abs(found - exact).mean() < 0.002 * np.ptp(exact)


@pytest.mark.parametrize("threads", [1, 2, 4])
def test_noise_and_spikes_are_those_of_plain_neuron(threads):
    """Each NetStim has numbers of its own, so threads cannot take them from each other."""
    made = ring.plan(threads=threads)
    network = ring.network(test_run.by_hand.ranks(), made)
    network.run()
    spikes = network.collect().spikes
    network.close()
    if threads == 1:
        spikes = spikes.take(np.lexsort((spikes["gid"], spikes["time"])))
    times, gids = (np.array(column) for column in test_run.plain(ring.plan()))
    assert len(times) > 20
    np.testing.assert_array_equal(spikes["time"], times[np.lexsort((gids, times))])
    np.testing.assert_array_equal(spikes["gid"], gids[np.lexsort((gids, times))])
    assert h.ParallelContext().nthread() == 1


def test_a_variable_step_in_threads_is_near_that_of_one():
    options = {"cvode_active": True, "cvode_atol": 1e-5, "hParams": {"celsius": 6.3, "v_init": -65}}
    alone, apart = (unequal.numbers(unequal.run({**options, "threads": n})) for n in (1, 3))
    assert sorted(alone["gid"]) == sorted(apart["gid"])
    np.testing.assert_allclose(apart["time"], alone["time"], atol=1e-3)
    assert apart.keys() == alone.keys()
    for name in ("v 3 ", "m 14 ", "LFP"):
        assert len(apart[name]) == len(alone[name])
        np.testing.assert_allclose(apart[name], alone[name], atol=0.02 * np.ptp(alone[name]))


def test_signals_from_potentials_with_clamps_in_every_thread():
    """Nodes of two threads have the same index, so that clamps must not be found by it."""
    clamps = {f"clamp{k}": {"type": "IClamp", "amp": 0.1 * (k + 1), "del": 2 + k, "dur": 5} for k in range(4)}
    targets = {
        name: {"source": name, "conds": {"cellList": [2 * k]}, "sec": "soma"} for k, name in enumerate(clamps)
    }
    net = unequal.net()
    net["stimSourceParams"].update(clamps)
    net["stimTargetParams"].update(targets)
    options = {
        **unequal.BASE,
        "saveIMembrane": False,
        "recordTraces": {},
        "saveLFPCells": True,
        "duration": 20,
    }
    alone, apart = (netspec.run(net, {**options, "threads": n}).signals for n in (1, 3))
    for name in ("LFP", "dipole"):
        np.testing.assert_array_equal(apart[name].values, alone[name].values)
    assert len(alone["LFP"].cells) == 16
    for gid, values in alone["LFP"].cells.items():
        np.testing.assert_array_equal(apart["LFP"].cells[gid], values)


def test_running_again_in_threads_gives_the_same():
    network = ring.network(test_run.by_hand.ranks(), ring.plan(threads=2))
    found = []
    for _ in range(2):
        network.run()
        collected = network.collect()
        found.append((collected.spikes["time"].tolist(), collected.traces["v"][0].tolist()))
    network.close()
    assert found[0] == found[1]
    assert len(found[0][1]) == 1001


UNSAFE = """NEURON { SUFFIX shaky GLOBAL last RANGE g NONSPECIFIC_CURRENT i }
PARAMETER { g = 0 }
ASSIGNED { v (mV) i (mA/cm2) last }
BREAKPOINT { i = g * v  last = i }
"""


@pytest.mark.parametrize("safe", [False, True])
def test_mod_files_that_are_not_safe_are_named(tmp_path, safe):
    name = "calm" if safe else "shaky"
    text = UNSAFE.replace("shaky", "calm THREADSAFE") if safe else UNSAFE
    (tmp_path / f"{name}.mod").write_text(text)
    secs = {"soma": {"geom": {"L": 20, "diam": 20}, "mechs": {name: {}}}}
    net = {"cellParams": {"c": {"secs": secs}}, "popParams": {"E": {"cellType": "c", "numCells": 3}}}
    assert len(netspec.run(net, {"duration": 1}, mod=tmp_path).plan.cells) == 3
    if safe:
        assert len(netspec.run(net, {"duration": 1, "threads": 2}, mod=tmp_path).plan.cells) == 3
        return
    with pytest.raises(SpecError) as caught:
        netspec.run(net, {"duration": 1, "threads": 2}, mod=tmp_path)
    assert [problem.path for problem in caught.value.problems] == ["simConfig.threads"]
    assert "'shaky'" in str(caught.value)
    assert 'Assignment to the GLOBAL variable, "last", is not thread safe' in str(caught.value)


@pytest.mark.parametrize("where", ["connection", "stimulus"])
def test_threads_need_delays_of_two_steps(where):
    net = unequal.net()
    entry = net["connParams"]["fire->all"] if where == "connection" else net["stimTargetParams"]["bkg"]
    entry["delay"] = 0.04
    path = {
        "connection": "netParams.connParams['fire->all'].delay",
        "stimulus": "netParams.stimTargetParams['bkg'].delay",
    }[where]
    with pytest.raises(SpecError) as caught:
        netspec.run(net, {**unequal.BASE, "threads": 2})
    assert [problem.path for problem in caught.value.problems] == [path]
    assert "below two time steps" in str(caught.value)


def test_linear_mechanisms_are_refused():
    matrix = h.Matrix(1, 1)
    kept = h.LinearMechanism(matrix, matrix, h.Vector(1), h.Vector(1))
    with pytest.raises(SpecError, match="LinearMechanism"):
        netspec.run(NET, {"duration": 1, "threads": 2})
    del kept
    assert h.ParallelContext().nthread() == 1
