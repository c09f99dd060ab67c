"""The order of planning: cells, connections, inputs, recordings. Pure functions of model and ownership."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from netspec.model import Model
from netspec.plan import Plan, merging, pieces, templates
from netspec.plan.cells import Cells, Template
from netspec.plan.connect import connected
from netspec.plan.extracellular import fields
from netspec.plan.inputs import inputs
from netspec.plan.own_synapses import own_synapses
from netspec.plan.place import place
from netspec.plan.points import points
from netspec.plan.record import recordings
from netspec.plan.subcellular import redistribute

Share = Callable[[Cells, tuple[Template, ...]], NDArray[np.int64] | pieces.Owned]
"""Says which positions of the cells table a rank owns, ascending, and what it has of cells that are cut."""


Tell = Callable[[int], None]
"""Is told how many connection rules are done."""


def make(model: Model, share: Share | None = None, tell: Tell = lambda done: None) -> Plan:
    """The whole plan: of the cells that `share` picks, or of the whole network."""
    return record(stimulate(connect(cells(model, share), tell)))


def cells(model: Model, share: Share | None = None) -> Plan:
    """First stage: every cell of the network, and what the owned ones are made of."""
    everyone, kinds = templates.assign(model, place(model))
    if share is not None:
        everyone = pieces.owning(everyone, share(everyone, kinds))
    values = templates.values(model, everyone, kinds)
    plan = Plan(model, everyone, kinds, values, points(model, everyone))
    return with_synapse_values(plan) if len(own_synapses(plan)) else plan


def connect(plan: Plan, tell: Tell = lambda done: None) -> Plan:
    """Second stage: the connections onto owned cells."""
    table, gaps = connected(plan.model, plan.cells, plan.templates, tell)
    plan = pieces.connected(redistribute(replace(plan, connections=table, gaps=gaps)))
    if plan.model.spec.simulation.merge_synapses:
        plan = replace(plan, merged=merging.merged(plan))
    return with_synapse_values(plan)


def stimulate(plan: Plan) -> Plan:
    """Third stage: what drives the owned cells."""
    fields(plan.model, plan.cells)  # so that files which cannot be read are told before anything is built
    plan = replace(plan, inputs=inputs(plan.model, plan.cells, plan.templates))
    return with_synapse_values(pieces.stimulated(plan))


def record(plan: Plan) -> Plan:
    """Last stage: what is recorded from the owned cells."""
    merging.refuse_late(plan)
    return pieces.recorded(replace(plan, recordings=recordings(plan)))


def with_synapse_values(plan: Plan) -> Plan:
    """The plan with the values of the string functions of synMechParams for all synapses that it now has."""
    return replace(plan, synapse_values=templates.synapse_values(plan))
