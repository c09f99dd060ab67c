"""What pictures need of a simulation that is there: voltages and concentrations of now, another run."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from netspec.analysis.geometry import segments_of
from netspec.analysis.select import select
from netspec.errors import StateError
from netspec.results import Results
from netspec.session.fields import keep_density

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
    if name in ("plotTraces", "iplotTraces") and given.pop("rerun", False):
        rerun(session, given.get("include") or ())
    if name in ("plotRxDConcentration", "iplotRxDConcentration") and given.get("states") is None:
        states = concentration(session, given.get("speciesLabel"), given.get("regionLabel"))
        given |= {} if states is None else {"states": states}
    return given


def results_now(session: "Session") -> Results:
    """The results; before there are any, during a run, the plan alone."""
    if session.results is None and session.simulation_data is None:
        return Results(session.planned())
    return session.saved_results()


def _voltages(session: "Session", include: Any, axons: bool) -> list[float]:
    """Membrane potential of every segment of the cells [mV], in the order of plotShape's."""
    plan = session.planned()
    pieces = segments_of(plan, plan.cells.gids[select(plan, include, "includePost").positions])
    keys = np.stack([pieces.gid, pieces.section], axis=1)
    first = np.flatnonzero((np.diff(keys, axis=0, prepend=-1) != 0).any(axis=1))
    sections = [(gid, pieces.names[section]) for gid, section in keys[first].tolist()]
    shown = [(gid, name) for gid, name in sections if axons or "axon" not in name]
    return [segment.v for gid, name in shown for segment in session.live("section", gid, name)]


def kept(session: "Session", name: str, arguments: Mapping[str, Any], drawn: Any) -> Any:
    """What was drawn; of some pictures NetPyNE keeps numbers in allSimData. On rank 0."""
    if name == "plotCSD" and arguments.get("CSDData") is None:
        keep_density(session, drawn[1]["CSD"], arguments.get("pop"))
    return drawn


def rerun(session: "Session", include: Any) -> None:
    """Simulate once more, with traces of the cells of `include` too. Collective."""
    plan = session.planned()
    gids = plan.cells.gids[select(plan, include).positions].tolist()
    recorded = list(session.cfg.recordCells)
    session.cfg.recordCells = recorded + [gid for gid in gids if gid not in recorded]
    session.setup_recording()
    session.run()
    session.gather(not session.cfg.get("gatherOnlySimData"))


def concentration(session: "Session", species: Any, region: Any) -> Any:
    """Voxels (x, y, z) [mM] of a species in a region of extracellular space; None where there are none."""
    reactions: Any = session.network.reactions if session.network is not None else None
    if reactions is None:
        raise StateError("there are no concentrations: rxdParams is empty, or there is no network of NEURON")
    objects = reactions.objects
    live, box = objects["species"].get(species), objects["regions"].get(region)
    return None if live is None or box is None else np.array(live[box].states3d)
