"""Which cells are connected. Numbers marked so were made by NetPyNE 1.1.1 on one rank."""

from dataclasses import replace

import numpy as np
import pytest
from plan_nets import net, pairs, planned, rows, wired

from netspec.errors import NetspecWarning, SpecError
from netspec.plan import CONNECTION_COLUMNS, sample
from netspec.plan.rules import RULES, listed, rule
from netspec.plan.sample import distinct, thinned
from netspec.streams import hash_gids, uniforms

ALL = {"preConds": {"pop": ["A", "B"]}, "postConds": {"pop": ["A", "B"]}}
SOME = {"preConds": {"pop": "A", "x": [0, 9]}}
FULL = [(i, j) for j in (4, 5, 6) for i in range(4)]


def problem(network, **options):
    with pytest.raises(SpecError) as caught:
        planned(network, **options)
    return caught.value.problems[0]


def test_columns():
    table = wired({"convergence": 2}).connections
    assert {name: column.dtype for name, column in table.columns.items()} == CONNECTION_COLUMNS
    assert table.nbytes == 48 * len(table)
    assert not len(planned(net()).connections)


def test_probability():
    plan = wired({"probability": 0.5, "weight": "uniform(0,1)", "delay": "1+normal(2,0.1)"})
    assert rows(plan, "pre", "post", "section", "location", "weight", "delay") == [  # NetPyNE
        (0, 4, "soma", 0.5, 0.16070723809285387, 2.9167631089380497),
        (2, 5, "soma", 0.5, 0.6696359399543992, 3.0318274934654528),
        (0, 6, "soma", 0.5, 0.10910951460033899, 3.1832917347995355),
        (2, 6, "soma", 0.5, 0.16155983620286923, 2.906508764107295),
    ]


def test_convergence():
    assert pairs(wired({"convergence": 2})) == [(0, 4), (2, 4), (1, 5), (3, 5), (2, 6), (3, 6)]  # NetPyNE
    assert pairs(wired({"convergence": 2, **ALL})) == [  # NetPyNE
        (1, 0), (5, 0), (3, 1), (4, 1), (1, 2), (5, 2), (0, 3), (5, 3), (3, 4), (5, 4), (2, 5), (6, 5),
        (2, 6), (4, 6),
    ]  # fmt: skip


def test_divergence():
    assert sorted(pairs(wired({"divergence": 1}))) == [(0, 5), (1, 4), (2, 5), (3, 4)]  # NetPyNE


def test_one_cell_is_kept_in_reserve():
    """Convergence from all 4 cells gives 3, and from a single cell none, as in NetPyNE."""
    assert len(pairs(wired({"convergence": 4}))) == 9
    assert pairs(wired({"convergence": 1, "preConds": {"pop": "A", "x": [0, 8]}})) == []


def test_counts_are_rounded_to_even():
    assert len(pairs(wired({"convergence": 2.5}))) == len(pairs(wired({"convergence": 2}))) == 6
    assert pairs(wired({"convergence": "-3 + 0*post_x"})) == []


def test_full():
    plan = wired({"weight": "uniform(0,1)"})
    assert pairs(plan) == FULL
    assert plan.connections["weight"].tolist() == [  # NetPyNE
        0.1964133758571899, 0.9743748377136945, 0.36782766613927026, 0.3246005712252575,
        0.07907084047815975, 0.5145875891869451, 0.15826592194888137, 0.6968098174089543,
        0.6881858488339498, 0.018437833288116885, 0.12680197783587455, 0.4692079551822487,
    ]  # fmt: skip


def test_full_tables_whose_rows_spend_differently_go_on_where_the_last_ended():
    """A normal draw takes an unknown number of the stream's numbers: delays begin after all weights."""
    both = wired({"weight": "normal(3,0.01)", "delay": "uniform(1,2)"}).connections
    weight = wired({"weight": "normal(3,0.01)"}).connections
    delay = wired({"delay": "uniform(1,2)"}).connections
    assert both["weight"].tolist() == weight["weight"].tolist()
    assert both["delay"].tolist() != delay["delay"].tolist()


