"""Masses and cells that drive each other. `masses_with_cells.py results.npz window engine`."""

import sys

import numpy as np

import netspec

NET = {
    "popParams": {
        "wc": {"massModel": "WilsonCowan", "inputs": {"exc_ext": 1.2}},
        "E": {"cellType": "cell", "numCells": 7},
    },
    "cellParams": {"cell": {"secs": {"soma": {"geom": {"L": 20, "diam": 20}, "mechs": {"hh": {}}}}}},
    "synMechParams": {"exc": {"mod": "Exp2Syn", "tau1": 0.5, "tau2": 2, "e": 0}},
    "connParams": {
        "down": {
            "preConds": {"pop": "wc"},
            "postConds": {"pop": "E"},
            **{"inputs": 20, "rate": 100, "weight": 0.004, "delay": 5, "synMech": "exc"},
        },
        "up": {
            "preConds": {"pop": "E"},
            "postConds": {"pop": "wc"},
            **{"weight": 0.02, "delay": 3, "smoothing": 5},
        },
    },
}
CFG = {"duration": 200.0, "dt": 0.025, "recordStep": 0.1}

if __name__ == "__main__":
    core = sys.argv[3] == "coreneuron"
    results = netspec.run(NET, {**CFG, "massWindow": float(sys.argv[2]), "coreneuron": core})
    if results.masses:
        spikes, values = results.spikes, results.masses["wc"]
        np.savez(sys.argv[1], time=spikes["time"], gid=spikes["gid"], **values)
