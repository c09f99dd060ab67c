"""Cells that are cut in pieces, so that several ranks share one (multisplit): where, and who has which piece.

A cell is cut at nodes, the places where sections hang on others. All branches at such a node come off, and
each piece may have two of them at most: more NEURON cannot solve. A piece is delicate if it has two of which
one is inside a section: NEURON cannot have those everywhere.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netspec.errors import Problem, SpecError
from netspec.model import Model
from netspec.plan import InputBlock, Plan
from netspec.plan.cells import Cells, Part, Template
from netspec.plan.cost import Costs, alone, cost, of_sections, owners

Positions = NDArray[np.int64]
Floats = NDArray[np.float64]
Node = tuple[str, float]
"""A place between sections: of the section that is nearer to the root, and where on it."""
Weights = Mapping[str, float]

ENOUGH = 1.05
"""What a rank may be busier than the mean, or than with further cuts, without these being made."""
FINEST = 4
"""Pieces as small as this part of a rank's share are tried, no smaller ones: each costs an exchange."""


@dataclass(frozen=True)
class Owned:
    """What a rank has. positions: of cells, whole or in part, ascending. parts: of all cells that are cut."""

    positions: Positions
    parts: Mapping[int, Part]


@dataclass(frozen=True)
class Layout:
    """Who has what. owner: (cells,) the rank of each cell, or of the piece where its spikes are detected.

    parts: of each cell that is cut, by position, what each rank has.
    """

    owner: Positions
    parts: Mapping[int, tuple[Part, ...]]

    def of_rank(self, rank: int) -> Owned:
        """What a rank has."""
        own = {position: parts[rank] for position, parts in self.parts.items()}
        partly = [position for position, part in own.items() if part.sections]
        whole = np.setdiff1d(np.flatnonzero(self.owner == rank), list(own))
        return Owned(np.union1d(whole, np.array(partly, np.int64)), own)

    def ranks(self, plan: Plan, gids: NDArray[Any], sections: NDArray[Any]) -> Positions:
        """The rank that has each (gid, code of the section): (n,)."""
        positions = plan.cells.positions(gids)
        found = self.owner[positions]
        for position, parts in self.parts.items():
            rank_of = np.full(len(plan.model.sections), -1)
            for rank, part in enumerate(parts):
                rank_of[[plan.model.sections.code(name) for name in part.sections]] = rank
            rows = positions == position
            found[rows] = rank_of[sections[rows]]
        return found

    def sums(self, plan: Plan, of_sections: Sequence[Weights], artificial: float, ranks: int) -> Floats:
        """What the sections of each rank sum up to, and its artificial cells: (ranks,).

        of_sections: of each template, values of its sections.
        """
        codes = plan.cells.table["template"]
        of_cells = np.array([*(sum(values.values()) for values in of_sections), artificial], float)[codes]
        of_cells[[*self.parts]] = 0.0
        total = np.bincount(self.owner, of_cells, minlength=ranks)
        for position, parts in self.parts.items():
            total += [sum(of_sections[codes[position]][name] for name in part.sections) for part in parts]
        return np.asarray(total, float)


def owning(cells: Cells, owned: Positions | Owned) -> Cells:
    """All cells, as a rank knows them that owns these."""
    if isinstance(owned, Owned):
        return replace(cells, owned=owned.positions, parts=owned.parts)
    return replace(cells, owned=owned)


def layout(model: Model, cells: Cells, templates: tuple[Template, ...], costs: Costs, ranks: int) -> Layout:
    """Cells dealt out by cost; if that cannot be even since some are large, those in pieces."""
    work, bare = cost(model, cells, templates, costs), alone(cells, templates, costs)
    share = work.sum() / ranks
    large = np.flatnonzero((work > share / FINEST) & (cells.table["template"] >= 0)).tolist()
    kinds = {p: templates[cells.table["template"][p]] for p in large}
    weights = {p: _weights(kinds[p], costs, work[p] - bare[p]) for p in large}
    best, least = _dealt(work, kinds, weights, {}, ranks)[:2]
    for finer in range(1, FINEST + 1):
        if least <= ENOUGH * share:
            break
        found, busiest = _cut(work, kinds, weights, share / finer, ranks)
        if busiest * ENOUGH < least:
            best, least = found, busiest
    return best


