"""Edges whose events are played from a file, whatever their nodes do.

bmtk's input 'replay' names edges that the circuit need not have; BlueBrain's 'synapse_replay' is of the
circuit's own edges. The source of each edge is a cell of its own here, with the spikes that the file has.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netspec.errors import FileError
from netspec.formats.sonata import edges as edge_files
from netspec.formats.sonata import gap_junctions, spikes
from netspec.formats.sonata.config import Config, Files
from netspec.formats.sonata.edges import EdgePopulation, Edges
from netspec.formats.sonata.node_sets import resolve
from netspec.formats.sonata.nodes import Nodes

ALLEN, BLUEBRAIN = "replay", "synapse_replay"
Known = Mapping[str, EdgePopulation]


@dataclass(frozen=True)
class Replay:
    """Edges that are played. label: of the input. sources, targets: ids of nodes. path: of the spikes.

    start: of the first spike that counts [ms].
    """

    label: str
    edges: EdgePopulation
    sources: NDArray[np.int64]
    targets: NDArray[np.int64]
    path: Path
    start: float = 0.0

    @property
    def name(self) -> str:
        """The name of its rule and of the population of its sources."""
        return f"{self.label}:{self.edges.name}"

    def chosen(self, found: Edges) -> NDArray[np.bool_]:
        """Which edges are played: (n,)."""
        return np.isin(found.source, self.sources) & np.isin(found.target, self.targets)


def replays(config: Config, nodes: Mapping[str, Nodes], known: Known, label: str) -> list[Replay]:
    """What an input plays; empty if it plays nothing, or just makes virtual nodes spike."""
    entry = config.inputs[label]
    if entry.get("module") == ALLEN and entry.get("input_type") == "replay_spikes":
        return _of_other_edges(config, nodes, label, entry)
    if entry.get("module") == BLUEBRAIN:
        return _of_own_edges(config, nodes, known, label, entry)
    return []


def of_all(config: Config, nodes: Mapping[str, Nodes], known: Known) -> dict[str, Replay]:
    """By name: all that is played."""
    found = [each for label in config.inputs for each in replays(config, nodes, known, label)]
    return {each.name: each for each in found}


def only_virtual(config: Config, nodes: Mapping[str, Nodes], entry: Mapping[str, Any], key: str) -> bool:
    """Whether a node set has all nodes that are targets, so that virtual nodes may spike for all of them."""
    chosen = resolve(config, nodes, entry.get("node_set"), key)
    return all(len(chosen.get(name, ())) == len(own) for name, own in nodes.items() if not is_virtual(own))


def is_virtual(nodes: Nodes) -> bool:
    """Whether all nodes of a population are virtual."""
    return set(nodes.attribute("model_type").tolist()) == {"virtual"}


def _of_other_edges(
    config: Config, nodes: Mapping[str, Nodes], label: str, entry: Mapping[str, Any]
) -> list[Replay]:
    key = f"inputs.{label}"
    given = entry.get("edges")
    if not isinstance(given, Mapping):
        raise FileError(f"{config.path}: {key}.edges: expected edges_file and edge_types_file, got {given!r}")
    data = config.file(f"{key}.edges.edges_file", given.get("edges_file"))
    types = config.file(f"{key}.edges.edge_types_file", given.get("edge_types_file"))
    path = config.file(f"{key}.spikes_file", entry.get("spikes_file"))
    found = []
    chosen = [
        resolve(config, nodes, entry.get(f"{end}_node_set", "all"), f"{key}.{end}_node_set")
        for end in ("source", "target")
    ]
    for population in edge_files.of_files(Files(f"{key}.edges", data, types)):
        if population.source in chosen[0] and population.target in chosen[1]:
            source, target = (
                nodes[name].ids[own[name]]
                for name, own in zip((population.source, population.target), chosen, strict=True)
            )
            found.append(Replay(label, population, source, target, path))
    return found


def _of_own_edges(
    config: Config, nodes: Mapping[str, Nodes], known: Known, label: str, entry: Mapping[str, Any]
) -> list[Replay]:
    key = f"inputs.{label}"
    path = config.file(f"{key}.spike_file", entry.get("spike_file"))
    chosen = resolve(config, nodes, entry.get("node_set"), f"{key}.node_set")
    every, played = only_virtual(config, nodes, entry, f"{key}.node_set"), spikes.populations(path)
    found = []
    for population in known.values():
        source, target = population.source, population.target
        if source not in played or target not in chosen or (every and is_virtual(nodes[source])):
            continue
        if gap_junctions.is_electrical(population):
            continue
        ids = nodes[source].ids, nodes[target].ids[chosen[target]]
        found.append(Replay(label, population, *ids, path, float(entry.get("delay", 0.0))))
    return found


def population(replay: Replay, nodes: Mapping[str, Nodes]) -> dict[str, Any]:
    """The entry of popParams of its sources: one for each node of their population."""
    name = replay.edges.source
    times = spikes.by_node(nodes[name].ids, spikes.read(replay.path, name))
    spikes.refuse_strangers(replay.path, name, nodes[name].ids)
    tags = {"x": 0.0, "y": 0.0, "z": 0.0, "population": replay.name}
    cells = [{**tags, "spkTimes": own[own >= replay.start].tolist()} for own in times]
    return {"cellModel": "VecStim", "cellsList": cells}
