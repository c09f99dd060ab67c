"""disynapticBias: connections of a probability rule moved to pairs that have a presynaptic cell in common.

NetPyNE means this, but stops with a TypeError as soon as a connection has to be moved.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from netspec.plan.parameters import Ends
from netspec.plan.rules import Gids, Pairs, Positions, RuleFunction, RuleStream
from netspec.spec.network import Network
from netspec.tables import Table

Matrix = NDArray[np.bool_]


def needed(network: Network) -> bool:
    """Whether some rule is biased: it asks for the connections of all cells, not only of owned ones."""
    return any(rule.disynaptic_bias is not None for rule in network.connections.values())


def biased(ends: Ends, so_far: list[Table]) -> RuleFunction:
    """A rule like `probability`, but at least the share `disynapticBias` of its pairs is disynaptic.

    Pairs are disynaptic if some cell is presynaptic to both of their cells by the rules before (so_far, the
    connections of all cells). Of the other pairs those of least probability are given up, and as many
    disynaptic ones made, those of highest probability first. Of equals the first in order (post, pre) go.
    """
    with_self = ends.model.spec.simulation.allow_self_conns

    def rule(pre: Gids, post: Gids, owned: Positions, stream: RuleStream, probability: Any) -> Pairs:
        """Pairs by probability, some of them moved to where both have a common source."""
        rows = range(len(pre))
        limit = probability(np.arange(len(pre)), owned) if callable(probability) else probability
        chance = np.broadcast_to(np.asarray(limit, float), (len(pre), len(owned))).T
        possible = np.full(chance.shape, True) if with_self else post[owned][:, None] != pre[None, :]
        made = (chance >= stream.pairs(rows, owned).T) & possible
        common = _common(post[owned], pre, so_far) & possible
        j, i = np.nonzero(_moved(made, common, chance, float(ends.rule.disynaptic_bias)))
        return pre[i], post[owned[j]]

    return rule


def _moved(made: Matrix, common: Matrix, chance: NDArray[np.float64], bias: float) -> Matrix:
    """Which pairs are connected after the move: (post, pre)."""
    given_up, taken = np.flatnonzero(made & ~common), np.flatnonzero(common & ~made)
    count = min(int(bias * made.sum()) - int((made & common).sum()), len(given_up), len(taken))
    if count <= 0:
        return made
    flat = chance.ravel()
    result = made.copy().ravel()
    result[given_up[np.argsort(flat[given_up], kind="stable")[:count]]] = False
    result[taken[np.argsort(-flat[taken], kind="stable")[:count]]] = True
    return result.reshape(made.shape)


def _common(post: Gids, pre: Gids, so_far: list[Table]) -> Matrix:
    """Whether a post and a pre cell share a presynaptic cell: (post, pre)."""
    if not so_far:
        return np.zeros((len(post), len(pre)), bool)
    sources = np.concatenate([table["pre"] for table in so_far])
    targets = np.concatenate([table["post"] for table in so_far])
    kept = np.isin(targets, post) | np.isin(targets, pre)
    known, column = np.unique(sources[kept], return_inverse=True)

    def incidence(gids: Gids) -> NDArray[np.float32]:
        """Which of the known cells connect to each gid: (gids, known)."""
        found = np.zeros((len(gids), len(known)), np.float32)
        row = np.clip(np.searchsorted(gids, targets[kept]), 0, len(gids) - 1)
        mine = gids[row] == targets[kept]
        found[row[mine], column[mine]] = 1
        return found

    return np.asarray(incidence(post) @ incidence(pre).T > 0)
