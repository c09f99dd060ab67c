"""Populations of NetStims: rates, intervals, ranges, changing rates, string functions, seeds."""

from networks import parts


def network():
    times, rates = [0, 40, 80, 120], [20, 200, 0, 100]
    net = {
        "popParams": {
            "plain": {"cellModel": "NetStim", "numCells": 3},
            "rate": {"cellModel": "NetStim", "numCells": 4, "rate": 60, "noise": 0.5, "start": 5},
            "interval": {"cellModel": "NetStim", "numCells": 3, "interval": 12.5, "noise": 1, "start": 0,
                "number": 7},
            "range": {"cellModel": "NetStim", "numCells": 5, "rate": [20, 90], "noise": 0.2, "start": 1,
                "seed": 3},
            "text": {"cellModel": "NetStim", "numCells": 5, "interval": "uniform(5,20)+x/100",
                "start": "ynorm*10", "noise": 0},
            "changing": {
                "cellModel": "NetStim", "numCells": 4, "noise": 0.3, "start": 0, "interval": 20,
                "dynamicRates": {"rates": [rates, rates[::-1], rates, [50, 60, 70, 80]], "times": times},
            },
            "by rule": {"cellType": "poisson", "numCells": 4, "noise": 1.0},
            "E": {"cellType": "ball", "numCells": 8},
        },
        "cellParams": {
            "ball": parts.ball(),
            "poisson": {"cellModel": "NetStim", "params": {"rate": 70, "noise": 0.1, "start": 3}},
        },
        "synMechParams": parts.synapses(),
        "connParams": {
            "all->E": {
                "preConds": {"cellModel": "NetStim"}, "postConds": {"pop": "E"},
                "probability": 0.5, "weight": 0.01, "delay": "1+2*xnorm_mean+dist_xnorm", "synMech": "exc",
            },
        },
        "xnorm_mean": 0.5,
    }  # fmt: skip
    return net, parts.config(150, recordCells=["E"])
