"""Job scripts: pure functions of their settings, for each scheduler a table of directives.

Sources: the manual pages sbatch(1), qsub of OpenPBS, Torque and Grid Engine, bsub of LSF.
"""

import math
import re
import shlex
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from netspec.errors import Problem, SpecError, did_you_mean

TIME = re.compile(r"(\d+):([0-5]\d):([0-5]\d)")
MEMORY = re.compile(r"\d+[KMGT]")
WARNING = 60
"""Before the time limit a worker is asked to leave this early [s]."""


def _option(text: str, default: Any = None) -> Any:
    return field(default=default, metadata={"help": text})


@dataclass(frozen=True)
class Job:
    """What a cluster is asked for. None: the cluster's default."""

    name: str | None = _option("name of the job")
    partition: str | None = _option("partition or queue")
    account: str | None = _option("account or project")
    time: str | None = _option("time limit, H:MM:SS")
    memory: str | None = _option("memory of a node, such as 8G (SGE: of a slot)")
    gres: str | None = _option("generic resources, such as gpu:1 (Slurm)")
    nodes: int | None = _option("nodes of a simulation")
    throttle: int | None = _option("jobs of an array that run at a time")
    dependency: str | None = _option("what must end before, such as afterok:123")
    warning: int | None = _option(f"seconds before the time limit that a worker leaves; default {WARNING}")
    requeue: bool = _option("queue again after a dead node, and when the time was too short", True)
    module: tuple[str, ...] = _option("a module to load (may be repeated)", ())
    setup: tuple[str, ...] = _option("a line before the command (may be repeated)", ())
    option: tuple[str, ...] = _option("an option of the scheduler's, such as --constraint=amd (repeated)", ())


@dataclass(frozen=True)
class Task:
    """What a job is for. ranks: of a simulation. size: jobs of the array; None: a single job.

    folder: where it runs and its output goes.
    """

    command: tuple[str, ...]
    folder: Path
    output: Path
    ranks: int = 1
    size: int | None = None

    @property
    def here(self) -> str:
        """The folder, as a directive or the shell understands it."""
        return shlex.quote(str(self.folder))

    def printed(self, name: str = "") -> str:
        """Where output goes: a file, or a folder."""
        return shlex.quote(f"{self.output}/{name}")


Lines = Callable[[Job, Task], list[tuple[str, Any]]]


@dataclass(frozen=True)
class Scheduler:
    """prefix: of its directives. submit: the command that reads a script. lines: its directives.

    A directive is (text, value) and left out where the value is None or False.
    """

    prefix: str
    submit: tuple[str, ...]
    lines: Lines
    missing: tuple[str, ...] = ()
    """Settings that it has no directive for."""


def script(kind: str, job: Job, task: Task) -> str:
    """The text of a job script; a SpecError with every problem."""
    scheduler = SCHEDULERS[kind]
    problems = wrong(kind, job)
    if problems:
        raise SpecError(problems)
    directives = [
        text.format(value) for text, value in scheduler.lines(job, task) if value not in (None, False)
    ]
    rows = ["#!/bin/bash -l" if job.module else "#!/bin/bash"]
    rows += [f"{scheduler.prefix} {text}" for text in (*directives, *job.option)]
    rows += [f"module load {each}" for each in job.module]
    rows += [*job.setup, f"cd {task.here} || exit", f"exec {shlex.join(task.command)}"]
    return "\n".join(rows) + "\n"


def checked(kind: str, given: dict[str, Any]) -> Job:
    """A job from settings by name."""
    names = [each.name for each in fields(Job)]
    unknown = [
        Problem(f"job.{key}", f"unknown key. {did_you_mean(key, names)}") for key in given if key not in names
    ]
    if kind not in SCHEDULERS:
        unknown.append(Problem("scheduler", f"unknown: {kind!r}. {did_you_mean(kind, SCHEDULERS)}"))
    if unknown:
        raise SpecError(unknown)
    values: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in given.items()
    }
    job = Job(**values)
    problems = wrong(kind, job)
    if problems:
        raise SpecError(problems)
    return job


def wrong(kind: str, job: Job) -> list[Problem]:
    """What is wrong with the settings of a job."""
    found = [
        Problem(f"job.{name}", f"{kind} has no directive for it: give `option`, a directive of its own")
        for name in SCHEDULERS[kind].missing
        if getattr(job, name)
    ]
    if job.time is not None and not TIME.fullmatch(str(job.time)):
        found.append(Problem("job.time", f"{job.time!r}: expected H:MM:SS, such as 12:00:00"))
    if job.memory is not None and not MEMORY.fullmatch(str(job.memory)):
        found.append(
            Problem("job.memory", f"{job.memory!r}: expected a number with K, M, G or T, such as 8G")
        )
    for name in ("nodes", "throttle", "warning"):
        value = getattr(job, name)
        if value is not None and (not isinstance(value, int) or value < 1):
            found.append(Problem(f"job.{name}", "expected a whole number above 0"))
    for name in ("module", "setup", "option"):
        if not isinstance(getattr(job, name), tuple):
            found.append(Problem(f"job.{name}", "expected a list of lines"))
    for each in fields(Job):
        value = getattr(job, each.name)
        if any("\n" in str(line) for line in (value if isinstance(value, tuple) else [value])):
            found.append(Problem(f"job.{each.name}", "expected one line"))
    return found


