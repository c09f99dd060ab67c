from plan_nets import net, planned

from netspec.plan.cost import cost

RULES = {
    "ball": {"secs": {"soma": {"geom": {"L": 20, "diam": 20}, "mechs": {"hh": {}}}}},
    "stick": {"secs": {"soma": {"geom": {"L": 20, "diam": 20, "nseg": 3}, "mechs": {"hh": {}, "pas": {}}}}},
}
POPS = {
    "A": {"cellType": "ball", "numCells": 2},
    "B": {"cellType": "stick", "numCells": 1},
    "C": {"cellModel": "NetStim", "numCells": 1, "rate": 10},
}


def test_segments_and_mechanisms_count():
    plan = planned(net(cellParams=RULES, popParams=POPS))
    assert cost(plan.cells, plan.templates).tolist() == [2.0, 2.0, 9.0, 0.1]
