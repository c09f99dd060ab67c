"""How far a study is: trials by state, the best so far, the time left; once, or as it changes."""

import datetime
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table

from netspec.batch.ledger import COMPLETE, Ledger

INTERVAL = 0.5
"""Between looks at the ledger [s]."""
FINISHED = ("COMPLETE", "PRUNED", "FAIL")
LATELY = 100
"""Trials whose mean duration says how long the others will take."""


def finished(ledger: Ledger) -> int:
    """How many trials have ended, well or not."""
    counts = ledger.counts()
    return sum(counts[state] for state in FINISHED)


def overview(ledger: Ledger) -> dict[str, str]:
    """What there is to say about a study, by what it is about."""
    counts, planned = ledger.counts(), ledger.planned()
    found = {"trials": f"{finished(ledger)} of {planned}"}
    for state, name in (("RUNNING", "running"), ("PRUNED", "ended early"), ("FAIL", "failed")):
        if counts[state]:
            found[name] = str(counts[state])
    front = ledger.best()
    if len(ledger.settings.objectives) > 1 and front:
        found["front"] = f"{len(front)} trials that none is better than in every objective"
    else:
        for trial in front:
            pairs = zip(ledger.settings.objectives, trial.values, strict=True)
            point = ", ".join(f"{label} = {_short(value)}" for label, value in ledger.point_of(trial).items())
            found["best"] = f"{', '.join(f'{name} = {_short(value)}' for name, value in pairs)} ({point})"
    left = seconds_left(ledger)
    if left is not None:
        found["time left"] = str(datetime.timedelta(seconds=round(left)))
    return found


def seconds_left(ledger: Ledger) -> float | None:
    """Until the last trial has ended [s], if trials take as long as lately; None if that is not known.

    Running trials are taken to be half done.
    """
    took = [trial.user_attrs["result"]["seconds"] for trial in ledger.trials(COMPLETE)[-LATELY:]]
    running = ledger.counts()["RUNNING"]
    if not took or not running:
        return None
    left = ledger.planned() - finished(ledger) - running / 2
    return float(left / running * sum(took) / len(took))


def watch(ledger: Ledger, console: Console, going: Callable[[], bool]) -> None:
    """Show a study on a terminal for as long as it is going, a function that waits a little and says so."""
    with Live(console=console, auto_refresh=False, transient=True) as live:
        again = True
        while again:
            if console.is_terminal:
                live.update(_picture(ledger), refresh=True)
            again = going()


def follow(ledger: Ledger) -> None:
    """Show a study that others run, until it is finished or the user has seen enough (Ctrl-C)."""

    def going() -> bool:
        time.sleep(INTERVAL)
        return finished(ledger) < ledger.planned()

    with suppress(KeyboardInterrupt):
        watch(ledger, Console(), going)


def _picture(ledger: Ledger) -> Group:
    """The state of a study: a bar, and a small table."""
    table = Table(box=None, show_header=False)
    for name, value in overview(ledger).items():
        table.add_row(name, value)
    return Group(ProgressBar(max(ledger.planned(), 1), finished(ledger), width=60), table)


def _short(value: Any) -> str:
    return f"{value:.5g}" if isinstance(value, float) else str(value)
