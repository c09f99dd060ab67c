"""The connectivity rule that reads the edges of a file: a rank reads those onto its own cells."""

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from netspec.errors import FileError, Problem, SpecError
from netspec.formats.sonata import config as configs
from netspec.formats.sonata import edges as edge_files
from netspec.formats.sonata import gap_junctions, sources, synapses, weights
from netspec.formats.sonata import nodes as node_files
from netspec.formats.sonata.chance import Draws
from netspec.formats.sonata.edges import Edges
from netspec.formats.sonata.groups import groups
from netspec.formats.sonata.node_sets import resolve
from netspec.formats.sonata.nodes import Nodes
from netspec.formats.sonata.replay import Replay, is_virtual, of_all, replays
from netspec.plan.rules import Gids, Positions
from netspec.plan.whole import Network, Whole


@lru_cache(maxsize=4)
def circuit(path: str) -> tuple[configs.Config, dict[str, Nodes], dict[str, edge_files.EdgePopulation]]:
    """A circuit's config, its nodes and its populations of edges, read once."""
    config = configs.read(path)
    known = {each.name: each for each in edge_files.populations(config)}
    return config, node_files.read(config), known


@dataclass(frozen=True)
class Step:
    """Edges that are made one after the other: a population of the circuit, or what an input plays."""

    edges: edge_files.EdgePopulation
    replay: Replay | None = None

    @property
    def key(self) -> tuple[str, str]:
        """What tells it from others."""
        return self.edges.name, self.replay.name if self.replay else ""


def edges_of(
    pre: Gids,
    post: Gids,
    owned: Positions,
    network: Network,
    config: str,
    edges: str,
    gaps: bool = False,
    replay: str | None = None,
) -> Whole:
    """The edges of a population of edges. config: file; pre and post: all cells of its nodes.

    gaps: those that are gap junctions; else the others. replay: name of what is played, whose edges they are.
    """
    read, nodes, known = circuit(config)
    played = of_all(read, nodes, known).get(replay) if replay else None
    if edges not in known and played is None:
        raise FileError(f"{read.path}: there is no population of edges {edges!r} (there are {sorted(known)})")
    population = played.edges if played else known[edges]
    source, target = (order(nodes[name]) for name in (population.source, population.target))
    source = nodes[population.source].ids if played else source
    for ids, gids, name in ((source, pre, population.source), (target, post, population.target)):
        if len(ids) != len(gids):
            message = (
                f"{edges!r} connects {len(ids)} nodes of {name!r}, but the rule finds {len(gids)} cells."
            )
            raise SpecError([Problem(network.ends.path, message)])
    found = edge_files.onto(population, target[owned], target)
    found = found.take(played.chosen(found)) if played else found
    from_pre = _gids(source, pre, found.source, found)
    onto = _gids(target, post, found.target, found)
    draws = _draws(read, nodes, known, Step(population, played), target[owned], network, post[owned])
    return wired(read, nodes, found, from_pre, onto, network, draws, gaps)


def order(nodes: Nodes) -> NDArray[np.int64]:
    """Ids of the nodes in the order of their gids here."""
    return np.concatenate([group.ids for group in groups(nodes)])


def _gids(ids: NDArray[np.int64], gids: Gids, wanted: NDArray[np.int64], found: Edges) -> Gids:
    sorting = np.argsort(ids, kind="stable")
    place = np.minimum(np.searchsorted(ids[sorting], wanted), len(ids) - 1)
    unknown = np.flatnonzero(ids[sorting[place]] != wanted)
    if len(unknown):
        row, files = found.rows[unknown[0]], found.population.files
        raise FileError(
            f"{files.data}: edge {row} of {found.population.name!r} names node {wanted[unknown[0]]}, "
            "which is not there"
        )
    return np.asarray(gids[sorting[place]], np.int64)


