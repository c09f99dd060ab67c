"""Spikes per time bin, for populations or sets of them: as counts or as rates."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np

from netspec.analysis import rates, spectra, spikes
from netspec.analysis.select import items
from netspec.plots.canvas import Axes
from netspec.plots.colors import legend as add_legend
from netspec.plots.colors import of_items
from netspec.plots.given import Given, given_raster, renamed
from netspec.plots.registry import plot
from netspec.results import Results
from netspec.tables import Floats

MEASURES = {"count": "spikes per bin", "rate": "rate [Hz]"}
TYPES = {
    "step": "step",
    "bar": "stepfilled",
    "line": "step",
    "stepfilled": "stepfilled",
    "barstacked": "barstacked",
}
Kind = Literal["step", "bar", "line", "stepfilled", "barstacked"]
Trains = dict[str, tuple[Floats, int]]
"""Label -> spike times [ms] and number of cells."""


@plot("plotSpikeHist", "histogram")
def plot_spike_hist(
    results: Results,
    ax: Axes,
    *,
    include: Sequence[Any] = ("eachPop", "allCells"),
    timeRange: Sequence[float] | None = None,
    binSize: float = 5,
    graphType: Kind | None = None,
    measure: Literal["count", "rate"] = "count",
    norm: bool = False,
    smooth: int | None = None,
    filtFreq: float | Sequence[float] | None = None,
    filtOrder: int = 3,
    popColors: Mapping[str, Any] | Sequence[Any] | None = None,
    histType: Kind = "step",
    stacked: bool = False,
    cumulative: bool = False,
    log: bool = False,
    density: bool = False,
    legend: bool = True,
    histData: Given | None = None,
    popNumCells: Sequence[int] | None = None,
    popLabels: Mapping[str, str] | Sequence[str] | None = None,
    colorList: Sequence[Any] | None = None,
) -> dict[str, Any]:
    """Histograms of spike times. The numbers: bin edges [ms] and (items, bins) counts or rates [Hz].

    histData: spikes to count instead, as rasterData of plotRaster.
    """
    kind = TYPES[graphType or histType]
    given = None if histData is None else given_raster(histData, popNumCells, popLabels, timeRange)
    trains, colors, span = _trains(results, include, timeRange, given, popColors or colorList)
    if stacked or kind == "barstacked":  # all cells are the sum of the others
        colors = [color for label, color in zip(trains, colors, strict=True) if label != "allCells"]
        trains = {label: train for label, train in trains.items() if label != "allCells"}
    bins = spikes.edges(span, binSize)
    values = np.array(
        [_shaped(own, measure, bins, norm, smooth, filtFreq, filtOrder) for own in trains.values()]
    )
    style: dict[str, Any] = {"histtype": kind, "stacked": stacked, "cumulative": cumulative}
    if values.size:
        columns = [bins[:-1]] * len(values)
        ax.hist(columns, bins.tolist(), weights=list(values), color=colors, log=log, density=density, **style)
    ax.set(xlim=span, xlabel="time [ms]", ylabel="density" if density else _unit(measure, norm))
    if legend:
        add_legend(ax, renamed(list(trains), popLabels), colors)
    return _numbers(trains, values, bins, measure, span)


@plot("plotSpikeFreq", "spikeFreq")
def plot_spike_freq(
    results: Results,
    ax: Axes,
    *,
    freqData: Given | None = None,
    timeRange: Sequence[float] | None = None,
    popNumCells: Sequence[int] | None = None,
    popLabels: Mapping[str, str] | Sequence[str] | None = None,
    popColors: Mapping[str, Any] | Sequence[Any] | None = None,
    binSize: float = 5,
    norm: bool = False,
    smooth: int | None = None,
    filtFreq: float | Sequence[float] | None = None,
    filtOrder: int = 3,
    legend: bool = True,
    colorList: Sequence[Any] | None = None,
    include: Sequence[Any] = ("eachPop", "allCells"),
) -> dict[str, Any]:
    """Rates over time as lines. The numbers: bin edges [ms] and (items, bins) rates [Hz].

    filtFreq: one frequency (below it) or two (between them) [Hz]. norm: by the largest. smooth: bins.
    freqData: spikes to count instead, as rasterData of plotRaster.
    """
    given = None if freqData is None else given_raster(freqData, popNumCells, popLabels, timeRange)
    trains, colors, span = _trains(results, include, timeRange, given, popColors or colorList)
    bins = spikes.edges(span, binSize)
    values = np.array(
        [_shaped(own, "rate", bins, norm, smooth, filtFreq, filtOrder) for own in trains.values()]
    )
    curves((bins[:-1] + bins[1:]) / 2, values, ax, colors)
    ax.set(xlim=span, ylabel=_unit("rate", norm))
    if legend:
        add_legend(ax, renamed(list(trains), popLabels), colors)
    return _numbers(trains, values, bins, "rate", span)


def curves(time: Floats, values: Floats, ax: Axes, colors: Sequence[Any]) -> Axes:
    """A line of values (items, bins) over time [ms] for each item."""
    for own, color in zip(values, colors, strict=True):
        ax.plot(time, own, color=color, linewidth=1.2)
    ax.set_xlabel("time [ms]")
    return ax


def _trains(
    results: Results,
    include: Sequence[Any],
    time_range: Sequence[float] | None,
    given: spikes.Raster | None,
    chosen: Any,
) -> tuple[Trains, list[Any], spikes.Range]:
    """Spikes and number of cells of each item, its colour, and the time range [ms]."""
    if given is not None:
        trains = {"allCells": _of(given, given.labels)} if "allCells" in include else {}
        trains |= {label: _of(given, [label]) for label in given.labels}
        owns = {label: [label] for label in trains}
        return trains, of_items(results.plan, owns, chosen), given.time_range
    named = items(results.plan, include)
    span = spikes.whole(results, time_range)
    found = {label: spikes.raster(results, own, span) for label, own in named.items()}
    trains = {label: (data.times, data.row_count) for label, data in found.items()}
    return trains, of_items(results.plan, named, chosen), span


def _of(data: spikes.Raster, labels: Sequence[str]) -> tuple[Floats, int]:
    codes = [data.labels.index(label) for label in labels]
    return data.times[np.isin(data.groups, codes)], int(data.sizes[codes].sum())


def _shaped(
    train: tuple[Floats, int],
    measure: str,
    bins: Floats,
    norm: bool,
    smooth: int | None,
    band: float | Sequence[float] | None,
    order: int,
) -> Floats:
    """Counts or rates per bin, filtered, divided by the largest and smoothed, in NetPyNE's order."""
    times, cells = train
    values = rates.counts(times, bins) if measure == "count" else rates.binned(times, bins, cells)
    if band:
        values = spectra.filtered(values, 1000 / (bins[1] - bins[0]), band, order)
    if norm and np.abs(values).max(initial=0.0):
        values = values / values.max()
    return spectra.smooth(values, smooth or 0)


def _unit(measure: str, norm: bool) -> str:
    return f"{MEASURES[measure].split(' [')[0]} / largest" if norm else MEASURES[measure]


def _numbers(
    trains: Trains, values: Floats, bins: Floats, measure: str, span: spikes.Range
) -> dict[str, Any]:
    return {
        "binEdges": bins,
        "values": values,
        "labels": list(trains),
        "measure": measure,
        "timeRange": list(span),
    }
