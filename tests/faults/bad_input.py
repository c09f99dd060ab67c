"""A small network that is right, ways to spoil it, and what is said then."""

import copy
import warnings

from netspec.errors import NetspecWarning, SpecError
from netspec.spec.read import read

NETWORK = {
    "popParams": {
        "E": {"cellType": "PYR", "numCells": 4, "ynormRange": [0.1, 0.9]},
        "I": {"cellType": "PYR", "numCells": 2},
    },
    "cellParams": {
        "PYR": {
            "secs": {
                "soma": {
                    "geom": {"L": 20, "diam": 20, "nseg": 1},
                    "mechs": {"hh": {"gnabar": 0.12, "gkbar": 0.036, "gl": 0.0003, "el": -54.3}},
                },
                "dend": {
                    "geom": {"L": 100, "diam": 2, "nseg": 3},
                    "topol": {"parentSec": "soma", "parentX": 1.0, "childX": 0.0},
                    "mechs": {"pas": {"g": 0.0001, "e": -65}},
                },
            }
        }
    },
    "synMechParams": {"exc": {"mod": "Exp2Syn", "tau1": 0.1, "tau2": 5, "e": 0}},
    "stimSourceParams": {
        "bkg": {"type": "NetStim", "rate": 50, "noise": 0.5},
        "ic": {"type": "IClamp", "del": 20, "dur": 50, "amp": 0.3},
    },
    "stimTargetParams": {
        "bkg->all": {
            "source": "bkg",
            "conds": {"cellType": "PYR"},
            "weight": 0.01,
            "delay": 5,
            "synMech": "exc",
        },
        "ic->E": {"source": "ic", "conds": {"pop": "E", "cellList": [0]}, "sec": "soma", "loc": 0.5},
    },
    "connParams": {
        "E->I": {
            "preConds": {"pop": "E"},
            "postConds": {"pop": "I"},
            "probability": 0.7,
            "weight": 0.005,
            "delay": "0.5 + dist_3D / propVelocity",
            "synMech": "exc",
            "sec": "dend",
            "loc": 1.0,
        }
    },
}
SIMULATION = {
    "duration": 100.0,
    "hParams": {"celsius": 34},
    "recordCells": ["E"],
    "recordTraces": {"V": {"sec": "soma", "loc": 0.5, "var": "v"}},
    "analysis": {"plotRaster": {"include": ["all"]}},
}
REMOVE = object()
"""Stands for a key that is taken away."""


def spoiled(root, *changes):
    """(netParams, simConfig) after changes such as ('connParams.E->I.weight', value) to one of them."""
    both = {"netParams": copy.deepcopy(NETWORK), "simConfig": copy.deepcopy(SIMULATION)}
    for path, value in changes:
        *steps, last = path.split(".")
        place = both[root]
        for step in steps:
            place = place.setdefault(step, {})
        if value is REMOVE:
            del place[last]
        else:
            place[last] = value
    return both["netParams"], both["simConfig"]


def said(net_params, sim_config):
    """(problems as 'path: message', warnings) of reading."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            read(net_params, sim_config)
            problems = ()
        except SpecError as error:
            problems = error.problems
    texts = [str(one.message) for one in caught if issubclass(one.category, NetspecWarning)]
    return [f"{problem.path}: {problem.message}" for problem in problems], texts


def lenient(net_params, sim_config):
    """The same without strict checking."""
    return said(net_params, {**sim_config, "strict": False})
