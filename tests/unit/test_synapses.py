"""Where synapses are and what they are told. Numbers marked so were made by NetPyNE 1.1.1 on one rank."""

from dataclasses import replace

import numpy as np
import pytest
from plan_nets import cell, net, planned, rows, wired

from netspec.errors import NetspecWarning, SpecError
from netspec.plan import InputBlock, templates
from netspec.plan.placement import spread
from netspec.tables import Table

BOTH = ["soma", "dend"]
ONE = {"connList": [[0, 0]]}
PLACE = ("section", "location")


def problem(rule, more=None, **options):
    with pytest.raises(SpecError) as caught:
        wired(rule, more, **options)
    return caught.value.problems[0]


def places(rule, more=None, **options):
    return rows(wired(rule, more, **options), *PLACE)


def test_a_section_drawn_for_each_pair():
    listed = {"connList": [[0, 0], [1, 1], [2, 2], [3, 0]], "sec": [BOTH] * 4}
    assert rows(wired(listed), "pre", "post", "section") == [  # NetPyNE
        (0, 4, "dend"), (1, 5, "soma"), (2, 6, "soma"), (3, 4, "dend"),
    ]  # fmt: skip
    located = wired({**listed, "loc": [[0.1, 0.9]] * 4})
    assert rows(located, *PLACE) == [("dend", 0.9), ("soma", 0.1), ("soma", 0.1), ("dend", 0.9)]


def test_synapses_spread_over_sections():
    found = places({**ONE, "sec": [BOTH], "synsPerConn": 3})
    assert [name for name, _ in found] == ["soma", "dend", "dend"]
    assert [loc for _, loc in found] == pytest.approx([0.0, 0.6, 0.2])  # NetPyNE


def test_synapses_on_random_sections():
    found = places({**ONE, "sec": [BOTH], "synsPerConn": 3, "distributeSynsUniformly": False})
    assert [name for name, _ in found] == ["soma", "dend", "dend"]
    netpyne = [0.255903659096, 0.223426499818, 0.390953078775]
    assert [loc for _, loc in found] == pytest.approx(netpyne, abs=1e-12)


def test_synapses_along_one_section():
    expected = [i / 3 + 1 / 3 / 2 for i in range(3)]
    assert places({**ONE, "sec": "dend", "synsPerConn": 3}) == [("dend", loc) for loc in expected]


def test_sections_as_listed():
    fixed = {"connRandomSecFromList": False, "distributeSynsUniformly": False, "sec": BOTH}
    rule = {"probability": 1, **fixed}
    assert set(places({**rule, "synsPerConn": 2, "loc": [0.2, 0.8]})) == {("soma", 0.2), ("dend", 0.8)}
    assert set(places(rule)) == {("soma", 0.5)}


def test_lists_of_sections_by_name():
    more = {"cellParams": {"P": cell(secLists={"both": BOTH})}}
    named = places({"probability": 1, "sec": "both"}, more)
    assert named == places({"probability": 1, "sec": BOTH})
    assert set(named) == {("soma", 0.5), ("dend", 0.5)}


def test_no_section_means_the_soma_or_the_first_one():
    assert set(places({})) == {("soma", 0.5)}
    renamed = {"P": {"secs": {"first": {"geom": {"L": 1}}, "second": {"geom": {"L": 2}}}}}
    assert set(places({}, {"cellParams": renamed})) == {("first", 0.5)}


def test_equal_distances_from_the_far_end():
    section, location = spread(np.array([20.0, 100.0]), 3)
    assert section.tolist() == [[0, 1, 1]]
    assert location == pytest.approx(np.array([[0, 0.6, 0.2]]))
    section, _ = spread(np.array([[20.0, 100.0], [100.0, 20.0]]), 3)
    assert section.tolist() == [[0, 1, 1], [0, 0, 0]]


def test_several_synapses_of_a_connection():
    two = {"synMech": ["exc", "inh"], "weight": [0.1, 0.2], "delay": [1, 2], "synsPerConn": 2}
    plan = wired({**two, "preConds": {"pop": "A", "x": [0, 9]}, "postConds": {"pop": "B", "x": [0, 9]}})
    found = rows(plan, "synapse", "location", "weight", "delay")
    assert found == [(0, 0.25, 0.1, 1), (0, 0.75, 0.1, 1), (1, 0.25, 0.2, 2), (1, 0.75, 0.2, 2)]


