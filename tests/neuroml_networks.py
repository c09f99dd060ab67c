"""Networks that between them use everything that NeuroML can say, and the mod files that some need."""

JUNCTION = """
NEURON { POINT_PROCESS Junction RANGE g, weight, vpeer, i NONSPECIFIC_CURRENT i }
PARAMETER { g = 0.0001 (microsiemens)  weight = 1  vpeer = -65 (millivolt) }
ASSIGNED { v (millivolt)  i (nanoamp) }
BREAKPOINT { i = weight * g * (v - vpeer) }
"""
IZHIKEVICH = """
NEURON {
    POINT_PROCESS Izhi2007b
    RANGE C, k, vr, vt, vpeak, a, b, c, d, Iin, celltype, u
    NONSPECIFIC_CURRENT i
}
PARAMETER {
    C = 1  k = 0.7  vr = -60  vt = -40  vpeak = 35  a = 0.03  b = -2  c = -50  d = 100  Iin = 0  celltype = 1
}
ASSIGNED { v (mV)  i (nA)  u  last }
INITIAL { u = 0  last = t  net_send(0, 1) }
BREAKPOINT {
    u = u + (t - last) * a * (b * (v - vr) - u)
    last = t
    i = -(k*(v-vr)*(v-vt) - u + Iin)/C/1000 : of a section of 1 nF
}
NET_RECEIVE (w) {
    if (flag == 1) { WATCH (v > vpeak) 2  v = vr } else if (flag == 2) { net_event(t)  v = c  u = u + d }
}
"""
MODS = {"Junction": JUNCTION, "Izhi2007b": IZHIKEVICH}
STEP = {"type": "IClamp", "del": 3, "dur": 90, "amp": 0.4}


def soma(**more):
    """A Hodgkin-Huxley soma."""
    return {"geom": {"L": 20, "diam": 20, "Ra": 110, "cm": 1.2}, "mechs": {"hh": {}}, **more}


def branched():
    """Cells of five sections: points, locations in the middle, a child that hangs on its end, own numbers."""
    leak = {"pas": {"g": 5e-5, "e": -68}}
    points = [[0, 20, 0, 3], [10, 60, 5, 2.5], [10, 90, 5, 2], [40, 130, 9, 1]]
    secs = {
        "soma": soma(threshold=-10, ions={"na": {"e": 55, "i": 10, "o": 140}}),
        "dend->1": {
            "geom": {"pt3d": points, "nseg": 7, "Ra": 150},
            "topol": {"parentSec": "soma", "parentX": 0.7, "childX": 0},
            "mechs": leak,
        },
        "twig": {
            "geom": {"L": 80, "diam": 1.5, "nseg": 3},
            "topol": {"parentSec": "dend->1", "parentX": 0.35, "childX": 0},
            "mechs": leak,
        },
        "axon": {
            "geom": {"pt3d": [[0, -80, 0, 1], [0, -30, 0, 1.5], [0, 0, 0, 2]], "nseg": 3},
            "topol": {"parentSec": "soma", "parentX": 0, "childX": 1},
            "mechs": {"hh": {"gnabar": 0.2}},
        },
    }
    onto = {"probability": 0.4, "weight": "0.004+uniform(0,0.0005)", "delay": "2+uniform(0,3)"}
    return {
        "cellParams": {"Pyr/5": {"secs": secs}, "I": {"secs": {"soma": soma()}}},
        "popParams": {
            "E": {"cellType": "Pyr/5", "numCells": 4, "layer": "5", "xRange": [0, 50]},
            "2 I": {"cellType": "I", "numCells": 3},
        },
        "synMechParams": {
            "exc": {"mod": "Exp2Syn", "tau1": 0.5, "tau2": 3, "e": 0},
            "GABA-A": {"mod": "ExpSyn", "tau": 6, "e": -80},
        },
        "connParams": {
            "out": {
                "preConds": {"pop": "E"}, "postConds": {"pop": "2 I"}, "synMech": "exc", "sec": "soma",
                **onto,
            },
            "back": {
                "preConds": {"pop": "2 I"}, "postConds": {"pop": "E"}, "synMech": ["GABA-A", "exc"],
                "sec": ["dend->1", "twig", "axon"], "synsPerConn": 4, **onto,
            },
        },
        "stimSourceParams": {"run": STEP},
        "stimTargetParams": {
            "run->E": {"source": "run", "conds": {"pop": "E"}, "sec": "dend->1", "loc": 0.2},
            "run->I": {"source": "run", "conds": {"pop": "2 I", "cellList": [0]}, "sec": "soma", "loc": 0.5,
                       "amp": 0.25, "del": 10},
        },
    }  # fmt: skip


