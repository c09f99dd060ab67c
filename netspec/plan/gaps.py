"""Pointer connections: gap junctions and graded synapses, whose synapses follow a variable of another cell.

A bidirectional one has a synapse on both cells, each a row of the connections; of another one only the
postsynaptic cell has a synapse, and the presynaptic one gives its variable.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from netspec.errors import Problem, SpecError, did_you_mean
from netspec.model import Model
from netspec.plan import CONNECTION_COLUMNS, GAP_COLUMNS, Plan
from netspec.plan.cells import Cells, Template
from netspec.plan.parameters import Ends
from netspec.plan.resolve import point_neuron, sections_of, weight_factor
from netspec.plan.synapses import weight_norms
from netspec.spec.network import ConnectionRule, Network
from netspec.tables import Table, blank, concat

Positions = NDArray[np.int64]


@dataclass(frozen=True)
class Pointer:
    """What a synMech couples: its variable `target` follows `source` of the other cell's segment.

    weight: its variable that the connection's weight goes to, if it has it.
    """

    source: str = "v"
    target: str = "vpeer"
    bidirectional: bool = True
    weight: str = "weight"


def pointer_of(network: Network, synapse: str | None) -> Pointer:
    """What a pointer connection by a synMech couples; that of a gapJunction if the synMech does not say."""
    found = network.synapses.get(synapse or "")
    given = (found.pointer_params if found else None) or {}
    return Pointer(
        given.get("source_var", "v"),
        given.get("target_var", "vpeer"),
        bool(given.get("bidirectional", True)),
        given.get("weight_var", "weight"),
    )


def pointers(model: Model, rule: ConnectionRule) -> dict[int, Pointer]:
    """By code, the synMechs of a rule that make pointer connections."""
    network = model.spec.network
    labels = rule.syn_mech if isinstance(rule.syn_mech, list | tuple) else [rule.syn_mech]
    named = [label or next(iter(network.synapses), None) for label in labels]
    return {
        model.synapses.code(label): pointer_of(network, label)
        for label in named
        if label in network.synapses and (network.synapses[label].pointer_params or rule.gap_junction)
    }


def couplings(
    ends: Ends,
    templates: Sequence[Template],
    pointers: Mapping[int, Pointer],
    rows: Table,
    entries: Positions | None,
) -> Table:
    """The pointer connections among rows of a rule, wherever their cells are.

    rows: CONNECTION_COLUMNS, given (the weight without factors), pair and row. entries: of connList, by pair.
    -> also pre_section, pre_location, and both (whether it is bidirectional)
    """
    rows = rows.take(np.isin(rows["synapse"], list(pointers)))
    _refuse_point_neurons(ends, templates, rows)
    entry = rows["pair"] if entries is None else entries[rows["pair"]]
    sections = np.empty(len(rows), np.int16)
    positions = ends.cells.positions(rows["pre"])
    codes = ends.cells.table["template"][positions]
    listed = isinstance(ends.rule.pre_secs, list) and entries is not None
    names = np.array([ends.rule.pre_secs[e] for e in entry] if listed else [""] * len(rows), object)
    for code, name in dict.fromkeys(zip(codes.tolist(), names.tolist(), strict=True)):
        some = np.flatnonzero((codes == code) & (names == name))
        if code < 0:
            _refuse_artificial(ends, int(rows["pre"][some[0]]))
        path = f"{ends.path}.{'preSecs' if listed else 'preSec'}"
        wanted = name or ends.rule.pre_sec or (None if listed else ends.rule.pre_secs)
        sections[some] = ends.model.sections.code(_section(ends.model, templates[code], wanted, path))
    both = np.array([pointers[code].bidirectional for code in rows["synapse"].tolist()], bool)
    return rows.with_columns(pre_section=sections, pre_location=_locations(ends, entry), both=both)


def _section(model: Model, template: Template, wanted: str | None, path: str) -> str:
    """The presynaptic section; NetPyNE's default if none is wanted."""
    if wanted is None:
        return sections_of(model, template, None, path)[0]
    if wanted not in template.sections:
        cells = ", ".join(map(repr, template.rules))
        hint = did_you_mean(wanted, template.sections)
        _refuse(path, f"presynaptic cells of {cells} have no section {wanted!r}. {hint}")
    return wanted


