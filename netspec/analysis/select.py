"""Which cells and stimuli an `include` list names."""

import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netspec.errors import NetspecWarning, Problem, SpecError, did_you_mean
from netspec.plan import Plan
from netspec.spec.network import Network
from netspec.tables import Floats, Ints

GROUPS = ("all", "allCells", "allNetStims", "eachPop")
"""Words of an `include` list that are not the label of a population or stimulus."""


@dataclass(frozen=True)
class Selection:
    """positions: of the cells in plan.cells, ascending. stims: labels of stimulus sources."""

    positions: Ints
    stims: tuple[str, ...] = ()


def select(plan: Plan, include: Sequence[Any], path: str = "include") -> Selection:
    """The union of what an `include` list names; an unknown label is an error (not strict: a warning)."""
    network = plan.model.spec.network
    problems = unknown(network, include, path)
    if problems and plan.model.spec.simulation.strict:
        raise SpecError(problems)
    for problem in problems:
        warnings.warn(str(problem), NetspecWarning, stacklevel=2)
    cells = plan.cells
    chosen = np.zeros(len(cells), bool)
    stims: dict[str, None] = {}
    for item in _flat(include):
        match item:
            case "all" | "allCells" | "eachPop":
                chosen[:] = True
            case str() if item in network.sources:
                stims[item] = None
            case str() if item in network.populations:
                chosen |= _of_population(plan, item)
            case int() | np.integer():
                chosen |= cells.gids == item
            case [str() as label, indices]:
                wanted = np.isin(cells.table["index"], np.atleast_1d(indices))
                chosen |= _of_population(plan, label) & wanted
        if item in ("all", "allNetStims"):
            stims |= dict.fromkeys(netstims(network))
    return Selection(np.flatnonzero(chosen), tuple(stims))


def items(plan: Plan, include: Iterable[Any]) -> dict[str, list[Any]]:
    """What each item of an `include` list is, by label. 'eachPop': all populations, at the end.

    A list of populations is one item.
    """
    wanted = [item for item in include if item != "eachPop"]
    if "eachPop" in include:
        wanted += [pop.label for pop in plan.cells.populations if pop.label not in wanted]
    return {_label(item): [item] for item in wanted}


def _label(item: Any) -> str:
    if _is_indexed(item):
        return f"{item[0]} {item[1]}"
    return ", ".join(map(str, item)) if isinstance(item, list | tuple) else str(item)


def netstims(network: Network) -> list[str]:
    """Labels of the stimulus sources that make spikes."""
    return [label for label, source in network.sources.items() if source.type == "NetStim"]


def unknown(network: Network, include: Any, path: str) -> list[Problem]:
    """What is wrong with an `include` list, with the path of each item."""
    if isinstance(include, str) or not isinstance(include, Iterable):
        return [Problem(path, f"expected a list of populations, stimuli or gids, got {include!r}.")]
    known = [*network.populations, *network.sources, *GROUPS]
    problems = []
    for position, item in enumerate(include):
        for name in _names(item):
            if name not in known:
                message = f"no population or stimulus is called {name!r}. {did_you_mean(name, known)}"
                problems.append(Problem(f"{path}[{position}]", message))
    return problems


def numeric_tag(plan: Plan, positions: Ints, name: str) -> Floats | None:
    """Values of a tag of some cells as numbers, or None where one of them has none."""
    values = plan.cells.tag(name)
    if values is None or not all(isinstance(v, int | float | np.number) for v in values[positions]):
        return None
    return values[positions].astype(float)


def _of_population(plan: Plan, label: str) -> NDArray[np.bool_]:
    codes = [code for code, pop in enumerate(plan.cells.populations) if pop.label == label]
    return np.isin(plan.cells.table["population"], codes)


def _is_indexed(item: Any) -> bool:
    """Whether an item is (population, index) or (population, [indices])."""
    return (
        isinstance(item, list | tuple)
        and len(item) == 2
        and isinstance(item[0], str)
        and isinstance(item[1], int | list)
    )


def _flat(include: Iterable[Any]) -> Iterable[Any]:
    """Items of an include list; nested lists of labels and gids are unions."""
    for item in include:
        if isinstance(item, list | tuple) and not _is_indexed(item):
            yield from item
        else:
            yield item


def _names(item: Any) -> list[str]:
    """Labels that an item mentions."""
    if isinstance(item, str):
        return [item]
    if _is_indexed(item):
        return [item[0]]
    return [part for part in item if isinstance(part, str)] if isinstance(item, list | tuple) else []
