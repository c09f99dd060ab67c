"""Studies: their settings, searches, failures, repeats, ends before time, tables and command line."""

import json
import multiprocessing
import subprocess
import sys

import pytest

pytest.importorskip("optuna")

from rich.console import Console
from typer.testing import CliRunner

from netspec.__main__ import app
from netspec.batch import Study, search, settings, space
from netspec.batch.ledger import Ledger
from netspec.batch.pool import room
from netspec.batch.progress import follow, overview
from netspec.batch.worker import work
from netspec.errors import FileError, ParallelError, SpecError, StateError

PLAIN = """
import json, os, sys
folder = os.environ["NETSPEC_TRIAL"]
told = json.load(open(folder + "/params.json"))
point, places = told["point"], told["places"]
open(folder + "/asked", "w").write("simConfig netParams")
def result(**values):
    json.dump(values, open(folder + "/result.json", "w"))
"""
GRID = {"x": [1, 2], "y": [3, 4]}
RANGES = {"x": (-5.0, 5.0), "y": {"low": 1, "high": 100, "log": True}}


def study(folder, body, name="study", **given):
    (folder / "run.py").write_text(PLAIN + body)
    return Study(folder / name, script=str(folder / "run.py"), **given)


def run(made, well=True, **more):
    assert made.run(1, 1, quiet=True, **more) is well
    return made.table().rows


def read(given):
    found, problems = space.read(given, "parameters")
    assert problems == []
    return found


# Parameters


def test_grid_goes_through_every_combination_the_last_fastest():
    assert list(space.grid(read(GRID))) == [
        {"x": 1, "y": 3}, {"x": 1, "y": 4}, {"x": 2, "y": 3}, {"x": 2, "y": 4},
    ]  # fmt: skip


def test_groups_vary_together():
    given = {"a": {"values": [1, 2], "group": "g"}, "b": [5, 6], "c": {"values": ["x", "y"], "group": "g"}}
    found = [(point["a"], point["c"], point["b"]) for point in space.grid(read(given))]
    assert found == [(1, "x", 5), (1, "x", 6), (2, "y", 5), (2, "y", 6)]


def test_conditional_parameter_is_there_only_where_it_means_something():
    given = {"tau": {"values": [1, 2], "when": {"kind": ["exp"]}}, "kind": ["exp", "none"]}
    assert list(space.grid(read(given))) == [
        {"kind": "exp", "tau": 1}, {"kind": "exp", "tau": 2}, {"kind": "none"},
    ]  # fmt: skip


def test_ranges_with_a_step_have_both_ends():
    assert space.listed(read({"x": {"low": 0.1, "high": 0.5, "step": 0.1}})[0]) == pytest.approx(
        (0.1, 0.2, 0.3, 0.4, 0.5)
    )
    assert space.listed(read({"x": {"low": 1, "high": 4, "integer": True}})[0]) == (1, 2, 3, 4)


def test_one_value_goes_to_all_its_places():
    linked = {"w": {"values": [5], "paths": ["a.b", ["netParams", "connParams", "E.I", "weight"]]}}
    found = space.assignments(read(linked), {"w": 5})
    assert found == [(("simConfig", "a", "b"), 5), (("netParams", "connParams", "E.I", "weight"), 5)]


