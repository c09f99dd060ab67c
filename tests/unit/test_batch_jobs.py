"""Job scripts are pure functions of their settings; a scheduler gets exactly that text.

Stored scripts are written anew by `python tests/unit/test_batch_jobs.py`: read what has changed.
"""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytest.importorskip("optuna")

from typer.testing import CliRunner

from netspec import launch
from netspec.__main__ import app
from netspec.batch import Study, cluster, jobs, netpyne_jobs, searches
from netspec.batch.ledger import Ledger
from netspec.errors import FileError, SpecError, StateError

STORED = Path(__file__).with_name("job_scripts")
ALL = {
    "name": "sweep", "partition": "short", "account": "lab", "time": "48:00:30", "memory": "16G",
    "dependency": "afterok:12", "throttle": 4, "module": ["openmpi/5", "python"],
    "setup": ["source env/bin/activate"],
}  # fmt: skip
OWN = {
    "slurm": {"gres": "gpu:1", "nodes": 2, "warning": 120, "option": ["--constraint=amd"], "requeue": False},
    "pbs": {"nodes": 2, "option": ["-m e"]},
    "torque": {"nodes": 2},
    "sge": {"option": ["-l gpu=1"]},
    "lsf": {"nodes": 2, "warning": 90},
}
TRIAL = """
import json, os
folder = os.environ["NETSPEC_TRIAL"]
open(folder + "/asked", "w").write("simConfig")
point = json.load(open(folder + "/params.json"))["point"]
json.dump({"double": 2 * point["x"]}, open(folder + "/result.json", "w"))
"""


def scripts():
    """Name -> text of all scripts that are stored."""
    worker = jobs.Task(("python", "-m", "netspec", "batch", "worker", "/a/study"), Path("/a/study"),
                       Path("/a/study/jobs"), 8, 40)  # fmt: skip
    model = jobs.Task(("python", "-m", "netspec", "run", "my run.py", "-n", "128"), Path("/a b"),
                      Path("/a b"), 128)  # fmt: skip
    found = {}
    for kind in jobs.SCHEDULERS:
        found[f"{kind}_array"] = jobs.script(kind, jobs.checked(kind, {**ALL, **OWN[kind]}), worker)
        found[f"{kind}_model"] = jobs.script(kind, jobs.checked(kind, {"name": "model"}), model)
    return found


@pytest.mark.parametrize(
    "name", [f"{kind}_{what}" for kind in jobs.SCHEDULERS for what in ("array", "model")]
)
def test_scripts_are_the_stored_ones(name):
    made = scripts()[name]
    assert made == (STORED / f"{name}.sh").read_text()
    assert subprocess.run(["bash", "-n"], input=made, text=True, check=False).returncode == 0


WRONG = [
    ("slurm", {"tiem": "1:00:00"}, "job.tiem", "'time'"),
    ("slrm", {}, "scheduler", "'slurm'"),
    ("slurm", {"time": "90"}, "job.time", "H:MM:SS"),
    ("slurm", {"memory": "lots"}, "job.memory", "8G"),
    ("slurm", {"nodes": 0}, "job.nodes", "above 0"),
    ("slurm", {"throttle": -1}, "job.throttle", "above 0"),
    ("slurm", {"warning": 0}, "job.warning", "above 0"),
    ("slurm", {"module": "openmpi"}, "job.module", "list"),
    ("slurm", {"setup": ["a\nb"]}, "job.setup", "one line"),
    ("slurm", {"partition": "a\n#SBATCH -x"}, "job.partition", "one line"),
    ("sge", {"gres": "gpu:1"}, "job.gres", "sge has no directive"),
    ("sge", {"nodes": 2}, "job.nodes", "sge has no directive"),
    ("pbs", {"warning": 5}, "job.warning", "pbs has no directive"),
]


