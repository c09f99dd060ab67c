"""Seeds of every kind other than 1, NetStim noise by Random123 with a global index, other temperature."""

from networks import parts


def network():
    net = {
        "popParams": {
            "A": {"cellType": "ball", "numCells": 10},
            "S": {"cellModel": "NetStim", "numCells": 6, "rate": 90, "noise": 1, "start": 0},
            "V": {"cellModel": "VecStim", "numCells": 4, "rate": [40, 90], "noise": 0.6},
        },
        "cellParams": {"ball": {"secs": {"soma": {**parts.soma(), "geom": {"L": "uniform(15,20)",
            "diam": 18}}}}},
        "synMechParams": parts.synapses(),
        "connParams": {
            "in": {
                "preConds": {"pop": ["S", "V"]}, "postConds": {"pop": "A"}, "probability": 0.5,
                "weight": "uniform(0.01,0.02)", "delay": "uniform(1,5)", "synMech": "exc",
            },
            "within": {
                "preConds": {"pop": "A"}, "postConds": {"pop": "A"}, "convergence": 3, "weight": 0.004,
                "delay": 2, "synMech": "inh",
            },
        },
        **parts.noise({"pop": "A"}, weight=0.01),
    }  # fmt: skip
    return net, parts.config(
        seeds={"conn": 101, "stim": 202, "loc": 303, "cell": 404}, rand123GlobalIndex=5, random123=True,
        hParams={"celsius": 10.0, "v_init": -70.0, "clamp_resist": 0.001},
    )  # fmt: skip
