"""Synapses that cells have without connections, in NEURON and in what scripts see of them."""

import copy

import pytest
import test_changing

from netspec import sim

pytestmark = pytest.mark.neuron
OWN = [{"label": "exc", "loc": 0.5}, {"label": "inh", "loc": 0.1}]


def create(**options):
    net = copy.deepcopy(test_changing.NET)
    net["cellParams"]["P"]["secs"]["soma"]["synMechs"] = OWN
    test_changing.create(net, **options)
    return sim.net


def test_they_are_neurons_objects_like_all_synapses():
    net = create()
    cell = net.cells[0]
    own = cell.secs["soma"]["synMechs"][:2]
    assert [(each["label"], each["loc"]) for each in own] == [("exc", 0.5), ("inh", 0.1)]
    assert [each["hObj"].get_segment().sec.name() for each in own] == [cell.secs["soma"]["hObj"].name()] * 2
    heard = {str(conn["hObj"].syn()) for conn in cell.conns}
    assert heard.isdisjoint(str(each["hObj"]) for each in own)
    assert len({str(each["hObj"]) for each in cell.secs["soma"]["synMechs"]}) >= 2
    assert cell.secs["soma"]["synMechs"][0]["hObj"].tau2 == test_changing.NET["synMechParams"]["exc"]["tau2"]


def test_they_are_changed_with_the_others():
    net = create()
    net.modifySynMechs({"conds": {"label": "exc", "sec": "soma", "loc": 0.5}, "tau2": 7})
    own = net.cells[1].secs["soma"]["synMechs"][0]
    assert (own["tau2"], own["hObj"].tau2) == (7, 7)


@pytest.mark.parametrize("merge", [False, True])
def test_nothing_changes_for_the_cells(merge):
    test_changing.create(mergeSynapses=merge)
    sim.simulate()
    expected = test_changing.spikes()
    create(mergeSynapses=merge)
    sim.simulate()
    assert len(expected) > 5
    assert test_changing.spikes() == expected


def test_they_are_shared_where_all_are():
    net = create(oneSynPerNetcon=False)
    for cell in net.cells:
        places = [(each["label"], each["loc"]) for each in cell.secs["soma"]["synMechs"]]
        assert len(set(places)) == len(places)
        assert places[:2] == [("exc", 0.5), ("inh", 0.1)]
