"""Traces, connections, places of cells and concentrations in the browser."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np

from netspec.analysis import spikes
from netspec.analysis.lists import listed
from netspec.analysis.registry import takes
from netspec.analysis.select import select
from netspec.errors import StateError
from netspec.plots.colors import PALETTE, of_populations
from netspec.plots.interactive.page import (
    Colors,
    Drawn,
    column,
    css,
    data_source,
    figure,
    image,
    interactive,
    legend,
    numbers,
)
from netspec.plots.matrix import NAMES, plot_conn
from netspec.plots.traces import NOTHING, as_numbers, by_figure
from netspec.results import Results
from netspec.results.curves import Curve

MOST_FIELDS = 40_000
"""Fields of a matrix that can be pointed at one by one."""


@interactive("iplotTraces")
def traces(
    results: Results,
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
    pages = by_figure(results, include, oneFigPer, span)
    if not pages:
        raise StateError(f"{NOTHING}.")
    style = {"overlay": overlay, "ylim": ylim, "ylabel": ylabel, "linked": linkAxes, "axis": axis}
    end = "_overlay" if overlay else ""
    panels = {
        f"itraces{page}{end}": _traces(own, span, colors or PALETTE, style) for page, own in pages.items()
    }
    return panels, {"tracesData": as_numbers(pages), "include": include, "timeRange": list(span)}


def _traces(own: Sequence[Curve], span: spikes.Range, colors: Sequence[Any], style: Mapping[str, Any]) -> Any:
    """Curves in one figure (overlay) or one below the other with a common time axis."""
    figures: list[Any] = []
    for position, curve in enumerate(own):
        name = f"{curve.name} of cell {curve.gid}"
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
        line = {"color": css(colors[position % len(colors)]), "legend_label": name, "name": name}
        figures[-1].line(curve.time, curve.values, **line)
    for fig in figures:
        legend(fig, style["overlay"])
    return column(figures)


@interactive("iplotConn", needs="plotConn")
@takes(
    plot_conn,
    "includePre includePost feature orderBy groupBy groupByIntervalPre groupByIntervalPost "
    "removeWeightNorm graphType synOrConn synMech connsFile tagsFile clim",
)
def conn(results: Results, **given: Any) -> Drawn:
    """Connections between groups as a matrix or as bars. The numbers: of plotConn."""
    clim, graph, data = given.pop("clim"), given["graphType"], numbers(results, "plotConn", **given)
    label = str(NAMES.get(data["feature"], data["feature"]))
    pre, post, values = data["pre"], data["post"], np.asarray(data["connMatrix"], float)
    if graph == "bar":
        fig = _bars(values, pre, post, of_populations(results.plan, pre), label)
    else:
        fig = _matrix(values, pre, post, label, clim)
    return {f"iconn_{given['groupBy']}_{data['feature']}_{graph}_{given['orderBy']}": fig}, data


def _bars(values: Any, pre: Sequence[str], post: Sequence[str], colors: Sequence[Any], label: str) -> Any:
    fig = figure(x_range=list(post), y_axis_label=label, tips=[("presynaptic", "$name"), ("", "@$name")])
    columns = {"post": list(post), **{name: np.nan_to_num(values[row]) for row, name in enumerate(pre)}}
    shown = [css(color) for color in colors]
    fig.vbar_stack(
        list(pre), x="post", width=0.8, color=shown, source=data_source(columns), legend_label=list(pre)
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
        fig.rect("x", "y", 1, 1, source=data_source(fields), fill_alpha=0, line_alpha=0)
    return fig


@interactive("iplot2Dnet", needs="plot2Dnet", data=True)
def net(
    results: Results,
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
        dots.append(fig.scatter("x", "y", source=data_source(columns), **style))
    fig.hover.renderers = dots
    legend(fig)
    return {"i2Dnet_": fig}, {"include": list(include), "posX": x, "posY": y, **ends}


@interactive("iplotRxDConcentration", needs="plotRxDConcentration", data=True)
def concentration(
    results: Results,
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
