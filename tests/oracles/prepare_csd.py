"""NetPyNE's prepareCSD on LFPs of our own, and the same verb of netspec.

python prepare_csd.py PACKAGE CASES FILE     CASES: .npz with the LFP; FILE: .npz with what each case gives
"""

import importlib
import sys
from types import SimpleNamespace

import numpy as np

STEP = 0.5
CASES = {
    "default": {},
    "band": {"minf": 2, "maxf": 120},
    "without ends": {"vaknin": False},
    "mean off": {"norm": True},
    "time": {"timeRange": [100, 400]},
    "spacing": {"spacing_um": 70},
    "rate": {"sampr": 1000.0},
    "step": {"dt": 0.25},
    "population": {"pop": "E"},
    "above half of the rate": {"maxf": 1200},
}
PLACES = [[10, depth, 5] for depth in (100, 210, 290, 400, 520)]
DURATION = 600


def prepared(package, lfp):
    """What prepareCSD returns, and what it leaves in allSimData: name -> array."""
    data = {"LFP": lfp, "LFPPops": {"E": lfp * 0.5 + 1}}
    found = {}
    for name, arguments in CASES.items():
        sim = module(package, dict(data))
        csd, own, rate, spacing, step = sim.analysis.prepareCSD(sim=sim, **arguments)
        found |= {f"{name}.csd": csd, f"{name}.lfp": own, f"{name}.numbers": [rate, spacing, step]}
        kept = sim.allSimData["CSDPops"]["E"] if "pop" in arguments else sim.allSimData["CSD"]
        assert kept is csd
    sim = module(package, dict(data))
    chosen = sim.analysis.prepareCSD(sim=sim, electrodes=[2, "avg", [0, 3], "all"], getAllData=False)
    parts = chosen["electrodes"]
    found |= {"t": chosen["t"], "names": parts["names"], "data": np.array(parts["data"])}
    return found | {"locs": [[-1, -1, -1] if place is None else place for place in parts["locs"]]}


def module(package, data):
    """An object with the attributes of `sim` that prepareCSD looks at."""
    if package == "netspec":
        return _netspecs(data)
    cfg = SimpleNamespace(recordStep=STEP, duration=DURATION, recordLFP=PLACES)
    net = SimpleNamespace(recXElectrode=SimpleNamespace(nsites=len(PLACES)))
    analysis = importlib.import_module("netpyne.analysis.csd")
    return SimpleNamespace(allSimData=data, cfg=cfg, net=net, analysis=analysis)


def _netspecs(data):
    sim, specs = (importlib.import_module(f"netspec.{name}") for name in ("sim", "specs"))
    config = {"recordStep": STEP, "duration": DURATION, "recordLFP": PLACES, "verbose": False}
    sim.initialize(specs.NetParams({}), specs.SimConfig(config))
    sim.loadSimData("", {"simData": data})
    return sim


if __name__ == "__main__":
    package, cases, path = sys.argv[1:]
    np.savez(path, **prepared(package, np.load(cases)["lfp"]))
