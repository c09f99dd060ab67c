"""Distinct whole numbers of a stream, for many streams at once: so many of them, or each by chance."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netspec.streams import Ids, uniforms

Ints = NDArray[np.int64]

BLOCK = 1 << 17
"""Numbers that are worked on at once: what fits the cache."""


def rows_per_block(wanted: int, limit: int) -> int:
    """How many streams to sample at once."""
    return max(1, BLOCK // _picks(wanted, limit))


def of_rows(ids: Ids, rows: Any) -> Ids:
    """The ids of some streams."""
    picked = [i if np.ndim(i) == 0 else np.asarray(i)[rows] for i in ids]
    return picked[0], picked[1], picked[2]


def distinct(ids: Ids, start: Any, wanted: Ints, limit: int) -> tuple[Ints, Ints]:
    """The first `wanted` distinct numbers of 0 .. limit - 1 in each stream, from position `start` on.

    ids: ints or (n,). start: int or (n,). wanted: (n,), at most limit.
    -> ((n, largest wanted) with -1 beyond those wanted, (n,) position after the last number used)
    """
    found = np.full((len(wanted), int(wanted.max(initial=0))), -1, np.int64)
    position = np.broadcast_to(np.asarray(start, np.int64), wanted.shape).copy()
    todo = np.flatnonzero(wanted > 0)
    picks = _picks(found.shape[1], limit) if len(todo) else 0
    while len(todo):
        begin = start if np.ndim(start) == 0 else start[todo]
        values = integers(of_rows(ids, todo), len(todo), begin, picks, limit)
        fresh = _first_occurrences(values, limit)
        order = np.cumsum(fresh, axis=1)
        enough = order[:, -1] >= wanted[todo]
        used = fresh & (order <= wanted[todo, None]) & enough[:, None]
        row, column = np.nonzero(used)
        found[todo[row], order[row, column] - 1] = values[row, column]
        last = picks - 1 - np.argmax(used[:, ::-1], axis=1)
        position[todo[enough]] += last[enough] + 1
        todo = todo[~enough]
        picks *= 2
    return found, position


def thinned(ids: Ids, rows: int, chance: float, limit: int) -> tuple[Ints, Ints]:
    """Which of 0 .. limit - 1 each stream picks, each with the same chance: (rows, numbers), ascending.

    Drawn are the distances between those picked, and nothing for the others.
    """
    if chance <= 0 or not limit or not rows:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    expected = limit * min(chance, 1.0)
    picks = math.ceil(expected + 4.0 * math.sqrt(expected * (1.0 - min(chance, 1.0))) + 2.0)
    step = max(1, BLOCK // picks)
    parts = [
        _thinned(of_rows(ids, todo), todo, picks, chance, limit)
        for todo in (np.arange(start, min(start + step, rows)) for start in range(0, rows, step))
    ]
    return np.concatenate([row for row, _ in parts]), np.concatenate([number for _, number in parts])


def _thinned(ids: Ids, names: Ints, picks: int, chance: float, limit: int) -> tuple[Ints, Ints]:
    """Thinned numbers of some streams, which are called `names`."""
    rows, found = [], []
    todo, last, begin = np.arange(len(names)), np.full(len(names), -1, np.int64), 1
    with np.errstate(divide="ignore"):
        scale = np.log1p(-min(chance, 1.0))
    while len(todo):
        drawn = np.log(numbers(of_rows(ids, todo), len(todo), begin, picks)) / scale
        at = last[todo, None] + np.cumsum(np.minimum(drawn, limit).astype(np.int64) + 1, axis=1)
        row, column = np.nonzero(at < limit)
        rows.append(todo[row])
        found.append(at[row, column])
        last[todo] = at[:, -1]
        todo = todo[at[:, -1] < limit]
        begin += picks
    row, number = np.concatenate(rows), np.concatenate(found)
    order = np.argsort(row, kind="stable")
    return names[row[order]], number[order]


def integers(ids: Ids, rows: int, start: Any, count: int, limit: int) -> Ints:
    """Numbers start .. start + count - 1 of each stream as integers below limit: (rows, count)."""
    return np.asarray(np.floor(limit * numbers(ids, rows, start, count)), np.int64)


def numbers(ids: Ids, rows: int, start: Any, count: int) -> NDArray[np.float64]:
    """Numbers start .. start + count - 1 of each stream: (rows, count). start: int or (rows,)."""
    columns = [i if np.ndim(i) == 0 else np.asarray(i)[:, None] for i in ids]
    if all(np.ndim(i) == 0 for i in ids):
        columns[1] = np.full((rows, 1), ids[1])
    index = range(start, start + count) if np.ndim(start) == 0 else start[:, None] + np.arange(count)
    return uniforms((columns[0], columns[1], columns[2]), index)


def _picks(wanted: int, limit: int) -> int:
    """About how many numbers hold so many distinct ones; some rows need more."""
    expected = limit * math.log(limit / (limit - wanted + 0.56)) if limit else 0.0
    repeats = max(0.0, expected - wanted)
    return max(1, math.ceil(wanted + repeats + 3.0 * math.sqrt(repeats) + 2.0))


def _first_occurrences(values: Ints, limit: int) -> NDArray[np.bool_]:
    """Whether a number has not occurred before in its row: same shape as values."""
    rows, count = values.shape
    bits = max(1, (count - 1).bit_length())
    small = (limit << bits) < 2**31
    key: NDArray[Any] = values.astype(np.int32 if small else np.int64)
    np.left_shift(key, bits, out=key)
    np.bitwise_or(key, np.arange(count, dtype=key.dtype), out=key)
    key.sort(axis=1)
    number = key >> bits
    new = np.ones(values.shape, bool)
    new[:, 1:] = number[:, 1:] != number[:, :-1]
    column = key & ((1 << bits) - 1)
    fresh = np.zeros(values.shape, bool)
    fresh[np.nonzero(new)[0], column[new]] = True
    return fresh