WRONG = [
    ({"script": "none.py"}, "script", "no such file"),
    ({"script": ""}, "script", "missing"),
    ({"serch": "grid"}, "serch", "'search'"),
    ({"search": "tpee"}, "search", "'tpe'"),
    ({"search": "tpe"}, "trials", "number of trials"),
    ({"search": "tpe", "trials": 3}, "objectives", "needs one"),
    ({"search": "list"}, "points", "needs points"),
    ({"search": "cmaes", "trials": 2, "objectives": {"a": "minimize", "b": "minimize"}}, "search", "nsga2"),
    ({"parameters": {}}, "parameters", "expected a mapping"),
    ({"parameters": {"x": 3}}, "parameters['x']", "list of values"),
    ({"parameters": {"x": []}}, "parameters['x']", "no values"),
    ({"parameters": {"x": {"lo": 1}}}, "parameters['x'].lo", "'low'"),
    ({"parameters": {"x": (1, 2)}}, "parameters['x']", "a grid needs values"),
    ({"parameters": {"x": {"low": 2, "high": 1}}}, "parameters['x']", "above high"),
    ({"parameters": {"x": {"low": 0, "high": 1, "log": True}}}, "parameters['x']", "begins above 0"),
    ({"parameters": {"x": {"low": 1, "high": 2, "log": True, "step": 1}}}, "parameters['x']", "no step"),
    ({"parameters": {"x": {"low": 1, "high": 2, "step": -1}}}, "parameters['x']", "step must be above 0"),
    ({"parameters": {"x": {"low": 1, "high": 2, "values": [1]}}}, "parameters['x']", "not both"),
    ({"parameters": {"x": {"low": "a", "high": 2}}}, "parameters['x']", "numbers low and high"),
    ({"parameters": {"x": {"values": [1], "when": {"z": 1}}}}, "parameters['x'].when", "no other parameter"),
    (
        {"parameters": {"x": {"values": [1], "when": {"y": 1}}, "y": {"values": [1], "when": {"x": 1}}}},
        "parameters",
        "depend on each other",
    ),
    (
        {"parameters": {"x": {"values": [1], "group": "g"}, "y": {"values": [1, 2], "group": "g"}}},
        "parameters",
        "as many are needed",
    ),
    ({"points": [{"z": 1}]}, "points[0]", "no parameter 'z'"),
    ({"ranks": 0}, "ranks", "above 0"),
    ({"attempts": 0}, "attempts", "above 0"),
    ({"objectives": {"f": "minimise"}}, "objectives.f", "'minimize'"),
    ({"constraints": {"f": 3}}, "constraints.f", "[low, high]"),
    ({"fitness": "none.py:f"}, "fitness", "no such file"),
    ({"pruner": "medain"}, "pruner", "'median'"),
    ({"pruner": "median"}, "pruner", "one objective only"),
]


@pytest.mark.parametrize(("given", "path", "text"), WRONG, ids=lambda each: str(each)[:40])
def test_mistakes_are_found_before_anything_runs(tmp_path, given, path, text):
    (tmp_path / "run.py").write_text("")
    with pytest.raises(SpecError) as caught:
        settings.checked({"script": "run.py", "parameters": GRID, **given}, tmp_path)
    found = [problem for problem in caught.value.problems if problem.path == path]
    assert found
    assert text in found[0].message


def test_frozen_settings_are_read_back_as_they_were(tmp_path):
    made = study(tmp_path, "", parameters={"x": {"values": [1, None, "a", [1, {"b": 2.5}]]}, "y": [True]})
    assert made.settings.space[0].values == (1, None, "a", [1, {"b": 2.5}])
    again = study(tmp_path, "", parameters={"x": {"values": [1, None, "a", [1, {"b": 2.5}]]}, "y": [True]})
    assert again.settings == made.settings
    with pytest.raises(SpecError, match=r"other settings than before \(parameters\)"):
        study(tmp_path, "", parameters={"x": [1]})


def test_folder_without_a_study_says_so(tmp_path):
    with pytest.raises(FileError, match="no study there"):
        Study(tmp_path)


# Searches


def test_list_runs_its_points(tmp_path):
    (tmp_path / "points.csv").write_text("x, y\n1,2\n3,abc\n")
    made = study(
        tmp_path, "result(got=str(point))", search="list", points=str(tmp_path / "points.csv"),
        parameters={"x": [1, 3], "y": [2, "abc"]},
    )  # fmt: skip
    assert [row["got"] for row in run(made)] == ["{'x': 1, 'y': 2}", "{'x': 3, 'y': 'abc'}"]


