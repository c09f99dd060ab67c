"""The report of a simulation: what is in the page, and that the model in it can be taken out."""

import base64
import json
import re
from dataclasses import replace

import numpy as np
import pytest

from netspec import native, plots, target
from netspec.errors import FileError
from netspec.formats import page
from netspec.plots import page_data, page_figures, page_tables
from netspec.results import Results
from netspec.session import loading
from netspec.signals.recorded import Signal, counted
from netspec.tables import Table

EVIL = "</script><script>alert(1)</script>"
NET = {
    "sizeX": 200,
    "cellParams": {"cell": {"secs": {"soma": {"geom": {"L": 20, "diam": 20}, "mechs": {"hh": {}}}}}},
    "popParams": {"E": {"cellType": "cell", "numCells": 30}, EVIL: {"cellType": "cell", "numCells": 10}},
    "synMechParams": {"exc": {"mod": "Exp2Syn", "tau1": 0.5, "tau2": 3, "e": 0}},
    "stimSourceParams": {"noise": {"type": "NetStim", "rate": 100, "noise": 1}},
    "stimTargetParams": {
        "noise->E": {"source": "noise", "conds": {"pop": "E"}, "synMech": "exc", "weight": 0.1}
    },
    "connParams": {
        "E->all": {
            "preConds": {"pop": "E"},
            "postConds": {"pop": ["E", EVIL]},
            "probability": "0.4 * exp(-dist_3D / 100)",
            "weight": 0.01,
            "delay": "uniform(1, 5)",
            "synMech": "exc",
        }
    },
}
CFG = {"duration": 300.0, "filename": "folder/small"}


@pytest.fixture(scope="module")
def results():
    plan = native.plan(NET, CFG)
    times = np.arange(0.5, 300, 0.5)
    spikes = Table({"time": times, "gid": np.arange(len(times)) * 7 % 40})
    time = np.arange(0, 300, 0.1)
    traces = {"V": {0: np.sin(time), 3: np.cos(time)}, "g": {0: {"soma_0.5": time}}}
    known = {
        "versions": {"netspec": "1"},
        "ranks": 3,
        "phases": {"runTime": 1.5},
        "mechanisms": {"K": "ab12"},
    }
    options = native.named(CFG)
    return Results(plan, spikes, time, traces, net_params=NET, sim_config=options, provenance=known)


