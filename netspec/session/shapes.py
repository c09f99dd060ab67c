"""3-D points that NEURON has given sections without any, as cells show them."""

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from netspec.session.stages import Session

Record = dict[str, Any]


def drawn(session: "Session", gid: int, name: str, record: Record, tags: Record) -> Record:
    """What to make geom['pt3d'] with, if NEURON has drawn this section; else nothing. record: the section."""
    if getattr(session.network, "draws_shapes", None) is not True or record["geom"].get("pt3d") is not None:
        return {}
    return {"pt3d": partial(_points, session, gid, name, tags)}


def _points(session: "Session", gid: int, name: str, tags: Record) -> list[list[float]]:
    """x, y, z from where the cell is, and diameter [um]."""
    points = session.live("section", gid, name).psection()["morphology"]["pts3d"]
    x0, y0, z0 = tags["x"], -tags["y"], tags["z"]
    return [[x - x0, y - y0, z - z0, diam] for x, y, z, diam in points]


def coordinates(sections: Iterable[Any]) -> dict[str, NDArray[np.float64]]:
    """Both ends of all segments, p0 and p1 (3, segments), and diameters there, d0 and d1 (segments,) [um]."""
    found: dict[str, list[NDArray[np.float64]]] = {"p0": [], "p1": [], "d0": [], "d1": []}
    for section in sections:
        points = np.array(section.psection()["morphology"]["pts3d"], float).T
        along = np.array([section.arc3d(k) for k in range(section.n3d())]) / section.L
        edges = np.linspace(0, 1, section.nseg + 1)
        x, y, z, diameters = (np.interp(edges, along, row) for row in points)
        ends = np.array([x, y, z])
        for key, value in zip(found, (ends[:, :-1], ends[:, 1:], diameters[:-1], diameters[1:]), strict=True):
            found[key].append(value)
    return {key: np.concatenate(values, axis=-1) for key, values in found.items()}
