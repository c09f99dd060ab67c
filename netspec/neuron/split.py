"""Cells of which this rank has a part (multisplit): a kind of cell for each part, and NEURON's joints."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np
from neuron import h
from numpy.typing import NDArray

from netspec.errors import Problem, SpecError, StateError
from netspec.plan import Plan
from netspec.plan.cells import Part, Template
from netspec.plan.pieces import hangs_on, part_of

if TYPE_CHECKING:
    from netspec.neuron.cells import LiveCells

Indices = NDArray[np.int64]
CUT = "netspec_has_cut"
"""Of hoc: there once cells have been cut in this process."""


def refuse_second(plan: Plan) -> None:
    """SpecError if cells were cut in this process before: NEURON 9 reads what it has freed, and crashes."""
    if plan.cells.parts and h.name_declared(CUT):
        message = "NEURON can cut cells once in a process: start a new one for this network."
        raise SpecError([Problem("simConfig.multisplit", message)])


def kinds(plan: Plan, codes: Indices) -> tuple[Indices, dict[int, tuple[Template, Part]]]:
    """Kind of each owned cell, and what kinds that stand for parts of cells are. codes: of templates."""
    found, of_parts = codes.copy(), dict[int, tuple[Template, Part]]()
    for position, part in plan.cells.parts.items():
        if part.sections:
            row = int(np.searchsorted(plan.cells.owned, position))
            kind = len(plan.templates) + len(of_parts)
            of_parts[kind] = part_of(plan.templates[codes[row]], part), part
            found[row] = kind
    return found, of_parts


def join(plan: Plan, cells: "LiveCells", pc: Any) -> None:
    """Let NEURON solve the parts of each cell together. Collective.

    At once after sections were made: NEURON crashes if it learns of joints when nodes have been arranged.
    """
    if not plan.cells.parts:
        return
    h(f"{CUT} = 1")
    for position, part in sorted(plan.cells.parts.items(), key=lambda item: not item[1].delicate):
        gid = int(plan.cells.gids[position])
        for section, location, number in part.joints:
            pc.multisplit(cells.section(gid, section)(location), number)
    pc.multisplit()


def refuse_bare(templates: Iterable[Template]) -> None:
    """StateError if a part has sections that NEURON would draw: what they hang on may be elsewhere."""
    for template in templates:
        for name, section in template.sections.items():
            if section.geom.get("pt3d") is None:
                raise StateError(f"{name} of a cell that is cut has no 3-D points, and cannot be drawn")


def _borrows(template: Template, part: Part, section: str, location: float) -> bool:
    """Whether a joint is the end of a section that hangs there, so that the node belongs to another one."""
    return section in part.roots and location == template.sections[section].topol.get("childX")


def potentials(plan: Plan) -> list[tuple[int, str, float, float | None]]:
    """Nodes that are joined, in cells with vinit: gid, section, location, and the initial potential [mV].

    A section's vinit is that of both its ends, too; of several sections at a node the last one counts. None:
    that of the network.
    """
    found = []
    for position, part in plan.cells.parts.items():
        template = plan.templates[plan.cells.table["template"][position]]
        given = {name: s.vinit for name, s in template.sections.items() if s.vinit is not None}
        at = hangs_on(template)
        for name, location, _ in part.joints if given else ():
            node = at[name] if _borrows(template, part, name, location) else (name, location)
            there = [own for section, own in given.items() if at[section] == node or section == node[0]]
            gid = int(plan.cells.gids[position])
            found.append((gid, name, location, there[-1] if there else None))
    return found


def share_joints(
    plan: Plan, cells: Mapping[int, Mapping[str, Any]], index: Indices, weights: Any, ranks: Any
) -> None:
    """Give a node that several ranks have the same weight everywhere: that of the piece nearer to the root.

    cells: sections of this rank by gid and name. index: (nodes,) of NEURON. weights: (channels, nodes), in
    which columns are replaced. Collective.
    """
    own: dict[int, Any] = {}
    others: list[tuple[int, int]] = []
    for position, part in plan.cells.parts.items():
        gid = int(plan.cells.gids[position])
        template = plan.templates[plan.cells.table["template"][position]]
        for section, location, number in part.joints if gid in cells else ():
            node = int(cells[gid][section](location).node_index())
            row = int(np.flatnonzero(index == node)[0])
            if _borrows(template, part, section, location):
                others.append((row, number))
            else:
                own[number] = weights[:, row].copy()
    everyone = {number: column for found in ranks.allgather(own) for number, column in found.items()}
    for row, number in others:
        weights[:, row] = everyone[number]


def refuse_currents(reason: str) -> NoReturn:
    """SpecError: NEURON does not know the membrane currents of nodes that ranks share."""
    message = f"signals of cut cells are made of potentials, but here they need membrane currents: {reason}."
    raise SpecError([Problem("simConfig.multisplit", message)])
