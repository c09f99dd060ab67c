import itertools
from types import SimpleNamespace

import networkx
import numpy as np
import pytest
from plan_nets import net, planned
from scipy import sparse

from netspec.analysis import motifs
from netspec.analysis.lists import listed
from netspec.errors import SpecError


def _random(seed, n=14, p=0.25):
    return np.random.default_rng(seed).random((n, n)) < p


def _graph(matrix):
    off = matrix & ~np.eye(len(matrix), dtype=bool)
    return networkx.from_numpy_array(off, create_using=networkx.DiGraph)


def _plan(p=0.4, **more):
    rules = {
        "ab": {"probability": p, "synsPerConn": 2},
        "ba": {"probability": p, "preConds": {"pop": "B"}, "postConds": {"pop": "A"}},
        "aa": {"probability": p, "postConds": {"pop": "A"}},
    }
    return planned(net(rules, **more), allowSelfConns=True)


def _counts(plan):
    found = np.zeros((len(plan.cells),) * 2, int)
    np.add.at(found, (plan.connections["pre"], plan.connections["post"]), 1)
    return found


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("p", [0.1, 0.3, 0.7])
def test_triads_are_networkxs(seed, p):
    matrix = _random(seed, p=p)
    expected = networkx.triadic_census(_graph(matrix))
    found = motifs.triads(sparse.csr_array(matrix))
    assert len(found) == 13
    assert found == {name: expected[name] for name in found}


def test_pairs_of_cells_are_networkxs():
    matrix = _random(9)
    graph = _graph(matrix)
    found = motifs.reciprocity(sparse.csr_array(matrix))
    mutual = sum(graph.has_edge(b, a) for a, b in graph.edges) // 2
    assert found["mutual"] == mutual
    assert found["one_way"] == graph.number_of_edges() - 2 * mutual
    assert found["mutual"] + found["one_way"] + found["none"] == 14 * 13 / 2
    assert 2 * mutual / graph.number_of_edges() == pytest.approx(networkx.reciprocity(graph))


def test_chance_has_no_surplus_of_mutual_pairs():
    matrix = _random(3, n=400, p=0.1)
    assert motifs.reciprocity(sparse.csr_array(matrix))["ratio"] == pytest.approx(1, abs=0.1)


def test_degrees_and_adjacency_are_those_of_the_plan():
    plan = _plan()
    counts = _counts(plan)
    into, out = motifs.degrees(plan, ["A"], ["A", "B"])
    np.testing.assert_array_equal(into, (counts[:4] > 0).sum(axis=0))
    np.testing.assert_array_equal(out, (counts[:4] > 0).sum(axis=1))
    several, _ = motifs.degrees(plan, ["A"], ["B"], unique_pairs=False)
    np.testing.assert_array_equal(several, counts[:4, 4:].sum(axis=0))
    np.testing.assert_array_equal(motifs.adjacency(plan).toarray(), counts > 0)
    np.testing.assert_array_equal(motifs.adjacency(plan, ["B"]).toarray(), counts[4:, 4:] > 0)


ENDS = list(itertools.product([["A"], ["allCells"]], [["B"], [0, 5]], [["A"], [1, 2]]))


@pytest.mark.parametrize("ends", ENDS)
def test_disynaptic_connections_are_counted_as_one_would_by_hand(ends):
    plan = _plan()
    counts = _counts(plan)
    pre, post, source = (
        [c for c in range(7) if "allCells" in e or c in e or "AAAABBB"[c] in e] for e in ends
    )
    expected = sum(
        counts[i, j] for i in pre for j in post if any(counts[k, i] and counts[k, j] for k in source)
    )
    arguments = dict(zip(("includePre", "includePost", "includePrePre"), ends, strict=True))
    found = motifs.calculate_disynaptic(SimpleNamespace(plan=plan), **arguments)
    assert found == expected
    assert expected > 0


def test_disynaptic_connections_of_lists(tmp_path):
    tags = {"format": ["pop", "x"], 0: ["A", 1.0], "1": ["A", 2.0], 5: ["B", 3.0]}
    conns = {
        "format": ["preGid", "synMech"],
        1: [[0, "exc"]],
        5: [[0, "exc"], [1, "exc"], ["NetStim", "exc"]],
    }
    none = SimpleNamespace(plan=None)
    assert motifs.calculate_disynaptic(none, tags=tags, conns=conns) == 1
    assert motifs.calculate_disynaptic(none, tags=tags, conns=conns, includePre=["B"]) == 0
    plan = listed(tags, conns)
    assert [population.label for population in plan.cells.populations] == ["A", "B"]
    assert plan.connections["pre"].tolist() == [0, 0, 1]
    assert plan.cells.table["x"].tolist() == [1, 2, 3]


def test_wrong_lists_are_refused(tmp_path):
    none = SimpleNamespace(plan=None)
    with pytest.raises(SpecError, match="tagsFile"):
        motifs.calculate_disynaptic(none, conns={0: [[1]]})
    with pytest.raises(SpecError, match="cannot be read"):
        motifs.calculate_disynaptic(none, tagsFile=str(tmp_path / "missing.json"))
    (tmp_path / "empty.json").write_text("{}")
    with pytest.raises(SpecError, match="no dictionary 'tags'"):
        motifs.calculate_disynaptic(none, tagsFile=str(tmp_path / "empty.json"))
    with pytest.raises(SpecError, match="no 'pop'"):
        motifs.calculate_disynaptic(none, tags={"format": ["x"], 0: [1.0]}, conns={0: []})
