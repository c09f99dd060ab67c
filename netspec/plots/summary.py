"""The whole of a simulation in one figure, made of the pictures' own functions."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from netspec.analysis import connectivity, rates, spikes
from netspec.extras import needed
from netspec.plots.canvas import Axes, Figure
from netspec.plots.colors import legend, of_populations
from netspec.plots.histogram import curves
from netspec.plots.lines import by_depth, stacked
from netspec.plots.matrix import matrix
from netspec.plots.raster import raster
from netspec.plots.spike_stats import boxes, statistic
from netspec.results import Results
from netspec.tables import Floats

MOST_CURVES = 6
HEIGHTS = {"raster": 3.0, "rates": 1.2, "traces": 1.4, "fields": 1.6}
SMOOTHED = 100
"""A part of the time range: the width of the kernel of rates."""


def overview(
    results: Results, time_range: Sequence[float] | None = None, size: Sequence[float] = (11, 8)
) -> Figure:
    """Raster, rates, traces and LFP (where they were recorded), connections, rates of cells. size [in]."""
    font = {"font.size": float(np.clip(size[0], 6, 10))}
    with needed("matplotlib", "A picture", "plot").rc_context(font):
        return _composed(results, spikes.whole(results, time_range), size)


def _composed(results: Results, span: spikes.Range, size: Sequence[float]) -> Figure:
    recorded = {"traces": bool(_traced(results)), "fields": "LFP" in results.signals}
    shown = ["raster", *(name for name, there in recorded.items() if there), "rates"]
    figure: Figure = needed("matplotlib.figure", "A picture", "plot").Figure(size, layout="constrained")
    left, right = figure.subfigures(1, 2, squeeze=False, width_ratios=(1.9, 1))[0]
    axes = np.atleast_1d(
        left.subplots(len(shown), 1, sharex=True, height_ratios=[HEIGHTS[name] for name in shown])
    )
    panels = dict(zip(shown, axes, strict=True))
    data = spikes.raster(results, ["allCells"], span)
    colors = of_populations(results.plan, data.labels)
    _activity(data, panels["raster"], panels["rates"], colors)
    if "traces" in panels:
        _traces(results, panels["traces"], span)
    if "fields" in panels:
        _fields(results, panels["fields"], span)
    for ax in axes:
        ax.set(xlabel="time [ms]" if ax is axes[-1] else "", xlim=span)
    above, below = right.subplots(2, 1)
    _connections(results, above)
    rate = statistic(data, "rate", every=True)
    codes = results.plan.cells.table["population"][results.plan.cells.positions(data.cells)]
    boxes([rate[codes == code] for code in np.unique(codes)], data.labels, below, colors)
    below.set_xlabel("rate of cells [Hz]")
    return figure


def _activity(data: spikes.Raster, above: Axes, below: Axes, colors: Sequence[Any]) -> None:
    names = [f"{label}  {hz:.3g} Hz" for label, hz in zip(data.labels, data.rates(), strict=True)]
    raster(data, above, colors, names)
    legend(above, names, colors)
    width = (data.time_range[1] - data.time_range[0]) / SMOOTHED
    found = [
        rates.smoothed(data.times[data.groups == group], data.time_range, width, width / 4, cells=int(size))
        for group, size in enumerate(data.sizes)
    ]
    if found:
        curves(found[0][0], np.array([own for _, own in found]), below, colors)
    below.set(ylabel="rate [Hz]", ylim=(0, None))


def _traced(results: Results) -> dict[int, Floats]:
    """Traces of the first variable by gid, those of all populations first."""
    cells = next(iter(results.traces.values()), {})
    known = {gid: np.asarray(own) for gid, own in cells.items() if not isinstance(own, Mapping)}
    gids = np.array([gid for gid, own in known.items() if len(own) == len(results.time)], np.int64)
    table = results.plan.cells
    index, population = (table.table[name][table.positions(gids)] for name in ("index", "population"))
    ordered = gids[np.lexsort([population, index])][:MOST_CURVES]
    return {gid: known[gid] for gid in ordered.tolist()}


def _traces(results: Results, ax: Axes, span: spikes.Range) -> None:
    """Each trace around its mean, in the colour of its cell's population."""
    found, table = _traced(results), results.plan.cells
    codes = table.table["population"][table.positions(list(found))]
    of = [table.populations[code].label for code in codes]
    inside = (results.time >= span[0]) & (results.time <= span[1])
    centred = [own[inside] - own[inside].mean() for own in found.values()]
    names = [f"{name} {gid}" for name, gid in zip(of, found, strict=True)]
    colors = of_populations(results.plan, of)
    variable = next(iter(results.traces))
    unit = "mV" if variable.lower().startswith("v") else ""
    stacked(results.time[inside], centred, names, ax, colors=colors, unit=unit, separation=1.2)
    ax.set_title(f"{variable}, less its mean", fontsize="small", loc="left")


def _fields(results: Results, ax: Axes, span: spikes.Range) -> None:
    signal = results.signals["LFP"]
    inside = (signal.time >= span[0]) & (signal.time <= span[1])
    values = signal.values[inside]
    sites = np.unique(np.linspace(0, values.shape[1] - 1, MOST_CURVES).astype(int))
    names = [str(site) for site in sites]
    curves_of = [values[:, site] - values[:, site].mean() for site in sites]
    stacked(signal.time[inside], curves_of, names, ax, colors=by_depth(names), unit=signal.unit)
    ax.set_title("LFP at electrodes", fontsize="small", loc="left")


def _connections(results: Results, ax: Axes) -> None:
    values, pre, post = connectivity.matrix(results.plan, ["allCells"], ["allCells"], "probability")
    matrix(values, ax, pre.labels, post.labels)
    for text in list(ax.texts):  # numbers do not fit here
        text.remove()
    figure: Any = ax.figure
    figure.colorbar(ax.images[0], ax=ax, label="probability", shrink=0.8)
