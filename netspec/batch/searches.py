"""Which searches there are: name -> Optuna's sampler; and what ends hopeless trials."""

import runpy
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from netspec.errors import NetspecError, StateError, did_you_mean

Maker = TypeVar("Maker", bound=Callable[..., Any])
ENQUEUED = ("grid", "list")
"""Searches whose points are all known from the beginning."""
SAMPLERS = {
    "random": "RandomSampler",
    "qmc": "QMCSampler",
    "tpe": "TPESampler",
    "cmaes": "CmaEsSampler",
    "nsga2": "NSGAIISampler",
    "nsga3": "NSGAIIISampler",
}
PRUNERS = {
    "median": "MedianPruner",
    "percentile": "PercentilePruner",
    "halving": "SuccessiveHalvingPruner",
    "hyperband": "HyperbandPruner",
    "threshold": "ThresholdPruner",
    "patient": "PatientPruner",
}
OWN: dict[str, Callable[..., Any]] = {}


def known() -> list[str]:
    """Names of searches by a sampler."""
    return [*SAMPLERS, *OWN]


def search(name: str) -> Callable[[Maker], Maker]:
    """Register a function (seed, its options) -> an Optuna sampler as a search."""

    def register(maker: Maker) -> Maker:
        OWN[name] = maker
        return maker

    return register


def library() -> Any:
    """Optuna, with its own messages off."""
    try:
        import optuna
    except ImportError as error:
        raise StateError("batches need Optuna: pip install 'netspec[batch]'") from error
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    return optuna


def sampler(name: str, seed: int | None, options: Mapping[str, Any]) -> Any:
    """The sampler of a search. name: of a registered one, or 'file.py:function'."""
    optuna = library()
    arguments = {"seed": seed, **options}
    if name in ENQUEUED:
        return optuna.samplers.RandomSampler()
    if ":" in name:
        path, _, function = name.rpartition(":")
        return own_function(Path(path), function)(**arguments)
    if name in OWN:
        return OWN[name](**arguments)
    if name == "qmc":
        arguments.setdefault("scramble", True)
        arguments.setdefault("warn_independent_sampling", False)
    try:
        with warnings.catch_warnings(action="ignore", category=optuna.exceptions.ExperimentalWarning):
            return getattr(optuna.samplers, SAMPLERS[name])(**arguments)
    except TypeError as error:
        raise StateError(f"options of the search {name!r}: {error}") from error


def pruner(name: str | None, options: Mapping[str, Any]) -> Any:
    """What decides which trials are hopeless."""
    optuna = library()
    if name is None:
        return optuna.pruners.NopPruner()
    with warnings.catch_warnings(action="ignore", category=optuna.exceptions.ExperimentalWarning):
        return getattr(optuna.pruners, PRUNERS[name])(**options)


def own_function(path: Path, name: str) -> Callable[..., Any]:
    """A function of a Python file."""
    found = runpy.run_path(str(path))
    if not callable(found.get(name)):
        names = [each for each, value in found.items() if callable(value) and each[0] != "_"]
        raise NetspecError(f"{path}: no function {name!r}. {did_you_mean(name, names)}")
    function: Callable[..., Any] = found[name]
    return function
