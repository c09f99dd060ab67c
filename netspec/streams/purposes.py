"""Which stream of random numbers serves which purpose: NetPyNE's choice, or one by name.

Everything here returns the three ids of a stream (or of one stream per cell or pair); nothing is drawn.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netspec.streams.philox import LOW, Ids


def hash_text(text: str) -> int:
    """32-bit number of a text."""
    return int(hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()[:8], 16)


def hash_gids(gids: Any) -> int:
    """32-bit number of a list of gids in the given order."""
    data = np.ascontiguousarray(gids, "<u8").tobytes()
    return int(hashlib.md5(data, usedforsecurity=False).hexdigest()[:8], 16)


@dataclass(frozen=True)
class CellKeys:
    """What identifies cells in streams, each (n,). population: hash_text of its label; index: in it."""

    gid: NDArray[np.int64]
    population: NDArray[np.uint32]
    index: NDArray[np.int64]


@dataclass(frozen=True)
class NetpyneStreams:
    """NetPyNE's ids. Rules between the same cells share numbers; so do stimuli of one type on the same cells.

    sequential: tables of the full and connList rules come from one stream per rule (False: one per pair).
    """

    seeds: Mapping[str, int]
    sequential: bool = True

    def positions(self, population: str, count: int, first_gid: int) -> Ids:
        """One stream per population; number 0 is not used."""
        return count, first_gid, self.seeds["loc"]

    def density(self, population: str, max_density: float, first_gid: int) -> Ids:
        """Candidates of a density function."""
        return int(max_density), first_gid, self.seeds["loc"]

    def rule(self, rule: str, function: str, gids: Any) -> Ids:
        """A rule's own string functions. gids: sorted pre gids, then sorted post gids."""
        return hash_text("conn_" + function), hash_gids(gids), self.seeds["conn"]

    def pairs(self, rule: str, pre_gids: Any, post_gids: Any) -> Ids:
        """Number 1 + i * len(post) + j decides the pair of pre i and post j (sorted gids)."""
        return hash_gids(pre_gids), hash_gids(post_gids), self.seeds["conn"]

    def candidates(self, rule: str, post: CellKeys) -> Ids | None:
        """None: with NetPyNE's numbers every pair has one, whatever its probability."""
        return None

    def convergence(self, rule: str, pre_gids: Any, post: CellKeys) -> Ids:
        """One stream per post cell; number 0 is not used."""
        return hash_gids(pre_gids), post.gid, self.seeds["conn"]

    def divergence(self, rule: str, post_gids: Any, pre: CellKeys) -> Ids:
        """One stream per pre cell; number 0 is not used."""
        return hash_gids(post_gids), pre.gid, self.seeds["conn"]

    def connection(self, rule: str, pre: CellKeys, post: CellKeys) -> Ids:
        """One stream per connected pair."""
        return pre.gid, post.gid, self.seeds["conn"]

    def placement(self, rule: str, post: CellKeys, pre: CellKeys | None) -> Ids:
        """Choice of sections and locations, one stream per pair; pre None: a stimulus."""
        return hash_text("connSynMechsSecs"), post.gid, 0 if pre is None else pre.gid

    def cell(self, cells: CellKeys) -> Ids:
        """String functions of a cell and of its synapses, one after the other."""
        return hash_text("cellParams"), cells.gid, self.seeds["cell"]

    def rotation(self, cells: CellKeys) -> Ids:
        """Angle of a cell; no seed counts."""
        return cells.gid, 0, 0

    def stimulus(self, target: str, type: str, gids: Any) -> Ids:
        """String functions of a stimulus. gids: sorted gids of its targets."""
        return hash_text("stim_" + type), hash_gids(gids), self.seeds["stim"]

    def noise(self, source: str, cells: CellKeys, seed: Any) -> Ids:
        """Run-time noise of a NetStim."""
        return hash_text("NetStim"), cells.gid, seed

    def waveform(self, target: str, cells: CellKeys, seed: Any) -> Ids:
        """Noise of a waveform, or spikes of a rate that is one."""
        return hash_text(f"waveform/{target}"), cells.gid, seed

    def point_rate(self, cells: CellKeys) -> Ids:
        """Rate of an artificial cell that is given as a range."""
        return hash_text("point_rate"), cells.gid, self.seeds["stim"]

    def train(self, cells: CellKeys, seed: Any) -> Ids:
        """Intervals of a VecStim; number 0 is not used."""
        return hash_text("vecstim_spkt"), cells.gid, seed

    def pattern(self, cells: CellKeys, seed: Any, sync: bool) -> Ids:
        """Pattern of a VecStim; sync: the same for all cells."""
        name = hash_text("vecstim_spikePattern")
        return (name, seed, 0) if sync else (name, cells.gid, seed)

    def pulse_rate(self, k: int, cells: CellKeys) -> Ids:
        """Rate of pulse k of a VecStim that is given as a range."""
        return hash_text(f"point_rate_pulse{k}"), cells.gid, self.seeds["stim"]

    def pulse_noise(self, k: int, cells: CellKeys, seed: Any) -> Ids:
        """Intervals of pulse k of a VecStim; number 0 is not used."""
        return k, cells.gid, seed