@pytest.mark.parametrize(("kind", "given", "path", "text"), WRONG)
def test_mistakes_in_settings_of_a_job(kind, given, path, text):
    with pytest.raises(SpecError) as caught:
        jobs.checked(kind, given)
    assert [(each.path, text in each.message) for each in caught.value.problems] == [(path, True)]


def study(folder, points=5, **given):
    (folder / "run.py").write_text(TRIAL)
    return Study(folder / "s", script=str(folder / "run.py"), parameters={"x": list(range(points))}, **given)


def command(*arguments):
    return CliRunner().invoke(app, list(map(str, arguments)))


def test_script_is_printed_with_all_options(tmp_path):
    made = study(tmp_path, ranks=4)
    said = command(
        "batch", "script", made.folder, "-w", 3, "--for", "sge", "--time", "1:00:00", "--module", "a",
        "--module", "b", "--option=-l gpu=1", "--no-requeue", "--trials", 2,
    )  # fmt: skip
    lines = said.stdout.splitlines()
    wanted = {"#$ -N s", "#$ -t 1-3", "#$ -pe smp 4", "#$ -l h_rt=1:00:00", "#$ -l gpu=1", "#$ -r n"}
    assert wanted <= set(lines)
    assert lines[-4:-2] == ["module load a", "module load b"]
    assert lines[-1].endswith(f"-m netspec batch worker {made.folder} --trials 2")
    assert "--again" in command("batch", "script", made.folder).stdout
    assert isinstance(command("batch", "script", made.folder, "--for", "condor").exception, SpecError)
    assert isinstance(command("batch", "script", made.folder, "-w", 5000).exception, StateError)


def test_script_of_a_model(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "run.py").write_text("")
    lines = command(
        "submit", "run.py", "-n", 128, "--script", "--launcher", "srun --mpi=pmix", "-x", 3
    ).stdout
    assert lines.strip().endswith(f"srun --mpi=pmix -n 128 {sys.executable} -m netspec run run.py -x 3")
    assert "#SBATCH --ntasks=128\n" in lines
    assert isinstance(command("submit", "none.py").exception, FileError)
    assert isinstance(command("submit", "run.py", "-n", 2, "--launcher", "srun").exception, SpecError)


@pytest.mark.parametrize("text", ["srun", "srun --mpi=none", "srun -N 2", ""])
def test_launchers_of_copies_are_refused(tmp_path, text):
    assert launch.wrong(text)
    with pytest.raises(SpecError, match="launcher"):
        study(tmp_path, launcher=text)


def test_launchers(monkeypatch):
    assert (
        launch.wrong("srun --mpi=pmix") == launch.wrong("srun --mpi pmi2 -c 2") == launch.wrong("jsrun") == ""
    )
    assert launch.words("srun --mpi=pmi2", 3) == ["srun", "--mpi=pmi2", "-n", "3"]
    monkeypatch.setattr(launch, "mpiexec", lambda: "/bin/mpiexec")
    assert launch.words("mpirun --verbose", 3) == ["/bin/mpiexec", "--verbose", "-n", "3"]


def test_room_of_a_job_is_not_oversubscribed():
    assert "PRTE_MCA_rmaps_default_mapping_policy" in launch.additions(10_000, {})
    assert "PRTE_MCA_rmaps_default_mapping_policy" not in launch.additions(10_000, {"SLURM_NTASKS": "10000"})


def pretend(folder, monkeypatch, name, text):
    """A command of a scheduler's, first in PATH."""
    (folder / "bin").mkdir(exist_ok=True)
    (folder / "bin" / name).write_text(f"#!/bin/bash\n{text}\n")
    (folder / "bin" / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}/bin:{os.environ['PATH']}")


SUBMITS = [
    ("slurm", "sbatch", "17;cluster", "17"),
    ("pbs", "qsub", "17[].server", "17[].server"),
    ("sge", "qsub", "17.1-2:1", "17.1-2"),
    ("lsf", "bsub", "Job <17> is submitted to queue <normal>.", "17"),
]


