"""Pages of bokeh in a browser: no error, no network, and a selection is the same cells in every view."""

import numpy as np
import pytest

from netspec import native, plots
from netspec.results import Results
from netspec.tables import Table

pytest.importorskip("bokeh")

NET = {
    "cellParams": {"cell": {"secs": {"soma": {"geom": {"L": 20, "diam": 20}}}}},
    "popParams": {"E": {"cellType": "cell", "numCells": 16}, "I": {"cellType": "cell", "numCells": 4}},
    "synMechParams": {"exc": {"mod": "ExpSyn"}},
    "connParams": {
        "E->I": {"preConds": {"pop": "E"}, "postConds": {"pop": "I"}, "synMech": "exc", "probability": 0.5}
    },
}
CFG = {"duration": 100, "filename": "small", "recordTraces": {"V": {"sec": "soma", "var": "v"}}}
READY = "window.Bokeh && Bokeh.documents.length && Bokeh.documents[0].is_idle"
VIEWS = """() => {
  const found = {}
  for (const name of ['spikes', 'connections', 'traces']) {
    const source = Bokeh.documents[0].get_model_by_name(name)
    const column = key => source.selected.indices.map(row => source.data[key][row])
    found[name] = name === 'connections' ? {pre: column('pre'), post: column('post')} : {gid: column('gid')}
  }
  return {...found, said: Bokeh.documents[0].get_model_by_name('said').text}
}"""


@pytest.fixture(scope="module")
def results():
    generator = np.random.default_rng(1)
    time = np.arange(0, 100, 0.5)
    spikes = Table({"time": np.sort(generator.uniform(0, 100, 300)), "gid": generator.integers(0, 20, 300)})
    traces = {"V": {gid: np.sin(time / (gid + 5)) for gid in (0, 1, 2, 17)}}
    return Results(native.plan(NET, CFG), spikes, time, traces, net_params=NET, sim_config=CFG)


def frame(page, name):
    """Where the frame of a figure is in the window: left, top, width, height."""
    return page.evaluate(
        """name => {
          const model = Bokeh.documents[0].get_model_by_name(name)
          const box = Bokeh.index.find_one_by_id(model.id).el.getBoundingClientRect()
          const {left, top, width, height} = Bokeh.index.find_one_by_id(model.id).frame.bbox
          return [box.left + left, box.top + top, width, height]
        }""",
        name,
    )


def drag(page, name, start, end):
    """Drag over a figure, between two places as shares of its width and height from above."""
    left, top, width, height = frame(page, name)
    ends = [(left + x * width, top + y * height) for x, y in (start, end)]
    page.mouse.move(*ends[0])
    page.mouse.down()
    page.mouse.move(*ends[1], steps=8)
    page.mouse.up()
    page.wait_for_timeout(200)


@pytest.fixture
def linked(browser, visit, results, tmp_path):
    path = tmp_path / "linked.html"
    path.write_text(plots.linked(results), encoding="utf-8")
    with visit(browser, path) as page:
        page.wait_for_function(READY)
        page.wait_for_timeout(200)
        yield page


def test_nothing_is_selected_at_first(linked):
    views = linked.evaluate(VIEWS)
    assert [views["spikes"]["gid"], views["traces"]["gid"]] == [[], []]
    assert "Select spikes" in views["said"]


def test_cells_selected_in_the_raster_are_selected_in_matrix_and_traces(linked, results):
    drag(linked, "raster", (0.01, 0.99), (0.99, 0.855))  # the three lowest rows
    views = linked.evaluate(VIEWS)
    assert set(views["spikes"]["gid"]) == {0, 1, 2}
    assert set(views["traces"]["gid"]) == {0, 1, 2}
    table = results.plan.connections
    expected = np.isin(table["pre"], [0, 1, 2])
    assert views["connections"]["pre"] == table["pre"][expected].tolist()
    assert views["said"].startswith("3 cells selected: gid 0, 1, 2")


def test_connections_select_the_cells_at_both_ends(linked, results):
    drag(linked, "matrix", (0.0, 0.0), (1.0, 0.05))  # the row of cell 0
    views = linked.evaluate(VIEWS)
    table = results.plan.connections
    posts = set(table["post"][table["pre"] == 0].tolist())
    assert posts
    assert set(views["connections"]["pre"]) == {0}
    assert set(views["spikes"]["gid"]) == {0, *posts}
    assert set(views["traces"]["gid"]) == {0, *posts} & {0, 1, 2, 17}


def test_a_curve_selects_its_cell(linked):
    linked.evaluate("() => { Bokeh.documents[0].get_model_by_name('traces').selected.indices = [3] }")
    linked.wait_for_timeout(200)
    views = linked.evaluate(VIEWS)
    assert set(views["spikes"]["gid"]) == {17}
    assert set(views["connections"]["post"]) == {17}
    linked.evaluate("() => { Bokeh.documents[0].get_model_by_name('traces').selected.indices = [] }")
    linked.wait_for_timeout(200)
    assert linked.evaluate(VIEWS)["spikes"]["gid"] == []


@pytest.mark.parametrize("name", ["iplotRaster", "iplotSpikeHist", "iplotTraces", "iplotConn", "iplot2Dnet"])
def test_page_is_drawn_and_can_be_zoomed(browser, visit, results, tmp_path, name):
    path = tmp_path / "page.html"
    made = plots.measured(results, name, title="page")
    path.write_text(made if isinstance(made, str) else made[0], encoding="utf-8")
    with visit(browser, path) as page:
        page.wait_for_function(READY)
        page.wait_for_timeout(200)
        figure = "() => Bokeh.documents[0].roots()[0]"
        first = f"({figure})().x_range ?? ({figure})().children[0].x_range"
        before = page.evaluate(f"() => {{ const r = {first}; return r.end - r.start }}")
        box = page.locator(".bk-Figure, .bk-Plot").first.bounding_box()
        for place, act in (((0.3, 0.3), "down"), ((0.6, 0.6), "up")):
            page.mouse.move(box["x"] + place[0] * box["width"], box["y"] + place[1] * box["height"], steps=5)
            getattr(page.mouse, act)()
        page.wait_for_timeout(300)
        after = page.evaluate(f"() => {{ const r = {first}; return r.end - r.start }}")
        assert 0 < after < 0.6 * before
