"""Cells with their branches, seen from any side, coloured by a variable of their segments."""

import warnings
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from netspec.analysis.geometry import Pieces, points_at, segments_at, segments_of
from netspec.analysis.select import select
from netspec.errors import NetspecWarning, Problem, SpecError
from netspec.plan import Plan
from netspec.plots.canvas import Axes
from netspec.plots.colors import of_populations
from netspec.plots.lines import round_below
from netspec.plots.registry import plot
from netspec.results import Results
from netspec.tables import Floats

VARIABLES = {
    "numSyns": "synapses per segment",
    "weightNorm": "weight factor / smallest",
    "voltage": "voltage [mV]",
}
"""What cvar may be, and the label of its colours."""
UNKNOWN = "0.8"
"""Colour of segments without a value."""


@plot("plotShape", "shape")
def plot_shape(
    results: Results,
    ax: Axes,
    *,
    includePre: Sequence[Any] = ("all",),
    includePost: Sequence[Any] = ("all",),
    showSyns: bool = False,
    showElectrodes: bool | Sequence[Any] = False,
    synStyle: str = ".",
    synSize: float = 3,
    synColor: Any = "red",
    dist: float = 0.6,
    elev: float = 90,
    azim: float = -90,
    cvar: Literal["numSyns", "weightNorm", "voltage"] | None = None,
    cvals: Sequence[float] | None = None,
    clim: Sequence[float] | None = None,
    iv: bool = False,
    ivprops: Any = None,
    includeAxon: bool = True,
    bkgColor: Any = None,
    aspect: str | float = "auto",
    axisLabels: bool = False,
    kind: str = "shape",
    legend: bool = True,
) -> dict[str, Any]:
    """Shapes of the cells in includePost. The numbers: cvals of their segments, in order, and the segments.

    elev, azim: where they are seen from [degrees]; 90 and -90: x to the right and y, against depth, upwards.
    cvar: colour by synapses from includePre, by weightNorm, or by the last recorded voltage. cvals: these
    values themselves. dist and kind are NetPyNE's and have no effect, nor has iv.
    """
    if iv or ivprops:
        message = "plotShape: InterViews windows are not drawn (iv, ivprops); this is matplotlib's picture."
        warnings.warn(NetspecWarning(message), stacklevel=2)
    from matplotlib.ticker import MaxNLocator

    plan = results.plan
    pieces = segments_of(plan, plan.cells.gids[select(plan, includePost, "includePost").positions])
    if not includeAxon:
        axons = np.array(["axon" in name for name in pieces.names] or [False])
        pieces = pieces.take(~axons[pieces.section])
    values = _given(pieces, cvals) if cvals is not None else _values(results, pieces, cvar, includePre)
    frame = seen_from(elev, azim)
    colors = None if values is not None else _of_cells(plan, pieces)
    shapes(pieces, ax, frame, values, clim, colors)
    if values is not None:
        ticks = MaxNLocator(integer=True) if cvar == "numSyns" else None
        label = VARIABLES.get(cvar or "", "")
        ax.figure.colorbar(ax.collections[0], ax=ax, label=label, shrink=0.6, ticks=ticks)
    elif legend:
        _legend(plan, pieces, ax)
    if showSyns:
        points = points_at(pieces, *_contacts(plan, pieces, includePre)) @ frame
        ax.plot(*points.T, synStyle, markersize=synSize, color=synColor, linestyle="none", zorder=3)
    if showElectrodes is not False and showElectrodes is not None:
        _electrodes(plan, ax, frame, showElectrodes)
    _framed(ax, frame, "equal" if aspect == "auto" else aspect, axisLabels, bkgColor)
    first = np.flatnonzero(np.diff(pieces.of_segment, prepend=-1))
    segments = [(int(pieces.gid[k]), pieces.names[pieces.section[k]], int(pieces.segment[k])) for k in first]
    return {"cvals": None if values is None else values, "segments": segments, "cvar": cvar}


def seen_from(elev: float, azim: float) -> Floats:
    """What places (n, 3) are multiplied by to be seen from there: (3, 2), to the right and upwards."""
    up, around = np.radians([elev, azim])
    towards = np.array([np.cos(up) * np.cos(around), np.cos(up) * np.sin(around), np.sin(up)])
    right = np.array([-np.sin(around), np.cos(around), 0.0])
    return np.stack([right, np.cross(towards, right)], axis=1)