@pytest.mark.parametrize(("kind", "program", "said", "number"), SUBMITS)
def test_scheduler_gets_the_script(tmp_path, monkeypatch, kind, program, said, number):
    pretend(tmp_path, monkeypatch, program, f"cat > {tmp_path}/got; echo '{said}'")
    made = study(tmp_path)
    assert made.submit(2, kind, time="1:00:00") == number
    assert (tmp_path / "got").read_text() == made.script(2, kind, time="1:00:00")
    made.submit(40, kind)
    assert (tmp_path / "got").read_text() == made.script(5, kind)  # one for each trial that is left


def test_scheduler_that_fails_or_is_not_there(tmp_path, monkeypatch):
    made = study(tmp_path)
    pretend(tmp_path, monkeypatch, "bsub", "echo 'no such queue' >&2; exit 3")
    with pytest.raises(StateError, match="bsub: no such queue"):
        made.submit(1, "lsf")
    pretend(tmp_path, monkeypatch, "bsub", "echo done")
    with pytest.raises(StateError, match="no number of a job"):
        made.submit(1, "lsf")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(StateError, match="there is no qsub here"):
        made.submit(1, "pbs")


def test_jobs_are_those_in_the_folder_of_the_study(tmp_path, monkeypatch):
    made = study(tmp_path)
    rows = [f"7_1|RUNNING|{made.folder}", f"7_2|PENDING|{made.folder}", "8|RUNNING|/elsewhere"]
    text = "\n".join(rows)
    pretend(tmp_path, monkeypatch, "squeue", f"echo '{text}'")
    pretend(tmp_path, monkeypatch, "scancel", f"echo $* > {tmp_path}/cancelled")
    assert cluster.running(made.folder) is None  # nobody handed it in
    (made.folder / "jobs").mkdir()
    assert cluster.running(made.folder) == {"7_1": "running", "7_2": "pending"}
    assert "jobs        1 pending, 1 running" in command("batch", "status", made.folder).stdout
    assert "2 jobs cancelled" in command("batch", "cancel", made.folder).stdout
    assert (tmp_path / "cancelled").read_text().split() == ["7_1", "7_2"]
    pretend(tmp_path, monkeypatch, "squeue", "echo 'no controller' >&2; exit 1")
    assert "not known: squeue: no controller" in command("batch", "status", made.folder).stdout
    assert cluster.has_jobs(made.folder)


def test_array_that_a_scheduler_runs_is_the_study(tmp_path, monkeypatch):
    pretend(tmp_path, monkeypatch, "qsub", "cat > job; bash job >&2; bash job >&2; echo 5")
    made = study(tmp_path)
    seen = {3: 1.5}
    scored = Study(
        tmp_path / "scored", script=str(tmp_path / "run.py"), parameters={"x": [3, 4]},
        fitness=lambda folder: {"f": seen.get(3, 0) + int(folder.name)}, objectives={"f": "minimize"},
    )  # fmt: skip
    monkeypatch.chdir(tmp_path)
    made.submit(2, "sge")
    assert made.wait("sge", quiet=True)
    assert [row["double"] for row in made.table().rows] == [0, 2, 4, 6, 8]
    assert len(list((made.folder / "workers").glob("*.lock"))) == 2
    with pytest.raises(StateError, match="nothing is left for a job"):
        made.submit(2, "sge")
    scored.submit(1, "sge", trials=1)  # the fitness is in no file, and goes along
    assert [row["f"] for row in scored.table().rows] == [1.5, 2.5]


def test_failed_trials_are_handed_in_again_if_wanted(tmp_path, monkeypatch):
    pretend(tmp_path, monkeypatch, "qsub", "cat > job; bash job >&2; echo 5")
    monkeypatch.chdir(tmp_path)
    made = study(tmp_path, points=2)
    (tmp_path / "run.py").write_text("raise ValueError")
    made.submit(1, "sge")
    assert not made.wait("sge", quiet=True)
    with pytest.raises(StateError, match="nothing is left"):
        made.submit(1, "sge")
    (tmp_path / "run.py").write_text(TRIAL)
    made.submit(1, "sge", failed=True)
    assert made.wait("sge", quiet=True)
    assert Ledger(made.folder).counts() == {"COMPLETE": 2}


