"""The LEMS file that runs an exported network: its length and step, what is recorded, all spikes."""

import warnings
from collections.abc import Iterator
from typing import Any

from netspec.errors import NetspecWarning
from netspec.formats.neuroml.export.document import Document
from netspec.formats.neuroml.export.parts import Population
from netspec.formats.neuroml.export.text import element, quantity
from netspec.plan import Plan, TraceBlock

CORE = ("Cells.xml", "Networks.xml", "Simulation.xml")


def types(document: Document) -> str:
    """The file of definitions and components that are no part of NeuroML's schema."""
    includes = [element("Include", file=name) for name in CORE]
    own = document.made.types
    ordered = sorted(own, key=lambda name: name.startswith("component "))
    return element("Lems", *includes, *(own[name] for name in ordered)) + "\n"


def text(plan: Plan, document: Document, files: list[str]) -> str:
    """The whole file. files: with types and the network."""
    simulation = plan.model.spec.simulation
    columns: dict[str, list[str]] = {}
    for trace in plan.recordings.traces:
        for place in _places(plan, document, trace):
            own = columns.setdefault(trace.label, [])
            own.append(element("OutputColumn", id=f"{place[0]}", quantity=place[1]))
    ids = [document.made.ids.new(f"traces_{label}") for label in columns]
    outputs = [
        element("OutputFile", *own, id=name, fileName=f"{document.id}.{name}.dat")
        for name, own in zip(ids, columns.values(), strict=True)
    ]
    events = list(_events(document))
    if events:
        file_name = f"{document.id}.spikes"
        name = document.made.ids.new("spikes")
        outputs.append(element("EventOutputFile", *events, id=name, fileName=file_name, format="TIME_ID"))
    run = element(
        "Simulation",
        *outputs,
        id=f"simulation_{document.id}",
        length=quantity(simulation.duration, "ms"),
        step=quantity(simulation.dt, "ms"),
        target=document.network,
    )
    includes = [element("Include", file=name) for name in (*CORE, *files)]
    return element("Lems", element("Target", component=f"simulation_{document.id}"), *includes, run) + "\n"


def _cell(population: Population, index: int) -> str:
    if population.places is None:
        return f"{population.id}[{index}]"
    return f"{population.id}/{index}/{population.component}"


def _places(plan: Plan, document: Document, trace: TraceBlock) -> Iterator[tuple[str, str]]:
    """(name of the column, path of the quantity) of each cell whose membrane potential is recorded."""
    if trace.kind != "segment" or trace.variable != "v" or trace.section is None:
        _left_out(trace, "a LEMS path of this is not written yet")
        return
    made = document.made
    for position, gid in zip(plan.cells.positions(trace.gids).tolist(), trace.gids.tolist(), strict=True):
        population = made.populations[int(made.of_cell["population"][position])]
        path = _cell(population, int(made.of_cell["index"][position]))
        body: Any = population.body
        if body is not None and not body.single:
            segment, fraction = body.cables[trace.section].place(trace.location)
            if abs(float(fraction) - 0.5) > 1e-6:
                where = f"{trace.section}({trace.location:g})"
                _left_out(trace, f"LEMS records in the middle of segments, and {where} is not there")
                return
            path = f"{path}/{int(segment)}"
        yield f"cell_{gid}", f"{path}/v"


def _left_out(trace: TraceBlock, why: str) -> None:
    warnings.warn(
        f"simConfig.recordTraces[{trace.label!r}] is left out: {why}.", NetspecWarning, stacklevel=2
    )


def _events(document: Document) -> Iterator[str]:
    """A selection for every cell, numbered by gid order."""
    number = 0
    for population in document.made.populations:
        for index in range(population.size):
            path = _cell(population, index)
            yield element("EventSelection", id=number, select=path, eventPort="spike")
            number += 1
