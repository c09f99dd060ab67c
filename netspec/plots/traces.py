"""Recorded traces: a figure per cell, per trace, or per trace and population."""

import warnings
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any, Literal

import numpy as np

from netspec.analysis import spikes
from netspec.analysis.select import select
from netspec.errors import NetspecWarning
from netspec.plots.canvas import Axes, Canvas
from netspec.plots.colors import PALETTE
from netspec.plots.lines import number, round_below
from netspec.plots.registry import plot
from netspec.results import Results
from netspec.results.curves import Curve, curves, populations

NOTHING = "no trace of these cells was recorded; cfg.recordTraces and cfg.recordCells say what is"
Layout = Literal["cell", "trace", "popTrace"]


@plot("plotTraces", "traces", several=True)
def plot_traces(
    results: Results,
    canvas: Canvas,
    *,
    include: Sequence[Any] | None = None,
    timeRange: Sequence[float] | None = None,
    oneFigPer: Layout = "cell",
    overlay: bool = False,
    subtitles: bool = True,
    colors: Sequence[Any] | None = None,
    ylim: Sequence[float] | None = None,
    legend: bool = True,
    scaleBarLoc: int | str = 1,
    rerun: bool = False,
) -> dict[str, Any]:
    """Traces of the cells in `include` (default: all recorded). The numbers: time [ms] and values of each.

    scaleBarLoc: where in axes without a frame (`axis` False) scale bars are, as `loc` of legends. rerun: with
    NetPyNE's verbs, simulate again with traces of these cells.
    """
    span = spikes.whole(results, timeRange)
    figures = by_figure(results, include, oneFigPer, span)
    if not figures:
        warnings.warn(NetspecWarning(f"plotTraces: {NOTHING}."), stacklevel=2)
    for name, own in figures.items():
        axes = np.atleast_1d(canvas.axes(name, rows=1 if overlay else len(own)))
        for row, curve in enumerate(own):
            ax, title = axes[0 if overlay else row], f"{curve.name} of cell {curve.gid}"
            color = (colors or PALETTE)[row % len(colors or PALETTE)]
            ax.plot(curve.time, curve.values, color=color, linewidth=1.2, label=title)
            if subtitles and not overlay:
                ax.set_title(title, fontsize="small")
            ax.set(ylabel=curve.title, xlim=span, **({"ylim": ylim} if ylim else {}))
        if canvas.hidden:
            for ax, curve in zip(axes, own, strict=False):
                scale_bars(ax, span, curve.unit or f"({curve.name})", scaleBarLoc)
        if overlay and legend and len(own) < 20:
            axes[0].legend(frameon=False)
        axes[-1].set_xlabel("time [ms]")
    return {"tracesData": as_numbers(figures), "include": include, "timeRange": list(span)}


def by_figure(
    results: Results, include: Sequence[Any] | None, layout: Layout, span: spikes.Range
) -> dict[str, list[Curve]]:
    """The curves of each figure within a time range, cell by cell, by the name that NetPyNE gives it."""
    wanted = None
    if include is not None:
        wanted = set(results.plan.cells.gids[select(results.plan, include).positions].tolist())
    figures: dict[str, list[Curve]] = {}
    for curve in sorted(curves(results), key=lambda curve: (curve.gid, curve.label)):
        if wanted is None or curve.gid in wanted:
            name = f"_gid_{curve.gid}" if layout == "cell" else f"_trace_{curve.label}"
            if layout == "popTrace":
                name += f"_{populations(results.plan, [curve.gid])[0]}"
            figures.setdefault(name, []).append(curve.within(span))
    return figures


def as_numbers(figures: Mapping[str, Sequence[Curve]]) -> list[dict[str, Any]]:
    """Time [ms] and values of each curve, by NetPyNE's names."""
    every = sorted(chain(*figures.values()), key=lambda curve: curve.gid)
    return [{"t": curve.time, f"cell_{curve.gid}_{curve.name}": curve.values} for curve in every]


LEFT, LOW = (2, 3, "upper left", "lower left"), (3, 4, "lower left", "lower right")
"""Values of scaleBarLoc; all others are right or high."""


def scale_bars(ax: Axes, span: spikes.Range, unit: str, place: int | str = 1) -> None:
    """A bar for time [ms] and one for what is recorded, in a corner of axes without a frame."""
    low, high = ax.get_ylim()
    wide, tall = round_below((span[1] - span[0]) / 10), round_below((high - low) / 4)
    x = span[0] if place in LEFT else span[1] - wide
    y = low - 0.1 * (high - low) if place in LOW else high
    ax.plot([x, x, x + wide], [y + tall, y, y], color="black", linewidth=2, clip_on=False)
    style: dict[str, Any] = {"textcoords": "offset points", "fontsize": "small", "annotation_clip": False}
    ax.annotate(f"{number(wide)} ms", (x, y), (0, -4), va="top", **style)
    ax.annotate(f"{number(tall)} {unit}", (x, y + tall / 2), (-4, 0), ha="right", va="center", **style)
