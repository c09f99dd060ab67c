"""Samples of potentials or membrane currents of all nodes, multiplied into channels block by block."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netspec.neuron.electrodes import LiveElectrodes
from netspec.neuron.geometry import Wiring
from netspec.neuron.nodes import Reader
from netspec.signals.recorded import Signal, counted

Floats = NDArray[np.float64]
Content = list[Any]
BLOCK = 32
"""Samples that are multiplied at once. The same everywhere, since the order of additions depends on it."""
REST = -65.0
"""Taken off potentials [mV]: what all nodes have in common adds nothing but rounding."""


@dataclass(frozen=True, eq=False)
class Part:
    """The channels of one signal, and what is kept of it. Rows are numbers of cells.

    summed: the cells that make it, or None where only single cells are kept; members: those of populations.
    kept: the cells whose own share is kept, each under its gid. raw: nodes, not channels, are kept: their
    number in each kept cell. from_start: with a sample at 0 ms.
    """

    name: str
    channels: slice
    unit: str
    quantum: float
    summed: NDArray[np.int64] | None
    members: dict[str, NDArray[np.int64]]
    kept: dict[int, int]
    raw: dict[int, int]
    from_start: bool = False


class Sampler:
    """One variable of all nodes, and the signals that are made of it.

    weights: (nodes, channels). offset: taken off the variable.
    """

    def __init__(
        self,
        wiring: Wiring,
        weights: Floats,
        parts: list[Part],
        offset: float,
        electrodes: LiveElectrodes | None,
    ):
        self._wiring, self._weights, self._parts = wiring, np.ascontiguousarray(weights), parts
        self._offset, self._electrodes = offset, electrodes
        self._starts = np.concatenate([[0], np.cumsum(wiring.sizes)])
        self._samples = self._taken = 0
        self._done: list[list[Any]] = []

    @property
    def clamps(self) -> list[Any]:
        """The electrodes whose currents are read too."""
        return self._electrodes.clamps if self._electrodes else []

    def start(self, read: Reader, read_electrodes: Reader | None = None) -> None:
        """Begin anew; read writes the variable of all nodes into an array, read_electrodes the currents."""
        self._read = read
        self._read_electrodes = read_electrodes or (self._electrodes.read if self._electrodes else None)
        self._buffer = np.zeros((BLOCK, len(self._wiring.index)))
        self._injected = np.zeros((BLOCK, self._electrodes.count if self._electrodes else 0))
        self._samples = 0
        self.forget()

    def sample(self) -> None:
        """Take what is there now."""
        row = self._samples % BLOCK
        self._read(self._buffer[row])
        if self._electrodes and self._read_electrodes:
            self._read_electrodes(self._injected[row])
        self._samples += 1
        if row == BLOCK - 1:
            self._done.append(self._reduced(BLOCK))

    def collect(self, times: Floats, begun: bool = True) -> Iterator[tuple[str, Signal]]:
        """The signals that are in memory, by name. times: of all samples [ms]. begun: with the last block."""
        left = self._samples % BLOCK
        blocks = [*self._done, self._reduced(left)] if left and begun else self._done
        end = self._samples if begun else self._samples - left
        for k, part in enumerate(self._parts):
            signal = _joined(part, [block[k] for block in blocks], times[self._taken : end])
            yield part.name, signal if part.from_start else signal.within(signal.time > 0)

    def forget(self) -> None:
        """Keep the finished blocks no longer."""
        self._done, self._taken = [], self._samples - self._samples % BLOCK

    def unfinished(self) -> Content:
        """The block that is being sampled; to be put back by `continue_from`."""
        left = self._samples % BLOCK
        return [self._samples, self._buffer[:left].copy(), self._injected[:left].copy()]

    def continue_from(self, unfinished: Content) -> None:
        """Go on with a block that was begun."""
        self._samples, buffer, injected = unfinished
        self._buffer[: len(buffer)], self._injected[: len(injected)] = buffer, injected
        self.forget()

    @property
    def held(self) -> int:
        """Numbers that are in memory."""
        return self._buffer.size + sum(_size(part) for block in self._done for part in block)

    def _reduced(self, samples: int) -> list[Any]:
        """(total, of populations, of cells) of each signal, for the samples in the buffer."""
        values = self._values()[:, :samples]
        return [self._of_part(part, values, samples) for part in self._parts]

    def _values(self) -> Floats:
        """What each cell adds to each channel: (cells, BLOCK, channels)."""
        channels = self._weights.shape[1]
        found = np.zeros((len(self._wiring.sizes), BLOCK, channels))
        if not channels:
            return found
        for cells, nodes in _groups(self._wiring.sizes, self._starts):
            shape = (cells.stop - cells.start, -1)
            variable = (self._buffer[:, nodes] - self._offset).reshape(BLOCK, *shape).transpose(1, 0, 2)
            found[cells] = variable @ self._weights[nodes].reshape(*shape, channels)
        if self._electrodes:
            self._electrodes.add(found, self._injected)
        return found

    def _of_part(self, part: Part, values: Floats, samples: int) -> tuple[Any, dict[str, Any], list[Floats]]:
        if part.summed is None:
            starts = self._starts
            own = [self._buffer[:samples, starts[k] : starts[k] + n].copy() for k, n in part.raw.items()]
            return None, {}, own
        own_channels = values[..., part.channels]
        counts = counted(own_channels, part.quantum)
        of_label = {label: counts[rows].sum(axis=0) for label, rows in part.members.items()}
        return counts[part.summed].sum(axis=0), of_label, [own_channels[k].copy() for k in part.kept.values()]


def _size(part: tuple[Any, dict[str, Any], list[Floats]]) -> int:
    total, of_label, own = part
    return sum(np.size(counts) for counts in (*of_label.values(), *own)) + np.size(total)


def _groups(sizes: NDArray[np.int64], starts: NDArray[np.int64]) -> Iterator[tuple[slice, slice]]:
    """(cells, nodes) of each stretch of cells with equally many nodes."""
    borders = [0, *(np.flatnonzero(np.diff(sizes)) + 1).tolist(), len(sizes)]
    for first, last in zip(borders, borders[1:], strict=False):
        if first < last:
            yield slice(first, last), slice(int(starts[first]), int(starts[last]))


def _joined(part: Part, blocks: list[Any], time: Floats) -> Signal:
    """The blocks of a signal one after another."""
    channels = part.channels.stop - part.channels.start
    cells = {}
    for i, (gid, k) in enumerate(part.kept.items()):
        none = np.zeros((0, part.raw[k] if part.summed is None else channels))
        cells[gid] = np.concatenate([none, *(own[i] for _, _, own in blocks)])
    if part.summed is None:
        return Signal(time, part.unit, part.quantum, cells=cells)

    def column(counts: Iterable[NDArray[np.int64]]) -> NDArray[np.int64]:
        """Counts of all blocks: (samples, channels)."""
        return np.concatenate([np.zeros((0, channels), np.int64), *counts])

    populations = {label: column(own[label] for _, own, _ in blocks) for label in part.members}
    total = column(total for total, _, _ in blocks)
    return Signal(time, part.unit, part.quantum, total, populations, cells)
