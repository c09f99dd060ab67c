"""Gap junctions and graded synapses: in both directions and in one, alone and beside events."""

from networks import parts


def network():
    cell = parts.stick()
    cell["secs"]["soma"]["weightNorm"] = [0.8]
    cell["secs"]["soma"]["geom"]["nseg"] = 1
    cell["secs"]["dend"]["weightNorm"] = [1.5, 2.0, 3.25]
    soma, dend = ({"preSec": name, "sec": name, "loc": 0.5, "preLoc": 0.5} for name in ("soma", "dend"))

    def rule(pre, post, **more):
        return {"preConds": {"pop": pre}, "postConds": {"pop": post}, **more}

    pairs = [[0, 2], [3, 0], [1, 1], [4, 3]]
    net = {
        "scaleConnWeight": 1.5,
        "popParams": {"A": {"cellType": "stick", "numCells": 6}, "B": {"cellType": "stick", "numCells": 4}},
        "cellParams": {"stick": cell},
        "synMechParams": {
            **parts.synapses(),
            "gap": {
                "mod": "GapJunction", "gmax": "0.0001*uniform(0.5,1)",
                "pointerParams": {"target_var": "vpeer"},
            },
            "plain": {"mod": "GapJunction", "gmax": 0.0002},
            "graded": {
                "mod": "GradedSynapse", "gmax": "uniform(0.001,0.002)",
                "pointerParams": {"target_var": "far", "source_var": "v", "bidirectional": False},
            },
        },
        "connParams": {
            "events": rule("A", "B", convergence=3, weight=0.001, delay=2, synMech="exc"),
            "some": rule("A", "B", probability=0.4, weight="uniform(0.5,1.5)", delay=0.05, synMech="gap",
                **dend),
            "within": rule("A", "A", divergence=1, weight=2, synMech="gap", **soma),
            "one way": rule("B", "A", synMech="graded", sec="dend", loc=0.9, preSec="dend", preLoc=0.1,
                convergence=2),
            "pairs": rule(
                "A", "B", connList=pairs, synMech="gap", sec=["soma", "dend", "dend", "soma"],
                loc=[0.5, 0.1, 0.9, 0.5], weight=[0.1, 0.2, 0.3, 0.4],
                preSecs=["dend", "soma", "dend", "soma"], preLocs=[0.2, 0.5, 0.8, 0.5],
            ),
            "both kinds": rule("B", "A", connList=[[0, 3], [2, 5]], synMech=["inh", "gap"],
                weight=[0.002, 0.5], delay=1.5, **dend),
            "old": rule("B", "B", connList=[[0, 1], [1, 2]], gapJunction=True, synMech="plain", weight=1.25,
                **soma),
            "last": rule("B", "A", probability=0.2, weight=0.001, delay=3, synMech="inh"),
        },
        **parts.noise({"pop": "A"}, weight=0.03),
    }  # fmt: skip
    traces = {
        "V": {"sec": "soma", "loc": 0.5, "var": "v"},
        "distal": {"sec": "dend", "loc": 0.9, "var": "v"},
        "I_gap": {"synMech": "gap", "sec": "dend", "loc": 0.5, "var": "i"},
        "I_plain": {"synMech": "plain", "sec": "soma", "loc": 0.5, "var": "i"},
        "I_graded": {"synMech": "graded", "var": "i"},
    }
    return net, parts.config(recordTraces=traces, recordCells=["all"])
