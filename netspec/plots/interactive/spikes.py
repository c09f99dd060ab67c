"""Spikes in the browser: raster, histogram, spectra of rates, statistics of cells."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np

from netspec.analysis import spikes
from netspec.plots.colors import of_populations
from netspec.plots.interactive.page import (
    Colors,
    Drawn,
    column,
    css,
    data_source,
    figure,
    interactive,
    legend,
    numbers,
)
from netspec.plots.spike_stats import log_normal
from netspec.results import Results

GROUPS = ("allCells", "eachPop")


@interactive("iplotRaster", data=True)
def raster(
    results: Results,
    *,
    include: Sequence[Any] = ("allCells",),
    timeRange: Sequence[float] | None = None,
    maxSpikes: float = 1e8,
    orderBy: str | Sequence[str] = "gid",
    orderInverse: bool = False,
    popRates: bool = False,
    spikeHist: bool = False,
    spikeHistBin: float = 5,
    syncLines: bool = False,
    marker: str = "circle",
    markerSize: float = 3,
    popColors: Colors = None,
) -> Drawn:
    """Spikes as points. The numbers: spkts [ms], spkinds (rows), spkGids (spikes,), timeRange [ms]."""
    data = spikes.raster(results, include, timeRange, orderBy, maxSpikes)
    fig = raster_figure(results, data, marker, markerSize, popColors, popRates)
    if orderInverse:
        fig.y_range.start, fig.y_range.end = fig.y_range.end, fig.y_range.start
    if syncLines:
        fig.segment(data.times, -0.5, data.times, data.row_count - 0.5, color="#cc3311", line_width=0.1)
    order = orderBy if isinstance(orderBy, str) else "_".join(orderBy)
    found = {
        "include": list(include),
        "spkts": data.times.tolist(),
        "spkinds": data.rows.tolist(),
        "spkGids": data.gids.tolist(),
        "timeRange": list(data.time_range),
    }
    if spikeHist:
        edges = spikes.edges(data.time_range, spikeHistBin)
        below = figure(
            height=200, x_range=fig.x_range, x_axis_label="time [ms]", y_axis_label="spikes per bin"
        )
        counts = np.histogram(data.times, edges)[0]
        below.quad(left=edges[:-1], right=edges[1:], bottom=0, top=counts, color="#556677")
        fig = column([fig, below])
    return {f"iraster_{order}": fig}, found


def raster_figure(
    results: Results, data: spikes.Raster, marker: str, size: float, colors: Colors, rates: bool
) -> Any:
    """Points of a raster, one glyph per population or stimulus; row 0 is below."""
    labels = list(data.labels)
    hertz = data.rates()
    tips = [("gid", "@gid"), ("population", "$name"), ("time", "@x{0.00} ms")]
    title = f"{data.row_count} cells, {len(data.times)} spikes"
    fig = figure(
        len(data.times), tips=tips, title=title, x_axis_label="time [ms]", y_axis_label="cell",
        x_range=data.time_range, y_range=(-0.5, max(data.row_count, 1) - 0.5),
    )  # fmt: skip
    for group, color in enumerate(of_populations(results.plan, labels, colors)):
        here = data.groups == group
        name = f"{labels[group]} ({hertz[group]:.3g} Hz)" if rates else labels[group]
        columns = {"x": data.times[here], "y": data.rows[here], "gid": data.gids[here]}
        fig.scatter(
            "x", "y", source=data_source(columns), marker=marker, size=size, color=css(color),
            legend_label=name, name=labels[group],
        )  # fmt: skip
    legend(fig)
    return fig


@interactive("iplotSpikeHist", needs="plotSpikeHist")
def spike_hist(
    results: Results,
    *,
    include: Sequence[Any] = ("allCells", "eachPop"),
    legendLabels: Sequence[str] = (),
    timeRange: Sequence[float] | None = None,
    binSize: float = 5,
    overlay: bool = True,
    yaxis: Literal["rate", "count"] = "rate",
    popColors: Colors = None,
    norm: bool = False,
    smooth: float | None = None,
    filtFreq: float | Sequence[float] | None = None,
    filtOrder: int = 3,
) -> Drawn:
    """Rates or counts over time, in one figure (overlay) or one for each. The numbers: of plotSpikeHist."""
    wanted = {"include": include, "timeRange": timeRange, "binSize": binSize, "measure": yaxis}
    shape = {"norm": norm, "smooth": smooth, "filtFreq": filtFreq, "filtOrder": filtOrder}
    data = numbers(results, "plotSpikeHist", **wanted, **shape)
    edges, values = np.asarray(data["binEdges"]), [np.asarray(own) for own in data["values"]]
    unit = "" if norm else {"rate": " [Hz]", "count": " per bin"}[yaxis]
    curves = {label: (edges[: len(own)], own) for label, own in zip(data["labels"], values, strict=True)}
    axes = {"x_axis_label": "time [ms]", "y_axis_label": ("spikes" if yaxis == "count" else yaxis) + unit}
    return {"ispikeHist": lines(results, curves, overlay, popColors, legendLabels, "after", **axes)}, data


@interactive("iplotRatePSD", needs="plotRatePSD")
def rate_psd(
    results: Results,
    *,
    include: Sequence[Any] = ("allCells", "eachPop"),
    timeRange: Sequence[float] | None = None,
    binSize: float = 5,
    maxFreq: float = 100,
    NFFT: int = 256,
    noverlap: int = 128,
    smooth: int = 0,
    overlay: bool = True,
    ylim: Sequence[float] | None = None,
    popColors: Colors = None,
) -> Drawn:
    """Spectra of rates [dB], Welch's. The numbers: of plotRatePSD."""
    wanted = {"include": include, "timeRange": timeRange, "binSize": binSize, "maxFreq": maxFreq}
    wanted |= {"NFFT": NFFT, "noverlap": noverlap, "smooth": smooth, "transformMethod": "fft"}
    data = numbers(results, "plotRatePSD", **wanted)
    pairs = zip(data["labels"], data["allFreqs"], data["allSignal"], strict=True)
    axes: dict[str, Any] = {"x_axis_label": "frequency [Hz]", "y_axis_label": "power [dB]"}
    if ylim:
        axes["y_range"] = tuple(ylim)
    curves = {label: (freqs, power) for label, freqs, power in pairs}
    return {"ipsd": lines(results, curves, overlay, popColors, **axes)}, data


