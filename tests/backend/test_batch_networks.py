"""Batches of networks: NetPyNE's Batch and batchtools with the import changed, and netspec's own form."""

import json
import multiprocessing
import os
import sys
import time
from pathlib import Path

import pytest

pytest.importorskip("optuna")

from netspec.batch import Batch, Study, search
from netspec.batch.worker import work
from netspec.batchtools.search import of_command
from netspec.errors import SpecError

pytestmark = pytest.mark.neuron

CFG = """
from netspec import specs
cfg = specs.SimConfig({"duration": 60, "saveJson": True, "verbose": False, "printPopAvgRates": [10, 60]})
cfg.rate = 20
cfg.weight = 0.01
cfg.clamp = {"amp": 0.0}
"""
NET = """
from netspec import specs
try:
    from __main__ import cfg
except ImportError:
    from cfg import cfg
soma = {"geom": {"L": 20, "diam": 20}, "mechs": {"hh": {}}}
netParams = specs.NetParams({
    "cellParams": {"cell": {"secs": {"soma": soma}}},
    "popParams": {"E": {"cellType": "cell", "numCells": 2}},
    "synMechParams": {"exc": {"mod": "ExpSyn", "tau": 2, "e": 0}},
    "stimSourceParams": {"noise": {"type": "NetStim", "rate": cfg.rate, "noise": 0, "start": 0}},
    "stimTargetParams": {"n": {"source": "noise", "conds": {"pop": "E"}, "synMech": "exc",
                               "weight": cfg.weight, "delay": 1}},
})
"""
INIT = """
from netspec import sim
cfg, netParams = sim.readCmdLineArgs(simConfigDefault="cfg.py", netParamsDefault="netParams.py")
sim.createSimulateAnalyze(netParams=netParams, simConfig=cfg)
"""
TOOLS = """
from netspec.batchtools import comm, specs
from netspec import sim
from netParams import netParams, cfg
comm.initialize()
sim.createSimulate(netParams, cfg)
sim.send({"rate": sim.analysis.popAvgRates(show=False)["E"], **cfg.get_mappings()})
comm.close()
"""
OWN = """
import netspec
from cfg import cfg
from netParams import netParams
netspec.batch.apply(netParams, cfg)
netspec.batch.result(netspec.run(netParams, cfg))
"""


