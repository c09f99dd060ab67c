"""Grids (one spacing, three, ranges) and cells given one by one, with tags of their own in conditions."""

from networks import parts


def network():
    given = [
        {"x": 10.0, "y": 20.0, "z": 30.0, "layer": "up"},
        {"xnorm": 0.5, "ynorm": 0.25, "znorm": 0.125, "layer": "low"},
        {"x": 70, "ynorm": 0.9, "layer": "low"},
        {"layer": "up"},
        {"x": 5.5, "y": 6.5, "z": 7.5, "cellType": "stick"},
    ]
    net = {
        "sizeX": 100, "sizeY": 90, "sizeZ": 80,
        "popParams": {
            "grid": {"cellType": "ball", "gridSpacing": 45},
            "fine": {"cellType": "ball", "gridSpacing": [40.0, 30, 60], "yRange": [20, 80],
                "xnormRange": [0.2, 1.0]},
            "given": {"cellType": "ball", "cellsList": given},
        },
        "cellParams": {"ball": parts.ball(), "stick": parts.stick()},
        "synMechParams": parts.synapses(),
        "connParams": {
            "up->low": {
                "preConds": {"layer": "up"}, "postConds": {"layer": "low"}, "weight": 0.02, "delay": 2,
                    "synMech": "exc",
            },
            "grid->given": {
                "preConds": {"pop": "grid", "x": [0, 90]}, "postConds": {"pop": ["given"]},
                "probability": "0.5*(dist_x<50)", "weight": 0.004, "delay": "1+dist_2D/200", "synMech": "exc",
            },
            "fine->grid": {
                "preConds": {"pop": "fine", "ynorm": [0.2, 0.6]}, "postConds": {"pop": "grid", "xnorm": [0,
                    0.5]},
                "divergence": 3, "weight": 0.01, "delay": 1.5, "synMech": "exc",
            },
        },
        **parts.noise({"pop": ["grid", "fine"]}),
    }  # fmt: skip
    return net, parts.config()
