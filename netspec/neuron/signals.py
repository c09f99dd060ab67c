"""Signals that are linear in membrane currents, sampled between windows of the run.

With a fixed step the current out of a segment is what flows into it along the cell, so a signal is also
linear in the potentials, which cost nothing to have: matrix @ currents = (matrix @ resistances) @ potentials.
"""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from neuron import h
from numpy.typing import NDArray

from netspec.neuron.cells import LiveCells
from netspec.neuron.electrodes import LiveElectrodes, electrode_mechanisms
from netspec.neuron.geometry import segments, wiring
from netspec.neuron.nodes import reader
from netspec.plan import Plan, SignalBlock
from netspec.plan.signals import MEMBRANE
from netspec.signals.recorded import Signal, counted
from netspec.signals.recorders import RECORDERS

log = logging.getLogger("netspec")
Floats = NDArray[np.float64]
BLOCK = 32
"""Samples that are multiplied at once. The same everywhere, since the order of additions depends on it."""
REST = -65.0
"""Taken off potentials [mV]: what all nodes have in common adds nothing but rounding."""


@dataclass(frozen=True, eq=False)
class _Part:
    """The channels of one signal among all channels, and what is kept of it."""

    block: SignalBlock
    channels: slice
    unit: str
    quantum: float
    contributes: NDArray[np.bool_]
    kept: NDArray[np.int64]
    members: dict[str, NDArray[np.int64]]


class LiveSignals:
    """What this rank adds to the signals of the plan. Every rank has one, since all advance together."""

    def __init__(self, plan: Plan, cells: LiveCells):
        self.plan, self.blocks = plan, plan.recordings.signals
        cells.define_shapes()
        wanted = sorted({gid for block in self.blocks for gid in block.gids.tolist()})
        sections = {gid: cells.named_sections(gid) for gid in wanted}
        # Cells with as many nodes are multiplied at once.
        self.gids = sorted(wanted, key=lambda gid: (_nodes(sections[gid]), gid))
        self.cells = [sections[gid] for gid in self.gids]
        self.times = sample_times(plan)
        self._stops = stops(plan, self.times)
        self.needs_current = False
        self._parts: list[_Part] = []
        self._samples = 0
        self._done: list[list[Any]] = []

    def prepare(self, ranks: Any) -> None:
        """Choose how signals are computed, on all ranks alike, and make the matrices. Initialises NEURON."""
        h.finitialize()  # node indices exist from then on
        self._wiring = wiring(self.cells)
        self._matrix = self._wiring.node_matrix(self._matrices())
        weights = self._wiring.axial(self._matrix)
        reason = self._reason()
        self.needs_current = bool(ranks.allreduce(int(reason is not None), "max"))
        self._weights = np.ascontiguousarray((self._matrix if self.needs_current else weights).T)
        self._electrodes = None if self.needs_current else LiveElectrodes(self._wiring, self._matrix)
        how = f"membrane currents: {reason or 'so do other ranks'}" if self.needs_current else "potentials"
        log.info("signals of %d cells from %s", len(self.cells), how)

    def start(self) -> None:
        """Begin a run. NEURON has been initialised."""
        variable = "i_membrane_" if self.needs_current else "v"
        self._read = reader(variable, self._wiring.index, self._places)
        nodes = len(self._wiring.index)
        self._buffer = np.zeros((BLOCK, nodes))
        self._injected = np.zeros((BLOCK, self._electrodes.count if self._electrodes else 0))
        self._samples = 0
        self._done = []

    def advance(self, solve: Callable[[float], Any], until: float) -> None:
        """Run to a time [ms] with a sample at each of `times` on the way."""
        while self._samples < len(self.times) and self._stops[self._samples] <= until + 1e-9:
            solve(self._stops[self._samples])
            self._sample()
        if until > h.t + 1e-9:
            solve(until)

    def _sample(self) -> None:
        row = self._samples % BLOCK
        self._read(self._buffer[row])
        if self._electrodes:
            self._electrodes.read(self._injected[row])
        self._samples += 1
        if row == BLOCK - 1:
            self._done.append(self._reduced(BLOCK))

    def collect(self) -> dict[str, Signal]:
        """What has been sampled so far."""
        left = self._samples % BLOCK
        blocks = [*self._done, self._reduced(left)] if left else self._done
        time = self.times[: self._samples]
        return {
            part.block.name: _joined(part, [block[k] for block in blocks], time, self.gids)
            for k, part in enumerate(self._parts)
        }

    def _reduced(self, samples: int) -> list[Any]:
        """(total, of populations, of cells) of each signal, for the samples in the buffer."""
        values = self._values()[:, :samples]
        return [_of_part(part, values, self._currents(part, samples)) for part in self._parts]

    def _values(self) -> Floats:
        """What each cell adds to each channel: (cells, BLOCK, channels)."""
        channels = self._weights.shape[1]
        found = np.zeros((len(self.cells), BLOCK, channels))
        offset = 0.0 if self.needs_current else REST
        for cells, nodes in _groups(self._wiring.sizes):
            shape = (cells.stop - cells.start, -1)
            potentials = (self._buffer[:, nodes] - offset).reshape(BLOCK, *shape).transpose(1, 0, 2)
            weights = self._weights[nodes].reshape(*shape, channels)
            found[cells] = potentials @ weights
        if self._electrodes:
            self._electrodes.add(found, self._injected)
        return found

    def _currents(self, part: _Part, samples: int) -> list[Floats]:
        """Membrane currents of segments (samples, segments) of the cells for which they are kept."""
        if part.block.name != MEMBRANE:
            return []
        starts = np.concatenate([[0], np.cumsum(self._wiring.sizes)])
        inner = [sum(section.nseg for section in sections.values()) for sections in self.cells]
        return [self._buffer[:samples, starts[k] : starts[k] + inner[k]].copy() for k in part.kept.tolist()]

    def _matrices(self) -> Floats:
        """(channels of all signals, segments); says where each signal's channels are."""
        places = segments(self.cells)
        simulation = self.plan.model.spec.simulation
        rows, found = 0, [np.empty((0, len(places)))]
        self._parts = []
        for block in self.blocks:
            recorder = RECORDERS.get(block.name)
            matrix = recorder.matrix(places, simulation) if recorder else found[0]
            found.append(matrix)
            unit, quantum = (recorder.unit, recorder.quantum) if recorder else ("nA", 0.0)
            channels = slice(rows, rows + len(matrix))
            self._parts.append(self._part(block, channels, unit, quantum))
            rows = channels.stop
        return np.concatenate(found)

    def _part(self, block: SignalBlock, channels: slice, unit: str, quantum: float) -> _Part:
        cells = self.plan.cells
        gids = np.array(self.gids, np.int64)
        labels = [population.label for population in cells.populations]
        codes = cells.table["population"][cells.positions(gids)]
        contributes = np.isin(gids, block.gids)
        members = {
            label: np.flatnonzero(contributes & (codes == labels.index(label))) for label in block.populations
        }
        kept = np.flatnonzero(np.isin(gids, block.cells))
        return _Part(block, channels, unit, quantum, contributes, kept, members)

    def _reason(self) -> str | None:
        """Why potentials are not enough to know the membrane currents, or None."""
        simulation = self.plan.model.spec.simulation
        if any(block.name == MEMBRANE for block in self.blocks):
            return "saveIMembrane asks for them"
        if simulation.cvode_active or simulation.use_local_dt:
            return "the time step varies"
        if h.secondorder:
            return "secondorder is not 0"
        if self.plan.model.spec.network.rxd.species:
            return "reactions have currents"
        if any(s.has_membrane("extracellular") for parts in self.cells for s in parts.values()):
            return "sections have the mechanism extracellular"
        clamps = electrode_mechanisms() - {"IClamp"}
        return f"there is a {min(clamps)}" if clamps else None

    def _places(self) -> Iterator[Any]:
        """The nodes as segments, in the order of the wiring."""
        for parts in self.cells:
            for section in parts.values():
                yield from section
            for section in parts.values():
                yield section(1 - section.orientation())
                if section.parentseg() is None:
                    yield section(section.orientation())


