"""What NetPyNE's prepareRaster and its like return: spikes as rows, with labels for the picture of them."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from netspec.analysis import spikes
from netspec.analysis.named_spikes import sync_measure
from netspec.analysis.registry import measure, takes
from netspec.plan import Plan
from netspec.plots import phases
from netspec.plots.canvas import Style, base_name, save_numbers
from netspec.results import Results

STIMULI = "NetStims"
"""What all stimuli together are called here."""


@measure("prepareSpikeData")
def prepare_spike_data(
    results: Results,
    include: Sequence[Any] = ("allCells",),
    sim: Any = None,
    timeRange: Sequence[float] | None = None,
    maxSpikes: float = 1e8,
    orderBy: str | Sequence[str] = "gid",
    popRates: bool | str = True,
    syncLines: bool = True,
    saveData: bool | str = False,
    fileName: str | None = None,
    fileDesc: str | None = None,
    fileType: str | None = None,
    fileDir: str | None = None,
    colorbyPhase: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Times [ms], rows and gids of spikes, cells of each row and population, and labels of the picture."""
    data = spikes.raster(results, include, timeRange, orderBy, maxSpikes)
    plan, cells = results.plan, len(data.cells)
    codes = plan.cells.table["population"][plan.cells.positions(data.cells)]
    names = [pop.label for pop in plan.cells.populations]
    labels = [label for label in data.labels if label in names]
    stims = data.row_count - cells
    sizes = [float(size) for size in data.sizes[: len(labels)]]
    found = {
        "spkTimes": data.times.tolist(),
        "spkInds": data.rows.tolist(),
        "spkGids": data.gids.tolist(),
        "popNumCells": [*sizes, *([stims] if len(labels) < len(data.labels) else [])],
        "popLabels": [*labels, *([STIMULI] if len(labels) < len(data.labels) else [])],
        "numNetStims": stims,
        "include": list(include),
        "timeRange": list(data.time_range),
        "maxSpikes": maxSpikes,
        "orderBy": orderBy,
        **_texts(results, data, orderBy, popRates, syncLines),
        "cellGids": data.cells.tolist(),
        "cellPops": [names[code] for code in codes],
    }
    if colorbyPhase:
        angles, time, rhythm = phases.spike_phases(results, data, colorbyPhase)
        found |= {"spkPhases": angles.tolist()}
        found |= {"signal": rhythm, "time": time} if colorbyPhase.get("include_signal") else {}
    style = Style(saveData=saveData, fileName=fileName, fileDesc=fileDesc, fileType=fileType, fileDir=fileDir)
    save_numbers(style, base_name(results), "spike_data", found)
    return found


@measure("prepareRaster")
@takes(
    prepare_spike_data,
    "include sim timeRange maxSpikes orderBy popRates colorbyPhase saveData fileName fileDesc fileType "
    "fileDir",
)
def prepare_raster(results: Results, **given: Any) -> dict[str, Any]:
    """As prepareSpikeData, saved as raster_data."""
    return prepare_spike_data(results, **{**given, "fileDesc": given["fileDesc"] or "raster_data"})


@measure("prepareSpikeHist")
@takes(
    prepare_spike_data,
    "include sim timeRange maxSpikes popRates saveData fileName fileDesc fileType fileDir binSize",
)
def prepare_spike_hist(
    results: Results, *, include: Sequence[Any] = ("allCells", "eachPop"), binSize: float = 5, **given: Any
) -> dict[str, Any]:
    """As prepareSpikeData, by gid. binSize means nothing here, as in NetPyNE."""
    found = prepare_spike_data(results, include, **given)
    found["axisArgs"]["ylabel"] = "Number of spikes"
    return found


def _texts(results: Results, data: spikes.Raster, order: Any, pop_rates: Any, sync: bool) -> dict[str, Any]:
    """Title, labels of axes and of the legend, in NetPyNE's words."""
    title, legend = "Raster plot of spiking", []
    contacts = _contacts(results.plan)[results.plan.cells.positions(data.cells)]
    if pop_rates and len(data.cells):
        overall = float(spikes.rate(len(data.times), data.row_count, data.time_range))
        title = f"cells: {len(data.cells)}   syn/cell: {contacts.mean():0.1f}   rate: {overall:0.1f} Hz"
        legend = _legend(results.plan, data, contacts, pop_rates == "minimal")
    if pop_rates and sync:
        title += f"    sync={sync_measure(results):0.2f}"
    stims = data.row_count - len(data.cells)
    label = f"Cells (ordered by {order})" if len(data.cells) else ""
    more = (" and NetStims (at the end)" if label else STIMULI) if stims else ""
    return {
        "axisArgs": {"xlabel": "Time (ms)", "ylabel": label + more, "title": title},
        "legendLabels": legend,
    }


def _legend(plan: Plan, data: spikes.Raster, contacts: Any, short: bool) -> list[str]:
    codes = plan.cells.table["population"][plan.cells.positions(data.cells)]
    known = {pop.label: code for code, pop in enumerate(plan.cells.populations)}
    lines, stims, spikes_of = [], data.row_count - len(data.cells), np.bincount(data.groups, minlength=1)
    stim_spikes = 0
    for group, (label, size, hertz) in enumerate(zip(data.labels, data.sizes, data.rates(), strict=True)):
        if label not in known:
            stim_spikes += int(spikes_of[group]) if group < len(spikes_of) else 0
        elif short:
            lines.append(f"{label} ({hertz:.3g} Hz)")
        else:
            mean = contacts[codes == known[label]].mean()
            lines.append(f"{label}\n  cells: {size}\n  syn/cell: {mean:0.1f}\n  rate: {hertz:.3g} Hz")
    if stims:
        hertz = float(spikes.rate(stim_spikes, stims, data.time_range))
        size = f"\n  cells: {stims}\n  syn/cell: 0.0\n  rate: {hertz:.3g} Hz"
        lines.append(f"{STIMULI} ({hertz:.3g} Hz)" if short else STIMULI + size)
    return lines


def _contacts(plan: Plan) -> Any:
    """Synaptic contacts onto each cell, those of stimuli too: (cells,)."""
    gids = [plan.connections["post"]] if "post" in plan.connections else []
    gids += [block.rows["gid"] for block in plan.inputs if block.mechanism == "NetStim"]
    flat = np.concatenate([np.empty(0, np.int64), *gids])
    return np.bincount(plan.cells.positions(flat), minlength=len(plan.cells))
