"""Synapses of cells' own in the plan: places, drawn values, shares of ranks, load."""

from functools import partial

import numpy as np
import pytest

from netspec import overview, results
from netspec.model import resolve
from netspec.plan import make
from netspec.plan.own_synapses import own_synapses
from netspec.results import shares
from netspec.spec.read import read

OWN = [{"label": "exc", "loc": 0.5}, {"label": "drawn", "loc": 0.2}, {"label": "drawn", "loc": 0.5}]
NET = {
    "cellParams": {
        "P": {"secs": {"soma": {"mechs": {"hh": {}}, "synMechs": OWN}}},
        "Q": {"secs": {"soma": {"mechs": {"hh": {}}}}},
    },
    "popParams": {"A": {"cellType": "P", "numCells": 4}, "B": {"cellType": "Q", "numCells": 3}},
    "synMechParams": {"exc": {"mod": "Exp2Syn"}, "drawn": {"mod": "ExpSyn", "tau": "uniform(1, 3)"}},
    "connParams": {
        "c": {
            "preConds": {"pop": "A"}, "postConds": {"pop": ["A", "B"]}, "probability": 0.5, "weight": 0.01,
            "delay": 2, "synMech": ["exc", "drawn"], "sec": "soma", "loc": 0.5,
        }
    },
}  # fmt: skip


def planned(ranks=1, rank=0, **options):
    share = None if ranks == 1 else lambda cells, templates: np.arange(rank, len(cells), ranks)
    return make.make(resolve(read(NET, {"duration": 10, **options})), share)


def test_they_are_listed_cell_by_cell():
    rows = own_synapses(planned())
    assert rows["post"].tolist() == [gid for gid in range(4) for _ in OWN]
    assert rows["location"].tolist() == [0.5, 0.2, 0.5] * 4
    assert rows["synapse"].tolist() == [0, 1, 1] * 4
    assert len(own_synapses(planned(2, 1))) == 6


@pytest.mark.parametrize("streams", ["netpyne", "named"])
@pytest.mark.parametrize("each", [True, False], ids=["one for each", "shared"])
@pytest.mark.parametrize("ranks", [2, 3])
def test_ranks_together_have_the_values_of_one(ranks, each, streams):
    make_plan = partial(planned, oneSynPerNetcon=each, randomStreams=streams)
    whole, parts = make_plan(), [make_plan(ranks, rank) for rank in range(ranks)]
    contents = [shares.of_rank(results.Results(part))["plan"] for part in parts]
    together = shares.merge_plans(contents, parts[0])
    values = whole.synapse_values["drawn"]["tau"]
    assert len(set(values.tolist())) == len(values) > 10
    assert together.synapse_values["drawn"]["tau"].tolist() == values.tolist()
    again = shares.restrict(whole, parts[1].cells.owned)
    assert again.synapse_values["drawn"]["tau"].tolist() == parts[1].synapse_values["drawn"]["tau"].tolist()


def test_connections_share_them_only_if_asked():
    each, shared = planned(oneSynPerNetcon=True), planned(oneSynPerNetcon=False)
    contacts = int(np.count_nonzero(each.connections["synapse"] == 1))
    assert len(each.synapse_values["drawn"]) == 8 + contacts
    onto_b = np.unique(shared.connections["post"][shared.connections["post"] >= 4])
    assert len(shared.synapse_values["drawn"]) == 8 + len(onto_b)


def test_they_count_as_work():
    plain = {**NET, "cellParams": {name: NET["cellParams"]["Q"] for name in ("P", "Q")}}
    without = make.make(resolve(read(plain, {"duration": 10})))
    assert overview.load(planned(), 1).work[0] > overview.load(without, 1).work[0]