def test_list():
    plan = wired({"connList": [[0, 2], [3, 0]], "weight": "uniform(0,1)"})
    assert rows(plan, "pre", "post", "weight") == [
        (0, 6, 0.15538428161400736),
        (3, 4, 0.5577662308798715),
    ]  # NetPyNE
    pre, post = listed(np.arange(4), np.arange(4, 7), np.array([0, 2]), None, [(-1, -1), (0, 0), (0, 1)])
    assert (pre.tolist(), post.tolist()) == ([3, 0], [6, 4])
    assert pairs(wired({"connList": np.array([[0, 0], [1, 0]]), **ALL})) == [(1, 0)]


def test_equal_entries_of_a_list_have_equal_numbers():
    table = wired({"connList": [[0, 0], [1, 1], [0, 0]], "weight": "uniform(0,1)"}).connections
    once = wired({"connList": [[2, 2], [1, 1], [0, 0]], "weight": "uniform(0,1)"}).connections
    assert table["weight"].tolist() == once["weight"][[2, 1, 2]].tolist()


def test_parameters_of_each_entry():
    plan = wired(
        {
            "connList": [[0, 0], [1, 1], [2, 2]],
            "weight": [0.1, 0.2, 0.3],
            "sec": ["soma", "dend", "soma"],
            "loc": [0.5, 0.1, [0.7]],
        }
    )
    assert rows(plan, "pre", "post", "section", "location", "weight") == [
        (0, 4, "soma", 0.5, 0.1), (1, 5, "dend", 0.1, 0.2), (2, 6, "soma", 0.7, 0.3),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("more", "path", "said"),
    [
        ({"connList": [[0, 0], [2, 0]], **SOME}, "connList[1]", "2 is outside the 1 pre cells"),
        ({"connList": [[0, 0]], "weight": [1, 2]}, "weight", "2"),
        ({"connFunc": "probConn"}, "probability", "missing"),
        ({"connFunc": "probCon", "probability": 0.5}, "connFunc", "Did you mean 'probConn'?"),
        ({"convergence": "sqrt(post_x - 1000)"}, "convergence", "cell 4"),
        ({"probability": "1.5 + 0*pre_x"}, "probability", "1.5 for pair 0 -> 4"),
        ({"probability": "0.5 - (pre_x > 74)"}, "probability", "-0.5 for pair 2 -> 4"),
        ({"weight": "log(pre_x - 50)"}, "weight", "'log(pre_x - 50)' gives nan for pair 0 -> 4"),
        ({"delay": "0*pre_x"}, "delay", "above 0"),
        ({"delay": "pre_x - 50"}, "delay", "pair 0 -> 4"),
        ({"delay": "0.01 + 0*pre_x"}, "delay", "below"),
    ],
)
def test_what_cannot_be_is_named(more, path, said):
    found = problem(net({"rule": more}), dt=0.025)
    assert found.path == f"netParams.connParams['rule'].{path}"
    assert said in found.message


def test_netpynes_leniency_on_request():
    with pytest.warns(NetspecWarning, match="outside 0..1"):
        plan = wired({"probability": "2 + 0*pre_x"}, strict=False)
    assert pairs(plan) == FULL


def test_cells_do_not_connect_to_themselves():
    assert all(i != j for i, j in pairs(wired(ALL)))
    assert len(pairs(wired(ALL))) == 7 * 6
    assert len(pairs(wired(ALL, allowSelfConns=True))) == 49
    assert len(pairs(wired({"probability": 1, **ALL}, allowSelfConns=True))) == 49
    assert all(i != j for i, j in pairs(wired({"convergence": 6, **ALL}, allowSelfConns=True)))


def test_a_distance_of_0_to_itself_is_no_mistake():
    assert len(pairs(wired({"probability": "min(1, 50/dist_3D)", "weight": "1/dist_3D", **ALL})))


