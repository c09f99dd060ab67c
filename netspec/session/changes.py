"""What scripts change between two stages: tags of cells, and the settings that names are codes into."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from netspec.formats.netpyne import POSITION, Record, Records
from netspec.model import Model, Names
from netspec.plan import Plan
from netspec.plan.cells import Cells


def with_tags(cells: Cells, changed: Mapping[int, Mapping[str, Any]]) -> Cells:
    """The cells with some tags changed. changed: gid -> tag -> value."""
    if not any(changed.values()):
        return cells
    tags = {position: dict(own) for position, own in cells.tags.items()}
    columns: dict[str, Any] = {}
    for gid, own in changed.items():
        position = int(cells.positions(gid))
        for name, value in own.items():
            if name in POSITION:
                columns.setdefault(name, cells.table[name].copy())[position] = value
            else:
                tags.setdefault(position, {})[name] = value
    return replace(cells, table=cells.table.with_columns(**columns), tags=tags)


def all_tags(plan: Plan, changed: Mapping[int, Mapping[str, Any]]) -> dict[int, Record]:
    """Tags of all cells of the network by gid, ascending. changed: as for with_tags."""
    records = Records(replace(plan, cells=with_tags(plan.cells, changed)))
    return {gid: records.tags(position) for position, gid in enumerate(plan.cells.gids.tolist())}


def same_codes(old: Model, new: Model) -> Model:
    """The new model, with names in the order of the old one: rows that exist keep their codes."""

    def joined(before: Names, after: Names) -> Names:
        return Names(tuple(dict.fromkeys([*before.names, *after.names])))

    rules = {**old.spec.network.cell_rules, **new.spec.network.cell_rules}  # cells may be of one that is gone
    network = replace(new.spec.network, cell_rules=rules)
    return replace(
        new,
        spec=replace(new.spec, network=network),
        sections=joined(old.sections, new.sections),
        synapses=joined(old.synapses, new.synapses),
        rules=joined(old.rules, new.rules),
    )
