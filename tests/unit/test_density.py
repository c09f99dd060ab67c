"""Where synapses of a cell go: numbers worked out by hand."""

import numpy as np
import pytest
from plan_nets import net

from netspec.errors import SpecError
from netspec.model import resolve
from netspec.plan import templates
from netspec.plan.density import Site, apportion, places
from netspec.plan.place import place
from netspec.spec.read import read


def straight(*ends):
    """A section drawn as a line between two depths."""
    return [(0.0, float(y), 0.0, 2.0) for y in ends]


DRAWN = {
    "secs": {
        "soma": {"geom": {"pt3d": straight(0, 20), "nseg": 1}},
        "dend": {
            "geom": {"pt3d": straight(20, 120), "nseg": 5},
            "topol": {"parentSec": "soma", "parentX": 1.0, "childX": 0.0},
        },
    }
}


def put(density, count, sec=("soma", "dend"), cells=None, **options):
    """(section, location) of so many synapses on the first cell; None: it stays."""
    rule = {"preConds": {}, "postConds": {}, "sec": list(sec), "density": density}
    network = net(subConnParams={"r": rule}, **({"cellParams": {"P": cells}} if cells else {}))
    model = resolve(read(network, options))
    everyone, kinds = templates.assign(model, place(model))
    rule = model.spec.network.subcellular["r"]
    found = places(Site(model, everyone, kinds[0], rule, np.array([0]), np.array([count])))
    return [
        (found.names[k], float(x)) if k >= 0 else None
        for k, x in zip(found.section, found.location, strict=True)
    ]


def test_evenly_means_the_same_gap_from_the_far_end_of_each_section():
    assert put("uniform", 3) == [("soma", 0.0), ("dend", pytest.approx(0.6)), ("dend", pytest.approx(0.2))]


def test_a_map_counts_segments_by_length_and_density():
    grid = {"type": "1Dmap", "gridY": [0, 200], "gridValues": [0, 2], "fixedSomaY": 10}
    # densities 0.1, 0.3, 0.5 ... at depths 10, 30, 50 ...: 36 synapses on segments of equal length
    places = [("soma", 0.5)] + [
        ("dend", x)
        for x, n in zip((0.1, 0.3, 0.5, 0.7, 0.9), (3, 5, 7, 9, 11), strict=True)
        for _ in range(n)
    ]
    assert put(grid, 36, cells=DRAWN) == places


def test_synapses_that_a_map_has_no_place_for_stay():
    grid = {"type": "1Dmap", "gridY": [0, 1], "gridValues": [0, 0]}
    assert put(grid, 2, cells=DRAWN) == [None, None]


def test_a_plane_is_interpolated_in_both_directions():
    grid = {"type": "2Dmap", "gridX": [-50, 50], "gridY": [0, 100], "fixedSomaY": 10}
    left = {**grid, "gridValues": [[1, 0], [0, 0]]}
    found = put(left, 5, ("dend",), DRAWN, pt3dRelativeToCellLocation=False)
    # depth 30, 50, 70, 90, 110: half of 0.7, 0.5, 0.3, 0.1, -0.1 -> 2.33, 1.67, 1, 0.33, -0.33
    assert found == [("dend", 0.1)] * 2 + [("dend", 0.3)] * 2 + [("dend", 0.5)]


def test_maps_need_points():
    grid = {"type": "1Dmap", "gridY": [0, 1], "gridValues": [0, 0]}
    with pytest.raises(SpecError, match=r"subConnParams\['r'\].density.*\n?.*needs pt3d, but section 'soma'"):
        put(grid, 2)


@pytest.mark.parametrize(
    ("density", "expected"),
    [
        ({"target_distance": 60}, ("dend", 0.5)),
        ({"target_distance": 60, "coord": "cartesian"}, ("dend", 0.5)),
        ({"target_distance": 70}, ("dend", 0.7)),  # of two that miss by 10 the last one
        ({"target_distance": 25, "ref_sec": "dend", "ref_seg": 1.0}, ("dend", 0.7)),
        ({"target_distance": 2, "ref_sec": "dend", "ref_seg": 0.42}, ("dend", 0.5)),
        ({"target_distance": 1, "ref_sec": "dend", "ref_seg": 0.42, "coord": "cartesian"}, ("dend", 0.42)),
    ],
)
def test_all_go_to_the_segment_at_the_distance(density, expected):
    assert put({"type": "distance", **density}, 3, ("dend",), DRAWN) == [expected] * 3


def test_a_distance_is_measured_from_the_origin_if_nothing_else_is_said():
    assert put({"type": "distance"}, 1, ("dend",)) == [("soma", 0.5)]


@pytest.mark.parametrize(
    ("amounts", "count", "expected"),
    [
        ([1, 1, 1, 1], 8, [2, 2, 2, 2]),
        ([1, 1, 1, 1], 6, [2, 2, 2, 2]),  # 1.5 is rounded to even, here upwards: two too many
        ([1, 1, 1, 1], 2, [1, 1, 0, 0]),  # 0.5 downwards; the first ones get what is missing
        ([5, 3, 1, 1], 7, [4, 2, 1, 1]),
        ([0, 0, 0, 0], 5, [0, 0, 0, 0]),
        ([4, -1, 0, 0], 3, [4, -1, 0, 0]),
    ],
)
def test_shares_are_rounded_and_what_is_missing_goes_where_most_was_lost(amounts, count, expected):
    section = np.array([0, 0, 1, 1])
    assert apportion(np.array([amounts], float), section, np.array([count])).tolist() == [expected]
