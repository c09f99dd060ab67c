"""Which synapses share a point process, as the plan has it."""

from dataclasses import replace

import numpy as np
import pytest

import netspec
from netspec.errors import SpecError
from netspec.formats.netpyne import Records
from netspec.overview import load
from netspec.plan import make, merging

SOMA = {"geom": {"L": 20, "diam": 20}, "mechs": {"hh": {}}}
DEND = {
    "geom": {"L": 90, "diam": 2, "nseg": 3},
    "topol": {"parentSec": "soma", "parentX": 1, "childX": 0},
    "mechs": {"pas": {}},
}
ENDS = {"preConds": {"pop": "A"}, "postConds": {"pop": "B"}, "synMech": "exc", "delay": 1, "weight": 0.5}


def network(*rules, synapses=None, plast=None):
    """5 cells of A to 2 of B; NetStims onto B's somata."""
    ends = {"source": "noise", "conds": {"pop": "B"}, "sec": "soma", "loc": 0.5}
    stim = {**ends, "synMech": "exc", "weight": 0.5, "delay": 1}
    return {
        "cellParams": {"P": {"secs": {"soma": SOMA, "dend": DEND}}},
        "popParams": {"A": {"cellType": "P", "numCells": 5}, "B": {"cellType": "P", "numCells": 2}},
        "synMechParams": {"exc": {"mod": "ExpSyn", "tau": 2}, "inh": {"mod": "ExpSyn"}, **(synapses or {})},
        "connParams": {str(number): {**ENDS, **rule} for number, rule in enumerate(rules)},
        "stimSourceParams": {"noise": {"type": "NetStim", "rate": 10, **({"plast": plast} if plast else {})}},
        "stimTargetParams": {"noise": stim},
    }


def shared(plan):
    """Of every contact, (post, section, number of its synapse)."""
    rows = merging.contacts(plan)
    _, index = merging.objects(plan, rows)
    sections = [plan.model.sections[code] for code in rows["section"]]
    return list(zip(rows["post"].tolist(), sections, index.tolist(), strict=True))


def count(*rules, options=None, **more):
    """Number of contacts and synapses."""
    plan = netspec.plan(network(*rules, **more), options or {})
    return len(merging.contacts(plan)), merging.synapses(plan)


