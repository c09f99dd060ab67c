import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from netspec import launch, target
from netspec.errors import FileError, ParallelError, StateError

NET = {
    "cellParams": {"cell": {"secs": {"soma": {"geom": {"L": 20, "diam": 20}, "mechs": {"hh": {}}}}}},
    "popParams": {"E": {"cellType": "cell", "numCells": 4}},
}
CFG = {"duration": 10.0}
WITHOUT_NEURON = "import sys; sys.modules['neuron'] = None; from netspec.__main__ import main; main()"


def command(*arguments, code=None, cwd=None):
    start = ["-c", code] if code else ["-m", "netspec"]
    ran = subprocess.run(
        [sys.executable, *start, *map(str, arguments)], capture_output=True, text=True, cwd=cwd
    )
    return ran.returncode, ran.stdout, ran.stderr


def saved(folder, net=NET, cfg=CFG):
    path = folder / "model.json"
    path.write_text(json.dumps({"net": {"params": net}, "simConfig": cfg}))
    return path


def script(folder, body, name="run.py"):
    path = folder / name
    path.write_text(f"from netspec import sim, specs\nnet, cfg = {NET!r}, {CFG!r}\n{body}\n")
    return path


def test_help_names_every_command():
    status, out, _ = command("--help")
    assert status == 0
    assert all(name in out for name in ("run", "check", "plan", "info", "report", "mod", "migrate", "batch"))


def test_info_says_what_names_are(tmp_path):
    status, out, _ = command("info", "connParams.delay", code=WITHOUT_NEURON)
    assert (status, "delay  ms" in out) == (0, True)
    status, out, _ = command("info", "popParams.E", saved(tmp_path), code=WITHOUT_NEURON)
    assert (status, "numCells" in out) == (0, True)
    status, _, error = command("info", "conParams")
    assert (status, "Did you mean 'connParams'?" in error) == (1, True)


def test_mistakes_in_a_file_are_listed_without_neuron(tmp_path):
    wrong = {
        **NET,
        "popParams": {"E": {"cellType": "cell", "numCels": 4}, "I": {"cellType": "cel", "numCells": 1}},
    }
    status, out, err = command("check", saved(tmp_path, wrong), code=WITHOUT_NEURON)
    assert status == 1
    assert "netParams.popParams['E'].numCels" in err
    assert "'numCells'" in err
    assert "netParams.popParams['I'].cellType" in err
    assert "Traceback" not in err
    assert out == ""


@pytest.mark.parametrize(
    "body",
    [
        "net['popParams']['E']['numCels'] = 3; sim.createSimulateAnalyze(net, cfg)",
        "net['popParams']['E']['numCels'] = 3; sim.initialize(net, cfg); sim.net.createPops()",
        "net['popParams']['E']['numCels'] = 3; import netspec; netspec.run(net, cfg)",
        "net['popParams']['E']['numCels'] = 3; import netspec; netspec.plan(net)",
    ],
)
def test_mistakes_in_a_script_are_listed_without_neuron(tmp_path, body):
    status, _, err = command("check", script(tmp_path, body + "; print('it ran')"), code=WITHOUT_NEURON)
    assert status == 1
    assert "netParams.popParams['E'].numCels" in err
    assert "it ran" not in err


def test_script_without_network_is_said(tmp_path):
    with pytest.raises(StateError, match=r"run\.py"):
        target.dictionaries(script(tmp_path, "x = 1"))


def test_script_gets_its_arguments_and_its_folder(tmp_path):
    (tmp_path / "parameters.py").write_text("duration = 7.0")
    change = "import sys, parameters\ncfg['duration'] = parameters.duration + float(sys.argv[1])"
    body = f"{change}\nsim.create(net, cfg)"
    found = target.dictionaries(script(tmp_path, body), ["3"])
    assert found.sim_config["duration"] == 10


def test_target_of_a_folder(tmp_path):
    with pytest.raises(FileError, match="none"):
        target.find(tmp_path)
    script(tmp_path, "", "init.py")
    assert target.find(tmp_path).name == "init.py"
    (tmp_path / "index.npjson").write_text("{}")
    assert target.find(tmp_path).name == "index.npjson"


@pytest.mark.parametrize("name", ["missing.py", "picture.png"])
def test_targets_that_are_none(tmp_path, name):
    (tmp_path / "picture.png").write_text("")
    status, _, err = command("run", tmp_path / name)
    assert status == 1
    assert name in err
    assert "Traceback" not in err


