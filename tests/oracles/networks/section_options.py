"""simConfig's choices for several sections, in place of the rules' own."""

from networks import parts


def network():
    def rule(sec, **more):
        base = {"convergence": 3, "weight": 0.002, "delay": 2, "synMech": "exc", "sec": sec}
        return {"preConds": {"pop": "A"}, "postConds": {"pop": "B"}, **base, **more}

    two = ["soma", "dend"]
    net = {
        "popParams": {"A": {"cellType": "stick", "numCells": 9}, "B": {"cellType": "stick", "numCells": 8}},
        "cellParams": {"stick": parts.stick(secLists={"both": two})},
        "synMechParams": parts.synapses(),
        "connParams": {
            "first": rule(two), "first of named": rule("both", loc=[0.3, 0.6]), "fixed": rule(two,
                synsPerConn=2),
            "fixed locs": rule("both", synsPerConn=2, loc=[0.1, 0.9]), "in one": rule("dend", synsPerConn=3),
            "drawn": rule(two, connRandomSecFromList=True), "spread": rule(two, synsPerConn=3,
                distributeSynsUniformly=True),
        },
        **parts.noise({"pop": "A"}, sec=two),
    }  # fmt: skip
    return net, parts.config(connRandomSecFromList=False, distributeSynsUniformly=False)
