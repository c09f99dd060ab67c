"""So many sources for each target: numbers, roundings, places, draws, more than there are."""

from networks import parts


def network():
    def rule(pre, post, convergence, **more):
        base = {"weight": 0.004, "delay": 2, "synMech": "exc"}
        return {"preConds": pre, "postConds": post, "convergence": convergence, **base, **more}

    net = {
        "popParams": {
            "E": {"cellType": "ball", "numCells": 20},
            "I": {"cellType": "ball", "numCells": 9},
            "single": {"cellType": "ball", "numCells": 1},
        },
        "cellParams": {"ball": parts.ball()},
        "synMechParams": parts.synapses(),
        "connParams": {
            "E->I": rule({"pop": "E"}, {"pop": "I"}, 5, weight="uniform(0.002,0.006)", delay="normal(3,0.2)"),
            "all->E": rule({}, {"pop": "E"}, 4),
            "rounded": rule({"pop": "I"}, {"pop": "E"}, 2.5, synMech="inh"),
            "placed": rule({"pop": "E"}, {"pop": "I"}, "6*post_ynorm", delay="2+dist_x/50"),
            "drawn": rule({"pop": "I"}, {"pop": "I"}, "poisson(3)", synMech="inh"),
            "capped": rule({"pop": "I"}, {"pop": "single"}, 100),
            "alone": rule({"pop": "single"}, {"pop": "E"}, 1),
            "zero": rule({"pop": "E"}, {"pop": "E"}, 0),
        },
        **parts.noise({"pop": ["E", "single"]}),
    }  # fmt: skip
    return net, parts.config()
