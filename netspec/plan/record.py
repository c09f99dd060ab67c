"""What is recorded from which owned cells: recordTraces, recordCells and recordCellsSpikes as blocks."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netspec.conditions import mask
from netspec.plan import InputBlock, Plan, Recordings, TraceBlock
from netspec.plan.own_synapses import own_synapses
from netspec.plan.select import select
from netspec.plan.signals import signals

Positions = NDArray[np.int64]
STIMULUS_PLOTS = ("all", "allNetStims")


def recordings(plan: Plan) -> Recordings:
    """What the owned cells record. A cell that has nothing of the kind asked for is left out."""
    simulation = plan.model.spec.simulation
    cells = plan.cells
    chosen = np.intersect1d(recorded_cells(plan), cells.owned)
    traces = [
        block
        for label, trace in simulation.record_traces.items()
        for block in _trace(plan, label, trace, chosen)
    ]
    spikes = None
    if simulation.record_cells_spikes != -1:
        wanted = select(
            simulation.record_cells_spikes, cells, "simConfig.recordCellsSpikes", simulation.strict
        )
        spikes = cells.gids[np.intersect1d(wanted, cells.owned)]
    return Recordings(
        traces=tuple(traces),
        signals=signals(plan),
        spikes=spikes,
        stims=simulation.record_stim or _plots_stimuli(plan),
        time=bool(simulation.record_traces) and simulation.record_time,
        labels=tuple(simulation.record_traces),
        weights=weights(plan),
    )


def weights(plan: Plan) -> Positions | None:
    """Rows of connections whose weights saveWeights asks for; None if no rule is meant, on any rank."""
    simulation, network, rows = plan.model.spec.simulation, plan.model.spec.network, plan.connections
    changing = [label for label, rule in network.connections.items() if rule.plast or rule.shape]
    given = simulation.weight_options
    labels = given.get("rules", changing)
    if not simulation.save_weights or not labels:
        return None
    codes = [plan.model.rules.code(label) for label in labels if label in plan.model.rules]
    chosen = np.isin(rows["rule"], codes)
    chosen[plan.gaps["row"][plan.gaps["row"] >= 0]] = False  # they have no events, and so no weights
    for side in ("pre", "post"):
        if side in given:
            path = f"simConfig.saveWeights.{side}"
            gids = plan.cells.gids[select(given[side], plan.cells, path, simulation.strict)]
            chosen &= np.isin(rows[side], gids)
    return np.flatnonzero(chosen)


def recorded_cells(plan: Plan) -> Positions:
    """Positions of all cells, of any rank, that recordCells or plotTraces ask for."""
    simulation = plan.model.spec.simulation
    plotted: Any = None
    for name in ("plotTraces", "iplotTraces"):
        arguments = simulation.analysis.get(name)
        if plotted is None and isinstance(arguments, Mapping):
            plotted = arguments.get("include")
    own = select(simulation.record_cells, plan.cells, "simConfig.recordCells", simulation.strict)
    other = select(plotted or [], plan.cells, "simConfig.analysis['plotTraces'].include", simulation.strict)
    return np.union1d(own, other)


def _plots_stimuli(plan: Plan) -> bool:
    """Whether a picture asked for in simConfig.analysis shows the spikes of NetStim stimuli."""
    analysis = plan.model.spec.simulation.analysis
    sources = {*plan.model.spec.network.sources}
    raster, histogram = analysis.get("plotRaster"), analysis.get("plotSpikeHist")
    shown = {*STIMULUS_PLOTS, *sources}
    in_raster = isinstance(raster, Mapping) and not shown.isdisjoint(_texts(raster.get("include")))
    if histogram is True:
        return True
    shown = {"eachPop", *sources}
    return in_raster or (
        isinstance(histogram, Mapping) and not shown.isdisjoint(_texts(histogram.get("include")))
    )


def _texts(include: Any) -> list[str]:
    return [item for item in include or [] if isinstance(item, str)]


def _trace(plan: Plan, label: str, trace: Mapping[str, Any], chosen: Positions) -> Iterator[TraceBlock]:
    """Blocks of one entry of recordTraces."""
    cells = plan.cells
    if trace.get("conds"):
        chosen = chosen[mask(trace["conds"], cells, closed=True)[chosen]]
    codes = cells.table["template"][chosen]
    variable = trace.get("var", "")
    for code in np.unique(codes):
        group = chosen[codes == code]
        if code < 0:
            if "sec" not in trace and "synMech" not in trace:
                yield TraceBlock(label, "point", variable, cells.gids[group])
        elif trace.get("sec") in plan.templates[code].sections:
            yield from _in_section(plan, label, trace, int(code), group)
        elif "sec" not in trace and "synMech" in trace:
            yield from _all_synapses(plan, label, trace, int(code), group)


def _in_section(
    plan: Plan, label: str, trace: Mapping[str, Any], code: int, group: Positions
) -> Iterator[TraceBlock]:
    """Blocks for a place in a section that all cells of `group` (one template) have."""
    name, location = trace["sec"], float(trace.get("loc", 0.5))
    section = plan.templates[code].sections[name]
    variable, index = trace.get("var", "v"), int(trace.get("index", 0))
    gids = plan.cells.gids[group]
    if "mech" in trace:
        if trace["mech"] in section.mechs:
            yield TraceBlock(label, "mech", variable, gids, name, location, trace["mech"])
    elif "synMech" in trace:
        nseg = int(section.geom.get("nseg", 1))
        gids = _with_synapse(plan, gids, trace["synMech"], name, location, nseg, index)
        yield TraceBlock(label, "synapse", variable, gids, name, location, trace["synMech"], index)
    elif "stim" in trace:
        nseg = int(section.geom.get("nseg", 1))
        gids = _with_stimulus(plan, gids, trace["stim"], name, location, nseg, index)
        yield TraceBlock(label, "stim", variable, gids, name, location, trace["stim"], index)
    elif "pointp" in trace:
        if trace["pointp"] in section.pointps:
            yield TraceBlock(label, "pointp", variable, gids, name, location, trace["pointp"])
    else:
        yield TraceBlock(label, "segment", variable, gids, name, location)


def _segment(location: Any, nseg: int) -> Any:
    """Index of the segment that a location falls into, as in NEURON."""
    return np.minimum((np.asarray(location) * nseg).astype(np.int64), nseg - 1)


def synapse_places(plan: Plan, synapse: str) -> tuple[Positions, Positions, NDArray[np.float64]]:
    """Synapse objects of a synMech on this rank in order of creation: gid, section code, location (n,)."""
    code = plan.model.synapses.code(synapse)
    own = own_synapses(plan)
    own = own.take(own["synapse"] == code)
    parts = [[own[name] for name in ("post", "section", "location")]]
    if len(plan.connections):
        rows = np.flatnonzero((plan.connections["synapse"] == code) & (plan.connections["section"] >= 0))
        parts.append([plan.connections[name][rows] for name in ("post", "section", "location")])
    for block in plan.inputs:
        if "synapse" in block.rows:
            rows = np.flatnonzero(block.rows["synapse"] == code)
            parts.append([block.rows[name][rows] for name in ("gid", "section", "location")])
    gid, section, location = (np.concatenate(column) for column in zip(*parts, strict=True))
    if not plan.model.spec.simulation.one_syn_per_netcon:
        _, first = np.unique(np.stack([gid, section, location]), axis=1, return_index=True)
        first.sort()
        gid, section, location = gid[first], section[first], location[first]
    return gid, section, location


def _with_synapse(
    plan: Plan, gids: Positions, synapse: str, section: str, location: float, nseg: int, index: int
) -> Positions:
    """The gids that have more than `index` synapses of a kind in one segment."""
    if synapse not in plan.model.synapses:
        return gids[:0]
    post, code, where = synapse_places(plan, synapse)
    here = (code == plan.model.sections.code(section)) & (_segment(where, nseg) == _segment(location, nseg))
    found, counts = np.unique(post[here], return_counts=True)
    return np.intersect1d(gids, found[counts > index])


def _with_stimulus(
    plan: Plan, gids: Positions, target: str, section: str, location: float, nseg: int, index: int
) -> Positions:
    """The gids that have more than `index` stimuli of a stimTarget in one segment."""
    code = plan.model.sections.code(section)
    found: list[NDArray[np.int64]] = [np.empty(0, np.int64)]
    for block in plan.inputs:
        if block.target == target and not is_netstim(block):
            rows = block.rows
            here = (rows["section"] == code) & (_segment(rows["location"], nseg) == _segment(location, nseg))
            found.append(rows["gid"][here])
    present, counts = np.unique(np.concatenate(found), return_counts=True)
    return np.intersect1d(gids, present[counts > index])


def is_netstim(block: InputBlock) -> bool:
    """Whether the rows of a block are artificial spike sources with a synapse each."""
    return "synapse" in block.rows


def _all_synapses(
    plan: Plan, label: str, trace: Mapping[str, Any], code: int, group: Positions
) -> Iterator[TraceBlock]:
    """One block per place of a synMech; traces of one cell are told apart by '<section>_<location>'."""
    synapse = trace["synMech"]
    if synapse not in plan.model.synapses:
        return
    sections = plan.templates[code].sections
    post, section_code, location = synapse_places(plan, synapse)
    rows = np.flatnonzero(np.isin(post, plan.cells.gids[group]))
    names = [plan.model.sections[code] for code in section_code[rows]]
    places = list(zip(post[rows].tolist(), names, location[rows].tolist(), strict=True))
    twins = Counter(places)
    blocks: dict[tuple[str, float, int, str], list[int]] = defaultdict(list)
    in_segment: Counter[tuple[int, str, int]] = Counter()
    for gid, name, place in places:
        segment = (gid, name, int(_segment(place, int(sections[name].geom.get("nseg", 1)))))
        # NetPyNE keeps the last synapse of a place under the plain key; the others get a number here.
        twins[gid, name, place] -= 1
        left = twins[gid, name, place]
        key = f"{name}_{place}" + (f"_{left}" if left else "")
        blocks[name, place, in_segment[segment], key].append(gid)
        in_segment[segment] += 1
    variable = trace.get("var", "")
    for (name, place, index, key), gids in blocks.items():
        owners = np.array(gids, np.int64)
        yield TraceBlock(label, "synapse", variable, owners, name, place, synapse, index, key)
