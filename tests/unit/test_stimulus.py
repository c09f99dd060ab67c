"""Stimuli as values: their algebra, their edges, their noise, and as plain data."""

import json
import math

import numpy as np
import pytest

from netspec.errors import SpecError
from netspec.stimulus import (
    Alpha,
    Chirp,
    Constant,
    Exponential,
    OrnsteinUhlenbeck,
    Pause,
    Pulses,
    Ramp,
    Rectified,
    Samples,
    ShotNoise,
    Sine,
    Square,
    Step,
    Stimulus,
    WhiteNoise,
    Wiener,
    from_plain,
    to_plain,
)
from netspec.stimulus.span import stream

SOME = [
    Constant(0.2),
    Step(1, start=10, end=30),
    Ramp(2, 40, first=1),
    Sine(0.1, 8, phase=0.3, offset=1),
    Square(1, 10, duty=0.2),
    Pulses(2, width=5, period=20, count=3),
    Chirp(1, 5, 20, over=80),
    Exponential(3, tau=10, rising=True),
    Exponential(3, share=0.1),
    Alpha(1, 15),
    Samples((0, 10, 10, 50), (0, 1, 2, 0)),
    OrnsteinUhlenbeck(1, sd=0.5, tau=4),
    OrnsteinUhlenbeck(sigma=0.5),
    WhiteNoise(1, hold=2),
    Wiener(),
    ShotNoise(50, 0.1, tau=3),
    Rectified(1),
    (Sine(1, 8) & Pause(20) & Step(1)) + 1,
    Sine(1, 8).between(10, 60) * Ramp(1, 100) - 3,
    Sine(1, 40).lasting("20 ms").after("0.03 s"),
]
NAMES = {name: kind for name, kind in vars(__import__("netspec.stimulus", fromlist=["*"])).items()}


def array(given: Stimulus, duration=100.0, dt=0.1):
    return given.as_array(duration, dt)[0]


@pytest.mark.parametrize("one", SOME, ids=repr)
def test_the_way_it_is_printed_makes_it_again(one):
    assert eval(repr(one), dict(NAMES)) == one


@pytest.mark.parametrize("one", SOME, ids=repr)
def test_plain_data_makes_it_again(one):
    assert from_plain(json.loads(json.dumps(to_plain(one)))) == one


@pytest.mark.parametrize("one", SOME, ids=repr)
def test_few_samples_are_as_good_as_many(one):
    """Straight lines between the samples are the stimulus, where it has no noise."""
    times, values = one.samples(100, 0.1)
    assert times[0] == 0
    assert times[-1] == 100
    assert np.all(np.diff(times) >= 0)
    if not one.random:
        middles = np.setdiff1d(np.round(np.arange(0.025, 100, 0.05), 6), times)
        fine = one.as_array(100, 0.025)[0][np.round(middles / 0.025).astype(int) - 1]
        np.testing.assert_allclose(np.interp(middles, times, values), fine, atol=2e-4)


@pytest.mark.parametrize("a", SOME[:6], ids=repr)
@pytest.mark.parametrize("b", SOME[4:9], ids=repr)
def test_sums_and_products_are_those_of_the_values(a, b):
    np.testing.assert_array_equal(array(a + b), array(a) + array(b))
    np.testing.assert_array_equal(array(a + b), array(b + a))
    np.testing.assert_array_equal(array(a * b), array(a) * array(b))
    np.testing.assert_array_equal(array(2 * a - 1), 2 * array(a) - 1)


def test_one_after_another():
    a, b, c = Constant(1), Constant(2), Constant(3)
    assert (a & b) & c == a & (b & c)
    assert array(a & b & c, 9, 1).tolist() == [1, 1, 1, 2, 2, 2, 3, 3, 3]
    assert array(a.lasting(2) & b & c.lasting(3), 9, 1).tolist() == [1, 1, 2, 2, 2, 2, 3, 3, 3]
    assert array(a.lasting(2) & b.lasting(3), 9, 1).tolist() == [1, 1, 2, 2, 2, 0, 0, 0, 0]
    assert (a.lasting(2) & b.lasting(3)).length == 5
    assert array((a & b).lasting(4) & c, 9, 1).tolist() == [1, 1, 2, 2, 3, 3, 3, 3, 3]


def test_windows_move_the_beginning():
    assert array(Ramp(4, 4).between(2, 7), 9, 1).tolist() == [0, 0, 1, 2, 3, 4, 4, 0, 0]
    assert array(Ramp(4, 4).after(2), 5, 1).tolist() == [0, 0, 1, 2, 3]


