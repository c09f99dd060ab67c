"""Networks that run on NEURON and on CoreNEURON, and a program that runs them all and keeps their results.

    python scenarios.py neuron|coreneuron|refused FILE

Under MPI rank 0 writes the file: {name: Results}.
"""

import importlib
import pickle
import sys
from pathlib import Path

HERE = Path(__file__).parent
FOLDERS = [HERE / "mod", HERE.parent / "oracles" / "mod"]

ORACLES = (
    "cell_rules",
    "full_and_list",
    "globals_vinit",
    "morphology",
    "netstim_populations",
    "pointer_connections",
    "probability",
    "record_selected",
    "several_synapses",
    "stimulation_events",
    "subcellular_maps",
    "vecstim_patterns",
    "vecstim_trains",
    "weight_norm",
)
"""Networks of the comparison with NetPyNE."""
REFUSED = {
    "artificial_cells": ["netParams.popParams['four'].cellModel: CoreNEURON has no IntFire4."],
    "imported_cells": ["mechs['extracellular']: CoreNEURON has no extracellular."],
    "local_step": ["simConfig.use_local_dt: CoreNEURON has fixed time steps only."],
    "variable_step": ["simConfig.cvode_active: CoreNEURON has fixed time steps only."],
    "plasticity": ["netParams.connParams['A->B'].plast: CoreNEURON cannot let a mechanism change a weight"],
    "shaped_weights": ["cellModel: CoreNEURON has no IntFire1."],
    "point_neurons": ["pointps['cell'].vref: CoreNEURON detects spikes in the membrane potential only."],
    "rxd_buffering": ["netParams.rxdParams: CoreNEURON has no reaction-diffusion."],
    "stimulation_clamps": [
        "netParams.stimSourceParams['count'].type: CoreNEURON has no APCount.",
        "CoreNEURON has no VClamp.",
        "CoreNEURON has no AlphaSynapse.",
    ],
}
"""What CoreNEURON cannot do, in other networks of that comparison: the reasons, with their paths."""

SOMA = {"geom": {"L": 20, "diam": 20}, "mechs": {"hh": {}}}
DEND = {
    "geom": {"L": 200, "diam": 2, "nseg": 7},
    "topol": {"parentSec": "soma", "parentX": 1.0, "childX": 0.0},
    "mechs": {"pas": {"g": 5e-5, "e": -65}, "drift": {"g": 2e-5}},
}


def recorded(**options):
    """Everything that can be recorded, of cells whose channel writes GLOBAL variables."""
    places = {"soma": {"sec": "soma", "loc": 0.5}, "dend": {"sec": "dend", "loc": 0.5}}
    net = {
        "popParams": {
            "E": {"cellType": "E", "numCells": 12},
            "V": {"cellModel": "VecStim", "numCells": 3, "spkTimes": [[5, 10], [7], [9, 20]]},
            "N": {"cellModel": "NetStim", "numCells": 2, "rate": 40, "noise": 0.5},
        },
        "cellParams": {"E": {"secs": {"soma": SOMA, "dend": DEND}}},
        "synMechParams": {"exc": {"mod": "Exp2Syn", "tau1": 0.5, "tau2": 3, "e": 0}},
        "connParams": {
            "all": {
                "preConds": {"pop": ["E", "V", "N"]}, "postConds": {"pop": "E"}, "probability": 0.3,
                "weight": 0.004, "delay": "2+uniform(0,1)", "synMech": "exc", "sec": "dend",
            }
        },
        "stimSourceParams": {
            "noise": {"type": "NetStim", "rate": 60, "noise": 1},
            "step": {"type": "IClamp", "amp": 0.3, "del": 5, "dur": 10},
        },
        "stimTargetParams": {
            "noise": {
                "source": "noise", "conds": {"pop": "E"}, "sec": "dend", "synMech": "exc", "weight": 0.01,
                "delay": 1,
            },
            "step": {"source": "step", "conds": {"cellList": [2]}, "sec": "soma"},
        },
    }  # fmt: skip
    traces = {
        "V": {**places["soma"], "var": "v"},
        "ina": {**places["soma"], "var": "ina"},
        "m": {**places["soma"], "mech": "hh", "var": "m"},
        "x": {**places["dend"], "mech": "drift", "var": "x"},
        "g": {**places["dend"], "synMech": "exc", "var": "g"},
        "i": {**places["soma"], "stim": "step", "var": "i"},
        "imem": {**places["dend"], "var": "i_membrane_"},
    }
    cfg = {
        "duration": 40, "dt": 0.025, "recordStep": 0.1, "recordTraces": traces, "recordCells": [2, 3],
        "recordStim": True, "recordLFP": [[10, 10, 10], [50, 100, 3]], "saveLFPCells": [3],
        "recordDipole": True, "use_fast_imem": True, "hParams": {"celsius": 20.0, "v_init": -68.0},
        "progressBar": 0, **options,
    }  # fmt: skip
    return net, cfg


def changing(**options):
    """Weights with a shape, and rates that change, also at the very time of an event."""
    net, cfg = oracle("shaped_weights")
    del net["popParams"]["F"], net["connParams"]["points"]
    shape = {"switchOnOff": [5, 60], "pulseType": "gaussian", "pulsePeriod": 25, "pulseWidth": 10}
    regular = {"rates": [[50, 100, 40]] * 2, "times": [0, 20, 60]}
    net["popParams"]["R"] = {
        "cellModel": "NetStim",
        "numCells": 2,
        "noise": 0,
        "start": 0,
        "dynamicRates": regular,
    }
    net["connParams"]["regular"] = {**net["connParams"]["steady"], "preConds": {"pop": "R"}, "delay": 1.3}
    net["stimSourceParams"] = {"bg": {"type": "NetStim", "rate": 80, "noise": 1, "shape": shape}}
    net["stimTargetParams"] = {
        "bg->A": {"source": "bg", "conds": {"pop": "A"}, "weight": 0.01, "synMech": "exc", "delay": 1},
    }
    return net, {**cfg, "recordStim": True, **options}


