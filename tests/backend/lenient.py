"""Networks that NetPyNE refuses, and the same in words that it knows: python lenient.py NAME prints JSON."""

import json
import sys

import coupled

import netspec

ENDS = {"preConds": {"pop": "A"}, "postConds": {"pop": "B"}}
PAIRS = [[0, 1], [3, 0], [2, 2], [1, 4], [3, 3]]
BOTH = ["soma", "dend"]
CHEMICAL = {**ENDS, "connList": PAIRS, "synMech": "exc", "weight": 0.002, "delay": 1.5}
ELECTRICAL = {"connList": [[0, 0], [1, 3], [2, 2]], "synMech": "gap", "sec": "dend", "loc": 0.7,
              "preLoc": 0.2, "preSec": "dend"}  # fmt: skip
GRADED = {"preConds": {"pop": "B"}, "postConds": {"pop": "A"}, "connList": [[4, 0], [1, 2]], "sec": "dend",
          "loc": 0.2, "preSec": "soma", "synMech": "graded"}  # fmt: skip


def cell():
    """A soma that fires, and a dendrite."""
    soma = {"geom": {"L": 20, "diam": 20, "nseg": 1}, "mechs": {"hh": {"gnabar": 0.12}}}
    dend = {
        "geom": {"L": 200, "diam": 2, "nseg": 5, "Ra": 100, "cm": 1.5},
        "topol": {"parentSec": "soma", "parentX": 1, "childX": 0},
        "mechs": {"pas": {"g": [0.0001, 0.0002, 0.0003, 0.0002, 0.0001], "e": -65}},
        "ions": {"na": {"e": 50, "i": 10, "o": 140}},
        "weightNorm": [1, 2, 3, 4, 5],
    }
    return {"secs": {"soma": soma, "dend": dend}, "secLists": {"all": BOTH}, "globals": {"celsius": 8}}


def network(connections, **more):
    """Four cells that a noisy input drives, and five that they drive."""
    synapses = {
        "exc": {"mod": "Exp2Syn", "tau1": 0.5, "tau2": 3, "e": 0},
        "gap": {"mod": "GapJunction", "gmax": 0.001, "pointerParams": {"target_var": "vpeer"}},
        "graded": {
            "mod": "GradedSynapse",
            "gmax": 0.002,
            "pointerParams": {"target_var": "far", "bidirectional": False},
        },
    }
    return {
        "cellParams": {"P": cell()},
        "popParams": {
            "A": {"cellType": "P", "numCells": 4, "xRange": [0, 50]},
            "B": {"cellType": "P", "cellsList": [{"x": 10 * k, "y": 5, "z": 30} for k in range(5)]},
            "N": {"cellModel": "NetStim", "numCells": 6, "rate": 90, "noise": 0.7, "start": 1},
        },
        "synMechParams": synapses,
        "connParams": {
            "input": {
                "preConds": {"pop": "N"}, "postConds": {"pop": "A"}, "convergence": 3,
                "weight": [0.004, 0.002], "delay": 1, "synsPerConn": 2, "loc": [0.3, 0.7], "sec": "dend",
                "synMech": "exc",
            },
            **connections,
        },
        "stimSourceParams": {"step": {"type": "IClamp", "del": 20, "dur": 15, "amp": 0.3}},
        "stimTargetParams": {
            "step": {"source": "step", "conds": {"pop": "A", "cellList": [1]}, "sec": "soma", "loc": 0.5}
        },
        **more,
    }  # fmt: skip


def as_text(value, leave=("connList", "cellList")):
    """The same with every number as text."""
    if isinstance(value, dict):
        return {key: item if key in leave else as_text(item) for key, item in value.items()}
    if isinstance(value, list):
        return [as_text(item) for item in value]
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def moved(place):
    """A subcellular rule for everything, or chemical synapses where it would put them."""
    chemical = {**CHEMICAL, "sec": "dend", "loc": 0.9 if place else 0.5}
    back = {**chemical, "preConds": {"pop": "B"}, "postConds": {"pop": "A"}, "connList": [[0, 2], [3, 1]]}
    rules = {"chemical": chemical, "gap": {**ENDS, **ELECTRICAL}, "graded": GRADED, "back": back}
    density = {"type": "distance", "ref_sec": "dend", "ref_seg": 0.9}
    everywhere = {"preConds": {"pop": ["A", "B"]}, "postConds": {"pop": ["A", "B"]}, "density": density}
    return network(rules, subConnParams={} if place else {"all": everywhere})


VALUES = {"weight": [0.002 * (k + 1) for k in range(5)], "delay": [1 + k for k in range(5)],
          "loc": [0.1, 0.3, 0.5, 0.7, 0.9], "sec": "dend"}  # fmt: skip
EACH = [BOTH] * len(PAIRS)
SPREAD = {**CHEMICAL, "synsPerConn": 3}
RANDOM = {"distributeSynsUniformly": False}
NETWORKS = {
    "numbers": network({"r": {**CHEMICAL, **VALUES}, "p": {**ENDS, "probability": 0.4, "synMech": "exc"}}),
    "sections": network({"r": {**CHEMICAL, "sec": BOTH}}),
    "sections for each": network({"r": {**CHEMICAL, "sec": EACH}}),
    "a location": network({"r": {**CHEMICAL, "sec": BOTH, "loc": 0.3}}),
    "a location for each": network({"r": {**CHEMICAL, "sec": EACH, "loc": [0.3] * 5}}),
    "spread, a location": network({"r": {**SPREAD, "sec": BOTH, "loc": 0.3}}),
    "spread": network({"r": {**SPREAD, "sec": EACH}}),
    "random, a location": network({"r": {**SPREAD, **RANDOM, "sec": BOTH, "loc": 0.3}}),
    "random": network({"r": {**SPREAD, **RANDOM, "sec": EACH}}),
    "one section, a location": network({"r": {**SPREAD, "sec": "dend", "loc": "0.3"}}),
    "one section": network({"r": {**SPREAD, "sec": "dend"}}),
    "moved": moved(place=False),
    "there already": moved(place=True),
}
CFG = {
    "duration": 100,
    "recordStep": 0.5,
    "seeds": {"conn": 4, "stim": 5, "loc": 6},
    "hParams": {"celsius": 6.3, "v_init": -65},
    "recordCells": ["all"],
    "recordTraces": {"v": {"sec": "dend", "loc": 0.5, "var": "v"}},
}
NETWORKS["text"] = as_text(NETWORKS["numbers"])
CFGS = {"text": as_text(CFG)}


def main():
    name = sys.argv[1]
    results = netspec.run(NETWORKS[name], CFGS.get(name, CFG), mod=coupled.MOD)
    if len(results.traces.get("v", ())) == 9:
        plan = results.plan
        found = {"v": {gid: trace.tolist() for gid, trace in results.traces["v"].items()}}
        for name, table in {
            "spikes": results.spikes,
            "connections": plan.connections,
            "gaps": plan.gaps,
        }.items():
            columns = [column.tolist() for key, column in table.columns.items() if key != "row"]
            found[name] = sorted(zip(*columns, strict=True))
        print(json.dumps(found))


if __name__ == "__main__":
    main()
