"""What pictures of spikes draw and return, of five cells whose spikes are known."""

import json
import pickle
import subprocess
import sys

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from small_results import plan, results

from netspec import plots
from netspec.analysis import spikes
from netspec.errors import FileError, SpecError
from netspec.model import resolve
from netspec.plan.make import make
from netspec.plots import raster
from netspec.plots.colors import PALETTE
from netspec.results import Results
from netspec.spec.read import read

GIVEN = {"spkTimes": [1, 2, 3.0], "spkInds": [0, 2, 1], "popNumCells": [2, 1], "popLabels": ["A", "B"]}


def numbers(name, **arguments):
    return plots.draw(results(), name, **arguments)[1]


def measured(name, **arguments):
    return plots.measured(results(), name, **arguments)


def test_an_item_is_a_label_a_group_or_cells():
    _, drawn = plots.draw(results(), "plotSpikeHist", include=[["E", "I"], ("E", [0, 1]), 3], binSize=20)
    assert drawn["labels"] == ["E, I", "E [0, 1]", "3"]
    assert drawn["values"].tolist() == [[7], [3], [3]]


def test_rates_are_normalised_and_filtered():
    assert numbers("plotSpikeFreq", include=["I"], binSize=10)["values"].tolist() == [[50, 150]]
    assert numbers("plotSpikeFreq", include=["I"], binSize=10, norm=True)["values"].tolist() == [[1 / 3, 1]]
    low = numbers("plotSpikeFreq", include=["I"], binSize=0.5, filtFreq=100)["values"]
    band = numbers("plotSpikeFreq", include=["I"], binSize=0.5, filtFreq=[50, 200], smooth=4)["values"]
    assert low.shape == band.shape == (1, 40)
    assert abs(band.mean()) < low.mean()


def test_stacked_histograms_leave_out_the_sum():
    assert numbers("plotSpikeHist", stacked=True)["labels"] == ["E", "I"]


@pytest.mark.parametrize("how", ["mapping", "sequence", "pickle", "json"])
def test_spikes_may_be_given(how, tmp_path):
    given = {"mapping": GIVEN, "sequence": list(GIVEN.values())}.get(how, str(tmp_path / f"spikes.{how[:4]}"))
    if how == "pickle":
        given = str(tmp_path / "spikes.pkl")
        (tmp_path / "spikes.pkl").write_bytes(pickle.dumps(GIVEN))
    if how == "json":
        (tmp_path / "spikes.json").write_text(json.dumps(GIVEN))
    drawn = numbers("plotRaster", rasterData=given, popLabels=["left", "right"])
    assert drawn["popLabels"] == ["left", "right"]
    assert drawn["popRates"] == {"left": 2 / 2 / 0.003, "right": pytest.approx(1 / 0.003)}
    assert numbers("plotSpikeHist", histData=given, binSize=3)["values"].tolist() == [[3], [2], [1]]
    assert numbers("plotSpikeFreq", freqData=given, binSize=3, include=[])["labels"] == ["A", "B"]


def test_what_is_prepared_can_be_drawn():
    prepared = measured("prepareRaster", orderBy="y", include=["all"])
    drawn = numbers("plotRaster", rasterData=prepared)
    assert drawn["popLabels"] == ["E", "I", "NetStims"]
    assert drawn["popNumCells"].tolist() == [3, 2, 2]
    own = numbers("plotRaster", include=["all"], orderBy="y")
    assert drawn["spkInds"].tolist() == own["spkInds"].tolist()
    assert list(drawn["popRates"].values()) == pytest.approx(list(own["popRates"].values()))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"spkTimes": [1]}, "'spkInds' is missing"),
        ({**GIVEN, "popNumCells": [1, 1]}, "3 rows"),
        ({**GIVEN, "popLabels": ["A"]}, "1 labels"),
    ],
)
def test_wrong_spikes_are_refused(given, message):
    with pytest.raises(SpecError, match=message):
        numbers("plotRaster", rasterData=given)
    with pytest.raises(FileError):
        numbers("plotRaster", rasterData="missing.pkl")


def test_a_histogram_stands_below_or_behind():
    below, drawn = plots.draw(results(), "plotRaster", spikeHist="subplot", spikeHistBin=10)
    assert drawn["histCounts"].tolist() == [3, 4]
    assert len(below.axes) == 2
    assert below.axes[1].get_xlabel() == "time [ms]"
    behind, _ = plots.draw(results(), "plotRaster", spikeHist="overlay")
    assert "per 5 ms" in behind.axes[0].get_title()


def test_the_first_spikes_of_many_end_the_time():
    drawn = numbers("plotRaster", maxSpikes=3)
    assert drawn["spkTimes"].tolist() == [1, 2, 5]
    assert drawn["timeRange"] == [0, 5]


