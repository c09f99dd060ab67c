"""Current clamps of a simulation as stimuli."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from netspec.errors import FileError
from netspec.formats.sonata.config import Config
from netspec.formats.sonata.groups import Group
from netspec.formats.sonata.node_sets import resolve
from netspec.formats.sonata.nodes import Nodes

NUMBERS = {"amp": "amp", "delay": "del", "duration": "dur"}
"""Keys of an input -> IClamp's parameters."""


def stimuli(
    config: Config, nodes: Mapping[str, Nodes], together: Mapping[str, list[Group]]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """(stimSourceParams, stimTargetParams) of all current clamps."""
    sources: dict[str, Any] = {}
    targets: dict[str, Any] = {}
    for label, entry in config.inputs.items():
        if entry.get("input_type") != "current_clamp":
            continue
        if entry.get("module") != "IClamp":
            raise FileError(
                f"{config.path}: inputs.{label}.module {entry.get('module')!r}: not supported yet"
            )
        place = {
            "sec": f"{entry.get('section_name', 'soma')}_{entry.get('section_index', 0)}",
            "loc": float(entry.get("section_dist", 0.5)),
        }
        members_of = list(chosen(config, nodes, together, entry.get("node_set"), f"inputs.{label}.node_set"))
        for number, values in enumerate(_clamps(config, label, entry)):
            name = label if number == 0 else f"{label}_{number}"
            sources[name] = {"type": "IClamp", **values}
            for group, members in members_of:
                conds = {"pop": group.label, "cellList": members}
                targets[f"{name}->{group.label}"] = {"source": name, "conds": conds, **place}
    return sources, targets


def _clamps(config: Config, label: str, entry: Mapping[str, Any]) -> Iterator[dict[str, float]]:
    """Parameters of each clamp: lists are several."""
    given = {}
    for key in NUMBERS:
        if key not in entry:
            raise FileError(f"{config.path}: inputs.{label}.{key} is missing")
        given[key] = entry[key] if isinstance(entry[key], list) else [entry[key]]
    counts = {key: len(values) for key, values in given.items()}
    if len(set(counts.values())) > 1:
        raise FileError(f"{config.path}: inputs.{label}: lists of different lengths: {counts}")
    for values in zip(*given.values(), strict=True):
        yield {NUMBERS[key]: float(value) for key, value in zip(given, values, strict=True)}


def chosen(
    config: Config, nodes: Mapping[str, Nodes], together: Mapping[str, list[Group]], wanted: Any, key: str
) -> Iterator[tuple[Group, list[int]]]:
    """Groups with nodes of a node set: places of these nodes in each group."""
    for name, rows in resolve(config, nodes, wanted, key).items():
        for group in together[name]:
            members = np.flatnonzero(np.isin(group.rows, rows)).tolist()
            if members and group.kind != "virtual":
                yield group, members
