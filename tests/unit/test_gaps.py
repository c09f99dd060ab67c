"""Pointer connections in the plan: both ends of each, on whatever rank they are."""

import json
from dataclasses import replace

import numpy as np
import pytest
from plan_nets import cell, net

from netspec import results
from netspec.errors import FileError, SpecError
from netspec.formats import netpyne, netpyne_read
from netspec.model import resolve
from netspec.plan import make
from netspec.plan.gaps import with_variable_step
from netspec.results import shares
from netspec.spec.read import read

GAP = {"gap": {"mod": "GapJunction", "pointerParams": {"target_var": "vpeer"}}}
ONE_WAY = {"gap": {"mod": "GapJunction", "pointerParams": {"target_var": "vpeer", "bidirectional": False}}}
PLACE = {"synMech": "gap", "sec": "dend", "loc": 0.9, "preSec": "dend", "preLoc": 0.1}


def network(rules, synapses=GAP, **more):
    """A, B as in plan_nets, with a gap junction beside exc and inh."""
    plain = {"exc": {"mod": "ExpSyn"}, "inh": {"mod": "ExpSyn"}}
    return net(rules, synMechParams={**plain, **synapses}, **more)


def planned(parts, owned=None, **options):
    model = resolve(read(parts, options))
    share = None if owned is None else lambda cells, kinds: np.asarray(owned)
    return make.make(model, share)


def ends(plan, *columns):
    found = {name: plan.gaps[name].tolist() for name in columns}
    for name in ("section", "peer_section"):
        if name in found:
            found[name] = [plan.model.sections[code] for code in found[name]]
    return list(zip(*found.values(), strict=True))


def conns(plan, *columns):
    return list(zip(*(plan.connections[name].tolist() for name in columns), strict=True))


def test_both_ends_have_a_synapse():
    plan = planned(network({"r": {**PLACE, "connList": [[0, 0], [1, 2]], "weight": 2}}), scaleConnWeight=1)
    assert conns(plan, "pre", "post", "location", "weight", "delay") == [
        (0, 4, 0.9, 2.0, 1.0),
        (1, 6, 0.9, 2.0, 1.0),
        (4, 0, 0.1, 2.0, 1.0),
        (6, 1, 0.1, 2.0, 1.0),
    ]
    assert ends(plan, "gid", "row", "takes", "gives", "location", "peer_location") == [
        (4, 0, 0, 1, 0.9, 0.1),
        (6, 1, 2, 3, 0.9, 0.1),
        (0, 2, 1, 0, 0.1, 0.9),
        (1, 3, 3, 2, 0.1, 0.9),
    ]


def test_one_way_has_a_synapse_on_one_end():
    plan = planned(network({"r": {**PLACE, "connList": [[0, 0], [1, 2]]}}, ONE_WAY))
    assert conns(plan, "pre", "post") == [(0, 4), (1, 6)]
    assert ends(plan, "gid", "row", "takes", "gives", "section") == [
        (4, 0, 0, -1, "dend"),
        (6, 1, 1, -1, "dend"),
        (0, -1, -1, 0, "dend"),
        (1, -1, -1, 1, "dend"),
    ]


def test_default_place_on_the_presynaptic_cell():
    plan = planned(network({"r": {"synMech": "gap", "connList": [[0, 0]]}}))
    assert ends(plan, "section", "location") == [("soma", 0.5), ("soma", 0.5)]


def test_places_for_each_pair():
    listed = {"preSecs": ["dend", "soma"], "preLocs": [0.3, 0.6], "sec": ["soma", "dend"], "loc": [0.1, 0.2]}
    plan = planned(network({"r": {**listed, "synMech": "gap", "connList": [[3, 1], [0, 0]]}}))
    assert ends(plan, "gid", "section", "location", "peer_section", "peer_location") == [
        (5, "soma", 0.1, "dend", 0.3),
        (4, "dend", 0.2, "soma", 0.6),
        (3, "dend", 0.3, "soma", 0.1),
        (0, "soma", 0.6, "dend", 0.2),
    ]


