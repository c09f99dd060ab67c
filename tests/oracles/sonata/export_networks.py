"""Networks that between them have everything that can be exported: name -> (netParams, simConfig)."""

SOMA = {
    "geom": {"L": 18.8, "diam": 18.8, "Ra": 123.0, "cm": 1.1},
    "mechs": {"hh": {"gnabar": 0.12, "gkbar": 0.036, "gl": 0.0003, "el": -61.0}},
}
DENDRITE = {
    "geom": {"L": 150.0, "diam": 2.3, "Ra": 150.0, "cm": 1.0, "nseg": 5},
    "topol": {"parentSec": "soma", "parentX": 1.0, "childX": 0.0},
    "mechs": {"pas": {"g": 3.57e-5, "e": -70.0}},
}
CELL = {"PYR": {"secs": {"soma": SOMA, "Dend one": DENDRITE}}}
POINT = {"HH": {"secs": {"soma": SOMA}}}
EXC = {"AMPA": {"mod": "Exp2Syn", "tau1": 0.3, "tau2": 2.7, "e": 0}}
INH = {"GABA": {"mod": "Exp2Syn", "tau1": 0.7, "tau2": 8.1, "e": -80}}
TO_DENDRITE = {"sec": "Dend one", "synMech": "AMPA", "loc": 0.3}
NOISE = {"cellModel": "NetStim", "numCells": 6, "rate": 60, "noise": 0.7, "start": 2.0}


def _cfg(**more):
    return {"duration": 120, "dt": 0.025, "hParams": {"celsius": 12.0, "v_init": -68.0}, **more}


def _rule(pre, post, **more):
    return {"preConds": {"pop": pre}, "postConds": {"pop": post}, **more}


def netstims():
    """NetStims of every kind onto IntFire1."""
    source = {"cellModel": "NetStim", "numCells": 3}
    net = {
        "popParams": {
            "regular": {**source, "interval": 7.3, "number": 6, "start": 1.1, "noise": 0},
            "half": {**source, "rate": 80, "noise": 0.5},
            "poisson": {**source, "rate": [40, 120], "noise": 1.0, "seed": 5},
            "late": {**source, "interval": 3.0, "noise": 0.3, "start": 60.0, "number": 4},
            "silent": {**source, "interval": 3.0, "number": 0},
            "I": {"cellModel": "IntFire1", "numCells": 5, "tau": 20.3, "refrac": 3.7},
        },
        "connParams": {
            "in": _rule(["regular", "half", "poisson", "late", "silent"], "I", probability=0.8, weight=0.41,
                        delay="uniform(0.5, 6)"),
            "back": _rule("I", "I", probability=0.4, weight=-0.2, delay=1.3),
        },
    }  # fmt: skip
    return net, _cfg()


def ring():
    """Cells of one section that excite each other in turn, with a clamp and recorded potentials."""
    net = {
        "cellParams": POINT,
        "popParams": {"ring": {"cellType": "HH", "numCells": 5}},
        "synMechParams": EXC,
        "connParams": {
            "next": _rule("ring", "ring", connList=[[i, (i + 1) % 5] for i in range(5)], weight=0.05,
                          delay=5.0, synMech="AMPA"),
        },
        "stimSourceParams": {"start": {"type": "IClamp", "del": 2.0, "dur": 3.0, "amp": 1.7}},
        "stimTargetParams": {"start->0": {"source": "start", "conds": {"pop": "ring", "cellList": [0]},
                                          "sec": "soma", "loc": 0.5}},
    }  # fmt: skip
    traces = {"V": {"sec": "soma", "loc": 0.5, "var": "v"}}
    return net, _cfg(recordTraces=traces, recordCells=[("ring", [0, 2])])


