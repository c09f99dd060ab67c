"""Edges of a circuit, read for some target nodes at a time."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
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
OPTIONAL = ("edge_group_id", "edge_group_index")
LIMITS = {
    **{name: (-math.inf, math.inf) for name in ("syn_weight", "conductance")},
    **{name: (-1, math.inf) for name in ("afferent_section_id", "sec_id")},
    **{name: (0, 1) for name in ("afferent_section_pos", "sec_x")},
    **{name: (0, math.inf) for name in ("delay", "nsyns")},
}
"""Attributes that must be numbers, and between which; sections: -1 where an edge names none."""
SECTION = ("afferent_section_id", "sec_id")
"""They may be nan, where other edges of the group name a section."""
RANGES = "range_to_edge_id"
BYTES_PER_EDGE = 100
"""What an edge takes in memory while it is read, about."""
LOOKED_THROUGH = 1 << 24
"""Longest tables of an index that are checked as a whole."""
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

    def take(self, rows: NDArray[Any]) -> "Edges":
        """Some of the edges."""
        own = {name: column[rows] for name, column in self.columns.items()}
        parts = {
            name: getattr(self, name)[rows] for name in ("rows", "source", "target", "type_ids", "group")
        }
        return replace(self, columns=own, **parts)

    def turned(self) -> "Edges":
        """The edges the other way round, in the order of the file."""
        order = self.take(np.argsort(self.rows, kind="stable"))
        return replace(order, source=order.target, target=order.source)

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
        files = self.population.files
        found = columns.floats(self.attribute(*names), f"{files.types or files.data}: {names[0]}")
        return np.where(np.isnan(found), default, found)


def populations(config: Config) -> list[EdgePopulation]:
    """All populations of edges, in the order of the config."""
    found: dict[str, EdgePopulation] = {}
    for files in config.edges:
        for population in of_files(files):
            name = population.name
            if name in found:
                other = found[name].files.data
                raise FileError(f"{files.data}: edges/{name}: population {name!r} is in {other} too")
            found[name] = population
    return list(found.values())


def of_files(files: Files) -> list[EdgePopulation]:
    """The populations of edges in a file."""
    known = types.read(files.types, "edge_type_id") if files.types else {}
    for number, own in known.items():
        _check_type(number, own, files)
    with columns.opened(files.data) as file:
        return [
            EdgePopulation(
                name,
                files,
                _ends(item, "source", files.data),
                _ends(item, "target", files.data),
                known,
                _count(item, files.data),
            )
            for name, item in columns.populations(file, "edges", files.data).items()
        ]


def _count(item: h5py.Group, path: Path) -> int:
    """How many edges there are. FileError if the columns differ."""
    count = int(columns.dataset(item, "source_node_id", path).size)
    for name in ("source_node_id", "target_node_id", "edge_type_id", "edge_group_id", "edge_group_index"):
        if name in item or name not in OPTIONAL:
            data = columns.dataset(item, name, path)
            if data.shape != (count,):
                raise FileError(
                    f"{path}: {data.name} has the shape {data.shape}, but {item.name} has {count} edges "
                    "(source_node_id)"
                )
    return count


def _check_type(number: int, own: Mapping[str, Any], files: Files) -> None:
    """FileError for a value of an edge type that is out of its limits."""
    for name, limits in LIMITS.items():
        if name in own:
            values = columns.floats(np.array([own[name]], object), f"{files.types}: {name} of type {number}")
            _check_limits(values, limits, f"{files.types}: {name} of type {number}")


def _check_limits(values: NDArray[np.float64], limits: tuple[float, float], where: str) -> None:
    low, high = limits
    wrong = np.flatnonzero((values < low) | (values > high))
    if len(wrong):
        raise FileError(f"{where}: {values[wrong[0]]:g} is not between {low:g} and {high:g}")


def onto(population: EdgePopulation, targets: Any, known: Any = None) -> Edges:
    """The edges onto some nodes: target by target in the order given, each in the order of the file.

    known: ids of all nodes of the target population, if edges onto others are to be an error.
    """
    path = population.files.data
    wanted = np.asarray(targets, np.int64)
    with columns.opened(path) as file:
        item = columns.group(file, f"edges/{population.name}", path)
        found = _indexed(item, wanted, known, path)
        rows, onto_nodes = _scanned(item, wanted, known, path) if found is None else found
        edges = _read(population, item, rows, path)
    wrong = np.flatnonzero(edges.target != onto_nodes)
    if len(wrong):
        raise FileError(
            f"{path}: /edges/{population.name}: by {RANGES} edge {rows[wrong[0]]} ends on node "
            f"{onto_nodes[wrong[0]]}, by target_node_id on {edges.target[wrong[0]]}"
        )
    return edges


def every(population: EdgePopulation) -> Edges:
    """All edges of a population, in the order of the file."""
    path = population.files.data
    with columns.opened(path) as file:
        item = columns.group(file, f"edges/{population.name}", path)
        return _read(population, item, np.arange(population.count), path)


def singles(population: EdgePopulation) -> list[str]:
    """The parameters that single edges have: 'dynamics_params/<name>'."""
    path = population.files.data
    with columns.opened(path) as file:
        item = columns.group(file, f"edges/{population.name}", path)
        own = (columns.attributes(group) for group in columns.groups(item).values())
        return sorted({name for names in own for name in names if name.startswith(columns.DYNAMICS)})


def _ends(item: h5py.Group, end: str, path: Path) -> str:
    data = item.get(f"{end}_node_id")
    if not isinstance(data, h5py.Dataset):
        raise FileError(f"{path}: there is no dataset {item.name}/{end}_node_id")
    name = data.attrs.get("node_population")
    if name is None:
        raise FileError(f"{path}: {data.name} lacks the attribute node_population")
    return name.decode() if isinstance(name, bytes) else str(name)


Found = tuple[NDArray[np.int64], NDArray[np.int64]]
"""Rows of edges, and the node that each ends on."""


def _indexed(item: h5py.Group, targets: NDArray[np.int64], known: Any, path: Path) -> Found | None:
    """Rows of the edges onto each target through the file's index; None if it has none."""
    index = item.get("indices/target_to_source")
    name = next((name for name in INDEX if isinstance(index, h5py.Group) and name in index), None)
    if index is None or name is None or "range_to_edge_id" not in index:
        return None
    count = item["source_node_id"].shape[0]
    sizes = {name: _pairs(index, name, path), RANGES: _pairs(index, RANGES, path)}
    if max(sizes.values()) <= LOOKED_THROUGH:
        _check_index(index, name, count, known, path)
    inside = targets[(targets >= 0) & (targets < sizes[name])]
    spans = _rows_of(index, name, inside, path).astype(np.int64)
    used = (spans[:, 0] >= 0) & (spans[:, 1] > spans[:, 0])
    spans, nodes = spans[used], inside[used]
    if len(spans) and spans.max() > sizes[RANGES]:
        raise FileError(
            f"{path}: {index.name}/{name} refers to range {spans.max()}, there are {sizes[RANGES]}"
        )
    of_range = np.repeat(nodes, spans[:, 1] - spans[:, 0])
    picked = _rows_of(index, RANGES, _spread(spans, path), path).astype(np.int64)
    if len(picked) and (picked.max() > count or picked.min() < 0):
        wrong = picked.max() if picked.max() > count else picked.min()
        raise FileError(f"{path}: {index.name}/{RANGES} refers to edge {wrong}, there are {count}")
    return _spread(picked, path), np.repeat(of_range, np.maximum(picked[:, 1] - picked[:, 0], 0))


