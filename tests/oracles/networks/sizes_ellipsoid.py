"""An ellipsoid: density as a number and numCells."""

from networks import parts


def network():
    net = {
        "shape": "ellipsoid", "sizeX": 100, "sizeY": 150, "sizeZ": 80,
        "popParams": {
            "A": {"cellType": "ball", "density": 4e4},
            "B": {"cellType": "ball", "numCells": 10, "znormRange": [0.0, 0.5]},
        },
        "cellParams": {"ball": parts.ball()},
        "synMechParams": parts.synapses(),
        "connParams": {
            "within": {
                "preConds": {"cellType": "ball"}, "postConds": {"cellType": "ball"},
                "convergence": 4, "weight": "0.02/post_x*50", "delay": "1+dist_y/100", "synMech": "exc",
            },
        },
        **parts.noise({"pop": "B"}, weight=0.03),
    }  # fmt: skip
    return net, parts.config()
