"""NetStims as stimuli: rates, intervals, seeds, string functions, several synapses, chosen cells."""

from networks import parts


def network():
    sources = {
        "regular": {"type": "NetStim", "interval": 13, "start": 4, "number": 5},
        "noisy": {"type": "NetStim", "rate": 70, "noise": 0.9, "seed": 7},
        "drawn": {
            "type": "NetStim",
            "interval": "uniform(8,20)",
            "start": "uniform(1,30)",
            "noise": 0.1,
            "seed": 8,
        },
        "same": {"type": "NetStim", "rate": 70, "noise": 0.9},
        "placed": {"type": "NetStim", "rate": "40+40*post_ynorm", "noise": "0.5*post_xnorm", "seed": 9},
    }
    targets = {
        "regular": {"source": "regular", "conds": {"pop": "A"}, "weight": 0.05, "delay": 2, "synMech": "exc"},
        "noisy": {"source": "noisy", "conds": {"pop": ["A", "B"], "xnorm": [0.2, 0.9]}, "synMech": ["exc",
            "slow"],
                  "weight": [0.01, 0.001], "delay": [1, 3], "loc": [0.2, 0.8], "sec": "dend"},
        "drawn": {"source": "drawn", "conds": {"pop": "B"}, "weight": "uniform(0.01,0.03)",
            "delay": "1+uniform(0,2)",
                  "loc": "uniform(0.1,0.9)", "sec": "dend", "synMech": "exc"},
        "same": {"source": "same", "conds": {"pop": "A", "cellList": [0, 3, 5]}, "weight": 0.01,
            "synMech": "exc"},
        "spread": {"source": "same", "conds": {"pop": "B", "cellList": [1, 2]}, "weight": 0.004,
            "synMech": "exc",
                   "sec": ["soma", "dend"], "synsPerConn": 3},
        "placed": {"source": "placed", "conds": {"cellType": "stick", "y": [20, 80]},
            "weight": "gain*post_z/50", "synMech": "exc"},
    }  # fmt: skip
    net = {
        "gain": 0.01, "scaleConnWeightNetStims": 1.25,
        "popParams": {"A": {"cellType": "stick", "numCells": 9}, "B": {"cellType": "stick", "numCells": 8}},
        "cellParams": {"stick": parts.stick()},
        "synMechParams": {**parts.synapses(), "slow": {"mod": "Exp2Syn", "tau1": 5, "tau2": 50, "e": 0}},
        "stimSourceParams": sources,
        "stimTargetParams": targets,
    }  # fmt: skip
    return net, parts.config(
        recordCells=["A", "B"], recordStim=True, seeds={"conn": 1, "stim": 42, "loc": 2, "cell": 3}
    )
