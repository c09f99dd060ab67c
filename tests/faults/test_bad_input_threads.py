"""What is said of threads that cannot be, and of what they cannot do."""

import pytest
from bad_input import said, spoiled

ALONE = "NEURON does this in one thread only; leave simConfig.threads 1, and use ranks."
XSTIM = {
    "type": "XStim",
    "waveform": {"type": "pulse", "amp": 1, "del": 5, "dur": 10},
    "field": {"class": "pointSource", "location": [0, 0, 0]},
}
SHAPE = {"pulseType": "square", "pulseWidth": 5, "pulsePeriod": 20, "switchOnOff": [0, 50]}

COUNTS = {
    "none": (0, "simConfig.threads: expected a positive number, got 0."),
    "fewer": (-2, "simConfig.threads: expected a positive number, got -2."),
    "a part": (1.5, "simConfig.threads: expected an integer, got 1.5 (float)."),
    "text": ("two", "simConfig.threads: expected an integer, got 'two' (str)."),
}
NETWORKS = {
    "fields": (("stimSourceParams.x", XSTIM), "netParams.stimSourceParams['x'].type"),
    "time courses": (("connParams.E->I.shape", SHAPE), "netParams.connParams['E->I'].shape"),
    "extracellular": (
        ("cellParams.PYR.secs.soma.mechs.extracellular", {}),
        "netParams.cellParams['PYR'].secs['soma'].mechs['extracellular']",
    ),
    "changing rates": (
        (
            "popParams.N",
            {"cellModel": "NetStim", "numCells": 1, "dynamicRates": {"rates": [[1, 2]], "times": [0, 5]}},
        ),
        "netParams.popParams['N'].dynamicRates",
    ),
}


@pytest.mark.parametrize(("count", "expected"), COUNTS.values(), ids=COUNTS)
def test_a_number_of_threads(count, expected):
    net, cfg = spoiled("simConfig", ("threads", count))
    assert said(net, cfg)[0] == [expected]


@pytest.mark.parametrize(("change", "path"), NETWORKS.values(), ids=NETWORKS)
def test_what_threads_cannot_do(change, path):
    net, cfg = spoiled("netParams", change)
    assert said(net, cfg)[0] == []
    assert said(net, {**cfg, "threads": 2})[0] == [f"{path}: {ALONE}"]


def test_a_step_for_each_cell():
    net, cfg = spoiled("simConfig", ("use_local_dt", True), ("cvode_active", True))
    assert said(net, cfg)[0] == []
    assert said(net, {**cfg, "threads": 2})[0] == [f"simConfig.use_local_dt: {ALONE}"]


def test_checkpoints():
    net, cfg = spoiled("simConfig", ("checkpointEvery", 50))
    assert said(net, cfg)[0] == []
    expected = "simConfig.checkpointEvery: not supported yet with threads."
    assert said(net, {**cfg, "threads": 2})[0] == [expected]
