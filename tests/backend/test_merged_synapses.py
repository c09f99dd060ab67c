"""Networks in which linear synapses share a point process fire the spikes of those in which they do not."""

import json
import logging
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from launcher import ALLOWED, MPIEXEC

import netspec
from netspec import sim, specs
from netspec.errors import SpecError
from netspec.neuron import catalog
from netspec.neuron.linear import why_not

pytestmark = pytest.mark.neuron

MOD = """
NEURON {{
    POINT_PROCESS {name}
    RANGE tau, e, i, g, mg
    NONSPECIFIC_CURRENT i
}}
PARAMETER {{ tau = 20 (ms)  e = 0 (mV)  mg = 1  top = 0.0005 }}
ASSIGNED {{ v (mV)  i (nA)  g (uS) }}
STATE {{ A (uS)  B (uS) }}
INITIAL {{ A = 0  B = 0 }}
BREAKPOINT {{
    SOLVE state METHOD cnexp
    g = B - A
    {more}
    i = g*(v - e)/(1 + mg*exp(-0.062*v)/3.57)
}}
DERIVATIVE state {{
    A' = -A
    B' = -B/tau
}}
NET_RECEIVE(weight (uS){arguments}) {{
    {event}
    A = A + weight{factor}
    B = B + weight{factor}
}}
"""
PLAIN = {"more": "", "arguments": "", "event": "", "factor": ""}
KINDS = {
    "Magnesium": {},
    "Saturating": {"factor": "*(1 - B)"},
    "Depressing": {
        "arguments": ", R, last (ms)",
        "event": "INITIAL { R = 1  last = 0 } R = 1 - (1 - R)*exp(-(t - last)/100) last = t",
        "factor": "*R",
    },
    "Limited": {"more": "if (g > top) { g = top }"},
}
STAY_APART = {
    "Saturating": "its NET_RECEIVE does not add a fixed multiple of the weight to A",
    "Depressing": "it has the statement INITIAL {",
    "Limited": "its current i is not proportional to its states",
}
ROOT = {"parentSec": "soma", "parentX": 1, "childX": 0}
SECTIONS = {
    "soma": {"geom": {"L": 20, "diam": 20, "Ra": 100}, "mechs": {"hh": {}}},
    "dend": {
        "geom": {"L": 150, "diam": 2, "nseg": 3, "Ra": 100},
        "topol": ROOT,
        "mechs": {"pas": {"g": 1e-4, "e": -65}},
    },
}


@pytest.fixture(scope="module")
def mods(tmp_path_factory):
    """A folder of mod files."""
    folder = tmp_path_factory.mktemp("mod")
    for name, changes in KINDS.items():
        (folder / f"{name}.mod").write_text(MOD.format(name=name, **{**PLAIN, **changes}))
    return folder


def network(mod="Exp2Syn", **params):
    """Cells that excite and inhibit each other anywhere on a dendrite, and are driven by noise."""
    noise = {"source": "noise", "conds": {"cellType": "P"}, "synMech": "exc", "delay": 1}
    ends = {"postConds": {"cellType": "P"}, "sec": "dend", "loc": "uniform(0, 1)", "delay": 2}
    return {
        "popParams": {"E": {"cellType": "P", "numCells": 16}, "I": {"cellType": "P", "numCells": 4}},
        "cellParams": {"P": {"secs": SECTIONS}},
        "synMechParams": {
            "exc": {"mod": "ExpSyn", "tau": 2, "e": 0},
            "slow": {"mod": mod, **params},
            "inh": {"mod": "Exp2Syn", "tau1": 0.5, "tau2": 8, "e": -80},
        },
        "connParams": {
            "E": {**ends, "preConds": {"pop": "E"}, "convergence": 12, "weight": 0.0004, "synMech": "slow"},
            "fast": {**ends, "preConds": {"pop": "E"}, "convergence": 8, "weight": 0.001, "synMech": "exc"},
            "I": {**ends, "preConds": {"pop": "I"}, "convergence": 4, "weight": 0.001, "synMech": "inh"},
        },
        "stimSourceParams": {"noise": {"type": "NetStim", "rate": 80, "noise": 1}},
        "stimTargetParams": {
            "one": {**noise, "sec": "soma", "weight": 0.01},
            "two": {**noise, "sec": "dend", "loc": 0.5, "weight": 0.01},
        },
    }


