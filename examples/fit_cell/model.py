"""Cells that each get another current: one run is an f-I curve."""

import netspec

CURRENTS = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0]  # [nA]
MEASURED = [2.9, 2.9, 65.7, 71.4, 77.1, 82.9, 91.4, 97.1]  # [Hz], of a cell with 0.16 and 0.05 S/cm2

soma = {"geom": {"L": 30, "diam": 30}, "mechs": {"hh": {"gnabar": 0.12, "gkbar": 0.036}}}
net = {
    "cellParams": {"cell": {"secs": {"soma": soma}}},
    "popParams": {"cells": {"cellType": "cell", "numCells": len(CURRENTS)}},
    "stimSourceParams": {
        f"{amp} nA": {"type": "IClamp", "del": 50, "dur": 350, "amp": amp} for amp in CURRENTS
    },
    "stimTargetParams": {
        f"{amp} nA": {"source": f"{amp} nA", "conds": {"cellList": [cell]}, "sec": "soma", "loc": 0.5}
        for cell, amp in enumerate(CURRENTS)
    },
}
cfg = {"duration": 400}

if __name__ == "__main__":
    netspec.batch.apply(net, cfg)
    spikes = netspec.run(net, cfg).spikes
    rates = [float((spikes["gid"] == cell).sum() / 0.35) for cell in range(len(CURRENTS))]
    error = (sum((a - b) ** 2 for a, b in zip(rates, MEASURED, strict=True)) / len(rates)) ** 0.5
    netspec.batch.result({"error": error, "rates": rates})
    print(rates, error)
