"""What plotShape draws without NEURON is where NEURON has it, and its voltages are NEURON's."""

import numpy as np
import pytest

from netspec import sim
from netspec.analysis.geometry import segments_of

pytestmark = pytest.mark.neuron

AT = {"parentSec": "soma", "parentX": 1.0, "childX": 0.0}
STICKS = {
    "soma": {"geom": {"L": 20, "diam": 10}, "mechs": {"hh": {}}},
    "dend": {"geom": {"L": 100, "diam": 2, "nseg": 3}, "topol": AT, "mechs": {"pas": {"e": -60}}},
    "twig": {"geom": {"L": 50, "diam": "1 + ynorm", "nseg": 2}, "topol": AT, "mechs": {"pas": {}}},
}
POINTS = {
    "soma": {"geom": {"pt3d": [(0, 0, 0, 12), (0, 15, 3, 8)]}, "mechs": {"hh": {}}},
    "dend": {
        "geom": {"pt3d": [(0, 15, 3, 4), (20, 40, 3, 2), (60, 90, -20, 1)], "nseg": 3},
        "topol": AT,
        "mechs": {"pas": {}},
    },
}


@pytest.fixture(params=["sticks", "points"])
def built(request):
    net = {
        "rotateCellsRandomly": request.param == "points",
        "defineCellShapes": request.param == "sticks",
        "popParams": {"A": {"cellType": "P", "numCells": 3}},
        "cellParams": {"P": {"secs": STICKS if request.param == "sticks" else POINTS}},
    }
    config = {"duration": 5, "progressBar": 0, "verbose": False, "filename": "drawn"}
    sim.create(net, config)
    yield sim
    sim.clearAll()


def test_pieces_are_where_neuron_has_them(built):
    from netspec.session.current import current

    pieces = segments_of(current.planned())
    for cell in built.net.cells:
        for name, section in cell.secs.items():
            live = section["hObj"]
            mine = pieces.take((pieces.gid == cell.gid) & (pieces.section == pieces.names.index(name)))
            arcs = np.array([live.arc3d(i) for i in range(live.n3d())])
            along = mine.along * live.L
            for axis, place in enumerate((live.x3d, live.y3d, live.z3d)):
                points = [place(i) for i in range(live.n3d())]
                np.testing.assert_allclose(mine.ends[:, :, axis], np.interp(along, arcs, points), atol=2e-3)
            widths = np.interp(along.mean(axis=1), arcs, [live.diam3d(i) for i in range(live.n3d())])
            np.testing.assert_allclose(mine.diam, widths, rtol=1e-5)


def test_voltages_are_those_of_now(built):
    built.runSim()
    built.gatherData()
    _, found = built.analysis.plotShape(cvar="voltage")
    live = [segment.v for cell in built.net.cells for sec in cell.secs.values() for segment in sec["hObj"]]
    assert np.ptp(live) > 0.01
    np.testing.assert_array_equal(found["cvals"], live)


def test_film_has_a_file_for_each_picture(built, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def shot(time):
        built.analysis.plotShape(cvar="voltage", saveFig="movie", clim=[-70, 30], figSize=(2, 2))

    built.runSimWithIntervalFunc(2, shot)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        f"drawn_shape_movie_{time}.png" for time in ("2.0", "4.0", "5.0")
    ]