def places(made, apart=(), by_weight=True, **options):
    """Number of synapses, and of contacts: counted one by one."""
    plan = netspec.plan(made, options)
    rows = [plan.connections, *(block.rows for block in plan.inputs)]
    found = []
    for number, table in enumerate(rows):
        names = ("gid" if number else "post", "synapse", "section", "location", "weight")
        for post, synapse, section, location, weight in zip(*(table[n].tolist() for n in names), strict=True):
            own = len(found) if plan.model.synapses[synapse] in apart else None
            segment = int(3 * location) if plan.model.sections[section] == "dend" else 0
            found.append((post, synapse, section, segment, by_weight and weight, own))
    return len(set(found)), len(found)


OPTIONS = {
    "duration": 150,
    "recordCells": [0],
    "recordTraces": {"V": {"sec": "soma", "loc": 0.5, "var": "v"}},
}


def run(made, mod=None, **options):
    return netspec.run(made, {**OPTIONS, **options}, mod=mod)


@pytest.mark.parametrize("mechanism", ["ExpSyn", "Exp2Syn", "Magnesium"])
@pytest.mark.parametrize("how", [True, "any weight"])
def test_spikes_are_the_same(mechanism, how, mods, caplog):
    made = network(mechanism)
    with caplog.at_level(logging.INFO, "netspec"):
        merged, apart = (run(made, mods, mergeSynapses=value) for value in (how, False))
    assert len(apart.spikes) > 50
    assert merged.spikes == apart.spikes
    np.testing.assert_allclose(merged.traces["V"][0], apart.traces["V"][0], atol=1e-6)
    numbers = [r.args for r in caplog.records if "in place of" in r.getMessage()]
    assert numbers == [places(made, by_weight=how is True)]


@pytest.mark.parametrize("mechanism", STAY_APART)
def test_synapses_that_are_not_linear_stay_apart(mechanism, mods, caplog):
    made = network(mechanism)
    with caplog.at_level(logging.INFO, "netspec"):
        merged, apart = (run(made, mods, mergeSynapses=value, duration=60) for value in (True, False))
    said = [record.getMessage() for record in caplog.records]
    assert f"mergeSynapses: synapses of '{mechanism}' are not merged: {STAY_APART[mechanism]}" in said
    assert merged.spikes == apart.spikes
    assert places(made, apart=["slow"]) in [record.args for record in caplog.records]


def test_mechanisms_of_neuron_itself():
    """The names that plans use without NEURON are what its texts say."""
    from netspec.model import BUILTIN_LINEAR

    texts = {name: catalog.code(name) for name in catalog.points() if name in catalog.BUILT_IN}
    assert texts["ExpSyn"]
    assert {name for name, text in texts.items() if text and not why_not(text)} == BUILTIN_LINEAR


def test_recorded_synapses_are_as_without_merging():
    trace = {"sec": "dend", "loc": 0.5, "synMech": "slow", "index": 2, "var": "g"}
    options = {"recordCells": ["E"], "recordTraces": {"g": trace}, "duration": 50}
    merged, apart = (run(network(), mergeSynapses=value, **options).traces["g"] for value in (True, False))
    assert len(merged.keys() & apart.keys()) == len(merged) > 5
    for gid, values in merged.items():
        assert values.max() > 0
        np.testing.assert_allclose(values, apart[gid], atol=1e-9)


@pytest.fixture(autouse=True)
def _leave_nothing():
    """The network of NetPyNE's verbs is not there in the next test."""
    yield
    sim.clearAll()


def create(**options):
    sim.create(specs.NetParams(network()), specs.SimConfig({**OPTIONS, "progressBar": 0, **options}))


