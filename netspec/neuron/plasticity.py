"""Weights that change in time: plasticity mechanisms (`plast`) and weight time courses (`shape`).

A plasticity object belongs to one NetCon, sits in the section of its synapse, and hears the spikes of both
cells. A time course is a table that NEURON plays into the weight; it is a multiple of the weight before any
scaling, as in NetPyNE. What plasticity has learned stays when the network is run again.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from neuron import h
from numpy.typing import NDArray

from netspec.errors import Problem, SpecError
from netspec.neuron import bulk, catalog
from netspec.neuron.cells import LiveCells
from netspec.neuron.courses import Course
from netspec.neuron.weights import point_at_weights
from netspec.plan import InputBlock, Plan
from netspec.stimulus import Stimulus, from_plain, is_stimulus
from netspec.stimulus.span import Span, stream
from netspec.tables import Table

if TYPE_CHECKING:
    from netspec.neuron.connections import LiveConnections

Floats = NDArray[np.float64]

WEIGHT = "synweight"
"""The POINTER to the weight of a mechanism that learns; it hears both cells. NetPyNE knows only 'STDP'."""
DELAY = 1.0
"""Delay of spikes to a plasticity object [ms]: a NetCon's default."""
STEP = 1e-3
"""Resolution of a weight's time course [s]."""
PULSE_WIDTHS = 10
"""Length of the window in which one pulse is computed, in widths of the pulse."""

POINT_WEIGHTS = """
proc netspec_point_weights() { local i  localobj rule, nc
  for i = 0, $o1.count() - 1 {
    rule = $o1.o(i)
    nc = $o2.o($o3.x[i])
    setpointer rule.synweight, nc.weight[$o4.x[i]]
  }
}
"""
PLAY_WEIGHTS = """
proc netspec_play_weights() { local i  localobj nc
  for i = 0, $o3.size() - 1 {
    nc = $o2.o($o3.x[i])
    $o1.play(&nc.weight[$o4.x[i]], $o5)
  }
}
"""


@dataclass(frozen=True)
class Ends:
    """Some NetCons of a List: their positions, which of their weights counts, and the rows of the plan."""

    netcons: Any
    positions: NDArray[Any]
    weight_index: NDArray[Any]
    rows: NDArray[np.int64]

    @property
    def vectors(self) -> tuple[Any, Any]:
        """The positions and the indices of the weights, for hoc."""
        return h.Vector(np.asarray(self.positions, float)), h.Vector(np.asarray(self.weight_index, float))


@dataclass(frozen=True)
class Changing:
    """What changes the weights of rows. objects: a List of plasticity objects, one per row, or None.

    kept: what NEURON would free: sections, NetCons of both cells' spikes. courses: of the weights.
    """

    rows: NDArray[np.int64]
    objects: Any
    kept: tuple[Any, ...]
    courses: tuple[Course, ...] = ()


def of_connections(
    plan: Plan, cells: LiveCells, connections: "LiveConnections", pc: Any
) -> tuple[Changing, ...]:
    """Time courses and plasticity of the connections of every rule that asks for them."""
    made: list[Changing] = []
    for code, label in enumerate(plan.model.rules.names):
        rule = plan.model.spec.network.connections[label]
        rows = np.flatnonzero(plan.connections["rule"] == code) if rule.shape or rule.plast else ()
        if not len(rows):
            continue
        table, path = plan.connections.take(rows), f"netParams.connParams[{label!r}]"
        ends = Ends(connections.netcons, connections.positions(rows), connections.weight_index(rows), rows)
        if rule.shape:
            given = plan.model.spec.network.default_weight if rule.weight is None else rule.weight
            factor = weight_factor(plan, table)
            raw = raw_weights(table["weight"], None if rule.weight_factor else given, factor)
            made.append(_play(ends, rule.shape, raw, plan, f"{path}.shape"))
        if rule.plast:
            places, objects = _objects(cells, table["post"], table["section"], rule.plast, f"{path}.plast")
            kept: tuple[Any, ...] = ()
            if WEIGHT in catalog.pointers(rule.plast["mech"]):
                heard = bulk.connect(pc, table["pre"], objects, np.arange(len(rows)), 1.0, DELAY)
                kept = _listen(ends, objects, heard, table["post"], pc)
            made.append(Changing(rows, objects, (places, *kept)))
    return tuple(made)


