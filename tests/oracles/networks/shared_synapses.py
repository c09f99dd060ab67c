"""oneSynPerNetcon False: one synapse for each label and location of a section."""

from networks import parts


def network():
    net = {
        "popParams": {"A": {"cellType": "stick", "numCells": 12}, "B": {"cellType": "stick", "numCells": 8}},
        "cellParams": {"stick": parts.stick()},
        "synMechParams": {**parts.synapses(), "varied": {"mod": "Exp2Syn", "tau1": "uniform(0.1,0.5)",
            "tau2": 3, "e": 0}},
        "connParams": {
            "A->B": {
                "preConds": {"pop": "A"}, "postConds": {"pop": "B"}, "probability": 0.4, "weight": 0.004,
                "delay": "1+dist_3D/100", "synMech": ["exc", "varied"], "sec": "dend", "loc": 0.5,
            },
            "B->A": {
                "preConds": {"pop": "B"}, "postConds": {"pop": "A"}, "convergence": 4, "weight": 0.004,
                "delay": 2, "synMech": "inh", "sec": ["soma", "dend"], "synsPerConn": 4,
            },
            "A->A": {
                "preConds": {"pop": "A"}, "postConds": {"pop": "A"}, "probability": 0.3, "weight": 0.003,
                "delay": 2, "synMech": "exc", "sec": "dend", "loc": "0.5*(post_xnorm<0.5)+0.25",
            },
        },
        **parts.noise({"pop": ["A"]}, sec="dend", loc=0.5),
    }  # fmt: skip
    return net, parts.config(oneSynPerNetcon=False, recordCells=["A"])
