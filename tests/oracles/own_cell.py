"""Synapses that hear their own cell: in netspec, or in NEURON alone. Writes voltages and spikes as JSON.

python own_cell.py netspec|neuron OUTPUT
"""

import json
import sys
from pathlib import Path

CELLS, DURATION = 3, 60
DRIVES = {
    "exc": {"start": 5.0, "interval": 26.0, "number": 2, "noise": 0},
    "slow": {"start": 12.0, "interval": 50.0, "number": 1, "noise": 0},
}
HEARD = {
    "exc": {"sec": "dend", "loc": 0.9, "weight": 0.003, "delay": 2.5, "threshold": -30},
    "slow": {"weight": 0.004, "delay": 4},
}
WEIGHT = {"exc": 0.012, "slow": 0.01}
TAU = {"exc": 2.0, "slow": 7.0}


def by_netspec():
    from netspec import sim, specs

    soma = {"geom": {"L": 20, "diam": 20}, "mechs": {"hh": {}}}
    dend = {
        "geom": {"L": 150, "diam": 2, "nseg": 3},
        "mechs": {"pas": {"g": 0.0001, "e": -65}},
        "topol": {"parentSec": "soma", "parentX": 1, "childX": 0},
    }
    net = {
        "cellParams": {"P": {"secs": {"soma": soma, "dend": dend}}},
        "popParams": {"P": {"cellType": "P", "numCells": CELLS}},
        "synMechParams": {
            label: {"mod": "ExpSyn", "tau": TAU[label], "e": 0, "selfNetCon": own}
            for label, own in HEARD.items()
        },
        "connParams": {},
    }
    for label, drive in DRIVES.items():
        net["popParams"][label] = {"cellModel": "NetStim", "numCells": 1, **drive}
        net["connParams"][f"{label}->P"] = {
            "preConds": {"pop": label}, "postConds": {"pop": "P"}, "synMech": label, "sec": "dend",
            "loc": 0.5, "weight": WEIGHT[label], "delay": 1,
        }  # fmt: skip
    cfg = {
        "duration": DURATION,
        "recordStep": 0.5,
        "recordCells": ["P"],
        "recordTraces": {"V": {"sec": "soma", "loc": 0.5, "var": "v"}},
        "recordCellsSpikes": ["P"],
    }
    sim.createSimulate(specs.NetParams(net), specs.SimConfig(cfg))
    if sim.rank != 0:
        return None
    traces = [sim.allSimData["V"][f"cell_{gid}"] for gid in range(CELLS)]
    return {"V": traces, "spikes": sorted(zip(sim.allSimData["spkt"], sim.allSimData["spkid"], strict=True))}


def by_neuron():
    from neuron import h

    h.load_file("stdrun.hoc")
    pc, kept, traces, (times, gids) = h.ParallelContext(), [], [], (h.Vector(), h.Vector())
    for gid in range(CELLS):
        soma, dend = h.Section(name=f"soma{gid}"), h.Section(name=f"dend{gid}")
        soma.L = soma.diam = 20
        soma.insert("hh")
        dend.L, dend.diam, dend.nseg = 150, 2, 3
        dend.insert("pas")
        dend.g_pas, dend.e_pas = 0.0001, -65
        dend.connect(soma(1), 0)
        pc.set_gid2node(gid, pc.id())
        detector = h.NetCon(soma(0.5)._ref_v, None, sec=soma)
        detector.threshold = 10
        pc.cell(gid, detector)
        pc.spike_record(gid, times, gids)
        for label, own in HEARD.items():
            synapse = h.ExpSyn(dend(0.5))
            synapse.tau, synapse.e = TAU[label], 0
            train = h.NetStim()
            for name, value in DRIVES[label].items():
                setattr(train, name, value)
            heard = dend(0.9)._ref_v if "sec" in own else soma(0.5)._ref_v
            netcon = h.NetCon(heard, synapse, sec=dend if "sec" in own else soma)
            netcon.delay, netcon.weight[0] = own["delay"], own["weight"]
            if "threshold" in own:
                netcon.threshold = own["threshold"]
            kept += [synapse, train, netcon, h.NetCon(train, synapse, 0, 1, WEIGHT[label])]
        traces.append(h.Vector().record(soma(0.5)._ref_v, 0.5))
        kept += [soma, dend, detector]
    h.dt, h.celsius = 0.025, 6.3
    pc.set_maxstep(10)
    h.finitialize(-65)
    pc.psolve(DURATION)
    return {"V": [list(trace) for trace in traces], "spikes": sorted(zip(times, gids, strict=True))}


if __name__ == "__main__":
    found = by_netspec() if sys.argv[1] == "netspec" else by_neuron()
    if found is not None:
        Path(sys.argv[2]).write_text(json.dumps(found))
