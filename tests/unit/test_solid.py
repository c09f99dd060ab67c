"""Cells in three dimensions: what K3D is given."""

import numpy as np
import pytest

from netspec import native
from netspec.analysis.geometry import segments_of
from netspec.errors import SpecError
from netspec.plots import solid, space3d
from netspec.results import Results
from netspec.tables import Table

pytest.importorskip("k3d")
NET = {
    "cellParams": {
        "pyr": {
            "secs": {
                "soma": {
                    "geom": {"pt3d": [[0, 0, 0, 20], [0, 20, 0, 20]]},
                    "mechs": {"hh": {"gnabar": 0.12}},
                },
                "dend": {
                    "geom": {"pt3d": [[0, 20, 0, 2], [0, 70, 0, 2], [30, 120, 0, 1]], "nseg": 3},
                    "topol": {"parentSec": "soma", "parentX": 1.0, "childX": 0.0},
                    "mechs": {"pas": {"g": "uniform(1, 2)", "e": -65}},
                },
            }
        }
    },
    "popParams": {
        "E": {"cellType": "pyr", "cellsList": [{"x": 10, "y": 0, "z": 0}, {"x": 200, "y": 300, "z": 5}]},
        "spikes": {"cellModel": "NetStim", "cellsList": [{"x": 0, "y": 50, "z": 0}]},
    },
}


@pytest.fixture(scope="module")
def plan():
    return native.plan(NET, {"duration": 100})


@pytest.fixture(scope="module")
def results(plan):
    return Results(plan, Table({"time": np.array([10.0, 10.2, 99.9]), "gid": np.array([1, 2, 0])}))


def objects(made):
    return {item.name: item for item in made.objects}


def test_each_population_is_lines_and_each_cell_a_point(plan):
    made = objects(space3d(plan))
    assert list(made) == ["E", "cells"]
    np.testing.assert_allclose(made["cells"].positions, [[10, 10, 0], [200, -290, 5], [0, -50, 0]])
    assert made["cells"].point_sizes.tolist() == [20, 20, 15]
    assert made["E"].color == made["cells"].colors[0] != made["cells"].colors[2]


def test_lines_end_where_pieces_do(plan):
    pieces = segments_of(plan)
    vertices, pairs, piece = solid.polylines(pieces)
    np.testing.assert_allclose(vertices[pairs], pieces.ends, atol=solid.STEP)
    assert len(vertices) == len(pieces) + 4  # a section has one vertex more than pieces
    assert np.array_equal(piece[pairs[:, 1]], np.arange(len(pieces)))


def test_parameters_of_sections_are_colours(plan):
    pieces = segments_of(plan)
    soma = pieces.section == pieces.names.index("soma")
    channels = solid._values(plan, pieces, "hh.gnabar")
    assert set(channels[soma]) == {0.12}
    assert np.isnan(channels[~soma]).all()
    leaks = solid._values(plan, pieces, "pas.g")[~soma]
    own = plan.cell_values[0]  # a number for each segment
    assert own.shape == (2, 3)
    assert leaks.tolist() == own[pieces.gid[~soma], pieces.segment[~soma]].tolist()
    lines = objects(space3d(plan, color="pas.g"))["pas.g"]
    assert lines.color_range == pytest.approx([own.min(), own.max()])


def test_numbers_of_cells_of_pieces_and_of_segments(plan):
    pieces = segments_of(plan)
    cells = solid._values(plan, pieces, [5.0, 6.0, 7.0])
    assert cells.tolist() == np.where(pieces.gid == 0, 5.0, 6.0).tolist()
    assert objects(space3d(plan, color=[5.0, 6.0, 7.0]))["cells"].attribute.tolist() == [5, 6, 7]
    each = np.arange(len(pieces))
    assert solid._values(plan, pieces, each).tolist() == each.tolist()
    found = solid._values(plan, pieces, {(1, "dend"): np.array([1.0, 2.0, 3.0])})
    assert np.isnan(found[pieces.gid == 0]).all()
    assert set(found[~np.isnan(found)]) == {1.0, 2.0, 3.0}


@pytest.mark.parametrize(
    ("color", "message"),
    [
        ("hh.gnabr", "no section has 'hh.gnabr'. Did you mean 'hh.gnabar'"),
        ("popultion", "Did you mean 'population'"),
        ([1.0, 2.0], r"3 numbers \(cells\) or .* are needed, not \(2,\)"),
    ],
)
def test_colours_that_are_none(plan, color, message):
    with pytest.raises(SpecError, match=message):
        space3d(plan, color=color)


def test_unknown_cells_are_an_error(plan):
    with pytest.raises(SpecError, match="'F'"):
        space3d(plan, include=["F"])


def test_cells_light_up_when_they_fire(results):
    lights = {float(time): values for time, values in solid._lights(results, np.arange(3)).items()}
    assert len(lights) == solid.FRAMES
    assert lights[9.5] == pytest.approx([0.1, 0.1, 0.1])
    assert lights[10] == pytest.approx([0.1, 1, 1])
    assert lights[10.5] == pytest.approx([0.1, 0.6, 0.6])
    assert lights[99.5] == pytest.approx([1, 0.1, 0.1])
    one = solid._lights(results, np.array([2]))
    assert one["10"].tolist() == [1]
    assert list(objects(space3d(results, include=["E"]))["cells"].opacities) == list(one)


def test_without_spikes_nothing_moves(results):
    made = space3d(results, spikes=False)
    assert objects(made)["cells"].opacities.size == 0
    assert objects(made)["E"].opacity == 1


def test_network_without_sections(tmp_path):
    made = space3d(
        native.plan({"popParams": {"a": {"cellModel": "NetStim", "numCells": 3}}}), color="population"
    )
    assert list(objects(made)) == ["cells"]


def test_file_is_written(plan, tmp_path):
    space3d(plan, tmp_path / "new" / "cells.html")
    assert (tmp_path / "new" / "cells.html").stat().st_size < 4e6
