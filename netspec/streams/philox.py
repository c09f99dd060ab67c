"""Philox4x32-10 evaluated at positions: the numbers of NEURON's Random123, bit for bit."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ids = tuple[Any, Any, Any]
"""The three 32-bit ids of a stream; each an int or an array with one value per stream."""
Indexed = tuple[Any, Any, Any, int]
"""The same, and NEURON's global index, which is 0 else."""

CHUNK = 1 << 16  # numbers that are worked on at once: what fits the cache
LOW = np.uint64(0xFFFFFFFF)
HALF = np.uint64(32)
FACTOR_A, FACTOR_C = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
KEYS = [(np.uint64(i * 0x9E3779B9 & 0xFFFFFFFF), np.uint64(i * 0xBB67AE85 & 0xFFFFFFFF)) for i in range(10)]
SHIFT = 1.0 / 4294967297.0  # NEURON multiplies by this; a division would differ in the last bit


def uniforms(ids: Ids | Indexed, index: Any) -> Floats:
    """The numbers in (0, 1) at positions `index` of the streams `ids`: shape of ids and index broadcast.

    A `range` as index stands for all its positions without an array of them.
    """
    keys = [np.asarray(i).astype(np.uint64) & LOW for i in ids]
    if isinstance(index, range) and index.step != 1:
        index = np.asarray(index)
    if all(key.ndim == 0 for key in keys):
        return _consecutive(keys, index) if isinstance(index, range) else _scattered(keys, index)
    if isinstance(index, range) and all(key.ndim == 0 or key.shape[-1] == 1 for key in keys):
        return _rows_of_consecutive(keys, index)
    return _one_each(keys, np.asarray(index).astype(np.uint64))


def _philox(counter: NDArray[np.uint64], keys: list[NDArray[np.uint64]]) -> list[NDArray[np.uint64]]:
    """Four 32-bit words for each counter and key: four arrays of the broadcast shape."""
    shape = np.broadcast_shapes(counter.shape, *(key.shape for key in keys))
    a, c, d, b = (np.array(np.broadcast_to(x, shape)) for x in (counter & LOW, *keys[:3]))
    index = keys[3] if len(keys) > 3 else np.uint64(0)
    p, q = np.empty(shape, np.uint64), np.empty(shape, np.uint64)
    for key_a, key_c in KEYS:
        np.multiply(a, FACTOR_A, out=p)
        np.multiply(c, FACTOR_C, out=q)
        np.right_shift(q, HALF, out=a)
        np.bitwise_xor(a, b, out=a)
        np.bitwise_xor(a, (key_a + index) & LOW, out=a)
        np.bitwise_and(q, LOW, out=b)
        np.right_shift(p, HALF, out=c)
        np.bitwise_xor(c, d, out=c)
        np.bitwise_xor(c, key_c, out=c)
        np.bitwise_and(p, LOW, out=d)
    return [a, b, c, d]


def _blocks(keys: list[NDArray[np.uint64]], first: int, last: int) -> Floats:
    """All numbers of the blocks first .. last - 1: shape of keys with the last axis grown to 4 per block."""
    words = _philox(np.arange(first, last, dtype=np.uint64), keys)
    numbers = np.empty((*words[0].shape, 4))
    for i, word in enumerate(words):
        np.add(word, 1.0, out=numbers[..., i])
    numbers *= SHIFT
    return numbers.reshape(*words[0].shape[:-1], -1)


def _consecutive(keys: list[NDArray[np.uint64]], index: range) -> Floats:
    result = np.empty(len(index))
    at = index.start
    while at < index.stop:
        stop = min(index.stop, (at // CHUNK + 1) * CHUNK)
        numbers = _blocks(keys, at // 4, (stop + 3) // 4)
        skip = at % 4
        result[at - index.start : stop - index.start] = numbers[skip : skip + stop - at]
        at = stop
    return result


def _scattered(keys: list[NDArray[np.uint64]], index: Any) -> Floats:
    """Any positions of one stream; whole blocks are computed once where positions lie close together."""
    positions = np.asarray(index).astype(np.int64)
    flat = positions.reshape(-1)
    result = np.empty(len(flat))
    for start in range(0, len(flat), CHUNK):
        part = flat[start : start + CHUNK]
        first, last = int(part.min()) // 4, int(part.max()) // 4 + 1
        if last - first <= len(part):
            result[start : start + CHUNK] = _blocks(keys, first, last)[part - 4 * first]
        else:
            result[start : start + CHUNK] = _picks(keys, part.astype(np.uint64))
    return result.reshape(positions.shape)


def _rows_of_consecutive(keys: list[NDArray[np.uint64]], index: range) -> Floats:
    """The same positions of many streams; keys (..., 1)."""
    shape = np.broadcast_shapes(*(key.shape for key in keys))
    rows = [np.broadcast_to(key, shape).reshape(-1, 1) for key in keys]
    result = np.empty((len(rows[0]), len(index)))
    first, last = index.start // 4, (index.stop + 3) // 4
    skip, step = index.start % 4, max(1, CHUNK // max(1, 4 * (last - first)))
    for start in range(0, len(result), step):
        numbers = _blocks([row[start : start + step] for row in rows], first, last)
        result[start : start + step] = numbers[:, skip : skip + len(index)]
    return result.reshape(*shape[:-1], len(index))


def _one_each(keys: list[NDArray[np.uint64]], index: NDArray[np.uint64]) -> Floats:
    """One position of each of many streams."""
    shape = np.broadcast_shapes(index.shape, *(key.shape for key in keys))
    result = np.empty(shape)
    step = max(1, CHUNK // 4 // max(1, math.prod(shape[1:])))
    whole = [np.broadcast_to(x, shape) for x in keys]
    for start in range(0, shape[0], step):
        part = index if index.ndim == 0 else np.broadcast_to(index, shape)[start : start + step]
        result[start : start + step] = _picks([key[start : start + step] for key in whole], part)
    return result


def _picks(keys: list[NDArray[np.uint64]], index: NDArray[np.uint64]) -> Floats:
    words = _philox(index >> np.uint64(2), keys)
    which = index & np.uint64(3)
    word = words[int(which)] if which.ndim == 0 else np.choose(which.astype(np.intp), words)
    return (word.astype(np.float64) + 1.0) * SHIFT
