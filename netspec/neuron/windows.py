"""Recordings that leave memory piece by piece: what was recorded in a window of the run goes to a store.

The pieces in order, and what is still in memory, are what a run without windows has recorded.
"""

from dataclasses import replace
from typing import Any, Protocol

import numpy as np

from netspec.neuron.record import LiveRecordings, Recorded
from netspec.neuron.signals import LiveSignals
from netspec.neuron.weights import Course, LiveWeights
from netspec.signals.recorded import in_order
from netspec.tables import ragged

Content = dict[str, Any]


class Store(Protocol):
    """Where pieces go: numbered from 0, each whole or not there."""

    def write(self, number: int, piece: Content) -> None:
        """Keep a piece."""

    def columns(self, count: int) -> list[Any]:
        """Each column of the first pieces, joined."""

    def others(self, count: int, part: str) -> Any:
        """The signals or the weights in them, joined."""


class Windows:
    """What a rank records, of which a store has the earlier part."""

    def __init__(
        self,
        recordings: LiveRecordings,
        signals: LiveSignals | None,
        weights: LiveWeights | None,
    ):
        self._recordings, self._signals, self._weights = recordings, signals, weights
        self.begin()

    def begin(self, store: Store | None = None, count: int = 0) -> None:
        """Use a store, which has `count` pieces; None: everything stays in memory."""
        self._store, self.count, self._ended = store, count, False

    def flush(self, time: float, end: bool = False) -> None:
        """Hand over what was recorded until now [ms], and forget it. end: of the run; nothing is left."""
        if self._store is None:
            return
        values, offsets = ragged(vector.as_numpy() for vector in self._recordings.vectors())
        piece: Content = {"time": time, "values": values, "offsets": offsets}
        if self._signals is not None:
            piece["signals"] = self._signals.collect(begun=end)
        if self._weights is not None:
            piece["weights"] = self._weights.take()
        self._store.write(self.count, piece)
        self.count += 1
        self._ended = end
        self.forget()

    def forget(self) -> None:
        """Empty what is in memory, but for samples of signals that are no whole block."""
        for vector in self._recordings.vectors():
            vector.resize(0)
        if self._signals is not None:
            self._signals.forget()
        if self._weights is not None:
            self._weights.clear()

    def begun(self) -> list[Any] | None:
        """Samples of signals that are no whole block yet."""
        return None if self._signals is None else self._signals.unfinished()

    def continue_from(self, begun: list[Any] | None) -> None:
        """Go on with samples of signals that were begun; everything else that is in memory is forgotten."""
        self.forget()
        if self._signals is not None and begun is not None:
            self._signals.continue_from(begun)

    def numbered(self) -> Recorded:
        """What is recorded, with the number of each column in a piece in place of the column."""
        count = len(self._recordings.vectors())
        signals = {} if self._signals is None else self._signals.collect()
        numbers = [np.array([float(number)]) for number in range(count)]
        return replace(self._recordings.collect(numbers), signals=signals)

    def recorded(self) -> Recorded:
        """Everything that was recorded so far."""
        signals = {} if self._signals is None else self._signals.collect()
        if self._store is None or not self.count:
            return replace(self._recordings.collect(), signals=signals)
        columns = self._store.columns(self.count)
        for k, vector in enumerate(self._recordings.vectors()):
            if len(vector):
                columns[k] = np.concatenate([columns[k], vector.as_numpy()])
        for name, signal in (self._store.others(self.count, "signals") or {}).items():
            signals[name] = signal if self._ended else in_order([signal, signals[name]])
        return replace(self._recordings.collect(columns), signals=signals)

    def course(self) -> Course | None:
        """Times and values of weights so far."""
        if self._weights is None:
            return None
        kept = self._store is not None and self.count
        return self._weights.course([self._store.others(self.count, "weights")] if kept else [])

    @property
    def held(self) -> int:
        """Numbers that are in memory."""
        others = [part.held for part in (self._signals, self._weights) if part is not None]
        return sum(int(vector.size()) for vector in self._recordings.vectors()) + sum(others)
