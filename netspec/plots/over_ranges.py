"""Rates and synchrony in several time ranges, one line per population."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from netspec.analysis import spikes
from netspec.analysis.named_spikes import calculate_rate
from netspec.analysis.select import items
from netspec.errors import Problem, SpecError
from netspec.plots.canvas import Axes, Canvas
from netspec.plots.colors import legend, of_items
from netspec.plots.registry import plot
from netspec.plots.spike_stats import statistic
from netspec.results import Results

ITEMS = ("allCells", "eachPop")


@plot("plotRates", "", several=True)
def plot_rates(
    results: Results,
    canvas: Canvas,
    *,
    include: Sequence[Any] = ITEMS,
    peakBin: float = 5,
    timeRanges: Sequence[Sequence[float]] | None = None,
    timeRangeLabels: Sequence[str] | None = None,
    colors: Sequence[Any] | None = None,
    ylim: Sequence[float] | None = None,
) -> dict[str, Any]:
    """Mean and largest rate in each range, two figures. The numbers: avgs and peaks (ranges, items) [Hz]."""
    spans = _spans(results, timeRanges)
    named = items(results.plan, include)
    found = [calculate_rate(results, include, peakBin, span) for span in spans]
    numbers = {"avgs": [own[1] for own in found], "peaks": [own[2] for own in found]}
    shown = {"avgRates": ("avgs", "mean rate [Hz]"), "peakRates": ("peaks", "largest rate [Hz]")}
    palette = list(colors or of_items(results.plan, named))
    for name, (key, unit) in shown.items():
        if numbers[key][0]:
            ax = over_ranges(
                numbers[key], canvas.axes(name, size=(5, 5)), palette, _names(spans, timeRangeLabels)
            )
            ax.set(ylabel=unit, **({"ylim": ylim} if ylim else {}))
            legend(ax, list(named), palette[: len(named)])
    return {**numbers, "labels": list(named), "timeRanges": [list(span) for span in spans]}


@plot("plotSyncs", "sync")
def plot_syncs(
    results: Results,
    ax: Axes,
    *,
    include: Sequence[Any] = ITEMS,
    timeRanges: Sequence[Sequence[float]] | None = None,
    timeRangeLabels: Sequence[str] | None = None,
    colors: Sequence[Any] | None = None,
) -> dict[str, Any]:
    """SPIKE-synchronisation of the cells of each item in each range. The numbers: syncs (ranges, items)."""
    spans, named = _spans(results, timeRanges), items(results.plan, include)
    syncs = [
        [float(statistic(spikes.raster(results, own, span), "sync")[0]) for own in named.values()]
        for span in spans
    ]
    palette = list(colors or of_items(results.plan, named))
    over_ranges(syncs, ax, palette, _names(spans, timeRangeLabels))
    ax.set(ylabel="synchrony")
    legend(ax, list(named), palette[: len(named)])
    return {"syncs": syncs, "labels": list(named), "timeRanges": [list(span) for span in spans]}


def over_ranges(
    values: Sequence[Sequence[float]], ax: Axes, colors: Sequence[Any], names: Sequence[str]
) -> Axes:
    """A line of values (ranges, items) for each item; names of the ranges below."""
    for position, own in enumerate(np.transpose(values)):
        ax.plot(own, marker="o", color=colors[position % len(colors)])
    ax.set_xticks(range(len(names)), labels=list(names), rotation=30 if len(names) > 2 else 0, ha="center")
    ax.set_xlim(-0.5, len(names) - 0.5)
    return ax


def _spans(results: Results, ranges: Sequence[Sequence[float]] | None) -> list[spikes.Range]:
    """Time ranges [ms]; without any the whole run."""
    if not ranges:
        return [spikes.whole(results, None)]
    wrong = [span for span in ranges if len(span) != 2 or span[0] >= span[1]]
    if wrong:
        raise SpecError([Problem("timeRanges", f"expected a list of [start, stop] in ms, got {wrong[0]!r}.")])
    return [spikes.whole(results, span) for span in ranges]


def _names(spans: Sequence[spikes.Range], labels: Sequence[str] | None) -> list[str]:
    return list(labels or [f"{start:g}-{stop:g} ms" for start, stop in spans])
