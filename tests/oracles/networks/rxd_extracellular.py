"""Extracellular space that takes up what cells let out, and one without cells' share."""


def network():
    soma = {"geom": {"pt3d": [[0, 0, 0, 20], [20, 0, 0, 20]]}, "mechs": {"hh": {}}}
    params = {
        "sizeX": 40,
        "sizeY": 40,
        "sizeZ": 40,
        "cellParams": {"PYR": {"secs": {"soma": soma}}},
        "popParams": {"A": {"cellType": "PYR", "numCells": 4}},
        "stimSourceParams": {"clamp": {"type": "IClamp", "del": 2, "dur": 30, "amp": 0.5}},
        "stimTargetParams": {
            "clamp->A": {"source": "clamp", "sec": "soma", "loc": 0.5, "conds": {"pop": "A"}}
        },
        "rxdParams": reactions(),
    }
    traces = {
        "V": {"sec": "soma", "loc": 0.5, "var": "v"},
        "ki": {"sec": "soma", "loc": 0.5, "var": "ki"},
        "ko": {"sec": "soma", "loc": 0.5, "var": "ko"},
        "ek": {"sec": "soma", "loc": 0.5, "var": "ek"},
        "xo": {"sec": "soma", "loc": 0.5, "var": "xo"},
    }
    return params, {"duration": 20, "recordStep": 0.5, "recordCells": ["all"], "recordTraces": traces}


def reactions():
    box = {"xlo": -20, "ylo": -60, "zlo": -20, "xhi": 60, "yhi": 20, "zhi": 60, "dx": 10}
    return {
        "constants": {"k_out": 3.5, "k_in": 140.0},
        "regions": {
            "cyt": {"cells": "all", "secs": "all", "nrn_region": "i"},
            "ecs": {"extracellular": True, **box, "volume_fraction": 0.2, "tortuosity": 1.6},
        },
        "species": {
            "k": {
                "regions": ["cyt", "ecs"],
                "d": 2.62,
                "charge": 1,
                "initial": "k_in if node.region == cyt else k_out",
            },
            "x": {
                "regions": ["ecs"],
                "d": 1.0,
                "initial": "1.0 if isinstance(node, rxd.node.NodeExtracellular) and node.x3d < 20 else 0.0",
                "ecs_boundary_conditions": 0.1,
            },
        },
        "rates": {"uptake": {"species": "x[ecs]", "rate": "-0.01 * x[ecs]", "regions": ["ecs"]}},
    }
