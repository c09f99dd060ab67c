"""What is said of extracellular stimuli that are wrong."""

import pytest
from bad_input import said, spoiled

X = "netParams.stimSourceParams['x']"
PULSE = {"type": "pulse", "amp": 1, "del": 5, "dur": 10}
POINT = {"class": "pointSource", "location": [0, 0, 0]}
KINDS = "'pulse', 'sinusoidal', 'external'"

WRONG = {
    "no waveform": ({"field": POINT}, f"{X}.waveform: required, but missing."),
    "no field": ({"waveform": PULSE}, f"{X}.field: required, but missing."),
    "waveform that is none": (
        {"waveform": 3, "field": POINT},
        f"{X}.waveform: expected a dictionary, got 3 (int).",
    ),
    "type of a waveform": (
        {"waveform": {**PULSE, "type": "puls"}, "field": POINT},
        f"{X}.waveform.type: expected one of {KINDS}, got 'puls'.",
    ),
    "key of a waveform": (
        {"waveform": {"type": "pulse", "ampl": 1}, "field": POINT},
        f"{X}.waveform.ampl: unknown key. Did you mean 'amp'?",
    ),
    "key of the stimulus": (
        {"waveform": PULSE, "field": POINT, "feild": 1},
        f"{X}.feild: unknown key. Did you mean 'field'?",
    ),
    "amplitude": (
        {"waveform": {**PULSE, "amp": "big"}, "field": POINT},
        f"{X}.waveform.amp: expected a number, got 'big' (str).",
    ),
    "duration": (
        {"waveform": {**PULSE, "dur": -1}, "field": POINT},
        f"{X}.waveform.dur: expected 0 or more, got -1.",
    ),
    "sine without frequency": (
        {"waveform": {"type": "sinusoidal", "amp": 1}, "field": POINT},
        f"{X}.waveform.freq: required, but missing [Hz].",
    ),
    "external without signal": (
        {"waveform": {"type": "external", "time": [0, 1]}, "field": POINT},
        f"{X}.waveform.signal: expected numbers or a .pkl or .npy file, got None (NoneType).",
    ),
    "class of a field": (
        {"waveform": PULSE, "field": {"class": "point"}},
        f"{X}.field.class: expected one of 'pointSource', 'uniform', 'nodes', got 'point'.",
    ),
    "place of an electrode": (
        {"waveform": PULSE, "field": {**POINT, "location": [0, 1]}},
        f"{X}.field.location: expected 3 numbers, got [0, 1] (list).",
    ),
    "conductivity": (
        {"waveform": PULSE, "field": {**POINT, "sigma": 0}},
        f"{X}.field.sigma: expected a positive number, got 0.",
    ),
    "direction": (
        {"waveform": PULSE, "field": {"class": "uniform", "fieldDirection": 90}},
        f"{X}.field.fieldDirection: expected 2 numbers, got 90 (int).",
    ),
    "a name in place of True": (
        {"waveform": PULSE, "field": POINT, "mod_based": "xtra"},
        f"{X}.mod_based: expected True or False, got 'xtra' (str).",
    ),
}
DOUBTFUL = {
    "pulse without a beginning": (
        {"waveform": {"type": "pulse", "amp": 1, "dur": 5}, "field": POINT},
        f"{X}.waveform.dur: ignored without 'del', as in NetPyNE: lasts as long as the simulation.",
    ),
    "late pulse": (
        {"waveform": {**PULSE, "del": 1000}, "field": POINT},
        f"{X}.waveform.del: the simulation ends before this stimulus begins.",
    ),
    "no electrode": (
        {"waveform": PULSE, "field": {"class": "pointSource"}},
        f"{X}.field.location: missing; the electrode is in the middle of the network.",
    ),
}


def told(source, **target):
    aim = {"source": "x", "conds": {"pop": "E"}, **target}
    changes = ("stimSourceParams.x", {"type": "XStim", **source}), ("stimTargetParams.x->E", aim)
    return said(*spoiled("netParams", *changes))


def test_a_stimulus_that_is_right():
    assert told({"waveform": PULSE, "field": POINT}) == ([], [])


@pytest.mark.parametrize(("source", "expected"), WRONG.values(), ids=WRONG)
def test_mistakes(source, expected):
    assert told(source) == ([expected], [])


@pytest.mark.parametrize(("source", "expected"), DOUBTFUL.values(), ids=DOUBTFUL)
def test_doubts(source, expected):
    assert told(source) == ([], [expected])


def test_xtra_needs_one_time_step():
    source = {"type": "XStim", "waveform": PULSE, "field": POINT, "mod_based": True}
    net, cfg = spoiled("netParams", ("stimSourceParams.x", source))
    problems, _ = said(net, {**cfg, "use_local_dt": True})
    assert problems == [
        f"{X}.mod_based: mod_based needs one time step for all cells; leave use_local_dt False."
    ]


def test_a_place_in_the_cell_is_ignored():
    _, doubts = told({"waveform": PULSE, "field": POINT}, sec="soma")
    expected = "ignored, as in NetPyNE: an XStim acts on all segments of a cell."
    assert doubts == [f"netParams.stimTargetParams['x->E'].sec: {expected}"]


def test_what_a_target_overrides_is_checked():
    problems, _ = told({"waveform": PULSE, "field": POINT}, field={"class": "point"})
    message = "expected one of 'pointSource', 'uniform', 'nodes', got 'point'."
    assert problems == [f"netParams.stimTargetParams['x->E'].field.class: {message}"]