def _pairs(index: h5py.Group, name: str, path: Path) -> int:
    """How many spans a table of an index has. FileError if it is none."""
    data = columns.dataset(index, name, path)
    if data.ndim != 2 or data.shape[1] != 2 or data.dtype.kind not in "iu":
        raise FileError(
            f"{path}: {data.name}: expected pairs of whole numbers, got {data.shape} {data.dtype}"
        )
    return int(data.shape[0])


def _check_index(index: h5py.Group, name: str, count: int, known: Any, path: Path) -> None:
    """FileError if an index does not lead to all edges, or leads to some from a node that is not there."""
    of_nodes, ranges = (columns.column(index, each, path).astype(np.int64) for each in (name, RANGES))
    lengths = np.where(of_nodes[:, 0] >= 0, of_nodes[:, 1] - of_nodes[:, 0], 0)
    edges = ranges[:, 1] - ranges[:, 0]
    if (lengths < 0).any() or lengths.sum() != len(ranges):
        raise FileError(
            f"{path}: {index.name}/{name} leads to {lengths.sum()} ranges, {RANGES} has {len(ranges)}"
        )
    if (edges < 0).any() or edges.sum() != count:
        raise FileError(f"{path}: {index.name}/{RANGES} leads to {edges.sum()} edges, there are {count}")
    if known is not None:
        _check_known(np.flatnonzero(lengths > 0), known, f"{path}: {index.name}/{name}")


def _check_known(nodes: NDArray[np.int64], known: Any, where: str) -> None:
    missing = np.setdiff1d(nodes, known)
    if len(missing):
        raise FileError(f"{where}: edges end on node {missing[0]}, which is not there")


def _spread(spans: NDArray[np.int64], path: Path) -> NDArray[np.int64]:
    """All numbers of half open spans (n, 2), one after the other."""
    lengths = np.maximum(spans[:, 1] - spans[:, 0], 0)
    ends = np.cumsum(lengths)
    total = int(ends[-1]) if len(ends) else 0
    if total * BYTES_PER_EDGE > columns.memory():
        raise FileError(
            f"{path}: {total} edges end on the nodes that are asked for: more than this machine's memory"
        )
    return np.asarray(np.arange(total) + np.repeat(spans[:, 0] - (ends - lengths), lengths), np.int64)


