"""Workers of a study on this machine, no more than the cores have room for, and how far they are."""

import multiprocessing
import os
import time
from collections.abc import Callable, Sequence
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from typing import Any

from rich.console import Console

from netspec.batch import progress, worker
from netspec.batch.ledger import Ledger
from netspec.errors import NetspecError, ParallelError

PAUSE = 2.0
"""Between looks at a study that others run [s]."""
SHOWN = 5
"""Failed trials whose lines are printed."""


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
    left = max(1, min(workers, ledger.planned() - progress.finished(ledger)))
    started = [context.Process(target=_work, args=(ledger.folder, fitness)) for _ in range(left)]
    for process in started:
        process.start()
    console = Console(stderr=True, quiet=quiet)

    def going() -> bool:
        alive = [process.sentinel for process in started if process.is_alive()]
        if alive:
            wait(alive, progress.INTERVAL)
        return bool(alive)

    try:
        progress.watch(ledger, console, going)
    finally:
        _end(started)
    return ended(ledger, console, started)


def wait_for(ledger: Ledger, alive: Callable[[], bool], quiet: bool = False) -> bool:
    """Whether every trial ended well, once all are finished or `alive` says that nobody runs them."""
    console = Console(stderr=True, quiet=quiet)

    def going() -> bool:
        time.sleep(PAUSE)
        return progress.finished(ledger) < ledger.planned() and alive()

    progress.watch(ledger, console, going)
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


def ended(ledger: Ledger, console: Console, started: Sequence[BaseProcess]) -> bool:
    """Whether all trials of a study ended well; what did not is said."""
    failed = ledger.failed()
    left = ledger.planned() - progress.finished(ledger)
    for name, value in progress.overview(ledger).items():
        console.print(f"{name}: {value}", highlight=False, markup=False, soft_wrap=True)
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
