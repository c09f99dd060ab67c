"""The segments of a NeuroML cell -> sections, and where each segment is in them.

Groups with the neuroLexId of an unbranched section are sections. Of other segments those in a row, without a
branch and with the same groups, are one section with as many segments of NEURON's.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from math import dist
from typing import Any

from netspec.lems.check_cells import ALL
from netspec.lems.findings import Findings
from netspec.lems.model import Component

SECTION = "sao864921383"
"""neuroLexId of a group of segments in a row."""
AXES = ("x", "y", "z", "diameter")
Point = tuple[float, float, float, float]


@dataclass(frozen=True, eq=False)
class Piece:
    """A segment. start, stop: its ends (x, y, z, diameter) [um]."""

    component: Component
    start: Point
    stop: Point
    parent: "Piece | None"
    fraction: float

    @property
    def id(self) -> str:
        """That of the segment."""
        return self.component.id

    @property
    def length(self) -> float:
        """Length [um]; of a sphere its diameter, as it is a cylinder of the same area."""
        return dist(self.start[:3], self.stop[:3]) or self.stop[3]

    @property
    def is_sphere(self) -> bool:
        """Whether both ends are one place."""
        return self.start[:3] == self.stop[:3]


@dataclass(frozen=True, eq=False)
class Run:
    """Segments in a row, which are a section."""

    name: str
    pieces: tuple[Piece, ...]
    nseg: int

    @cached_property
    def length(self) -> float:
        """Length [um]."""
        return sum(piece.length for piece in self.pieces)

    @cached_property
    def starts(self) -> dict[str, float]:
        """By segment, how far from the section's beginning it starts [um]."""
        found, at = {}, 0.0
        for piece in self.pieces:
            found[piece.id] = at
            at += piece.length
        return found

    def location(self, piece: Piece, fraction: float) -> float:
        """Place of a point of a segment, as a share of the section."""
        if len(self.pieces) == 1:
            return fraction
        return min(1.0, (self.starts[piece.id] + fraction * piece.length) / self.length)

    def piece_at(self, location: float) -> tuple[Piece, float]:
        """The segment at a place in the section, and how far along it [um] that is."""
        at = location * self.length
        piece = next((p for p in reversed(self.pieces) if self.starts[p.id] <= at), self.pieces[0])
        return piece, at - self.starts[piece.id]

    @property
    def centres(self) -> list[float]:
        """Middles of NEURON's segments."""
        return [(k + 0.5) / self.nseg for k in range(self.nseg)]


@dataclass(frozen=True, eq=False)
class Morphology:
    """pieces: by id, parents first. groups: their segments. runs: the sections, parents first."""

    component: Component
    pieces: dict[str, Piece]
    groups: dict[str, frozenset[str]]
    runs: tuple[Run, ...] = field(default=())

    @cached_property
    def run_of(self) -> dict[str, Run]:
        """The section of each segment."""
        return {piece.id: run for run in self.runs for piece in run.pieces}

    @cached_property
    def root(self) -> Piece:
        """The segment without a parent."""
        return next(iter(self.pieces.values()))

    def place(self, segment: str | None, fraction: float) -> tuple[str, float]:
        """Section and location of a point of a segment; None: the root."""
        piece = self.pieces[segment] if segment is not None else self.root
        run = self.run_of[piece.id]
        return run.name, run.location(piece, fraction)

    @cached_property
    def distance(self) -> dict[str, float]:
        """Path length from the root to the beginning of each segment [um]."""
        found: dict[str, float] = {}
        for piece in self.pieces.values():
            above = piece.parent
            found[piece.id] = found[above.id] + piece.fraction * above.length if above else 0.0
        return found


def read(component: Component, findings: Findings) -> Morphology:
    """The sections of a <morphology> without mistakes."""
    pieces = _pieces(component)
    groups = _groups(component, pieces)
    morphology = Morphology(component, pieces, groups)
    return Morphology(component, pieces, groups, _runs(morphology, findings))


