"""Fifty excitatory and twelve inhibitory cells drive each other to a rhythm. See README.md."""

from netspec import sim, specs

netParams = specs.NetParams()
netParams.sizeX, netParams.sizeY, netParams.sizeZ = 200, 400, 200  # [um]

soma = {"geom": {"L": 20, "diam": 20}, "mechs": {"hh": {}}}
netParams.cellParams["cell"] = {"secs": {"soma": soma}}

netParams.popParams["E"] = {"cellType": "cell", "numCells": 50}
netParams.popParams["I"] = {"cellType": "cell", "numCells": 12}

netParams.synMechParams["exc"] = {"mod": "Exp2Syn", "tau1": 0.5, "tau2": 3, "e": 0}
netParams.synMechParams["inh"] = {"mod": "Exp2Syn", "tau1": 0.5, "tau2": 8, "e": -80}

netParams.stimSourceParams["noise"] = {"type": "NetStim", "rate": 100, "noise": 1}
netParams.stimTargetParams["noise->E"] = {
    "source": "noise",
    "conds": {"pop": "E"},
    "synMech": "exc",
    "weight": 0.004,
}

distance = {"delay": "1 + dist_3D / propVelocity", "probability": "0.8 * exp(-dist_3D / 200)"}
netParams.connParams["E->I"] = {
    "preConds": {"pop": "E"},
    "postConds": {"pop": "I"},
    "synMech": "exc",
    "weight": 0.002,
} | distance
netParams.connParams["I->E"] = {
    "preConds": {"pop": "I"},
    "postConds": {"pop": "E"},
    "synMech": "inh",
    "weight": 0.02,
} | distance

cfg = specs.SimConfig()
cfg.duration, cfg.dt, cfg.filename = 500, 0.05, "first_network"  # [ms]
cfg.recordTraces["V"] = {"sec": "soma", "loc": 0.5, "var": "v"}
cfg.recordCells = [("E", 0), ("I", 0)]
cfg.analysis["plotRaster"] = {"orderBy": ["pop", "y"], "saveFig": True, "figSize": (8, 5)}
cfg.analysis["plotTraces"] = {"oneFigPer": "trace", "saveFig": True, "figSize": (8, 4)}

sim.createSimulateAnalyze(netParams, cfg)
