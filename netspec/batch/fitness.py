"""How good a trial is: the user's function of its Results or of its files."""

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from netspec.batch import searches, settings, trial
from netspec.errors import StateError

if TYPE_CHECKING:
    from netspec.batch.ledger import Ledger


def score(ledger: "Ledger") -> Callable[[Path], Any] | None:
    """The function of a trial's folder that the settings name; None if the script hands in everything."""
    named = ledger.settings.fitness
    if named is None:
        return None
    if named.startswith("<"):
        raise StateError(
            f"the fitness {named} is in no file that a worker could read: run its script again to continue"
        )
    path, _, name = named.rpartition(":")
    return of_folder(searches.own_function(settings.located(ledger.folder, path), name))


def of_folder(function: Callable[..., Any]) -> Callable[[Path], Any]:
    """The function of a trial's folder; one whose argument is called `results` gets the trial's Results."""
    if next(iter(inspect.signature(function).parameters), "") != "results":
        return function

    def scored(folder: Path) -> Any:
        from netspec import load

        path = folder / trial.RESULTS
        if not path.is_file():
            raise StateError("the script handed in no results: netspec.batch.result(results)")
        return function(load(path))

    return scored