def shapes(
    pieces: Pieces,
    ax: Axes,
    frame: Floats,
    values: Floats | None = None,
    clim: Sequence[float] | None = None,
    colors: Sequence[Any] | None = None,
) -> Axes:
    """All pieces as one collection, as wide as they are. values: of segments; or colors: of pieces."""
    from matplotlib.collections import PolyCollection

    outlines = outline(pieces.ends @ frame, pieces.diam, pieces.ends)
    drawn = PolyCollection(list(outlines), linewidths=0.6, snap=False, rasterized=len(pieces) > 20_000)
    if values is None:
        drawn.set_color(list(colors) if colors is not None else "black")
    else:
        import matplotlib as mpl

        drawn.set_array(np.ma.masked_invalid(values[pieces.of_segment]))
        drawn.set_cmap(mpl.colormaps["viridis"].with_extremes(bad=UNKNOWN))
        drawn.set_edgecolor("face")
        low, high = clim or (np.nanmin(values), np.nanmax(values))
        drawn.set_clim(low, high if high > low else low + 1)
    ax.add_collection(drawn)
    return ax


def outline(flat: Floats, diam: Floats, ends: Floats) -> Floats:
    """Corners of cylinders as they are seen: (n, 4, 2). flat: ends on the picture (n, 2, 2), ends: (n, 2, 3).

    Those that point at the viewer are seen as squares.
    """
    along = flat[:, 1] - flat[:, 0]
    seen = np.linalg.norm(along, axis=1)
    length = np.linalg.norm(ends[:, 1] - ends[:, 0], axis=1)
    ahead = np.divide(along, seen[:, None], out=np.tile([1.0, 0.0], (len(along), 1)), where=seen[:, None] > 0)
    tilt = np.divide(seen, length, out=np.ones(len(seen)), where=length > 0)
    over = ahead * (0.5 * diam * np.sqrt(np.clip(1 - tilt**2, 0, 1)))[:, None]
    side = np.stack([-ahead[:, 1], ahead[:, 0]], axis=1) * (0.5 * diam)[:, None]
    first, last = flat[:, 0] - over, flat[:, 1] + over
    return np.stack([first + side, last + side, last - side, first - side], axis=1)


def _given(pieces: Pieces, cvals: Sequence[float]) -> Floats:
    values, segments = np.asarray(cvals, float), _count(pieces)
    if len(values) != segments:
        raise SpecError([Problem("cvals", f"has {len(values)} values for {segments} segments.")])
    return values


def _values(results: Results, pieces: Pieces, cvar: str | None, include_pre: Sequence[Any]) -> Floats | None:
    """Values of all segments, nan where there is none."""
    match cvar:
        case "numSyns":
            number = segments_at(pieces, *_contacts(results.plan, pieces, include_pre))
            return np.bincount(number[number >= 0], minlength=_count(pieces)).astype(float)
        case "weightNorm":
            return _norms(results.plan, pieces)
        case "voltage":
            return _voltages(results, pieces)
    return None


def _count(pieces: Pieces) -> int:
    """Number of segments."""
    return int(pieces.of_segment[-1]) + 1 if len(pieces) else 0


def _contacts(plan: Plan, pieces: Pieces, include_pre: Sequence[Any]) -> tuple[Any, Any, Floats]:
    """Cell, section (number in pieces.names) and location of synapses from some cells, (n,) each."""
    table, cells = plan.connections, plan.cells
    chosen = cells.gids[select(plan, include_pre, "includePre").positions]
    rows = np.isin(table["pre"], chosen) & np.isin(table["post"], np.unique(pieces.gid))
    rows &= table["section"] >= 0
    known = {name: number for number, name in enumerate(pieces.names)}
    number = np.array([known.get(name, -1) for name in plan.model.sections.names] or [-1])
    return table["post"][rows], number[table["section"][rows]], table["location"][rows]


def _norms(plan: Plan, pieces: Pieces) -> Floats:
    """WeightNorm of all segments, as multiples of the smallest."""
    codes = plan.cells.table["template"][plan.cells.positions(pieces.gid)]
    found = np.full(_count(pieces), np.nan)
    for code in np.unique(codes):
        for number, name in enumerate(pieces.names):
            section = plan.templates[code].sections.get(name)
            if section is not None and section.weight_norm is not None:
                rows = np.flatnonzero((codes == code) & (pieces.section == number))
                norm = np.asarray(section.weight_norm, float)
                found[pieces.of_segment[rows]] = norm[pieces.segment[rows]]
    return found / np.nanmin(found) if np.isfinite(found).any() else found


