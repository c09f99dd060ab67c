"""How single cells answer: rates over currents, spikes of steps, postsynaptic potentials.

Times are in ms, potentials in mV, `step` is the interval of samples [ms].
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from netspec.extras import needed
from netspec.tables import Floats


def fi_curve(spikes: ArrayLike, starts: ArrayLike, duration: float, tail: float | None = None) -> Floats:
    """Rate during each current step (steps,) [Hz]; with `tail` only during its last so many ms.

    spikes: times. A step lasts from its start, included, to its end.
    """
    ends = np.asarray(starts, float) + duration
    length = duration if tail is None else tail
    inside = np.searchsorted(np.sort(np.asarray(spikes, float)), [ends - length, ends])
    return np.asarray((inside[1] - inside[0]) / (length / 1000.0), float)


def onset_rates(spikes: ArrayLike, starts: ArrayLike, duration: float) -> Floats:
    """One over the first interval between spikes in each current step (steps,) [Hz]; 0 without two spikes."""
    times = np.sort(np.asarray(spikes, float))
    of_step = (times[(start <= times) & (times < start + duration)] for start in np.asarray(starts, float))
    return np.array([1000.0 / (own[1] - own[0]) if len(own) > 1 else 0.0 for own in of_step])


def peaks(
    v: ArrayLike, step: float, start: float, duration: float, threshold: float, distance: int = 10
) -> tuple[Floats, Floats]:
    """Times after `start` and heights of the peaks of a potential (samples,) above a threshold.

    Of peaks less than `distance` samples apart the highest counts.
    """
    values = np.asarray(v, float)[sample(start, step) : sample(start + duration, step)]
    found, more = needed("scipy.signal", "Peaks").find_peaks(values, height=threshold, distance=distance)
    return found * step, np.asarray(more["peak_heights"])


def step_features(
    v: ArrayLike, step: float, starts: Sequence[float], duration: float, threshold: float
) -> dict[str, Floats]:
    """Of each current step (steps,): nan where there are too few spikes.

    latencyPeak1: of the first peak; ISIPeak1: between the first two; ampSpike1, ampSpike2: their heights
    above the potential 1 ms before the first step.
    """
    values = np.asarray(v, float)
    rest = values[max(sample(starts[0] - 1, step), 0)]
    found = [peaks(values, step, start, duration, threshold) for start in starts]
    times, heights = (np.full((len(found), 2), np.nan) for _ in range(2))
    for row, (when, how_high) in enumerate(found):
        times[row, : min(len(when), 2)] = when[:2]
        heights[row, : min(len(when), 2)] = how_high[:2]
    return {
        "latencyPeak1": times[:, 0],
        "ISIPeak1": times[:, 1] - times[:, 0],
        "ampSpike1": heights[:, 0] - rest,
        "ampSpike2": heights[:, 1] - rest,
    }


def extremes(
    v: ArrayLike, step: float, start: float, interval: float, number: int, upwards: bool = True
) -> tuple[Floats, Floats]:
    """The highest (or lowest) potential after each of several stimuli, (number, cells); that before (cells,).

    v: (cells, samples). Stimuli come at `start` and then every `interval`; the last ms of each is left out.
    """
    values = np.atleast_2d(np.asarray(v, float))
    edges = [(start + k * interval, start + (k + 1) * interval - 1) for k in range(number)]
    pieces = [values[:, sample(first, step) : sample(last, step)] for first, last in edges]
    if any(piece.shape[1] == 0 for piece in pieces):
        raise ValueError(f"{number} stimuli from {start} ms every {interval} ms do not fit the trace")
    found = [piece.max(axis=1) if upwards else piece.min(axis=1) for piece in pieces]
    return np.array(found), values[:, max(sample(start - 1, step), 0)]


def psp(v: ArrayLike, step: float, onset: float, until: float | None = None) -> dict[str, float]:
    """What a postsynaptic potential (samples,) looks like, from a stimulus at `onset` on.

    base [mV]: the mean of the 5 ms before. amplitude [mV]: of the peak from the base, negative if it is an
    IPSP. latency: until a tenth of the amplitude; rise_time: from a fifth to four fifths; half_width; decay
    [ms]: the time constant of an exponential through the fall from 90 to 20 %; area [mV ms]. nan where the
    potential does not fall so far. Crossings are interpolated.
    """
    values = np.asarray(v, float)
    first, last = sample(onset, step), None if until is None else sample(until, step)
    base = float(values[max(first - sample(5, step), 0) : max(first, 1)].mean())
    after = values[first:last] - base
    top = int(np.abs(after).argmax())
    amplitude = float(after[top])
    if amplitude == 0:
        return dict.fromkeys(("latency", "rise_time", "half_width", "decay"), np.nan) | {
            "base": base, "amplitude": 0.0, "area": 0.0
        }  # fmt: skip
    part = after / amplitude
    up = {level: _crossing(part[: top + 1], level) * step for level in (0.1, 0.2, 0.5, 0.8)}
    down = (top + _crossing(-part[top:], -0.5)) * step
    fall = np.flatnonzero((part[top:] < 0.9) & (np.minimum.accumulate(part[top:]) > 0.2)) + top
    decay = -step / np.polyfit(fall, np.log(part[fall]), 1)[0] if len(fall) > 2 else np.nan
    return {
        "base": base,
        "amplitude": amplitude,
        "latency": up[0.1],
        "rise_time": up[0.8] - up[0.2],
        "half_width": down - up[0.5],
        "decay": float(decay) if _crossing(-part[top:], -0.2) > 0 else np.nan,
        "area": float(np.trapezoid(after, dx=step)),
    }


def _crossing(values: Floats, level: float) -> float:
    """The sample, with its fraction, where values first reach a level; nan if they never do."""
    above = np.flatnonzero(values >= level)
    if not len(above):
        return np.nan
    if above[0] == 0:
        return 0.0
    low, high = values[above[0] - 1 : above[0] + 1]
    return float(above[0] - 1 + (level - low) / (high - low))


def sample(time: float, step: float) -> int:
    """The last sample at or before a time; times that are whole samples but for rounding are those."""
    return int(np.floor(time / step + 1e-6))
