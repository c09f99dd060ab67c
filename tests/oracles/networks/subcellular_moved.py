"""Synapses moved by maps on cells whose 3-D points NEURON moves to where sections are connected."""

from networks import parts

POINTS = {  # section: points, parent, place
    "soma": ([[0, 0, 0, 15], [2, 9, 4, 18], [0, 20, 9, 12]], None, 0.0),
    "trunk": ([[1, 22, 9, 3], [10, 90, 20, 2], [15, 171.3, 31, 2]], "soma", 1.0),
    "side": ([[9, 12, 5, 2], [60, 33, 6, 1.5], [99, 71, 7, 1]], "soma", 0.5),
    "tuft": ([[14, 175, 30, 1], [-40, 260, 33, 1]], "trunk", 1.0),
    "oblique": ([[11, 95, 22, 1], [77, 120, 41, 1]], "trunk", 0.4),
}


def tree():
    secs = {}
    for name, (points, parent, place) in POINTS.items():
        topol = {"parentSec": parent, "parentX": place, "childX": 0.0}
        secs[name] = parts.soma() if parent is None else parts.dendrite(topol=topol)
        secs[name]["geom"] = {"pt3d": points, "nseg": 3, "Ra": 140.0, "cm": 1.2}
    dend = parts.dendrite(topol={"parentSec": "side", "parentX": 1.0, "childX": 0.0})
    dend["geom"] = {"L": 80.0, "diam": 1.0, "nseg": 3, "Ra": 140.0, "cm": 1.2}
    return {"secs": secs}, {"secs": {**secs, "dend": dend}}


def network():
    rule = {"convergence": 5, "weight": 0.002, "delay": 2, "synMech": "exc", "synsPerConn": 3}
    density = {
        "type": "1Dmap", "gridY": list(range(-300, 500, 40)), "fixedSomaY": 0,
        "gridValues": [0.1 * (k % 5) for k in range(20)],
    }  # fmt: skip
    whole, mixed = tree()
    dendrites = [name for name in POINTS if name != "soma"]
    net = {
        "sizeX": 50, "sizeY": 80, "sizeZ": 50,
        "defineCellShapes": True,
        "popParams": {name: {"cellType": name, "numCells": 5} for name in ("whole", "mixed")},
        "cellParams": {"whole": whole, "mixed": mixed},
        "synMechParams": parts.synapses(),
        "connParams": {
            post: {"preConds": {"pop": "whole"}, "postConds": {"pop": post}, "sec": ["soma"], **rule}
            for post in ("whole", "mixed")
        },
        "subConnParams": {
            post: {
                "preConds": {"pop": "whole"}, "postConds": {"pop": post}, "density": density,
                "sec": dendrites + (["dend"] if post == "mixed" else []),
            }
            for post in ("whole", "mixed")
        },
        **parts.noise({"pop": ["whole", "mixed"]}, sec="trunk", loc=0.2, weight=0.03),
    }  # fmt: skip
    return net, parts.config(60)
