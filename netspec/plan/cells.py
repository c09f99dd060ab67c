"""Which cells there are, and which template each one is made from."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netspec.model import Population
from netspec.spec.cell import Section
from netspec.streams import CellKeys, hash_text
from netspec.tables import Table

CELL_COLUMNS = {
    "gid": np.int64,
    "population": np.int32,
    "index": np.int32,
    "template": np.int32,
    "x": np.float64,
    "y": np.float64,
    "z": np.float64,
    "xnorm": np.float64,
    "ynorm": np.float64,
    "znorm": np.float64,
    "fraction": np.float64,
}
"""index: of the cell in its population. template: -1: artificial cell. fraction: nan without diversity."""


@dataclass(frozen=True)
class Part:
    """What a rank has of a cell that is cut (multisplit).

    sections: their names, in the cell's order. roots: those that are not connected here to what they hang on.
    joints: (section, location, number) of places to be joined: equal numbers, on any rank, are one node.
    home: whether spikes are detected here. between: whether there is a piece between two cuts. delicate: one
    of which a cut is inside a section; its joints are the first.
    """

    sections: tuple[str, ...] = ()
    roots: tuple[str, ...] = ()
    joints: tuple[tuple[str, float, int], ...] = ()
    home: bool = False
    between: bool = False
    delicate: bool = False


@dataclass(frozen=True)
class Cells:
    """All cells of the network in order of gid, on every rank.

    owned: positions of this rank's cells, ascending.
    tags: what single cells have beyond their population's tags (cellsList), by position.
    labels: of the cell rules of each template, in order; together the tag `label`.
    parts: what this rank has of each cell that is cut, by position; empty ones where it has nothing.
    """

    table: Table
    populations: tuple[Population, ...]
    owned: NDArray[np.int64]
    tags: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)
    labels: tuple[tuple[str, ...], ...] = ()
    parts: Mapping[int, Part] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.table)

    @property
    def gids(self) -> NDArray[np.int64]:
        """Global identifiers, ascending: (n,)."""
        return self.table["gid"]

    def positions(self, gids: Any) -> NDArray[np.int64]:
        """Where the given gids stand in the table (they must exist)."""
        return np.searchsorted(self.gids, np.asarray(gids, np.int64))

    def tag(self, name: str) -> NDArray[Any] | None:
        """Value of a tag for every cell: (n,), None where a cell lacks it; None if no cell has it."""
        if name in self.table and name not in ("population", "index", "template", "gid"):
            return self.table[name]
        if name == "borderCorrect" and "xborder" in self.table:
            return np.fromiter(self._border_lists(), object, len(self))
        if name == "label" and self.labels:
            return self._label_lists()
        shared = [population.tags.get(name) for population in self.populations]
        lookup = np.empty(len(shared), object)
        lookup[:] = shared
        values = lookup[self.table["population"]]
        for position, own in self.tags.items():
            if name in own:
                values[position] = own[name]
        return values if any(v is not None for v in values) else None

    def _border_lists(self) -> Iterator[list[float]]:
        columns = [self.table[f"{axis}border"].tolist() for axis in "xyz"]
        return (list(lacks) for lacks in zip(*columns, strict=True))

    def _label_lists(self) -> NDArray[Any]:
        lookup = np.empty(len(self.labels) + 1, object)
        lookup[:-1] = [list(labels) for labels in self.labels]
        return np.asarray(lookup[self.table["template"]])


def keys(cells: Cells, positions: Any) -> CellKeys:
    """What identifies the cells at the given positions in random streams."""
    table = cells.table
    hashes = np.array([hash_text(population.label) for population in cells.populations], np.uint32)
    return CellKeys(
        table["gid"][positions],
        hashes[table["population"][positions]],
        table["index"][positions].astype(np.int64),
    )


@dataclass(frozen=True)
class Drawn:
    """One number that a string function gives each cell.

    kind: 'geom', 'mechs', 'pointps' or 'vars' (sets nothing).
    name: of the mechanism or point process. segment: -1 for all segments.
    """

    section: str
    kind: str
    name: str
    parameter: str
    segment: int
    text: str


@dataclass(frozen=True)
class Template:
    """A kind of cell: its sections after all cell rules that apply, in NetPyNE's order.

    values: what string functions set, in the order in which NetPyNE draws them.
    """

    rules: tuple[str, ...]
    sections: Mapping[str, Section]
    sec_lists: Mapping[str, tuple[str, ...]]
    values: tuple[Drawn, ...] = ()

    @property
    def origin(self) -> str:
        """Section that distances are measured from: the soma, else the first one."""
        names = list(self.sections)
        near = [name for name in names if name.startswith("soma")]
        return "soma" if "soma" in self.sections else (near or names)[0]

    @property
    def spike_source(self) -> tuple[str, float]:
        """Section and location where spikes are detected."""
        for name, section in self.sections.items():
            if section.spike_gen_loc is not None:
                return name, section.spike_gen_loc
        roots = [name for name, section in self.sections.items() if not section.topol]
        return (roots or list(self.sections))[0], 0.5
