"""Plans and results as a flat mapping of paths to arrays and JSON texts, for files and for other ranks."""

import dataclasses
import json
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote, unquote

import numpy as np
from numpy.typing import NDArray

from netspec.errors import FileError
from netspec.formats.json import plain
from netspec.plan import InputBlock, PointBlock, Recordings, SignalBlock, SynapseChange, TraceBlock
from netspec.plan.cells import Drawn, Template
from netspec.signals.recorded import Signal
from netspec.spec.cell import Section
from netspec.stimulus.plain import KINDS
from netspec.tables import Table
from netspec.weights import Weights

Leaf = NDArray[Any] | str
KIND = ".kind"
SAFE = " '\"()<>[]{}=+*,;@#!?&|$"
"""Characters that stay as they are in the step of a path."""
_KNOWN: tuple[type, ...] = (
    *(Table, Template, Drawn, Section, PointBlock, InputBlock, TraceBlock, Recordings, SynapseChange),
    *(Signal, SignalBlock, Weights, *KINDS.values()),
)
CLASSES = {known.__name__: known for known in _KNOWN}


def flatten(value: Any, path: str = "") -> dict[str, Leaf]:
    """path/with/slashes -> array, or the JSON text of plain data. `<path>/.kind` says what a branch was."""
    if isinstance(value, np.ndarray):
        return {path: value}
    if _is_plain(value):
        return {path: json.dumps(_marked(value))}
    kind, children = _branch(value)
    found: dict[str, Leaf] = {f"{path}/{KIND}": json.dumps(kind)}
    for name, child in children:
        found.update(flatten(child, f"{path}/{name}"))
    return found


def restore(leaves: Mapping[str, Leaf], path: str = "") -> Any:
    """What `flatten` was given."""
    nested: dict[str, Any] = {}
    for name, leaf in leaves.items():
        *steps, last = name.removeprefix(path).strip("/").split("/")
        place = nested
        for step in steps:
            place = place.setdefault(step, {})
        place[last] = leaf
    return _restored(nested.get("", nested))


def pack(leaves: Mapping[str, Leaf]) -> NDArray[np.int64]:
    """The leaves as one array of int64: length of the header, header (JSON), data."""
    texts = {name: leaf for name, leaf in leaves.items() if isinstance(leaf, str)}
    arrays = {name: np.ascontiguousarray(leaf) for name, leaf in leaves.items() if not isinstance(leaf, str)}
    described = {name: (a.dtype.str, a.shape) for name, a in arrays.items()}
    header = np.frombuffer(json.dumps([list(leaves), texts, described]).encode(), np.uint8)
    parts = [header, *(array.reshape(-1).view(np.uint8) for array in arrays.values())]
    words = np.zeros(1 + sum(_padded(part.nbytes) for part in parts) // 8, np.int64)
    words[0], data, start = header.size, words[1:].view(np.uint8), 0
    for part in parts:
        data[start : start + part.nbytes] = part
        start += _padded(part.nbytes)
    return words


def unpack(words: NDArray[np.int64]) -> dict[str, Leaf]:
    """The leaves that `pack` was given."""
    length, data = int(words[0]), words[1:].view(np.uint8)
    order, texts, described = json.loads(data[:length].tobytes())
    start, arrays = _padded(length), {}
    for name, (dtype, shape) in described.items():
        count = int(np.prod(shape))
        arrays[name] = np.frombuffer(data, np.dtype(dtype), count, start).reshape(shape).copy()
        start += _padded(arrays[name].nbytes)
    return {name: texts[name] if name in texts else arrays[name] for name in order}


def _branch(value: Any) -> tuple[str, Iterable[tuple[str, Any]]]:
    """The kind of a branch and its children."""
    if isinstance(value, Table):
        return "Table", value.columns.items()
    if dataclasses.is_dataclass(value):
        children = [(f.name, getattr(value, f.name)) for f in dataclasses.fields(value)]
        return type(value).__name__, children
    if isinstance(value, Mapping):
        return "dict", [(_quoted(name), child) for name, child in value.items()]
    if isinstance(value, list | tuple):
        return type(value).__name__, [(str(i), child) for i, child in enumerate(value)]
    raise TypeError(f"{type(value).__name__} cannot be saved")


def _restored(node: Any) -> Any:
    if isinstance(node, np.ndarray):
        return node
    if isinstance(node, str):
        return _unmarked(json.loads(node))
    children = {name: _restored(child) for name, child in node.items() if name != KIND}
    match json.loads(node[KIND]) if KIND in node else "dict":
        case "dict":
            return {_unquoted(name): child for name, child in children.items()}
        case "list":
            return [children[str(i)] for i in range(len(children))]
        case "tuple":
            return tuple(children[str(i)] for i in range(len(children)))
        case "Table":
            return Table(children)
        case kind if kind in CLASSES:
            return CLASSES[kind](**children)
        case kind:
            raise FileError(f"written by another version: {kind!r} is not known here")


def _is_plain(value: Any) -> bool:
    """Whether a value is data without arrays and dataclasses."""
    if isinstance(value, np.ndarray | Table) or dataclasses.is_dataclass(value):
        return False
    if isinstance(value, Mapping):
        return all(map(_is_plain, value.values()))
    if isinstance(value, list | tuple):
        return all(map(_is_plain, value))
    return True


def _marked(value: Any) -> Any:
    """Plain data with tuples, and dicts whose keys are not texts, marked as such."""
    if isinstance(value, Mapping):
        if all(isinstance(name, str) for name in value):
            return {name: _marked(item) for name, item in value.items()}
        return {".dict": [[plain(name), _marked(item)] for name, item in value.items()]}
    if isinstance(value, tuple):
        return {".tuple": [_marked(item) for item in value]}
    if isinstance(value, list):
        return [_marked(item) for item in value]
    return plain(value)


def _unmarked(value: Any) -> Any:
    match value:
        case {".dict": pairs, **rest} if not rest:
            return {(tuple(name) if isinstance(name, list) else name): _unmarked(v) for name, v in pairs}
        case {".tuple": items, **rest} if not rest:
            return tuple(_unmarked(item) for item in items)
        case dict():
            return {name: _unmarked(item) for name, item in value.items()}
        case list():
            return [_unmarked(item) for item in value]
    return value


def _quoted(name: Any) -> str:
    """The key of a dict as a step of a path; keys that are no ordinary text as JSON after a colon."""
    if isinstance(name, str) and name and name[0] not in ".:":
        return quote(name, safe=SAFE)
    return ":" + quote(json.dumps(plain(name)), safe="")


def _unquoted(step: str) -> Any:
    return json.loads(unquote(step[1:])) if step.startswith(":") else unquote(step)


def _padded(length: int) -> int:
    return -(-length // 8) * 8
