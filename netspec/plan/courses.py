"""Courses that a parameter of a clamp follows, its `waveform`: ramps, pulses, sines, noise, given samples.

Nothing here is stored with a plan: it follows from the model and the cells. Noise is that of neurodamus 4.2.9
(core/stimuli.py, stimulus_manager.py) to the last bit where a waveform names its stream.
"""

import math
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netspec.errors import Problem, SpecError
from netspec.expression import finite, parse
from netspec.model import Model
from netspec.plan.cells import Cells, keys
from netspec.streams import Ids, uniforms
from netspec.streams.draws import polar_pairs
from netspec.streams.philox import Indexed

Floats = NDArray[np.float64]
Course = tuple[Floats, Floats]
"""Times [ms] and values. NEURON draws lines between them, if the waveform is `continuous`."""
Values = Mapping[str, Any]

INFINITE = 1e9
"""Resistance [MOhm] that stands for no conductance."""
TINY = 1e-9
"""Conductance [uS] below which there is none."""
WORDS = ("type", "var", "continuous", "conductance", "edge")
"""Keys of a waveform that are no numbers."""
NO_EDGE = ("sine", "pulses")
"""Waveforms that begin at 0 by themselves."""


class Stream:
    """The numbers of a stream in order, drawn as NEURON's Random and Vector.setrand do."""

    def __init__(self, ids: Ids | Indexed):
        self._ids, self._position = ids, 0

    def uniforms(self, count: int) -> Floats:
        """The next numbers between 0 and 1."""
        found = uniforms(self._ids, range(self._position, self._position + count))
        self._position += count
        return found

    def normals(self, count: int, skipped: int = 1) -> Floats:
        """Standard normal numbers. Choosing a distribution draws the first, which is lost: `skipped`.

        Both numbers of a pair are used.
        """
        found: list[float] = []
        while len(found) < count + skipped:
            good, first, second = polar_pairs(*self.uniforms(2)[:, None])
            if good[0]:
                found += [float(first[0]), float(second[0])]
        return np.array(found[skipped : count + skipped])

    def exponentials(self, mean: float, count: int) -> Floats:
        """Exponentially distributed numbers; one is lost before them."""
        return np.array([-mean * math.log(number) for number in self.uniforms(count + 1)[1:].tolist()])

    def gammas(self, shape: float, scale: float, count: int) -> Floats:
        """Gamma distributed numbers, by the method of Marsaglia and Tsang (2001)."""
        if shape < 1:
            powers = self.uniforms(count + 1)[1:] ** (1 / shape)
            return self.gammas(shape + 1, scale, count) * powers
        d = shape - 1 / 3
        c = 1 / 3 / math.sqrt(d)
        found = np.empty(count)
        for k in range(count):
            while True:
                x = float(self.normals(1, skipped=0)[0])
                v = 1 + c * x
                if v <= 0:
                    continue
                v = v * v * v
                u = float(self.uniforms(1)[0])
                if u < 1 - 0.0331 * x * x * x * x or math.log(u) < 0.5 * x * x + d * (1 - v + math.log(v)):
                    found[k] = scale * d * v
                    break
        return found


def ramp(given: Values, _: Stream) -> Course:
    """From `start` to `stop` (the same, if it is missing)."""
    start = given["start"]
    return np.array([0.0, given["dur"]]), np.array([start, given.get("stop", start)], float)


def pulses(given: Values, _: Stream) -> Course:
    """Pulses of `amp` and `width` [ms] with a `freq` [Hz]; the last one may be cut off."""
    period, width, total = 1000.0 / given["freq"], given["width"], given["dur"]
    whole = int(total / period)
    starts = period * np.arange(whole + 1)
    ends = np.append(starts[:-1] + width, min(starts[-1] + width, total))
    times = np.stack([starts, starts, ends, ends], axis=1).ravel()
    return times, given["amp"] * np.tile([0.0, 1.0, 1.0, 0.0], whole + 1)


def sine(given: Values, _: Stream) -> Course:
    """`amp` times a sine of `freq` [Hz] and `phase`, plus `offset`, every `dt` [ms]."""
    times = _samples(given, 0.025)
    angle = 2 * math.pi * given["freq"] / 1000 * times + given.get("phase", 0.0)
    return times, given["amp"] * np.sin(angle) + given.get("offset", 0.0)


