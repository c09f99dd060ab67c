"""Fifty excitatory and twelve inhibitory cells drive each other to a rhythm. See README.md."""

from pathlib import Path

from netspec import sim, specs

netParams = specs.NetParams()
netParams.sizeX, netParams.sizeY, netParams.sizeZ = 200, 400, 200  # [um]

soma = {"geom": {"L": 20, "diam": 20}, "mechs": {"hh": {}}}
netParams.cellParams["cell"] = {"secs": {"soma": soma}}

netParams.popParams["E"] = {"cellType": "cell", "numCells": 50}
netParams.popParams["I"] = {"cellType": "cell", "numCells": 12}
E, I = {"pop": "E"}, {"pop": "I"}  # noqa: E741

netParams.synMechParams["exc"] = {"mod": "Exp2Syn", "tau1": 0.5, "tau2": 3, "e": 0}
netParams.synMechParams["inh"] = {"mod": "Exp2Syn", "tau1": 0.5, "tau2": 8, "e": -80}

netParams.stimSourceParams["noise"] = {"type": "NetStim", "rate": 100, "noise": 1}
netParams.stimTargetParams["noise->E"] = {"source": "noise", "conds": E, "synMech": "exc", "weight": 0.004}

distance = {"probability": "0.8 * exp(-dist_3D / 200)", "delay": "1 + dist_3D / propVelocity"}
excite = {"synMech": "exc", "weight": 0.002, **distance}
inhibit = {"synMech": "inh", "weight": 0.02, **distance}
netParams.connParams["E->I"] = {"preConds": E, "postConds": I, **excite}
netParams.connParams["I->E"] = {"preConds": I, "postConds": E, **inhibit}

cfg = specs.SimConfig()
cfg.duration, cfg.dt = 500, 0.05  # [ms]
cfg.filename = str(Path(__file__).with_name("first_network"))
cfg.recordTraces["V"] = {"sec": "soma", "loc": 0.5, "var": "v"}
cfg.recordCells = [("E", 0), ("I", 0)]
cfg.analysis["plotRaster"] = {"orderBy": ["pop", "y"], "saveFig": True, "figSize": (8, 5)}
cfg.analysis["plotTraces"] = {"oneFigPer": "trace", "saveFig": True, "figSize": (8, 4)}

sim.createSimulateAnalyze(netParams, cfg)
