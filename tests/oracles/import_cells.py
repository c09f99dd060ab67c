"""python import_cells.py PACKAGE FILE: writes the cell rules that NetPyNE or netspec import, case by case.

Every case is a fork, so that nothing of one is there in the next.
"""

import importlib
import json
import os
import sys
from pathlib import Path

CELLS = Path(__file__).parent.parent / "cells"
CASES = {
    "template": {"fileName": "ball.hoc", "cellName": "Ball", "cellArgs": [0.1], "importSynMechs": True},
    "not at the origin": {
        "fileName": "ball.hoc", "cellName": "Ball", "cellArgs": [0.1], "somaAtOrigin": False,
    },
    "sections": {"fileName": "loose.hoc", "cellName": "none", "cellInstance": True},
    "class": {"fileName": "shapes.py", "cellName": "Owned", "importSynMechs": True},
    "arguments": {"fileName": "shapes.py", "cellName": "Owned", "cellArgs": {"branches": 3, "length": 40.5}},
    "positions": {"fileName": "shapes.py", "cellName": "Owned", "cellArgs": [33.3, 1]},
    "no names": {"fileName": "shapes.py", "cellName": "Nameless"},
    "point": {"fileName": "shapes.py", "cellName": "Point", "cellArgs": {"delay": 7}},
    "function": {"fileName": "shapes.py", "cellName": "function", "cellArgs": {"length": 70.1}},
    "morphology": {"fileName": "small.swc", "cellName": "small"},
}  # fmt: skip


def write(package, case, folder):
    os.chdir(CELLS)
    sys.path.insert(0, "")
    net = importlib.import_module(f"{package}.specs").NetParams()
    net.importCellParams(label="cell", conds={"cellType": "T"}, **CASES[case])
    synapses = {label: dict(entry) for label, entry in net.synMechParams.items()}
    rule = {"rule": net.cellParams["cell"].todict(), "synMechs": synapses}
    (Path(folder) / f"{case}.json").write_text(json.dumps(rule))


def main(package, folder):
    importlib.import_module(f"{package}.specs")
    for case in CASES:
        child = os.fork()
        if not child:
            write(package, case, folder)
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0, case


if __name__ == "__main__":
    main(*sys.argv[1:])