def morphology():
    """Sections of every type with 3-D points and odd names, at different places, with ions."""
    points = {
        "Soma": [(-9, 0, 0, 18), (0, 0, 0, 18), (9, 0, 0, 18)],
        "axon[0]": [(9, 0, 0, 1.2), (70, 3.3, 1.7, 0.9)],
        "dend.basal": [(0, -9, 0, 2.1), (-13, -60, 4, 1.7), (-40, -110, 9, 0.8)],
        "apical trunk": [(0, 9, 0, 3.1), (2, 150, -3, 2.2)],
        "apic_1": [(2, 150, -3, 2.0), (40, 260, 11, 0.7)],
    }
    parent = {"axon[0]": "Soma", "dend.basal": "Soma", "apical trunk": "Soma", "apic_1": "apical trunk"}
    secs = {}
    for name, pt3d in points.items():
        secs[name] = {
            "geom": {"pt3d": pt3d, "Ra": 110.0, "cm": 1.0, "nseg": 3, "L": 1.0, "diam": 1.0},
            "topol": {"parentSec": parent[name], "parentX": 1.0, "childX": 0.0} if name in parent else {},
            "mechs": {"pas": {"g": 1e-4, "e": -65.0}, **({"hh": {}} if name in ("Soma", "axon[0]") else {})},
            "ions": {"na": {"e": 52.0, "i": 11.0, "o": 141.0}} if name == "Soma" else {},
        }
    net = {
        "sizeX": 500, "sizeY": 800, "sizeZ": 300,
        "cellParams": {"L5": {"secs": secs, "secLists": {"far": ["apic_1", "dend.basal"]}}},
        "popParams": {"L5": {"cellType": "L5", "numCells": 4}, "in": NOISE},
        "synMechParams": EXC,
        "connParams": {
            "in": _rule("in", "L5", probability=0.9, weight=0.003, delay=2.5, sec="far", loc=[0.2, 0.5, 0.8],
                        synsPerConn=3, synMech="AMPA"),
            "rec": _rule("L5", "L5", probability=0.7, weight=0.004, delay=1.5, sec="apical trunk",
                         synMech="AMPA"),
        },
    }  # fmt: skip
    return net, _cfg(distributeSynsUniformly=False)


def vecstims():
    """Given spike times, of each cell and with pulses, onto cells and artificial cells."""
    net = {
        "cellParams": CELL,
        "popParams": {
            "same": {"cellModel": "VecStim", "numCells": 2, "spkTimes": [5.0, 17.5, 40.25, 41.0]},
            "own": {"cellModel": "VecStim", "cellsList": [{"spkTimes": [3.0, 30.1]}, {"spkTimes": []},
                                                          {"spkTimes": [77.7]}]},
            "pulsed": {"cellModel": "VecStim", "numCells": 3, "rate": 20, "noise": 0.4,
                       "pulses": [{"start": 50, "end": 80, "rate": 90, "noise": 0.2}]},
            "E": {"cellType": "PYR", "numCells": 3},
            "I": {"cellModel": "IntFire1", "numCells": 2},
        },
        "synMechParams": EXC,
        "connParams": {
            "toE": _rule(["same", "own", "pulsed"], "E", weight=0.009, delay=1.9, **TO_DENDRITE),
            "toI": _rule(["own", "pulsed"], "I", weight=0.6, delay=0.7),
        },
    }  # fmt: skip
    return net, _cfg()


def functions():
    """Cells and synapses with numbers of their own."""
    secs = {
        "soma": {**SOMA, "geom": {**SOMA["geom"], "diam": "uniform(15, 21)"}},
        "Dend one": {**DENDRITE, "mechs": {"pas": {"g": "1e-5 + 1e-7 * dist_path", "e": -70.0}}},
    }
    synapse = {"AMPA": {"mod": "Exp2Syn", "tau1": 0.3, "tau2": "uniform(2, 5)", "e": 0}}
    net = {
        "cellParams": {"PYR": {"secs": secs}},
        "popParams": {"E": {"cellType": "PYR", "numCells": 4}, "in": NOISE},
        "synMechParams": synapse,
        "connParams": {
            "in": _rule(
                "in", "E", probability=0.6, weight="lognormal(0.008, 0.00001)", delay=2.2, **TO_DENDRITE
            ),
            "rec": _rule("E", "E", probability=0.5, weight=0.003, delay=1.0, **TO_DENDRITE),
        },
    }
    return net, _cfg()


def artificial():
    """Artificial cells of several mechanisms, some cells with parameters of their own."""
    net = {
        "popParams": {
            "in": {**NOISE, "rate": 150},
            "one": {"cellModel": "IntFire1", "numCells": 3, "tau": "uniform(8, 20)", "refrac": 2.0},
            "two": {"cellModel": "IntFire2", "numCells": 3, "taum": 12.0, "taus": 21.0, "ib": 0.1},
            "four": {"cellModel": "IntFire4", "cellsList": [{"params": {"taue": 2.0, "taum": 30.0}},
                                                            {"params": {"taue": 2.5, "taum": 33.3}}]},
        },
        "connParams": {
            "in": _rule("in", ["one", "two", "four"], probability=0.7, weight=0.5, delay=1.7),
            "rec": _rule(["one", "two"], ["one", "four"], probability=0.5, weight=0.3, delay=2.0),
        },
    }  # fmt: skip
    return net, _cfg()


