"""Synapses moved evenly over sections: conditions, groups, weightNorm, one rule after another."""

from networks import parts


def network():
    cell = parts.stick(secLists={"both": ["soma", "dend"]})
    cell["secs"]["apical"] = parts.dendrite(length=333.0, nseg=7)
    cell["secs"]["soma"]["geom"]["nseg"] = 1
    cell["secs"]["soma"]["weightNorm"] = [0.7]
    cell["secs"]["dend"]["weightNorm"] = [1.5, 2.0, 3.25]
    synapses = parts.synapses()
    synapses["drawn"] = {"mod": "Exp2Syn", "tau1": "uniform(0.2,0.9)", "tau2": "4+post_dist_path/100", "e": 0}
    synapses["late"] = {"mod": "ExpSyn", "tau": 3.0, "e": 0}
    ends = {"preConds": {"pop": "A"}, "postConds": {"pop": "B"}}
    net = {
        "popParams": {
            "A": {"cellType": "stick", "numCells": 14}, "B": {"cellType": "stick", "numCells": 6},
            "S": {"cellModel": "NetStim", "numCells": 3, "rate": 60, "noise": 0.5},
        },
        "cellParams": {"stick": cell},
        "synMechParams": synapses,
        "connParams": {
            "grouped": {
                **ends, "probability": 0.6, "weight": "0.004*uniform(0.5,1)", "delay": 2, "synsPerConn": 2,
                "synMech": ["exc", "inh"], "sec": "both",
            },
            "ends": {**ends, "probability": 0.5, "weight": 0.002, "delay": 2, "synMech": "late",
                     "sec": "dend", "loc": 1},
            "back": {
                "preConds": {"pop": "B"}, "postConds": {"pop": "A"}, "convergence": 4, "weight": 0.003,
                "delay": 3, "synMech": "drawn", "sec": ["dend", "apical"], "synsPerConn": 3,
            },
            "from S": {
                "preConds": {"pop": "S"}, "postConds": {"pop": "A"}, "weight": 0.01, "delay": 1,
                "synMech": "exc", "sec": "dend",
            },
            "stays": {
                "preConds": {"pop": "A"}, "postConds": {"pop": "A"}, "convergence": 2, "weight": 0.001,
                "delay": 2, "synMech": "drawn", "sec": "dend", "loc": "uniform(0,1)",
            },
        },
        "subConnParams": {
            "A->B": {
                **ends, "sec": ["apical", "soma", "dend"], "groupSynMechs": ["exc", "inh"],
                "density": "uniform",
            },
            "S->A": {
                "preConds": {"pop": ["S"]}, "postConds": {"pop": "A", "ynorm": [0.2, 0.9]}, "sec": "apical",
                "density": "uniform",
            },
            "B->A": {
                "preConds": {"pop": "B"}, "postConds": {"cellType": "stick", "pop": "A"}, "sec": "both",
                "density": "uniform",
            },
            "again": {
                "preConds": {"pop": "B"}, "postConds": {"pop": "A", "y": [0, 50]}, "density": "uniform",
            },
        },
        **parts.noise({"pop": "A"}, sec="dend", loc=0.9),
    }  # fmt: skip
    return net, parts.config()
