"""Connectivity rules: which cells are connected. A rule sees gids, random numbers and its parameter."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netspec.plan.sample import BLOCK, distinct, of_rows, rows_per_block, thinned
from netspec.streams import CellKeys, Ids, Streams, uniforms

Gids = NDArray[np.int64]
Positions = NDArray[np.int64]
Pairs = tuple[Gids, Gids]
RuleFunction = Callable[..., Any]
"""Gives pairs, or what `whole.Whole` holds."""

RULES: dict[str, RuleFunction] = {}
"""By every name that connFunc may have."""


def rule(*names: str) -> Callable[[RuleFunction], RuleFunction]:
    """Decorator: the function is what connFunc means by any of the names; it is seeded by the first."""

    def register(function: RuleFunction) -> RuleFunction:
        RULES.update(dict.fromkeys(names, function))
        return function

    return register


@dataclass(frozen=True)
class RuleStream:
    """The random numbers of one rule between pre and post cells (in order of gid)."""

    streams: Streams
    label: str
    pre: CellKeys
    post: CellKeys

    def pairs(self, rows: range, columns: Positions) -> NDArray[np.float64]:
        """A number for each pair of pre cells `rows` and post cells `columns`: (rows, columns)."""
        ids = self._of_pairs
        width = len(self.post.gid)
        first = 1 + rows.start * width
        if 4 * len(columns) < width:  # four numbers cost as much as one
            return uniforms(ids, first + np.arange(len(rows))[:, None] * width + columns)
        every = uniforms(ids, range(first, first + len(rows) * width)).reshape(len(rows), width)
        return every if len(columns) == width else every[:, columns]

    @cached_property
    def _of_pairs(self) -> Ids:
        """The stream of `pairs`; NetPyNE's is named by all gids, which takes a while to find out."""
        return self.streams.pairs(self.label, self.pre.gid, self.post.gid)

    def candidates(self) -> Ids | None:
        """A stream for each post cell, along which its pre cells follow; None if each pair has a number."""
        return self.streams.candidates(self.label, self.post)

    def convergence(self) -> Ids:
        """A stream for each post cell."""
        return self.streams.convergence(self.label, self.pre.gid, self.post)

    def divergence(self) -> Ids:
        """A stream for each pre cell."""
        return self.streams.divergence(self.label, self.post.gid, self.pre)


@rule("fullConn", "full")
def full(pre: Gids, post: Gids, owned: Positions, stream: RuleStream) -> Pairs:
    """Every pre cell with every owned post cell. pre, post: sorted gids; owned: positions in post."""
    return np.tile(pre, len(owned)), np.repeat(post[owned], len(pre))


