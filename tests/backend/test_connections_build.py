"""Connections made in one call are those of the table, in NEURON's terms."""

import by_hand
import numpy as np
import pytest
from neuron import h

from netspec.neuron.run import Network
from netspec.plan import PointBlock
from netspec.spec.cell import Section, Synapse
from netspec.spec.network import ConnectionRule
from netspec.tables import Table

pytestmark = pytest.mark.neuron

SYNAPSES = {
    "exc": Synapse("exc", "Exp2Syn", params={"tau1": 0.1, "tau2": 5.0}),
    "inh": Synapse("inh", "Exp2Syn", params={"tau2": 9.0, "e": "uniform(-80, -70)"}),
    "fast": Synapse("fast", "ExpSyn", params={"tau": 2.5}),
}
CELL = {
    "soma": by_hand.soma(),
    "dend": Section(geom={"nseg": 5, "L": 100.0}, topol={"parentSec": "soma", "parentX": 1, "childX": 0}),
}
ROWS = {
    "pre": [2, 0, 1, 2, 0, 0],
    "post": [0, 1, 1, 1, 2, 2],
    "synapse": [0, 1, 2, 1, 0, 0],
    "section": [0, 1, 1, 1, 0, 0],
    "location": [0.5, 0.3, 0.3, 0.9, 0.5, 0.5],
    "weight": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0],
    "delay": [1.5, 2.5, 3.5, 4.5, 5.5, 6.5],
}


def connected(made, points=(), **rows):
    network = Network(by_hand.ranks())
    plan = by_hand.plan(made, connections=by_hand.connections(**rows), points=points, **VALUES)
    network.make_cells(plan)
    network.make_connections(plan)
    return network


VALUES = {"synapse_values": {"inh": Table({"e": np.array([-71.0, -72.0])})}}


def test_every_row_is_a_netcon_onto_its_synapse():
    network = connected(by_hand.spec(CELL, synapses=SYNAPSES), **ROWS)
    for row in range(6):
        netcon, synapse = network.netcon(row), network.synapse(row)
        assert netcon.syn() == synapse
        assert netcon.srcgid() == ROWS["pre"][row]
        assert (netcon.weight[0], netcon.delay) == (ROWS["weight"][row], ROWS["delay"][row])
        section = network.section(ROWS["post"][row], ("soma", "dend")[ROWS["section"][row]])
        assert synapse.get_segment() == section(ROWS["location"][row])
    assert len({network.synapse(row) for row in range(6)}) == 6
    network.close()


def test_parameters_of_synapses_and_defaults_of_those_not_given():
    network = connected(by_hand.spec(CELL, synapses=SYNAPSES), **ROWS)
    default = h.Exp2Syn(network.section(0, "soma")(0.5))
    facts = [(s.tau1, s.tau2, s.e) for s in (network.synapse(row) for row in (0, 1, 3, 4))]
    assert facts == [
        (0.1, 5.0, default.e),
        (default.tau1, 9.0, -71.0),
        (default.tau1, 9.0, -72.0),
        (0.1, 5.0, default.e),
    ]
    assert network.synapse(2).tau == 2.5
    network.close()


def test_netcons_of_one_source_keep_the_order_of_the_table():
    network = connected(by_hand.spec(CELL, synapses=SYNAPSES), **ROWS)
    gids = [int(netcon.srcgid()) for netcon in network.connections.netcons]
    assert gids == sorted(gids)
    delays = [netcon.delay for netcon in network.connections.netcons if netcon.srcgid() == 0]
    assert delays == [2.5, 5.5, 6.5]
    network.close()


def test_synapses_of_one_mechanism_are_made_in_the_order_of_the_table():
    rows = {**ROWS, "section": [0] * 6, "location": [0.5] * 6, "post": [0] * 6}
    network = connected(by_hand.spec(CELL, synapses=SYNAPSES), **rows)
    numbers = [int(network.synapse(row).hname().split("[")[1][:-1]) for row in (0, 1, 3, 4, 5)]
    assert numbers == sorted(numbers)
    network.close()


