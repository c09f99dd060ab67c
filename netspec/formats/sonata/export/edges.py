"""Files of edges: sorted by target, with both indices under both of their names."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from netspec.formats.sonata.export.layout import Layout, unique
from netspec.formats.sonata.export.synapses import EXP2SYN, SynapseType
from netspec.formats.sonata.export.tables import header, write_types
from netspec.formats.sonata.export.templates import ordered
from netspec.plan import Plan
from netspec.tables import Table

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class EdgeFile:
    """A population of edges. mod: of its synapses, '' where targets are artificial cells."""

    name: str
    source: str
    target: str
    mod: str
    data: str
    types: str


@dataclass(frozen=True)
class _Rows:
    """Contacts of one table, and their sources: ids of nodes in `nodes`, one of the numbers in `source`."""

    table: Table
    post: NDArray[Any]
    source: NDArray[Any]
    names: Sequence[str]
    ids: NDArray[Any]
    types: NDArray[Any]
    sizes: Sequence[int]


def write(
    plan: Plan,
    places: Layout,
    known: tuple[list[SynapseType], Ints, list[Ints]],
    folder: Path,
    both: bool,
) -> list[EdgeFile]:
    """Write all edges below the folder. known: what `synapses.types` says. both: with BlueBrain's columns."""
    synapses, of_connections, of_stimuli = known
    mods = [each.mod for each in synapses]
    section_ids = _section_ids(plan, places)
    taken: set[str] = set()
    made = []
    for rows in _tables(plan, places, of_connections, of_stimuli):
        positions = plan.cells.positions(rows.post)
        target = places.of_cell["population"].astype(np.int32)[positions]
        mod = np.array([*(sorted(set(mods)).index(mod) for mod in mods), -1], np.int32)[rows.types]
        key = (rows.source.astype(np.int64) * len(places.populations) + target) * (len(mods) + 1) + mod + 1
        for number in np.unique(key).tolist():
            some = np.flatnonzero(key == number)
            kind = sorted(set(mods))[mod[some[0]]] if mod[some[0]] >= 0 else ""
            onto = places.populations[target[some[0]]]
            source = int(rows.source[some[0]])
            name = f"{rows.names[source]}_to_{onto.name}" + (
                f"_{kind}" if kind not in ("", "Exp2Syn") else ""
            )
            name = unique(name, taken)
            files = EdgeFile(
                name, rows.names[source], onto.name, kind, f"{name}_edges.h5", f"{name}_edge_types.csv"
            )
            at = positions[some]
            ids = places.of_cell["node"][at]
            order = np.argsort(ids, kind="stable")
            some, at, ids = some[order], at[order], ids[order]
            columns = _columns(rows, some, at, section_ids, plan, synapses, both, kind)
            present, types = _numbered(rows.types[some])
            sizes = rows.sizes[source], int(onto.ids.max(initial=-1)) + 1
            _write(folder / files.data, files, rows.ids[some], ids, types, sizes, columns, both)
            write_types(folder / files.types, "edge_type_id", _types(present, synapses, files))
            made.append(files)
    return made


def _tables(plan: Plan, places: Layout, of_connections: Ints, of_stimuli: list[Ints]) -> Iterator[_Rows]:
    """Connections between cells, then those of each stimulus."""
    rows = plan.connections
    if len(rows):
        at = plan.cells.positions(rows["pre"])
        names = [nodes.name for nodes in places.populations]
        sizes = [int(nodes.ids.max(initial=-1)) + 1 for nodes in places.populations]
        source, ids = places.of_cell["population"].astype(np.int32)[at], places.of_cell["node"][at]
        yield _Rows(rows, rows["post"], source, names, ids, of_connections, sizes)
    for stimulus, types in zip(places.stimuli, (t for t in of_stimuli if len(t)), strict=True):
        count = len(stimulus.block.rows)
        zeros = np.zeros(count, np.int32)
        own = stimulus.block.rows
        yield _Rows(own, own["gid"], zeros, [stimulus.nodes.name], np.arange(count), types, [count])


def _section_ids(plan: Plan, places: Layout) -> NDArray[np.int32]:
    """Id of each section (column) in cells of each template (row)."""
    found = np.zeros((len(plan.templates) + 1, len(plan.model.sections) + 1), np.int32)
    for code, template in enumerate(plan.templates):
        for number, name in enumerate(ordered(template)):
            found[code, plan.model.sections.code(name)] = number
    return found


