"""What electrodes and the tissue around them are like, and the potentials that they see.

A contact is a point or a disc. Tissue is infinite and homogeneous, or a slab between glass and saline. Line
and point sources in isotropic tissue are computed here; LFPykit does the rest.
"""

import importlib
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netspec.errors import Problem, SpecError
from netspec.signals.segments import Segments
from netspec.signals.sources import CONDUCTIVITY, line_source, point_source

Floats = NDArray[np.float64]

ROOT_AS_POINT = "root_as_point"
METHODS = ("line", "point", ROOT_AS_POINT)
CELLS = ("points", "soma")
IMAGES = 20
"""Reflections at the borders of a slab that are counted, as in LFPykit."""
HINT = "needs LFPykit: pip install 'netspec[fields]'"


@dataclass(frozen=True)
class Slab:
    """Tissue between z = bottom, where there is glass, and bottom + thickness, where saline begins.

    thickness, bottom [um]; saline, glass: their conductivity [S/m]. squeeze: the share of their extent along
    z that cells are seen without, so that they fit in.
    """

    thickness: float = 300.0
    bottom: float = 0.0
    saline: float = 1.5
    glass: float = 0.0
    squeeze: float = 0.0


@dataclass(frozen=True)
class Electrodes:
    """What is around segments.

    sigma: of the tissue, one number or one for x, y and z [S/m]. method: current leaves a segment along its
    `line`, or at its middle, a `point`, or so at each cell's root only. contact_radius: of discs [um], 0 for
    points; contact_points: that a disc is the mean of; contact_normal: to all discs. slab: None for infinite
    tissue. minimum_distance: to the axis of a segment [um], None for its radius. cells: they are where their
    3-D `points` are, or have the middle of their `soma` at their place, and are turned by their tags
    rotation_angle_{x,y,z}axis. of: whose potentials count, as in saveLFPCells.
    """

    sigma: float | tuple[float, float, float] = CONDUCTIVITY
    method: str = "line"
    contact_radius: float = 0.0
    contact_points: int = 20
    contact_normal: tuple[float, float, float] = (0.0, 0.0, 1.0)
    slab: Slab | None = None
    minimum_distance: float | None = None
    cells: str = "points"
    of: Any = True

    @property
    def needs_lfpykit(self) -> bool:
        """Whether the potentials are LFPykit's."""
        return self.slab is not None or isinstance(self.sigma, tuple)


KEYS = {
    "sigma": "sigma",
    "method": "method",
    "contactRadius": "contact_radius",
    "contactPoints": "contact_points",
    "contactNormal": "contact_normal",
    "slab": "slab",
    "minimumDistance": "minimum_distance",
    "cells": "cells",
    "of": "of",
}
"""Key of simConfig.electrodes -> its field."""
SLAB_KEYS = tuple(Slab.__dataclass_fields__)


def electrodes(options: Mapping[str, Any]) -> Electrodes:
    """From simConfig.electrodes, which has been checked. There the y axis is depth, here the other way."""
    given: dict[str, Any] = {
        KEYS[name]: tuple(v) if isinstance(v, list) else v for name, v in options.items()
    }
    if "slab" in given:
        given["slab"] = None if given["slab"] is None else Slab(**given["slab"])
    made = Electrodes(**given)
    x, y, z = made.contact_normal
    return replace(made, contact_normal=(x, -y, z))


def contact_points(contacts: Floats, options: Electrodes) -> Floats:
    """The points whose mean is what each contact sees: (points, m, 3) for contacts (m, 3) [um].

    They fill a disc evenly, along a spiral with steps of the golden angle (Vogel, Math Biosci 44:179, 1979).
    """
    if not options.contact_radius:
        return contacts[None]
    number = options.contact_points
    normal = np.array(options.contact_normal, float)
    first = np.cross(normal, np.eye(3)[np.argmin(np.abs(normal))])
    second = np.cross(normal, first)
    steps = np.arange(number)
    away = options.contact_radius * np.sqrt((steps + 0.5) / number)
    angle = steps * math.pi * (3 - math.sqrt(5))
    plane = [axis / np.linalg.norm(axis) for axis in (first, second)]
    spread = np.outer(away * np.cos(angle), plane[0]) + np.outer(away * np.sin(angle), plane[1])
    return np.asarray(contacts + spread[:, None, :])


