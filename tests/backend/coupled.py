"""Runs two or more coupled cells and prints what happened as JSON: python coupled.py SETTINGS (as JSON)."""

import json
import sys
from pathlib import Path

import netspec

TESTS = Path(__file__).parents[1]
MOD = [TESTS / "oracles" / "mod", TESTS / "backend" / "mod"]


def passive(length=20.0):
    """A passive sphere, or so: its input conductance is 0.0001 S/cm2 times its area."""
    return {
        "soma": {
            "geom": {"L": length, "diam": length, "nseg": 1, "cm": 1.0, "Ra": 100.0},
            "mechs": {"pas": {"g": 0.0001, "e": -70.0}},
        }
    }


def network(synapse, rule=None, cells=2, **options):
    """netParams and simConfig: a row of cells, a current into the first, each coupled to the next."""
    net = {
        "popParams": {"P": {"cellType": "P", "numCells": cells}},
        "cellParams": {"P": {"secs": passive()}},
        "synMechParams": {"gap": synapse},
        "connParams": {
            "next": {
                "preConds": {"pop": "P"},
                "postConds": {"pop": "P"},
                "connList": [[k, k + 1] for k in range(cells - 1)],
                "synMech": "gap",
                **(rule or {}),
            }
        },
        "stimSourceParams": {"ic": {"type": "IClamp", "del": 5, "dur": 1e6, "amp": 0.01}},
        "stimTargetParams": {
            "ic": {"source": "ic", "conds": {"pop": "P", "cellList": [0]}, "sec": "soma", "loc": 0.5}
        },
    }
    cfg = {
        "duration": 200.0,
        "dt": 0.025,
        "recordStep": 1.0,
        "recordCells": ["all"],
        "hParams": {"v_init": -70.0, "celsius": 6.3},
        "recordTraces": {"V": {"sec": "soma", "loc": 0.5, "var": "v"}},
        **options,
    }
    return net, cfg


def voltages(*settings, **more):
    """Membrane potential of every cell [mV], by gid."""
    net, cfg = network(*settings, **more)
    results = netspec.run(net, cfg, mod=MOD)
    return {gid: trace.tolist() for gid, trace in results.traces["V"].items()}, results


def main():
    given = json.loads(sys.argv[1])
    found, results = voltages(**given)
    if len(found) == len(results.plan.cells):
        ends = {name: column.tolist() for name, column in results.plan.gaps.columns.items()}
        print(json.dumps({"V": found, "gaps": ends}))


if __name__ == "__main__":
    main()
