"""Which rules make a cell, and the numbers of its string functions."""

import numpy as np
import pytest
from plan_nets import cell, net, planned

from netspec.errors import SpecError
from netspec.plan.cells import keys
from netspec.streams import hash_text

POPS = {"A": {"cellType": "P", "cellModel": "m", "numCells": 4}, "B": {"cellType": "Q", "numCells": 3}}


def made(rules, pops=POPS, **options):
    return planned(net(cellParams=rules, popParams=pops), **options)


def rules_of(plan):
    return [plan.templates[code].rules if code >= 0 else None for code in plan.cells.table["template"]]


def soma(**geom):
    return {"secs": {"soma": {"geom": {"L": 20, "diam": 20, **geom}}}}


def test_a_rule_without_conditions_is_for_cells_of_its_name():
    assert rules_of(made({"Q": cell(), "P": cell()})) == [("P",)] * 4 + [("Q",)] * 3


def test_all_rules_that_apply_are_merged_in_order():
    more = {"conds": {"cellModel": "m"}, "secs": {"soma": {"geom": {"L": 30}}, "axon": {"geom": {"L": 5}}}}
    plan = made({"P": cell(), "Q": cell(), "more": more})
    assert rules_of(plan)[0] == ("P", "more")
    sections = plan.templates[0].sections
    assert list(sections) == ["soma", "dend", "axon"]
    assert sections["soma"].geom == {"L": 30, "diam": 20, "nseg": 1}
    assert list(plan.templates[1].sections) == ["soma", "dend"]


def test_a_second_rule_makes_a_point_process_anew():
    first = {"mod": "Izhi", "a": 1, "vref": "V"}
    rules = {
        "P": {"secs": {"soma": {"geom": {"L": 1}, "pointps": {"p": first}}}},
        "Q": soma(),
        "again": {"conds": {"cellType": "P"}, "secs": {"soma": {"pointps": {"p": {"mod": "Izhi", "b": 2}}}}},
    }
    point = made(rules).templates[0].sections["soma"].pointps["p"]
    assert point == {"vref": "V", "mod": "Izhi", "b": 2}


def test_number_conditions_of_cell_rules_are_closed_intervals():
    pops = {"A": {"cellType": "P", "cellsList": [{"x": 10}, {"x": 20}, {"x": 30}]}}
    plan = made({"P": soma(), "near": {"conds": {"x": [10, 20]}, **soma(L=7)}}, pops)
    assert rules_of(plan) == [("P", "near"), ("P", "near"), ("P",)]


def test_shares_of_a_diverse_population():
    pops = {"A": {"cellType": "P", "numCells": 10, "diversity": True}}
    rules = {
        name: {"conds": {"cellType": "P"}, "diversityFraction": share, **soma()}
        for name, share in [("one", 0.3), ("two", 0.2), ("three", 0.5)]
    }
    found = [labels[0] for labels in rules_of(made(rules, pops))]
    assert found == ["one"] * 3 + ["two"] * 2 + ["three"] * 5


def test_labels_of_rules_are_a_tag_that_later_rules_may_ask_for():
    rules = {"P": soma(), "Q": soma(), "after": {"conds": {"label": "Q"}, **soma(L=5)}}
    plan = made(rules)
    assert rules_of(plan)[-1] == ("Q", "after")
    assert plan.cells.tag("label")[-1] == ["Q", "after"]
    assert made(rules, includeParamsLabel=False).cells.tag("label") is None


def test_artificial_cells_have_no_template():
    pops = {**POPS, "N": {"cellModel": "NetStim", "numCells": 2, "rate": 5}}
    assert (
        made({"P": cell(), "Q": cell()}, pops).cells.table["template"].tolist()
        == [0] * 4 + [1] * 3 + [-1] * 2
    )


def test_a_cell_that_no_rule_makes_is_an_error():
    rule = {"conds": {"cellType": "P", "x": [-5, -1]}, **soma()}
    with pytest.raises(SpecError) as caught:
        made({"Pyr": rule}, {"A": {"cellType": "P", "numCells": 4}})
    problem = caught.value.problems[0]
    assert problem.path == "netParams.popParams['A'].cellType"
    assert "no cell rule applies to 4 of 4 cells" in problem.message
    assert "'P'" in problem.message


def test_templates_do_not_depend_on_who_owns_what():
    rules = {"P": cell(), "Q": cell()}
    whole, part = made(rules), planned(net(cellParams=rules, popParams=POPS), owned=[5, 6])
    assert whole.templates == part.templates
    assert whole.cells.table == part.cells.table