def _locations(ends: Ends, entry: Positions) -> NDArray[np.float64]:
    """Presynaptic location of each pointer connection: (n,)."""
    rule = ends.rule
    if isinstance(rule.pre_locs, list) and rule.conn_list is not None:
        return np.asarray(rule.pre_locs, float)[entry]
    return np.full(len(entry), 0.5 if rule.pre_loc is None else float(rule.pre_loc))


def _refuse_point_neurons(ends: Ends, templates: Sequence[Template], rows: Table) -> None:
    """SpecError if a pointer connection would end on no synapse."""
    codes = ends.cells.table["template"][ends.cells.positions(rows["post"])]
    for code, section in np.unique(np.stack([codes, rows["section"]]), axis=1).T.tolist():
        if code < 0 or point_neuron(templates[code], (ends.model.sections[section],)):
            kind = "artificial cells" if code < 0 else "point neurons"
            message = f"{kind} have no synapses, which a pointer connection needs."
            _refuse(f"{ends.path}.postConds", message)


def _refuse_artificial(ends: Ends, gid: int) -> NoReturn:
    _refuse(
        f"{ends.path}.preConds", f"cell {gid} is artificial: it has no variable for a pointer connection."
    )


def _refuse(path: str, message: str) -> NoReturn:
    raise SpecError([Problem(path, message)])


def halves(
    model: Model,
    cells: Cells,
    templates: Sequence[Template],
    owned: NDArray[np.bool_],
    coupled: Iterable[Table],
    rows: int,
) -> tuple[Table, Table]:
    """The synapses on owned presynaptic cells (CONNECTION_COLUMNS), and all owned ends (GAP_COLUMNS).

    coupled: of all rules. rows: how many connections there are before these synapses.
    """
    every = concat(coupled)
    steps = np.where(every["both"], 2, 1)
    forward = np.cumsum(steps) - steps
    every = every.with_columns(forward=forward, reverse=np.where(every["both"], forward + 1, -1))
    here, there = owned[cells.positions(every["post"])], owned[cells.positions(every["pre"])]
    on_pre = every.take(there & every["both"])
    synapses = _on_presynaptic(model, cells, templates, on_pre)
    only_give = every.take(there & ~every["both"])
    ends = [
        _ends(every.take(here), "post", every["row"][here]),
        _ends(on_pre, "pre", rows + np.arange(len(on_pre))),
        _ends(only_give, "pre", np.full(len(only_give), -1)),
    ]
    table = concat(ends)
    _refuse_shared(model, every.take(here), synapses)
    return synapses, table


def _ends(every: Table, side: str, row: Positions) -> Table:
    """One end of each connection: GAP_COLUMNS."""
    post = side == "post"
    own, peer = ("", "pre_") if post else ("pre_", "")
    columns = {
        "gid": every[side],
        "section": every[f"{own}section"],
        "location": every[f"{own}location"],
        "rule": every["rule"],
        "synapse": every["synapse"],
        "row": row,
        "takes": every["forward" if post else "reverse"],
        "gives": every["reverse" if post else "forward"],
        "peer_section": every[f"{peer}section"],
        "peer_location": every[f"{peer}location"],
    }
    return Table({name: np.asarray(columns[name], dtype) for name, dtype in GAP_COLUMNS.items()})


def _on_presynaptic(model: Model, cells: Cells, templates: Sequence[Template], every: Table) -> Table:
    """The synapses on the presynaptic cells: rows of connections the other way round."""
    positions = cells.positions(every["pre"])
    weights = every["given"] * weight_factor(model, cells, positions)
    codes = cells.table["template"][positions]
    for code, section in dict.fromkeys(zip(codes.tolist(), every["pre_section"].tolist(), strict=True)):
        some = np.flatnonzero((codes == code) & (every["pre_section"] == section))
        names, first = (model.sections[section],), np.zeros(len(some), np.int64)
        if point_neuron(templates[code], names):
            path = f"netParams.connParams[{model.rules[int(every['rule'][some[0]])]!r}].preConds"
            _refuse(path, "point neurons have no synapses, which a bidirectional pointer connection needs.")
        weights[some] *= weight_norms(templates[code], names, first, every["pre_location"][some])
    columns = {
        "pre": every["post"],
        "post": every["pre"],
        "rule": every["rule"],
        "synapse": every["synapse"],
        "section": every["pre_section"],
        "location": every["pre_location"],
        "weight": weights,
        "delay": np.full(len(every), model.spec.network.default_delay),
    }
    return Table({name: np.asarray(columns[name], dtype) for name, dtype in CONNECTION_COLUMNS.items()})