@pytest.mark.parametrize("name", ["random", "qmc", "tpe", "cmaes", "nsga2", "nsga3"])
def test_searches_draw_within_the_ranges(tmp_path, name):
    made = study(
        tmp_path, "result(f=(point['x'] - 1) ** 2 + point['y'])", parameters=RANGES, search=name,
        trials=9, seed=1, objectives={"f": "minimize"}, points=[{"x": 1.0, "y": 50.0}],
    )  # fmt: skip
    rows = run(made)
    assert len(rows) == 9
    assert (rows[0]["x"], rows[0]["y"]) == (1.0, 50.0)
    assert len({row["x"] for row in rows}) >= 8
    assert all(-5 <= row["x"] <= 5 and 1 <= row["y"] <= 100 for row in rows)
    assert made.best["objectives"]["f"] == min(row["f"] for row in rows)


def test_draws_do_not_depend_on_the_number_of_workers(tmp_path):
    given = {"parameters": RANGES, "search": "random", "trials": 8, "seed": 4}
    found = []
    for workers in (1, 3):
        made = study(tmp_path, "result(f=1)", name=f"w{workers}", **given)
        assert made.run(workers, workers, quiet=True)
        found.append([(row["x"], row["y"]) for row in made.table().rows])
    assert found[0] == found[1]
    assert len(set(found[0])) == 8


def test_own_search_by_name_and_by_file(tmp_path):
    text = "import optuna\ndef mine(seed, **_):\n    return optuna.samplers.RandomSampler(seed=7)\n"
    (tmp_path / "mine.py").write_text(text)
    values = {"parameters": RANGES, "trials": 2, "objectives": {"f": "minimize"}}
    by_file = study(
        tmp_path, "result(f=1)", name="a", search=f"{tmp_path / 'mine.py'}:mine", **values
    )  # fmt: skip

    @search("mine")
    def mine(seed, **_):
        import optuna

        return optuna.samplers.RandomSampler(seed=7)

    by_name = study(tmp_path, "result(f=1)", name="b", search="mine", **values)
    assert [row["x"] for row in run(by_file)] == [row["x"] for row in run(by_name)]


def test_front_of_two_objectives(tmp_path):
    made = study(
        tmp_path, "result(a=point['x'], b=abs(point['x'] - 2))", parameters={"x": [0, 1, 2, 3]},
        objectives={"a": "minimize", "b": "minimize"},
    )  # fmt: skip
    run(made)
    assert [trial.number for trial in Ledger(made.folder).best()] == [0, 1, 2]


def test_best_is_within_the_constraints(tmp_path):
    made = study(
        tmp_path, "result(f=point['x'], rate=10 - point['x'])", parameters={"x": [0, 1, 2, 3]},
        objectives={"f": "minimize"}, constraints={"rate": [5, 8]},
    )  # fmt: skip
    run(made)
    assert made.best["point"] == {"x": 2}


def test_constraints_guide_the_sampler(tmp_path):
    made = study(
        tmp_path, "result(f=point['x'], g=point['x'])", parameters={"x": (0.0, 10.0)}, search="tpe",
        trials=25, seed=2, objectives={"f": "minimize"}, constraints={"g": [6, 10]},
    )  # fmt: skip
    run(made)
    assert 6 <= made.best["point"]["x"] < 7.5


def test_hopeless_trials_are_ended(tmp_path):
    body = """
import time
for step in range(4):
    open(folder + "/reports", "a").write(json.dumps([step, point["x"]]) + "\\n")
    time.sleep(0.05 if point["x"] < 5 else 5)
result(f=point["x"])
"""
    made = study(
        tmp_path, body, parameters={"x": [0, 1, 2, 3, 9]}, objectives={"f": "minimize"}, pruner="median",
        pruner_options={"n_startup_trials": 2},
    )  # fmt: skip
    rows = run(made)
    assert [row["state"] for row in rows][-1] == "PRUNED"
    assert rows[0]["state"] == "COMPLETE"
    assert Ledger(made.folder).trials()[0].intermediate_values == {0: 0.0, 1: 0.0, 2: 0.0, 3: 0.0}