def _pieces(morphology: Component) -> dict[str, Piece]:
    """Segments by id, parents before their children."""
    components = {s.id: s for s in morphology.all("segment")}
    parents = {name: next(iter(s.all("parent")), None) for name, s in components.items()}
    children: dict[str | None, list[str]] = {}
    for name, parent in parents.items():
        children.setdefault(parent.get("segment") if parent else None, []).append(name)
    made: dict[str, Piece] = {}
    todo = children.get(None, [])[::-1]
    while todo:
        name = todo.pop()
        parent = parents[name]
        above = made[str(parent.get("segment"))] if parent else None
        fraction = float(parent.get("fractionAlong") or 1) if parent else 1.0
        own = [_point(end) for end in components[name].all("proximal")]
        start = own[0] if own else _between(above, fraction)
        stop = _point(components[name].all("distal")[0])
        made[name] = Piece(components[name], start, stop, above, fraction)
        todo += children.get(name, [])[::-1]
    return made


def _point(end: Component) -> Point:
    x, y, z, diameter = (end.values.get(axis, 0.0) for axis in AXES)
    return x, y, z, diameter


def _between(piece: Piece | None, fraction: float) -> Point:
    if piece is None or fraction == 1.0:
        return piece.stop if piece else (0.0, 0.0, 0.0, 0.0)
    x, y, z, d = (a + fraction * (b - a) for a, b in zip(piece.start, piece.stop, strict=True))
    return x, y, z, d


def _groups(morphology: Component, pieces: Mapping[str, Piece]) -> dict[str, frozenset[str]]:
    """The segments of each group, with those that it includes, and of paths and trees."""
    groups = {group.id: group for group in morphology.all("segmentGroup")}
    found: dict[str, frozenset[str]] = {}

    def members(name: str) -> frozenset[str]:
        if name not in found:
            inside: set[str] = set()
            for child in groups[name].children:
                match child.element.tag:
                    case "member":
                        inside.add(str(child.get("segment")))
                    case "include":
                        inside |= members(str(child.get("segmentGroup")))
                    case "path" | "subTree":
                        inside |= _stretch(child, pieces)
            found[name] = frozenset(inside)
        return found[name]

    for name in groups:
        members(name)
    everything = frozenset(pieces)
    return {**found, ALL: found.get(ALL, everything) or everything}


def _stretch(part: Component, pieces: Mapping[str, Piece]) -> set[str]:
    """Segments of a path or of a tree: below `from`, and above `to`."""
    ends = {child.element.tag: str(child.get("segment")) for child in part.children}
    found = set(pieces)
    if "to" in ends:
        found &= set(_line(pieces[ends["to"]]))
    if "from" in ends:
        first = ends["from"]
        found = {name for name in found if first in _line(pieces[name])}
    return found


def _line(piece: Piece | None) -> Iterable[str]:
    """A segment and all above it."""
    line = []
    while piece is not None:
        line.append(piece.id)
        piece = piece.parent
    return line


def _runs(morphology: Morphology, findings: Findings) -> tuple[Run, ...]:
    pieces = morphology.pieces
    taken: dict[str, str] = {}
    made: list[Run] = []
    for group in morphology.component.all("segmentGroup"):
        if group.element.get("neuroLexId") != SECTION:
            continue
        inside = tuple(p for p in pieces.values() if p.id in morphology.groups[group.id])
        for piece in inside:
            if piece.id in taken:
                other = taken[piece.id]
                findings.wrong(
                    group.place, f"segment {piece.id!r} is in two sections, {other!r} and {group.id!r}"
                )
            taken[piece.id] = group.id
        if inside and _in_a_row(group, inside, findings):
            made.append(Run(group.id, inside, _divisions(group)))
    free = [piece for piece in pieces.values() if piece.id not in taken]
    names = {*taken.values(), *(g.id for g in morphology.component.all("segmentGroup"))}
    made += _merged(morphology, free, names)
    order = {name: k for k, name in enumerate(pieces)}
    return tuple(sorted(made, key=lambda run: order[run.pieces[0].id]))