def test_search_that_only_the_script_knows_is_refused(tmp_path, monkeypatch):
    monkeypatch.setitem(searches.OWN, "only_here", lambda seed: searches.library().samplers.RandomSampler())
    made = study(tmp_path, search="only_here", trials=2, objectives={"double": "minimize"})
    with pytest.raises(SpecError, match="'file.py:function'"):
        made.submit(1)


def test_trial_longer_than_its_jobs_is_given_up_in_the_end(tmp_path):
    made = study(tmp_path, points=1, attempts=2)
    (tmp_path / "run.py").write_text(f"open('{tmp_path}/sleeps', 'w'); import time; time.sleep(60)")
    for _ in range(2):
        worker = subprocess.Popen([sys.executable, "-m", "netspec", "batch", "worker", made.folder])
        while not (tmp_path / "sleeps").exists():
            time.sleep(0.05)
        (tmp_path / "sleeps").unlink()
        worker.send_signal(signal.SIGUSR1)
        assert worker.wait(20) == 1
    assert Ledger(made.folder).failed()[0].user_attrs["error"] == ["not finished within the time of 2 jobs"]


def test_cancelled_attempts_do_not_count(tmp_path):
    made = study(tmp_path, points=1, attempts=1)
    ledger = Ledger(made.folder)
    ledger.join()
    for _ in range(3):
        claim = ledger.claim()
        assert claim.attempt == 1
        ledger.hand_back(claim, counted=False)
    ledger.hand_back(ledger.claim(), counted=True)
    assert ledger.counts() == {"FAIL": 1}


RUN = {
    "type": "hpc_slurm", "allocation": "lab", "walltime": "01:00:00", "nodes": 2, "coresPerNode": 8,
    "partition": "short", "reservation": "r1", "email": "me@x.org", "mpiCommand": "mpirun -n",
    "custom": "#SBATCH --mem=8G\nmodule load neuron\n", "script": "init.py", "skip": True,
}  # fmt: skip


def test_run_cfg_of_netpyne_is_a_job():
    assert netpyne_jobs.job(RUN, "runCfg", "slurm") == {
        "account": "lab", "time": "01:00:00", "partition": "short", "nodes": 2,
        "option": ["--mem=8G", "--reservation=r1", "--mail-type=end --mail-user=me@x.org"],
        "setup": ["module load neuron"],
    }  # fmt: skip
    assert (netpyne_jobs.ranks(RUN, "slurm"), netpyne_jobs.launcher(RUN)) == (16, "mpirun")
    torque = {"queueName": "q", "nodes": 2, "ppn": 4, "walltime": "1:00:00"}
    assert netpyne_jobs.ranks(torque, "torque") == 8
    assert netpyne_jobs.job(torque, "runCfg", "torque") == {
        "partition": "q", "nodes": 2, "time": "1:00:00", "option": [], "setup": [],
    }  # fmt: skip
    sge = {"jobName": "j", "cores": 4, "vmem": "32G", "pre": "source a\nsource b", "queueName": "cpu.q"}
    assert netpyne_jobs.ranks(sge, "sge") == 4
    assert netpyne_jobs.job(sge, "runCfg", "sge") == {
        "name": "j", "partition": "cpu.q", "memory": "32G", "option": [], "setup": ["source a", "source b"],
    }  # fmt: skip
    with pytest.raises(SpecError, match=r"runCfg\['post'\]"):
        netpyne_jobs.job({"post": "rm -r x"}, "runCfg", "sge")


if __name__ == "__main__":
    for name, text in scripts().items():
        (STORED / f"{name}.sh").write_text(text)
