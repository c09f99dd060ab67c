"""Calls every verb twice in a row, network after network, and writes the spikes after each as JSON.

python every_verb.py OUTPUT
"""

import copy
import json
import sys
from pathlib import Path

import test_changing

from netspec import sim, specs

KINDS = ("json", "pkl", "h5")
FUNCTIONS = test_changing.FUNCTIONS


def params():
    return specs.NetParams(copy.deepcopy(test_changing.NET))


def config(**options):
    cfg = {
        "duration": 50, "recordStep": 1, "recordTraces": {"V": {"sec": "soma", "loc": 0.5, "var": "v"}},
        "recordCells": [0, 6], "saveFolder": "out", "simLabel": "run", "savePickle": True, "timing": False,
    }  # fmt: skip
    return specs.SimConfig(cfg | options)


def save():
    sim.createSimulate(params(), config(saveJson=True, saveHDF5=True))
    sim.saveData()


def through_nodes():
    sim.createSimulate(params(), config())
    sim.saveDataInNodes()
    sim.gatherDataFromFiles()


def load_all(path):
    sim.initialize()
    sim.loadAll(path)
    sim.setupRecording()
    sim.simulate()


def load_net(path):
    sim.initialize(params(), config())
    sim.loadNet(path)
    sim.setupRecording()
    sim.simulate()


def load_settings(path):
    sim.initialize()
    sim.loadSimCfg(path)
    sim.loadNetParams(path)
    sim.create(sim.net.params, sim.cfg)
    sim.simulate()


def load(path):
    sim.load(path)
    sim.simulate()


def model():
    if sim.rank == 0:
        Path("model").mkdir(exist_ok=True)
        sim.saveModel(params(), config(), "model")
    sim.pc.barrier()
    cfg, net = sim.loadModel("model")
    sim.createSimulate(net, cfg)


def clear():
    sim.clearAll()
    assert list(sim.h.allsec()) == []
    sim.createSimulate(params(), config())


def unchanged():
    """Changes to the values that there are."""
    sim.create(params(), config())
    for _ in range(2):
        sim.net.modifyConns({"conds": {"label": "E->all"}, "weight": 0.004})
        sim.net.modifyCells({"conds": {"pop": "I"}, "secs": {"soma": {"mechs": {"hh": {"gnabar": 0.12}}}}})
    sim.simulate()


def intervals(verb, *arguments):
    verb(20, *arguments)
    sim.gatherData()


VERBS = {
    "createSimulate": lambda: sim.createSimulate(params(), config()),
    "simulate": lambda: sim.simulate(),
    "createSimulateAnalyze": lambda: sim.createSimulateAnalyze(params(), config()),
    "createSimulateAnalyzeInterval": lambda: sim.createSimulateAnalyzeInterval(
        params(), config(), interval=20
    ),
    "intervalSimulate": lambda: sim.intervalSimulate(25),
    "runSimIntervalSaving": lambda: intervals(sim.runSimIntervalSaving),
    "runSimWithIntervalFunc": lambda: intervals(sim.runSimWithIntervalFunc, lambda t: None),
    "distributedSimulate": lambda: sim.distributedSimulate(),
    "createSimulateAnalyzeDistributed": lambda: sim.createSimulateAnalyzeDistributed(params(), config()),
    "saveDataInNodes": through_nodes,
    "saveData": save,
    **{f"load {kind}": lambda k=kind: load(f"out/run_data.{k}") for kind in KINDS},
    **{f"loadAll {kind}": lambda k=kind: load_all(f"out/run_data.{k}") for kind in ("json", "h5")},
    **{f"loadNet {kind}": lambda k=kind: load_net(f"out/run_data.{k}") for kind in ("json", "h5")},
    **{f"loadSimData {kind}": lambda k=kind: sim.loadSimData(f"out/run_data.{k}") for kind in ("json", "h5")},
    **{f"loadNetParams {kind}": lambda k=kind: load_settings(f"out/run_data.{k}") for kind in ("json", "h5")},
    **{f"loadSimulate {kind}": lambda k=kind: sim.loadSimulate(f"out/run_data.{k}") for kind in KINDS},
    "loadSimulateAnalyze": lambda: sim.loadSimulateAnalyze("out/run_data.pkl"),
    "saveModel": model,
    "clearAll": clear,
    "modify": unchanged,
    "the first again": lambda: sim.createSimulate(params(), config()),
}


def spikes():
    return test_changing.spikes() if sim.rank == 0 else None


def main():
    found = {}
    for name, call in VERBS.items():
        found[name] = [(call(), spikes())[1] for _ in range(2)]
    sim.create(params(), config())
    sim.net.modifyCells(FUNCTIONS)
    sim.net.modifyCells(FUNCTIONS)
    sim.simulate()
    drawn = [spikes()]
    if sim.nhosts == 1:
        clamped = []
        for _ in range(2):
            sim.createSimulate(params(), config())
            sim.netClamp(6)
            clamped.append(spikes())
            sim.netClamp(6, "out/run_data.pkl")
            clamped.append(spikes())
        found["netClamp"] = clamped
    if sim.rank == 0:
        Path(sys.argv[1]).write_text(json.dumps({"same": found, "drawn": drawn}))


if __name__ == "__main__":
    main()
