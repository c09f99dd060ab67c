"""Everything that can be recorded is, and what cannot is said with its path."""

import by_hand
import numpy as np
import pytest

from netspec.errors import SpecError
from netspec.neuron.run import Network
from netspec.plan import InputBlock, PointBlock, Recordings, TraceBlock
from netspec.spec.cell import Section
from netspec.tables import Table

pytestmark = pytest.mark.neuron

CELL = {
    "soma": by_hand.soma(pointps={"probe": {"mod": "IClamp", "loc": 0.5, "amp": 0.5, "dur": 1.0}}),
    "dend": Section(
        geom={"nseg": 5, "L": 100.0, "diam": 1.0}, topol={"parentSec": "soma", "parentX": 1, "childX": 0}
    ),
}
GIDS = np.array([0, 2])


def recorded(*blocks, simulation=None, run=True, **recordings):
    """A network of three cells with a synapse at dend(0.1), two at dend(0.7) and a clamp at soma(0.5)."""
    given = {
        "duration": 20.0,
        "dt": 0.03125,
        "record_step": 0.125,
        "record_traces": {"x": {}},
        **(simulation or {}),
    }
    populations = [("P", 3), ("I", 1, {"cell_model": "IntFire1"})]
    spec = by_hand.spec(CELL, populations, simulation=given)
    rows = by_hand.connections(
        pre=[0] * 9, post=[0, 1, 2] * 3, section=[1] * 9, delay=[1] * 9, weight=[0.01, 0.02, 0.03] * 3,
        location=[0.1] * 3 + [0.7] * 3 + [0.75] * 3,
    )  # fmt: skip
    place = {"gid": np.arange(3), "section": np.zeros(3, int), "location": np.full(3, 0.5)}
    clamps = InputBlock(
        "t", "s", "IClamp", Table({**place, "amp": np.arange(3) * 1.0, "dur": np.full(3, 5.0)})
    )
    points = (PointBlock(1, "IntFire1", Table({"gid": np.array([3])})),)
    parts = {"connections": rows, "inputs": (clamps,), "points": points}
    plan = by_hand.plan(spec, recordings=Recordings(blocks, **recordings), **parts)
    network = Network(by_hand.ranks())
    for stage in (network.make_cells, network.make_connections, network.make_inputs, network.make_recordings):
        stage(plan)
    if run:
        network.run()
    return network


def test_every_kind_of_trace():
    blocks = [
        TraceBlock("v", "segment", "v", GIDS, "soma", 0.5),
        TraceBlock("gna", "mech", "gna", GIDS, "soma", 0.5, "hh"),
        TraceBlock("g", "synapse", "g", GIDS, "dend", 0.75, "exc", 1),
        TraceBlock("i", "stim", "i", GIDS, "soma", 0.5, "t"),
        TraceBlock("probe", "pointp", "i", GIDS, "soma", 0.5, "probe"),
        TraceBlock("m", "point", "m", np.array([3])),
    ]
    network = recorded(*blocks, time=True, labels=("v", "empty"))
    out = network.collect()
    network.close()
    np.testing.assert_allclose(out.time, np.arange(161) * 0.125)
    assert out.traces["empty"] == {}
    for label, gids in [
        ("v", [0, 2]),
        ("gna", [0, 2]),
        ("g", [0, 2]),
        ("i", [0, 2]),
        ("probe", [0, 2]),
        ("m", [3]),
    ]:
        assert list(out.traces[label]) == gids
        assert all(len(out.traces[label][gid]) == 161 for gid in gids)
    assert out.traces["v"][0][0] == -65
    assert out.traces["v"][2].max() > 0
    assert out.traces["i"][2][10] == 2
    assert out.traces["probe"][0].max() == 0.5
    assert out.traces["gna"][2].max() > out.traces["gna"][2][0]


def test_synapses_of_a_segment_are_counted_in_order_of_creation():
    network = recorded(run=False)
    wanted = [network.synapse(row) for row in (3, 6)]
    for index in range(2):
        block = TraceBlock("g", "synapse", "tau2", np.array([0]), "dend", 0.65, "exc", index)
        wanted[index].tau2 = 100 + index
        plan = by_hand.plan(network.plan.model.spec, recordings=Recordings((block,)))
        network.make_recordings(plan)
        network.run()
        assert set(network.collect().traces["g"][0]) == {100 + index}
    network.close()


