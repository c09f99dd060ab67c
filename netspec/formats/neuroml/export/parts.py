"""Populations and components of a document that is being made."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netspec.errors import Problem
from netspec.formats.neuroml.export.bodies import Body
from netspec.formats.neuroml.export.text import Ids
from netspec.lems.nmodl.origin import Origin
from netspec.tables import Table

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Population:
    """Cells of one component in order of index. places: (n, 3) [um], None: they are nowhere.

    body: of cells with segments. tags: what its cells have in common.
    """

    id: str
    label: str
    component: str
    size: int
    places: Floats | None = None
    body: Body | None = None
    tags: Mapping[str, Any] = field(default_factory=dict)


@dataclass(eq=False)
class Layout:
    """Everything but connections and inputs. components: (tag, function that makes the XML).

    types: by name, what only LEMS can define, in a file of its own. channels: ids by our names.
    origins: by mechanism, the NeuroML that it is made of. borrowed: by text, ids of its components.

    of_cell: population and index of each cell by its position in plan.cells. stimuli: population of each row
    of each block of NetStims, by id(block); all have one cell. problems: what has no counterpart.
    """

    ids: Ids = field(default_factory=Ids)
    populations: list[Population] = field(default_factory=list)
    components: list[tuple[str, Callable[[], str]]] = field(default_factory=list)
    channels: dict[str, str] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    origins: Mapping[str, Origin] = field(default_factory=dict)
    borrowed: dict[str, str] = field(default_factory=dict)
    of_cell: Table = field(default_factory=lambda: Table({}))
    stimuli: dict[int, Ints] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def add(self, tag: str, text: Callable[[], str]) -> None:
        """A component of the document, whose text is made when it is written."""
        self.components.append((tag, text))
