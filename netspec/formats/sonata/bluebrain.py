"""BlueBrain's stimuli as clamps and their waveforms; noise comes from the streams of neurodamus 4.2.9.

Facts: https://github.com/openbraininstitute/neurodamus (neurodamus/stimulus_manager.py, core/stimuli.py).
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from netspec.errors import FileError, did_you_mean
from netspec.formats.sonata import columns, report_files
from netspec.formats.sonata.config import Config
from netspec.formats.sonata.groups import Group
from netspec.formats.sonata.limits import is_number
from netspec.formats.sonata.nodes import Nodes

Values = dict[str, Any]

OWN_VALUES = ("threshold_current", "holding_current", "input_resistance")
"""Parameters of single nodes that stimuli are relative to [nA, nA, MOhm]."""
THRESHOLD = "threshold_current"
RISE = {"rise": "rise_time", "decay": "decay_time"}
OF_MOMENTS = {**RISE, "mean": "mean", "sigma": "sigma", "skew?": "relative_skew"}
OF_PERCENTS = {"mean": "mean_percent*", "sigma": "sd_percent*"}
MODULES: dict[str, tuple[str, dict[str, str]]] = {
    "linear": ("ramp", {"start": "amp_start", "stop?": "amp_end"}),
    "relative_linear": ("ramp", {"start": "percent_start*", "stop?": "percent_end*"}),
    "subthreshold": ("ramp", {"start": "percent_less-"}),
    "hyperpolarizing": ("ramp", {}),
    "pulse": ("pulses", {"amp": "amp_start", "freq": "frequency", "width": "width"}),
    "sinusoidal": ("sine", {"amp": "amp_start", "freq": "frequency", "dt?": "dt"}),
    "noise": ("noise", {"mean": "mean", "variance": "variance", "dt?": "dt"}),
    "ornstein_uhlenbeck": (
        "ornstein_uhlenbeck",
        {"mean": "mean", "sigma": "sigma", "tau": "tau", "dt?": "dt"},
    ),
    "relative_ornstein_uhlenbeck": ("ornstein_uhlenbeck", {**OF_PERCENTS, "tau": "tau", "dt?": "dt"}),
    "shot_noise": (
        "shot_noise",
        {**RISE, "rate": "rate", "amp": "amp_mean", "variance": "amp_var", "dt?": "dt"},
    ),
    "absolute_shot_noise": ("shot_noise", {**OF_MOMENTS, "dt?": "dt"}),
    "relative_shot_noise": ("shot_noise", {**OF_MOMENTS, **OF_PERCENTS, "dt?": "dt"}),
    "seclamp": ("samples", {}),
    "replay": ("samples", {}),
}
"""Module -> type of waveform, and by its parameter the input's key: ? optional; * percent of the threshold
(or of the conductance) of a node; - so much less than it.
"""
STREAMS = {
    "noise": (100, 500, 301),
    "ornstein_uhlenbeck": (2997, 291204, 124),
    "shot_noise": (2997, 19216, 124),
}
"""What neurodamus adds to a stimulus' number, to the seed and to a node's id."""
FOREVER = 1e9


def clamp(config: Config, label: str, entry: Mapping[str, Any]) -> tuple[str, list[Values]]:
    """Kind of the clamp, and its parameters."""
    module = str(entry["module"])
    kind, names = MODULES[module]
    if module == "seclamp":
        return "SEClamp", [_voltages(config, label, entry)]
    delay, duration = (_number(config, label, entry, key) for key in ("delay", "duration"))
    relative = "1/input_resistance" if entry.get("input_type") == "conductance" else THRESHOLD
    waveform: Values = {"type": kind, "del": delay, "dur": duration}
    if module == "noise" and "mean" not in entry:
        names = {**names, "mean": "mean_percent*", "variance": "variance*"}
    for name, key in names.items():
        if name.endswith("?") and key.rstrip("*") not in entry:
            continue
        value = _number(config, label, entry, key.rstrip("*-"))
        text = f"{relative} * {value!r} / 100" if key.endswith("*") else value
        waveform[name.rstrip("?")] = f"{relative} * (100 - {value!r}) / 100" if key.endswith("-") else text
    if module == "hyperpolarizing":
        waveform["start"] = "holding_current"
    if module == "linear" and waveform.get("stop", waveform["start"]) == waveform["start"]:
        return "IClamp", [{"amp": waveform["start"], "del": delay, "dur": duration}]
    if kind in STREAMS:
        waveform |= _noise(config, label, entry, kind)
    if entry.get("input_type") != "conductance":
        return "IClamp", [{"dur": delay + duration, "waveform": waveform}]
    waveform |= {"var": "rs", "conductance": True}
    level = float(entry.get("reversal", 0.0))
    return "SEClamp", [{"dur1": delay + duration, "amp1": level, "rs": FOREVER, "waveform": waveform}]


def _number(config: Config, label: str, entry: Mapping[str, Any], key: str) -> float:
    if key not in entry:
        raise FileError(f"{config.path}: inputs.{label}.{key} is missing. {did_you_mean(key, entry)}")
    if not is_number(entry[key]):
        raise FileError(f"{config.path}: inputs.{label}.{key}: expected a number, got {entry[key]!r}")
    return float(entry[key])


def _noise(config: Config, label: str, entry: Mapping[str, Any], kind: str) -> Values:
    """The stream of a stimulus with noise, whose third number goes with the node; late noise skips some."""
    alike = [name for name, other in config.inputs.items()
             if MODULES.get(str(other.get("module")), ("",))[0] == kind]  # fmt: skip
    first, second, third = STREAMS[kind]
    seed = entry.get("random_seed") if kind != "noise" else None
    own = f"node_number + {third}" if seed is None else int(seed)
    seeds = int(config.run.get("stimulus_seed", 0)), int(config.run.get("random_seed", 0))
    found: Values = {"stream": [alike.index(label) + first, seeds[0] + second, own, seeds[1]]}
    if kind == "noise" and float(entry["delay"]) > 0:
        found["before"] = _drawn_before(
            float(entry["delay"]), float(entry["duration"]), float(config.run["dt"])
        )
    return found


def _drawn_before(delay: float, duration: float, dt: float, step: float = 0.5) -> int:
    """How many numbers neurodamus draws for the time before a noise begins."""
    count, reached = 0, 0.0
    while reached < delay - dt:
        until = min(reached + duration - dt, delay - dt)
        count += int((until - reached) / step + 1e-9) + 1
        reached = until + dt
    return count


def _voltages(config: Config, label: str, entry: Mapping[str, Any]) -> Values:
    """A voltage clamp from the start on, whose level may change. Like neurodamus it leaves the delay out."""
    values: Values = {
        "dur1": _number(config, label, entry, "duration"),
        "amp1": _number(config, label, entry, "voltage"),
        "rs": float(entry.get("series_resistance", 0.01)),
    }
    levels, lengths = (entry.get(key) or [] for key in ("voltage_levels", "duration_levels"))
    if len(levels) != len(lengths):
        raise FileError(f"{config.path}: inputs.{label}.duration_levels: expected {len(levels)} of them")
    if levels:
        times = np.cumsum(lengths, dtype=float).tolist()
        course = {"times": times, "values": [float(level) for level in levels]}
        values["waveform"] = {"type": "samples", "var": "amp1", "continuous": False, "edge": False, **course}
    return values


def replayed(config: Config, label: str, entry: Mapping[str, Any], group: Group, place: int) -> Values | None:
    """The clamp that follows what a report has of a node's soma; None if it has nothing."""
    path = config.file(f"inputs.{label}.path", entry.get("path", entry.get("input_file")))
    if group.nodes.population not in report_files.populations(path):
        return None
    report = report_files.read(path, group.nodes.population)
    own = np.flatnonzero(report.nodes == group.ids[place])
    if not len(own):
        return None
    times, duration = report.times - report.times[0], float(entry.get("duration", 0.0))
    kept = times < duration - 1e-9 if duration > 0 else np.ones(len(times), bool)
    course = {"times": times[kept].tolist(), "values": report.values[kept, own[0]].tolist()}
    delay = _number(config, label, entry, "delay")
    smooth = bool(entry.get("interpolate", True))
    waveform = {"type": "samples", "del": delay, "continuous": smooth, **course}
    return {"dur": delay + float(times[kept][-1]), "waveform": waveform}


def first_numbers(nodes: Mapping[str, Nodes]) -> dict[str, int]:
    """The number that neurodamus gives the first node of each population: the next whole thousand."""
    found, last = {}, -1
    for name, own in nodes.items():
        if set(own.attribute("model_type").tolist()) == {"virtual"}:
            found[name] = 0
            continue
        found[name] = 0 if last < 0 else (last // 1000 + 1) * 1000
        last = found[name] + int(own.ids.max(initial=0))
    return found


def tags(group: Group, offset: int) -> list[dict[str, float]]:
    """What stimuli need to know of each node of a group. offset: of neurodamus' numbers of the population."""
    if not any(name.startswith(columns.DYNAMICS) for name in group.nodes.columns):
        return [{} for _ in group.ids]
    nodes = group.nodes
    found: list[dict[str, float]] = [{"node_number": offset + number} for number in group.ids.tolist()]
    for name in OWN_VALUES:
        if (column := nodes.columns.get(columns.DYNAMICS + name)) is not None:
            for own, value in zip(found, column[group.rows].tolist(), strict=True):
                own[name] = float(value)
    return found