def test_edges_are_exact():
    times, values = (Step("2 nA", start=10.013, end=20.5) + 1).samples(30, 0.1, unit="nA")
    assert times.tolist() == [0, 10.013, 10.013, 20.5, 20.5, 30]
    assert values.tolist() == [1, 1, 3, 3, 1, 1]
    times, values = Square(1, 10).between(100, 250).samples(300, 0.1)
    assert times.tolist() == [0, 100, 100, 150, 150, 200, 200, 250, 250, 300]
    assert values.tolist() == [0, 0, 1, 1, -1, -1, 1, 1, 0, 0]


def test_units():
    assert Sine(1, "2 kHz") == Sine(1, 2000)
    assert Step("100 pA").samples(10, 1, unit="nA")[1].tolist() == [0.1, 0.1]
    with pytest.raises(ValueError, match="'1 mV' should be in nA"):
        Step("1 mV").samples(10, 1, unit="nA")
    with pytest.raises(ValueError, match="give a plain number"):
        Step("1 mV").as_array(10, 1)


@pytest.mark.parametrize("dt", [0.1, 0.5])
def test_statistics_of_an_ornstein_uhlenbeck_process(dt):
    x = OrnsteinUhlenbeck(1, sd=2, tau=5).as_array(4000, dt, rows=50)
    error = 2 * math.sqrt(2 * 5 / 4000 / 50)  # of the mean of a process with this correlation time
    assert abs(x.mean() - 1) < 4 * error
    assert x.std() == pytest.approx(2, rel=0.02)
    lag = round(5 / dt)
    correlation = np.mean((x[:, lag:] - 1) * (x[:, :-lag] - 1)) / 4
    assert correlation == pytest.approx(math.exp(-1), abs=0.03)
    assert x[:, 0].std() == pytest.approx(2, rel=0.4)


def test_statistics_of_shot_noise():
    x = ShotNoise(rate=200, amplitude=0.5, tau=4).as_array(4000, 0.05, rows=50)
    # Campbell's theorem, with the values held for a step
    assert x.mean() == pytest.approx(0.2 * 0.5 * 4, rel=0.02)
    assert x.var() == pytest.approx(0.2 * 0.25 * 4 / 2, rel=0.05)


def test_noise_is_a_function_of_its_stream():
    noise = OrnsteinUhlenbeck(0, sd=1)
    state = np.random.get_state()[1].copy()
    assert np.array_equal(noise.as_array(50, 0.1), noise.as_array(50, 0.1))
    rows = noise.as_array(50, 0.1, rows=3)
    assert np.array_equal(rows[:2], noise.as_array(50, 0.1, rows=2))
    assert abs(np.corrcoef(rows)[0, 1]) < 0.5
    longer = noise.as_array(80, 0.1, rows=3)
    assert np.array_equal(longer[:, :500], rows)
    twice = (noise + noise).as_array(50, 0.1)
    assert not np.allclose(twice, 2 * noise.as_array(50, 0.1))
    assert not np.array_equal(noise.as_array(50, 0.1, seed=1), noise.as_array(50, 0.1))
    assert np.array_equal(state, np.random.get_state()[1])
    one, other = stream("a", rows=2), stream("b", rows=2)
    assert not np.array_equal(one.normals(5), other.normals(5))


def test_white_noise_holds():
    values = array(WhiteNoise(1, hold=2), 10, 0.5)
    assert np.array_equal(values[::4], values[3::4])
    assert len(set(values)) == 5


@pytest.mark.parametrize(
    ("plain", "message"),
    [
        ({"type": "Sin"}, "unknown stimulus 'Sin'. Did you mean 'Sine'?"),
        ({"amplitude": 1}, "needs 'type'"),
        ({"type": "Sine", "amplitud": 1, "frequency": 2}, "Did you mean 'amplitude'?"),
        ({"type": "Sine", "amplitude": 1}, "Sine needs 'frequency'"),
        ({"type": "Sine", "amplitude": 1, "frequency": "5 mV"}, "should be in Hz"),
        (
            {"type": "Sum", "of": [{"type": "Step", "size": 1}, {"type": "X"}]},
            "of\\[1\\]",
        ),
        ({"type": "OrnsteinUhlenbeck", "sd": 1, "sigma": 1}, "one of sd and sigma"),
        ({"type": "Samples", "times": [0, 1], "levels": [0]}, "2 times for 1 levels"),
        ({"type": "Samples", "times": [2, 1], "levels": [0, 0]}, "ascend"),
        ({"type": "Window", "of": {"type": "Step", "size": 1}, "lasts": -1}, "cannot begin"),
        ([1], "neither a stimulus nor a number"),
    ],
)
def test_what_is_wrong_with_plain_data(plain, message):
    with pytest.raises(SpecError, match=message):
        from_plain(plain)
