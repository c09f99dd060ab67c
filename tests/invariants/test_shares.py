"""Shares of ranks make the whole; with named streams a number depends on nothing else."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netspec.model import resolve
from netspec.plan import templates
from netspec.plan.connect import connect
from netspec.plan.place import place
from netspec.spec.read import read
from netspec.tables import Table, concat

numbers = st.sampled_from([0.5, "uniform(0.1,1)", "1 + normal(2,0.01)", "0.1 + dist_3D/100"])
counts = st.sampled_from([None, 1, 2, 3, "int(uniform(1,4))"])
pops = st.sampled_from([{"pop": "A"}, {"pop": ["A", "B"]}, {"pop": ["B", "I"]}, {"xnorm": [0.2, 0.9]}])
kinds = st.sampled_from(
    [
        {"probability": 0.4},
        {"probability": "exp(-dist_3D/80)"},
        {"probability": "uniform(0,1)"},
        {"convergence": 3},
        {"convergence": "uniform(0,5)"},
        {"divergence": 2},
        {"connList": [[0, 0], [1, 1], [0, 0]]},
        {},
    ]
)
places = st.sampled_from(
    [{}, {"sec": "dend"}, {"sec": "both"}, {"sec": "both", "distributeSynsUniformly": False}]
)


@st.composite
def rules(draw):
    ends = {"preConds": draw(pops), "postConds": draw(pops)}
    told = {
        "synMech": draw(st.sampled_from(["exc", ["exc", "inh"]])),
        "weight": draw(numbers),
        "delay": draw(numbers),
    }
    count = draw(counts)
    return {
        **ends,
        **told,
        **draw(kinds),
        **draw(places),
        **({} if count is None else {"synsPerConn": count}),
    }


networks = st.lists(rules(), min_size=1, max_size=3)


def dictionaries(connections, before=None, after=None):
    """A network; populations `before` and `after` the others."""
    soma = {"geom": {"L": "uniform(10,20)", "diam": 20}}
    dend = {
        "geom": {"L": 100, "diam": 2, "nseg": 3},
        "topol": {"parentSec": "soma", "parentX": 1, "childX": 0},
    }
    rule = {"secs": {"soma": soma, "dend": dend}, "secLists": {"both": ["dend", "soma"]}}
    return {
        "cellParams": {"P": rule},
        "popParams": {
            **(before or {}),
            "A": {"cellType": "P", "numCells": 7},
            "B": {"cellType": "P", "numCells": 5},
            "I": {"cellModel": "IntFire1", "numCells": 4},
            **(after or {}),
        },
        "synMechParams": {
            "exc": {"mod": "ExpSyn", "tau": "uniform(1,2)"},
            "inh": {"mod": "ExpSyn", "tau": "normal(5,0.01)"},
        },
        "connParams": connections,
        "sizeX": 100,
        "sizeY": 100,
        "sizeZ": 100,
    }


def labelled(connections):
    return {f"r{k}": rule for k, rule in enumerate(connections)}


def planned(network, streams, rank=0, ranks=1):
    from netspec.plan import Plan

    model = resolve(read(network, {"randomStreams": streams}))
    cells, kinds = templates.assign(model, place(model))
    cells = replace(cells, owned=np.arange(rank, len(cells), ranks))
    plan = Plan(model, cells, kinds, templates.values(model, cells, kinds))
    plan = replace(plan, connections=connect(model, cells, kinds))
    return replace(plan, synapse_values=templates.synapse_values(plan))


def by_cell(plan):
    """Connections with the numbers of their synapses, cell by cell in their order."""
    table = plan.connections
    own = np.full(len(table), np.nan)
    for label, values in plan.synapse_values.items():
        mine = (table["synapse"] == plan.model.synapses.code(label)) & (table["section"] >= 0)
        own[mine] = values["tau"]
    table = table.with_columns(own=own)
    return table.take(np.argsort(table["post"], kind="stable"))


@pytest.mark.parametrize("streams", ["netpyne", "named"])
@pytest.mark.parametrize("ranks", [2, 3, 7])
@settings(max_examples=25, deadline=None)
@given(connections=networks)
def test_shares_make_the_whole(streams, ranks, connections):
    network = dictionaries(labelled(connections))
    whole = planned(network, streams)
    shares = [planned(network, streams, rank, ranks) for rank in range(ranks)]
    assert all(share.cells.table == whole.cells.table for share in shares)
    assert all(share.templates == whole.templates for share in shares)
    parts = concat([by_cell(share) for share in shares])
    assert parts.take(np.argsort(parts["post"], kind="stable")) == by_cell(whole)
    values = np.concatenate([share.cell_values[0] for share in shares])
    gids = np.concatenate(
        [share.cells.owned[share.cells.table["template"][share.cells.owned] == 0] for share in shares]
    )
    assert np.array_equal(values[np.argsort(gids)], whole.cell_values[0])


def by_name(plan):
    """Connections of rule r0 with cells named by population and index, and its synapses' numbers."""
    table = by_cell(plan)
    table = table.take(table["rule"] == plan.model.rules.code("r0"))
    cells, names = plan.cells.table, [population.label for population in plan.cells.populations]
    columns = {name: table[name] for name in ("location", "weight", "delay", "own")}
    for end in ("pre", "post"):
        at = plan.cells.positions(table[end])
        columns[end] = np.array([hash_name(names[code]) for code in cells["population"][at]], np.int64)
        columns[f"{end} index"] = cells["index"][at]
    order = np.lexsort(
        (np.arange(len(table)), *(columns[n] for n in ("pre index", "pre", "post index", "post")))
    )
    return Table(columns).take(order)


def hash_name(label):
    return "ABI".index(label)


@settings(max_examples=40, deadline=None)
@given(connections=networks, other=rules(), population=st.booleans())
def test_with_named_streams_what_is_added_changes_no_other_number(connections, other, population):
    fixed = {"preConds": {"pop": ["A", "B"]}, "postConds": {"pop": ["B", "A"]}}
    connections = [{**rule, **fixed} for rule in connections]
    before = dictionaries(labelled(connections))
    added = {"New": {"cellType": "P", "numCells": 3}} if population else None
    after = dictionaries({"new": other, **labelled(connections)}, before=added)
    one, two = planned(before, "named"), planned(after, "named")
    assert by_name(one) == by_name(two)
    shift = 3 if population else 0
    assert np.array_equal(two.cell_values[0][shift:], one.cell_values[0])


def test_with_named_streams_two_rules_share_no_numbers():
    rule = {
        "preConds": {},
        "postConds": {"pop": "A"},
        "synMech": "exc",
        "probability": 0.5,
        "weight": "uniform(0,1)",
    }
    twice = dictionaries({"r0": rule, "r1": rule})
    table = planned(twice, "named").connections
    assert not set(table["weight"][table["rule"] == 0]) & set(table["weight"][table["rule"] == 1])
    table = planned(twice, "netpyne").connections
    assert set(table["weight"][table["rule"] == 0]) == set(table["weight"][table["rule"] == 1])
