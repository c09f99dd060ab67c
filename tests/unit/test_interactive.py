"""Pages for the browser under NetPyNE's names: numbers, files, themes, wrong arguments."""

import inspect
import json
import re
import sys

import numpy as np
import pytest
import small_results

import netspec
from netspec import plots
from netspec.analysis.registry import MEASURES
from netspec.errors import NetspecError, SpecError
from netspec.plots.interactive import fields, network, page, spikes, views
from netspec.results import Results
from netspec.results.curves import curves
from netspec.signals.recorded import Signal, counted
from netspec.spec.known_analysis import KNOWN_ANALYSIS

Legend = pytest.importorskip("bokeh.models").Legend

NAMES = sorted(name for name in MEASURES if name.startswith("iplot"))


@pytest.fixture
def results(tmp_path):
    """Five cells with spikes, traces, two dipoles of HNN [fAm] and a moment."""
    found = small_results.results(filename=str(tmp_path / "out"))
    time = np.arange(0, 20.05, 0.1)
    found.signals = {
        f"HNN:{label}": Signal(time, "fAm", 1.0, counted(np.full((201, 1), value), 1.0))
        for label, value in (("L2", 3.0), ("L5", 5.0))
    }
    found.times, found.sim_config = {}, {}
    return found


def models(html):
    """The models of bokeh in a page, by kind."""
    (text,) = re.findall(r'<script type="application/json"[^>]*>(.*?)</script>', html, re.DOTALL)
    found: dict[str, list] = {}

    def walk(item):
        if isinstance(item, dict):
            if item.get("type") == "object":
                found.setdefault(item["name"], []).append(item.get("attributes", {}))
            for part in item.values():
                walk(part)
        elif isinstance(item, list):
            for part in item:
                walk(part)

    walk(json.loads(text))
    return found


@pytest.mark.parametrize(
    "name", [name for name in NAMES if name not in ("iplotLFP", "iplotRxDConcentration", "iplotGranger")]
)
def test_page_has_everything_in_it(results, name):
    made = plots.measured(results, name)
    html = made if isinstance(made, str) else made[0]
    assert "Bokeh.safely" in html
    assert not re.search(r"<(script|link)[^>]*(src|href)=", html)
    assert "Plot" in models(html) or "Figure" in models(html)


@pytest.mark.parametrize("name", NAMES)
def test_arguments_are_netpynes(name):
    own = MEASURES[name]
    assert not own.arguments - KNOWN_ANALYSIS[name] - {"title", "states"}


def test_raster_gives_the_numbers_of_the_picture(results):
    html, data = plots.measured(results, "iplotRaster", include=["allCells"], popRates=True, spikeHist=True)
    _, drawn = plots.draw(results, "plotRaster")
    assert data["spkts"] == drawn["spkTimes"].tolist()
    assert data["spkinds"] == drawn["spkInds"].tolist()
    assert data["timeRange"] == [0, 20]
    assert "E (50 Hz)" in html
    assert "spikes per bin" in html


def test_orders_and_names_files_as_netpyne_does(results, tmp_path):
    expected = {
        "iplotRaster": ({"orderBy": "y"}, ["out_iraster_y.html"]),
        "iplotSpikeHist": ({}, ["out_ispikeHist.html"]),
        "iplotTraces": ({}, ["out_itraces_gid_0.html", "out_itraces_gid_3.html"]),
        "iplotConn": ({}, ["out_iconn_pop_strength_matrix_gid.html"]),
        "iplot2Dnet": ({}, ["out_i2Dnet_.html"]),
        "iplotDipole": ({}, ["out_idipole.html"]),
    }
    for name, (arguments, files) in expected.items():
        plots.measured(results, name, saveFig=True, **arguments)
        assert sorted(path.name for path in tmp_path.glob("*.html")) == files
        for path in tmp_path.glob("*.html"):
            path.unlink()


def test_file_has_the_name_that_is_given(results, tmp_path):
    plots.measured(results, "iplotTraces", saveFig=str(tmp_path / "mine"), oneFigPer="trace", overlay=True)
    assert {path.name for path in tmp_path.iterdir()} == {
        "mine_itraces_trace_V_overlay.html",
        "mine_itraces_trace_g_overlay.html",
    }


def test_numbers_are_saved(results, tmp_path):
    plots.measured(results, "iplotRaster", saveData=str(tmp_path / "raster.json"))
    assert json.loads((tmp_path / "raster.json").read_text())["spkGids"] == [0, 1, 3, 0, 3, 3, 4]


