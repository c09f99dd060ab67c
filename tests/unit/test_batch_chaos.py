"""Workers are killed at any moment; every point is complete exactly once in the end."""

import errno
import multiprocessing
import multiprocessing.connection
import os
import random
import signal
import subprocess
import time
from contextlib import suppress

import pytest

pytest.importorskip("optuna")

from netspec.batch.ledger import Ledger
from netspec.batch.study import Study
from netspec.batch.worker import work
from netspec.errors import FileError

SCRIPT = """
import fcntl, json, os
folder = os.environ["NETSPEC_TRIAL"]
mine = open(folder + "/mine", "w")
try:
    fcntl.flock(mine, fcntl.LOCK_EX | fcntl.LOCK_NB)
except BlockingIOError:
    open(folder + "/twice at once", "w")
point = json.load(open(folder + "/params.json"))["point"]
open(folder + "/asked", "w").write("simConfig")
json.dump({"sum": point["a"] + point["b"]}, open(folder + "/result.json", "w"))
open(folder + "/ends", "a").write("end\\n")
"""
"""A trial needs files only; without netspec's import it is over in a moment."""
FORK = multiprocessing.get_context("fork")


def study(folder, **more):
    (folder / "run.py").write_text(SCRIPT)
    given = {
        "script": str(folder / "run.py"),
        "parameters": {"a": list(range(21)), "b": [100 * i for i in range(10)]},
        "attempts": 100,
    }
    return Study(folder / "study", **{**given, **more})


def started(folder):
    process = FORK.Process(target=work, args=(folder,))
    process.start()
    return process


def test_workers_killed_at_random_lose_nothing_and_run_nothing_twice(tmp_path):
    draw = random.Random(5)
    made = study(tmp_path)
    workers, kills = [started(made.folder) for _ in range(3)], 0
    while any(worker.is_alive() for worker in workers):
        time.sleep(draw.uniform(0.0, 0.15))
        victim = draw.randrange(3)
        if kills < 60 and workers[victim].is_alive():
            os.kill(workers[victim].pid, signal.SIGKILL)
            kills += 1
            workers[victim].join()
            workers[victim] = started(made.folder)
    for worker in workers:
        worker.join()
    work(made.folder)  # all three may have been killed last
    assert kills > 20
    ledger = Ledger(made.folder)
    assert ledger.counts() == {"COMPLETE": 210}
    points = [(row["a"], row["b"], row["sum"]) for row in made.table().rows]
    assert sorted(points) == [(a, b, a + b) for a in range(21) for b in range(0, 1000, 100)]
    folders = sorted((made.folder / "trials").iterdir())
    assert [int(folder.name) for folder in folders] == list(range(210))
    assert not [folder for folder in folders if (folder / "twice at once").exists()]
    ends = [(folder / "ends").read_text().count("end") for folder in folders]
    assert min(ends) >= 1
    assert sum(ends) <= 210 + kills  # only what a killed worker had begun was begun again
    attempts = sum(trial.user_attrs["owner"]["attempt"] for trial in ledger.trials())
    assert attempts <= 210 + kills


def test_two_resumes_at_once_are_one(tmp_path):
    made = study(tmp_path, parameters={"a": list(range(8)), "b": [0, 5]})
    both = [FORK.Process(target=lambda: Study(made.folder).run(2, 4, quiet=True)) for _ in range(2)]
    for each in both:
        each.start()
    for each in both:
        each.join()
    assert Ledger(made.folder).counts() == {"COMPLETE": 16}
    ends = [(made.folder / f"trials/{i:06d}/ends").read_text() for i in range(16)]
    assert set(ends) == {"end\n"}


def test_point_that_kills_its_workers_is_given_up(tmp_path):
    made = study(tmp_path, parameters={"a": [1], "b": [2]}, attempts=2)
    for _ in range(2):
        ledger = Ledger(made.folder)
        ledger.join()
        assert ledger.claim().number == 0
        os.close(ledger.lock)  # as when the kernel ends the process
    work(made.folder)
    failed = Ledger(made.folder).failed()
    assert [trial.user_attrs["error"] for trial in failed] == [["its worker was killed in 2 attempts"]]


def test_work_that_was_done_is_told_not_done_again(tmp_path):
    made = study(tmp_path, parameters={"a": [1], "b": [2]})
    ledger = Ledger(made.folder)
    ledger.join()
    claim = ledger.claim()
    claim.folder.mkdir(parents=True)
    (claim.folder / "done").write_text('{"values": {"sum": 3}, "seconds": 1.0}')
    os.close(ledger.lock)
    work(made.folder)
    assert made.table().rows[0]["sum"] == 3
    assert not (claim.folder / "ends").exists()


def test_claim_without_owner_is_recovered(tmp_path):
    made = study(tmp_path, parameters={"a": [1], "b": [2]})
    made.ledger.study.ask()  # and killed before it said who it was
    work(made.folder)
    assert Ledger(made.folder).counts() == {"COMPLETE": 1}


