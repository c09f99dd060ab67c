"""What pictures, importance and tables of studies say: read back from axes and arrays."""

import json

import numpy as np
import pytest

pytest.importorskip("optuna")
pytest.importorskip("sklearn")

from test_batch_study import PLAIN, command, run, study

from netspec.batch import Study, fitness
from netspec.batch.pictures import KINDS, fitting
from netspec.errors import NetspecError, StateError

GRID = {"x": [1, 2, 3], "y": [10, 20], "kind": ["a", "b"]}
BODY = """
rates = {'E': point['x'], 'I': [1, point['y']]}
result(f=point['x'] * point['y'] + (point['kind'] == 'b'), rates=rates)
"""


@pytest.fixture(scope="module")
def grid(tmp_path_factory):
    made = study(
        tmp_path_factory.mktemp("grid"), BODY, parameters=GRID, objectives={"f": "maximize"}
    )  # fmt: skip
    run(made)
    return made


@pytest.fixture(scope="module")
def repeated(tmp_path_factory):
    body = "result(f=point['x'] + dict((tuple(p), v) for p, v in places)['simConfig', 's'])"
    made = study(
        tmp_path_factory.mktemp("seeds"), body, parameters={"x": [10, 20]}, seeds=[1, 2, 6], seed_paths=["s"]
    )
    run(made)
    return made


def test_grid_is_the_mean_over_other_parameters(grid):
    ax = grid.plot("grid", x="x", y="y")
    assert ax.images[0].get_array().tolist() == [[10.5, 20.5, 30.5], [20.5, 40.5, 60.5]]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("x", "y")
    other = grid.plot("grid", "rates.E", x="kind", y="x")
    assert other.images[0].get_array().tolist() == [[1, 1], [2, 2], [3, 3]]
    assert [label.get_text() for label in other.get_xticklabels()] == ["a", "b"]


def test_trial_that_is_not_there_is_white(tmp_path):
    made = study(tmp_path, "assert point['x'] < 2\nresult(f=1)", parameters={"x": [1, 2], "y": [1, 2]})
    run(made, well=False)
    values = made.plot("grid", "f").images[0].get_array()
    assert values.mask.tolist() == [[False, True], [False, True]]


def test_history_is_the_best_so_far(grid):
    best = grid.plot("history").lines[-1].get_ydata()
    values = [row["f"] for row in grid.table().rows]
    assert best.tolist() == np.maximum.accumulate(values).tolist()


def test_importance_finds_what_matters(grid):
    found = grid.importance()
    assert list(found) == ["x", "y", "kind"]
    assert sum(found.values()) == pytest.approx(1)
    assert found["kind"] < 0.05
    assert [label.get_text() for label in grid.plot("importance").get_yticklabels()][-1] == "x"


def test_response_and_parallel_have_every_trial(grid):
    assert len(grid.plot("response", x="x").lines[0].get_xdata()) == 12
    assert grid.plot("response", x="x").lines[1].get_ydata().tolist() == [15.5, 30.5, 45.5]
    lines = grid.plot("parallel").lines
    assert sum(len(line.get_xdata()) == 3 for line in lines) == 12


def test_front_joins_the_best_of_two_objectives(tmp_path):
    made = study(
        tmp_path, "result(a=point['x'], b=abs(point['x'] - 2))", parameters={"x": [3, 2, 1, 0]},
        objectives={"a": "minimize", "b": "minimize"},
    )  # fmt: skip
    run(made)
    trials, front = made.plot("front").lines
    assert list(zip(*front.get_data(), strict=True)) == [(0, 2), (1, 1), (2, 0)]
    assert list(trials.get_xdata()) == [3]
    assert fitting(made.ledger) == ["response", "front"]


WRONG = [
    (("gird",), {}, "'grid'"),
    (("grid", "g"), {}, "no value 'g'"),
    (("grid",), {"x": "z"}, "no axis 'z'"),
    (("front",), {}, "several objectives"),
    (("response", "rates.I"), {}, "not a number"),
]


@pytest.mark.parametrize(("asked", "given", "text"), WRONG)
def test_what_cannot_be_drawn(grid, asked, given, text):
    with pytest.raises(NetspecError, match=text):
        grid.plot(*asked, **given)