def _columns(
    rows: _Rows,
    some: Ints,
    at: Ints,
    section_ids: NDArray[np.int32],
    plan: Plan,
    synapses: list[SynapseType],
    both: bool,
    kind: str,
) -> Iterator[tuple[str, NDArray[Any]]]:
    """The attributes of edges, one column after the other, so that few are in memory at once."""
    yield "syn_weight", rows.table["weight"][some].astype(float)
    yield "delay", rows.table["delay"][some].astype(float)
    template = plan.cells.table["template"][at]
    sections = section_ids[template, rows.table["section"][some]]
    yield "afferent_section_id", sections.astype(np.uint32)
    yield "afferent_section_pos", rows.table["location"][some].astype(float)
    if both and kind == "Exp2Syn":
        for name, parameter in (("tau1", "tau1"), ("tau2", "tau2"), ("erev", "e")):
            values = [{**EXP2SYN, **synapse.parameters}.get(parameter, 0.0) for synapse in synapses]
            yield name, np.array(values, float)[rows.types[some]]


def _numbered(types: NDArray[Any]) -> tuple[Ints, Ints]:
    """The types of some edges in order of first appearance, and for each edge which of those it has."""
    present, first, which = np.unique(types, return_index=True, return_inverse=True)
    order = np.argsort(first)
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    return present[order], rank[which]


def _types(present: Ints, synapses: list[SynapseType], files: EdgeFile) -> Iterator[Mapping[str, Any]]:
    for own, number in enumerate(present.tolist()):
        queries = {"target_query": "*", "source_query": "*"}
        if number < 0:
            yield {"edge_type_id": own, **queries, "model_template": None, "dynamics_params": None}
            continue
        synapse = synapses[number]
        yield {
            "edge_type_id": own,
            **queries,
            "model_template": synapse.model_template,
            "dynamics_params": f"{synapse.name}.json",
        }


def _write(
    path: Path,
    files: EdgeFile,
    source: NDArray[Any],
    target: NDArray[Any],
    types: NDArray[Any],
    sizes: tuple[int, int],
    columns: Iterator[tuple[str, NDArray[Any]]],
    both: bool,
) -> None:
    """One population of edges. source, target: ids of nodes, target ascending. sizes: greatest ids + 1.

    both: weights have BlueBrain's name too; its tools take them in uS.
    """
    count = len(source)
    with h5py.File(path, "w") as file:
        header(file)
        item = file.create_group(f"edges/{files.name}")
        for end, ids, nodes in (("source", source, files.source), ("target", target, files.target)):
            data = item.create_dataset(f"{end}_node_id", data=ids.astype(np.uint64))
            data.attrs["node_population"] = nodes
        item.create_dataset("edge_type_id", data=types.astype(np.int64))
        item.create_dataset("edge_group_id", data=np.zeros(count, np.uint32))
        item.create_dataset("edge_group_index", data=np.arange(count, dtype=np.uint64))
        group = item.create_group("0")
        for name, values in columns:
            group.create_dataset(name, data=values)
        if both:
            group["conductance"] = group["syn_weight"]
        _index(item.create_group("indices/target_to_source"), target, sizes[1])
        _index(item.create_group("indices/source_to_target"), source, sizes[0])


def _index(group: Any, ids: NDArray[Any], size: int) -> None:
    """Node -> spans of ranges -> spans of edges; nodes without edges have the empty span (0, 0)."""
    begins = np.flatnonzero(np.diff(ids, prepend=-1)) if len(ids) else np.empty(0, np.int64)
    owner = ids[begins].astype(np.int64)
    order = np.argsort(owner, kind="stable")
    spans = np.empty((len(begins), 2), np.uint64)
    spans[:, 0] = begins[order]
    spans[:, 1] = np.append(begins[1:], len(ids))[order]
    counts = np.bincount(owner, minlength=size)
    ends = np.cumsum(counts)
    of_node = np.stack([ends - counts, ends], axis=1).astype(np.uint64)
    of_node[counts == 0] = 0
    data = group.create_dataset("node_id_to_ranges", data=of_node)
    group["node_id_to_range"] = data
    group.create_dataset("range_to_edge_id", data=spans)
