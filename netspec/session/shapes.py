"""3-D points that NEURON has given sections without any, as cells show them."""

from functools import partial
from typing import TYPE_CHECKING, Any

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
