"""Distances along and between cells. Numbers marked so are NEURON 9.0.2's."""

from dataclasses import replace

import numpy as np
import pytest

from netspec.plan.segments import Shape, connected, drawn, euclidean_distance, path_distance


def shape(length, nseg=1, parent=None, parent_x=1.0, child_x=0.0):
    made = Shape(length=np.array([float(length)]), nseg=nseg)
    topol = {"parentSec": parent, "parentX": parent_x, "childX": child_x}
    return connected(topol, made) if parent else made


TREE = {
    "s": shape(30, 3),
    "d": shape(77, 5, "s", 1, 1),
    "e": shape(11, 3, "d", 0.3, 0),
    "f": shape(13, 1, "s", 0, 0),
    "g": shape(13, 1, "d", 0, 0),
}
PLACES = (0, 0.1, 0.5, 0.77, 1)
NEURON = {  # section -> distances of PLACES from the middle of s and of d
    "s": ([15, 10, 0, 10, 15], [68.5, 63.5, 53.5, 43.5, 38.5]),
    "d": ([92, 84.3, 53.5, 38.1, 15], [38.5, 30.8, 0, 15.4, 38.5]),
    "e": (
        [68.9, 70.73333333333333, 74.4, 78.06666666666666, 79.9],
        [15.4, 17.233333333333334, 20.9, 24.566666666666666, 26.4],
    ),
    "f": ([15, 21.5, 21.5, 21.5, 28], [68.5, 75, 75, 75, 81.5]),
    "g": ([92, 98.5, 98.5, 98.5, 105], [38.5, 45, 45, 45, 51.5]),
}  # fmt: skip


@pytest.mark.parametrize("section", TREE)
@pytest.mark.parametrize("origin", [0, 1])
def test_path_distance_is_neurons(section, origin):
    found = path_distance(TREE, "sd"[origin], section, np.array(PLACES))
    assert found == pytest.approx(NEURON[section][origin], rel=1e-14)


def test_cells_of_different_length_have_different_distances():
    tree = {**TREE, "d": connected({"parentSec": "s"}, Shape(length=np.array([50.0, 70.0])))}
    assert path_distance(tree, "s", "d", 1).tolist() == [15 + 50, 15 + 70]
    assert path_distance({name: s.take([1, 0, 1]) for name, s in tree.items()}, "s", "d", 1).tolist() == [
        85,
        65,
        85,
    ]


def test_sections_of_different_trees_have_no_distance():
    with pytest.raises(ValueError, match="not connected"):
        path_distance({"a": shape(10), "b": shape(10)}, "a", "b", 0.5)


def test_points_give_the_length_in_single_precision():
    points = [[0, 0, 0, 1], [3, 4, 0, 1], [3, 4, 12, 1], [3, 4, 12.01, 1]]
    made = Shape().with_points(points, np.array([[0, 0, 0], [1e6, 1e6, 1e6 + 0.04]]))
    assert made.length[0] == pytest.approx(17.01, abs=1e-6)
    assert made.length[1] == 17


def test_euclidean_distance_follows_the_points():
    bent = Shape().with_points([[0, 0, 0, 1], [10, 0, 0, 1], [10, 10, 0, 1]], np.zeros((1, 3)))
    tree = {"soma": Shape().with_points([[0, -1, 0, 1], [0, 1, 0, 1]], np.zeros((1, 3))), "dend": bent}
    assert euclidean_distance(tree, "soma", "dend", np.array([0, 0.25, 0.5, 1])) == pytest.approx(
        [0, 5, 10, 200**0.5]
    )


def test_without_points_there_is_no_place():
    with pytest.raises(KeyError, match="s"):
        euclidean_distance(TREE, "s", "d", 0.5)


DRAWN = {  # section -> where NEURON's define_shape ends it, x and y [um]
    "soma": (20.0, 0.0),
    "a": (50.671329498291016, 12.967630386352539),
    "b": (67.0999984741211, 0.0),
    "c": (29.8553524017334, -4.166776180267334),
    "d": (-55.5, 4.851964149565902e-06),
    "f": (43.54999542236328, 77.69999694824219),
    "g": (145.0, 0.0),
    "i": (157.3000030517578, 0.0),
}


def test_sections_are_drawn_as_neuron_draws_them_and_stand_upright():
    tree = {
        "soma": shape(20),
        "a": shape(33.3, 3, "soma"),
        "b": shape(47.1, 2, "soma"),
        "c": shape(10.7, 1, "soma"),
        "d": shape(55.5, 4, "soma", 0),
        "f": shape(77.7, 5, "b", 0.5),
        "g": shape(77.9, 5, "b", 1, 1),
        "i": shape(12.3, 2, "g", 0),
    }
    places = np.array([[1.1, -2.2, 3.3], [0.0, 0.0, 0.0]])
    found = drawn(tree, places)
    for name, (x, y) in DRAWN.items():
        ends = found[name].points[:, -1]
        assert ends[1].tolist() == [y, x, 0.0]
        assert ends[0] == pytest.approx([y + 1.1, x - 2.2, 3.3], abs=1e-5)
        assert len(found[name].points[0]) == tree[name].nseg + 2
        assert found[name].length == pytest.approx(tree[name].length[0], rel=1e-5)


def test_sections_with_points_move_to_where_they_are_connected():
    here = np.array([[100.0, 0.0, 0.0], [0.0, 0.0, 0.0]])
    soma = Shape().with_points([[0, 0, 0, 9], [3, 9, 4, 9], [0, 20, 8, 9]], here)
    side = replace(Shape(parent="soma", parent_x=0.25), nseg=3).with_points(
        [[9, 9, 9, 1], [19, 9, 9, 1]], here
    )
    found = drawn({"soma": soma, "side": side}, here)
    assert found["soma"].points.tolist() == soma.points.tolist()
    assert found["side"].points[0].tolist() == [[100, 5, 2], [110, 5, 2]]
    assert found["side"].length.tolist() == [10, 10]
