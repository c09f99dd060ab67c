"""Pictures and numbers of fields, cells and causality: what is drawn, what is refused."""

import sys
from types import SimpleNamespace

import numpy as np
import pytest
from field_results import made, trains

from netspec import plots
from netspec.analysis import fields
from netspec.errors import SpecError, StateError
from netspec.plots import dipole
from netspec.spec import rxd


def draw(name, results=None, **arguments):
    return plots.draw(results or made(), name, **{"saveFig": False, **arguments})


def test_electrodes_are_named_in_their_order_from_the_top():
    figure, numbers = draw("plotLFPTimeSeries", electrodes=["avg", 3, [0, 1]], timeRange=[100, 200])
    ax = figure.axes[0]
    assert [text.get_text() for text in ax.get_yticklabels()] == ["avg", "3 (300 um)", "[0, 1]"]
    assert ax.get_yticks()[0] > ax.get_yticks()[1]
    assert numbers["t"][[0, -1]] == pytest.approx([100, 199.5])
    lfp = made().signals["LFP"].values[200:400]
    assert numbers["electrodes"]["data"][1] == pytest.approx(lfp[:, 3])
    assert numbers["electrodes"]["data"][2] == pytest.approx(lfp[:, :2].mean(axis=1))
    assert ax.lines[1].get_ydata() - ax.get_yticks()[1] == pytest.approx(lfp[:, 3])


def test_signals_of_ones_own():
    own = np.cos(2 * np.pi * 20 * np.arange(1000) / 2000)[:, None] * [1.0, 2.0]
    asked = {"LFPData": own, "electrodes": "all"}
    assert draw("plotLFPTimeSeries", **asked)[1]["electrodes"]["data"][1] == pytest.approx(own[:, 1])
    power = draw("plotLFPPSD", **asked)[1]
    assert power["psdFreqs"][1][power["psdSignal"][1].argmax()] == 20
    prepared = plots.measured(made(), "prepareLFP", **asked)
    assert draw("plotLFPTimeSeries", LFPData=prepared)[1] == prepared
    _, both = draw("plotLFP", inputLFP=own, electrodes=[1], plots=["timeSeries"])
    assert both["timeSeries"]["electrodes"]["data"][0] == pytest.approx(own[:, 1])


def test_populations_have_a_share_of_the_lfp():
    _, whole = draw("plotLFPTimeSeries", electrodes=[2])
    _, share = draw("plotLFPTimeSeries", electrodes=[2], pop="E")
    assert share["electrodes"]["data"][0] == pytest.approx(0.75 * whole["electrodes"]["data"][0])
    with pytest.raises(StateError, match="saveLFPPops"):
        draw("plotLFPTimeSeries", pop="X")


def test_power_peaks_where_the_rhythm_is():
    _, numbers = draw("plotLFPPSD", electrodes=[0], maxFreq=20)
    assert numbers["psdFreqs"][0][numbers["psdSignal"][0].argmax()] == 8
    assert numbers["psdFreqs"][0].max() < 20
    figure, both = draw("plotLFPPSD", electrodes=[0, 1], transformMethod="fft", NFFT=1000, noverlap=500)
    assert both["psdFreqs"][0][both["psdSignal"][0].argmax()] == 8
    assert "dB" in figure.axes[0].get_ylabel()
    assert draw("plotLFPPSD", logy=True)[0].axes[0].get_yscale() == "log"
    csd = draw("plotCSDPSD", electrodes=[3], maxFreq=20)[1]
    assert csd["psdFreqs"][0][csd["psdSignal"][0].argmax()] == 8


@pytest.mark.parametrize("method", ["morlet", "fft"])
def test_spectrograms_show_the_burst(method):
    figure, numbers = draw(
        "plotLFPSpectrogram", electrodes=[3, 1], transformMethod=method, nperseg=128, noverlap=100
    )
    found = numbers["electrodes"]["spectrogram"]
    power = found[method][0]
    freqs = found["freqs"][found["freqs"] < 100] if method == "fft" else found["freqs"]
    row = power[np.abs(freqs - 40).argmin()]
    assert np.linspace(0, 500, len(row))[row.argmax()] == pytest.approx(300, abs=40)
    assert len([ax for ax in figure.axes if ax.get_title()]) == 2


