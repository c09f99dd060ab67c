"""A variable step for each cell: traces at the times of the steps, labels off."""

from networks import parts


def network():
    net = {
        "popParams": {"A": {"cellType": "stick", "numCells": 5}, "B": {"cellType": "ball", "numCells": 5}},
        "cellParams": {"stick": parts.stick(), "ball": parts.ball()},
        "synMechParams": parts.synapses(),
        "connParams": {
            "A->B": {
                "preConds": {"pop": "A"}, "postConds": {"pop": "B"}, "divergence": 3, "weight": 0.01,
                "delay": "1.3+dist_3D/70", "synMech": "exc",
            },
        },
        **parts.noise({"pop": "A"}, weight=0.05),
    }  # fmt: skip
    return net, parts.config(
        50, cvode_active=True, use_local_dt=True, recordStep="adaptive", includeParamsLabel=False,
            recordCells=["A", ("B", 2)],
    )  # fmt: skip
