"""Pointer connections as NEURON's transfers: what one cell's synapse follows of another cell, on any rank.

A transfer is used between cells of one rank, too, so that voltages do not depend on the number of ranks.
"""

from typing import Any

from neuron import h

from netspec.errors import Problem, SpecError, did_you_mean
from netspec.neuron import catalog
from netspec.neuron.cells import LiveCells
from netspec.neuron.connections import LiveConnections
from netspec.plan import Plan
from netspec.plan.gaps import Pointer, pointer_of

NEVER = 1e9
"""A threshold [mV] that no potential reaches."""


def couple(plan: Plan, cells: LiveCells, connections: LiveConnections, pc: Any) -> list[Any]:
    """Announce what the owned ends of pointer connections give and take: objects to keep for as long."""
    kept, columns = [], plan.gaps.columns
    for values in zip(*(column.tolist() for column in columns.values()), strict=True):
        end = dict(zip(columns, values, strict=True))
        pointer = pointer_of(plan.model.spec.network, plan.model.synapses[end["synapse"]])
        if end["gives"] >= 0:
            _give(plan, cells, pointer, end, pc)
        if end["takes"] >= 0:
            kept += _take(plan, connections, pointer, end, pc)
    return kept


def _give(plan: Plan, cells: LiveCells, pointer: Pointer, end: dict[str, Any], pc: Any) -> None:
    """Let other cells follow a variable of the segment at this end."""
    row, place = end["row"], (end["section"], end["location"])
    if row >= 0:
        place = int(plan.connections["section"][row]), float(plan.connections["location"][row])
    name = plan.model.sections[place[0]]
    section = cells.section(end["gid"], name)
    try:
        variable = getattr(section(place[1]), f"_ref_{pointer.source}")
    except (AttributeError, NameError, LookupError, TypeError):
        known = sorted(catalog.segment_variables())
        message = f"{name}({place[1]:g}) of cell {end['gid']} has no variable {pointer.source!r}."
        hint = did_you_mean(pointer.source, known) if pointer.source not in known else ""
        raise SpecError([Problem(_path(plan, end, "source_var"), f"{message} {hint}".strip())]) from None
    pc.source_var(variable, end["gives"], sec=section)


def _take(
    plan: Plan, connections: LiveConnections, pointer: Pointer, end: dict[str, Any], pc: Any
) -> list[Any]:
    """Let the synapse at this end follow the other cell, and set its weight if it has one."""
    synapse = connections.synapse(end["row"])
    mechanism = synapse.hname().split("[")[0]
    if pointer.weight in catalog.variables(mechanism):
        setattr(synapse, pointer.weight, float(plan.connections["weight"][end["row"]]))
    if pointer.target not in catalog.pointers(mechanism):
        pc.target_var(synapse, getattr(synapse, f"_ref_{pointer.target}"), end["takes"])
        return []
    # NEURON transfers into variables, not through a POINTER, so the POINTER is set to a variable of an
    # object that does nothing else.
    inbox = h.APCount(synapse.get_segment())
    inbox.thresh = NEVER
    pc.target_var(inbox, inbox._ref_thresh, end["takes"])
    h.setpointer(inbox._ref_thresh, pointer.target, synapse)
    return [inbox]


def _path(plan: Plan, end: dict[str, Any], key: str) -> str:
    label = plan.model.synapses[end["synapse"]]
    return f"netParams.synMechParams[{label!r}].pointerParams[{key!r}]"
