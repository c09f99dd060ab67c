"""Pictures of spikes look as they did: 4 x 3 inch at 80 dpi, beside tests/pictures/baseline.

The tolerance (pyproject.toml) is a root mean square difference of 2 of 255. After a change that is meant:
pytest tests/pictures --mpl-generate-path=tests/pictures/baseline, and look at every file that changed.
"""

from functools import cache

import pytest
from made_results import made
from matplotlib.figure import Figure

from netspec import plots
from netspec.plots import raster

STYLE = {"figSize": (4, 3), "dpi": 80, "fontSize": 8}
RANGES = [[0, 100], [100, 300], [300, 500]]
PHASES = {"filtFreq": [4, 12], "include_signal": True, "pop_background": True}
FOURIER = {"transformMethod": "fft", "NFFT": 64, "noverlap": 32}
PICTURES = {
    "raster_of_one_population": ("plotRaster", 1, {}),
    "raster_of_three": ("plotRaster", 3, {"orderBy": "y", "orderInverse": True}),
    "raster_of_twelve": ("plotRaster", 12, {}),
    "raster_above_histogram": ("plotRaster", 3, {"spikeHist": "subplot", "spikeHistBin": 10}),
    "raster_over_histogram": ("plotRaster", 3, {"spikeHist": "overlay"}),
    "raster_of_phases": ("plotRaster", 3, {"colorbyPhase": PHASES}),
    "counts": ("plotSpikeHist", 3, {}),
    "counts_stacked": ("plotSpikeHist", 12, {"histType": "barstacked", "binSize": 20}),
    "rates_smooth": ("plotSpikeFreq", 3, {"smooth": 6}),
    "boxes_of_twelve": ("plotSpikeStats", 12, {"stats": ["rate"]}),
    "boxes_of_one": ("plotSpikeStats", 1, {"stats": ["pairsync"]}),
    "histogram_of_rates": ("plotSpikeStats", 3, {"stats": ["rate"], "graphType": "histogram", "bins": 12}),
    "rates_over_depth": ("plotSpikeStats", 3, {"stats": ["rate"], "graphType": "scatter", "bins": 5}),
    "rate_power": ("plotRatePSD", 3, {"maxFreq": 60}),
    "rate_power_apart": ("plotRatePSD", 12, {"overlay": False, **FOURIER}),
    "rate_spectrogram": ("plotRateSpectrogram", 3, {"maxFreq": 50}),
    "synchrony_in_ranges": ("plotSyncs", 3, {"timeRanges": RANGES}),
}  # fmt: skip


@cache
def results(populations):
    return made(populations, traces=3, lfp=3)


@pytest.mark.parametrize("name", PICTURES)
@pytest.mark.mpl_image_compare
def test_spikes(name):
    plot, populations, arguments = PICTURES[name]
    return plots.draw(results(populations), plot, **arguments, **STYLE)[0]


@pytest.mark.parametrize("which", ["avgRates", "peakRates"])
@pytest.mark.mpl_image_compare
def test_rates_in_ranges(which):
    return plots.draw(results(3), "plotRates", timeRanges=RANGES, **STYLE)[0][which]


@pytest.mark.mpl_image_compare
def test_raster_as_an_image(monkeypatch):
    monkeypatch.setattr(raster, "MOST_POINTS", 1000)
    return plots.draw(made(3, cells=400, hertz=30), "plotRaster", **STYLE)[0]


@pytest.mark.mpl_image_compare
def test_raster_in_axes_of_the_user():
    figure = Figure(figsize=(4, 3), dpi=80)
    ax = figure.add_axes((0.15, 0.2, 0.6, 0.7))
    plots.draw(results(3), "plotRaster", axis=ax, fontSize=8)
    return figure


@pytest.mark.parametrize("populations", [1, 12])
@pytest.mark.mpl_image_compare
def test_overview(populations):
    ran = results(populations) if populations > 1 else made(1)
    figure = plots.overview(ran, size=(8, 6))
    for ax in figure.axes:  # the matrix has pictures of its own
        ax.set_visible(ax.get_ylabel() not in ("presynaptic", "probability"))
    figure.set_dpi(60)
    return figure
