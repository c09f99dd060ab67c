"""How NeuroML names cells and places in them: '../pop/3/cell', 'pop[3]', a number in a population."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from netspec.formats.neuroml.cells import Kind
from netspec.lems.check_networks import CELL
from netspec.lems.model import Component
from netspec.lems.resolve import Resolved


@dataclass(frozen=True, eq=False)
class Population:
    """first: gid of its first cell. numbers: by the index in the file, the position in the population."""

    component: Component
    kind: Kind
    first: int
    numbers: Mapping[int, int] | range

    @property
    def label(self) -> str:
        """Its name."""
        return self.component.id

    def __len__(self) -> int:
        return len(self.numbers)

    def number(self, index: str) -> int:
        """Position of the cell with an index."""
        return self.numbers[int(index)]


@dataclass(frozen=True)
class Point:
    """A place in a cell: its population, its position there, and section and location (None: no sections)."""

    population: Population
    number: int
    section: str | None
    location: float

    @property
    def gid(self) -> int:
        """Gid of the cell, as long as the populations are those of the file."""
        return self.population.first + self.number

    @property
    def segment(self) -> tuple[str, int]:
        """Section, and number of NEURON's segment."""
        morphology = self.population.kind.morphology
        runs = morphology.runs if morphology else ()
        nseg = next((run.nseg for run in runs if run.name == self.section), 1)
        return str(self.section), min(int(self.location * nseg), nseg - 1)


@dataclass(frozen=True, eq=False)
class Cells:
    """All populations of a network, and those cells from which spikes were already asked, by their place."""

    populations: dict[str, Population]
    found: Resolved
    sources: dict[str, tuple[str, float]] = field(default_factory=dict)

    def cell(self, text: str, declared: str | None = None) -> tuple[Population, int]:
        """Population and position of a cell; the check has seen that it exists."""
        own = (declared or "").removeprefix("../")
        if own and re.fullmatch(r"\d+", text):
            population, index = self.populations[own], text
        else:
            match = CELL.match(text)
            if match is None:  # a population stands for its only cell
                return self.populations[text.removeprefix("../")], 0
            population, index = self.populations[match[1]], match[2] or match[3]
        return population, population.number(index)

    def at_root(self, text: str) -> Point:
        """The middle of the root of a cell that is named by itself."""
        population, number = self.cell(text)
        if population.kind.morphology is not None:
            return Point(population, number, *population.kind.morphology.place(None, 0.5))
        return Point(population, number, population.kind.section, 0.5)

    def point(
        self, item: Component, cell: str, segment: str, fraction: str, declared: str | None = None
    ) -> Point:
        """The place that attributes of a connection or input name."""
        given = item.element.attributes
        population, number = self.cell(given[cell], declared)
        morphology = population.kind.morphology
        along = float(given.get(fraction, 0.5))
        if morphology is not None:
            return Point(population, number, *morphology.place(given.get(segment), along))
        return Point(population, number, population.kind.section, 0.5)

    def spikes_from(self, pre: Point, item: Component) -> bool:
        """Whether the spikes of a cell can come from a place: there is one such section in a kind of cell."""
        if pre.section is None or pre.population.kind.morphology is None:
            return True
        label = pre.population.kind.label
        former = self.sources.setdefault(label, (pre.section, pre.location))
        if former[0] == pre.section:
            return True
        message = (
            f"spikes of {label!r} from section {pre.section!r} and from {former[0]!r}: not supported yet"
        )
        self.found.findings.wrong(item.place, message)
        return False
