"""Small functions of NetPyNE's sim.analysis that scripts call: selections, smoothing, what can be drawn."""

import importlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from netspec.errors import NetspecError, did_you_mean

if TYPE_CHECKING:
    from netspec.session.stages import Session

PLOTS_OF = {
    "spkt": (
        *("plotRaster", "plotSpikeHist", "plotSpikeStats", "plotRatePSD", "granger"),
        "plotRateSpectrogram",
    ),
    "LFP": ("plotLFP",),
    "dipoleSum": ("plotDipole", "plotEEG"),
}
"""Entry of allSimData -> plots that need no more."""
OTHERS = ("plotConn", "plot2Dnet", "plotTraces", "plotRxDConcentration")


def cells_included(
    session: "Session", include: Any, sim: Any = None
) -> tuple[list[Any], list[int], list[str]]:
    """Cells (as in sim.net.allCells), their gids and labels of stimuli that `include` names."""
    from netspec.analysis.select import select

    plan = session.saved_results().plan
    chosen = select(plan, [include] if isinstance(include, str) else include)
    gids = plan.cells.gids[chosen.positions].tolist()
    wanted = set(gids)
    cells = [cell for cell in session.network_view().allCells if cell["gid"] in wanted]
    return cells, gids, list(chosen.stims)


def tags_included(
    session: "Session", include: Any, tags: Any, tagsFormat: Sequence[str] | None = None
) -> list[int]:
    """Gids of cells whose tags, {gid: {'pop': ...}} or {gid: [...], 'format': [...]}, `include` names."""
    table = {gid: own for gid, own in tags.items() if gid != "format"}
    form = tagsFormat or tags.get("format")
    key = list(form).index("pop") if form else "pop"
    found: list[int] = []
    for item in include:
        if item in ("all", "allCells"):
            return list(table)
        if isinstance(item, int):
            found.append(item)
            continue
        label, wanted = (item, None) if isinstance(item, str) else item
        own = [gid for gid, values in table.items() if values[key] == label]
        places = range(len(own)) if wanted is None else np.atleast_1d(wanted)
        found += [own[place] for place in places if place < len(own)]
    return sorted({int(gid) for gid in found})


def spikes_of(
    session: "Session", cellGids: Sequence[int] = (), timeRange: Any = None, sim: Any = None
) -> Any:
    """A table (of pandas, if it is there), times [ms] and gids of spikes; [] is all cells."""
    spikes = session.saved_results().spikes
    inside = np.ones(len(spikes), bool)
    if timeRange:
        inside = (spikes["time"] >= timeRange[0]) & (spikes["time"] <= timeRange[1])
    if len(cellGids):
        inside &= np.isin(spikes["gid"], cellGids)
    times, gids = spikes["time"][inside], spikes["gid"][inside]
    table: Any = {"spkt": times, "spkid": gids}
    with suppress(ImportError):
        table = importlib.import_module("pandas").DataFrame(table)
    return table, times.tolist(), gids.tolist()


def available(session: "Session", requireCfg: bool = False) -> dict[str, bool]:
    """Plot -> whether what it shows is there."""
    try:
        data: Mapping[str, Any] = session.all_simulation_data()
    except (AttributeError, NetspecError):
        data = {}
    found = dict.fromkeys((*OTHERS, *(name for names in PLOTS_OF.values() for name in names)), False)
    for key, names in PLOTS_OF.items():
        found |= dict.fromkeys(names, key in data and len(data[key]) > 0)
    if session.results is not None:
        found |= {
            "plotConn": len(session.results.plan.cells) > 0,
            "plot2Dnet": len(session.results.plan.cells) > 0,
        }
        found["plotTraces"] = any(len(data.get(label, ())) for label in session.cfg.get("recordTraces", {}))
    return found


def inverted(session: "Session", d: Mapping[Any, Any]) -> dict[Any, list[Any]]:
    """Value -> keys that have it."""
    found: dict[Any, list[Any]] = {}
    for key, value in d.items():
        found.setdefault(value, []).append(key)
    return found


def smoothed(session: "Session", x: Any, window_len: int = 11, window: str = "hanning") -> Any:
    """The signal smoothed by a window of so many samples."""
    from netspec.analysis import spectra

    if window not in spectra.WINDOWS:
        raise NetspecError(f"there is no window {window!r}. {did_you_mean(window, spectra.WINDOWS)}")
    return spectra.smooth(x, window_len, window)


def load_data(session: "Session", fileName: str, fileDir: str | None = None, sim: Any = None) -> Any:
    """What saveData wrote into a .pkl or .json file."""
    from netspec.plots.given import read

    return read(str(Path(fileDir or ".") / fileName))


def save_data(
    session: "Session",
    data: Any,
    fileName: str | None = None,
    fileDesc: str | None = None,
    fileType: str | None = None,
    fileDir: str | None = None,
    sim: Any = None,
) -> str:
    """The name of the .pkl or .json file that holds the data now."""
    from netspec.plots.canvas import Style, base_name, save_numbers

    kind = (fileType or "pkl").removeprefix(".").replace("pickle", "pkl")
    style = Style(saveData=True, fileName=fileName, fileDesc=fileDesc, fileType=kind, fileDir=fileDir)
    return str(save_numbers(style, base_name(session.saved_results()), "data", data))
