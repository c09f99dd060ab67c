"""Changing a built network: views, files and runs are those of a network with the new values."""

import copy
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from launcher import ALLOWED, MPIEXEC

from netspec import sim, specs
from netspec.errors import SpecError

pytestmark = pytest.mark.neuron

SOMA = {
    "geom": {"L": 20, "diam": "uniform(19, 21)", "nseg": 1, "cm": 1},
    "mechs": {"hh": {"gnabar": 0.12}},
}
LONG = SOMA | {"geom": SOMA["geom"] | {"L": 60}}
DEND = {
    "geom": {"L": 100, "diam": 2, "nseg": 3},
    "topol": {"parentSec": "soma", "parentX": 1, "childX": 0},
    "mechs": {"pas": {"g": 0.0001, "e": -65}},
}
AXON = {
    "geom": {"L": 40, "diam": 1, "nseg": 2},
    "topol": {"parentSec": "soma", "parentX": 0, "childX": 0},
    "mechs": {"hh": {"gnabar": 0.2}},
    "pointps": {"leak": {"mod": "IClamp", "loc": 0.2, "del": 3, "dur": 40, "amp": -0.02}},
}
TUFT = {
    "geom": {"L": 30, "diam": 1},
    "topol": {"parentSec": "dend", "parentX": 1, "childX": 0},
    "mechs": {"pas": {"g": 0.001, "e": -60}},
    "vinit": -62,
}
CLAMP = {"mod": "IClamp", "loc": 0.7, "del": 10, "dur": 30, "amp": 0.3}
NET = {
    "popParams": {"E": {"cellType": "P", "numCells": 5}, "I": {"cellType": "P", "numCells": 3}},
    "cellParams": {"P": {"secs": {"soma": SOMA, "dend": DEND}}},
    "synMechParams": {
        "exc": {"mod": "Exp2Syn", "tau1": 0.1, "tau2": 3, "e": 0},
        "inh": {"mod": "Exp2Syn", "tau1": 0.5, "tau2": 8, "e": -80},
    },
    "connParams": {
        "E->all": {
            "preConds": {"pop": "E"}, "postConds": {"pop": ["E", "I"]}, "probability": 0.7, "weight": 0.004,
            "delay": 2, "synMech": "exc", "sec": "dend",
        },
        "I->all": {
            "preConds": {"pop": "I"}, "postConds": {"pop": ["E", "I"]}, "weight": 0.003,
            "delay": 3, "synMech": "inh", "sec": "soma",
        },
    },
    "stimSourceParams": {
        "bkg": {"type": "NetStim", "rate": 60, "noise": 0.6},
        "ic": {"type": "IClamp", "del": 5, "dur": 60, "amp": 0.2},
    },
    "stimTargetParams": {
        "bkg->P": {"source": "bkg", "conds": {"cellType": "P"}, "weight": 0.02, "delay": 1, "synMech": "exc"},
        "ic->E": {"source": "ic", "conds": {"pop": "E"}, "sec": "soma", "loc": 0.5},
    },
}  # fmt: skip
CFG = {"duration": 80, "recordStep": 1}

