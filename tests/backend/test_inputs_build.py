"""Clamps and NetStims made in blocks do what single ones would."""

import by_hand
import numpy as np
import pytest
from neuron import h

from netspec.errors import StateError
from netspec.neuron.run import Network
from netspec.plan import InputBlock, Recordings
from netspec.spec.cell import Section
from netspec.spec.network import StimulusSource, StimulusTarget
from netspec.tables import Table

pytestmark = pytest.mark.neuron

CELL = {
    "soma": by_hand.soma(),
    "dend": Section(geom={"nseg": 5, "L": 100.0}, topol={"parentSec": "soma", "parentX": 1, "childX": 0}),
}


def table(n=3, **columns):
    """Rows onto the first n cells."""
    given = {"gid": np.arange(n), "section": np.zeros(n, np.int16), "location": np.full(n, 0.5)}
    return Table({**given, **{name: np.asarray(column) for name, column in columns.items()}})


def netstims(n=3, noise=None, **columns):
    given = {"synapse": np.zeros(n, np.int16), "weight": np.full(n, 0.01), "delay": np.full(n, 2.0)}
    times = {
        "interval": np.full(n, 10.0),
        "number": np.full(n, 1e9),
        "start": np.zeros(n),
        "noise": np.ones(n),
    }
    rows = table(n, **{**given, **times, **columns})
    ids = np.stack([np.full(n, 2**32 - 5), np.arange(n), np.full(n, 7)], axis=1) if noise is None else noise
    return InputBlock("bkg->P", "bkg", "NetStim", rows, noise=ids)


def driven(*blocks, simulation=None, **network):
    made = Network(by_hand.ranks())
    network["sources"] = {block.source: StimulusSource(block.source, block.mechanism) for block in blocks}
    network["targets"] = {block.target: StimulusTarget(block.target, block.source, {}) for block in blocks}
    spec = by_hand.spec(CELL, simulation=simulation, **network)
    plan = by_hand.plan(spec, inputs=blocks, recordings=Recordings(stims=True))
    made.make_cells(plan)
    made.make_inputs(plan)
    made.make_recordings(plan)
    return made


@pytest.mark.parametrize("delay", ["del", "delay"])
def test_current_clamps(delay):
    rows = table(
        amp=[0.1, 0.2, 0.3], dur=[1.0, 2.0, 3.0], section=np.array([0, 1, 1]), location=[0.5, 0.1, 0.9]
    )
    rows = rows.with_columns(**{delay: np.array([5.0, 6.0, 7.0])})
    network = driven(InputBlock("c", "s", "IClamp", rows))
    clamps = [network.input_object(0, row) for row in range(3)]
    assert [(c.amp, c.dur, c.delay) for c in clamps] == [(0.1, 1, 5), (0.2, 2, 6), (0.3, 3, 7)]
    places = [
        network.section(0, "soma")(0.5),
        network.section(1, "dend")(0.1),
        network.section(2, "dend")(0.9),
    ]
    assert [c.get_segment() for c in clamps] == places
    with pytest.raises(StateError, match="has no NetCon"):
        network.input_netcon(0, 0)
    network.close()


def test_voltage_clamps_take_lists():
    lists = {"amp": (-65.0, -40.0), "dur": (1.0, 2.0, 3.0)}
    network = driven(InputBlock("c", "s", "VClamp", table(gain=[1e5, 2e5, 3e5]), lists))
    for row in range(3):
        clamp = network.input_object(0, row)
        assert [clamp.amp[k] for k in range(2)] == [-65, -40]
        assert [clamp.dur[k] for k in range(3)] == [1, 2, 3]
        assert clamp.gain == (row + 1) * 1e5
    network.close()


@pytest.mark.parametrize(
    ("mechanism", "parameter"), [("SEClamp", "amp1"), ("AlphaSynapse", "onset"), ("Exp2Syn", "tau2")]
)
def test_any_point_process(mechanism, parameter):
    network = driven(InputBlock("c", "s", mechanism, table(**{parameter: [1.0, 2.0, 3.0]})))
    assert [getattr(network.input_object(0, row), parameter) for row in range(3)] == [1, 2, 3]
    network.close()


def test_netstims_end_on_synapses():
    network = driven(netstims(weight=np.array([1.0, 2.0, 3.0]), delay=np.array([4.0, 5.0, 6.0])))
    for row in range(3):
        netcon, source = network.input_netcon(0, row), network.input_object(0, row)
        assert netcon.pre() == source
        assert netcon.syn() == network.input_synapse(0, row)
        assert (netcon.weight[0], netcon.delay) == (row + 1, row + 4)
        assert (source.interval, source.noise) == (10, 1)
        assert netcon.syn().get_segment() == network.section(row, "soma")(0.5)
    network.close()


def reference_spikes(ids, duration, method):
    """Spikes of a NetStim made by itself, with noise as NetPyNE gives it or by ids."""
    stim = h.NetStim()
    stim.interval, stim.number, stim.start, stim.noise = 10, 1e9, 0, 1
    random = h.Random()
    if method == "noiseFromRandom":
        random.Random123(*ids)
        random.negexp(1)
        stim.noiseFromRandom(random)
    else:
        stim.noiseFromRandom123(*ids)
    vector, netcon = h.Vector(), h.NetCon(stim, None)
    netcon.record(vector)
    h.finitialize(-65)
    h.ParallelContext().set_maxstep(10)
    h.ParallelContext().psolve(duration)
    return list(vector), random


@pytest.mark.parametrize("method", ["noiseFromRandom", "noiseFromRandom123"])
def test_noise_is_that_of_single_netstims_and_the_same_in_every_run(method):
    network = driven(netstims(), simulation={"duration": 200.0})
    network.run()
    first = network.collect().stims
    network.run()
    again = network.collect().stims
    network.close()
    assert list(first) == [0, 1, 2]
    for gid in range(3):
        spikes, _ = reference_spikes((2**32 - 5, gid, 7), 200, method)
        assert len(spikes) > 5
        assert first[gid]["bkg"].tolist() == spikes
        assert again[gid]["bkg"].tolist() == spikes


def test_netstims_share_synapses_if_asked():
    network = driven(netstims(), netstims(), simulation={"one_syn_per_netcon": False})
    pairs = [[network.input_synapse(block, row) for row in range(3)] for block in range(2)]
    assert pairs[0] == pairs[1]
    assert len(set(pairs[0])) == 3
    network.close()


def test_of_several_netstims_of_a_source_the_last_is_recorded():
    block = netstims(2, gid=np.array([1, 1]), noise=np.array([[1, 1, 1], [2, 2, 2]]))
    network = driven(block, simulation={"duration": 100.0})
    network.run()
    stims = network.collect().stims
    network.close()
    assert list(stims) == [1]
    assert stims[1]["bkg"].tolist() == reference_spikes((2, 2, 2), 100, "noiseFromRandom123")[0]


def test_weight_courses_of_netstims():
    block = netstims()
    shape = {"pulsePeriod": 20, "pulseWidth": 10}
    shaped = InputBlock(block.target, block.source, "NetStim", block.rows, noise=block.noise, shape=shape)
    network = driven(shaped, simulation={"duration": 50.0}, scale_conn_weight_net_stims=2.0)
    network.prepare()
    network.initialise()
    seen = []
    for t in (5.5, 15.5, 25.5):
        network.advance(t)
        seen.append([network.input_netcon(0, row).weight[0] for row in range(3)])
    network.close()
    assert seen == [[0.005] * 3, [0.0] * 3, [0.005] * 3]
