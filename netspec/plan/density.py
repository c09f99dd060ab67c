"""Where a number of synapses go on a cell: evenly, by a map of densities, or at a distance."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netspec.errors import Problem, SpecError, did_you_mean
from netspec.model import Model
from netspec.plan.cells import Cells, Template
from netspec.plan.resolve import lengths_of, sections_of
from netspec.plan.segments import Shapes, centres, drawn, euclidean_distance, path_distance, position
from netspec.plan.values import make
from netspec.spec.subcellular import Density, SubcellularRule

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

BLOCK = 256
"""Cells whose 3-D points are held at once."""


@dataclass(frozen=True)
class Site:
    """Cells of one template that get synapses. positions: (cells,) in the cells table; counts: (cells,)."""

    model: Model
    cells: Cells
    template: Template
    rule: SubcellularRule
    positions: Ints
    counts: Ints

    @property
    def path(self) -> str:
        """Where the user wrote the rule."""
        return f"netParams.subConnParams[{self.rule.label!r}]"

    @property
    def density(self) -> Density:
        """The rule's density, which a checked rule has."""
        assert self.rule.density is not None
        return self.rule.density

    @property
    def sections(self) -> tuple[str, ...]:
        """Sections that the synapses may be on."""
        return sections_of(self.model, self.template, self.rule.sec, f"{self.path}.sec")

    def rows(self) -> tuple[Ints, Ints]:
        """Of each synapse, cell by cell: which cell, and which of its synapses: (counts.sum(),) each."""
        cell = np.repeat(np.arange(len(self.counts)), self.counts)
        return cell, np.arange(len(cell)) - (np.cumsum(self.counts) - self.counts)[cell]

    def shapes(self) -> Iterator[tuple[slice, Shapes]]:
        """The cells' geometry, a block of cells at a time."""
        for start in range(0, len(self.positions), BLOCK):
            block = slice(start, start + BLOCK)
            positions = self.positions[block]
            shapes = make(self.model, self.cells, self.template, positions, geometry=True).shapes
            if self.model.spec.network.define_cell_shapes:
                x, y, z = (self.cells.table[axis][positions] for axis in "xyz")
                shapes = drawn(shapes, np.stack([x, -y, z], axis=1))
            yield block, shapes


@dataclass(frozen=True)
class Places:
    """New places of all synapses, cell by cell. section: number in `names`, -1: stays; location: (n,)."""

    names: tuple[str, ...]
    section: Ints
    location: Floats


def places(site: Site) -> Places:
    """Where the rule puts the synapses."""
    return DENSITIES[site.density.type](site)


def uniform(site: Site) -> Places:
    """Equally far apart along the sections laid end to end; from each one's far end, as in NetPyNE."""
    sections = site.sections
    lengths = lengths_of(site.model, site.cells, site.template, sections, site.positions)
    kinds, kind = np.unique(np.atleast_2d(lengths), axis=0, return_inverse=True)
    kind = np.broadcast_to(kind.reshape(-1), site.counts.shape)
    cell, turn = site.rows()
    section, location = np.empty(len(cell), np.int64), np.empty(len(cell))
    order = np.argsort(kind[cell], kind="stable")
    parts = np.cumsum(np.bincount(kind[cell], minlength=len(kinds)))[:-1]
    for own, some in zip(kinds, np.split(order, parts), strict=True):
        ends = np.cumsum(own)
        gap = ends[-1] / site.counts[cell[some]]
        along = turn[some] * gap + gap / 2
        number = np.searchsorted(ends, along)
        section[some], location[some] = number, (ends[number] - along) / own[number]
    return Places(sections, section, location)


@dataclass(frozen=True)
class Segments:
    """Segments of some sections, in order. section: number in `names`; location: of the middle."""

    names: tuple[str, ...]
    section: Ints
    location: Floats

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        """Section and location of each."""
        for number, location in zip(self.section, self.location, strict=True):
            yield self.names[number], location


def segments(site: Site) -> Segments:
    """Those of the sections that the rule names."""
    names = tuple(dict.fromkeys(site.sections))
    middles = [centres(int(site.template.sections[name].geom.get("nseg", 1))) for name in names]
    numbers = np.repeat(np.arange(len(names)), [len(each) for each in middles])
    return Segments(names, numbers, np.concatenate(middles))


def mapped(site: Site) -> Places:
    """As many on each segment as its length and the density there ask for."""
    parts = segments(site)
    amounts = np.empty((len(site.counts), len(parts.section)))
    for block, shapes in site.shapes():
        try:
            amounts[block] = _amounts(site, parts, shapes)
        except KeyError as error:
            raise _no_points(site, error) from error
    numbers = np.maximum(apportion(amounts, parts.section, site.counts), 0)
    cell, turn = site.rows()
    made = numbers.sum(axis=1)
    segment = np.repeat(np.tile(np.arange(numbers.shape[1]), len(numbers)), numbers.reshape(-1))
    found = turn < made[cell]
    which = segment[(np.cumsum(made) - made)[cell[found]] + turn[found]]
    section, location = np.full(len(cell), -1), np.full(len(cell), np.nan)
    section[found], location[found] = parts.section[which], parts.location[which]
    return Places(parts.names, section, location)


