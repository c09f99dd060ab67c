"""numCells within ranges in um and as shares, in a cuboid that is no cube; ranges in conditions."""

from networks import parts


def network():
    net = {
        "sizeX": 120, "sizeY": 300.0, "sizeZ": 77.7,
        "popParams": {
            "top": {"cellType": "ball", "numCells": 9, "yRange": [10, 95.5]},
            "mid": {"cellType": "ball", "numCells": 11, "ynormRange": [0.4, 0.7], "xnormRange": [0.1, 0.9]},
            "low": {"cellType": "ball", "numCells": 7, "zRange": [5, 33], "ynormRange": [0.7, 1.0],
                "xRange": [7, 90]},
            "all": {"cellType": "ball", "numCells": 5},
        },
        "cellParams": {"ball": parts.ball()},
        "synMechParams": parts.synapses(),
        "connParams": {
            "upper half": {
                "preConds": {"ynorm": [0.0, 0.5]}, "postConds": {"y": [30, 250], "x": [0, 80]},
                "probability": 0.2, "weight": 0.004, "delay": 2, "synMech": "exc",
            },
            "slices": {
                "preConds": {"pop": ["low", "all"], "z": [5, 25.5]}, "postConds": {"znorm": [0.2, 0.8]},
                "probability": 0.3, "weight": 0.002, "delay": 3, "synMech": "inh",
            },
        },
        **parts.noise({"pop": "top"}),
    }  # fmt: skip
    return net, parts.config()
