"""Spike times of VecStims: at an interval, in a pattern or given, with pulses on top; NetPyNE's numbers."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netspec.errors import Problem, SpecError, did_you_mean
from netspec.plan.rates import Rate
from netspec.streams import CellKeys, Ids, Streams, uniforms
from netspec.streams.draws import Draws, OneStream, by_libm, polar_pairs
from netspec.tables import ragged

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Recipe:
    """What a VecStim's spike times are made from: the first of rate, interval, pattern and times; and pulses.

    interval, start [ms]; noise: share of the interval that is random. path: of its parameters.
    """

    seed: int
    path: str
    rate: Rate | None = None
    interval: float | None = None
    start: float = 0.0
    noise: float = 0.0
    pattern: Mapping[str, Any] | None = None
    times: Sequence[float] | None = None
    pulses: Sequence[Mapping[str, Any]] = field(default=())


def spike_times(
    recipes: Sequence[Recipe], cells: CellKeys, streams: Streams, duration: float
) -> tuple[Floats, NDArray[np.int64]]:
    """Spike times of every cell, ascending, from 0 to duration [ms]: (flat, offsets)."""
    return ragged(_train(recipe, _one(cells, row), streams, duration) for row, recipe in enumerate(recipes))


def _train(recipe: Recipe, cell: CellKeys, streams: Streams, duration: float) -> Floats:
    if recipe.rate is not None:
        times = recipe.rate.spikes(_single(streams.waveform("rate", cell, recipe.seed)))
    elif recipe.interval is not None:
        ids = _single(streams.train(cell, recipe.seed))
        times = _at_interval(recipe.interval, recipe.start, recipe.noise, duration, ids, recipe.path)
    elif recipe.pattern is not None:
        sync = bool(recipe.pattern.get("sync", False))
        times = _pattern(recipe, OneStream(_single(streams.pattern(cell, recipe.seed, sync)), 1), duration)
    elif recipe.times is not None:
        times = np.array(recipe.times, float)
    elif recipe.pulses:
        times = np.empty(0)
    else:
        message = "a VecStim needs one of rate, interval, spikePattern, spkTimes and pulses"
        raise SpecError([Problem(recipe.path, message)])
    pulses = [_pulse(recipe, k, cell, streams) for k in range(len(recipe.pulses))]
    times = np.concatenate([times, *pulses])
    times[times < 0] = 0
    times.sort()
    return times[times <= duration]


def _one(cells: CellKeys, row: int) -> CellKeys:
    here = slice(row, row + 1)
    return CellKeys(cells.gid[here], cells.population[here], cells.index[here])


def _single(ids: Ids) -> Ids:
    """The ids of one stream, as ints."""
    first, second, third = (int(np.ravel(i)[0]) for i in ids)
    return first, second, third


def _at_interval(interval: float, start: float, noise: float, span: float, ids: Ids, path: str) -> Floats:
    """Times from `start` on, for about `span` [ms]; each interval has a fixed and an exponential part."""
    if not interval > 0:
        raise SpecError([Problem(path, f"the interval of spikes must be positive, not {interval:g} ms")])
    fixed = np.full(max(0, int((1 + 1.5 * noise) * span / interval)), (1.0 - noise) * interval)
    if noise == 0:
        return np.asarray(np.cumsum(fixed) + (start - interval))
    random = -(noise * interval) * by_libm(math.log, _uniforms_after_one(ids, 0, len(fixed)))
    return np.asarray(np.cumsum(fixed + random) + (start - interval * (1 - noise)))


def _pulse(recipe: Recipe, k: int, cell: CellKeys, streams: Streams) -> Floats:
    """Times from the start to the end of a pulse."""
    pulse, path = recipe.pulses[k], f"{recipe.path}.pulses[{k}]"
    start, end = (_given(pulse, name, path) for name in ("start", "end"))
    rate = pulse_rate(pulse, k, cell, streams)
    if "interval" in pulse:
        interval = pulse["interval"]
    elif rate:
        interval = 1000.0 / rate
    else:
        raise SpecError([Problem(path, "a pulse needs an interval, or a rate that is not 0")])
    ids = _single(streams.pulse_noise(k, cell, recipe.seed))
    times = _at_interval(interval, start, pulse.get("noise", 0.0), end - start, ids, path)
    times[times < start] = start
    return np.asarray(times[times <= end])


def pulse_rate(pulse: Mapping[str, Any], k: int, cell: CellKeys, streams: Streams) -> Any:
    """Rate [Hz] of a cell's pulse number k, drawn if it is a range; None if the pulse has none."""
    rate = pulse.get("rate")
    if isinstance(rate, list | tuple) and len(rate) == 2:
        return float(Draws(_single(streams.pulse_rate(k, cell)), 1).uniform(*rate)[0])
    return rate


# ---- patterns ----------------------------------------------------------------------------------------------


