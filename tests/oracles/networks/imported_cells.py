"""Cells of HOC, Python and SWC files in one network."""

import importlib
import os
import sys
from pathlib import Path

from networks import parts

CELLS = Path(__file__).parents[2] / "cells"


def network():
    rules = imported()
    morphology = rules["morphology"]["secs"]
    for section in morphology.values():
        section["mechs"] = {"pas": {"g": 1e-4, "e": -70}}
    morphology["soma_0"]["mechs"] = {"hh": dict(parts.HH)}
    net = {
        "popParams": {label: {"cellType": label, "numCells": 4} for label in rules},
        "cellParams": rules,
        "synMechParams": parts.synapses(),
        "connParams": {
            "near": {
                "preConds": {"pop": "template"}, "postConds": {"pop": "template"}, "convergence": 2,
                "weight": 0.01, "delay": 2, "synMech": "exc", "sec": "near", "synsPerConn": 3,
            },
            "soma": {
                "preConds": {"pop": ["template", "class"]}, "postConds": {"pop": ["class", "morphology"]},
                "probability": 0.4, "weight": 0.02, "delay": 3, "synMech": "exc",
            },
        },
        **parts.noise({"pop": ["template", "class", "morphology"]}, loc=0.5, weight=0.05),
    }  # fmt: skip
    traces = {"V": {"loc": 0.5, "var": "v", "sec": "soma"}}
    return net, parts.config(recordTraces=traces, recordCells=["template", "class"])


def imported():
    """Rules by label, made by the package that is running."""
    package = "netpyne" if "netpyne" in sys.modules else "netspec"
    net, before = importlib.import_module(f"{package}.specs").NetParams(), os.getcwd()
    os.chdir(CELLS)
    sys.path.insert(0, str(CELLS))
    try:
        net.importCellParams("template", "ball.hoc", "Ball", cellArgs=[0.12])
        net.importCellParams("class", "shapes.py", "Owned", cellArgs={"branches": 1})
        net.importCellParams("morphology", "small.swc", "small")
    finally:
        os.chdir(before)
    rules = (
        net.cellParams.todict()
        if package == "netspec"
        else {k: v.todict() for k, v in net.cellParams.items()}
    )
    for rule in rules.values():
        del rule["conds"]
        rule["secLists"] = {k: v for k, v in rule["secLists"].items() if not k.startswith("SectionList[")}
    return rules