def test_weight_is_scaled_on_each_side():
    parts = network({"r": {**PLACE, "preLoc": 0.5, "connList": [[0, 0]], "weight": 2}}, scaleConnWeight=1.5)
    parts["cellParams"]["P"]["secs"]["dend"]["weightNorm"] = [10, 20, 30]
    assert planned(parts).connections["weight"].tolist() == [90.0, 60.0]


def test_every_synapse_of_a_connection_has_an_end_of_its_own_on_the_other_side():
    rule = {**PLACE, "loc": [0.1, 0.9], "synsPerConn": 2, "weight": [2, 3], "divergence": 1}
    plan = planned(network({"r": rule}))
    half = len(plan.connections) // 2
    assert half == 8
    assert plan.connections["weight"].tolist() == [2, 3] * 8
    assert plan.connections["location"].tolist() == [0.1, 0.9] * 4 + [0.1] * 8
    assert plan.gaps["peer_location"].tolist() == [0.1] * 8 + [0.1, 0.9] * 4


def test_a_gap_junction_the_old_way():
    rule = {**PLACE, "synMech": "exc", "gapJunction": True, "connList": [[0, 0]]}
    plan = planned(network({"r": rule, "s": {"synMech": "exc", "connList": [[0, 0]]}}))
    assert conns(plan, "pre", "post", "rule") == [(0, 4, 0), (0, 4, 1), (4, 0, 0)]
    assert ends(plan, "gid", "row") == [(4, 0), (0, 2)]


def test_only_some_synmechs_are_pointers():
    plan = planned(network({"r": {**PLACE, "synMech": ["exc", "gap"], "connList": [[0, 0]]}}))
    assert [plan.model.synapses[code] for code in plan.connections["synapse"]] == ["exc", "gap", "gap"]
    assert ends(plan, "gid", "row") == [(4, 1), (0, 2)]


RULES = {
    "a": {**PLACE, "probability": 0.5, "weight": "uniform(0,1)"},
    "events": {"synMech": "exc", "convergence": 2},
    "b": {**PLACE, "divergence": 2, "preConds": {"pop": "B"}, "postConds": {"pop": "A"}},
    "c": {**PLACE, "connList": [[0, 1], [1, 0]], "synMech": ["inh", "gap"]},
}


@pytest.mark.parametrize("synapses", [GAP, ONE_WAY], ids=["both ways", "one way"])
@pytest.mark.parametrize("ranks", [2, 3])
def test_shares_together_are_the_whole(synapses, ranks):
    parts = network(RULES, synapses)
    whole = planned(parts)
    pieces = [planned(parts, range(rank, 7, ranks)) for rank in range(ranks)]
    contents = [shares.of_rank(results.Results(piece))["plan"] for piece in pieces]
    together = shares.merge_plans(contents, pieces[0])
    alone = shares.merge_plans([shares.of_rank(results.Results(whole))["plan"]], whole)
    assert together.gaps == alone.gaps
    assert together.connections == alone.connections
    assert sum(len(piece.gaps) for piece in pieces) == len(whole.gaps) > 8
    for rank, piece in enumerate(pieces):
        again = shares.restrict(whole, piece.cells.owned)
        assert again.gaps == piece.gaps, rank
        assert again.connections == piece.connections


def test_ids_do_not_depend_on_the_share():
    parts = network(RULES)
    pieces = [planned(parts, range(rank, 7, 3)) for rank in range(3)]
    ids = [end for piece in pieces for end in ends(piece, "takes", "gives")]
    assert sorted(ids) == sorted(ends(planned(parts), "takes", "gives"))


def test_saved_and_loaded(tmp_path):
    parts = network(RULES, ONE_WAY)
    plan = planned(parts)
    path = results.Results(plan, net_params=parts, sim_config={}).save(tmp_path / "saved.h5")
    assert results.load(path).plan.gaps == plan.gaps


def document(plan, parts, compact=False):
    cells = netpyne.cells(plan, compact=compact)
    saved = {"net": {"params": parts, "cells": cells, "pops": netpyne.populations(plan)}, "simConfig": {}}
    return json.loads(json.dumps(saved, default=float))


