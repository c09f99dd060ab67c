"""Traces, connections, places of cells and concentrations in the browser."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from netspec.analysis import spikes
from netspec.analysis.lists import listed
from netspec.analysis.select import select
from netspec.errors import Problem, SpecError, StateError, did_you_mean
from netspec.plots.colors import PALETTE, of_populations
from netspec.plots.interactive.page import Drawn, figure, image, interactive, legend, numbers
from netspec.plots.interactive.spikes import Colors, _column, _source, css
from netspec.plots.matrix import NAMES
from netspec.plots.traces import NOTHING
from netspec.results.curves import Curve, curves, populations

if TYPE_CHECKING:
    from netspec.results import Results

MOST_FIELDS = 40_000
"""Fields of a matrix that can be pointed at one by one."""


@interactive("iplotTraces")
def traces(
    results: "Results",
    *,
    include: Sequence[Any] | None = None,
    timeRange: Sequence[float] | None = None,
    overlay: bool = False,
    oneFigPer: Literal["cell", "trace", "popTrace"] = "cell",
    colors: Sequence[Any] | None = None,
    ylim: Sequence[float] | None = None,
    axis: str = "on",
    ylabel: str | None = None,
    linkAxes: bool = False,
    rerun: bool = False,
) -> Drawn:
    """Recorded traces, a page for each cell or trace. linkAxes: y axes too. The numbers: of plotTraces.

    rerun: as of plotTraces.
    """
    span = spikes.whole(results, timeRange)
    chosen = None
    if include is not None:
        chosen = set(results.plan.cells.gids[select(results.plan, include).positions].tolist())
    pages: dict[str, list[Curve]] = {}
    for curve in sorted(curves(results), key=lambda curve: curve.gid):
        if chosen is None or curve.gid in chosen:
            pages.setdefault(_figure_of(results, curve, oneFigPer), []).append(curve)
    if not pages:
        raise StateError(f"{NOTHING}.")
    style = {"overlay": overlay, "ylim": ylim, "ylabel": ylabel, "linked": linkAxes, "axis": axis}
    end = "_overlay" if overlay else ""
    panels = {
        f"itraces{page}{end}": _traces(own, span, colors or PALETTE, style) for page, own in pages.items()
    }
    every = [{"t": c.time, f"cell_{c.gid}_{_name(c)}": c.values} for own in pages.values() for c in own]
    return panels, {"tracesData": every, "include": include, "timeRange": list(span)}


def _name(curve: Curve) -> str:
    return f"{curve.label} {curve.key}".strip()


def _figure_of(results: "Results", curve: Curve, layout: str) -> str:
    """What NetPyNE calls the figure of a curve."""
    match layout:
        case "cell":
            return f"_gid_{curve.gid}"
        case "trace":
            return f"_trace_{curve.label}"
        case "popTrace":
            return f"_trace_{curve.label}_{populations(results.plan, [curve.gid])[0]}"
    known = ("cell", "trace", "popTrace")
    raise SpecError([Problem("oneFigPer", f"there is no {layout!r}. {did_you_mean(layout, known)}")])


def _traces(own: Sequence[Curve], span: spikes.Range, colors: Sequence[Any], style: Mapping[str, Any]) -> Any:
    """Curves in one figure (overlay) or one below the other with a common time axis."""
    figures: list[Any] = []
    for position, curve in enumerate(own):
        name = f"{_name(curve)} of cell {curve.gid}"
        if not figures or not style["overlay"]:
            shared = {"x_range": figures[0].x_range if figures else span}
            if style["linked"] and figures:
                shared["y_range"] = figures[0].y_range
            elif style["ylim"]:
                shared["y_range"] = tuple(style["ylim"])
            label = style["ylabel"] or curve.label + (f" [{curve.unit}]" if curve.unit else "")
            height = 500 if style["overlay"] or len(own) == 1 else 250
            tips = [("", "$name"), ("time", "$x{0.00} ms"), ("value", "$y")]
            title = None if style["overlay"] else name
            axes = {"x_axis_label": "time [ms]", "y_axis_label": label, "title": title}
            figures.append(figure(len(curve.time), height, tips, **axes, **shared))
            figures[-1].axis.visible = style["axis"] not in (False, "off")
        inside = (curve.time >= span[0]) & (curve.time <= span[1])
        line = {"color": css(colors[position % len(colors)]), "legend_label": name, "name": name}
        figures[-1].line(curve.time[inside], curve.values[inside], **line)
    for fig in figures:
        legend(fig, style["overlay"])
    return _column(figures)


@interactive("iplotConn", needs="plotConn")
def conn(
    results: "Results",
    *,
    includePre: Sequence[Any] = ("all",),
    includePost: Sequence[Any] = ("all",),
    feature: str = "strength",
    orderBy: str = "gid",
    groupBy: str = "pop",
    groupByIntervalPre: float | None = None,
    groupByIntervalPost: float | None = None,
    removeWeightNorm: bool = False,
    graphType: Literal["matrix", "bar"] = "matrix",
    synOrConn: Literal["syn", "conn"] = "syn",
    synMech: str | Sequence[str] | None = None,
    connsFile: str | None = None,
    tagsFile: str | None = None,
    clim: Sequence[float] | None = None,
) -> Drawn:
    """Connections between groups as a matrix or as bars. The numbers: of plotConn."""
    data = numbers(
        results, "plotConn", includePre=includePre, includePost=includePost, feature=feature, orderBy=orderBy,
        groupBy=groupBy, groupByIntervalPre=groupByIntervalPre, groupByIntervalPost=groupByIntervalPost,
        graphType=graphType, synOrConn=synOrConn, synMech=synMech, removeWeightNorm=removeWeightNorm,
        connsFile=connsFile, tagsFile=tagsFile,
    )  # fmt: skip
    label = str(NAMES.get(data["feature"], data["feature"]))
    pre, post, values = data["pre"], data["post"], np.asarray(data["connMatrix"], float)
    if graphType == "bar":
        fig = _bars(values, pre, post, of_populations(results.plan, pre), label)
    else:
        fig = _matrix(values, pre, post, label, clim)
    return {f"iconn_{groupBy}_{data['feature']}_{graphType}_{orderBy}": fig}, data


def _bars(values: Any, pre: Sequence[str], post: Sequence[str], colors: Sequence[Any], label: str) -> Any:
    fig = figure(x_range=list(post), y_axis_label=label, tips=[("presynaptic", "$name"), ("", "@$name")])
    columns = {"post": list(post), **{name: np.nan_to_num(values[row]) for row, name in enumerate(pre)}}
    shown = [css(color) for color in colors]
    fig.vbar_stack(
        list(pre), x="post", width=0.8, color=shown, source=_source(columns), legend_label=list(pre)
    )
    legend(fig)
    return fig


def _matrix(values: Any, pre: Sequence[str], post: Sequence[str], label: str, clim: Any) -> Any:
    """Rows from above are presynaptic. Of a small matrix each field says its groups and value."""
    rows, columns = values.shape
    tips = [("pre", "@pre"), ("post", "@post"), (label, "@value")] if values.size <= MOST_FIELDS else []
    fig = figure(
        height=600, tips=tips, x_range=(-0.5, columns - 0.5), y_range=(rows - 0.5, -0.5),
        x_axis_label="postsynaptic", y_axis_label="presynaptic",
    )  # fmt: skip
    found = image(fig, values, (-0.5, columns - 0.5), (-0.5, rows - 0.5), label)
    if clim:
        found.glyph.color_mapper.low, found.glyph.color_mapper.high = clim
    for axis, names in ((fig.xaxis[0], post), (fig.yaxis[0], pre)):
        if len(names) <= 60:
            axis.ticker = list(range(len(names)))
            axis.major_label_overrides = dict(enumerate(names))
    if values.size <= MOST_FIELDS:
        y, x = np.indices(values.shape).reshape(2, -1)
        fields = {"x": x, "y": y, "pre": np.array(pre)[y], "post": np.array(post)[x], "value": values.ravel()}
        fields = {name: own.tolist() if own.dtype.kind == "U" else own for name, own in fields.items()}
        fig.rect("x", "y", 1, 1, source=_source(fields), fill_alpha=0, line_alpha=0)
    return fig


@interactive("iplot2Dnet", needs="plot2Dnet", data=True)
def net(
    results: "Results",
    *,
    include: Sequence[Any] = ("allCells",),
    view: Literal["xy", "xz"] = "xy",
    showConns: bool = True,
    popColors: Colors = None,
    tagsFile: str | None = None,
) -> Drawn:
    """Cells from one side. The numbers: posX, posY [um] (cells,), posXpre ... posYpost (connections,)."""
    data = numbers(results, "plot2Dnet", include=include, view=view, tagsFile=tagsFile)
    x, y, pairs = (np.asarray(data[name]) for name in ("posX", "posY", "pairs"))
    plan = listed(tags_file=tagsFile) if tagsFile else results.plan
    chosen = select(plan, include).positions
    codes, gids = plan.cells.table["population"][chosen], plan.cells.gids[chosen]
    axes = {"x_axis_label": f"{view[0]} [um]", "y_axis_label": f"{view[1]} [um]", "match_aspect": True}
    tips = [("gid", "@gid"), ("population", "$name"), ("", "@x{0.0}, @y{0.0} um")]
    fig = figure(len(pairs), 700, tips, **axes)
    fig.y_range.flipped = view == "xy"  # y is depth
    ends = {f"pos{axis}{end}": own[pairs[:, side]] for axis, own in (("X", x), ("Y", y))
            for side, end in enumerate(("pre", "post"))}  # fmt: skip
    if showConns and len(pairs):
        fig.segment(
            ends["posXpre"], ends["posYpre"], ends["posXpost"], ends["posYpost"], color="#556677", alpha=0.35
        )
    dots = []
    for code in np.unique(codes):
        name, here = plan.cells.populations[code].label, codes == code
        columns = {"x": x[here], "y": y[here], "gid": gids[here]}
        color = css(of_populations(plan, [name], popColors)[0])
        style = {"size": 7, "color": color, "legend_label": name, "name": name}
        dots.append(fig.scatter("x", "y", source=_source(columns), **style))
    fig.hover.renderers = dots
    legend(fig)
    return {"i2Dnet_": fig}, {"include": list(include), "posX": x, "posY": y, **ends}


@interactive("iplotRxDConcentration", needs="plotRxDConcentration", data=True)
def concentration(
    results: "Results",
    *,
    speciesLabel: str,
    regionLabel: str,
    plane: Literal["xy", "xz"] = "xy",
    states: Any = None,
) -> Drawn:
    """A concentration [mM] in space, the mean across the plane. The numbers: of plotRxDConcentration."""
    given: dict[str, Any] = {"speciesLabel": speciesLabel, "regionLabel": regionLabel, "plane": plane}
    given["states"] = states
    data = numbers(results, "plotRxDConcentration", **given)
    box = results.plan.model.spec.network.rxd.regions[regionLabel]
    x, y = ((float(getattr(box, f"{axis}lo")), float(getattr(box, f"{axis}hi"))) for axis in plane)
    axes: dict[str, Any] = {"x_axis_label": f"{plane[0]} [um]", "y_axis_label": f"{plane[1]} [um]"}
    fig = figure(height=600, match_aspect=True, **axes)
    image(fig, np.asarray(data["data"], float).T, x, y, f"[{speciesLabel}] [mM]")
    return {"RxD_concentration": fig}, data
