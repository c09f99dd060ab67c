"""Attributes of `sim` that are looked up when asked for: parts of the session, plots, and names to come."""

import importlib
import importlib.util
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from netspec.session import instead
from netspec.session.current import current

if TYPE_CHECKING:
    from netspec.session.stages import Session

HELPERS = {
    "hashStr": "text_hash",
    "hashList": "list_hash",
    "unique": "unique",
    "rename": "renamed",
    "copyReplaceItemObj": "replaced",
    "copyRemoveItemObj": "without",
    "replaceDictODict": "plain_dicts",
    "clearObj": "emptied",
    "replaceFuncObj": "without_functions",
}


def _h(session: "Session") -> Any:
    from netspec.neuron import run

    return run.h


def _all_tags(session: "Session") -> Any:
    from netspec.session.changes import all_tags

    return all_tags(session.planned(), session.all_changes())


PARTS: dict[str, Callable[["Session"], Any]] = {
    "cfg": lambda session: session.cfg,
    "net": lambda session: session.network_view(),
    "simData": lambda session: session.live_data(),
    "allSimData": lambda session: session.all_simulation_data(),
    "timingData": lambda session: session.timings,
    "pc": lambda session: session.started().pc,
    "rank": lambda session: session.started().rank,
    "nhosts": lambda session: session.started().size,
    "h": _h,
    "cvode": lambda session: _h(session).CVode(),
    "numCells": lambda session: session.counts().cells,
    "totalSpikes": lambda session: session.counts().spikes,
    "totalConnections": lambda session: session.counts().connections,
    "totalSynapses": lambda session: session.counts().contacts,
    "connsPerCell": lambda session: session.counts().connections / max(session.counts().cells, 1),
    "synsPerCell": lambda session: session.counts().contacts / max(session.counts().cells, 1),
    "firingRate": lambda session: session.all_simulation_data()["avgRate"],
    "results": lambda session: session.results,
    "_gatherAllCellTags": lambda session: lambda: _all_tags(session),
    "fih": lambda session: session.network_view().handlers,
    "hh_nml2_chans": lambda session: importlib.import_module("netspec.session.neuroml").channels(),
    "neuromlExists": lambda session: importlib.util.find_spec("pyneuroml") is not None,
}
"""Attribute of sim -> what it is now."""
VIEWS = {
    "CompartCell": "CompartCell",
    "NML2Cell": "CompartCell",
    "NML2SpikeSource": "CompartCell",
    "PointCell": "PointCell",
    "Pop": "Pop",
    "Network": "Net",
}
MODULES = frozenset({"gather", "run", "save", "setup", "utils", "wrappers"})
"""NetPyNE's modules whose functions are in sim."""

PLOT_MODULES = frozenset(
    {
        *("csd", "dipole", "filter", "info", "interactive", "lfp", "mapping", "network", "rxd", "spikes"),
        *("spikes_legacy", "tools", "traces", "utils", "plotter", "plotTimeSeries", "plotTimeSeriesPSD"),
    }
)
"""NetPyNE's modules whose functions are in sim.analysis and sim.plotting."""


def attribute(session: "Session", name: str, known: Iterable[str]) -> Any:
    """The attribute of sim, or an error that names a near one."""
    if name in PARTS:
        return PARTS[name](session)
    if name in HELPERS:
        from netspec.session import helpers

        return getattr(helpers, HELPERS[name])
    if name in ("specs", "conversion"):
        return importlib.import_module(f"netspec.{name}")
    if name in VIEWS:
        return getattr(importlib.import_module("netspec.views"), VIEWS[name])
    if name in MODULES:
        return importlib.import_module("netspec.sim")
    if name.startswith("__"):
        raise AttributeError(name)
    raise instead.error("sim", name, [*known, *PARTS, *HELPERS])


def _small(function: str) -> Callable[..., Any]:
    """A function of the session's numbers, found when it is called."""

    def call(self: Any, *values: Any, **arguments: Any) -> Any:
        module = importlib.import_module("netspec.session.analysing")
        return getattr(module, function)(current, *values, **arguments)

    return call


class Plots:
    """sim.analysis and sim.plotting: every plot is a function of its arguments, drawn from the results.

    NetPyNE's modules of them (sim.analysis.utils ...) are here the same object.
    """

    getInclude = getCellsInclude = _small("cells_included")
    getCellsIncludeTags = _small("tags_included")
    getSpktSpkid = _small("spikes_of")
    checkAvailablePlots = _small("available")
    invertDictMapping = _small("inverted")
    _smooth1d = _small("smoothed")
    loadData, saveData = _small("load_data"), _small("save_data")

    def __init__(self, name: str):
        self._name = name

    def plotData(self, sim: Any = None) -> None:
        """Draw what cfg.analysis asks for, on rank 0."""
        wanted = current.cfg.get("analysis")
        if not wanted:
            return
        from netspec.plots import draw_all
        from netspec.session.drawing import completed, kept

        wanted = {
            name: completed(current, name, asked) if isinstance(asked, Mapping) else asked
            for name, asked in wanted.items()
        }
        if current.started().rank != 0:
            return
        with current.timed("plotTime", "plotting time"):
            for name, drawn in draw_all(current.saved_results(), wanted).items():
                kept(current, name, wanted[name] if isinstance(wanted[name], Mapping) else {}, drawn)
        current.timing("stop", "totalTime")
        current.say(f"\nTotal time = {current.timings['totalTime']:0.2f} s")

    def popAvgRates(self, tranges: Any = None, show: bool = True) -> dict[str, Any] | None:
        """Mean rates of the populations [Hz], on rank 0."""
        return current.rates(tranges, show)

    def prepareCSD(self, sim: Any = None, *values: Any, **arguments: Any) -> Any:
        """Current source density from the LFP, with NetPyNE's arguments."""
        from netspec.session.fields import prepare_csd

        return prepare_csd(current, *values, **arguments)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        from netspec.plots import PLOTS, draw, entries, measured
        from netspec.session.drawing import completed, kept, results_now

        known = entries()
        if name in PLOT_MODULES:
            return self
        if name not in known:
            raise instead.error(self._name, name, [*known, "plotData"])

        def plot(*values: Any, **arguments: Any) -> Any:
            """The figure and the numbers drawn, or the numbers of a measure, on rank 0; None elsewhere."""
            given = dict(zip(known[name].ordered, values, strict=False))
            given = completed(current, name, {**given, **arguments})
            given.pop("sim", None)  # NetPyNE's scripts may name the module
            if current.started().rank != 0:
                return None
            show = draw if name in PLOTS else measured
            return kept(current, name, given, show(results_now(current), name, **given))

        return plot
