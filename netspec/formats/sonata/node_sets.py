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

POPULATION = {"population", "populations"}
IDS = {"node_id", "node_ids", "gids"}
"""Keys of rules that are no attributes."""
COMPARISONS = {"$gt": operator.gt, "$lt": operator.lt, "$gte": operator.ge, "$lte": operator.le}


def resolve(config: Config, populations: Mapping[str, Nodes], wanted: Any, key: str) -> Chosen:
    """The nodes that a node set means: at least one, else FileError. key: where the config asks for it."""
    where = f"{config.path}: {key}"
    found = _resolved(config, populations, wanted, where, ())
    if not any(map(len, found.values())):
        raise FileError(f"{where}: there is no node in {wanted!r}{_origin(config, wanted)}")
    return found


def _origin(config: Config, name: Any) -> str:
    """Where a node set is defined, for messages."""
    known = isinstance(name, str) and name in config.node_sets
    return f" ({config.where('node_sets')}: {name}: {config.node_sets[name]!r})" if known else ""


def _resolved(
    config: Config, populations: Mapping[str, Nodes], wanted: Any, where: str, seen: tuple[str, ...]
) -> Chosen:
    match wanted:
        case None | "all":
            return {name: np.arange(len(nodes)) for name, nodes in populations.items()}
        case str() if wanted in seen:
            raise FileError(f"{where}: node set {wanted!r} refers to itself{_origin(config, wanted)}")
        case str() if wanted in config.node_sets:
            inner = f"{where}: node set {config.where('node_sets')}: {wanted}"
            return _resolved(config, populations, config.node_sets[wanted], inner, (*seen, wanted))
        case str() if wanted in populations:
            return {wanted: np.arange(len(populations[wanted]))}
        case str():
            near = did_you_mean(wanted, [*config.node_sets, *populations])
            raise FileError(f"{where}: there is no node set {wanted!r}. {near}")
        case Mapping():
            _check_rules(populations, wanted, where)
            found = {name: _matching(nodes, wanted, where) for name, nodes in populations.items()}
            return {name: rows for name, rows in found.items() if len(rows)}
        case int() if not isinstance(wanted, bool):
            return _matching_ids(populations, [wanted], where)
        case list() if all(isinstance(item, int) and not isinstance(item, bool) for item in wanted):
            return _matching_ids(populations, wanted, where)
        case list():
            return _union([_resolved(config, populations, item, where, seen) for item in wanted])
    raise FileError(f"{where}: expected the name of a node set, ids or a mapping, got {wanted!r}")


def _check_rules(populations: Mapping[str, Nodes], rules: Mapping[str, Any], where: str) -> None:
    """FileError for an attribute that no node can have, a population or an id that is not there."""
    known = frozenset().union(*(nodes.names for nodes in populations.values()))
    chosen = dict(populations)
    for name in POPULATION & rules.keys():
        wanted = rules[name] if isinstance(rules[name], list) else [rules[name]]
        for each in wanted:
            if not isinstance(each, str) or each not in populations:
                near = did_you_mean(each, populations)
                raise FileError(f"{where}.{name}: there is no population {each!r}. {near}")
        chosen = {each: populations[each] for each in wanted}
    for name, value in rules.items():
        if name in IDS:
            ids = value if isinstance(value, list) else [value]
            if not all(isinstance(item, int) for item in ids):
                raise FileError(f"{where}.{name}: expected ids of nodes, got {value!r}")
            _matching_ids(chosen, ids, f"{where}.{name}")
        elif name not in POPULATION and name not in known:
            raise FileError(f"{where}.{name}: no node has this attribute. {did_you_mean(name, known)}")


def _union(parts: list[Chosen]) -> Chosen:
    names = dict.fromkeys(name for part in parts for name in part)
    return {name: np.unique(np.concatenate([part[name] for part in parts if name in part])) for name in names}


def _matching_ids(populations: Mapping[str, Nodes], ids: list[int], where: str) -> Chosen:
    found = {name: np.flatnonzero(np.isin(nodes.ids, ids)) for name, nodes in populations.items()}
    known = np.concatenate([np.empty(0, np.int64), *(nodes.ids for nodes in populations.values())])
    if len(missing := np.setdiff1d(ids, known)):
        raise FileError(f"{where}: there is no node {missing[0]:.0f} in {', '.join(populations)}")
    return {name: rows for name, rows in found.items() if len(rows)}


def _matching(nodes: Nodes, rules: Mapping[str, Any], key: str) -> NDArray[np.int64]:
    """Rows of the nodes that meet all of the rules."""
    kept = np.ones(len(nodes), bool)
    for name, value in rules.items():
        match name:
            case _ if name in POPULATION:
                kept &= nodes.population in (value if isinstance(value, list) else [value])
            case _ if name in IDS:
                kept &= np.isin(nodes.ids, value)
            case _ if name in nodes.names:
                kept &= _meets(nodes.attribute(name), value, f"{key}.{name}")
            case _:
                kept &= False
    return np.flatnonzero(kept)


def _meets(values: NDArray[Any], wanted: Any, key: str) -> NDArray[np.bool_]:
    if not isinstance(wanted, Mapping):
        options = wanted if isinstance(wanted, list) else [wanted]
        return np.array([value in options for value in values.tolist()], bool)
    kept = np.ones(len(values), bool)
    for name, limit in wanted.items():
        if name != "$regex" and name not in COMPARISONS:
            near = did_you_mean(name, ["$regex", *COMPARISONS])
            raise FileError(f"{key}: {name}: unknown operator. {near}")
        try:
            if name == "$regex":
                found = [re.search(limit, str(value)) is not None for value in values.tolist()]
            else:
                found = [value is not None and COMPARISONS[name](value, limit) for value in values.tolist()]
        except (TypeError, re.error) as error:
            raise FileError(f"{key}: {name}: {limit!r} does not work here: {error}") from error
        kept &= np.array(found, bool)
    return kept
