"""Which cells a selector means: 'all', a gid, a population, or (population, index or indices)."""

import warnings
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netspec.errors import NetspecWarning, Problem, SpecError, did_you_mean
from netspec.plan.cells import Cells

EVERYONE = ("all", "allCells")


def select(selectors: Iterable[Any], cells: Cells, path: str, strict: bool = True) -> NDArray[np.int64]:
    """Positions of the selected cells of the whole network, ascending: (k,).

    SpecError for what does not exist; without `strict`, a warning.
    """
    chosen = np.zeros(len(cells), bool)
    problems = []
    for number, selector in enumerate(selectors):
        try:
            chosen[_positions(selector, cells)] = True
        except LookupError as error:
            problems.append(Problem(f"{path}[{number}]", str(error.args[0])))
    if problems and strict:
        raise SpecError(problems)
    for problem in problems:
        warnings.warn(str(problem), NetspecWarning, stacklevel=2)
    return np.flatnonzero(chosen)


def _positions(selector: Any, cells: Cells) -> NDArray[np.int64]:
    match selector:
        case str() if selector in EVERYONE:
            return np.arange(len(cells))
        case str():
            return _population(selector, cells)
        case bool():
            raise LookupError(f"expected a gid, a population or (population, index), got {selector!r}.")
        case int() | np.integer():
            return _gid(int(selector), cells)
        case (str() as label, indices) if not isinstance(indices, str):
            return _members(label, indices, cells)
        case list() | tuple():
            return np.concatenate([np.empty(0, np.int64), *(_positions(item, cells) for item in selector)])
    raise LookupError(f"expected a gid, a population or (population, index), got {selector!r}.")


def _gid(gid: int, cells: Cells) -> NDArray[np.int64]:
    found = np.flatnonzero(cells.gids == gid)
    if not len(found):
        last = cells.gids[-1] if len(cells) else "none"
        raise LookupError(f"there is no cell with gid {gid}; the last gid is {last}.")
    return found


def _population(label: str, cells: Cells) -> NDArray[np.int64]:
    labels = [population.label for population in cells.populations]
    if label not in labels:
        raise LookupError(f"there is no population {label!r}. {did_you_mean(label, labels)}")
    return np.flatnonzero(cells.table["population"] == labels.index(label))


def _members(label: str, indices: Any, cells: Cells) -> NDArray[np.int64]:
    members = _population(label, cells)
    wanted = np.atleast_1d(np.asarray(indices, np.int64))
    outside = wanted[(wanted < 0) | (wanted >= len(members))]
    if len(outside):
        raise LookupError(f"population {label!r} has {len(members)} cells; there is no index {outside[0]}.")
    return members[wanted]