def test_truncated_file_is_named(tmp_path):
    path = saved(tmp_path)
    path.write_text(path.read_text()[:40])
    status, _, err = command("check", path)
    assert status == 1
    assert "model.json" in err
    assert "Traceback" not in err


def test_launcher_beside_this_python_comes_first(tmp_path, monkeypatch):
    for place in ("bin", "path"):
        (tmp_path / place).mkdir()
        (tmp_path / place / "mpiexec").touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path / "path"))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "bin" / "python"))
    assert Path(launch.mpiexec()).parent.name == "bin"
    (tmp_path / "bin" / "mpiexec").unlink()
    assert Path(launch.mpiexec()).parent.name == "path"
    monkeypatch.setenv("PATH", "")
    with pytest.raises(ParallelError, match="openmpi"):
        launch.mpiexec()


def test_additions_for_root_and_small_machines(monkeypatch):
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    monkeypatch.setattr(os, "geteuid", lambda: 0, raising=False)
    assert launch.additions(1, {}) == launch.ROOT
    assert launch.additions(cores + 1, {}) == {**launch.ROOT, **launch.OVERSUBSCRIBE}
    monkeypatch.setattr(os, "geteuid", lambda: 1000, raising=False)
    assert launch.additions(1, {}) == {}
    own = {"PRTE_MCA_rmaps_default_mapping_policy": ":mine"}
    assert not own.keys() & launch.additions(cores + 1, own).keys()


def test_mod_files_are_listed_and_found(tmp_path):
    (tmp_path / "mod").mkdir()
    (tmp_path / "mod" / "thing.mod").write_text("NEURON {\n  ARTIFICIAL_CELL Thing\n}\n")
    status, out, err = command("mod", "list", cwd=tmp_path)
    assert (status, err) == (0, "")
    assert "Thing" in out
    assert "artificial cell" in out
    assert command("mod", "which", "Thing", cwd=tmp_path)[1].strip().endswith("thing.mod")
    assert command("mod", "compile", "empty", cwd=tmp_path)[0] == 1


@pytest.mark.neuron
def test_mechanism_that_neuron_has_itself(tmp_path):
    assert command("mod", "which", "hh", cwd=tmp_path)[:2] == (0, "NEURON\n")
    status, _, err = command("mod", "which", "hhh", cwd=tmp_path)
    assert status == 1
    assert "'hh'" in err


@pytest.mark.neuron
def test_third_kind_of_mistakes_asks_neuron(tmp_path):
    soma = {"geom": {"L": 20, "diam": 20}, "mechs": {"hh": {"gnabr": 0.1}}}
    wrong = {**NET, "cellParams": {"cell": {"secs": {"soma": soma}}}}
    status, _, err = command("check", saved(tmp_path, wrong))
    assert status == 1
    assert "gnabar" in err


@pytest.mark.neuron
def test_file_runs_and_is_counted(tmp_path):
    rule = {"preConds": {"pop": "E"}, "postConds": {"pop": "E"}, "weight": 0.01, "synMech": "exc"}
    net = {**NET, "synMechParams": {"exc": {"mod": "ExpSyn", "tau": 2, "e": 0}}, "connParams": {"E->E": rule}}
    path = saved(tmp_path, net)
    assert "no problem" in command("check", path)[1]
    status, out, err = command("plan", "-n", "3", path)
    assert status == 0, err
    rows = [line.split() for line in out.splitlines()]
    assert ["E->E", "exc", "12"] in rows
    shares = [["0", "2", "6"], ["1", "1", "3"], ["2", "1", "3"]]
    for balance, work in (("'round-robin'", ["1.50", "0.75", "0.75"]), ("'cost'", ["1.50", "0.75", "0.75"])):
        first = rows.index(["balance", "=", balance]) + 2
        assert [row[:3] for row in rows[first : first + 3]] == shares
        assert [row[-1] for row in rows[first : first + 3]] == work
    assert "The busiest rank has 1.50 times the mean work." in out
    assert "One cell alone" not in out
    status, out, err = command("run", path, cwd=tmp_path)
    assert status == 0, err
    assert "Cells: 4" in out


@pytest.mark.neuron
@pytest.mark.mpi
def test_run_starts_ranks_by_itself(tmp_path):
    body = "sim.createSimulate(net, cfg)\nprint('rank', sim.rank, 'of', sim.nhosts)"
    status, out, err = command("run", "-n", "2", script(tmp_path, body), cwd=tmp_path)
    assert status == 0, err
    assert sorted(line for line in out.splitlines() if line.startswith("rank")) == [
        "rank 0 of 2",
        "rank 1 of 2",
    ]
