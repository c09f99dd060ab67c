"""Which cells, connections, stimuli and synapses a change reaches: its conditions as masks over tables.

Conditions are tested as those of cell rules: two numbers are a closed interval.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netspec.conditions import mask
from netspec.errors import Problem, did_you_mean
from netspec.model import Names
from netspec.plan import InputBlock, Plan, SynapseChange
from netspec.plan.cells import Cells
from netspec.tables import Table

Mask = NDArray[np.bool_]
Conds = Mapping[str, Any]

CONNECTION_KEYS = (
    "preGid", "postGid", "gid", "preLabel", "label", "sec", "loc", "synMech", "weight", "delay",
)  # fmt: skip
STIMULUS_KEYS = ("label", "source", "type", "sec", "loc")
SYNAPSE_KEYS = ("label", "mod", "sec", "loc")
TAGS = ("gid", "pop", "cellType", "cellModel", "label", "fraction", "x", "y", "z", "xnorm", "ynorm", "znorm")


@dataclass(frozen=True)
class _Columns:
    """Columns as conditions see them."""

    columns: Mapping[str, NDArray[Any]]
    gids: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.gids)

    def tag(self, name: str) -> NDArray[Any] | None:
        return self.columns.get(name)


def columns(count: int, **named: Any) -> _Columns:
    """Lists of texts, as conditions see them."""
    return _Columns({k: np.array(v, object) for k, v in named.items()}, np.zeros(count, np.int64))


def cells(conds: Conds, everyone: Cells) -> Mask:
    """Which cells of the whole network meet conditions: (cells,)."""
    return mask(conds, everyone, closed=True)


def connections(plan: Plan, conds: Conds, pre: Conds, post: Conds) -> Mask:
    """Which rows of the connections: (rows,). pre, post: conditions on the cells at both ends."""
    rows, model = plan.connections, plan.model
    found = np.ones(len(rows), bool)
    named = {
        "label": (model.rules, rows["rule"]),
        "sec": (model.sections, rows["section"]),
        "synMech": (model.synapses, rows["synapse"]),
        "preLabel": (Names(()), np.full(len(rows), -1)),
    }
    numbers = {
        "preGid": rows["pre"],
        "loc": rows["location"],
        **{name: rows[name] for name in ("weight", "delay")},
    }
    found &= _meet(conds, named, numbers, rows["post"])
    for end, wanted in (("pre", pre), ("post", post)):
        if wanted:
            found &= cells(wanted, plan.cells)[plan.cells.positions(rows[end])]
    return found


def stimulus_connections(plan: Plan, block: InputBlock, conds: Conds, pre: Conds, post: Conds) -> Mask:
    """Which rows of a block of NetStims, as connections. None meets conditions on a presynaptic cell."""
    rows = block.rows
    if "synapse" not in rows or pre:
        return np.zeros(len(rows), bool)
    named = {
        **_places(plan, rows),
        "label": _only(None, rows),
        "preGid": _only("NetStim", rows),
        "preLabel": _only(block.source, rows),
    }
    numbers = {"loc": rows["location"], **{name: rows[name] for name in ("weight", "delay")}}
    return _meet(conds, named, numbers, rows["gid"]) & _of_cells(plan, rows["gid"], post)


def stimuli(plan: Plan, block: InputBlock, conds: Conds, cell_conds: Conds) -> Mask:
    """Which rows of a block of stimuli: (rows,)."""
    rows = block.rows
    named = {
        **_places(plan, rows),
        "label": _only(block.target, rows),
        "source": _only(block.source, rows),
        "type": _only("NetStim" if "synapse" in rows else block.mechanism, rows),
    }
    return _meet(conds, named, {"loc": rows["location"]}, rows["gid"]) & _of_cells(
        plan, rows["gid"], cell_conds
    )


def is_meant(change: SynapseChange, gid: int) -> bool:
    """Whether a change is for synapses of this cell."""
    place = int(np.searchsorted(change.gids, gid))
    return place < len(change.gids) and bool(change.gids[place] == gid)


def synapses(plan: Plan, change: SynapseChange, rows: Table) -> Mask:
    """Which synapses, given as rows of post, synapse, section and location, a change reaches."""
    labels = plan.model.synapses
    known = plan.model.spec.network.synapses
    mods = Names(tuple(known[name].mod if name in known else "" for name in labels.names))
    named = {**_places(plan, rows), "label": (labels, rows["synapse"]), "mod": (mods, rows["synapse"])}
    found = _meet(change.conds, named, {"loc": rows["location"]}, rows["post"])
    return found & np.isin(rows["post"], change.gids)


def _meet(
    conds: Conds,
    named: Mapping[str, tuple[Names, NDArray[Any]]],
    numbers: Mapping[str, NDArray[Any]],
    gids: NDArray[np.int64],
) -> Mask:
    """Rows that meet conditions on names (given as codes, -1: none) and on numbers."""
    found = np.ones(len(gids), bool)
    for key, wanted in conds.items():
        name = "gid" if key == "postGid" else key
        if name in named:
            names, codes = named[name]
            values = np.array([*names.names, None], object)
            one = mask({name: wanted}, _Columns({name: values}, np.zeros(len(values), np.int64)), closed=True)
            found &= one[codes]
        else:
            found &= mask({name: wanted}, _Columns(numbers, gids), closed=True)
    return found


def _places(plan: Plan, rows: Table) -> dict[str, tuple[Names, NDArray[Any]]]:
    found = {"sec": (plan.model.sections, rows["section"])}
    return found | ({"synMech": (plan.model.synapses, rows["synapse"])} if "synapse" in rows else {})


def _only(name: str | None, rows: Table) -> tuple[Names, NDArray[Any]]:
    """The same name for all rows."""
    codes = np.full(len(rows), -1 if name is None else 0)
    return Names(() if name is None else (name,)), codes


def _of_cells(plan: Plan, gids: NDArray[np.int64], conds: Conds) -> Mask:
    if not conds:
        return np.ones(len(gids), bool)
    return np.asarray(cells(conds, plan.cells)[plan.cells.positions(gids)])


# Mistakes


def wrong_cells(path: str, conds: Any, everyone: Cells) -> Iterator[Problem]:
    """What is wrong with conditions on cells. path: of the conditions."""
    if not isinstance(conds, Mapping):
        yield Problem(path, f"expected a dictionary of conditions, got {conds!r}.")
        return
    own = {name for tags in everyone.tags.values() for name in tags}
    known = {*TAGS, *own, *(name for pop in everyone.populations for name in pop.tags)}
    for name in conds:
        if name not in known:
            yield Problem(f"{path}.{name}", f"no cell has this tag. {did_you_mean(name, known)}")
    labels = [pop.label for pop in everyone.populations]
    yield from _unknown(f"{path}.pop", conds.get("pop"), labels, "there is no population")


def wrong_names(
    path: str, conds: Any, keys: Iterable[str], known: Mapping[str, Iterable[str]]
) -> Iterator[Problem]:
    """What is wrong with conditions on connections, stimuli or synapses. known: names by key."""
    if not isinstance(conds, Mapping):
        yield Problem(path, f"expected a dictionary of conditions, got {conds!r}.")
        return
    for name in conds:
        if name not in keys:
            yield Problem(f"{path}.{name}", f"unknown key. {did_you_mean(name, keys)}")
    for name, names in known.items():
        yield from _unknown(f"{path}.{name}", conds.get(name), names, "there is no")


def _unknown(path: str, wanted: Any, known: Iterable[str], what: str) -> Iterator[Problem]:
    names = list(known)
    for item in wanted if isinstance(wanted, list | tuple | set) else [wanted]:
        if isinstance(item, str) and item not in names:
            yield Problem(path, f"{what} {item!r}. {did_you_mean(item, names)}")
