"""Synapses that cells have of their own, before any connection: secs[...].synMechs."""

import numpy as np

from netspec.plan import Plan
from netspec.tables import Table, blank, concat

COLUMNS = {
    "post": np.int64,
    "synapse": np.int16,
    "section": np.int16,
    "location": np.float64,
    "weight": np.float64,
    "alone": np.bool_,
}


def own_synapses(plan: Plan) -> Table:
    """Those of the owned cells, cell by cell, as rows of COLUMNS like those of connections.

    weight: 0. alone: never merged by segment. Point neurons have no synapses.
    """
    owned = plan.cells.owned
    codes = plan.cells.table["template"][owned]
    parts = [blank(**COLUMNS)]
    for code, template in enumerate(plan.templates):
        places = [
            (
                plan.model.synapses.code(each["label"]),
                plan.model.sections.code(name),
                float(each["loc"]),
                0,
                1,
            )
            for name, section in template.sections.items()
            if not any("vref" in point for point in section.pointps.values())
            for each in section.syn_mechs
            if each.get("label") in plan.model.spec.network.synapses and "loc" in each
        ]
        if places:
            gids = plan.cells.gids[owned[codes == code]]
            columns = [np.repeat(gids, len(places)), *np.tile(places, (len(gids), 1)).T]
            named = zip(COLUMNS.items(), columns, strict=True)
            parts.append(Table({name: values.astype(dtype) for (name, dtype), values in named}))
    rows = concat(parts)
    return rows.take(np.argsort(rows["post"], kind="stable"))
