"""sim.net.addRxD: reaction and diffusion as a stage of the session, and what scripts see of it."""

from typing import TYPE_CHECKING, Any

from netspec.errors import StateError
from netspec.session.containers import Dict, plain_data
from netspec.spec.rxd import WHOLE

if TYPE_CHECKING:
    from netspec.session.stages import Session


def add(session: "Session", threads: int | None = None) -> Dict:
    """Build rxdParams on all ranks; a copy of them with NEURON's objects as 'hObj', or nothing."""
    if not session.params.get("rxdParams"):
        return Dict()
    if session.plan is None:
        raise StateError("addRxD: there are no cells yet: call sim.net.createCells first")
    session.timing("start", "rxdTime")
    session.say("Adding RxD...")
    if session.network is not None:
        session.network.make_reactions(session.plan, threads)
    shown = view(session)
    session.ranks.barrier()
    session._done("rxdTime", "RxD setup time")
    return shown


def view(session: "Session") -> Dict:
    """RxdParams as the user wrote them, each entry with 'hObj'; None for what this rank has no part in."""
    shown = Dict(plain_data(session.params.todict())["rxdParams"])
    live: Any = session.network.reactions if session.network is not None else None
    if live is None:
        return shown
    if WHOLE in shown:
        box = shown[WHOLE]["hObj"] = live.objects["regions"][WHOLE]
        shown.setdefault("regions", Dict())[WHOLE] = Dict(shown[WHOLE], extracellular=True, hObj=box)
    for kind, objects in live.objects.items():
        for label, item in objects.items():
            shown[kind][label]["hObj"] = item
    for label, geometry in live.geometries.items():
        shown["regions"][label]["geometry"]["hObj"] = geometry
    return shown
