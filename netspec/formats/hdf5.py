"""netspec's own file: one HDF5 dataset per column, JSON texts for plain data."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from netspec.errors import FileError
from netspec.formats.files import existing, whole
from netspec.formats.tree import Leaf

FORMAT = "netspec 1"
ORDER = "order"
"""Dataset with the names of all others, in the order in which they were given."""


def save(path: str | Path, leaves: Mapping[str, Leaf]) -> str:
    """The path of the written file. leaves: as `tree.flatten` makes them."""
    with whole(path) as part, h5py.File(part, "w") as file:
        file.attrs["format"] = FORMAT
        file.create_dataset(ORDER, data=json.dumps(list(leaves)), dtype=h5py.string_dtype())
        for name, leaf in leaves.items():
            if isinstance(leaf, str):
                file.create_dataset(name, data=leaf, dtype=h5py.string_dtype())
            else:
                file.create_dataset(name, data=leaf, **_filters(leaf))
    return str(path)


def load(path: str | Path, names: Sequence[str] | None = None) -> dict[str, Leaf]:
    """What `save` was given, or some of it; FileError if the file is truncated or not netspec's."""
    with _opened(path) as file:
        return {name: _leaf(file[name]) for name in names or _names(file)}


def joined(paths: Sequence[Path], part: str) -> dict[str, Leaf]:
    """One part of files: arrays one after another along the first axis, texts of the last file.

    part: what its names begin with; the same arrays in all files. Nothing is in memory twice.
    """
    texts: dict[str, Leaf] = {}
    shapes: dict[str, tuple[list[int], Any]] = {}
    for path in paths:
        with _opened(path) as file:
            for name in _names(file, part):
                column = file[name]
                if h5py.check_string_dtype(column.dtype):
                    texts[name] = _leaf(column)
                else:
                    shape, _ = shapes.setdefault(name, ([0, *column.shape[1:]], column.dtype))
                    shape[0] += len(column)
    arrays = {name: np.empty(shape, dtype) for name, (shape, dtype) in shapes.items()}
    filled = dict.fromkeys(arrays, 0)
    for path in paths:
        with _opened(path) as file:
            for name, begin in filled.items():
                filled[name] = begin + len(file[name])
                if file[name].size:
                    file[name].read_direct(arrays[name], dest_sel=np.s_[begin : filled[name]])
    return {**texts, **arrays}


def _names(file: Any, part: str = "") -> list[str]:
    names: list[str] = json.loads(file[ORDER].asstr()[()])
    return [name for name in names if name.startswith(part)]


@contextmanager
def _opened(path: str | Path) -> Iterator[Any]:
    found = existing(path)
    try:
        with h5py.File(found, "r") as file:
            if file.attrs.get("format") != FORMAT:
                of_sonata = {"spikes", "report", "ecp"} & file.keys()
                hint = "; netspec.formats.sonata.outputs.read takes it" if of_sonata else ""
                raise FileError(f"{found}: an HDF5 file, but not one of netspec's{hint}")
            yield file
    except (OSError, KeyError) as error:
        raise FileError(f"{found}: not a whole HDF5 file: {error}") from error


def _leaf(dataset: Any) -> Leaf:
    if h5py.check_string_dtype(dataset.dtype):
        text: str = dataset.asstr()[()]
        return text
    column: np.ndarray[Any, Any] = dataset[()]
    return column


def _filters(column: np.ndarray[Any, Any]) -> dict[str, Any]:
    """Large columns are compressed without loss."""
    return {"compression": "gzip", "compression_opts": 1, "shuffle": True} if column.size > 4096 else {}
