import numpy as np
import pytest
from plan_nets import net, planned

from netspec.analysis.geometry import points_at, segments_of


def _points(*rows):
    return [list(map(float, row)) for row in rows]


def test_sections_without_points_stand_where_their_cell_is():
    plan = planned(net())
    pieces = segments_of(plan, [2])
    assert len(pieces) == 1 + 3
    assert set(pieces.gid) == {2}
    x, y, z = (plan.cells.table[axis][2] for axis in "xyz")
    np.testing.assert_allclose(pieces.ends[0], [[x, -y, z], [x, 20 - y, z]], atol=1e-4)
    np.testing.assert_allclose(pieces.ends[-1, 1], [x, 120 - y, z], atol=1e-4)
    assert pieces.diam.tolist() == [20, 2, 2, 2]
    assert [pieces.names[k] for k in pieces.section] == ["soma", "dend", "dend", "dend"]
    assert pieces.segment.tolist() == [0, 0, 1, 2]
    assert pieces.nseg.tolist() == [1, 3, 3, 3]


def test_pieces_end_at_points_and_at_ends_of_segments():
    bent = _points((0, 0, 0, 4), (0, 10, 0, 2), (30, 10, 0, 1))
    secs = {"soma": {"geom": {"pt3d": bent, "nseg": 2}}}
    plan = planned(net(cellParams={"P": {"secs": secs}}))
    pieces = segments_of(plan, [1])
    x, y, z = (plan.cells.table[axis][1] for axis in "xyz")
    expected = np.array([[0, 0, 0], [0, 10, 0], [10, 10, 0], [30, 10, 0]]) + [x, -y, z]
    np.testing.assert_allclose(pieces.ends[:, 0], expected[:-1], atol=1e-4)
    np.testing.assert_allclose(pieces.ends[:, 1], expected[1:], atol=1e-4)
    assert pieces.segment.tolist() == [0, 0, 1]
    assert pieces.diam == pytest.approx([3, 2 - 1 / 6, 1 + 1 / 3])


def test_every_cell_has_its_own_diameter_and_length():
    secs = {"soma": {"geom": {"L": "10 + ynorm", "diam": "5 + xnorm"}}}
    plan = planned(net(cellParams={"P": {"secs": secs}}))
    pieces = segments_of(plan)
    assert pieces.gid.tolist() == list(range(7))
    np.testing.assert_allclose(pieces.diam, 5 + plan.cells.table["xnorm"])
    length = np.linalg.norm(pieces.ends[:, 1] - pieces.ends[:, 0], axis=1)
    np.testing.assert_allclose(length, 10 + plan.cells.table["ynorm"], atol=1e-4)


def test_a_section_without_points_goes_on_from_one_that_has_them():
    soma = {"geom": {"pt3d": _points((0, 0, 0, 4), (10, 0, 0, 4))}}
    dend = {"geom": {"L": 5, "diam": 1}, "topol": {"parentSec": "soma", "parentX": 1.0, "childX": 0.0}}
    plan = planned(net(cellParams={"P": {"secs": {"soma": soma, "dend": dend}}}))
    pieces = segments_of(plan, [0])
    assert pieces.ends[1, 1] - pieces.ends[0, 0] == pytest.approx([15, 0, 0], abs=1e-4)


def test_artificial_cells_have_no_pieces():
    plan = planned({"popParams": {"S": {"cellModel": "NetStim", "numCells": 2, "rate": 10}}})
    assert len(segments_of(plan)) == 0


def test_segments_are_numbered_over_all_cells():
    pieces = segments_of(planned(net()), [0, 1])
    assert pieces.of_segment.tolist() == list(range(8))
    bent = _points((0, 0, 0, 4), (0, 10, 0, 2), (30, 10, 0, 1))
    plan = planned(net(cellParams={"P": {"secs": {"soma": {"geom": {"pt3d": bent, "nseg": 2}}}}}))
    assert segments_of(plan, [3, 4]).of_segment.tolist() == [0, 0, 1, 2, 2, 3]


def test_places_on_cells():
    plan = planned(net())
    pieces = segments_of(plan, [0, 2])
    soma, dend = (pieces.names.index(name) for name in ("soma", "dend"))
    found = points_at(pieces, [2, 2, 0, 1, 0], [dend, soma, dend, soma, dend], [0.25, 0.5, 1.0, 0.5, 0.0])
    x, y, z = (plan.cells.table[axis] for axis in "xyz")
    expected = [[x[2], 45 - y[2], z[2]], [x[2], 10 - y[2], z[2]], [x[0], 120 - y[0], z[0]], [np.nan] * 3]
    expected.append([x[0], 20 - y[0], z[0]])
    np.testing.assert_allclose(found, expected, atol=1e-4)
