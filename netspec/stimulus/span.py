"""Where in a run a stimulus is, and the random numbers that it has there."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from netspec.streams import Ids, hash_text, uniforms
from netspec.units import number

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Stream:
    """Random numbers of a part of a stimulus. ids: three numbers, or a row (rows, 1) each."""

    ids: Ids

    def part(self, which: int) -> "Stream":
        """The numbers of a part of this part."""
        first = (
            np.asarray(self.ids[0], np.uint64) * np.uint64(0x9E3779B1) + np.uint64(which + 1)
        ) & np.uint64(0xFFFFFFFF)
        return Stream((first, *self.ids[1:]))

    def uniforms(self, count: int) -> Floats:
        """Numbers in (0, 1): (count,) or (rows, count)."""
        return uniforms(self.ids, range(count))

    def normals(self, count: int) -> Floats:
        """Standard normal numbers (Box and Muller): (count,) or (rows, count)."""
        pairs = uniforms(self.ids, range(2 * count))
        found: Floats = np.sqrt(-2 * np.log(pairs[..., ::2])) * np.cos(2 * np.pi * pairs[..., 1::2])
        return found


def stream(label: str, seed: int = 0, rows: int | None = None) -> Stream:
    """The stream of something with a label; rows: that many independent ones."""
    which = 0 if rows is None else np.arange(rows)[:, None]
    return Stream((hash_text(f"stimulus/{label}"), which, seed))


@dataclass(frozen=True)
class Span:
    """Where in a run a stimulus is: [start, end) in ms, or (start, end] if `left` limits are asked for.

    dt: step of noise [ms]; unit: that of what is driven, None for any.
    """

    start: float
    end: float
    dt: float
    stream: Stream
    unit: str | None = None
    left: bool = False

    @property
    def length(self) -> float:
        """Its duration [ms]."""
        return self.end - self.start

    def contains(self, t: Floats) -> NDArray[np.bool_]:
        """Which times are within."""
        if self.left:
            return (t > self.start) & (t <= self.end)
        return (t >= self.start) & (t < self.end)

    def count(self, edges: Floats, t: Floats) -> NDArray[np.intp]:
        """How many of the ascending edges have passed at each time."""
        return np.searchsorted(edges, t, side="left" if self.left else "right")

    def level(self, value: "float | str") -> float:
        """A number in the unit of what is driven."""
        return number(value, self.unit) if self.unit is not None else as_number(value)

    def within(self, start: float, length: float | None) -> "Span":
        """The part that begins `start` ms after it and lasts `length` ms or to its end."""
        begin = self.start + start
        return replace(self, start=begin, end=self.end if length is None else min(self.end, begin + length))

    def part(self, which: int) -> "Span":
        """The same times with random numbers of their own."""
        return replace(self, stream=self.stream.part(which))


def as_number(value: float | str) -> float:
    """A level where no unit is asked for; ValueError if it has one."""
    try:
        return float(value)
    except ValueError:
        raise ValueError(f"{value!r}: what is driven has no known unit here; give a plain number") from None
