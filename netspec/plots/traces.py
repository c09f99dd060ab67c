"""Recorded traces: a figure per cell, per trace, or per trace and population."""

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from netspec.analysis import spikes
from netspec.analysis.select import select
from netspec.errors import NetspecWarning, Problem, SpecError, did_you_mean
from netspec.plots.canvas import Canvas
from netspec.plots.colors import PALETTE
from netspec.plots.lines import number, round_below
from netspec.plots.registry import plot
from netspec.results.curves import Curve, curves

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from netspec.results import Results

NOTHING = "no trace of these cells was recorded; cfg.recordTraces and cfg.recordCells say what is"
LAYOUTS = ("cell", "trace", "popTrace")


@plot("plotTraces", "traces", several=True)
def plot_traces(
    results: "Results",
    canvas: Canvas,
    *,
    include: Sequence[Any] | None = None,
    timeRange: Sequence[float] | None = None,
    oneFigPer: str = "cell",
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
    if oneFigPer not in LAYOUTS:
        raise SpecError(
            [Problem("oneFigPer", f"there is no {oneFigPer!r}. {did_you_mean(oneFigPer, LAYOUTS)}")]
        )
    span = spikes.whole(results, timeRange)
    shown = list(_curves(results, _gids(results, include), span))
    if not shown:
        warnings.warn(NetspecWarning(f"plotTraces: {NOTHING}."), stacklevel=2)
    for name, own in _figures(results, shown, oneFigPer).items():
        axes = np.atleast_1d(canvas.axes(name, rows=1 if overlay else len(own)))
        for row, curve in enumerate(own):
            ax, label = axes[0 if overlay else row], f"{_name(curve)} of cell {curve.gid}"
            color = (colors or PALETTE)[row % len(colors or PALETTE)]
            ax.plot(curve.time, curve.values, color=color, linewidth=1.2, label=label)
            if subtitles and not overlay:
                ax.set_title(label, fontsize="small")
            ax.set(ylabel=_label(curve), xlim=span, **({"ylim": ylim} if ylim else {}))
        if canvas.hidden:
            for ax, curve in zip(axes, own, strict=False):
                scale_bars(ax, span, curve.unit or f"({_name(curve)})", scaleBarLoc)
        if overlay and legend and len(own) < 20:
            axes[0].legend(frameon=False)
        axes[-1].set_xlabel("time [ms]")
    data = [{"t": curve.time, f"cell_{curve.gid}_{_name(curve)}": curve.values} for curve in shown]
    return {"tracesData": data, "include": include, "timeRange": list(span)}


LEFT, LOW = (2, 3, "upper left", "lower left"), (3, 4, "lower left", "lower right")
"""Values of scaleBarLoc; all others are right or high."""


def scale_bars(ax: "Axes", span: spikes.Range, unit: str, place: int | str = 1) -> None:
    """A bar for time [ms] and one for what is recorded, in a corner of axes without a frame."""
    low, high = ax.get_ylim()
    wide, tall = round_below((span[1] - span[0]) / 10), round_below((high - low) / 4)
    x = span[0] if place in LEFT else span[1] - wide
    y = low - 0.1 * (high - low) if place in LOW else high
    ax.plot([x, x, x + wide], [y + tall, y, y], color="black", linewidth=2, clip_on=False)
    style: dict[str, Any] = {"textcoords": "offset points", "fontsize": "small", "annotation_clip": False}
    ax.annotate(f"{number(wide)} ms", (x, y), (0, -4), va="top", **style)
    ax.annotate(f"{number(tall)} {unit}", (x, y + tall / 2), (-4, 0), ha="right", va="center", **style)


def _gids(results: "Results", include: Sequence[Any] | None) -> list[int]:
    if include is None:
        return sorted({gid for cells in results.traces.values() for gid in cells})
    positions = select(results.plan, include).positions
    gids: list[int] = results.plan.cells.gids[positions].tolist()
    return gids


def _curves(results: "Results", gids: Sequence[int], span: spikes.Range) -> Iterator[Curve]:
    """Every curve of the given cells in the range, cell by cell; a trace of several synapses has several."""
    place = {gid: number for number, gid in enumerate(gids)}
    own = [curve for curve in curves(results) if curve.gid in place]
    for curve in sorted(own, key=lambda curve: (place[curve.gid], curve.label)):
        inside = (curve.time >= span[0]) & (curve.time <= span[1])
        yield replace(curve, time=curve.time[inside], values=curve.values[inside])


def _label(curve: Curve) -> str:
    return _name(curve) + (f" [{curve.unit}]" if curve.unit else "")


def _name(curve: Curve) -> str:
    return f"{curve.label} {curve.key}".strip()


def _figures(results: "Results", shown: Sequence[Curve], layout: str) -> dict[str, list[Curve]]:
    """Curves of each figure, by the name that NetPyNE gives it."""
    cells = results.plan.cells
    figures: dict[str, list[Curve]] = {}
    for curve in shown:
        gid, label = curve.gid, _name(curve)
        match layout:
            case "cell":
                name = f"_gid_{gid}"
            case "trace":
                name = f"_trace_{label}"
            case _:
                code = cells.table["population"][cells.positions([gid])[0]]
                name = f"_trace_{label}_{cells.populations[code].label}"
        figures.setdefault(name, []).append(curve)
    return figures
