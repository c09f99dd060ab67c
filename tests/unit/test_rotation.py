"""Cells turned about the y axis, each by an angle of its own."""

import numpy as np
import pytest
from plan_nets import net, planned

from netspec.formats.netpyne import Records
from netspec.plan.rotation import turn

POINTS = [(0.0, 0.0, 0.0, 5.0), (3.0, 20.0, 4.0, 5.0)]


def network(rotate, **more):
    made = net(rotateCellsRandomly=rotate, **more)
    made["cellParams"]["P"]["secs"]["soma"]["geom"]["pt3d"] = list(POINTS)
    return made


def angles(*arguments, **options):
    return planned(network(*arguments), **options).cells.table["rotation"]


def test_angles_are_netpynes():
    # NetPyNE 1.1.1: Random123(0), uniform(0, 6.2832)
    assert angles(True)[0] == 2.50728878522923


def test_a_range_scales_the_same_numbers():
    np.testing.assert_allclose(angles([-1, 1]), -1 + 2 * angles(True) / 6.2832, rtol=1e-14)
    assert (angles([2, 2]) == 2).all()


def test_nobody_is_turned_unless_asked_for():
    assert "rotation" not in planned(network(False)).cells.table


def test_named_streams_know_cells_by_population():
    before = angles(True, randomStreams="named")
    made = network(True)
    made["popParams"] = {"first": {"cellType": "P", "numCells": 2}, **made["popParams"]}
    after = planned(made, randomStreams="named").cells.table["rotation"]
    assert after[2:].tolist() == before.tolist()
    assert len(set(after)) == len(after)


def test_turning_keeps_heights_and_distances():
    turned = turn(POINTS, np.pi / 2)
    np.testing.assert_allclose(turned, [(0, 0, 0, 5), (-4, 20, 3, 5)], atol=1e-12)


def test_records_show_turned_points():
    plan = planned(network([0.3, 0.3]))
    for position in (0, 5):
        shown = Records(plan).sections(position)["soma"]["geom"]["pt3d"]
        np.testing.assert_allclose(shown, turn(POINTS, 0.3))
    assert plan.templates[0].sections["soma"].geom["pt3d"] == POINTS


@pytest.mark.parametrize("rotate", [False, True])
def test_distances_within_a_cell_stay(rotate):
    made = network(rotate)
    made["cellParams"]["P"]["secs"]["soma"]["mechs"] = {"pas": {"g": "dist_euclidean"}}
    made["cellParams"]["P"]["secs"]["soma"]["geom"]["nseg"] = 3
    values = planned(made).cell_values[0]
    length = np.linalg.norm([3, 20, 4])
    np.testing.assert_allclose(values, [[length / 3, 0, length / 3]] * 7, atol=1e-4)
