"""Numbers that string functions of synMechParams give single synapses, from the stream of their cell."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netspec.errors import Problem, SpecError
from netspec.expression import Expression, parse
from netspec.model import Model
from netspec.plan import Plan
from netspec.plan.cells import keys
from netspec.plan.sections import POSITION
from netspec.plan.values import CellDraws, Made, distances, make
from netspec.spec.cell import Section
from netspec.streams import Ids
from netspec.tables import Table, concat

Floats = NDArray[np.float64]

KNOWN = tuple("post_" + name for name in (*POSITION, "dist_path", "dist_euclidean"))
PLACE = ("post", "synapse", "section", "location")


@dataclass
class Streams:
    """Where the stream of each owned cell stands. position: (owned cells,)."""

    ids: Ids
    position: NDArray[np.int64]
    made: dict[int, Made] = field(default_factory=dict)


def synapse_values(plan: Plan) -> dict[str, Table]:
    """By synMech label: a column per string function, a row per synapse object of this rank.

    Rows are in order of creation: those of connections, then those of inputs.
    """
    formulas = _formulas(plan.model)
    if not formulas:
        return {}
    rows = _synapses(plan, [plan.model.synapses.code(label) for label in formulas])
    columns = {label: {name: np.empty(len(rows)) for name in formulas[label]} for label in formulas}
    streams = _streams(plan)
    random = any(formula.random for named in formulas.values() for formula in named.values())
    for batch in _rounds(rows["post"]) if random else [np.arange(len(rows))]:
        for label, named in formulas.items():
            some = batch[rows["synapse"][batch] == plan.model.synapses.code(label)]
            if len(some):
                _fill(plan, streams, rows.take(some), named, label, columns[label], some)
    return {
        label: Table(
            {name: column[rows["synapse"] == plan.model.synapses.code(label)] for name, column in c.items()}
        )
        for label, c in columns.items()
    }


def _formulas(model: Model) -> dict[str, dict[str, Expression]]:
    found = {}
    for label, synapse in model.spec.network.synapses.items():
        texts = {name: value for name, value in synapse.params.items() if isinstance(value, str)}
        if texts:
            found[label] = {name: parse(text, KNOWN, _path(label, name)) for name, text in texts.items()}
    return found


def _path(label: str, parameter: str) -> str:
    return f"netParams.synMechParams[{label!r}].{parameter}"


def _synapses(plan: Plan, codes: list[int]) -> Table:
    """Place of each synapse object with values of its own, in order of creation."""
    stimuli = [block.rows for block in plan.inputs if "synapse" in block.rows]
    renamed = [Table({"post": rows["gid"], **{n: rows[n] for n in PLACE[1:]}}) for rows in stimuli]
    rows = concat([Table({name: plan.connections[name] for name in PLACE}), *renamed])
    rows = rows.take(np.isin(rows["synapse"], codes) & (rows["section"] >= 0))
    rows = rows.take(~_on_point_neurons(plan, rows))
    if plan.model.spec.simulation.one_syn_per_netcon:
        return rows
    same = np.stack([np.asarray(rows[name], np.float64).view(np.int64) for name in PLACE], axis=1)
    _, first = np.unique(same, axis=0, return_index=True)
    return rows.take(np.sort(first))


def has_point_neuron(section: Section) -> bool:
    """Whether the section holds a point process that is a neuron: connections end there, not on a synapse."""
    return any("vref" in point for point in section.pointps.values())


def _on_point_neurons(plan: Plan, rows: Table) -> NDArray[np.bool_]:
    """Whether a connection ends on a point neuron, which has no synapse objects: (rows,)."""
    without = np.zeros((len(plan.templates), len(plan.model.sections)), bool)
    for code, template in enumerate(plan.templates):
        for name, section in template.sections.items():
            without[code, plan.model.sections.code(name)] = has_point_neuron(section)
    return np.asarray(without[_template_codes(plan, rows), rows["section"]])


def _template_codes(plan: Plan, rows: Table) -> NDArray[Any]:
    return plan.cells.table["template"][plan.cells.positions(rows["post"])]


def _streams(plan: Plan) -> Streams:
    """The streams of the owned cells after their own string functions."""
    owned = plan.cells.owned
    streams = Streams(plan.model.streams.cell(keys(plan.cells, owned)), np.zeros(len(owned), np.int64))
    codes = plan.cells.table["template"][owned]
    for code, template in enumerate(plan.templates):
        mine = codes == code
        made = make(plan.model, plan.cells, template, owned[mine], geometry=True)
        streams.position[mine] = made.position
        streams.made[code] = made
    return streams


def _rounds(post: NDArray[np.int64]) -> Iterator[NDArray[np.intp]]:
    """Rows that can be evaluated at once: first the first one of each cell, then the second ..."""
    order = np.argsort(post, kind="stable")
    ordered = post[order]
    start = np.searchsorted(ordered, ordered)
    turn = np.arange(len(post)) - start
    by_turn = order[np.argsort(turn, kind="stable")]
    ends = np.cumsum(np.bincount(turn)) if len(turn) else np.empty(0, np.int64)
    return iter(np.split(by_turn, ends[:-1])) if len(ends) else iter(())


def _fill(
    plan: Plan,
    streams: Streams,
    rows: Table,
    formulas: Mapping[str, Expression],
    label: str,
    columns: Mapping[str, Floats],
    at: NDArray[np.intp],
) -> None:
    """Values of synapses of one label, at most one per cell if random, into columns[...][at]."""
    owned = np.searchsorted(plan.cells.owned, plan.cells.positions(rows["post"]))
    ids = tuple(i if np.ndim(i) == 0 else np.asarray(i)[owned] for i in streams.ids)
    draws = CellDraws((ids[0], ids[1], ids[2]), len(rows), streams.position[owned])
    here = {"post_" + name: plan.cells.table[name][plan.cells.owned[owned]] for name in POSITION}
    for name, formula in formulas.items():
        away = _distances(plan, streams, rows, owned, formula, _path(label, name))
        value = formula.evaluate({**here, **away}, draws, rows=len(rows))
        wrong = np.flatnonzero(np.isnan(value))
        if len(wrong):
            message = f"{formula.text!r} is not a number for a synapse of cell {rows['post'][wrong[0]]}."
            raise SpecError([Problem(_path(label, name), message)])
        columns[name][at] = value
    streams.position[owned] = draws.position


def _distances(
    plan: Plan, streams: Streams, rows: Table, owned: NDArray[np.intp], formula: Expression, path: str
) -> dict[str, Floats]:
    """Distances of each synapse from its cell's origin that the formula needs: (rows,) [um]."""
    needed = formula.names & {"post_dist_path", "post_dist_euclidean"}
    found = {name: np.empty(len(rows)) for name in needed}
    if not needed:
        return found
    codes = _template_codes(plan, rows)
    everyone = plan.cells.table["template"][plan.cells.owned]
    for code, section in np.unique(np.stack([codes, rows["section"]], axis=1), axis=0):
        some = np.flatnonzero((codes == code) & (rows["section"] == section))
        member = np.searchsorted(np.flatnonzero(everyone == code), owned[some])
        shapes = {name: shape.take(member) for name, shape in streams.made[code].shapes.items()}
        name = plan.model.sections[section]
        origin, location = plan.templates[code].origin, rows["location"][some]
        for variable, value in distances(needed, shapes, origin, name, location, path, "post_").items():
            found[variable][some] = value
    return found
