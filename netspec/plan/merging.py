"""Which synapses share a point process: those at one place (oneSynPerNetcon) or alike (mergeSynapses).

Synapses of one synMech whose mechanism is linear do together what one does that gets all their events, if
they are in the same segment. They share it if their weights are equal, too: what equal events add to does
not depend on the order in which NEURON delivers those of the same time, which depends on the number of ranks.
"""

import numpy as np
from numpy.typing import NDArray

from netspec.conditions import mask
from netspec.errors import Problem, SpecError
from netspec.expression import parse
from netspec.plan import InputBlock, Plan
from netspec.plan.own_synapses import own_synapses
from netspec.plan.record import is_netstim, recorded_cells
from netspec.plan.synapse_values import KNOWN, on_point_neurons
from netspec.spec.cell import Synapse
from netspec.tables import Table, blank, concat

Rows = NDArray[np.int64]
ANY_WEIGHT = "any weight"
PLACE = ("post", "synapse", "section", "location")
SHARING = {
    "post": np.int64,
    "synapse": np.int16,
    "section": np.int16,
    "location": np.float64,
    "weight": float,
}
"""Columns that are equal for synapses that share. location: of those merged the segment, numbered from 2."""


def merged(plan: Plan) -> dict[str, Rows]:
    """The synMechs whose synapses may be merged, each with the gids of cells where they are not.

    Those are the cells in which recordTraces records such synapses one by one.
    """
    labels = [label for label, given in plan.model.spec.network.synapses.items() if _is_plain(plan, given)]
    recorded: dict[str, list[Rows]] = {label: [np.empty(0, np.int64)] for label in labels}
    traces = plan.model.spec.simulation.record_traces.values()
    asked = [trace for trace in traces if trace.get("synMech") in recorded]
    chosen = recorded_cells(plan) if asked else np.empty(0, np.int64)
    for trace in asked:
        some = chosen[mask(trace["conds"], plan.cells, closed=True)[chosen]] if trace.get("conds") else chosen
        recorded[trace["synMech"]].append(plan.cells.gids[some])
    return {label: np.unique(np.concatenate(gids)) for label, gids in recorded.items()}


def _is_plain(plan: Plan, synapse: Synapse) -> bool:
    """Whether the mechanism is linear, and all synapses of the label have the same parameters."""
    texts = [value for value in synapse.params.values() if isinstance(value, str)]
    formulas = [parse(text, KNOWN, f"netParams.synMechParams[{synapse.label!r}]") for text in texts]
    varies = any(formula.random or formula.names for formula in formulas)
    alone = varies or synapse.self_net_con or synapse.pointer_params
    return synapse.mod in plan.model.linear and not alone


def recorded_late(plan: Plan) -> list[Problem]:
    """Traces of synapses that were merged, because they were asked for after connections were made."""
    now = merged(plan) if plan.merged else {}
    late = {label for label, gids in plan.merged.items() if len(np.setdiff1d(now.get(label, gids), gids))}
    message = "these synapses were merged when they were made: set recordTraces and recordCells before that."
    return [
        Problem(f"simConfig.recordTraces[{label!r}].synMech", message)
        for label, trace in plan.model.spec.simulation.record_traces.items()
        if trace.get("synMech") in late
    ]


def of_connections(plan: Plan, some: Rows | None = None) -> Table:
    """Connections as rows of PLACE, weight and `alone` (it learns, so that it keeps a synapse of its own)."""
    rows = plan.connections if some is None else plan.connections.take(some)
    rules = plan.model.spec.network.connections
    learning = np.array([bool(rules[label].plast) for label in plan.model.rules.names], bool)
    alone = learning[rows["rule"]] if learning.any() else np.zeros(len(rows), bool)
    return Table({**{name: rows[name] for name in (*PLACE, "weight")}, "alone": alone})


def of_input(block: InputBlock) -> Table:
    """The same for the NetStims of a block."""
    place = {"post": block.rows["gid"], **{name: block.rows[name] for name in (*PLACE[1:], "weight")}}
    return Table({**place, "alone": np.full(len(block.rows), bool(block.plast))})


