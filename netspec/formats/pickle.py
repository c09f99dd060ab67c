"""Pickles as NetPyNE writes them, read without NetPyNE: its classes become plain dicts, no code is run."""

import gzip
import io
import pickle
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np

from netspec.errors import FileError
from netspec.formats.files import existing, whole
from netspec.stimulus import Stimulus

ALLOWED = {
    "collections": {"OrderedDict", "defaultdict"},
    "builtins": {
        "set",
        "frozenset",
        "slice",
        "range",
        "complex",
        "bytearray",
        "dict",
        "list",
        "tuple",
        "object",
    },
    "copyreg": {"_reconstructor", "__newobj__"},
    "copy_reg": {"_reconstructor"},
    "_codecs": {"encode"},
    "numpy": {"ndarray", "dtype", "float64", "int64"},
    "numpy.core.multiarray": {"_reconstruct", "scalar"},
    "numpy._core.multiarray": {"_reconstruct", "scalar"},
    "numpy.core.numeric": {"_frombuffer"},
    "numpy._core.numeric": {"_frombuffer"},
}
"""What may be made while reading: containers and arrays."""


class _Mapping(dict[Any, Any]):
    """Stands for NetPyNE's Dict, ODict and the sections of netParams."""

    def __setstate__(self, state: Any) -> None:
        if isinstance(state, dict):
            self.update(state)


class _Record:
    """Stands for NetPyNE's other objects: what they hold, by name."""


class _Vector:
    """Stands for a Vector of NEURON, whose state is: version, the number 2.0, length, doubles."""

    def __init__(self, *arguments: Any) -> None:
        self.values = np.empty(0)

    def __setstate__(self, state: Any) -> None:
        version, two, length, data = state
        if not isinstance(two, bytes) or not isinstance(data, bytes):
            raise pickle.UnpicklingError("it holds a Vector in a form that is not known")
        order = next((order for order in "<>" if np.frombuffer(two, f"{order}f8")[0] == 2.0), None)
        if version != 1 or order is None or len(data) != 8 * length:
            raise pickle.UnpicklingError("it holds a Vector in a form that is not known")
        self.values = np.frombuffer(data, f"{order}f8").astype(float)


class _Reader(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        """Python's containers, and stand-ins for NEURON's and NetPyNE's classes; an error for others."""
        if (module, name) == ("neuron", "_pkl"):
            return _Vector
        if module.split(".")[0] == "netpyne":
            return _Mapping if module.startswith("netpyne.specs") and name != "SimConfig" else _Record
        if module == "__builtin__":
            module = "builtins"
        if name in ALLOWED.get(module, ()):
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"it holds an object of {module}.{name}, which is not data")


def save(path: str | Path, data: Any) -> str:
    """The path of the written file; its containers are plain, so that any Python reads it."""
    with whole(path) as part, part.open("wb") as file:
        pickle.dump(plain(data), file, protocol=4)
    return str(path)


def save_compressed(path: str | Path, data: Any) -> str:
    """The path of the written file: a pickle in gzip (.dpk)."""
    with whole(path) as part, gzip.open(part, "wb") as file:
        pickle.dump(plain(data), file, protocol=4)
    return str(path)


def load(path: str | Path) -> Any:
    """What a pickle (.pkl) or compressed pickle (.dpk) holds, in plain containers; Vectors as arrays."""
    found = existing(path)
    try:
        content = found.read_bytes()
        if content[:2] == b"\x1f\x8b":
            content = gzip.decompress(content)
        return plain(_Reader(io.BytesIO(content), encoding="latin1").load())
    except (pickle.UnpicklingError, EOFError, gzip.BadGzipFile, ValueError, KeyError, IndexError) as error:
        raise FileError(f"{found}: not a pickle that can be read: {error}") from error


def plain(value: Any) -> Any:
    """The same with plain dicts, lists and tuples."""
    if isinstance(value, OrderedDict | dict):
        return {key: plain(item) for key, item in value.items()}
    if type(value) in (list, tuple):
        return type(value)(plain(item) for item in value)
    if isinstance(value, _Vector):
        return value.values
    if isinstance(value, _Record):
        return plain(vars(value))
    if isinstance(value, Stimulus):
        return value.to_python()
    return value