def _no_points(site: Site, error: KeyError) -> SpecError:
    rules = ", ".join(map(repr, site.template.rules))
    message = f"needs pt3d, but section {error} of cells of {rules} has none."
    return SpecError([Problem(f"{site.path}.density", message)])


def _amounts(site: Site, parts: Segments, shapes: Shapes) -> Floats:
    """Synapses that the map asks for: (cells, segments). gridX is centred as NetPyNE does it."""
    density = site.density
    x0, y0, _ = position(shapes, site.template.origin, np.array(0.5))
    depths = np.asarray(density.grid_y, float)[None]
    if density.fixed_soma_y is not None:
        depths = depths + (y0 - density.fixed_soma_y)[:, None]
    values = np.asarray(density.grid_values, float)
    columns = []
    for name, location in parts:
        x, y, _ = position(shapes, name, location)
        if density.type == "2Dmap":
            across = np.asarray(density.grid_x, float) - x0[:, None]
            amount = _bilinear(values, across, depths, x, y)
        else:
            j, (y1, y2) = _around(depths, y)
            amount = (values[j[0]] * (y2 - y) + values[j[1]] * (y - y1)) / (y2 - y1)
        columns.append(amount * shapes[name].length / shapes[name].nseg)
    return np.stack(np.broadcast_arrays(*columns), axis=1)


def _bilinear(values: Floats, across: Floats, depths: Floats, x: Floats, y: Floats) -> Floats:
    i, (x1, x2) = _around(across, x)
    j, (y1, y2) = _around(depths, y)
    total = (
        values[i[0], j[0]] * (x2 - x) * (y2 - y)
        + values[i[1], j[0]] * (x - x1) * (y2 - y)
        + values[i[0], j[1]] * (x2 - x) * (y - y1)
        + values[i[1], j[1]] * (x - x1) * (y - y1)
    )
    return np.asarray(total / ((x2 - x1) * (y2 - y1)), float)


def _around(grid: Floats, value: Floats) -> tuple[Ints, Floats]:
    """The two nearest points of each cell's grid, in its order: numbers and values, (2, cells) each."""
    near = np.argsort(np.abs(grid - value[:, None]), axis=1, kind="stable")[:, :2]
    near.sort(axis=1)
    return near.T, np.take_along_axis(grid, near, axis=1).T


def apportion(amounts: Floats, section: Ints, counts: Ints) -> Ints:
    """Whole numbers in proportion to the amounts that add up to the counts, if rounding lets them.

    amounts: (cells, segments); section: (segments,); counts: (cells,). Rounded to the nearest; what is then
    missing goes to the segments that lost most. A sum above the count stays, and amounts may be negative.
    """
    starts = np.flatnonzero(np.diff(section, prepend=-1))
    sums = [np.cumsum(part, axis=1)[:, -1] for part in np.split(amounts, starts[1:], axis=1)]
    total = np.cumsum(np.stack(sums, axis=1), axis=1)[:, -1]
    scale = np.divide(counts, total, out=np.zeros(len(total)), where=total > 0)
    wanted = amounts * scale[:, None]
    numbers = np.rint(wanted).astype(np.int64)
    lost = wanted - numbers
    order = np.argsort(-lost, axis=1, kind="stable")
    rank = np.argsort(order, axis=1, kind="stable")
    missing = counts - numbers.sum(axis=1)
    return np.asarray(numbers + ((rank < missing[:, None]) & (lost > 0)), np.int64)


def at_distance(site: Site) -> Places:
    """All on the segment whose distance comes nearest to the wanted one; the last one of equals.

    A segment is taken only if it misses by no more than the distance itself; else it is the reference.
    """
    density, parts = site.density, segments(site)
    origin = density.ref_sec or site.template.origin
    if origin not in site.template.sections:
        known = site.template.sections
        message = f"the cells have no section {origin!r}. {did_you_mean(origin, known)}"
        raise SpecError([Problem(f"{site.path}.density.ref_sec", message)])
    away = np.empty((len(site.counts), len(parts.section)))
    for block, shapes in site.shapes():
        for k, (name, location) in enumerate(parts):
            away[block, k] = _distance(site, shapes, origin, name, location)
    off = np.abs(away - density.target_distance)
    last = off.shape[1] - 1 - np.argmin(off[:, ::-1], axis=1)
    found = off.min(axis=1) <= density.target_distance
    names = (*parts.names, origin)
    section = np.where(found, parts.section[last], len(parts.names))
    location = np.where(found, parts.location[last], density.ref_seg)
    return Places(names, np.repeat(section, site.counts), np.repeat(location, site.counts))


def _distance(site: Site, shapes: Shapes, origin: str, section: str, location: float) -> Floats:
    """From the reference to the middle of a segment: (cells,) or (1,) [um]."""
    measure = euclidean_distance if site.density.coord == "cartesian" else path_distance
    try:
        return measure(shapes, origin, section, location, site.density.ref_seg)
    except KeyError as error:
        raise _no_points(site, error) from error
    except ValueError:  # a section of another tree
        return np.array([np.inf])


DENSITIES: dict[str, Callable[[Site], Places]] = {
    "uniform": uniform,
    "1Dmap": mapped,
    "2Dmap": mapped,
    "distance": at_distance,
}
