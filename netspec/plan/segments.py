"""Geometry of cells without a simulator: lengths, distances along the tree and in space, as in NEURON."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

DEFAULT_LENGTH = 100.0
"""Length of a section that nobody set [um]: NEURON's."""


@dataclass(frozen=True, eq=False)
class Shape:
    """One section of n cells of a template. Leading axis n, or 1 where all cells are alike.

    length: (n,) [um]. points: (n, points, 3) [um], as NEURON rounds them, or None.
    arcs: (n, points) [um] along the points.
    """

    parent: str | None = None
    parent_x: float = 1.0
    child_x: float = 0.0
    nseg: int = 1
    length: Floats = field(default_factory=lambda: np.array([DEFAULT_LENGTH]))
    points: Floats | None = None
    arcs: Floats | None = None

    def with_points(self, points: Any, shift: Floats) -> "Shape":
        """The section drawn by 3-D points of x, y, z, diam [um].

        points: (points, 4), or (n, points, 4) if each cell has its own; shift: (n, 3) [um].
        """
        coordinates = np.asarray(points, float)
        if coordinates.ndim != 3:
            coordinates = coordinates.reshape(-1, 4)
        coordinates = coordinates[..., :3]
        # NEURON stores points in single precision, takes differences there and adds arcs in double.
        single = (shift[:, None, :] + coordinates).astype(np.float32)
        steps = np.diff(single, axis=1).astype(float)
        x, y, z = steps[..., 0], steps[..., 1], steps[..., 2]
        arcs = np.zeros(single.shape[:2])
        arcs[:, 1:] = np.cumsum(np.sqrt(x * x + y * y + z * z), axis=1)
        return replace(self, points=single.astype(float), arcs=arcs, length=arcs[:, -1])

    def take(self, rows: Any) -> "Shape":
        """The section of the given cells."""
        picked = {
            name: value[rows]
            for name, value in [("length", self.length), ("points", self.points), ("arcs", self.arcs)]
            if value is not None and len(value) > 1
        }
        return replace(self, **picked) if picked else self


Shapes = Mapping[str, Shape]


def connected(topol: Mapping[str, Any], shape: Shape) -> Shape:
    """The shape, connected to the parent that `topol` names."""
    return replace(
        shape,
        parent=topol["parentSec"],
        parent_x=float(topol.get("parentX", 1.0)),
        child_x=float(topol.get("childX", 0.0)),
    )


def drawn(shapes: Shapes, places: Floats) -> Shapes:
    """Cells as NEURON's define_shape leaves them, with x, y, z at places: (n, 3) [um], as NetPyNE puts them.

    Sections without 3-D points are drawn, upright; those with points are moved to where their parents are.
    """
    raw: dict[str, Floats] = {}
    while len(raw) < len(shapes):
        ready = [name for name, shape in shapes.items() if name not in raw and shape.parent in (None, *raw)]
        if not ready:
            return shapes
        for name in ready:
            raw[name] = _line(shapes, name, raw) if shapes[name].points is None else _moved(shapes, name, raw)
    found = {}
    for name, shape in shapes.items():
        if shape.points is not None:
            found[name] = replace(shape, points=raw[name])
            continue
        share = np.array([0.0, *centres(shape.nseg), 1.0])[:, None]
        first, last = raw[name][:, None, 0], raw[name][:, None, -1]
        along = (first * (1 - share) + last * share).astype(np.float32).astype(float)
        upright = np.stack([along[..., 1], along[..., 0], *[np.zeros(along.shape[:2])] * 2], axis=-1)
        found[name] = shape.with_points(upright, places)
    return found


def _start(shapes: Shapes, name: str, raw: Mapping[str, Floats]) -> Floats:
    """Where a section begins: on the straight line between the ends of its parent, (n, 3) [um]."""
    shape = shapes[name]
    if shape.parent is None:
        return np.zeros((1, 3))
    first, last = raw[shape.parent][:, 0], raw[shape.parent][:, -1]
    arc = shape.parent_x if shapes[shape.parent].child_x == 0.0 else 1 - shape.parent_x
    return np.asarray((last * arc + first * (1 - arc)).astype(np.float32), float)


def _moved(shapes: Shapes, name: str, raw: Mapping[str, Floats]) -> Floats:
    """The points of a section, moved with the first of them to where it begins: (n, points, 3) [um]."""
    points = np.asarray(shapes[name].points).astype(np.float32)
    if shapes[name].parent is None:
        return points.astype(float)
    step = _start(shapes, name, raw).astype(np.float32) - points[:, 0]
    return (points + step[:, None]).astype(float)


