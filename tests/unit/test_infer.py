from dataclasses import replace

import numpy as np
import pytest
from plan_nets import cell, net
from scipy import stats

import netspec
from netspec.analysis import infer_rules
from netspec.analysis.infer_values import laws
from netspec.errors import SpecError
from netspec.results import Results

SEEDS = (1, 2, 3)
SIZE = {"sizeX": 500, "sizeY": 500, "sizeZ": 500}
POPULATIONS = {"A": {"cellType": "P", "numCells": 200}, "B": {"cellType": "P", "numCells": 120}}


def _net(rule=None, **more):
    """A -> B, of 200 and 120 cells."""
    given = {"popParams": POPULATIONS, **SIZE, **more}
    return net({} if rule is None else {"r": {"weight": 0.5, "delay": 2, **rule}}, **given)


def _plan(network, seed=1, **options):
    return netspec.plan(network, {"seeds": {"conn": seed, "stim": 1, "loc": 1, "cell": 1}, **options})


def _inferred(rule, seed=1, **options):
    found = infer_rules(_plan(_net(rule), seed, **options))
    (name,) = found.connParams
    fits = {fit.quantity: fit.law for fit in found.fits}
    return found.connParams[name], fits


def _near(fit, **expected):
    """Parameters are within four standard errors of what they were made with."""
    for name, value in expected.items():
        got, error = fit.parameters[name]
        assert abs(got - value) <= 4 * error + 1e-12, (name, got, error, value)
        assert error < 0.15 * abs(value)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("ends", ["AB", "AA"])
@pytest.mark.parametrize(
    ("law", "probability", "expected"),
    [
        ("constant", 0.2, {"p": 0.2}),
        ("exponential dist_3D", "0.6*exp(-dist_3D/150)", {"peak": 0.6, "length": 150}),
        ("exponential dist_2D from 1", "exp(-dist_2D/90)", {"length": 90}),
        ("gaussian dist_3D from 1", "exp(-dist_3D**2/(2*90**2))", {"sigma": 90}),
        ("exponential dist_3D", "min(1, 2*exp(-dist_3D/100))", {"peak": 2, "length": 100}),
        ("gaussian dist_3D", "0.4*exp(-dist_3D**2/(2*180**2))", {"peak": 0.4, "sigma": 180}),
        ("gaussian dist_2D", "0.9*exp(-dist_2D**2/(2*80**2))", {"peak": 0.9, "sigma": 80}),
    ],
)
def test_probability_laws_come_back(law, probability, expected, ends, seed):
    rule = {"probability": probability, "preConds": {"pop": ends[0]}, "postConds": {"pop": ends[1]}}
    found, fits = _inferred(rule, seed)
    assert fits["connections"].name == law
    _near(fits["connections"], **expected)
    assert found["preConds"] == {"pop": ends[0]}
    assert found["postConds"] == {"pop": ends[1]}
    assert (found["weight"], found["delay"], found["synMech"]) == (0.5, 2, "exc")


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("ends", ["AB", "AA", "BA"])
@pytest.mark.parametrize("rule", [{"convergence": 9}, {"divergence": 6}, {}])
def test_degrees_and_full_connectivity_come_back(rule, ends, seed):
    conds = {"preConds": {"pop": ends[0]}, "postConds": {"pop": ends[1]}}
    found, _ = _inferred({**rule, **conds}, seed)
    assert {
        name: found[name] for name in ("probability", "convergence", "divergence") if name in found
    } == rule


@pytest.mark.parametrize("with_self", [True, False])
def test_cells_that_connect_to_themselves(with_self):
    conds = {"preConds": {"pop": "A"}, "postConds": {"pop": "A"}}
    found, fits = _inferred(conds, allowSelfConns=with_self)
    assert fits["connections"].name == "full"
    assert "probability" not in found
    _, fits = _inferred({**conds, "probability": 0.3}, allowSelfConns=with_self)
    _near(fits["connections"], p=0.3)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("key", "text", "law", "expected"),
    [
        ("delay", "1.5 + dist_3D/400", "linear dist_3D", {"start": 1.5, "velocity": 400}),
        ("delay", "1 + dist_2D/250", "linear dist_2D", {"start": 1, "velocity": 250}),
        ("delay", "normal(3, 0.04)", "normal", {"mean": 3, "sd": 0.2}),
        ("delay", "uniform(1, 4)", "uniform", {"low": 1, "high": 4}),
        ("weight", "lognormal(0.5, 0.09)", "lognormal", {"mean": 0.5, "sd": 0.3}),
        ("weight", "2*exp(-dist_3D/200)", "exponential dist_3D", {"peak": 2, "length": 200}),
        (
            "delay",
            "normal(2 + dist_3D/300, 0.01)",
            "linear dist_3D with noise",
            {"start": 2, "slope": None, "sd": 0.1},
        ),
    ],
)
def test_weights_and_delays_come_back(key, text, law, expected, seed):
    found, fits = _inferred({"probability": 0.1, key: text}, seed)
    fit = fits[key]
    assert fit.name == law
    if "velocity" in fit.parameters and "noise" in law:
        expected = {"start": 2, "velocity": 300, "sd": 0.1}
    if "uniform" in law:
        assert [fit.parameters[name][0] for name in expected] == pytest.approx(
            list(expected.values()), abs=0.02
        )
    else:
        for name, value in expected.items():
            got, error = fit.parameters[name]
            assert abs(got - value) <= 4 * error + 1e-6 * value
    assert isinstance(found[key], str)


