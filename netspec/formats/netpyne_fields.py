"""Records of extracellular stimuli as NetPyNE has them: one for each segment of a cell, of its first XStim.

A further XStim on the same cell is added to what is played already, and xtra plays nothing, so that neither
is listed.
"""

from dataclasses import dataclass
from typing import Any

from netspec.plan import Plan
from netspec.plan.extracellular import Field, fields

Record = dict[str, Any]


@dataclass(frozen=True)
class InField:
    """A segment that a potential is played into. section: number of the cell's section `name`."""

    gid: int
    field: Field
    section: int
    name: str
    segment: int
    at: tuple[Any, Any]

    def record(self) -> Record:
        """What NetPyNE lists, without coordinates and what is played."""
        sec, loc = self.at
        where = {"label": self.field.target, "source": self.field.source, "sec": sec, "loc": loc}
        given = {"type": "XStim", **self.field.parameters}
        return {**where, **given, "sec_xtra": self.name, "seg_xtra": self.segment}


def first_fields(plan: Plan) -> dict[int, tuple[int, Field]]:
    """By gid of owned cells: the first XStim that is played there, and its number among the targets."""
    if all(source.type != "XStim" for source in plan.model.spec.network.sources.values()):
        return {}
    order = {label: number for number, label in enumerate(plan.model.spec.network.targets)}
    found: dict[int, tuple[int, Field]] = {}
    for field in fields(plan.model, plan.cells):
        for gid in [] if field.mod_based else field.gids.tolist():
            found.setdefault(gid, (order[field.target], field))
    return found


def segments(plan: Plan, gid: int, field: Field) -> list[InField]:
    """The segments of a cell in a field, section by section."""
    position = int(plan.cells.positions([gid])[0])
    sections = plan.templates[int(plan.cells.table["template"][position])].sections
    target = plan.model.spec.network.targets[field.target]
    first = "soma" if "soma" in sections else next(iter(sections))
    at = (target.sec if isinstance(target.sec, str) and target.sec in sections else first, target.loc)
    return [
        InField(gid, field, number, name, segment, at)
        for number, (name, section) in enumerate(sections.items())
        for segment in range(int(section.geom.get("nseg", 1)))
    ]


def among(
    plan: Plan, gid: int, inputs: list[tuple[int, int]], first: tuple[int, Field] | None
) -> list[tuple[Any, int]]:
    """(block, row) of a cell's inputs and, in its place among them, (segment, 0) of its first field."""
    if first is None:
        return [*inputs]
    number, field = first
    labels = list(plan.model.spec.network.targets)
    before = sum(labels.index(plan.inputs[block].target) < number for block, _ in inputs)
    return [*inputs[:before], *((one, 0) for one in segments(plan, gid, field)), *inputs[before:]]
