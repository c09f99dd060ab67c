"""Crank-Nicolson steps (secondorder)."""

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
    h_params = {"celsius": 6.3, "v_init": -65.0, "clamp_resist": 0.001, "secondorder": 2}
    return net, parts.config(60, dt=0.05, hParams=h_params, recordCells=["A", "B"])