def _cut(
    work: Floats, kinds: Mapping[int, Template], weights: Mapping[int, Weights], limit: float, ranks: int
) -> tuple[Layout, float]:
    """Cells cut in pieces of about the limit, and dealt out; and the largest sum of a rank."""
    plainly: set[int] = set()
    while True:
        cuts = {p: nodes(kinds[p], weights[p], limit, int(p not in plainly)) for p in kinds}
        cuts = {p: cut for p, cut in cuts.items() if cut}
        found, busiest, crowded = _dealt(work, kinds, weights, cuts, ranks)
        if not crowded:
            return found, busiest
        plainly |= crowded


def nodes(template: Template, weights: Weights, limit: float, delicate: int = 1) -> list[Node]:
    """Where to cut a cell so that no piece weighs more than the limit, as far as sections allow.

    delicate: how many pieces may be so.
    """
    at, cut, done = hangs_on(template), dict[Node, None](), set[str]()
    while True:
        pieces = _pieces(at, cut)
        left = {root: sum(weights[n] for n in names) for root, names in pieces.items() if root not in done}
        root = max(left, key=left.__getitem__, default=None)
        if root is None or left[root] <= limit:
            return list(cut)
        possible = _candidates(pieces[root], at, cut, weights)
        node = next((n for n in possible if len(_delicate(at, [*cut, n])) <= delicate), None)
        if node is None:
            done.add(root)
        else:
            cut[node] = None


def hangs_on(template: Template) -> dict[str, Node | None]:
    """The node that each section hangs on, None for roots; sections after those that they hang on."""
    found: dict[str, Node | None] = {}
    for name in template.sections:
        way = [name]
        while template.sections[way[-1]].topol and way[-1] not in found:
            way.append(template.sections[way[-1]].topol["parentSec"])
        for each in reversed(way):
            topology = template.sections[each].topol
            found.setdefault(each, _node(template, topology["parentSec"], topology) if topology else None)
    return found


def _node(template: Template, name: str, topology: Mapping[str, Any]) -> Node:
    """The node at parentX; the near end of a section belongs to what it hangs on itself."""
    x = float(topology["parentX"])
    while True:
        own = template.sections[name].topol
        if not own or x != float(own["childX"]):
            break
        name, x = own["parentSec"], float(own["parentX"])
    if 0 < x < 1:
        nseg = int(template.sections[name].geom.get("nseg", 1))
        x = (min(int(x * nseg), nseg - 1) + 0.5) / nseg
    return name, x


def _pieces(at: Mapping[str, Node | None], cut: Collection[Node]) -> dict[str, list[str]]:
    """The pieces, by the section at their root."""
    root: dict[str, str] = {}
    found: dict[str, list[str]] = {}
    for name, node in at.items():
        root[name] = name if node is None or node in cut else root[node[0]]
        found.setdefault(root[name], []).append(name)
    return found


def _delicate(at: Mapping[str, Node | None], cut: Collection[Node]) -> set[str]:
    """The roots of pieces between two cuts of which one is inside a section.

    Of those a rank can have one for each cell's reduced tree on another rank, and must tell of it first: of
    later ones NEURON 9 looks up the thread where it has not written it, and may abort.
    """
    found = set()
    for root, names in _pieces(at, cut).items():
        own = [x for name, x in cut if name in set(names)]
        if len(own) + (at[root] is not None) == 2 and any(0 < x < 1 for x in own):
            found.add(root)
    return found


