import numpy as np
import pytest
from matplotlib import mlab

from netspec.analysis import spectra

RATE = 1000.0
TIME = np.arange(4000) / RATE
NOISE = np.random.default_rng(7).normal(size=4000)
SINE = 2.0 * np.sin(2 * np.pi * 40 * TIME)


def test_filters_keep_what_they_should():
    slow = np.sin(2 * np.pi * 3 * TIME)
    inside = slice(500, -500)
    assert spectra.lowpass(slow + SINE, RATE, 12)[inside] == pytest.approx(slow[inside], abs=0.01)
    assert spectra.bandpass(slow + SINE, RATE, 30, 55)[inside] == pytest.approx(SINE[inside], abs=0.05)
    both = np.stack([slow, SINE])
    assert spectra.filtered(both, RATE, 12)[1] == pytest.approx(spectra.lowpass(SINE, RATE, 12))
    assert spectra.filtered(both, RATE, [30, 55], 2)[1] == pytest.approx(
        spectra.bandpass(SINE, RATE, 30, 55, 2)
    )


@pytest.mark.parametrize("band", [0, 600, [50, 20], [0, 20], [20, 500]])
def test_frequencies_of_filters_are_checked(band):
    with pytest.raises(ValueError, match="half of the rate"):
        spectra.filtered(NOISE, RATE, band)


@pytest.mark.parametrize("kind", spectra.WINDOWS)
@pytest.mark.parametrize("window", [3, 4, 10, 11])
def test_smoothing_keeps_length_and_constants(window, kind):
    assert spectra.smooth(np.ones(30), window, kind) == pytest.approx(np.ones(30))
    step = spectra.smooth(np.r_[np.zeros(20), np.ones(20)], window, kind)
    assert np.all(np.diff(step) > -1e-12)
    assert len(step) == 40


def test_smoothing_needs_a_signal_as_long_as_the_window():
    assert spectra.smooth(NOISE, 2) is NOISE
    with pytest.raises(ValueError, match="longer than the signal"):
        spectra.smooth(np.ones(4), 5)


@pytest.mark.parametrize(
    ("n", "nfft", "overlap"), [(4000, 256, 128), (1000, 255, 0), (100, 256, 128), (300, 128, 100)]
)
def test_psd_is_matplotlibs(n, nfft, overlap):
    freqs, power = spectra.netpyne_psd(NOISE[:n], RATE, nfft, overlap)
    wanted, own = mlab.psd(NOISE[:n], nfft, RATE, window=mlab.window_hanning, noverlap=overlap)
    assert power == pytest.approx(wanted, rel=1e-12)
    assert freqs == pytest.approx(own)


def test_pieces_that_overlap_wholly_are_refused():
    with pytest.raises(ValueError, match="overlap"):
        spectra.netpyne_psd(NOISE, RATE, 256, 256)
    with pytest.raises(ValueError, match="overlap"):
        spectra.welch(NOISE, RATE, overlap=1)


def test_morlet_power_of_a_sine_is_its_amplitude_squared():
    freqs = np.arange(10, 100, 5)
    power = spectra.morlet_power(SINE + 0.3 * TIME, RATE, freqs)
    assert power.shape == (len(freqs), len(TIME))
    middle = power[:, 1500:2500].mean(axis=1)
    assert freqs[middle.argmax()] == 40
    assert middle.max() == pytest.approx(4, rel=1e-3)


@pytest.mark.parametrize("spectrum", [spectra.welch, spectra.multitaper])
def test_area_of_a_spectrum_is_the_variance(spectrum):
    freqs, power = spectrum(SINE + 5, RATE)
    assert power.sum() * (freqs[1] - freqs[0]) == pytest.approx(SINE.var(), rel=0.02)
    assert freqs[power.argmax()] == pytest.approx(40, abs=2)
    white = spectrum(NOISE, RATE)[1]
    assert white.mean() == pytest.approx(2 / RATE, rel=0.1)
    assert spectrum(np.stack([NOISE, SINE]), RATE)[1][0] == pytest.approx(white)


def test_a_bandwidth_that_a_signal_cannot_tell_is_refused():
    with pytest.raises(ValueError, match=r"differ by 20\.0 Hz"):
        spectra.multitaper(NOISE[:100], RATE, bandwidth=4)


def test_spectrogram_follows_a_change_of_frequency():
    both = np.where(TIME < 2, SINE, np.sin(2 * np.pi * 120 * TIME))
    freqs, times, power = spectra.spectrogram(both, RATE)
    loudest = freqs[power.argmax(axis=0)]
    assert np.all(np.abs(loudest[times < 1800] - 40) < 5)
    assert np.all(np.abs(loudest[times > 2200] - 120) < 5)


def test_phase_and_envelope_of_a_sine():
    cosine = 3 * np.cos(2 * np.pi * 10 * TIME)
    assert np.abs(spectra.analytic(cosine)) == pytest.approx(3 * np.ones(4000))
    assert np.exp(1j * spectra.phase(cosine)) == pytest.approx(np.exp(2j * np.pi * 10 * TIME))


def test_coherence_is_high_where_signals_share_a_rhythm():
    other = np.random.default_rng(8).normal(size=4000)
    freqs, shared = spectra.coherence(SINE + NOISE, 0.5 * np.roll(SINE, 7) + other, RATE)
    assert shared[freqs == 40] > 0.9
    assert np.median(shared[freqs > 100]) < 0.3
    assert spectra.coherence(NOISE, -3 * NOISE, RATE)[1] == pytest.approx(np.ones(501))


def test_events_are_the_episodes_of_a_rhythm():
    bursts = np.zeros(4000)
    for start, stop, size in ((800, 1300, 1.0), (2500, 3100, 2.0)):
        bursts[start:stop] = size * np.hanning(stop - start) * np.sin(2 * np.pi * 40 * TIME[start:stop])
    events = spectra.band_events(bursts + 0.02 * NOISE, RATE, (30, 50), threshold=5)
    assert len(events) == 2
    assert events["peak_time"] == pytest.approx([1050, 2800], abs=30)
    assert events["peak"] == pytest.approx([1, 2], rel=0.05)
    assert np.all((events["start"] > [800, 2500]) & (events["stop"] < [1300, 3100]))
    assert events["power"][1] > events["power"][0]


def test_silence_has_no_events():
    assert len(spectra.band_events(np.zeros(4000), RATE, (30, 50))) == 0
