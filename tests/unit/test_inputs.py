"""What drives which cells. Numbers of streams are compared with NetPyNE's in tests/oracles."""

import numpy as np
import pytest
from plan_nets import net
from test_recordings import whole

from netspec.errors import SpecError

CLAMP = {"type": "IClamp", "del": 5, "dur": 10, "amp": 0.5}
NOISE = {"type": "NetStim", "rate": 50, "noise": 0.5}
ON_EXC = {"synMech": "exc"}


def driven(source, target=None, conds=None, **more):
    targets = {"t": {"source": "s", "conds": conds or {"pop": "A"}, **(target or {})}}
    return whole(net(stimSourceParams={"s": source}, stimTargetParams=targets, **more)).inputs[0]


def test_a_clamp_is_in_the_middle_of_the_soma():
    block = driven(CLAMP)
    assert block.mechanism == "IClamp"
    assert block.rows["gid"].tolist() == [0, 1, 2, 3]
    assert block.rows["section"].tolist() == [0] * 4
    assert block.rows["location"].tolist() == [0.5] * 4
    assert {name: block.rows[name][0] for name in ("del", "dur", "amp")} == {"del": 5, "dur": 10, "amp": 0.5}


def test_functions_are_drawn_once_for_each_cell():
    # From NetPyNE 1.1.1: IClamp amp 'uniform(0,1)' on four cells, all seeds 1.
    amp = driven({**CLAMP, "amp": "uniform(0,1)"}).rows["amp"]
    expected = [0.6390858917406095, 0.17447129493242333, 0.7407980990268295, 0.9586971714257502]
    assert amp.tolist() == expected


@pytest.mark.parametrize("chosen", [[1, 3], (1, 3), range(1, 4, 2), np.array([3, 1])])
def test_cell_list_is_an_index_among_the_cells_that_match(chosen):
    assert driven(CLAMP, conds={"pop": "A", "cellList": chosen}).rows["gid"].tolist() == [1, 3]


def test_cell_list_outside():
    with pytest.raises(SpecError, match=r"cellList"):
        driven(CLAMP, conds={"xnorm": [0, 1], "cellList": [99]})


def test_lists_of_a_voltage_clamp_are_the_same_for_all():
    block = driven({"type": "VClamp", "amp": [-65, 0], "dur": [5, 5], "gain": 1e5})
    assert block.lists == {"amp": (-65, 0), "dur": (5, 5)}
    assert "amp" not in block.rows


def test_a_section_is_looked_for_in_the_target_cells_only():
    other = {"secs": {"ball": {"geom": {"L": 20, "diam": 20}}}}
    network = net(stimSourceParams={"s": CLAMP}, stimTargetParams={})
    network["cellParams"]["Q"] = other
    network["popParams"]["B"]["cellType"] = "Q"
    network["stimTargetParams"] = {"t": {"source": "s", "conds": {"pop": "A"}, "sec": "dend", "loc": 0.2}}
    (block,) = whole(network).inputs
    assert block.rows["section"].tolist() == [1] * 4


def test_every_synapse_of_a_net_stim_has_its_own_source():
    block = driven(NOISE, {"synMech": ["exc", "inh"], "weight": [0.1, 0.2], "delay": 2, "synsPerConn": 2})
    rows = block.rows
    assert rows["gid"].tolist() == np.repeat([0, 1, 2, 3], 4).tolist()
    assert rows["synapse"].tolist() == [0, 0, 1, 1] * 4
    assert rows["weight"].tolist() == [0.1, 0.1, 0.2, 0.2] * 4
    assert rows["location"].tolist() == [0.25, 0.75] * 8
    assert (rows["interval"] == 50**-1 * 1e3).all()
    assert block.noise.shape == (16, 3)
    assert (block.noise[:4, 1] == 0).all()


def test_defaults_of_a_net_stim():
    rows = driven(NOISE, ON_EXC).rows
    assert {name: rows[name][0] for name in ("weight", "delay", "start", "number", "seed")} == {
        "weight": 1.0,
        "delay": 1.0,
        "start": 0.0,
        "number": 1e9,
        "seed": 1,
    }


def test_weights_of_net_stims_have_a_scale_of_their_own():
    rows = driven(NOISE, {**ON_EXC, "weight": 0.5}, scaleConnWeight=7, scaleConnWeightNetStims=4).rows
    assert (rows["weight"] == 2.0).all()


def test_a_rate_of_zero():
    with pytest.raises(SpecError, match=r"stimSourceParams\['s'\].rate"):
        driven({**NOISE, "rate": 0}, ON_EXC)


def test_a_rate_that_another_mechanism_makes():
    block = driven({**NOISE, "rate": "variable"}, ON_EXC)
    assert block.mechanism == "NSLOC"
    assert (block.rows["interval"] == 10000.0).all()


def test_named_streams_do_not_depend_on_other_populations():
    source, target = {**CLAMP, "amp": "uniform(0,1)"}, {"source": "s", "conds": {"cellType": "P"}}
    small = net(stimSourceParams={"s": source}, stimTargetParams={"t": target})
    large = net(stimSourceParams={"s": source}, stimTargetParams={"t": target})
    large["popParams"] = {"Z": {"cellType": "P", "numCells": 5}, **large["popParams"]}
    few, many = (whole(network, randomStreams="named").inputs[0].rows["amp"] for network in (small, large))
    assert many[5:].tolist() == few.tolist()


def test_events_of_a_net_stim_may_arrive_at_once():
    assert driven(NOISE, {**ON_EXC, "delay": 0}).rows["delay"].tolist() == [0.0] * 4
    with pytest.raises(SpecError, match=r"-0\.1 ms for cell 0 is negative"):
        driven(NOISE, {**ON_EXC, "delay": "0.1 - 0.2"})


def test_the_delay_of_a_clamp_is_its_own():
    assert "delay" not in driven(CLAMP, {"delay": 2}).rows
    assert driven({"type": "IClamp", "delay": 5, "dur": 1, "amp": 1}).rows["delay"].tolist() == [5.0] * 4