def sources():
    """NetStims of any noise and VecStims, as populations and as stimuli."""
    return {
        "cellParams": {"I": {"secs": {"soma": soma()}}},
        "popParams": {
            "I": {"cellType": "I", "numCells": 2},
            "noisy": {"cellModel": "NetStim", "numCells": 2, "rate": 40, "noise": 0.5, "number": 3},
            "given": {"cellModel": "VecStim", "numCells": 2, "spkTimes": [[7, 20.5, 60], [31]]},
        },
        "synMechParams": {"exc": {"mod": "Exp2Syn", "tau1": 1, "tau2": 3, "e": 0}},
        "connParams": {
            "in": {"preConds": {"pop": ["noisy", "given"]}, "postConds": {"pop": "I"}, "weight": 0.03,
                   "delay": 1, "synMech": "exc"},
        },
        "stimSourceParams": {"bg": {"type": "NetStim", "interval": 15, "noise": 0, "start": 2}},
        "stimTargetParams": {
            "bg->I": {"source": "bg", "conds": {"pop": "I"}, "sec": "soma", "weight": 0.05, "delay": 2,
                      "synMech": "exc"}
        },
    }  # fmt: skip


def junctions():
    """Gap junctions of any weight, of one or both directions, between sections."""
    secs = {
        "soma": soma(),
        "dend": {
            "geom": {"L": 100, "diam": 2, "nseg": 3},
            "topol": {"parentSec": "soma", "parentX": 1, "childX": 0},
            "mechs": {"pas": {"g": 1e-4, "e": -65}},
        },
    }
    both, one = ({"target_var": "vpeer", "bidirectional": way} for way in (True, False))
    to = {"sec": "dend", "loc": 0.8, "preSec": "soma", "preLoc": 0.5}
    return {
        "cellParams": {"I": {"secs": secs}},
        "popParams": {name: {"cellType": "I", "numCells": 1} for name in "ABC"},
        "synMechParams": {
            "gap": {"mod": "Junction", "g": 0.002, "pointerParams": both},
            "one way": {"mod": "Junction", "g": 0.001, "pointerParams": one},
        },
        "connParams": {
            "A=B": {
                "preConds": {"pop": "A"},
                "postConds": {"pop": "B"},
                "weight": 2.5,
                "synMech": "gap",
                **to,
            },
            "A-C": {
                "preConds": {"pop": "A"},
                "postConds": {"pop": "C"},
                "weight": 3,
                "synMech": "one way",
                **to,
            },
        },
        "stimSourceParams": {"run": STEP},
        "stimTargetParams": {"run->A": {"source": "run", "conds": {"pop": "A"}, "sec": "soma", "loc": 0.5}},
    }


def point_neurons():
    """Izhikevich's neurons in sections, with synapses and a current."""
    given = {"mod": "Izhi2007b", "C": 1.2, "k": 0.8, "vr": -61, "vpeak": 30, "d": 80, "celltype": 1}
    secs = {
        "soma": {"geom": {"L": 10, "diam": 10, "cm": 31.831}, "pointps": {"Izhi": given}, "threshold": 29.5}
    }
    return {
        "cellParams": {"RS": {"secs": secs}},
        "popParams": {name: {"cellType": "RS", "numCells": 2} for name in "PQ"},
        "synMechParams": {"exc": {"mod": "Exp2Syn", "tau1": 0.2, "tau2": 5, "e": 0}},
        "connParams": {
            "P->Q": {"preConds": {"pop": "P"}, "postConds": {"pop": "Q"}, "weight": 0.004, "delay": 2,
                     "synMech": "exc"}
        },
        "stimSourceParams": {"run": {"type": "IClamp", "del": 5, "dur": 200, "amp": 0.15}},
        "stimTargetParams": {"run->P": {"source": "run", "conds": {"pop": "P"}, "sec": "soma", "loc": 0.5}},
    }  # fmt: skip


def drawn():
    """Cells and synapses with numbers of their own, and a clamped potential in three steps."""
    secs = {"soma": soma()}
    secs["soma"]["geom"]["L"] = "uniform(18,22)"
    secs["soma"]["mechs"]["hh"]["gnabar"] = "normal(0.12,0.001)"
    clamp = {"type": "SEClamp", "dur1": 10, "amp1": -60, "dur2": 5, "amp2": -75, "dur3": 0, "rs": 0.5}
    return {
        "cellParams": {"I": {"secs": secs}},
        "popParams": {"I": {"cellType": "I", "numCells": 3}},
        "synMechParams": {"exc": {"mod": "ExpSyn", "tau": "uniform(1,3)", "e": 0}},
        "connParams": {
            "all": {
                "preConds": {"pop": "I"},
                "postConds": {"pop": "I"},
                "weight": 0.002,
                "delay": 3,
                "synMech": "exc",
            }
        },
        "stimSourceParams": {"hold": clamp, "run": STEP},
        "stimTargetParams": {
            "hold->0": {"source": "hold", "conds": {"pop": "I", "cellList": [0]}, "sec": "soma", "loc": 0.5},
            "run->1": {"source": "run", "conds": {"pop": "I", "cellList": [1]}, "sec": "soma", "loc": 0.5},
        },
    }


NETWORKS = {made.__name__: made for made in (branched, sources, junctions, point_neurons, drawn)}
CONFIG = {
    "duration": 92,
    "hParams": {"celsius": 8, "v_init": -65},
    "recordCells": [0, 1],
    "recordTraces": {"V soma": {"sec": "soma", "loc": 0.5, "var": "v"}},
    "oneSynPerNetcon": True,
}


def mod_folder(folder):
    """A folder with the mod files: by mechanism, as an export takes them."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in MODS.items():
        (folder / f"{name}.mod").write_text(text)
    return {name: [folder / f"{name}.mod"] for name in MODS}