def test_factors_of_several_synapses():
    factors = {"synMechWeightFactor": [1, 0.5], "synMechDelayFactor": [2, 3]}
    plan = wired(
        {"synMech": ["exc", "inh"], "weight": "uniform(1,2)", "delay": 5, "probability": 1, **factors}
    )
    weight, delay = (plan.connections[name].reshape(-1, 2) for name in ("weight", "delay"))
    assert (weight[:, 1] == weight[:, 0] * 0.5).all()
    assert (delay == [10, 15]).all()


def test_weights_of_single_synapses():
    plan = wired({**ONE, "synsPerConn": 3, "weight": [[1, 2, 3]], "delay": 2})
    assert plan.connections["weight"].tolist() == [1, 2, 3]


def test_numbers_of_synapses_may_differ():
    plan = wired({"probability": 1, "synsPerConn": "int(uniform(0,4))", "weight": "uniform(0,1)"})
    table = plan.connections
    post, pre = table["post"], table["pre"]
    assert np.array_equal(np.lexsort((pre, post)), np.arange(len(table)))
    counts = [np.count_nonzero((pre == i) & (post == j)) for i in range(4) for j in (4, 5, 6)]
    assert set(counts) == {0, 1, 2, 3}
    for i, j in {(i, j) for i, j in zip(pre, post, strict=True)}:
        mine = (pre == i) & (post == j)
        n = np.count_nonzero(mine)
        assert table["location"][mine].tolist() == [k / n + 1 / n / 2 for k in range(n)]
        assert len(set(table["weight"][mine])) == 1


def test_norms_of_weights():
    normed = cell()
    normed["secs"]["dend"]["weightNorm"] = [2.0, 3.0, 4.0]
    more = {"cellParams": {"P": normed}}
    rule = {**ONE, "sec": "dend", "synsPerConn": 3, "weight": 10}
    # location 1/6: round(0.5) - 1 is -1 and means the last segment, as in NetPyNE
    assert wired(rule, more).connections["weight"].tolist() == [40, 30, 30]


@pytest.mark.parametrize(
    ("rule", "parameter", "said"),
    [
        ({"loc": "1.2 + 0*pre_x"}, "loc", "outside 0..1 for pair 0 -> 4"),
        ({"synsPerConn": "uniform(1,4)"}, "synsPerConn", "whole number"),
        ({"synsPerConn": "int(uniform(2,4))", "weight": [1, 2, 3]}, "weight", "has 3 values for 2"),
    ],
)
def test_what_cannot_be_is_named(rule, parameter, said):
    found = problem({"probability": 1, **rule})
    assert found.path == f"netParams.connParams['rule'].{parameter}"
    assert said in found.message


def sections_of_b(rule, more):
    return {name for post, name in rows(wired(rule, more), "post", "section") if post >= 4}


def test_a_section_that_only_some_cells_have():
    """Where NetPyNE takes the soma, and for lists leaves out what a cell lacks."""
    more = {
        "cellParams": {"P": cell(), "Q": {"secs": {"soma": {"geom": {"L": 5}}, "apic": {"geom": {"L": 9}}}}},
        "popParams": {"A": {"cellType": "P", "numCells": 4}, "B": {"cellType": "Q", "numCells": 3}},
    }
    ends = {"preConds": {"pop": "A"}, "postConds": {"pop": ["A", "B"]}}
    # NetPyNE walks the list while it removes what is missing, and so misses what comes next
    assert sections_of_b({**ends, "sec": ["soma", "dend", "apic"]}, more) == {"soma"}
    assert sections_of_b({**ends, "sec": ["apic", "soma", "dend"]}, more) == {"soma", "apic"}
    assert sections_of_b({**ends, "sec": ["dend", "apic"]}, more) == {"apic"}
    with pytest.raises(SpecError, match="dend"):
        wired({**ends, "sec": "dend"}, more)
    more["cellParams"]["Q"]["secs"] = {"comp_1": {"geom": {"L": 5}}, "comp_2": {"geom": {"L": 9}}}
    with pytest.warns(NetspecWarning, match="no section 'soma'; their first, 'comp_1', is taken"):
        assert sections_of_b({**ends, "sec": "soma"}, more) == {"comp_1"}
    more["cellParams"]["Q"]["secs"] = {"soma": {"geom": {"L": 5}}, "apic": {"geom": {"L": 9}}}
    with pytest.warns(NetspecWarning, match="dend"):
        lenient = rows(wired({**ends, "sec": "dend"}, more, strict=False), "post", "section")
    assert {name for post, name in lenient if post >= 4} == {"soma"}


