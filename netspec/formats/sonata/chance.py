"""Synapses whose places are left to chance: the same ones that bmtk 1.2.0 draws.

Each target cell has one stream, numpy's RandomState of its gid, along which all its edges without a section
draw: those between nodes first, population by population, then those of virtual nodes in the order of inputs.
"""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netspec.errors import FileError
from netspec.formats.sonata.limits import is_number
from netspec.plan.cells import Template
from netspec.plan.segments import Shapes, centres, path_distance

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
KINDS = {
    "somatic": "soma", "soma": "soma", "basal": "dend", "dend": "dend",
    "apical": "apic", "apic": "apic", "axonal": "axon", "axon": "axon",
}  # fmt: skip
"""Word of target_sections -> how names of such sections begin."""


@dataclass(frozen=True)
class Segments:
    """The segments of cells of a template, in order. section: code; location: of the middle.

    away: from the start of the soma, and length [um]. kinds: how names of their sections begin.
    """

    section: Ints
    location: Floats
    away: Floats
    length: Floats
    kinds: NDArray[Any]

    def candidates(self, sections: tuple[str, ...], span: tuple[float, float]) -> tuple[Ints, Floats]:
        """Which segments are in question, and the sums of their probabilities up to each."""
        start, stop = self.away - self.length / 2, self.away + self.length / 2
        share = np.maximum(0, np.minimum(stop, span[1]) - np.maximum(start, span[0])) / self.length
        found = np.flatnonzero((share > 0) & np.isin(self.kinds, sections))
        weight = self.length[found] * share[found]
        sums = np.cumsum(weight / weight.sum())
        return found, sums / sums[-1] if len(sums) else sums


def segments(template: Template, shapes: Shapes, codes: Mapping[str, int]) -> Segments:
    """The segments of a template's cells, all of one shape. codes: of sections."""
    soma = next(name for name in template.sections if name.startswith("soma"))
    parts = [(name, x) for name, shape in shapes.items() for x in centres(shape.nseg).tolist()]
    lengths = [float(shapes[name].length[0]) / shapes[name].nseg for name, _ in parts]
    away = [float(path_distance(shapes, soma, name, x, start=0.0)[0]) for name, x in parts]
    return Segments(
        np.array([codes[name] for name, _ in parts], np.int64),
        np.array([x for _, x in parts]),
        np.array(away),
        np.array(lengths),
        np.array([name[:4] for name, _ in parts]),
    )


def of_sections(secs: Mapping[str, Mapping[str, Any]]) -> Segments:
    """The segments of a cell rule's sections. section: their place among them."""
    starts: dict[str, float] = {}

    def start(name: str) -> float:
        if name not in starts:
            topology = secs[name].get("topol") or {}
            parent = str(topology.get("parentSec"))
            place = float(topology.get("parentX", 1.0))
            starts[name] = start(parent) + place * length(secs[parent]) if parent in secs else 0.0
        return starts[name]

    rows = [
        (code, x, start(name) + x * length(section), length(section) / len(middles), name[:4])
        for code, (name, section) in enumerate(secs.items())
        for middles in [centres(int(section["geom"].get("nseg", 1))).tolist()]
        for x in middles
    ]
    code, location, away, long, kinds = (np.array(column) for column in zip(*rows, strict=True))
    return Segments(code, location, away, long, kinds)


def length(section: Mapping[str, Any]) -> float:
    """Of a section of a cell rule [um]."""
    geom = section["geom"]
    if "L" in geom:
        return float(geom["L"])
    points = np.array(geom["pt3d"], float)[:, :3]
    return float(np.linalg.norm(np.diff(points, axis=0), axis=1).sum())


@dataclass(frozen=True)
class Wish:
    """Where edges of a type may end. sections: how names begin. span: distance from the soma [um]."""

    sections: tuple[str, ...]
    span: tuple[float, float]


def wish(attributes: Mapping[str, Any], where: str) -> Wish:
    """What a type of edges says. FileError for words that are none."""
    named = _literal(attributes.get("target_sections"), f"{where}: target_sections")
    if named is None:
        raise FileError(f"{where}: target_sections is missing, and its edges name no section")
    words = list(named) if isinstance(named, list | tuple) else [named]
    unknown = [word for word in words if not isinstance(word, str) or word not in KINDS]
    if unknown:
        raise FileError(f"{where}: target_sections: {unknown[0]!r} is none of {', '.join(KINDS)}")
    span = _literal(attributes.get("distance_range"), f"{where}: distance_range")
    limits = (0.0, 1e20) if span is None else (0.0, span) if isinstance(span, int | float) else span
    if not isinstance(limits, list | tuple) or len(limits) != 2 or not all(map(is_number, limits)):
        raise FileError(f"{where}: distance_range: expected [from, to], got {span!r}")
    start, stop = limits
    return Wish(tuple(KINDS[word] for word in words), (float(start), float(stop)))


def _literal(value: Any, where: str) -> Any:
    if not isinstance(value, str) or not value.startswith(("[", "(", "'", '"')):
        return value
    try:
        return ast.literal_eval(value)
    except (ValueError, SyntaxError) as error:
        raise FileError(f"{where}: {value!r} is no list") from error


class Draws:
    """The numbers of target cells. seeds: of each node (bmtk's gid). before: how many are drawn already."""

    def __init__(self, seeds: Mapping[int, int], before: Mapping[int, int]):
        self._seeds, self._before = seeds, before
        self._states: dict[int, np.random.RandomState] = {}

    def take(self, node: int, count: int) -> Floats:
        """The next numbers of a node."""
        if node not in self._states:
            self._states[node] = np.random.RandomState(self._seeds[node])
            self._states[node].random_sample(self._before.get(node, 0))
        return np.asarray(self._states[node].random_sample(count), float)


def rows_of(counts: Ints) -> Iterator[tuple[int, slice]]:
    """Which rows each edge's synapses become: (edge, slice)."""
    ends = np.cumsum(counts)
    for edge, (start, stop) in enumerate(zip((ends - counts).tolist(), ends.tolist(), strict=True)):
        yield edge, slice(start, stop)
