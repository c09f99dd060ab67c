"""Weights that learn: an STDP mechanism beside each synapse."""

from networks import parts


def network():
    learn = {"mech": "STDP", "params": {"gain": 0.004, "loss": 0.002, "tau_pre": 15, "most": 0.05}}
    net = {
        "popParams": {
            "S": {"cellModel": "NetStim", "numCells": 10, "rate": 60, "noise": 0.7, "start": 0},
            "A": {"cellType": "stick", "numCells": 8},
            "B": {"cellType": "stick", "numCells": 6},
        },
        "cellParams": {"stick": parts.stick()},
        "synMechParams": parts.synapses(),
        "connParams": {
            "S->A": {
                "preConds": {"pop": "S"}, "postConds": {"pop": "A"}, "convergence": 5, "weight": 0.006,
                "delay": 2, "synMech": "exc", "plast": learn,
            },
            "A->B": {
                "preConds": {"pop": "A"}, "postConds": {"pop": "B"}, "probability": 0.5, "weight": 0.004,
                    "delay": 3,
                "synMech": "exc", "sec": ["soma", "dend"], "synsPerConn": 2, "plast": {**learn,
                    "params": {"gain": 0.01}},
            },
        },
    }  # fmt: skip
    return net, parts.config(200, recordCells=["A", "B"])
