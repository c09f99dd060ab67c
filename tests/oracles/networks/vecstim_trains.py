"""VecStim populations: rates, given times (one list, one per cell, by element), pulses."""

from networks import parts


def network():
    pulses = [
        {"start": 30, "end": 60, "rate": 200, "noise": 0.5},
        {"start": 80, "end": 90, "interval": 2, "noise": 0},
    ]
    varied = [{"start": 20, "end": 70, "rate": [50, 150], "noise": 1.0}]
    times = [[5, 10.5, 30], [1, 2, 99.25], [70], [500]]
    net = {
        "popParams": {
            "even": {"cellModel": "VecStim", "numCells": 2, "interval": 7, "noise": 0, "start": 3},
            "noisy": {"cellModel": "VecStim", "numCells": 4, "rate": 80, "noise": 0.7, "start": 10},
            "range": {"cellModel": "VecStim", "numCells": 4, "rate": [30, 100], "noise": 1.0, "seed": 5},
            "given": {"cellModel": "VecStim", "numCells": 3, "spkTimes": [4, 8, 15.5, 16, 23, 42]},
            "each": {"cellModel": "VecStim", "numCells": 4, "spkTimes": times},
            "listed": {"cellModel": "VecStim", "cellsList": [{"x": 1, "spkTimes": [3, 33]}, {"y": 9,
                "spkTimes": [44.5]}]},
            "pulsed": {"cellModel": "VecStim", "numCells": 3, "rate": 20, "noise": 0.2, "pulses": pulses},
            "varied": {"cellModel": "VecStim", "numCells": 3, "spkTimes": [1000], "pulses": varied},
            "E": {"cellType": "ball", "numCells": 6},
        },
        "cellParams": {"ball": parts.ball()},
        "synMechParams": parts.synapses(),
        "connParams": {
            "all->E": {
                "preConds": {"cellModel": "VecStim"}, "postConds": {"pop": "E"},
                "probability": 0.6, "weight": 0.01, "delay": 2.5, "synMech": "exc",
            },
        },
    }  # fmt: skip
    return net, parts.config(recordCells=["E"])
