"""Studies and models on a real Slurm: arrays, MPI jobs, cancelling, dead nodes, time limits."""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

pytest.importorskip("optuna")

from cluster import Cluster, missing, until
from conftest import MPI
from typer.testing import CliRunner

from netspec.__main__ import app
from netspec.batch import Study
from netspec.batch.ledger import Ledger
from netspec.batch.worker import work
from netspec.errors import SpecError, StateError

pytestmark = pytest.mark.slurm

TRIAL = """
import fcntl, json, os, time
folder = os.environ["NETSPEC_TRIAL"]
mine = open(folder + "/mine", "w")
try:
    fcntl.flock(mine, fcntl.LOCK_EX | fcntl.LOCK_NB)
except BlockingIOError:
    open(folder + "/twice at once", "w")
point = json.load(open(folder + "/params.json"))["point"]
open(folder + "/asked", "w").write("simConfig")
open(folder + "/jobs", "a").write(os.environ.get("SLURM_JOB_ID", "none") + "\\n")
if os.path.exists(os.path.dirname(os.path.abspath(__file__)) + "/slow"):
    open(folder + "/sleeps", "w")
    time.sleep(600)
json.dump({"double": 2 * point["x"]}, open(folder + "/result.json", "w"))
open(folder + "/ends", "a").write("end\\n")
"""
RING = """
import json
import netspec

net = {
    "cellParams": {"cell": {"secs": {"soma": {"geom": {"L": 20, "diam": 20}, "mechs": {"hh": {}}}}}},
    "popParams": {"E": {"cellType": "cell", "numCells": 4}},
    "synMechParams": {"exc": {"mod": "Exp2Syn", "tau1": 0.5, "tau2": 3, "e": 0}},
    "stimSourceParams": {"noise": {"type": "NetStim", "rate": 100, "noise": 0.5}},
    "stimTargetParams": {
        "n": {"source": "noise", "conds": {"pop": "E"}, "synMech": "exc", "weight": 0.02}
    },
    "connParams": {"E->E": {"preConds": {"pop": "E"}, "postConds": {"pop": "E"}, "probability": 0.5,
                            "weight": 0.001, "delay": 2, "synMech": "exc"}},
}
cfg = {"duration": 50}
netspec.batch.apply(net, cfg)
from netspec.neuron import ranks
size = ranks.start().size
results = netspec.run(net, cfg)
if ranks.number() == 0:
    found = {"ranks": size, "times": results.spikes["time"].tolist()}
    netspec.batch.result({"ranks": size, "count": len(found["times"]), "sum": sum(found["times"])})
    print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def cluster():
    """A running cluster whose jobs this process can hand in."""
    if missing():
        pytest.skip(missing())
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patched:
        Path(folder).chmod(0o755)  # munged insists
        made = Cluster(Path(folder) / "slurm")
        try:
            made.start()
            patched.setenv("SLURM_CONF", made.environment["SLURM_CONF"])
            yield made
        finally:
            made.stop()


@pytest.fixture
def idle(cluster):
    """The same, with its node and without jobs before and after."""
    cluster.start()
    assert cluster.jobs() == []
    yield cluster
    cluster.start()
    cluster.said("scancel", "--user=root", fails=True)
    cluster.emptied()


def study(folder, points=6, name="study", body=TRIAL, **given):
    (folder / "run.py").write_text(body)
    parameters = given.pop("parameters", {"x": list(range(points))})
    return Study(folder / name, script=str(folder / "run.py"), parameters=parameters, **given)


def command(*arguments):
    ran = CliRunner().invoke(app, list(map(str, arguments)))
    assert ran.exit_code == 0, f"{ran.output}{ran.exception!r}"
    return ran.output


def each_once(made, points, ends=None):
    """Every point is complete once, was never run beside itself, and ended as often as it should."""
    assert Ledger(made.folder).counts() == {"COMPLETE": points}, printed(made)
    assert sorted((row["x"], row["double"]) for row in made.table().rows) == [
        (x, 2 * x) for x in range(points)
    ]
    folders = sorted((made.folder / "trials").iterdir())
    assert len(folders) == points
    assert not [folder for folder in folders if (folder / "twice at once").exists()]
    assert [(folder / "ends").read_text() for folder in folders] == ["end\n"] * points


def printed(made):
    return "\n".join(each.read_text() for each in (made.folder / "jobs").iterdir())


def jobs_of(made):
    return {line for file in made.folder.glob("trials/*/jobs") for line in file.read_text().split()}


def asleep(made):
    return len(list(made.folder.glob("trials/*/sleeps")))


def slow(folder, yes=True):
    (folder / "slow").touch() if yes else (folder / "slow").unlink()


def test_array_of_workers_runs_each_point_once_in_few_jobs(idle, tmp_path):
    made = study(tmp_path, points=120)
    said = command("batch", "submit", made.folder, "-w", 3, "--throttle", 2, "--time", "0:10:00")
    assert said.startswith("job ")
    assert made.wait(quiet=True)
    idle.emptied()
    each_once(made, 120)
    assert 1 <= len(jobs_of(made)) <= 3  # short trials share an allocation
    assert sorted((made.folder / "jobs").iterdir())[0].name.endswith("_0.out")


def test_throttle_and_status_say_what_jobs_do(idle, tmp_path):
    slow(tmp_path)
    made = study(tmp_path)
    command("batch", "submit", made.folder, "-w", 3, "--throttle", 1)
    until(lambda: asleep(made) == 1, "a trial runs")
    assert sorted(idle.jobs()) == ["PENDING", "PENDING", "RUNNING"]
    assert "jobs        2 pending, 1 running" in command("batch", "status", made.folder)


def test_cancel_ends_jobs_and_their_trials_wait(idle, tmp_path):
    slow(tmp_path)
    made, other = study(tmp_path), study(tmp_path, name="other")
    command("batch", "submit", made.folder, "-w", 3, "--throttle", 2)
    command("batch", "submit", other.folder, "-w", 1)
    until(lambda: asleep(made) == 2 and asleep(other) == 1, "trials run")
    assert "3 jobs cancelled" in command("batch", "cancel", made.folder)
    until(lambda: idle.jobs() == ["RUNNING"], "the other study's job alone is left", 20)
    slow(tmp_path, yes=False)
    made.submit(2)
    assert made.wait(quiet=True)
    each_once(made, 6)
    other.cancel()


def test_dead_node_loses_nothing_and_runs_nothing_twice(idle, tmp_path):
    slow(tmp_path)
    made = study(tmp_path)
    made.submit(2)
    until(lambda: asleep(made) == 2, "trials run")
    idle.kill_node()
    slow(tmp_path, yes=False)
    until(lambda: "down" in idle.said("sinfo", "-h", "-o", "%t"), "the node is down")
    idle.start_node()
    assert made.wait(quiet=True)
    each_once(made, 6)
    attempts = [trial.user_attrs["owner"]["attempt"] for trial in Ledger(made.folder).trials()]
    assert sorted(attempts) == [1, 1, 1, 1, 2, 2]
    assert len(jobs_of(made)) <= 2  # the same jobs, queued again


def test_worker_leaves_before_its_time_is_over_and_queues_again(idle, tmp_path):
    slow(tmp_path)
    made = study(tmp_path, points=2)
    made.submit(1, time="0:01:00", warning=58)
    until(lambda: asleep(made) == 1, "a trial runs")
    slow(tmp_path, yes=False)
    assert made.wait(quiet=True)
    each_once(made, 2)
    assert len(jobs_of(made)) == 1
    assert sorted(trial.user_attrs["owner"]["attempt"] for trial in Ledger(made.folder).trials()) == [1, 2]


def test_submitted_twice_and_resumed_here_at_once_is_one_study(idle, tmp_path):
    made = study(tmp_path, points=60)
    made.submit(1)
    made.submit(2)
    work(made.folder)
    assert made.wait(quiet=True)
    idle.emptied()
    each_once(made, 60)


def test_failed_trial_fails_its_job_and_what_depends_on_it(idle, tmp_path):
    made = study(tmp_path, body="raise ValueError('too high')")
    (tmp_path / "after").mkdir()
    after = study(tmp_path / "after")
    first = made.submit(1)
    after.submit(1, dependency=f"afterok:{first}")
    assert not made.wait(quiet=True)
    idle.emptied()
    assert Ledger(after.folder).counts() == {"WAITING": 6}


def serial(folder):
    ran = subprocess.run(
        [sys.executable, folder / "run.py"], capture_output=True, text=True, check=True, cwd=folder
    )
    return eval(ran.stdout.strip().rpartition("\n")[2])["times"]


def mpi(monkeypatch):
    for name, value in MPI.items():
        monkeypatch.setenv(name, value)


@pytest.mark.mpi
def test_model_on_two_ranks_is_the_model(idle, tmp_path, monkeypatch):
    mpi(monkeypatch)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "run.py").write_text(RING)
    number = command("submit", "run.py", "-n", 2, "--time", "0:05:00").strip()
    idle.emptied()
    found = eval((tmp_path / f"{number}.out").read_text().strip().rpartition("\n")[2])
    assert found["ranks"] == 2
    assert found["times"] == serial(tmp_path) != []


@pytest.mark.mpi
@pytest.mark.parametrize("launcher", ["mpiexec", "srun --mpi=pmix", "srun --mpi=pmi2"])
def test_trials_on_two_ranks(idle, tmp_path, monkeypatch, launcher):
    if "pmi2" in launcher:
        if "NETSPEC_MPICH" not in os.environ:
            pytest.skip("NETSPEC_MPICH does not name the libmpi.so.12 of MPICH, which pmi2 is for")
        monkeypatch.setenv("MPI4PY_LIBMPI", os.environ["NETSPEC_MPICH"])
        monkeypatch.setenv("LD_LIBRARY_PATH", str(Path(os.environ["NETSPEC_MPICH"]).parent))
        monkeypatch.setenv("MPI4PY_MPIABI", "mpich")
    if "pmix" in launcher and not list(Path("/usr/lib").glob("*/pmix2/lib/libpmix.so")):
        pytest.skip("Slurm finds no libpmix.so: apt-get install libpmix-dev")
    mpi(monkeypatch)
    weights = {"netParams.stimTargetParams.n.weight": [0.0, 0.02]}
    made = study(tmp_path, body=RING, parameters=weights, ranks=2, launcher=launcher)
    made.submit(2)
    well = made.wait(quiet=True)
    assert well, [trial.user_attrs.get("error") for trial in made.ledger.trials()]
    rows = made.table().rows
    assert [row["ranks"] for row in rows] == [2, 2]
    assert [row["count"] for row in rows] == [0, len(serial(tmp_path))]


@pytest.mark.mpi
@pytest.mark.parametrize("kind", ["none", "pmi2"])
def test_copies_that_do_not_find_each_other_are_refused(idle, tmp_path, kind):
    (tmp_path / "run.py").write_text(RING)
    ran = subprocess.run(
        ["srun", f"--mpi={kind}", "-n", "2", sys.executable, "run.py"],
        capture_output=True, text=True, check=False, cwd=tmp_path, timeout=120, env={**os.environ, **MPI},
    )  # fmt: skip
    assert ran.returncode != 0
    assert "started as one of 2" in ran.stderr
    assert "times" not in ran.stdout


def test_what_is_refused_is_said(idle, tmp_path):
    made = study(tmp_path)
    with pytest.raises(StateError, match="invalid partition"):
        made.submit(1, partition="nowhere")
    with pytest.raises(SpecError, match="srun --mpi=pmix"):
        study(tmp_path, name="other", launcher="srun")


@pytest.mark.parametrize("what", ["array", "model"])
def test_stored_scripts_are_scripts_of_slurm(idle, tmp_path, what):
    text = (Path(__file__).parents[1] / f"unit/job_scripts/slurm_{what}.sh").read_text()
    for own in ("partition", "account", "gres", "constraint", "dependency", "mem", "nodes", "ntasks"):
        text = re.sub(rf"#SBATCH --{own}=.*\n", "", text)  # of a larger cluster
    ran = subprocess.run(
        ["sbatch", "--test-only"], input=text, capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert "to start at" in ran.stderr, ran.stderr


BATCH = """
from netspec.batch import Batch


