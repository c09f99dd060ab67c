"""Network clamp: one cell with the inputs that it had in a run of its network."""

from typing import TYPE_CHECKING, Any

import numpy as np

from netspec import results as netspec_results
from netspec.errors import Problem, SpecError, StateError
from netspec.plan import Plan
from netspec.plan.record import recordings
from netspec.results import Results
from netspec.session import loading
from netspec.session.containers import plain_data
from netspec.specs import NetParams, SimConfig

if TYPE_CHECKING:
    from netspec.session.stages import Session


def clamp(session: "Session", gid: int, filename: str | None, sim_config: Any) -> None:
    """Build one cell, its connections and stimuli; cells that connect to it only repeat their spikes.

    filename: of a saved run; None for the results that this session has gathered. sim_config: None for that
    of the run, with traces of this cell.
    """
    session.start()
    if session.ranks.size > 1:
        raise StateError("sim.netClamp: one cell is on one rank; run it without mpiexec")
    found = session.results if filename is None else loaded(filename)
    if found is None:
        raise StateError("sim.netClamp: there is no run yet; call sim.gatherData first, or name a saved file")
    plan = found.plan
    _check(plan, gid)
    position = int(plan.cells.positions(gid))
    before = np.unique(plan.connections["pre"][plan.connections["post"] == gid])
    _check_recorded(plan, before[before != gid])
    spikes = found.spikes.take(np.isin(found.spikes["gid"], before))
    spikes = spikes.take(np.argsort(spikes["time"], kind="stable"))
    options = (
        SimConfig(plain_data(found.sim_config) | {"recordCells": [gid]}) if sim_config is None else sim_config
    )
    session.initialize(NetParams(plain_data(found.net_params)), options, None)
    session.adopt(found, True, True, np.array([position]))
    session.network.play(spikes["time"], spikes["gid"])


def loaded(filename: str) -> Results:
    """The results in a saved file, with the plan of their network."""
    if filename.endswith(loading.NETSPEC):
        return netspec_results.load(filename)
    return loading.results_of(loading.document(filename), filename)


def _check(plan: Plan, gid: int) -> None:
    gids, path = plan.cells.gids, "sim.netClamp(gid)"
    if not isinstance(gid, int | np.integer) or gid not in gids:
        message = f"there is no cell {gid!r}; the {len(gids)} gids are {gids[:1]} to {gids[-1:]}."
        raise SpecError([Problem(path, message.replace("[", "").replace("]", ""))])
    if plan.cells.table["template"][plan.cells.positions(gid)] < 0:
        raise SpecError([Problem(path, f"cell {gid} is an artificial cell; it has no inputs to repeat.")])
    if len(plan.cells.owned) < len(plan.cells):
        raise StateError("sim.netClamp: the cells were not gathered (gatherOnlySimData)")


def _check_recorded(plan: Plan, gids: Any) -> None:
    """SpecError unless the spikes of these cells were recorded."""
    recorded = recordings(plan).spikes
    missing = [] if recorded is None else np.setdiff1d(gids, recorded).tolist()
    if missing:
        message = (
            f"the spikes of {len(missing)} cells that connect to it were not recorded (cell {missing[0]})."
        )
        raise SpecError([Problem("simConfig.recordCellsSpikes", message)])
