"""Spikes are those of a network written in plain NEURON, whatever windows, ranks and earlier runs."""

import json
from pathlib import Path

import by_hand
import numpy as np
import pytest
import ring
from neuron import h

from netspec.errors import SpecError, StateError
from netspec.neuron.every import Every
from netspec.neuron.globals import global_values
from netspec.neuron.run import Network
from netspec.spec.cell import CellRule

pytestmark = pytest.mark.neuron


@pytest.fixture
def build():
    """build(plan): a network that is closed after the test."""
    made = []

    def run(plan):
        made.append(ring.network(by_hand.ranks(), plan))
        return made[-1]

    yield run
    for network in made:
        network.close()


def plain(plan):
    """The same network in plain NEURON, object by object, in NetPyNE's order."""
    pc = h.ParallelContext()
    pc.gid_clear()
    kept, cells = [], {}
    for gid in range(ring.N):
        cells[gid] = {name: h.Section(name=f"{name}_{gid}") for name in ("soma", "dend")}
        cells[gid]["dend"].connect(cells[gid]["soma"], 1, 0)
        for name, section in plan.templates[0].sections.items():
            for key, value in section.geom.items():
                setattr(cells[gid][name], key, value)
            for mech, parameters in section.mechs.items():
                cells[gid][name].insert(mech)
                for key, value in parameters.items():
                    setattr(cells[gid][name], f"{key}_{mech}", value)
        pc.set_gid2node(gid, 0)
        detector = h.NetCon(cells[gid]["soma"](0.5)._ref_v, None, sec=cells[gid]["soma"])
        detector.threshold = 10
        pc.cell(gid, detector)

    def synapse(gid, section, location):
        made = h.Exp2Syn(cells[gid][("soma", "dend")[section]](location))
        made.tau1, made.tau2, made.e = 0.1, 5.0, 0.0
        return made

    columns = plan.connections.columns
    for row in range(len(plan.connections)):
        at = {name: columns[name][row].item() for name in columns}
        made = synapse(at["post"], at["section"], at["location"])
        netcon = pc.gid_connect(at["pre"], made)
        netcon.weight[0], netcon.delay = at["weight"], at["delay"]
        kept += [made, netcon]
    rows, noise = plan.inputs[0].rows, plan.inputs[0].noise
    for row, gid in enumerate(rows["gid"].tolist()):
        stim, random = h.NetStim(), h.Random()
        stim.interval, stim.number, stim.start, stim.noise = 20, 1e9, 0, 1
        random.Random123(*noise[row].tolist())
        random.negexp(1)
        stim.noiseFromRandom(random)
        made = synapse(gid, 1, 0.5)
        netcon = h.NetCon(stim, made)
        netcon.weight[0], netcon.delay = 0.05, 1
        kept += [stim, random, made, netcon]
    times, gids = h.Vector(), h.Vector()
    pc.spike_record(-1, times, gids)
    h.celsius, h.dt = 6.3, 0.025
    pc.set_maxstep(10)
    h.finitialize(-65)
    pc.psolve(100)
    pc.gid_clear()
    return list(times), [int(gid) for gid in gids]


def spikes(network):
    table = network.collect().spikes
    return table["time"].tolist(), table["gid"].tolist()


def test_spikes_are_those_of_plain_neuron(build):
    network = build(ring.plan())
    network.run()
    found = spikes(network)
    network.close()
    assert len(found[0]) > 20
    assert found == plain(ring.plan())


def test_running_again_gives_the_same(build):
    network = build(ring.plan())
    network.run()
    first, trace = spikes(network), network.collect().traces["v"][0]
    stims = network.collect().stims[3]["s"].tolist()
    for _ in range(2):
        network.run()
        assert spikes(network) == first
        assert network.collect().stims[3]["s"].tolist() == stims
        np.testing.assert_array_equal(network.collect().traces["v"][0], trace)


def test_building_again_gives_the_same(build):
    found = []
    for _ in range(2):
        network = build(ring.plan())
        network.run()
        found.append(spikes(network))
        network.close()
    assert found[0] == found[1]


@pytest.mark.parametrize("simulation", [{}, {"cvode_active": True}])
@pytest.mark.parametrize("interval", [0.3, 1.0, 33.0])
def test_windows_change_nothing(build, interval, simulation):
    network = build(ring.plan(**simulation))
    network.run()
    found = spikes(network)
    seen = []
    network.run(Every(interval, seen.append))
    assert len(seen) == int(np.ceil(100 / interval - 1e-9))
    assert seen[-1] == pytest.approx(100)
    if simulation:
        # The variable step interpolates at the end of each window: times agree within its tolerance.
        assert spikes(network)[1] == found[1]
        np.testing.assert_allclose(spikes(network)[0], found[0], atol=0.05)
    else:
        assert spikes(network) == found


def test_several_functions_are_called_when_they_are_due(build):
    network = build(ring.plan(duration=10.0))
    calls = []
    network.run(
        Every(4.0, lambda t: calls.append(("a", round(t, 6)))),
        Every(2.0, lambda t: calls.append(("b", round(t, 6))), start=3.0, stop=6.0),
    )
    assert calls == [("a", 4), ("b", 5), ("b", 7), ("a", 8), ("a", 10)]
    assert h.t == pytest.approx(10)


