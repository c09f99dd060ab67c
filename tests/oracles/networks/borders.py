"""correctBorder: borders given, of populations, and of the network; dist_3D_border in functions."""

from networks import parts


def network():
    net = {
        "sizeX": 120, "sizeY": 300, "sizeZ": 80,
        "correctBorder": {"threshold": [40, 60, 30], "xborders": [0.1, 0.4, 0.6, 0.9]},
        "popParams": {
            "A": {"cellType": "ball", "numCells": 20, "yRange": [50, 180]},
            "B": {"cellType": "ball", "numCells": 15, "ynormRange": [0.2, 0.7]},
        },
        "cellParams": {"ball": parts.ball()},
        "synMechParams": parts.synapses(),
        "connParams": {
            "A->B": {
                "preConds": {"pop": "A"}, "postConds": {"pop": "B"}, "synMech": "exc",
                "probability": "exp(-dist_3D_border/60)", "weight": "0.01*dist_3D_border/100",
                "delay": "2 + dist_3D_border/500",
            },
            "B->A": {
                "preConds": {"pop": "B"}, "postConds": {"pop": "A"}, "synMech": "exc",
                "convergence": 4, "weight": 0.01, "delay": "1 + dist_3D_border/100",
            },
        },
        **parts.noise({"pop": ["A", "B"]}),
    }  # fmt: skip
    return net, parts.config()