def test_shared_synapses():
    simulation = {"one_syn_per_netcon": False}
    rows = {**ROWS, "synapse": [0, 2, 2, 2, 0, 0]}
    rows["location"] = [0.5, 0.3, 0.3, 0.31, 0.5, 0.5]
    network = connected(by_hand.spec(CELL, synapses=SYNAPSES, simulation=simulation), **rows)
    made = [network.synapse(row) for row in range(6)]
    assert made[1] == made[2]
    assert made[4] == made[5]
    assert len(set(made)) == 4  # another location makes another synapse, even in the same segment
    assert [network.netcon(row).syn() for row in range(6)] == made
    network.close()


def test_artificial_cells_as_targets():
    made = by_hand.spec({}, [("I", 3, {"cell_model": "IntFire4"})], synapses=SYNAPSES)
    made.network.connections["r"] = ConnectionRule("r", {}, {}, weight_index=0)
    block = PointBlock(0, "IntFire4", Table({"gid": np.arange(3), "taue": np.array([1.0, 2.0, 3.0])}))
    network = connected(
        made, (block,), pre=[2, 0, 0], post=[0, 1, 2], section=[-1] * 3, weight=[0.1, 0.2, 0.3], delay=[1] * 3
    )
    assert [network.netcon(row).syn() for row in range(3)] == [network.point(gid) for gid in range(3)]
    assert [network.synapse(row) for row in range(3)] == [network.point(gid) for gid in range(3)]
    assert [network.netcon(row).weight[0] for row in range(3)] == [0.1, 0.2, 0.3]
    assert [network.point(gid).taue for gid in range(3)] == [1.0, 2.0, 3.0]
    network.close()


def test_artificial_cells_and_synapses_in_one_table():
    made = by_hand.spec(CELL, [("P", 2), ("I", 1, {"cell_model": "IntFire1"})], synapses=SYNAPSES)
    block = PointBlock(1, "IntFire1", Table({"gid": np.array([2])}))
    network = connected(
        made, (block,), pre=[2, 0, 1], post=[0, 2, 1], section=[0, -1, 1], weight=[1, 2, 3], delay=[1, 2, 3]
    )
    targets = [network.netcon(row).syn() for row in range(3)]
    assert targets[1] == network.point(2)
    assert targets == [network.synapse(row) for row in range(3)]
    assert targets[0].get_segment() == network.section(0, "soma")(0)
    assert targets[2].get_segment() == network.section(1, "dend")(0)
    assert [network.netcon(row).weight[0] for row in range(3)] == [1, 2, 3]
    network.close()


def test_a_delay_of_one_step_is_fine():
    made = by_hand.spec(CELL, simulation={"dt": 0.1})
    network = connected(made, pre=[0], post=[1], delay=[0.1])
    network.prepare()
    network.close()


def test_no_connections():
    network = connected(by_hand.spec(CELL), pre=[])
    assert len(network.connections) == 0
    network.close()


def test_weights_are_played():
    made = by_hand.spec(CELL, simulation={"duration": 200.0}, scale_conn_weight=2.0)
    shape = {"switchOnOff": [100, 200], "pulsePeriod": 50, "pulseWidth": 20}
    made.network.connections["r"] = ConnectionRule("r", {}, {}, weight=0.5, shape=shape)
    network = connected(made, pre=[0, 1], post=[1, 0], weight=[1.0, 1.0], delay=[1, 1])
    assert [network.netcon(row).weight[0] for row in range(2)] == [1.0, 1.0]
    network.prepare()
    network.initialise()
    seen = {}
    for t in (50.0, 101.5, 119.5, 121.5, 151.5, 175.0):
        network.advance(t)
        seen[t] = [network.netcon(row).weight[0] for row in range(2)]
    assert seen == {
        t: [w, w] for t, w in {50: 0, 101.5: 0.5, 119.5: 0.5, 121.5: 0, 151.5: 0.5, 175: 0}.items()
    }
    network.close()
