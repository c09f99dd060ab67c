"""NEURON objects in blocks, from arrays: by a compiled helper, or by one hoc call per block.

A column is an array (one value per row) or a number (the same for every row). What is made comes back as a
hoc List, which keeps the objects alive: nothing per object is kept in Python.
NETSPEC_BULK=c or hoc forces one of the two ways.
"""

import os
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

import numpy as np
from neuron import h

from netspec.errors import MechanismError, StateError, did_you_mean
from netspec.neuron import bulk_compiled, bulk_hoc, catalog

MAX_GID = 2**31 - 1


class Sections:
    """Sections by index: what synapses and spike sources are placed in. Keeps the sections alive."""

    def __init__(self, sections: Iterable[Any]):
        self._owner = sections if hasattr(sections, "allroots") else tuple(sections)
        self.list = self._owner if hasattr(sections, "allroots") else h.SectionList(self._owner)
        self._count = sum(1 for _ in self._owner)
        self._refs: Any = None

    def __len__(self) -> int:
        return self._count

    @property
    def refs(self) -> Any:
        """The same as a List of SectionRefs, which is what hoc can index."""
        if self._refs is None:
            self._refs = h.List()
            for section in self.list:
                self._refs.append(h.SectionRef(sec=section))
        return self._refs


def sections(source: Iterable[Any]) -> Sections:
    """A table of sections (an iterable of them, or a hoc SectionList) for the functions below."""
    return Sections(source)


def points(mechanism: str, n: int, parameters: Mapping[str, Any] | None = None) -> Any:
    """As many artificial cells, with columns of parameters: List."""
    out = h.List()
    if n:
        way().points(out, mechanism, n, *_parameters(mechanism, parameters, n))
    return out


def synapses(
    mechanism: str,
    table: Sections,
    section_index: Any,
    locations: Any,
    parameters: Mapping[str, Any] | None = None,
) -> Any:
    """One point process per row of section_index (into `table`), at `locations` (0..1): List."""
    n, out = len(section_index), h.List()
    if n:
        _inside(section_index, len(table), "section")
        place = _table(table), _column(section_index, n), _column(locations, n)
        way().synapses(out, mechanism, n, *place, *_parameters(mechanism, parameters, n))
    return out


def connect(
    pc: Any,
    pre_gids: Any,
    targets: Any,
    target_index: Any,
    weights: Any,
    delays: Any,
    weight_index: Any = 0,
) -> Any:
    """One NetCon per row, from the gid to the target (an index into the List `targets`): List.

    weights: put into weight[weight_index]. delays [ms].
    """
    n = len(pre_gids)
    ends = _ends(targets, target_index, weights, delays, weight_index, n)
    out = h.List()
    if n:
        way().connect(out, n, *ends, pc, _gids(pre_gids))
    return out


def netcons(
    sources: Any, targets: Any, target_index: Any, weights: Any, delays: Any, weight_index: Any = 0
) -> Any:
    """One NetCon per row, from artificial cell i of the List `sources` to a target: List."""
    n = len(sources)
    ends = _ends(targets, target_index, weights, delays, weight_index, n)
    out = h.List()
    if n:
        way().netcons(out, n, *ends, sources, _column(np.arange(n), n))
    return out


def register_points(pc: Any, gids: Any, sources: Any, thresholds: Any = 10.0) -> None:
    """Give this rank's gids to the events of artificial cells (a List, in the same order)."""
    if len(gids) != len(sources):
        raise ValueError(f"{len(gids)} gids for {len(sources)} cells")
    if len(gids):
        way().register_points(pc, len(gids), _gids(gids), _column(thresholds, len(gids)), sources)


def register_sections(
    pc: Any, gids: Any, table: Sections, section_index: Any, locations: Any, thresholds: Any
) -> None:
    """Give this rank's gids to the membrane potential at places; thresholds [mV]."""
    n = len(gids)
    if n:
        _inside(section_index, len(table), "section")
        place = _table(table), _column(section_index, n), _column(locations, n)
        way().register_sections(pc, n, _gids(gids), _column(thresholds, n), *place)


def register_variables(
    pc: Any, gids: Any, table: Sections, section_index: Any, sources: Any, variable: str, thresholds: Any
) -> None:
    """Give this rank's gids to a variable of point processes, a List in the same order.

    section_index: where each of them is.
    """
    n = len(gids)
    if n:
        _inside(section_index, len(table), "section")
        _known(sources.o(0).hname().split("[")[0], [variable])
        place = _table(table), _column(section_index, n)
        way().register_variables(pc, n, _gids(gids), _column(thresholds, n), *place, sources, variable)


@cache
def way() -> Any:
    """The functions that make objects: compiled ones if possible, else hoc's."""
    asked = os.environ.get("NETSPEC_BULK", "")
    compiled = None if asked == "hoc" else bulk_compiled.load()
    if asked == "c" and compiled is None:
        raise StateError("NETSPEC_BULK=c, but the compiled builder cannot be made; see the log")
    return compiled or bulk_hoc


def _table(table: Sections) -> Any:
    return table.refs if way() is bulk_hoc else table.list


def _column(values: Any, n: int) -> Any:
    """A Vector of n values, or a number."""
    array = np.asarray(values, float)
    if array.ndim == 0:
        return float(array)
    if array.shape != (n,):
        raise ValueError(f"a column of shape {array.shape} where {n} rows are made")
    return h.Vector(array)


def _gids(gids: Any) -> Any:
    if np.max(gids) > MAX_GID or np.min(gids) < 0:
        raise StateError(f"NEURON's gids are 0 to {MAX_GID}, not {np.min(gids)} to {np.max(gids)}")
    return _column(gids, len(gids))


def _parameters(mechanism: str, parameters: Mapping[str, Any] | None, n: int) -> list[Any]:
    columns = {_spelled(name, mechanism): values for name, values in (parameters or {}).items()}
    _known(mechanism, columns)
    return [item for name, values in columns.items() for item in (name, _column(values, n))]


def _ends(targets: Any, index: Any, weights: Any, delays: Any, weight_index: Any, n: int) -> tuple[Any, ...]:
    if n:
        _inside(index, len(targets), "target")
        if np.min(weight_index) < 0:
            raise ValueError("a weight index is negative")
    return targets, _column(index, n), _column(weights, n), _column(delays, n), _column(weight_index, n)


def _inside(index: Any, count: int, what: str) -> None:
    if np.min(index) < 0 or np.max(index) >= count:
        raise ValueError(f"{what} index outside 0..{count - 1}")


def _spelled(name: str, mechanism: str) -> str:
    """IClamp and its like have `del`, which Python programs write as `delay`."""
    known = _variables(mechanism)
    return "del" if name == "delay" and name not in known and "del" in known else name


def _known(mechanism: str, names: Iterable[str]) -> None:
    known = _variables(mechanism)
    for name in names:
        if name not in known:
            raise MechanismError(f"{name!r} is not a parameter of {mechanism!r}. {did_you_mean(name, known)}")


def _variables(mechanism: str) -> list[str]:
    """Parameters, assigned variables and states of a point process that are one number each."""
    return [name for name, size in catalog.variables(mechanism).items() if size == 1]
