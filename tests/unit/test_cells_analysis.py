import numpy as np
import pytest

from netspec.analysis import cells

STEP = 0.1
SPIKES = [101.0, 103.0, 110.0, 310.0, 400.0]


def test_rates_of_current_steps():
    assert cells.fi_curve(SPIKES, [100, 300, 500], 100).tolist() == [30, 10, 0]
    assert cells.fi_curve(SPIKES[::-1], [100, 300], 100, tail=95).tolist() == pytest.approx(
        [1000 / 95, 1000 / 95]
    )
    assert cells.onset_rates(SPIKES, [100, 300], 100).tolist() == [500, 0]


def spiking(times, height=30.0):
    time = np.arange(0, 600, STEP)
    return -70 + sum((height + 70) * np.exp(-(((time - t) / 0.5) ** 2)) for t in times)


def test_features_of_current_steps():
    found = cells.step_features(spiking(SPIKES), STEP, [100, 300, 500], 100, 0.0)
    np.testing.assert_allclose(found["latencyPeak1"], [1, 10, np.nan])
    np.testing.assert_allclose(found["ISIPeak1"], [2, np.nan, np.nan])
    np.testing.assert_allclose(found["ampSpike1"], [100, 100, np.nan], rtol=1e-5)
    np.testing.assert_allclose(found["ampSpike2"], [100, np.nan, np.nan], rtol=1e-5)


def test_extremes_after_stimuli():
    v = np.zeros((2, 2000))
    v[0, 550], v[0, 1050], v[1, 600], v[0, 995] = 4, 3, -2, 9  # the last is in the ms that is left out
    top, before = cells.extremes(v, STEP, 50, 50, 2)
    assert top.tolist() == [[4, 0], [3, 0]]
    assert cells.extremes(v, STEP, 50, 50, 2, upwards=False)[0].tolist() == [[0, -2], [0, 0]]
    assert before.tolist() == [0, 0]


def test_stimuli_beyond_the_trace_are_refused():
    with pytest.raises(ValueError, match="do not fit"):
        cells.extremes(np.zeros((1, 100)), STEP, 5, 50, 2)


@pytest.mark.parametrize("size", [3.0, -3.0])
def test_a_psp_of_two_exponentials(size):
    """Rise and fall of known time constants; the fall of the tail is the slower one's."""
    time = np.arange(0, 400, 0.01)
    rise, fall = 1.0, 20.0
    after = np.clip(time - 50, 0, None)
    shape = np.exp(-after / fall) - np.exp(-after / rise)
    found = cells.psp(-65 + size * shape, 0.01, 50)
    top = rise * fall / (fall - rise) * np.log(fall / rise)
    assert found["base"] == pytest.approx(-65)
    assert found["amplitude"] == pytest.approx(size * (np.exp(-top / fall) - np.exp(-top / rise)), rel=1e-5)
    assert found["area"] == pytest.approx(size * (fall - rise), rel=1e-3)
    assert found["decay"] == pytest.approx(fall, rel=0.03)
    part = shape / shape.max()
    crossed = [time[np.flatnonzero(part >= level)[0]] for level in (0.1, 0.2, 0.5, 0.8)]
    late = time[np.flatnonzero(part >= 0.5)[-1]]
    assert found["latency"] == pytest.approx(crossed[0] - 50, abs=0.02)
    assert found["rise_time"] == pytest.approx(crossed[3] - crossed[1], abs=0.02)
    assert found["half_width"] == pytest.approx(late - crossed[2], abs=0.03)


def test_a_potential_that_stays_has_no_decay():
    flat = cells.psp(np.full(1000, -65.0), STEP, 50)
    assert flat["amplitude"] == 0
    assert np.isnan(flat["decay"])
    step = cells.psp(np.r_[np.zeros(500), np.ones(500)], STEP, 50)
    assert step["amplitude"] == 1
    assert np.isnan([step["decay"], step["half_width"]]).all()
