"""The variable time step."""

from networks import parts


def network():
    net = {
        "popParams": {"A": {"cellType": "stick", "numCells": 6}, "B": {"cellType": "ball", "numCells": 5}},
        "cellParams": {"stick": parts.stick(), "ball": parts.ball()},
        "synMechParams": parts.synapses(),
        "connParams": {
            "A->B": {
                "preConds": {"pop": "A"}, "postConds": {"pop": "B"}, "probability": 0.5, "weight": 0.01,
                "delay": "1.3+dist_3D/70", "synMech": "exc",
            },
        },
        **parts.noise({"pop": "A"}, weight=0.05),
    }  # fmt: skip
    return net, parts.config(60, cvode_active=True, cvode_atol=1e-4, recordCells=["A", "B"])