def test_artificial_cells_have_no_section():
    more = {
        "popParams": {"A": {"cellType": "P", "numCells": 4}, "B": {"cellModel": "IntFire1", "numCells": 3}},
    }
    plan = wired({"weight": 2, "synsPerConn": 2, "postConds": {}}, more)
    onto = plan.connections.take(plan.connections["post"] >= 4)
    assert set(onto["section"]) == {-1}
    assert len(onto) == 2 * 4 * 3


def test_point_neurons_take_connections_without_synapses():
    point = {"mod": "Izhi2007b", "vref": "V", "synList": ["AMPA", "GABA"]}
    rule = {"secs": {"soma": {"geom": {"L": 10, "diam": 10}, "pointps": {"izh": point}}}}
    more = {"cellParams": {"P": rule}, "synMechParams": {"exc": {"mod": "ExpSyn", "tau": "uniform(1,2)"}}}
    plan = wired({"synMech": "GABA"}, more)
    assert {plan.model.synapses[code] for code in plan.connections["synapse"]} == {"GABA"}
    assert len(plan.synapse_values["exc"]) == 0
    with pytest.raises(SpecError, match="one per connection"):
        wired({"synMech": "GABA", "synsPerConn": "int(uniform(2,3))"}, more)


def synapse_net(rules=None, **more):
    """Every exc synapse has a tau of its own, every inh synapse its distance."""
    synapses = {
        "exc": {"mod": "ExpSyn", "tau": "uniform(1,2)"},
        "inh": {"mod": "ExpSyn", "tau": "1 + post_dist_path", "e": "-post_x"},
    }
    return net(rules or {"one": {"synMech": ["exc", "inh"], "sec": BOTH}}, synMechParams=synapses, **more)


def test_synapses_continue_the_stream_of_their_cell():
    plan = planned(synapse_net())
    drawing = {
        "P": {
            "secs": {**cell()["secs"], "soma": {"geom": {"L": "20 + 0*uniform(0,1)", "diam": 20, "nseg": 1}}}
        }
    }
    later = planned(synapse_net(cellParams=drawing))
    of_cell = plan.connections.take(plan.connections["synapse"] == 0)["post"]
    for gid in (4, 5, 6):
        before = plan.synapse_values["exc"]["tau"][of_cell == gid]
        after = later.synapse_values["exc"]["tau"][of_cell == gid]
        assert after[:-1].tolist() == before[1:].tolist()
        assert before.tolist() == sorted(set(before), key=before.tolist().index)


def test_synapses_know_where_they_are():
    plan = planned(synapse_net())
    table = plan.connections.take(plan.connections["synapse"] == 1)
    far = table["section"] == plan.model.sections.code("dend")
    assert plan.synapse_values["inh"]["tau"] == pytest.approx(np.where(far, 1 + 10 + 50, 1))
    assert plan.synapse_values["inh"]["e"].tolist() == (-plan.cells.table["x"][table["post"]]).tolist()


def test_shared_synapses_have_one_number():
    plan = planned(synapse_net(), oneSynPerNetcon=False)
    table = plan.connections.take(plan.connections["synapse"] == 0)
    places = set(zip(*(table[name].tolist() for name in ("post", "section", "location")), strict=True))
    assert len(plan.synapse_values["exc"]) == len(places) < len(table)


def test_synapses_of_stimuli_come_after_those_of_connections():
    plan = planned(synapse_net())
    gids = np.array([4, 5])
    stimulus = Table(
        {
            "gid": gids,
            "section": np.zeros(2, np.int16),
            "location": np.full(2, 0.5),
            "synapse": np.zeros(2, np.int16),
        }
    )
    more = replace(plan, inputs=(InputBlock("t", "s", "NetStim", stimulus),))
    before, after = plan.synapse_values["exc"]["tau"], templates.synapse_values(more)["exc"]["tau"]
    assert after[: len(before)].tolist() == before.tolist()
    assert len(after) == len(before) + 2