def noise(given: Values, stream: Stream) -> Course:
    """Normal numbers of this `mean` and `variance`, every `dt` [ms]. before: numbers that are drawn first."""
    times = _samples(given, 0.5)
    stream.normals(int(given.get("before", 0)), skipped=0)
    drawn = stream.normals(len(times))
    return times, drawn * math.sqrt(given["variance"]) + given["mean"]


def ornstein_uhlenbeck(given: Values, stream: Stream) -> Course:
    """A process with relaxation time `tau` [ms], `mean` and standard deviation `sigma`, every `dt` [ms]."""
    times = _samples(given, 0.25)
    tau, sigma = given["tau"], given["sigma"]
    drawn = stream.normals(len(times))
    if tau < TINY:
        return times, drawn * sigma + given["mean"]
    kept = math.exp(-given.get("dt", 0.25) / tau)
    scaled = (drawn * (sigma * math.sqrt(1 - kept * kept))).tolist()
    values = [0.0]
    for step in scaled[1:]:
        values.append(values[-1] * kept + step)
    return times, np.array(values[: len(times)]) + given["mean"]


def shot_noise(given: Values, stream: Stream) -> Course:
    """Events at a `rate` [Hz], each two exponentials (`rise`, `decay` [ms]) of gamma distributed height.

    Heights have the mean `amp` and the `variance`; or `mean`, `sigma` and `skew` of the whole are given, from
    which they and the rate follow (Rice 1944).
    """
    if "mean" in given:
        given = {**given, **_of_moments(given)}
    times, step = _samples(given, 0.25), given.get("dt", 0.25)
    rate, amp = given["rate"], abs(given["amp"])
    expected = 1 + int(given["dur"] * rate / 1000)
    intervals = stream.exponentials(1 / rate, int(expected + 3 * math.sqrt(expected)))
    events = np.cumsum(intervals) * 1000
    bins = np.round(events[events < given["dur"]] / step).astype(int)
    bins = bins[bins < len(times)]
    scale = given["variance"] / amp
    heights = stream.gammas(amp / scale, scale, len(bins)) * math.copysign(1.0, given["amp"])
    impulses = np.zeros(len(times))
    np.add.at(impulses, bins, heights)
    return times, _two_exponentials(impulses, step / given["decay"], step / given["rise"])


def _two_exponentials(impulses: Floats, slow: float, fast: float) -> Floats:
    """Responses that have the height of the impulses. slow, fast: rates per step."""
    a, b = math.exp(-slow), math.exp(-fast)
    slow, fast = -math.log(a), -math.log(b)
    peak = math.log(fast / slow) / (fast - slow)
    factor = (a / b - 1) / (a**peak - b**peak)
    values, inner = [0.0], 0.0
    for impulse in impulses.tolist()[:-1]:
        values.append(a * values[-1] + b * inner)
        inner = b * inner + impulse
    return np.asarray(factor * np.array(values[: len(impulses)]), float)


def _of_moments(given: Values) -> dict[str, float]:
    """Rate and heights of shot noise of this mean, standard deviation and relative skewness."""
    slow, fast, mean, sd = given["decay"], given["rise"], given["mean"], given["sigma"]
    when = math.log(slow / fast) / (1 / fast - 1 / slow)
    area = (slow - fast) / (math.exp(-when / slow) - math.exp(-when / fast))
    one, two = 1 / (slow + fast), 1 / ((slow + 2 * fast) * (2 * slow + fast))
    skew = (1 + given.get("skew", 0.5)) * (8 / 3) * (two / one**2) * (sd / mean)
    first = 2 / (one * area) * (sd**2 / mean)
    second = (3 * one) / (4 * two * area) * (sd * skew)
    amp = 2 * first - second
    return {"amp": amp, "variance": amp * (second - first), "rate": 1000 * mean / (amp * area)}


def samples(given: Values, _: Stream) -> Course:
    """The `values` at `times` [ms]."""
    return np.asarray(given["times"], float), np.asarray(given["values"], float)


WAVES: dict[str, Callable[[Values, Stream], Course]] = {
    each.__name__: each for each in (ramp, pulses, sine, noise, ornstein_uhlenbeck, shot_noise, samples)
}
"""Type of a waveform -> its course from its beginning on; spec.check_stimuli has what each needs."""