def sample_times(plan: Plan) -> Floats:
    """When signals are sampled: every recordStep after the start [ms]."""
    simulation = plan.model.spec.simulation
    step = 0.1 if isinstance(simulation.record_step, str) else float(simulation.record_step)
    return step * np.arange(1, int(np.floor(simulation.duration / step + 1e-9)) + 1)


def stops(plan: Plan, times: Floats) -> Floats:
    """When a run is where it is nearest to the times [ms]: at a step, if steps are fixed."""
    simulation = plan.model.spec.simulation
    if simulation.cvode_active or simulation.use_local_dt:
        return times
    dt = float(simulation.dt)
    last = np.floor(simulation.duration / dt + 1e-9)
    return np.asarray(np.minimum(np.rint(times / dt), last) * dt)


def _nodes(parts: dict[str, Any]) -> int:
    """Number of nodes of a cell: segments, an end of each section, and that of the first."""
    return 1 + sum(section.nseg + 1 for section in parts.values())


def _groups(sizes: NDArray[np.int64]) -> Iterator[tuple[slice, slice]]:
    """(cells, nodes) of each stretch of cells with equally many nodes."""
    starts = np.concatenate([[0], np.cumsum(sizes)])
    borders = np.flatnonzero(np.diff(sizes)) + 1
    for first, last in zip([0, *borders], [*borders, len(sizes)], strict=True):
        if first < last:
            yield slice(int(first), int(last)), slice(int(starts[first]), int(starts[last]))


def _of_part(part: _Part, values: Floats, currents: list[Floats]) -> tuple[Any, dict[str, Any], list[Floats]]:
    if part.block.name == MEMBRANE:
        return None, {}, currents
    own = values[..., part.channels]
    counts = counted(own, part.quantum)
    of_label = {label: counts[rows].sum(axis=0) for label, rows in part.members.items()}
    return counts[part.contributes].sum(axis=0), of_label, [own[k].copy() for k in part.kept]


def _joined(part: _Part, blocks: list[Any], time: Floats, gids: list[int]) -> Signal:
    """The blocks of a signal one after another."""
    cells = {
        gids[k]: np.concatenate([of_cells[i] for _, _, of_cells in blocks])
        for i, k in enumerate(part.kept.tolist())
        if blocks
    }
    if part.block.name == MEMBRANE:
        return Signal(time, part.unit, part.quantum, cells=cells)
    empty = np.zeros((0, part.channels.stop - part.channels.start), np.int64)
    populations = {
        label: np.concatenate([empty, *(of_label[label] for _, of_label, _ in blocks)])
        for label in part.members
    }
    total = np.concatenate([empty, *(total for total, _, _ in blocks)])
    return Signal(time, part.unit, part.quantum, total, populations, cells)