@pytest.fixture
def model(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, text in {"cfg": CFG, "netParams": NET, "init": INIT, "own": OWN, "tools": TOOLS}.items():
        (tmp_path / f"{name}.py").write_text(text)
    return tmp_path


def batch(params, method="grid", label="b", **more):
    made = Batch(params=params, **more)
    made.batchLabel, made.saveFolder, made.method = label, "data", method
    made.runCfg = {"type": "mpi_bulletin", "script": "init.py", "skip": True}
    return made


def saved(model, name):
    return json.loads((model / "data" / f"{name}_data.json").read_text())


def test_batch_grid_saves_under_names_of_netpyne(model):
    params = {"rate": [50, 100], ("clamp", "amp"): [0.5, 0.7]}
    made = batch(params, initCfg={"weight": 0.05})
    study = made.run()
    assert [row["state"] for row in study.table().rows] == ["COMPLETE"] * 4
    first, last = saved(model, "b_0_0"), saved(model, "b_1_1")
    assert (first["simConfig"]["rate"], first["simConfig"]["clamp"]["amp"]) == (50, 0.5)
    assert (last["simConfig"]["rate"], last["simConfig"]["clamp"]["amp"]) == (100, 0.7)
    assert last["simConfig"]["weight"] == 0.05
    rates = [each["simData"]["popRates"]["E"] for each in (first, last)]
    assert 0 < rates[0] < rates[1]
    described = json.loads((model / "data" / "b_batch.json").read_text())["batch"]
    assert described["params"][0] == {"label": "rate", "values": [50, 100], "group": False}


def test_batch_of_settings_given_as_objects_by_list(model):
    from netspec.session import loading

    (model / "params.csv").write_text("rate,weight\n50,0.01\n200,0.05\n")
    cfg = loading.config("cfg.py")
    net = loading.params("netParams.py")
    net.mapping = {"rate": ["stimSourceParams", "noise", "rate"]}
    batch({}, "list", cfg=cfg, netParams=net).run()
    found = [saved(model, name)["simData"]["popRates"]["E"] for name in ("b0", "b1")]
    assert found[0] < found[1]


@pytest.mark.parametrize("method", ["evol", "optuna", "asd"])
def test_batch_optimises_a_function_of_simdata(model, method):
    target = {"E": 60}

    def fitness(simData, **kwargs):
        return abs(simData["popRates"]["E"] - kwargs["target"]["E"])

    made = batch({"rate": [10, 200]}, method, seed=1)
    options = {"fitnessFunc": fitness, "fitnessFuncArgs": {"target": target}}
    made.evolCfg = {**options, "pop_size": 2, "max_generations": 1, "maximize": False}
    made.optimCfg = {**options, "maxiters": 3}
    study = made.run()
    rows = study.table().rows
    assert len(rows) == (4 if method == "evol" else 3)
    assert study.best["objectives"]["fitness"] == min(row["fitness"] for row in rows)
    assert [row["fitness"] for row in rows] == [
        abs(saved(model, f"b_{row['trial']}")["simData"]["popRates"]["E"] - 60) for row in rows
    ]


def test_batch_that_fails_ends_with_a_status(model, capfd):
    (model / "netParams.py").write_text("raise ValueError('broken model')")
    with pytest.raises(SystemExit) as caught:
        batch({"rate": [50]}).run()
    assert caught.value.code == 1
    assert "broken model" in capfd.readouterr().err


REFUSED = [
    ({"method": "sbi"}, {}, "Batch.method", "not supported yet"),
    ({"method": "gird"}, {}, "Batch.method", "'grid'"),
    ({}, {"type": "hpc_slurm_gcp"}, r"Batch.runCfg\['type'\]", "not supported yet"),
    ({}, {"type": "hpc_slrum"}, r"Batch.runCfg\['type'\]", "'hpc_slurm'"),
    ({}, {"type": "hpc_slurm", "mpiCommand": "srun"}, "launcher", "srun --mpi=pmix"),
    ({}, {"type": "hpc_sge", "post": "echo"}, r"Batch.runCfg\['post'\]", "not supported"),
    ({}, {"type": "mpi_dirct"}, r"Batch.runCfg\['type'\]", "'mpi_direct'"),
    ({"method": "evol"}, {}, r"Batch.evolCfg\['fitnessFunc'\]", "expected a function"),
]


@pytest.mark.parametrize(("attributes", "run_cfg", "path", "text"), REFUSED)
def test_what_batch_refuses(model, attributes, run_cfg, path, text):
    made = batch({"rate": [50, 60]})
    vars(made).update(attributes)
    made.runCfg.update(run_cfg)
    with pytest.raises(SpecError, match=f"(?s){path}.*{text}"):
        made.run()


def test_places_below_a_dict_of_cfg_are_made(model):
    from netspec import specs
    from netspec.batch import trial

    cfg = specs.SimConfig()
    cfg.tune = specs.Dict()
    for steps, value in ((["tune", "soma", "hh", "gnabar"], 3), (["tune", "soma", "Ra"], 5)):
        trial._open(cfg, steps)
        assert trial._put(cfg, steps, value, force=False) == ""
    assert cfg.tune == {"soma": {"hh": {"gnabar": 3}, "Ra": 5}}


def test_unknown_place_is_a_failed_trial(model, capfd):
    with pytest.raises(SystemExit):
        batch({"wieght": [0.1]}).run()
    assert "Did you mean 'weight'?" in capfd.readouterr().err


@pytest.mark.mpi
def test_bulletin_board_under_mpiexec_is_one_batch(model, start):
    (model / "batch.py").write_text(
        "from netspec.batch import Batch\n"
        "b = Batch(params={'rate': [50, 60, 70]})\n"
        "b.batchLabel, b.saveFolder, b.runCfg = 'b', 'data', {'type': 'mpi_bulletin', 'script': 'init.py'}\n"
        "b.run()\n"
    )
    ran = start(2, "batch.py", cwd=model)
    assert ran.returncode == 0, ran.stderr
    assert [saved(model, f"b_{i}")["simConfig"]["rate"] for i in range(3)] == [50, 60, 70]
    assert len(list((model / "data/study/workers").iterdir())) == 2


def test_batchtools_search(model):
    from netspec.batchtools.search import search as search_tools

    (model / "cfg.py").write_text(CFG + "cfg.update()\n")
    found = search_tools(
        run_config={"command": "python tools.py"}, params={"rate": [50, 200], "clamp.amp": [0.1]},
        label="s", output_path="out", metric="rate", mode="max",
    )  # fmt: skip
    assert found.data["rate"].tolist() == [50, 200]
    assert found.data["clamp.amp"].tolist() == [0.1, 0.1]
    assert found.results.best["point"]["rate"] == 200
    assert (model / "s.csv").exists()


def test_batchtools_search_on_a_cluster(model, monkeypatch):
    from netspec.batchtools.search import search as search_tools

    (model / "cfg.py").write_text(CFG + "cfg.update()\n")
    qsub = model / "bin" / "qsub"  # as a cluster of one processor would
    qsub.parent.mkdir()
    qsub.write_text("#!/bin/bash\ncat > job; bash job >&2; echo 5\n")
    qsub.chmod(0o755)
    monkeypatch.setenv("PATH", f"{qsub.parent}:{os.environ['PATH']}")
    config = {"command": "python tools.py", "queue": "cpu.q", "realtime": "00:10:00", "vmem": "4G"}
    found = search_tools(
        "sge", "sfs", config, {"rate": [50, 200]}, label="s", output_path="out", metric="rate"
    )
    assert found.data["rate"].tolist() == [50, 200]
    directives = {"#$ -q cpu.q", "#$ -l h_rt=00:10:00", "#$ -l h_vmem=4G"}
    assert directives <= set((model / "job").read_text().splitlines())


def test_batchtools_runs_by_itself_too(model, start):
    (model / "cfg.py").write_text(CFG + "cfg.update()\n")
    assert start(1, "tools.py", cwd=model).returncode == 0


REFUSED_SEARCHES = [
    ({"job_type": "ssh_slurm"}, "job_type", "run the script on the cluster, with 'slurm'"),
    ({"job_type": "slrum"}, "job_type", "'slurm'"),
    ({"algorithm": "bohb"}, "algorithm", "not supported"),
    ({"algorithm": "optnua"}, "algorithm", "'optuna'"),
    ({"run_config": {"command": "echo"}}, "command", "names no .py file"),
]


@pytest.mark.parametrize(("given", "path", "text"), REFUSED_SEARCHES)
def test_what_a_search_refuses(model, given, path, text):
    from netspec.batchtools.search import search as search_tools

    with pytest.raises(SpecError, match=f"(?s){path}.*{text}"):
        search_tools(params={"rate": [1]}, **given)


def test_command_names_script_and_ranks():
    assert of_command("mpiexec -np 4 nrniv -python -mpi init.py") == ("init.py", 4)
    assert of_command("python sub/init.py -x") == ("sub/init.py", 1)
    assert search is not None


NUMBER = {"values": [2], "paths": ["netParams.popParams.E.numCells"]}


@pytest.mark.mpi
def test_fitness_of_results_on_two_ranks(model):
    (model / "score.py").write_text(
        "def distance(results):\n    return {'error': abs(results.rates()['E'] - 60), 'cells': 2}\n"
    )
    study = Study(
        "own", script="own.py", ranks=2, fitness="score.py:distance", objectives={"error": "minimize"},
        parameters={"netParams.stimSourceParams.noise.rate": [60, 200], "popParams": NUMBER},
    )  # fmt: skip
    assert study.run(1, 2, quiet=True)
    first, second = study.table().rows
    assert first["error"] < second["error"]
    assert study.best["point"]["netParams.stimSourceParams.noise.rate"] == 60


def test_report_of_a_trial_that_handed_in_or_saved_its_results(model):
    study = Study("own", script="own.py", parameters={"rate": [60]})
    assert study.run(1, 1, quiet=True)
    page = Path(study.report(0))
    assert page == study.ledger.folder_of(0) / "report.html"
    assert "<svg" in page.read_text()
    saved_by_batch = batch({"rate": [50]}).run()
    assert "<svg" in Path(saved_by_batch.report(0, "page.html")).read_text()


def test_hopeless_simulation_is_ended_at_a_window(model):
    (model / "windows.py").write_text(
        "import time\nfrom netspec import batch, sim\nfrom cfg import cfg\nfrom netParams import netParams\n"
        "batch.apply(netParams, cfg)\nsim.create(netParams, cfg)\n"
        "def window(t):\n"
        "    batch.report(int(t), cfg.rate)\n"
        "    time.sleep(0.05 if cfg.rate < 100 else 10)\n"
        "sim.runSimWithIntervalFunc(20, window)\nsim.gatherData()\nbatch.result({'error': cfg.rate})\n"
    )
    study = Study(
        "windows", script="windows.py", parameters={"rate": [1, 2, 900]}, objectives={"error": "minimize"},
        pruner="threshold", pruner_options={"upper": 500},
    )  # fmt: skip
    assert study.run(1, 1, quiet=True)
    assert [row["state"] for row in study.table().rows] == ["COMPLETE", "COMPLETE", "PRUNED"]


RANKS = """
import os, signal, time
from pathlib import Path

for other in Path().glob("began*"):
    state = Path(f"/proc/{other.read_text()}/stat")
    if state.exists() and state.read_text().split()[2] != "Z":
        Path("twice at once").touch()
import netspec
from netspec.neuron import ranks

value = netspec.batch.params()["x"]
mine = ranks.start()
if not Path("second").exists():
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # it takes its time to end
    Path(f"began{mine.rank}").write_text(str(os.getpid()))
    time.sleep(60)
netspec.batch.result({"size": mine.size})
"""


@pytest.mark.mpi
@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere ranks outlive their worker, which is awaited")
def test_ranks_of_a_killed_worker_are_gone_before_the_trial_is_begun_again(model):
    (model / "ranks.py").write_text(RANKS)
    study = Study("ranks", script="ranks.py", ranks=2, parameters={"x": [1]})
    worker = multiprocessing.get_context("fork").Process(target=work, args=(study.folder,))
    worker.start()
    while not all((model / f"began{rank}").exists() for rank in range(2)):
        time.sleep(0.05)
    worker.kill()
    worker.join()
    (model / "second").touch()
    assert study.run(1, 2, quiet=True)
    assert study.table().rows[0]["size"] == 2
    assert not (model / "twice at once").exists()


@pytest.mark.mpi
def test_failure_on_one_rank_is_the_failure_of_the_trial(model):
    (model / "ranks.py").write_text(
        "import netspec\nfrom netspec.neuron import ranks\nnetspec.batch.params()\n"
        "if ranks.start().rank == 1:\n    raise ValueError('only here')\n"
    )
    study = Study("ranks", script="ranks.py", ranks=2, parameters={"x": [1]})
    assert not study.run(1, 2, quiet=True)
    assert "ValueError: only here" in "\n".join(study.ledger.failed()[0].user_attrs["error"])
