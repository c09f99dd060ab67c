"""All pairs and listed pairs, with drawn values and with one value for each pair."""

from networks import parts


def network():
    def rule(pre, post, **more):
        return {
            "preConds": {"pop": pre},
            "postConds": {"pop": post},
            "synMech": "exc",
            "delay": 2,
            "weight": 0.003,
            **more,
        }

    pairs = [[0, 2], [3, 0], [1, 1], [5, 4], [0, 2]]
    net = {
        "popParams": {"A": {"cellType": "stick", "numCells": 8}, "B": {"cellType": "stick", "numCells": 6}},
        "cellParams": {"stick": parts.stick()},
        "synMechParams": parts.synapses(),
        "connParams": {
            "full": rule("A", "B", weight="uniform(0.001,0.003)", delay="1+uniform(0,3)",
                loc="uniform(0.1,0.9)", sec="dend"),
            "within": rule("A", "A", weight="0.001*pre_xnorm", synsPerConn="int(uniform(1,4))"),
            "pairs": rule("A", "B", connList=pairs),
            "drawn": rule("A", "B", connList=pairs, weight="uniform(0,0.01)", delay="2+negexp(1)"),
            "valued": rule(
                "B", "A", connList=pairs[:3], weight=[0.001, 0.002, 0.003], delay=[1, 2.5, 3],
                sec=["soma", "dend", "dend"], loc=[0.5, 0.1, 0.9],
            ),
            "spread": rule("A", "B", connList=pairs, sec=[["soma", "dend"]] * 5, synsPerConn=3),
            "two kinds": rule(
                "B", "B", connList=[(0, 1), (1, 2)], synMech=["exc", "inh"], weight=[[0.004, 0.001], [0.003,
                    0.002]],
            ),
            "named": rule("B", "A", connFunc="fullConn", weight=0.0005),
        },
        **parts.noise({"pop": "A"}),
    }  # fmt: skip
    return net, parts.config()