def test_a_function_of_probability_is_the_number_where_it_is_constant():
    assert pairs(wired({"probability": "0.5 + 0*dist_3D"})) == pairs(wired({"probability": 0.5}))


@pytest.mark.parametrize("text", ["uniform(0,1)", "max(0, min(1, normal(0.5,0.1)))"])
def test_random_probabilities_do_not_depend_on_ownership(text):
    network = net({"rule": {"probability": text, **ALL}})
    parts = [pair for owned in ([0, 3, 6], [1, 4], [2, 5]) for pair in pairs(planned(network, owned))]
    assert sorted(parts) == sorted(pairs(planned(network)))


@pytest.mark.parametrize("block", [8, 64])
def test_pairs_do_not_depend_on_the_size_of_blocks(block, monkeypatch):
    rules = {
        "p": {"probability": 0.4, **ALL}, "c": {"convergence": 3, **ALL}, "d": {"divergence": 3, **ALL},
        "w": {"probability": 0.6, "weight": "normal(1,0.1)", "delay": "uniform(1,2)", **ALL},
    }  # fmt: skip
    whole = planned(net(rules)).connections
    monkeypatch.setattr("netspec.plan.rules.BLOCK", block)
    monkeypatch.setattr("netspec.plan.sample.BLOCK", block)
    monkeypatch.setattr("netspec.plan.connect.BLOCK", block)
    assert planned(net(rules)).connections == whole


def test_positions_distances_and_own_numbers_are_variables():
    plan = wired({"weight": "dist_3D + mine * pre_y", "delay": "1 + dist_2D / propVelocity"}, {"mine": 2.0})
    place = plan.cells.table
    pre, post = (plan.connections[name] for name in ("pre", "post"))
    gap = [place[axis][pre] - place[axis][post] for axis in "xyz"]
    far = np.sqrt(sum(d**2 for d in gap))
    assert plan.connections["weight"] == pytest.approx(far + 2 * place["y"][pre], rel=1e-15)
    near = np.sqrt(gap[0] ** 2 + gap[2] ** 2)
    assert plan.connections["delay"] == pytest.approx(1 + near / 500, rel=1e-15)


def test_weight_factors():
    assert set(wired({"weight": 2}, {"scaleConnWeight": 3}).connections["weight"]) == {6}
    pops = {
        "A": {"cellType": "P", "numCells": 4},
        "B": {"cellType": "P", "cellModel": "m", "numCells": 2},
        "C": {"cellType": "P", "cellModel": "k", "numCells": 1},
    }
    more = {"popParams": pops, "scaleConnWeight": 3, "scaleConnWeightModels": {"m": 5}}
    plan = wired({"weight": 2, "postConds": {"pop": ["B", "C"]}}, more)
    assert plan.connections["weight"].tolist() == [10] * 8 + [6] * 4


def test_defaults():
    plan = wired({}, {"defaultWeight": 0.5, "defaultDelay": 7})
    assert set(rows(plan, "weight", "delay", "synapse")) == {(0.5, 7, 0)}


def test_weight_0_may_be_left_out():
    rule = {"weight": "(pre_x > 50) * 1.0"}
    assert len(pairs(wired(rule))) == 12
    kept = pairs(wired(rule, allowConnsWithWeight0=False))
    assert kept == [(2, 4), (2, 5), (2, 6)]


def test_a_function_of_the_user():
    seen = {}

    def neighbours(pre, post, parameters):
        seen.update(parameters)
        return [(i, j) for i, j in zip(pre, post, strict=False)]

    plan = wired({"connFunc": neighbours, "weight": 0.25})
    assert rows(plan, "pre", "post", "weight") == [(0, 4, 0.25), (1, 5, 0.25), (2, 6, 0.25)]
    assert seen["weight"] == 0.25
    assert (
        "not a pre and a post gid"
        in problem(net({"r": {"connFunc": lambda pre, post, told: [(0, 1)]}})).message
    )


