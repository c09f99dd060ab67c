"""Edges of a circuit, read for some target nodes at a time."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from netspec.errors import FileError
from netspec.formats.sonata import columns, types
from netspec.formats.sonata.config import Config, Files

INDEX = ("node_id_to_range", "node_id_to_ranges")
"""Allen's name and that of the specification."""
CHUNK = 1 << 20
"""Rows that are looked at at once where there is no index."""


@dataclass(frozen=True)
class EdgePopulation:
    """Edges that are not yet read. source, target: populations of nodes. types: attributes by type."""

    name: str
    files: Files
    source: str
    target: str
    types: Mapping[int, Mapping[str, Any]]
    count: int


@dataclass(frozen=True)
class Edges:
    """Some edges in the order of the file within each target. rows: their places in the file.

    source, target: ids of nodes. columns: attributes that single edges have, None (numbers: nan) where one
    has none.
    """

    population: EdgePopulation
    rows: NDArray[np.int64]
    source: NDArray[np.int64]
    target: NDArray[np.int64]
    type_ids: NDArray[np.int64]
    group: NDArray[np.int64]
    columns: Mapping[str, NDArray[Any]]

    def __len__(self) -> int:
        return len(self.rows)

    def attribute(self, *names: str) -> NDArray[Any]:
        """Of each edge: (n,) objects, by the first of the names under which it has one; own before type's."""
        found = np.full(len(self), None, object)
        for name in names:
            shared = columns.of_types(self.population.types, self.type_ids, name)
            own = self.columns.get(name)
            for given in (shared if own is None else None, own, shared if own is not None else None):
                if given is not None:
                    empty = _missing(found)
                    found[empty] = given[empty]
        return found

    def numbers(self, *names: str, default: float = np.nan) -> NDArray[np.float64]:
        """A numeric attribute of each edge: (n,), the default where it is missing."""
        for name in names:
            own = self.columns.get(name)
            if own is not None and own.dtype.kind in "fiu" and not np.isnan(own.astype(float)).any():
                return own.astype(float)
        return np.array(
            [default if value is None else float(value) for value in self.attribute(*names).tolist()]
        )


def populations(config: Config) -> list[EdgePopulation]:
    """All populations of edges, in the order of the config."""
    found = []
    for files in config.edges:
        known = types.read(files.types, "edge_type_id") if files.types else {}
        with columns.opened(files.data) as file:
            for name, item in columns.group(file, "edges", files.data).items():
                source, target = (_ends(item, end, files.data) for end in ("source", "target"))
                count = int(columns.group(file, f"edges/{name}", files.data)["source_node_id"].shape[0])
                found.append(EdgePopulation(name, files, source, target, known, count))
    return found


def onto(population: EdgePopulation, targets: Any) -> Edges:
    """The edges onto some nodes: target by target in the order given, each in the order of the file."""
    path = population.files.data
    wanted = np.asarray(targets, np.int64)
    with columns.opened(path) as file:
        item = columns.group(file, f"edges/{population.name}", path)
        rows = _indexed(item, wanted, path)
        if rows is None:
            rows = _scanned(item, wanted, path)
        return _read(population, item, rows, path)


def _ends(item: h5py.Group, end: str, path: Path) -> str:
    data = item.get(f"{end}_node_id")
    if not isinstance(data, h5py.Dataset):
        raise FileError(f"{path}: there is no dataset {item.name}/{end}_node_id")
    name = data.attrs.get("node_population")
    if name is None:
        raise FileError(f"{path}: {data.name} lacks the attribute node_population")
    return name.decode() if isinstance(name, bytes) else str(name)


def _indexed(item: h5py.Group, targets: NDArray[np.int64], path: Path) -> NDArray[np.int64] | None:
    """Rows of the edges onto each target through the file's index; None if it has none."""
    index = item.get("indices/target_to_source")
    name = next((name for name in INDEX if isinstance(index, h5py.Group) and name in index), None)
    if index is None or name is None or "range_to_edge_id" not in index:
        return None
    of_nodes = np.asarray(index[name][:], np.int64)
    ranges = np.asarray(index["range_to_edge_id"][:], np.int64)
    known = targets[(targets >= 0) & (targets < len(of_nodes))]
    spans = of_nodes[known]
    spans = spans[(spans[:, 0] >= 0) & (spans[:, 1] > spans[:, 0])]
    if len(spans) and spans.max() > len(ranges):
        raise FileError(f"{path}: {index.name}/{name} refers to range {spans.max()}, there are {len(ranges)}")
    picked = ranges[_spread(spans)]
    count = item["source_node_id"].shape[0]
    if len(picked) and (picked.max() > count or picked.min() < 0):
        raise FileError(
            f"{path}: {index.name}/range_to_edge_id refers to edge {picked.max()}, there are {count}"
        )
    return _spread(picked)


