"""Columns of nodes and edges: groups of an HDF5 file first, then the table of types."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from netspec.errors import FileError, did_you_mean
from netspec.formats.files import existing

DYNAMICS = "dynamics_params/"
"""Prefix of the names of parameters that single nodes or edges have."""


@contextmanager
def opened(path: Path) -> Iterator[h5py.File]:
    """An HDF5 file to read; FileError if it is none, or cut off."""
    try:
        file = h5py.File(existing(path), "r")
    except (OSError, RuntimeError) as error:
        raise FileError(f"{path}: no HDF5 file that can be read: {error}") from error
    with file:
        try:
            yield file
        except (OSError, RuntimeError, KeyError, UnicodeDecodeError) as error:  # what h5py says of a bad file
            raise FileError(f"{path}: cannot be read to the end: {error}") from error


@contextmanager
def made(path: Path) -> Iterator[h5py.File]:
    """A new HDF5 file with the marks of SONATA."""
    with h5py.File(path, "w") as file:
        file.attrs["magic"] = np.uint32(0x0A7A)
        file.attrs["version"] = np.array([0, 1], np.uint32)
        yield file


def group(parent: h5py.Group, name: str, path: Path) -> h5py.Group:
    """A group by name. FileError lists what there is instead."""
    found = parent.get(name) if isinstance(parent, h5py.Group) else None
    if not isinstance(found, h5py.Group):
        near = did_you_mean(name, parent) if isinstance(parent, h5py.Group) else "That is no group."
        raise FileError(f"{path}: there is no group {parent.name.rstrip('/')}/{name}. {near}")
    return found


def dataset(parent: h5py.Group, name: str, path: Path) -> h5py.Dataset:
    """A dataset by name. FileError lists what there is instead."""
    found = parent.get(name)
    if not isinstance(found, h5py.Dataset):
        raise FileError(
            f"{path}: there is no dataset {parent.name.rstrip('/')}/{name}. {did_you_mean(name, parent)}"
        )
    if found.shape is None:
        raise FileError(f"{path}: {found.name} is empty")
    return found


def column(parent: h5py.Group, name: str, path: Path, rows: Any = slice(None)) -> NDArray[Any]:
    """A dataset's values. FileError if it is not there, or too large for this machine."""
    return held(dataset(parent, name, path), path, rows)


def held(data: h5py.Dataset, path: Path, rows: Any = slice(None)) -> NDArray[Any]:
    """A dataset's values in memory: some rows, if it is the rows that are few."""
    check_rows(data, np.empty(0, np.int64), path)
    if isinstance(rows, slice) and rows == slice(None):
        size = data.size * data.dtype.itemsize
        if size > memory():
            raise FileError(
                f"{path}: {data.name} has {data.shape[0]} rows, {size / 1e9:.0f} GB: "
                "more than this machine's memory"
            )
    return np.asarray(data[rows])


def memory() -> int:
    """Bytes of memory that this machine has."""
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def integers(parent: h5py.Group, name: str, path: Path, lowest: int | None = 0) -> NDArray[np.int64]:
    """A column of whole numbers: (n,). FileError for other types, shapes, and numbers below the lowest."""
    return whole_numbers(column(parent, name, path), f"{path}: {parent.name.rstrip('/')}/{name}", lowest)


def whole_numbers(found: NDArray[Any], where: str, lowest: int | None = 0) -> NDArray[np.int64]:
    """The same values as int64. where: file and key, for messages."""
    if found.ndim != 1:
        raise FileError(f"{where} has the shape {found.shape}, not one value per row")
    if found.dtype.kind not in "iu" and not _all_whole(found):
        raise FileError(f"{where}: expected whole numbers, got {found.dtype}")
    numbers = found.astype(np.int64)
    if lowest is not None and len(numbers) and numbers.min() < lowest:
        row = int(np.argmin(numbers))
        raise FileError(f"{where}: row {row} is {found[row]}, the least is {lowest}")
    return numbers


def _all_whole(found: NDArray[Any]) -> bool:
    """Whether floats are whole numbers: some tools write ids so."""
    return found.dtype.kind == "f" and bool((np.isfinite(found) & (found == np.round(found))).all())


