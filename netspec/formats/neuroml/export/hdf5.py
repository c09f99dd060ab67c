"""The document in HDF5, as libNeuroML lays it out: the network as tables, the rest as XML in an attribute.

Tables are of single precision, which jNeuroML reads. Texts of any length are attributes since HDF5 1.8.
"""

import io
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from netspec.formats.neuroml.export import xml
from netspec.formats.neuroml.export.document import Document
from netspec.formats.neuroml.export.inputs import InputList
from netspec.formats.neuroml.export.parts import Population
from netspec.formats.neuroml.export.rows import Projection

COLUMNS = {
    "pre": "pre_cell_id",
    "post": "post_cell_id",
    "pre_segment": "pre_segment_id",
    "post_segment": "post_segment_id",
    "pre_fraction": "pre_fraction_along",
    "post_fraction": "post_fraction_along",
    "weight": "weight",
    "delay": "delay",
}


def write(document: Document, path: Path) -> None:
    """The file of a whole document."""
    with h5py.File(path, "w", libver=("v108", "v108")) as file:
        group = file.create_group("neuroml")
        _given(group, id=document.id, notes=document.notes or "netspec", neuroml_top_level=_top(document))
        # populations keep their order, so that cells read again have the same gids
        network = group.create_group("network", track_order=True)
        _given(network, id=document.network, notes="", temperature=document.temperature)
        for population in document.made.populations:
            _population(network, population)
        for projection in document.projections:
            _projection(network, document, projection)
        for inputs in document.inputs:
            _inputs(network, document, inputs)


def _top(document: Document) -> str:
    """The document without its network."""
    text = io.StringIO()
    text.write(xml.head(document.id))
    xml.components(document, text)
    text.write("</neuroml>\n")
    return text.getvalue()


def _given(group: Any, **attributes: Any) -> None:
    for name, value in attributes.items():
        group.attrs[name] = np.bytes_(value.encode()) if isinstance(value, str) else value


def _population(network: Any, population: Population) -> None:
    group = network.create_group(f"population_{population.id}")
    kept = {f"property:{tag}": value for tag, value in xml.properties(population).items()}
    _given(group, id=population.id, component=population.component, size=population.size, **kept)
    if population.places is not None:
        _given(group, type="populationList")
        _table(group, population.id, ["x", "y", "z"])[:] = population.places


def _table(group: Any, name: str, columns: list[str], count: int | None = None) -> Any:
    length = int(group.attrs["size"]) if count is None else count
    table = group.create_dataset(name, (length, len(columns)), "f4")
    _given(table, **{f"column_{k}": column for k, column in enumerate(columns)})
    return table


def _projection(network: Any, document: Document, projection: Projection) -> None:
    group = network.create_group(f"projection_{projection.id}")
    pre, post = (document.made.populations[end].id for end in (projection.pre, projection.post))
    _given(
        group, id=projection.id, type=projection.kind, presynapticPopulation=pre, postsynapticPopulation=post
    )
    if projection.kind == "continuousProjection":
        _given(group, preComponent=projection.silent, postComponent=projection.synapse)
    else:
        _given(group, synapse=projection.synapse)
    own = list(COLUMNS) if projection.kind == "projection" else list(COLUMNS)[:-1]
    numbered = [] if projection.kind == "projection" else ["id"]
    table = _table(group, projection.id, [*numbered, *(COLUMNS[name] for name in own)], projection.count)
    start = 0
    for block in projection.blocks:
        stop = start + len(block)
        values = [block[name].astype(float) for name in own]
        if numbered:
            values.insert(0, np.arange(start, stop, dtype=float))
        table[start:stop] = np.stack(values, axis=1)
        start = stop


def _inputs(network: Any, document: Document, inputs: InputList) -> None:
    group = network.create_group(f"inputList_{inputs.id}")
    population = document.made.populations[inputs.population].id
    _given(group, id=inputs.id, component=inputs.component, population=population)
    rows, names = inputs.rows, ["id", "target_cell_id", "segment_id", "fraction_along"]
    own = ("cell", "segment", "fraction", *(["weight"] if "weight" in rows else []))
    names += own[3:]
    values = [np.arange(len(rows), dtype=float), *(rows[name].astype(float) for name in own)]
    _table(group, inputs.id, names, len(rows))[:] = np.stack(values, axis=1)
