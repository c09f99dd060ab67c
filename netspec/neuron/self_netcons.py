"""NetCons by which a synapse hears its own cell (selfNetCon), as homeostatic synapses need."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from neuron import h
from numpy.typing import NDArray

from netspec.errors import Problem, SpecError
from netspec.neuron import bulk
from netspec.neuron.cells import LiveCells
from netspec.plan.cells import Template
from netspec.plan.strict import complain

Items = NDArray[Any]
SECTION, LOCATION, WEIGHT, DELAY, THRESHOLD = "soma", 0.5, 0.0, 1.0, 10.0
"""What is not given: the section as in NetPyNE, all else as NEURON's NetCons have it."""


def connect(
    label: str, given: Mapping[str, Any], cells: LiveCells, gids: Items, objects: Any, items: Items, pc: Any
) -> list[Any]:
    """What keeps the NetCons of the synapses at `items` of the List `objects`, which are in cells `gids`.

    NEURON has one spike detector at a place: where it is the cell's own, its spikes are what is heard. Cells
    without the section are a mistake; if it is only warned of, their synapses hear nothing.
    """
    weight, delay = float(given.get("weight", WEIGHT)), float(given.get("delay", DELAY))
    path = f"netParams.synMechParams[{label!r}].selfNetCon"
    own, other = np.zeros(len(gids), bool), np.zeros(len(gids), bool)
    codes = cells.template_codes(gids)
    for code in np.unique(codes).tolist():
        if given.get("sec", SECTION) not in cells.template(code).sections:
            problem = f"a cell with this synapse has no section {given.get('sec', SECTION)!r}."
            complain(cells.model, Problem(f"{path}.sec", problem))
            continue
        detects = _is_detector(given, cells.template(code), cells.threshold, path)
        (own if detects else other)[codes == code] = True
    made: list[Any] = []
    if own.any():
        made.append(bulk.connect(pc, gids[own], objects, items[own], weight, delay))
    made += _elsewhere(given, cells, zip(gids[other].tolist(), items[other].tolist(), strict=True), objects)
    return made


def _elsewhere(
    given: Mapping[str, Any], cells: LiveCells, rows: Iterator[tuple[int, int]], objects: Any
) -> Iterator[Any]:
    """A NetCon with a spike detector of its own for every row (gid, item)."""
    threshold = float(given.get("threshold", THRESHOLD))
    for gid, item in rows:
        section = cells.section(gid, given.get("sec", SECTION))
        source = section(float(given.get("loc", LOCATION)))._ref_v
        netcon = h.NetCon(source, objects.o(item), sec=section)
        netcon.threshold, netcon.delay = threshold, float(given.get("delay", DELAY))
        netcon.weight[0] = float(given.get("weight", WEIGHT))
        yield netcon


def _is_detector(given: Mapping[str, Any], template: Template, default: float, path: str) -> bool:
    """Whether the place is where the cells of a template detect their spikes; its threshold must fit."""
    name, location = given.get("sec", SECTION), float(given.get("loc", LOCATION))
    section, (detecting, there) = template.sections[name], template.spike_source
    segments = int(section.geom.get("nseg", 1))
    in_variable = any("vref" in values for values in section.pointps.values())
    if name != detecting or in_variable or _segment(location, segments) != _segment(there, segments):
        return False
    threshold = default if section.threshold is None else float(section.threshold)
    if given.get("threshold", threshold) != threshold:
        message = (
            f"the cell's own spikes are detected at this place, at {threshold:g} mV, and NEURON has one "
            f"detector at a place: give the section this threshold, or choose another loc."
        )
        raise SpecError([Problem(f"{path}.threshold", message)])
    return True


def _segment(location: float, segments: int) -> int:
    """Number of the segment; its ends are places of their own."""
    return {0.0: -1, 1.0: segments}.get(location, min(int(location * segments), segments - 1))