def test_time_ends_with_the_simulation():
    _, numbers = draw("plotLFPSpectrogram", electrodes=[1], timeRange=[100, 900], stepFreq=20)
    assert numbers["electrodes"]["spectrogram"]["extent"][0][:2] == [100, 500]
    assert numbers["t"][-1] == 499.5


def test_locations_are_those_of_electrodes_and_cells():
    figure, numbers = draw("plotLFPLocations", electrodes=[1, 2])
    assert numbers["electrodes"].tolist() == [[50, 100, 50], [50, 200, 50]]
    assert numbers["cells"][:, 1].tolist() == [50, 40, 30, 20, 10]
    assert figure.axes[0].yaxis_inverted()


def test_all_pictures_of_the_lfp_and_their_files(tmp_path):
    results = made(filename=str(tmp_path / "out"))
    figures, numbers = plots.draw(results, "plotLFP", saveFig=True, minFreq=4, stepFreq=8)
    kinds = ["LFPTimeSeries", "LFPPSD", "LFPSpectrogram", "LFPLocations"]
    assert list(figures) == kinds
    assert set(numbers) == {"timeSeries", "PSD", "spectrogram", "locations"}
    assert {path.name for path in tmp_path.iterdir()} == {f"out_{kind}.png" for kind in kinds}
    plots.draw(results, "plotLFP", plots=["PSD"], saveFig=str(tmp_path / "own.svg"))
    assert (tmp_path / "own.svg").exists()
    with pytest.raises(SpecError, match="'PSD'"):
        draw("plotLFP", plots=["PDS"])


def test_curves_of_all_electrodes_around_one_axis():
    both = ["timeSeries", "PSD"]
    figures, _ = draw("plotLFP", plots=both, overlay=True, lineWidth=3, electrodes=[0, 1], minFreq=4)
    for figure in figures.values():
        ax = figure.axes[0]
        assert [line.get_linewidth() for line in ax.lines] == [3, 3]
        assert [text.get_text()[0] for text in ax.get_legend().get_texts()] == ["0", "1"]
    lfp = made().signals["LFP"].values
    assert figures["LFPTimeSeries"].axes[0].lines[1].get_ydata() == pytest.approx(lfp[:, 1])


def test_a_figure_has_so_many_spectrograms():
    asked = {"plots": ["spectrogram"], "electrodes": [0, 1, 2], "minFreq": 4, "stepFreq": 8}
    figures, numbers = draw("plotLFP", maxPlots=2, **asked)
    assert list(figures) == ["LFPSpectrogram_0", "LFPSpectrogram_1"]
    titles = [[ax.get_title() for ax in figure.axes if ax.get_title()] for figure in figures.values()]
    assert [len(own) for own in titles] == [2, 1]
    assert len(numbers["spectrogram"]["electrodes"]["names"]) == 3


def test_names_of_electrodes():
    tinted, _ = draw("plotLFPTimeSeries", electrodes=[0, 1], overlay=True, colorList=["red", "blue"])
    assert [text.get_color() for text in tinted.axes[0].get_yticklabels()] == ["red", "blue"]
    nameless, _ = draw("plotLFPTimeSeries", electrodes=[0, 1], legend=False)
    assert [text.get_text() for text in nameless.axes[0].get_yticklabels()] == ["", ""]


def test_some_pictures_are_saved_unless_one_says_no(tmp_path):
    results = made(filename=str(tmp_path / "out"))
    plots.draw_all(
        results, {"plotCSD": True, "plotDipole": {"saveFig": False}, "plotLFPPSD": {"electrodes": [0]}}
    )
    assert [path.name for path in tmp_path.iterdir()] == ["out_CSD.png"]


def test_colours_of_csd_are_even_around_zero_and_depth_is_downwards():
    figure, numbers = draw("plotCSD", layerBounds={"L1": [0, 200]}, stimTimes=100, overlay="CSD", hlines=True)
    image = figure.axes[0].images[0]
    assert image.norm.vmin == -image.norm.vmax
    assert image.get_extent() == [0, 499.5, 750, -50]
    assert "sink" in figure.axes[1].get_ylabel()
    assert numbers["depths"].tolist() == [100.0 * k for k in range(8)]
    assert numbers["CSD"].shape == (8, 1000)
    inner = draw("plotCSD", vaknin=False)[1]
    assert inner["depths"].tolist() == [100.0 * k for k in range(1, 7)]
    own = draw("plotCSD", CSDData=np.ones((4, 600)), dt=0.5, spacing_um=50, timeRange=[100, 200])[1]
    assert own["CSD"].shape == (4, 200)