@rule("probConn", "probability")
def probability(pre: Gids, post: Gids, owned: Positions, stream: RuleStream, probability: Any) -> Pairs:
    """Each pair independently. probability: a number, or a function (rows, columns) -> matrix."""
    streams = None if callable(probability) else stream.candidates()
    if streams is not None:
        column, row = thinned(of_rows(streams, owned), len(owned), float(probability), len(pre))
        return pre[row], post[owned[column]]
    step = max(1, BLOCK // (len(post) if 4 * len(owned) >= len(post) else max(1, len(owned))))
    hits_pre, hits_post = [], []
    for start in range(0, len(pre), step):
        rows = range(start, min(start + step, len(pre)))
        limit = probability(np.arange(start, rows.stop), owned) if callable(probability) else probability
        i, j = np.divmod(np.flatnonzero(stream.pairs(rows, owned) <= limit), len(owned))
        hits_pre.append((start + i).astype(np.int32))
        hits_post.append(j.astype(np.uint16 if len(owned) < 2**16 else np.int32))
    j = np.concatenate(hits_post)
    order = np.argsort(j, kind="stable")
    return pre[np.concatenate(hits_pre)[order]], post[owned[j[order]]]


@rule("convConn", "convergence")
def convergence(pre: Gids, post: Gids, owned: Positions, stream: RuleStream, convergence: Any) -> Pairs:
    """So many pre cells for each owned post cell. convergence: a number, or one per owned cell."""
    wanted = _counts(convergence, len(owned), len(pre))
    ids = of_rows(stream.convergence(), owned)
    found_pre, found_post = [], []
    for rows in _blocks(wanted, len(pre)):
        chosen = _others(of_rows(ids, rows), wanted[rows], pre, post[owned[rows]])
        chosen[chosen < 0] = len(pre)  # after the last one
        chosen.sort(axis=1)
        found_pre.append(pre[chosen[chosen < len(pre)]])
        found_post.append(np.repeat(post[owned[rows]], wanted[rows]))
    return _joined(found_pre), _joined(found_post)


@rule("divConn", "divergence")
def divergence(pre: Gids, post: Gids, owned: Positions, stream: RuleStream, divergence: Any) -> Pairs:
    """So many post cells for each pre cell. divergence: a number, or one per pre cell."""
    wanted = _counts(divergence, len(pre), len(post))
    mine = np.zeros(len(post), bool)
    mine[owned] = True
    ids = stream.divergence()
    found_pre, found_post = [], []
    for rows in _blocks(wanted, len(post)):
        chosen = _others(of_rows(ids, rows), wanted[rows], post, pre[rows])
        i, k = np.nonzero((chosen >= 0) & mine[chosen])
        found_pre.append(pre[rows[i]])
        found_post.append(post[chosen[i, k]])
    return _joined(found_pre), _joined(found_post)


@rule("fromListConn", "connList")
def listed(pre: Gids, post: Gids, owned: Positions, stream: RuleStream, connList: Any) -> Pairs:  # noqa: N803
    """The listed pairs of positions whose post cell is owned, in the order of the list."""
    rows = listed_rows(pre, post, owned, connList)
    pairs = np.asarray(connList, np.int64).reshape(-1, 2)[rows]
    return pre[pairs[:, 0]], post[pairs[:, 1]]


def listed_rows(pre: Gids, post: Gids, owned: Positions, pairs: Any) -> Positions:
    """Which entries of a connList become connections: of owned post cells, not of a cell with itself."""
    index = np.asarray(pairs, np.int64).reshape(-1, 2)
    mine = np.zeros(len(post), bool)
    mine[owned] = True
    return np.flatnonzero(mine[index[:, 1]] & (pre[index[:, 0]] != post[index[:, 1]]))


@rule("sonata")
def sonata(
    pre: Gids,
    post: Gids,
    owned: Positions,
    stream: RuleStream,
    network: Any,
    config: str,
    edges: str,
    gaps: bool = False,
    replay: str | None = None,
) -> Any:
    """The edges of a population of edges in SONATA files. config: of the circuit.

    gaps: those that are gap junctions. replay: the input whose edges they are, which the circuit lacks.
    """
    # by name: what reads files is above the plan, and is not imported before it is needed
    read: RuleFunction = import_module("netspec.formats.sonata.rule").edges_of
    return read(pre, post, owned, network, config, edges, gaps, replay)


def _counts(value: Any, rows: int, available: int) -> NDArray[np.int64]:
    """How many of the available cells each row gets: never all, since one is kept in reserve."""
    rounded = np.rint(np.broadcast_to(np.asarray(value, float), (rows,)))
    counts: NDArray[np.int64] = np.clip(rounded, 0, available - 1).astype(np.int64)
    return counts


def _blocks(wanted: NDArray[np.int64], available: int) -> list[Positions]:
    rows = np.arange(len(wanted))
    step = rows_per_block(int(wanted.max(initial=0)) + 1, available)
    return [rows[start : start + step] for start in range(0, len(rows), step)]


def _others(ids: Ids, wanted: NDArray[np.int64], cells: Gids, own: Gids) -> Positions:
    """Distinct positions in `cells` for each row, -1 beyond those wanted.

    One more is drawn: it stands in for the cell itself.
    """
    sample, _ = distinct(ids, 1, wanted + 1, len(cells))
    spare = sample[np.arange(len(wanted)), wanted]
    itself = cells[sample] == own[:, None]
    sample = np.where(itself, spare[:, None], sample)
    sample[np.arange(sample.shape[1]) >= wanted[:, None]] = -1
    return sample


def _joined(parts: list[Gids]) -> Gids:
    return np.concatenate(parts) if parts else np.empty(0, np.int64)
