"""Who is connected to whom: degrees, motifs of two and three cells, disynaptic connections.

Motifs are counted by products of sparse matrices, which scipy makes.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from netspec.analysis.registry import measure
from netspec.analysis.select import select
from netspec.extras import needed
from netspec.plan import Plan
from netspec.tables import Ints

BLOCK = 1024
"""Columns of a product of matrices that are held at once."""


def degrees(
    plan: Plan,
    include_pre: Sequence[Any] = ("allCells",),
    include_post: Sequence[Any] = ("allCells",),
    unique_pairs: bool = True,
) -> tuple[Ints, Ints]:
    """In-degree of every post cell, and out-degree of every pre cell, in order of gid: (post,), (pre,).

    unique_pairs: cells that are connected, in place of synapses.
    """
    chosen = select(plan, include_pre).positions, select(plan, include_post).positions
    pre, post = _ends(plan)
    inside = np.isin(pre, chosen[0]) & np.isin(post, chosen[1])
    pre, post = pre[inside], post[inside]
    if unique_pairs:
        pair = np.unique(pre * len(plan.cells) + post)
        pre, post = pair // len(plan.cells), pair % len(plan.cells)
    n = len(plan.cells)
    return np.bincount(post, minlength=n)[chosen[1]], np.bincount(pre, minlength=n)[chosen[0]]


def adjacency(plan: Plan, include: Sequence[Any] = ("allCells",)) -> Any:
    """Which of the chosen cells are connected: scipy's csr array (cells, cells), rows are presynaptic."""
    chosen = select(plan, include).positions
    pre, post = _ends(plan)
    inside = np.isin(pre, chosen) & np.isin(post, chosen)
    return _sparse(np.searchsorted(chosen, pre[inside]), np.searchsorted(chosen, post[inside]), len(chosen))


def reciprocity(connected: Any) -> dict[str, float]:
    """Pairs of different cells: mutual, one_way and none; ratio: of mutual ones to those expected by chance.

    connected: (cells, cells), as `adjacency` makes it.
    """
    mutual, one_way = _parts(connected)
    n = mutual.shape[0]
    both, one, pairs = int(mutual.sum()) // 2, int(one_way.sum()), n * (n - 1) // 2
    p = (2 * both + one) / (2 * pairs) if pairs else 0.0
    ratio = both / (pairs * p * p) if p else float("nan")
    return {"mutual": both, "one_way": one, "none": pairs - both - one, "ratio": ratio}


def triads(connected: Any) -> dict[str, int]:
    """Number of each of the 13 connected motifs of three cells, by its MAN name (Davis and Leinhardt 1972).

    connected: (cells, cells), as `adjacency` makes it. Connections of a cell with itself do not count.
    """
    m, s = _parts(connected)
    up, down, chain = s @ s.T, s.T @ s, s @ s
    found = {
        "030T": _sum(chain, s),
        "030C": _sum(chain, s.T) // 3,
        "120D": _sum(down, m) // 2,
        "120U": _sum(up, m) // 2,
        "120C": _sum(chain, m),
        "210": _sum(m @ m, s),
        "300": _sum(m @ m, m) // 6,
    }
    both, out, into = (np.asarray(a, np.int64) for a in (m.sum(axis=1), s.sum(axis=1), s.sum(axis=0)))
    # Each cell with two of its partners; those of which the partners are connected are among the above.
    open_ones = {
        "021D": (out * (out - 1)).sum() // 2 - found["030T"] - found["120D"],
        "021U": (into * (into - 1)).sum() // 2 - found["030T"] - found["120U"],
        "021C": (into * out).sum() - found["030T"] - 3 * found["030C"] - found["120C"],
        "111D": (both * into).sum() - 2 * found["120D"] - found["120C"] - found["210"],
        "111U": (both * out).sum() - 2 * found["120U"] - found["120C"] - found["210"],
        "201": (both * (both - 1)).sum() // 2 - found["210"] - 3 * found["300"],
    }
    return {name: int(count) for name, count in sorted({**found, **open_ones}.items())}


def disynaptic(plan: Plan, pre: Ints, post: Ints, pre_pre: Ints) -> int:
    """Connections pre -> post of which some cell of pre_pre is presynaptic to both ends; all: positions."""
    sources, targets = _ends(plan)
    n = len(plan.cells)
    from_there = np.isin(sources, pre_pre)
    inputs = _sparse(sources[from_there], targets[from_there], n).tocsc()
    direct = np.isin(sources, pre) & np.isin(targets, post)
    pair, count = np.unique(targets[direct] * n + sources[direct], return_counts=True)
    total = 0
    for block in np.unique(pair // n // BLOCK):
        columns = slice(block * BLOCK, min((block + 1) * BLOCK, n))
        some = pair // n // BLOCK == block
        common = (inputs.T @ inputs[:, columns]).tocsr()
        hits = np.asarray(common[pair[some] % n, pair[some] // n - columns.start]).ravel() > 0
        total += int(count[some][hits].sum())
    return total


@measure("calculateDisynaptic")
def calculate_disynaptic(
    results: Any,
    *,
    includePost: Sequence[Any] = ("allCells",),
    includePre: Sequence[Any] = ("allCells",),
    includePrePre: Sequence[Any] = ("allCells",),
    tags: Mapping[Any, Any] | None = None,
    conns: Mapping[Any, Any] | None = None,
    tagsFile: str | None = None,
    connsFile: str | None = None,
) -> int:
    """Number of connections whose two cells have a presynaptic cell in common.

    tags, conns: cells and connections as dicts gid -> list (with a 'format'); tagsFile, connsFile: as files.
    """
    plan = results.plan
    if tags or conns or tagsFile or connsFile:
        from netspec.analysis.lists import listed

        plan = listed(tags, conns, tagsFile, connsFile)
    chosen = [
        select(plan, include, name).positions
        for include, name in (
            (includePre, "includePre"),
            (includePost, "includePost"),
            (includePrePre, "includePrePre"),
        )
    ]
    return disynaptic(plan, *chosen)


def _ends(plan: Plan) -> tuple[Ints, Ints]:
    table = plan.connections
    return plan.cells.positions(table["pre"]), plan.cells.positions(table["post"])


def _parts(connected: Any) -> tuple[Any, Any]:
    """Connections both ways and one way only: (cells, cells) each, of whole numbers."""
    row, column = connected.nonzero()
    other = row != column
    every = _sparse(row[other], column[other], connected.shape[0])
    mutual = every.multiply(every.T).tocsr()
    return mutual, (every - mutual).tocsr()


def _sum(product: Any, kept: Any) -> int:
    return int(product.multiply(kept).sum())


def _sparse(row: Ints, column: Ints, n: int) -> Any:
    """A matrix of ones (n, n) of whole numbers, however often a pair is there."""
    sparse = needed("scipy.sparse", "A count of motifs")
    pair = np.unique(row * n + column)
    return sparse.csr_array((np.ones(len(pair), np.int64), (pair // n, pair % n)), shape=(n, n))
