"""Which connections subcellular rules move, in which order, and what moves with them."""

from dataclasses import replace

import numpy as np
import pytest
from plan_nets import cell, net

from netspec.errors import SpecError
from netspec.model import resolve
from netspec.plan import make
from netspec.plan.subcellular import redistribute
from netspec.spec.read import read
from netspec.spec.subcellular import Density, SubcellularRule

A_TO_B = {"preConds": {"pop": "A"}, "postConds": {"pop": "B"}}


def planned(rules, connections=None, share=None, **more):
    """The plan of cells and connections. rules: of subConnParams, A -> B by default."""
    network = net(connections or {"rule": {"sec": "dend"}}, **more)
    network["subConnParams"] = {f"r{k}": {**A_TO_B, **rule} for k, rule in enumerate(rules)}
    return make.connect(make.cells(resolve(read(network, {})), share))


def places(plan, post, **equal):
    """pre -> (section, location) of a cell's connections."""
    table = plan.connections
    rows = np.flatnonzero(table["post"] == post)
    for name, value in equal.items():
        rows = rows[table[name][rows] == value]
    return [
        (
            int(table["pre"][k]),
            plan.model.sections[table["section"][k]],
            round(float(table["location"][k]), 4),
        )
        for k in rows
    ]


def test_synapses_get_places_in_the_order_of_their_text():
    connections = {"near": {"sec": "dend", "loc": 0.1}, "far": {"sec": "dend", "loc": 0.9}}
    plan = planned([{"sec": "dend", "density": "uniform"}], connections)
    expected = [(pre, "dend", 0.9375 - 0.125 * k) for k, pre in enumerate([0, 1, 2, 3] * 2)]
    assert places(plan, 4) == expected
    assert places(plan, 6) == expected


def test_gids_are_compared_as_text():
    more = {"popParams": {"A": {"cellType": "P", "numCells": 11}, "B": {"cellType": "P", "numCells": 1}}}
    plan = planned([{"sec": "dend", "density": "uniform"}], **more)
    by_place = sorted(places(plan, 11), key=lambda found: -found[2])
    assert [pre for pre, _, _ in by_place] == [0, 1, 10, 2, 3, 4, 5, 6, 7, 8, 9]


def test_a_location_is_compared_as_it_is_written():
    written = {"connList": [(0, 0)], "sec": "dend", "loc": 0}
    connections = {"whole": written, "not": {**written, "connList": [(1, 0)], "loc": 0.25}}
    plan = planned([{"sec": "dend", "density": "uniform"}], connections)
    assert places(plan, 4) == [(0, "dend", 0.25), (1, "dend", 0.75)]  # '0.25' is before '00'


def test_conditions_choose_which_connections_move():
    connections = {
        "A->B": {"sec": "dend"},
        "B->B": {"preConds": {"pop": "B"}, "sec": "dend"},
        "A->A": {"postConds": {"pop": "A"}, "sec": "dend"},
    }
    before, after = planned([], connections), planned([{"sec": "soma", "density": "uniform"}], connections)
    moved = before.connections["section"] != after.connections["section"]
    assert moved.tolist() == (after.connections["rule"] == 0).tolist()
    for name in ("pre", "post", "rule", "synapse", "weight", "delay"):
        assert (before.connections[name] == after.connections[name]).all()


def test_grouped_synapses_stay_together():
    connections = {"r": {"sec": "dend", "synMech": ["exc", "inh"]}}
    rule = {"sec": "dend", "density": "uniform"}
    together = planned([{**rule, "groupSynMechs": ["exc", "inh"]}], connections)
    assert places(together, 4, synapse=0) == places(together, 4, synapse=1)
    assert [x for _, _, x in places(together, 4, synapse=0)] == [0.875, 0.625, 0.375, 0.125]
    apart = planned([rule], connections)
    assert len({x for _, _, x in places(apart, 4)}) == 8


def test_a_synapse_without_the_others_of_its_group_moves_alone():
    connections = {
        "both": {"sec": "dend", "synMech": ["exc", "inh"]},
        "one": {"sec": "dend", "synMech": "exc"},
    }
    plan = planned([{"sec": "dend", "density": "uniform", "groupSynMechs": ["exc", "inh"]}], connections)
    assert places(plan, 4, rule=0, synapse=0) == places(plan, 4, synapse=1)
    assert len({x for _, _, x in places(plan, 4)}) == 8


