"""saveWeights: what is recorded from which connections, and that recording changes nothing."""

import pytest

import netspec
from netspec import sim, specs
from netspec.errors import NetspecWarning, SpecError
from netspec.neuron import catalog

pytestmark = pytest.mark.neuron

SHAPE = {"pulseType": "square", "pulseWidth": 20, "pulsePeriod": 40}
NET = {
    "cellParams": {"P": {"secs": {"soma": {"geom": {"L": 20, "diam": 20}, "mechs": {"hh": {}}}}}},
    "popParams": {
        "N": {"cellModel": "NetStim", "numCells": 4, "rate": 60, "noise": 0.5},
        "E": {"cellType": "P", "numCells": 3},
    },
    "synMechParams": {"exc": {"mod": "Exp2Syn", "tau1": 0.5, "tau2": 3, "e": 0}},
    "connParams": {
        "N->E": {"preConds": {"pop": "N"}, "postConds": {"pop": "E"}, "weight": 0.02, "synMech": "exc"},
        "E->E": {
            "preConds": {"pop": "E"}, "postConds": {"pop": "E"}, "weight": 0.001, "synMech": "exc",
            "shape": SHAPE,
        },
    },
}  # fmt: skip
COURSE = [0, 0, 0.001, 0.001, 0]
"""Of E->E at 0, 30, 60, 90 and 100 ms: pulses from 1 to 20 ms, from 41 to 60 ms, from 81 to 99 ms."""


def run(wanted=True, **options):
    return netspec.run(NET, {"duration": 100, "saveWeights": wanted, "seeds": {"stim": 4}, **options})


def test_rules_whose_weights_change_are_recorded():
    weights = run({"step": 30}).weights
    assert weights.time.tolist() == [0, 30, 60, 90, 100]
    ends = zip(weights.connections["pre"].tolist(), weights.connections["post"].tolist(), strict=True)
    assert [*ends] == [(pre, post) for post in (4, 5, 6) for pre in (4, 5, 6) if pre != post]
    assert weights.values.T.tolist() == [COURSE] * 6


def test_rules_and_cells_may_be_chosen():
    weights = run({"rules": ["N->E"], "post": [("E", 1)], "pre": [0, 2]}).weights
    assert weights.connections["pre"].tolist() == [0, 2]
    assert weights.connections["post"].tolist() == [5, 5]
    assert weights.values.tolist() == [[0.02, 0.02]] * 2
    assert weights.time.tolist() == [0, 100]


def test_nothing_is_recorded_without_being_asked_for():
    assert run(False).weights is None
    del (calm := dict(NET["connParams"]))["E->E"]
    assert netspec.run({**NET, "connParams": calm}, {"duration": 5, "saveWeights": True}).weights is None


@pytest.mark.parametrize("options", [{}, {"cvode_active": True}], ids=["fixed step", "variable step"])
def test_recording_changes_no_spike(options):
    plain, recorded = (run(wanted, **options) for wanted in (False, {"step": 7.3}))
    assert len(plain.spikes) > 20
    assert plain.spikes == recorded.spikes


def test_a_part_of_results_has_its_part_of_the_weights():
    part = run({"step": 10}).select([("E", 0)], (20, 50)).weights
    assert part.time.tolist() == [20, 30, 40, 50]
    assert part.connections["post"].tolist() == [4, 4]


def test_an_index_that_netcons_lack_is_an_error():
    with pytest.raises(SpecError, match=r"simConfig\.saveWeights\.index\s+Exp2Syn\[\d+\] has 1 weights"):
        run({"index": 2})


@pytest.mark.parametrize("option", ["saveHDF5", "saveJson", "savePickle"])
def test_weights_are_saved_and_loaded(option, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    cfg = {"duration": 50, "saveWeights": {"step": 10}, option: True}
    sim.createSimulateAnalyze(specs.NetParams(NET), specs.SimConfig(cfg))
    sim.saveData()
    before = sim.results.weights
    (path,) = tmp_path.glob("model_output_data.*")
    sim.clearAll()
    sim.loadAll(str(path), instantiate=False)
    after = sim.results.weights
    assert after.values.tolist() == before.values.tolist()
    assert after.connections == before.connections
    assert after.time.tolist() == before.time.tolist()


def test_a_second_run_starts_anew():
    sim.createSimulate(specs.NetParams(NET), specs.SimConfig({"duration": 40, "saveWeights": {"step": 20}}))
    sim.runSim()
    sim.gatherData()
    assert sim.results.weights.time.tolist() == [0, 20, 40]
    sim.clearAll()


def test_a_threshold_that_the_cell_does_not_have_is_an_error():
    exc = {**NET["synMechParams"]["exc"], "selfNetCon": {"threshold": -15}}
    with pytest.raises(SpecError, match=r"synMechParams\['exc'\]\.selfNetCon\.threshold\s+the cell's own"):
        netspec.run({**NET, "synMechParams": {"exc": exc}}, {"duration": 5})


def test_a_cell_without_the_section_that_is_heard_is_an_error():
    """Of all cells none may lack it; where NetPyNE's leniency is asked for, nothing is heard there."""
    other = {"secs": {"elsewhere": {"geom": {"L": 5, "diam": 5}}}}
    exc = {**NET["synMechParams"]["exc"], "selfNetCon": {"sec": "elsewhere"}}
    net = {**NET, "synMechParams": {"exc": exc}, "cellParams": {**NET["cellParams"], "other": other}}
    with pytest.raises(SpecError, match=r"\.selfNetCon\.sec\s+a cell with this synapse has no section 'els"):
        netspec.run(net, {"duration": 5})
    with pytest.warns(NetspecWarning, match="has no section 'elsewhere'"):
        spikes = netspec.run(net, {"duration": 100, "strict": False, "seeds": {"stim": 4}}).spikes
    assert spikes["time"].tolist() == run(False).spikes["time"].tolist() != []


def test_a_variable_rate_needs_its_mechanism(monkeypatch):
    points = catalog.points()
    monkeypatch.setattr(catalog, "points", lambda: tuple(name for name in points if name != "NSLOC"))
    more = {
        "stimSourceParams": {"s": {"type": "NetStim", "rate": "variable"}},
        "stimTargetParams": {"t": {"source": "s", "conds": {"pop": "E"}, "weight": 1, "synMech": "exc"}},
    }
    with pytest.raises(SpecError, match=r"stimSourceParams\['s'\]\.rate\s+a variable rate needs"):
        netspec.run({**NET, **more}, {"duration": 5})
