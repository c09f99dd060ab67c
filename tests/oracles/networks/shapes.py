"""defineCellShapes: sticks, branches of sticks, and cells of which some sections have 3-D points."""

from networks import parts


def network():
    branches = {
        "soma": parts.soma(),
        "trunk": parts.dendrite("soma", 200.0, 3),
        "left": parts.dendrite("trunk", 90.0, 1),
        "right": parts.dendrite("trunk", 60.0, 5),
        "basal": parts.dendrite("soma", 80.0, 1, topol={"parentSec": "soma", "parentX": 0.0, "childX": 0.0}),
        "oblique": parts.dendrite(
            "trunk", 40.0, 1, topol={"parentSec": "trunk", "parentX": 0.5, "childX": 0}
        ),
    }
    drawn = parts.soma()
    drawn["geom"]["pt3d"] = [(0.0, 0.0, 0.0, 18.0), (3.0, 15.0, 4.0, 18.0)]
    mixed = {"soma": drawn, "dend": parts.dendrite(length=70.0)}
    net = {
        "defineCellShapes": True,
        "popParams": {
            "A": {"cellType": "stick", "numCells": 4},
            "B": {"cellType": "tree", "numCells": 3},
            "C": {"cellType": "mixed", "numCells": 3},
            "S": {"cellModel": "NetStim", "numCells": 2, "rate": 40},
        },
        "cellParams": {"stick": parts.stick(), "tree": {"secs": branches}, "mixed": {"secs": mixed}},
        "synMechParams": parts.synapses(),
        "connParams": {
            "all": {
                "preConds": {"pop": ["A", "C"]}, "postConds": {"pop": "B"}, "convergence": 3,
                "sec": ["trunk", "left"], "synsPerConn": 2, "weight": 0.01, "delay": 2, "synMech": "exc",
            },
        },
        **parts.noise({"pop": ["A", "B", "C"]}),
    }  # fmt: skip
    return net, parts.config()