def sharing(plan: Plan, rows: Table) -> tuple[NDArray[np.bool_], Table]:
    """Which synapses may share with others: (n,); and for those, columns of SHARING, equal where they do."""
    may = np.full(len(rows), not plan.model.spec.simulation.one_syn_per_netcon)
    if not plan.merged and not may.any():
        return may, blank(**SHARING)
    together = _together(plan, rows)
    may |= together
    some = rows.take(may)
    segments, weights = together[may], some["weight"].astype(float)
    location = np.where(segments, _segments(plan, some) + 3.0, some["location"])
    by_weight = segments & (plan.model.spec.simulation.merge_synapses != ANY_WEIGHT)
    columns = {**some.columns, "location": location, "weight": np.where(by_weight, weights, 0.0)}
    return may, Table({name: columns[name].astype(dtype, copy=False) for name, dtype in SHARING.items()})


def _together(plan: Plan, rows: Table) -> NDArray[np.bool_]:
    """Which synapses are merged with their like: (n,)."""
    names = plan.model.synapses
    found: NDArray[np.bool_] = (
        np.isin(rows["synapse"], [names.code(label) for label in plan.merged]) & ~rows["alone"]
    )
    for label, gids in plan.merged.items():
        if len(gids):
            found &= (rows["synapse"] != names.code(label)) | ~np.isin(rows["post"], gids)
    return found


def _segments(plan: Plan, rows: Table) -> Rows:
    """Number of the segment of each place: (n,); -1 and nseg at the ends, which are nodes of their own."""
    counts = np.ones((len(plan.templates), len(plan.model.sections)), np.int64)
    for code, template in enumerate(plan.templates):
        for name, section in template.sections.items():
            counts[code, plan.model.sections.code(name)] = int(section.geom.get("nseg", 1))
    templates = plan.cells.table["template"][plan.cells.positions(rows["post"])]
    nseg, location = counts[templates, rows["section"]], rows["location"]
    inside = np.minimum((location * nseg).astype(np.int64), nseg - 1)
    return np.where(location <= 0, -1, np.where(location >= 1, nseg, inside))


def distinct(places: Table) -> tuple[Rows, Rows]:
    """First row of each distinct content, ascending: (k,); and for every row, which of those it is: (n,)."""
    key = np.zeros(len(places), np.int64)
    for column in places.columns.values():
        if len(column) and (column != column[0]).any():
            values, codes = np.unique(column, return_inverse=True)
            # Numbering the combinations anew keeps the key below the square of the number of rows.
            key = np.unique(key * len(values) + codes, return_inverse=True)[1]
    _, first, index = np.unique(key, return_index=True, return_inverse=True)
    order = np.argsort(first)
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    return first[order], rank[index]


def objects(plan: Plan, rows: Table) -> tuple[Rows, Rows]:
    """As `distinct`, of synapse objects: rows that make one, ascending; and the object of every row."""
    may, places = sharing(plan, rows)
    first, index = distinct(places)
    shared = np.flatnonzero(may)
    makes = np.sort(np.concatenate([np.flatnonzero(~may), shared[first]]))
    maker = np.arange(len(rows))
    maker[shared] = shared[first][index]
    return makes, np.searchsorted(makes, maker)


def contacts(plan: Plan) -> Table:
    """Synapses of cells' own, then all contacts that end on some, in order: PLACE, weight and `alone`."""
    rows = concat([of_connections(plan), *(of_input(block) for block in plan.inputs if is_netstim(block))])
    return concat([own_synapses(plan), rows.take(_on_synapses(plan, rows))])


def of_rows(plan: Plan) -> Rows:
    """Number of the synapse of each connection: (n,), in order of their first rows; -1: it has none."""
    rows = of_connections(plan)
    some = _on_synapses(plan, rows)
    found = np.full(len(rows), -1)
    found[some] = objects(plan, rows.take(some))[1]
    return found


def _on_synapses(plan: Plan, rows: Table) -> NDArray[np.bool_]:
    """Whether contacts end on synapses, not on artificial cells or point neurons."""
    found = rows["section"] >= 0
    found[found] = ~on_point_neurons(plan, rows.take(found))
    return np.asarray(found)


def synapses(plan: Plan) -> int:
    """Number of synapses on the owned cells."""
    return len(objects(plan, contacts(plan))[0])


def refuse_late(plan: Plan) -> None:
    """SpecError for traces of synapses that were merged."""
    problems = recorded_late(plan)
    if problems:
        raise SpecError(problems)
