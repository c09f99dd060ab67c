"""LFP, dipoles and membrane currents with one of the two packages, as JSON.

python signals.py PACKAGE FILE [OPTION=JSON ...]     the options go into simConfig
"""

import importlib
import json
import sys

from networks import parts


def network(options):
    bent = parts.soma()
    bent["geom"]["pt3d"] = [(0.0, 0.0, 0.0, 18.0), (3.0, 15.0, 4.0, 18.0)]
    stick = parts.stick()
    stick["secs"]["basal_2"] = parts.dendrite(nseg=2)
    for section in stick["secs"].values():
        section["mechs"]["dipole"] = {}
    upper = parts.dendrite(geom={"pt3d": [(3, 15, 4, 2), (40, 90, 10, 2), (10, 150, 0, 1)], "nseg": 5})
    parameters = {
        "popParams": {
            name: {"cellType": kind, "numCells": 3}
            for name, kind in (("A", "stick"), ("B", "bent"), ("C", "stick"))
        },
        "cellParams": {"stick": stick, "bent": {"secs": {"soma": bent, "dend": upper}}},
        "synMechParams": parts.synapses(),
        "connParams": {
            "A->B": {"preConds": {"pop": "A"}, "postConds": {"pop": ["B", "C"]}, "convergence": 2,
                     "weight": 0.02, "delay": 2, "synMech": "exc", "sec": "dend", "loc": 0.7},
        },
        "stimSourceParams": {
            "noise": {"type": "NetStim", "rate": 80, "noise": 0.5, "start": 1},
            "step": {"type": "IClamp", "amp": 0.3, "del": 3, "dur": 8},
        },
        "stimTargetParams": {
            "noise": {"source": "noise", "conds": {"pop": "A"}, "sec": "dend", "loc": 0.3, "synMech": "exc",
                      "weight": 0.03, "delay": 1},
            "step": {"source": "step", "conds": {"pop": "C"}, "sec": "soma", "loc": 0.5},
        },
    }  # fmt: skip
    return parameters, {
        "duration": 20, "dt": 0.03125, "recordStep": 0.125, "verbose": False, "simLabel": "",
        "recordLFP": [[50, 40, 30], [20, 80, 10], [90, 10, 80]],
        "saveLFPCells": [("B", [0, 2]), 7], "saveLFPPops": ["A", "B"], **options,
    }  # fmt: skip


class Lasting:
    """NEURON's h with the callback of pointer vectors that NetPyNE asks for and NEURON 9 has no more.

    NetPyNE sets the pointers again before each use, so that nothing has to be done.
    """

    def __init__(self, h):
        self._h = h

    def __getattr__(self, name):
        return getattr(self._h, name)

    def __call__(self, *values):
        return self._h(*values)

    def PtrVector(self, n):  # noqa: N802
        return Pointers(self._h.PtrVector(n))


class Pointers:
    def __init__(self, vector):
        self._vector = vector

    def ptr_update_callback(self, call):
        return call

    def __getattr__(self, name):
        return getattr(self._vector, name)


def plain(value):
    if hasattr(value, "items"):
        return {str(key): plain(item) for key, item in value.items()}
    return value.tolist() if hasattr(value, "tolist") else list(value)


def main():
    package, path, *given = sys.argv[1:]
    options = {name: json.loads(text) for name, text in (pair.split("=", 1) for pair in given)}
    specs, sim = (importlib.import_module(f"{package}.{name}") for name in ("specs", "sim"))
    if package == "netpyne":
        setup = importlib.import_module("netpyne.sim.setup")
        setup.h = Lasting(setup.h)
    parameters, options = network(options)
    sim.initialize(specs.NetParams(parameters), specs.SimConfig(options))
    sim.net.createPops()
    sim.net.createCells()
    sim.net.connectCells()
    sim.net.addStims()
    sim.setupRecording()
    sim.runSim()
    sim.gatherData()
    if sim.rank == 0:
        names = (
            "LFP",
            "LFPCells",
            "LFPPops",
            "dipoleSum",
            "dipoleCells",
            "dipolePops",
            "iMembrane",
            "dipole",
        )
        data = sim.allSimData
        found = {name: plain(data[name]) for name in names if name in data and len(data[name])}
        with open(path, "w") as file:
            json.dump({**found, "spkt": list(data["spkt"])}, file)


if __name__ == "__main__":
    main()
