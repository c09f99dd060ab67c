"""Plans written by hand, so that the builders are tested without the planners."""

from types import SimpleNamespace

import numpy as np
from neuron import h

from netspec import model
from netspec.plan import CONNECTION_COLUMNS, Plan
from netspec.plan.cells import CELL_COLUMNS, Cells, Template
from netspec.spec import Spec
from netspec.spec.cell import CellRule, Section, Synapse
from netspec.spec.network import ConnectionRule, Network, Population
from netspec.spec.simulation import Simulation
from netspec.tables import Table

HH = {"gnabar": 0.12, "gkbar": 0.036, "gl": 0.003, "el": -70.0}


def soma(**changes):
    """A one-compartment HH soma."""
    values = {"geom": {"diam": 18.8, "L": 18.8, "Ra": 123.0}, "mechs": {"hh": dict(HH)}, **changes}
    return Section(**values)


def ranks():
    """A rank alone."""
    pc = h.ParallelContext()
    return SimpleNamespace(rank=0, size=1, pc=pc, barrier=lambda: None, allreduce=lambda value, op: value)


def spec(sections, populations=(("P", 3),), synapses=None, rules=("r",), simulation=None, **network):
    """A Spec with one cell rule for the populations (label, number of cells)."""
    return Spec(
        Network(
            cell_rules={"P": CellRule("P", secs=dict(sections))},
            populations={
                label: Population(label, cell_type="P", num_cells=n, **more)
                for label, n, more in ((*entry, {})[:3] for entry in populations)
            },
            synapses=synapses
            or {"exc": Synapse("exc", "Exp2Syn", params={"tau1": 0.1, "tau2": 5.0, "e": 0.0})},
            connections={label: ConnectionRule(label, {}, {}) for label in rules},
            **network,
        ),
        Simulation(**(simulation or {})),
    )


def plan(made, kinds=None, values=None, owned=None, tags=None, drawn=(), **parts):
    """The plan of a Spec: cells on a line. kinds: template of each cell (default: all 0, artificial -1)."""
    resolved = model.resolve(made)
    populations = resolved.populations
    counts = [population.spec.num_cells for population in populations]
    codes = np.repeat(np.arange(len(counts)), counts)
    n = len(codes)
    if kinds is None:
        kinds = [-1 if populations[code].mechanism else 0 for code in codes]
    table = {name: np.zeros(n, dtype) for name, dtype in CELL_COLUMNS.items()}
    table["gid"][:] = np.arange(n)
    table["population"][:] = codes
    table["template"][:] = kinds
    for k, axis in enumerate("xyz"):
        table[axis][:] = 10.0 * np.arange(n) + k
    owned = np.arange(n) if owned is None else np.asarray(owned, np.int64)
    templates = tuple(
        Template((label,), rule.secs, {}, tuple(drawn)) for label, rule in made.network.cell_rules.items()
    )
    cells = Cells(Table(table), populations, owned, tags or {})
    return Plan(resolved, cells, templates, values or {}, **parts)


def connections(**columns):
    """A connection table; columns not given are 0."""
    n = len(next(iter(columns.values())))
    return Table(
        {
            name: np.asarray(columns.get(name, np.zeros(n)), dtype)
            for name, dtype in CONNECTION_COLUMNS.items()
        }
    )