def _candidates(
    piece: list[str], at: Mapping[str, Node | None], cut: Collection[Node], weights: Weights
) -> list[Node]:
    """Nodes where a piece may be cut, those first that leave the lightest of heaviest parts."""
    root, inside = piece[0], set(piece)
    below = {name: weights[name] for name in piece}
    branches: dict[Node, list[str]] = {}
    for name in reversed(piece[1:]):
        node = at[name]
        assert node is not None
        below[node[0]] += below[name]
        branches.setdefault(node, []).append(name)
    touched = [name for name, _ in cut if name in inside] + [root] * (at[root] is not None)
    heaviest = {
        node: max(below[root] - sum(below[name] for name in own), *(below[name] for name in own))
        for node, own in branches.items()
        if len({_side(name, root, node, at) for name in touched}) == len(touched)
    }
    return sorted((node for node in heaviest if heaviest[node] < below[root]), key=heaviest.__getitem__)


def _side(name: str, root: str, node: Node, at: Mapping[str, Node | None]) -> str:
    """The branch at a node that a section is on, else the root."""
    while name != root:
        on = at[name]
        if on is None or on == node:
            break
        name = on[0]
    return name


def _weights(template: Template, costs: Costs, synapses: float) -> dict[str, float]:
    """Work of each section, with that of synapses spread over all segments."""
    counts = {name: int(section.geom.get("nseg", 1)) for name, section in template.sections.items()}
    each = synapses / sum(counts.values())
    return {name: own + each * counts[name] for name, own in of_sections(template, costs).items()}


def _dealt(
    work: Floats,
    kinds: Mapping[int, Template],
    weights: Mapping[int, Weights],
    cuts: Mapping[int, list[Node]],
    ranks: int,
) -> tuple[Layout, float, set[int]]:
    """Whole cells and pieces on ranks, the dearest first, each to the rank with least.

    With the largest sum of a rank, and the cells that have a delicate piece too many there.
    """
    whole = np.setdiff1d(np.arange(len(work)), list(cuts))
    pieces = [(p, names) for p in cuts for names in _pieces(hangs_on(kinds[p]), cuts[p]).values()]
    costs = [*work[whole], *(sum(weights[p][name] for name in names) for p, names in pieces)]
    given = owners(costs, ranks)
    owner = np.zeros(len(work), np.int64)
    owner[whole] = given[: len(whole)]
    of_rank: dict[tuple[int, int], list[list[str]]] = {}
    for (position, names), rank in zip(pieces, given[len(whole) :].tolist(), strict=True):
        of_rank.setdefault((position, rank), []).append(names)
    parts, first = {}, 0
    for position, cut in cuts.items():
        numbers = {node: first + k for k, node in enumerate(cut)}
        first += len(cut)
        parts[position] = tuple(
            _part(kinds[position], numbers, of_rank.get((position, rank), ())) for rank in range(ranks)
        )
        owner[position] = [part.home for part in parts[position]].index(True)
    return Layout(owner, parts), float(np.bincount(given, costs, minlength=ranks).max()), _crowded(parts)


def _crowded(parts: Mapping[int, tuple[Part, ...]]) -> set[int]:
    """Cells with a delicate piece where there is one already whose equations are solved on the same rank."""
    taken, found = set(), set()
    for position, of_cell in parts.items():
        solver = next((rank for rank, part in enumerate(of_cell) if part.between), -1)
        for rank, part in enumerate(of_cell):
            if part.delicate and rank != solver:
                if (rank, solver) in taken:
                    found.add(position)
                taken.add((rank, solver))
    return found


def _part(template: Template, numbers: Mapping[Node, int], pieces: Sequence[list[str]]) -> Part:
    """What a rank with these pieces of a cell has."""
    at = hangs_on(template)
    delicate = _delicate(at, numbers)
    joints: list[tuple[str, float, int]] = []
    between = False
    for names in sorted(pieces, key=lambda names: names[0] not in delicate):
        node, before = at[names[0]], len(joints)
        if node is not None:
            joints.append((names[0], float(template.sections[names[0]].topol["childX"]), numbers[node]))
        joints += [(*node, number) for node, number in numbers.items() if node[0] in names]
        between |= len(joints) - before == 2
    here = {name for names in pieces for name in names}
    roots = tuple(names[0] for names in pieces)
    return Part(
        sections=tuple(name for name in template.sections if name in here),
        roots=roots,
        joints=tuple(joints),
        home=template.spike_source[0] in here,
        between=between,
        delicate=not delicate.isdisjoint(roots),
    )