def _refuse_shared(model: Model, *tables: Table) -> None:
    """SpecError if two pointer connections would share a synapse, which follows one variable only."""
    if model.spec.simulation.one_syn_per_netcon:
        return
    names = ("post", "synapse", "section", "location")
    places = np.concatenate([np.stack([np.asarray(t[n], float) for n in names], axis=1) for t in tables])
    distinct, counts = np.unique(places, axis=0, return_counts=True)
    if (counts > 1).any():
        gid, code = distinct[np.argmax(counts > 1)][:2].astype(int)
        message = (
            f"cell {gid} has several pointer connections by {model.synapses[code]!r} at one place, and each "
            "needs a synapse of its own: set it to True."
        )
        _refuse("simConfig.oneSynPerNetcon", message)


def of_rows(plan: Plan) -> NDArray[np.int64]:
    """Rows of the connections that are pointer connections, ascending: (n,)."""
    rows = plan.gaps["row"]
    return np.sort(rows[rows >= 0])


def with_variable_step(plan: Plan) -> list[Problem]:
    """A problem if variables of other cells are followed while the step varies: not on several ranks."""
    sources = plan.model.spec.network.sources.values()
    of_xtra = any(source.type == "XStim" and source.params.get("mod_based") for source in sources)
    if not plan.model.spec.simulation.cvode_active or not (len(plan.gaps) or of_xtra):
        return []
    what = "pointer connections need" if len(plan.gaps) else "XStims with mod_based need"
    message = f"on several ranks {what} a fixed time step (or run on one rank)."
    return [Problem("simConfig.cvode_active", message)]


def on_presynaptic(gaps: Table) -> NDArray[np.bool_]:
    """Whether an end is the synapse on the presynaptic cell of a bidirectional connection: (n,)."""
    return (gaps["row"] >= 0) & (gaps["gives"] >= 0) & (gaps["takes"] > gaps["gives"])


def of_cells(gaps: Table, gids: Positions, kept: NDArray[np.bool_]) -> Table:
    """The ends on some cells. kept: which connections are left, as row counts among them."""
    some = gaps.take(np.isin(gaps["gid"], gids))
    if not len(some):
        return some
    numbers = np.cumsum(kept) - 1
    return some.with_columns(row=np.where(some["row"] >= 0, numbers[some["row"]], -1))


def merged(shares: Sequence[tuple[Table, Table, Positions | None]]) -> tuple[Positions, Table]:
    """Order of the connections of all shares together, and the ends with rows in that order.

    shares: connections, gaps, and numbers as in Plan. Connections are in order of rule and cell, those on
    presynaptic cells last.
    """
    parts, late, numbers, start = [], [], [], 0
    for connections, gaps, own in shares:
        numbers.append(np.zeros(len(connections), np.int64) if own is None else own)
        last = np.zeros(len(connections), bool)
        last[gaps["row"][on_presynaptic(gaps)]] = True
        late.append(last)
        parts.append(gaps.with_columns(row=np.where(gaps["row"] >= 0, gaps["row"] + start, -1)))
        start += len(connections)
    post, rule = (np.concatenate([share[0][name] for share in shares]) for name in ("post", "rule"))
    order = np.lexsort([np.concatenate(numbers), post, rule, np.concatenate(late)])
    table = concat(parts, blank(**GAP_COLUMNS))
    number = np.empty(len(order) + 1, np.int64)
    number[order], number[-1] = np.arange(len(order)), -1
    back = on_presynaptic(table)
    kind = np.where(table["row"] < 0, 2, np.where(back, 1, 0))
    first = np.where(kind == 0, table["takes"], table["gives"])
    table = table.with_columns(row=number[table["row"]])
    return order, table.take(np.lexsort([first, kind]))
