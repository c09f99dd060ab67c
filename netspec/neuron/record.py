"""What is recorded: spikes of cells and NetStims, traces and time, as NEURON Vectors, then arrays."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NoReturn

import numpy as np
from neuron import h
from numpy.typing import NDArray

from netspec.errors import Problem, SpecError, StateError
from netspec.neuron.cells import LiveCells
from netspec.neuron.inputs import LiveInputs
from netspec.neuron.synapses import LiveSynapses
from netspec.neuron.threads import Samples
from netspec.plan import Plan, TraceBlock
from netspec.signals.recorded import Signal
from netspec.spec.simulation import Simulation
from netspec.tables import Table

Trace = NDArray[np.float64]
ADAPTIVE = "adaptive"


@dataclass(frozen=True)
class Recorded:
    """What this rank has recorded.

    spikes: time [ms] and gid, in NEURON's order. time: of the traces' samples [ms], or None.
    traces: by label and gid; several synapses of one cell are told apart by a key. stims: spike times [ms] of
    NetStims, by target cell and source. times: of samples, by label and gid (recordStep 'adaptive').
    signals: by name, the share of this rank's cells.
    """

    spikes: Table
    time: Trace | None = None
    traces: dict[str, dict[int, Any]] = field(default_factory=dict)
    stims: dict[int, dict[str, Trace]] = field(default_factory=dict)
    times: dict[str, dict[int, Any]] = field(default_factory=dict)
    signals: dict[str, Signal] = field(default_factory=dict)


@dataclass(frozen=True)
class TraceVector:
    """One trace that is being recorded. time: Vector of its own sample times, or None."""

    label: str
    gid: int
    key: str | None
    values: Any
    time: Any
    variable: Any


class LiveRecordings:
    """The Vectors that NEURON records into: times and gids of spikes, time, traces, stims by gid, source."""

    def __init__(
        self,
        plan: Plan,
        cells: LiveCells,
        synapses: LiveSynapses,
        inputs: LiveInputs,
        pc: Any,
        reactions: Any = None,
    ):
        self.plan, self.cells, self.synapses, self.inputs = plan, cells, synapses, inputs
        self.reactions = reactions
        self._simulation = plan.model.spec.simulation
        wanted = plan.recordings
        self.samples = Samples(plan) if self._simulation.threads > 1 else None
        self.times, self.gids = h.Vector(), h.Vector()
        self._record_spikes(pc)
        self.time = self._record_time() if wanted.time else None
        self.traces = [trace for block in wanted.traces for trace in self._block(block)]
        self.stims = self._record_stims() if wanted.stims else {}

    def clear(self) -> None:
        """Forget the spikes of an earlier run (NEURON itself starts traces anew)."""
        for vector in (self.times, self.gids, *self.stims.values()):
            vector.resize(0)

    def vectors(self) -> list[Any]:
        """All that is recorded into: times and gids of spikes, stims, the traces, their own times, time."""
        own = [trace.time for trace in self.traces if trace.time is not None]
        traces = [trace.values for trace in self.traces]
        axis = [] if self.time is None else [self.time]
        return [self.times, self.gids, *self.stims.values(), *traces, *own, *axis]

    def pointers(self) -> Any:
        """PtrVector of the variables that traces read; all their values are known between two windows."""
        found = h.PtrVector(max(len(self.traces), 1))
        for k, trace in enumerate(self.traces):
            found.pset(k, trace.variable)
        return found

    def collect(self, arrays: list[Trace] | None = None) -> Recorded:
        """What has been recorded so far, as arrays. arrays: of all `vectors`, unless they hold everything."""
        held = iter([_array(vector) for vector in self.vectors()] if arrays is None else arrays)
        spikes = Table({"time": next(held), "gid": next(held).astype(np.int64)})
        if self.samples is not None:  # threads write down their spikes whenever they get there
            spikes = spikes.take(np.lexsort([spikes["gid"], spikes["time"]]))
        stims: dict[int, dict[str, Trace]] = {}
        for gid, source in self.stims:
            stims.setdefault(gid, {})[source] = next(held)
        traces: dict[str, dict[int, Any]] = {label: {} for label in self.plan.recordings.labels}
        times: dict[str, dict[int, Any]] = {}
        for trace in self.traces:
            _file(traces, trace, next(held))
        for trace in self.traces:
            if trace.time is not None:
                _file(times, trace, next(held))
        time = None if self.time is None else next(held)
        return Recorded(spikes, time, traces, stims, times)

    def _record_spikes(self, pc: Any) -> None:
        wanted = self.plan.recordings.spikes
        if wanted is None:
            pc.spike_record(-1, self.times, self.gids)
            return
        own = [int(gid) for gid in wanted if self.cells.owns(gid) and pc.gid_exists(int(gid))]
        for gid in own:
            pc.spike_record(gid, self.times, self.gids)

    def _record_stims(self) -> dict[tuple[int, str], Any]:
        """Spike times by (gid, source)."""
        vectors = {}
        for place, netcon in self._stim_netcons().items():
            vectors[place] = h.Vector()
            netcon.record(vectors[place])
        return vectors

    def _stim_netcons(self) -> dict[tuple[int, str], Any]:
        """A NetCon by (gid, source); of several NetStims of a source on a cell the last, as in NetPyNE."""
        last = {
            (int(gid), made.block.source): (made, row)
            for made in self.inputs.made
            if made.netcons is not None
            for row, gid in enumerate(made.block.rows["gid"])
            if made.block.numbers is None or not made.block.numbers[row]  # else another rank has the last
        }
        return {place: made.netcons.o(row) for place, (made, row) in last.items()}

    def _step(self) -> float:
        """Interval of samples [ms]."""
        step = self._simulation.record_step
        if step == ADAPTIVE and self._simulation.use_local_dt:
            return 0.1
        if isinstance(step, str) or not step > 0:
            wanted = (
                "'adaptive' needs use_local_dt" if step == ADAPTIVE else f"{step!r} is not a positive number"
            )
            raise SpecError([Problem("simConfig.recordStep", wanted)])
        return float(step)

    def _record_time(self) -> Any:
        step = self._step()
        if self._simulation.use_local_dt:
            return h.Vector().indgen(0, self._simulation.duration, step)
        if self.samples is not None:
            self.samples.time = _vector(self._simulation, step)
            return self.samples.time
        return _vector(self._simulation, step).record(h._ref_t, step)

    def _block(self, block: TraceBlock) -> Iterator[TraceVector]:
        """Start recording all traces of a block."""
        for gid, section, variable in _variables(self, block):
            yield self._start(block, gid, section, variable)

    def _start(self, block: TraceBlock, gid: int, section: Any, variable: Any) -> TraceVector:
        step, simulation, own_time = self._step(), self._simulation, None
        values = _vector(simulation, step)
        if self.samples is not None:
            self.samples.follow(variable, values)
        elif not simulation.use_local_dt:
            values.record(variable, step)
        elif simulation.record_step == ADAPTIVE:
            own_time = h.Vector()
            h.CVode().record(variable, values, own_time, sec=section)
        else:
            self.time = self._record_time() if self.time is None else self.time
            h.CVode().record(variable, values, self.time, 1, sec=section)
        return TraceVector(block.label, gid, block.key, values, own_time, variable)


def _variables(live: LiveRecordings, block: TraceBlock) -> Iterator[tuple[int, Any, Any]]:
    """(gid, section or None, pointer) of every trace of a block."""
    candidates = _candidates(live, block)
    for gid in block.gids.tolist():
        try:
            section = None if block.kind == "point" else live.cells.section(gid, block.section)
            holder = _holder(live, block, gid, section, candidates)
        except StateError as error:
            _refuse(block, str(error))
        if block.kind == "segment" and block.variable.endswith("]") and live.reactions is not None:
            variable = live.reactions.value(block.variable, holder)
            if variable is not None:
                yield gid, section, variable
            continue
        try:
            variable = getattr(holder, f"_ref_{block.variable}")
        except (AttributeError, NameError, LookupError, TypeError) as error:
            if block.kind == "segment" and block.variable in live.plan.model.spec.network.rxd.variables:
                continue  # a cell outside the species' regions
            _refuse(block, f"cell {gid} has no variable {block.variable!r} there ({_first_line(error)})")
        yield gid, section, variable


def _holder(
    live: LiveRecordings, block: TraceBlock, gid: int, section: Any, candidates: dict[int, list[Any]]
) -> Any:
    """What has the variable: a segment, a mechanism in it, a point process or an artificial cell."""
    match block.kind:
        case "point":
            return live.cells.point(gid)
        case "segment":
            return section(block.location)
        case "mech":
            return _mechanism(section(block.location), block, gid)
        case "pointp":
            return live.cells.pointp(gid, block.section, block.name)
        case _:
            return _chosen(candidates.get(gid, []), section(block.location), block, gid)


def _candidates(live: LiveRecordings, block: TraceBlock) -> dict[int, list[Any]]:
    """By gid, the synapses or stimuli of a name in the section."""
    model = live.plan.model
    if block.kind == "synapse":
        section, synapse = model.sections.code(block.section), model.synapses.code(block.name)
        found = live.synapses.find(block.gids, synapse, section)
        return {gid: [live.synapses.objects.o(item) for item in items] for gid, items in found.items()}
    if block.kind == "stim":
        return live.inputs.find(block.name, block.gids, model.sections.code(block.section))
    return {}


def _mechanism(segment: Any, block: TraceBlock, gid: int) -> Any:
    if not hasattr(segment, block.name):
        _refuse(block, f"mechanism {block.name!r} is not in section {block.section!r} of cell {gid}")
    return getattr(segment, block.name)


def _chosen(objects: list[Any], segment: Any, block: TraceBlock, gid: int) -> Any:
    """Number `index` of the objects that lie in the segment."""
    here = [found for found in objects if found.get_segment() == segment]
    if block.index >= len(here):
        place = f"{block.section}({block.location})"
        _refuse(
            block, f"cell {gid} has {len(here)} of {block.name!r} at {place}, none of index {block.index}"
        )
    return here[block.index]


def _refuse(block: TraceBlock, message: str) -> NoReturn:
    raise SpecError([Problem(f"simConfig.recordTraces[{block.label!r}]", message)]) from None


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__


def _vector(simulation: Simulation, step: float) -> Any:
    """An empty Vector with room for all samples, or for those of a window."""
    return h.Vector(int(simulation.longest_held / step) + 2).resize(0)


def _array(vector: Any) -> Trace:
    return np.array(vector.as_numpy(), float)


def _file(traces: dict[str, dict[int, Any]], trace: TraceVector, values: Trace) -> None:
    """Put an array under its label, gid and, if it has one, key."""
    by_gid = traces.setdefault(trace.label, {})
    if trace.key is None:
        by_gid[trace.gid] = values
    else:
        by_gid.setdefault(trace.gid, {})[trace.key] = values
