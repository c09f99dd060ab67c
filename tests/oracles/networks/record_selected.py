"""Spikes of chosen cells only, no time axis, spikes of stimuli."""

from networks import parts


def network():
    net = {
        "popParams": {
            "A": {"cellType": "ball", "numCells": 10},
            "B": {"cellType": "ball", "numCells": 8},
            "S": {"cellModel": "NetStim", "numCells": 5, "rate": 100, "noise": 0.5, "start": 0},
        },
        "cellParams": {"ball": parts.ball()},
        "synMechParams": parts.synapses(),
        "connParams": {
            "S->B": {
                "preConds": {"pop": "S"}, "postConds": {"pop": "B"}, "probability": 0.6, "weight": 0.02,
                "delay": 2, "synMech": "exc",
            },
        },
        **parts.noise({"pop": ["A"]}),
    }  # fmt: skip
    return net, parts.config(
        recordCellsSpikes=["B", ("A", [1, 2, 5])], recordTime=False, recordStim=True, recordCells=[("B", 1),
            "A"],
    )  # fmt: skip