def waveforms(**options):
    """Stimuli that are values, wherever they can be: clamps, noise, mechanisms, synapses, rates, weights."""
    from netspec.stimulus import Constant, OrnsteinUhlenbeck, Pulses, Ramp, Sine, Square, Step, WhiteNoise

    net, cfg = recorded(**options)
    noise = OrnsteinUhlenbeck(0.05, sd=0.1, tau=5)
    net["popParams"]["W"] = {"cellModel": "VecStim", "numCells": 3, "rate": Sine(80, 30, offset=80)}
    net["connParams"]["W"] = {
        **net["connParams"]["all"],
        "preConds": {"pop": "W"},
        "shape": Ramp(2, 30) * Square(0.5, 100, offset=0.5),
    }
    places = {
        "theta": ({"stimulus": Sine(0.1, 40) * Pulses(1, 3.3, 10)}, "soma"),
        "drawn": ({"stimulus": noise}, "soma"),
        "played": ({"stimulus": noise + WhiteNoise("50 pA")}, "dend"),
        "leak": ({"stimulus": Constant(-65) + Step(5, 10, 20), "mech": "pas", "var": "e"}, "dend"),
        "reversal": ({"stimulus": Sine(10, 50), "synMech": "exc", "var": "e"}, "dend"),
    }
    for label, (given, section) in places.items():
        net["stimSourceParams"][label] = {"type": "Waveform", **given}
        net["stimTargetParams"][label] = {"source": label, "conds": {"pop": "E"}, "sec": section, "loc": 0.5}
    net["stimSourceParams"]["noise"] = {"type": "NetStim", "rate": Constant(30) + Step(200, 10, 20)}
    cfg["recordTraces"] |= {
        "drawn": {"sec": "soma", "loc": 0.5, "stim": "drawn", "var": "i"},
        "played": {"sec": "dend", "loc": 0.5, "stim": "played", "var": "i"},
        "e": {"sec": "dend", "loc": 0.5, "synMech": "exc", "var": "e"},
    }
    return net, cfg


OWN = {
    "waveforms": lambda: waveforms(),
    "values that change": lambda: changing(),
    "second order": lambda: recorded(hParams={"celsius": 20.0, "v_init": -68.0, "secondorder": 2}),
    "everything recorded": lambda: recorded(),
    "rows between steps": lambda: recorded(recordStep=0.06, dt=0.04, duration=30.1),
    "membrane currents": lambda: recorded(saveIMembrane=[3], duration=10),
    "chosen spikes": lambda: recorded(recordCellsSpikes=[1, 3, "V"], duration=30),
    "other streams": lambda: recorded(rand123GlobalIndex=5, duration=30),
}


def networks():
    """(name, netParams, simConfig) of all that run on both."""
    for name in ORACLES:
        yield name, *oracle(name)
    for name, make in OWN.items():
        yield name, *make()


def oracle(name):
    """netParams and simConfig of one of the networks that NetPyNE runs, too."""
    folder = str(HERE.parent / "oracles")
    if folder not in sys.path:
        sys.path.insert(0, folder)
    return importlib.import_module(f"networks.{name}").network()


def load_all(here):
    """One library of CoreNEURON for all networks, since a process can load one only."""
    from netspec.neuron import catalog, core_build, core_check, coreneuron, mechanisms

    mechanisms.load(FOLDERS, here, core=True)
    mechanisms.supply(["VecStim", "NoisyClamp"], here)
    names = {*catalog.densities(), *catalog.points()} - catalog.BUILT_IN
    texts = frozenset(
        (name, core_build.text_of(name)) for name in names
        if not name.endswith("_ion") and core_check.refusal(name) is None
    )  # fmt: skip
    coreneuron.choose(texts, False, lambda: mechanisms.core_library(dict(texts), FOLDERS, False, here))
    return coreneuron


def refusals():
    """{network: what is wrong with it under CoreNEURON}: nothing is built."""
    from netspec.errors import SpecError
    from netspec.session.prepare import prepare

    found = {}
    for name in REFUSED:
        net, cfg = oracle(name)
        try:
            prepare(net, {**cfg, "coreneuron": True}, FOLDERS)
        except SpecError as error:
            found[name] = [f"{problem.path}: {problem.message}" for problem in error.problems]
    return found


def main():
    import netspec
    from netspec.neuron import ranks

    engine, file = sys.argv[1:]
    here = ranks.start()
    if engine == "refused":
        Path(file).write_bytes(pickle.dumps(refusals()))
        return
    found = {}
    more = {}
    if engine == "coreneuron":
        core, more = load_all(here), {"coreneuron": True}
    for name, net, cfg in networks():
        found[name] = netspec.run(net, {**cfg, **more}, mod=FOLDERS)
    if engine == "coreneuron":
        # In many windows, once more, and then NEURON again in the same process.
        core.MEMORY, core.FEWEST = 0, 7
        found["in windows"] = netspec.run(*recorded(coreneuron=True), mod=FOLDERS)
        found["NEURON again"] = netspec.run(*recorded(), mod=FOLDERS)
    if here.rank == 0:
        Path(file).write_bytes(pickle.dumps(found))


if __name__ == "__main__":
    main()