def fit():
    wanted = 40.0

    def fitness(simData, **more):
        return abs(len(simData["spkt"]) - wanted)

    made = Batch(cfgFile="cfg.py", netParamsFile="netParams.py", params={{"weight": {values}}})
    made.batchLabel, made.saveFolder, made.method = "b", "data", "{method}"
    made.runCfg = {{
        "type": "hpc_slurm", "script": "init.py", "walltime": "00:10:00", "nodes": 1, "coresPerNode": 1,
        "custom": "#SBATCH --mem=100M\\nexport NOTHING=1",
    }}
    made.evolCfg = {{"fitnessFunc": fitness, "pop_size": 2, "max_generations": 1}}
    made.run()


fit()
"""
CFG = """
from netspec import specs
cfg = specs.SimConfig({"duration": 60, "saveJson": True, "verbose": False})
cfg.weight = 0.01
"""
NET = """
from netspec import specs
from __main__ import cfg
netParams = specs.NetParams({
    "cellParams": {"cell": {"secs": {"soma": {"geom": {"L": 20, "diam": 20}, "mechs": {"hh": {}}}}}},
    "popParams": {"E": {"cellType": "cell", "numCells": 2}},
    "synMechParams": {"exc": {"mod": "ExpSyn", "tau": 2, "e": 0}},
    "stimSourceParams": {"noise": {"type": "NetStim", "rate": 100, "noise": 0, "start": 0}},
    "stimTargetParams": {"n": {"source": "noise", "conds": {"pop": "E"}, "synMech": "exc",
                               "weight": cfg.weight, "delay": 1}},
})
"""
INIT = """
from netspec import sim
cfg, netParams = sim.readCmdLineArgs(simConfigDefault="cfg.py", netParamsDefault="netParams.py")
sim.createSimulateAnalyze(netParams=netParams, simConfig=cfg)
"""


@pytest.mark.parametrize(("method", "values", "count"), [("grid", [0.0, 0.02], 2), ("evol", [0.0, 0.02], 4)])
def test_batch_of_netpyne_on_slurm(idle, tmp_path, method, values, count):
    for name, text in {"cfg": CFG, "netParams": NET, "init": INIT}.items():
        (tmp_path / f"{name}.py").write_text(text)
    (tmp_path / "batch.py").write_text(BATCH.format(method=method, values=values))
    ran = subprocess.run(
        [sys.executable, "batch.py"], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert ran.returncode == 0, ran.stderr
    made = Study(tmp_path / "data/study")
    assert made.wait(quiet=True), printed(made)
    assert made.ledger.counts() == {"COMPLETE": count}
    assert len(list((tmp_path / "data").glob("b_*_data.json"))) == count
    if method == "evol":
        assert made.best["objectives"]["fitness"] <= 40
