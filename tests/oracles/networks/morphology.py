"""pt3d, branches, values per segment, ions, spikes detected in the axon, lists of sections, own threshold."""

from networks import parts


def network():
    bent = [(0.0, 0.0, 0.0, 16.0), (0.0, 10.0, 3.0, 14.0), (2.0, 20.0, 6.0, 12.0)]
    apical = [(2.0, 20.0, 6.0, 3.0), (10.0, 90.0, 8.0, 2.5), (-10.0, 160.0, 20.0, 1.0)]
    soma = parts.soma()
    soma["geom"] = {"pt3d": bent, "Ra": 110.0, "cm": 1.1}
    soma["ions"] = {"na": {"e": 55.0, "i": 11.0, "o": 141.0}, "k": {"e": -80.0, "i": 55.0, "o": 2.6}}
    soma["vinit"] = -63.0
    upper = parts.dendrite(geom={"pt3d": apical, "nseg": 5, "Ra": 140.0, "cm": 1.5})
    upper["mechs"] = {
        "pas": {"g": [1e-4, 2e-4, 3e-4, 4e-4, 5e-4], "e": -66.0},
        "hh": {"gnabar": [0.02], "gkbar": 0.01},
    }
    tuft = parts.dendrite("apical", 60.0, 2, topol={"parentSec": "apical", "parentX": 0.8, "childX": 0.0})
    axon = {
        "geom": {"L": 200.0, "diam": 1.0, "nseg": 5, "Ra": 100.0},
        "topol": {"parentSec": "soma", "parentX": 0.0, "childX": 0.0},
        "mechs": {"hh": dict(parts.HH)}, "spikeGenLoc": 0.9, "threshold": -10.0,
    }  # fmt: skip
    net = {
        "popParams": {"A": {"cellType": "tree", "numCells": 7}, "B": {"cellType": "tree", "numCells": 5}},
        "cellParams": {
            "tree": {
                "secs": {"soma": soma, "apical": upper, "tuft": tuft, "axon": axon},
                "secLists": {"dendrites": ["apical", "tuft"], "all": ["soma", "apical", "tuft", "axon"]},
            }
        },
        "synMechParams": parts.synapses(),
        "connParams": {
            "A->B": {
                "preConds": {"pop": "A"}, "postConds": {"pop": "B"}, "convergence": 3, "weight": 0.01,
                "delay": 2, "synMech": "exc", "sec": "dendrites", "synsPerConn": 5,
            },
            "B->A": {
                "preConds": {"pop": "B"}, "postConds": {"pop": "A"}, "probability": 0.5, "weight": 0.01,
                "delay": 2, "synMech": "exc", "sec": "tuft", "loc": 0.3,
            },
        },
        **parts.noise({"pop": "A"}, sec="apical", loc=0.2, weight=0.03),
    }  # fmt: skip
    traces = {"V": {"sec": "soma", "loc": 0.5, "var": "v"}, "tip": {"sec": "tuft", "loc": 0.9, "var": "v"},
              "axon": {"sec": "axon", "loc": 0.9, "var": "v"}}  # fmt: skip
    return net, parts.config(recordTraces=traces, recordCells=["A", "B"])
