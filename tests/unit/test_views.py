"""What NetPyNE scripts look at: dicts made from the plan, hoc objects fetched when their key is looked at."""

import json
from types import SimpleNamespace

import numpy as np
import pytest
from test_results import CFG, NET, model

from netspec.errors import StateError
from netspec.formats import netpyne, netpyne_read, netpyne_write
from netspec.model import resolve
from netspec.plan.make import make
from netspec.session.changes import same_codes, with_tags
from netspec.session.stages import Session
from netspec.spec.read import read
from netspec.views import Net

CELL_MODELS = {"noise": "NetStim", "trains": "VecStim"}


class Live:
    """Stands for NEURON's objects: what was asked for."""

    cells = SimpleNamespace(drawn=False)

    def __getattr__(self, name):
        return lambda *place: (name, *place)


@pytest.fixture
def session():
    found = Session(talks=False)
    found.plan = make(model())
    found.model = found.plan.model
    found.network = Live()
    found.net = Net(found)
    return found


@pytest.fixture
def net(session):
    return session.net


def test_cells_are_made_on_access(net):
    cells = net.cells
    assert len(cells) == 15
    assert [cell.gid for cell in cells] == list(range(15))
    assert cells[-1].gid == 14
    assert [cell.gid for cell in cells[2:4]] == [2, 3]
    assert [type(cell).__name__ for cell in (cells[0], cells[9])] == ["CompartCell", "PointCell"]
    with pytest.raises(IndexError):
        cells[15]


def test_cell_keeps_what_a_script_gives_it(net):
    net.cells[3].mine = 7
    assert net.cells[3].mine == 7


def test_tags_have_netpynes_keys_in_its_order(net):
    names = ["cellType", "pop", "xnorm", "ynorm", "znorm", "x", "y", "z", "label"]
    assert list(net.cells[0].tags) == names
    assert net.cells[0].tags.label == ["P"]
    assert net.cells[9].tags.cellModel == "NetStim"
    assert "label" not in net.cells[9].tags


@pytest.fixture
def varied():
    """A plan whose artificial cells have numbers of their own."""
    pulse = {"start": 2, "end": 9, "rate": [50, 150]}
    elements = [{"params": {"rate": 20}}, {"params": {"rate": 40}}]
    dynamic = {"rates": [[10, 20], [30, 0]], "times": [0, 5]}
    populations = {
        "range": {"cellModel": "NetStim", "numCells": 2, "rate": [20, 90]},
        "each": {"cellModel": "VecStim", "numCells": 2, "spkTimes": [[1, 2], [3]], "pulses": [pulse]},
        "poisson": {
            "cellModel": "VecStim",
            "numCells": 1,
            "spikePattern": {"type": "poisson", "start": 0, "stop": -1, "frequency": 50},
        },
        "listed": {"cellModel": "NetStim", "cellsList": elements},
        "changing": {"cellModel": "NetStim", "numCells": 2, "dynamicRates": dynamic},
    }
    return make(resolve(read({"popParams": populations}, {"duration": 20})))


def test_parameters_are_those_of_the_cell(varied):
    found = [netpyne.Records(varied).parameters(position) for position in range(9)]
    rates = [params["rate"] for params in found[:2]]
    assert rates == varied.points[0].cells["rate"].tolist()
    assert rates[0] != rates[1]
    assert [params["interval"] for params in found[:2]] == [1000 / rate for rate in rates]
    assert [params["spkTimes"] for params in found[2:4]] == [[1, 2], [3]]
    pulses = [params["pulses"][0]["rate"] for params in found[2:4]]
    assert 50 <= min(pulses) < max(pulses) <= 150
    assert found[4]["spikePattern"]["stop"] == 20
    assert [params["interval"] for params in found[5:7]] == [50, 25]
    assert [params["rates"] for params in found[7:]] == [[[10, 20], [0, 5]], [[30, 0], [0, 5]]]
    assert "params" not in netpyne.Records(varied).tags(5)


def test_saved_parameters_count_when_loaded(varied):
    found = saved(varied)
    for cell, interval in zip(found["net"]["cells"][:2], (4.0, 6.0), strict=True):
        cell["params"] = {"interval": interval, "noise": 0.5, "seed": 7}
    found["net"]["cells"][3]["params"]["spkTimes"] = [8.0]
    plan = netpyne_read.plan_of(found, varied.model, "file")
    assert plan.points[0].cells["interval"].tolist() == [4.0, 6.0]
    assert "rate" not in plan.points[0].cells
    trains, original = (np.split(p.points[1].trains[0], p.points[1].trains[1][1:-1]) for p in (plan, varied))
    assert trains[0].tolist() == original[0].tolist()
    assert 8.0 in trains[1]
    assert plan.points[3].cells == varied.points[3].cells


