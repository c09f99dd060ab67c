"""Hodgkin-Huxley pyramids, Izhikevich interneurons and artificial spike sources together. See README.md."""

from pathlib import Path

from netspec import sim, specs

netParams = specs.NetParams()
netParams.sizeX = netParams.sizeY = netParams.sizeZ = 150  # [um]

# Pyramids: two sections with Hodgkin-Huxley and passive channels.
netParams.cellParams["pyramid"] = {
    "secs": {
        "soma": {"geom": {"L": 20, "diam": 20, "Ra": 100}, "mechs": {"hh": {"gnabar": 0.12, "gkbar": 0.036}}},
        "dend": {
            "geom": {"L": 200, "diam": 2, "Ra": 100, "nseg": 5},
            "topol": {"parentSec": "soma", "parentX": 1.0, "childX": 0},
            "mechs": {"pas": {"g": 5e-5, "e": -65}},
        },
    }
}

# Interneurons: mod/izh2007.mod sits in a section, makes its spikes from its own V and has its own synapses.
izhikevich = {"mod": "Izh2007", "loc": 0.5, "vref": "V", "synList": ["exc", "inh"], "k": 1, "d": 0}
netParams.cellParams["interneuron"] = {
    "secs": {"soma": {"geom": {"L": 10, "diam": 10}, "pointps": {"izh": izhikevich}}}
}

netParams.popParams["PYR"] = {"cellType": "pyramid", "numCells": 40}
netParams.popParams["INT"] = {"cellType": "interneuron", "numCells": 10}
netParams.popParams["thalamus"] = {
    "cellModel": "NetStim",
    "numCells": 30,
    "rate": 25,
    "noise": 0.8,
    "start": 20,
}
netParams.popParams["relay"] = {"cellModel": "IntFire2", "numCells": 5, "taum": 20, "taus": 5, "ib": 0}

netParams.synMechParams["exc"] = {"mod": "Exp2Syn", "tau1": 0.5, "tau2": 3, "e": 0}
netParams.synMechParams["inh"] = {"mod": "Exp2Syn", "tau1": 0.5, "tau2": 8, "e": -80}


def connect(pre, post, **rule):
    """One entry of connParams, called 'pre->post'."""
    netParams.connParams[f"{pre}->{post}"] = {"preConds": {"pop": pre}, "postConds": {"pop": post}, **rule}


connect(
    "thalamus",
    "PYR",
    convergence=6,
    weight="lognormal(0.006, 4e-6)",
    delay="uniform(1, 4)",
    synMech="exc",
    sec="dend",
    loc=0.3,
)
connect("thalamus", "INT", convergence=4, weight=0.002, delay=2, synMech="exc")
connect("thalamus", "relay", convergence=5, weight=0.4, delay=1)
connect("relay", "PYR", probability=0.5, weight=0.01, delay=1, synMech="exc", sec="dend", loc=0.7)
connect("PYR", "INT", probability=0.3, weight=0.001, delay="1 + dist_3D / propVelocity", synMech="exc")
connect(
    "INT", "PYR", probability=0.4, weight=0.004, delay="1 + dist_3D / propVelocity", synMech="inh", sec="soma"
)
connect("INT", "INT", divergence=3, weight=0.002, delay=1, synMech="inh")

cfg = specs.SimConfig()
cfg.duration, cfg.dt = 400, 0.05  # [ms]
cfg.filename = str(Path(__file__).with_name("hybrid_network"))
cfg.recordTraces["V_pyramid"] = {"sec": "soma", "loc": 0.5, "var": "v", "conds": {"pop": "PYR"}}
cfg.recordTraces["V_interneuron"] = {
    "sec": "soma",
    "pointp": "izh",
    "var": "V",
    "conds": {"pop": "INT"},
}
cfg.recordCells = [("PYR", 0), ("INT", 0)]
cfg.analysis["plotRaster"] = {"orderBy": "pop", "saveFig": True, "figSize": (8, 5)}
cfg.analysis["plotTraces"] = {"include": [("INT", 0)], "saveFig": True, "figSize": (8, 3)}
cfg.analysis["plotConn"] = {"feature": "probability", "saveFig": True, "figSize": (6, 5)}

sim.createSimulateAnalyze(netParams, cfg)
