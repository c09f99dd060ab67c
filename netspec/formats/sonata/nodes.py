"""Nodes of a circuit: which there are, and their attributes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netspec.errors import FileError
from netspec.formats.sonata import columns, types
from netspec.formats.sonata.config import Config, Files


@dataclass(frozen=True)
class Nodes:
    """A population. ids, type_ids: (n,). columns: attributes that single nodes have, None where one has none.

    types: attributes by type. settings: of the population in the config (BlueBrain's dialect).
    """

    population: str
    files: Files
    ids: NDArray[np.int64]
    type_ids: NDArray[np.int64]
    columns: Mapping[str, NDArray[Any]]
    types: Mapping[int, Mapping[str, Any]]
    settings: Mapping[str, Any] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def names(self) -> frozenset[str]:
        """Attributes that a node may have."""
        return frozenset(self.columns).union(*self.types.values())

    def attribute(self, name: str) -> NDArray[Any]:
        """Of each node: (n,) objects; what a node has itself goes before what its type has."""
        shared = columns.of_types(self.types, self.type_ids, name)
        if name not in self.columns:
            return shared
        own = self.columns[name]
        return np.where([value is None for value in own.tolist()], shared, own)

    def numbers(self, name: str, default: float = 0.0) -> NDArray[np.float64]:
        """A numeric attribute of each node: (n,); the default where it is missing."""
        found = self.columns.get(name)
        if found is None or found.dtype.kind not in "fiu":
            where = self.files.data if found is not None else self.files.types
            found = columns.floats(self.attribute(name), f"{where}: {name}")
        if found.ndim != 1:
            raise FileError(f"{self.files.data}: {name} of {self.population!r} is not one value per node")
        return np.where(np.isnan(found.astype(float)), default, found)

    def rows(self, ids: Any) -> NDArray[np.int64]:
        """Where nodes stand in the columns. FileError for an id that the population lacks."""
        wanted = np.asarray(ids, np.int64)
        order = np.argsort(self.ids, kind="stable")
        place = np.searchsorted(self.ids[order], wanted)
        known = place < len(self.ids)
        known[known] = self.ids[order[place[known]]] == wanted[known]
        if not known.all():
            raise FileError(
                f"{self.files.data}: population {self.population!r} has no node {wanted[~known][0]}"
            )
        return order[place]


def read(config: Config) -> dict[str, Nodes]:
    """All populations of nodes, in the order of the config."""
    found: dict[str, Nodes] = {}
    for files in config.nodes:
        known = types.read(files.types, "node_type_id") if files.types else {}
        with columns.opened(files.data) as file:
            for name, item in columns.populations(file, "nodes", files.data).items():
                if name in found:
                    raise FileError(f"{files.data}: population {name!r} is in {found[name].files.data} too")
                made = found[name] = _population(files, name, item, known)
                if len(made) and "model_type" not in made.names and "type" not in made.settings:
                    raise FileError(
                        f"{config.where('networks')}: {files.key}.node_types_file is missing, and nodes of "
                        f"{files.data} have no model_type of their own"
                    )
    return found


def _population(files: Files, name: str, item: Any, known: Mapping[int, Mapping[str, Any]]) -> Nodes:
    type_ids = columns.integers(item, "node_type_id", files.data, lowest=-1)
    count = len(type_ids)
    ids = _optional(item, "node_id", np.arange(count), files)
    if len(np.unique(ids)) != count:
        raise FileError(f"{files.data}: {item.name}/node_id: some ids are there twice")
    unknown = sorted({*type_ids.tolist()} - known.keys() - {-1})
    if unknown and files.types:
        raise FileError(
            f"{files.types}: there is no node type {unknown[0]}, "
            f"which {item.name}/node_type_id of {files.data} names"
        )
    if unknown and "0" not in item:
        raise FileError(
            f"{files.key}: nodes of {files.data} have types ({unknown[0]}), but there is no node_types_file"
        )
    groups = columns.groups(item)
    group = _optional(item, "node_group_id", np.zeros(count, np.int64), files)
    index = _optional(item, "node_group_index", _row_in_group(group), files)
    own: dict[str, NDArray[Any]] = {}
    for number in np.unique(group).tolist():
        if number not in groups:
            if count and len(groups):
                raise FileError(
                    f"{files.data}: {item.name}: node_group_id names a group {number} that is not there"
                )
            continue
        members = np.flatnonzero(group == number)
        for label, data in columns.attributes(groups[number]).items():
            if data.shape and data.shape[0] <= index[members].max():
                raise FileError(
                    f"{files.data}: {data.name} has {data.shape[0]} rows, but {item.name}/node_group_index "
                    f"refers to row {index[members].max()}"
                )
            given = columns.values(groups[number], label, data, index[members], files.data)
            if len(members) == count:
                own[label] = given
            else:
                column = own.setdefault(label, np.full(count, None, object))
                column[members] = columns.rows_as_objects(given)
    settings = files.populations.get(name, {})
    return Nodes(name, files, ids, type_ids, own, known, settings)


def _optional(item: Any, name: str, default: NDArray[np.int64], files: Files) -> NDArray[np.int64]:
    if name not in item:
        return default.astype(np.int64)
    found = columns.integers(item, name, files.data)
    if len(found) != len(default):
        raise FileError(
            f"{files.data}: {item.name}/{name} has {len(found)} rows, node_type_id has {len(default)}"
        )
    return found


def _row_in_group(group: NDArray[np.int64]) -> NDArray[np.int64]:
    """The place of each row among those of its group."""
    place = np.empty(len(group), np.int64)
    for number in np.unique(group):
        members = np.flatnonzero(group == number)
        place[members] = np.arange(len(members))
    return place
