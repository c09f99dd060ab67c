"""Spike times of nodes: SONATA's files of both layouts, tables of text, NWB."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from netspec.errors import FileError, did_you_mean
from netspec.formats.files import whole
from netspec.formats.sonata import columns, types

Spikes = tuple[NDArray[np.int64], NDArray[np.float64]]
"""Ids of nodes and times [ms], one each per spike, in the order of the file."""
OLD = ("gids", "timestamps")
NEW = ("node_ids", "timestamps")


def read(path: str | Path, population: str | None = None) -> Spikes:
    """The spikes of a population of nodes; of the only one that the file has, if it names none."""
    path = Path(path)
    if path.suffix == ".csv":
        return _table(path, population)
    if path.suffix == ".nwb":
        return _nwb(path)
    with columns.opened(path) as file:
        spikes = columns.group(file, "spikes", path)
        if NEW[1] in spikes:
            return _columns(spikes, NEW if NEW[0] in spikes else OLD, path)
        names = [name for name, item in spikes.items() if isinstance(item, h5py.Group)]
        if population in names:
            return _columns(spikes[population], NEW, path)
        if len(names) == 1 and population is None:
            return _columns(spikes[names[0]], NEW, path)
        raise FileError(
            f"{path}: there are no spikes of {population!r}. {did_you_mean(str(population), names)}"
        )


def populations(path: Path) -> list[str]:
    """Names of the populations whose spikes a file has."""
    with columns.opened(path) as file:
        spikes = columns.group(file, "spikes", path)
        return [name for name, item in spikes.items() if isinstance(item, h5py.Group)]


def by_node(ids: NDArray[np.int64], spikes: Spikes) -> list[NDArray[np.float64]]:
    """Times of each of some nodes, ascending: empty where a node has none."""
    nodes, times = spikes
    order = np.lexsort((times, nodes))
    nodes, times = nodes[order], times[order]
    first, last = np.searchsorted(nodes, ids, "left"), np.searchsorted(nodes, ids, "right")
    return [times[start:stop] for start, stop in zip(first.tolist(), last.tolist(), strict=True)]


def read_all(path: str | Path) -> dict[str, Spikes]:
    """The spikes of each population in an HDF5 file; '' is the one of an older file, which has no name."""
    path = Path(path)
    with columns.opened(path) as file:
        group = columns.group(file, "spikes", path)
        if NEW[1] in group:
            return {"": _columns(group, NEW if NEW[0] in group else OLD, path)}
        names = [name for name, item in group.items() if isinstance(item, h5py.Group)]
        return {name: _columns(group[name], NEW, path) for name in names}


def refuse_strangers(path: Path, population: str, ids: NDArray[np.int64]) -> None:
    """FileError if a file has spikes, but none of the nodes with these ids."""
    nodes, _ = read(path, population)
    if len(nodes) and not np.isin(nodes, ids).any():
        raise FileError(f"{path}: node_ids: none of its spikes is of a node of {population!r}")


def _columns(group: h5py.Group, names: tuple[str, str], path: Path) -> Spikes:
    nodes = columns.integers(group, names[0], path)
    times = columns.numbers(group, names[1], path)
    if times.ndim != 1:
        raise FileError(f"{path}: {group.name}/{names[1]} has the shape {times.shape}")
    if len(nodes) != len(times):
        raise FileError(f"{path}: {group.name} has {len(nodes)} {names[0]}, but {len(times)} {names[1]}")
    if not (np.isfinite(times) & (times >= 0)).all():
        row = int(np.flatnonzero(~(np.isfinite(times) & (times >= 0)))[0])
        raise FileError(f"{path}: {group.name}/{names[1]}: row {row} is {times[row]}, not a time")
    unit = group[names[1]].attrs.get("units", "ms")
    unit = unit.decode() if isinstance(unit, bytes) else str(unit)
    factors = {"ms": 1.0, "milliseconds": 1.0, "s": 1000.0, "seconds": 1000.0}
    if unit not in factors:
        raise FileError(
            f"{path}: {group.name}/{names[1]} has the unit {unit!r}. {did_you_mean(unit, factors)}"
        )
    return nodes, times * factors[unit]


def _table(path: Path, population: str | None) -> Spikes:
    """A text table with columns timestamps, population and node_ids (or gids), separated by spaces."""
    names, *lines = types.table(path) or [[]]
    rows = [dict(zip(names, line, strict=False)) for line in lines]
    if not rows:
        return np.empty(0, np.int64), np.empty(0)
    key = next((name for name in ("node_ids", "gids", "node_id", "gid") if name in rows[0]), None)
    if key is None or "timestamps" not in rows[0]:
        raise FileError(f"{path}: expected columns timestamps, population, node_ids, got {list(rows[0])}")
    kept = [row for row in rows if population is None or row.get("population", population) == population]
    if not kept:
        raise FileError(f"{path}: there are no spikes of {population!r}")
    try:
        return np.array([int(row[key]) for row in kept]), np.array([float(row["timestamps"]) for row in kept])
    except (KeyError, ValueError) as error:
        raise FileError(f"{path}: {error}") from error


def _nwb(path: Path) -> Spikes:
    """Spike trains of an NWB 2 file's table of units, which are in seconds."""
    with columns.opened(path) as file:
        units = file.get("units")
        if isinstance(units, h5py.Group):
            ends = columns.column(units, "spike_times_index", path).astype(np.int64)
            times = columns.column(units, "spike_times", path).astype(float) * 1000
            ids = columns.column(units, "id", path).astype(np.int64)
            counts = np.diff(ends, prepend=0)
            return np.repeat(ids, counts), times
    raise FileError(f"{path}: there is no table of units")


def write(path: str | Path, spikes: Mapping[str, Any]) -> str:
    """The path of a file with spikes by population, each (ids, times [ms]); sorted by time."""
    sorting = h5py.enum_dtype({"none": 0, "by_id": 1, "by_time": 2}, basetype="i1")
    with whole(path) as part, columns.made(part) as file:
        file.create_group("spikes")
        for name, (ids, times) in spikes.items():
            order = np.lexsort((ids, times))
            group = file.create_group(f"spikes/{name}")
            group.attrs.create("sorting", 2, dtype=sorting)
            group.create_dataset("node_ids", data=np.asarray(ids, np.uint64)[order])
            group.create_dataset("timestamps", data=np.asarray(times, float)[order]).attrs["units"] = "ms"
    return str(path)
