"""Reactions out of cells at different places: python rxd_on_ranks.py OUTPUT

Writes what all cells lost and each rank's copy of the space gained, by species, and traces; of two runs.
"""

import json
import sys

import numpy as np

from netspec import sim, specs

DX = 100
BOX = {f"{axis}{end}": value for axis in "xyz" for end, value in (("lo", -700), ("hi", 700))}
SECS = {
    "soma": {"geom": {"L": 10, "diam": 10, "pt3d": [[0, 0, 0, 10], [0, 10, 0, 10]]}, "mechs": {"pas": {}}},
    "dend": {
        "geom": {"L": 90, "diam": 2, "nseg": 3, "pt3d": [[0, 10, 0, 2], [0, 100, 0, 2]]},
        "topol": {"parentSec": "soma", "parentX": 1, "childX": 0},
        "mechs": {"pas": {}},
    },
}
NET = {
    "sizeX": 500, "sizeY": 200, "sizeZ": 300,
    "cellParams": {"P": {"secs": SECS}},
    "popParams": {"A": {"cellType": "P", "numCells": 5}},
    "rxdParams": {
        "regions": {
            **{name: {"cells": "all", "secs": [name], "nrn_region": "i"} for name in SECS},
            **{f"{name} skin": {"cells": "all", "secs": [name], "geometry": "membrane"} for name in SECS},
            "ecs": {"extracellular": True, **BOX, "dx": DX, "volume_fraction": 0.2},
        },
        "species": {
            "k": {
                "regions": ["soma", "dend", "ecs"], "d": 1, "charge": 1,
                "initial": "3 if node.region == ecs else 140",
            },
            "x": {
                "regions": ["dend", "ecs"], "d": 0.5, "charge": 2,
                "initial": "1 if node.region == dend else 0",
            },
        },
        "multicompartmentReactions": {
            **{
                f"{name} out": {
                    "reactant": f"k[{name}]", "product": "k[ecs]", "rate_f": f"20 * (k[{name}] - k[ecs])",
                    "membrane": f"{name} skin", "custom_dynamics": True, "membrane_flux": True,
                }
                for name in SECS
            },
            "far": {
                "reactant": "x[dend]", "product": "x[ecs]", "rate_f": "3e3 * x[dend]",
                "membrane": "dend skin", "custom_dynamics": True, "membrane_flux": sys.argv[2] == "both",
            },
        },
    },
}  # fmt: skip
INSIDE = {"k": ["soma", "dend"], "x": ["dend"]}
TRACES = {
    "V": {"sec": "soma", "loc": 0.5, "var": "v"},
    "ki": {"sec": "dend", "loc": 0.5, "var": "ki"},
    "ko": {"sec": "dend", "loc": 0.9, "var": "ko"},
    "xo": {"sec": "dend", "loc": 0.9, "var": "xo"},
}


def amounts():
    """By species, what is in the cells of this rank and in its copy of the space [mM um3]."""
    rxd, found = sim.net.rxd, {}
    for name, regions in INSIDE.items():
        species = rxd["species"][name]["hObj"]
        nodes = [node for each in regions for node in species[rxd["regions"][each]["hObj"]].nodes]
        inside = sum(node.concentration * node.volume for node in nodes)
        outside = species[rxd["regions"]["ecs"]["hObj"]].states3d.sum() * DX**3 * 0.2
        found[name] = np.array([inside, outside])
    return found


def main():
    cfg = {"duration": 5, "recordStep": 0.5, "recordCells": ["A"], "recordTraces": TRACES}
    sim.create(specs.NetParams(NET), specs.SimConfig(cfg))
    runs = []
    for _ in range(2):
        sim.h.finitialize(-65)
        before = amounts()
        sim.simulate()
        moved = {name: after - before[name] for name, after in amounts().items()}
        lost = {name: sim.pc.allreduce(-float(change[0]), 1) for name, change in moved.items()}
        gained = sim.pc.py_allgather({name: float(change[1]) for name, change in moved.items()})
        if sim.rank == 0:
            traces = {
                name: {k: list(map(float, v)) for k, v in sim.allSimData[name].items()} for name in TRACES
            }
            runs.append({"lost": lost, "gained": gained, "traces": traces})
    if sim.rank == 0:
        with open(sys.argv[1], "w") as file:
            json.dump(runs, file)


if __name__ == "__main__":
    main()