def _voltages(results: Results, pieces: Pieces) -> Floats:
    """Last samples of the traces that are membrane potentials."""
    found = np.full(_count(pieces), np.nan)
    for block in results.plan.recordings.traces:
        traces = results.traces.get(block.label, {})
        if block.kind == "segment" and block.variable == "v" and block.section in pieces.names:
            ends = [(gid, trace[-1]) for gid, trace in traces.items() if isinstance(trace, np.ndarray)]
            gids, last = np.array(ends, float).reshape(-1, 2).T
            section = np.full(len(ends), pieces.names.index(block.section))
            number = segments_at(pieces, gids, section, np.full(len(ends), block.location))
            found[number[number >= 0]] = last[number >= 0]
    if not np.isfinite(found).any():
        message = "'voltage' needs cvals, or recordTraces of 'v' in sections of these cells."
        raise SpecError([Problem("cvar", message)])
    return found


def _of_cells(plan: Plan, pieces: Pieces) -> list[Any]:
    """The colour of its population for each piece."""
    codes = plan.cells.table["population"][plan.cells.positions(pieces.gid)]
    colors = of_populations(plan, [population.label for population in plan.cells.populations])
    return [colors[code] for code in codes]


def _legend(plan: Plan, pieces: Pieces, ax: Axes) -> None:
    """Names of several populations beside the picture."""
    from matplotlib.patches import Patch

    codes = np.unique(plan.cells.table["population"][plan.cells.positions(np.unique(pieces.gid))])
    names = [plan.cells.populations[code].label for code in codes]
    if len(names) > 1:
        pairs = zip(names, of_populations(plan, names), strict=True)
        handles = [Patch(color=color, label=name) for name, color in pairs]
        ax.legend(handles=handles, loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False)


def _electrodes(plan: Plan, ax: Axes, frame: Floats, chosen: bool | Sequence[Any]) -> None:
    """Contacts of recordLFP with their numbers. There y is depth."""
    places = np.asarray(plan.model.spec.simulation.record_lfp, float).reshape(-1, 3) * [1, -1, 1]
    size = 0.7 * float(ax.xaxis.label.get_fontsize())
    wanted = (
        range(len(places)) if isinstance(chosen, bool) else [k for k in chosen if k not in ("avg", "all")]
    )
    for number in wanted:
        if not 0 <= int(number) < len(places):
            message = f"there is no electrode {number}; recordLFP has {len(places)}."
            raise SpecError([Problem("showElectrodes", message)])
        x, y = places[int(number)] @ frame
        ax.plot([x], [y], "v", markersize=size, color="0.5", markeredgecolor="black", zorder=4)
        ax.annotate(f" {number}", (x, y), xytext=(4, 0), textcoords="offset points", va="center", zorder=5)


def _framed(ax: Axes, frame: Floats, aspect: Any, labels: bool, background: Any) -> None:
    ax.autoscale_view()
    ax.set_aspect(aspect, adjustable="datalim")
    if background is not None:
        ax.set_facecolor(background)
    if labels:
        names = [_direction(column) for column in frame.T]
        ax.set(xlabel=f"{names[0]} [um]", ylabel=f"{names[1]} [um]")
        return
    ax.set(xticks=[], yticks=[])
    for side in ax.spines.values():
        side.set_visible(background is not None)
    _scale_bar(ax)


def _direction(column: Floats) -> str:
    """Name of an axis of the picture, if it is one of space."""
    axis = int(np.argmax(np.abs(column)))
    return "xyz"[axis] if abs(column[axis]) > 0.99 else "across" if abs(column[2]) < 0.5 else "up"


def _scale_bar(ax: Axes) -> None:
    """A bar of a round length in a corner."""
    from matplotlib.offsetbox import AnchoredOffsetbox, AuxTransformBox, TextArea, VPacker
    from matplotlib.patches import Rectangle

    low, high = ax.get_xlim()
    length = round_below(0.2 * abs(high - low))
    bar = AuxTransformBox(ax.transData)
    bar.add_artist(Rectangle((0, 0), length, 0, edgecolor="black", linewidth=2, facecolor="none"))
    box = VPacker(children=[bar, TextArea(f"{length:g} um")], align="center", pad=0, sep=3)
    ax.add_artist(AnchoredOffsetbox("lower left", child=box, frameon=False, pad=0.3))
