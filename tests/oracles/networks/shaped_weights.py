"""Weights that are switched on and off: square and bell-shaped pulses."""

from networks import parts


def network():
    def rule(post, **more):
        return {
            "preConds": {"pop": "S"},
            "postConds": {"pop": post},
            "weight": 0.02,
            "delay": 2,
            "synMech": "exc",
            **more,
        }

    square = {"switchOnOff": [20, 70], "pulseType": "square", "pulsePeriod": 20, "pulseWidth": 8}
    bell = {"switchOnOff": [10, 90], "pulseType": "gaussian", "pulsePeriod": 30, "pulseWidth": 10}
    net = {
        "popParams": {
            "S": {"cellModel": "NetStim", "numCells": 10, "rate": 150, "noise": 0.5, "start": 0},
            "A": {"cellType": "ball", "numCells": 6},
            "B": {"cellType": "ball", "numCells": 6},
            "F": {"cellModel": "IntFire1", "numCells": 4, "tau": 20, "refrac": 2},
        },
        "cellParams": {"ball": parts.ball()},
        "synMechParams": parts.synapses(),
        "connParams": {
            "square": rule("A", convergence=4, shape=square),
            "bell": rule("B", probability=0.5, shape=bell),
            "steady": rule("B", probability=0.2),
            "points": rule("F", convergence=5, weight=0.4, shape=square),
        },
    }  # fmt: skip
    return net, parts.config(recordCells=["A", "B"])
