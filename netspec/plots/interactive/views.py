"""Raster, traces and connections on one page: cells selected in one of them are selected in all."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from netspec.analysis import spikes
from netspec.analysis.select import select
from netspec.plots.colors import PALETTE, of_populations
from netspec.plots.interactive.page import css, data_source, document, figure, themed
from netspec.results import Results
from netspec.results.curves import curves, populations
from netspec.tables import Ints

MOST_POINTS = 200_000
"""Spikes and connections that a page holds of each kind."""

SELECT = """
// What is selected in one view says which cells are; every other view selects what belongs to these.
// Bokeh calls later, for each change: what this code has set itself is expected, and then left alone.
const expected = window.netspec_expected ??= {}
const own = JSON.stringify(cb_obj.indices)
if (expected[of] === own) { delete expected[of]; return }
const keys = {spikes: ['gid'], connections: ['pre', 'post'], traces: ['gid']}
const gids = new Set()
for (const row of cb_obj.indices) { for (const key of keys[of]) { gids.add(views[of].data[key][row]) } }
for (const [name, source] of Object.entries(views)) {
  if (name === of) { continue }
  const rows = []
  for (let row = 0; row < source.get_length(); row++) {
    if (keys[name].some(key => gids.has(source.data[key][row]))) { rows.push(row) }
  }
  const text = JSON.stringify(rows)
  if (text === JSON.stringify(source.selected.indices)) { continue }
  expected[name] = text
  source.selected.indices = rows
}
const chosen = Array.from(gids).sort((a, b) => a - b)
const shown = chosen.slice(0, 20).join(', ') + (chosen.length > 20 ? ' ...' : '')
said.text = chosen.length ? `${chosen.length} cells selected: gid ${shown}` : said.tags[0]
"""
HINT = "Select spikes, curves or connections (box, lasso or tap) to see the same cells everywhere."


def linked(
    results: Results,
    include: Sequence[Any] = ("allCells",),
    timeRange: Sequence[float] | None = None,
    trace: str | None = None,
    theme: Any = None,
    title: str = "netspec",
) -> str:
    """The HTML of the page. trace: which recorded variable (default: the first one).

    Of more than 200,000 spikes or connections as many are shown, evenly spaced; the page says so.
    """
    from bokeh.layouts import column, row
    from bokeh.models import CustomJS, Div

    data = spikes.raster(results, include, timeRange)
    raster, fired = _raster(results, data)
    matrix, connected = _connections(results, include)
    traces, recorded = _traces(results, trace, data.time_range, raster)
    views = {"spikes": fired, "connections": connected, "traces": recorded}
    said = Div(text=HINT, tags=[HINT], name="said", styles={"font-family": "sans-serif"})
    for name, source in views.items():
        source.name = name
        arguments = {"views": views, "of": name, "said": said}
        source.selected.js_on_change("indices", CustomJS(args=arguments, code=SELECT))
    right = column(raster, traces, sizing_mode="stretch_width")
    page = column(said, row(right, matrix, sizing_mode="stretch_width"), sizing_mode="stretch_width")
    return document([page], title, themed(theme))


def _few(count: int) -> Ints:
    """Rows that are shown of so many."""
    return np.linspace(0, count - 1, min(count, MOST_POINTS)).astype(np.int64)


def _text(shown: int, count: int, what: str) -> str:
    return f"{count:,} {what}" if shown == count else f"{shown:,} of {count:,} {what}"


def _raster(results: Results, data: spikes.Raster) -> tuple[Any, Any]:
    """The figure of spikes and its source: time, row, gid, population, color."""
    rows = _few(len(data.times))
    labels, colors = np.array(data.labels), [css(c) for c in of_populations(results.plan, data.labels)]
    groups = data.groups[rows]
    source = data_source({
        "time": data.times[rows], "row": data.rows[rows], "gid": data.gids[rows],
        "population": labels[groups].tolist() if len(labels) else [],
        "color": [colors[group] for group in groups],
    })  # fmt: skip
    fig = figure(
        len(rows), 380, [("gid", "@gid"), ("population", "@population"), ("time", "@time{0.00} ms")],
        title=_text(len(rows), len(data.times), "spikes"), name="raster", y_axis_label="cell",
        x_range=data.time_range, y_range=(-0.5, max(data.row_count, 1) - 0.5),
    )  # fmt: skip
    fig.scatter("time", "row", source=source, color="color", size=4, nonselection_alpha=0.08)
    _selects(fig)
    return fig, source


def _connections(results: Results, include: Sequence[Any]) -> tuple[Any, Any]:
    """The matrix of connections, a square for each, and its source: pre, post, x, y, weight, color."""
    plan = results.plan
    chosen = select(plan, include).positions
    place = np.full(len(plan.cells), -1)
    place[chosen] = np.arange(len(chosen))
    table = plan.connections
    y, x = (place[plan.cells.positions(table[end])] for end in ("pre", "post"))
    inside = np.flatnonzero((x >= 0) & (y >= 0))
    rows = inside[_few(len(inside))] if len(inside) else inside
    pops = populations(plan, table["pre"][rows]).tolist()
    colors = dict(zip(set(pops), of_populations(plan, list(set(pops))), strict=True))
    source = data_source({
        "pre": table["pre"][rows], "post": table["post"][rows], "x": x[rows], "y": y[rows],
        "weight": table["weight"][rows], "color": [css(colors[pop]) for pop in pops],
    })  # fmt: skip
    size = max(len(chosen), 1)
    fig = figure(
        len(rows), 600, [("pre", "@pre"), ("post", "@post"), ("weight", "@weight uS")],
        title=_text(len(rows), len(inside), "connections"), name="matrix",
        x_range=(-0.5, size - 0.5), y_range=(size - 0.5, -0.5),
        x_axis_label="postsynaptic cell", y_axis_label="presynaptic cell",
    )  # fmt: skip
    side = float(np.clip(400 / size, 2, 16))
    fig.scatter("x", "y", source=source, marker="square", size=side, color="color", nonselection_alpha=0.05)
    _selects(fig)
    return fig, source


def _traces(results: Results, trace: str | None, span: spikes.Range, above: Any) -> tuple[Any, Any]:
    """Curves of one recorded variable, and their source: gid, xs, ys, color."""
    label = trace or next(iter(results.traces), None)
    every = [curve.within(span) for curve in curves(results) if curve.label == label]
    source = data_source({
        "gid": [c.gid for c in every], "key": [c.key for c in every],
        "xs": [c.time for c in every], "ys": [c.values for c in every],
        "color": [PALETTE[n % len(PALETTE)] for n in range(len(every))],
    })  # fmt: skip
    unit = f" [{every[0].unit}]" if every and every[0].unit else ""
    fig = figure(
        sum(len(c.time) for c in every), 260, [("gid", "@gid @key")], name="curves", x_range=above.x_range,
        x_axis_label="time [ms]", y_axis_label=f"{label or 'no traces recorded'}{unit}",
    )  # fmt: skip
    fig.multi_line("xs", "ys", source=source, color="color", line_width=1.5, nonselection_alpha=0.08)
    _selects(fig)
    return fig, source


def _selects(fig: Any) -> None:
    """Dragging selects; a tap does too."""
    from bokeh.models import BoxSelectTool, TapTool

    tap = TapTool()
    fig.add_tools(tap)
    fig.toolbar.active_drag = next(tool for tool in fig.tools if isinstance(tool, BoxSelectTool))
    fig.toolbar.active_tap = tap