CHANGES = {
    "conns by label": (
        "modifyConns",
        {"conds": {"label": "E->all"}, "weight": 0.009, "delay": 4},
        {"connParams.E->all.weight": 0.009, "connParams.E->all.delay": 4},
    ),
    "conns by the cells before them": (
        "modifyConns",
        {"conds": {"preLabel": None}, "preConds": {"pop": "I"}, "weight": 0.02},
        {"connParams.I->all.weight": 0.02},
    ),
    "conns by section": (
        "modifyConns",
        {"conds": {"sec": "dend", "weight": [0.001, 0.005]}, "weight": 0.0},
        {"connParams.E->all.weight": 0.0},
    ),
    "conns of NetStims": (
        "modifyConns",
        {"conds": {"preLabel": "bkg"}, "weight": 0.05, "delay": 3},
        {"stimTargetParams.bkg->P.weight": 0.05, "stimTargetParams.bkg->P.delay": 3},
    ),
    "cells": (
        "modifyCells",
        {
            "conds": {"cellType": "P"},
            "secs": {
                "soma": {"geom": {"L": 35, "cm": 1.5}, "mechs": {"hh": {"gnabar": 0.15}}, "vinit": -60},
                "dend": {"geom": {"nseg": 5}, "mechs": {"pas": {"g": [1e-4, 2e-4, 3e-4, 4e-4, 5e-4]}}},
            },
        },
        {
            "cellParams.P.secs.soma.geom.L": 35,
            "cellParams.P.secs.soma.geom.cm": 1.5,
            "cellParams.P.secs.soma.mechs.hh.gnabar": 0.15,
            "cellParams.P.secs.soma.vinit": -60,
            "cellParams.P.secs.dend.geom.nseg": 5,
            "cellParams.P.secs.dend.mechs.pas.g": [1e-4, 2e-4, 3e-4, 4e-4, 5e-4],
        },
    ),
    "some cells": (
        "modifyCells",
        {"conds": {"pop": "I"}, "secs": {"soma": {"geom": {"L": 60}}}},
        {"popParams.I.cellType": "Q", "cellParams.Q": {"secs": {"soma": LONG, "dend": DEND}},
         "stimTargetParams.bkg->P.conds": {"cellType": ["P", "Q"]}},
    ),
    "cells get a mechanism and ions": (
        "modifyCells",
        {"conds": {}, "secs": {"soma": {"mechs": {"pas": {"g": 0.002}}, "ions": {"k": {"e": -90}}}}},
        {"cellParams.P.secs.soma.mechs.pas": {"g": 0.002}, "cellParams.P.secs.soma.ions": {"k": {"e": -90}}},
    ),
    "cells get a section": (
        "modifyCells",
        {"conds": {}, "secs": {"axon": AXON, "tuft": TUFT}},
        {"cellParams.P.secs.axon": AXON, "cellParams.P.secs.tuft": TUFT},
    ),
    "cells get another form": (
        "modifyCells",
        {
            "conds": {},
            "secs": {
                "soma": {"geom": {"L": 300, "nseg": 5}},
                "dend": {"topol": {"parentSec": "soma", "parentX": 0.2, "childX": 1}},
            },
        },
        {
            "cellParams.P.secs.soma.geom.L": 300, "cellParams.P.secs.soma.geom.nseg": 5,
            "cellParams.P.secs.dend.topol": {"parentSec": "soma", "parentX": 0.2, "childX": 1},
        },
    ),
    "cells get a point process": (
        "modifyCells",
        {"conds": {}, "secs": {"dend": {"pointps": {"c": CLAMP}}}},
        {"cellParams.P.secs.dend.pointps": {"c": CLAMP}},
    ),
    "synapses": (
        "modifySynMechs",
        {"conds": {"label": "exc"}, "tau2": 9, "e": -10},
        {"synMechParams.exc.tau2": 9, "synMechParams.exc.e": -10},
    ),
    "synapses by section": (
        "modifySynMechs",
        {"conds": {"sec": "soma", "label": "inh", "loc": [0.4, 0.6]}, "e": -60},
        {"synMechParams.inh.e": -60},
    ),
    "rate of NetStims": (
        "modifyStims",
        {"conds": {"source": "bkg"}, "rate": 130, "noise": 0.3, "weight": 0.03},
        {
            "stimSourceParams.bkg.rate": 130, "stimSourceParams.bkg.noise": 0.3,
            "stimTargetParams.bkg->P.weight": 0.03,
        },
    ),
    "seed of NetStims": (
        "modifyStims",
        {"conds": {"label": "bkg->P"}, "seed": 7},
        {"stimSourceParams.bkg.seed": 7},
    ),
    "clamps": (
        "modifyStims",
        {"conds": {"type": "IClamp"}, "cellConds": {"pop": "E"}, "amp": 0.8, "del": 10},
        {"stimSourceParams.ic.amp": 0.8, "stimSourceParams.ic.del": 10},
    ),
}  # fmt: skip
"""What is changed: the verb, its argument, and the same in the dictionaries."""


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    yield
    sim.clearAll()


