"""Calcium between cytosol and a store, through a gated channel in the store's membrane; some outside."""


def network():
    secs = {
        "soma": {"geom": {"pt3d": [[0, 0, 0, 20], [20, 0, 0, 20]]}, "mechs": {"hh": {}}},
        "dend": {
            "geom": {"pt3d": [[20, 0, 0, 2], [80, 0, 0, 2]], "nseg": 3},
            "mechs": {"pas": {}},
            "topol": {"parentSec": "soma", "parentX": 1.0, "childX": 0.0},
        },
    }
    params = {
        "cellParams": {"PYR": {"secs": secs}},
        "popParams": {"A": {"cellType": "PYR", "numCells": 3}},
        "rxdParams": reactions(),
    }
    traces = {
        "V": {"sec": "soma", "loc": 0.5, "var": "v"},
        "ca": {"sec": "soma", "loc": 0.5, "var": "cai"},
        "cad": {"sec": "dend", "loc": 0.5, "var": "cai"},
        "cao": {"sec": "soma", "loc": 0.5, "var": "cao"},
        "ip3": {"sec": "dend", "loc": 0.9, "var": "ip3i"},
    }
    return params, {"duration": 20, "recordStep": 0.5, "recordCells": ["all"], "recordTraces": traces}


def fraction(**arguments):
    return {"class": "FractionalVolume", "args": arguments}


def reactions():
    border = {"class": "ScalableBorder", "args": {"scale": 1, "on_cell_surface": False}}
    box = {"xlo": -20, "ylo": -120, "zlo": -20, "xhi": 200, "yhi": 20, "zhi": 120, "dx": 20}
    open_share = "ip3[cyt] * 1000. * ca[cyt] / (ip3[cyt] + kip3) / (1000. * ca[cyt] + kact)"
    release = f"gip3r * ({open_share} * gate[er_membrane]) ** 3"
    across = {
        "serca": {
            "reactant": "ca[cyt]",
            "product": "ca[er]",
            "rate_f": "gserca / ((kserca / (1000. * ca[cyt])) ** 2 + 1)",
            "membrane": "er_membrane",
            "custom_dynamics": True,
        },
        "leak": {
            "reactant": "ca[er]",
            "product": "ca[cyt]",
            "rate_f": 6.02,
            "rate_b": 6.02,
            "membrane": "er_membrane",
        },
        "ip3r": {
            "reactant": "ca[er]",
            "product": "ca[cyt]",
            "rate_f": release,
            "rate_b": release,
            "membrane": "er_membrane",
        },
    }
    everywhere = {"cells": ["all"], "secs": "all"}
    return {
        "constants": {
            "gip3r": 12040 * 100,
            "gserca": 0.3913,
            "kserca": 0.1,
            "kip3": 0.15,
            "kact": 0.4,
            "tau": 2000,
            "fc": 0.8,
            "fe": 0.2,
            "low": 1e-4,
        },
        "regions": {
            "cyt": {
                **everywhere,
                "nrn_region": "i",
                "geometry": fraction(volume_fraction=0.8, surface_fraction=1),
            },
            "er": {**everywhere, "geometry": fraction(volume_fraction=0.2)},
            "er_membrane": {**everywhere, "geometry": border},
            "ecs": {"extracellular": True, **box, "volume_fraction": 0.2, "tortuosity": 1.6},
        },
        "species": {
            "ca": {
                "regions": ["cyt", "er", "ecs"],
                "d": 0.08,
                "charge": 2,
                "initial": "2.0 if isinstance(node, rxd.node.NodeExtracellular) else "
                "(0.0017 - low * fc) / fe if node.region == er else low",
            },
            "ip3": {"regions": ["cyt"], "d": 1.41, "initial": 0.1},
        },
        "states": {"gate": {"regions": ["er_membrane"], "initial": 0.8}},
        "multicompartmentReactions": across,
        "rates": {
            "gating": {
                "species": "gate[er_membrane]",
                "rate": "(1. / (1 + 1000. * ca[cyt] / 0.3) - gate[er_membrane]) / tau",
                "regions": ["er_membrane", "cyt"],
            }
        },
    }