def _spread(spans: NDArray[np.int64]) -> NDArray[np.int64]:
    """All numbers of half open spans (n, 2), one after the other."""
    lengths = np.maximum(spans[:, 1] - spans[:, 0], 0)
    ends = np.cumsum(lengths)
    total = int(ends[-1]) if len(ends) else 0
    return np.asarray(np.arange(total) + np.repeat(spans[:, 0] - (ends - lengths), lengths), np.int64)


def _scanned(item: h5py.Group, targets: NDArray[np.int64], path: Path) -> NDArray[np.int64]:
    """The same by looking at every edge."""
    place: NDArray[np.int64] = np.argsort(targets, kind="stable")
    found = []
    for start, part in _chunks(item["target_node_id"]):
        hits = np.flatnonzero(np.isin(part, targets))
        found.append((start + hits, part[hits]))
    rows = np.concatenate([rows for rows, _ in found]) if found else np.empty(0, np.int64)
    ids = np.concatenate([ids for _, ids in found]) if found else np.empty(0, np.int64)
    order = place[np.searchsorted(targets[place], ids)]
    sorted_rows: NDArray[np.int64] = rows[np.argsort(order, kind="stable")]
    return sorted_rows


def _chunks(data: h5py.Dataset) -> Iterator[tuple[int, NDArray[np.int64]]]:
    for start in range(0, data.shape[0], CHUNK):
        yield start, np.asarray(data[start : start + CHUNK], np.int64)


def _read(population: EdgePopulation, item: h5py.Group, rows: NDArray[np.int64], path: Path) -> Edges:
    def pick(name: str) -> NDArray[np.int64]:
        return _rows_of(item, name, rows, path).astype(np.int64)

    single = "edge_group_id" not in item
    group = np.zeros(len(rows), np.int64) if single else pick("edge_group_id")
    index = rows if "edge_group_index" not in item else pick("edge_group_index")
    type_ids = pick("edge_type_id")
    unknown = sorted({*type_ids.tolist()} - population.types.keys() - {-1, 0})
    if unknown and population.files.types:
        raise FileError(
            f"{population.files.types}: there is no edge type {unknown[0]}, which {item.name} names"
        )
    own: dict[str, NDArray[Any]] = {}
    for number in np.unique(group).tolist():
        members = np.flatnonzero(group == number)
        for label, data in columns.attributes(_group(item, number, path)).items():
            given = _rows_of(data.parent, data.name.rsplit("/", 1)[1], index[members], path)
            if len(members) == len(rows):
                own[label] = given
            else:
                own.setdefault(label, np.full(len(rows), None, object))[members] = given
    return Edges(population, rows, pick("source_node_id"), pick("target_node_id"), type_ids, group, own)


def _group(item: h5py.Group, number: int, path: Path) -> h5py.Group:
    return columns.group(item, str(number), path)


def _rows_of(parent: h5py.Group, name: str, rows: NDArray[np.int64], path: Path) -> NDArray[Any]:
    """Some rows of a dataset: the span that holds them is read, at most a chunk of it at once."""
    data = parent.get(name)
    if not isinstance(data, h5py.Dataset):
        raise FileError(f"{path}: there is no dataset {parent.name}/{name}")
    if not len(rows):
        return np.empty(0, data.dtype)
    if rows.max() >= data.shape[0]:
        raise FileError(f"{path}: {data.name} has {data.shape[0]} rows, but row {rows.max()} is referred to")
    made = np.empty(len(rows), data.dtype)
    order = np.argsort(rows, kind="stable")
    ordered = rows[order]
    start = 0
    while start < len(ordered):
        stop = int(np.searchsorted(ordered, ordered[start] + CHUNK))
        part = data[int(ordered[start]) : int(ordered[stop - 1]) + 1]
        made[order[start:stop]] = part[ordered[start:stop] - ordered[start]]
        start = stop
    return columns.texts(made) if made.dtype.kind in "SO" else made


def _missing(values: NDArray[Any]) -> NDArray[np.bool_]:
    return np.array([value is None for value in values.tolist()], bool)