def part_of(template: Template, part: Part) -> Template:
    """The sections that a rank has of a cell, as a kind of cell. Drawn values stay where they are."""
    source, location = template.spike_source
    sections = {}
    for name in part.sections:
        section = template.sections[name]
        topology = {} if name in part.roots else section.topol
        detected = location if name == source else None
        sections[name] = replace(section, topol=topology, spike_gen_loc=detected)
    return replace(template, sections=sections)


# What of a plan for whole cells is on this rank


def here(plan: Plan, gids: NDArray[Any], sections: NDArray[Any]) -> NDArray[np.bool_]:
    """Whether this rank has each (gid, code of the section), if it has any of the cell: (n,)."""
    found = np.ones(len(gids), bool)
    for position, part in plan.cells.parts.items():
        rows = gids == plan.cells.gids[position]
        codes = [plan.model.sections.code(name) for name in part.sections]
        found[rows] = np.isin(sections[rows], codes)
    return found


def _numbers(plan: Plan, gids: NDArray[Any], after: dict[int, int]) -> Positions:
    """Minus how many rows of the same cut cell come after each: (n,); 0 for other cells.

    after: those of each cell that come after all of these; these are added.
    """
    found = np.zeros(len(gids), np.int64)
    for position in plan.cells.parts:
        rows = np.flatnonzero(gids == plan.cells.gids[position])
        found[rows] = -np.arange(len(rows))[::-1] - after.get(position, 0)
        after[position] = after.get(position, 0) + len(rows)
    return found


def connected(plan: Plan) -> Plan:
    """The plan with the connections that end here."""
    if not plan.cells.parts:
        return plan
    rows = plan.connections
    kept = here(plan, rows["post"], rows["section"])
    return replace(plan, connections=rows.take(kept), numbers=_numbers(plan, rows["post"], {})[kept])


def stimulated(plan: Plan) -> Plan:
    """The plan with the inputs that are here."""
    if not plan.cells.parts:
        return plan
    blocks: list[InputBlock] = []
    after: dict[str, dict[int, int]] = {}
    for block in reversed(plan.inputs):
        gids = block.rows["gid"]
        kept = here(plan, gids, block.rows["section"])
        numbers = _numbers(plan, gids, after.setdefault(block.source, {}))[kept]
        noise = None if block.noise is None else block.noise[kept]
        blocks.insert(0, replace(block, rows=block.rows.take(kept), noise=noise, numbers=numbers))
    return replace(plan, inputs=tuple(blocks))


def recorded(plan: Plan) -> Plan:
    """The plan with the traces of what is here, and the spikes of cells that are detected here."""
    if not plan.cells.parts:
        return plan
    _refuse_bare(plan)
    traces = []
    for block in plan.recordings.traces:
        gids = block.gids
        if block.section is not None:
            code = plan.model.sections.code(block.section)
            gids = gids[here(plan, gids, np.full(len(gids), code))]
        if len(gids):
            traces.append(replace(block, gids=gids))
    spikes = plan.recordings.spikes
    if spikes is not None:
        away = [plan.cells.gids[position] for position, part in plan.cells.parts.items() if not part.home]
        spikes = np.setdiff1d(spikes, away)
    return replace(plan, recordings=replace(plan.recordings, traces=tuple(traces), spikes=spikes))


def _refuse_bare(plan: Plan) -> None:
    """SpecError if signals or shapes are asked for of cut cells that NEURON would have to draw."""
    problems = []
    wanted = plan.recordings.signals or plan.model.spec.network.define_cell_shapes
    codes = plan.cells.table["template"][list(plan.cells.parts)]
    for code in np.unique(codes).tolist() if wanted else ():
        template = plan.templates[code]
        bare = [name for name, section in template.sections.items() if section.geom.get("pt3d") is None]
        if bare:
            path = f"netParams.cellParams[{template.rules[-1]!r}].secs[{bare[0]!r}].geom.pt3d"
            message = "needed for signals and shapes where multisplit cuts such a cell."
            problems.append(Problem(path, message))
    if problems:
        raise SpecError(problems)
