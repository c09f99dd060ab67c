"""Sections, mechanisms and synapses of a live cell -> the dictionaries of a cell rule."""

import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

from neuron import h

from netspec.errors import NetspecError
from netspec.neuron import catalog

GEOMETRY = ("L", "nseg", "diam", "Ra", "cm")
NEURON_GLOBALS = ("celsius", "v_init", "clamp_resist")
NO_CHANNELS = frozenset({"morphology", "capacitance", "dist"})
"""Mechanisms that every section has, and 'dist', which files insert only while they build a cell."""
SYNAPSES = ("syn", "ampa", "gaba", "nmda", "glu")
"""A point process that receives events and has one of these in its name is taken for a synapse."""


class NoCell(NetspecError):
    """Nothing that could be a cell was made."""


def cell_data(
    cell: Any, globals_: Mapping[str, float], ignored: Iterable[str], alone: bool
) -> dict[str, Any]:
    """secs, secLists, synMechs and globals of a cell rule, with NetPyNE's names.

    cell: an object of a template or class; None for all sections there are. ignored: SectionLists that are
    not the cell's. alone: the process has one cell, to which every section belongs.
    """
    attributes = _attributes(cell)
    sections = _sections(cell, attributes, alone)
    if not sections:
        raise NoCell(f"{cell!r} has no sections" if cell is not None else "no section is made")
    names = {section: _section_name(section, attributes) for section in sections}
    synapses: list[dict[str, Any]] = []
    secs = {name: _section(section, names, synapses) for section, name in names.items()}
    if "v_init" in globals_:
        for data in secs.values():
            data["vinit"] = globals_["v_init"]
    lists = _section_lists(names, attributes, frozenset(ignored), alone)
    return {"secs": secs, "secLists": lists, "synMechs": synapses, "globals": dict(globals_)}


def global_values() -> dict[str, float]:
    """The temperature and the like, and the GLOBAL variables of all mechanisms."""
    names = [name for name in NEURON_GLOBALS if hasattr(h, name)]
    for mechanism in (*catalog.densities(), *catalog.points()):
        names += catalog.globals_of(mechanism)
    return {name: float(getattr(h, name)) for name in names}


def changed_globals(before: Mapping[str, float]) -> dict[str, float]:
    """Globals that are not what they were; sorted by name, as NetPyNE's are."""
    now = global_values()
    return {name: now[name] for name in sorted(now) if name not in before or now[name] != before[name]}


def _attributes(cell: Any) -> dict[str, str]:
    """NEURON's name of a section or list that the cell has as an attribute -> name of the attribute."""
    found: dict[str, str] = {}
    for name in dir(cell):
        value = None if name.startswith("__") else _attribute(cell, name)
        if isinstance(value, list):
            for i, item in enumerate(value):
                found.setdefault(_hname(item), f"{name}_{i}")
        elif isinstance(value, dict):
            found.update({_hname(item): str(key) for key, item in value.items()})
        else:
            found[_hname(value)] = name
    found.pop("", None)
    return found


def _attribute(cell: Any, name: str) -> Any:
    try:
        return getattr(cell, name)
    except (AttributeError, TypeError, LookupError, RuntimeError, ValueError):
        return None  # a property that does not work now, or a procedure of a template


def _hname(value: Any) -> str:
    named = getattr(value, "hname", None)
    if not callable(named) or isinstance(value, type):
        return ""
    try:
        return str(named())
    except (TypeError, ReferenceError, RuntimeError):
        return ""  # something of the user's own, or a section that was deleted


def _sections(cell: Any, attributes: Mapping[str, str], alone: bool) -> list[Any]:
    """The sections of a cell: its all_sec, its sec, or all that there are (of several cells: its own)."""
    named = dir(cell)
    if "all_sec" in named:
        return list(cell.all_sec)
    if "sec" in named:
        return [cell.sec]
    if alone or cell is None:
        return list(h.allsec())
    return [s for s in h.allsec() if s.cell() == cell or (s.cell() is None and s.hname() in attributes)]


