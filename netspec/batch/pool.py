"""Workers of a study on this machine, no more than the cores have room for, and how far they are."""

import multiprocessing
import os
import time
from collections.abc import Callable, Sequence
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from typing import Any

from rich.console import Console
from rich.live import Live
from rich.table import Table

from netspec.batch import worker
from netspec.batch.ledger import Ledger
from netspec.errors import NetspecError, ParallelError

INTERVAL = 0.5
"""Between looks at the ledger [s]."""
PAUSE = 2.0
"""Between looks at a study that others run [s]."""
SHOWN = 5
"""Failed trials whose lines are printed."""
FINISHED = ("COMPLETE", "PRUNED", "FAIL")


def room(ranks: int, workers: int | None, cores: int | None, oversubscribe: bool = False) -> int:
    """How many workers to start; a ParallelError if they need more cores than there are, unless meant."""
    if (workers is not None and workers < 1) or (cores is not None and cores < 1):
        raise ParallelError("workers and cores are whole numbers above 0")
    cores = cores or len(
        os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else range(os.cpu_count() or 1)
    )
    wanted = max(1, cores // ranks) if workers is None else workers
    if wanted * ranks > cores and not oversubscribe:
        raise ParallelError(
            f"{wanted} simulation{'s' * (wanted > 1)} at a time on {ranks} rank{'s' * (ranks > 1)} each are "
            f"more than {cores} cores: take fewer, or say that it is meant (--oversubscribe)"
        )
    return wanted


def run(ledger: Ledger, workers: int, fitness: Callable[..., Any] | None, quiet: bool = False) -> bool:
    """Whether every trial ended well, after workers have run what was left."""
    context = multiprocessing.get_context(
        "fork"
    )  # a fitness may be any function, and nothing is imported again
    left = max(1, min(workers, ledger.planned() - finished(ledger)))
    started = [context.Process(target=_work, args=(ledger.folder, fitness)) for _ in range(left)]
    for process in started:
        process.start()
    console = Console(stderr=True, quiet=quiet)
    began, before = time.monotonic(), finished(ledger)
    try:
        with Live(console=console, auto_refresh=False, transient=True) as live:
            while any(process.is_alive() for process in started):
                wait([process.sentinel for process in started if process.is_alive()], INTERVAL)
                if console.is_terminal:
                    live.update(_picture(ledger, time.monotonic() - began, before), refresh=True)
    finally:
        _end(started)
    return ended(ledger, console, started)


def wait_for(ledger: Ledger, alive: Callable[[], bool], quiet: bool = False) -> bool:
    """Whether every trial ended well, once all are finished or `alive` says that nobody runs them."""
    console = Console(stderr=True, quiet=quiet)
    began, before = time.monotonic(), finished(ledger)
    with Live(console=console, auto_refresh=False, transient=True) as live:
        while finished(ledger) < ledger.planned() and alive():
            time.sleep(PAUSE)
            if console.is_terminal:
                live.update(_picture(ledger, time.monotonic() - began, before), refresh=True)
    return ended(ledger, console, [])


def _work(folder: Any, fitness: Callable[..., Any] | None) -> None:
    worker.end_with_parent()
    try:
        worker.work(folder, fitness)
    except NetspecError as error:
        raise SystemExit(str(error)) from error


def _end(started: Sequence[BaseProcess]) -> None:
    for process in started:
        if process.is_alive():
            process.terminate()
    for process in started:
        process.join()


def finished(ledger: Ledger) -> int:
    """How many trials are."""
    counts = ledger.counts()
    return sum(counts[state] for state in FINISHED)


def _picture(ledger: Ledger, seconds: float, before: int) -> Table:
    """The state of a study as a small table."""
    table = Table(box=None)
    for name, value in overview(ledger, seconds, before).items():
        table.add_row(name, value)
    return table


def overview(ledger: Ledger, seconds: float = 0.0, before: int = 0) -> dict[str, str]:
    """What there is to say about a study: trials by state, the best so far, the time left."""
    counts, planned = ledger.counts(), ledger.planned()
    found = {"trials": f"{finished(ledger)} of {planned}"}
    for state, name in (("RUNNING", "running"), ("PRUNED", "ended early"), ("FAIL", "failed")):
        if counts[state]:
            found[name] = str(counts[state])
    for trial in ledger.best()[:1]:
        pairs = zip(ledger.settings.objectives, trial.values, strict=True)
        point = ", ".join(f"{label} = {_short(value)}" for label, value in ledger.point_of(trial).items())
        found["best"] = f"{', '.join(f'{name} = {_short(value)}' for name, value in pairs)} ({point})"
    done = finished(ledger) - before
    if done and seconds:
        found["time left"] = f"{seconds / done * (planned - before - done):.0f} s"
    return found


def _short(value: Any) -> str:
    return f"{value:.5g}" if isinstance(value, float) else str(value)


def ended(ledger: Ledger, console: Console, started: Sequence[BaseProcess]) -> bool:
    """Whether all trials of a study ended well; what did not is said."""
    failed = ledger.failed()
    left = ledger.planned() - finished(ledger)
    for name, value in overview(ledger).items():
        console.print(f"{name}: {value}", highlight=False, markup=False)
    for trial in failed[:SHOWN]:
        lines = [
            f"trial {trial.number} failed ({ledger.folder_of(trial.number)}):",
            *trial.user_attrs.get("error", []),
        ]
        console.print("\n    ".join(lines), highlight=False, markup=False, soft_wrap=True)
    if len(failed) > SHOWN:
        console.print(f"... and {len(failed) - SHOWN} more failed")
    for process in started:
        if process.exitcode:
            console.print(f"a worker ended with status {process.exitcode}")
    if left:
        console.print(f"{left} trials are not finished: netspec batch resume {ledger.folder}", markup=False)
    return not failed and not left
