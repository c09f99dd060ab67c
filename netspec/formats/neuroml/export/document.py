"""All parts of a document before it is written."""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from netspec.errors import NetspecWarning, Problem
from netspec.formats.neuroml.export import inputs, refuse, rows
from netspec.formats.neuroml.export.inputs import InputList
from netspec.formats.neuroml.export.layout import layout
from netspec.formats.neuroml.export.parts import Layout
from netspec.formats.neuroml.export.rows import Projection
from netspec.formats.neuroml.export.synapses import synapses
from netspec.formats.neuroml.export.text import quantity
from netspec.formats.sonata.export.refuse import conditions
from netspec.plan import Plan
from netspec.plan.rotation import angles

KINDS = ("projection", "electricalProjection", "continuousProjection")


@dataclass(frozen=True, eq=False)
class Document:
    """What is written. temperature: with its unit; network: its id; notes: text without markup."""

    id: str
    network: str
    temperature: str
    made: Layout
    projections: list[Projection]
    inputs: list[InputList]
    notes: str = ""


def document(
    plan: Plan, name: str, mods: Mapping[str, str], what: tuple[bool, bool], radius: float
) -> tuple[Document, list[Problem]]:
    """The parts of a document, and all that NeuroML cannot say.

    mods: texts of mod files. what: whether connections, and stimuli are written. radius: of cells without
    segments [um].
    """
    problems = list(refuse.problems(plan, mods, what))
    made = layout(plan, mods, what[1], radius)
    known = synapses(plan, made, mods)
    problems += made.problems
    if problems:
        return Document(name, name, "", made, [], []), list(dict.fromkeys(problems))
    if angles(plan.cells, np.arange(len(plan.cells))) is not None:
        message = (
            "netParams.rotateCellsRandomly: cells of NeuroML are not turned; pictures of them will differ."
        )
        warnings.warn(message, NetspecWarning, stacklevel=3)
    network = made.ids.new(f"network_{name}")
    clamps = list(inputs.clamps(plan, made)) if what[1] else []
    found = sorted(rows.projections(plan, made, known, what), key=lambda each: KINDS.index(each.kind))
    temperature = quantity(conditions(plan)["celsius"], "degC")
    return Document(name, network, temperature, made, found, clamps), []