def test_journal_line_that_was_cut_short_is_dropped(tmp_path):
    made = study(tmp_path, parameters={"a": [1, 2], "b": [2]})
    with (made.folder / "journal.log").open("a") as journal:
        journal.write('{"op_code": 5, "worker_id": "killed while it wr')
    assert made.run(1, 1, quiet=True)
    assert "killed" not in (made.folder / "journal.log").read_text()
    assert Ledger(made.folder).counts() == {"COMPLETE": 2}


def test_full_disk_leaves_the_ledger_as_it_was(tmp_path, monkeypatch):
    made = study(tmp_path, parameters={"a": [1], "b": [2]})
    before = (made.folder / "journal.log").read_bytes()

    def full(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(FileError, match="No space left on device"):
            made.ledger.study.set_user_attr("a", 1)
    assert (made.folder / "journal.log").read_bytes() == before
    assert made.run(1, 1, quiet=True)


def test_one_worker_waits_for_trials_of_others_and_takes_over(tmp_path):
    made = study(tmp_path, parameters={"a": [1], "b": [2]})
    (tmp_path / "run.py").write_text("import time; time.sleep(60)")
    workers = [started(made.folder) for _ in range(3)]
    while sum(each.is_alive() for each in workers) == 3:
        multiprocessing.connection.wait([each.sentinel for each in workers], 30)
    time.sleep(0.5)
    assert (
        sum(each.is_alive() for each in workers) == 2
    )  # with nothing to do one leaves, though a trial is running
    (tmp_path / "run.py").write_text(SCRIPT)
    left = [each for each in workers if each.is_alive()]
    while not (made.folder / "trials/000000/stdout").exists():
        time.sleep(0.05)
    name = Ledger(made.folder).trials()[0].user_attrs["owner"]["worker"]
    victim = next(each for each in left if f"-{each.pid}-" in name)
    victim.kill()
    for each in left:
        each.join(30)
    assert [each.exitcode for each in left if each is not victim] == [0]
    assert Ledger(made.folder).counts() == {"COMPLETE": 1}


def test_moved_study_continues(tmp_path):
    made = study(tmp_path, parameters={"a": [1, 2, 3], "b": [2]})
    ledger = Ledger(made.folder)
    ledger.join()
    ledger.claim()
    os.close(ledger.lock)
    elsewhere = tmp_path / "elsewhere" / "deep"
    elsewhere.parent.mkdir()
    made.folder.rename(elsewhere)
    moved = Study(elsewhere)
    assert moved.run(1, 1, quiet=True)
    assert [row["sum"] for row in moved.table().rows] == [3, 4, 5]


def test_cancelled_trial_waits_and_is_begun_again(tmp_path):
    made = study(tmp_path, parameters={"a": [1, 2], "b": [2]})
    (tmp_path / "run.py").write_text("import time; time.sleep(60)")
    worker = started(made.folder)
    while not Ledger(made.folder).trials(Ledger(made.folder).trials()[0].state.RUNNING):
        time.sleep(0.05)
    made.cancel()
    worker.join(10)
    assert worker.exitcode == 0
    assert Ledger(made.folder).counts() == {"WAITING": 2}
    (tmp_path / "run.py").write_text(SCRIPT)
    assert made.run(1, 1, quiet=True)
    assert Ledger(made.folder).counts() == {"COMPLETE": 2}


def test_simulation_that_outlives_its_worker_is_not_begun_beside_itself(tmp_path):
    made = study(tmp_path, parameters={"a": [1], "b": [2]})
    stubborn = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    (tmp_path / "run.py").write_text(f"{stubborn}{SCRIPT}time.sleep(1)\n")
    worker = started(made.folder)
    while not (made.folder / "trials/000000/ends").exists():
        time.sleep(0.02)
    worker.kill()
    worker.join()
    (tmp_path / "run.py").write_text(SCRIPT)
    assert made.run(1, 1, quiet=True)
    assert not (made.folder / "trials/000000/twice at once").exists()
    assert (made.folder / "trials/000000/ends").read_text() == "end\nend\n"


@pytest.fixture
def small_disk(tmp_path):
    """A folder of 400 kB."""
    place = tmp_path / "small"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", place]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("no file system of one's own: needs root and mount")
    yield place
    subprocess.run(["umount", "--lazy", place], check=True)


def test_disk_that_is_full_for_a_while_costs_no_trial(tmp_path, small_disk):
    made = study(tmp_path / "small", parameters={"a": list(range(12)), "b": [0]})
    ballast = small_disk / "ballast"
    with ballast.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(b"x" * 4096)
    for _ in range(2):
        worker = started(made.folder)
        worker.join(30)
        assert worker.exitcode == 1
    finished = [trial for trial in Ledger(made.folder).trials() if trial.state.is_finished()]
    assert finished == []
    with ballast.open("r+b") as file:  # room for some of the trials
        file.truncate(ballast.stat().st_size - 32 * 1024)
    worker = started(made.folder)
    worker.join(60)
    ballast.unlink()
    assert made.run(1, 1, quiet=True)
    ledger = Ledger(made.folder)
    assert ledger.counts() == {"COMPLETE": 12}
    assert [row["sum"] for row in made.table().rows] == list(range(12))
    assert len(list((made.folder / "trials").iterdir())) == 12
