"""Several cell rules on one cell; the later one wins, key by key."""

from networks import parts


def network():
    faster = {"secs": {"soma": {"mechs": {"hh": {"gnabar": 0.14}}, "geom": {"diam": 22.0}}}}
    branch = {"secs": {"dend": parts.dendrite(nseg=1)}}
    net = {
        "popParams": {
            "A": {"cellType": "ball", "numCells": 8},
            "B": {"cellType": "ball", "numCells": 8},
            "C": {"cellType": "other", "cellModel": "HH", "numCells": 6},
        },
        "cellParams": {
            "ball": parts.ball(),
            "other": {"secs": {"soma": parts.soma(14.0)}},
            "upper A": {"conds": {"pop": "A", "ynorm": [0.0, 0.5]}, **faster},
            "wide": {"conds": {"cellType": ["ball", "nothing"], "x": [30, 80.5]}, **branch},
            "model": {"conds": {"cellModel": "HH"}, "secs": {"soma": {"geom": {"nseg": 3}}},
                "secLists": {"all": ["soma"]}},
            "leaky": {"conds": {"pop": ["B", "C"]}, "secs": {"soma": {"mechs": {"pas": {"g": 1e-5,
                "e": -70}}}}},
        },
        "synMechParams": parts.synapses(),
        "connParams": {
            "to dendrites": {
                "preConds": {"pop": "A"}, "postConds": {"pop": ["A", "B"], "x": [31, 80]},
                "probability": 0.4, "weight": 0.01, "delay": 2, "synMech": "exc", "sec": "dend", "loc": 0.7,
            },
            "by model": {
                "preConds": {"cellType": "ball"}, "postConds": {"cellModel": "HH"},
                "convergence": 3, "weight": 0.01, "delay": 2, "synMech": "exc",
            },
        },
        **parts.noise({"pop": ["A", "B"]}),
    }  # fmt: skip
    return net, parts.config(recordCells=["A", "B", "C"])
