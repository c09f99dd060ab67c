"""Excitation and inhibition, both driven by noise: what comes out are their rates and their synchrony."""

import numpy as np

import netspec

net = {
    "cellParams": {"cell": {"secs": {"soma": {"geom": {"L": 20, "diam": 20}, "mechs": {"hh": {}}}}}},
    "popParams": {"E": {"cellType": "cell", "numCells": 40}, "I": {"cellType": "cell", "numCells": 10}},
    "synMechParams": {
        "exc": {"mod": "Exp2Syn", "tau1": 0.5, "tau2": 3, "e": 0},
        "inh": {"mod": "Exp2Syn", "tau1": 0.5, "tau2": 8, "e": -75},
    },
    "stimSourceParams": {"noise": {"type": "NetStim", "rate": 300, "noise": 1}},
    "stimTargetParams": {
        "noise": {"source": "noise", "conds": {}, "synMech": "exc", "weight": 0.0002, "delay": 1}
    },
    "connParams": {
        "E->E": {"preConds": {"pop": "E"}, "postConds": {"pop": "E"}, "synMech": "exc", "weight": 0.0005},
        "E->I": {"preConds": {"pop": "E"}, "postConds": {"pop": "I"}, "synMech": "exc", "weight": 0.0005},
        "I->E": {"preConds": {"pop": "I"}, "postConds": {"pop": "E"}, "synMech": "inh", "weight": 0.001},
    },
}
for rule in net["connParams"].values():
    rule |= {"probability": 0.3, "delay": 2}
cfg = {"duration": 500, "seeds": {"conn": 1, "stim": 1, "loc": 1, "cell": 1}}


def synchrony(spikes, cells):
    """Variance of the spikes per 5 ms over their mean: 1 where cells fire on their own."""
    counts, _ = np.histogram(spikes["time"][spikes["gid"] < cells], np.arange(100, 501, 5))
    return float(counts.var() / counts.mean()) if counts.any() else 1.0


if __name__ == "__main__":
    netspec.batch.apply(net, cfg)
    results = netspec.run(net, cfg)
    rates = results.rates()
    error = (((rates["E"] - 10) ** 2 + (rates["I"] - 20) ** 2) / 2) ** 0.5
    found = {"rates": rates, "error": error, "synchrony": synchrony(results.spikes, 40)}
    netspec.batch.result(found)
    print(found)
