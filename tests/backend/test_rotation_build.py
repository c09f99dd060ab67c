"""3-D points of turned cells in NEURON."""

import json

import numpy as np
import pytest

import netspec
from netspec.plan.rotation import turn

pytestmark = pytest.mark.neuron

POINTS = [(0.0, 0.0, 0.0, 5.0), (3.0, 20.0, 4.0, 5.0), (10.0, 25.0, -7.0, 2.0)]
SCRIPT = """
import json, sys
from netspec import specs, sim
net = json.load(open("net.json"))
sim.initialize(net, {"duration": 1, "pt3dRelativeToCellLocation": True, "verbose": False, "progressBar": 0})
sim.net.createPops(); sim.net.createCells()
found = {}
for cell in sim.net.cells:
    soma = cell.secs["soma"]["hObj"]
    found[cell.gid] = [[soma.x3d(i), soma.y3d(i), soma.z3d(i)] for i in range(soma.n3d())]
parts = sim.pc.py_gather(found, 0)
if sim.rank == 0:
    whole = {gid: points for part in parts or [found] for gid, points in part.items()}
    json.dump(whole, open("out.json", "w"))
"""


@pytest.mark.parametrize("ranks", [1, 2])
def test_each_cell_is_turned_from_the_rule(ranks, start, tmp_path):
    net = {
        "rotateCellsRandomly": True,
        "popParams": {"A": {"cellType": "P", "numCells": 5}},
        "cellParams": {"P": {"secs": {"soma": {"geom": {"pt3d": POINTS}, "mechs": {}}}}},
    }
    (tmp_path / "net.json").write_text(json.dumps(net))
    (tmp_path / "script.py").write_text(SCRIPT)
    ran = start(ranks, tmp_path / "script.py", cwd=tmp_path, timeout=100)
    assert ran.returncode == 0, ran.stderr
    found = json.loads((tmp_path / "out.json").read_text())
    table = netspec.plan(net, {"randomStreams": "netpyne"}).cells.table
    assert len(found) == len(table) == 5
    for gid, points in found.items():
        k = int(gid)
        place = np.array([table["x"][k], -table["y"][k], table["z"][k]])
        expected = turn(POINTS, table["rotation"][k])[:, :3] + place
        np.testing.assert_allclose(points, expected, rtol=1e-6)
