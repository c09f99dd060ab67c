"""Connections, gap junctions and inputs as rows of projections and lists, in blocks of limited size."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netspec.formats.neuroml.export.parts import Layout
from netspec.formats.neuroml.export.synapses import Synapses
from netspec.plan import Plan, gaps
from netspec.tables import Table

Ints = NDArray[np.int64]
BLOCK = 50_000
"""Rows that are made at a time."""
COLUMNS = ("pre", "post", "pre_segment", "post_segment", "pre_fraction", "post_fraction")


@dataclass(frozen=True, eq=False)
class Projection:
    """Connections of one synapse between two populations, by their positions. kind: 'projection' or the like.

    synapse: its id, of a continuousProjection that of the postsynaptic end. blocks: tables of COLUMNS, weight
    and, of a projection, delay [ms], made one after the other. count: of all rows.
    """

    id: str
    kind: str
    pre: int
    post: int
    synapse: str
    count: int
    blocks: Iterator[Table]
    silent: str | None = None


@dataclass(frozen=True, eq=False)
class _Ends:
    """Connections with their ends. source: populations and indices of what they come from."""

    table: Table
    post: Ints
    population: Ints
    index: Ints
    synapse: Ints
    location: tuple[Ints, NDArray[np.float64]] | None = None


def projections(
    plan: Plan, made: Layout, synapses: Synapses, what: "tuple[bool, bool]"
) -> Iterator[Projection]:
    """All projections. what: whether connections, and stimuli are written."""
    of_cell = made.of_cell
    if what[0]:
        coupled = gaps.of_rows(plan)
        some: Any = np.delete(np.arange(len(plan.connections)), coupled) if len(coupled) else slice(None)
        rows = plan.connections.take(some)
        at = plan.cells.positions(rows["pre"])
        ends = _Ends(
            rows, rows["post"], of_cell["population"][at], of_cell["index"][at], synapses.connections[some]
        )
        yield from _projections(plan, made, synapses, ends, "projection")
        yield from _coupled(plan, made, synapses)
    for block in plan.inputs if what[1] else ():
        if id(block) in made.stimuli:
            sources = made.stimuli[id(block)]
            kinds = synapses.stimuli[id(block)]
            ends = _Ends(block.rows, block.rows["gid"], sources, np.zeros(len(sources), np.int64), kinds)
            yield from _projections(plan, made, synapses, ends, "projection")


def _coupled(plan: Plan, made: Layout, synapses: Synapses) -> Iterator[Projection]:
    """Gap junctions: once if both ends have the same weight; ends of their own where they have not."""
    table = plan.gaps
    if not len(table):
        return
    rows = plan.connections
    taking = table.take(table["row"] >= 0)
    back = gaps.on_presynaptic(taking)
    forward, reverse = taking.take(~back), taking.take(back)
    order = np.argsort(reverse["takes"], kind="stable")
    found = np.searchsorted(reverse["takes"][order], forward["gives"])
    found = order[np.minimum(found, max(len(order) - 1, 0))] if len(order) else np.zeros(len(forward), int)
    both = forward["gives"] >= 0
    same = both.copy()
    if len(reverse):
        other = reverse["row"][found]
        same &= rows["weight"][other] == rows["weight"][forward["row"]]
        same &= synapses.connections[other] == synapses.connections[forward["row"]]
    alone = [forward.take(~same)]
    if len(reverse):
        alone.append(reverse.take(found[both & ~same]))
    for ends, kind in (
        (forward.take(same), "electricalProjection"),
        *((a, "continuousProjection") for a in alone),
    ):
        some = rows.take(ends["row"])
        at = plan.cells.positions(some["pre"])
        places = place(plan, made, at, ends["peer_section"], ends["peer_location"])
        populations, indices = made.of_cell["population"][at], made.of_cell["index"][at]
        kinds = synapses.connections[ends["row"]]
        yield from _projections(
            plan, made, synapses, _Ends(some, some["post"], populations, indices, kinds, places), kind
        )


def _projections(
    plan: Plan, made: Layout, synapses: Synapses, ends: _Ends, kind: str
) -> Iterator[Projection]:
    """The rows by population, population and synapse."""
    if not len(ends.table):
        return
    at = plan.cells.positions(ends.post)
    post = made.of_cell["population"][at]
    count = len(made.populations)
    key = (ends.population * count + post) * (len(synapses.ids) + 1) + ends.synapse + 1
    for some in _alike(key):
        first = some[0]
        synapse = synapses.of(int(ends.synapse[first]), kind)
        own = made.populations[ends.population[first]], made.populations[post[first]]
        name = made.ids.new(f"{own[0].id}_{own[1].id}_{synapse}")
        silent = synapses.silent if kind == "continuousProjection" else None
        blocks = _blocks(plan, made, synapses, ends, at, some, kind)
        yield Projection(
            name, kind, int(ends.population[first]), int(post[first]), synapse, len(some), blocks, silent
        )


def _blocks(
    plan: Plan, made: Layout, synapses: Synapses, ends: _Ends, at: Ints, some: Ints, kind: str
) -> Iterator[Table]:
    source = made.populations[ends.population[some[0]]].body
    pre_place = (0, 0.5) if source is None else source.spike
    for start in range(0, len(some), BLOCK):
        own = some[start : start + BLOCK]
        rows = ends.table
        segment, fraction = place(plan, made, at[own], rows["section"][own], rows["location"][own])
        here, ones = ends.location, np.ones(len(own))
        columns: dict[str, Any] = {
            "pre": ends.index[own],
            "post": made.of_cell["index"][at[own]],
            "pre_segment": np.full(len(own), pre_place[0]) if here is None else here[0][own],
            "post_segment": segment,
            "pre_fraction": np.full(len(own), pre_place[1]) if here is None else here[1][own],
            "post_fraction": fraction,
            "weight": rows["weight"][own] if synapses.weighted(kind, int(ends.synapse[own[0]])) else ones,
        }
        if kind == "projection":
            columns["delay"] = rows["delay"][own]
        yield Table(columns)


def place(
    plan: Plan, made: Layout, at: Ints, sections: NDArray[Any], locations: NDArray[Any]
) -> tuple[Ints, NDArray[np.float64]]:
    """Segments and fractions of places in sections: (n,) each; of cells without segments 0 and 0.5."""
    segments, fractions = np.zeros(len(at), np.int64), np.full(len(at), 0.5)
    key = made.of_cell["population"][at] * (len(plan.model.sections) + 1) + sections + 1
    for some in _alike(key):
        body = made.populations[made.of_cell["population"][at[some[0]]]].body
        if body is not None:
            cable = body.cables[plan.model.sections[int(sections[some[0]])]]
            segments[some], fractions[some] = cable.place(locations[some])
    return segments, fractions


def _alike(key: Ints) -> Iterator[Ints]:
    """Rows with equal keys, one group after the other, in ascending order of keys."""
    order = np.argsort(key, kind="stable")
    starts = np.flatnonzero(np.diff(key[order])) + 1
    return iter(np.split(order, starts) if len(order) else [])
