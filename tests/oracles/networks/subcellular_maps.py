"""Synapses moved by maps of densities, along the depth and in the plane, on cells drawn by 3-D points."""

from networks import parts


def points(*rows):
    return [(x, y, 0.3 * x - 2.0, diam) for x, y, diam in rows]


def tree():
    soma = parts.soma()
    soma["geom"] = {"pt3d": points((0.0, 0.0, 16.0), (1.5, 9.0, 14.0), (0.0, 18.0, 12.0)), "Ra": 110.0}
    branches = {
        "apical": (7, points((0.0, 18.0, 3.0), (10.0, 90.0, 2.5), (-10.0, 260.0, 1.0))),
        "left": (4, points((-10.0, 260.0, 1.0), (-90.0, 300.0, 0.8))),
        "right": (5, points((-10.0, 260.0, 1.0), (70.1, 311.0, 0.8), (80.0, 340.0, 0.7))),
        "basal": (3, points((0.0, 0.0, 2.0), (40.0, -120.0, 1.0))),
    }
    parents = {
        "apical": ("soma", 1.0),
        "left": ("apical", 1.0),
        "right": ("apical", 1.0),
        "basal": ("soma", 0.0),
    }
    secs = {"soma": soma}
    for name, (nseg, drawn) in branches.items():
        parent, place = parents[name]
        topol = {"parentSec": parent, "parentX": place, "childX": 0.0}
        secs[name] = parts.dendrite(topol=topol, nseg=nseg)
        secs[name]["geom"] = {"pt3d": drawn, "nseg": nseg, "Ra": 140.0, "cm": 1.2}
    secs["apical"]["weightNorm"] = [1.0, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0]
    dendrites = [name for name in secs if name != "soma"]
    return {"secs": secs, "secLists": {"all": list(secs), "dendrites": dendrites}}


def network():
    ends = {"preConds": {"pop": "A"}, "postConds": {"pop": "B"}}
    rule = {"probability": 0.7, "weight": 0.001, "delay": 2, "synsPerConn": 4, "sec": "all"}
    net = {
        "sizeY": 500,
        "popParams": {
            "A": {"cellType": "tree", "numCells": 9},
            "B": {"cellType": "tree", "numCells": 7},
            "C": {"cellType": "tree", "numCells": 5, "yRange": [300, 320]},
        },
        "cellParams": {"tree": tree()},
        "synMechParams": parts.synapses(),
        "connParams": {
            "A->B": {**ends, **rule, "synMech": ["exc", "inh"]},
            "B->A": {**rule, "preConds": {"pop": "B"}, "postConds": {"pop": "A"}, "synMech": "exc"},
            "A->C": {**rule, "preConds": {"pop": "A"}, "postConds": {"pop": "C"}, "synMech": "exc"},
            "B->C": {**rule, "preConds": {"pop": "B"}, "postConds": {"pop": "C"}, "synMech": "inh"},
            "C->B": {**rule, "preConds": {"pop": "C"}, "postConds": {"pop": "B"}, "synMech": "exc"},
        },
        "subConnParams": {
            "absolute depth": {
                **ends, "sec": "all",
                "density": {"type": "1Dmap", "gridY": [0, -150, -300, -450, -600],
                            "gridValues": [0, 0.2, 0.7, 1.0, 0.1]},
            },
            "depth of the soma": {
                "preConds": {"pop": "B"}, "postConds": {"pop": "A"}, "sec": "dendrites",
                "density": {"type": "1Dmap", "gridY": [250.0, 125, 0, -125], "fixedSomaY": -73.5,
                            "gridValues": [0.5, 0.02, 0, 0.3]},
            },
            "plane": {
                "preConds": {"pop": "A"}, "postConds": {"pop": "C"},
                "sec": ["basal", "apical", "left", "right"],
                "density": {
                    "type": "2Dmap", "gridX": [-100, -50, 0, 50, 100], "gridY": [350, 200, 50, -100],
                    "fixedSomaY": 0,
                    "gridValues": [[0, 1, 0.5, 0], [0.1, 2, 0.5, 0.25], [0, 3, 1.5, 0.5], [0, 1, 1, 1],
                                   [0.2, 0.1, 0.4, 0.7]],
                },
            },
            "absolute plane": {
                "preConds": {"pop": "B"}, "postConds": {"pop": "C"}, "sec": "all",
                "density": {"type": "2Dmap", "gridX": [-60, 60], "gridY": [-400, 100],
                            "gridValues": [[0.3, 1], [2, 0.4]]},
            },
            "nothing there": {
                "preConds": {"pop": "C"}, "postConds": {"pop": "B"}, "sec": "soma",
                "density": {"type": "1Dmap", "gridY": [-10, -600], "gridValues": [0, 0]},
            },
        },
        **parts.noise({"pop": "A"}, sec="apical", loc=0.2, weight=0.03),
    }  # fmt: skip
    return net, parts.config(60)
