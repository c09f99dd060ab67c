"""What reports of a simulation record, as options of simConfig."""

import csv
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from netspec.errors import FileError, did_you_mean
from netspec.formats.sonata.chance import KINDS
from netspec.formats.sonata.clamps import chosen, compartments
from netspec.formats.sonata.config import Config
from netspec.formats.sonata.groups import Group
from netspec.formats.sonata.nodes import Nodes

MEMBRANE = ("membrane_report", "compartment")
"""Words for reports of variables of segments: Allen's module, BlueBrain's type."""
NOT_YET = "not supported yet"
REFUSED = {
    "summation": NOT_YET,
    "synapse": NOT_YET,
    "lfp": "neurodamus needs weights that another tool computes; use Allen's module 'extracellular'",
    "clamp_report": NOT_YET,
    "save_synapses": "it writes a circuit, which `netspec export --sonata` does",
}
"""Modules of reports that are not read, and why."""
SHORTEST = 1e-9
"""Steps [ms] that differ by less are the same."""

Rules = Mapping[str, Mapping[str, Any]]
Together = Mapping[str, list[Group]]


def recordings(
    config: Config, nodes: Mapping[str, Nodes], together: Together, rules: Rules, synapses: Rules
) -> dict[str, Any]:
    """RecordTraces, recordCells, recordLFP and recordStep. rules: cellParams. synapses: synMechParams."""
    traces: dict[str, Any] = {}
    found: dict[str, Any] = {}
    recorded: set[int] = set()
    steps: set[float] = set()
    first = first_gids(together)
    for label, entry in config.reports.items():
        if entry.get("enabled", True) is False:
            continue
        key = f"{config.path}: reports.{label}"
        steps.add(float(entry.get("dt", config.run.get("dt", 0.1))))
        module = entry.get("module", entry.get("type", MEMBRANE[0]))
        if module == "extracellular":
            own = _gids(config, nodes, together, entry, label, first)
            if "recordLFP" in found:
                raise FileError(f"{key}: a second report of potentials outside of cells: not supported yet")
            found["recordLFP"] = _electrodes(config, label, entry)
            nearest = entry.get("minimum_distance")
            found["electrodes"] = {
                "cells": "soma",
                **({} if nearest == "auto" else {"minimumDistance": float(nearest or 0)}),
                **_some(together, own),
            }
            continue
        if module == "compartment_set" or entry.get("compartment_set") is not None:
            made, cells = _compartments(config, entry, label, together, first, rules)
            traces |= made
            recorded |= cells
            continue
        gids = _gids(config, nodes, together, entry, label, first)
        recorded |= {gid for own in gids.values() for gid in own}
        if module in MEMBRANE:
            traces |= _membrane(label, entry, gids, rules, key)
        elif module == "netcon_report":
            traces |= _synaptic(label, entry, gids, synapses)
        else:
            known = {**REFUSED, **dict.fromkeys(("extracellular", "netcon_report", *MEMBRANE), "")}
            why = REFUSED.get(str(module)) or f"there is none. {did_you_mean(str(module), known)}"
            raise FileError(f"{key}.module {module!r}: {why}")
    if traces:
        found |= {"recordTraces": traces, "recordCells": sorted(recorded)}
    if steps:
        found["recordStep"] = _step(steps, float(config.run.get("dt", 0.1)))
    return found


def first_gids(together: Together) -> dict[str, int]:
    """The gid of the first cell of each group, by label: cells are numbered in the order of popParams."""
    first, numbers = 0, {}
    for group in (group for own in together.values() for group in own):
        numbers[group.label] = first
        first += len(group.rows)
    return numbers


def _gids(
    config: Config,
    nodes: Mapping[str, Nodes],
    together: Together,
    entry: Mapping[str, Any],
    label: str,
    first: Mapping[str, int],
) -> dict[str, list[int]]:
    """Gids of the cells with sections that a report is of, by group."""
    wanted = entry.get("cells", entry.get("node_set", "all"))
    return {
        group.label: [first[group.label] + place for place in members]
        for group, members in chosen(config, nodes, together, wanted, f"reports.{label}.cells")
        if group.kind == "biophysical"
    }


def _membrane(
    label: str, entry: Mapping[str, Any], gids: Mapping[str, list[int]], rules: Rules, key: str
) -> dict[str, Any]:
    """A trace for each variable and segment: named as the report, with what is not its first."""
    named = entry.get("variable_name", "v")
    variables = named if isinstance(named, list) else [named]
    kinds = _kinds(entry, key)
    middle = entry.get("compartments") == "center"
    traces: dict[str, Any] = {}
    for variable in variables:
        name = label if len(variables) == 1 else f"{label}.{variable}"
        places: dict[tuple[str, float], list[int]] = {}
        for population, own in gids.items():
            for place in _places(rules[population]["secs"], kinds, middle):
                places.setdefault(place, []).extend(own)
        traces |= _traces(name, traces, variable, places)
    return traces


