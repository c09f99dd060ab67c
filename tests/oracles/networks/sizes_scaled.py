"""scale below 1: fewer cells, holes in the gids, positions of the full network."""

from networks import parts


def network():
    net = {
        "scale": 0.4,
        "popParams": {
            "A": {"cellType": "ball", "numCells": 20},
            "B": {"cellType": "ball", "numCells": 13},
            "C": {"cellType": "ball", "gridSpacing": 50},
            "N": {"cellModel": "NetStim", "numCells": 9, "rate": 30, "noise": 0.5},
            "F": {"cellModel": "IntFire1", "numCells": 6, "tau": 20, "refrac": 5},
        },
        "cellParams": {"ball": parts.ball()},
        "synMechParams": parts.synapses(),
        "connParams": {
            "A->B": {
                "preConds": {"pop": "A"}, "postConds": {"pop": "B"},
                "convergence": 3, "weight": 0.01, "delay": 2, "synMech": "exc",
            },
            "B->C": {
                "preConds": {"pop": "B"}, "postConds": {"pop": "C"},
                "divergence": 4, "weight": 0.01, "delay": 2, "synMech": "exc",
            },
            "N->F": {
                "preConds": {"pop": "N"}, "postConds": {"pop": "F"},
                "probability": 0.6, "weight": 0.9, "delay": 2,
            },
        },
        **parts.noise({"pop": ["A", "B"]}),
    }  # fmt: skip
    return net, parts.config()
