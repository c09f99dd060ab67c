"""Changes a built network step by step with one package and writes the spikes after each as JSON.

python modify.py PACKAGE OUTPUT
"""

import json
import os
import sys

import dump

SECS = {
    "soma": {"geom": {"L": 20, "diam": 20, "cm": 1}, "mechs": {"hh": {"gnabar": 0.12}}},
    "dend": {
        "geom": {"L": 100, "diam": "uniform(1.8, 2.2)", "nseg": 3},
        "topol": {"parentSec": "soma", "parentX": 1, "childX": 0},
        "mechs": {"pas": {"g": 0.0001, "e": -65}},
    },
}
NET = {
    "cellParams": {"P": {"secs": SECS}},
    "popParams": {"E": {"cellType": "P", "numCells": 6}, "I": {"cellType": "P", "numCells": 4}},
    "synMechParams": {
        "exc": {"mod": "Exp2Syn", "tau1": 0.1, "tau2": 3, "e": 0},
        "inh": {"mod": "Exp2Syn", "tau1": 0.5, "tau2": 8, "e": -80},
    },
    "stimSourceParams": {
        "bkg": {"type": "NetStim", "rate": 60, "noise": 0.6},
        "ic": {"type": "IClamp", "del": 5, "dur": 60, "amp": 0.2},
    },
    "stimTargetParams": {
        "bkg->P": {"source": "bkg", "conds": {"cellType": "P"}, "weight": 0.02, "delay": 1, "synMech": "exc"},
        "ic->E": {"source": "ic", "conds": {"pop": "E"}, "sec": "soma", "loc": 0.5},
    },
    "connParams": {
        label: {
            "preConds": {"pop": label[0]}, "postConds": {"pop": ["E", "I"]}, "probability": 0.7,
            "weight": 0.004, "delay": 2, "synMech": synapse, "sec": section,
        }
        for label, synapse, section in (("E->all", "exc", "dend"), ("I->all", "inh", "soma"))
    },
}  # fmt: skip
CHANGES = [
    ("modifyConns", {"conds": {"label": "E->all"}, "weight": 0.009, "delay": 4}),
    (
        "modifyConns",
        {"conds": {"label": "I->all", "preGid": [7, 8]}, "postConds": {"pop": "E"}, "weight": 0.03},
    ),
    ("modifyConns", {"conds": {"sec": "dend", "synMech": "exc", "preGid": 2}, "weight": 0.0}),
    ("modifyConns", {"conds": {"postGid": 1}, "weight": 0.012}),
    (
        "modifyCells",
        {
            "conds": {"pop": "I"},
            "secs": {
                "soma": {"geom": {"L": 32}, "mechs": {"hh": {"gnabar": 0.2}}},
                "dend": {"geom": {"Ra": 80}},
            },
        },
    ),
    ("modifyCells", {"conds": {"gid": [0, 3]}, "secs": {"dend": {"geom": {"L": 220}, "vinit": -50}}}),
    ("modifyCells", {"conds": {"pop": "E"}, "secs": {"dend": {"geom": {"diam": "uniform(1.8, 2.2)"}}}}),
    ("modifyCells", {"conds": {"gid": [2, 8]}, "secs": {"dend": {"geom": {"diam": "uniform(1.8, 2.2)"}}}}),
    (
        "modifyCells",
        {
            "conds": {"pop": "E"},
            "secs": {
                "axon": {
                    "geom": {"L": 60, "diam": 1.5, "nseg": 2},
                    "topol": {"parentSec": "soma", "parentX": 0, "childX": 0},
                    "mechs": {"hh": {"gnabar": 0.2}},
                    "pointps": {"extra": {"mod": "IClamp", "loc": 0.5, "del": 20, "dur": 30, "amp": 0.15}},
                },
            },
        },
    ),
    (
        "modifyCells",
        {
            "conds": {"pop": "I"},
            "secs": {
                "soma": {"geom": {"L": 200, "nseg": 5}},
                "dend": {"topol": {"parentSec": "soma", "parentX": 0.2, "childX": 1}},
            },
        },
    ),
    ("modifySynMechs", {"conds": {"sec": "dend", "label": "exc"}, "tau2": 7}),
    ("modifySynMechs", {"conds": {"sec": "soma", "label": "inh"}, "cellConds": {"pop": "I"}, "e": -60}),
    ("modifySynMechs", {"tau2": 5}),
    ("modifyConns", {"weight": 0.011}),
    ("modifyStims", {"conds": {"label": "ic->E"}, "amp": 0.6, "del": 12}),
    ("modifyStims", {"conds": {"source": "bkg"}, "cellConds": {"pop": "I"}, "noise": 0.9}),
    ("modifyStims", {"conds": {"type": "NetStim"}, "interval": 9, "start": 4}),
    ("modifyStims", {"conds": {"source": "bkg"}, "seed": 5}),
]


def main():
    package, output = sys.argv[1:]
    specs, sim = dump.load(package)
    sim.create(specs.NetParams(NET), specs.SimConfig({"duration": 100}))
    found = {"built": spikes(sim)}
    for k, (verb, params) in enumerate(CHANGES):
        getattr(sim.net, verb)(params)
        found[f"{k} {verb}"] = spikes(sim)
    called = []
    sim.runSimWithIntervalFunc(15, lambda t, add: called.append(round(t + add, 6)), funcArgs={"add": 1})
    sim.gatherData()
    found["intervals"] = [called, dump.spikes(sim.allSimData)]
    called.clear()
    sim.runSimWithIntervalFunc(20, lambda t: called.append(round(t, 6)), timeRange=[25, 70])
    sim.gatherData()
    found["part"] = [called, dump.spikes(sim.allSimData)]
    sim.clearAll()
    sim.create(specs.NetParams(NET), specs.SimConfig({"duration": 100}))
    found["again"] = spikes(sim)
    cfg = {"duration": 100, "saveFolder": "saved", "simLabel": package, "savePickle": True}
    NET["cellParams"]["P"]["secs"]["dend"]["geom"]["diam"] = 2  # NetPyNE cannot pickle string functions
    sim.create(specs.NetParams(NET), specs.SimConfig(cfg))
    sim.intervalSimulate(30)
    found["interval files"] = [sorted(os.listdir("saved/interval_data")), dump.spikes(sim.allSimData)]
    sim.createSimulateAnalyzeInterval(specs.NetParams(NET), specs.SimConfig(cfg), interval=40)
    found["created"] = [sorted(os.listdir("saved/interval_data")), dump.spikes(sim.allSimData)]
    with open(output, "w") as file:
        json.dump(found, file, default=dump.plain)


def spikes(sim):
    sim.simulate()
    return dump.spikes(sim.allSimData)


if __name__ == "__main__":
    main()
