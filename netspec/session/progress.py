"""Progress bars while the network is planned and while it runs: on a terminal only, drawn by rank 0."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from netspec.model import Model

STEPS = 100
"""How often the bar moves during a run."""


def wanted(cfg: Any, ranks: Any, talks: bool) -> bool:
    """Whether there is a bar of the run. The same on all ranks, since all have to stop for it. Collective.

    Not with a variable time step: stops would change its steps, and so the results. Not under CoreNEURON,
    where every stop costs as much as many steps.
    """
    stepless = not cfg.get("coreneuron") and not cfg.get("cvode_active") and not cfg.get("use_local_dt")
    return bool(ranks.bcast(_watched(cfg, talks))) and stepless


def _watched(cfg: Any, talks: bool) -> bool:
    """Whether somebody watches. A launcher may give a process a terminal of its own for stdout alone."""
    terminal = sys.stdout.isatty() and sys.stderr.isatty()
    return talks and bool(cfg.get("progressBar")) and not cfg.get("verbose") and terminal


@contextmanager
def of_run(cfg: Any, ranks: Any, talks: bool) -> Iterator[list[Any]]:
    """What a run is to call so that a bar moves, where there is one. Collective."""
    if not wanted(cfg, ranks, talks):
        yield []
        return
    from netspec.neuron.every import Every

    duration = float(cfg.duration)
    with bar(duration, "ms", ranks.rank == 0) as show:
        yield [Every(duration / STEPS, show)]


@contextmanager
def rules(model: Model, cfg: Any, ranks: Any, talks: bool) -> Iterator[Callable[[int], None]]:
    """A function that says how many connection rules are planned."""
    seen = ranks.rank == 0 and _watched(cfg, talks)
    with bar(len(model.rules), "rules", seen) as tell:
        yield tell


@contextmanager
def bar(total: float, unit: str, seen: bool) -> Iterator[Callable[[float], None]]:
    """A function that says how much is done; the bar goes when the block ends. seen: whether there is one."""
    if not seen:
        yield lambda done: None
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    text = f"  {{task.completed:.0f}} of {{task.total:.0f}} {unit}"
    with Progress(TextColumn(text), BarColumn(), TimeRemainingColumn(), transient=True) as progress:
        task = progress.add_task(unit, total=total)
        yield lambda done: progress.update(task, completed=done)
