"""Reactions across the membrane that are currents too, into a shell around each cell; gates as states."""


def network():
    secs = {
        "soma": {"geom": {"pt3d": [[0, 0, 0, 20], [20, 0, 0, 20]]}, "mechs": {"hh": {}}},
        "dend": {
            "geom": {"pt3d": [[20, 0, 0, 2], [120, 0, 0, 2]], "nseg": 3},
            "mechs": {"pas": {}},
            "topol": {"parentSec": "soma", "parentX": 1.0, "childX": 0.0},
        },
    }
    params = {
        "cellParams": {"PYR": {"secs": secs}},
        "popParams": {"A": {"cellType": "PYR", "numCells": 3}},
        "stimSourceParams": {"clamp": {"type": "IClamp", "del": 3, "dur": 10, "amp": 0.4}},
        "stimTargetParams": {
            "clamp->A": {
                "source": "clamp",
                "sec": "soma",
                "loc": 0.5,
                "conds": {"pop": "A", "cellList": [0, 2]},
            }
        },
        "rxdParams": reactions(),
    }
    traces = {
        "V": {"sec": "soma", "loc": 0.5, "var": "v"},
        "Vd": {"sec": "dend", "loc": 0.9, "var": "v"},
        "ik": {"sec": "dend", "loc": 0.5, "var": "ik"},
        "ki": {"sec": "soma", "loc": 0.5, "var": "ki"},
        "ko": {"sec": "dend", "loc": 0.5, "var": "ko"},
    }
    return params, {"duration": 20, "recordStep": 0.5, "recordCells": ["all"], "recordTraces": traces}


def reactions():
    everywhere = {"cells": "all", "secs": "all"}
    reversal = "26.64 * rxd.rxdmath.log(k[shell] / k[cyt])"
    across = {"reactant": "k[cyt]", "product": "k[shell]", "membrane": "mem", "custom_dynamics": True}
    return {
        "constants": {"scale": 1e-14 / 1.60217662e-19, "gk": 5e-5, "gleak": 1e-5},
        "regions": {
            "cyt": {**everywhere, "nrn_region": "i"},
            "shell": {
                **everywhere,
                "nrn_region": "o",
                "geometry": {"class": "Shell", "args": {"lo": 1, "hi": 2}},
            },
            "mem": {**everywhere, "geometry": "membrane"},
        },
        "species": {
            "k": {"regions": ["cyt", "shell"], "charge": 1, "initial": "120.0 if node.region == cyt else 4.0"}
        },
        "states": {"n": {"regions": ["cyt", "mem"], "initial": 0.3}},
        "multicompartmentReactions": {
            "gated": {
                **across,
                "rate_f": f"scale * gk * n[cyt] ** 4 * (rxd.v - {reversal})",
                "membrane_flux": True,
            },
            "leak": {**across, "rate_f": f"scale * gleak * (rxd.v - {reversal})", "membrane_flux": True},
            "hidden": {**across, "rate_f": "1e3 * k[cyt]"},
        },
        "rates": {
            "gating": {
                "species": "n",
                "regions": ["cyt", "mem"],
                "rate": "(1.0 / (1.0 + rxd.rxdmath.exp(-(rxd.v + 50.0) / 10.0)) - n) / 3.0",
            }
        },
    }
