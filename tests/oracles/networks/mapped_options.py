"""simConfig attributes that are written into netParams, and tags that cells take from their population."""

from networks import parts


def network():
    net = {
        "mapping": {
            "conn_weight": ["connParams", "A->B", "weight"],
            "gna": ("cellParams", "ball", "secs", "soma", "mechs", "hh", "gnabar"),
            "depth": "sizeY",
            "rate": "stimSourceParams.noise.rate",
            "unset": ["popParams", "A", "numCells"],
        },
        "popTagsCopiedToCells": ["cellModel", "cellType", "region", "level"],
        "popParams": {
            "A": {"cellType": "ball", "numCells": 9, "region": "cortex", "level": 2},
            "B": {"cellType": "ball", "numCells": 7, "region": "thalamus", "level": 3},
            "C": {"cellType": "ball", "numCells": 5, "region": "cortex", "level": 3},
        },
        "cellParams": {
            "ball": parts.ball(),
            "third": {"conds": {"level": 3, "region": "cortex"}, "secs": {"soma": {"geom": {"diam": 25.0}}}},
        },
        "synMechParams": parts.synapses(),
        "connParams": {
            "A->B": {
                "preConds": {"pop": "A"}, "postConds": {"region": "thalamus"}, "probability": 0.4,
                    "weight": 0.001,
                "delay": 2, "synMech": "exc",
            },
            "levels": {
                "preConds": {"level": 2}, "postConds": {"level": [3, 4], "region": ["cortex"]},
                    "probability": 0.6,
                "weight": 0.01, "delay": "2+dist_y/100", "synMech": "exc",
            },
        },
        **parts.noise({"region": "cortex"}),
    }  # fmt: skip
    return net, parts.config(conn_weight=0.02, gna=0.13, depth=250, rate=110, recordCells=["all"])
