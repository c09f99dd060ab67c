"""Initial voltages by section, NEURON globals from cells and simConfig, steps, seeds of every kind."""

from networks import parts


def network():
    def cell(vinit, **hoc_globals):
        return {
            "secs": {"soma": parts.soma(vinit=vinit), "dend": parts.dendrite(vinit=vinit - 3)},
            "globals": hoc_globals,
        }

    net = {
        "popParams": {"A": {"cellType": "A", "numCells": 8}, "B": {"cellType": "B", "numCells": 8}},
        "cellParams": {"A": cell(-60.0, celsius=12.0), "B": cell(-75.0, nai0_na_ion=12.0, celsius=20.0)},
        "synMechParams": parts.synapses(),
        "connParams": {
            "A->B": {
                "preConds": {"pop": "A"}, "postConds": {"pop": "B"}, "probability": 0.4, "weight": 0.01,
                "delay": "uniform(1,4)", "synMech": "exc",
            },
        },
        **parts.noise({"pop": "A"}),
    }  # fmt: skip
    return net, parts.config(
        60, dt=0.025, hParams={"v_init": -68.0, "clamp_resist": 0.002},
        seeds={"conn": 11, "stim": 12, "loc": 13, "cell": 14}, recordCells=["all"],
    )  # fmt: skip