def _pattern(recipe: Recipe, stream: OneStream, duration: float) -> Floats:
    pattern, path = recipe.pattern or {}, f"{recipe.path}.spikePattern"
    name = pattern.get("type")
    if name not in PATTERNS:
        raise SpecError(
            [Problem(f"{path}.type", f"unknown pattern {name!r}. {did_you_mean(name, PATTERNS)}")]
        )
    return PATTERNS[name](pattern, stream, duration, path)


def _rhythmic(pattern: Mapping[str, Any], stream: OneStream, duration: float, path: str) -> Floats:
    """Cycles of a frequency, each with one or two events."""
    start = _given(pattern, "start", path)
    stop = pattern["tstop"] if "tstop" in pattern and "stop" not in pattern else _given(pattern, "stop", path)
    if start == -1:
        start = float(stream.single.uniform(pattern.get("startMin", 25.0), pattern.get("startMax", 125.0))[0])
    elif pattern.get("startStd", -1) > 0:
        start = float(stream.single.normal(start, pattern["startStd"])[0])
    freq, repeats = _given(pattern, "freq", path), pattern.get("repeats", 1)
    distribution = pattern.get("distribution", "normal")
    if distribution == "normal":
        times = np.arange(start, stop, 1000.0 / freq)
        if spread := pattern.get("freqStd", 0):
            times = np.repeat(times, repeats)
            times = _normals_after_one(stream, 0.0, spread * spread, len(times)) + times
    elif distribution == "uniform":
        count = int(repeats * freq * (stop - start) / 1000.0)
        numbers = _uniforms_after_one(stream.ids, stream.position, max(0, count))
        times = start + (stop - start) * numbers
    else:
        hint = did_you_mean(distribution, ("normal", "uniform"))
        raise SpecError([Problem(f"{path}.distribution", f"unknown distribution {distribution!r}. {hint}")])
    if pattern.get("eventsPerCycle", 2) != 1:
        times = np.append(times - 5, times + 5)
    return np.asarray(times[times > 0], float)


def _evoked(pattern: Mapping[str, Any], stream: OneStream, duration: float, path: str) -> Floats:
    """A number of spikes around a time. startStd is a variance, as in NetPyNE."""
    start, count = _given(pattern, "start", path), int(_given(pattern, "numspikes", path))
    variance = pattern.get("startStd", 0)
    times = _normals_after_one(stream, start, variance, count) if variance else np.full(count, float(start))
    return times[times > 0]


def _poisson(pattern: Mapping[str, Any], stream: OneStream, duration: float, path: str) -> Floats:
    """A Poisson process without its first event, which NetPyNE forgets."""
    start, stop = _given(pattern, "start", path), _given(pattern, "stop", path)
    frequency = _given(pattern, "frequency", path)
    stop = duration if stop == -1 else stop
    if frequency <= 0:
        return np.empty(0)
    times, position = np.array([float(start)]), 0
    while times[-1] < stop:
        numbers = uniforms(stream.ids, range(position, position + 256))
        steps = -1000.0 * np.log(1.0 - numbers) / frequency
        times = np.append(times, np.cumsum(np.append(times[-1], steps))[1:])
        position += len(numbers)
    return times[2:][times[2:] < stop]


def _gauss(pattern: Mapping[str, Any], stream: OneStream, duration: float, path: str) -> Floats:
    """Fifty spikes around a time. sigma is a variance, as in NetPyNE."""
    times = _normals_after_one(stream, _given(pattern, "mu", path), _given(pattern, "sigma", path), 50)
    return times[times > 0]


Pattern = Callable[[Mapping[str, Any], OneStream, float, str], Floats]
PATTERNS: dict[str, Pattern] = {
    "rhythmic": _rhythmic,
    "evoked": _evoked,
    "poisson": _poisson,
    "gauss": _gauss,
}


def _given(values: Mapping[str, Any], name: str, path: str) -> Any:
    if values.get(name) is None:
        raise SpecError([Problem(f"{path}.{name}", "required, but missing.")])
    return values[name]


# ---- a Vector filled with random numbers -------------------------------------------------------------------
# NEURON spends the first number of a distribution on the call that sets it; the Vector gets those after it.


def _uniforms_after_one(ids: Ids, position: int, count: int) -> Floats:
    return uniforms(ids, range(position + 1, position + 1 + count))


def _normals_after_one(stream: OneStream, mean: float, variance: float, count: int) -> Floats:
    """Unlike with single calls, both normals of every pair are used."""
    found: list[Floats] = []
    have, position = 0, stream.position
    while have < count + 1:
        numbers = uniforms(stream.ids, range(position, position + 2 * (count + 8)))
        _, first, second = polar_pairs(numbers[::2], numbers[1::2])
        found += [np.stack([first, second], 1).reshape(-1)]
        have += len(found[-1])
        position += len(numbers)
    return np.asarray(np.concatenate(found)[1 : count + 1] * np.sqrt(variance) + mean)
