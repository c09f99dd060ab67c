"""Sources of events that stand in for nodes: ahead of virtual ones, or for synapses that fire by themselves.

NEURON's ranks exchange spikes once per shortest delay, so that no delay may be below the time step. bmtk has
such delays from virtual nodes. Here the same spikes then come from a cell that is AHEAD of the node by as
much as the delay is longer.
"""

from collections.abc import Mapping
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from netspec.errors import FileError
from netspec.formats.sonata import columns
from netspec.formats.sonata.config import Config
from netspec.formats.sonata.edges import EdgePopulation, Edges, parts
from netspec.formats.sonata.groups import Group
from netspec.formats.sonata.node_sets import resolve
from netspec.formats.sonata.nodes import Nodes
from netspec.plan.whole import Network

AHEAD = 1.0
"""How much earlier such a cell spikes [ms]."""
TAG = "ahead_of"
"""Tag of such a cell: the gid of the one whose spikes it has."""
ALONE = "syn_activity"
"""Input type, and label of the population, of synapses that fire by themselves."""

Gids = NDArray[np.int64]
Floats = NDArray[np.float64]


def populations(
    config: Config,
    together: Mapping[str, list[Group]],
    edges: Mapping[str, EdgePopulation],
    first: Mapping[str, int],
    known: Mapping[str, Any],
) -> dict[str, Any]:
    """Entries of popParams, to be put after all others. first: gids of groups. known: their popParams."""
    made: dict[str, Any] = {}
    step = float(config.run.get("dt", 0.1))
    virtual = {name: [group for group in own if group.kind == "virtual"] for name, own in together.items()}
    short = {each.source for each in edges.values() if virtual.get(each.source) and _shortest(each) < step}
    for group in (group for name in short for group in virtual[name]):
        cells = []
        for place, cell in enumerate(known[group.label]["cellsList"]):
            times = np.asarray(cell["spkTimes"], float)
            if len(times) and times.min() < AHEAD:
                raise FileError(
                    f"{config.path}: node {cell['node_id']} of {group.nodes.population!r} spikes at "
                    f"{times.min():g} ms, and has edges with delays below the time step, which is supported "
                    f"from {AHEAD:g} ms on"
                )
            tags = {"population": f"{group.label}:ahead", TAG: first[group.label] + place}
            cells.append({"x": 0.0, "y": 0.0, "z": 0.0, **tags, "spkTimes": (times - AHEAD).tolist()})
        made[f"{group.label}:ahead"] = {"cellModel": "VecStim", "cellsList": cells}
    for label, entry in config.inputs.items():
        if entry.get("input_type") == ALONE:
            times = np.atleast_1d(np.asarray(entry.get("timestamps", []), float)).tolist()
            cell = {"x": 0.0, "y": 0.0, "z": 0.0, "population": f"{ALONE}:{label}", "spkTimes": times}
            made[f"{ALONE}:{label}"] = {"cellModel": "VecStim", "cellsList": [cell]}
    return made


def _shortest(population: EdgePopulation) -> float:
    """The shortest delay of any edge [ms]."""
    delays = [float(own["delay"]) for own in population.types.values() if own.get("delay") is not None]
    path = population.files.data
    with columns.opened(path) as file:
        item = columns.group(file, f"edges/{population.name}", path)
        for group in columns.groups(item).values():
            if isinstance(data := group.get("delay"), h5py.Dataset):
                delays += [float(part.min()) for part in parts(data, "delay", path)]
    return min(delays, default=np.inf)


def replaced(
    config: Config,
    nodes: Mapping[str, Nodes],
    found: Edges,
    network: Network,
    pre: Gids,
    weight: Floats,
    delay: Floats,
) -> tuple[Gids, Floats, Floats]:
    """Where events of edges come from, their weights and delays."""
    ahead = network.cells.tag(TAG)
    short = delay < float(config.run.get("dt", 0.1))
    if ahead is not None and short.any():
        rows = np.flatnonzero([value is not None for value in ahead.tolist()])
        of = np.array([int(ahead[row]) for row in rows.tolist()], np.int64)
        short &= np.isin(pre, of)
        order = np.argsort(of)
        twins = network.cells.gids[rows[order]]
        pre, delay = pre.copy(), delay.copy()
        pre[short] = twins[np.searchsorted(of[order], pre[short])]
        delay[short] += AHEAD
    for label, entry in config.inputs.items():
        if entry.get("input_type") == ALONE:
            pre, weight = _alone(config, nodes, found, network, label, pre, weight)
    return pre, weight, delay


def _alone(
    config: Config,
    nodes: Mapping[str, Nodes],
    found: Edges,
    network: Network,
    label: str,
    pre: Gids,
    weight: Floats,
) -> tuple[Gids, Floats]:
    """Edges that a filter chooses have the input's spikes; others between nodes have no weight."""
    entry, key = config.inputs[label], f"inputs.{label}"
    chosen = np.ones(len(found), bool)
    ends = (("precell_filter", found.population.source, found.source),
            ("postcell_filter", found.population.target, found.target))  # fmt: skip
    for name, population, ids in ends:
        wanted = entry.get(name, {})
        if not isinstance(wanted, Mapping):
            raise FileError(f"{config.path}: {key}.{name}: expected a mapping, got {wanted!r}")
        rows = resolve(config, nodes, wanted, f"{key}.{name}").get(population, np.empty(0, np.int64))
        chosen &= np.isin(ids, nodes[population].ids[rows])
    if set(nodes[found.population.source].attribute("model_type").tolist()) == {"virtual"}:
        return pre, weight
    cells = network.cells
    source = int(cells.gids[np.flatnonzero(cells.tag("population") == f"{ALONE}:{label}")[0]])
    return np.where(chosen, source, pre), np.where(chosen, weight, 0.0)
