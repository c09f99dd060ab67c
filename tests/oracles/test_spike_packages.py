"""Statistics of spikes beside elephant, PySpike and scipy, which have them too."""

from datetime import UTC, datetime

import numpy as np
import pytest

from netspec.analysis import rates, spikes, synchrony

pytestmark = pytest.mark.filterwarnings("ignore")  # of those packages

SPAN = (0.0, 1000.0)


@pytest.fixture(scope="module")
def trains():
    rng = np.random.default_rng(7)
    return [np.sort(rng.uniform(0, 1000, rng.integers(5, 60))) for _ in range(6)]


@pytest.fixture(scope="module")
def neo_trains(trains):
    neo, pq = pytest.importorskip("neo"), pytest.importorskip("quantities")
    return [neo.SpikeTrain(train * pq.ms, t_start=0 * pq.ms, t_stop=1000 * pq.ms) for train in trains]


def flat(trains):
    return np.concatenate(trains), np.repeat(np.arange(len(trains)), [len(train) for train in trains])


def elephants(module):
    return pytest.importorskip(f"elephant.{module}")


def test_irregularity_is_elephants(trains):
    theirs = elephants("statistics")
    between = [theirs.isi(train) for train in trains]
    for ours, expected in (
        (spikes.cv, [theirs.cv(own) for own in between]),
        (spikes.cv2, [theirs.cv2(own) for own in between]),
        (spikes.lv, [theirs.lv(own) for own in between]),
    ):
        np.testing.assert_allclose(ours(*flat(trains))[1], expected, rtol=1e-9)


def test_fano_factor_is_elephants(trains, neo_trains):
    expected = elephants("statistics").fanofactor(neo_trains)
    assert spikes.fano([len(train) for train in trains]) == pytest.approx(expected, rel=1e-9)


def test_smoothed_rate_is_elephants(trains, neo_trains):
    import quantities as pq

    kernel = elephants("kernels").GaussianKernel(12 * pq.ms)
    theirs = elephants("statistics").instantaneous_rate(neo_trains[2], 2 * pq.ms, kernel, cutoff=8)
    _, found = rates.smoothed(trains[2], SPAN, 12, 2)
    np.testing.assert_allclose(found, theirs.magnitude[:, 0], atol=1e-9 * found.max())


def test_correlation_is_elephants(trains, neo_trains):
    import quantities as pq

    conversion, theirs = elephants("conversion"), elephants("spike_train_correlation")
    expected = theirs.correlation_coefficient(conversion.BinnedSpikeTrain(neo_trains, bin_size=25 * pq.ms))
    counts = rates.counts_of_cells(*flat(trains), np.arange(6), spikes.edges(SPAN, 25))
    np.testing.assert_allclose(synchrony.correlation(counts), expected, atol=1e-9)


@pytest.mark.parametrize("window", [2.0, 20.0, 400.0])
def test_tiling_is_elephants(trains, neo_trains, window):
    import quantities as pq

    theirs = elephants("spike_train_correlation").spike_time_tiling_coefficient
    found = synchrony.tilings(trains, window, SPAN)
    for row, column in ((0, 1), (2, 3), (4, 5)):
        expected = theirs(neo_trains[row], neo_trains[column], dt=window * pq.ms)
        assert found[row, column] == pytest.approx(expected, abs=1e-9)


def test_locking_is_elephants():
    angles = np.random.default_rng(3).vonmises(0.7, 2, 200)
    direction, length = elephants("phase_analysis").mean_phase_vector(angles)
    np.testing.assert_allclose(synchrony.locking(angles), (direction, length), atol=1e-9)


def test_phase_locking_value_is_elephants():
    angles = np.random.default_rng(8).uniform(-3, 3, (2, 50, 4))
    expected = elephants("phase_analysis").phase_locking_value(*angles)
    found = [synchrony.locking(own)[1] for own in (angles[0] - angles[1]).T]
    np.testing.assert_allclose(found, expected, atol=1e-9)


def test_spike_synchronisation_is_pyspikes(trains):
    pyspike = pytest.importorskip("pyspike")
    theirs = [pyspike.SpikeTrain(train, SPAN) for train in trains]
    total, pairs = pyspike.spike_sync(theirs), pyspike.spike_sync_matrix(theirs)
    assert synchrony.spike_sync(trains, SPAN) == pytest.approx(total, abs=1e-12)
    np.testing.assert_allclose(synchrony.spike_syncs(trains, SPAN), pairs, atol=1e-12)


def test_units_that_pynwb_wrote_are_read(trains, tmp_path):
    pynwb = pytest.importorskip("pynwb")
    start = datetime(2026, 1, 1, tzinfo=UTC)
    file = pynwb.NWBFile(session_description="spikes", identifier="1", session_start_time=start)
    for position, train in enumerate(trains):
        file.add_unit(spike_times=train / 1000, id=10 + position)
    with pynwb.NWBHDF5IO(tmp_path / "units.nwb", "w") as io:
        io.write(file)
    times, ids, labels = spikes.read(tmp_path / "units.nwb")
    assert labels == tuple(f"unit {10 + position}" for position in range(6))
    for position, train in enumerate(trains):
        np.testing.assert_allclose(times[ids == position], train, rtol=1e-12)
