"""Clamps and conductances: IClamp, VClamp, SEClamp, AlphaSynapse, and another point process."""

from networks import parts


def network():
    def target(source, cells, **more):
        return {"source": source, "conds": {"pop": "A", "cellList": cells}, "sec": "soma", "loc": 0.5, **more}

    net = {
        "current": 0.3,
        "popParams": {"A": {"cellType": "stick", "numCells": 12}, "B": {"cellType": "stick", "numCells": 6}},
        "cellParams": {"stick": parts.stick()},
        "synMechParams": parts.synapses(),
        "stimSourceParams": {
            "step": {"type": "IClamp", "del": 10, "dur": 40, "amp": 0.4},
            "late": {"type": "IClamp", "delay": 25, "dur": 30, "amp": 0.2},
            "drawn": {"type": "IClamp", "del": "uniform(5,20)", "dur": "20+normal(10,4)",
                "amp": "current+0.2*post_xnorm"},
            "voltage": {"type": "VClamp", "dur": [10, 20, 15], "amp": [-65, -20, -70], "gain": 1e5,
                "rstim": 1, "tau1": 0.1, "tau2": 0},
            "single": {"type": "SEClamp", "dur1": 10, "amp1": -65, "dur2": 30, "amp2": -10, "dur3": 5,
                "amp3": -70, "rs": 0.5},
            "alpha": {"type": "AlphaSynapse", "onset": "uniform(1,30)", "tau": 2,
                "gmax": "uniform(0.01,0.05)", "e": 0},
            "count": {"type": "APCount", "thresh": -20},
        },
        "stimTargetParams": {
            "step": target("step", [0, 1, 2]), "late": target("late", [2, 3]),
            "drawn": target("drawn", [3, 4, 5], sec="dend", loc="uniform(0.2,0.9)"),
            "voltage": target("voltage", [6]), "single": target("single", [7, 8], sec="dend", loc=0.7),
            "alpha": target("alpha", [9, 10, 11], loc=0.25), "count": target("count", [0, 9]),
            "B": {"source": "step", "conds": {"pop": "B", "ynorm": [0, 0.6]}, "loc": 0.5,
                "amp": "0.1+uniform(0,0.2)"},
        },
        "connParams": {
            "A->B": {
                "preConds": {"pop": "A"}, "postConds": {"pop": "B"}, "probability": 0.4, "weight": 0.005,
                "delay": 2, "synMech": "exc",
            },
        },
    }  # fmt: skip
    traces = {"V": {"sec": "soma", "loc": 0.5, "var": "v"}, "I": {"sec": "soma", "loc": 0.5, "stim": "step",
        "var": "i"},
              "D": {"sec": "dend", "loc": 0.7, "stim": "single", "var": "i"}}  # fmt: skip
    return net, parts.config(recordCells=["all"], recordTraces=traces)