@pytest.mark.parametrize("synapses", [GAP, ONE_WAY], ids=["both ways", "one way"])
def test_netpynes_records_are_enough(synapses):
    parts = network(RULES, synapses)
    plan = planned(parts)
    model = resolve(read(parts, {}))
    for owned in (range(7), [1, 2, 5]):
        share = lambda cells, kinds, owned=owned: np.asarray(owned)  # noqa: E731
        found = netpyne_read.plan_of(document(plan, parts), model, "file", share)
        expected = shares.restrict(plan, np.asarray(owned))
        names = ("gid", "section", "location", "takes", "gives", "peer_section", "peer_location")
        assert sorted(ends(found, *names)) == sorted(ends(expected, *names))
        posts = found.connections["post"]
        rows = found.gaps["row"]
        assert (posts[rows[rows >= 0]] == found.gaps["gid"][rows >= 0]).all()


def test_compact_connections_do_not_say_enough():
    parts = network({"r": {**PLACE, "connList": [[0, 0]]}})
    plan = planned(parts)
    compact = resolve(read(parts, {"compactConnFormat": True}))
    saved = document(replace(plan, model=compact), parts, compact=True)
    with pytest.raises(FileError, match="by 'gap' lacks 'pointer' .compactConnFormat leaves it out"):
        netpyne_read.plan_of(saved, compact, "file")


def mixed():
    """A network whose presynaptic cells are of two kinds, one of them without a dendrite."""
    parts = network({"r": {**PLACE, "preConds": {"pop": ["A", "C"]}}})
    parts["cellParams"]["Q"] = {"secs": {"soma": cell()["secs"]["soma"]}}
    parts["popParams"]["C"] = {"cellType": "Q", "numCells": 2}
    return parts


def artificial():
    parts = network({"r": {**PLACE, "preConds": {"pop": "C"}}})
    parts["popParams"]["C"] = {"cellModel": "NetStim", "numCells": 2}
    return parts


def onto_artificial():
    parts = network({"r": {**PLACE, "postConds": {"pop": "C"}}})
    parts["popParams"]["C"] = {"cellModel": "IntFire1", "numCells": 2}
    return parts


def point_neurons():
    parts = network({"r": {**PLACE, "preConds": {"pop": "C"}}})
    parts["cellParams"]["Q"] = cell()
    parts["cellParams"]["Q"]["secs"]["dend"]["pointps"] = {"p": {"mod": "Izhi", "vref": "V"}}
    parts["popParams"]["C"] = {"cellType": "Q", "numCells": 2}
    return parts


@pytest.mark.parametrize(
    ("parts", "key", "message"),
    [
        (mixed, "preSec", "presynaptic cells of 'Q' have no section 'dend'"),
        (artificial, "preConds", "cell 7 is artificial"),
        (onto_artificial, "postConds", "artificial cells have no synapses"),
        (point_neurons, "preConds", "point neurons have no synapses"),
    ],
)
def test_cells_that_cannot_be_coupled(parts, key, message):
    with pytest.raises(SpecError, match=message) as caught:
        planned(parts())
    assert [problem.path for problem in caught.value.problems] == [f"netParams.connParams['r'].{key}"]


def test_synapses_cannot_be_shared():
    parts = network({"r": {**PLACE, "connList": [[0, 0], [1, 0]]}})
    with pytest.raises(SpecError, match="several pointer connections by 'gap' at one place") as caught:
        planned(parts, oneSynPerNetcon=False)
    assert caught.value.problems[0].path == "simConfig.oneSynPerNetcon"
    apart = network({"r": {**PLACE, "connList": [[0, 0], [1, 1]]}})
    assert len(planned(apart, oneSynPerNetcon=False).gaps) == 4


def test_steps_that_do_not_go_with_pointers():
    parts = network({"r": {**PLACE, "connList": [[0, 0]]}})
    with pytest.raises(SpecError, match="one time step for all cells") as caught:
        planned(parts, cvode_active=True, use_local_dt=True)
    assert [problem.path for problem in caught.value.problems] == ["simConfig.use_local_dt"]
    (problem,) = with_variable_step(planned(parts, [4], cvode_active=True))
    assert problem.path == "simConfig.cvode_active"
    assert with_variable_step(planned(parts, [4])) == []
    assert with_variable_step(planned(parts, [2], cvode_active=True)) == []
    assert planned(network({"r": {"connList": [[0, 0]]}}), use_local_dt=True).gaps.nbytes == 0