def _draws(
    config: configs.Config,
    nodes: dict[str, Nodes],
    known: dict[str, edge_files.EdgePopulation],
    step: Step,
    targets: NDArray[np.int64],
    network: Network,
    gids: Gids,
) -> Draws:
    """The numbers of some target nodes after those that earlier populations of edges draw. gids: theirs."""
    names, population = list(nodes), step.edges
    first = sum(len(nodes[name]) for name in names[: names.index(population.target)])
    rows = nodes[population.target].rows(targets)
    seeds = dict(zip(targets.tolist(), (first + rows).tolist(), strict=True))
    before: Counter[int] = Counter()
    artificial = network.cells.table["template"][network.cells.positions(gids)] < 0
    lacking = dict(zip(targets.tolist(), artificial.tolist(), strict=True))
    for each in sequence(config, nodes, known):
        earlier = each.edges
        if each.key == step.key:
            break
        if earlier.target == population.target:
            found = edge_files.onto(earlier, targets)
            found = found.take(each.replay.chosen(found)) if each.replay else found
            counts = synapses.free_counts(
                found, np.array([lacking[node] for node in found.target.tolist()], bool)
            )
            for node, count in zip(found.target.tolist(), counts.tolist(), strict=True):
                before[node] += count
        if earlier.source == population.target and gap_junctions.types(earlier):
            every = edge_files.onto(earlier, order(nodes[earlier.target]))
            ends = every.take(gap_junctions.chosen(every) & np.isin(every.source, targets))
            for node, count in zip(
                ends.source.tolist(), synapses.free_counts(ends, False).tolist(), strict=True
            ):
                before[node] += count
    return Draws(seeds, before)


def sequence(
    config: configs.Config, nodes: dict[str, Nodes], known: dict[str, edge_files.EdgePopulation]
) -> list[Step]:
    """Populations of edges in the order of bmtk: those of virtual nodes last, as inputs name them."""
    virtual = {name for name, each in nodes.items() if is_virtual(each)}
    made = [Step(edges) for edges in known.values() if edges.source not in virtual]
    for label, entry in config.inputs.items():
        if entry.get("input_type") == "spikes":
            sources = resolve(config, nodes, entry.get("node_set"), f"inputs.{label}.node_set")
            some = (edges for edges in known.values() if edges.source in virtual and edges.source in sources)
            made += map(Step, some)
        made += [Step(each.edges, each) for each in replays(config, nodes, known, label)]
    made += map(Step, known.values())
    return list({step.key: step for step in made}.values())


def wired(
    config: configs.Config,
    nodes: dict[str, Nodes],
    found: Edges,
    pre: Gids,
    post: Gids,
    network: Network,
    draws: Draws,
    gaps: bool,
) -> Whole:
    """The connections that edges stand for, in their order. gaps: gap junctions only, or all but these."""
    weight, delay = weights.of(config, found, network, pre, post), weights.delays(found)
    weight, delay = weights.overridden(config, nodes, found, weight, delay)
    pre, weight, delay = sources.replaced(config, nodes, found, network, pre, weight, delay)
    made = synapses.place(config, found, network, post, draws)
    if gap_junctions.has_any(found.population):
        made = made.take(gap_junctions.chosen(found)[made.edge] == gaps)
    ends = _other_ends(config, found, pre, network, draws, made) if gaps else (None, None)
    return Whole(
        pre[made.edge],
        post[made.edge],
        weight[made.edge] * made.factor,
        delay[made.edge],
        made.synapse,
        made.section,
        made.location,
        made.synapses,
        made.sections,
        *ends,
    )


def _other_ends(
    config: configs.Config, found: Edges, pre: Gids, network: Network, draws: Draws, made: synapses.Placed
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Section and location of gap junctions on the cells that edges come from. made: the other ends."""
    some = found.take(made.edge)
    gap_junctions.check(some)
    if gap_junctions.is_electrical(found.population):
        return gap_junctions.other_ends(some, made.section, made.location)
    turned = np.argsort(some.rows, kind="stable")
    placed = synapses.place(config, some.turned(), network, pre[made.edge][turned], draws)
    section = np.empty(len(some), np.int64)
    section[turned] = placed.section
    return section, placed.location