def test_a_rule_of_the_user(monkeypatch):
    for name in ("nearest", "closest"):
        monkeypatch.setitem(RULES, name, None)

    @rule("nearest", "closest")
    def nearest(pre, post, owned, stream, convergence):
        """The first so many."""
        count = int(convergence)
        return np.tile(pre[:count], len(owned)), np.repeat(post[owned], count)

    plan = wired({"connFunc": "closest", "convergence": 2})
    assert pairs(plan) == [(0, 4), (1, 4), (0, 5), (1, 5), (0, 6), (1, 6)]


@pytest.mark.parametrize(("wanted", "limit"), [(3, 5), (1, 1), (7, 7), (40, 1000), (0, 3), (90, 100)])
@pytest.mark.parametrize("start", [1, 6])
def test_distinct_numbers_are_the_first_new_ones_of_the_stream(wanted, limit, start):
    ids = (7, np.arange(20), 3)
    counts = np.maximum(wanted - np.arange(20) % 2, 0)
    found, position = distinct(ids, start, counts, limit)
    for row, count in enumerate(counts.tolist()):
        stream = np.floor(limit * uniforms((7, row, 3), range(start, start + 4000))).astype(int).tolist()
        first = list(dict.fromkeys(stream))[:count]
        assert found[row, :count].tolist() == first
        assert (found[row, count:] == -1).all()
        used = max((stream.index(value) + 1 for value in first), default=0)
        assert position[row] == start + used


def test_distinct_numbers_netpyne():
    found, _ = distinct((hash_gids(range(5)), 7, 1), 1, np.array([3]), 5)
    assert found.tolist() == [[2, 3, 4]]


@pytest.mark.parametrize("chance", [0.004, 0.3, 0.97])
def test_each_number_is_picked_with_the_same_chance(chance):
    rows, numbers = thinned((7, np.arange(400), 3), 400, chance, 500)
    assert (np.diff(rows * 500 + numbers) > 0).all()
    assert numbers.min() >= 0
    assert numbers.max() < 500
    width = (chance * (1 - chance)) ** 0.5
    for axis, other in ((rows, 500), (numbers, 400)):
        shares = np.bincount(axis, minlength=900 - other) / other
        assert abs(shares - chance).max() < 5 * width / other**0.5
        assert 0.8 < shares.std() / (width / other**0.5) < 1.2


def test_certain_and_impossible_numbers():
    rows, numbers = thinned((7, np.arange(3), 3), 3, 1.0, 4)
    assert rows.tolist() == [0] * 4 + [1] * 4 + [2] * 4
    assert numbers.tolist() == [0, 1, 2, 3] * 3
    assert not len(thinned((7, np.arange(3), 3), 3, 0.0, 4)[0])
    assert not len(thinned((7, np.arange(3), 3), 3, 0.5, 0)[0])


@pytest.mark.parametrize("picks", [1, 40])
def test_picked_numbers_depend_on_their_stream_only(picks, monkeypatch):
    rows, numbers = thinned((7, np.arange(50), 3), 50, 0.2, 100)
    monkeypatch.setattr(sample, "BLOCK", picks)
    chosen = np.array([3, 20, 21])
    mine, found = thinned((7, chosen, 3), 3, 0.2, 100)
    assert found.tolist() == numbers[np.isin(rows, chosen)].tolist()
    assert chosen[mine].tolist() == rows[np.isin(rows, chosen)].tolist()


@pytest.mark.parametrize("shift", [0, 2**40])
def test_pairs_are_counted_once(shift):
    plan = wired({"convergence": 2, "synsPerConn": 3})
    cells = replace(plan.cells, table=plan.cells.table.with_columns(gid=plan.cells.gids + shift))
    ends = {end: plan.connections[end] + shift for end in ("pre", "post")}
    moved = replace(plan, cells=cells, connections=plan.connections.with_columns(**ends))
    assert moved.connected_pairs == len(set(pairs(plan))) == len(plan.connections) // 3
    assert replace(moved, connections=moved.connections.take(slice(0))).connected_pairs == 0