def _sample(plan):
    """Numbers that say what a network is like: degrees, distances, weights, delays."""
    table, cells = plan.connections, plan.cells.table
    pre, post = table["pre"], table["post"]
    apart = np.sqrt(sum((cells[a][pre] - cells[a][post]) ** 2 for a in "xyz"))
    degrees = np.bincount(post - 200, minlength=120)
    return {"degree": degrees, "distance": apart, "weight": table["weight"], "delay": table["delay"]}


@pytest.mark.parametrize(
    "rule",
    [
        {"probability": "0.7*exp(-dist_3D/120)", "weight": "lognormal(0.5, 0.1)", "delay": "1 + dist_3D/300"},
        {"convergence": 11, "weight": "normal(0.5, 0.01)", "delay": "uniform(1, 3)"},
        {"probability": "0.5*exp(-dist_2D**2/(2*100**2))", "weight": "0.1 + dist_2D/1000"},
    ],
)
def test_inferred_rules_make_the_same_kind_of_network(rule):
    network = _net(rule)
    before = _plan(network)
    again = _plan({**network, "connParams": infer_rules(before).connParams}, seed=77)
    assert len(before.connections) != len(again.connections) or "convergence" in rule
    for name, values in _sample(before).items():
        assert stats.ks_2samp(values, _sample(again)[name]).pvalue > 1e-3, name


def test_full_rule_planned_again_is_the_same_network():
    network = _net({"sec": ["soma", "dend"], "synsPerConn": 3, "delay": "1 + dist_3D/300"})
    before = _plan(network)
    again = _plan({**network, "connParams": infer_rules(before).connParams})
    for name in ("pre", "post", "synapse", "section"):
        np.testing.assert_array_equal(again.connections[name], before.connections[name])
    for name in ("location", "weight", "delay"):
        np.testing.assert_allclose(again.connections[name], before.connections[name], rtol=1e-9)


@pytest.mark.parametrize(
    ("places", "expected"),
    [
        ({"sec": "dend", "loc": 0.7}, {"sec": "dend", "loc": 0.7}),
        ({"sec": ["soma", "dend"], "loc": 0.5}, {"sec": ["soma", "dend"], "loc": 0.5}),
        ({"sec": ["soma", "dend"], "loc": [0.5, 0.9]}, {"sec": ["soma", "dend"], "loc": [0.5, 0.9]}),
        ({"sec": "dend", "synsPerConn": 2}, {"sec": "dend", "loc": [0.25, 0.75], "synsPerConn": 2}),
        (
            {"sec": ["soma", "dend"], "synsPerConn": 2, "distributeSynsUniformly": False},
            {
                "sec": ["soma", "dend"],
                "synsPerConn": 2,
                "distributeSynsUniformly": False,
                "connRandomSecFromList": True,
            },
        ),
        ({"synsPerConn": 2, "weight": [0.1, 0.2]}, {"synsPerConn": 2, "weight": [0.1, 0.2]}),
    ],
)
def test_places_are_kept(places, expected):
    found, _ = _inferred({"probability": 0.2, **places})
    assert {name: found[name] for name in expected} == expected


@pytest.mark.parametrize("text", ["discunif(1, 4)", "1 + poisson(1.5)"])
def test_numbers_of_synapses_that_vary(text):
    found, _ = _inferred({"probability": 0.2, "synsPerConn": text, "sec": "dend"})
    assert found["synsPerConn"].split("(")[0] == text.split("(")[0]
    assert netspec.plan(_net({k: v for k, v in found.items() if k != "weight"}))


