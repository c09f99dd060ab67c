"""Synapses moved to one segment: the one at a distance, along the tree or in space."""

from networks import parts, subcellular_maps


def rule(pre, post, sec, **density):
    return {
        "preConds": {"pop": pre}, "postConds": {"pop": post}, "sec": sec,
        "density": {"type": "distance", **density},
    }  # fmt: skip


def network():
    populations = "ABCDE"
    common = {"convergence": 3, "weight": 0.002, "delay": 2, "synMech": "exc", "sec": "all", "synsPerConn": 2}
    net = {
        "popParams": {name: {"cellType": "tree", "numCells": 4} for name in populations},
        "cellParams": {"tree": subcellular_maps.tree()},
        "synMechParams": parts.synapses(),
        "connParams": {
            "all": {"preConds": {"pop": list("ABCD")}, "postConds": {"pop": list(populations)}, **common},
        },
        "subConnParams": {
            "tree": rule("A", "A", "all", ref_sec="soma", target_distance=150),
            "from a place": rule("B", "A", "dendrites", ref_sec="apical", ref_seg=0.9, target_distance=80.0),
            "space": rule(
                "A", "B", "all", ref_sec="soma", ref_seg=0.2, target_distance=111.1, coord="cartesian"
            ),
            "reference": rule("B", "B", ["left", "right"], ref_sec="soma"),
            "reference at its end": rule("C", "B", "basal", ref_sec="soma", ref_seg=1.0),
            "other end": rule("D", "B", "basal", ref_sec="basal", ref_seg=0, target_distance=0),
            "too far": rule("A", ["C", "D"], "basal", ref_sec="soma", target_distance=20),
            "itself": rule("B", "C", "apical", ref_sec="apical"),
        },
        **parts.noise({"pop": list(populations)}, sec="apical", loc=0.2, weight=0.03),
    }  # fmt: skip
    return net, parts.config(60)
