"""What pictures need of a simulation that is there: voltages of now, and the time for films."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from netspec.analysis.geometry import segments_of
from netspec.analysis.select import select
from netspec.results import Results

if TYPE_CHECKING:
    from netspec.session.stages import Session


def completed(session: "Session", name: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of a picture, with what it needs added or done. Collective."""
    given = dict(arguments)
    if name == "plotShape" and session.network is not None and session.started().size == 1:
        if given.get("cvar") == "voltage" and given.get("cvals") is None:
            given["cvals"] = _voltages(
                session, given.get("includePost", ["all"]), given.get("includeAxon", True)
            )
        if given.get("saveFig") == "movie":
            from netspec.neuron import run

            time = round(float(run.h.t), 1)
            given["saveFig"] = f"{session.cfg.filename}_shape_movie_{time}.png"
            given.setdefault("title", f"{time} ms")
    return given


def results_now(session: "Session") -> Results:
    """The results; before there are any, during a run, the plan alone."""
    return Results(session.planned()) if session.results is None else session.saved_results()


def _voltages(session: "Session", include: Any, axons: bool) -> list[float]:
    """Membrane potential of every segment of the cells [mV], in the order of plotShape's."""
    plan = session.planned()
    pieces = segments_of(plan, plan.cells.gids[select(plan, include, "includePost").positions])
    keys = np.stack([pieces.gid, pieces.section], axis=1)
    first = np.flatnonzero((np.diff(keys, axis=0, prepend=-1) != 0).any(axis=1))
    sections = [(gid, pieces.names[section]) for gid, section in keys[first].tolist()]
    shown = [(gid, name) for gid, name in sections if axons or "axon" not in name]
    return [segment.v for gid, name in shown for segment in session.live("section", gid, name)]