def test_what_csd_needs():
    with pytest.raises(StateError, match="several depths"):
        draw("plotCSD", made(1))
    with pytest.raises(StateError, match="spacing_um"):
        draw("plotCSD", CSDData=np.ones((4, 600)))
    with pytest.raises(SpecError, match="'LFP'"):
        draw("plotCSD", overlay="LFPs")


def test_dipoles_of_all_of_a_population_and_of_a_cell():
    _, numbers = draw("plotDipole", timeRange=[0, 100])
    assert numbers["dipole"].shape == (200, 3)
    assert draw("plotDipole", showCell=0)[1]["dipole"] == pytest.approx(draw("plotDipole")[1]["dipole"] / 5)
    with pytest.raises(StateError, match="saveDipoleCells"):
        draw("plotDipole", showCell=7)
    with pytest.raises(StateError, match="saveDipolePops"):
        draw("plotDipole", showPop="I")


def test_eeg_is_that_of_four_spheres(monkeypatch):
    monkeypatch.delenv(dipole.HEAD_FILE, raising=False)
    _, numbers = draw("plotEEG", dipole_location="motorsensory_cortex")
    place = numbers["dipole_pos"] * 1000
    assert np.linalg.norm(place) == pytest.approx(78_000)
    assert place / np.linalg.norm(place) == pytest.approx(np.array([18, 8, 71]) / np.linalg.norm([18, 8, 71]))
    moment = made().signals["dipole"].values
    one = fields.four_sphere(fields.outward(moment, place), place, [[0, 0, 89_999.0]])
    assert numbers["EEG"][0] == pytest.approx(one[:, 0] * 1e9)
    assert numbers["EEG"].shape == (21, 1000)
    with pytest.raises(SpecError, match="'parietal_lobe'"):
        draw("plotEEG", dipole_location="parietal_lob")


def test_eeg_is_that_of_the_new_york_head_where_its_file_is(monkeypatch):
    class Head:
        elecs = np.array([[0, 50, -50.0], [0, 10, 10], [90, 60, 60]])

        def __init__(self, nyhead_file):
            assert nyhead_file == "head.mat"

        def set_dipole_pos(self, place):
            self.dipole_pos = np.array([54, -48, 55.9])

        def rotate_dipole_to_surface_normal(self, moment):
            return moment[[0, 2, 1]]

        def get_transformation_matrix(self):
            return np.array([[0, 0, 1e-9], [0, 0, 2e-9], [0, 0, -3e-9]])

    module = SimpleNamespace(NYHeadModel=Head)
    monkeypatch.setitem(sys.modules, "lfpykit.eegmegcalc", module)
    monkeypatch.setenv(dipole.HEAD_FILE, "head.mat")
    _, numbers = draw("plotEEG", showPop="E")
    upwards = made().signals["dipole"].of_population("E")[:, 1]
    assert numbers["EEG"] == pytest.approx(np.outer([1, 2, -3], upwards))
    assert numbers["electrodes"].shape == (3, 3)


def test_current_steps():
    steps = {"times": [100, 300], "dur": 100, "durSteady": 50, "calculateFeatures": ["latencyPeak1"]}
    figures, numbers = draw("plotfI", amps=[0.1, 0.2], target={"latencyPeak1": [9, 8]}, **steps)
    assert list(figures) == ["fI", "fI_latencyPeak1"]
    assert numbers == {"fI": [50, 60], "fI_steady": [60, 60], "fI_latencyPeak1": [10, 10]}
    labels = [line.get_label() for line in figures["fI_latencyPeak1"].axes[0].lines]
    assert labels == ["model", "experiment"]
    asked = made(analysis={"plotfI": {**steps, "amps": [0.1, 0.2]}})
    assert plots.measured(asked, "calculatefI") == numbers
    with pytest.raises(SpecError, match="amps"):
        draw("plotfI", amps=[0.1], **steps)
    with pytest.raises(SpecError, match="'latencyPeak1'"):
        draw("plotfI", amps=[1, 2], **{**steps, "calculateFeatures": ["latencyPeak"]})