def of_input(
    plan: Plan, cells: LiveCells, block: InputBlock, sources: Any, netcons: Any, weight_index: Any, pc: Any
) -> tuple[Changing, ...]:
    """The same for the NetCons of NetStims that drive cells."""
    rows = np.arange(len(block.rows))
    network = plan.model.spec.network
    ends = Ends(netcons, rows, np.broadcast_to(weight_index, len(rows)), rows)
    path = f"netParams.stimSourceParams[{block.source!r}]"
    made = []
    if block.shape and len(rows):
        scale = np.full(len(rows), float(network.scale_conn_weight_net_stims))
        factor = scale * section_factor(plan, block.rows["gid"], block.rows)
        made.append(
            _play(ends, block.shape, raw_weights(block.rows["weight"], None, factor), plan, f"{path}.shape")
        )
    if block.plast and len(rows):
        places, objects = _objects(
            cells, block.rows["gid"], block.rows["section"], block.plast, f"{path}.plast"
        )
        kept: tuple[Any, ...] = ()
        if WEIGHT in catalog.pointers(block.plast["mech"]):
            heard = bulk.netcons(sources, objects, rows, 1.0, DELAY)
            kept = _listen(ends, objects, heard, block.rows["gid"], pc)
        made.append(Changing(rows, objects, (places, *kept)))
    return tuple(made)


def raw_weights(final: Floats, given: Any, factor: Floats) -> Floats:
    """Weights before scaling: the number that was given, else the final weights without their factors."""
    if isinstance(given, int | float):
        return np.full(len(final), float(given))
    return np.divide(final, factor, out=np.zeros(len(final)), where=factor != 0)


def weight_factor(plan: Plan, rows: Table) -> Floats:
    """What the weight of each connection has been multiplied by: (n,)."""
    network = plan.model.spec.network
    scale = np.full(len(rows), float(network.scale_conn_weight))
    models = network.scale_conn_weight_models
    kinds = plan.cells.tag("cellModel")
    if isinstance(models, Mapping) and kinds is not None:
        kinds = kinds[plan.cells.positions(rows["post"])]
        for kind, value in models.items():
            scale[kinds == kind] = value
    return scale * section_factor(plan, rows["post"], rows)


def section_factor(plan: Plan, gids: NDArray[Any], rows: Table) -> Floats:
    """The section's weightNorm at each location: (n,), 1 where a section has none."""
    factor = np.ones(len(rows))
    codes = plan.cells.table["template"][plan.cells.positions(gids)]
    for code, template in enumerate(plan.templates):
        for name, section in template.sections.items():
            if section.weight_norm:
                here = (codes == code) & (rows["section"] == plan.model.sections.code(name))
                segment = np.round(rows["location"][here] * int(section.geom.get("nseg", 1))).astype(int) - 1
                factor[here] = np.asarray(section.weight_norm, float)[segment]
    return factor


def time_course(shape: Mapping[str, Any], duration: float, path: str) -> tuple[Floats, Floats]:
    """Times [ms] and factors of a weight's time course: (n,) each, as NetPyNE makes it."""
    if is_stimulus(shape):
        return _held(from_plain(shape, path), duration, path)
    width, period = (float(shape.get(name, 100.0)) / 1000.0 for name in ("pulseWidth", "pulsePeriod"))
    if width < STEP or period <= 0:
        raise SpecError([Problem(path, "pulseWidth must be 1 ms or more, and pulsePeriod positive")])
    kernel = _pulse(shape.get("pulseType", "square"), width, path)
    times, values = [np.empty(0)], [np.empty(0)]
    for start, stop in _switched_on(shape, duration, path):
        count = int((stop - start) / STEP)
        if count:
            when = (np.arange(count) * STEP + start) * 1e3
            times += [np.zeros(1), when, when[-1:] + STEP * 1e3]
            values += [np.zeros(1), _train(kernel, period, stop - start, count), np.zeros(1)]
    return np.concatenate(times), np.concatenate(values)


def _held(stimulus: Stimulus, duration: float, path: str) -> tuple[Floats, Floats]:
    """The same of a stimulus: its value each millisecond and at its edges, up to the next."""
    step = STEP * 1e3
    span = Span(0.0, duration, step, stream(path), "")
    edges = [edge for edge in stimulus.edges(span) if 0 <= edge <= duration]
    grid = np.empty(0) if stimulus.straight and _flat(stimulus, span, edges) else np.arange(0, duration, step)
    times = np.unique(np.concatenate([[0.0], edges, grid]))
    return times, np.asarray(stimulus.at(times, span))


