"""Chance of each pair: numbers, distances, drawn ones; overlapping groups; conditions of every form."""

from networks import parts


def network():
    def rule(pre, post, probability, **more):
        base = {"weight": 0.004, "delay": 2, "synMech": "exc"}
        return {"preConds": pre, "postConds": post, "probability": probability, **base, **more}

    net = {
        "sizeY": 300, "probLength": 80.0, "peak": 0.9,
        "popParams": {
            "E": {"cellType": "E", "numCells": 22, "yRange": [0, 200]},
            "I": {"cellType": "I", "numCells": 9, "yRange": [100, 300]},
            "X": {"cellType": "E", "numCells": 6},
        },
        "cellParams": {"E": parts.ball(), "I": parts.ball()},
        "synMechParams": parts.synapses(),
        "connParams": {
            "E->I": rule({"pop": "E"}, {"pop": "I"}, 0.25),
            "E->I again": rule({"pop": "E"}, {"pop": "I"}, 0.4, delay=3),
            "E->E": rule({"cellType": "E"}, {"cellType": "E"}, "peak*exp(-dist_3D/probLength)",
                weight="uniform(0.001,0.005)"),
            "I->": rule({"pop": "I"}, {"ynorm": [0.1, 0.6], "pop": ["E", "X"]}, "uniform(0.1,0.6)",
                synMech="inh"),
            "none": rule({"pop": "X", "x": [1000, 2000]}, {"pop": "E"}, 0.9),
            "surely": rule({"pop": "X"}, {"pop": "I", "ynorm": [0.5, 1]}, 1.0),
            "never": rule({"pop": "E"}, {"pop": "X"}, 0),
        },
        **parts.noise({"cellType": "E"}),
    }  # fmt: skip
    return net, parts.config()
