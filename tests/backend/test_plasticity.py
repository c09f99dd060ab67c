"""Plasticity objects and point neurons, with the mechanisms of the comparison with NetPyNE."""

from pathlib import Path

import by_hand
import numpy as np
import pytest

from netspec.errors import SpecError
from netspec.neuron import mechanisms, plasticity
from netspec.neuron.run import Network
from netspec.plan import InputBlock, PointBlock, Recordings, TraceBlock
from netspec.spec.cell import Section, Synapse
from netspec.spec.network import ConnectionRule
from netspec.tables import Table

pytestmark = pytest.mark.neuron

MOD = Path(__file__).parents[1] / "oracles" / "mod"
PLAST = {"mech": "STDP", "params": {"gain": 0.01, "most": 0.5}}
NEURONS = {
    "soma": Section(
        geom={"L": 10, "diam": 10},
        mechs={"pas": {}},
        pointps={"izh": {"mod": "TwoState", "vref": "V", "synList": ["exc", "inh"], "drive": 10.0}},
    )
}
SYNAPSES = {label: Synapse(label, "ExpSyn", params={"tau": 2.0}) for label in ("other", "inh", "exc")}


@pytest.fixture(scope="module", autouse=True)
def _mod():
    mechanisms.load([MOD])


def built(plan):
    network = Network(by_hand.ranks())
    for stage in (network.make_cells, network.make_connections, network.make_inputs, network.make_recordings):
        stage(plan)
    return network


def with_plasticity(plast, populations=(("P", 3),), points=(), inputs=(), **rows):
    made = by_hand.spec({"soma": by_hand.soma()}, populations, simulation={"duration": 60.0})
    made.network.connections["r"] = ConnectionRule("r", {}, {}, plast=plast)
    return by_hand.plan(made, connections=by_hand.connections(**rows), points=points, inputs=inputs)


ROWS = {
    "pre": [2, 0, 1],
    "post": [0, 1, 2],
    "location": [0.5] * 3,
    "weight": [0.1, 0.2, 0.3],
    "delay": [1, 2, 3],
}


def test_every_connection_has_its_plasticity_object():
    network = built(with_plasticity(PLAST, **ROWS))
    for row, post in enumerate(ROWS["post"]):
        rule = network.plasticity(row)
        assert (rule.gain, rule.most) == (0.01, 0.5)
        assert rule.get_segment() == network.section(post, "soma")(0)
        assert rule.synweight == network.netcon(row).weight[0] == ROWS["weight"][row]
        network.netcon(row).weight[0] = 7.0
        assert rule.synweight == 7.0
    for heard, sources, weight in zip(
        network.connections.changing[0].kept[1:], (ROWS["pre"], ROWS["post"]), (1.0, -1.0), strict=True
    ):
        assert [int(netcon.srcgid()) for netcon in heard] == sources
        assert [netcon.syn() for netcon in heard] == [network.plasticity(row) for row in range(3)]
        assert {(netcon.weight[0], netcon.delay) for netcon in heard} == {(weight, 1.0)}
    network.close()


def test_weights_learn():
    place = {"gid": np.arange(3), "section": np.zeros(3, int), "location": np.full(3, 0.5)}
    clamps = InputBlock("t", "s", "IClamp", Table({**place, "amp": np.full(3, 2.0), "dur": np.full(3, 50.0)}))
    network = built(with_plasticity(PLAST, inputs=(clamps,), **ROWS))
    network.run()
    learned = [network.netcon(row).weight[0] for row in range(3)]
    network.close()
    # All cells fire at once; events of one instant come in order of gid, so 2 -> 0 is post before pre.
    assert learned == pytest.approx([0.1 - 0.0005, 0.2 + 0.01, 0.3 + 0.01])


def test_plasticity_on_artificial_cells():
    points = (PointBlock(0, "IntFire1", Table({"gid": np.arange(3)})),)
    rows = {**ROWS, "section": [-1] * 3}
    network = built(with_plasticity(PLAST, [("I", 3, {"cell_model": "IntFire1"})], points, **rows))
    assert [network.plasticity(row).synweight for row in range(3)] == ROWS["weight"]
    network.close()