def saved(plan):
    """The network in a file of NetPyNE's layout."""
    return {"net": {"cells": netpyne.cells(plan), "pops": netpyne.populations(plan)}}


def test_number_of_the_cell_in_a_point_process():
    soma = {"geom": {"L": 9, "diam": 9}, "pointps": {"p": {"mod": "IClamp", "loc": 0.5, "amp": "gid"}}}
    net = {
        "popParams": {"E": {"cellType": "P", "numCells": 3}},
        "cellParams": {"P": {"secs": {"soma": soma}}},
    }
    plan = make(resolve(read(net)))
    amps = [netpyne.Records(plan).sections(i)["soma"]["pointps"]["p"]["amp"] for i in range(3)]
    assert amps == [0, 1, 2]
    loaded = netpyne_read.plan_of(saved(plan), plan.model, "file")
    assert loaded.templates == plan.templates
    assert loaded.cell_values[0].tolist() == plan.cell_values[0].tolist()


def test_tags_that_were_set_count_later(session, net):
    net.cells[1].tags["x"] = 500.0
    net.cells[1].tags.layer = 4
    net.cells[2].tags.update({"layer": 5})
    cells = session.cells_with_tags()
    assert cells.tag("x")[1] == 500.0
    assert cells.tag("layer")[:3].tolist() == [None, 4, 5]
    assert net.cells[1].tags["layer"] == 4
    assert net.cells[1].checkConditions({"layer": [4, 4]})
    assert session.plan.cells.tag("layer") is None


def test_changed_tags_are_a_new_table(session):
    before = session.plan.cells
    assert with_tags(before, {}) is before
    assert with_tags(before, {3: {"ynorm": 0.25}}).table["ynorm"][3] == 0.25
    assert before.table["ynorm"][3] != 0.25


def test_connection_has_netpynes_keys_in_its_order(net):
    conn = net.cells[5].conns[0]
    assert list(conn) == ["preGid", "sec", "loc", "synMech", "weight", "delay", "label", "preLoc", "hObj"]
    assert (conn.label, conn["delay"], conn.preLoc) == ("E->I", 2.0, 0.5)
    assert isinstance(conn.weight, float)
    stimulated = net.cells[5].conns[-1]
    names = ["preGid", "sec", "loc", "synMech", "weight", "delay", "preLoc", "preLabel", "hObj"]
    assert list(stimulated) == names
    assert (stimulated.preGid, stimulated.preLabel) == ("NetStim", "bkg")


def test_connections_are_those_of_the_plan(net):
    rows = net.plan.connections
    for cell in net.cells:
        mine = np.flatnonzero(rows["post"] == cell.gid)
        conns = [conn for conn in cell.conns if conn.preGid != "NetStim"]
        assert [conn.preGid for conn in conns] == rows["pre"][mine].tolist()
        assert [conn.weight for conn in conns] == rows["weight"][mine].tolist()
        assert [conn.hObj for conn in conns] == [("netcon", row) for row in mine.tolist()]


def test_stimuli(net):
    bkg, _, clamp = net.cells[5].stims
    assert (bkg.type, bkg.rate, bkg.noise, bkg.number, bkg.seed) == ("NetStim", 15.0, 1.0, 1e9, 1)
    assert list(clamp)[:5] == ["label", "source", "sec", "loc", "type"]
    assert (clamp.label, clamp.sec, clamp.dur) == ("ic->I", "dend", 5.0)
    assert 0 < clamp.amp < 1
    assert clamp.hObj == ("input_object", 1, 0)
    assert net.cells[5].conns[-1].hObj == ("input_netcon", 0, 11)


def test_sections(net):
    secs = net.cells[5].secs
    assert list(secs) == ["soma", "dend"]
    assert secs["soma"]["geom"] == {"L": 20, "diam": "uniform(18, 22)", "nseg": 1}
    assert secs.dend.topol.parentSec == "soma"
    assert secs["dend"]["hObj"] == ("section", 5, "dend")
    synapses = [synapse for name in secs for synapse in secs[name]["synMechs"]]
    assert len(synapses) == len(net.cells[5].conns)
    assert synapses[0].mod in ("Exp2Syn", "ExpSyn")
    assert synapses[0]["hObj"][0] == "synapse"


