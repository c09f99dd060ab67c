"""Small networks for tests of planning, and what is in their plans."""

from dataclasses import replace

import numpy as np

from netspec.model import resolve
from netspec.plan import Plan, templates
from netspec.plan.connect import connect
from netspec.plan.place import place
from netspec.plan.rules import RULES
from netspec.spec.read import read


def cell(**more):
    """Soma and a dendrite of three segments at its end."""
    soma = {"geom": {"L": 20, "diam": 20, "nseg": 1}}
    dend = {
        "geom": {"L": 100, "diam": 2, "nseg": 3},
        "topol": {"parentSec": "soma", "parentX": 1.0, "childX": 0.0},
    }
    return {"secs": {"soma": soma, "dend": dend}, **more}


def net(connections=None, **more):
    """Populations A (4 cells) and B (3 cells) of one kind of cell; conns default to A -> B."""
    ends = {"preConds": {"pop": "A"}, "postConds": {"pop": "B"}, "synMech": "exc"}
    return {
        "cellParams": {"P": cell()},
        "popParams": {"A": {"cellType": "P", "numCells": 4}, "B": {"cellType": "P", "numCells": 3}},
        "synMechParams": {"exc": {"mod": "ExpSyn"}, "inh": {"mod": "ExpSyn"}},
        "connParams": {name: {**ends, **rule} for name, rule in (connections or {}).items()},
        "sizeX": 100,
        "sizeY": 100,
        "sizeZ": 100,
        **more,
    }


def planned(network, owned=None, **options):
    """The plan of cells and connections; owned: positions, all by default."""
    model = resolve(read(network, options, rules=RULES))
    cells, kinds = templates.assign(model, place(model))
    if owned is not None:
        cells = replace(cells, owned=np.asarray(owned, np.int64))
    plan = Plan(model, cells, kinds, templates.values(model, cells, kinds))
    plan = replace(plan, connections=connect(model, cells, kinds))
    return replace(plan, synapse_values=templates.synapse_values(plan))


def wired(rule, more=None, **options):
    """The plan of A -> B with one rule. more: further parts of netParams."""
    return planned(net({"rule": rule}, **(more or {})), **options)


def rows(plan, *columns):
    """The connections as tuples of these columns, sections by name."""
    table = plan.connections
    found = {name: table[name].tolist() for name in columns}
    if "section" in found:
        found["section"] = [plan.model.sections[code] if code >= 0 else None for code in found["section"]]
    return list(zip(*found.values(), strict=True))


def pairs(plan):
    """(pre, post) of all connections."""
    return rows(plan, "pre", "post")
