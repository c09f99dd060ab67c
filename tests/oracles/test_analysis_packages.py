"""Analysis beside packages whose subject it is: elephant, infomeasure, spectral_connectivity, eFEL."""

import warnings

import numpy as np
import pytest

from netspec.analysis import causality, cells, csd, spectra

pytestmark = pytest.mark.oracle

RANDOM = np.random.default_rng(3)
DEPTHS = np.arange(1, 17) * 0.1
WAVE = np.sin(np.arange(50) / 5)


@pytest.fixture(autouse=True)
def _their_warnings_are_theirs():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def layers(at):
    return np.exp(-(((at - 0.6) / 0.15) ** 2)) - np.exp(-(((at - 1.1) / 0.15) ** 2))


def laminar():
    """LFP (samples, sites) [mV] of layers of discs, 0.5 mm wide, in tissue of 0.3 S/m."""
    fine = np.linspace(-0.5, 2.5, 3001)
    away = fine - DEPTHS[:, None]
    seen = (np.hypot(away, 0.25) - np.abs(away)) @ layers(fine) * (fine[1] - fine[0]) / 0.6
    return np.outer(WAVE, seen)


@pytest.mark.parametrize("above", [None, 1.0])
def test_delta_icsd_is_elephants(above):
    neo, pq = pytest.importorskip("neo"), pytest.importorskip("quantities")
    from elephant.current_source_density import estimate_csd

    signal = neo.AnalogSignal(laminar() * pq.mV, sampling_rate=1 * pq.kHz)
    tissue = {"sigma": 0.3 * pq.S / pq.m, "sigma_top": (above or 0.3) * pq.S / pq.m, "diam": 0.5 * pq.mm}
    places = DEPTHS[:, None] * pq.mm
    wanted = estimate_csd(signal, places, "DeltaiCSD", process_estimate=False, **tissue)  # of discs, A/m2
    wanted = (wanted.magnitude.T * pq.A / pq.m**2 / (0.1 * pq.mm)).rescale("uA/mm**3").magnitude
    found = csd.delta_icsd(laminar(), 0.1, 0.5, 0.3, above)
    np.testing.assert_allclose(found, wanted, atol=1e-9)


def test_layers_are_found():
    true = layers(DEPTHS)[:, None] * WAVE
    top = np.abs(true).max()
    np.testing.assert_allclose(csd.delta_icsd(laminar(), 0.1), true, atol=0.1 * top)
    pytest.importorskip("elephant")
    depths, found = csd.kcsd(laminar(), 0.1)
    np.testing.assert_allclose(found, layers(depths + 0.1)[:, None] * WAVE, atol=0.1 * top)
    # the second difference takes discs for layers without end
    assert np.abs(0.3 * csd.density(laminar().T, 0.1) - true[1:-1]).max() > 0.2 * top


def test_multitaper_is_elephants():
    theirs = pytest.importorskip("elephant.spectral").multitaper_psd
    x = RANDOM.normal(size=(2, 2000))
    x -= x.mean(axis=1, keepdims=True)
    freqs, wanted = theirs(x, fs=500.0, nw=4, num_tapers=7)
    own, found = spectra.multitaper(x, 500.0, bandwidth=2.0, tapers=7)
    np.testing.assert_allclose(own, freqs)
    # elephant doubles the power at half of the rate too
    np.testing.assert_allclose(found[:, 1:-1], wanted[:, 1:-1], rtol=1e-9)


def test_welch_is_elephants():
    theirs = pytest.importorskip("elephant.spectral").welch_psd
    x = RANDOM.normal(size=3000)
    freqs, wanted = theirs(x, fs=500.0, len_segment=250, overlap=0.5, window="hann", detrend="constant")
    own, found = spectra.welch(x, 500.0, segment=0.5)
    np.testing.assert_allclose(own, freqs)
    np.testing.assert_allclose(found, wanted, rtol=1e-9)


def test_transfer_entropy_is_infomeasures():
    theirs = pytest.importorskip("infomeasure").transfer_entropy
    x = RANDOM.poisson(1.0, 3000)
    y = RANDOM.poisson(0.3 + 0.8 * np.r_[0, x[:-1]])
    for one, other in ((x, y), (y, x)):
        wanted = theirs(one, other, approach="discrete", base=2)
        assert causality.transfer_entropy(one, other, shuffles=0).bits == pytest.approx(wanted, abs=1e-12)


def test_granger_without_a_model_agrees():
    pytest.importorskip("spectral_connectivity")
    x, noise = RANDOM.normal(size=(2, 8000))
    y = noise + 0.8 * np.r_[0, 0, x[:-2]]
    trials = [each.reshape(40, 200) for each in (x, y)]
    free = causality.spectral_granger(*trials, rate=200, bandwidth=10)
    model = causality.granger(x, y, 200)
    assert free.x_to_y[2:-2].mean() == pytest.approx(model.x_to_y.mean(), rel=0.15)
    assert free.y_to_x[2:-2].mean() < 0.1 * free.x_to_y[2:-2].mean()


def test_spikes_of_current_steps_are_efels():
    efel = pytest.importorskip("efel")
    time = np.arange(0, 900, 0.1)
    when = [105.0, 130.0, 160.0, 420.0, 425.0, 720.0]
    v = -70 + sum(100 * np.exp(-(((time - t) / 0.6) ** 2)) for t in when)
    starts, long = [100, 400, 700], 100
    features = cells.step_features(v, 0.1, starts, long, -20.0)
    rates = cells.fi_curve(when, starts, long)
    for place, start in enumerate(starts):
        trace = {"T": time, "V": v, "stim_start": [start], "stim_end": [start + long]}
        names = ["Spikecount_stimint", "peak_time", "peak_voltage", "time_to_first_spike", "all_ISI_values"]
        (own,) = efel.get_feature_values([trace], names)
        assert rates[place] == own["Spikecount_stimint"][0] / 0.1
        here = own["peak_time"][(own["peak_time"] >= start) & (own["peak_time"] < start + long)]
        assert features["latencyPeak1"][place] == pytest.approx(here[0] - start, abs=1e-9)
        if len(here) > 1:
            assert features["ISIPeak1"][place] == pytest.approx(here[1] - here[0], abs=1e-9)
        height = own["peak_voltage"][np.isin(own["peak_time"], here)][0]
        assert features["ampSpike1"][place] == pytest.approx(height - v[990], abs=1e-6)
