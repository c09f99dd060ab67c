"""Artificial cells: made in blocks, with their given spike times and rates."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from neuron import h
from numpy.typing import NDArray

from netspec.errors import Problem, SpecError
from netspec.neuron import bulk, catalog
from netspec.neuron.courses import Course
from netspec.plan import PointBlock
from netspec.spec.waveform import NOISE

SET_IDS = """
proc netspec_set_ids() { local i
  for i = 0, $o1.count() - 1 { $o1.o(i).numbers.set_ids($o2.x[i], $o3.x[i], $o4.x[i]) }
}
"""
SEED_STREAMS = """
proc netspec_seed_streams() { local i
  for i = 0, $o1.count() - 1 { $o1.o(i).noiseFromRandom123($o2.x[i], $o3.x[i], $o4.x[i]) }
}
"""


@dataclass(frozen=True)
class Points:
    """The owned artificial cells of a population: List in order of gid, and the Vectors played into them.

    courses: of their intervals.
    """

    block: PointBlock
    objects: Any
    played: tuple[Any, ...]
    courses: tuple[Course, ...] = ()


def make(block: PointBlock, label: str, pc: Any, threshold: float) -> Points:
    """The artificial cells of a block, with their gids. label: of the population; threshold [mV]."""
    if block.vref is not None:
        path = f"netParams.popParams[{label!r}]['vref']"
        message = "an artificial cell sends events; only point processes inside a section have a vref"
        raise SpecError([Problem(path, message)])
    # Of a population's own keys some are tags: NEURON gets those that the mechanism has.
    known = catalog.variables(block.mechanism)
    columns = {name: column for name, column in block.cells.columns.items() if name in known}
    if "interval" in columns:
        columns.pop("rate", None)  # what makes the interval, as in NetPyNE
    objects = bulk.points(block.mechanism, len(block.cells), columns)
    bulk.register_points(pc, block.cells["gid"], objects, threshold)
    return Points(block, objects, tuple(_play_trains(block, objects)), tuple(_courses(block, objects)))


def seed_streams(objects: Any, ids: NDArray[np.int64] | None) -> list[Any]:
    """Put the noise of every artificial cell in the List at the start of its stream, ids: (n, 3).

    The generators of mechanisms that have none of their own, which have to be kept.
    """
    if ids is None or not len(ids):
        return []
    columns = [h.Vector(np.asarray(column, float)) for column in ids.T]
    if objects.o(0).hname().startswith(f"{NOISE}["):
        if not hasattr(h, "netspec_set_ids"):
            h(SET_IDS)
        h.netspec_set_ids(objects, *columns)
        return []
    if not hasattr(objects.o(0), "noiseFromRandom123"):
        return [_generator(objects.o(row), *own) for row, own in enumerate(ids.tolist())]
    if not hasattr(h, "netspec_seed_streams"):
        h(SEED_STREAMS)
    h.netspec_seed_streams(objects, *columns)
    return []


def _generator(source: Any, *ids: int) -> Any:
    """The numbers of one NSLOC, which older mod files take from a Random."""
    numbers = h.Random()
    numbers.Random123(*ids)
    numbers.negexp(1)
    source.noiseFromRandom(numbers)
    return numbers


def _play_trains(block: PointBlock, objects: Any) -> list[Any]:
    """Given spike times [ms]."""
    return [] if block.trains is None else play_trains(objects, block.trains)


def play_trains(objects: Any, trains: tuple[NDArray[np.float64], NDArray[np.int64]]) -> list[Any]:
    """Give VecStims their spike times, (flat, offsets) [ms]: the Vectors, which have to be kept."""
    flat, offsets = trains
    vectors = [h.Vector(flat[start:stop]) for start, stop in zip(offsets[:-1], offsets[1:], strict=True)]
    for k, vector in enumerate(vectors):
        objects.o(k).play(vector)
    return vectors


def _courses(block: PointBlock, objects: Any) -> Iterator[Course]:
    """Intervals [ms] that change at given times [ms]."""
    for k, (times, intervals) in enumerate(block.rates or ()):
        values, when, source = h.Vector(intervals), h.Vector(times), objects.o(k)
        play = partial(values.play, source._ref_interval, when)
        yield Course(when, values, play, partial(_pointer, source), source)


def _pointer(source: Any) -> Any:
    """The interval of an artificial cell, as a PtrVector."""
    pointer = h.PtrVector(1)
    pointer.pset(0, source._ref_interval)
    return pointer
