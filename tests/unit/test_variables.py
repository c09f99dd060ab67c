"""Distances between cells as string functions see them."""

import numpy as np
from plan_nets import net, planned, wired

from netspec.plan.borders import tag


def weights(text, **more):
    plan = wired({"weight": text}, {"sizeX": 50, "sizeY": 200, "sizeZ": 80, **more})
    table, cells = plan.connections, plan.cells
    return cells, cells.positions(table["pre"]), cells.positions(table["post"]), table["weight"]


def test_distances_in_shares_of_the_size():
    for name, axes in (("dist_norm3D", ("xnorm", "ynorm", "znorm")), ("dist_norm2D", ("xnorm", "znorm"))):
        cells, pre, post, found = weights(name)
        points = np.stack([cells.table[axis] for axis in axes], 1)
        np.testing.assert_allclose(found, np.linalg.norm(points[pre] - points[post], axis=1), rtol=1e-14)


def test_distance_corrected_for_borders():
    given = {"threshold": [20, 150, 10], "yborders": [0.25, 1]}
    cells, pre, post, found = weights("dist_3D_border", correctBorder=given)
    points = np.stack([cells.table[axis] for axis in "xyz"], 1)
    borders = np.array([[0, 50], [50, 200], [0, 80]])
    near = np.abs(points[:, :, None] - borders).min(axis=2)
    lacks = np.maximum(0, np.array([20, 150, 10]) - near)
    assert (lacks > 0).any()
    assert np.allclose([tag(cells.table, i) for i in range(7)], lacks)
    assert np.allclose(list(cells.tag("borderCorrect")), lacks)
    expected = np.linalg.norm(np.abs(points[pre] - points[post]) - lacks[post], axis=1)
    np.testing.assert_allclose(found, expected, rtol=1e-14)


def test_borders_of_populations():
    network = net(sizeX=50, correctBorder={"threshold": [100, 0, 0]})
    network["popParams"]["A"]["xRange"] = [10, 20]
    network["popParams"]["B"]["xnormRange"] = [0.5, 0.6]
    table = planned(network).cells.table
    low, high = np.repeat([10, 25], [4, 3]), np.repeat([20, 30], [4, 3])
    near = np.minimum(np.abs(table["x"] - low), np.abs(table["x"] - high))
    assert np.allclose(table["xborder"], 100 - near)
