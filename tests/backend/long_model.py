"""A network with everything that has a state, run in one go or stopped on the way and continued."""

import copy
import os
import signal
import sys
from pathlib import Path

import numpy as np

from netspec import sim, specs
from netspec.session import continuing
from netspec.stimulus import Constant, OrnsteinUhlenbeck, Pulses, Sine, WhiteNoise

SOMA = {"geom": {"L": 20, "diam": 20, "nseg": 1}, "mechs": {"hh": {}, "wander": {}}}
DEND = {
    "geom": {"L": 150, "diam": 2, "nseg": 3, "Ra": 120},
    "mechs": {"pas": {"g": 1e-4, "e": -65}},
    "topol": {"parentSec": "soma", "parentX": 1, "childX": 0},
}
POINT = {
    "geom": {"L": 6.3, "diam": 5, "cm": 31.831},
    "pointps": {"cell": {"mod": "Resets", "loc": 0.5, "drive": 0.05}},
}
NET = {
    "cellParams": {"P": {"secs": {"soma": SOMA, "dend": DEND}}, "Z": {"secs": {"soma": POINT}}},
    "popParams": {
        "E": {"cellType": "P", "numCells": 5},
        "N": {"cellModel": "NetStim", "numCells": 3, "rate": 60, "noise": 0.7, "start": 3},
        "Z": {"cellType": "Z", "numCells": 4},
        "V": {"cellModel": "VecStim", "numCells": 2, "spkTimes": [5, 21, 40, 55, 77, 90]},
        "F": {"cellModel": "IntFire2", "numCells": 3, "params": {"taum": 10, "taus": 20, "ib": 0.8}},
    },
    "synMechParams": {
        "exc": {"mod": "Exp2Syn", "tau1": 0.5, "tau2": 3, "e": 0},
        "inh": {"mod": "ExpSyn", "tau": 8, "e": -75},
        "gap": {"mod": "PointerGap", "gmax": 5e-4, "pointerParams": {"target_var": "other"}},
    },
    "stimSourceParams": {
        "bg": {"type": "NetStim", "rate": 80, "noise": 1},
        "ic": {"type": "IClamp", "del": 10, "dur": 60, "amp": 0.1},
        "theta": {"type": "Waveform", "stimulus": Sine(0.03, 40) * Pulses(1, 13.3, 30)},
        "played": {"type": "Waveform", "stimulus": OrnsteinUhlenbeck(0, sd=0.02) + WhiteNoise(0.01)},
        "drawn": {"type": "Waveform", "stimulus": OrnsteinUhlenbeck(0, sd=0.02)},
        "bursts": {"type": "NetStim", "rate": Constant(20) + Sine(20, 30)},
    },
    "stimTargetParams": {
        "bg->E": {
            "source": "bg", "conds": {"pop": "E"}, "weight": 0.004, "delay": 2, "synMech": "exc",
            "sec": "dend", "loc": 0.3,
        },
        "ic->E": {"source": "ic", "conds": {"pop": "E", "cellList": [0, 3]}, "sec": "soma", "loc": 0.5},
        **{
            label: {"source": label, "conds": {"pop": "E"}, "sec": "dend", "loc": 0.5}
            for label in ("theta", "played", "drawn")
        },
        "bursts": {
            "source": "bursts", "conds": {"pop": "E"}, "weight": 0.001, "delay": 2, "synMech": "exc",
            "sec": "dend", "loc": 0.3,
        },
    },
    "connParams": {
        label: {"preConds": {"pop": label[0]}, "postConds": {"pop": label[-1]}, "synMech": "exc", **more}
        for label, more in {
            "N->E": {"probability": 0.6, "weight": 0.008, "delay": 4},
            "V->E": {
                "weight": 0.01, "delay": "5 + post_x / 50",
                "shape": {"pulseType": "square", "pulseWidth": 20, "pulsePeriod": 40},
            },
            "E->E": {
                "weight": 0.003, "delay": 7.3,
                "plast": {"mech": "STDP", "params": {"gain": 0.0005, "loss": 0.0003, "most": 0.01}},
            },
            "E-E": {"connList": [[0, 1], [2, 3]], "synMech": "gap", "weight": 1},
            "E->Z": {"weight": 0.002, "delay": 2},
            "Z->E": {"weight": 0.001, "delay": 3},
            "E->F": {"weight": 0.4, "delay": 3},
            "F->E": {"weight": 0.002, "delay": 6, "synMech": "inh"},
        }.items()
    },
}  # fmt: skip
CFG = {
    "duration": 120,
    "recordCells": ["E", "Z"],
    "recordTraces": {
        "v": {"sec": "soma", "loc": 0.5, "var": "v"},
        "u": {"sec": "soma", "loc": 0.5, "pointp": "cell", "var": "level", "conds": {"pop": "Z"}},
        "ina": {"sec": "soma", "loc": 0.5, "var": "ina", "conds": {"pop": "E"}},
        "im": {"sec": "dend", "loc": 0.5, "var": "i_membrane_", "conds": {"pop": "E"}},
    },
    "use_fast_imem": True,
    "recordStep": 0.3,
    "recordStim": True,
    "recordLFP": [[20, 30, 40], [50, 60, 70]],
    "saveLFPCells": [("E", 1)],
    "saveLFPPops": ["E"],
    "saveWeights": {"step": 10},
}