def _line(shapes: Shapes, name: str, raw: Mapping[str, Floats]) -> Floats:
    """First and last point that NEURON draws for a section: (n, 2, 3) [um], in its single precision."""
    shape, single = shapes[name], np.float32
    start = _start(shapes, name, raw)
    if shape.parent is None:
        ahead, twins = np.array([[1.0, 0.0]]), [name]
    else:
        arc = shape.parent_x if shapes[shape.parent].child_x == 0.0 else 1 - shape.parent_x
        ahead = (raw[shape.parent][:, -1] - raw[shape.parent][:, 0])[:, :2] * (-1 if arc < 0.5 else 1)
        twins = [
            other
            for other, each in shapes.items()
            if (each.parent, each.parent_x) == (shape.parent, shape.parent_x)
        ]
    angle = np.arctan2(ahead[:, 1], ahead[:, 0]).astype(single).astype(float)
    if 0 < shape.parent_x < 1 and shape.parent is not None:
        angle = (angle + np.pi / 2).astype(single).astype(float)
    if len(twins) > 1:
        # NEURON's first child is the one that was connected last.
        turn = (len(twins) - 1 - twins.index(name)) / (len(twins) - 1) * 0.8 - 0.4
        angle = (angle + turn).astype(single).astype(float)
    direction = np.stack([np.cos(angle), np.sin(angle), np.zeros(len(angle))], axis=-1)
    step = shape.length[:, None] * direction.astype(single).astype(float)
    end = (start + step).astype(single).astype(float)
    return np.stack(np.broadcast_arrays(start, end), axis=1)


def centres(nseg: int) -> Floats:
    """Location of the middle of each segment: (nseg,)."""
    return (np.arange(nseg) + 0.5) / nseg


def path_distance(shapes: Shapes, origin: str, section: str, location: Any, start: float = 0.5) -> Floats:
    """Distance along the tree from `start` on `origin` to the segment at `location`: (n,) or (1,) [um]."""
    here, there = _to_root(shapes, section, location), _to_root(shapes, origin, start)
    passed = {name for name, _ in there}
    common = next((name for name, _ in here if name in passed), None)
    if common is None:
        raise ValueError(f"section {section!r} is not connected to {origin!r}")
    total = np.zeros(1)
    ends = []
    for way in (here, there):
        for name, distance in way:
            if name == common:
                ends.append(distance)
                break
            total = total + distance
    return np.asarray(total + np.abs(ends[0] - ends[1]), float)


def euclidean_distance(
    shapes: Shapes, origin: str, section: str, location: Any, start: float = 0.5
) -> Floats:
    """Distance in space from `start` on `origin` to `location`: (n,) or (1,) [um].

    KeyError if a section has no 3-D points.
    """
    x0, y0, z0 = position(shapes, origin, np.array(start))
    x, y, z = position(shapes, section, np.asarray(location, float))
    return np.asarray(np.sqrt((x - x0) ** 2 + (y - y0) ** 2 + (z - z0) ** 2), float)


def _to_root(shapes: Shapes, section: str, location: Any) -> list[tuple[str, Floats]]:
    """Sections from here to the root, each with the distance from its parent's end to where one enters it."""
    way: list[tuple[str, Floats]] = []
    name: str | None = section
    while name is not None and len(way) <= len(shapes):
        shape = shapes[name]
        way.append((name, shape.length * _share(shape, np.asarray(location, float))))
        name, location = shape.parent, shape.parent_x
    return way


def _share(shape: Shape, location: Floats) -> Floats:
    """Where the node of a location is, as a share of the section: 0, 1 or the middle of a segment."""
    segment = np.minimum(np.floor(location * shape.nseg), shape.nseg - 1)
    backwards = shape.child_x == 1.0
    if backwards:
        segment, location = shape.nseg - segment - 1, 1.0 - location
    middle = (segment + 0.5) / shape.nseg
    return np.where(location <= 0, 0.0, np.where(location >= 1, 1.0, middle))


def position(shapes: Shapes, section: str, location: Floats) -> Sequence[Floats]:
    """x, y and z [um] of a location on the line through the section's 3-D points, each (n,).

    KeyError if the section has none.
    """
    shape = shapes[section]
    if shape.points is None or shape.arcs is None:
        raise KeyError(section)
    arc = location * shape.length
    n = max(len(shape.arcs), arc.size)
    arcs = np.broadcast_to(shape.arcs, (n, shape.arcs.shape[1]))
    points = np.broadcast_to(shape.points, (n, *shape.points.shape[1:]))
    arc = np.broadcast_to(arc, (n,))
    after = np.argmax(arcs >= arc[:, None], axis=1)
    before = np.maximum(after - 1, 0)
    rows = np.arange(n)
    exact = arcs[rows, after] == arc
    width = np.where(exact, 1.0, arcs[rows, after] - arcs[rows, before])
    share = np.where(exact, 0.0, (arc - arcs[rows, before]) / width)
    start = np.where(exact, after, before)
    first, last = points[rows, start], points[rows, after]
    moved = first + share[:, None] * (last - first)
    return moved[:, 0], moved[:, 1], moved[:, 2]
