"""Current clamps of a simulation as stimuli."""

import csv
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netspec.errors import FileError, did_you_mean
from netspec.formats.sonata import bluebrain, chance, columns, fields
from netspec.formats.sonata.config import Config, load
from netspec.formats.sonata.groups import Group
from netspec.formats.sonata.node_sets import resolve
from netspec.formats.sonata.nodes import Nodes

Floats = NDArray[np.float64]

NUMBERS = {"amp": "amp", "delay": "del", "duration": "dur"}
"""Keys of an input -> IClamp's parameters."""
TABLES = ("csv", "file")
"""Input types whose currents are in a table of text."""
ELSEWHERE = ("spikes", "syn_activity", "replay_spikes", "synapse_replay")
"""Input types and modules that are no clamps."""
MOST = 100
"""Steps of a current that become clamps of their own."""
FOREVER = 1e9
"""Longer than any simulation [ms]."""
OPEN = 1e9
"""Resistance of a clamp that is off [MOhm]."""
ALLEN = ("IClamp", "SEClamp", "xstim", "comsol", "syn_activity", "replay")
REFUSED = {
    "poisson": "neurodamus 4.2.9 has no such stimulus, and bmtk 1.2.0 neither",
    "ecephys_probe": "not supported yet",
    "function": "its spikes are made by a Python function that a script registers with bmtk",
}
"""Modules that a config alone does not define."""

Values = dict[str, Any]


def stimuli(
    config: Config,
    nodes: Mapping[str, Nodes],
    together: Mapping[str, list[Group]],
    rules: Mapping[str, Mapping[str, Any]],
) -> tuple[dict[str, Any], dict[str, Any]]:
    """(stimSourceParams, stimTargetParams) of all clamps. rules: cellParams."""
    sources: dict[str, Any] = {}
    targets: dict[str, Any] = {}
    for label, entry in config.inputs.items():
        if entry.get("input_type") in ELSEWHERE or entry.get("module") in ELSEWHERE:
            continue
        if entry.get("module") in fields.MODULES:
            own = _fields(config, nodes, together, label, entry)
            sources, targets = sources | own[0], targets | own[1]
            continue
        sites = list(_sites(config, nodes, together, rules, label, entry))
        if entry.get("module") == "replay":
            made = _replayed(config, label, entry, sites)
        else:
            kind, clamps = _clamps(config, label, entry)
            made = [(kind, values, sites) for values in clamps]
        for number, (kind, values, places) in enumerate(made):
            name = label if number == 0 else f"{label}_{number}"
            sources[name] = {"type": kind, **values}
            for group, members, place in places:
                target = f"{name}->{group.label}"
                while target in targets:
                    target = f"{target}+"
                conds = {"pop": group.label, "cellList": members}
                targets[target] = {"source": name, "conds": conds, **place}
    return sources, targets


def _fields(
    config: Config,
    nodes: Mapping[str, Nodes],
    together: Mapping[str, list[Group]],
    label: str,
    entry: Mapping[str, Any],
) -> tuple[dict[str, Any], dict[str, Any]]:
    """(stimSourceParams, stimTargetParams) of an input that is a field around cells."""
    wanted = entry.get("node_set") if entry["module"] == fields.E_FIELD else "all"
    inside = list(chosen(config, nodes, together, wanted, f"inputs.{label}.node_set"))
    made = {f"{label}_{k}": own for k, own in enumerate(fields.sources(config, label, entry))}
    return made, {
        f"{name}->{group.label}": {"source": name, "conds": {"pop": group.label, "cellList": members}}
        for name in made
        for group, members in inside
        if group.kind == "biophysical"
    }


Site = tuple[Group, list[int], Values]
"""Cells of a group, by their places in it; section and location."""


def _sites(
    config: Config,
    nodes: Mapping[str, Nodes],
    together: Mapping[str, list[Group]],
    rules: Mapping[str, Mapping[str, Any]],
    label: str,
    entry: Mapping[str, Any],
) -> Iterator[Site]:
    """Where an input acts: on a node set, or at the places of a compartment set."""
    key = f"inputs.{label}"
    if (named := entry.get("compartment_set")) is not None:
        for (population, node), section, location in compartments(config, named, f"{key}.compartment_set"):
            for group in together.get(population, ()):
                for place in np.flatnonzero(group.ids == node).tolist():
                    names = list(rules[group.label]["secs"]) if group.label in rules else []
                    if section >= len(names):
                        where = f"{config.path}: {key}.compartment_set {named!r}"
                        raise FileError(f"{where}: node {node} of {population!r} has no section {section}")
                    yield group, [place], {"sec": names[section], "loc": location}
        return
    for group, members in chosen(config, nodes, together, entry.get("node_set", "all"), f"{key}.node_set"):
        if group.kind == "biophysical":
            yield from _places(config, label, entry, group, members, rules[group.label])