def test_very_many_spikes_are_one_image(monkeypatch):
    monkeypatch.setattr(raster, "MOST_POINTS", 5)
    figure, _ = plots.draw(results(), "plotRaster")
    ax = figure.axes[0]
    assert (len(ax.lines), len(ax.images)) == (0, 1)
    assert ax.images[0].get_extent() == [0, 20, -0.5, 4.5]
    assert ax.get_legend() is not None


def test_pixels_have_the_colour_of_their_population_or_a_mixture():
    data = spikes.raster(results())
    pixels = raster.pixel_colors(data, PALETTE[:2], (20, 100))
    assert pixels.shape == (5, 20, 4)
    np.testing.assert_allclose(pixels[0, 1, :3], to_rgb(PALETTE[0]), atol=1e-6)
    np.testing.assert_allclose(pixels[3, 5, :3], to_rgb(PALETTE[1]), atol=1e-6)
    assert np.count_nonzero(pixels[..., 3]) == 7
    assert pixels[4, 19, 3] > 0  # the spike at the very end
    one = raster.pixel_colors(data, ["#000000", "#ffffff"], (1, 1))
    assert one[0, 0].tolist() == pytest.approx([4 / 7, 4 / 7, 4 / 7, 1])


def test_statistics_are_of_each_cell():
    found = numbers("plotSpikeStats", graphType="histogram", stats=["sync", "rate"])
    assert found["include"] == ["allCells", "E", "I"]
    assert [own.tolist() for own in found["statData"]] == [[100, 50, 150, 50], [100, 50], [150, 50]]
    assert [own.tolist() for own in found["gidsData"]] == [[0, 1, 3, 4], [0, 1], [3, 4]]
    assert set(found["stats"]) == {"sync", "rate"}
    every = numbers("plotSpikeStats", stats=["rate"], include=["E"], includeRate0=True)
    assert every["statData"][0].tolist() == [100, 50, 0]


def test_statistics_are_the_same_in_every_form(tmp_path):
    ran = results(filename=str(tmp_path / "out"))
    for graph in ("boxplot", "histogram", "scatter"):
        figures, _ = plots.draw(ran, "plotSpikeStats", graphType=graph, saveFig=True, bins=3)
        assert list(figures) == [f"spikeStat_{graph}_rate", f"spikeStat_{graph}_isicv"]
    names = {path.name for path in tmp_path.iterdir()}
    assert {"out_spikeStat_boxplot_rate.png", "out_spikeStat_scatter_isicv.png"} < names
    given = {"rate": {"statData": [[1, 2], [3]]}}
    assert numbers("plotSpikeStats", statDataIn=given, stats=["rate"], include=["E", "I"])["statData"][1] == [
        3
    ]


def test_histograms_have_logarithmic_axes_and_a_fit():
    more = {"histlogx": True, "histlogy": True, "normfit": True, "density": True, "histmin": 1, "bins": 4}
    figure, _ = plots.draw(results(), "plotSpikeStats", graphType="histogram", stats=["rate"], **more)
    ax = figure.axes[0]
    assert (ax.get_xscale(), ax.get_yscale(), ax.get_ylabel()) == ("log", "log", "part of cells")
    assert len(ax.lines) == 3


def test_power_of_rates():
    for method in ("morlet", "fft"):
        more = {"transformMethod": method, "NFFT": 16, "noverlap": 8, "binSize": 1, "smooth": 0}
        found = numbers("plotRatePSD", include=["E", "I"], maxFreq=200, norm=True, **more)
        assert len(found["allSignal"]) == len(found["allFreqs"]) == 2
        assert np.max(found["allSignal"]) == 1
        image = numbers("plotRateSpectrogram", include=["E"], maxFreq=200, **more)
        assert image["allSignal"][0].shape[0] == len(image["allFreqs"][0])
    with pytest.raises(SpecError, match="'morlet'"):
        numbers("plotRatePSD", transformMethod="morlt")


def test_rates_and_synchrony_in_ranges():
    found = numbers("plotRates", timeRanges=[[0, 10], [10, 20]], include=["E"], peakBin=5)
    assert found["avgs"] == [[pytest.approx(2 / 3 / 0.01)], [pytest.approx(1 / 3 / 0.01)]]
    assert found["peaks"][0] == [pytest.approx(2 / 3 / 0.005)]
    assert np.shape(numbers("plotSyncs", include=["allCells"])["syncs"]) == (1, 1)
    with pytest.raises(SpecError, match="timeRanges"):
        numbers("plotRates", timeRanges=[[10, 0]])


def test_measures_have_netpynes_numbers():
    include, mean, peak = measured("calculateRate", peakBin=10)
    assert include == ["allCells", "E", "I"]
    assert mean == [70, 50, 100]
    assert peak == [80, pytest.approx(2 / 3 * 100), 150]
    assert measured("calculateRate", include=["bkg"], peakBin=None)[1:] == ([50], [])
    assert measured("syncMeasure") == pytest.approx(1 - 7 / 20)


