"""A network with units in its numbers does what it does with plain numbers, with mod files of its own too."""

import numpy as np
import pytest

import netspec

pytestmark = pytest.mark.neuron
MOD = """NEURON { POINT_PROCESS UnitsAlpha RANGE tau, e, gmax, i NONSPECIFIC_CURRENT i }
UNITS { (pS) = (picosiemens) (nA) = (nanoamp) (mV) = (millivolt) }
PARAMETER { tau = 2 (ms) e = 0 (mV) gmax = 100 (pS) }
ASSIGNED { v (mV) i (nA) }
STATE { g (pS) }
INITIAL { g = 0 }
BREAKPOINT { SOLVE decay METHOD cnexp  i = (1e-6)*g*(v - e) }
DERIVATIVE decay { g' = -g/tau }
NET_RECEIVE(w (nS)) { g = g + 1000*w + gmax }
"""
CELL = {"geom": {"L": 20, "diam": 20}, "mechs": {"hh": {"gnabar": 0.1}}, "ions": {"na": {"e": 45}}}
PLAIN = {
    "cellParams": {"cell": {"secs": {"soma": CELL}, "globals": {"celsius": 10.0}}},
    "popParams": {
        "E": {"cellType": "cell", "numCells": 2},
        "S": {"cellModel": "NetStim", "numCells": 1, "rate": 100, "start": 2},
    },
    "synMechParams": {"own": {"mod": "UnitsAlpha", "tau": 3, "gmax": 50}},
    "connParams": {
        "S->E": {
            "preConds": {"pop": "S"},
            "postConds": {"pop": "E"},
            "synMech": "own",
            "weight": 9,
            "delay": 1.5,
        }
    },
    "stimSourceParams": {"ic": {"type": "IClamp", "del": 5, "dur": 10, "amp": 0.1}},
    "stimTargetParams": {"ic->E": {"source": "ic", "conds": {"pop": "E"}, "sec": "soma", "loc": 0.5}},
}
UNITS = {
    **PLAIN,
    "cellParams": {
        "cell": {
            "secs": {
                "soma": {
                    "geom": {"L": "0.02 mm", "diam": "20 um"},
                    "mechs": {"hh": {"gnabar": "100 mS/cm2"}},
                    "ions": {"na": {"e": "0.045 V"}},
                }
            },
            "globals": {"celsius": "10 degC"},
        }
    },
    "popParams": {
        **PLAIN["popParams"],
        "S": {"cellModel": "NetStim", "numCells": 1, "rate": "0.1 kHz", "start": "2000 us"},
    },
    "synMechParams": {"own": {"mod": "UnitsAlpha", "tau": "0.003 s", "gmax": "0.05 nS"}},
    "connParams": {"S->E": {**PLAIN["connParams"]["S->E"], "weight": "9000 pS", "delay": "1500 us"}},
    "stimSourceParams": {"ic": {"type": "IClamp", "del": "5 ms", "dur": "0.01 s", "amp": "100 pA"}},
}
TRACES = {"v": {"sec": "soma", "loc": 0.5, "var": "v"}}


@pytest.fixture
def mod(tmp_path):
    (tmp_path / "alpha.mod").write_text(MOD)
    return tmp_path


def test_same_traces_as_with_plain_numbers(mod):
    plain, units = (
        netspec.run(
            net, {"duration": time, "dt": step, "recordCells": ["E"], "recordTraces": TRACES}, mod=mod
        )
        for net, time, step in ((PLAIN, 30, 0.025), (UNITS, "0.03 s", "25 us"))
    )
    for gid, trace in plain.traces["v"].items():
        assert np.ptp(trace) > 5
        np.testing.assert_array_equal(units.traces["v"][gid], trace)


def test_saved_results_are_read_without_the_mod_file(mod, tmp_path):
    made = netspec.run(UNITS, {"duration": "2 ms"}, mod=mod)
    made.save(tmp_path / "results.h5")
    read = netspec.load(tmp_path / "results.h5").plan.model.spec
    assert read.network == made.plan.model.spec.network
    assert read.units["UnitsAlpha"] == {"tau": "ms", "gmax": "pS", "weight of a connection": "nS"}


def test_plan_without_neuron_knows_the_mod_file(mod):
    from netspec import native

    plan = native.plan(UNITS, mod=mod)
    assert plan.connections["weight"].tolist() == [9.0, 9.0]
