"""The report in a browser: no error, no network, zoom and selection, every width."""

import json

import numpy as np
import pytest

from netspec import native, plots
from netspec.results import Results
from netspec.tables import Table

NET = {
    "cellParams": {"cell": {"secs": {"soma": {"geom": {"L": 20, "diam": 20}}}}},
    "popParams": {"E": {"cellType": "cell", "numCells": 30}, "<i>I": {"cellType": "cell", "numCells": 10}},
    "synMechParams": {"exc": {"mod": "ExpSyn"}},
    "connParams": {
        "E->I": {"preConds": {"pop": "E"}, "postConds": {"pop": "<i>I"}, "synMech": "exc", "probability": 0.5}
    },
}
CFG = {"duration": 1000, "filename": "small"}


@pytest.fixture(scope="module")
def results():
    generator = np.random.default_rng(1)
    times = np.sort(generator.uniform(0, 1000, 2000))
    time = np.arange(0, 1000, 0.5)
    traces = {"V": {gid: np.sin(time / (gid + 5)) for gid in (0, 1, 2, 31)}, "g": {0: time}}
    spikes = Table({"time": times, "gid": generator.integers(0, 40, 2000)})
    return Results(native.plan(NET, CFG), spikes, time, traces, net_params=NET, sim_config=CFG)


@pytest.fixture(scope="module")
def report(results, tmp_path_factory):
    path = tmp_path_factory.mktemp("report") / "small.html"
    plots.report(results, path)
    return path


def state(page):
    return page.evaluate("JSON.parse(JSON.stringify(netspecReport))")


def drag(page, canvas, start, end):
    """Drag between two places of a canvas, as shares of its width and height."""
    page.locator(canvas).scroll_into_view_if_needed()
    box = page.locator(canvas).bounding_box()
    at = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in (start, end)]
    page.mouse.move(*at[0])
    page.mouse.down()
    page.mouse.move(*at[1], steps=3)
    page.mouse.up()


@pytest.mark.parametrize("width", [375, 768, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_page_fits_every_width(browser, visit, report, width, scheme):
    with visit(browser, report, width, scheme) as page:
        assert page.evaluate("document.documentElement.scrollWidth") == width
        assert page.locator("canvas").count() == 3
        for canvas in page.locator("canvas").all():
            box = canvas.bounding_box()
            assert box["width"] > 0.6 * min(width, 500)
            assert box["x"] + box["width"] <= width


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pictures_are_drawn(browser, visit, report, scheme):
    with visit(browser, report, scheme=scheme) as page:
        colors = page.evaluate("""['raster', 'traces', 'matrix'].map((id) => {
            const canvas = document.getElementById(id);
            const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
            return new Set(new Uint32Array(data.buffer)).size; })""")
        assert min(colors) > 20
        assert page.locator("figure svg").count() == 5
        ink = page.evaluate("getComputedStyle(document.querySelector('figure svg text')).fill")
        assert ink == page.evaluate("getComputedStyle(document.body).color")


def test_zoom_and_back(browser, visit, report):
    with visit(browser, report) as page:
        assert state(page)["shown"] == 2000
        drag(page, "#raster", (0.4, 0.3), (0.6, 0.5))
        zoomed = state(page)
        start, stop = zoomed["time"]
        assert 250 < start < stop < 700
        assert zoomed["rows"][1] - zoomed["rows"][0] < 20
        assert 0 < zoomed["shown"] < 400
        page.click("#raster-out")
        assert state(page)["time"][1] - state(page)["time"][0] == pytest.approx(2 * (stop - start))
        page.focus("#raster")
        page.keyboard.press("ArrowRight")
        assert state(page)["time"][0] > start - (stop - start) / 2
        page.dblclick("#raster")
        assert state(page)["time"] == [0, 1000]
        assert state(page)["rows"] == [0, 40]


def test_selection_counts_spikes(browser, visit, report, results):
    with visit(browser, report) as page:
        page.click("#raster-select")
        drag(page, "#raster", (0.3, 0.2), (0.7, 0.6))
        chosen = state(page)["selection"]
        (start, stop), (first, last) = chosen["time"], chosen["rows"]
        times, gids = results.spikes["time"], results.spikes["gid"]
        inside = (times >= start) & (times <= stop) & (gids >= first) & (gids < last)
        assert chosen["spikes"] == inside.sum() > 100
        assert chosen["gids"] == sorted(set(gids[inside].tolist()))
        assert chosen["rate"] == pytest.approx(inside.sum() / (last - first) / (stop - start) * 1000)
        assert f"{inside.sum()} spikes" in page.inner_text("#raster-readout")
        assert state(page)["time"] == [0, 1000]


def test_cells_selected_in_the_raster_are_shown_as_traces(browser, visit, report):
    with visit(browser, report) as page:
        page.click("#raster-select")
        drag(page, "#raster", (0.2, 0.02), (0.9, 0.25))  # the upper rows are I
        assert state(page)["traces"]["shown"] == ["<i>I 31"]
        page.click("#traces-cells button >> nth=0")
        assert state(page)["traces"]["shown"] == ["<i>I 31", "E 0"]
        page.select_option("#traces-variable", "g")
        assert state(page)["traces"] == {"variable": "g", "shown": ["E 0"]}
        page.hover("#traces")
        assert "E 0" in page.inner_text("#traces-readout")


def test_matrix_tells_what_is_under_the_pointer(browser, visit, report, results):
    with visit(browser, report) as page:
        page.locator("#matrix").scroll_into_view_if_needed()
        box = page.locator("#matrix").bounding_box()
        page.mouse.move(box["x"] + 0.85 * box["width"], box["y"] + 0.3 * box["height"])
        said = page.inner_text("#matrix-readout")
        assert f"E to <i>I: {len(results.plan.connections)}" in said
        page.select_option("#matrix-feature", "probability")
        page.mouse.move(box["x"] + 0.86 * box["width"], box["y"] + 0.3 * box["height"])
        assert f"{len(results.plan.connections) / 300:.4g}" in page.inner_text("#matrix-readout")
        page.mouse.click(box["x"] + 0.85 * box["width"], box["y"] + 0.3 * box["height"])
        assert state(page)["front"] == ["E", "<i>I"]


def test_model_can_be_saved(browser, visit, report, tmp_path):
    with visit(browser, report) as page:
        with page.expect_download() as download:
            page.click("#download")
        assert download.value.suggested_filename == "small_model.json"
        download.value.save_as(tmp_path / "model.json")
    assert json.loads((tmp_path / "model.json").read_text())["net"]["params"] == NET


def test_empty_report_opens(browser, visit, tmp_path):
    bare = {"popParams": {"trains": {"cellModel": "NetStim", "numCells": 2}}}
    plots.report(Results(native.plan(bare, {"duration": 10})), tmp_path / "bare.html")
    with visit(browser, tmp_path / "bare.html") as page:
        assert "No spikes were recorded." in page.inner_text("#activity")
