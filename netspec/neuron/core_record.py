"""What CoreNEURON records: every step, since it knows no other interval; what is wanted is taken out."""

from typing import Any

import numpy as np
from neuron import h
from numpy.typing import NDArray

from netspec.errors import StateError
from netspec.neuron.cells import LiveCells
from netspec.neuron.inputs import LiveInputs
from netspec.neuron.record import LiveRecordings, TraceVector
from netspec.neuron.synapses import LiveSynapses
from netspec.plan import Plan, TraceBlock
from netspec.spec.simulation import Simulation

Floats = NDArray[np.float64]
Steps = NDArray[np.int64]


class EveryStep:
    """Variables that are recorded at every step of a window of the run."""

    def __init__(self) -> None:
        self._vectors: list[Any] = []
        self._first = 0

    def __len__(self) -> int:
        return len(self._vectors)

    def add(self, reference: Any) -> None:
        """Record a variable from the next initialisation on."""
        self._vectors.append(h.Vector().record(reference))

    def start(self) -> None:
        """Begin anew: NEURON has been initialised, and holds the sample of step 0."""
        self._first = 0
        if any(len(vector) != 1 for vector in self._vectors):
            raise StateError("what is recorded in every step was not there when NEURON was initialised")

    def take(self, wanted: Steps, last: int) -> Floats:
        """Values at those of the wanted steps (ascending) that the last window had: (steps, variables).

        last: the step at which it ended. Afterwards nothing is kept.
        """
        count = last - self._first + 1
        rows = wanted[(wanted >= self._first) & (wanted <= last)] - self._first
        found = np.empty((len(rows), len(self._vectors)))
        for column, vector in enumerate(self._vectors):
            if len(vector) != count:
                message = f"CoreNEURON recorded {len(vector)} samples in a window of {count} steps"
                raise StateError(message)
            found[:, column] = vector.as_numpy()[rows]
            vector.resize(0)
        self._first = last + 1
        return found

    def continue_at(self, last: int) -> None:
        """Go on after a step, of which the values were taken in an earlier process."""
        for vector in self._vectors:
            vector.resize(0)
        self._first = last + 1


def sampling(step: float, dt: float, duration: float) -> tuple[Floats, Steps]:
    """When Vector.record(variable, step) takes samples [ms], and after which of the run's steps it does.

    NEURON adds up both the interval and its time, in half steps; an event within half a step is part of the
    step. The sample at the end of a run is missing where rounding has put it behind the end.
    """
    steps = int(duration / dt + 1e-9)
    times = np.cumsum(np.concatenate([[0.0], np.full(int(duration / step + 1e-6) + 1, step)]))
    now = np.cumsum(np.concatenate([[0.0], np.full(2 * steps, 0.5 * dt)]))[::2]
    times = times[times <= now[-1]]
    return times, np.searchsorted(now + 0.5 * dt, times).astype(np.int64)


class CoreRecordings(LiveRecordings):
    """The Vectors that hold what is wanted of what CoreNEURON records."""

    def __init__(
        self,
        plan: Plan,
        cells: LiveCells,
        synapses: LiveSynapses,
        inputs: LiveInputs,
        pc: Any,
        reactions: Any = None,
    ):
        self.every, self._pc = EveryStep(), pc
        self._first_stim = int(plan.cells.table["gid"].max(initial=-1)) + 1
        super().__init__(plan, cells, synapses, inputs, pc, reactions)

    @property
    def columns(self) -> int:
        """How many variables are recorded."""
        return len(self.every)

    def begin(self, simulation: Simulation) -> None:
        """Begin a run. NEURON has been initialised."""
        dt, duration = float(simulation.dt), float(simulation.duration)
        self._times, self._steps = sampling(self._step(), dt, duration)
        self._taken = 0
        for vector in (*(trace.values for trace in self.traces), *([self.time] if self.time else [])):
            vector.resize(0)
        self.every.start()

    def pick(self, last: int) -> None:
        """Pick the samples of the window that ended at a step, and the spikes of NetStims."""
        rows = self.every.take(self._steps, last)
        for trace, column in zip(self.traces, rows.T, strict=True):
            trace.values.append(h.Vector(column))
        taken = int(np.searchsorted(self._steps, last, side="right"))
        if self.time is not None:
            self.time.append(h.Vector(self._times[self._taken : taken]))
        self._taken = taken
        self._sort_spikes()

    def continue_at(self, last: int) -> None:
        """Go on after a step."""
        self.every.continue_at(last)
        self._taken = int(np.searchsorted(self._steps, last, side="right"))

    def _sort_spikes(self) -> None:
        """By time and gid. NetStims have gids here: their spikes do not belong to those of cells."""
        times, gids = self.times.as_numpy().copy(), self.gids.as_numpy().copy()
        for number, vector in enumerate(self.stims.values()):
            vector.append(h.Vector(times[gids == self._gid(number)]))
        cells = np.flatnonzero(gids < self._first_stim)
        order = cells[np.lexsort((gids[cells], times[cells]))]
        self.times.from_python(times[order])
        self.gids.from_python(gids[order])

    def _record_stims(self) -> dict[tuple[int, str], Any]:
        """Empty Vectors by (gid, source); CoreNEURON records spikes of what has a gid only."""
        vectors = {}
        for number, (place, netcon) in enumerate(self._stim_netcons().items()):
            gid = self._gid(number)
            if not self._pc.gid_exists(gid):
                self._pc.set_gid2node(gid, self._pc.id())
                self._pc.cell(gid, h.NetCon(netcon.pre(), None))
            if self.plan.recordings.spikes is not None:
                self._pc.spike_record(gid, self.times, self.gids)
            vectors[place] = h.Vector()
        return vectors

    def _gid(self, number: int) -> int:
        """The gid of a NetStim of this rank."""
        return int(self._first_stim + self._pc.id() + self._pc.nhost() * number)

    def _record_time(self) -> Any:
        return h.Vector()

    def _start(self, block: TraceBlock, gid: int, section: Any, variable: Any) -> TraceVector:
        self.every.add(variable)
        return TraceVector(block.label, gid, block.key, h.Vector(), None, variable)
