import pytest
from plan_nets import net, planned

from netspec.plan.cost import Costs, cost, mechanisms, owners

RULES = {
    "ball": {"secs": {"soma": {"geom": {"L": 20, "diam": 20}, "mechs": {"hh": {}}}}},
    "stick": {"secs": {"soma": {"geom": {"L": 20, "diam": 20, "nseg": 3}, "mechs": {"hh": {}, "pas": {}}}}},
}
POPS = {
    "A": {"cellType": "ball", "numCells": 2},
    "B": {"cellType": "stick", "numCells": 1},
    "C": {"cellModel": "NetStim", "numCells": 1, "rate": 10},
}


COSTS = Costs(segment=10.0, density=20.0, point=5.0, artificial=1.0, mechanisms={"hh": 30.0, "Exp2Syn": 7.0})


def costs_of(rules=None, costs=COSTS, **more):
    plan = planned(net(rules, cellParams=RULES, popParams=POPS, **more))
    return cost(plan.model, plan.cells, plan.templates, costs).tolist()


def test_segments_and_mechanisms_count():
    assert costs_of() == [40.0, 40.0, 180.0, 1.0]


def test_what_was_measured_replaces_estimates():
    costs = COSTS.with_measured(1.0, {"pas": 2.0})
    assert costs_of(costs=costs) == [31.0, 31.0, 99.0, 1.0]


@pytest.mark.parametrize(
    ("rule", "of_b"),
    [
        ({}, 2 * 5),
        ({"probability": 0.5, "synsPerConn": 3}, 3 * 5),
        ({"convergence": 9}, 2 * 5),
        ({"divergence": 1, "synMech": ["exc", "inh"]}, 2 * (5 + 5)),
        ({"connList": [[0, 0], [1, 0], [1, 0]]}, 3 * 5),
        ({"probability": "0.5 + 0 * dist_3D"}, 0),
        ({"probability": 1.0, "synMech": "double"}, 2 * 7),
        ({"postConds": {"pop": "C"}}, 0),
    ],
)
def test_synapses_count_without_being_drawn(rule, of_b):
    mods = {"exc": {"mod": "ExpSyn"}, "inh": {"mod": "ExpSyn"}, "double": {"mod": "Exp2Syn"}}
    assert costs_of({"r": rule}, synMechParams=mods) == [40.0, 40.0, 180.0 + of_b, 1.0]


def test_mechanisms_of_a_model():
    plan = planned(net(cellParams=RULES, popParams=POPS))
    density, point = "density mechanism", "point process"
    assert mechanisms(plan.model) == {"hh": density, "pas": density, "ExpSyn": point}


def test_the_dearest_cells_come_first():
    assert owners([1.0, 1.0, 9.0, 8.0, 1.0], 2).tolist() == [1, 0, 0, 1, 1]
