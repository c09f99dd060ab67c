"""Synapses whose parameters a connection override changes by synapse_configure, as neurodamus 4.2.9 does.

Each statement is run for each synapse of the chosen edges, one override after the other.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netspec.errors import FileError, did_you_mean
from netspec.formats.sonata import edges as edge_files
from netspec.formats.sonata import weights
from netspec.formats.sonata.config import Config
from netspec.formats.sonata.edges import EdgePopulation, Edges
from netspec.formats.sonata.modifications import assignments
from netspec.formats.sonata.nodes import Nodes
from netspec.formats.sonata.synapses import Placed

KEY = "synapse_configure"


def _entries(config: Config) -> list[int]:
    return [number for number, entry in enumerate(config.overrides) if entry.get(KEY)]


def _names(config: Config, nodes: Mapping[str, Nodes], found: Edges) -> NDArray[np.str_]:
    """What the labels of each edge's synapses end with: the overrides that change them, '' if none does."""
    names = np.full(len(found), "", object)
    for number in _entries(config):
        chosen = weights.chosen(config, nodes, found, number)
        names[chosen] += f"|{number}"
    return names.astype(str)


def placed(config: Config, nodes: Mapping[str, Nodes], found: Edges, made: Placed) -> Placed:
    """The synapses of edges, with other labels where overrides change them."""
    if not _entries(config):
        return made
    names = _names(config, nodes, found)[made.edge]
    endings, which = np.unique(names, return_inverse=True)
    labels = tuple(f"{label}{ending}" for ending in endings.tolist() for label in made.synapses)
    codes = which.ravel() * len(made.synapses) + made.synapse
    return replace(made, synapses=labels, synapse=np.where(made.synapse < 0, -1, codes))


def mechanisms(
    config: Config, nodes: Mapping[str, Nodes], population: EdgePopulation, known: Mapping[str, Any]
) -> dict[str, Any]:
    """Further synMechParams of a population of edges. known: those that its edges have without overrides."""
    if not _entries(config):
        return {}
    endings = set(_names(config, nodes, edge_files.every(population)).tolist()) - {""}
    return {
        f"{label}{ending}": _changed(config, own, [int(number) for number in ending[1:].split("|")])
        for ending in sorted(endings)
        for label, own in known.items()
        if "pointerParams" not in own
    }


def _changed(config: Config, own: Mapping[str, Any], numbers: list[int]) -> dict[str, Any]:
    values = dict(own)
    for number in numbers:
        where = f"{config.where('connection_overrides')}: connection_overrides[{number}].{KEY}"
        for attribute, value in assignments(config.overrides[number][KEY], where):
            if attribute == "mod" or attribute not in values:
                near = did_you_mean(attribute, [name for name in values if name != "mod"])
                raise FileError(f"{where}: {own['mod']} has no parameter {attribute!r} in its files. {near}")
            values[attribute] = float(value(partial(_known, values, where)))
    return values


def _known(values: Mapping[str, Any], where: str, name: str) -> float:
    if name not in values:
        raise FileError(f"{where}: {name!r} is not known. {did_you_mean(name, values)}")
    return float(values[name])
