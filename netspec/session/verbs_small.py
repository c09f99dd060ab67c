"""NetPyNE's small verbs: cells by gid, clocks, memory, the end."""

import sys
from typing import Any

from netspec import __version__
from netspec.session.current import current


def cellByGid(gid: int) -> Any:
    """The cell, None if it is not on this rank."""
    return current.network_view().cell_of(gid)


def getCellsList(include: Any, returnGids: bool = False) -> list[Any]:
    """Cells of this rank (or their gids) that selectors mean."""
    from netspec.session import helpers

    return helpers.selected(current, include, returnGids)


def timing(mode: str, processName: str) -> None:
    """Start or stop a clock of sim.timingData."""
    current.timing(mode, processName)


def version(show: bool = True) -> str:
    """Version of netspec."""
    if show:
        current.say(f"NetSpec version {__version__}")
    return __version__


def gitChangeset(show: bool = True) -> str:
    """Nothing; netspec is installed, not checked out."""
    return ""


def checkMemory() -> float:
    """Largest memory of this process so far [MB]."""
    from netspec.session import helpers

    used = helpers.peak_memory()
    print(f"Memory of rank {current.ranks.rank if current.ranks else 0}: {used:0.1f} MB")
    return used


def clearAll() -> None:
    """Forget the network, its results and NEURON's objects."""
    current.clear()


def close(message: str | None = None, clear: bool = True) -> None:
    """End the script."""
    if message is not None:
        current.say(message)
    if clear:
        current.clear()
    sys.exit()


def send(data: Any = None, *args: Any, **kwargs: Any) -> None:
    """Hand in what came out (a mapping, a Series or JSON) to the batch; nothing by itself."""
    from netspec.batch import trial

    trial.result(data)


def calculateLFP() -> None:
    """Nothing: signals are sampled while the network runs."""


def calculateDipole() -> None:
    """Nothing: signals are sampled while the network runs."""
