"""Where the segments of live cells are in space, and how current flows between them along the cell."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netspec.signals.links import Links
from netspec.signals.segments import Segments

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
Cells = Sequence[Mapping[str, Any]]
"""Of each cell, its sections (nrn.Section) by name."""


def ends(section: Any) -> Floats:
    """Both ends of each segment on the line through the section's 3-D points: (nseg, 2, 3) [um]."""
    line = along(section, np.linspace(0, 1, section.nseg + 1))
    return np.stack([line[:-1], line[1:]], axis=1)


def along(section: Any, places: Floats) -> Floats:
    """Points on the line through the section's 3-D points: (n, 3) [um]. places: from 0 to 1."""
    n = section.n3d()
    arcs = np.array([section.arc3d(i) for i in range(n)]) / section.L
    points = np.array([[section.x3d(i), section.y3d(i), section.z3d(i)] for i in range(n)])
    return np.stack([np.interp(places, arcs, column) for column in points.T], axis=1)


def segments(cells: Cells) -> Segments:
    """All segments of the cells, section by section. The sections have 3-D points."""
    owned = [(cell, name, section) for cell, parts in enumerate(cells) for name, section in parts.items()]
    sizes = np.array([section.nseg for _, _, section in owned], np.int64)
    places = np.concatenate([np.empty((0, 2, 3)), *(ends(section) for _, _, section in owned)])
    diameters = [segment.diam for _, _, section in owned for segment in section]
    return Segments(
        cell=np.repeat(np.array([cell for cell, _, _ in owned], np.int64), sizes),
        section=np.repeat(np.array([name for _, name, _ in owned], np.str_), sizes),
        start=places[:, 0],
        end=places[:, 1],
        diameter=np.array(diameters, float),
    )


@dataclass(frozen=True, eq=False)
class Wiring:
    """The nodes at which NEURON computes potentials, and the resistances between them.

    The nodes of a cell lie in a row: its segments in the order of `Segments`, then the ends of its sections.
    index: (nodes,) NEURON's node index. like: (nodes,) the segment where a node is, or which it is next to.
    links: from first to second, (links,) rows of nodes. conductance: (links,) [uS]. sizes: (cells,) of nodes.
    """

    index: Indices
    like: Indices
    first: Indices
    second: Indices
    conductance: Floats
    sizes: Indices
    links: Links

    def node_matrix(self, matrix: Floats) -> Floats:
        """What a current at each node adds, from what it adds at segments: (channels, nodes).

        Where sections end there is no membrane, but synapses and clamps may be.
        """
        return matrix[:, self.like]

    def axial(self, matrix: Floats) -> Floats:
        """What the potentials of nodes [mV] add to channels: (channels, nodes) for (channels, nodes) [../nA].

        The current out through the membrane is what flows in along the cell, (v_other - v) / resistance.
        """
        return self.along(matrix[:, self.second] - matrix[:, self.first])

    def along(self, matrix: Floats) -> Floats:
        """What the potentials of nodes add: (channels, nodes), if currents along links add (channels, links).

        The current along a link is (v_first - v_second) * conductance.
        """
        through = self.conductance * matrix
        found = np.zeros((len(matrix), len(self.index)))
        np.add.at(found.T, self.first, through.T)
        np.subtract.at(found.T, self.second, through.T)
        return found


def wiring(cells: Cells) -> Wiring:
    """How the nodes of cells are connected, as NEURON has them since its last initialisation."""
    index: list[int] = []
    like: list[int] = []
    sizes, segments_before = [], 0
    ways = [[_way(name, section) for name, section in parts.items()] for parts in cells]
    for of_cell in ways:
        inner = [node for way in of_cell for node in way.inner]
        ends: list[tuple[int, int]] = []
        first = segments_before
        for way in of_cell:
            ends += way.ends(first)
            first += len(way.inner)
        index += [*inner, *(node for node, _ in ends)]
        like += [*range(segments_before, first), *(row for _, row in ends)]
        sizes.append(len(inner) + len(ends))
        segments_before = first
    nodes = np.array(index, np.int64)
    row = np.full(nodes.max(initial=-1) + 1, -1, np.int64)
    row[nodes] = np.arange(len(nodes))
    pairs = [pair for of_cell in ways for way in of_cell for pair in pairwise(way.nodes)]
    resistances = [r for of_cell in ways for way in of_cell for r in way.resistances]
    first_ends, second_ends = row[np.array(pairs, np.int64).reshape(-1, 2)].T
    numbers = np.array(like, np.int64), first_ends, second_ends, 1 / np.array(resistances, float)
    return Wiring(nodes, *numbers, np.array(sizes, np.int64), _links(ways))


@dataclass(frozen=True, eq=False)
class _Way:
    """A section from its parent's node to its far end: node indices, and resistances between them [Mohm].

    places: of the nodes along the section [um]. backwards: whether end 1 is at the parent.
    """

    name: str
    nodes: list[int]
    resistances: list[float]
    places: list[float]
    backwards: bool
    is_root: bool

    @property
    def inner(self) -> list[int]:
        """The nodes of the segments, from end 0 to end 1."""
        return self.nodes[-2:0:-1] if self.backwards else self.nodes[1:-1]

    def ends(self, first: int) -> list[tuple[int, int]]:
        """The nodes at ends that no other section has, with the segment beside. first: of the section's."""
        near, far = first, first + len(self.inner) - 1
        if self.backwards:
            near, far = far, near
        return [(self.nodes[-1], far), *([(self.nodes[0], near)] if self.is_root else [])]


def _way(name: str, section: Any) -> _Way:
    passed, backwards = list(section.allseg()), bool(section.orientation())
    if backwards:
        passed.reverse()
    return _Way(
        name,
        [int(segment.node_index()) for segment in passed],
        [segment.ri() for segment in passed[1:]],
        [segment.x * section.L for segment in passed],
        backwards,
        section.parentseg() is None,
    )


def _links(ways: Sequence[Sequence[_Way]]) -> Links:
    flat = [(cell, way) for cell, of_cell in enumerate(ways) for way in of_cell]
    counts = [len(way.resistances) for _, way in flat]
    reaches = [np.diff(way.places) for _, way in flat]
    return Links(
        np.repeat(np.array([cell for cell, _ in flat], np.int64), counts),
        np.repeat(np.array([way.name for _, way in flat], np.str_), counts),
        np.concatenate([np.empty(0), *reaches]),
    )