def _scanned(item: h5py.Group, targets: NDArray[np.int64], known: Any, path: Path) -> Found:
    """The same by looking at every edge."""
    data = columns.dataset(item, "target_node_id", path)
    if data.size * 8 > columns.memory():
        raise FileError(
            f"{path}: {item.name} has {data.size} edges (target_node_id) and no index: "
            "too many to look through"
        )
    place: NDArray[np.int64] = np.argsort(targets, kind="stable")
    found = [(np.empty(0, np.int64), np.empty(0, np.int64))]
    for start, part in _chunks(data, path):
        hits = np.flatnonzero(np.isin(part, targets))
        found.append((start + hits, part[hits]))
        if known is not None:
            _check_known(np.unique(part), known, f"{path}: {data.name}")
    rows, ids = (np.concatenate(column) for column in zip(*found, strict=True))
    order = place[np.searchsorted(targets[place], ids)]
    sorting = np.argsort(order, kind="stable")
    return rows[sorting], ids[sorting]


def _chunks(data: h5py.Dataset, path: Path) -> Iterator[tuple[int, NDArray[np.int64]]]:
    for start in range(0, data.shape[0], CHUNK):
        yield start, columns.whole_numbers(np.asarray(data[start : start + CHUNK]), f"{path}: {data.name}")


def _read(population: EdgePopulation, item: h5py.Group, rows: NDArray[np.int64], path: Path) -> Edges:
    def pick(name: str, lowest: int = 0) -> NDArray[np.int64]:
        where = f"{path}: {item.name}/{name}"
        return columns.whole_numbers(_rows_of(item, name, rows, path), where, lowest)

    single = "edge_group_id" not in item
    group = np.zeros(len(rows), np.int64) if single else pick("edge_group_id")
    index = rows if "edge_group_index" not in item else pick("edge_group_index")
    type_ids = pick("edge_type_id", -1)
    unknown = sorted({*type_ids.tolist()} - population.types.keys() - {-1})
    if unknown and population.files.types:
        raise FileError(
            f"{population.files.types}: there is no edge type {unknown[0]}, "
            f"which {item.name}/edge_type_id of {path} names"
        )
    own: dict[str, NDArray[Any]] = {}
    for number in np.unique(group).tolist():
        members = np.flatnonzero(group == number)
        if str(number) not in item:
            raise FileError(f"{path}: {item.name}/edge_group_id names a group {number} that is not there")
        for label, data in columns.attributes(columns.group(item, str(number), path)).items():
            if len(members) and data.shape and data.shape[0] <= index[members].max() and not single:
                raise FileError(
                    f"{path}: {data.name} has {data.shape[0]} rows, but {item.name}/edge_group_index "
                    f"refers to row {index[members].max()}"
                )
            given = _rows_of(data.parent, data.name.rsplit("/", 1)[1], index[members], path)
            _check(label, given, f"{path}: {data.name}")
            if len(members) == len(rows):
                own[label] = given
            else:
                own.setdefault(label, np.full(len(rows), None, object))[members] = given
    return Edges(population, rows, pick("source_node_id"), pick("target_node_id"), type_ids, group, own)


def _check(label: str, given: NDArray[Any], where: str) -> None:
    """FileError if values of an attribute are no numbers where they must be, or out of their limits."""
    if given.ndim != 1:
        raise FileError(f"{where}: expected one value per edge, got {given.shape}")
    if label not in LIMITS:
        return
    if given.dtype.kind not in "fiu":
        raise FileError(f"{where}: expected numbers, got {given.dtype}")
    values = given.astype(float)
    known = values[~np.isnan(values)]
    if len(known) < len(values) and label not in SECTION:
        raise FileError(f"{where}: row {int(np.flatnonzero(np.isnan(values))[0])} is nan")
    if label in (*SECTION, "nsyns") and (known != np.round(known)).any():
        raise FileError(f"{where}: expected whole numbers, got {known[known != np.round(known)][0]:g}")
    _check_limits(known, LIMITS[label], where)


def parts(data: h5py.Dataset, label: str, path: Path) -> Iterator[NDArray[Any]]:
    """The values of an attribute of edges, a chunk at a time."""
    columns.check_rows(data, np.empty(0, np.int64), path)
    for start in range(0, data.shape[0], CHUNK):
        part = np.asarray(data[start : start + CHUNK])
        _check(label, part, f"{path}: {data.name}")
        yield part


def _rows_of(parent: h5py.Group, name: str, rows: NDArray[np.int64], path: Path) -> NDArray[Any]:
    """Some rows of a dataset: the span that holds them is read, at most a chunk of it at once."""
    data = columns.dataset(parent, name, path)
    columns.check_rows(data, rows, path)
    made = np.empty((len(rows), *data.shape[1:]), data.dtype)
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