def test_matrix_has_every_field_with_its_groups(results):
    html = plots.measured(results, "iplotConn", feature="numConns")
    (fields,) = [m["data"] for m in models(html)["ColumnDataSource"] if "pre" in str(m.get("data"))[:4000]]
    named = dict(fields["entries"])
    assert list(zip(named["pre"], named["post"], strict=True))[:2] == [("E", "E"), ("E", "I")]


def test_statistics_stand_at_their_labels(results):
    panels, _ = spikes.spike_stats(results, graphType="scatter", stats=["rate"])
    shown = {
        item.label.value: sorted(item.renderers[0].data_source.data["y"])
        for item in panels["spike_rate"].select_one({"type": Legend}).items
    }
    assert shown == {"E": [50, 100], "I": [50, 150], "allCells": [50, 50, 100, 150]}


def test_statistics_of_ones_own_with_a_fitted_distribution(results):
    given = {"rate": {"statData": [[1.0, 2.0, 4.0, 8.0]]}}
    asked = {"graphType": "histogram", "stats": ["rate"], "include": ["E"], "statDataIn": given, "bins": 4}
    panels, data = spikes.spike_stats(results, **asked, normfit=True, histShading=False)
    assert data["statData"][0].tolist() == [1, 2, 4, 8]
    bars, fit = panels["spike_rate"].renderers
    assert bars.data_source.data["top"].sum() == 4
    assert bars.glyph.fill_alpha == 0
    assert fit.glyph.line_dash
    x, y = (np.asarray(fit.data_source.data[key]) for key in "xy")
    assert x[y.argmax()] < 4  # a log-normal distribution is skew
    plain, _ = spikes.spike_stats(results, **asked)
    assert len(plain["spike_rate"].renderers) == 1


def test_causality_both_ways(results):
    one = np.cumsum(np.random.default_rng(1).integers(2, 30, 400))
    asked = {"spks1": one, "spks2": one + 7, "timeRange": [0, 4000], "label1": "a", "label2": "b"}
    panels, data = spikes.granger(results, **asked)
    found = {item.name: item.data_source.data["y"] for item in panels["granger"].renderers}
    np.testing.assert_array_equal(found["a for b"], data["Fx2y"])
    assert found["a for b"].mean() > 5 * found["b for a"].mean()


def test_lfp_is_drawn_electrode_by_electrode(results):
    time = np.arange(1, 201) * 0.1
    both = counted(np.stack([np.sin(time), np.cos(time)], axis=1), 2.0**-48)
    results.signals = {"LFP": Signal(time, "mV", 2.0**-48, both)}
    results.plan = small_results.plan(record_lfp=[[0, 0, 0], [0, 10, 0]], record_step=0.1)
    panels, data = fields.lfp(results, maxFreq=40, minFreq=20, stepFreq=10)
    assert list(panels) == ["iLFP_timeseries", "iLFP_psd", "iLFP_timefreq"]
    lines = {own.name: own.data_source.data["y"] for own in panels["iLFP_timeseries"].renderers}
    assert list(lines) == ["avg", "0", "1"]
    apart = np.abs(data["timeSeries"]["electrodes"]["data"]).max()
    assert lines["1"] + 2 * apart == pytest.approx(np.cos(time))


def test_concentration_fills_the_box_of_its_region():
    if "iplotRxDConcentration" not in MEASURES:
        pytest.skip("there is no plotRxDConcentration")
    box = {"xlo": -20, "ylo": -60, "zlo": 0, "xhi": 60, "yhi": 20, "zhi": 20, "dx": 10}
    rxd = {
        "regions": {"ecs": {"extracellular": True, **box, "volume_fraction": 0.2, "tortuosity": 1.6}},
        "species": {"k": {"regions": ["ecs"], "d": 2.62, "charge": 1, "initial": 3.5}},
    }
    soma = {"geom": {"L": 20, "diam": 20}}
    net = {
        "cellParams": {"cell": {"secs": {"soma": soma}}},
        "popParams": {"E": {"cellType": "cell", "numCells": 1}},
        "rxdParams": rxd,
    }
    states = np.arange(8 * 8 * 2, dtype=float).reshape(8, 8, 2)
    found = Results(netspec.plan(net, {"duration": 1}))
    panels, data = network.concentration(found, speciesLabel="k", regionLabel="ecs", states=states)
    assert data["data"].tolist() == states.mean(axis=2).tolist()
    (drawn,) = panels["RxD_concentration"].renderers
    assert (drawn.glyph.x, drawn.glyph.y, drawn.glyph.dw, drawn.glyph.dh) == (-20, -60, 80, 80)
    assert drawn.data_source.data["image"][0].tolist() == states.mean(axis=2).T.tolist()