def test_amplitudes_of_potentials():
    stimuli = {"trace": "V_soma", "start": 100, "interval": 50, "number": 2}
    _, numbers = draw("plotEPSPAmp", include=["E", "I"], **stimuli)
    assert numbers["gids"] == [0, 3]
    assert numbers["peaks"] == pytest.approx(np.full((2, 2), 25))
    assert draw("plotEPSPAmp", amp="relative", **stimuli)[1]["peaks"] == pytest.approx(np.full((2, 2), 90))
    for wrong, said in (
        ({"trace": "V"}, "'V_soma'"),
        ({"amp": "rel"}, "'relative'"),
        ({"include": [1]}, "none"),
    ):
        with pytest.raises(SpecError, match=said):
            draw("plotEPSPAmp", **{**stimuli, **wrong})


def test_causality_of_trains():
    one, other = trains()
    given = {"spks1": one, "spks2": other, "timeRange": [0, 4000]}
    figure, numbers = draw("granger", testGranger=True, **given)
    assert numbers["Fx2y"].max() > 3 * numbers["Fy2x"].max()
    assert 0 < numbers["MaxFy2xPvalue"] < 1
    assert [line.get_label() for line in figure.axes[0].lines] == [
        "train 2 for train 1",
        "train 1 for train 2",
    ]
    entropy = {**given, "binSize": 10}
    there = plots.measured(made(), "nTE", **entropy)
    back = plots.measured(made(), "nTE", **{**entropy, "spks1": other, "spks2": one})
    assert there > 0.1
    assert abs(back) < 0.03


def test_concentrations():
    box = rxd.Extracellular("ecs", 0, 0, 0, 200, 100, 50, 10)
    results = made()
    object.__setattr__(results.plan.model.spec.network, "rxd", rxd.ReactionDiffusion(regions={"ecs": box}))
    states = np.arange(20 * 10 * 5.0).reshape(20, 10, 5)
    named = {"speciesLabel": "k", "regionLabel": "ecs"}
    figure, numbers = draw("plotRxDConcentration", results, states=states, **named)
    assert numbers["data"] == pytest.approx(states.mean(axis=2))
    assert figure.axes[0].images[0].get_extent() == [0, 200, 0, 100]
    flat = draw(
        "plotRxDConcentration", results, states=states, plane="xz", scalebar=True, clim=[0, 9], **named
    )
    assert flat[1]["data"].shape == (20, 5)
    with pytest.raises(StateError, match="simulation that is there"):
        draw("plotRxDConcentration", results, **named)
    with pytest.raises(SpecError, match="'ecs'"):
        draw("plotRxDConcentration", results, speciesLabel="k", regionLabel="ec")


@pytest.mark.parametrize(
    ("name", "wrong", "said"),
    [
        ("plotLFPTimeSeries", {"filtFreq": [50, 4]}, "(?s)filtFreq.*half of the rate"),
        ("plotLFPPSD", {"transformMethod": "fft", "NFFT": 64}, "(?s)noverlap.*64 samples"),
        ("plotLFPPSD", {"transformMethod": "fft", "smooth": 200}, "(?s)smooth.*longer"),
        ("plotLFPPSD", {"transformMethod": "moret"}, "'morlet'"),
        ("plotLFPSpectrogram", {"transformMethod": "fft", "nperseg": 128}, "noverlap"),
        ("plotLFPTimeSeries", {"electrodes": [8]}, "there is no electrode 8"),
    ],
)
def test_values_that_cannot_be(name, wrong, said):
    with pytest.raises((SpecError, StateError), match=said):
        draw(name, **wrong)


@pytest.mark.parametrize("name", ["plotLFPTimeSeries", "plotCSD", "plotLFPLocations"])
def test_pictures_go_into_axes_of_the_user(name):
    from matplotlib.figure import Figure

    ax = Figure().subplots()
    assert draw(name, axis=ax)[0] is ax.figure


def test_missing_recordings_are_said():
    results = made()
    results.signals = {}
    for name, option in (("plotLFP", "recordLFP"), ("plotCSD", "recordLFP"), ("plotEEG", "recordDipole")):
        with pytest.raises(StateError, match=option):
            draw(name, results)
