"""Connections moved to pairs that have a presynaptic cell in common."""

import numpy as np
import pytest
from plan_nets import net, pairs, planned

from netspec.errors import NetspecWarning

FROM_S = {"preConds": {"pop": "S"}, "postConds": {"pop": ["A", "B"]}, "connList": [[0, 0], [0, 1], [0, 6]]}
MORE = {
    "popParams": {
        "S": {"cellType": "P", "numCells": 1},
        "A": {"cellType": "P", "numCells": 6},
        "B": {"cellType": "P", "numCells": 5},
    }
}
DISYNAPTIC = {(1, 7), (2, 7)}
"""The pairs of A (gids 1..6) and B (7..11) that cell 0 projects to."""


def between(probability, bias, owned=None):
    rule = {"probability": probability, **({} if bias is None else {"disynapticBias": bias})}
    plan = planned({**net({"s": FROM_S, "ab": rule}), **MORE}, owned)
    return [pair for pair in pairs(plan) if pair[0] != 0]


def test_as_many_connections_but_more_of_them_disynaptic():
    before, after = between(0.3, None), between(0.3, 1.0)
    assert not DISYNAPTIC & set(before)
    assert len(after) == len(before) > 2
    assert set(after) >= DISYNAPTIC
    assert len(set(before) - set(after)) == 2
    assert after == sorted(after, key=lambda pair: pair[::-1])


def test_a_bias_that_is_met_changes_nothing():
    before = between(0.3, None)
    assert between(0.3, 0.0) == before
    assert between(0.3, 0.9 / len(before)) == before
    assert len(set(between(0.3, 1.1 / len(before))) & DISYNAPTIC) == 1


def test_the_least_probable_connections_are_given_up():
    text = "0.2 + 0.6*post_xnorm*pre_xnorm"
    before, after = between(text, None), between(text, 1.0)
    plan = planned({**net(), **MORE})
    x = plan.cells.table["xnorm"]
    chance = {pair: x[pair[0]] * x[pair[1]] for pair in before}
    lost = set(before) - set(after)
    assert lost
    assert max(chance[pair] for pair in lost) <= min(chance[pair] for pair in set(before) - lost - DISYNAPTIC)


@pytest.mark.parametrize("size", [2, 3])
def test_the_same_on_several_ranks(size):
    whole = between(0.4, 0.8)
    shares = [between(0.4, 0.8, np.arange(rank, 12, size)) for rank in range(size)]
    assert sorted(pair for share in shares for pair in share) == sorted(whole)


def test_no_cell_is_connected_with_itself():
    rule = {"preConds": {"pop": ["A", "B"]}, "postConds": {"pop": ["A", "B"]}, "probability": 0.3}
    network = {**net({"s": FROM_S, "r": {**rule, "disynapticBias": 1.0}}), **MORE}
    unbiased = {**net({"s": FROM_S, "r": rule}), **MORE}
    found = pairs(planned(network))
    assert all(pre != post for pre, post in found)
    assert len(found) == len(pairs(planned(unbiased)))
    assert set(found) >= {(1, 2), (2, 1), *DISYNAPTIC}


def test_only_probabilities_are_biased():
    with pytest.warns(NetspecWarning, match=r"connParams\['r'\].disynapticBias: ignored"):
        planned(net({"r": {"convergence": 2, "disynapticBias": 0.5}}))
