"""Reactions inside cells: diffusion, mass action, rates, concentrations that vary along a cell."""

POINTS = {"soma": [[0, 0, 0, 20], [20, 0, 0, 20]], "dend": [[20, 0, 0, 2], [120, 0, 0, 1]]}


def network():
    secs = {
        "soma": {"geom": {"pt3d": POINTS["soma"]}, "mechs": {"hh": {}}},
        "dend": {
            "geom": {"pt3d": POINTS["dend"], "nseg": 7},
            "mechs": {"pas": {}},
            "topol": {"parentSec": "soma", "parentX": 1.0, "childX": 0.0},
        },
    }
    params = {
        "cellParams": {"PYR": {"secs": secs}},
        "popParams": {
            "A": {"cellType": "PYR", "numCells": 3},
            "B": {"cellType": "PYR", "numCells": 2},
            "N": {"cellModel": "NetStim", "numCells": 1, "rate": 50},
        },
        "stimSourceParams": {"clamp": {"type": "IClamp", "del": 5, "dur": 30, "amp": 0.5}},
        "stimTargetParams": {
            "clamp->A": {"source": "clamp", "sec": "soma", "loc": 0.5, "conds": {"pop": "A"}}
        },
        "rxdParams": reactions(),
    }
    traces = {
        "V": {"sec": "soma", "loc": 0.5, "var": "v"},
        "ca": {"sec": "soma", "loc": 0.5, "var": "cai"},
        "far": {"sec": "dend", "loc": 0.9, "var": "cai"},
        "buf": {"sec": "soma", "loc": 0.5, "var": "bufi"},
        "cabuf": {"sec": "dend", "loc": 0.5, "var": "cabufi"},
        "decay": {"sec": "dend", "loc": 0.5, "var": "slowi"},
    }
    return params, {
        "duration": 40,
        "recordStep": 0.5,
        "recordCells": ["A", ("B", [0])],
        "recordTraces": traces,
    }


def reactions():
    return {
        "constants": {"kf": 1e6, "kb": 1e-2, "start": 1e-4, "far": 60.0},
        "regions": {
            "cyt": {"cells": ["all"], "secs": "all", "nrn_region": "i"},
            "somas": {"cells": ["A", ("B", [0, 1])], "secs": ["soma"], "geometry": "inside"},
            "thin": {
                "cells": ["A", "B"],
                "secs": ["dend"],
                "nrn_region": "i",
                "geometry": {
                    "class": "FractionalVolume",
                    "args": {"volume_fraction": 0.5, "surface_fraction": 1},
                },
            },
        },
        "species": {
            "ca": {
                "regions": ["cyt"],
                "d": 0.6,
                "charge": 2,
                "initial": "start * (2 if node.x > 0.5 and node.sec.name() else 1)",
            },
            "buf": {"regions": "cyt", "initial": 1e-4},
            "cabuf": {"regions": ["cyt"], "initial": 0, "name": "cabuf"},
            "slow": {"regions": ["thin"], "initial": 1.0},
            "there": {"regions": ["somas"], "initial": "2 * start"},
        },
        "reactions": {
            "buffering": {
                "reactant": "2 * ca + buf",
                "product": "cabuf",
                "rate_f": "kf",
                "rate_b": "kb",
            },
            "saturating": {
                "reactant": "buf",
                "product": "cabuf",
                "rate_f": "1e-4 * buf / (buf + start) * rxdmath.exp(-buf)",
                "regions": ["cyt"],
                "custom_dynamics": True,
            },
        },
        "rates": {
            "loss": {"species": "buf", "rate": "-1e-3 * buf"},
            "decay": {"species": "slow", "rate": "-slow / far"},
            "lost": {"species": "there[somas]", "rate": "-there[somas] / 20", "regions": ["somas"]},
        },
    }