def test_keys():
    plan = made({"P": cell(), "Q": cell()})
    found = keys(plan.cells, np.array([1, 5]))
    assert found.gid.tolist() == [1, 5]
    assert found.population.tolist() == [hash_text("A"), hash_text("B")]
    assert found.index.tolist() == [1, 1]


def drawing(**more):
    """A rule whose functions draw v1, then v2, the soma's length and g of three segments."""
    dend = {
        "geom": {"L": 100, "nseg": 3},
        "topol": {"parentSec": "soma", "parentX": 1, "childX": 0},
        "mechs": {"pas": {"g": "uniform(0,1)*v1", "e": -70}},
    }
    secs = {"soma": {"geom": {"L": "uniform(10,20)", "diam": 5}}, "dend": dend}
    return {"vars": {"v1": "uniform(0,1)", "v2": "uniform(0,1)"}, "secs": secs, **more}


def test_numbers_are_drawn_in_order_from_the_stream_of_the_cell():
    plan = made({"P": drawing(), "Q": soma()})
    assert [(v.kind, v.parameter, v.segment) for v in plan.templates[0].values] == [
        ("vars", "v1", -1), ("vars", "v2", -1), ("geom", "L", -1),
        ("mechs", "g", 0), ("mechs", "g", 1), ("mechs", "g", 2),
    ]  # fmt: skip
    found = plan.cell_values[0]
    assert found.shape == (4, 6)
    # NetPyNE 1.1.1, stream (cellParams, gid 0, seed 1)
    assert found[0, :2].tolist() == [0.8068834054733433, 0.10615953125381854]
    draws = planned(net(cellParams={"P": soma(L="uniform(0,1)"), "Q": soma()}, popParams=POPS)).cell_values[0]
    assert found[:, 0].tolist() == draws[:, 0].tolist()
    assert ((found[:, 2] > 10) & (found[:, 2] < 20)).all()
    assert (found[:, 3:] < found[:, :1]).all()


def test_an_overridden_number_is_drawn_but_sets_nothing():
    over = {"conds": {"cellType": "P"}, "secs": {"soma": {"geom": {"L": 15}}}}
    values = made({"P": drawing(), "Q": soma(), "over": over}).templates[0].values
    assert [v.kind for v in values if v.parameter == "L"] == ["vars"]


def test_positions_and_distances_are_variables():
    rule = drawing()
    rule["secs"]["soma"]["geom"]["L"] = 30
    rule["secs"]["dend"]["mechs"]["pas"] = {"g": "dist_path", "e": "x + xnorm"}
    plan = made({"P": rule, "Q": soma()})
    third = 100 / 3
    expected = [15 + third * share for share in (0.5, 1.5, 2.5)]
    assert plan.cell_values[0][:, 2:5] == pytest.approx(np.tile(expected, (4, 1)))
    x, xnorm = plan.cells.table["x"][:4], plan.cells.table["xnorm"][:4]
    assert plan.cell_values[0][:, 5].tolist() == (x + xnorm).tolist()


def test_a_distance_sees_only_lengths_that_are_set_already():
    rule = drawing()
    rule["secs"] = {
        "dend": {**rule["secs"]["dend"], "mechs": {"pas": {"g": "dist_path"}}, "geom": {"L": 10}},
        "soma": {"geom": {"L": 30}},
    }
    assert made({"P": rule, "Q": soma()}).cell_values[0][0, 2] == 50 + 5


def test_gid_is_a_number_of_the_cell():
    point = {"mod": "Izhi", "cellid": "gid"}
    rules = {"P": soma(), "Q": {"secs": {"soma": {"geom": {"L": 5}, "pointps": {"p": point}}}}}
    assert made(rules).cell_values[1][:, 0].tolist() == [4, 5, 6]


@pytest.mark.parametrize(
    ("value", "said"),
    [("sqrt(-1 - x)", "not a number for cell 0"), ("dist_euclidean", "needs pt3d")],
)
def test_values_that_cannot_be(value, said):
    with pytest.raises(SpecError) as caught:
        made({"P": soma(Ra=value), "Q": soma()})
    assert caught.value.problems[0].path == "netParams.cellParams['P'].secs['soma'].geom.Ra"
    assert said in caught.value.problems[0].message


def test_segments_cannot_change_after_they_got_values():
    again = {"conds": {"cellType": "P"}, "secs": {"dend": {"geom": {"nseg": 5}}}}
    with pytest.raises(SpecError, match="cannot change after"):
        made({"P": drawing(), "Q": soma(), "again": again})
