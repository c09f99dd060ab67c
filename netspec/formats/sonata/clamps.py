"""Current clamps of a simulation as stimuli."""

import csv
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netspec.errors import FileError, did_you_mean
from netspec.formats.sonata import columns
from netspec.formats.sonata.config import Config
from netspec.formats.sonata.groups import Group
from netspec.formats.sonata.node_sets import resolve
from netspec.formats.sonata.nodes import Nodes

Floats = NDArray[np.float64]

NUMBERS = {"amp": "amp", "delay": "del", "duration": "dur"}
"""Keys of an input -> IClamp's parameters."""
TABLES = ("csv", "file")
"""Input types whose currents are in a table of text."""
ELSEWHERE = ("spikes", "syn_activity")
"""Input types that are no clamps."""
MOST = 5000
"""Steps of a waveform that become clamps of their own."""

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
        if entry.get("input_type") in ELSEWHERE or entry.get("enabled", True) is False:
            continue
        kind, clamps = _clamps(config, label, entry)
        wanted = entry.get("node_set", "all")
        members_of = list(chosen(config, nodes, together, wanted, f"inputs.{label}.node_set"))
        for number, values in enumerate(clamps):
            name = label if number == 0 else f"{label}_{number}"
            sources[name] = {"type": kind, **values}
            for group, members in members_of:
                if group.kind != "biophysical":
                    continue
                conds = {"pop": group.label, "cellList": members}
                place = _place(config, label, entry, rules[group.label]["secs"])
                targets[f"{name}->{group.label}"] = {"source": name, "conds": conds, **place}
    return sources, targets


def _place(config: Config, label: str, entry: Mapping[str, Any], secs: Mapping[str, Any]) -> Values:
    """Section and location of a clamp."""
    index = entry.get("section_index", 0)
    if isinstance(index, list):
        raise FileError(f"{config.path}: inputs.{label}.section_index {index}: ranges are not supported yet")
    section = f"{entry.get('section_name', 'soma')}_{index}"
    if section not in secs:
        near = did_you_mean(section, secs)
        raise FileError(f"{config.path}: inputs.{label}.section_name: cells have no {section}. {near}")
    return {"sec": section, "loc": float(entry.get("section_dist", 0.5))}


def _clamps(config: Config, label: str, entry: Mapping[str, Any]) -> tuple[str, list[Values]]:
    """What kind of clamps an input is, and the parameters of each."""
    module, given = entry.get("module"), entry.get("input_type")
    key = f"inputs.{label}"
    if module == "IClamp" and given == "current_clamp":
        return "IClamp", list(_pulses(config, label, entry))
    if module == "IClamp" and given in TABLES:
        return "IClamp", _steps(*_table(config, label, entry), f"{config.path}: {key}.file")
    if module == "IClamp" and given in ("nwb", "allen"):
        return "IClamp", _steps(*_sweep(config, label, entry), f"{config.path}: {key}.file")
    if module == "SEClamp" and "amps" in entry:
        return "SEClamp", [_voltages(config, label, entry)]
    if module == "linear" and given == "current_clamp":
        start = _required(config, label, entry, "amp_start")
        if float(entry.get("amp_end", start)) != float(start):
            raise FileError(f"{config.path}: {key}.amp_end: ramps are not supported yet")
        return "IClamp", [_pulse(config, label, entry, start)]
    raise FileError(f"{config.path}: {key}.module {module!r} ({given!r}): not supported yet")


def _required(config: Config, label: str, entry: Mapping[str, Any], key: str) -> Any:
    if key not in entry:
        near = did_you_mean(key, entry)
        raise FileError(f"{config.path}: inputs.{label}.{key} is missing. {near}")
    return entry[key]


def _pulse(config: Config, label: str, entry: Mapping[str, Any], amp: Any) -> Values:
    delay, duration = (_required(config, label, entry, key) for key in ("delay", "duration"))
    return {"amp": float(amp), "del": float(delay), "dur": float(duration)}


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


def _steps(times: Floats, amps: Floats, end: float, where: str) -> list[Values]:
    """A clamp for each stretch of a current that is not 0."""
    first = np.flatnonzero(np.diff(amps, prepend=np.nan) != 0)
    ends = np.append(times[first[1:]], end)
    rows = zip(times[first].tolist(), amps[first].tolist(), ends.tolist(), strict=True)
    made = [{"amp": amp, "del": start, "dur": stop - start} for start, amp, stop in rows if amp]
    if len(made) > MOST:
        raise FileError(f"{where}: a current of {len(made)} steps (more than {MOST}): not supported yet")
    return made


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


def chosen(
    config: Config, nodes: Mapping[str, Nodes], together: Mapping[str, list[Group]], wanted: Any, key: str
) -> Iterator[tuple[Group, list[int]]]:
    """Groups with nodes of a node set: places of these nodes in each group."""
    for name, rows in resolve(config, nodes, wanted, key).items():
        for group in together[name]:
            members = np.flatnonzero(np.isin(group.rows, rows)).tolist()
            if members and group.kind != "virtual":
                yield group, members
