"""Point neurons inside a section (vref, synList), parameters of single cells, the gid as a parameter."""

from networks import parts


def network():
    def neuron(**params):
        point = {"mod": "TwoState", "vref": "V", "synList": ["exc", "inh"], **params}
        return {
            "secs": {
                "soma": {
                    "geom": {"diam": 10, "L": 10, "cm": 31.83},
                    "pointps": {"cell": point},
                    "threshold": 0,
                }
            }
        }

    single = [{"params": {"a": 0.02 + 0.01 * i, "d": 8 - i}} for i in range(4)]
    net = {
        "defaultThreshold": -10,
        "popParams": {
            "E": {"cellType": "regular", "numCells": 14},
            "I": {"cellType": "fast", "numCells": 5},
            "S": {"cellType": "regular", "cellsList": single},
            "HH": {"cellType": "ball", "numCells": 4},
        },
        "cellParams": {
            "ball": parts.ball(),
            "regular": neuron(a=0.02, b=0.2, c=-65, d=8, drive="3+uniform(0,4)", label="gid"),
            "fast": neuron(a=0.1, b=0.2, c=-65, d=2, drive=4),
        },
        "synMechParams": parts.synapses(),
        "connParams": {
            "E->I": {
                "preConds": {"pop": "E"}, "postConds": {"pop": "I"}, "probability": 0.4, "weight": 0.1,
                "delay": 2, "synMech": "exc",
            },
            "I->E": {
                "preConds": {"pop": "I"}, "postConds": {"pop": ["E", "S"]}, "probability": 0.6,
                "weight": "0.05+0.02*post_xnorm", "delay": "uniform(1,3)", "synMech": "inh", "sec": "soma",
            },
            "E->S": {
                "preConds": {"pop": "E"}, "postConds": {"pop": "S"}, "convergence": 3, "weight": [0.08, 0.02],
                "delay": 1.5, "synMech": ["exc", "inh"],
            },
            "E->HH": {
                "preConds": {"pop": "E"}, "postConds": {"pop": "HH"}, "weight": 0.01, "delay": 2,
                    "synMech": "exc",
            },
            "unnamed": {
                "preConds": {"pop": "I"}, "postConds": {"pop": "S"}, "connList": [[0, 1], [4, 3]],
                "weight": 0.03, "delay": 2,
            },
        },
        **parts.noise({"pop": ["E", "I"]}, weight=0.06),
    }  # fmt: skip
    net["stimSourceParams"]["at once"] = {"type": "NetStim", "rate": 60, "noise": 0.5, "start": 3}
    net["stimTargetParams"]["at once"] = {
        "source": "at once", "conds": {"pop": ["S", "I"]}, "weight": 0.05, "delay": 0,
    }  # fmt: skip
    traces = {"V": {"sec": "soma", "pointp": "cell", "var": "V"}, "u": {"sec": "soma", "pointp": "cell",
        "var": "u"},
              "v": {"sec": "soma", "loc": 0.5, "var": "v"}}  # fmt: skip
    return net, parts.config(recordTraces=traces, recordCells=["all"])