@pytest.fixture(scope="module")
def text(results, tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "new folder" / "small.html"
    assert plots.report(results, path) == str(path)
    return path.read_text()


def test_model_is_taken_out_and_planned_again(results, text, tmp_path):
    path = tmp_path / "r.html"
    path.write_text(text)
    found = target.dictionaries(target.find(path))
    again = native.plan(found.net_params.todict(), found.sim_config.todict())
    assert again.cells.table == results.plan.cells.table
    assert again.connections == results.plan.connections
    assert len(again.connections) > 50
    assert [block.rows for block in again.inputs] == [block.rows for block in results.plan.inputs]


def test_labels_cannot_end_an_element(text):
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert" in text
    assert text.count("</script>") == 3


def test_page_needs_no_network(text):
    links = re.findall(r'(?:src|href)="([^"]*)"', text)
    assert [link for link in links if not link.startswith(("#", "data:"))] == []
    assert not re.search(r"@import|url\((?!#)", text)


def test_sections_have_the_counts(results, text):
    contacts = f"{len(results.plan.connections):,}"
    assert f"<dd>{contacts}</dd>" in text
    assert f'<td align="right">{contacts}</td>' in text
    assert "probability 0.4 * exp(-dist_3D / 100)" in text
    assert "1.5 s on 3 ranks" in text
    assert "ab12" in text
    assert text.count("<figure>") == 5


def test_spikes_of_the_raster_are_those_of_the_results(results):
    data = page_data.raster(results)
    times = np.frombuffer(base64.b64decode(data["times"]), "<f4")
    rows = np.frombuffer(base64.b64decode(data["rows"]), "<u4")
    gids = np.frombuffer(base64.b64decode(data["gids"]), "<i4")
    np.testing.assert_allclose(times, results.spikes["time"], rtol=1e-6)
    assert gids[rows].tolist() == results.spikes["gid"].tolist()


def test_very_many_spikes_are_those_of_every_other_cell(results, monkeypatch):
    monkeypatch.setattr(page_data, "MOST_SPIKES", 300)
    data = page_data.raster(results)
    rows = np.frombuffer(base64.b64decode(data["rows"]), "<u4")
    gids = np.frombuffer(base64.b64decode(data["gids"]), "<i4")
    assert data["step"] == 2
    assert gids.tolist() == list(range(0, 40, 2))
    assert gids[rows].tolist() == [gid for gid in results.spikes["gid"].tolist() if gid % 2 == 0]


def test_long_traces_keep_their_extremes():
    values = np.random.default_rng(1).normal(size=50_000)
    time, kept = page_data.thinned(np.arange(50_000.0), values)
    assert len(kept) <= 20_000
    assert (kept.min(), kept.max()) == (values.min(), values.max())
    assert (np.diff(time) > 0).all()
    assert (values[time.astype(int)] == kept).all()


def test_activity_has_the_numbers_of_each_population(results):
    cells = re.findall(r"<td[^>]*>(.*?)</td>", page_tables.activity(results))
    label, size, number, rate, active, irregular, together = cells[:7]
    own = results.spikes["gid"] < 30
    assert (label, size, number) == ("E", "30", str(own.sum()))
    assert float(rate) == pytest.approx(own.sum() / 30 / 0.3, rel=1e-3)
    assert (active, irregular) == ("100", "0")  # a spike of each cell every 20 ms
    counts = [
        np.histogram(results.spikes["time"][results.spikes["gid"] == gid], 60, (0, 300))[0]
        for gid in range(30)
    ]
    assert float(together) == pytest.approx(
        np.mean(counts, axis=0).var() / np.var(counts, axis=1).mean(), rel=1e-3
    )


def test_empty_results_say_what_they_lack(results, tmp_path):
    bare = {"popParams": {"trains": {"cellModel": "NetStim", "numCells": 2}}}
    made = Results(native.plan(bare, {"duration": 10}))
    content = (tmp_path / "r.html", plots.report(made, tmp_path / "r.html"))[0].read_text()
    for words in ("No spikes", "no connections", "No traces", "No fields", "do not hold the dictionaries"):
        assert words in content, words
    with pytest.raises(FileError, match="with its model in it"):
        page.load(tmp_path / "r.html")


def test_share_of_a_rank_is_not_taken_for_the_whole(results):
    cells = replace(results.plan.cells, owned=np.arange(0, 40, 4))
    part = replace(results, plan=replace(results.plan, cells=cells))
    assert "Only the connections and stimuli of 10 of 40 cells" in page_tables.model(part)
    assert "Only the" not in page_tables.model(results)


def test_files_that_are_no_reports(tmp_path):
    (tmp_path / "other.html").write_text("<html></html>")
    with pytest.raises(FileError, match=r"other\.html: no report"):
        loading.params(tmp_path / "other.html")
    (tmp_path / "cut.html").write_text(f'<script type="application/json" id="{page.MODEL}">{{"net"</script>')
    with pytest.raises(FileError, match="not whole"):
        loading.params(tmp_path / "cut.html")


def test_nan_and_infinity_do_not_break_the_page(results, tmp_path):
    odd = replace(results, traces={"V": {0: np.full(3000, np.nan)}})
    plots.report(odd, tmp_path / "r.html")
    found = re.search(r'id="netspec-data">(.*?)</script>', (tmp_path / "r.html").read_text(), re.DOTALL)
    json.loads(found[1], parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))


def test_fields_have_a_figure_each(results):
    time = np.arange(0, 50, 0.1)
    waves = np.stack([np.sin(time / 3 + depth) for depth in range(4)], axis=1)
    lfp = Signal(time, "mV", 1e-9, counted(waves, 1e-9))
    own = Signal(time, "nA", 1e-9, counted(waves[:, :1], 1e-9))
    simulation = replace(results.plan.model.spec.simulation, record_lfp=[[0, y, 0] for y in range(0, 80, 20)])
    spec = replace(results.plan.model.spec, simulation=simulation)
    plan = replace(results.plan, model=replace(results.plan.model, spec=spec))
    made = list(page_figures.fields(replace(results, plan=plan, signals={"LFP": lfp, "<b>": own})))
    captions = [re.search("<figcaption>(.*?)</figcaption>", figure)[1] for figure in made]
    assert captions[0].startswith("LFP, each less its mean")
    assert captions[1].startswith("Current source density")
    assert captions[2].startswith("&lt;b&gt;, each less its mean")
    uneven = replace(plan.model.spec.simulation, record_lfp=[[0, y, 0] for y in (0, 20, 50, 90)])
    spec = replace(spec, simulation=uneven)
    plan = replace(plan, model=replace(plan.model, spec=spec))
    assert [bool(f) for f in page_figures.fields(replace(results, plan=plan, signals={"LFP": lfp}))] == [
        True,
        False,
    ]


def test_a_clock_has_no_spectrum(results):
    everyone = np.tile(np.arange(40), 60)
    clock = Table({"time": np.repeat(np.arange(2.5, 300, 5), 40), "gid": everyone})
    assert page_figures.svg(replace(results, spikes=clock), page_figures.spectrum) == ""
    assert "<svg" in page_figures.svg(replace(results, spikes=clock), page_figures.rates)
