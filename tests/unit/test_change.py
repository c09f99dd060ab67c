"""Plans of changed networks: masks, new templates, and the same on every share."""

import numpy as np
import pytest
from plan_nets import net, planned

from netspec.formats import tree
from netspec.plan import InputBlock, SynapseChange, change, reach
from netspec.results import shares
from netspec.spec.cell import Section
from netspec.tables import Table

RULES = {"r": {"weight": 0.5, "delay": 2}, "back": {"preConds": {"pop": "B"}, "postConds": {"pop": "A"}}}
SOMA = {"soma": Section(geom={"L": 30})}


@pytest.fixture
def plan():
    return planned(net(RULES))


@pytest.mark.parametrize(
    ("conds", "pre", "post", "count"),
    [
        ({}, {}, {}, 24),
        ({"label": "r"}, {}, {}, 12),
        ({"label": ["r", "back"]}, {}, {}, 24),
        ({"label": None}, {}, {}, 0),
        ({"preGid": [1, 2]}, {}, {}, 6),
        ({"preGid": 1, "postGid": 5}, {}, {}, 1),
        ({"gid": [4, 6]}, {}, {}, 8),
        ({"weight": [0.4, 0.6]}, {}, {}, 12),
        ({"preGid": "NetStim"}, {}, {}, 0),
        ({"sec": "dend"}, {}, {}, 0),
        ({}, {"pop": "B"}, {}, 12),
        ({"label": "r"}, {"gid": [0, 3]}, {"gid": [5]}, 2),
    ],
)
def test_connections_that_conditions_mean(plan, conds, pre, post, count):
    assert reach.connections(plan, conds, pre, post).sum() == count


def test_connections_keep_what_is_not_changed(plan):
    rows = reach.connections(plan, {"label": "r"}, {}, {"gid": 4})
    after = change.changed_connections(plan, rows, {"weight": 2.0})
    assert (after.connections["weight"] == np.where(rows, 2.0, plan.connections["weight"])).all()
    assert (after.connections["delay"] == plan.connections["delay"]).all()
    assert plan.connections["weight"].max() == 1


def test_some_cells_get_a_template_of_their_own(plan):
    chosen = reach.cells({"pop": "B"}, plan.cells)
    after, codes = change.changed_cells(plan, chosen, SOMA)
    assert codes == {0: 1}
    assert [template.sections["soma"].geom["L"] for template in after.templates] == [20, 30]
    assert after.templates[1].sections["soma"].geom["diam"] == 20
    assert after.cells.table["template"].tolist() == [0] * 4 + [1] * 3
    assert after.cells.tag("label")[6] == ["P"]


def test_all_cells_keep_the_code_of_their_template(plan):
    after, codes = change.changed_cells(plan, reach.cells({}, plan.cells), SOMA)
    assert codes == {0: 0}
    assert after.templates[0].sections["soma"].geom["L"] == 30
    assert plan.templates[0].sections["soma"].geom["L"] == 20


def test_changed_shares_are_shares_of_the_changed(plan):
    chosen = reach.cells({"gid": [1, 5]}, plan.cells)
    whole, _ = change.changed_cells(plan, chosen, SOMA)
    for rank in range(2):
        share = shares.restrict(plan, np.arange(rank, 7, 2))
        part, _ = change.changed_cells(share, chosen, SOMA)
        assert part.cells.table == whole.cells.table
        assert part.templates == whole.templates


def test_rate_and_interval_go_together():
    assert change.input_values({"rate": 50.0}) == {"rate": 50.0, "interval": 20.0}
    assert change.input_values({"interval": 20.0, "noise": 1}) == {"rate": 50.0, "interval": 20.0, "noise": 1}
    assert change.input_values({"weight": 1.0}) == {"weight": 1.0}


def test_another_seed_is_another_stream(plan):
    rows = Table({"gid": np.array([0, 1]), "seed": np.array([1, 1])})
    block = InputBlock("t", "s", "NetStim", rows, noise=np.array([[7, 0, 1], [7, 1, 1]]))
    after = change.changed_input(plan, block, np.array([False, True]), {"seed": 9})
    assert after.rows["seed"].tolist() == [1, 9]
    assert after.noise[0].tolist() == [7, 0, 1]
    assert after.noise[1, 1:].tolist() == [1, 9]


def test_synapses_that_a_change_reaches(plan):
    rows = Table(
        {
            "post": np.array([0, 0, 5]),
            "synapse": np.array([0, 1, 0]),
            "section": np.array([0, 0, 1]),
            "location": np.array([0.5, 0.5, 0.9]),
        }
    )

    def reached(gids, **conds):
        return reach.synapses(plan, SynapseChange(np.array(gids), conds, {}), rows).tolist()

    assert reached([0, 5], label="exc") == [True, False, True]
    assert reached([0, 5], sec="dend", loc=[0.8, 1]) == [False, False, True]
    assert reached([0], mod="ExpSyn") == [True, True, False]


def test_changes_of_synapses_are_saved():
    one = SynapseChange(np.array([1, 2]), {"label": ["a", "b"], "loc": [0.1, 0.5]}, {"e": -70.0})
    (again,) = tree.restore(tree.unpack(tree.pack(tree.flatten({"changes": (one,)}))))["changes"]
    assert (again.conds, again.params) == (one.conds, one.params)
    assert again.gids.tolist() == [1, 2]


@pytest.mark.parametrize(
    ("written", "path"),
    [
        ({"dend": {"spikeGenLoc": 0.5}}, "p['dend'].spikeGenLoc"),
        ({"dend": {"weightNorm": [1]}}, "p['dend'].weightNorm"),
    ],
)
def test_what_a_section_keeps(written, path):
    assert [problem.path for problem in change.fixed("p", written)] == [path]


def test_length_of_a_section_with_points(plan):
    morphology = {"soma": Section(geom={"pt3d": [(0, 0, 0, 1), (0, 9, 0, 1)]})}
    template = change.changed_cells(plan, reach.cells({}, plan.cells), morphology)[0].templates[0]
    assert [p.path for p in change.wrong_sections("p", SOMA, [template])] == ["p['soma'].geom"]
    assert list(change.wrong_sections("p", morphology, [template])) == []
