"""Factors on weights, by model and for stimuli; defaults; connections of weight 0 and to oneself."""

from networks import parts


def network():
    def rule(pre, post, **more):
        return {"preConds": {"pop": pre}, "postConds": {"pop": post}, **more}

    net = {
        "scaleConnWeight": 0.5, "scaleConnWeightNetStims": 2.0, "scaleConnWeightModels": {"HH": 1.5,
            "NetStim": 3},
        "defaultWeight": 0.006, "defaultDelay": 2.5, "defaultThreshold": -5.0,
        "popParams": {
            "A": {"cellType": "ball", "cellModel": "HH", "numCells": 10},
            "B": {"cellType": "ball", "cellModel": "plain", "numCells": 8},
            "F": {"cellModel": "IntFire1", "numCells": 4, "tau": 20, "refrac": 5},
        },
        "cellParams": {"ball": parts.ball()},
        "synMechParams": parts.synapses(),
        "connParams": {
            "defaults": rule("A", "B", probability=0.4),
            "zero": rule("A", "B", probability=0.3, weight="0.004*(dist_x>50)", delay=2, synMech="exc"),
            "self": rule("A", "A", probability=0.5, weight=0.002, delay=2, synMech="exc"),
            "self, full": rule("B", "B", weight=0.0005, delay=2, synMech="inh"),
            "points": rule("A", "F", weight=1.2, delay=2, convergence=4),
        },
        **parts.noise({"pop": ["A", "B"]}, weight=0.01),
    }  # fmt: skip
    return net, parts.config(allowSelfConns=True, allowConnsWithWeight0=False)