def written(changes):
    net = copy.deepcopy(NET)
    for path, value in changes.items():
        *steps, last = path.split(".")
        place = net
        for step in steps:
            place = place[step]
        place[last] = copy.deepcopy(value)
    return net


def spikes():
    return sorted(zip(sim.allSimData["spkt"], sim.allSimData["spkid"], strict=True))


def create(net=NET, **options):
    sim.create(specs.NetParams(copy.deepcopy(net)), specs.SimConfig({**CFG, **options}))


def cells():
    """All cells as saved, without what the label of a cell rule changes."""
    found = json.loads(json.dumps([dict(cell) for cell in sim.net.allCells]))
    for cell in found:
        cell["tags"].pop("label")
        cell["tags"].pop("cellType")
    return found


@pytest.mark.parametrize("name", CHANGES)
def test_changed_network_is_the_network_with_the_new_values(name):
    verb, params, same = CHANGES[name]
    create()
    sim.simulate()
    before = spikes()
    getattr(sim.net, verb)(params, updateMasterAllCells=True)
    shown = cells()
    sim.simulate()
    found, changed = spikes(), cells()
    assert found != before
    create(written(same))
    sim.simulate()
    assert found == spikes()
    assert changed == shown == cells()


@pytest.mark.parametrize(
    "name", ["some cells", "cells get a section", "synapses", "rate of NetStims", "conns of NetStims"]
)
@pytest.mark.parametrize("kind", ["json", "h5"])
def test_changed_network_is_saved_and_loaded(name, kind):
    verb, params, _ = CHANGES[name]
    create(saveJson=kind == "json", saveHDF5=kind == "h5")
    getattr(sim.net, verb)(params)
    sim.simulate()
    original, shown = spikes(), cells()
    (path,) = sim.saveData()
    sim.load(path)
    sim.simulate()
    assert spikes() == original
    assert cells() == shown


@pytest.mark.parametrize("name", ["some cells", "cells", "cells get a section", "cells get another form"])
def test_cells_that_are_changed_before_they_are_connected(name):
    _, params, same = CHANGES[name]
    sim.initialize(specs.NetParams(copy.deepcopy(NET)), specs.SimConfig(CFG))
    sim.net.createCells()
    sim.net.modifyCells(params)
    sim.net.connectCells()
    sim.net.addStims()
    sim.setupRecording()
    sim.simulate()
    found, shown = spikes(), cells()
    create(written(same))
    sim.simulate()
    assert (spikes(), cells()) == (found, shown)


def test_loaded_network_is_changed():
    create(saveJson=True)
    sim.simulate()
    (path,) = sim.saveData()
    sim.load(path)
    for name in ("conns by label", "some cells", "synapses", "clamps"):
        getattr(sim.net, CHANGES[name][0])(CHANGES[name][1])
    sim.simulate()
    found = spikes()
    create()
    for name in ("conns by label", "some cells", "synapses", "clamps"):
        getattr(sim.net, CHANGES[name][0])(CHANGES[name][1])
    sim.simulate()
    assert spikes() == found


SCRIPT = """
import json, sys
sys.path.insert(0, {folder!r})
import test_changing as t
from netspec import sim
t.create()
for name in json.loads({names!r}):
    verb, params, _ = t.CHANGES[name]
    getattr(sim.net, verb)(params)
sim.simulate()
if sim.rank == 0:
    open("found.json", "w").write(json.dumps([t.spikes(), t.cells()]))
"""


