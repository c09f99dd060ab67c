"""Rules with several synMechs: values for each, factors, nested lists, places in common."""

from networks import parts


def network():
    def rule(**more):
        base = {"convergence": 3, "weight": 0.002, "delay": 2, "synMech": ["exc", "slow", "inh"]}
        return {"preConds": {"pop": "A"}, "postConds": {"pop": "B"}, **base, **more}

    factors = {
        "synMechWeightFactor": [1.0, 0.3, 0.1],
        "synMechDelayFactor": [1, 1.5, 2],
        "synMechLocFactor": [1, 0.5, 0.25],
    }
    net = {
        "popParams": {"A": {"cellType": "stick", "numCells": 9}, "B": {"cellType": "stick", "numCells": 8}},
        "cellParams": {"stick": parts.stick()},
        "synMechParams": {**parts.synapses(), "slow": {"mod": "Exp2Syn", "tau1": 5, "tau2": 50, "e": 0}},
        "connParams": {
            "same": rule(), "lists": rule(weight=[0.003, 0.002, 0.001], delay=[1, 2, 3], loc=[0.1, 0.2,
                0.3], sec="dend"),
            "factors": rule(loc=0.8, sec="dend", **factors),
            "drawn": rule(weight="uniform(0.001,0.002)", delay="uniform(1,2)", loc="uniform(0.2,0.8)",
                sec="dend", **factors),
            "counts": rule(synsPerConn=[1, 2, 3], sec="dend"),
            "nested": rule(synMech=["exc", "inh"], synsPerConn=2, weight=[[0.001, 0.002], [0.003, 0.004]],
                sec="dend",
                           loc=[[0.1, 0.9], [0.2, 0.8]]),
            "places": rule(synMech=["exc", "slow"], sec=["soma", "dend"], synsPerConn=4,
                synMechWeightFactor=[0.5, 0.25]),
            "single": rule(synMech=["exc"], weight=0.001),
            "unnamed": rule(synMech=None),
        },
        **parts.noise({"pop": "A"}, synapse=["exc", "slow"], sec="dend", synMechWeightFactor=[1, 0.1],
            loc=[0.3, 0.6]),
    }  # fmt: skip
    del net["connParams"]["unnamed"]["synMech"]
    return net, parts.config()