def test_phases_of_a_signal_that_is_given():
    time = np.arange(0, 20.05, 0.1)
    options = {"signal": np.cos(2 * np.pi * 0.1 * time), "fs": 10_000, "filtFreq": [40, 200], "filtOrder": 2}
    found = numbers("plotRaster", colorbyPhase={**options, "include_signal": True, "pop_background": True})
    of_peaks = found["spkPhases"][np.isin(found["spkTimes"], [11, 19, 20])]
    np.testing.assert_allclose(of_peaks, [36, -36, 0], atol=8)
    prepared = measured("prepareSpikeData", colorbyPhase=options)
    np.testing.assert_allclose(prepared["spkPhases"], found["spkPhases"])


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("plotRaster", {"colorbyPhase": {"filtFrq": 4}}, "'filtFreq'"),
        ("plotRaster", {"colorbyPhase": {"signal": "LFP"}}, "no signal 'LFP' was recorded"),
        ("plotRaster", {"spikeHist": "subplt"}, "'subplot'"),
        ("plotSpikeHist", {"measure": "rat"}, "'rate'"),
        ("plotSpikeStats", {"stats": ["isi"]}, "'isicv'"),
        ("plotSpikeStats", {"graphType": "boxplots"}, "'boxplot'"),
    ],
)
def test_wrong_values_are_refused(name, arguments, message):
    with pytest.raises(SpecError, match=message):
        numbers(name, **arguments)


def test_wrong_arguments_are_found_before_a_run():
    asked = {
        "calculateRate": {"peakBn": 5},
        "plotSpikeStats": {"include": ["EE"], "stats": ["rate", "isi"], "graphType": "boxes"},
        "plotRatePSD": {"NFT": 1, "transformMethod": "morlt"},
        "plotRaster": {"spikeHist": "below", "orderBy": "anything"},
    }
    found = plots.problems(asked, plan().model.spec.network)
    wrong = ["peakBn", "include", "stats", "graphType", "NFT", "transformMethod", "spikeHist"]
    assert [problem.path.split("'")[3] for problem in found] == wrong


def test_a_file_of_results_is_drawn_without_neuron(tmp_path):
    net = {
        "popParams": {label: {"cellModel": "IntFire1", "numCells": n} for label, n in (("E", 3), ("I", 2))}
    }
    cfg = {"duration": 20}
    made = make(resolve(read(net, cfg, artificial=("IntFire1",)), ("IntFire1",)))
    Results(made, results().spikes, net_params=net, sim_config=cfg).save(tmp_path / "ran.h5")
    code = """
import sys
sys.modules["neuron"] = None
import netspec
from netspec import plots
loaded = netspec.load("ran.h5")
print(plots.draw(loaded, "plotRaster", include=["all"])[1]["spkTimes"].tolist())
print(plots.measured(loaded, "calculateRate", include=["eachPop"])[1])
plots.overview(loaded)
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["[1.0, 2.0, 5.0, 11.0, 12.0, 19.0, 20.0]", "[50.0, 100.0]"]


def test_overview_shows_what_there_is():
    ran = Results(plan())
    figure = plots.overview(ran)
    assert [ax.get_ylabel() for ax in figure.axes if ax.get_ylabel()] == [
        *("cell", "rate [Hz]", "presynaptic", "probability"),
    ]
    with_traces = results()
    every = Results(plan(), with_traces.spikes, with_traces.time, with_traces.traces)
    figure = plots.overview(every, time_range=[0, 10])
    assert len(figure.axes) == 6
    drawn = next(ax for ax in figure.axes if ax.get_title(loc="left") == "V, less its mean")
    assert [text.get_text() for text in drawn.get_yticklabels()] == ["E 0", "I 3"]
    only_synapses = Results(plan(), with_traces.spikes, with_traces.time, {"g": with_traces.traces["g"]})
    assert len(plots.overview(only_synapses).axes) == 5


def test_prepared_spikes_are_saved(tmp_path):
    ran = results(filename=str(tmp_path / "out"))
    plots.measured(ran, "prepareRaster", saveData=True)
    own = {"fileName": str(tmp_path / "own"), "fileType": "json"}
    returned = plots.measured(ran, "prepareSpikeHist", saveData=True, **own)
    assert returned["axisArgs"]["ylabel"] == "Number of spikes"
    assert pickle.loads((tmp_path / "out_raster_data.pkl").read_bytes())["cellPops"] == ["E"] * 3 + ["I"] * 2
    kept = json.loads((tmp_path / "own_spike_data.json").read_text())
    assert kept["spkTimes"] == returned["spkTimes"]