def _kinds(entry: Mapping[str, Any], key: str) -> frozenset[str] | None:
    """How names of the sections of a report begin; None for all."""
    given = entry.get("sections", "soma" if "type" in entry else "all")
    words = [str(word).lower() for word in (given if isinstance(given, list) else [given])]
    if not words or "all" in words:
        return None
    unknown = [word for word in words if word not in KINDS]
    if unknown:
        raise FileError(f"{key}.sections: {unknown[0]!r}. {did_you_mean(unknown[0], ['all', *KINDS])}")
    return frozenset(KINDS[word] for word in words)


def _places(
    secs: Mapping[str, Any], kinds: frozenset[str] | None, middle: bool
) -> Iterator[tuple[str, float]]:
    """The middles of segments, section by section."""
    for name, section in secs.items():
        if kinds is None or name[:4] in kinds:
            nseg = int(section["geom"].get("nseg", 1))
            yield from (
                (name, 0.5) if middle else (name, (k + 0.5) / nseg) for k in range(1 if middle else nseg)
            )


def _synaptic(
    label: str, entry: Mapping[str, Any], gids: Mapping[str, list[int]], synapses: Rules
) -> dict[str, Any]:
    """Traces of a variable of all synapses of a mechanism."""
    mod = entry.get("syn_type", "Exp2Syn")
    own = [gid for each in gids.values() for gid in each]
    variables = entry.get("variable_name", "i")
    return {
        f"{label}.{variable}:{name}": {"synMech": name, "var": variable, "conds": {"gid": own}}
        for variable in (variables if isinstance(variables, list) else [variables])
        for name, mechanism in synapses.items()
        if mechanism["mod"] == mod
    }


def _some(together: Together, chosen_ones: Mapping[str, list[int]]) -> dict[str, Any]:
    """The option that potentials are of some cells only; none if it is all that have sections."""
    every = [group for own in together.values() for group in own if group.kind == "biophysical"]
    if sum(map(len, chosen_ones.values())) == sum(len(group.rows) for group in every):
        return {}
    return {"of": sorted(gid for own in chosen_ones.values() for gid in own)}


def _compartments(
    config: Config,
    entry: Mapping[str, Any],
    label: str,
    together: Together,
    first: Mapping[str, int],
    rules: Rules,
) -> tuple[dict[str, Any], set[int]]:
    """Traces of a variable at the places of a compartment set, and the gids of their cells."""
    key = f"reports.{label}.compartment_set"
    places: dict[tuple[str, float], list[int]] = {}
    named = entry.get("compartment_set")
    for (population, node), section, location in compartments(config, named, key):
        for group in together.get(population, ()):
            for place in np.flatnonzero(group.ids == node).tolist():
                names = list(rules[group.label]["secs"]) if group.label in rules else []
                if section >= len(names):
                    raise FileError(f"{config.path}: {key}: node {node} has no section {section}")
                places.setdefault((names[section], location), []).append(first[group.label] + place)
    return _traces(label, {}, entry.get("variable_name", "v"), places), {
        g for own in places.values() for g in own
    }


def _traces(
    name: str, known: Mapping[str, Any], variable: Any, places: Mapping[tuple[str, float], list[int]]
) -> dict[str, Any]:
    """A trace for each place, named as the report, with what is not its first. 'pas.i' is i of pas."""
    mechanism, _, own = str(variable).rpartition(".")
    recorded = {"var": own, "mech": mechanism} if mechanism else {"var": variable}
    traces: dict[str, Any] = {}
    for (section, x), gids in places.items():
        full = name if name not in known and name not in traces else f"{name}:{section}({x:g})"
        traces[full] = {"sec": section, "loc": x, **recorded, "conds": {"gid": gids}}
    return traces


def _electrodes(config: Config, label: str, entry: Mapping[str, Any]) -> list[list[float]]:
    """Places of the electrodes of an extracellular report [um], as recordLFP has them: y is depth."""
    key = f"reports.{label}.electrode_positions"
    path = config.file(key, entry.get("electrode_positions"))
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter=" ", skipinitialspace=True))
    try:
        return [[float(r["x_pos"]), -float(r["y_pos"]), float(r["z_pos"])] for r in rows]
    except (KeyError, TypeError, ValueError) as error:
        raise FileError(
            f"{config.path}: {key}: {path}: expected columns channel x_pos y_pos z_pos ({error!r})"
        ) from error


def _step(steps: set[float], dt: float) -> float:
    """The step of all traces: the shortest one if the others are multiples of it, else the simulation's."""
    shortest = min(steps)
    ratios = [step / shortest for step in steps]
    return shortest if all(abs(ratio - round(ratio)) < SHORTEST for ratio in ratios) else dt
