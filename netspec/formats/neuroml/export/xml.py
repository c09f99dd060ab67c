"""The document in XML, written as it is made: memory does not grow with connections."""

from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any, TextIO
from xml.sax.saxutils import quoteattr

from netspec.formats.neuroml.export.document import Document
from netspec.formats.neuroml.export.inputs import InputList
from netspec.formats.neuroml.export.origins import ORDER
from netspec.formats.neuroml.export.parts import Population
from netspec.formats.neuroml.export.rows import Projection
from netspec.formats.neuroml.export.text import element
from netspec.tables import Table

NAMESPACE = "http://www.neuroml.org/schema/neuroml2"
SCHEMA = "https://raw.githubusercontent.com/NeuroML/NeuroML2/development/Schemas/NeuroML2/NeuroML_v2.3.1.xsd"
CONNECTIONS = {
    "projection": ("connectionWD", "preCellId", "postCellId", "preSegmentId", "postSegmentId"),
    "electricalProjection": (
        "electricalConnectionInstanceW", "preCell", "postCell", "preSegment", "postSegment",
    ),
    "continuousProjection": (
        "continuousConnectionInstanceW", "preCell", "postCell", "preSegment", "postSegment",
    ),
}  # fmt: skip
"""Elements and attributes of each kind of projection."""


def write(document: Document, path: Path) -> None:
    """The file of a whole document."""
    with path.open("w", encoding="utf-8") as file:
        file.write('<?xml version="1.0" encoding="UTF-8"?>\n' + head(document.id))
        components(document, file)
        file.write(f"  <network{_attributes(network_attributes(document))}>\n")
        for population in document.made.populations:
            _indented(file, _population(population), 4)
        for projection in document.projections:
            _projection(document, projection, file)
        for inputs in document.inputs:
            _inputs(document, inputs, file)
        file.write("  </network>\n</neuroml>\n")


def head(name: str) -> str:
    """The start tag of the root."""
    places = {"xmlns": NAMESPACE, "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance"}
    return f"<neuroml{_attributes({**places, 'xsi:schemaLocation': f'{NAMESPACE} {SCHEMA}', 'id': name})}>\n"


def components(document: Document, file: TextIO) -> None:
    """Everything that is not the network, in the order of the schema."""
    if document.notes:
        file.write(f"  <notes>{document.notes}</notes>\n")
    for _, text in sorted(document.made.components, key=lambda item: ORDER.index(item[0])):
        _indented(file, text(), 2)


def network_attributes(document: Document) -> dict[str, Any]:
    """Of the network, with its temperature [degC]."""
    return {"id": document.network, "type": "networkWithTemperature", "temperature": document.temperature}


def properties(population: Population) -> dict[str, str]:
    """What a population is called in netspec, and its tags."""
    plain = {n: v for n, v in population.tags.items() if isinstance(v, str | int | float) and n != "pop"}
    return {"label": population.label, **{name: str(value) for name, value in plain.items()}}


def _population(population: Population) -> str:
    kept = [element("property", tag=tag, value=value) for tag, value in properties(population).items()]
    if population.places is None:
        return element(
            "population", *kept, id=population.id, component=population.component, size=population.size
        )
    rows = zip(range(population.size), *population.places.T.tolist(), strict=True)
    instances = [
        f'<instance id="{index}"><location x="{x!r}" y="{y!r}" z="{z!r}"/></instance>'
        for index, x, y, z in rows
    ]
    given = {"component": population.component, "size": population.size, "type": "populationList"}
    return element("population", *kept, *instances, id=population.id, **given)


def _projection(document: Document, projection: Projection, file: TextIO) -> None:
    pre, post = (document.made.populations[end] for end in (projection.pre, projection.post))
    given = {"id": projection.id, "presynapticPopulation": pre.id, "postsynapticPopulation": post.id}
    if projection.kind == "projection":
        given["synapse"] = projection.synapse
    file.write(f"    <{projection.kind}{_attributes(given)}>\n")
    tag, pre_cell, post_cell, pre_segment, post_segment = CONNECTIONS[projection.kind]
    line = (
        f'      <{tag} id="%d" {pre_cell}="{_cell(pre)}" {post_cell}="{_cell(post)}" {pre_segment}="%d" '
        f'{post_segment}="%d" preFractionAlong="%r" postFractionAlong="%r" {_synapse(projection)}weight="%r"'
    )
    line += ' delay="%rms"/>\n' if projection.kind == "projection" else "/>\n"
    _lines(file, line, projection.blocks)
    file.write(f"    </{projection.kind}>\n")


def _synapse(projection: Projection) -> str:
    """The attributes of single connections that name their synapse."""
    if projection.kind == "projection":
        return ""
    if projection.kind == "electricalProjection":
        return f'synapse="{projection.synapse}" '
    return f'preComponent="{projection.silent}" postComponent="{projection.synapse}" '


def _cell(population: Population) -> str:
    """The path of a cell of the population, with the place of its index."""
    if population.places is None:
        return f"../{population.id}[%d]"
    return f"../{population.id}/%d/{population.component}"


def _lines(file: TextIO, line: str, blocks: Iterable[Table]) -> None:
    """A line for every row, with its number first."""
    number = 0
    for block in blocks:
        columns = [column.tolist() for column in block.columns.values()]
        rows = chain.from_iterable(zip(range(number, number + len(block)), *columns, strict=True))
        file.write((line * len(block)) % tuple(rows))
        number += len(block)


def _inputs(document: Document, inputs: InputList, file: TextIO) -> None:
    population = document.made.populations[inputs.population]
    given = {"id": inputs.id, "component": inputs.component, "population": population.id}
    weighted = "weight" in inputs.rows
    tag, weight = ("inputW", ' weight="%r"') if weighted else ("input", "")
    file.write(f"    <inputList{_attributes(given)}>\n")
    target = f'target="{_cell(population)}" segmentId="%d" fractionAlong="%r" destination="synapses"'
    _lines(file, f'      <{tag} id="%d" {target}{weight}/>\n', [inputs.rows])
    file.write("    </inputList>\n")


def _attributes(given: dict[str, Any]) -> str:
    return "".join(f" {name}={quoteattr(str(value))}" for name, value in given.items())


def _indented(file: TextIO, text: str, by: int) -> None:
    file.writelines(_shifted(text, " " * by))


def _shifted(text: str, by: str) -> Iterator[str]:
    return (f"{by}{line}\n" for line in text.split("\n"))
