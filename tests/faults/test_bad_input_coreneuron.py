"""What changes while a network runs: under CoreNEURON it can, in a model that is written it cannot."""

import pytest
from bad_input import said, spoiled

SHAPE = {"pulseType": "square", "pulseWidth": 5, "pulsePeriod": 20, "switchOnOff": [0, 50]}
RATES = {"cellModel": "NetStim", "numCells": 1, "dynamicRates": {"rates": [[1, 2]], "times": [0, 5]}}
CHANGING = {
    "weights": (("connParams.E->I.shape", SHAPE), "netParams.connParams['E->I'].shape"),
    "weights of stimuli": (
        ("stimSourceParams.s", {"type": "NetStim", "rate": 10, "shape": SHAPE}),
        "netParams.stimSourceParams['s'].shape",
    ),
    "rates": (("popParams.N", RATES), "netParams.popParams['N'].dynamicRates"),
}


@pytest.mark.parametrize(("change", "path"), CHANGING.values(), ids=CHANGING)
def test_written_models_do_not_change(change, path):
    net, cfg = spoiled("netParams", change)
    assert said(net, {**cfg, "coreneuron": True})[0] == []
    (found,) = said(net, {**cfg, "dump_coreneuron_model": True})[0]
    assert found.startswith(f"{path}: a model that is written for CoreNEURON cannot change while it runs")
