"""Populations of masses in netParams: read, checked, run, saved."""

import copy
import sys

import numpy as np
import pytest

import netspec
from netspec.errors import SpecError
from netspec.stimulus import OrnsteinUhlenbeck, Sine

MATRIX = [[0.0, 1.0], [0.5, 0.0]]
NET = {
    "popParams": {
        "cortex": {
            "massModel": "WilsonCowan",
            "nodes": 2,
            "params": {"c_excexc": [16.0, 15.0]},
            "inputs": {"exc_ext": {"type": "Sine", "amplitude": 0.5, "frequency": 10.0}},
            "noise": {"exc_ou": OrnsteinUhlenbeck(sigma=0.01)},
            "record": ["exc"],
        },
        "thalamus": {"massModel": "Thalamus"},
    },
    "connParams": {
        "own": {
            "preConds": {"pop": "cortex"},
            "postConds": {"pop": "cortex"},
            "matrix": MATRIX,
            "delayMatrix": [[0.0, 5.0], [3.0, 0.0]],
            "weight": 0.2,
        },
        "up": {
            "preConds": {"pop": "thalamus"},
            "postConds": {"pop": "cortex"},
            "weight": 0.001,
            "delay": 13.0,
        },
    },
}
CFG = {"duration": 50.0, "dt": 0.025, "recordStep": 0.5}


def changed(path, value):
    """The network with a value at a path."""
    net = copy.deepcopy(NET)
    place = net
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return net


def test_run_needs_no_neuron_and_is_saved(tmp_path):
    results = netspec.run(NET, CFG)
    assert "masses" in repr(results)
    assert list(results.masses["cortex"]) == ["exc"]
    assert results.masses["cortex"]["exc"].shape == (2, 100)
    assert results.mass_time[[0, -1]] == pytest.approx([0.5, 50.0])
    again = netspec.load(results.save(tmp_path / "masses.h5"))
    for label, values in results.masses.items():
        for name, own in values.items():
            np.testing.assert_array_equal(own, again.masses[label][name])
    np.testing.assert_array_equal(results.mass_time, again.mass_time)
    # What the file says makes the same again.
    same = netspec.run(again.net_params, again.sim_config)
    np.testing.assert_array_equal(same.masses["cortex"]["exc"], results.masses["cortex"]["exc"])
    part = results.select(time=(10.0, 20.0))
    assert part.masses["cortex"]["exc"].shape == (2, 21)


def test_neuron_is_not_imported(tmp_path):
    import subprocess

    script = (
        "import sys, netspec\n"
        "netspec.run({'popParams': {'p': {'massModel': 'Hopf'}}}, {'duration': 10.0, 'dt': 0.1})\n"
        "assert 'neuron' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, cwd=tmp_path)


def test_own_model_as_a_dictionary():
    own = {
        "equations": "d_x = -x / tau + u",
        "states": {"x": [1.0, 1.0]},
        "params": {"tau": 10.0},
        "inputs": {"u": 0.0},
        "couples": ["x", "u"],
    }
    cfg = {"duration": 10.0, "dt": 0.1, "massMethod": "rk4"}
    found = netspec.run({"popParams": {"own": {"massModel": own}}}, cfg)
    assert found.masses["own"]["x"][0, -1] == pytest.approx(np.exp(-1), rel=1e-7)


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("popParams", "cortex", "massModel"), "WilsonCowen", r"\['cortex'\].massModel: .*'WilsonCowan'"),
        (("popParams", "cortex", "massModel"), {"equations": "d_x = y"}, r"massModel: .*missing"),
        (("popParams", "cortex", "nodes"), 0, r"\['cortex'\].nodes: expected a positive number"),
        (("popParams", "cortex", "numCells"), 2, r"\['cortex'\].numCells: unknown key"),
        (("popParams", "cortex", "params"), {"tau_ex": 2.0}, r"params.tau_ex: .*'tau_exc'"),
        (("popParams", "cortex", "params"), {"tau_exc": [1, 2, 3]}, r"params.tau_exc: .*one for each of 2"),
        (("popParams", "cortex", "initial"), {"ex": 0.1}, r"initial.ex: "),
        (("popParams", "cortex", "noise"), {"exc_o": 0.1}, r"noise.exc_o: .*'exc_ou'"),
        (("popParams", "cortex", "noise"), {"exc_ext": 0.1}, r"noise.exc_ext: given in inputs too"),
        (("popParams", "cortex", "noise"), {"exc_ou": {"type": "Sinus"}}, r"noise.exc_ou: unknown stimulus"),
        (("popParams", "cortex", "record"), ["excc"], r"record: .*'exc'"),
        (("popParams", "cortex", "massModel"), "ALN", r"\['cortex'\].tables: .*not supported yet"),
        (("connParams", "own", "matrix"), [[1.0]], r"\['own'\].matrix: .*\(2, 2\)"),
        (
            ("connParams", "own", "delayMatrix"),
            [[0, -1], [0, 0]],
            r"\['own'\].delayMatrix: expected 0 or more",
        ),
        (("connParams", "own", "coupling"), "difusive", r"coupling: .*'diffusive'"),
        (("connParams", "own", "variable"), "rate", r"variable: "),
        (("connParams", "own", "target"), "exc_cupling", r"target: .*'exc_coupling'"),
        (("connParams", "own", "probability"), 0.1, r"\['own'\].probability: unknown key"),
        (("connParams", "up", "coupling"), "diffusive", r"\['up'\].coupling: .*use additive"),
        (("connParams", "up", "preConds"), {"pop": ["thalamus"]}, r"\['up'\].preConds: expected"),
    ],
)
def test_wrong_values_are_told_by_path(path, value, message):
    place, text = message.split(": ", 1)
    with pytest.raises(SpecError, match=rf"{place}\n +{text}"):
        netspec.plan(changed(path, value), CFG)