def test_arrays_are_parameters_and_statistics(grid, tmp_path):
    with pytest.raises(StateError, match="'kind' is no number"):
        grid.table().arrays()
    made = study(tmp_path, BODY.replace("(point['kind'] == 'b')", "0"), parameters={"x": [1, 2], "y": [5]})
    run(made)
    points, values = made.table().arrays(["rates.I", "f"])
    assert points.tolist() == [[1, 5], [2, 5]]
    assert values.tolist() == [[1, 5, 5], [1, 5, 10]]
    assert made.table().arrays()[1].shape == (2, 2)
    with pytest.raises(StateError, match=r"no value 'rates\.J'.*'rates\.I'"):
        made.table().arrays(["rates.J"])


def test_table_of_repeats_has_a_row_for_each_seed(repeated):
    rows = repeated.table(repeats=True).rows
    assert [(row["x"], row["seed"], row["f"]) for row in rows] == [
        (10, 1, 11), (10, 2, 12), (10, 6, 16), (20, 1, 21), (20, 2, 22), (20, 6, 26),
    ]  # fmt: skip
    found = repeated.table(repeats=True).to_xarray()["f"]
    assert found.dims == ("x", "seed")
    assert found.mean("seed").values.tolist() == [13, 23]
    assert [row["f"] for row in repeated.table().rows] == [13, 23]


def test_measures_can_be_made_later(repeated):
    def where(folder):
        return int(folder.name.removeprefix("seed"))

    assert [row["at"] for row in repeated.table({"at": where}, repeats=True).rows] == [0, 1, 2] * 2
    assert [row["at"] for row in repeated.table({"at": where}).rows] == [1, 1]


def test_values_in_simdata_are_found_by_name(tmp_path):
    body = """
saved = told["save_folder"] + "/" + told["label"] + "_data.json"
json.dump({"simData": {"popRates": {"E": point["x"] * 2}}}, open(saved, "w"))
"""
    made = study(tmp_path, body, parameters={"x": [1, 2]})
    run(made)
    assert [row["popRates.E"] for row in made.table(["popRates.E"]).rows] == [2, 4]
    assert made.plot("response", "popRates.E").lines[0].get_ydata().tolist() == [2, 4]
    assert made.table({"twice": lambda simData: 2 * simData.popRates.E}).rows[0]["twice"] == 4
    with pytest.raises(StateError, match=r"no 'popRates\.I'"):
        made.table(["popRates.I"])
    assert fitness.saved(made.ledger.folder_of(0)).exists()


def test_commands_draw_and_list(grid, repeated, tmp_path):
    said = command("plot", grid.folder, "-o", tmp_path / "p").stdout.split()
    assert [name.rpartition("/")[2] for name in said] == [
        "study_grid.png", "study_importance.png", "study_parallel.png",
    ]  # fmt: skip
    assert all((tmp_path / "p" / name.rpartition("/")[2]).stat().st_size > 2000 for name in said)
    assert set(fitting(grid.ledger)) < set(KINDS)
    assert len(command("table", repeated.folder, "--repeats").stdout.splitlines()) == 7
    assert command("plot", repeated.folder).exit_code == 2
    assert isinstance(command("report", grid.folder, 99).exception, StateError)
    assert isinstance(command("report", grid.folder, 0).exception, StateError)


@pytest.mark.parametrize("config", ["config/", ""])
def test_fanova_of_a_table(tmp_path, config):
    from netspec.batchtools.analysis import Analyzer

    lines = [f"{config}x,{config}y,rate", *(f"{x},{y},{10 * x + y}" for x in range(6) for y in range(6))]
    (tmp_path / "search.csv").write_text("\n".join(lines))
    found = Analyzer(["x", "y"], ["rate"])
    found.load_file(tmp_path / "search.csv")
    shares = found.run_analysis()
    assert shares["x"] > 0.9 > 0.1 > shares["y"]


def test_nested_values_are_objectives(tmp_path):
    made = study(
        tmp_path,
        "result(rates={'E': point['x']})",
        parameters={"x": [3, 1]},
        objectives={"rates.E": "minimize"},
    )
    run(made)
    assert made.best["point"] == {"x": 1}
    assert json.loads((made.ledger.folder_of(0) / "done").read_text())["values"] == {"rates.E": 3}
    assert PLAIN
    assert isinstance(made, Study)
