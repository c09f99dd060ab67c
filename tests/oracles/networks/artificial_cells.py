"""IntFire1, 2 and 4 and an artificial cell with two weights, connected to each other and to HH cells."""

from networks import parts


def network():
    def rule(pre, post, weight, **more):
        return {"preConds": {"pop": pre}, "postConds": {"pop": post}, "weight": weight, "delay": 2, **more}

    net = {
        "popParams": {
            "drive": {"cellModel": "NetStim", "numCells": 12, "rate": 90, "noise": 0.8, "start": 0},
            "one": {"cellModel": "IntFire1", "numCells": 6, "tau": 12, "refrac": "uniform(2,6)"},
            "two": {"cellModel": "IntFire2", "numCells": 5, "taum": 15, "taus": 5, "ib": 0.3},
            "four": {"cellModel": "IntFire4", "numCells": 5, "taue": 2, "taui1": 4, "taui2": 8, "taum": 20},
            "pair": {"cellModel": "PairFire", "numCells": 4, "tau": "8+4*ynorm"},
            "E": {"cellType": "ball", "numCells": 5},
        },
        "cellParams": {"ball": parts.ball()},
        "synMechParams": parts.synapses(),
        "connParams": {
            "drive->one": rule("drive", "one", 0.4, convergence=4),
            "drive->two": rule("drive", "two", "0.4+0.2*uniform(0,1)", probability=0.4),
            "drive->four": rule("drive", "four", 0.5, divergence=2),
            "drive->pair": rule("drive", "pair", 0.5, convergence=5),
            "shunt": rule("one", "pair", 0.4, probability=0.5, weightIndex=1),
            "one->one": rule("one", "one", -0.1, probability=0.5),
            "one->four": rule("one", "four", -0.3, synsPerConn=2, probability=0.5),
            "points->E": rule(["one", "two", "pair"], "E", 0.02, probability=0.6, synMech="exc"),
            "E->four": rule("E", "four", 0.6),
        },
    }  # fmt: skip
    return net, parts.config(120, recordTraces={"V": {"sec": "soma", "loc": 0.5, "var": "v"},
        "m": {"var": "m"}},
                             recordCells=["E", ("one", [0, 2]), ("pair", 1)])  # fmt: skip
