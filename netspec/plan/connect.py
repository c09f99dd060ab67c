"""Which cells are connected and how: the rules of connParams become rows, in NetPyNE's order on one rank."""

import inspect
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netspec.conditions import mask
from netspec.model import Model
from netspec.plan import CONNECTION_COLUMNS, GAP_COLUMNS, disynaptic, gaps, whole
from netspec.plan.cells import Cells, Template, keys
from netspec.plan.choose import algorithm, parameters_for
from netspec.plan.listed import Group, entry_groups
from netspec.plan.parameters import FIELDS, Ends, functions, of_connections, of_table
from netspec.plan.resolve import weight_factor
from netspec.plan.rules import RuleStream, full, listed, listed_rows, probability
from netspec.plan.synapses import contacts, wiring
from netspec.plan.whole import Network, Whole
from netspec.tables import Table, blank, concat, stacked

Positions = NDArray[np.int64]
Floats = NDArray[np.float64]

BLOCK = 1 << 16
"""Connections that are worked on at once."""


@dataclass(frozen=True)
class Pairs:
    """The connected pairs of a rule, in its order. pre, post: (n,) positions in the cells table.

    values: what string functions give them, where they are evaluated all at once.
    groups: forms of their other parameters. entries: (n,) rows of connList, where there is one.
    """

    pre: Positions
    post: Positions
    values: Mapping[str, Floats] | None
    groups: list[Group]
    entries: Positions | None = None


def connect(
    model: Model,
    cells: Cells,
    templates: tuple[Template, ...],
    tell: Callable[[int], None] = lambda done: None,
) -> Table:
    """Every connection onto an owned cell: CONNECTION_COLUMNS. tell: is told how many rules are done."""
    return connected(model, cells, templates, tell)[0]


def connected(
    model: Model,
    cells: Cells,
    templates: tuple[Template, ...],
    tell: Callable[[int], None] = lambda done: None,
) -> tuple[Table, Table]:
    """Every connection onto an owned cell, and the owned ends of pointer connections (GAP_COLUMNS)."""
    if disynaptic.needed(model.spec.network) and len(cells.owned) < len(cells):
        everyone = replace(cells, owned=np.arange(len(cells)))
        every, coupled_ends = connected(model, everyone, templates, tell)
        gids = cells.gids[cells.owned]
        kept = np.isin(every["post"], gids)
        return every.take(kept), gaps.of_cells(coupled_ends, gids, kept)
    owned = np.zeros(len(cells), bool)
    owned[cells.owned] = True
    blocks: list[Table] = []
    coupled: list[Table] = []
    for code, rule in enumerate(model.spec.network.connections.values()):
        pre = np.flatnonzero(mask(rule.pre_conds, cells, closed=False))
        post = np.flatnonzero(mask(rule.post_conds, cells, closed=False))
        name, _ = algorithm(rule)
        ends = Ends(model, cells, rule, name, pre, post)
        formulas = functions(ends)
        pointers = gaps.pointers(model, rule)
        if len(pre) and len(post) and pointers:
            # Either end may be owned, and the ids of transfers are counted over all ranks.
            pairs = _pairs(Network(ends, templates), formulas, np.arange(len(post)), blocks)
            for rows in _pointer_rows(Network(ends, templates), code, formulas, pairs, pointers):
                mine = owned[cells.positions(rows["post"])]
                numbers = np.where(mine, sum(map(len, blocks)) + np.cumsum(mine) - 1, -1)
                rows = rows.with_columns(row=numbers)
                if isinstance(pairs, Whole):
                    coupled.append(rows)
                else:
                    coupled.append(gaps.couplings(ends, templates, pointers, rows, pairs.entries))
                blocks.append(Table({name: rows[name][mine] for name in CONNECTION_COLUMNS}))
        elif len(pre) and owned[post].any():
            found = _pairs(Network(ends, templates), formulas, np.flatnonzero(owned[post]), blocks)
            if isinstance(found, Whole):
                blocks.append(whole.rows(Network(ends, templates), code, found))
            else:
                blocks.extend(_blocks(ends, templates, code, formulas, found))
        tell(code + 1)
    if not coupled:
        return stacked(blocks, blank(**CONNECTION_COLUMNS)), blank(**GAP_COLUMNS)
    halves, table = gaps.halves(model, cells, templates, owned, coupled, sum(map(len, blocks)))
    blocks.append(halves)
    return stacked(blocks, halves), table


def _pointer_rows(
    network: Network,
    code: int,
    formulas: Mapping[str, Any],
    pairs: Pairs | Whole,
    pointers: Mapping[int, gaps.Pointer],
) -> Iterator[Table]:
    """The rows of a rule with pointer connections, wherever their cells are."""
    ends = network.ends
    if isinstance(pairs, Whole):
        both = np.array([code in pointers and pointers[code].bidirectional
                         for code in range(len(ends.model.synapses.names))], bool)  # fmt: skip
        yield whole.pointers(network, code, pairs, both)
    else:
        yield from _blocks(ends, network.templates, code, formulas, pairs, pointers=pointers)


