"""Waveforms that parameters of clamps follow."""

import numpy as np
import pytest

import netspec
from netspec.errors import SpecError
from netspec.plan import courses
from netspec.spec.check_stimuli import WAVEFORMS

CELL = {"secs": {"soma": {"geom": {"L": 20, "diam": 20}, "mechs": {"hh": {}}}}}


def net(waveform, **source):
    cells = [{"x": 0, "y": 0, "z": 0, "threshold": 0.2 * k} for k in range(1, 4)]
    return {
        "cellParams": {"c": CELL},
        "popParams": {"E": {"cellType": "c", "cellsList": cells}},
        "stimSourceParams": {"s": {"type": "IClamp", "dur": 1e9, "waveform": waveform, **source}},
        "stimTargetParams": {"s->E": {"source": "s", "conds": {"pop": "E"}, "sec": "soma", "loc": 0.5}},
    }


def course(waveform):
    plan = netspec.plan(net(waveform), {"duration": 10})
    return list(courses.of_stimulus(plan.model, plan.cells, "s", "s->E", plan.cells.gids))


def test_every_waveform_is_known_to_both_layers():
    assert courses.WAVES.keys() == WAVEFORMS.keys()


def test_a_ramp_of_each_cells_own_height():
    found = course({"type": "ramp", "start": "threshold / 2", "stop": 1, "del": 5, "dur": 20})
    assert [times.tolist() for times, _ in found] == [[0, 5, 5, 25, 25]] * 3
    assert [values[2] for _, values in found] == pytest.approx([0.1, 0.2, 0.3])
    assert {(values[0], values[1], values[3], values[4]) for _, values in found} == {(0, 0, 1, 0)}


def test_pulses_of_which_the_last_is_cut_off():
    (times, values), *_ = course({"type": "pulses", "amp": 2, "freq": 100, "width": 4, "dur": 22})
    assert times[values == 2].tolist() == [0, 4, 10, 14, 20, 22]


def test_a_conductance_is_a_resistance():
    (_, values), *_ = course({"type": "ramp", "start": 0, "stop": 0.5, "dur": 5, "conductance": True})
    assert values.tolist() == [1e9, 1e9, 2.0, 1e9]


LONG = {"dur": 40000.0, "dt": 0.5}


def test_noise_has_the_moments_that_were_asked_for():
    values = course({"type": "noise", "mean": 0.3, "variance": 0.04, **LONG})[0][1][1:-1]
    assert values.mean() == pytest.approx(0.3, abs=0.005)
    assert values.var() == pytest.approx(0.04, rel=0.05)


def test_a_process_of_ornstein_and_uhlenbeck():
    """Its autocorrelation falls to 1/e within tau."""
    values = course({"type": "ornstein_uhlenbeck", "mean": 1, "sigma": 0.2, "tau": 5, **LONG})[0][1][1:-1]
    assert (values.mean(), values.std()) == pytest.approx((1, 0.2), rel=0.05)
    away = values - values.mean()
    assert (away[10:] * away[:-10]).mean() / away.var() == pytest.approx(np.exp(-1), abs=0.05)


def test_shot_noise_has_the_moments_that_were_asked_for():
    given = {
        "type": "shot_noise",
        "rise": 0.4,
        "decay": 4,
        "mean": 0.3,
        "sigma": 0.1,
        "dt": 0.25,
        "dur": 20000.0,
    }
    values = course(given)[0][1][100:-1]
    assert (values.mean(), values.std()) == pytest.approx((0.3, 0.1), rel=0.1)


def test_each_cell_has_noise_of_its_own_unless_a_stream_is_named():
    given = {"type": "noise", "mean": 0, "variance": 1, "dur": 5}
    own = course(given)
    assert not np.array_equal(own[0][1], own[1][1])
    same = course({**given, "stream": [1, 2, 3, 4]})
    assert np.array_equal(same[0][1], same[1][1])
    assert not np.array_equal(same[0][1], course({**given, "stream": [1, 2, 3, 5]})[0][1])


BAD = {
    "expected a dictionary": "ramp",
    "there is no waveform": {"type": "rampe"},
    "unknown key": {"type": "ramp", "start": 1, "dur": 2, "stopp": 3},
    "required, but missing": {"type": "ramp", "start": 1},
    "expected a number or an expression": {"type": "ramp", "start": [1], "dur": 2},
    "expected as many as times": {"type": "samples", "times": [0, 1], "values": [1]},
    "expected a positive number": {"type": "ramp", "start": 1, "dur": -2},
}


@pytest.mark.parametrize("message", BAD)
def test_bad_waveforms(message):
    with pytest.raises(SpecError, match=r"stimSourceParams\['s'\].waveform") as caught:
        netspec.plan(net(BAD[message]), {"duration": 10})
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("start", "message"), [("treshold", "treshold"), ("1 / (threshold - 0.2)", "cell 0")]
)
def test_bad_expressions(start, message):
    with pytest.raises(SpecError) as caught:
        course({"type": "ramp", "start": start, "dur": 2})
    assert message in str(caught.value)
    assert "waveform.start" in str(caught.value)


def test_a_process_that_cannot_be():
    with pytest.raises(SpecError, match="there is no such shot_noise for cell 0"):
        course({"type": "shot_noise", "rise": 1, "decay": 4, "mean": 0, "sigma": 0.1, "dur": 5})