SOMATA = {"sec": "soma", "loc": 0.3}
CASES = {
    "everything on the somata, stimuli too": ([SOMATA], {}, (12, 2)),
    "all places of a segment": ([{**SOMATA, "loc": 0.0001}, {**SOMATA, "loc": 0.999}], {}, (22, 2)),
    "ends are nodes of their own": ([{**SOMATA, "loc": 0.0}, {**SOMATA, "loc": 1.0}], {}, (22, 6)),
    "segments": ([{"sec": "dend", "synsPerConn": 6}], {}, (62, 2 + 6)),
    "rules of equal weight": ([SOMATA, SOMATA], {}, (22, 2)),
    "rules of other weights": ([SOMATA, {**SOMATA, "weight": 0.2}], {}, (22, 4)),
    "weights that all differ": ([{**SOMATA, "weight": "uniform(1, 2)"}], {}, (12, 12)),
    "any weight": (
        [{**SOMATA, "weight": "uniform(1, 2)"}], {"options": {"mergeSynapses": "any weight"}}, (12, 2)
    ),
    "synMechs stay apart": ([SOMATA, {**SOMATA, "synMech": "inh"}], {}, (22, 4)),
    "off": ([SOMATA], {"options": {"mergeSynapses": False}}, (12, 12)),
    "off, but shared places": (
        [SOMATA, {**SOMATA, "loc": 0.6}],
        {"options": {"mergeSynapses": False, "oneSynPerNetcon": False}},
        (22, 6),
    ),
    "shared places and merged": (
        [SOMATA, {**SOMATA, "loc": 0.6}], {"options": {"oneSynPerNetcon": False}}, (22, 2)
    ),
    "own parameters": (
        [SOMATA, {**SOMATA, "synMech": "own"}],
        {"synapses": {"own": {"mod": "ExpSyn", "tau": "uniform(1, 2)"}}},
        (22, 2 + 10),
    ),
    "parameters that are numbers as text": (
        [{**SOMATA, "synMech": "own"}], {"synapses": {"own": {"mod": "ExpSyn", "tau": "1.5 + 0.5"}}}, (12, 4)
    ),
    "synapses that hear their cell": (
        [{**SOMATA, "synMech": "own"}],
        {"synapses": {"own": {"mod": "ExpSyn", "selfNetCon": {"sec": "soma"}}}},
        (12, 12),
    ),
    "another mechanism": (
        [{**SOMATA, "synMech": "own"}], {"synapses": {"own": {"mod": "AlphaSynapse"}}}, (12, 12)
    ),
    "learning connections": (
        [SOMATA, {**SOMATA, "plast": {"mech": "STDP", "params": {}}}], {}, (22, 2 + 10)
    ),
    "learning stimuli": ([SOMATA], {"plast": {"mech": "STDP", "params": {}}}, (12, 2 + 2)),
    "recorded synapses": (
        [SOMATA],
        {
            "options": {
                "recordCells": [5],
                "recordTraces": {"g": {"sec": "soma", "loc": 0.3, "synMech": "exc", "var": "g"}},
            }
        },
        (12, 6 + 1),
    ),
    "recorded on cells that are meant": (
        [SOMATA],
        {
            "options": {
                "recordCells": ["all"],
                "recordTraces": {"g": {"synMech": "exc", "var": "g", "conds": {"pop": "A"}}},
            }
        },
        (12, 2),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_how_many_synapses_there_are(case):
    rules, more, expected = case
    assert count(*rules, **more) == expected


def test_the_plan_says_which_synapse_a_contact_uses():
    made = netspec.plan(network(SOMATA, {**SOMATA, "weight": 0.1}))
    assert made.merged.keys() == {"exc", "inh"}
    found = shared(made)
    assert found == [(5, "soma", 0)] * 5 + [(6, "soma", 1)] * 5 + [(5, "soma", 2)] * 5 + [
        (6, "soma", 3)
    ] * 5 + [(5, "soma", 0), (6, "soma", 1)]


def test_connections_onto_artificial_cells_have_no_synapse():
    made = network(SOMATA, {"postConds": {"pop": "N"}})
    made["popParams"]["N"] = {"cellModel": "IntFire1", "numCells": 1}
    plan = netspec.plan(made)
    assert plan.synapse_of.tolist() == [0] * 5 + [1] * 5 + [-1] * 5


def test_a_rank_merges_its_cells_as_the_whole_does():
    rules = [{"sec": "dend", "synsPerConn": 2, "weight": 0.1}, {"loc": "uniform(0, 1)", "sec": "dend"}]
    whole = netspec.plan(network(*rules))
    everyone = shared(whole)
    for gid in (5, 6):
        own = make.make(whole.model, lambda cells, _, gid=gid: np.array([gid]))
        places = [number for post, _, number in everyone if post == gid]
        order = {number: k for k, number in enumerate(dict.fromkeys(places))}
        assert [number for _, _, number in shared(own)] == [order[number] for number in places]


def test_views_and_files_list_a_shared_synapse_once():
    records = Records(netspec.plan(network(SOMATA, {**SOMATA, "synMech": "inh", "loc": 0.9})))
    found = [(record["label"], record["loc"], place) for _, record, place in records.synapses_of(5)]
    assert found == [("exc", 0.3, 0), ("inh", 0.9, 10)]


def test_the_estimated_memory_counts_synapses():
    made = netspec.plan(network({"sec": "soma", "synsPerConn": 50}))
    apart = replace(made, merged={})
    assert load(apart, 1).memory[0] - load(made, 1).memory[0] > 400 * 500


def test_traces_that_are_asked_for_too_late():
    made = netspec.plan(network(SOMATA))
    trace = {"sec": "soma", "loc": 0.3, "synMech": "exc", "var": "g"}
    spec = made.model.spec
    later = replace(spec.simulation, record_traces={"g": trace}, record_cells=[5])
    with pytest.raises(SpecError, match="were merged when they were made") as caught:
        make.record(replace(made, model=replace(made.model, spec=replace(spec, simulation=later))))
    assert caught.value.problems[0].path == "simConfig.recordTraces['g'].synMech"


def test_what_is_linear_is_read_from_mod_files(tmp_path):
    text = """
    NEURON {{ POINT_PROCESS {name} NONSPECIFIC_CURRENT i }}
    ASSIGNED {{ v i }}
    STATE {{ g }}
    BREAKPOINT {{ SOLVE s METHOD cnexp i = g*v }}
    DERIVATIVE s {{ g' = -g }}
    NET_RECEIVE(w) {{ g = g + {added} }}
    """
    (tmp_path / "one.mod").write_text(text.format(name="Plain", added="w"))
    (tmp_path / "two.mod").write_text(text.format(name="Full", added="w*(1 - g)"))
    synapses = {"plain": {"mod": "Plain"}, "full": {"mod": "Full"}}
    rules = [{**SOMATA, "synMech": name} for name in synapses]
    made = netspec.plan(network(*rules, synapses=synapses), mod=tmp_path)
    assert made.merged.keys() == {"exc", "inh", "plain"}
    assert merging.synapses(made) == 2 + 10 + 2
