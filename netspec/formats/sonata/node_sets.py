"""Which nodes a name, a list of ids or a rule means."""

import operator
import re
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netspec.errors import FileError, did_you_mean
from netspec.formats.sonata.config import Config
from netspec.formats.sonata.nodes import Nodes

Chosen = dict[str, NDArray[np.int64]]
"""Population -> rows of its nodes, ascending."""

COMPARISONS = {"$gt": operator.gt, "$lt": operator.lt, "$gte": operator.ge, "$lte": operator.le}


def resolve(config: Config, populations: Mapping[str, Nodes], wanted: Any, key: str) -> Chosen:
    """The nodes that a node set means. key: where the config asks for it, for messages."""
    return _resolved(config, populations, wanted, key, ())


def _resolved(
    config: Config, populations: Mapping[str, Nodes], wanted: Any, key: str, seen: tuple[str, ...]
) -> Chosen:
    match wanted:
        case None | "all":
            return {name: np.arange(len(nodes)) for name, nodes in populations.items()}
        case str() if wanted in seen:
            raise FileError(f"{config.path}: {key}: node set {wanted!r} refers to itself")
        case str() if wanted in config.node_sets:
            return _resolved(config, populations, config.node_sets[wanted], key, (*seen, wanted))
        case str() if wanted in populations:
            return {wanted: np.arange(len(populations[wanted]))}
        case str():
            near = did_you_mean(wanted, [*config.node_sets, *populations])
            raise FileError(f"{config.path}: {key}: there is no node set {wanted!r}. {near}")
        case Mapping():
            return {
                name: rows
                for name, nodes in populations.items()
                if len(rows := _matching(nodes, wanted, key))
            }
        case int():
            return _matching_ids(populations, [wanted])
        case list() if all(isinstance(item, int) for item in wanted):
            return _matching_ids(populations, wanted)
        case list():
            return _union([_resolved(config, populations, item, key, seen) for item in wanted])
    raise FileError(
        f"{config.path}: {key}: expected the name of a node set, ids or a mapping, got {wanted!r}"
    )


def _union(parts: list[Chosen]) -> Chosen:
    names = dict.fromkeys(name for part in parts for name in part)
    return {name: np.unique(np.concatenate([part[name] for part in parts if name in part])) for name in names}


def _matching_ids(populations: Mapping[str, Nodes], ids: list[int]) -> Chosen:
    found = {name: np.flatnonzero(np.isin(nodes.ids, ids)) for name, nodes in populations.items()}
    return {name: rows for name, rows in found.items() if len(rows)}


def _matching(nodes: Nodes, rules: Mapping[str, Any], key: str) -> NDArray[np.int64]:
    """Rows of the nodes that meet all of the rules."""
    kept = np.ones(len(nodes), bool)
    for name, value in rules.items():
        match name:
            case "population" | "populations":
                kept &= nodes.population in (value if isinstance(value, list) else [value])
            case "node_id" | "node_ids" | "gids":
                kept &= np.isin(nodes.ids, value)
            case _ if name in nodes.names:
                kept &= _meets(nodes.attribute(name), value, f"{key}: {name}")
            case _:
                kept &= False
    return np.flatnonzero(kept)


def _meets(values: NDArray[Any], wanted: Any, key: str) -> NDArray[np.bool_]:
    if not isinstance(wanted, Mapping):
        options = wanted if isinstance(wanted, list) else [wanted]
        return np.array([value in options for value in values.tolist()], bool)
    kept = np.ones(len(values), bool)
    for name, limit in wanted.items():
        if name == "$regex":
            kept &= np.array([re.search(limit, str(value)) is not None for value in values.tolist()], bool)
        elif name in COMPARISONS:
            kept &= np.array([v is not None and COMPARISONS[name](v, limit) for v in values.tolist()], bool)
        else:
            raise FileError(f"{key}: unknown operator. {did_you_mean(name, ['$regex', *COMPARISONS])}")
    return kept
