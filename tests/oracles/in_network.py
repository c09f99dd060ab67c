"""Numbers of the pictures of a network, by the verbs that both packages have.

python in_network.py PACKAGE FILE     FILE: JSON, what each call returns
"""

import importlib
import itertools
import json
import sys

import numpy as np
from matplotlib import pyplot

OF_POPULATIONS = ("weight", "delay", "numConns", "probability", "strength", "convergence", "divergence")
OF_CELLS = ("weight", "delay", "numConns")
INCLUDES = {
    "all": {"includePre": ["all"], "includePost": ["all"]},
    "cells": {"includePre": ["allCells"], "includePost": ["allCells"]},
    "some": {"includePre": ["A", "noise"], "includePost": ["B"]},
    "members": {"includePre": [("A", [0, 2, 3]), 9], "includePost": ["A", ("B", [1, 2])]},
    "source": {"includePre": ["S"], "includePost": ["A", "B"]},
}
SYNAPSES = {"every": {}, "exc": {"synMech": "exc"}, "two": {"synMech": ["exc", "inh"]}}
BINS = {"groupBy": "y", "groupByIntervalPre": 40, "groupByIntervalPost": 50, "synMech": ["exc", "inh"]}


def cases():
    """Name -> arguments of plotConn."""
    found = {}
    for feature, (name, include), (of, syns) in itertools.product(
        OF_POPULATIONS, INCLUDES.items(), SYNAPSES.items()
    ):
        found[f"pop {feature} {name} {of}"] = {"feature": feature, **include, **syns}
        if feature in OF_CELLS:
            found[f"cell {feature} {name} {of}"] = {"feature": feature, "groupBy": "cell", **include, **syns}
    for feature, name in itertools.product(OF_POPULATIONS, ("cells", "members")):
        # NetPyNE's postsynaptic bins are the presynaptic ones where both include the same cells.
        width = {"groupByIntervalPost": 40} if name == "cells" else {}
        found[f"y {feature} {name}"] = {"feature": feature, **INCLUDES[name], **BINS, **width}
    for feature in OF_POPULATIONS:
        pairs = {"synOrConn": "conn", **INCLUDES["source"]}
        found[f"conn {feature}"] = {"feature": feature, **pairs}
        found[f"log {feature}"] = {"feature": feature, "logPlot": True, **INCLUDES["cells"]}
    for group in ("pop", "cell"):
        without = {"removeWeightNorm": True, "feature": "weight", "groupBy": group}
        found[f"{group} without norm"] = {**without, "includePre": ["A"], "includePost": ["A"]}
    ordered = {"feature": "weight", "groupBy": "cell", "orderBy": "y"}
    found["ordered"] = {**ordered, **INCLUDES["cells"]}
    found["ordered members"] = {**ordered, **INCLUDES["members"]}
    return found


DISYNAPTIC = {
    "all": {},
    "A": {"includePre": ["A"]},
    "B": {"includePre": ["A"], "includePost": ["B"], "includePrePre": ["B"]},
    "S": {"includePrePre": ["S"]},
}


