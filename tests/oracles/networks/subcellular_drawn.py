"""Synapses moved by maps and distances on cells whose 3-D points only NEURON draws."""

from networks import parts

SECTIONS = {  # length, nseg, parent, place
    "trunk": (150.0, 5, "soma", 1.0),
    "left": (90.5, 4, "trunk", 1.0),
    "right": (101.3, 3, "trunk", 1.0),
    "oblique": (60.0, 3, "trunk", 0.5),
    "basal": (120.7, 3, "soma", 0.0),
    "basal2": (33.3, 1, "soma", 0.0),
}


def tree():
    secs = {"soma": parts.soma()}
    for name, (length, nseg, parent, place) in SECTIONS.items():
        topol = {"parentSec": parent, "parentX": place, "childX": 0.0}
        secs[name] = parts.dendrite(topol=topol, nseg=nseg)
        secs[name]["geom"] = {"L": length, "diam": 1.2, "nseg": nseg, "Ra": 140.0, "cm": 1.2}
    return {"secs": secs, "secLists": {"all": list(secs), "dendrites": list(SECTIONS)}}


def network():
    rule = {"convergence": 4, "weight": 0.002, "delay": 2, "synMech": "exc", "sec": "all", "synsPerConn": 3}
    depth = {
        "type": "1Dmap",
        "gridY": list(range(-200, 500, 50)),
        "gridValues": [0.1 * (k % 5) for k in range(14)],
    }
    plane = {
        "type": "2Dmap", "gridX": [-300, -100, 0, 50, 300], "gridY": [-300, 0, 200, 600],
        "gridValues": [[0.1 * (3 * i + 2 * j) for j in range(4)] for i in range(5)], "fixedSomaY": -100,
    }  # fmt: skip
    near = {"type": "distance", "ref_sec": "soma", "target_distance": 170, "coord": "cartesian"}
    net = {
        "sizeX": 50, "sizeY": 80, "sizeZ": 50,
        "defineCellShapes": True,
        "popParams": {name: {"cellType": "tree", "numCells": 5} for name in "ABC"},
        "cellParams": {"tree": tree()},
        "synMechParams": parts.synapses(),
        "connParams": {"all": {"preConds": {"pop": "A"}, "postConds": {"pop": list("ABC")}, **rule}},
        "subConnParams": {
            f"{density['type']}": {
                "preConds": {"pop": "A"}, "postConds": {"pop": post}, "sec": "dendrites",
                "density": {"fixedSomaY": 0, **density} if post == "A" else density,
            }
            for post, density in zip("ABC", (depth, plane, near), strict=True)
        },
        **parts.noise({"pop": list("ABC")}, sec="trunk", loc=0.2, weight=0.03),
    }  # fmt: skip
    return net, parts.config(60)
