"""A cylinder: density as a number with ranges, numCells without."""

from networks import parts


def network():
    net = {
        "shape": "cylinder", "sizeX": 100, "sizeY": 200, "sizeZ": 100,
        "popParams": {
            "A": {"cellType": "ball", "density": 15e3, "yRange": [20, 180]},
            "B": {"cellType": "ball", "numCells": 10, "ynormRange": [0.2, 0.6], "xnormRange": [0.5, 1.0]},
            "C": {"cellType": "ball", "numCells": 8},
        },
        "cellParams": {"ball": parts.ball()},
        "synMechParams": parts.synapses(),
        "connParams": {
            "near": {
                "preConds": {"pop": "A"}, "postConds": {"pop": ["B", "C"]},
                "probability": "exp(-dist_3D/60)", "weight": 0.01, "delay": "dist_3D/propVelocity+1",
                    "synMech": "exc",
            },
        },
        **parts.noise({"pop": "A"}),
    }  # fmt: skip
    return net, parts.config()
