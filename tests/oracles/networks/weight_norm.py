"""Weights normalised by segment, also near the beginning of a section."""

from networks import parts


def network():
    cell = parts.stick()
    cell["secs"]["soma"]["weightNorm"] = [0.7]
    cell["secs"]["soma"]["geom"]["nseg"] = 1
    cell["secs"]["dend"]["weightNorm"] = [1.5, 2.0, 3.25]
    net = {
        "scaleConnWeight": 1.1,
        "popParams": {"A": {"cellType": "stick", "numCells": 10}, "B": {"cellType": "stick", "numCells": 6}},
        "cellParams": {"stick": cell},
        "synMechParams": parts.synapses(),
        "connParams": {
            "one place": {
                "preConds": {"pop": "A"}, "postConds": {"pop": "B"}, "convergence": 4,
                    "weight": "0.004*uniform(0.5,1)",
                "delay": 2, "synMech": "exc", "sec": "dend", "loc": "uniform(0,1)",
            },
            "many places": {
                "preConds": {"pop": "B"}, "postConds": {"pop": "A"}, "convergence": 2, "weight": [0.001,
                    0.002, 0.003],
                "delay": [1, 2, 3], "synMech": "exc", "sec": "dend", "synsPerConn": 3, "loc": [0.25, 0.5,
                    0.95],
            },
            "either": {
                "preConds": {"pop": "A"}, "postConds": {"pop": "A"}, "probability": 0.3, "weight": 0.002,
                "delay": 2, "synMech": "exc", "sec": ["soma", "dend"], "loc": [0.6, 0.9],
            },
        },
        **parts.noise({"pop": "A"}, sec="dend", loc=0.9),
    }  # fmt: skip
    return net, parts.config()
