import json
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
sys.path.insert(0, str(BENCHMARKS))

import published  # noqa: E402
import run_model  # noqa: E402

DATA = {"spkt": [2.0, 1.0], "spkid": [0, 1], "V": {"cell_0": [-65.0, -64.0]}, "avgRate": 3.0}


def line(gid, weight=0.5, **more):
    found = {"tags": {"pop": "E"}, "connections": [{"preGid": 1, "weight": weight}], "stimuli": [], **more}
    return f"{gid}\t{json.dumps(found)}\n"


def folder(place, ranks, data):
    place.mkdir()
    for rank, cells in enumerate(ranks):
        (place / f"cells.{rank}.txt").write_text("".join(cells))
    (place / "data.json").write_text(json.dumps(data))
    return place


def run(**more):
    return {"stops": "", "build": 1.0, "cells": 2, "connections": 2, "peak": 2e8, "spikes": 3, **more}


def result(same, **runs):
    said = {
        name: {kind: ["differs"] if kind in kinds else [] for kind in published.KINDS}
        for name, kinds in same.items()
    }
    entry = vars(published.Entry("small", "small", changed="nothing"))
    return {"entry": entry, "runs": {"netpyne": run(), **runs}, "same": said}


def test_cells_of_several_ranks_are_compared_in_order_of_gid(tmp_path):
    one = folder(tmp_path / "one", [[line(0), line(1), line(10)]], DATA)
    two = folder(tmp_path / "two", [[line(0), line(10)], [line(1)]], DATA)
    assert published.compare(one, two) == {kind: [] for kind in published.KINDS}


@pytest.mark.parametrize(
    ("cells", "data", "kind", "text"),
    [
        ([line(0), line(1, weight=0.25)], DATA, "connections", "1/0/weight: 0.5 expected, 0.25 found"),
        ([line(0), line(1, tags={"pop": "I"})], DATA, "tags", "1/pop: 'E' expected, 'I' found"),
        ([line(0)], DATA, "tags", "1: only expected"),
        ([line(0), line(1), line(2)], DATA, "tags", "2: only found"),
        ([line(0), line(1)], DATA | {"spkt": [2.0, 1.5]}, "spikes", "/0/0: 1.0 expected, 1.5 found"),
        ([line(0), line(1)], DATA | {"V": {"cell_0": [-65.0, -64.1]}}, "traces", "/V/cell_0/1"),
    ],
)
def test_every_kind_of_difference_is_found(tmp_path, cells, data, kind, text):
    expected = folder(tmp_path / "expected", [[line(0), line(1)]], DATA)
    said = published.compare(expected, folder(tmp_path / "found", [cells], data))
    assert text in said.pop(kind)[0]
    assert not any(said.values())


def test_order_of_spikes_and_tiny_differences_of_traces_do_not_count(tmp_path):
    other = {"spkt": [1.0, 2.0], "spkid": [1, 0], "V": {"cell_0": [-65.0, -64.0 + 1e-10]}, "avgRate": 4.0}
    expected = folder(tmp_path / "expected", [[line(0)]], DATA)
    said = published.compare(expected, folder(tmp_path / "found", [[line(0)]], other))
    assert not any(said.values())


def test_row_of_a_model_that_is_the_same():
    row = published.row(result({"netspec1": (), "netspec2": ()}, netspec1=run(build=0.5), netspec2=run()))
    assert row == ["small", "2", "2", "yes", "yes (3)", "1.00 → 0.50", "200 → 200", "nothing", ""]


def test_row_says_on_which_ranks_it_is_the_same_and_what_else_differs():
    row = published.row(
        result({"netspec1": (), "netspec2": ("spikes", "traces")}, netspec1=run(), netspec2=run())
    )
    assert row[3:5] == ["yes", "on 1 rank (3)"]
    assert row[-1] == "traces differ"


def test_row_of_a_model_that_only_netspec_runs():
    found = result({"netspec2": ()}, netspec1=run(), netspec2=run())
    found["runs"]["netpyne"] = {"stops": "KeyError: 'a|b'"}
    row = published.row(found)
    assert row[3:7] == ["-", "- (3)", "- → 1.00", "- → 200"]
    assert row[-1].startswith("NetPyNE stops: KeyError: 'a\\|b', netspec runs (ranks: 1, 2); ")
    assert row[-1].endswith("the same spikes on every number of ranks")


def test_row_of_a_model_that_only_netpyne_runs():
    row = published.row(result({}, netspec1={"stops": "SpecError: x"}))
    assert row[3:5] == ["-", "- (3)"]
    assert row[-1] == "netspec stops on 1: SpecError: x"


@pytest.mark.parametrize(
    ("log", "expected"),
    [
        ("a\nValueError: no /home/x/model/cfg.py here\n  more\n", "ValueError: no cfg.py here"),
        ("netspec.errors.SpecError: twice\nlast", "netspec.errors.SpecError: twice"),
        (
            "SpecError: 1 problem in the specification\n\nsimConfig.dtt\n    unknown.\n",
            "simConfig.dtt: unknown.",
        ),
        ("only\nlines\n\n", "lines"),
        ("", "no message"),
    ],
)
def test_reason_of_a_failure(log, expected):
    assert published.reason(log) == expected


def test_a_limit_ends_a_program(tmp_path):
    command = [sys.executable, "-c", "import time; time.sleep(60)"]
    assert published.finished(command, tmp_path, {}, 0.2, tmp_path / "log") == "not done after 0.2 s"


def test_copies_are_changed_and_migrated(tmp_path):
    model = tmp_path / "small"
    model.mkdir()
    (model / "init.py").write_text("from netpyne import sim\nduration = 10\n")
    change = ({"file": "init.py", "old": "10", "new": "20", "only": "netspec"},)
    entry = published.Entry("small", "small", change=change)
    ours = published.copied(entry, tmp_path, tmp_path / "ours", "netspec")
    theirs = published.copied(entry, tmp_path, tmp_path / "theirs", "netpyne")
    assert (ours / "init.py").read_text() == "from netspec import sim\nduration = 20\n"
    assert (theirs / "init.py").read_text() == (model / "init.py").read_text()
    missing = published.Entry("small", "small", change=({"file": "init.py", "old": "30", "new": ""},))
    with pytest.raises(SystemExit, match="does not contain '30'"):
        published.copied(missing, tmp_path, tmp_path / "none", "netspec")


def test_the_table_is_put_between_its_marks():
    before, after = published.MARKS
    page = f"# Title\n\n{before}\nold\n{after}\n\nrest\n"
    assert published.inserted(page, "new") == f"# Title\n\n{before}\n\nnew\n\n{after}\n\nrest\n"
    with pytest.raises(SystemExit, match="no lines"):
        published.inserted("# Title", "new")


def test_a_fixed_duration_stays():
    class Config:
        pass

    run_model.fix_duration(Config, 5.0)
    config = Config()
    config.duration = 1000
    config.dt = 0.1
    assert (config.duration, config.dt) == (5.0, 0.1)
