"""Where synapses go: one section, lists, named lists; one or many synapses; spread, drawn or as listed."""

from networks import parts


def network():
    def rule(sec, **more):
        base = {"probability": 0.25, "weight": 0.002, "delay": 2, "synMech": "exc", "sec": sec}
        return {"preConds": {"pop": "A"}, "postConds": {"pop": "B"}, **base, **more}

    three = ["soma", "left", "right"]
    drawn, fixed = (
        {"distributeSynsUniformly": False},
        {"distributeSynsUniformly": False, "connRandomSecFromList": False},
    )
    cell = {
        "secs": {
            "soma": parts.soma(),
            "left": parts.dendrite(length=110.0),
            "right": parts.dendrite(length=70.0, nseg=1),
        },
        "secLists": {"dendrites": ["left", "right"], "every": three},
    }
    net = {
        "popParams": {"A": {"cellType": "tree", "numCells": 9}, "B": {"cellType": "tree", "numCells": 8}},
        "cellParams": {"tree": cell},
        "synMechParams": parts.synapses(),
        "connParams": {
            "default": rule(None), "one": rule("left", loc=0.2), "one, first": rule("left", loc=[0.8, 0.2]),
            "list": rule(three), "list, one loc": rule(three, loc=0.25), "list, locs": rule(three, loc=[0.1,
                0.4, 0.7]),
            "named": rule("dendrites"), "named, first": rule("every", connRandomSecFromList=False),
            "spread in one": rule("left", synsPerConn=4), "spread": rule("every", synsPerConn=5),
            "spread over list": rule(["right", "left"], synsPerConn=3),
            "locs in one": rule("left", synsPerConn=3, loc=[0.1, 0.5, 0.9]),
            "drawn": rule("every", synsPerConn=2, **drawn), "drawn, many": rule("dendrites", synsPerConn=6,
                **drawn),
            "drawn, locs": rule("every", synsPerConn=2, loc=[0.2, 0.5, 0.8], **drawn),
            "fixed": rule(three, synsPerConn=3, **fixed), "fixed, locs": rule(three, synsPerConn=3,
                loc=[0.9, 0.1, 0.5], **fixed),
            "weights": rule("dendrites", synsPerConn=3, weight=[0.001, 0.002, 0.003], delay=[1, 2, 3]),
            "count": rule("every", synsPerConn="int(discunif(1,3))", weight="uniform(0.001,0.002)"),
        },
        **parts.noise({"pop": "A"}, sec=["left", "right"], synsPerConn=2, weight=[0.02, 0.01]),
    }  # fmt: skip
    del net["connParams"]["default"]["sec"]
    return net, parts.config()