def test_seeds_repeat_a_point_and_the_mean_counts(tmp_path):
    made = study(
        tmp_path, "result(f=point['x'] + dict((tuple(p), v) for p, v in places)['simConfig', 's'])",
        parameters={"x": [10, 20]}, seeds=[1, 2, 6], seed_paths=["s"],
    )  # fmt: skip
    assert [row["f"] for row in run(made)] == [13, 23]
    assert Ledger(made.folder).trials()[0].user_attrs["result"]["seeds"] == [{"f": 11}, {"f": 12}, {"f": 16}]


# Fitness and failures


def test_fitness_is_a_function_of_the_files(tmp_path):
    def fitness(folder):
        return json.loads((folder / "own.json").read_text())["x"] * 10

    body = "json.dump(point, open(folder + '/own.json', 'w'))"
    made = study(tmp_path, body, parameters={"x": [1, 2]}, objectives={"error": "maximize"}, fitness=fitness)
    assert [row["error"] for row in run(made)] == [10, 20]
    assert made.best == {"number": 1, "point": {"x": 2}, "objectives": {"error": 20.0}}
    with pytest.raises(StateError, match="run its script again"):
        work(made.folder)


def test_failed_trial_keeps_its_last_lines_and_can_be_run_again(tmp_path, capfd):
    body = "if point['x'] == 2: raise ValueError('no such channel')\nresult(f=1)"
    made = study(tmp_path, body, parameters={"x": [1, 2]})
    assert made.run(1, 1) is False
    said = capfd.readouterr().err
    assert "ValueError: no such channel" in said
    assert "trial 1 failed" in said
    rows = made.table().rows
    assert [row["state"] for row in rows] == ["COMPLETE", "FAIL"]
    assert rows[1]["failure"] == "exit status 1"
    assert run(made, well=False) == rows  # nothing is begun again unasked
    (tmp_path / "run.py").write_text(PLAIN + "result(f=2)")
    again = run(made, failed=True)
    assert [(row["state"], row["x"], row["f"]) for row in again] == [("COMPLETE", 1, 1), ("COMPLETE", 2, 2)]


FAILURES = [
    ("pass", {"objectives": {"f": "minimize"}}, "the result has no 'f'"),
    ("result(f=float('nan'))", {"objectives": {"f": "minimize"}}, "not a number"),
    ("result(f='high')", {"objectives": {"f": "minimize"}}, "not a number"),
    ("result(f=1)", {"constraints": {"g": [0, 1]}}, "the result has no 'g'"),
    ("import time; time.sleep(30)", {"timeout": 0.3}, "not finished after 0.3 s"),
    ("os.kill(os.getpid(), 9)", {}, "ended by SIGKILL"),
    ("os.remove(folder + '/asked')", {}, "never asked for its values in simConfig"),
    ("pass", {"fitness": lambda folder: 1 / 0, "objectives": {"f": "minimize"}}, "ZeroDivisionError"),
    ("pass", {"fitness": lambda results: 1, "objectives": {"f": "minimize"}}, "handed in no results"),
]


@pytest.mark.parametrize(("body", "given", "text"), FAILURES, ids=[text for _, _, text in FAILURES])
def test_what_a_trial_can_die_of(tmp_path, body, given, text):
    rows = run(study(tmp_path, body, parameters={"x": [1]}, **given), well=False)
    assert rows[0]["state"] == "FAIL"
    assert text in rows[0]["failure"]


def test_more_ranks_than_cores_must_be_meant():
    assert room(2, None, 8) == 4
    assert room(1, 3, 4) == 3
    assert room(8, None, 4, oversubscribe=True) == 1
    for ranks, workers, cores in ((8, None, 4), (2, 3, 4)):
        with pytest.raises(ParallelError, match="--oversubscribe"):
            room(ranks, workers, cores)


