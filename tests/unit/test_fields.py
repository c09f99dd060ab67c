"""Fields of extracellular stimuli: their course in time and their strength in space."""

import pickle

import numpy as np
import pytest
from plan_nets import net

from netspec.errors import SpecError
from netspec.model import resolve
from netspec.plan.extracellular import fields
from netspec.plan.place import place
from netspec.plan.templates import assign
from netspec.spec.read import read

PULSE = {"type": "pulse", "amp": 2.0, "del": 10, "dur": 5}
POINT = {"class": "pointSource", "location": [1.0, 2.0, 3.0]}
SPOTS = np.array([[1.0, 2.0, 13.0], [-29.0, 42.0, 3.0], [0.0, 0.0, 0.0]])


def found(waveform=PULSE, field=POINT, conds=None, **options):
    network = net(
        stimSourceParams={"x": {"type": "XStim", "waveform": waveform, "field": field}},
        stimTargetParams={"x->A": {"source": "x", "conds": conds or {"pop": "A"}}},
        sizeX=60,
        sizeY=80,
        sizeZ=40,
    )
    model = resolve(read(network, {"duration": 30, "dt": 0.5, **options}))
    cells, _ = assign(model, place(model))
    (only,) = fields(model, cells)
    return only


def problem(*arguments):
    with pytest.raises(SpecError) as caught:
        found(*arguments)
    return str(caught.value.problems[0].path), caught.value.problems[0].message


def test_the_cells_in_a_field():
    assert found().gids.tolist() == [0, 1, 2, 3]
    assert found(conds={"pop": ["A", "B"], "cellList": [1, 5]}).gids.tolist() == [1, 5]


def test_a_pulse_lasts_between_its_ends_which_do_not_count():
    t = np.arange(0, 30, 0.5)
    assert found().course[0].tolist() == np.where((t > 10) & (t < 15), 2.0, 0.0).tolist()
    assert found({"type": "pulse", "amp": 1}).course[0].tolist() == [0.0] + [1.0] * 59


def test_a_sine():
    t = np.arange(0, 30, 0.5)
    course = found({"type": "sinusoidal", "amp": 3, "freq": 50, "del": 10}).course[0]
    np.testing.assert_allclose(course, np.where(t > 10, 3 * np.sin(0.1 * np.pi * t), 0), atol=1e-14)


def test_given_signals_are_put_onto_the_time_step(tmp_path):
    for time, signal in (([0, 10, 20], [0, 5, 1]), (np.array([0.0, 10, 20]), (0, 5, 1))):
        course = found({"type": "external", "time": time, "signal": signal}).course[0]
        assert course[[0, 10, 20, 30, 40, 41]].tolist() == [0, 2.5, 5, 3, 1, 0]
    (tmp_path / "time.pkl").write_bytes(pickle.dumps([0, 10, 20]))
    np.save(tmp_path / "signal.npy", [0, 5, 1])
    files = {"time": str(tmp_path / "time.pkl"), "signal": str(tmp_path / "signal.npy")}
    assert found({"type": "external", **files}).course[0].tolist() == course.tolist()


def test_potential_of_a_point_source():
    # I / (4 pi sigma r): 1 mA in 0.3 S/m at 10 um is 1e-3 / (4 pi 0.3 1e-5) V
    distances = np.array([10, 50, np.sqrt(14)])
    expected = 1e-3 / (4 * np.pi * 0.3 * distances * 1e-6) * 1e3
    np.testing.assert_allclose(found().strength(SPOTS)[:, 0], expected)
    np.testing.assert_allclose(found(field={**POINT, "sigma": 0.6}).strength(SPOTS)[:, 0], expected / 2)
    with pytest.warns(match="the electrode is in the middle of the network"):
        middle = found(field={"class": "pointSource"}).place
    assert middle.tolist() == [30, -40, 20]
    assert found().strength(np.array([[1.0, 2.0, 3.0]])).tolist() == [[np.inf]]


def test_potential_in_a_uniform_field():
    # 1 V/m over 1 um is 1e-3 mV; by default the field points down, and is 0 in the middle
    down = found(field={"class": "uniform"})
    np.testing.assert_allclose(down.strength(SPOTS)[:, 0], -1e-3 * (SPOTS[:, 1] + 40))
    along = {"class": "uniform", "referencePoint": [5, 5, 5], "fieldDirection": [0, 90]}
    np.testing.assert_allclose(found(field=along).strength(SPOTS)[:, 0], 1e-3 * (SPOTS[:, 0] - 5))
    along["fieldDirection"] = [90, 90]
    np.testing.assert_allclose(found(field=along).strength(SPOTS)[:, 0], 1e-3 * (SPOTS[:, 2] - 5))


def test_given_signals_that_cannot_be(tmp_path):
    path = "netParams.stimSourceParams['x'].waveform"
    files = {"time": str(tmp_path / "no.pkl"), "signal": [1]}
    where, message = problem({"type": "external", **files})
    assert where == f"{path}.time"
    assert message.startswith("cannot be read: ")
    external = {"type": "external", "time": [0, 1], "signal": [1]}
    assert problem(external) == (f"{path}.signal", "expected as many values as times, 2, got 1.")
    external = {"type": "external", "time": [1, 0], "signal": [1, 2]}
    assert problem(external) == (f"{path}.time", "expected ascending times.")
    external = {"type": "external", "time": [0, 1], "signal": ["a", 2]}
    assert problem(external) == (f"{path}.signal", "expected a list of numbers.")


NODES = {
    "class": "nodes",
    "points": [[0, 0, 0], [10, 0, 0], [0, 10, 0], [0, 0, 10]],
    "values": [[0, 1, 2, 4]],
}


def test_a_field_between_nodes_is_linear_and_none_beyond():
    pytest.importorskip("scipy")
    inside = found(field=NODES).strength(np.array([[2.5, 2.5, 2.5], [1.0, 0, 0], [20.0, 0, 0]]))
    np.testing.assert_allclose(inside, [[1.75], [0.1], [0.0]])


def test_a_field_of_the_nearest_node_with_a_course_for_each_row():
    space = {**NODES, "values": [[0, 1, 2, 4], [5, 6, 7, 8]], "interpolation": "nearest"}
    waves = {"type": "external", "time": [0, 1], "signal": [[1, 1], [2, 2]]}
    field = found(waves, space)
    assert field.strength(np.array([[9.0, 1, 0], [0, 0, 30.0]])).tolist() == [[1, 6], [4, 8]]
    assert field.course[:, 0].tolist() == [1, 2]


@pytest.mark.parametrize(
    ("changed", "path"),
    [
        ({"points": [[0, 0]]}, "field.points"),
        ({"values": [[1, 2]]}, "field.values"),
        ({"interpolation": "cubic"}, "field.interpolation"),
        ({"cells": "somewhere"}, "field.cells"),
        ({"values": [[0, 1, 2, 4]] * 2}, "field.values"),
    ],
)
def test_bad_nodes(changed, path):
    with pytest.raises(SpecError) as caught:
        found(field={**NODES, **changed})
    assert path in str(caught.value)