def network():
    """Cells of two kinds, a population of NetStims, and a stimulus.

    NetPyNE cannot make bins of a tag that begin at 0.
    """
    soma = {
        "geom": {"L": 20, "diam": 20, "nseg": 1},
        "mechs": {"pas": {"g": 1e-4, "e": -65}},
        "weightNorm": [2.0],
    }
    dend = {"geom": {"L": 100, "diam": 2, "nseg": 3}, "mechs": {"pas": {"g": 1e-4, "e": -65}}}
    dend |= {
        "topol": {"parentSec": "soma", "parentX": 1.0, "childX": 0.0},
        "weightNorm": [3.0, 5.0, 7.0],
    }
    axon = {"geom": {"L": 30, "diam": 1, "nseg": 1}, "topol": dend["topol"], "mechs": soma["mechs"]}

    def rule(pre, post, **more):
        ends = {"preConds": {"pop": pre}, "postConds": {"pop": post}}
        return {**ends, "synMech": "exc", "weight": 0.001, "delay": "1 + dist_3D/100", **more}

    rules = {
        "A->A": rule("A", "A", probability=0.5, sec="dend"),
        "A->B": rule("A", "B", probability="exp(-dist_3D/60)", synsPerConn=2, weight="0.001*pre_ynorm"),
        "B->A": rule("B", "A", convergence=2, synMech=["inh", "exc"], synMechWeightFactor=[1, 0.5]),
        "S->A": rule("S", "A", probability=0.7, weight=0.002),
    }
    return {
        "cellParams": {
            "C": {"secs": {"soma": soma, "dend": dend, "axon": axon}},
            "D": {"secs": {"soma": soma}},
        },
        "popParams": {
            "A": {"cellType": "C", "numCells": 6, "yRange": [50, 190]},
            "B": {"cellType": "D", "numCells": 4, "yRange": [60, 150]},
            "S": {"cellModel": "NetStim", "numCells": 3, "yRange": [50, 80], "rate": 20, "noise": 0.5},
        },
        "synMechParams": {name: {"mod": "ExpSyn", "tau": 2, "e": e} for name, e in (("exc", 0), ("inh", -75))}
        | {"own": {"mod": "ExpSyn", "tau": 3, "e": 0}},
        "connParams": rules,
        "stimSourceParams": {"noise": {"type": "NetStim", "rate": 50, "noise": 0.5}},
        "stimTargetParams": {
            "noise->B": {
                "source": "noise",
                "conds": {"pop": "B"},
                "synMech": "own",
                "weight": 0.01,
                "delay": 3,
            }
        },
        "sizeX": 100,
        "sizeY": 200,
        "sizeZ": 100,
    }


def simulated(package):
    """The package's sim after a short run."""
    sim, specs = (importlib.import_module(f"{package}.{name}") for name in ("sim", "specs"))
    options = {"duration": 20, "verbose": False, "filename": "out", "recordStim": True}
    sim.create(specs.NetParams(network()), specs.SimConfig(options))
    sim.simulate()
    return sim


def matrix(sim, arguments):
    """What plotConn draws. NetPyNE's drawing stops at most matrices that are not square, and returns -1."""
    made = sim.analysis.plotConn(**arguments, showFig=False)
    pyplot.close("all")
    if made != -1:
        return made[1]["connMatrix"]
    function = importlib.import_module("netpyne.analysis.network")._plotConnCalculateFromSim
    defaults = {"orderBy": "gid", "synOrConn": "syn", "synMech": None, "removeWeightNorm": False}
    return function(**{"groupByIntervalPre": None, "groupByIntervalPost": None, **defaults, **arguments})[0]


SHAPES = {
    "numSyns": {"cvar": "numSyns", "includePre": ["A", "B"], "includePost": ["A", "B"]},
    "numSyns without axon": {"cvar": "numSyns", "includePost": ["A"], "includeAxon": False},
    "weightNorm": {"cvar": "weightNorm", "includePost": [0, 7]},
    "voltage": {"cvar": "voltage", "includePost": ["A", "B"]},
}


def colours(sim, package, arguments):
    """Values that plotShape colours segments by. NetPyNE's drawing fails after that with new matplotlibs."""
    if package == "netspec":
        values = sim.analysis.plotShape(**arguments)[1]["cvals"]
        return values[np.isfinite(values)].tolist()
    kept = []
    drawing = importlib.import_module("netpyne.support.morphology")
    drawing.shapeplot = lambda *_, cvals, **more: kept.extend(np.asarray(cvals, float).tolist())
    sim.plotting.plotShape(**arguments, showFig=False)
    return kept


def numbers(package):
    """Name of a call -> what it returned, without figures."""
    sim = simulated(package)
    found = {}
    for name, arguments in cases().items():
        found[name] = np.asarray(matrix(sim, arguments), float).tolist()
    found |= {f"disynaptic {n}": sim.analysis.calculateDisynaptic(**a) for n, a in DISYNAPTIC.items()}
    found |= {f"shape {name}": colours(sim, package, given) for name, given in SHAPES.items()}
    for view in ("xy", "xz"):
        _, data = sim.analysis.plot2Dnet(view=view, showFig=False)
        found[f"2Dnet {view}"] = [list(map(float, data["posX"])), list(map(float, data["posY"]))]
        pyplot.close("all")
    return found


if __name__ == "__main__":
    package, path = sys.argv[1:]
    with open(path, "w") as file:
        json.dump(numbers(package), file)
