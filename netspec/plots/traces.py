"""Recorded traces: a figure per cell, per trace, or per trace and population."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from netspec.analysis import spikes
from netspec.analysis.select import select
from netspec.errors import Problem, SpecError, did_you_mean
from netspec.plots.canvas import Canvas
from netspec.plots.colors import PALETTE
from netspec.plots.lines import number, round_below
from netspec.plots.registry import plot

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from netspec.results import Results

LAYOUTS = ("cell", "trace", "popTrace")
Curve = tuple[int, str, NDArray[np.float64], NDArray[np.float64]]
"""gid, name, time [ms] and values of one recorded variable."""


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
    curves = list(_curves(results, _gids(results, include), span))
    for name, own in _figures(results, curves, oneFigPer).items():
        axes = np.atleast_1d(canvas.axes(name, rows=1 if overlay else len(own)))
        for row, (gid, label, time, values) in enumerate(own):
            ax = axes[0 if overlay else row]
            color = (colors or PALETTE)[row % len(colors or PALETTE)]
            ax.plot(time, values, color=color, linewidth=1.2, label=f"{label} of cell {gid}")
            if subtitles and not overlay:
                ax.set_title(f"{label} of cell {gid}", fontsize="small")
            ax.set(ylabel=label, xlim=span, **({"ylim": ylim} if ylim else {}))
        if canvas.hidden:
            for ax, (_, label, _, _) in zip(axes, own, strict=False):
                scale_bars(ax, span, label, scaleBarLoc)
        if overlay and legend and len(own) < 20:
            axes[0].legend(frameon=False)
        axes[-1].set_xlabel("time [ms]")
    data = [{"t": time, f"cell_{gid}_{label}": values} for gid, label, time, values in curves]
    return {"tracesData": data, "include": include, "timeRange": list(span)}


LEFT, LOW = (2, 3, "upper left", "lower left"), (3, 4, "lower left", "lower right")
"""Values of scaleBarLoc; all others are right or high."""


def scale_bars(ax: "Axes", span: spikes.Range, label: str, place: int | str = 1) -> None:
    """A bar for time [ms] and one for what is recorded, in a corner of axes without a frame."""
    low, high = ax.get_ylim()
    wide, tall = round_below((span[1] - span[0]) / 10), round_below((high - low) / 4)
    x = span[0] if place in LEFT else span[1] - wide
    y = low - 0.1 * (high - low) if place in LOW else high
    ax.plot([x, x, x + wide], [y + tall, y, y], color="black", linewidth=2, clip_on=False)
    style: dict[str, Any] = {"textcoords": "offset points", "fontsize": "small", "annotation_clip": False}
    ax.annotate(f"{number(wide)} ms", (x, y), (0, -4), va="top", **style)
    ax.annotate(f"{number(tall)} ({label})", (x, y + tall / 2), (-4, 0), ha="right", va="center", **style)


def _gids(results: "Results", include: Sequence[Any] | None) -> list[int]:
    if include is None:
        return sorted({gid for cells in results.traces.values() for gid in cells})
    positions = select(results.plan, include).positions
    gids: list[int] = results.plan.cells.gids[positions].tolist()
    return gids


def _curves(results: "Results", gids: Sequence[int], span: spikes.Range) -> Iterator[Curve]:
    """Every curve of the given cells, cell by cell; a trace of several synapses has one curve for each."""
    labels = sorted(results.traces)
    for gid in gids:
        for label in labels:
            found = results.traces[label].get(gid)
            if found is None:
                continue
            parts = found if isinstance(found, dict) else {"": found}
            for key, values in parts.items():
                time, shown = _within(results, np.asarray(values, float), span)
                yield gid, f"{label} {key}".strip(), time, shown


def _within(
    results: "Results", values: NDArray[np.float64], span: spikes.Range
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    duration = float(results.plan.model.spec.simulation.duration)
    recorded = results.time
    known = recorded is not None and len(recorded) == len(values)
    time = np.asarray(recorded, float) if known else np.linspace(0, duration, len(values))
    inside = (time >= span[0]) & (time <= span[1])
    return time[inside], values[inside]


def _figures(results: "Results", curves: Sequence[Curve], layout: str) -> dict[str, list[Curve]]:
    """Curves of each figure, by the name that NetPyNE gives it."""
    cells = results.plan.cells
    figures: dict[str, list[Curve]] = {}
    for curve in curves:
        gid, label = curve[:2]
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
