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
from netspec.plots.registry import plot

if TYPE_CHECKING:
    from netspec.results import Results

LAYOUTS = ("cell", "trace", "popTrace")
Curve = tuple[int, str, NDArray[np.float64], NDArray[np.float64]]
"""gid, name, time [ms] and values of one recorded variable."""


@plot("plotTraces", "traces", several=True, not_yet=("rerun", "scaleBarLoc"))
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
) -> dict[str, Any]:
    """Traces of the cells in `include` (default: all recorded). The numbers: time [ms] and values of each."""
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
        if overlay and legend and len(own) < 20:
            axes[0].legend(frameon=False)
        axes[-1].set_xlabel("time [ms]")
    data = [{"t": time, f"cell_{gid}_{label}": values} for gid, label, time, values in curves]
    return {"tracesData": data, "include": include, "timeRange": list(span)}


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