def potentials(segments: Segments, contacts: Floats, options: Electrodes) -> Floats:
    """What contacts (m, 3) [um] see per current out of each segment: (m, n) [mV/nA]."""
    points = contact_points(contacts, options)
    if options.minimum_distance is not None:
        segments = replace(segments, diameter=np.full(len(segments), 2.0 * options.minimum_distance))
    if options.slab is not None:
        segments = segments.squeezed(options.slab.squeeze) if options.slab.squeeze else segments
        _check_inside(segments, options.slab)
    total = np.zeros((len(contacts), len(segments)))
    for places in points:
        total += _at_points(segments, places, options)
    return total / len(points)


def _at_points(segments: Segments, places: Floats, options: Electrodes) -> Floats:
    """Potential at points (m, 3): (m, n)."""
    as_line = (segments.length > 0) & (options.method != "point")
    if options.method == ROOT_AS_POINT:
        as_line[segments.roots] = False
    if not options.needs_lfpykit:
        assert not isinstance(options.sigma, tuple)
        found = point_source(segments, places, options.sigma)
        if as_line.any():
            found[:, as_line] = line_source(segments, places, options.sigma)[:, as_line]
        return found
    found = np.empty((len(places), len(segments)))
    for method, some in (("line", as_line), ("point", ~as_line)):
        chosen = np.flatnonzero(some)
        if len(chosen):
            found[:, chosen] = _lfpykits(segments, chosen, places, replace(options, method=method))
    return found


def _lfpykits(segments: Segments, chosen: NDArray[np.int64], places: Floats, options: Electrodes) -> Floats:
    """LFPykit's potential at points (m, 3) around some segments: (m, chosen)."""
    calculate = partial(_function(options), r_limit=segments.diameter[chosen] / 2)
    ends = np.stack([segments.start[chosen], segments.end[chosen]], axis=-1)
    x, y, z = (np.ascontiguousarray(ends[:, axis]) for axis in range(3))
    rows = [
        calculate(cell_x=x, cell_y=y, cell_z=z, x=place[0], y=place[1], z=place[2]) for place in places.copy()
    ]
    return np.array(rows).reshape(len(places), len(chosen))


def _function(options: Electrodes) -> Any:
    """The function of lfpykit.lfpcalc, with what it is told of the tissue."""
    calculations = importlib.import_module("lfpykit.lfpcalc")
    kind = f"calc_lfp_{options.method}source"
    if options.slab is None:
        return partial(getattr(calculations, f"{kind}_anisotropic"), sigma=np.array(options.sigma))
    slab = options.slab
    return partial(
        getattr(calculations, f"{kind}_moi"),
        sigma_T=options.sigma,
        sigma_S=slab.saline,
        sigma_G=slab.glass,
        h=slab.thickness,
        z_shift=slab.bottom,
        steps=IMAGES,
    )


def _check_inside(segments: Segments, slab: Slab) -> None:
    """SpecError if a segment reaches out of the slab."""
    z = np.concatenate([segments.start[:, 2], segments.end[:, 2]])
    low, high = z.min(initial=np.inf), z.max(initial=-np.inf)
    if low < slab.bottom or high > slab.bottom + slab.thickness:
        message = (
            f"cells reach from z = {low:g} to {high:g} um, out of the slab, which is from {slab.bottom:g} to "
            f"{slab.bottom + slab.thickness:g} um."
        )
        raise SpecError([Problem("simConfig.electrodes.slab", message)])