@pytest.mark.parametrize(
    ("option", "value"),
    [("massMethod", "eular"), ("recordStep", 0.04), ("checkpointEvery", 10.0), ("recordWindow", 10.0)],
)
def test_wrong_options(option, value):
    with pytest.raises(SpecError, match=f"simConfig.{option}\n"):
        netspec.plan(NET, {**CFG, option: value})


HYBRID = {
    "popParams": {"wc": {"massModel": "WilsonCowan"}, "E": {"cellType": "cell", "numCells": 2}},
    "cellParams": {"cell": {"secs": {"soma": {"geom": {"L": 20, "diam": 20}}}}},
    "synMechParams": {"exc": {"mod": "Exp2Syn"}},
    "connParams": {
        "down": {"preConds": {"pop": "wc"}, "postConds": {"pop": "E"}, "synMech": "exc", "delay": 5},
        "up": {"preConds": {"pop": "E"}, "postConds": {"pop": "wc"}, "delay": 5},
    },
}


@pytest.mark.parametrize(
    ("rule", "key", "value", "message"),
    [
        ("down", "delay", 0.01, r"\['down'\].delay\n +expected at least dt"),
        ("up", "delay", 0, r"\['up'\].delay\n +expected at least dt"),
        ("down", "inputs", 0, r"\['down'\].inputs\n +expected a positive"),
        ("down", "node", 1, r"\['down'\].node\n +expected a number from 0 to 0"),
        ("down", "variable", "ex", r"\['down'\].variable\n"),
        ("down", "probability", 0.5, r"\['down'\].probability\n +unknown key"),
        ("up", "smoothing", 0, r"\['up'\].smoothing\n"),
        ("up", "target", "exc_ex", r"\['up'\].target\n.*'exc_ext'"),
        ("up", "preConds", {"pop": "E", "x": [0, 5]}, r"\['up'\].preConds\n"),
        ("up", "postConds", {"pop": ["wc"]}, r"\['up'\].postConds\n"),
    ],
)
def test_wrong_connections_with_cells(rule, key, value, message):
    netspec.plan(HYBRID, CFG)
    net = copy.deepcopy(HYBRID)
    net["connParams"][rule][key] = value
    with pytest.raises(SpecError, match=message):
        netspec.plan(net, CFG)


@pytest.mark.parametrize(
    ("option", "value"), [("cvode_active", True), ("recordCellsSpikes", ["E"]), ("massWindow", -1.0)]
)
def test_options_that_do_not_go_with_connections_to_cells(option, value):
    with pytest.raises(SpecError, match=f"simConfig.{option}\n"):
        netspec.plan(HYBRID, {**CFG, option: value})


def test_an_input_moves_its_node():
    net = {"popParams": {"p": {"massModel": "WilsonCowan", "inputs": {"exc_ext": Sine(0.5, 10) + 1.0}}}}
    driven = netspec.run(net, {"duration": 100.0, "dt": 0.1}).masses["p"]["exc"]
    net["popParams"]["p"]["inputs"] = {}
    alone = netspec.run(net, {"duration": 100.0, "dt": 0.1}).masses["p"]["exc"]
    assert driven.max() > 2 * alone.max()


def test_plot_draws_each_node():
    from netspec import plots

    results = netspec.run(NET, CFG)
    _, numbers = plots.draw(results, "plotMasses", populations=["cortex"], timeRange=[10, 20], saveFig=False)
    np.testing.assert_array_equal(
        numbers["cortex"], results.select(time=(10.0, 20.0)).masses["cortex"]["exc"]
    )
    with pytest.raises(SpecError, match="'exc'"):
        plots.draw(results, "plotMasses", populations=["cortex"], variable="ex")
