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


AT = {"parentX": 1.0, "childX": 0.0}
MIXED = {
    "soma": {"geom": {"L": 20, "diam": 10}},
    "dend": {
        "geom": {"pt3d": [(2, 20, 3, 1), (2, 90, 30, 1)]},
        "topol": {"parentSec": "soma", **AT},
    },
    "stub": {"geom": {"L": 30, "diam": 1}, "topol": {"parentSec": "dend", **AT}},
}
BENT_FIRST = {
    "soma": {"geom": {"pt3d": [(0, 0, 0, 10), (0, 20, 0, 10)]}},
    "axon": {"geom": {"L": 30, "diam": 1}, "topol": {"parentSec": "soma", "parentX": 0.5, "childX": 0.0}},
}


def points(section):
    return np.array([[section.x3d(i), section.y3d(i), section.z3d(i)] for i in range(section.n3d())])


@pytest.mark.parametrize("sections", [MIXED, BENT_FIRST], ids=["drawn soma", "drawn axon"])
def test_cells_with_and_without_points_are_where_they_belong(sections):
    """Equal cells look alike wherever they are, and every section begins on the one it hangs on."""
    places = [{"x": 100 * k, "y": 30 * k, "z": 7 * k} for k in range(3)]
    net = {
        "popParams": {"A": {"cellType": "P", "cellsList": places}},
        "cellParams": {"P": {"secs": sections}},
    }
    try:
        sim.initialize(net, {"duration": 1, "progressBar": 0})
        sim.net.createPops()
        sim.net.createCells()
        sim.net.defineCellShapes()
        for cell, place in zip(sim.net.cells, places, strict=True):
            origin = [place["x"], -place["y"], place["z"]]
            own = {name: points(section["hObj"]) - origin for name, section in cell.secs.items()}
            if sections is MIXED:
                np.testing.assert_allclose(own["soma"][[0, -1]], [[0, 0, 0], [0, 20, 0]], atol=1e-4)
                np.testing.assert_allclose(own["dend"], [[0, 20, 0], [0, 90, 27]], atol=1e-4)
                np.testing.assert_allclose(own["stub"][0], [0, 90, 27], atol=1e-4)
            else:
                np.testing.assert_allclose(own["axon"][0], [0, 10, 0], atol=1e-4)
            last = "stub" if sections is MIXED else "axon"
            np.testing.assert_allclose(np.linalg.norm(own[last][-1] - own[last][0]), 30, rtol=1e-5)
    finally:
        sim.clearAll()
