"""Numbers that string functions of synMechParams give single synapses."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from netspec.errors import Problem, SpecError
from netspec.expression import Expression, parse
from netspec.model import Model
from netspec.plan import Plan
from netspec.plan.cells import keys
from netspec.plan.own_synapses import own_synapses
from netspec.plan.sections import POSITION
from netspec.plan.values import Made, distances, make
from netspec.spec.cell import Section
from netspec.streams import Draws
from netspec.tables import Table, concat

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]

KNOWN = tuple("post_" + name for name in (*POSITION, "dist_path", "dist_euclidean"))
PLACE = ("post", "synapse", "section", "location")


@dataclass(frozen=True)
class _Work:
    """The synapses of a plan whose string functions are evaluated.

    rows: columns of PLACE, pre (-1: a stimulus), rule (of a stimulus: -1 - its number) and owned, the place
    of the cell among the owned ones. stream: (rows,) row of draws that serves a synapse. made: by template.
    """

    plan: Plan
    rows: Table
    draws: Draws
    stream: Rows
    made: dict[int, Made] = field(default_factory=dict)


def synapse_values(plan: Plan) -> dict[str, Table]:
    """By synMech label: a column per string function, a row per synapse object of this rank.

    Rows are in order of creation: those of connections, then those of inputs.
    """
    formulas = _formulas(plan.model)
    if not formulas:
        return {}
    codes = {label: plan.model.synapses.code(label) for label in formulas}
    work = _work(plan, list(codes.values()))
    which = work.rows["synapse"]
    columns = {label: {name: np.empty(len(which)) for name in formulas[label]} for label in formulas}
    random = any(formula.random for named in formulas.values() for formula in named.values())
    for batch in _rounds(work.stream) if random else [np.arange(len(which))]:
        for label, named in formulas.items():
            some = batch[which[batch] == codes[label]]
            if len(some):
                _fill(work, some, named, label, columns[label])
    return {
        label: Table({name: column[which == codes[label]] for name, column in named.items()})
        for label, named in columns.items()
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


def _work(plan: Plan, codes: list[int]) -> _Work:
    rows = _synapses(plan, codes)
    owned = plan.cells.owned
    rows = rows.with_columns(owned=np.searchsorted(owned, plan.cells.positions(rows["post"])))
    templates = plan.cells.table["template"][owned]
    made = {
        code: make(plan.model, plan.cells, template, owned[templates == code], geometry=True)
        for code, template in enumerate(plan.templates)
    }
    if not plan.model.streams.sequential:
        return _Work(plan, rows, *_own_streams(plan, rows), made)
    position = np.zeros(len(owned), np.int64)
    for code, cells in made.items():
        position[templates == code] = cells.position
    draws = Draws(plan.model.streams.cell(keys(plan.cells, owned)), len(owned), position)
    return _Work(plan, rows, draws, rows["owned"], made)


def _own_streams(plan: Plan, rows: Table) -> tuple[Draws, Rows]:
    """A stream for each rule (or stimulus, or shared synapse) and pair of cells, whatever the order."""
    shared = not plan.model.spec.simulation.one_syn_per_netcon
    columns = ("synapse", "section", "location", "post") if shared else ("rule", "pre", "post")
    kinds, kind = _distinct(rows, columns[:-1] if shared else columns[:1])
    pairs, stream = _distinct(rows.with_columns(kind=kind), ("kind", *columns))
    ids = np.empty((3, len(pairs)), np.uint64)
    for k, row in enumerate(kinds):
        some = np.flatnonzero(kind[pairs] == k)
        name = "synapse/" + "/".join(str(rows[column][row]) for column in columns[:-1])
        post = keys(plan.cells, plan.cells.positions(rows["post"][pairs[some]]))
        if shared or rows["rule"][row] < 0:
            number = -1 - rows["rule"][row]
            stimulus = plan.inputs[number].target if 0 <= number < len(plan.inputs) else "own"
            label = name if shared else f"synapse/{stimulus}"
            found = plan.model.streams.placement(label, post, None)
        else:
            pre = keys(plan.cells, plan.cells.positions(rows["pre"][pairs[some]]))
            label = f"synapse/{plan.model.rules[rows['rule'][row]]}"
            found = plan.model.streams.connection(label, pre, post)
        for i, column in enumerate(found):
            ids[i, some] = column
    return Draws((ids[0], ids[1], ids[2]), len(pairs)), stream


def _distinct(rows: Table, columns: tuple[str, ...]) -> tuple[Rows, Rows]:
    """First row of each different content of some columns, in order; and which of these each row has."""
    content = np.stack([rows[name].astype(np.float64) for name in columns], axis=1)
    _, first, inverse = np.unique(content, axis=0, return_index=True, return_inverse=True)
    order = np.argsort(first)
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    return first[order], rank[inverse.reshape(-1)]


def _synapses(plan: Plan, codes: list[int]) -> Table:
    """Each synapse object with values of its own, in order of creation."""
    own = own_synapses(plan)
    none = np.full(len(own), -1)
    parts = [
        Table({**{name: own[name] for name in PLACE}, "pre": none, "rule": none - len(plan.inputs)}),
        Table({name: plan.connections[name] for name in (*PLACE, "pre", "rule")}),
    ]
    for number, block in enumerate(plan.inputs):
        if "synapse" in block.rows:
            place = {"post": block.rows["gid"], **{name: block.rows[name] for name in PLACE[1:]}}
            none = np.full(len(block.rows), -1)
            parts.append(Table({**place, "pre": none, "rule": none - number}))
    rows = concat(parts)
    rows = rows.take(np.isin(rows["synapse"], codes) & (rows["section"] >= 0))
    rows = rows.take(~on_point_neurons(plan, rows))
    if plan.model.spec.simulation.one_syn_per_netcon or not len(rows):
        return rows
    return rows.take(_distinct(rows, PLACE)[0])


def has_point_neuron(section: Section) -> bool:
    """Whether the section holds a point process that is a neuron: connections end there, not on a synapse."""
    return any("vref" in point for point in section.pointps.values())


def on_point_neurons(plan: Plan, rows: Table) -> NDArray[np.bool_]:
    """Whether a connection ends on a point neuron, which has no synapse objects: (rows,)."""
    without = np.zeros((len(plan.templates), len(plan.model.sections)), bool)
    for code, template in enumerate(plan.templates):
        for name, section in template.sections.items():
            without[code, plan.model.sections.code(name)] = has_point_neuron(section)
    codes = plan.cells.table["template"][plan.cells.positions(rows["post"])]
    return np.asarray(without[codes, rows["section"]])


def _rounds(stream: Rows) -> Iterator[Rows]:
    """Rows that can be evaluated at once: first the first one of each stream, then the second ..."""
    order = np.argsort(stream, kind="stable")
    turn = np.arange(len(stream)) - np.searchsorted(stream[order], stream[order])
    by_turn = order[np.argsort(turn, kind="stable")]
    return iter(np.split(by_turn, np.cumsum(np.bincount(turn))[:-1])) if len(turn) else iter(())


def _fill(
    work: _Work, some: Rows, formulas: Mapping[str, Expression], label: str, columns: Mapping[str, Floats]
) -> None:
    """Values of some synapses of one label (at most one per stream, if random) into columns[...][some]."""
    rows = work.rows.take(some)
    cells = work.plan.cells
    draws = work.draws.of_rows(work.stream[some])
    here = {"post_" + name: cells.table[name][cells.owned[rows["owned"]]] for name in POSITION}
    for name, formula in formulas.items():
        away = _distances(work, rows, formula, _path(label, name))
        value = formula.evaluate({**here, **away}, draws, rows=len(rows))
        wrong = np.flatnonzero(np.isnan(value))
        if len(wrong):
            message = f"{formula.text!r} is not a number for a synapse of cell {rows['post'][wrong[0]]}."
            raise SpecError([Problem(_path(label, name), message)])
        columns[name][some] = value


def _distances(work: _Work, rows: Table, formula: Expression, path: str) -> dict[str, Floats]:
    """Distances of each synapse from its cell's origin that the formula needs: (rows,) [um]."""
    needed = formula.names & {"post_dist_path", "post_dist_euclidean"}
    found = {name: np.empty(len(rows)) for name in needed}
    if not needed:
        return found
    plan = work.plan
    everyone = plan.cells.table["template"][plan.cells.owned]
    codes = everyone[rows["owned"]]
    for first in _distinct(rows.with_columns(template=codes), ("template", "section"))[0]:
        code, section = int(codes[first]), rows["section"][first]
        some = np.flatnonzero((codes == code) & (rows["section"] == section))
        member = np.searchsorted(np.flatnonzero(everyone == code), rows["owned"][some])
        shapes = {name: shape.take(member) for name, shape in work.made[code].shapes.items()}
        name = plan.model.sections[section]
        origin, location = plan.templates[code].origin, rows["location"][some]
        for variable, value in distances(needed, shapes, origin, name, location, path, "post_").items():
            found[variable][some] = value
    return found
