"""Cells cut in pieces: where, how evenly, and what each rank then has of a plan."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from plan_nets import net

from netspec.errors import SpecError
from netspec.model import resolve
from netspec.overview import BY_COST, IN_PIECES, load
from netspec.plan import make, pieces
from netspec.plan.cells import Template
from netspec.plan.cost import ESTIMATE, cost
from netspec.results import shares
from netspec.spec.cell import Section
from netspec.spec.read import read

BARE = {"geom": {"L": 100, "diam": 2, "nseg": 10}, "mechs": {"hh": {}}}


def hanging(parent, parent_x=1.0, child_x=0.0, **geom):
    topology = {"parentSec": parent, "parentX": parent_x, "childX": child_x}
    return {**BARE, "geom": {**BARE["geom"], **geom}, "topol": topology}


TREE = {
    "soma": BARE,
    **{f"basal{k}": hanging("soma", 0.5) for k in range(4)},
    "trunk": hanging("soma"),
    **{f"tuft{k}": hanging("trunk") for k in range(3)},
    "twig": hanging("tuft0", 0.3),
    "axon": hanging("soma", 0.0, 1.0),
    "initial": hanging("axon", 0.0),
}
POPS = {"T": {"cellType": "tree", "numCells": 1}, "B": {"cellType": "ball", "numCells": 6}}
RULES = {"tree": {"secs": TREE}, "ball": {"secs": {"soma": {**BARE, "geom": {"L": 20, "diam": 20}}}}}
INPUTS = {
    "stimSourceParams": {
        "n": {"type": "NetStim", "rate": 10},
        "i": {"type": "IClamp", "del": 1, "dur": 1, "amp": 1},
    },
    "stimTargetParams": {
        "n->T": {"source": "n", "conds": {"pop": "T"}, "sec": list(TREE), "synsPerConn": 8, "synMech": "exc"},
        "m->T": {"source": "n", "conds": {"pop": "T"}, "sec": "twig", "synMech": "exc"},
        "i->T": {"source": "i", "conds": {"pop": "T"}, "sec": "tuft1", "loc": 0.5},
    },
    "synMechParams": {"exc": {"mod": "ExpSyn"}},
}
CONNECTED = {
    "B->T": {"preConds": {"pop": "B"}, "postConds": {"pop": "T"}, "sec": list(TREE), "synsPerConn": 5}
}


def whole(options=None, rules=CONNECTED):
    parameters = net(rules, cellParams=RULES, popParams=POPS, **INPUTS)
    return make.make(resolve(read(parameters, {"multisplit": True, **(options or {})})))


def laid_out(plan, ranks):
    return pieces.layout(plan.model, plan.cells, plan.templates, ESTIMATE, ranks)


def share(plan, layout, rank):
    return make.make(plan.model, lambda cells, templates: layout.of_rank(rank))


@pytest.mark.parametrize("ranks", [2, 3])
def test_every_section_is_somewhere_once_and_the_load_is_even(ranks):
    plan = whole()
    layout = laid_out(plan, ranks)
    (parts,) = layout.parts.values()
    assert sorted(name for part in parts for name in part.sections) == sorted(TREE)
    assert [part.home for part in parts].count(True) == 1
    assert "soma" in next(part for part in parts if part.home).sections
    template = plan.templates[plan.cells.table["template"][0]]
    hang = pieces.hangs_on(template)
    assert {hang["initial"], hang["axon"], hang["twig"]} == {("axon", 0.0), ("soma", 0.0), ("tuft0", 0.35)}
    load = layout.sums(plan, [pieces.of_sections(t, ESTIMATE) for t in plan.templates], 0.0, ranks)
    assert load.max() <= 1.1 * load.mean()


@given(
    st.lists(st.tuples(st.integers(0, 40), st.sampled_from([0.0, 0.3, 0.5, 1.0])), min_size=1, max_size=40),
    st.lists(st.floats(1, 100), min_size=41, max_size=41),
    st.integers(1, 8),
)
def test_no_piece_is_cut_at_more_than_two_nodes(parents, weights, share_of):
    sections = {"s0": Section(geom={"nseg": 3})}
    for k, (parent, x) in enumerate(parents, 1):
        topology = {"parentSec": f"s{parent % k}", "parentX": x, "childX": 0.0}
        sections[f"s{k}"] = Section(geom={"nseg": 3}, topol=topology)
    template = Template((), sections, {})
    weight = dict(zip(sections, weights, strict=False))
    limit = sum(weight.values()) / share_of
    cut = pieces.nodes(template, weight, limit)
    assert len(cut) == len(set(cut))
    numbers = {node: k for k, node in enumerate(cut)}
    found = pieces._pieces(pieces.hangs_on(template), cut)
    assert sorted(name for names in found.values() for name in names) == sorted(sections)
    for names in found.values():
        part = pieces._part(template, numbers, [names])
        assert len({number for _, _, number in part.joints}) == len(part.joints) <= 2
    if share_of == 1:
        assert not cut


@pytest.mark.parametrize("ranks", [2, 3, 5])
def test_shares_together_are_the_plan(ranks):
    plan = whole()
    layout = laid_out(plan, ranks)
    assert layout.parts
    mine = [share(plan, layout, rank) for rank in range(ranks)]
    merged = shares.merge_plans([shares._plan_content(one) for one in mine], mine[0])
    assert merged.cells.parts == {}
    assert merged.numbers is None
    for name, column in plan.connections.columns.items():
        np.testing.assert_array_equal(column, merged.connections[name])
    for one, other in zip(plan.inputs, merged.inputs, strict=True):
        for name, column in one.rows.columns.items():
            np.testing.assert_array_equal(column, other.rows[name])
    last = [
        np.count_nonzero(block.numbers == 0)
        for one in mine
        for block in one.inputs
        if "synapse" in block.rows
    ]
    assert sum(last) == 1


def test_nothing_is_cut_that_can_be_dealt_out_whole():
    plan = whole()
    assert laid_out(plan, 1).parts == {}
    trees = {"T": {"cellType": "tree", "numCells": 2}}
    two = make.make(resolve(read(net({}, cellParams=RULES, popParams=trees), {})))
    assert laid_out(two, 2).parts == {}
    assert laid_out(two, 3).parts.keys() == {0, 1}
    work = cost(plan.model, plan.cells, plan.templates)
    assert laid_out(plan, 2).parts.keys() == set(np.flatnonzero(work > work.sum() / 2).tolist()) == {0}


@pytest.mark.parametrize("ranks", [2, 3])
def test_the_load_that_is_shown_counts_pieces(ranks):
    plan = whole()
    cut, uncut = load(plan, ranks, IN_PIECES), load(plan, ranks, BY_COST)
    assert cut.segments.keys() == {0}
    assert sum(cut.segments[0]) == 10 * len(TREE)
    assert cut.excess < 1.15 < 0.9 * ranks < uncut.excess
    for name in ("cells", "connections", "inputs"):
        assert getattr(cut, name).sum() == getattr(uncut, name).sum()
    assert (cut.connections > 0).all()
    assert cut.work.sum() == pytest.approx(uncut.work.sum())
    assert (uncut.one_cell_is_too_much, cut.one_cell_is_too_much) == (True, False)


def test_signals_need_the_shape_of_cut_cells():
    plan = whole({"recordLFP": [[0, 0, 0]]}, {})
    with pytest.raises(SpecError, match=r"\['tree'\].secs\['soma'\].geom.pt3d\s+needed for signals"):
        share(plan, laid_out(plan, 2), 0)
