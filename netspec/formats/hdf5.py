"""netspec's own file: one HDF5 dataset per column, JSON texts for plain data."""

import json
from collections.abc import Mapping
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


def load(path: str | Path) -> dict[str, Leaf]:
    """What `save` was given; FileError if the file is truncated or not netspec's."""
    found = existing(path)
    try:
        with h5py.File(found, "r") as file:
            if file.attrs.get("format") != FORMAT:
                raise FileError(f"{found}: an HDF5 file, but not one of netspec's")
            names = json.loads(file[ORDER].asstr()[()])
            return {name: _leaf(file[name]) for name in names}
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
