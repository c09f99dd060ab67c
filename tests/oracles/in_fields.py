"""Cells in extracellular fields with one of the two packages: voltages and potentials as JSON.

python in_fields.py PACKAGE FILE [xtra]     xtra: the mechanism xtra makes the potentials around A and B
"""

import importlib
import json
import sys

import numpy as np
from networks import parts

DT = 0.05


def network():
    t = np.arange(0, 50, DT)
    bent = parts.soma()
    bent["geom"]["pt3d"] = [(0.0, 0.0, 0.0, 18.0), (3.0, 15.0, 4.0, 18.0)]
    upper = parts.dendrite(geom={"pt3d": [(3, 15, 4, 2), (40, 90, 10, 2), (10, 150, 0, 1)], "nseg": 5})
    sources = {
        "pulse": ({"type": "pulse", "amp": 0.05, "del": 5, "dur": 10},
                  {"class": "pointSource", "location": [50, -30, 20], "sigma": 0.276}),
        "sine": ({"type": "sinusoidal", "amp": 80, "freq": 40, "del": 2},
                 {"class": "uniform", "referencePoint": [10, -20, 30], "fieldDirection": [30, 60]}),
        "default": ({"type": "pulse", "amp": 40.0, "del": 20, "dur": 500}, {"class": "uniform"}),
        "given": ({"type": "external", "time": t, "signal": 0.02 * np.sin(t)},
                  {"class": "pointSource", "location": [150, -40, 20]}),
    }  # fmt: skip
    aims = {"a": ("pulse", {"pop": "A"}), "b": ("sine", {"pop": ["A", "B"]}), "c": ("default", {"pop": "C"}),
            "d": ("given", {"pop": "B", "cellList": [0, 2]})}  # fmt: skip
    return {
        "popParams": {
            name: {"cellType": kind, "numCells": 4}
            for name, kind in (("A", "stick"), ("B", "bent"), ("C", "stick"), ("D", "stick"))
        },
        "cellParams": {"stick": parts.stick(), "bent": {"secs": {"soma": bent, "dend": upper}}},
        "synMechParams": parts.synapses(),
        "connParams": {
            "A->C": {"preConds": {"pop": "A"}, "postConds": {"pop": "C"}, "convergence": 2, "weight": 0.02,
                     "delay": 2, "synMech": "exc", "sec": "dend"},
        },
        "stimSourceParams": {
            label: {"type": "XStim", "waveform": waveform, "field": field}
            for label, (waveform, field) in sources.items()
        },
        "stimTargetParams": {
            label: {"source": source, "conds": conds, "sec": None, "loc": None}
            for label, (source, conds) in aims.items()
        },
    }  # fmt: skip


def with_xtra(net):
    """The same cells, A and B around electrodes with one signal, C as before."""
    signal = {"type": "sinusoidal", "amp": 0.04, "freq": 40, "del": 2}
    sources, targets = net["stimSourceParams"], net["stimTargetParams"]
    for label in ("pulse", "given"):
        sources[label] |= {"waveform": signal, "mod_based": True}
    targets["d"]["conds"] = targets.pop("b")["conds"] | {"pop": "B"}
    return net


def main():
    package, path, *more = sys.argv[1:]
    net = with_xtra(network()) if more else network()
    sim = importlib.import_module(f"{package}.sim")
    specs = importlib.import_module(f"{package}.specs")
    places = {"soma": ("soma", 0.5), "tip": ("dend", 0.9)}
    traces = {
        f"{name}_{var}": {"sec": sec, "loc": loc, "var": var, "conds": {"pop": ["A", "B", "C"]}}
        for name, (sec, loc) in places.items()
        for var in ("v", "e_extracellular")
    }
    cfg = {"duration": 50, "dt": DT, "recordStep": DT, "recordCells": ["A", "B", "C"], "recordTraces": traces,
           "progressBar": 0, "verbose": False}  # fmt: skip
    sim.initialize(specs.NetParams(net), specs.SimConfig(cfg))
    sim.net.createPops()
    sim.net.createCells()
    sim.net.connectCells()
    sim.net.addStims()
    sim.setupRecording()
    listed = {cell.gid: [shown(stim) for stim in cell.stims] for cell in sim.net.cells}
    sim.runSim()
    sim.gatherData()
    parts = sim.pc.py_gather(listed, 0) if sim.nhosts > 1 else [listed]
    if sim.rank == 0:
        data = sim.allSimData
        found = {label: {cell: list(trace) for cell, trace in data[label].items()} for label in traces}
        spikes = sorted([t, int(gid)] for t, gid in zip(data["spkt"], data["spkid"], strict=True))
        with open(path, "w") as file:
            stims = {gid: part[gid] for part in parts for gid in part}
            json.dump({"traces": found, "spikes": spikes, "stims": stims}, file)


def shown(stim):
    """A stimulus as plain data: with the numbers that it plays, without coordinates and objects."""
    found = {key: value for key, value in stim.items() if key not in ("segCoords", "hObj")}
    for key in {"time", "stim"} & found.keys():
        found[key] = list(found[key])
    for key in {"waveform", "field"} & found.keys():
        found[key] = {name: list(v) if hasattr(v, "__len__") and not isinstance(v, str) else v
                      for name, v in found[key].items()}  # fmt: skip
    return found


if __name__ == "__main__":
    main()