def test_weights_follow_the_normalisation():
    kind = cell()
    kind["secs"]["soma"]["weightNorm"] = [0.5]
    kind["secs"]["dend"]["weightNorm"] = [2.0, 3.0, 5.0]
    rule = {"sec": "soma", "density": "uniform"}
    plan = planned([rule], {"r": {"sec": "dend", "loc": 0.9, "weight": 0.01}}, cellParams={"P": kind})
    assert plan.connections["weight"].tolist() == [0.01 * 5 / 5 * 0.5] * 12
    del kind["secs"]["dend"]["weightNorm"]
    plan = planned([rule], {"r": {"sec": "dend", "loc": 0.9, "weight": 0.01}}, cellParams={"P": kind})
    assert plan.connections["weight"].tolist() == [0.01] * 12  # only what was normalised is


def test_lost_weights_are_an_error():
    kind = cell()
    kind["secs"]["dend"]["weightNorm"] = [2.0, 3.0, 0.0]
    with pytest.raises(SpecError, match=r"secs\['dend'\].weightNorm\n.*is 0 where"):
        planned([{"density": "uniform"}], {"r": {"sec": "dend", "loc": 0.9}}, cellParams={"P": kind})


@pytest.mark.parametrize(("reference", "location"), [(0, 0.00001), (1, 0.99999)])
def test_no_synapse_is_moved_to_the_very_end_of_a_section(reference, location):
    density = {"type": "distance", "ref_sec": "dend", "ref_seg": reference}
    assert set(planned([{"density": density}]).connections["location"]) == {location}


def test_rules_act_one_after_the_other():
    plan = planned([{"sec": "soma", "density": "uniform"}, {"sec": "dend", "density": {"type": "distance"}}])
    assert {place[1:] for place in places(plan, 4)} == {("soma", 0.5)}


def test_artificial_cells_and_point_neurons_keep_their_connections():
    kinds = {"P": cell(), "N": cell()}
    kinds["N"]["secs"]["soma"]["pointps"] = {"n": {"mod": "Izhi2003b", "vref": "V"}}
    populations = {
        "A": {"cellType": "P", "numCells": 4},
        "B": {"cellType": "N", "numCells": 2},
        "F": {"cellModel": "IntFire1", "numCells": 2},
    }
    more = {"cellParams": kinds, "popParams": populations}
    connections = {"r": {"postConds": {"pop": ["B", "F"]}, "sec": "soma"}}
    rule = {"postConds": {"pop": ["B", "F"]}, "sec": "dend", "density": "uniform"}
    before, after = planned([], connections, **more), planned([rule], connections, **more)
    assert before.connections == after.connections
    connections = {"r": {"postConds": {"pop": "B"}, "sec": "dend"}}
    with pytest.raises(SpecError, match=r"subConnParams\['r0'\].sec\n.*'soma' has a point neuron"):
        planned([{**rule, "sec": "soma"}], connections, **more)


def test_pointer_connections_stay():
    connections = {"chemical": {"sec": "dend"}, "electrical": {"sec": "dend", "synMech": "inh"}}
    plan = planned([], connections)
    network = plan.model.spec.network
    density = Density("distance", ref_sec="soma")
    network.subcellular["r"] = SubcellularRule("r", {}, {}, density=density)
    network.connections["electrical"] = replace(network.connections["electrical"], gap_junction=True)
    moved = redistribute(plan).connections["section"] != plan.connections["section"]
    assert moved.tolist() == (plan.connections["rule"] == 0).tolist()
    network.connections["electrical"] = replace(network.connections["electrical"], gap_junction=None)
    network.synapses["inh"] = replace(network.synapses["inh"], pointer_params={"target_var": "v"})
    moved = redistribute(plan).connections["section"] != plan.connections["section"]
    assert moved.tolist() == (plan.connections["rule"] == 0).tolist()


def test_a_share_has_the_same_places():
    connections = {"r": {"sec": "dend", "synMech": ["exc", "inh"], "probability": 0.7, "synsPerConn": 2}}
    rule = {"sec": ["dend", "soma"], "density": "uniform", "groupSynMechs": ["exc", "inh"]}
    whole = planned([rule], connections).connections
    for rank in range(3):
        own = np.arange(rank, 7, 3)
        share = planned([rule], connections, lambda cells, kinds, own=own: own).connections
        assert share == whole.take(np.isin(whole["post"], own))
