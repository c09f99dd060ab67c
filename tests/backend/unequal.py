"""Very unequal cells with everything that is recorded; a program that runs them and prints what came out.

python unequal.py OPTIONS       JSON: options of simConfig
"""

import json
import sys
from hashlib import sha256

import numpy as np

HH = {"hh": {}}
BALL = {"soma": {"geom": {"L": 18.8, "diam": 18.8, "Ra": 123.0}, "mechs": HH}}
AT_SOMA = {"parentSec": "soma", "parentX": 1.0, "childX": 0.0}
DEND = {
    "geom": {"L": 300, "diam": 2, "nseg": 31, "Ra": 100},
    "topol": AT_SOMA,
    "mechs": {"pas": {"g": 1e-4, "e": -65}},
}
TREE = {**BALL, **{f"dend{k}": DEND for k in range(4)}}
EVERYONE = {"pop": ["tree", "ball"]}


def net():
    """Two trees and fourteen balls, driven by noise and by artificial cells, connected all over."""

    def rule(pre, post, probability, **more):
        return {
            "preConds": {"pop": pre}, "postConds": {"pop": post}, "probability": probability,
            "weight": 0.0003, "delay": "1.2 + uniform(0, 3)", "synMech": "exc", **more,
        }  # fmt: skip

    return {
        "cellParams": {"ball": {"secs": BALL}, "tree": {"secs": TREE}},
        "popParams": {
            "ball": {"cellType": "ball", "numCells": 14},
            "tree": {"cellType": "tree", "numCells": 2},
            "fire": {"cellModel": "IntFire1", "numCells": 5, "tau": 10.0},
            "noise": {
                "cellModel": "NetStim",
                "numCells": 5,
                "rate": 80,
                "noise": 1,
                "start": 0,
                "number": 1000,
            },  # fmt: skip
        },
        "synMechParams": {
            "exc": {"mod": "Exp2Syn", "tau1": 0.5, "tau2": 3.0, "e": 0},
            "inh": {"mod": "Exp2Syn", "tau1": 0.5, "tau2": 8.0, "e": -80},
        },
        "stimSourceParams": {
            "bkg": {"type": "NetStim", "rate": 100, "noise": 1, "start": 0, "number": 1000},
            "clamp": {"type": "IClamp", "amp": 0.3, "del": 3, "dur": 20},
        },
        "stimTargetParams": {
            "bkg": {"source": "bkg", "conds": EVERYONE, "synMech": "exc", "weight": 0.01, "delay": 1},
            "clamp": {"source": "clamp", "conds": {"pop": "tree"}, "sec": "dend2", "loc": 0.7},
        },
        "connParams": {
            "noise->fire": rule("noise", "fire", 0.8, weight=0.9),
            "fire->all": rule("fire", ["tree", "ball"], 0.6, delay=2.0, weight=0.01),
            "all->all": rule(["tree", "ball"], ["tree", "ball"], 0.4, weight=0.001, synMech=["exc", "inh"]),
            "all->tree": rule(["tree", "ball"], "tree", 0.9, sec=["dend0", "dend3"], synsPerConn=3),
        },
    }


TRACES = {
    "v": {"sec": "soma", "loc": 0.5, "var": "v"},
    "far": {"sec": "dend3", "loc": 0.9, "var": "v"},
    "m": {"sec": "soma", "loc": 0.5, "mech": "hh", "var": "m"},
    "g": {"sec": "soma", "loc": 0.5, "synMech": "exc", "var": "g"},
    "im": {"sec": "dend1", "loc": 0.3, "var": "i_membrane_"},
    "i": {"sec": "dend2", "loc": 0.7, "stim": "clamp", "var": "i"},
}
BASE = {
    "duration": 60, "dt": 0.025, "recordStep": 0.1, "recordTraces": TRACES,
    "recordCells": ["tree", ("ball", [3, 4])],
    "recordStim": True, "recordLFP": [[50, 50, 50], [20, 100, 20]], "recordDipole": True,
    "saveIMembrane": ["tree"], "progressBar": 0, "timing": False, "use_fast_imem": True,
}  # fmt: skip


def numbers(results):
    """What a run gave, as lists: spikes in order of time and gid, and everything recorded."""
    spikes = results.spikes
    order = np.lexsort((spikes["gid"], spikes["time"]))
    flat = {"time": spikes["time"][order].tolist(), "gid": spikes["gid"][order].tolist()}
    for label, by_gid in results.traces.items():
        for gid, values in by_gid.items():
            parts = values.items() if isinstance(values, dict) else [("", values)]
            flat.update({f"{label} {gid} {key}": part.tolist() for key, part in parts})
    for gid, by_source in results.stims.items():
        flat.update({f"{gid} {source}": values.tolist() for source, values in by_source.items()})
    for name, signal in results.signals.items():
        if signal.total is not None:
            flat[name] = signal.values.ravel().tolist()
        flat.update({f"{name} {gid}": np.ravel(values).tolist() for gid, values in signal.cells.items()})
    flat["t"] = results.time.tolist()
    return flat


def run(options):
    """Results of the network with these options more than BASE."""
    import netspec

    return netspec.run(net(), {**BASE, **options})


def main():
    results = run(json.loads(sys.argv[1]))
    from netspec.neuron import ranks

    if ranks.start().rank == 0:
        found = numbers(results)
        digests = {key: sha256(np.array(values).tobytes()).hexdigest()[:12] for key, values in found.items()}
        print(json.dumps({"spikes": len(found["time"]), **digests}))


if __name__ == "__main__":
    main()
