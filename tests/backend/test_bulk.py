import numpy as np
import pytest
from neuron import h

from netspec import cache
from netspec.errors import MechanismError, StateError
from netspec.neuron import bulk, bulk_compiled, bulk_hoc

pytestmark = pytest.mark.neuron
COMPILER = cache.compiler() is not None
WAYS = [pytest.param("c", marks=pytest.mark.skipif(not COMPILER, reason="no compiler")), "hoc"]


@pytest.fixture(params=WAYS)
def way(request, monkeypatch):
    monkeypatch.setenv("NETSPEC_BULK", request.param)
    bulk.way.cache_clear()
    yield request.param
    bulk.way.cache_clear()


@pytest.fixture
def pc():
    context = h.ParallelContext()
    context.gid_clear()
    yield context
    context.gid_clear()


@pytest.fixture
def soma():
    return [h.Section(name=f"soma{i}") for i in range(4)]


def test_the_forced_way_is_taken(way):
    assert (bulk.way() is bulk_hoc) == (way == "hoc")


def test_synapses_are_in_order_with_their_values(way, soma):
    index, loc, tau = np.array([2, 0, 2, 3]), np.array([0.5, 0.1, 0.9, 0.5]), np.array([1.5, 2.5, 3.5, 4.5])
    soma[2].nseg = 3
    made = bulk.synapses("Exp2Syn", bulk.sections(soma), index, loc, {"tau2": tau, "e": -70.0})
    assert [(s.tau1, s.tau2, s.e) for s in made] == [(0.1, t, -70.0) for t in tau]
    assert [s.get_segment().sec for s in made] == [soma[i] for i in index]
    assert [s.get_segment().x for s in made] == pytest.approx([0.5, 0.5, 5 / 6, 0.5])


def test_a_section_list_is_a_table_of_sections(way, soma):
    table = bulk.sections(h.SectionList(soma[:2]))
    made = bulk.synapses("ExpSyn", table, [1, 0], 0.5)
    assert [s.get_segment().sec for s in made] == [soma[1], soma[0]]


def test_points_take_columns_and_numbers(way):
    made = bulk.points("NetStim", 3, {"interval": np.array([5.0, 6.0, 7.0]), "number": 2})
    assert [(p.interval, p.number) for p in made] == [(5.0, 2.0), (6.0, 2.0), (7.0, 2.0)]


def test_nothing_is_an_empty_list(way, soma, pc):
    table, none = bulk.sections(soma), np.empty(0)
    cells = bulk.synapses("ExpSyn", table, none, none), bulk.points("NetStim", 0)
    links = bulk.netcons([], [], none, 1, 1), bulk.connect(pc, none, h.List(), none, none, none)
    assert [len(m) for m in (*cells, *links)] == [0, 0, 0, 0]


def test_connections_have_sources_targets_weights_and_delays(way, soma, pc):
    table = bulk.sections(soma)
    bulk.register_sections(pc, [10, 11, 12, 13], table, [0, 1, 2, 3], 0.5, np.array([1.0, 2.0, 3.0, 4.0]))
    synapses = bulk.synapses("ExpSyn", table, [0, 3], 0.5)
    pre, target = np.array([13, 10, 11]), np.array([1, 0, 1])
    made = bulk.connect(pc, pre, synapses, target, np.array([0.1, 0.2, 0.3]), np.array([1.0, 2.0, 3.0]))
    assert [n.srcgid() for n in made] == [13, 10, 11]
    assert [n.syn() for n in made] == [synapses[t] for t in target]
    values = [(n.weight[0], n.delay, n.threshold) for n in made]
    assert values == [(0.1, 1.0, 4.0), (0.2, 2.0, 1.0), (0.3, 3.0, 2.0)]
    assert [n.preseg() for n in made] == [soma[3](0.5), soma[0](0.5), soma[1](0.5)]


def test_artificial_cells_send_and_receive(way, pc):
    cells = bulk.points("IntFire1", 2)
    bulk.register_points(pc, [5, 6], cells)
    made = bulk.connect(pc, [5, 6], cells, [1, 0], 0.5, 1.0)
    assert [n.pre() for n in made] == [cells[0], cells[1]]
    assert [n.syn() for n in made] == [cells[1], cells[0]]


