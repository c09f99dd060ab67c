"""Clamps as NeuroML inputs: a component for every distinct set of numbers, a list for every population."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np

from netspec.errors import Problem
from netspec.formats.neuroml.export import origins
from netspec.formats.neuroml.export.parts import Layout
from netspec.formats.neuroml.export.rows import place
from netspec.formats.neuroml.export.text import element, label_of, quantity
from netspec.plan import InputBlock, Plan
from netspec.tables import Table

IGNORED = ("gid", "section", "location")
ICLAMP = {"delay": 0.0, "dur": 0.0, "amp": 0.0}
SECLAMP = {"rs": 1.0, **{f"{name}{k}": 0.0 for k in (1, 2, 3) for name in ("dur", "amp")}}
KNOWN: Mapping[str, Mapping[str, float]] = {"IClamp": ICLAMP, "SEClamp": SECLAMP}
"""Point processes of stimuli that have counterparts, with NEURON's own parameters."""
SCALE = "scale"
"""The weight of an input that was one of NeuroML."""
OTHER_NAMES = {"del": "delay"}


@dataclass(frozen=True, eq=False)
class InputList:
    """Inputs of one component into one population, by its position. rows: cell, segment, fraction."""

    id: str
    population: int
    component: str
    rows: Table


def clamps(plan: Plan, made: Layout) -> Iterator[InputList]:
    """All lists; components are added to the document."""
    for block in plan.inputs:
        if (block.mechanism in KNOWN or block.mechanism in made.origins) and len(block.rows):
            yield from _lists(plan, made, block)


def refused(block: InputBlock) -> Iterator[Problem]:
    """What of a stimulus has no counterpart."""
    source = f"netParams.stimSourceParams[{block.source!r}]"
    if block.mechanism not in KNOWN:
        message = f"{block.mechanism} has no counterpart in NeuroML; {', '.join(KNOWN)} and NetStim have."
        yield Problem(f"{source}.type", message)
        return
    for name in (*block.rows.columns, *block.lists):
        if name not in IGNORED and OTHER_NAMES.get(name, name) not in KNOWN[block.mechanism]:
            yield Problem(
                f"{source}.{name}", f"NeuroML's counterpart of {block.mechanism} has no such parameter."
            )


def _lists(plan: Plan, made: Layout, block: InputBlock) -> Iterator[InputList]:
    rows = block.rows
    given = {OTHER_NAMES.get(name, name): column for name, column in rows.columns.items()}
    usual = KNOWN.get(block.mechanism, {SCALE: 1.0})
    names = tuple(usual) if block.mechanism in KNOWN else tuple(n for n in given if n not in IGNORED)
    names += tuple(name for name in usual if name not in names)
    matrix = np.stack(
        [np.asarray(given[n] if n in given else np.full(len(rows), usual[n]), float) for n in names], axis=1
    )
    at = plan.cells.positions(rows["gid"])
    populations = made.of_cell["population"][at]
    segments, fractions = place(plan, made, at, rows["section"], rows["location"])
    distinct, codes = np.unique(matrix, axis=0, return_inverse=True)
    codes = codes.reshape(-1)
    for code, values in enumerate(distinct.tolist()):
        own = dict(zip(names, values, strict=True))
        for component in list(_components(made, block, own)):
            for population in np.unique(populations[codes == code]).tolist():
                some = np.flatnonzero((codes == code) & (populations == population))
                name = made.ids.new(f"{component}_{made.populations[population].id}")
                columns = {
                    "cell": made.of_cell["index"][at[some]],
                    "segment": segments[some],
                    "fraction": fractions[some],
                }
                if own.get(SCALE, 1.0) != 1.0:
                    columns["weight"] = np.full(len(some), own[SCALE])
                yield InputList(name, population, component, Table(columns))


def _components(made: Layout, block: InputBlock, own: Mapping[str, float]) -> Iterator[str]:
    """Ids of what does the same: of an SEClamp a clamp for every step that lasts."""
    if block.mechanism in made.origins:
        path = f"netParams.stimSourceParams[{block.source!r}]"
        for item in origins.items(made, made.origins[block.mechanism], own, path):
            yield origins.component(made, item, block.source)
        return
    if block.mechanism == "IClamp":
        yield _add(
            made,
            "pulseGenerator",
            block.source,
            delay=quantity(own["delay"], "ms"),
            duration=quantity(own["dur"], "ms"),
            amplitude=quantity(own["amp"], "nA"),
        )
        return
    start = 0.0
    for step in (1, 2, 3):
        if own[f"dur{step}"] > 0:
            yield _add(
                made,
                "voltageClamp",
                block.source,
                delay=quantity(start, "ms"),
                duration=quantity(own[f"dur{step}"], "ms"),
                targetVoltage=quantity(own[f"amp{step}"], "mV"),
                simpleSeriesResistance=quantity(own["rs"], "Mohm"),
            )
        start += own[f"dur{step}"]


def _add(made: Layout, tag: str, label: str, **attributes: str) -> str:
    name = made.ids.new(label)
    made.add(tag, partial(element, tag, *label_of(name, label), id=name, **attributes))
    return name
