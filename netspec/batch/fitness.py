"""How good a trial is: the user's function of its Results or of its files."""

import inspect
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from netspec.batch import searches, settings, trial
from netspec.errors import StateError
from netspec.formats.files import whole

if TYPE_CHECKING:
    from netspec.batch.ledger import Ledger

KEPT = "fitness.pkl"
"""A study's file with a fitness that is in no file, for workers elsewhere."""


def score(ledger: "Ledger") -> Callable[[Path], Any] | None:
    """The function of a trial's folder that the settings name; None if the script hands in everything."""
    named = ledger.settings.fitness
    if named is None:
        return None
    if named.startswith("<"):
        if (ledger.folder / KEPT).is_file():
            made: Callable[[Path], Any] = pickle.loads((ledger.folder / KEPT).read_bytes())
            return made
        raise StateError(
            f"the fitness {named} is in no file that a worker could read: run its script again to continue"
        )
    path, _, name = named.rpartition(":")
    return of_folder(searches.own_function(settings.located(ledger.folder, path), name))


def keep(function: Callable[[Path], Any], folder: Path) -> None:
    """Write a function of a trial's folder down, with all that it needs from its script."""
    try:
        import cloudpickle
    except ImportError as error:
        raise StateError("this needs cloudpickle: pip install 'netspec[batch]'") from error
    with whole(folder / KEPT) as part:
        part.write_bytes(cloudpickle.dumps(function))


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