def numbers(parent: h5py.Group, name: str, path: Path, rows: Any = slice(None)) -> NDArray[np.float64]:
    """A dataset of numbers of any shape. FileError for texts."""
    found = column(parent, name, path, rows)
    if found.dtype.kind not in "fiub":
        raise FileError(f"{path}: {parent.name.rstrip('/')}/{name}: expected numbers, got {found.dtype}")
    return found.astype(float)


def populations(file: h5py.File, kind: str, path: Path) -> dict[str, h5py.Group]:
    """The populations of nodes or edges in a file: at least one."""
    found = dict(group(file, kind, path).items())
    if not found:
        raise FileError(f"{path}: there is no population in /{kind}")
    return {name: group(file, f"{kind}/{name}", path) for name in found}


def floats(given: NDArray[Any], where: str) -> NDArray[np.float64]:
    """Objects as numbers, nan for None: (n,). FileError for texts. where: file and attribute."""
    try:
        return np.array([np.nan if value is None else float(value) for value in given.tolist()], float)
    except (TypeError, ValueError) as error:
        raise FileError(f"{where}: expected numbers: {error}") from error


def groups(population: h5py.Group) -> dict[int, h5py.Group]:
    """The groups of attributes of a population, by number."""
    return {
        int(name): item
        for name, item in population.items()
        if name.isdecimal() and isinstance(item, h5py.Group)
    }


def attributes(item: h5py.Group) -> dict[str, h5py.Dataset]:
    """The datasets of a group; parameters of single rows as 'dynamics_params/<name>'."""
    found = {name: data for name, data in item.items() if isinstance(data, h5py.Dataset)}
    own = item.get("dynamics_params")
    if isinstance(own, h5py.Group):
        found |= {DYNAMICS + name: data for name, data in own.items() if isinstance(data, h5py.Dataset)}
    return found


def values(
    item: h5py.Group, name: str, data: h5py.Dataset, rows: NDArray[np.int64], path: Path
) -> NDArray[Any]:
    """Some rows of an attribute; numbers into its library as the texts that they stand for."""
    check_rows(data, rows, path)
    found = held(data, path)[rows]
    library = item.get(f"@library/{name}")
    if isinstance(library, h5py.Dataset):
        words = texts(held(library, path))
        codes = whole_numbers(found, f"{path}: {data.name}")
        if len(codes) and codes.max() >= len(words):
            raise FileError(
                f"{path}: {data.name}: code {codes.max()} is not among the {len(words)} of {library.name}"
            )
        return np.asarray(words[codes])
    return texts(found) if found.dtype.kind in "SO" else found


def check_rows(data: h5py.Dataset, rows: NDArray[np.int64], path: Path) -> None:
    """FileError if a column lacks one of some rows."""
    count = data.shape[0] if data.shape else None
    if count is None:
        raise FileError(f"{path}: {data.name} is a single value, not a column")
    if len(rows) and (rows.max() >= count or rows.min() < 0):
        worst = rows.max() if rows.max() >= count else rows.min()
        raise FileError(f"{path}: {data.name} has {count} rows, but row {worst} is referred to")


def texts(found: NDArray[Any]) -> NDArray[Any]:
    """Texts as Python's, from HDF5's bytes."""
    plain = [item.decode(errors="replace") if isinstance(item, bytes) else item for item in found.tolist()]
    made = np.empty(len(plain), object)
    made[:] = plain
    return made


def rows_as_objects(given: NDArray[Any]) -> NDArray[Any]:
    """Rows as objects: those of a column with several values per row as tuples."""
    made = np.empty(len(given), object)
    made[:] = [tuple(row) for row in given.tolist()] if given.ndim > 1 else given.tolist()
    return made


def of_types(types: Mapping[int, Mapping[str, Any]], numbers: NDArray[np.int64], name: str) -> NDArray[Any]:
    """An attribute of types for each row: (n,) objects, None where a type has none."""
    distinct, codes = np.unique(numbers, return_inverse=True)
    lookup = np.empty(len(distinct), object)
    lookup[:] = [types.get(number, {}).get(name) for number in distinct.tolist()]
    return np.asarray(lookup[codes])
