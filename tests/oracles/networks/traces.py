"""Traces of every kind: segments, mechanisms, synapses, stimuli, point processes."""

from networks import parts


def network():
    cell = parts.stick()
    cell["secs"]["soma"]["pointps"] = {
        "inside": {"mod": "IClamp", "loc": 0.5, "del": 30, "dur": 10, "amp": 0.1}
    }
    net = {
        "popParams": {"A": {"cellType": "stick", "numCells": 8}, "B": {"cellType": "stick", "numCells": 7},
                      "F": {"cellModel": "IntFire1", "numCells": 3, "tau": 20}},
        "cellParams": {"stick": cell},
        "synMechParams": parts.synapses(),
        "connParams": {
            "A->B": {
                "preConds": {"pop": "A"}, "postConds": {"pop": "B"}, "convergence": 3, "weight": 0.01,
                "delay": "1+dist_3D/100", "synMech": ["exc", "inh"], "sec": "dend", "loc": 0.5,
            },
            "A->B spread": {
                "preConds": {"pop": "A"}, "postConds": {"pop": "B"}, "convergence": 2, "weight": 0.002,
                "delay": 2, "synMech": "exc", "sec": ["soma", "dend"], "synsPerConn": 3,
            },
            "A->F": {"preConds": {"pop": "A"}, "postConds": {"pop": "F"}, "weight": 0.4, "delay": 2},
        },
        **parts.noise({"pop": "A"}),
    }  # fmt: skip
    net["stimSourceParams"]["step"] = {"type": "IClamp", "del": 5, "dur": 60, "amp": 0.05}
    net["stimTargetParams"]["step->B"] = {"source": "step", "conds": {"pop": "B"}, "sec": "dend", "loc": 0.9}
    traces = {
        "V": {"sec": "soma", "loc": 0.5, "var": "v"}, "V_dend": {"sec": "dend", "loc": 0.9, "var": "v"},
        "ina": {"sec": "soma", "loc": 0.5, "var": "ina"}, "im": {"sec": "soma", "loc": 0.5,
            "var": "i_membrane_"},
        "m": {"sec": "soma", "loc": 0.5, "mech": "hh", "var": "m"},
        "g": {"sec": "dend", "loc": 0.5, "synMech": "exc", "var": "g"},
        "g2": {"sec": "dend", "loc": 0.5, "synMech": "inh", "var": "g", "index": 1},
        "every g": {"synMech": "exc", "var": "g"},
        "step": {"sec": "dend", "loc": 0.9, "stim": "step->B", "var": "i"},
        "inside": {"sec": "soma", "loc": 0.5, "pointp": "inside", "var": "i"},
        "only B": {"sec": "soma", "loc": 0.5, "var": "v", "conds": {"pop": "B"}},
        "some": {"sec": "soma", "loc": 0.5, "var": "v", "conds": {"pop": ["A", "B"], "x": [20, 70]}},
        "by gid": {"sec": "soma", "loc": 0.5, "var": "v", "conds": {"gid": [1, 9]}},
        "no loc": {"sec": "soma", "var": "v"}, "fire": {"var": "m"},
    }  # fmt: skip
    chosen = [1, ("A", 2), ("B", [0, 2, 4, 6]), "F"]
    return net, parts.config(recordTraces=traces, recordCells=chosen, recordStep=0.25, use_fast_imem=True)
