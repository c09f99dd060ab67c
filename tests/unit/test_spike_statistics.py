"""Numbers of spike trains with known answers."""

import h5py
import numpy as np
import pytest

from netspec.analysis import rates, spikes, synchrony
from netspec.errors import FileError

SPAN = (0.0, 1000.0)


def poisson(trains=8, hertz=20.0, seconds=1.0, seed=2):
    rng = np.random.default_rng(seed)
    return [np.sort(rng.uniform(0, 1000 * seconds, rng.poisson(hertz * seconds))) for _ in range(trains)]


def flat(trains, seed=3):
    """Times and ids of trains, shuffled."""
    times, ids = np.concatenate(trains), np.repeat(np.arange(len(trains)), [len(train) for train in trains])
    order = np.random.default_rng(seed).permutation(len(times))
    return times[order], ids[order]


def test_trains_and_intervals_are_sorted_by_cell_and_time():
    ids, found = spikes.trains([5, 1, 3, 2], [7, 2, 7, 2])
    assert ids.tolist() == [2, 7]
    assert [train.tolist() for train in found] == [[1, 2], [3, 5]]
    between, whose = spikes.intervals([5, 1, 3, 2, 9], [7, 2, 7, 2, 8])
    assert (between.tolist(), whose.tolist()) == ([1, 2], [2, 7])
    ids, found = spikes.trains([], [])
    assert (len(ids), found) == (0, [])


def test_irregularity_of_a_clock_and_of_two_intervals_in_turn():
    clock, turns = np.arange(0, 500, 10.0), np.cumsum([10.0, 30.0] * 20)
    times, ids = flat([clock, turns])
    np.testing.assert_allclose(
        spikes.cv(times, ids)[1],
        [0, np.std([10, 30] * 19 + [30]) / np.mean([10, 30] * 19 + [30])],
        atol=1e-12,
    )
    np.testing.assert_allclose(spikes.cv2(times, ids)[1], [0, 2 * 20 / 40], atol=1e-12)
    np.testing.assert_allclose(spikes.lv(times, ids)[1], [0, 3 * (20 / 40) ** 2], atol=1e-12)


def test_irregularity_of_chance_is_one():
    times, ids = flat(poisson(2, hertz=20, seconds=500))
    for measure in (spikes.cv, spikes.cv2, spikes.lv):
        np.testing.assert_allclose(measure(times, ids)[1], 1, atol=0.05)


def test_cells_of_few_spikes_have_no_irregularity():
    times, ids = [1, 2, 4, 1, 2, 4, 8], [0, 0, 0, 1, 1, 1, 1]
    assert spikes.cv(times, ids)[0].tolist() == [0, 1]
    assert spikes.cv(times, ids, fewest=4)[0].tolist() == [1]
    assert spikes.lv([1, 2], [0, 0])[0].tolist() == []


def test_fano_factor():
    rng = np.random.default_rng(1)
    found = spikes.fano([np.full(9, 4), rng.poisson(5, 9)])
    assert found[0] == 0
    assert spikes.fano(rng.poisson(5, 100_000)) == pytest.approx(1, abs=0.02)
    assert np.isnan(spikes.fano([0, 0]))


def test_bursts_end_at_a_long_interval_and_at_another_cell():
    times = [0, 5, 10, 100, 200, 204, 208, 212, 9, 12]
    found = spikes.bursts(times, [0, 0, 0, 0, 0, 0, 0, 0, 1, 1], longest=6, fewest=3)
    rows = [found[name].tolist() for name in ("gid", "start", "stop", "count")]
    assert rows == [[0, 0], [0, 200], [10, 212], [3, 4]]
    assert len(spikes.bursts([], [])) == 0


def test_rates_of_cells_have_silent_ones_and_no_others():
    found = rates.of_cells([100, 200, 1000, 5000], [4, 4, 9, 4], [9, 5, 4], SPAN)
    assert found.tolist() == [1, 0, 2]
    assert rates.mean([0, 1000, 1001], 4, SPAN) == 0.5