# Tables and commands


def test_table_as_pandas_xarray_and_csv(tmp_path):
    body = "result(f=point['x'] * point['y'], text='no number', seconds=7)"
    made = study(tmp_path, body, parameters=GRID)
    run(made)
    table = made.table()
    assert table.to_pandas()["f"].tolist() == [3, 4, 6, 8]
    assert float(table.to_xarray()["f"].sel(x=2, y=3)) == 6
    lines = (tmp_path / "t.csv", table.to_csv(tmp_path / "t.csv"))[0].read_text().splitlines()
    assert lines[0] == "trial,state,x,y,f,text,seconds (value),seconds,failure"
    assert lines[4].startswith("3,COMPLETE,2,4,8,no number,7,")


def test_ranges_have_no_axes(tmp_path):
    made = study(tmp_path, "", parameters={"x": (0.0, 1.0)}, search="random", trials=1)
    with pytest.raises(StateError, match="only the trials of a grid"):
        made.table().to_xarray()


def test_progress_says_what_is_done_what_is_best_and_how_long(tmp_path):
    made = study(
        tmp_path, "result(f=point['x'])", parameters={"x": [1, 2, 3, 4]}, objectives={"f": "maximize"}
    )
    worker = Ledger(made.folder)
    worker.join()
    for _ in range(3):
        claim = worker.claim()
        if claim.number < 2:
            worker.finish(claim.number, {"values": {"f": claim.point["x"]}, "seconds": 1.0})
    assert overview(worker) == {
        "trials": "2 of 4", "running": "1", "best": "f = 2 (x = 2)", "time left": "0:00:02",
    }  # fmt: skip


def test_watching_ends_with_the_study(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("netspec.batch.progress.Console", lambda: Console(force_terminal=True, width=80))
    made = study(tmp_path, "result(f=point['x'])", parameters={"x": [1, 2]}, objectives={"f": "maximize"})
    runner = multiprocessing.get_context("fork").Process(target=work, args=(made.folder,))
    runner.start()
    follow(Ledger(made.folder))
    runner.join()
    said = capsys.readouterr().out
    assert "of 2" in said
    assert overview(made.ledger)["best"] == "f = 2 (x = 2)"


def command(*arguments):
    return CliRunner().invoke(app, ["batch", *map(str, arguments)])


def test_commands(tmp_path, capfd):
    (tmp_path / "run.py").write_text(PLAIN + "assert point['x'] < 3, 'too high'\nresult(f=point['x'])")
    file, folder = tmp_path / "sweep.toml", tmp_path / "sweep"
    file.write_text('script = "run.py"\n[parameters]\nx = [1, 2, 3]\n[objectives]\nf = "maximize"\n')
    started = [sys.executable, "-m", "netspec", "batch", "run", file, "-w", "2", "--cores", "2"]
    ran = subprocess.run(started, capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    assert "AssertionError: too high" in ran.stderr
    assert "trials: 3 of 3" in ran.stderr
    status = command("status", folder)
    assert (status.exit_code, "best" in status.stdout, "x = 2" in status.stdout) == (1, True, True)
    (tmp_path / "run.py").write_text(PLAIN + "result(f=point['x'])")
    assert command("resume", folder).exit_code == 1
    assert command("resume", folder, "--failed").exit_code == 0
    assert [line.split("\t")[:4] for line in command("table", folder).stdout.splitlines()[1:]] == [
        ["0", "COMPLETE", "1", "1"], ["1", "COMPLETE", "2", "2"], ["3", "COMPLETE", "3", "3"],
    ]  # fmt: skip
    assert "sweep.csv" in command("table", folder, "-o", tmp_path / "sweep.csv").stdout
    assert command("cancel", folder).exit_code == 0
    assert isinstance(command("status", tmp_path / "nowhere").exception, FileError)
    assert isinstance(command("run", tmp_path / "nowhere").exception, FileError)