@interactive("iplotGranger", needs="granger")
def granger(
    results: Results,
    *,
    cells1: Sequence[Any] | None = None,
    cells2: Sequence[Any] | None = None,
    spks1: Sequence[float] | None = None,
    spks2: Sequence[float] | None = None,
    label1: str | None = None,
    label2: str | None = None,
    timeRange: Sequence[float] | None = None,
    binSize: float = 5,
) -> Drawn:
    """Granger causality of two groups of cells both ways. The numbers: of granger."""
    groups = {"cells1": cells1, "cells2": cells2, "spks1": spks1, "spks2": spks2}
    data = numbers(results, "granger", **groups, timeRange=timeRange, binSize=binSize, plotFig=False)
    one, two = label1 or "1", label2 or "2"
    curves = {f"{two} for {one}": (data["F"], data["Fy2x"]), f"{one} for {two}": (data["F"], data["Fx2y"])}
    colors = dict(zip(curves, ("#4477aa", "#cc3311"), strict=True))
    axes = {"x_axis_label": "frequency [Hz]", "y_axis_label": "Granger causality"}
    return {"granger": lines(results, curves, True, colors, **axes)}, data


@interactive("iplotSpikeStats", needs="plotSpikeStats")
def spike_stats(
    results: Results,
    *,
    include: Sequence[Any] = ("eachPop", "allCells"),
    timeRange: Sequence[float] | None = None,
    graphType: Literal["boxplot", "histogram", "scatter"] = "boxplot",
    stats: Sequence[Literal["rate", "isicv", "sync", "pairsync"]] = ("rate", "isicv"),
    bins: int = 50,
    histlogy: bool = False,
    histlogx: bool = False,
    histmin: float = 0.0,
    density: bool = False,
    includeRate0: bool = False,
    legendLabels: Sequence[str] | None = None,
    xlim: Sequence[float] | None = None,
    popColors: Colors = None,
    statDataIn: Mapping[str, Mapping[str, Any]] | None = None,
    normfit: bool = False,
    histShading: bool = True,
) -> Drawn:
    """A figure of each statistic of cells. The numbers: of plotSpikeStats."""
    wanted = {"include": include, "timeRange": timeRange, "stats": list(stats), "statDataIn": statDataIn}
    data = numbers(results, "plotSpikeStats", **wanted, includeRate0=includeRate0)
    names = [str(item) for item in data["include"]]
    labels = list(legendLabels or names)
    colors = [css(color) for color in _colors(results, names, popColors)]
    options = {"bins": bins, "density": density, "low": histmin, "logs": (histlogx, histlogy)}
    options |= {"fit": normfit, "shading": histShading}
    panels = {}
    for stat, own in data["stats"].items():
        values = [np.asarray(each, float) for each in own["statData"]]
        given = {**options, "ynorms": own["ynormsData"]}
        fig = GRAPHS[graphType](values, labels, colors, stat, given)
        if xlim:
            fig.x_range.start, fig.x_range.end = xlim
        panels[f"spike_{stat}"] = fig
    return panels, data


