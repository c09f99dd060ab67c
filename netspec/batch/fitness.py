"""How good a trial is: the user's function of its Results or of its files."""

import inspect
import json
import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from netspec.batch import searches, settings, trial
from netspec.errors import FileError, StateError
from netspec.formats.files import whole

if TYPE_CHECKING:
    from netspec.batch.ledger import Ledger
    from netspec.session.containers import Dict

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
    """The function of a trial's folder; one whose argument is called `results` gets the trial's Results.

    One with `simData` gets what the simulation saved under this name.
    """
    load = LOADED.get(next(iter(inspect.signature(function).parameters), ""))
    return function if load is None else lambda folder: function(load(folder))


def results_of(folder: Path) -> Any:
    """The Results that a trial handed in or saved."""
    from netspec.session import loading

    path = folder / trial.RESULTS
    if not path.is_file():
        path = saved(folder)
    if not path.is_file():
        raise StateError("the script handed in no results: netspec.batch.result(results)")
    return loading.any_results(path)


def saved(folder: Path) -> Path:
    """The file that the simulation of a trial has saved; if there is none, where it would be."""
    told = json.loads((folder / trial.SETTINGS).read_text(encoding="utf-8"))
    start = os.path.join(told["save_folder"], told["label"])
    files = [Path(f"{start}{end}{suffix}") for end in ("_data", "") for suffix in (".pkl", ".json", ".h5")]
    return next((path for path in files if path.is_file()), files[1])


def simulation_data(folder: Path) -> "Dict":
    """What the simulation of a trial saved as simData."""
    from netspec.formats import json as json_files
    from netspec.formats import pickle as pickle_files
    from netspec.session.containers import Dict

    path = saved(folder)
    if path.suffix != ".h5" and path.is_file():
        return Dict((pickle_files if path.suffix == ".pkl" else json_files).load(path)["simData"])
    raise FileError(f"{path}: the simulation saved nothing; set cfg.saveJson or cfg.savePickle")


LOADED = {"results": results_of, "simData": simulation_data}
