"""Each picture of fields, cells and causality beside the one that was looked at."""

import field_results
import numpy as np
import pytest

from netspec import plots
from netspec.spec import rxd

looked_at = pytest.mark.mpl_image_compare(
    baseline_dir="baseline/fields", tolerance=3, style="default", savefig_kwargs={"dpi": 45}
)
SMALL = {"figSize": (5, 4), "fontSize": 9}
LAYERS = {"layerBounds": {"L2/3": [0, 300], "L5": [300, 700]}, "stimTimes": [100, 200]}


def drawn(name, sites=8, **arguments):
    figure, _ = plots.draw(field_results.made(sites), name, **{"saveFig": False, **arguments})
    return figure


@looked_at
@pytest.mark.parametrize("electrodes", [1, 8, 40])
def test_lfp(electrodes):
    return drawn("plotLFPTimeSeries", electrodes, **SMALL)


@looked_at
def test_csd_over_time():
    return drawn("plotCSDTimeSeries", electrodes=["all"], **SMALL)


@looked_at
@pytest.mark.parametrize("scale", [{}, {"logy": True}, {"transformMethod": "fft", "NFFT": 512}], ids=len)
def test_power(scale):
    return drawn("plotLFPPSD", **SMALL, **scale)


@looked_at
def test_power_of_csd():
    return drawn("plotCSDPSD", **SMALL)


@looked_at
@pytest.mark.parametrize("electrodes", [1, 8])
def test_spectrogram(electrodes):
    return drawn("plotLFPSpectrogram", electrodes, fontSize=9, minFreq=2, stepFreq=4)


@looked_at
def test_locations():
    return drawn("plotLFPLocations", **SMALL)


@looked_at
@pytest.mark.parametrize("more", [{}, {"overlay": "LFP", "hlines": True, "smooth": False, **LAYERS}], ids=len)
def test_csd(more):
    return drawn("plotCSD", **SMALL, **more)


@looked_at
def test_dipole():
    return drawn("plotDipole", figSize=(5, 3), fontSize=9)


@looked_at
def test_eeg(monkeypatch):
    monkeypatch.delenv("NP_LFPYKIT_HEAD_FILE", raising=False)
    return drawn("plotEEG", fontSize=9)


@looked_at
def test_current_steps():
    steps = {"times": [100, 300], "dur": 100, "calculateOnset": True, "durSteady": 50, "amps": [0.1, 0.2]}
    return drawn("plotfI", targetRatesSteady=[15, 30], **SMALL, **steps)


@looked_at
def test_potentials_of_stimuli():
    stimuli = {"trace": "V_soma", "start": 100, "interval": 50, "number": 6}
    return drawn("plotEPSPAmp", amp="relative", **SMALL, **stimuli)


@looked_at
def test_causality():
    one, other = field_results.trains()
    return drawn("plotGranger", spks1=one, spks2=other, timeRange=[0, 4000], **SMALL)


@looked_at
def test_concentration():
    box = rxd.Extracellular("ecs", 0, 0, 0, 200, 100, 50, 10)
    results = field_results.made()
    object.__setattr__(results.plan.model.spec.network, "rxd", rxd.ReactionDiffusion(regions={"ecs": box}))
    x, y, _ = np.meshgrid(np.arange(20), np.arange(10), np.arange(5), indexing="ij")
    states = 3 + np.exp(-(((x - 5) / 4) ** 2) - ((y - 7) / 2) ** 2)
    named = {"speciesLabel": "k", "regionLabel": "ecs", "states": states, "figSize": (5, 3), "fontSize": 9}
    return plots.draw(results, "plotRxDConcentration", saveFig=False, **named)[0]


@looked_at
def test_traces_without_axes():
    corner = {"axis": False, "scaleBarLoc": 3, "timeRange": [100, 200]}
    return drawn("plotTraces", figSize=(5, 3), fontSize=9, **corner)["_gid_0"]
