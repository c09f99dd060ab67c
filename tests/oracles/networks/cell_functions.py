"""String functions in cells: vars, geometry, mechanisms by distance, point processes."""

from networks import parts


def network():
    soma = parts.soma()
    soma["geom"].update({"L": "uniform(15,22)", "diam": "18+normal(0,1)"})
    soma["mechs"]["hh"].update({"gnabar": "base*uniform(0.9,1.1)", "gkbar": "0.036+1e-5*x"})
    dend = parts.dendrite(nseg=5)
    dend["mechs"]["pas"].update({"g": "3e-5*exp(-dist_path/100)*spread", "e": "-65-ynorm"})
    dend["pointps"] = {
        "clamp": {"mod": "IClamp", "loc": 0.8, "del": "5+10*znorm", "dur": 50, "amp": "uniform(0.05,0.2)"}
    }
    far = parts.dendrite("dend", 80.0, 1)
    far["geom"]["pt3d"] = [(0.0, 150.0, 0.0, 2.0), (0.0, 230.0, 10.0, 2.0)]
    far["mechs"]["pas"]["g"] = "1e-5+1e-7*dist_euclidean"
    dend["geom"]["pt3d"] = [(0.0, 0.0, 0.0, 2.0), (0.0, 150.0, 0.0, 2.0)]
    soma["geom"]["pt3d"] = [(0.0, -18.0, 0.0, 18.0), (0.0, 0.0, 0.0, 18.0)]
    net = {
        "popParams": {"A": {"cellType": "varied", "numCells": 12}, "B": {"cellType": "round", "numCells": 6}},
        "cellParams": {
            "varied": {
                "vars": {"base": "0.12+0.01*ynorm", "spread": "lognormal(1,0.1)", "unused": 3},
                "secs": {"soma": soma, "dend": dend, "far": far},
            },
            "round": {"secs": {"soma": {**parts.soma(), "geom": {"L": "uniform(15,22)",
                "diam": "normal(18,2)", "Ra": 100}}}},
            "more": {
                "conds": {"pop": "B"}, "vars": {"g": "negexp(1)+discunif(1,3)"},
                "secs": {"soma": {"mechs": {"pas": {"g": "1e-5*g", "e": "-70+uniform(0,2)"}}}},
            },
        },
        "synMechParams": {
            "exc": {"mod": "Exp2Syn", "tau1": "uniform(0.1,0.4)", "tau2": "4+post_dist_path/100", "e": 0},
            "inh": {"mod": "ExpSyn", "tau": "8+post_ynorm", "e": "-80+normal(0,1)"},
        },
        "connParams": {
            "A->B": {
                "preConds": {"pop": "A"}, "postConds": {"pop": "B"}, "convergence": 5, "weight": 0.01,
                "delay": 2, "synMech": "exc",
            },
            "B->A": {
                "preConds": {"pop": "B"}, "postConds": {"pop": "A"}, "probability": 0.5, "weight": 0.002,
                "delay": 2, "synMech": ["inh", "exc"], "sec": ["dend", "far"],
            },
        },
        **parts.noise({"pop": "A"}, weight=0.01),
    }  # fmt: skip
    return net, parts.config(recordCells=["A", "B"], seeds={"conn": 2, "stim": 3, "loc": 4, "cell": 5})