def _flat(stimulus: Stimulus, span: Span, edges: list[float]) -> bool:
    """Whether a stimulus of straight lines is level between its edges."""
    ends = np.unique([span.start, *edges, span.end])
    return bool((stimulus.at(ends[:-1], span) == stimulus.at(ends[1:], replace(span, left=True))).all())


def _switched_on(shape: Mapping[str, Any], duration: float, path: str) -> Iterator[tuple[float, float]]:
    """Intervals in which there are pulses [s]."""
    given = shape.get("switchOnOff")
    if given is not None and list(given) != sorted(given):
        raise SpecError([Problem(f"{path}['switchOnOff']", f"{given!r} does not ascend")])
    switches = [0.0, duration] if given is None else [*given, duration]
    for on, off in zip(switches[::2], switches[1::2], strict=False):
        yield float(on) / 1000.0, float(off) / 1000.0


def _pulse(kind: str, width: float, path: str) -> Floats:
    """One pulse, in the middle of a window of ten widths."""
    count = int(PULSE_WIDTHS * width / STEP)
    match kind:
        case "square":
            pulse = np.zeros(count)
            pulse[int(count / 2) : int(count / 2) + int(width / STEP)] = 1
        case "gaussian":
            x = (np.arange(count) - count / 2 + 1) * STEP
            pulse = np.exp(-2 * (2 * x / width - 1) ** 2)
            pulse /= pulse.max()
        case _:
            raise SpecError([Problem(f"{path}['pulseType']", f"{kind!r} is not 'square' or 'gaussian'")])
    return pulse


def _train(kernel: Floats, period: float, length: float, count: int) -> Floats:
    """Pulses every `period` [s] for `length` [s]: (count,)."""
    onsets, onset = [], 0.0
    while onset < length - STEP / 2:
        onsets.append(onset)
        onset += period
    events = np.zeros(count)
    index = (np.array(onsets) / STEP).astype(int)
    events[index[index < count]] = 1
    return np.convolve(events, kernel)[int(len(kernel) / 2 - 1) :][:count]


def _play(ends: Ends, shape: Mapping[str, Any], raw: Floats, plan: Plan, path: str) -> Changing:
    """The time course of the weights; one for all connections of equal weight."""
    times, values = time_course(shape, plan.model.spec.simulation.duration, path)
    when, courses = h.Vector(times), []
    for weight in np.unique(raw):
        some = raw == weight
        part = Ends(ends.netcons, ends.positions[some], ends.weight_index[some], ends.rows[some])
        course = h.Vector(values * weight)
        play = partial(_play_weights, part, course, when)
        courses.append(Course(when, course, play, partial(_pointers, part)))
    return Changing(ends.rows, None, (), tuple(courses))


def _play_weights(ends: Ends, course: Any, when: Any) -> None:
    if not hasattr(h, "netspec_play_weights"):
        h(PLAY_WEIGHTS)
    h.netspec_play_weights(course, ends.netcons, *ends.vectors, when)


def _pointers(ends: Ends) -> Any:
    """The weights as a PtrVector."""
    pointers = h.PtrVector(len(ends.rows))
    point_at_weights(pointers, ends.netcons, *ends.vectors)
    return pointers


def _objects(
    cells: LiveCells, gids: NDArray[Any], sections: NDArray[Any], plast: Mapping[str, Any], path: str
) -> tuple[bulk.Sections, Any]:
    """One plasticity object per row, at the start of the row's section; and these sections."""
    mechanism = plast.get("mech")
    if not isinstance(mechanism, str) or not hasattr(h, mechanism):
        raise SpecError([Problem(f"{path}['mech']", f"NEURON has no mechanism {mechanism!r}")])
    if np.all(sections < 0):
        # An artificial cell has no section, but a point process needs one.
        table, index = bulk.sections([h.Section(name="plasticity")]), np.zeros(len(gids))
    else:
        table, index = cells.section_table(gids, sections)
    return table, bulk.synapses(mechanism, table, index, 0.0, plast.get("params") or {})


def _listen(ends: Ends, objects: Any, heard: Any, post: NDArray[Any], pc: Any) -> tuple[Any, ...]:
    """Let the objects hear the postsynaptic spikes and set the weights."""
    if not hasattr(h, "netspec_point_weights"):
        h(POINT_WEIGHTS)
    own = bulk.connect(pc, post, objects, np.arange(len(post)), -1.0, DELAY)
    h.netspec_point_weights(objects, ends.netcons, *ends.vectors)
    return heard, own
