"""Recordings that leave memory piece by piece: what was recorded in a window of the run goes to a store.

The pieces in order, and what is still in memory, are what a run without windows has recorded.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Protocol

import numpy as np

from netspec.neuron.record import LiveRecordings, Recorded
from netspec.neuron.signals import LiveSignals
from netspec.neuron.weights import Course, LiveWeights
from netspec.tables import ragged

Content = dict[str, Any]


class Store(Protocol):
    """Where pieces go: numbered from 0, each whole or not there."""

    def write(self, number: int, piece: Content) -> None:
        """Keep a piece."""

    def read(self, number: int) -> Content:
        """A piece that was kept."""


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
        self._store, self.count = store, count

    def flush(self, time: float) -> None:
        """Hand over what was recorded until now [ms], and forget it."""
        if self._store is None:
            return
        vectors = self._recordings.vectors()
        values, offsets = ragged(vector.as_numpy() for vector in vectors)
        piece: Content = {"time": time, "values": values, "offsets": offsets}
        if self._signals is not None:
            piece["signals"] = self._signals.take()
        if self._weights is not None:
            piece["weights"] = self._weights.take()
        self._store.write(self.count, piece)
        self.count += 1
        self.forget()

    def forget(self) -> None:
        """Empty what is in memory, but for samples of signals."""
        for vector in self._recordings.vectors():
            vector.resize(0)
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

    def recorded(self) -> Recorded:
        """Everything that was recorded so far."""
        pieces = self._pieces()
        signals = {} if self._signals is None else self._signals.collect([p["signals"] for p in pieces])
        if not pieces:
            return replace(self._recordings.collect(), signals=signals)
        parts = [np.split(piece["values"], piece["offsets"][1:-1]) for piece in pieces]
        parts.append([np.array(vector.as_numpy()) for vector in self._recordings.vectors()])
        whole = [np.concatenate(column) for column in zip(*parts, strict=True)]
        return replace(self._recordings.collect(whole), signals=signals)

    def course(self) -> Course | None:
        """Times and values of weights so far."""
        if self._weights is None:
            return None
        return self._weights.course([piece["weights"] for piece in self._pieces()])

    @property
    def held(self) -> int:
        """Numbers that are in memory."""
        others = [part.held for part in (self._signals, self._weights) if part is not None]
        return sum(int(vector.size()) for vector in self._recordings.vectors()) + sum(others)

    def _pieces(self) -> Sequence[Content]:
        return [] if self._store is None else [self._store.read(number) for number in range(self.count)]