def test_traces_under_keys():
    blocks = [
        TraceBlock("g", "synapse", "g", GIDS, "dend", 0.1, "exc", 0, "dend_0.1"),
        TraceBlock("g", "synapse", "g", GIDS, "dend", 0.7, "exc", 0, "dend_0.7"),
    ]
    network = recorded(*blocks)
    traces = network.collect().traces
    network.close()
    assert list(traces["g"]) == [0, 2]
    assert list(traces["g"][2]) == ["dend_0.1", "dend_0.7"]
    assert len(traces["g"][2]["dend_0.7"]) == 161


@pytest.mark.parametrize(
    ("block", "message"),
    [
        (TraceBlock("x", "segment", "nosuch", GIDS, "soma"), "cell 0 has no variable 'nosuch'"),
        (TraceBlock("x", "segment", "ina", GIDS, "dend"), "cell 0 has no variable 'ina'"),
        (TraceBlock("x", "mech", "gna", GIDS, "dend", 0.5, "hh"), "mechanism 'hh' is not in section 'dend'"),
        (TraceBlock("x", "mech", "nosuch", GIDS, "soma", 0.5, "hh"), "cell 0 has no variable 'nosuch'"),
        (TraceBlock("x", "synapse", "g", GIDS, "dend", 0.75, "exc", 2), "cell 0 has 2 of 'exc'"),
        (TraceBlock("x", "synapse", "g", GIDS, "soma", 0.5, "exc"), "cell 0 has 0 of 'exc'"),
        (TraceBlock("x", "synapse", "q", GIDS, "dend", 0.75, "exc"), "cell 0 has no variable 'q'"),
        (TraceBlock("x", "stim", "i", GIDS, "dend", 0.5, "t"), "cell 0 has 0 of 't'"),
        (TraceBlock("x", "pointp", "nosuch", GIDS, "soma", 0.5, "probe"), "cell 0 has no variable 'nosuch'"),
        (TraceBlock("x", "pointp", "i", GIDS, "soma", 0.5, "other"), "no point process 'other'"),
        (TraceBlock("x", "point", "nosuch", np.array([3])), "cell 3 has no variable 'nosuch'"),
        (TraceBlock("x", "segment", "v", GIDS, "axon"), "has no section 'axon'"),
        (TraceBlock("x", "point", "m", GIDS), "not an artificial cell"),
    ],
)
def test_what_cannot_be_recorded_is_an_error(block, message):
    with pytest.raises(SpecError, match=r"simConfig\.recordTraces\['x'\]") as caught:
        recorded(block)
    assert message in str(caught.value)


@pytest.mark.parametrize("step", [0, -0.1, "adaptive", "often"])
def test_sampling_intervals_that_cannot_be(step):
    with pytest.raises(SpecError, match=r"simConfig\.recordStep"):
        recorded(time=True, simulation={"record_step": step})


def test_membrane_current():
    block = TraceBlock("im", "segment", "i_membrane_", GIDS, "soma")
    network = recorded(block, simulation={"use_fast_imem": True})
    current = network.collect().traces["im"][2]
    network.close()
    assert np.ptp(current) > 0
    with pytest.raises(SpecError, match=r"recordTraces\['im'\]"):
        recorded(block)


def test_spikes_of_chosen_cells():
    everyone = recorded()
    spikes = everyone.collect().spikes
    everyone.close()
    chosen = recorded(spikes=np.array([2, 77]))
    some = chosen.collect().spikes
    chosen.close()
    assert {1, 2} <= set(spikes["gid"].tolist())
    assert set(some["gid"].tolist()) == {2}
    np.testing.assert_array_equal(some["time"], spikes["time"][spikes["gid"] == 2])
    assert spikes["gid"].dtype == np.int64
    none = recorded(spikes=np.array([], int))
    assert len(none.collect().spikes) == 0
    none.close()


@pytest.mark.parametrize("step", [0.5, "adaptive"])
def test_local_time_steps(step):
    block = TraceBlock("v", "segment", "v", GIDS, "soma")
    local = {"cvode_active": True, "use_local_dt": True, "record_step": step}
    network = recorded(block, simulation=local, time=True)
    out = network.collect()
    network.close()
    assert out.traces["v"][2].max() > 0
    if step == "adaptive":
        assert len(out.times["v"][2]) == len(out.traces["v"][2])
        assert len(out.times["v"][2]) != len(out.times["v"][0])
    else:
        assert out.times == {}
        assert len(out.time) == len(out.traces["v"][0]) == 41


def test_a_second_run_records_the_same():
    network = recorded(TraceBlock("v", "segment", "v", GIDS, "soma"), time=True)
    first = network.collect()
    network.run()
    second = network.collect()
    network.close()
    assert first.spikes == second.spikes
    assert len(first.spikes)
    np.testing.assert_array_equal(first.traces["v"][2], second.traces["v"][2])
    np.testing.assert_array_equal(first.time, second.time)