def test_counts_of_cells_add_up_to_those_of_all():
    times, ids = flat(poisson())
    edges = spikes.edges(SPAN, 30)
    own = rates.counts_of_cells(times, ids, np.arange(8), edges)
    assert own.shape == (8, 34)
    np.testing.assert_array_equal(own.sum(axis=0), rates.counts(times, edges))
    one = np.histogram(times[ids == 3], edges)[0]
    np.testing.assert_array_equal(own[3], one)
    np.testing.assert_allclose(rates.binned(times, edges, 8), own.mean(axis=0) / 0.03)


@pytest.mark.parametrize("kernel", ["gaussian", "exponential", "box"])
def test_a_smoothed_spike_keeps_its_area(kernel):
    time, found = rates.smoothed([500.05], SPAN, 20, 0.1, kernel)
    assert found.sum() * 1e-4 == pytest.approx(1, rel=0.01)
    assert time[0] == pytest.approx(0.05)
    if kernel == "gaussian":
        expected = np.exp(-0.5 * ((time - 500.05) / 20) ** 2) / (20e-3 * np.sqrt(2 * np.pi))
        np.testing.assert_allclose(found, expected, atol=1e-9)
    if kernel == "exponential":
        assert found[time < 500].max() == 0
        assert found.max() == pytest.approx(50)


def test_an_unknown_kernel_is_refused():
    with pytest.raises(ValueError, match="gaussian"):
        rates.smoothed([1], SPAN, 5, kernel="gausian")


def test_netpynes_synchrony_is_the_part_of_empty_milliseconds():
    assert synchrony.netpyne_sync([0, 0.2, 0.9, 5, 6.5], 10) == pytest.approx(1 - 3 / 10)
    assert synchrony.netpyne_sync([], 10) == 1


def test_correlation_of_counts():
    counts = np.array([[0, 1, 0, 2], [0, 2, 0, 4], [2, 1, 2, 0], [1, 1, 1, 1]])
    found = synchrony.correlation(counts)
    np.testing.assert_allclose(found[0, :3], [1, 1, -1])
    assert np.isnan(found[3]).all()
    assert synchrony.mean_correlation(counts) == pytest.approx(-1 / 3)


def test_chi_square_of_equal_and_of_independent_signals():
    wave = np.sin(np.arange(1000) / 10)
    assert synchrony.chi_square([wave, wave, wave]) == pytest.approx(1)
    independent = np.random.default_rng(4).normal(size=(50, 20_000))
    assert synchrony.chi_square(independent) == pytest.approx(1 / 50, rel=0.05)


def test_tiling_of_equal_of_chance_and_of_empty_trains():
    one, other = poisson(2, hertz=30, seconds=100)
    assert synchrony.tiling(one, one, 5, (0, 1e5)) == 1
    assert synchrony.tiling(one, other, 5, (0, 1e5)) == pytest.approx(0, abs=0.05)
    assert np.isnan(synchrony.tiling(one, [], 5, (0, 1e5)))
    both = synchrony.tilings([one, other], 5, (0, 1e5))
    assert both[0, 1] == both[1, 0] == synchrony.tiling(one, other, 5, (0, 1e5))


def brute_coincidences(a, b, longest):
    """Spikes of a closer to one of b than half of all four intervals beside them."""

    def reach(train, i):
        left = train[i] - train[i - 1] if i else longest
        right = train[i + 1] - train[i] if i + 1 < len(train) else longest
        return min(left, right) / 2

    pairs = ((i, j) for i in range(len(a)) for j in range(len(b)))
    return sum(abs(a[i] - b[j]) < min(reach(a, i), reach(b, j)) for i, j in pairs)