def several_synapses():
    """Two synapses for each contact, several contacts for each pair, synapses that are shared."""
    net = {
        "cellParams": CELL,
        "popParams": {
            "E": {"cellType": "PYR", "numCells": 4}, "I": {"cellType": "PYR", "numCells": 2}, "in": NOISE,
        },
        "synMechParams": {**EXC, **INH, "slow": {"mod": "Exp2Syn", "tau1": 5.0, "tau2": 30.0, "e": 0}},
        "connParams": {
            "in": _rule("in", ["E", "I"], weight=0.003, delay=2.0, synMech=["AMPA", "slow"],
                        synMechWeightFactor=[1.0, 0.01], sec=["soma", "Dend one"], synsPerConn=2),
            "EI": _rule("E", "I", weight=0.004, delay=1.5, synMech="AMPA", sec="Dend one", loc=0.5),
            "IE": _rule("I", "E", weight=0.01, delay=1.0, synMech="GABA", sec="soma"),
        },
    }  # fmt: skip
    return net, _cfg(oneSynPerNetcon=False)


def stimuli():
    """NetStims of stimTargetParams, regular and noisy, each onto some of the cells."""
    net = {
        "cellParams": CELL,
        "popParams": {"E": {"cellType": "PYR", "numCells": 4}, "I": {"cellType": "PYR", "numCells": 3}},
        "synMechParams": {**EXC, **INH},
        "connParams": {"IE": _rule("I", "E", weight=0.01, delay=1.0, synMech="GABA", sec="soma")},
        "stimSourceParams": {
            "noise": {"type": "NetStim", "rate": 90, "noise": 1.0, "start": 3},
            "clock": {"type": "NetStim", "interval": 11.0, "number": 5, "start": "uniform(1, 20)"},
        },
        "stimTargetParams": {
            "noise->all": {"source": "noise", "conds": {"cellType": "PYR"}, "weight": "uniform(0.004, 0.01)",
                           "delay": 3, **TO_DENDRITE},
            "clock->I": {"source": "clock", "conds": {"pop": "I", "cellList": [0, 2]}, "weight": 0.02,
                         "delay": 1, "synMech": "AMPA", "sec": "soma", "synsPerConn": 2},
        },
    }  # fmt: skip
    return net, _cfg()


def clamps():
    """Current clamps in several places, of several cells, one after the other."""
    net = {
        "cellParams": CELL,
        "popParams": {"E": {"cellType": "PYR", "numCells": 4}},
        "synMechParams": EXC,
        "connParams": {"EE": _rule("E", "E", weight=0.0001, delay=1.5, **TO_DENDRITE)},
        "stimSourceParams": {
            "step": {"type": "IClamp", "del": 5, "dur": 60, "amp": 0.25},
            "dip": {"type": "IClamp", "del": 30, "dur": 10, "amp": -0.2},
            "own": {"type": "IClamp", "del": 50, "dur": 40, "amp": "uniform(0.2, 0.4)"},
        },
        "stimTargetParams": {
            "step": {"source": "step", "conds": {"pop": "E", "cellList": [0, 1]}, "sec": "soma", "loc": 0.5},
            "dip": {"source": "dip", "conds": {"pop": "E"}, "sec": "Dend one", "loc": 0.2},
            "own": {
                "source": "own",
                "conds": {"pop": "E", "cellList": [1, 2, 3]},
                "sec": "Dend one",
                "loc": 0.9,
            },
        },
    }
    return net, _cfg()


def devices():
    """Stimuli that become parts of cells: voltage clamps, conductances, clamps in dendrites."""
    source = {"start": {"type": "IClamp", "del": 3, "dur": 70, "amp": "uniform(0.2, 0.25)"}}
    source |= {
        "steps": {"type": "SEClamp", "amp1": -70, "amp2": 20, "amp3": -60, "dur1": 20,
                  "dur2": 1.5, "dur3": 10, "rs": 0.5},
        "levels": {"type": "VClamp", "amp": [-70, 10, -65], "dur": [30, 1.2, 5], "gain": 1e4, "rstim": 0.1,
                   "tau1": 0.1, "tau2": 0.0},
        "alpha": {"type": "AlphaSynapse", "onset": 55.0, "tau": 0.7, "gmax": 0.03, "e": 0.0},
    }  # fmt: skip
    onto = {name: {"source": name, "conds": {"pop": "E"}, "sec": "soma", "loc": 0.5} for name in source}
    onto["start"] |= {"sec": "Dend one", "loc": 0.3}
    onto["steps"]["conds"] = {"pop": "E", "cellList": [0, 2]}
    onto["levels"]["conds"] = {"pop": "E", "cellList": [1]}
    onto["alpha"] |= {"conds": {"pop": "E", "cellList": [1, 2, 3]}, "sec": "Dend one", "loc": 0.9}
    net = {
        "cellParams": CELL,
        "popParams": {"E": {"cellType": "PYR", "numCells": 6}},
        "synMechParams": EXC,
        "connParams": {"EE": _rule("E", "E", weight=0.002, delay=1.5, **TO_DENDRITE)},
        "stimSourceParams": source,
        "stimTargetParams": onto,
    }
    traces = {"dendrite": {"sec": "Dend one", "loc": 0.5, "var": "v"},
              "m": {"sec": "soma", "loc": 0.5, "mech": "hh", "var": "m"}}  # fmt: skip
    return net, _cfg(recordTraces=traces, recordCells=["all"])