def test_shared_synapses_are_there_once(session, net):
    from dataclasses import replace

    simulation = replace(session.plan.model.spec.simulation, one_syn_per_netcon=False)
    spec = replace(session.plan.model.spec, simulation=simulation)
    session.plan = replace(session.plan, model=replace(session.plan.model, spec=spec))
    places = {(conn.sec, conn.synMech, conn.loc) for conn in net.cells[5].conns}
    assert sum(len(section["synMechs"]) for section in net.cells[5].secs.values()) == len(places)


def test_changing_a_view_changes_no_plan(net):
    net.cells[0].secs["soma"]["geom"]["L"] = 999
    assert net.cells[0].secs["soma"]["geom"]["L"] == 20
    assert net.plan.templates[0].sections["soma"].geom["L"] == 20


def test_artificial_cell(net):
    cell = net.cells[9]
    assert cell.hPointp == ("point", 9)
    assert cell.params["rate"] == "uniform(5, 10)"
    assert not hasattr(cell, "secs")


def test_populations(net):
    assert list(net.pops) == ["E", "I", "noise", "trains"]
    assert net.pops["I"].cellGids == [5, 6, 7, 8]
    assert net.pops.I.tags == {"cellType": "P", "numCells": 4, "pop": "I"}
    assert net.pops["noise"].tags["params"]["noise"] == 1


def test_cell_of_a_gid(net):
    assert net.cell_of(4) is net.cells[4]
    assert net.cell_of(99) is None
    assert net.gid2lid[14] == 14
    assert net.lastGid == 15


def test_names_that_are_not_there(net):
    with pytest.raises(AttributeError, match="Did you mean 'createCells'"):
        net.createCell()
    with pytest.raises(AttributeError, match=r"sim.net has no 'importNeuroML2': call sim.importNeuroML2"):
        _ = net.importNeuroML2
    with pytest.raises(AttributeError, match="exists after createCells, with cfg.recordLFP"):
        _ = net.recXElectrode
    with pytest.raises(AttributeError, match="sim.net has no 'fullConn': write an entry"):
        net.fullConn()
    with pytest.raises(AttributeError, match="cell has no 'addConn': write"):
        net.cells[0].addConn({})
    with pytest.raises(AttributeError, match="Did you mean 'cellGids'"):
        _ = net.pops["I"].cellGid
    with pytest.raises(AttributeError, match="after gatherData"):
        _ = net.allCells


def test_without_neuron_there_are_no_objects(session, net):
    session.network = None
    assert net.cells[0].conns[0].weight > 0
    with pytest.raises(StateError, match="no NEURON objects"):
        _ = net.cells[0].conns[0].hObj


def test_saved_structure_gives_the_plan_back(session):
    plan = session.plan
    document = {
        "net": {
            "params": netpyne_write.parameters(NET),
            "cells": json.loads(json.dumps(netpyne.cells(plan))),
            "pops": netpyne.populations(plan),
        },
        "simConfig": CFG,
    }
    found = netpyne_read.plan_of(document, model(), "file")
    order = np.argsort(plan.connections["post"], kind="stable")
    assert found.connections == plan.connections.take(order)
    assert found.cells.table == plan.cells.table
    assert found.templates == plan.templates
    assert found.cells.tags == {}


def test_sections_that_no_rule_makes_are_kept(session):
    cells = json.loads(json.dumps(netpyne.cells(session.plan)))
    cells[2]["secs"]["soma"]["geom"]["L"] = 77
    cells[2]["tags"]["layer"] = 4
    document = {"net": {"cells": cells, "pops": {}, "params": NET}}
    found = netpyne_read.plan_of(document, model(), "file")
    code = found.cells.table["template"][2]
    assert found.templates[code].sections["soma"].geom["L"] == 77
    assert found.cells.table["template"][[0, 1, 3]].tolist() == [0, 0, 0]
    assert found.cells.tags == {2: {"layer": 4}}


def test_connections_as_lists(session):
    cells = netpyne.cells(session.plan, compact=True)
    assert netpyne.compact_keys(session.plan, True)[:2] == ["preGid", "preLabel"]
    assert len(cells[5]["conns"][0]) == 7
    assert netpyne.compact_keys(session.plan, ["preGid", "weight"]) == ["preGid", "weight"]


def test_codes_stay_when_settings_change_between_stages():
    old, new = model(), model()
    from netspec.model import Names

    joined = same_codes(old, type(new)(**{**vars(new), "synapses": Names(("new", "inh"))}))
    assert joined.synapses.names == ("exc", "inh", "new")
