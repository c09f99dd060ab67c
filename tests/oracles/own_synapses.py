"""Cells with synapses of their own (secs[...].synMechs): sections, connections, spikes and traces as JSON.

python own_synapses.py PACKAGE OUTPUT one|each

NetPyNE 1.1.1 stops when a cell rule has them, so there they come after the cells: by modifyCells.
"""

import json
import sys

import dump
from networks import parts

OWN = {
    "soma": [{"label": "alpha", "loc": 0.5}],
    "dend": [{"label": "exc", "loc": 0.5}, {"label": "far", "loc": 0.9}, {"label": "exc", "loc": 0.1}],
}


def network():
    net = {
        "popParams": {"A": {"cellType": "stick", "numCells": 5}, "B": {"cellType": "ball", "numCells": 3}},
        "cellParams": {"stick": parts.stick(), "ball": parts.ball()},
        "synMechParams": {
            **parts.synapses(),
            "far": {"mod": "Exp2Syn", "tau1": 0.3, "tau2": "1 + post_dist_path / 50", "e": 0},
            "alpha": {"mod": "AlphaSynapse", "onset": 20, "tau": 2, "gmax": 0.01, "e": 0},
        },
        "connParams": {
            f"{pre}->{post} {synapse}": {
                "preConds": {"pop": pre}, "postConds": {"pop": post}, "weight": 0.006, "delay": 2,
                "synMech": synapse, "sec": section, "loc": loc, "probability": 0.6,
            }
            for pre, post, synapse, section, loc in (
                ("B", "A", "exc", "dend", 0.5), ("A", "A", "far", "dend", 0.9), ("A", "B", "exc", "soma", 0.5)
            )
        },
        **parts.noise({"pop": ["A", "B"]}, sec="soma", loc=0.5),
    }  # fmt: skip
    places = {"exc": ("dend", 0.5), "far": ("dend", 0.9), "alpha": ("soma", 0.5)}
    traces = {
        name: {"sec": section, "loc": loc, "synMech": name, "var": "i" if name == "alpha" else "g"}
        for name, (section, loc) in places.items()
    }
    traces["V"] = {"sec": "soma", "loc": 0.5, "var": "v"}
    return net, parts.config(duration=60, recordTraces=traces, recordCells=["A"])


def main():
    package, output, kind = sys.argv[1:]
    net, cfg = network()
    later = package == "netpyne"
    if not later:
        for name, synapses in OWN.items():
            net["cellParams"]["stick"]["secs"][name]["synMechs"] = synapses
    specs, sim = dump.load(package)
    sim.initialize(specs.NetParams(net), specs.SimConfig({**cfg, "oneSynPerNetcon": kind == "each"}))
    sim.net.createPops()
    sim.net.createCells()
    if later:
        # With an object in what it is given NetPyNE makes each synapse only once.
        secs = {name: {"synMechs": [{**each, "hObj": True} for each in own]} for name, own in OWN.items()}
        sim.net.modifyCells({"conds": {"cellType": "stick"}, "secs": secs})
    sim.net.connectCells()
    sim.net.addStims()
    sim.setupRecording()
    sim.runSim()
    sim.gatherData()
    if sim.rank == 0:
        write(sim, output)


def write(sim, output):
    data = sim.allSimData
    found = {
        "secs": [
            {
                name: [{k: v for k, v in each.items() if k != "hObj"} for each in section.get("synMechs", [])]
                for name, section in cell["secs"].items()
            }
            for cell in sim.net.allCells
        ],
        "conns": [
            [(conn["preGid"], conn["sec"], conn["loc"]) for conn in cell["conns"]]
            for cell in sim.net.allCells
        ],
        "spikes": dump.spikes(data),
        "traces": {name: data[name] for name in ("exc", "far", "alpha", "V")},
    }
    with open(output, "w") as file:
        json.dump(found, file, default=dump.plain)


if __name__ == "__main__":
    main()