def kill_at(time, rank):
    def look(now):
        if now >= time and sim.rank == rank:
            os.kill(os.getpid(), signal.SIGKILL)

    return look


def torn(what):
    """Files of a name are begun, and then the process is killed."""
    kind, number, rank = what
    save = continuing.hdf5.save

    def begin(path, leaves):
        """Half a file, and the end; all other files as ever."""
        if Path(path).stem == f"{kind}_{number}_{rank}":
            save(path, leaves)
            half = Path(path).read_bytes()[: Path(path).stat().st_size // 2]
            Path(path).unlink()
            Path(path).with_name(f".{Path(path).name}.1.part").write_bytes(half)
            os.kill(os.getpid(), signal.SIGKILL)
        return save(path, leaves)

    continuing.hdf5.save = begin


def columns(found):
    """Everything that was recorded: {name: array}."""
    lfp = found.signals["LFP"]
    traces = {
        f"{label}_{gid}": trace for label, cells in found.traces.items() for gid, trace in cells.items()
    }
    stims = {f"{gid}_{name}": times for gid, own in found.stims.items() for name, times in own.items()}
    return {
        "times": found.spikes["time"], "gids": found.spikes["gid"], "time": found.time, "lfp": lfp.values,
        "lfp_time": lfp.time, "lfp_cell": lfp.cells[1], "lfp_pop": lfp.of_population("E"),
        "weights": found.weights.values, "weight_times": found.weights.time, **traces, **stims,
    }  # fmt: skip


def for_coreneuron(net):
    """The same without what CoreNEURON refuses: plasticity, a POINTER, IntFire2."""
    net = copy.deepcopy(net)
    del net["popParams"]["F"], net["synMechParams"]["gap"], net["connParams"]["E->E"]["plast"]
    for label in ("E->F", "F->E", "E-E"):
        del net["connParams"][label]
    return net


def main(folder, out, arguments):
    options = {name: eval(value) for name, value in (one.split("=", 1) for one in arguments)}
    net = for_coreneuron(NET) if options.get("coreneuron") else NET
    stop, victim = options.pop("kill", None), options.pop("victim", 0)
    if "torn" in options:
        torn(options.pop("torn"))
    cfg = specs.SimConfig({**CFG, "runFolder": str(folder), **options})
    sim.create(specs.NetParams(net), cfg)
    if stop is None:
        sim.runSim()
    else:
        sim.runSimWithIntervalFunc(1, kill_at(stop, victim))
    sim.gatherData()
    if sim.rank == 0:
        np.savez(out, **columns(sim.results))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3:])