@pytest.mark.mpi
@pytest.mark.parametrize("ranks", [2, 3])
def test_changes_on_several_ranks_are_those_on_one(ranks):
    names = [
        "conns by the cells before them",
        "some cells",
        "cells get a section",
        "synapses by section",
        "rate of NetStims",
        "clamps",
    ]
    create()
    for name in names:
        verb, params, _ = CHANGES[name]
        getattr(sim.net, verb)(params)
    sim.simulate()
    expected = json.loads(json.dumps([spikes(), cells()]))
    Path("run.py").write_text(SCRIPT.format(folder=str(Path(__file__).parent), names=json.dumps(names)))
    command = [MPIEXEC, "-n", str(ranks), sys.executable, "run.py"]
    done = subprocess.run(command, env={**os.environ, **ALLOWED}, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(Path("found.json").read_text()) == expected


WRONG = {
    "unknown key of conns": (
        "modifyConns", {"wieght": 1}, "sim.net.modifyConns(...).wieght", "Did you mean 'weight'?",
    ),
    "text": ("modifyConns", {"weight": "1"}, "sim.net.modifyConns(...).weight", "expected a number"),
    "label": (
        "modifyConns", {"conds": {"label": "E->al"}, "weight": 1}, "sim.net.modifyConns(...).conds.label",
        "Did you mean 'E->all'?",
    ),
    "condition": (
        "modifyConns", {"conds": {"lable": "E->all"}, "weight": 1}, "sim.net.modifyConns(...).conds.lable",
        "Did you mean 'label'?",
    ),
    "population": (
        "modifyConns", {"preConds": {"pop": "X"}, "weight": 1}, "sim.net.modifyConns(...).preConds.pop",
        "there is no population 'X'",
    ),
    "negative delay": ("modifyConns", {"delay": -1}, "sim.net.modifyConns(...).delay", "0 or more"),
    "tag": (
        "modifyCells", {"conds": {"popp": "E"}, "secs": {"soma": {}}}, "sim.net.modifyCells(...).conds.popp",
        "Did you mean 'pop'?",
    ),
    "section": (
        "modifyCells", {"conds": {}, "secs": {"som": {"geom": {"L": 1}}}},
        "sim.net.modifyCells(...).secs['som']", "Did you mean 'soma'?",
    ),
    "key of a section": (
        "modifyCells", {"conds": {}, "secs": {"soma": {"geo": {"L": 1}}}},
        "sim.net.modifyCells(...).secs['soma'].geo", "Did you mean 'geom'?",
    ),
    "parameter of a mechanism": (
        "modifyCells", {"conds": {}, "secs": {"soma": {"mechs": {"hh": {"gnabr": 1}}}}},
        "sim.net.modifyCells(...).secs['soma'].mechs['hh'].gnabr", "Did you mean 'gnabar'?",
    ),
    "string function of ions": (
        "modifyCells", {"conds": {}, "secs": {"soma": {"ions": {"k": {"e": "uniform(1,2)"}}}}},
        "sim.net.modifyCells(...).secs['soma'].ions['k'].e", "expected a number",
    ),
    "string function of the number of segments": (
        "modifyCells", {"conds": {}, "secs": {"soma": {"geom": {"nseg": "discunif(1,2)"}}}},
        "sim.net.modifyCells(...).secs['soma'].geom.nseg", "expected a whole number",
    ),
    "unknown name in a function": (
        "modifyCells", {"conds": {}, "secs": {"soma": {"geom": {"L": "20+heigth"}}}},
        "sim.net.modifyCells(...).secs['soma'].geom.L", "unknown name 'heigth'",
    ),
    "function that is not a number": (
        "modifyCells", {"conds": {}, "secs": {"soma": {"geom": {"L": "log(-1-x)"}}}},
        "sim.net.modifyCells(...).secs['soma'].geom.L", "is not a number for cell 0",
    ),
    "function of conns": (
        "modifyConns", {"weight": "uniform(1,2)"}, "sim.net.modifyConns(...).weight", "expected a number",
    ),
    "fewer values than segments": (
        "modifyCells", {"conds": {}, "secs": {"dend": {"mechs": {"pas": {"g": [1, 2]}}}}},
        "sim.net.modifyCells(...).secs['dend'].mechs['pas']['g']", "2 values for 3 segments",
    ),
    "topology": (
        "modifyCells",
        {"conds": {}, "secs": {"soma": {"topol": {"parentSec": "dend", "parentX": 0, "childX": 0}}}},
        "sim.net.modifyCells(...).secs['soma'].topol", "gets none later",
    ),
    "ring": (
        "modifyCells",
        {"conds": {}, "secs": {"dend": {"topol": TUFT["topol"]}}},
        "sim.net.modifyCells(...).secs['dend'].topol.parentSec", "'dend' is its own ancestor",
    ),
    "parent of a new section": (
        "modifyCells",
        {"conds": {}, "secs": {"axon": AXON | {"topol": AXON["topol"] | {"parentSec": "sma"}}}},
        "sim.net.modifyCells(...).secs['axon'].topol.parentSec", "Did you mean 'soma'?",
    ),
    "new section without a parent": (
        "modifyCells", {"conds": {}, "secs": {"axon": {"geom": {"L": 10, "diam": 1}}}},
        "sim.net.modifyCells(...).secs['axon']", "a new one needs topol",
    ),
    "source of spikes": (
        "modifyCells", {"conds": {}, "secs": {"soma": {"pointps": {"v": {"mod": "IClamp", "vref": "i"}}}}},
        "sim.net.modifyCells(...).secs['soma'].pointps['v'].vref", "spikes are detected where they were",
    ),
    "point process without mod": (
        "modifyCells", {"conds": {}, "secs": {"soma": {"pointps": {"v": {"amp": 1}}}}},
        "sim.net.modifyCells(...).secs['soma'].pointps['v'].mod", "required, but missing",
    ),
    "no sections": ("modifyCells", {"conds": {}}, "sim.net.modifyCells(...).secs", "expected sections"),
    "parameter of a synapse": (
        "modifySynMechs", {"conds": {"label": "exc"}, "tau3": 1}, "sim.net.modifySynMechs(...).tau3",
        "not a parameter of 'Exp2Syn'",
    ),
    "section of a synapse": (
        "modifySynMechs", {"conds": {"sec": "axon"}, "e": 1}, "sim.net.modifySynMechs(...).conds.sec",
        "there is no 'axon'",
    ),
    "parameter of a stimulus": (
        "modifyStims", {"conds": {"source": "ic"}, "ampp": 1}, "sim.net.modifyStims(...).ampp",
        "Did you mean 'amp'?",
    ),
    "rate": (
        "modifyStims", {"conds": {"source": "bkg"}, "rate": 0}, "sim.net.modifyStims(...).rate", "above 0",
    ),
    "source": (
        "modifyStims", {"conds": {"source": "bgk"}, "rate": 5}, "sim.net.modifyStims(...).conds.source",
        "Did you mean 'bkg'?",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_mistakes_are_told_and_nothing_is_changed(name):
    verb, params, path, message = WRONG[name]
    create()
    plan = sim.net.plan
    with pytest.raises(SpecError) as caught:
        getattr(sim.net, verb)(params)
    assert [problem.path for problem in caught.value.problems] == [path]
    assert message in str(caught.value)
    assert sim.net.plan is plan


FUNCTIONS = {
    "conds": {"pop": "E"},
    "secs": {
        "soma": {"geom": {"L": "uniform(18, 26)"}, "mechs": {"hh": {"gnabar": "0.1+0.05*xnorm"}}},
        "dend": {"mechs": {"pas": {"g": "uniform(1e-4,2e-4)*exp(-dist_path/100)"}}},
        "axon": AXON | {"geom": {"L": "normal(40, 4)", "diam": 1, "nseg": 2}},
    },
}


def test_string_functions_give_each_cell_its_own_numbers():
    create(saveJson=True)
    sim.net.modifyCells(FUNCTIONS)
    shown = [sim.net.cells[k].secs for k in range(5)]
    lengths = [secs["soma"]["geom"]["L"] for secs in shown]
    assert lengths == [secs["soma"]["hObj"].L for secs in shown]
    assert all(18 <= length <= 26 for length in lengths)
    assert len({*lengths, *(secs["axon"]["hObj"].L for secs in shown)}) == 10
    assert [seg.pas.g for seg in shown[2]["dend"]["hObj"]] == shown[2]["dend"]["mechs"]["pas"]["g"]
    assert sim.net.cells[6].secs["soma"]["geom"]["L"] == 20
    assert "axon" not in sim.net.cells[6].secs
    sim.simulate()
    found, saved = spikes(), cells()
    (path,) = sim.saveData()
    sim.net.modifyCells(FUNCTIONS)
    again = [sim.net.cells[k].secs["soma"]["geom"]["L"] for k in range(5)]
    assert not {*again} & {*lengths}
    sim.load(path)
    sim.simulate()
    assert (spikes(), cells()) == (found, saved)
    create()
    sim.net.modifyCells(FUNCTIONS)
    assert [sim.net.cells[k].secs["soma"]["geom"]["L"] for k in range(5)] == lengths


def test_variables_of_the_cell_rule_are_known_to_functions():
    net = written({"cellParams.P.vars": {"size": 3}, "cellParams.P.secs.soma.geom.L": "20+size"})
    create(net)
    sim.net.modifyCells({"conds": {}, "secs": {"soma": {"geom": {"L": "30+size"}}}})
    assert [cell.secs["soma"]["hObj"].L for cell in sim.net.cells] == [33] * 8


@pytest.mark.filterwarnings("ignore:.*no section")
def test_added_sections_take_synapses_and_records():
    sim.initialize(specs.NetParams(written({"connParams.E->all.sec": "axon"})), specs.SimConfig(CFG))
    sim.cfg.strict = False
    sim.net.createCells()
    sim.net.modifyCells({"conds": {}, "secs": {"axon": AXON}})
    sim.cfg.recordTraces = {"V": {"sec": "axon", "loc": 0.9, "var": "v"}}
    sim.cfg.recordCells = [6]
    sim.net.connectCells()
    sim.net.addStims()
    sim.setupRecording()
    sim.simulate()
    found, trace = spikes(), list(sim.allSimData["V"]["cell_6"])
    conn = next(conn for conn in sim.net.cells[6].conns if conn["sec"] == "axon")
    assert conn["hObj"].syn().get_segment().sec == sim.net.cells[6].secs["axon"]["hObj"]
    net = written({"connParams.E->all.sec": "axon", "cellParams.P.secs.axon": AXON})
    create(net, recordTraces=sim.cfg.recordTraces, recordCells=[6])
    sim.simulate()
    assert spikes() == found
    assert list(sim.allSimData["V"]["cell_6"]) == trace


def test_networks_after_one_another_leave_nothing_behind():
    create()
    sim.simulate()
    first = spikes()
    for name in ("cells get a mechanism and ions", "synapses", "cells", "cells get a section"):
        create()
        getattr(sim.net, CHANGES[name][0])(CHANGES[name][1])
        sim.simulate()
        assert spikes() != first
        sim.clearAll()
        assert len(list(sim.h.allsec())) == 0
    create()
    sim.simulate()
    assert spikes() == first


def test_one_cell_is_modified_as_modify_cells_would():
    new = {"soma": {"geom": {"diam": 25}, "mechs": {"pas": {"g": 0.002}}}}
    seen = []
    for by_cell in (True, False):
        sim.clearAll() if seen else None
        sim.create(specs.NetParams(copy.deepcopy(NET)), specs.SimConfig(copy.deepcopy(CFG)))
        cell = sim.net.cells[2]
        if by_cell:
            cell.modify({"conds": {"pop": "I"}, "secs": {"soma": {"geom": {"diam": 50}}}})
            cell.modify({"conds": {"pop": "E"}, "secs": new})
        else:
            sim.net.modifyCells({"conds": {"gid": 2}, "secs": new})
        soma, other = cell.secs["soma"], sim.net.cells[3].secs["soma"]
        assert (soma["geom"]["diam"], soma["hObj"].diam, soma["hObj"].g_pas) == (25, 25, 0.002)
        assert 19 < other["hObj"].diam < 21
        sim.simulate()
        seen.append(list(sim.allSimData["spkt"]))
    assert seen[0] == seen[1] != []
