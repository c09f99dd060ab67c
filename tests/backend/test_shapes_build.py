"""Sections without 3-D points get some that stand where the cell is."""

import numpy as np
import pytest

from netspec import sim

pytestmark = pytest.mark.neuron


@pytest.mark.parametrize(("shapes", "verb"), [(True, False), (False, False), (True, True)])
def test_sticks_stand_upright(shapes, verb):
    stick = {
        "soma": {"geom": {"L": 20, "diam": 10}},
        "dend": {
            "geom": {"L": 100, "diam": 2, "nseg": 4},
            "topol": {"parentSec": "soma", "parentX": 1.0, "childX": 0.0},
        },
    }
    net = {
        "defineCellShapes": shapes and not verb,
        "popParams": {
            "A": {"cellType": "P", "cellsList": [{"x": 1, "y": 2, "z": 3}, {"x": 7, "y": 9, "z": 8}]}
        },
        "cellParams": {"P": {"secs": stick}},
    }
    sim.initialize(net, {"duration": 1, "progressBar": 0})
    sim.net.createPops()
    sim.net.createCells()
    if verb:
        sim.net.defineCellShapes()
    for cell, place in zip(sim.net.cells, ([1, -2, 3], [7, -9, 8]), strict=True):
        assert ("pt3d" in cell.secs["dend"]["geom"]) is shapes
        if shapes:
            dend = cell.secs["dend"]["hObj"]
            last = dend.n3d() - 1
            ends = [[dend.x3d(i), dend.y3d(i), dend.z3d(i)] for i in (0, last)]
            np.testing.assert_allclose(
                ends, [np.add(place, [0, 20, 0]), np.add(place, [0, 120, 0])], rtol=1e-6
            )
            shown = cell.secs["dend"]["geom"]["pt3d"]
            np.testing.assert_allclose(shown[-1], [0, 120, 0, 2], atol=1e-5)
    sim.clearAll()
