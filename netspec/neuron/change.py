"""New values for objects that exist: sections cell by cell, all else in one hoc call per value."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from neuron import h
from numpy.typing import NDArray

from netspec.neuron.cells import LiveCells
from netspec.neuron.hoc_template import NOT_PARAMETERS, SKIPPED_MECHANISMS
from netspec.spec.cell import Section

SET = """
proc netspec_set_{name}() {{ local i
  for i = 0, $o2.size() - 1 {{ $o1.o($o2.x[i]).{name} = $3 }}
}}
"""
SET_WEIGHTS = """
proc netspec_set_weights() { local i
  for i = 0, $o2.size() - 1 { $o1.o($o2.x[i]).weight[$o3.x[i]] = $4 }
}
"""


def values(objects: Any, items: NDArray[Any], given: Mapping[str, float]) -> None:
    """Set the same values in those objects of a List."""
    chosen = h.Vector(np.asarray(items, float))
    for name, value in given.items():
        if not hasattr(h, f"netspec_set_{name}"):
            h(SET.format(name=name))
        getattr(h, f"netspec_set_{name}")(objects, chosen, float(value))


def weights(netcons: Any, items: NDArray[Any], index: NDArray[Any], value: float) -> None:
    """Set a weight of those NetCons of a List. index: which of its weights, for each."""
    if not hasattr(h, "netspec_set_weights"):
        h(SET_WEIGHTS)
    h.netspec_set_weights(netcons, *(h.Vector(np.asarray(a, float)) for a in (items, index)), float(value))


def cells(
    live: LiveCells, positions: NDArray[Any], codes: Mapping[int, Any], new: Mapping[str, Section], plan: Any
) -> None:
    """Set what is new in the sections of cells of this rank.

    positions: of the cells. codes: of templates that have any of the sections, as keys.
    """
    live.names = plan.model.sections
    for position in positions.tolist():
        code = int(plan.cells.table["template"][position])
        gid = int(plan.cells.gids[position])
        known = plan.templates[code].sections if code in codes else {}
        for name in new.keys() & known.keys():
            live.add(gid, name)
        for name, section in new.items():
            if name in known and section.topol:
                _connect(live, gid, name, known[name].topol)
        for name, section in new.items():
            if name in known:
                _section(live, gid, name, section, _shift(plan, position))
    for section in new.values() if codes else ():
        live.set_ion_defaults(_ion_defaults(section))


def _section(live: LiveCells, gid: int, name: str, new: Section, shift: tuple[float, ...]) -> None:
    section = live.section(gid, name)
    _geometry(section, new.geom, shift)
    _mechanisms(section, new)
    for label, parameters in new.pointps.items():
        if "mod" in parameters:
            live.add_point(gid, name, label, parameters["mod"], parameters.get("loc", 0.5))
        target = live.pointp(gid, name, label)
        for parameter, value in parameters.items():
            if parameter not in NOT_PARAMETERS:
                setattr(target, parameter, value)
    if new.vinit is not None:
        live.vinits[gid, name] = section, float(new.vinit)
    if new.threshold is not None:
        live.set_threshold(gid, name, float(new.threshold))


def _connect(live: LiveCells, gid: int, name: str, topology: Mapping[str, Any]) -> None:
    """Connect a section to its parent, from which it may have to be taken off."""
    section, parent = live.section(gid, name), live.section(gid, topology["parentSec"])
    if section.parentseg() is not None:
        section.disconnect()
    section.connect(parent(topology["parentX"]), topology["childX"])


def _mechanisms(section: Any, new: Section) -> None:
    """Insert density mechanisms and ions where they are missing, and set their parameters."""
    for mechanism, parameters in new.mechs.items():
        if mechanism not in SKIPPED_MECHANISMS:
            section.insert(mechanism)
            for parameter, value in parameters.items():
                _per_segment(section, f"{parameter}_{mechanism}", value)
    for ion, parameters in new.ions.items():
        section.insert(f"{ion}_ion")
        for parameter, value in parameters.items():
            _per_segment(section, _ion_variable(ion, parameter), value)


def _geometry(section: Any, geom: Mapping[str, Any], shift: tuple[float, ...]) -> None:
    for name, value in geom.items():
        if not isinstance(value, list | tuple | dict):
            setattr(section, name, int(value) if name == "nseg" else value)
    if geom.get("pt3d") is not None:
        section.pt3dclear()
        for x, y, z, diameter in geom["pt3d"]:
            section.pt3dadd(x + shift[0], y + shift[1], z + shift[2], diameter)


def _per_segment(section: Any, variable: str, value: Any) -> None:
    """Set a range variable: the same everywhere, or a list with a value for each segment."""
    single = not isinstance(value, list | tuple) or len(value) == 1
    for k, segment in enumerate(section):
        item = (value[0] if isinstance(value, list | tuple) else value) if single else value[k]
        if item is not None:
            setattr(segment, variable, item)


def _ion_variable(ion: str, parameter: str) -> str:
    return f"e{ion}" if parameter == "e" else f"{ion}{parameter}"


def _ion_defaults(section: Section) -> dict[str, float]:
    """NEURON's defaults of concentrations, which count at each initialisation."""
    return {
        f"{ion}{side}0_{ion}_ion": float(value[-1] if isinstance(value, list | tuple) else value)
        for ion, parameters in section.ions.items()
        for side, value in parameters.items()
        if side in ("i", "o")
    }


def _shift(plan: Any, position: int) -> tuple[float, ...]:
    """What is added to the 3-D points of a cell [um]."""
    simulation, table = plan.model.spec.simulation, plan.cells.table
    if not simulation.pt3d_relative:
        return (0.0, 0.0, 0.0)
    x, y, z = (float(table[axis][position]) for axis in "xyz")
    return x, -y if simulation.inverted_y else y, z