def test_netpynes_verbs_leave_synapses_apart_and_say_so(capsys):
    create()
    own = {str(conn["hObj"].syn()) for cell in sim.net.cells for conn in cell.conns}
    fewer, all_of_them = places(network(), randomStreams="netpyne")
    assert len(own) == all_of_them
    said = f"mergeSynapses = True would make {fewer} synapses that do the same as these {all_of_them}"
    assert said in capsys.readouterr().out


def test_views_show_the_synapses_that_there_are():
    create(mergeSynapses=True)
    listed = 0
    for cell in sim.net.cells:
        live = {str(conn["hObj"].syn()) for conn in cell.conns}
        shown = [str(s["hObj"]) for section in cell.secs.values() for s in section.get("synMechs", ())]
        assert sorted(shown) == sorted(live)
        listed += len(shown)
        for conn in cell.conns:
            segment = conn["hObj"].syn().get_segment()
            assert segment == segment.sec(conn["loc"])
    assert listed == places(network(), randomStreams="netpyne")[0]


def test_parameters_of_merged_synapses_change_together():
    create(mergeSynapses=True)
    sim.net.modifySynMechs({"conds": {"label": "slow"}, "cellConds": {"pop": "E"}, "tau2": 7})
    values = {
        (cell.tags["pop"], conn["hObj"].syn().tau2)
        for cell in sim.net.cells
        for conn in cell.conns
        if conn["synMech"] == "slow"
    }
    assert values == {("E", 7.0), ("I", 10.0)}
    with pytest.raises(SpecError, match="synapses of a segment share one") as caught:
        sim.net.modifySynMechs({"conds": {"label": "slow", "loc": [0, 0.2]}, "tau2": 7})
    assert caught.value.problems[0].path == "sim.net.modifySynMechs(...).conds.loc"
    with pytest.raises(SpecError, match="synapses of a segment share one") as caught:
        sim.net.modifyCells({"conds": {"pop": "E"}, "secs": {"dend": {"geom": {"nseg": 5}}}})
    assert caught.value.problems[0].path == "sim.net.modifyCells(...).secs['dend'].geom.nseg"


def test_a_saved_network_is_merged_when_it_is_loaded(tmp_path):
    create(mergeSynapses=True, saveHDF5=True, filename=str(tmp_path / "net"))
    sim.simulate()
    sim.saveData()
    spikes = list(sim.allSimData["spkt"])
    made = len({str(conn["hObj"].syn()) for cell in sim.net.cells for conn in cell.conns})
    assert made < len([conn for cell in sim.net.cells for conn in cell.conns]) / 2
    sim.load(str(tmp_path / "net_data.h5"))
    assert len({str(conn["hObj"].syn()) for cell in sim.net.cells for conn in cell.conns}) == made
    sim.simulate()
    assert list(sim.allSimData["spkt"]) == spikes
    assert len(spikes) > 50


SCRIPT = """
import json, sys
sys.path.insert(0, {folder!r})
import test_merged_synapses as t
made = t.network()
made["connParams"]["fast"]["weight"] = "0.0005*int(uniform(1, 4))"
options = {{"recordCells": ["all"], "saveHDF5": True}}
found = t.run(made, **options)
import netspec
from netspec.neuron.ranks import start
if start().rank == 0:
    traces = {{gid: trace.tolist() for gid, trace in found.traces["V"].items()}}
    spikes = [found.spikes[name].tolist() for name in ("time", "gid")]
    open("found.json", "w").write(json.dumps([traces, spikes]))
"""


@pytest.mark.mpi
def test_ranks_change_no_bit(tmp_path):
    (tmp_path / "run.py").write_text(SCRIPT.format(folder=str(Path(__file__).parent)))
    found = []
    for ranks in (1, 2, 3):
        command = [sys.executable, "run.py"]
        command = command if ranks == 1 else [MPIEXEC, "-n", str(ranks), *command]
        done = subprocess.run(
            command, cwd=tmp_path, env={**os.environ, **ALLOWED}, capture_output=True, text=True, timeout=120
        )
        assert done.returncode == 0, done.stdout + done.stderr
        found.append(json.loads((tmp_path / "found.json").read_text()))
    assert len(found[0][1][0]) > 50
    assert found[1] == found[0]
    assert found[2] == found[0]