def _slurm(job: Job, task: Task) -> list[tuple[str, Any]]:
    number = "%j" if task.size is None else "%A_%a"
    array = None if task.size is None else f"0-{task.size - 1}{f'%{job.throttle}' if job.throttle else ''}"
    return [
        ("--job-name={}", job.name),
        ("--chdir={}", task.here),
        ("--output={}", task.printed(f"{number}.out")),
        ("--open-mode=append", True),
        ("--array={}", array),
        ("--nodes={}", job.nodes),
        ("--ntasks={}", task.ranks),
        ("--time={}", job.time),
        ("--mem={}", job.memory),
        ("--gres={}", job.gres),
        ("--partition={}", job.partition),
        ("--account={}", job.account),
        ("--dependency={}", job.dependency),
        ("--kill-on-invalid-dep=yes", bool(job.dependency)),
        ("--requeue", job.requeue),
        ("--no-requeue", not job.requeue),
        # Without B: the signal goes to steps, and the worker is the batch script itself.
        ("--signal=B:USR1@{}", (job.warning or WARNING) if task.size else None),
    ]


def _pbs(job: Job, task: Task) -> list[tuple[str, Any]]:
    nodes, each = _chunks(job, task)
    memory = f":mem={job.memory.lower()}b" if job.memory else ""
    limit = f"%{job.throttle}" if job.throttle else ""
    return [
        ("-N {}", job.name),
        ("-S /bin/bash", True),
        ("-j oe", True),
        ("-o {}", task.printed()),
        ("-J {}", f"0-{task.size - 1}{limit}" if (task.size or 1) > 1 else None),  # type: ignore[operator]
        ("-l {}", f"select={nodes}:ncpus={each}:mpiprocs={each}{memory}"),
        ("-l walltime={}", job.time),
        ("-q {}", job.partition),
        ("-A {}", job.account),
        ("-W depend={}", job.dependency),
        ("-r {}", "y" if job.requeue else "n"),
    ]


def _torque(job: Job, task: Task) -> list[tuple[str, Any]]:
    nodes, each = _chunks(job, task)
    limit = f"%{job.throttle}" if job.throttle else ""
    return [
        ("-N {}", job.name),
        ("-S /bin/bash", True),
        ("-j oe", True),
        ("-o {}", task.printed()),
        ("-t {}", f"0-{task.size - 1}{limit}" if task.size else None),
        ("-l {}", f"nodes={nodes}:ppn={each}"),
        ("-l mem={}", f"{job.memory.lower()}b" if job.memory else None),
        ("-l walltime={}", job.time),
        ("-q {}", job.partition),
        ("-A {}", job.account),
        ("-W depend={}", job.dependency),
        ("-r {}", "y" if job.requeue else "n"),
    ]


def _sge(job: Job, task: Task) -> list[tuple[str, Any]]:
    return [
        ("-N {}", job.name),
        ("-S /bin/bash", True),
        ("-wd {}", task.here),
        ("-j y", True),
        ("-o {}", task.printed()),
        ("-t 1-{}", task.size),
        ("-tc {}", job.throttle if task.size else None),
        ("-pe smp {}", task.ranks if task.ranks > 1 else None),
        ("-l h_rt={}", job.time),
        ("-l h_vmem={}", job.memory),
        ("-q {}", job.partition),
        ("-P {}", job.account),
        ("-hold_jid {}", job.dependency),
        ("-r {}", "y" if job.requeue else "n"),
        ("-notify", True),  # SIGUSR2 before SIGKILL
    ]


def _lsf(job: Job, task: Task) -> list[tuple[str, Any]]:
    limit = f"%{job.throttle}" if job.throttle else ""
    array = f"[1-{task.size}]{limit}" if task.size else ""
    return [
        ('-J "{}"', f"{job.name or 'netspec'}{array}"),
        ("-cwd {}", task.here),
        ("-o {}", task.printed("%J_%I.out" if task.size else "%J.out")),
        ("-n {}", task.ranks),
        ('-R "span[ptile={}]"', math.ceil(task.ranks / job.nodes) if job.nodes else None),
        ("-W {}", _minutes(job.time)),
        ("-M {}", job.memory),
        ("-q {}", job.partition),
        ("-P {}", job.account),
        ('-w "{}"', job.dependency),
        ("-r", job.requeue),
        ("-wa USR1 -wt {}", math.ceil((job.warning or WARNING) / 60) if task.size else None),
    ]


def _chunks(job: Job, task: Task) -> tuple[int, int]:
    """Nodes, and ranks on each."""
    nodes = job.nodes or 1
    return nodes, math.ceil(task.ranks / nodes)


def _minutes(time: str | None) -> str | None:
    """H:MM, rounded up."""
    match = TIME.fullmatch(time or "")
    if match is None:
        return None
    hours, minutes, seconds = map(int, match.groups())
    total = 60 * hours + minutes + (seconds > 0)
    return f"{total // 60}:{total % 60:02}"


SCHEDULERS = {
    "slurm": Scheduler("#SBATCH", ("sbatch", "--parsable"), _slurm),
    "pbs": Scheduler("#PBS", ("qsub",), _pbs, ("gres", "warning")),
    "torque": Scheduler("#PBS", ("qsub",), _torque, ("gres", "warning")),
    "sge": Scheduler("#$", ("qsub", "-terse"), _sge, ("gres", "warning", "nodes")),
    "lsf": Scheduler("#BSUB", ("bsub",), _lsf, ("gres",)),
}
