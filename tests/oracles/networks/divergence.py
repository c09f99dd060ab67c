"""So many targets for each source: numbers, roundings, places, draws, more than there are."""

from networks import parts


def network():
    def rule(pre, post, divergence, **more):
        base = {"weight": 0.005, "delay": 2, "synMech": "exc"}
        return {"preConds": pre, "postConds": post, "divergence": divergence, **base, **more}

    net = {
        "popParams": {
            "E": {"cellType": "ball", "numCells": 18},
            "I": {"cellType": "ball", "numCells": 10},
            "stim": {"cellModel": "NetStim", "numCells": 8, "rate": 80, "noise": 0.5, "start": 0},
        },
        "cellParams": {"ball": parts.ball()},
        "synMechParams": parts.synapses(),
        "connParams": {
            "stim->E": rule({"pop": "stim"}, {"pop": "E"}, 4, weight="0.02+lognormal(0.01,0.00001)"),
            "E->I": rule({"pop": "E"}, {"pop": "I"}, 3, weight="uniform(0.002,0.006)",
                delay="1+weibull(2,1)"),
            "placed": rule({"pop": "E"}, {"pop": "E"}, "1+4*pre_xnorm", delay="2+dist_z/50"),
            "drawn": rule({"pop": "I"}, {"pop": "E"}, "binomial(6,0.5)", synMech="inh"),
            "rounded": rule({"pop": "I"}, {"pop": "I"}, 1.5, synMech="inh"),
            "capped": rule({"pop": "I"}, {"pop": "E"}, 100, weight=0.0005, synMech="inh"),
        },
    }  # fmt: skip
    return net, parts.config()
