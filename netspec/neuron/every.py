"""When a run stops to call functions."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from netspec.errors import StateError


@dataclass(frozen=True)
class Every:
    """Call call(t [ms]) every `interval` ms after `start`; last at or after `stop`, or at the end."""

    interval: float
    call: Callable[[float], Any]
    start: float = 0.0
    stop: float = math.inf

    def times(self, duration: float) -> Iterator[float]:
        """When to call [ms]."""
        if not self.interval > 0:
            raise StateError(f"the interval of a function that is called while running is {self.interval} ms")
        last, k, t = min(self.stop, duration), 0, self.start
        while t < last - 1e-9:
            k += 1
            t = self.start + k * self.interval
            yield min(t, duration)


def windows(
    every: tuple[Every, ...], duration: float
) -> Iterator[tuple[float, list[Callable[[float], Any]]]]:
    """Ends of windows [ms], ascending, with what is called there."""
    stops: dict[float, list[Callable[[float], Any]]] = {}
    for one in every:
        if 0 < one.start < duration:
            stops.setdefault(round(one.start, 9), [])
        for time in one.times(duration):
            stops.setdefault(round(time, 9), []).append(one.call)
    yield from sorted(stops.items(), key=lambda item: item[0])