def own_mechanisms():
    """Channels, synapses with a memory and artificial cells of mod files; an ExpSyn."""
    slow = {**SOMA, "mechs": {**SOMA["mechs"], "slowpotassium": {"gbar": 0.003}}}
    net = {
        "cellParams": {"PYR": {"secs": {"soma": slow, "Dend one": DENDRITE}}},
        "popParams": {
            "E": {"cellType": "PYR", "numCells": 3},
            "C": {"cellModel": "Counter", "numCells": 2, "every": 4},
            "in": NOISE,
        },
        "synMechParams": {
            "weaker": {"mod": "Depressing", "used": 0.4, "recovery": 77.0},
            "simple": {"mod": "ExpSyn", "tau": 3.3, "e": -75},
        },
        "connParams": {
            "a": _rule("in", "E", probability=0.8, weight=0.012, delay=2.0, synMech="weaker", sec="Dend one"),
            "b": _rule("C", "E", weight=0.004, delay=1.2, synMech="simple", sec="soma"),
            "c": _rule("in", "C", probability=0.8, weight=1.0, delay=2.0),
        },
    }
    return net, _cfg()


def no_soma():
    """Cells without a section called soma, of two rules in one population, with numbers for each segment."""
    other = {**DENDRITE["mechs"], "hh": {"gnabar": [0.1, 0.11, 0.12], "el": -67.0}}
    cable = {"geom": {"L": 90.0, "diam": 4.0, "Ra": 90.0, "cm": 1.0, "nseg": 3}, "mechs": other}
    branch = {**DENDRITE, "topol": {"parentSec": "cable", "parentX": 0.5, "childX": 0.0}}
    net = {
        "cellParams": {
            "thin": {"conds": {"cellType": "W"}, "secs": {"branch": branch, "cable": cable}},
            "thick": {"conds": {"cellType": "W", "x": [50, 100]}, "secs": {"cable": {"geom": {"diam": 6.0}}}},
        },
        "popParams": {"W": {"cellType": "W", "numCells": 6}, "in": NOISE},
        "synMechParams": EXC,
        "connParams": {
            "in": _rule("in", "W", probability=0.7, weight=0.02, delay=2.0, sec="branch", synMech="AMPA"),
            "rec": _rule("W", "W", probability=0.4, weight=0.01, delay=2.0, sec="cable", synMech="AMPA"),
        },
    }
    return net, _cfg()


def names_and_tags():
    """Names that files cannot have, tags of cells, point processes that belong to cells."""
    soma = {**SOMA, "pointps": {"push": {"mod": "IClamp", "loc": 0.5, "del": 4.0, "dur": 50.0, "amp": 0.9}}}
    net = {
        "cellParams": {"a/b c": {"secs": {"soma": soma, "Dend one": DENDRITE}}},
        "popParams": {
            "L2/3 pyr": {"cellType": "a/b c", "cellsList": [
                {"x": 10.0, "y": 200.5, "z": 3.0, "layer": "L2", "size": 1.5},
                {"x": 20.0, "y": 210.5, "z": 4.0, "layer": "L2", "size": 2.5},
            ]},
            "L2_3 pyr": {"cellType": "a/b c", "density": 4000},
            "in (1)": NOISE,
        },
        "synMechParams": {"AMPA/fast": EXC["AMPA"]},
        "connParams": {
            "in": _rule("in (1)", ["L2/3 pyr", "L2_3 pyr"], weight=0.003, delay=2.0, sec="Dend one"),
            "rec": _rule(["L2/3 pyr", "L2_3 pyr"], ["L2/3 pyr", "L2_3 pyr"], probability=0.4, weight=0.002,
                         delay=2.0, sec="soma"),
        },
    }  # fmt: skip
    return net, _cfg(defaultThreshold=0.0)


NETWORKS = {
    make.__name__: make
    for make in (
        *(netstims, ring, morphology, vecstims, functions, artificial, several_synapses, stimuli, clamps),
        *(devices, own_mechanisms, no_soma, names_and_tags),
    )
}
ALLEN_ONLY = ("own_mechanisms",)
"""What BlueBrain's dialect cannot say: other synapses than Exp2Syn."""