def _pairs(
    network: Network, formulas: Mapping[str, Any], mine: Positions, so_far: list[Table]
) -> Pairs | Whole:
    """What the rule connects. mine: which of ends.post are owned. so_far: rows of earlier rules."""
    ends = network.ends
    _, function = algorithm(ends.rule)
    if function is probability and ends.rule.disynaptic_bias is not None:
        function = disynaptic.biased(ends, so_far)
    cells = ends.cells
    pre, post = cells.gids[ends.pre], cells.gids[ends.post]
    stream = RuleStream(ends.model.streams, ends.rule.label, keys(cells, ends.pre), keys(cells, ends.post))
    parameters = parameters_for(ends, function, mine)
    if "network" in inspect.signature(function).parameters:
        parameters["network"] = network
    found = function(pre, post, mine, stream, **parameters)
    if isinstance(found, Whole):
        return found
    found_pre, found_post = found
    from_pre, onto = _positions(cells, found_pre), _positions(cells, found_post)
    itself = from_pre == onto
    if ends.model.spec.simulation.allow_self_conns:
        itself &= cells.table["template"][onto] < 0
    kept = np.flatnonzero(~itself) if itself.any() else slice(None)
    from_pre, onto = from_pre[kept], onto[kept]
    entries = listed_rows(pre, post, mine, ends.rule.conn_list) if function is listed else None
    groups = [Group(np.arange(0), {})] if entries is None else entry_groups(ends.rule, ends.path, entries)
    values = None
    if formulas and ends.model.streams.sequential and function in (full, listed):
        values = _table_values(ends, formulas, from_pre, onto, entries)
    return Pairs(from_pre, onto, values, groups, entries)


def _positions(cells: Cells, gids: Any) -> Positions:
    everyone = cells.gids
    if everyone[0] == 0 and everyone[-1] == len(everyone) - 1:
        return np.asarray(gids, np.int64)
    return cells.positions(gids)


def _table_values(
    ends: Ends, formulas: Mapping[str, Any], pre: Positions, post: Positions, entries: Positions | None
) -> dict[str, Floats]:
    """Values along the rule's own stream: over all pre x post, or over connList (of equal pairs the last)."""
    width = len(ends.post)
    if entries is None:
        rows = np.searchsorted(ends.pre, pre) * width + np.searchsorted(ends.post, post)
        return of_table(
            ends,
            formulas,
            len(ends.pre) * width,
            rows,
            lambda rows: (ends.pre[rows // width], ends.post[rows % width]),
        )
    given = np.asarray(ends.rule.conn_list, np.int64).reshape(-1, 2)
    pairs: Positions = given % np.array([len(ends.pre), width])
    backwards = pairs[::-1, 0] * width + pairs[::-1, 1]
    _, first, same = np.unique(backwards, return_index=True, return_inverse=True)
    last = (len(pairs) - 1 - first[same])[::-1]
    return of_table(
        ends,
        formulas,
        len(pairs),
        last[entries],
        lambda rows: (ends.pre[pairs[rows, 0]], ends.post[pairs[rows, 1]]),
    )


def _blocks(
    ends: Ends,
    templates: tuple[Template, ...],
    code: int,
    formulas: Mapping[str, Any],
    pairs: Pairs,
    pointers: Collection[int] = (),
) -> Iterator[Table]:
    """The rows of a rule, so many connections at a time.

    pointers: synMechs of pointer connections; if any, with columns `given` (the weight without factors) and
    `pair` (its number).
    """
    for start in range(0, len(pairs.pre), BLOCK):
        part = np.arange(start, min(start + BLOCK, len(pairs.pre)))
        pre, post = pairs.pre[part], pairs.post[part]
        if pairs.values is None:
            drawn = of_connections(ends, formulas, pre, post)
        else:
            drawn = {name: values[part] for name, values in pairs.values.items()}
        table = concat(
            [_contacts(ends, templates, pre, post, drawn, group, start, pointers) for group in pairs.groups]
        )
        if len(pairs.groups) > 1:
            table = table.take(np.argsort(table["row"], kind="stable"))
        made = _as_connections(ends, code, pre, post, table)
        if pointers:
            made = made.with_columns(given=table["given"], pair=start + table["row"])
        yield made


def _contacts(
    ends: Ends,
    templates: tuple[Template, ...],
    pre: Positions,
    post: Positions,
    drawn: Mapping[str, Floats],
    group: Group,
    start: int,
    pointers: Collection[int] = (),
) -> Table:
    """Synapses of the connections of a block that belong to a group; row: within the block."""
    given = {name: getattr(ends.rule, field) for name, field in FIELDS.items()} | dict(drawn)
    sec = group.values.get("sec", ends.rule.sec)
    rows = None
    if group.values:
        inside = (group.rows >= start) & (group.rows < start + len(pre))
        rows = group.rows[inside] - start
        given = {name: _some(value, rows) for name, value in given.items()}
        given |= {name: _some(v, inside) for name, v in group.values.items() if name in FIELDS}
        pre, post = pre[rows], post[rows]
    how = wiring(ends.model, ends.path, ends.rule, given, sec)
    table = contacts(
        ends.model,
        ends.cells,
        templates,
        post,
        lambda some: ends.model.streams.placement(
            ends.rule.label, keys(ends.cells, post[some]), keys(ends.cells, pre[some])
        ),
        how,
        weight_factor(ends.model, ends.cells, post),
        lambda row: ends.pair(pre[row], post[row]),
        pointers,
    )
    return table if rows is None else table.with_columns(row=rows[table["row"]])


def _some(value: Any, rows: Any) -> Any:
    return value[rows] if isinstance(value, np.ndarray) else value


def _as_connections(ends: Ends, code: int, pre: Positions, post: Positions, table: Table) -> Table:
    """The columns of the plan. They are of their final types, so that a row is 48 bytes."""
    row = table["row"]
    gids = ends.cells.gids
    columns = {
        "pre": gids[pre[row]],
        "post": gids[post[row]],
        "rule": np.full(len(row), code, np.int32),
        **{name: table[name] for name in ("synapse", "section", "location", "weight", "delay")},
    }
    return Table(
        {name: columns[name].astype(dtype, copy=False) for name, dtype in CONNECTION_COLUMNS.items()}
    )
