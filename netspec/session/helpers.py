"""Small functions that NetPyNE offers to scripts."""

import hashlib
import resource
from array import array
from collections.abc import Iterable, Mapping
from typing import Any

from netspec.session.containers import Dict
from netspec.session.stages import Session


def selected(session: Session, include: Iterable[Any], gids: bool = False) -> list[Any]:
    """The cells of this rank (or their gids) that selectors mean. Works on one rank or on all."""
    from netspec.plan.select import select

    cells = session.planned().cells
    owned = set(cells.owned.tolist())
    here = [p for p in select(include, cells, "include").tolist() if p in owned]
    return [int(cells.gids[p]) if gids else session.network_view().cell_of(int(cells.gids[p])) for p in here]


def text_hash(text: str) -> int:
    """First 32 bits of the MD5 of a text."""
    return int(hashlib.md5(text.encode()).hexdigest()[:8], 16)


def list_hash(numbers: Iterable[int]) -> int:
    """First 32 bits of the MD5 of whole numbers as unsigned C longs."""
    return int(hashlib.md5(array("L", numbers)).hexdigest()[:8], 16)


def unique(items: Iterable[Any]) -> list[Any]:
    """The items without repetitions, in order of first appearance."""
    return list(dict.fromkeys(items))


def peak_memory() -> float:
    """Largest memory of this process so far [MB]."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def renamed(place: Any, old: Any, new: Any, label: Any = None) -> bool:
    """Whether the key `old` was there; it is now `new`. place: a specs object or a dict."""
    if hasattr(place, "rename"):
        return bool(place.rename(old, new, label))
    if isinstance(place, dict):
        inner = Dict(place)
        done = inner.rename(old, new, label)
        place.clear()
        place.update(inner)
        return done
    return False


def replaced(value: Any, start: str, new: Any, removed: bool = False) -> Any:
    """A copy in which values under keys that begin with `start` are `new` or left out; not containers."""
    if isinstance(value, list | tuple):
        return [replaced(item, start, new, removed) for item in value]
    if not isinstance(value, Mapping):
        return value
    copy = {}
    for name, item in value.items():
        if str(name).startswith(start) and not isinstance(item, Mapping | list):
            if not removed:
                copy[name] = new
        else:
            copy[name] = replaced(item, start, new, removed)
    return copy


def without(value: Any, keystart: str, objCopy: Any = "ROOT", exclude_list: Iterable[str] = ()) -> Any:
    """A copy without values under keys that begin so; containers and exclude_list stay. objCopy: unused."""
    if isinstance(value, list | tuple):
        return [without(item, keystart, objCopy, exclude_list) for item in value]
    if not isinstance(value, Mapping):
        return value
    return {
        name: without(item, keystart, objCopy, exclude_list)
        for name, item in value.items()
        if name in exclude_list or not str(name).startswith(keystart) or isinstance(item, Mapping | list)
    }


def plain_dicts(value: Any) -> Any:
    """A copy made of plain dicts and lists."""
    if isinstance(value, Mapping):
        return {name: plain_dicts(item) for name, item in value.items()}
    return [plain_dicts(item) for item in value] if isinstance(value, list | tuple) else value


def emptied(value: Any) -> Any:
    """The same container; all dicts in it are empty."""
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        emptied(item)
    if isinstance(value, dict):
        value.clear()
    return value


def without_functions(value: Any) -> Any:
    """A copy in which functions are replaced by the text 'func'."""
    if isinstance(value, Mapping):
        return {name: without_functions(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [without_functions(item) for item in value]
    return "func" if callable(value) else value
