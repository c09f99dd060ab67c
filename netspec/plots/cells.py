"""How cells answer to currents and synapses: f-I curves, features of spikes, amplitudes of potentials."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np

from netspec.analysis import cells, electrodes, named_fields
from netspec.analysis.select import select
from netspec.errors import Problem, SpecError, did_you_mean
from netspec.plots.canvas import Axes, Canvas
from netspec.plots.colors import PALETTE
from netspec.plots.registry import plot
from netspec.results import Results

RATES = {
    "fI": ("model", "rates"),
    "fI_onset": ("onset", "ratesOnset"),
    "fI_steady": ("steady", "ratesSteady"),
}
"""What is in the picture of rates: its name there, and that of the experiment's in `target`."""
UNITS = {"latencyPeak1": "ms", "ISIPeak1": "ms", "ampSpike1": "mV", "ampSpike2": "mV"}
AMPLITUDES = {
    "absolute": "peak potential [mV]",
    "relative": "amplitude [mV]",
    "ratio": "amplitude, relative to the first",
}


@plot("plotfI", "", several=True)
def plot_fi(
    results: Results,
    canvas: Canvas,
    *,
    amps: Sequence[float] = (),
    times: Sequence[float] | None = None,
    dur: float | None = None,
    target: Mapping[str, Sequence[float]] | None = None,
    calculateOnset: bool = False,
    targetRatesOnset: Sequence[float] = (),
    durSteady: float | None = None,
    targetRatesSteady: Sequence[float] = (),
    calculateFeatures: Sequence[str] = (),
) -> dict[str, Any]:
    """Rates, and features of spikes, over current steps of `amps` [nA] at `times` [ms], each `dur` ms long.

    The numbers are those of calculatefI. target: the experiment's, by rates, ratesOnset, ratesSteady and
    names of features.
    """
    found: dict[str, Any] = dict(
        named_fields.steps(results, times, dur, calculateOnset, durSteady, calculateFeatures)
    )
    if len(amps) != len(found["fI"]):
        raise SpecError(
            [Problem("amps", f"expected one for each of {len(found['fI'])} times, got {len(amps)}.")]
        )
    wanted = dict(target or {})
    wanted |= {"ratesOnset": targetRatesOnset} if len(targetRatesOnset) else {}
    wanted |= {"ratesSteady": targetRatesSteady} if len(targetRatesSteady) else {}
    rates = [name for name in RATES if name in found and not (name == "fI" and durSteady)]
    ax = canvas.axes("fI", size=(7, 5))
    for name, color in zip(rates, PALETTE, strict=False):
        label, experiment = RATES[name]
        _curve(ax, amps, found[name], wanted.get(experiment), label, color)
    _finish(ax, "rate [Hz]")
    for name in calculateFeatures:
        ax = canvas.axes(f"fI_{name}", size=(7, 5))
        _curve(ax, amps, found[f"fI_{name}"], wanted.get(name), "model", PALETTE[0])
        _finish(ax, f"{name} [{UNITS[name]}]")
    return found


def _curve(ax: Axes, amps: Sequence[float], values: Any, experiment: Any, label: str, color: Any) -> None:
    ax.plot(amps, values, color=color, marker="o", linewidth=1.5, label=label)
    if experiment is not None:
        name = "experiment" if label == "model" else f"experiment ({label})"
        ax.plot(amps, experiment, color=color, marker="o", mfc="white", linestyle="dotted", label=name)


def _finish(ax: Axes, label: str) -> None:
    ax.set(xlabel="current [nA]", ylabel=label)
    ax.margins(y=0.08)
    ax.legend(frameon=False)


@plot("plotEPSPAmp", "EPSPamp_{amp}")
def plot_epsp_amp(
    results: Results,
    ax: Axes,
    *,
    include: Sequence[Any] | None = None,
    trace: str | None = None,
    start: float = 0,
    interval: float = 50,
    number: int = 2,
    amp: Literal["absolute", "relative", "ratio"] = "absolute",
    polarity: Literal["exc", "inh"] = "exc",
) -> dict[str, Any]:
    """The highest ('inh': lowest) potential after each of several stimuli: peaks (number, cells).

    trace: label of recordTraces. Stimuli are at `start` and every `interval` [ms]. amp: 'absolute' [mV],
    'relative' to 1 ms before the start [mV], 'ratio' to the first.
    """
    kept = results.traces.get(trace or "")
    if kept is None:
        near = did_you_mean(trace or "", results.traces)
        raise SpecError([Problem("trace", f"no trace {trace!r} was recorded. {near}")])
    plan = results.plan
    gids = list(kept) if include is None else plan.cells.gids[select(plan, include).positions].tolist()
    gids = [gid for gid in gids if isinstance(kept.get(gid), np.ndarray)]
    if not gids:
        raise SpecError([Problem("include", f"{trace!r} was recorded in none of these cells.")])
    v = np.array([kept[gid] for gid in gids])
    peaks, before = cells.extremes(v, electrodes.step(results), start, interval, number, polarity == "exc")
    if amp != "absolute":
        peaks = peaks - before
    if amp == "ratio":
        peaks = peaks / peaks[0]
        ax.axhline(1, color="0.6", linewidth=0.8, linestyle="dotted")
    stimuli = np.arange(1, number + 1)
    for place, (gid, own) in enumerate(zip(gids, peaks.T, strict=True)):
        many = len(gids) > len(PALETTE)
        color = "#4477aa" if many else PALETTE[place]
        ax.plot(stimuli, own, marker="o", color=color, label=f"cell {gid}", alpha=0.4 if many else 1)
    ax.set(xlabel="stimulus", ylabel=AMPLITUDES[amp], xticks=stimuli[:: 1 + number // 20])
    ax.margins(y=0.1)
    if len(gids) <= len(PALETTE):
        ax.legend(frameon=False, loc="upper left", bbox_to_anchor=(1, 1))
    return {"peaks": peaks, "gids": gids}
