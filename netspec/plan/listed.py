"""Parameters that a rule with a connList gives entry by entry."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netspec.errors import Problem, SpecError
from netspec.spec.network import ConnectionRule

EACH = {"weight": "weight", "delay": "delay", "loc": "loc", "sec": "sec"}
"""Parameters that are lists of one element per entry, if they are lists."""


@dataclass(frozen=True)
class Group:
    """Entries whose parameters have the same form, and those parameters: one for all, or one row per entry.

    rows: (entries,) positions in the list of connections.
    """

    rows: NDArray[np.int64]
    values: Mapping[str, Any]


def entry_groups(rule: ConnectionRule, path: str, entries: NDArray[np.int64]) -> list[Group]:
    """The connections made from these entries of connList, grouped by the form of their parameters."""
    fields = {name: field for name, field in EACH.items() if name != "sec" or not rule.same_sections}
    every = {name: _list(getattr(rule, field), rule, f"{path}.{name}") for name, field in fields.items()}
    every = {name: value for name, value in every.items() if value is not None}
    forms: dict[Any, int] = {}
    number = np.empty(len(entries), np.int64)
    for row, entry in enumerate(entries.tolist() if every else []):
        form = tuple(repr(v[entry]) if name == "sec" else _key(v[entry]) for name, v in every.items())
        number[row] = forms.setdefault(form, len(forms))
    if not every:
        return [Group(np.arange(len(entries)), {})]
    return [_group(np.flatnonzero(number == k), every, entries) for k in range(len(forms))]


def _list(value: Any, rule: ConnectionRule, path: str) -> Any:
    """The value if it has one element per entry, None if it holds for all."""
    if not isinstance(value, list | tuple | np.ndarray):
        return None
    if len(value) != len(rule.conn_list):
        message = f"has {len(value)} elements for {len(rule.conn_list)} entries of connList."
        raise SpecError([Problem(path, message)])
    return value


def _key(value: Any) -> Any:
    form = _form(value)
    return repr(value) if _ragged(form) else form


def _form(value: Any) -> Any:
    """The shape of nested lists; entries of one form fit an array."""
    if value is None:
        return None
    return tuple(map(_form, value)) if isinstance(value, list | tuple | np.ndarray) else 1


def _group(rows: NDArray[np.int64], every: Mapping[str, Any], entries: NDArray[np.int64]) -> Group:
    values: dict[str, Any] = {}
    for name, value in every.items():
        mine = [value[entry] for entry in entries[rows]]
        if name == "sec" or mine[0] is None or _ragged(_form(mine[0])):
            values[name] = mine[0]
        else:
            values[name] = np.array(mine, float)
    return Group(rows, values)


def _ragged(form: Any) -> bool:
    """Whether lists inside differ in length, so that no array holds them."""
    return isinstance(form, tuple) and (len(set(form)) > 1 or any(_ragged(part) for part in form))
