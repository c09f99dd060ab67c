"""Populations whose cells differ: fractions in order of creation, and shuffled on a grid."""

from networks import parts


def network():
    def rule(pop, share, size):
        conds = {"cellType": "mixed", "pop": pop}
        return {"conds": conds, "diversityFraction": share, "secs": {"soma": parts.soma(size)}}

    net = {
        "popParams": {
            "A": {"cellType": "mixed", "numCells": 13, "diversity": True},
            "grid": {"cellType": "mixed", "gridSpacing": 50, "diversity": True},
        },
        "cellParams": {
            "small": rule("A", 0.25, 12.0), "middle": rule("A", 0.35, 16.0), "large": rule("A", 0.4, 20.0),
            "small in grid": rule("grid", 0.5, 11.0), "large in grid": rule("grid", 0.5, 21.0),
        },
        "synMechParams": parts.synapses(),
        "connParams": {
            "A->grid": {
                "preConds": {"pop": "A"}, "postConds": {"pop": "grid"},
                "convergence": 4, "weight": 0.01, "delay": 2, "synMech": "exc",
            },
        },
        **parts.noise({"pop": ["A", "grid"]}, weight=0.01),
    }  # fmt: skip
    return net, parts.config(recordCells=["A", ("grid", [0, 3, 5])])