def _section_name(section: Any, attributes: Mapping[str, str]) -> str:
    """dend[3] -> dend_3; the attribute's name for a section that NEURON knows by nothing else."""
    plain = section.name().split(">.")[-1].rpartition(".")[2]
    name = re.sub(r"\[(\d+)\]", r"_\1", plain)
    return attributes.get(name, name) if section.name() == name else name


def _section(section: Any, names: Mapping[Any, str], synapses: list[dict[str, Any]]) -> dict[str, Any]:
    """geom, topol, mechs, ions and pointps of a section. New kinds of synapses are added to `synapses`."""
    data: dict[str, Any] = {"geom": _geometry(section), "topol": {}, "mechs": {}}
    present = [name for name in sorted(catalog.densities()) if h.ismembrane(name, sec=section)]
    ions = {}
    for name in present:
        if name.endswith("_ion"):
            ions[name.removesuffix("_ion")] = _ion(section, name.removesuffix("_ion"))
        elif name not in NO_CHANNELS:
            data["mechs"][name] = _mechanism(section, name)
    if ions:
        data["ions"] = ions
    points = _points(section, synapses)
    if points:
        data["pointps"] = points
    parent = section.parentseg()
    if parent is not None:
        name = names[parent.sec] if parent.sec in names else _section_name(parent.sec, {})
        data["topol"] = {
            "parentSec": name,
            "parentX": h.parent_connection(sec=section),
            "childX": h.section_orientation(sec=section),
        }
    return data


def _geometry(section: Any) -> dict[str, Any]:
    geometry: dict[str, Any] = {name: getattr(section, name) for name in GEOMETRY}
    points = [
        (section.x3d(i), section.y3d(i), section.z3d(i), section.diam3d(i)) for i in range(section.n3d())
    ]
    return {**geometry, "pt3d": points} if points else geometry


def _mechanism(section: Any, name: str) -> dict[str, Any]:
    """Values of a mechanism's parameters: a number, or one per segment where they differ."""
    return {
        variable: _one_or_all([getattr(getattr(segment, name), variable) for segment in section])
        for variable in catalog.scalars(name)
    }


def _ion(section: Any, ion: str) -> dict[str, Any]:
    """Reversal potential [mV] and concentrations inside and outside [mM]."""
    variables = {"e": f"e{ion}", "i": f"{ion}i", "o": f"{ion}o"}
    return {
        key: _one_or_all([getattr(segment, name) for segment in section]) for key, name in variables.items()
    }


def _one_or_all(values: list[float]) -> Any:
    return values[0] if all(value == values[0] or math.isnan(value) for value in values) else values


def _points(section: Any, synapses: list[dict[str, Any]]) -> dict[str, Any]:
    """Point processes that are no synapses; of synapses, each with its own values once, in `synapses`."""
    points: dict[str, Any] = {}
    for segment in section:
        for point in segment.point_processes():
            mod = point.hname().split("[")[0]
            values = {name: getattr(point, name) for name in catalog.scalars(mod)}
            if not catalog.receives(mod) or not any(part in mod.lower() for part in SYNAPSES):
                arrays = {
                    f"{name}[{k}]": getattr(point, name)[k]
                    for name, size in catalog.arrays(mod).items()
                    for k in range(size)
                }
                points[f"{mod}_{len(points)}"] = {"mod": mod, "loc": segment.x, **values, **arrays}
            elif {"mod": mod, **values} not in [_unlabelled(one) for one in synapses]:
                synapses.append({"label": f"{mod}_{len(synapses)}", "mod": mod, **values})
    return points


def _unlabelled(synapse: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in synapse.items() if name != "label"}


def _section_lists(
    names: Mapping[Any, str], attributes: Mapping[str, str], ignored: frozenset[str], alone: bool
) -> dict[str, list[str]]:
    """Names of the sections of each SectionList; of several cells only lists with sections of this one."""
    found = {}
    for one in h.List("SectionList"):
        name = one.hname()
        members = [names.get(section) or _section_name(section, attributes) for section in one]
        own = alone or any(section in names for section in one)
        if name not in ignored and own:
            found[attributes.get(name, name)] = members
    return found
