"""Where the segments of live cells are in space, and how current flows between them along the cell."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netspec.signals.segments import Segments

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
Cells = Sequence[Mapping[str, Any]]
"""Of each cell, its sections (nrn.Section) by name."""


def ends(section: Any) -> Floats:
    """Both ends of each segment on the line through the section's 3-D points: (nseg, 2, 3) [um]."""
    n = section.n3d()
    arcs = np.array([section.arc3d(i) for i in range(n)]) / section.L
    points = np.array([[section.x3d(i), section.y3d(i), section.z3d(i)] for i in range(n)])
    borders = np.linspace(0, 1, section.nseg + 1)
    line = np.stack([np.interp(borders, arcs, column) for column in points.T], axis=1)
    return np.stack([line[:-1], line[1:]], axis=1)


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
    first, second: (links,) rows of nodes. conductance: (links,) [uS]. sizes: (cells,) number of nodes.
    """

    index: Indices
    like: Indices
    first: Indices
    second: Indices
    conductance: Floats
    sizes: Indices

    def node_matrix(self, matrix: Floats) -> Floats:
        """What a current at each node adds, from what it adds at segments: (channels, nodes).

        Where sections end there is no membrane, but synapses and clamps may be.
        """
        return matrix[:, self.like]

    def axial(self, matrix: Floats) -> Floats:
        """What the potentials of nodes [mV] add to channels: (channels, nodes) for (channels, nodes) [../nA].

        The current out through the membrane is what flows in along the cell, (v_other - v) / resistance.
        """
        through = self.conductance * (matrix[:, self.first] - matrix[:, self.second])
        found = np.zeros_like(matrix)
        np.add.at(found.T, self.second, through.T)
        np.subtract.at(found.T, self.first, through.T)
        return found


def wiring(cells: Cells) -> Wiring:
    """How the nodes of cells are connected, as NEURON has them since its last initialisation."""
    index: list[int] = []
    like: list[int] = []
    links: list[tuple[int, int, float]] = []
    sizes, rows = [], 0
    for parts in cells:
        ways = [_way(section) for section in parts.values()]
        ended: list[tuple[int, int]] = []
        inner: list[int] = []
        for (nodes, resistances), section in zip(ways, parts.values(), strict=True):
            first = rows + len(inner)
            middle = nodes[1:-1] if not section.orientation() else nodes[-2:0:-1]
            inner += middle
            near, far = first, first + len(middle) - 1
            if section.orientation():
                near, far = far, near
            ended.append((nodes[-1], far))
            if section.parentseg() is None:
                ended.append((nodes[0], near))
            links += [(*pair, one) for pair, one in zip(pairwise(nodes), resistances, strict=True)]
        index += [*inner, *(node for node, _ in ended)]
        like += [*range(rows, rows + len(inner)), *(row for _, row in ended)]
        sizes.append(len(inner) + len(ended))
        rows += len(inner)
    return _table(index, like, links, sizes)


def _way(section: Any) -> tuple[list[int], list[float]]:
    """The node indices of a section from its parent's node to its far end, and resistances between [Mohm]."""
    passed = list(section.allseg())
    if section.orientation():
        passed.reverse()
    return [int(s.node_index()) for s in passed], [s.ri() for s in passed[1:]]


def _table(
    index: Iterable[int], like: Iterable[int], links: Iterable[tuple[int, int, float]], sizes: Iterable[int]
) -> Wiring:
    nodes = np.array(list(index), np.int64)
    row = np.full(nodes.max(initial=-1) + 1, -1, np.int64)
    row[nodes] = np.arange(len(nodes))
    table = np.array(list(links), float).reshape(-1, 3)
    first, second = (row[table[:, k].astype(np.int64)] for k in (0, 1))
    sized = np.array(list(sizes), np.int64)
    return Wiring(nodes, np.array(list(like), np.int64), first, second, 1 / table[:, 2], sized)