def test_an_interval_must_be_positive(build):
    network = build(ring.plan(duration=1.0))
    with pytest.raises(StateError, match="interval"):
        network.run(Every(0.0, print))


def test_globals():
    made = by_hand.spec({}, simulation={"h_params": {"celsius": 30.0}, "duration": 77.0})
    made.network.cell_rules["Q"] = CellRule("Q", globals={"celsius": 1.0, "clamp_resist": 0.5})
    made.network.cell_rules["R"] = CellRule("R", globals={"clamp_resist": 0.25, "v_init": -60})
    assert global_values(made) == {"celsius": 30.0, "clamp_resist": 0.5, "v_init": -60, "tstop": 77.0}


@pytest.mark.parametrize("where", ["hParams", "globals"])
def test_unknown_globals_are_refused(where):
    made = by_hand.spec({}, simulation={"h_params": {"celcius": 30.0} if where == "hParams" else {}})
    if where == "globals":
        made.network.cell_rules["Q"] = CellRule("Q", globals={"celcius": 1.0})
    path = {
        "hParams": r"simConfig\.hParams\['celcius'\]",
        "globals": r"netParams\.cellParams\['Q'\]\.globals\['celcius'\]",
    }
    with pytest.raises(SpecError, match=path[where]) as caught:
        global_values(made)
    assert "Did you mean 'celsius'" in str(caught.value)


def test_initial_potentials(build):
    sections = {"soma": by_hand.soma(vinit=-71.0), "dend": ring.DEND}
    made = by_hand.spec(sections, simulation={"h_params": {"celsius": 20.0, "v_init": -62.0}, "dt": 0.05})
    network = build(by_hand.plan(made))
    for _ in range(2):
        network.prepare()
        network.initialise()
        for gid in range(3):
            assert network.section(gid, "soma").v == -71.0
            assert network.section(gid, "dend")(0.9).v == -62.0
        assert (h.celsius, h.dt) == (20.0, 0.05)
    network.close()
    h.finitialize(-50)  # a closed network's sections are gone, and so is its handler


def test_a_random_index_changes_noise_and_is_taken_back(build):
    before = h.Random().Random123_globalindex()
    found = []
    for index in (None, 5):
        network = build(ring.plan(rand123_global_index=index))
        network.run()
        found.append(network.collect().stims[3]["s"].tolist())
        network.run()
        assert network.collect().stims[3]["s"].tolist() == found[-1]
        network.close()
    assert found[0] != found[1]
    assert h.Random().Random123_globalindex() == before


def test_a_closed_network_leaves_nothing_behind(build):
    sections, cells = (
        len(list(h.allsec())),
        {name: len(h.List(name)) for name in ("NetCon", "Exp2Syn", "NetStim")},
    )
    network = build(ring.plan())
    network.run()
    assert len(list(h.allsec())) == sections + 2 * ring.N
    network.close()
    del network
    assert len(list(h.allsec())) == sections
    assert {name: len(h.List(name)) for name in cells} == cells


def test_settings_can_change_between_runs(build):
    network = build(ring.plan(duration=10.0))
    network.run()
    network.change(ring.plan(duration=20.0, dt=0.05))
    network.run()
    assert h.t == pytest.approx(20)
    assert h.dt == 0.05


def test_a_stage_that_is_missing_is_said():
    network = Network(by_hand.ranks())
    with pytest.raises(StateError, match="not built that far"):
        network.run()
    with pytest.raises(StateError, match="not built that far"):
        network.collect()
    network.close()


def test_a_network_of_cells_only_runs(build):
    made = by_hand.plan(by_hand.spec({"soma": by_hand.soma()}, simulation={"duration": 5.0}))
    network = Network(by_hand.ranks())
    network.make_cells(made)
    network.make_recordings(made)
    network.run()
    assert len(network.collect().spikes) == 0
    assert h.t == pytest.approx(5)
    network.close()


@pytest.mark.mpi
@pytest.mark.parametrize("ranks", [2, 3])
def test_spikes_do_not_depend_on_the_ranks(build, start, ranks):
    network = build(ring.plan())
    network.run()
    times, gids = spikes(network)
    done = start(ranks, Path(ring.__file__))
    assert done.returncode == 0, done.stderr
    parts = json.loads(done.stdout.strip().splitlines()[-1])
    together = sorted((t, gid) for part in parts for t, gid in zip(part[0], part[1], strict=True))
    assert together == sorted(zip(times, gids, strict=True))
    assert {part[2] for part in parts} == {1.0}


def test_globals_of_a_network_are_not_there_in_the_next():
    before = h.celsius, h.secondorder
    spec = by_hand.spec(
        {"soma": by_hand.soma()}, [("P", 1)], simulation={"h_params": {"celsius": 30.0, "secondorder": 2.0}}
    )
    network = Network(by_hand.ranks())
    network.make_cells(by_hand.plan(spec))
    network.make_recordings(by_hand.plan(spec))
    network.prepare()
    assert (h.celsius, h.secondorder) == (30.0, 2.0)
    network.close()
    assert (h.celsius, h.secondorder) == before