def _boxes(values: Sequence[Any], labels: list[str], colors: list[str], stat: str, options: Any) -> Any:
    """Median, quartiles, and what lies within 1.5 of their distance."""
    fig = figure(height=400, x_range=labels, y_axis_label=stat)
    for own, label, color in zip(values, labels, colors, strict=True):
        if not len(own):
            fig.scatter([label], [0], alpha=0)  # the place of what has no values
            continue
        low, middle, high = np.percentile(own, [25, 50, 75])
        reach = 1.5 * (high - low)
        inside = own[(own >= low - reach) & (own <= high + reach)]
        fig.segment([label] * 2, [inside.min(), high], [label] * 2, [low, inside.max()], color="#556677")
        fig.vbar(x=[label], width=0.5, top=[high], bottom=[low], color=color, alpha=0.6)
        fig.scatter([label], [middle], marker="dash", size=30, color="black")
        outside = own[(own < low - reach) | (own > high + reach)]
        fig.scatter([label] * len(outside), outside, size=4, color=color)
    return fig


def _histograms(values: Sequence[Any], labels: list[str], colors: list[str], stat: str, options: Any) -> Any:
    kinds = ["log" if log else "linear" for log in options["logs"]]
    y_label = "density" if options["density"] else "cells"
    fig = figure(
        height=400, x_axis_label=stat, y_axis_label=y_label, x_axis_type=kinds[0], y_axis_type=kinds[1]
    )
    every = np.concatenate([np.empty(0), *values])
    every = every[every >= options["low"]]
    edges = np.histogram_bin_edges(every if len(every) else [0, 1], options["bins"])
    bottom = 0.5 if options["logs"][1] else 0
    for own, label, color in zip(values, labels, colors, strict=True):
        counts = np.histogram(own, edges, density=options["density"] and len(own) > 0)[0]
        fig.quad(
            left=edges[:-1], right=edges[1:], bottom=bottom, top=counts, color=color, legend_label=label,
            fill_alpha=0.3 if options["shading"] else 0,
        )  # fmt: skip
        if options["fit"] and (own > 0).sum() > 1:
            share = 1 / np.diff(edges).mean() / len(own) if options["density"] else 1.0
            fig.line(*log_normal(own[own > 0], edges, share), color=color, line_dash="dashed")
    legend(fig)
    return fig


def _scatters(values: Sequence[Any], labels: list[str], colors: list[str], stat: str, options: Any) -> Any:
    fig = figure(height=400, x_axis_label="ynorm", y_axis_label=stat)
    for own, places, label, color in zip(values, options["ynorms"], labels, colors, strict=True):
        fig.scatter(places, own, size=5, color=color, legend_label=label)
    legend(fig)
    return fig


GRAPHS = {"boxplot": _boxes, "histogram": _histograms, "scatter": _scatters}


def lines(
    results: Results,
    curves: Mapping[str, tuple[Any, Any]],
    overlay: bool,
    colors: Colors = None,
    labels: Sequence[str] = (),
    step: str | None = None,
    **axes: Any,
) -> Any:
    """Curves by label in one figure, or one figure for each with a common x axis."""
    names = list(labels) if len(labels) == len(curves) else list(curves)
    figures: list[Any] = []
    for (label, (x, y)), name in zip(curves.items(), names, strict=True):
        if not figures or not overlay:
            shared = {"x_range": figures[0].x_range} if figures else {}
            height = 500 if overlay else 220
            fig = figure(len(x), height, [("", "$name"), ("", "$x, $y")], **axes, **shared)
            figures.append(fig)
        color = css(_colors(results, [label], colors)[0])
        options = {"color": color, "legend_label": name, "name": name}
        draw = figures[-1].line if step is None else figures[-1].step
        draw(np.asarray(x), np.asarray(y), **options, **({"mode": step} if step else {}))
    for fig in figures:
        legend(fig)
    return column(figures)


def _colors(results: Results, labels: Sequence[str], chosen: Colors) -> list[Any]:
    found = of_populations(results.plan, list(labels), chosen or None)
    own = chosen if isinstance(chosen, Mapping) else {}
    return [
        own.get(label, "#333333") if label in GROUPS else color
        for label, color in zip(labels, found, strict=True)
    ]
