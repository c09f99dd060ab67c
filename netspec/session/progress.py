"""A progress bar while the network runs: on a terminal only, drawn by rank 0."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

STEPS = 100
"""How often the bar moves during a run."""


def wanted(cfg: Any, ranks: Any, talks: bool) -> bool:
    """Whether there is a bar. The same on all ranks, since all have to stop for it. Collective.

    Not with a variable time step: stops would change its steps, and so the results.
    """
    here = talks and bool(cfg.get("progressBar")) and not cfg.get("verbose") and _on_terminal()
    stepless = not cfg.get("cvode_active") and not cfg.get("use_local_dt")
    return bool(ranks.bcast(here)) and stepless


def _on_terminal() -> bool:
    """Whether somebody watches. A launcher may give a process a terminal of its own for stdout alone."""
    return sys.stdout.isatty() and sys.stderr.isatty()


@contextmanager
def bar(duration: float, rank: int) -> Iterator[Callable[[float], None]]:
    """A function that says how far the run is [ms]; the bar is gone when the block ends."""
    if rank != 0:
        yield lambda now: None
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = TextColumn("  {task.completed:.0f} of {task.total:.0f} ms"), BarColumn(), TimeRemainingColumn()
    with Progress(*columns, transient=True) as progress:
        task = progress.add_task("run", total=duration)
        yield lambda now: progress.update(task, completed=now)
