"""Jobs on a cluster: handed in with the scheduler's own command, and of Slurm asked for and cancelled.

Slurm knows the jobs of a study by their working directory, the study's folder: no list of them can be lost
or wrong. squeue is enough for that; accounting (sacct) is a service that not every cluster has.
"""

import logging
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from netspec import launch
from netspec.batch import jobs
from netspec.errors import FileError, Problem, SpecError, StateError

log = logging.getLogger("netspec")

OUTPUT = "jobs"
"""Folder in a study with what its jobs print."""
LARGEST = 1000
"""Jobs of an array; Slurm's own limit is 1001 where nobody changed it."""
TIMEOUT = 60.0
"""For an answer of a scheduler [s]."""
PROGRAM = (sys.executable, "-m", "netspec")


def study_script(
    folder: Path, kind: str, workers: int, ranks: int, trials: int | None = None, **given: Any
) -> str:
    """The script of an array of workers of a study. trials: that each runs; None: until none is left."""
    place = folder.resolve()
    job = jobs.checked(kind, {"name": place.name, **_given(given)})
    if not 1 <= workers <= LARGEST:
        raise StateError(f"{workers} workers: an array has 1 to {LARGEST} jobs; each runs many trials")
    command = [*PROGRAM, "batch", "worker", str(place)]
    command += ["--trials", str(trials)] if trials else []
    command += ["--again"] if job.requeue and kind == "slurm" else []
    return jobs.script(kind, job, jobs.Task(tuple(command), place, place / OUTPUT, ranks, workers))


def model_script(
    target: Path, kind: str, ranks: int, launcher: str, arguments: Sequence[str] = (), **given: Any
) -> str:
    """The script of one simulation on so many ranks, in the working directory."""
    if not target.exists():
        raise FileError(f"{target}: no such file or folder")
    job = jobs.checked(kind, {"name": target.stem, **_given(given)})
    if launch.wrong(launcher):
        raise SpecError([Problem("launcher", launch.wrong(launcher))])
    command = (*PROGRAM, "run", str(target), *arguments)
    if launcher in launch.OWN and ranks > 1:  # `run` itself finds the mpiexec of this Python
        command = (*PROGRAM, "run", str(target), "-n", str(ranks), *arguments)
    elif ranks > 1:
        command = (*launch.words(launcher, ranks), *command)
    return jobs.script(kind, job, jobs.Task(command, Path.cwd(), Path.cwd(), ranks))


def _given(settings: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in settings.items() if value is not None}


def submit(kind: str, script: str) -> str:
    """The number of the job that the scheduler made of a script."""
    command = jobs.SCHEDULERS[kind].submit
    if shutil.which(command[0]) is None:
        raise StateError(f"there is no {command[0]} here: submit from a node of the cluster where there is")
    said = _asked(command, script)
    number = re.search(r"\d+[\w.\[\]-]*", said)
    if number is None:
        raise StateError(f"{command[0]} said no number of a job: {said}")
    return number.group()


def running(folder: Path) -> dict[str, str] | None:
    """Number -> state of a study's jobs in Slurm; None where it has never been handed in, or is no Slurm."""
    if not (folder / OUTPUT).is_dir() or shutil.which("squeue") is None:
        return None
    said = _asked(("squeue", "--me", "--array", "--noheader", "--format=%i|%T|%Z"))
    rows = (line.strip().split("|", 2) for line in said.splitlines())
    place = str(folder.resolve())
    return {number: state.lower() for number, state, where in rows if where == place}


def has_jobs(folder: Path) -> bool:
    """Whether Slurm has jobs of a study, as far as it answers: a controller may be busy for a while."""
    try:
        return running(folder) != {}
    except StateError as error:
        log.warning("%s", error)
        return True


def status(folder: Path) -> str:
    """A line about a study's jobs in Slurm; empty where it has none."""
    try:
        found = running(folder) or {}
    except StateError as error:
        return f"not known: {error}"
    return ", ".join(f"{count} {state}" for state, count in sorted(Counter(found.values()).items()))


def cancel(folder: Path) -> int:
    """Cancel a study's jobs in Slurm; how many there were."""
    found = running(folder) or {}
    if found:
        _asked(("scancel", *found))
    return len(found)


def queue_again() -> None:
    """Queue the Slurm job of this process once more, which ends it."""
    number = os.environ.get("SLURM_JOB_ID")
    if number is None:
        raise StateError("this process is in no job of Slurm's")
    _asked(("scontrol", "requeue", number))


def _asked(command: Sequence[str], given: str | None = None) -> str:
    """What a scheduler's command says; a StateError with its words if it fails."""
    try:
        ran = subprocess.run(
            command, input=given, capture_output=True, text=True, timeout=TIMEOUT, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise StateError(f"{command[0]} did not answer in {TIMEOUT:.0f} s") from error
    if ran.returncode:
        raise StateError(f"{command[0]}: {(ran.stderr or ran.stdout).strip()}")
    return ran.stdout.strip()
