"""Densities that change along an axis."""

from networks import parts


def network():
    net = {
        "sizeX": 100, "sizeY": 200, "sizeZ": 100,
        "popParams": {
            "A": {"cellType": "ball", "density": "36000*np.exp(-3*ynorm)", "ynormRange": [0.1, 0.9]},
            "B": {"cellType": "ball", "density": "14000*xnorm**2+3000", "xnormRange": [0.0, 1.0],
                "yRange": [50, 150]},
            "C": {"cellType": "ball", "density": "16000*sqrt(znorm)*sin(pi*znorm)", "zRange": [0, 100]},
        },
        "cellParams": {"ball": parts.ball()},
        "synMechParams": parts.synapses(),
        "connParams": {
            "A->BC": {
                "preConds": {"pop": "A"}, "postConds": {"pop": ["B", "C"]},
                "probability": 0.4, "weight": 0.006, "delay": 2, "synMech": "exc",
            },
        },
        **parts.noise({"pop": "A"}, weight=0.03),
    }  # fmt: skip
    return net, parts.config()