def _samples(given: Values, usual: float) -> Floats:
    """Times of samples, from 0 to `dur` [ms]."""
    step = given.get("dt", usual)
    return np.asarray(step * np.arange(int(given["dur"] / step + 1e-9) + 1), float)


def of_stimulus(
    model: Model, cells: Cells, source: str, target: str, gids: NDArray[np.int64]
) -> Iterator[Course]:
    """The course for each of some cells that a stimulus reaches."""
    network = model.spec.network
    own, path = network.sources[source].params, f"netParams.stimSourceParams[{source!r}].waveform"
    given = {**own, **network.targets[target].params}["waveform"]
    rows = cells.positions(gids)
    own_values = _evaluated(model, cells, rows, given, path)
    streams = (
        [own.pop("stream") for own in own_values]
        if "stream" in given
        else _streams(model, cells, rows, source, given)
    )
    for own, ids, gid in zip(own_values, streams, gids.tolist(), strict=True):
        try:
            yield _within(own, *WAVES[own["type"]](own, Stream(ids)))
        except (ArithmeticError, ValueError) as error:
            message = f"there is no such {own['type']} for cell {gid}: {error}."
            raise SpecError([Problem(path, message)]) from error


def _evaluated(
    model: Model, cells: Cells, rows: NDArray[np.int64], given: Values, path: str
) -> list[dict[str, Any]]:
    """The waveform of each cell, with numbers in place of expressions of its tags."""
    found: list[dict[str, Any]] = [dict(given) for _ in rows]
    for name, value in given.items():
        many = list(value) if isinstance(value, list | tuple) else [value]
        if name in WORDS or not any(isinstance(each, str) for each in many):
            continue
        columns = [_column(model, cells, rows, each, f"{path}.{name}").tolist() for each in many]
        for own, numbers in zip(found, zip(*columns, strict=True), strict=True):
            own[name] = numbers if isinstance(value, list | tuple) else numbers[0]
    return found


def _column(model: Model, cells: Cells, rows: NDArray[np.int64], value: Any, path: str) -> Floats:
    """A number, or an expression of numeric tags, for each cell."""
    if not isinstance(value, str):
        return np.full(len(rows), value)
    variables: dict[str, Any] = dict(model.spec.network.constants)
    for name in sorted(set(re.findall(r"[A-Za-z_]\w*", value)) - variables.keys()):
        tags = cells.tag(name)
        if tags is not None:
            lacking = [row for row in rows.tolist() if not isinstance(tags[row], int | float)]
            if lacking:
                message = (
                    f"the tag {name!r} of cell {cells.gids[lacking[0]]} is no number: {tags[lacking[0]]!r}."
                )
                raise SpecError([Problem(path, message)])
            variables[name] = tags[rows].astype(float)
    column = parse(value, tuple(variables), path).evaluate(variables, None, len(rows))
    finite(column, path, value, lambda row: f"cell {cells.gids[rows[row]]}")
    return column


def _streams(model: Model, cells: Cells, rows: NDArray[np.int64], source: str, given: Values) -> list[Ids]:
    """Our own stream of each cell."""
    seed = given.get("seed", model.spec.simulation.seeds.get("stim", 1))
    columns = np.broadcast_arrays(*model.streams.noise(source, keys(cells, rows), seed), np.zeros(len(rows)))
    return [(a, b, c) for a, b, c, _ in zip(*columns, strict=True)]


def _within(given: Values, times: Floats, values: Floats) -> Course:
    """The course on the clock of a simulation: 0 before it begins and after its end, if it has an `edge`."""
    start, stop = float(given.get("del", 0.0)), float(given.get("dur", times[-1]))
    if not given.get("edge", True):
        return start + times, values
    before = ([0.0] if start > 0 else []) + ([] if given["type"] in NO_EDGE else [start])
    times = np.concatenate([before, start + times, [start + stop]])
    values = np.concatenate([np.zeros(len(before)), values, [0.0]])
    if given.get("conductance"):
        usable = (values > TINY) & (values < INFINITE)
        values = np.where(usable, 1 / np.where(usable, values, 1.0), INFINITE)
    return times, values