def test_plasticity_of_netstims():
    ones = np.ones(3)
    columns = {
        "gid": np.arange(3),
        "section": np.zeros(3, int),
        "synapse": np.zeros(3, int),
        "location": ones / 2,
    }
    rows = Table(
        {
            **columns,
            "weight": ones / 10,
            "delay": ones,
            "interval": 10 * ones,
            "start": ones,
            "number": 5 * ones,
        }
    )
    block = InputBlock("t", "s", "NetStim", rows, plast=PLAST)
    network = built(with_plasticity(None, inputs=(block,), pre=[]))
    network.run()
    rule = network.inputs.plasticity(0, 1)
    assert rule.synweight == network.input_netcon(0, 1).weight[0]
    assert rule.synweight != 0.1
    network.close()


def test_other_mechanisms_are_only_made():
    network = built(with_plasticity({"mech": "ExpSyn", "params": {"tau": 3.0}}, **ROWS))
    assert network.plasticity(1).tau == 3.0
    assert network.connections.changing[0].kept[1:] == ()
    network.close()


def test_an_unknown_mechanism_is_named():
    with pytest.raises(SpecError, match=r"connParams\['r'\]\.plast\['mech'\]"):
        built(with_plasticity({"mech": "NoSuch"}, **ROWS))


def test_connections_end_on_point_neurons():
    made = by_hand.spec(NEURONS, [("P", 3)], SYNAPSES, simulation={"duration": 40.0})
    labels = list(SYNAPSES)
    rows = by_hand.connections(
        pre=[0, 1, 2, 0], post=[1, 2, 0, 2],
        synapse=[labels.index(x) for x in ("exc", "inh", "other", "inh")],
        weight=[1.0, 2.0, 3.0, 4.0], delay=[1, 1, 1, 1], location=[0.5] * 4,
    )  # fmt: skip
    stims = Table({
        "gid": np.array([1]), "section": np.array([0]), "location": np.array([0.5]), "synapse": np.array([1]),
        "weight": np.array([9.0]), "delay": np.array([1.0]), "number": np.array([1.0]),
        "start": np.array([5.0]),
    })  # fmt: skip
    traces = (TraceBlock("u", "pointp", "u", np.array([0]), "soma", 0.5, "izh"),)
    plan = by_hand.plan(
        made,
        connections=rows,
        inputs=(InputBlock("t", "s", "NetStim", stims),),
        recordings=Recordings(traces),
    )
    network = built(plan)
    for row, (post, index) in enumerate([(1, 0), (2, 1), (0, 0), (2, 1)]):
        assert network.netcon(row).syn() == network.pointp(post, "soma", "izh") == network.synapse(row)
        weights = [0.0, 0.0]
        weights[index] = row + 1.0
        assert list(network.netcon(row).weight) == weights
    assert network.input_synapse(0, 0) == network.pointp(1, "soma", "izh")
    assert list(network.input_netcon(0, 0).weight) == [0.0, 9.0]
    network.run()
    out = network.collect()
    network.close()
    assert set(out.spikes["gid"].tolist()) == {0, 1, 2}
    assert np.ptp(out.traces["u"][0]) > 0


@pytest.mark.parametrize(
    "shape",
    [
        {},
        {"pulseType": "gaussian", "pulseWidth": 20, "pulsePeriod": 70},
        {"switchOnOff": [10, 130, 200], "pulseWidth": 30, "pulsePeriod": 50},
        {"switchOnOff": [10, 130, 200, 300], "pulseWidth": 29, "pulsePeriod": 29.5},
    ],
)
def test_time_courses_are_zero_outside_and_one_at_most(shape):
    times, values = plasticity.time_course(shape, 400.0, "x")
    assert len(times) == len(values)
    assert values.min() == 0
    assert values.max() >= 1
    assert values[0] == values[-1] == 0


@pytest.mark.parametrize(
    ("shape", "path"),
    [
        ({"switchOnOff": [5, 1]}, r"x\['switchOnOff'\]"),
        ({"pulseType": "round"}, r"x\['pulseType'\]"),
        ({"pulsePeriod": 0}, "x\n"),
        ({"pulseWidth": 0.5}, "x\n"),
    ],
)
def test_time_courses_that_cannot_be(shape, path):
    with pytest.raises(SpecError, match=path):
        plasticity.time_course(shape, 400.0, "x")