def test_spike_synchronisation_is_its_definition():
    trains = poisson(5, hertz=30)
    found, sizes = synchrony.coincidences(trains, SPAN)
    for row, a in enumerate(trains):
        for column, b in enumerate(trains):
            assert found[row, column] == brute_coincidences(a, b, 1000)
    pairs = synchrony.spike_syncs(trains, SPAN)
    assert pairs[1, 2] == pytest.approx(2 * found[1, 2] / (sizes[1] + sizes[2]))
    assert 0 < synchrony.spike_sync(trains, SPAN) < 1
    assert synchrony.spike_sync([trains[0]] * 3, SPAN) == 1
    assert np.isnan(synchrony.spike_sync(trains[:1], SPAN))


def test_spikes_at_peaks_are_locked_to_phase_zero():
    time = np.arange(2000.0)
    signal = 3 + 2 * np.cos(2 * np.pi * 8 * time / 1000)
    wave = synchrony.rhythm(signal, 1000, [4, 12], 2)
    assert len(wave) == 2001
    peaks = np.arange(500, 1500, 125.0)
    direction, length = synchrony.locking(synchrony.at_times(wave, 1000, peaks))
    assert direction == pytest.approx(0, abs=0.05)
    assert length == pytest.approx(1, abs=1e-3)
    assert np.all(synchrony.rhythm(np.ones(500), 1000, [4, 12]) == 0)
    quarter = synchrony.at_times(wave, 1000, peaks + 125 / 4)
    np.testing.assert_allclose(quarter, np.pi / 2, atol=0.05)


def test_phases_go_on_over_the_end_of_a_turn():
    wave = np.exp(1j * np.radians([170, 178, 186, 194]))
    found = np.degrees(synchrony.at_times(wave, 1000, [1.5, 2.5], start=0))
    np.testing.assert_allclose(found, [-178, -170])
    np.testing.assert_allclose(np.degrees(synchrony.at_times(wave, 1000, [11], start=10)), 178)


def test_consistency_of_pairs_does_not_grow_with_few_spikes():
    angles = np.random.default_rng(5).uniform(-np.pi, np.pi, 9)
    pairs = [np.cos(a - b) for i, a in enumerate(angles) for b in angles[:i]]
    assert synchrony.pairwise_consistency(angles) == pytest.approx(np.mean(pairs))
    assert np.isnan(synchrony.pairwise_consistency([1.0]))
    assert np.isnan(synchrony.locking([])[1])


def test_spikes_of_a_sonata_file(tmp_path):
    with h5py.File(tmp_path / "spikes.h5", "w") as file:
        for name, times, nodes, unit in (
            ("v1", [3.0, 1.0], [9, 4], "milliseconds"),
            ("lgn", [0.002], [4], "seconds"),
        ):
            group = file.create_group(f"spikes/{name}")
            group["timestamps"], group["node_ids"] = times, np.array(nodes, np.uint64)
            group["timestamps"].attrs["units"] = unit
    times, ids, labels = spikes.read(tmp_path / "spikes.h5")
    assert times.tolist() == [1, 2, 3]
    assert [labels[place] for place in ids] == ["v1 4", "lgn 4", "v1 9"]


def test_units_of_an_nwb_file(tmp_path):
    with h5py.File(tmp_path / "units.nwb", "w") as file:
        units = file.create_group("units")
        units["spike_times"], units["spike_times_index"] = [0.5, 0.1, 0.3], [2, 2, 3]
        units["id"] = [7, 8, 9]
    times, ids, labels = spikes.read(tmp_path / "units.nwb")
    assert times.tolist() == [100, 300, 500]
    assert ids.tolist() == [0, 2, 0]
    assert labels == ("unit 7", "unit 8", "unit 9")


def test_files_without_spikes_are_refused(tmp_path):
    with h5py.File(tmp_path / "empty.h5", "w"):
        pass
    (tmp_path / "text.h5").write_text("nothing")
    for name, message in (("empty.h5", "neither"), ("text.h5", "no HDF5"), ("missing.h5", "no HDF5")):
        with pytest.raises(FileError, match=message):
            spikes.read(tmp_path / name)
