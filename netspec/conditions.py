"""Which cells meet conditions such as {'pop': ['A', 'B'], 'ynorm': [0.2, 0.4]}."""

from collections.abc import Callable, Mapping
from numbers import Real
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

COORDINATES = ("x", "y", "z", "xnorm", "ynorm", "znorm")


class Tagged(Protocol):
    """Cells with tags."""

    @property
    def gids(self) -> NDArray[np.int64]:
        """Identifiers: (n,)."""

    def tag(self, name: str) -> NDArray[Any] | None:
        """Value for every cell: (n,), None where a cell lacks it; None if no cell has it."""

    def __len__(self) -> int: ...


def mask(conds: Mapping[str, Any], cells: Tagged, *, closed: bool) -> NDArray[np.bool_]:
    """Which cells meet all conditions: (n,).

    closed: the test of cell rules, where two numbers are a closed interval of any tag. Else the test of
    connections and stimuli, where they are a half-open interval of a coordinate but values of anything else.
    NetPyNE matches nothing for tuples, and in connections nothing for 'gid' and for tags that are lists;
    here these work.
    """
    result = np.ones(len(cells), bool)
    for name, wanted in conds.items():
        result &= _one(name, wanted, cells, closed)
    return result


def _one(name: str, wanted: Any, cells: Tagged, closed: bool) -> NDArray[np.bool_]:
    values = cells.gids if name == "gid" else cells.tag(name)
    if values is None:
        return np.full(len(cells), wanted is None)
    if isinstance(wanted, np.ndarray | range | set | frozenset):
        wanted = list(wanted)
    if not isinstance(wanted, list | tuple):
        return _match(values, lambda value: bool(value == wanted), [wanted])
    numbers = len(wanted) >= 2 and all(isinstance(item, Real) for item in wanted[:2])
    if numbers and name != "gid" and (closed or name in COORDINATES):
        return _between(values, wanted[0], wanted[1], closed)
    return _match(values, lambda value: value in wanted, list(wanted))


def _between(values: NDArray[Any], low: Any, high: Any, closed: bool) -> NDArray[np.bool_]:
    if values.dtype.kind in "fiu":
        return np.asarray((values >= low) & ((values <= high) if closed else (values < high)), bool)
    inside: Callable[[Any], bool] = (lambda v: low <= v <= high) if closed else (lambda v: low <= v < high)
    return _each(values, lambda value: isinstance(value, Real) and bool(inside(value)))


def _match(values: NDArray[Any], accept: Callable[[Any], bool], wanted: list[Any]) -> NDArray[np.bool_]:
    """Rows whose value is accepted; a list-valued tag is accepted if one of its items is wanted."""
    if values.dtype.kind in "fiu":
        return np.isin(values, np.array([item for item in wanted if isinstance(item, Real)], float))

    def test(value: Any) -> bool:
        """Whether a value, or one of several, is accepted."""
        if isinstance(value, list | tuple):
            return accept(value) or any(item in value for item in wanted)
        return accept(value)

    return _each(values, test)


def _each(values: NDArray[Any], test: Callable[[Any], bool]) -> NDArray[np.bool_]:
    """The test of every value; once per distinct value where that is possible."""
    items = values.tolist()
    try:
        known = {value: test(value) for value in set(items)}
    except TypeError:  # a tag that is a list
        return np.fromiter(map(test, items), bool, len(items))
    return np.fromiter(map(known.__getitem__, items), bool, len(items))
