"""What signals are made of, currents that add up, and what becomes of them."""

import json

import numpy as np
import pytest

import netspec
from netspec.neuron import signals
from netspec.signals.recorders import RECORDERS, signal

pytestmark = pytest.mark.neuron

ROOT = {"parentSec": "soma", "parentX": 1.0, "childX": 0.0}
BACKWARDS = {"parentSec": "dend", "parentX": 0.5, "childX": 1.0}


@pytest.fixture(autouse=True)
def total():
    """A signal of one channel: the current out of the whole cell."""
    signal("total", unit="nA")(lambda segments, simulation: np.ones((1, len(segments))))
    yield
    del RECORDERS["total"]


def network(**sources):
    """Cells whose sections branch, run backwards, and have a synapse at an end; sources go to somata."""
    passive = {"pas": {"g": 5e-5, "e": -65}}
    sections = {
        "soma": {"geom": {"L": 20, "diam": 20, "Ra": 100}, "mechs": {"hh": {}}},
        "dend": {"geom": {"L": 300, "diam": 2, "nseg": 5, "Ra": 100}, "topol": ROOT, "mechs": passive},
        "twig": {"geom": {"L": 100, "diam": 1, "nseg": 3, "Ra": 100}, "topol": BACKWARDS, "mechs": passive},
    }
    place = {"conds": {"pop": "E"}, "sec": "dend", "loc": 1.0, "synMech": "exc"}
    return {
        "popParams": {"E": {"cellType": "E", "numCells": 3}},
        "cellParams": {"E": {"secs": sections}},
        "synMechParams": {"exc": {"mod": "Exp2Syn", "tau1": 0.5, "tau2": 3, "e": 0}},
        "stimSourceParams": {"bkg": {"type": "NetStim", "rate": 200, "noise": 1}, **sources},
        "stimTargetParams": {
            "bkg": {"source": "bkg", **place, "weight": 0.01, "delay": 1},
            **{name: {"source": name, "conds": {"cellList": [1]}, "sec": "soma"} for name in sources},
        },
    }


CLAMP = {"type": "IClamp", "amp": 0.4, "del": 2, "dur": 5}
HOLD = {"type": "SEClamp", "dur1": 6, "amp1": -60, "rs": 10}
BASE = {"duration": 10, "recordStep": 0.1, "recordLFP": [[50, 50, 50]], "recordSignals": ["total"]}


def recorded(options=None, **sources):
    return netspec.run(network(**sources), {**BASE, **(options or {})}).signals


WAYS = {
    "potentials": {},
    "membrane currents": {"saveIMembrane": True},
    "secondorder": {"hParams": {"secondorder": 2}},
    "variable step": {"cvode_active": True, "cvode_atol": 1e-6},
}


@pytest.mark.parametrize("options", WAYS.values(), ids=WAYS)
def test_what_leaves_a_cell_is_what_was_injected(options):
    """Kirchhoff: without a clamp no current leaves a cell as a whole, with one its own."""
    found = recorded(options, clamp=CLAMP)["total"]
    inside = (found.time > 2.3) & (found.time < 6.9)
    outside = (found.time < 1.7) | (found.time > 7.3)
    tolerance = 1e-4 if "hParams" in options else 1e-8
    np.testing.assert_allclose(found.values[inside, 0], 0.4, atol=tolerance)
    np.testing.assert_allclose(found.values[outside, 0], 0.0, atol=tolerance)


def test_a_clamp_of_voltage_needs_membrane_currents(caplog):
    with caplog.at_level("INFO", logger="netspec"):
        recorded(hold=HOLD)
        recorded(clamp=CLAMP)
    said = [record.getMessage() for record in caplog.records if "signals of" in record.getMessage()]
    assert said == [
        "signals of 3 cells from membrane currents: there is a SEClamp",
        "signals of 3 cells from potentials",
    ]


def test_pointers_read_what_memory_holds(monkeypatch):
    """Without NEURON's own memory (another build of NEURON, threads) pointers give the same bits."""
    seen = recorded(clamp=CLAMP)["LFP"]
    monkeypatch.setattr("netspec.neuron.nodes._view", lambda variable, length: None)
    pointed = recorded(clamp=CLAMP)["LFP"]
    np.testing.assert_array_equal(seen.total, pointed.total)
    assert np.abs(seen.values).max() > 1e-6


ONE_CELL = """
import json, sys
from netspec import sim
sim.createSimulate(*map(json.loads, sys.argv[1:]))
sim.gatherData()
if sim.rank == 0:
    print("\\nFOUND", json.dumps([list(map(list, sim.allSimData[name])) for name in ("LFP", "dipoleSum")]))
"""


def test_a_rank_may_have_no_cells(start, tmp_path):
    net = network(clamp=CLAMP)
    net["popParams"]["E"]["numCells"] = 1
    net["stimTargetParams"]["clamp"]["conds"] = {}
    options = {"duration": 10, "recordStep": 1, "recordLFP": [[50, 50, 50]], "recordDipole": True}
    (tmp_path / "script.py").write_text(ONE_CELL)
    found = []
    for ranks in (1, 2):
        done = start(ranks, tmp_path / "script.py", json.dumps(net), json.dumps(options), cwd=tmp_path)
        assert done.returncode == 0, done.stderr[-3000:]
        found += [line for line in done.stdout.splitlines() if line.startswith("FOUND")]
    assert found[0] == found[1]
    assert len(found[0]) > 100


def test_signals_are_saved_and_loaded(tmp_path):
    results = netspec.run(network(), {**BASE, "saveLFPCells": [1], "saveLFPPops": True, "saveIMembrane": [2]})
    loaded = netspec.load(results.save(tmp_path / "signals.h5"))
    assert loaded.signals.keys() == {"LFP", "total", "iMembrane"}
    lfp = loaded.signals["LFP"]
    np.testing.assert_array_equal(lfp.values, results.signals["LFP"].values)
    np.testing.assert_array_equal(lfp.of_population("E"), lfp.values)
    np.testing.assert_array_equal(lfp.cells[1], results.signals["LFP"].cells[1])
    assert loaded.signals["iMembrane"].cells[2].shape == (100, 9)
    part = loaded.select(cells=["E"], time=(2, 4))
    assert part.signals["LFP"].values.shape == (21, 1)


def test_a_sum_that_is_not_finite_is_an_error():
    signal("broken", unit="nA")(lambda segments, simulation: np.full((1, len(segments)), np.nan))
    try:
        with pytest.raises(OverflowError, match="not finite"):
            recorded({"recordSignals": ["broken"]})
    finally:
        del RECORDERS["broken"]


def test_sample_times_are_at_steps():
    times = np.arange(1, 11) * 0.1
    spec = netspec.plan(network(), {"duration": 1.0, "dt": 0.04})
    np.testing.assert_allclose(signals.stops(spec, times) / 0.04, np.rint(times / 0.04))