def _in_a_row(group: Component, pieces: tuple[Piece, ...], findings: Findings) -> bool:
    for before, piece in zip(pieces, pieces[1:], strict=False):
        if piece.parent is not before or piece.fraction != 1.0:
            message = f"segment {piece.id!r} does not follow at the end of {before.id!r}"
            findings.wrong(group.place, f"section {group.id!r} is not unbranched: {message}")
            return False
    return True


def _divisions(group: Component) -> int:
    """The number of NEURON's segments that a group asks for."""
    for item in group.children:
        if item.element.tag == "property" and item.get("tag") == "numberInternalDivisions":
            return max(1, int(float(item.get("value") or 1)))
    return 1


def _merged(morphology: Morphology, free: list[Piece], names: set[str]) -> list[Run]:
    """Segments that are in no section, those in a row together."""
    inside = {piece.id: piece for piece in free}
    children: dict[str, list[Piece]] = {}
    for piece in morphology.pieces.values():
        if piece.parent is not None:
            children.setdefault(piece.parent.id, []).append(piece)
    groups = {
        name: frozenset(g for g, members in morphology.groups.items() if name in members) for name in inside
    }

    def follows(piece: Piece) -> bool:
        above = piece.parent
        return (
            above is not None
            and above.id in inside
            and piece.fraction == 1.0
            and len(children[above.id]) == 1
            and groups[above.id] == groups[piece.id]
            and piece.start == above.stop
            and not above.is_sphere
            and not piece.is_sphere
        )

    rows: dict[str, list[Piece]] = {}
    first: dict[str, str] = {}
    for piece in free:
        head = first[piece.parent.id] if piece.parent is not None and follows(piece) else piece.id
        first[piece.id] = head
        rows.setdefault(head, []).append(piece)
    made = []
    for row in rows.values():
        name = _name(row[0], names)
        names.add(name)
        made.append(Run(name, tuple(row), len(row)))
    return made


def _name(piece: Piece, taken: set[str]) -> str:
    """A name of a section, for one that starts with a segment."""
    wanted = piece.component.get("name") or f"segment{piece.id}"
    return wanted if wanted not in taken else f"{wanted}_{piece.id}"


def sections(morphology: Morphology, findings: Findings) -> dict[str, dict[str, Any]]:
    """Secs of a cell rule, with geometry and topology."""
    made: dict[str, dict[str, Any]] = {}
    for run in morphology.runs:
        geometry = _shape(run, len(morphology.runs) == 1, findings)
        if run.nseg > 1:
            geometry["nseg"] = run.nseg
        section: dict[str, Any] = {"geom": geometry, "mechs": {}}
        first = run.pieces[0]
        if first.parent is not None:
            name, location = morphology.place(first.parent.id, first.fraction)
            section["topol"] = {"parentSec": name, "parentX": location, "childX": 0.0}
        made[run.name] = section
    return made


def _shape(run: Run, alone: bool, findings: Findings) -> dict[str, Any]:
    """Points of a section, or L and diam [um] of the cylinder that a sphere is."""
    first = run.pieces[0]
    if first.is_sphere and len(run.pieces) == 1:
        x, y, z, diameter = first.stop
        if first.start[3] != diameter:
            findings.wrong(first.component.place, "a sphere with two diameters: not supported yet")
        if alone:
            return {"L": diameter, "diam": diameter}
        return {"pt3d": [[x, y, z, diameter], [x, y + diameter, z, diameter]]}
    for piece in run.pieces:
        if piece.is_sphere:
            message = f"a sphere in section {run.name!r} with other segments: not supported yet"
            findings.wrong(piece.component.place, message)
    return {"pt3d": [list(first.start), *(list(piece.stop) for piece in run.pieces)]}


def lists(morphology: Morphology) -> dict[str, list[str]]:
    """secLists: for each group that is no section itself, the sections that are in it as a whole."""
    names = {run.name for run in morphology.runs}
    found = {}
    for group, members in morphology.groups.items():
        inside = [run.name for run in morphology.runs if all(p.id in members for p in run.pieces)]
        if group not in names and inside:
            found[group] = inside
    return found
