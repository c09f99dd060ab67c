"""Rate, irregularity and synchrony of cells: as boxes, as histograms, over depth."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np

from netspec.analysis import spikes, synchrony
from netspec.analysis.select import items
from netspec.errors import Problem, SpecError
from netspec.plots.canvas import Axes, Canvas
from netspec.plots.colors import legend as add_legend
from netspec.plots.colors import of_items
from netspec.plots.registry import plot
from netspec.results import Results
from netspec.tables import Floats, Ints

STATS = {
    "rate": "rate [Hz]",
    "isicv": "irregularity (CV of intervals)",
    "sync": "synchrony",
    "pairsync": "pairwise synchrony",
}
FEWEST = 11
"""Spikes that a cell needs for its irregularity, as in NetPyNE."""
Values = tuple[Floats, Ints, Floats]
"""A number, gid and ynorm for each cell; gid and ynorm are empty where the number is of several cells."""


@plot("plotSpikeStats", "", several=True)
def plot_spike_stats(
    results: Results,
    canvas: Canvas,
    *,
    include: Sequence[Any] = ("eachPop", "allCells"),
    statDataIn: Mapping[str, Mapping[str, Any]] | None = None,
    timeRange: Sequence[float] | None = None,
    graphType: Literal["boxplot", "histogram", "scatter"] = "boxplot",
    stats: Sequence[Literal["rate", "isicv", "sync", "pairsync"]] = ("rate", "isicv"),
    bins: int | Sequence[float] = 50,
    histlogy: bool = False,
    histlogx: bool = False,
    histmin: float = 0.0,
    density: bool = False,
    includeRate0: bool = False,
    legendLabels: Sequence[str] | None = None,
    normfit: bool = False,
    histShading: bool = True,
    xlim: Sequence[float] | None = None,
    popColors: Mapping[str, Any] | Sequence[Any] | None = None,
) -> dict[str, Any]:
    """A figure of each statistic. The numbers: of the last one, and of each under 'stats'.

    statData: a value per cell of each item (sync: one value), gidsData and ynormsData: whose they are.
    rate [Hz] of cells that spike (includeRate0: of all); isicv of cells with more than ten spikes; sync and
    pairsync: SPIKE-synchronisation of all cells that spike, and of each with the others.
    """
    named = items(results.plan, include)
    span = spikes.whole(results, timeRange)
    colors, labels = of_items(results.plan, named, popColors), list(legendLabels or named)
    found: dict[str, dict[str, Any]] = {}
    for stat in [stats] if isinstance(stats, str) else stats:
        found[stat] = _given(statDataIn, stat) or _statistic(results, named, span, stat, includeRate0)
        ax, data = canvas.axes(f"spikeStat_{graphType}_{stat}", size=(6, 8)), found[stat]["statData"]
        if graphType == "boxplot":
            boxes(data, labels, ax, colors)
            ax.set(xlabel=STATS[stat])
        elif graphType == "histogram":
            shape = {"log": (histlogx, histlogy), "least": histmin, "density": density, "fit": normfit}
            histograms(data, ax, colors, bins, shading=histShading, **shape)  # type: ignore[arg-type]
            ax.set(xlabel=STATS[stat], ylabel="part of cells" if density else "cells")
        else:
            over_depth(found[stat]["ynormsData"], data, ax, colors, bins)
            ax.set(xlabel="depth (normalised y)", ylabel=STATS[stat])
        if graphType != "boxplot":
            add_legend(ax, labels, colors)
        if xlim:
            ax.set_xlim(xlim)
    last = found[stat] if found else {}
    return {"include": [own[0] for own in named.values()], **last, "stats": found, "timeRange": list(span)}


def statistic(data: spikes.Raster, stat: str, every: bool = False) -> Floats:
    """A statistic of the rows of a raster: (rows,), nan where a row has none; or (1,) of all rows.

    every: rows without spikes have rate 0.
    """
    counts = np.bincount(data.rows, minlength=data.row_count)
    values = np.full(data.row_count, np.nan)
    if stat == "rate":
        shown = np.ones(len(counts), bool) if every else counts > 0
        values[shown] = counts[shown] * (1e3 / (data.time_range[1] - data.time_range[0]))
    elif stat == "isicv":
        rows, own = spikes.cv(data.times, data.rows, FEWEST)
        values[rows] = own
    else:
        rows, trains = spikes.trains(data.times, data.rows)
        if stat == "sync":
            return np.array([synchrony.spike_sync(trains, data.time_range)])
        values[rows] = synchrony.spike_syncs(trains, data.time_range).mean(axis=0) if len(rows) else []
    return values


def boxes(data: Sequence[Any], labels: Sequence[str], ax: Axes, colors: Sequence[Any]) -> Axes:
    """Quartiles, whiskers, outliers and mean of the values of each item, the first one on top."""
    known = [np.asarray(own, float)[~np.isnan(np.asarray(own, float))] for own in data]
    mean = {"marker": "D", "markersize": 4, "markerfacecolor": "white", "markeredgecolor": "black"}
    fliers = {"marker": ".", "markersize": 3, "markeredgecolor": "#555555", "rasterized": True}
    drawn = ax.boxplot(
        known, positions=range(len(known)), orientation="horizontal", widths=0.6, showmeans=True,
        patch_artist=True, meanprops=mean, flierprops=fliers, medianprops={"color": "black"},
    )  # fmt: skip
    for box, color in zip(drawn["boxes"], colors, strict=True):
        box.set(facecolor=color, alpha=0.7)
    ax.set_yticks(range(len(known)), labels=[str(label) for label in labels])
    ax.invert_yaxis()
    ax.grid(axis="x", color="0.9")
    ax.set_axisbelow(True)
    return ax


def histograms(
    data: Sequence[Any],
    ax: Axes,
    colors: Sequence[Any],
    bins: int | Sequence[float] = 50,
    *,
    log: tuple[bool, bool] = (False, False),
    least: float = 0.0,
    density: bool = False,
    fit: bool = False,
    shading: bool = True,
) -> Axes:
    """Values of each item in the same bins. log: the axes (x, y). fit: a log-normal distribution, dashed."""
    kept = [np.asarray(own, float)[~np.isnan(np.asarray(own, float))] for own in data]
    kept = [own[own > least] if least or log[0] else own for own in kept]
    edges = _edges(np.concatenate([np.empty(0), *kept]), bins, log[0], least)
    for own, color in zip(kept, colors, strict=True):
        weight = 1 / max(len(own), 1) if density else 1.0
        values = np.histogram(own, edges)[0] * weight
        ax.stairs(values, edges, color=color, linewidth=1.5, baseline=None if log[1] else 0)
        if shading:
            ax.stairs(values, edges, color=color, alpha=0.1, fill=True)
        if fit and len(own) > 1 and (own > 0).all() and own.std():
            ax.plot(*log_normal(own, edges, weight), color=color, linestyle="dashed", linewidth=1)
    ax.set(
        xlim=(edges[0], edges[-1]), xscale="log" if log[0] else "linear", yscale="log" if log[1] else "linear"
    )
    return ax


def over_depth(
    depths: Sequence[Any], data: Sequence[Any], ax: Axes, colors: Sequence[Any], bins: int | Sequence[float]
) -> Axes:
    """Values of cells over their depth, and mean and standard deviation of those in each bin of depth."""
    for depth, values, color in zip(depths, data, colors, strict=True):
        if len(depth) != len(values) or not len(depth):
            continue  # one number of several cells
        ax.plot(depth, values, ".", color=color, markersize=3, alpha=0.6, rasterized=True)
        edges = np.histogram_bin_edges(depth, bins)
        place = np.clip(np.searchsorted(edges, depth, side="right") - 1, 0, len(edges) - 2)
        full = np.unique(place)
        means = np.array([np.mean(values[place == one]) for one in full])
        spreads = [np.std(values[place == one]) for one in full]
        middles = (edges[:-1] + edges[1:])[full] / 2
        ax.errorbar(middles, means, spreads, color=color, linewidth=1, capsize=2, marker="o", markersize=3)
    ax.set_ylim(bottom=0)
    return ax


def _given(known: Mapping[str, Mapping[str, Any]] | None, stat: str) -> dict[str, Any] | None:
    if not known or stat not in known:
        return None
    if "statData" not in known[stat]:
        raise SpecError([Problem(f"statDataIn[{stat!r}]", "expected a dictionary with 'statData'.")])
    data = {"gidsData": [], "ynormsData": [], **known[stat]}
    return {**data, "statData": [np.asarray(own, float) for own in data["statData"]]}


def _statistic(
    results: Results, named: Mapping[str, Any], span: spikes.Range, stat: str, every: bool
) -> dict[str, Any]:
    parts = [_of_item(results, own, span, stat, every) for own in named.values()]
    columns = zip(*parts, strict=True) if parts else ((), (), ())
    return dict(zip(("statData", "gidsData", "ynormsData"), map(list, columns), strict=True))


def _of_item(results: Results, include: Any, span: spikes.Range, stat: str, every: bool) -> Values:
    data = spikes.raster(results, include, span)
    values = statistic(data, stat, every)
    if stat == "sync" or len(data.cells) < data.row_count:  # rows of stimuli have neither gid nor place
        kept = values[~np.isnan(values)]
        nothing: Values = (kept if len(kept) else np.zeros(1), np.empty(0, np.int64), np.empty(0))
        return nothing
    shown = ~np.isnan(values)
    gids = data.cells[shown]
    depths = results.plan.cells.table["ynorm"][results.plan.cells.positions(gids)]
    if stat == "rate" and not len(gids):
        return np.zeros(1), gids, depths
    return values[shown], gids, depths


def _edges(values: Floats, bins: Any, log: bool, least: float) -> Floats:
    if not isinstance(bins, int):
        return np.asarray(bins, float)
    start = max(least, float(values.min(initial=np.inf))) if log and len(values) else least
    stop = max(float(values.max(initial=0.0)), start + 1e-9) or 1.0
    return np.geomspace(start, stop, bins + 1) if log and start > 0 else np.linspace(start, stop, bins + 1)


def log_normal(values: Floats, edges: Floats, weight: float) -> tuple[Floats, Floats]:
    """Middles of bins, and what a log-normal distribution of the same log mean and sd has in each."""
    mean, spread = np.log(values).mean(), np.log(values).std()
    x = np.maximum((edges[:-1] + edges[1:]) / 2, 1e-12)
    part = np.exp(-((np.log(x) - mean) ** 2) / (2 * spread**2)) / (x * spread * np.sqrt(2 * np.pi))
    return x, part * np.diff(edges) * len(values) * weight