def compartments(config: Config, named: Any, key: str) -> Iterator[tuple[tuple[str, int], int, float]]:
    """(population, node), number of the section and location of each place of a compartment set."""
    path = config.file("compartment_sets_file", config.compartment_sets)
    known = load(path)
    if not isinstance(known, Mapping) or named not in known:
        raise FileError(f"{config.path}: {key}: {path} has no {named!r}. {did_you_mean(str(named), known)}")
    own = known[named]
    places: Any = own.get("compartment_set") if isinstance(own, Mapping) else None
    try:
        for node, section, location in places:
            if not 0 <= float(location) <= 1 or int(section) < 0:
                raise ValueError(f"no place: {[node, section, location]}")
            yield (str(own["population"]), int(node)), int(section), float(location)
    except (TypeError, KeyError, ValueError) as error:
        message = "expected a population, and compartment_set with [node, section, location]"
        raise FileError(f"{path}: {named}: {message}: {error!r}") from error


def _replayed(
    config: Config, label: str, entry: Mapping[str, Any], sites: list[Site]
) -> list[tuple[str, Values, list[Site]]]:
    """A clamp for each cell that a report has currents of."""
    each = [(group, place, where) for group, members, where in sites for place in members]
    made = [
        (bluebrain.replayed(config, label, entry, g, place), (g, [place], where)) for g, place, where in each
    ]
    return [("IClamp", values, [site]) for values, site in made if values is not None]


def _places(
    config: Config,
    label: str,
    entry: Mapping[str, Any],
    group: Group,
    members: list[int],
    rule: Mapping[str, Any],
) -> Iterator[Site]:
    """Section and location of a clamp in the cells of a group."""
    index, secs = entry.get("section_index", 0), rule["secs"]
    named = entry.get("section_name", "soma")
    if isinstance(index, list):
        yield from _drawn(config, label, named, index, group, members, rule)
        return
    section = f"{named}_{index}"
    if section not in secs:
        near = did_you_mean(section, secs)
        raise FileError(f"{config.path}: inputs.{label}.section_name: cells have no {section}. {near}")
    yield group, members, {"sec": section, "loc": float(entry.get("section_dist", 0.5))}


def _drawn(
    config: Config,
    label: str,
    named: Any,
    span: list[Any],
    group: Group,
    members: list[int],
    rule: Mapping[str, Any],
) -> Iterator[Site]:
    """A segment of each cell, drawn among those of some kind as far from the soma as the range says.

    bmtk draws anew in each run. Here a cell's own number decides, so that a run can be repeated.
    """
    where = f"{config.path}: inputs.{label}"
    words = named if isinstance(named, list) else [named]
    wanted = chance.wish({"target_sections": words, "distance_range": span}, where)
    names, parts = list(rule["secs"]), chance.of_sections(rule["secs"])
    candidates, sums = parts.candidates(wanted.sections, wanted.span)
    if not len(candidates):
        raise FileError(f"{where}.section_index: no segment of {words} is {span} um away from the soma")
    for place in members:
        number = np.random.RandomState([int(group.ids[place]), len(label)]).random_sample()
        chosen_one = int(candidates[np.searchsorted(sums, number, side="right")])
        at = {"sec": names[parts.section[chosen_one]], "loc": float(parts.location[chosen_one])}
        yield group, [place], at


def _clamps(config: Config, label: str, entry: Mapping[str, Any]) -> tuple[str, list[Values]]:
    """What kind of clamps an input is, and the parameters of each."""
    module, given = entry.get("module"), entry.get("input_type")
    key = f"inputs.{label}"
    if module == "IClamp" and given == "current_clamp":
        return "IClamp", list(_pulses(config, label, entry))
    if module == "IClamp" and given in TABLES:
        return "IClamp", _steps(*_table(config, label, entry))
    if module == "IClamp" and given in ("nwb", "allen"):
        return "IClamp", _steps(*_sweep(config, label, entry))
    if module == "SEClamp":
        return "SEClamp", [(_voltages if "amps" in entry else _one_voltage)(config, label, entry)]
    if module in bluebrain.MODULES:
        return bluebrain.clamp(config, label, entry)
    if module in REFUSED:
        raise FileError(f"{config.path}: {key}.module {module!r}: {REFUSED[module]}")
    near = did_you_mean(str(module), (*ALLEN, *bluebrain.MODULES))
    raise FileError(f"{config.path}: {key}.module {module!r} ({given!r}): there is none. {near}")


def _required(config: Config, label: str, entry: Mapping[str, Any], key: str) -> Any:
    if key not in entry:
        near = did_you_mean(key, entry)
        raise FileError(f"{config.path}: inputs.{label}.{key} is missing. {near}")
    return entry[key]


def _pulses(config: Config, label: str, entry: Mapping[str, Any]) -> Iterator[Values]:
    """Parameters of each clamp: lists are several."""
    given = {}
    for key in NUMBERS:
        value = _required(config, label, entry, key)
        given[key] = value if isinstance(value, list) else [value]
    counts = {key: len(values) for key, values in given.items()}
    if len(set(counts.values())) > 1:
        raise FileError(f"{config.path}: inputs.{label}: lists of different lengths: {counts}")
    for values in zip(*given.values(), strict=True):
        yield {NUMBERS[key]: float(value) for key, value in zip(given, values, strict=True)}