def test_synapses_that_come_together_are_one_rule():
    rule = {"probability": 0.2, "synMech": ["exc", "inh"], "synMechWeightFactor": [1, 0.25]}
    found, _ = _inferred({**rule, "weight": "normal(2, 0.01)"})
    assert found["synMech"] == ["exc", "inh"]
    assert found["synMechWeightFactor"] == pytest.approx([1, 0.25])
    assert "synMechDelayFactor" not in found
    assert found["weight"].startswith("normal(")


def test_synapses_that_do_not_come_together_are_two_rules():
    rules = {
        name: {"preConds": {"pop": "A"}, "postConds": {"pop": "B"}, "probability": p, "synMech": name}
        for name, p in (("exc", 0.1), ("inh", 0.3))
    }
    found = infer_rules(_plan({**_net(), "connParams": rules}))
    assert list(found.connParams) == ["A->B exc", "A->B inh"]
    assert [rule["synMech"] for rule in found.connParams.values()] == ["exc", "inh"]
    assert found.connParams["A->B inh"]["probability"] == pytest.approx(0.3, abs=0.02)


def test_weights_are_those_before_scaling():
    secs = cell()["secs"]
    secs["soma"]["weightNorm"] = [4.0]
    network = _net({"probability": 0.2}, scaleConnWeight=0.1, cellParams={"P": {"secs": secs}})
    before = _plan(network)
    assert before.connections["weight"][0] == pytest.approx(0.2)
    (rule,) = infer_rules(before).connParams.values()
    assert rule["weight"] == pytest.approx(0.5)


def test_groups_by_another_tag_and_results(tmp_path):
    populations = {
        name: {"cellType": kind, "numCells": 60} for name, kind in (("A1", "P"), ("A2", "P"), ("B", "Q"))
    }
    rule = {
        "preConds": {"cellType": "P"},
        "postConds": {"cellType": "Q"},
        "probability": 0.3,
        "synMech": "exc",
    }
    network = _net(popParams=populations, cellParams={"P": cell(), "Q": cell()})
    network = {**network, "connParams": {"r": rule}}
    plan = _plan(network)
    found = infer_rules(plan, by="cellType")
    assert list(found.connParams) == ["P->Q"]
    assert found.connParams["P->Q"]["postConds"] == {"cellType": "Q"}
    assert list(infer_rules(plan).connParams) == ["A1->B", "A2->B"]
    path = Results(plan, net_params=network, sim_config={}).save(tmp_path / "r.h5")
    assert infer_rules(netspec.load(path)).connParams == infer_rules(plan).connParams


def test_other_distances_on_request():
    rule = {"probability": "exp(-dist_y/70)"}
    plan = _plan(_net(rule))
    (fit, *_) = infer_rules(plan, distances=("dist_3D", "dist_y")).fits
    assert fit.law.name == "exponential dist_y from 1"
    _near(fit.law, length=70)


def test_report_names_laws_errors_and_rivals():
    found = infer_rules(_plan(_net({"probability": 0.2})))
    lines = str(found).splitlines()
    assert lines[0].split() == ["rule", "of", "law", "parameters", "BIC"]
    assert "constant" in lines[1]
    assert "p = 0.2" in lines[1]
    bic = found.fits[0].bic
    assert bic["constant"] == min(bic.values())
    assert list(found.rows())[0][:3] == ("A->B", "connections", "constant")


def test_no_connections_no_rules():
    assert infer_rules(_plan(_net())).connParams == {}


def test_wrong_arguments():
    plan = _plan(_net({"probability": 0.2}))
    with pytest.raises(SpecError, match="'cellType'"):
        infer_rules(plan, by="celltype")
    with pytest.raises(SpecError, match="different values"):
        infer_rules(replace(plan, cells=_crowd(plan)), by="x")
    with pytest.raises(SpecError, match="'dist_3D'"):
        infer_rules(plan, distances=["dist3D"])


def _crowd(plan):
    """So many cells that every place is its own group."""
    many = np.arange(2000) % len(plan.cells)
    return replace(plan.cells, table=plan.cells.table.take(many).with_columns(x=np.arange(2000.0)))


def test_two_values_say_nothing_about_distance():
    found = laws("delay", np.array([1.0, 2.0]), {"dist_3D": np.array([10.0, 30.0])})
    assert {law.name for law in found} == {"normal", "lognormal", "uniform"}
    assert all(np.isfinite(law.bic(2)) for law in found)


def test_values_that_are_alike_are_a_number():
    (law,) = laws("weight", np.full(9, 0.125), {})
    assert law.keys == {"weight": 0.125}