@dataclass(frozen=True)
class NamedStreams:
    """Streams by purpose, label and cell: adding populations, rules or recorders changes no other number."""

    seeds: Mapping[str, int]
    sequential: bool = False

    def positions(self, population: str, count: int, first_gid: int) -> Ids:
        """One stream per population."""
        return self._id("positions", population, "loc"), 0, 0

    def density(self, population: str, max_density: float, first_gid: int) -> Ids:
        """Candidates of a density function."""
        return self._id("density", population, "loc"), 0, 0

    def rule(self, rule: str, function: str, gids: Any) -> Ids:
        """A rule's own string functions."""
        return self._id("rule", rule, "conn"), 0, 0

    def pairs(self, rule: str, pre_gids: Any, post_gids: Any) -> Ids:
        """One stream per rule."""
        return self._id("pairs", rule, "conn"), 0, 0

    def candidates(self, rule: str, post: CellKeys) -> Ids | None:
        """One stream per post cell, for rules whose pairs all have the same probability."""
        return self._id("candidates", rule, "conn"), post.population, post.index

    def convergence(self, rule: str, pre_gids: Any, post: CellKeys) -> Ids:
        """One stream per post cell."""
        return self._id("convergence", rule, "conn"), post.population, post.index

    def divergence(self, rule: str, post_gids: Any, pre: CellKeys) -> Ids:
        """One stream per pre cell."""
        return self._id("divergence", rule, "conn"), pre.population, pre.index

    def connection(self, rule: str, pre: CellKeys, post: CellKeys) -> Ids:
        """One stream per connected pair."""
        return _pair(self._id("connection", rule, "conn"), pre, post)

    def placement(self, rule: str, post: CellKeys, pre: CellKeys | None) -> Ids:
        """Choice of sections and locations, one stream per pair (or per cell, of a stimulus)."""
        name = self._id("placement", rule, "conn")
        return (name, post.population, post.index) if pre is None else _pair(name, pre, post)

    def cell(self, cells: CellKeys) -> Ids:
        """String functions of a cell and of its synapses, one after the other."""
        return self._id("cell", "", "cell"), cells.population, cells.index

    def rotation(self, cells: CellKeys) -> Ids:
        """Angle of a cell."""
        return self._id("rotation", "", "loc"), cells.population, cells.index

    def stimulus(self, target: str, type: str, gids: Any) -> Ids:
        """String functions of a stimulus."""
        return self._id("stimulus", target, "stim"), 0, 0

    def noise(self, source: str, cells: CellKeys, seed: Any) -> Ids:
        """Run-time noise of a NetStim."""
        return _seeded(f"noise/{source}", cells, seed)

    def waveform(self, target: str, cells: CellKeys, seed: Any) -> Ids:
        """Noise of a waveform, or spikes of a rate that is one."""
        return _seeded(f"waveform/{target}", cells, seed)

    def point_rate(self, cells: CellKeys) -> Ids:
        """Rate of an artificial cell that is given as a range."""
        return self._id("point_rate", "", "stim"), cells.population, cells.index

    def train(self, cells: CellKeys, seed: Any) -> Ids:
        """Intervals of a VecStim."""
        return _seeded("train", cells, seed)

    def pattern(self, cells: CellKeys, seed: Any, sync: bool) -> Ids:
        """Pattern of a VecStim; sync: the same for all cells of the population."""
        name, population, index = _seeded("pattern", cells, seed)
        return name, population, 0 if sync else index

    def pulse_rate(self, k: int, cells: CellKeys) -> Ids:
        """Rate of pulse k of a VecStim that is given as a range."""
        return self._id("pulse_rate", str(k), "stim"), cells.population, cells.index

    def pulse_noise(self, k: int, cells: CellKeys, seed: Any) -> Ids:
        """Intervals of pulse k of a VecStim."""
        return _seeded(f"pulse/{k}", cells, seed)

    def _id(self, purpose: str, label: str, seed: str) -> int:
        return hash_text(f"{purpose}/{label}/{self.seeds[seed]}")


def _seeded(purpose: str, cells: CellKeys, seed: Any) -> Ids:
    """Streams of cells whose seed may differ. seed: an int or (n,)."""
    names, which = np.unique(np.asarray(seed), return_inverse=True)
    hashes = np.array([hash_text(f"{purpose}/{name}") for name in names.tolist()], np.uint64)
    return hashes[which].reshape(np.shape(seed)), cells.population, cells.index


def _pair(name: int, pre: CellKeys, post: CellKeys) -> Ids:
    """Four numbers of a pair in three ids: the two populations are mixed into the first."""
    mixed = pre.population.astype(np.uint64) * np.uint64(0x9E3779B1) + post.population.astype(np.uint64)
    mixed = (mixed * np.uint64(0x85EBCA6B) + np.uint64(name)) & LOW
    return mixed, pre.index, post.index


Streams = NetpyneStreams | NamedStreams


def streams_for(kind: str, seeds: Mapping[str, int]) -> Streams:
    """The streams of `randomStreams`: 'netpyne' (NetPyNE's numbers) or 'named' (by what they are for)."""
    complete = {"conn": 1, "stim": 1, "loc": 1, "cell": 1, **seeds}
    match kind:
        case "netpyne":
            return NetpyneStreams(complete)
        case "named":
            return NamedStreams(complete)
    raise ValueError(f"randomStreams is 'netpyne' or 'named', not {kind!r}")