def _table(config: Config, label: str, entry: Mapping[str, Any]) -> tuple[Floats, Floats, float]:
    """Times [ms] and currents [nA] of a table of text, and when the last one ends."""
    path = config.file(f"inputs.{label}.file", entry.get("file"))
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter=str(entry.get("separator", " ")), skipinitialspace=True))
    names = [
        entry.get(f"{name}_column", word)
        for name, word in (("timestamps", "timestamps"), ("amplitudes", "amps"))
    ]
    try:
        times, amps = (np.array([float(row[name]) for row in rows], np.float64) for name in names)
    except (KeyError, TypeError, ValueError) as error:
        raise FileError(
            f"{config.path}: inputs.{label}.file: {path}: expected columns {names} of numbers ({error!r})"
        ) from error
    if len(times) < 2 or (np.diff(times) <= 0).any():
        raise FileError(f"{config.path}: inputs.{label}.file: {path}: expected two or more ascending times")
    return times, amps, float(times[-1] + (np.diff(times).min() if amps[-1] else 0.0))


def _sweep(config: Config, label: str, entry: Mapping[str, Any]) -> tuple[Floats, Floats, float]:
    """The same of a sweep in an NWB 1 file of Allen's cell types database, which is in A."""
    path = config.file(f"inputs.{label}.file", entry.get("file"))
    sweep = str(_required(config, label, entry, "sweep_id"))
    sweep = f"Sweep_{sweep}" if sweep.isdigit() else sweep
    with columns.opened(path) as file:
        series = columns.group(file, f"epochs/{sweep}/stimulus/timeseries", path)
        step = 1000.0 / float(series["starting_time"].attrs["rate"])
        amps = columns.column(series, "data", path).astype(float) * 1e9
    wanted = entry.get("downsample")
    if wanted is not None and wanted > step:
        amps, step = amps[:: round(wanted / step)], float(wanted)
    times: Floats = np.arange(len(amps), dtype=float) * step
    if (window := entry.get("sweep_window")) is not None:
        inside = (times >= window[0]) & (times <= window[1])
        times, amps = times[inside], amps[inside]
    times = times + float(entry.get("delay", 0.0))
    return times, amps, float(times[-1] + step)


def _steps(times: Floats, amps: Floats, end: float) -> list[Values]:
    """A clamp for each stretch of a current that is not 0; one that follows it where there are many."""
    first = np.flatnonzero(np.diff(amps, prepend=np.nan) != 0)
    ends = np.append(times[first[1:]], end)
    rows = zip(times[first].tolist(), amps[first].tolist(), ends.tolist(), strict=True)
    made: list[Values] = [{"amp": amp, "del": start, "dur": stop - start} for start, amp, stop in rows if amp]
    if len(made) <= MOST:
        return made
    given = {"times": [*times[first].tolist(), end], "values": [*amps[first].tolist(), 0.0]}
    return [{"dur": FOREVER, "waveform": {"type": "samples", "continuous": False, **given}}]


def _voltages(config: Config, label: str, entry: Mapping[str, Any]) -> Values:
    """Parameters of a voltage clamp: three levels [mV], how long each [ms], series resistance [MOhm]."""
    values: Values = {}
    for key, name in (("amps", "amp"), ("durations", "dur")):
        given = _required(config, label, entry, key)
        if not isinstance(given, list) or len(given) != 3:
            raise FileError(f"{config.path}: inputs.{label}.{key}: expected 3 numbers, got {given!r}")
        values |= {f"{name}{number}": float(value) for number, value in enumerate(given, start=1)}
    resistance = entry.get("rs")
    if resistance is not None:
        values["rs"] = float(resistance[0] if isinstance(resistance, list) else resistance)
    return values


def _one_voltage(config: Config, label: str, entry: Mapping[str, Any]) -> Values:
    """Parameters of a voltage clamp that is on for a while. bmtk holds the last cell of the node set only."""
    amp, start, duration = (
        float(_required(config, label, entry, key)) for key in ("amp", "delay", "duration")
    )
    on = float(entry.get("resistance", 1.0))
    resistance = {"times": [0.0, start, start + duration], "values": [OPEN, on, OPEN]}
    waveform = {"type": "samples", "var": "rs", "continuous": False, "edge": False, **resistance}
    levels = {"dur1": start, "amp1": 0.0, "dur2": duration, "amp2": amp, "dur3": 0.0}
    return {**levels, "rs": OPEN, "waveform": waveform} if start else {**levels, "rs": on}


def chosen(
    config: Config, nodes: Mapping[str, Nodes], together: Mapping[str, list[Group]], wanted: Any, key: str
) -> Iterator[tuple[Group, list[int]]]:
    """Groups with nodes of a node set: places of these nodes in each group."""
    for name, rows in resolve(config, nodes, wanted, key).items():
        for group in together[name]:
            members = np.flatnonzero(np.isin(group.rows, rows)).tolist()
            if members and group.kind != "virtual":
                yield group, members
