"""Recorded variables of cells, and potentials at electrodes: SONATA's reports of both dialects."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from netspec.errors import FileError, did_you_mean
from netspec.formats.files import whole
from netspec.formats.sonata import columns

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
POINTERS = ("index_pointers", "index_pointer")
"""BlueBrain's name and Allen's."""
OLD = {"node_ids": "gids", "element_ids": "element_id"}
"""Names in files whose only report stands at the top."""


@dataclass(frozen=True, eq=False)
class Report:
    """A variable at some places of the cells of a population.

    times: (samples,) [ms]. values: (samples, elements) [unit]. nodes: (elements,) ids. sections: (elements,)
    their numbers in the cell. positions: (elements,) along the section, nan where the file does not say.
    """

    population: str
    times: Floats
    values: Floats
    nodes: Ints
    sections: Ints
    positions: Floats
    variable: str = "v"
    unit: str = "mV"

    def of_node(self, node: int) -> Floats:
        """(samples, elements of the node)."""
        return self.values[:, self.nodes == node]


@dataclass(frozen=True, eq=False)
class Potentials:
    """Extracellular potentials. times: (samples,) [ms]. values: (samples, channels) [unit]. channels: ids."""

    times: Floats
    values: Floats
    channels: Ints
    unit: str = "mV"


def populations(path: str | Path) -> list[str]:
    """Populations that a file has reports of; '' for the one of an older file, which has no name."""
    with columns.opened(Path(path)) as file:
        return _names(file, Path(path))


def read(path: str | Path, population: str | None = None, nodes: Sequence[int] | None = None) -> Report:
    """A report; of the only population if none is named. nodes: ids of those that are read."""
    path = Path(path)
    with columns.opened(path) as file:
        names = _names(file, path)
        if population is None and len(names) == 1:
            population = names[0]
        if population not in names:
            raise FileError(
                f"{path}: there is no report of {population!r}. {did_you_mean(str(population), names)}"
            )
        return _report(file[f"report/{population}"] if population else file, population, nodes, path)


def read_potentials(path: str | Path) -> Potentials:
    """Potentials at electrodes: below 'ecp' with a row per sample, or at the top with a row per channel."""
    path = Path(path)
    with columns.opened(path) as file:
        inner = isinstance(file.get("ecp"), h5py.Group)
        group: h5py.Group = file["ecp"] if inner else file
        data = columns.dataset(group, "data", path)
        channels = columns.integers(group, "channel_id", path)
        axis = 1 if inner else 0
        if data.ndim != 2 or data.shape[axis] != len(channels):
            raise FileError(
                f"{path}: {data.name} has the shape {data.shape}, but there are {len(channels)} channels"
            )
        values = columns.numbers(group, "data", path)
        times = _times(group, data.shape[1 - axis], path)
        return Potentials(times, values if inner else values.T, channels, _text(data, "units", "mV"))


def write(path: str | Path, reports: Sequence[Report], double: bool = False) -> str:
    """The path of a file with a report of each of some populations, which both dialects' tools read.

    double: whether values keep all digits; BlueBrain's libsonata reads single precision only.
    """
    with whole(path) as part, columns.made(part) as file:
        for report in reports:
            order = np.argsort(report.nodes, kind="stable")
            ids, first = np.unique(report.nodes[order], return_index=True)
            group = file.create_group(f"report/{report.population}")
            data = group.create_dataset("data", data=report.values[:, order], dtype="f8" if double else "f4")
            data.attrs["units"], data.attrs["variable"] = report.unit, report.variable
            mapping = group.create_group("mapping")
            mapping.create_dataset("node_ids", data=ids.astype(np.uint64)).attrs["sorted"] = np.uint8(1)
            pointers = np.append(first, len(order)).astype(np.uint64)
            mapping[POINTERS[0]] = pointers
            mapping[POINTERS[1]] = mapping[POINTERS[0]]  # a second name of the same data
            mapping["element_ids"] = report.sections[order].astype(np.uint32)
            mapping["element_pos"] = report.positions[order]
            mapping.create_dataset("time", data=header(report.times)).attrs["units"] = "ms"
    return str(path)


def write_potentials(path: str | Path, potentials: Potentials) -> str:
    """The path of a file with potentials: as bmtk has them below 'ecp', as the specification at the top."""
    with whole(path) as part, columns.made(part) as file:
        for group, values in ((file.create_group("ecp"), potentials.values), (file, potentials.values.T)):
            group.create_dataset("data", data=values).attrs["units"] = potentials.unit
            group["channel_id"] = potentials.channels
            group.create_dataset("time", data=header(potentials.times)).attrs["units"] = "ms"
    return str(path)


def header(times: Floats) -> Floats:
    """[start, stop, step] of evenly spaced times [ms]; the stop is one step after the last.

    Tools divide the range by the step, so that the quotient must be the number of samples exactly.
    """
    if len(times) < 2:
        start = float(times[0]) if len(times) else 0.0
        return np.array([start, start + len(times), 1.0])
    count, start = len(times), float(times[0])
    step = (float(times[-1]) - start) / (count - 1)
    step = float(f"{step:.12g}")
    if not np.allclose(times, start + step * np.arange(count), rtol=0, atol=step / 100):
        raise FileError("SONATA's reports have evenly spaced samples only")
    stop = start + step * count
    near = (stop, math.nextafter(stop, math.inf), math.nextafter(stop, -math.inf))
    return np.array([start, next((s for s in near if (s - start) / step == count), stop), step])


def _names(file: h5py.File, path: Path) -> list[str]:
    if "report" not in file and "data" in file and "mapping" in file:
        return [""]
    found = [
        name for name, item in columns.group(file, "report", path).items() if isinstance(item, h5py.Group)
    ]
    if not found:
        raise FileError(f"{path}: report: there is no population in it")
    return found


def _report(group: h5py.Group, population: str, nodes: Sequence[int] | None, path: Path) -> Report:
    mapping, data = columns.group(group, "mapping", path), columns.dataset(group, "data", path)
    if data.ndim != 2:
        raise FileError(f"{path}: {data.name} has the shape {data.shape}, not (samples, elements)")
    names = {new: new if new in mapping or population else old for new, old in OLD.items()}
    ids = columns.integers(mapping, names["node_ids"], path)
    counts = _counts(mapping, len(ids), data.shape[1], path)
    of_element = np.repeat(ids, counts)
    kept = slice(None) if nodes is None else np.flatnonzero(np.isin(of_element, _known(nodes, ids, path)))
    sections = columns.whole_numbers(
        _elements(mapping, names["element_ids"], data.shape[1], path),
        f"{path}: {mapping.name}/{names['element_ids']}",
    )
    if "element_pos" in mapping:
        positions = _elements(mapping, "element_pos", data.shape[1], path).astype(float)
    else:
        positions = np.full(data.shape[1], np.nan)
    return Report(
        population,
        _times(mapping, data.shape[0], path),
        columns.numbers(group, "data", path, (slice(None), kept)),
        of_element[kept],
        sections[kept],
        positions[kept],
        _text(data, "variable", ""),
        _text(data, "units", ""),
    )


def _known(nodes: Sequence[int], ids: Ints, path: Path) -> Ints:
    wanted = np.asarray(nodes, np.int64)
    if len(unknown := np.setdiff1d(wanted, ids)):
        raise FileError(f"{path}: mapping/node_ids: node {unknown[0]} is not in the report")
    return wanted


def _counts(mapping: h5py.Group, nodes: int, elements: int, path: Path) -> Ints:
    """How many elements each node has."""
    name = next((name for name in POINTERS if name in mapping), POINTERS[0])
    pointers = columns.integers(mapping, name, path)
    if len(pointers) != nodes + 1:
        raise FileError(
            f"{path}: {mapping.name}/{name} has {len(pointers)} entries, for {nodes} nodes there must be "
            f"{nodes + 1}"
        )
    counts = np.diff(pointers)
    if (counts < 0).any() or pointers[0] != 0 or pointers[-1] != elements:
        raise FileError(
            f"{path}: {mapping.name}/{name} does not rise from 0 to the {elements} elements of data"
        )
    return counts


def _elements(mapping: h5py.Group, name: str, elements: int, path: Path) -> NDArray[Any]:
    found = columns.numbers(mapping, name, path)
    if found.shape != (elements,):
        raise FileError(
            f"{path}: {mapping.name}/{name} has the shape {found.shape}, data {elements} elements"
        )
    return found


def _times(group: h5py.Group, samples: int, path: Path) -> Floats:
    """Times of samples of a header; of each sample where a file lists them."""
    given = columns.numbers(group, "time", path)
    if given.ndim != 1:
        raise FileError(f"{path}: {group.name}/time has the shape {given.shape}")
    if len(given) == samples != 3:
        return given
    if len(given) != 3 or not np.isfinite(given).all() or given[2] <= 0:
        raise FileError(f"{path}: {group.name}/time: expected start, stop and step, got {given[:8].tolist()}")
    start, stop, step = given.tolist()
    if abs((stop - start) / step - samples) > 1.01:  # whether the stop is a sample is not agreed on
        raise FileError(
            f"{path}: {group.name}/time is {given.tolist()}, which does not go with {samples} samples of data"
        )
    return np.asarray(start + step * np.arange(samples), float)


def _text(data: h5py.Dataset, name: str, default: str) -> str:
    found = data.attrs.get(name, default)
    return found.decode() if isinstance(found, bytes) else str(found)