def test_dipoles_are_summed_scaled_and_smoothed(results):
    _, data = plots.measured(results, "iplotDipole")
    assert {label: values[50] for label, values in data.items() if label != "t"} == pytest.approx(
        {"L2": 3e-6, "L5": 5e-6, "Aggregate": 8e-6}
    )
    results.sim_config = {"hnn_params": {"dipole_scalefctr": 1e6, "dipole_smooth_win": 1}}
    _, data = plots.measured(results, "iplotDipole", expData={"label": "measured", "x": [0, 20], "y": [1, 2]})
    assert data["Aggregate"][100] == pytest.approx(8)  # a window of weight 1 leaves what is constant


def test_dipole_without_layers_is_the_moment(results):
    samples = counted(np.arange(603).reshape(201, 3).astype(float), 1.0)
    results.signals = {"dipole": Signal(np.arange(201) * 0.1, "nA um", 1.0, samples)}
    _, data = plots.measured(results, "iplotDipole")
    assert data["y"].tolist() == samples[:, 1].tolist()
    results.signals = {}
    with pytest.raises(NetspecError, match="recordDipole"):
        plots.measured(results, "iplotDipole")


def test_power_of_a_sine_is_at_its_frequency(results):
    time = np.arange(0, 1000, 1.0)
    wave = counted(np.sin(2 * np.pi * 0.02 * time)[:, None], 2.0**-20)
    results.signals = {"HNN:L2": Signal(time, "fAm", 2.0**-20, wave)}
    _, found = fields.dipole_psd(results)
    assert found["freqs"][found["power"].argmax()] == 20
    _, shown = fields.dipole_spectrogram(results)
    assert (shown["power"].max(), shown["power"].shape) == (1, (80, 1000))


def test_themes_are_netpynes_and_bokehs(results):
    dark = plots.measured(results, "iplotSpikeHist", theme="gui")
    plain = plots.measured(results, "iplotSpikeHist", theme="default")
    assert "#20262B" in dark
    assert "#20262B" not in plain
    own = plots.measured(
        results, "iplotSpikeHist", theme={"attrs": {"Plot": {"background_fill_color": "#123456"}}}
    )
    assert "#123456" in own


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        (
            "iplotRaster",
            {"theme": "dark_minimum"},
            r"theme('\])?\n.*there is no 'dark_minimum'. Did you mean",
        ),
        ("iplotRaster", {"orderby": "y"}, r"\['orderby'\]\n.*Did you mean 'orderBy'"),
        ("iplotRaster", {"include": ["EE"]}, "no population or stimulus is called 'EE'"),
        (
            "iplotTraces",
            {"oneFigPer": "cells"},
            r"oneFigPer('\])?\n.*there is no 'cells'. Did you mean 'cell'",
        ),
        ("iplotTraces", {"reran": True}, "Did you mean 'rerun'"),
        ("iplotConn", {"feature": "weights"}, "feature"),
    ],
)
def test_wrong_arguments_are_named(results, name, arguments, message):
    with pytest.raises(SpecError, match=message):
        plots.measured(results, name, **arguments)


def test_linked_page_has_the_same_cells_in_three_views(results):
    found = models(plots.linked(results))
    sources = {own.get("name"): dict(own["data"]["entries"]) for own in found["ColumnDataSource"]}
    assert set(sources) == {"spikes", "connections", "traces"}
    assert sources["traces"]["gid"] == [c.gid for c in curves(results) if c.label == "V"]
    assert sources["spikes"]["population"] == ["E", "E", "I", "E", "I", "I", "I"]


def test_linked_page_says_when_it_shows_some_only(results, monkeypatch):
    monkeypatch.setattr(views, "MOST_POINTS", 3)
    html = plots.linked(results)
    assert "3 of 7 spikes" in html
    assert "3 of 4 connections" in html


def test_without_bokeh_there_is_a_hint(results, monkeypatch):
    for module in ("bokeh.plotting", "bokeh.themes"):
        monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(NetspecError, match=r"needs bokeh: pip install 'netspec\[interactive\]'"):
        plots.measured(results, "iplotRaster")


def test_signature_has_the_common_arguments_last():
    names = list(inspect.signature(MEASURES["iplotRaster"].measure).parameters)
    assert names[:3] == ["results", "include", "timeRange"]
    assert names[-len(page.COMMON) :] == list(page.COMMON)
