"""Weights and delays of edges, with the weight functions that bmtk has."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netspec.errors import FileError, did_you_mean
from netspec.formats.sonata import gap_junctions
from netspec.formats.sonata.config import Config
from netspec.formats.sonata.edges import Edges
from netspec.formats.sonata.limits import is_number
from netspec.formats.sonata.node_sets import resolve
from netspec.formats.sonata.nodes import Nodes
from netspec.plan.whole import Network

Floats = NDArray[np.float64]


def given(found: Edges) -> Floats:
    """syn_weight of each edge (BlueBrain's: conductance)."""
    return _known(found, "syn_weight", "conductance")


def delays(found: Edges) -> Floats:
    """Delay of each edge [ms]; gap junctions, which have none, need not say one."""
    return np.where(
        gap_junctions.chosen(found), 1.0, _known(found, "delay", besides=gap_junctions.chosen(found))
    )


def _known(found: Edges, *names: str, besides: Any = False) -> Floats:
    values = found.numbers(*names)
    missing = np.flatnonzero(np.isnan(values) & ~np.asarray(besides))
    if len(missing):
        row = found.rows[missing[0]]
        where = f"{found.population.files.data}: edge {row} of {found.population.name!r}"
        raise FileError(f"{where} has no {names[0]}, and neither has its type {found.population.files.types}")
    return values


def gaussian_of_angles(found: Edges, source: Floats, target: Floats) -> Floats:
    """Weight that falls with the difference of tuning angles [degrees], which is at most 90."""
    away = np.abs(np.abs(np.abs(180.0 - np.abs(target - source) % 360.0) - 90.0) - 90.0)
    return given(found) * np.exp(-((away / found.numbers("weight_sigma")) ** 2))


FUNCTIONS: dict[str, Callable[[Edges, Floats, Floats], Floats]] = {
    "wmax": lambda found, source, target: given(found),
    "set_syn_weight": lambda found, source, target: given(found),
    "gaussianLL": gaussian_of_angles,
}
"""weight_function -> (edges, tuning angles of sources and targets) -> weights."""


def of(
    config: Config, found: Edges, network: Network, pre: NDArray[np.int64], post: NDArray[np.int64]
) -> Floats:
    """The weight of each edge [uS, or of an artificial cell's event], before signs."""
    names = found.attribute("weight_function")
    weight = np.empty(len(found))
    for name in {value for value in names.tolist()}:
        rows = np.array([value == name for value in names.tolist()], bool)
        function = FUNCTIONS.get("wmax" if name is None else name)
        if function is None:
            where = found.population.files.types
            raise FileError(f"{where}: there is no weight_function {name!r}. {did_you_mean(name, FUNCTIONS)}")
        angles = [_angles(network, gids) if name == "gaussianLL" else np.empty(0) for gids in (pre, post)]
        weight[rows] = function(found, *angles)[rows]
    return weight


def _angles(network: Network, gids: NDArray[np.int64]) -> Floats:
    values = network.cells.tag("tuning_angle")
    if values is None:
        return np.full(len(gids), np.nan)
    return np.array(
        [np.nan if v is None else float(v) for v in values[network.cells.positions(gids)].tolist()]
    )


OVERRIDES = frozenset({"name", "source", "target", "weight", "synapse_delay_override", "modoverride"})
"""Keys of connection_overrides that are known."""


def check_overrides(config: Config) -> None:
    """FileError for keys of connection_overrides that are unknown, or say what is not supported."""
    for number, entry in enumerate(config.overrides):
        where = f"{config.where('connection_overrides')}: connection_overrides[{number}]"
        for name, value in entry.items():
            _check_key(name, value, f"{where}.{name}")
        for name in ("weight", "synapse_delay_override"):
            if name in entry and not is_number(entry[name]):
                raise FileError(f"{where}.{name}: expected a number, got {entry[name]!r}")
        for name in ("source", "target"):
            if name not in entry:
                raise FileError(f"{where}.{name} is missing. {did_you_mean(name, entry)}")


def _check_key(name: str, value: Any, where: str) -> None:
    if name == "modoverride" and value != "Exp2Syn":
        raise FileError(f"{where}: {value!r} needs a helper in HOC; Exp2Syn does not")
    if name not in OVERRIDES and name not in LATER:
        raise FileError(f"{where}: unknown key. {did_you_mean(name, [*OVERRIDES, *LATER])}")
    if name in LATER and value:
        raise FileError(f"{where}: {LATER[name]}")


LATER = {
    "spont_minis": "not supported yet",
    "delay": "weights that change at a time: not supported yet",
    "synapse_configure": "not supported yet",
    "neuromodulation_dtc": "there are no edges of neuromodulation here",
    "neuromodulation_strength": "there are no edges of neuromodulation here",
}
"""Further keys of connection_overrides, and why they are refused unless they say nothing."""


def overridden(
    config: Config, nodes: Mapping[str, Nodes], found: Edges, weight: Floats, delay: Floats
) -> tuple[Floats, Floats]:
    """Weights and delays after connection_overrides, one after the other."""
    for number, entry in enumerate(config.overrides):
        key = f"connection_overrides[{number}]"
        chosen = np.ones(len(found), bool)
        for end, population, ids in (
            ("source", found.population.source, found.source),
            ("target", found.population.target, found.target),
        ):
            known = resolve(config, nodes, entry.get(end), f"{key}.{end}")
            rows = known.get(population, np.empty(0, np.int64))
            chosen &= np.isin(ids, nodes[population].ids[rows])
        weight = np.where(chosen, weight * float(entry.get("weight", 1.0)), weight)
        if "synapse_delay_override" in entry:
            delay = np.where(chosen, float(entry["synapse_delay_override"]), delay)
    return weight, delay