def test_stimuli_reach_their_synapses(way, soma):
    synapses = bulk.synapses("ExpSyn", bulk.sections(soma), [0, 1, 2], 0.5)
    stimuli = bulk.points("NetStim", 2)
    made = bulk.netcons(stimuli, synapses, [2, 0], np.array([0.5, 0.6]), np.array([2.0, 3.0]))
    assert [(n.pre(), n.syn()) for n in made] == [(stimuli[0], synapses[2]), (stimuli[1], synapses[0])]
    assert [(n.weight[0], n.delay) for n in made] == [(0.5, 2.0), (0.6, 3.0)]


def test_a_variable_of_a_point_process_makes_spikes(way, soma, pc):
    table = bulk.sections(soma)
    clamps = bulk.synapses("IClamp", table, [1, 2], 0.5, {"delay": [1.0, 2.0], "dur": 5.0, "amp": 1.0})
    bulk.register_variables(pc, [7, 8], table, [1, 2], clamps, "i", 0.5)
    times, ids = h.Vector(), h.Vector()
    pc.spike_record(-1, times, ids)
    pc.set_maxstep(1)
    h.finitialize(-65)
    pc.psolve(4)
    assert list(ids) == [7, 8]
    assert list(times) == pytest.approx([1.0, 2.0], abs=0.06)


def test_objects_live_as_long_as_their_lists(way, soma, pc):
    def alive():
        return [int(h.List(name).count()) for name in ("ExpSyn", "NetStim", "NetCon")]

    before, table = alive(), bulk.sections(soma)
    synapses, stimuli = bulk.synapses("ExpSyn", table, [0, 1, 2], 0.5), bulk.points("NetStim", 2)
    bulk.register_sections(pc, [0, 1], table, [0, 1], 0.5, 10.0)
    bulk.register_points(pc, [2, 3], stimuli)
    links = bulk.netcons(stimuli, synapses, [2, 0], 0.5, 1.0), bulk.connect(pc, [1], synapses, [0], 1.0, 1.0)
    assert alive() == [before[0] + 3, before[1] + 2, before[2] + 3]
    del links, stimuli, synapses
    pc.gid_clear()
    assert alive() == before


def test_a_weight_that_the_target_lacks_is_refused(way, pc):
    cells = bulk.points("IntFire1", 1)
    bulk.register_points(pc, [5], cells)
    with pytest.raises(RuntimeError, match="weight"):
        bulk.connect(pc, [5], cells, [0], 0.5, 1.0, 3)


def test_wrong_columns_are_refused_before_anything_is_made(way, soma, pc):
    table = bulk.sections(soma)
    with pytest.raises(MechanismError, match="Did you mean 'tau'"):
        bulk.synapses("ExpSyn", table, [0], 0.5, {"tauu": 1})
    with pytest.raises(MechanismError, match="no mechanism"):
        bulk.points("NetStimm", 1)
    with pytest.raises(ValueError, match="section index"):
        bulk.synapses("ExpSyn", table, [4], 0.5)
    with pytest.raises(ValueError, match="3 rows"):
        bulk.points("NetStim", 3, {"interval": [1, 2]})
    with pytest.raises(ValueError, match="target index"):
        bulk.connect(pc, [1], h.List(), [0], 1, 1)
    with pytest.raises(StateError, match="2147483647"):
        bulk.register_points(pc, [2**31], bulk.points("NetStim", 1))


def test_without_a_compiler_hoc_is_used(monkeypatch):
    monkeypatch.delenv("NETSPEC_BULK", raising=False)
    monkeypatch.setattr(cache, "compiler", lambda: None)
    bulk.way.cache_clear()
    assert bulk.way() is bulk_hoc
    bulk.way.cache_clear()


def test_a_compiler_that_fails_is_reported_and_hoc_is_used(monkeypatch, tmp_path, caplog):
    monkeypatch.setenv("NETSPEC_CACHE", str(tmp_path))
    monkeypatch.setenv("CXX", "false")
    assert bulk_compiled.load() is None
    assert "more slowly" in caplog.text
    assert [p.suffix for p in (tmp_path / "bulk").iterdir()] == [".lock"]
