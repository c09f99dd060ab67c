"""Gap junctions: edges of bmtk with is_gap_junction, and BlueBrain's populations of type 'electrical'.

bmtk puts both ends into the middle of the sections, and an edge without a section draws one on either cell.
Of BlueBrain's edges each is one end: it takes the potential of the edge whose afferent_junction_id is its
efferent_junction_id, and gives its own.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from netspec.errors import FileError
from netspec.formats.sonata.edges import EdgePopulation, Edges

GAP = "Gap"
"""Name of the mechanism, with variables vgap and g, that both tools want among the mod files."""
ELECTRICAL = "electrical"
JUNCTIONS = ("efferent_junction_id", "afferent_junction_id")
NO = (None, 0, "False", "false")

Ints = NDArray[np.int64]


def is_electrical(population: EdgePopulation) -> bool:
    """Whether all edges of a population are ends of gap junctions."""
    return population.files.populations.get(population.name, {}).get("type") == ELECTRICAL


def types(population: EdgePopulation) -> list[int]:
    """The edge types that are gap junctions."""
    return [number for number, own in population.types.items() if own.get("is_gap_junction") not in NO]


def has_any(population: EdgePopulation) -> bool:
    """Whether a population has gap junctions."""
    return is_electrical(population) or bool(types(population))


def mechanism(population: EdgePopulation) -> dict[str, dict[str, Any]]:
    """The entry of synMechParams."""
    both = not is_electrical(population)
    couples = {"source_var": "v", "target_var": "vgap", "weight_var": "g", "bidirectional": both}
    return {label(population): {"mod": GAP, "pointerParams": couples}}


def label(population: EdgePopulation) -> str:
    """The label in synMechParams."""
    return f"{GAP}:{ELECTRICAL}" if is_electrical(population) else GAP


def chosen(found: Edges) -> NDArray[np.bool_]:
    """Which edges are gap junctions: (n,)."""
    if is_electrical(found.population):
        return np.ones(len(found), bool)
    return np.isin(found.type_ids, types(found.population))


def check(found: Edges) -> None:
    """FileError for a gap junction between populations, or from a cell to itself."""
    where = f"{found.population.files.data}: {found.population.name!r}"
    if found.population.source != found.population.target:
        raise FileError(f"{where}: gap junctions are between cells of one population of nodes")
    itself = np.flatnonzero(found.source == found.target)
    if len(itself):
        raise FileError(f"{where}: edge {found.rows[itself[0]]} is a gap junction of a cell with itself")


def other_ends(
    found: Edges, section: Ints, location: NDArray[np.float64]
) -> tuple[Ints, NDArray[np.float64]]:
    """Section and location of what each of BlueBrain's edges takes, from those of the edges."""
    takes, gives = (found.numbers(name) for name in JUNCTIONS)
    order = np.argsort(gives, kind="stable")
    place = np.minimum(np.searchsorted(gives[order], takes), len(order) - 1)
    other = order[place]
    wrong = np.flatnonzero((gives[other] != takes) | (found.target[other] != found.source))
    if len(wrong):
        raise FileError(
            f"{found.population.files.data}: {found.population.name!r}: no edge onto node "
            f"{found.source[wrong[0]]} has the {JUNCTIONS[1]} {takes[wrong[0]]:g}, which edge "
            f"{found.rows[wrong[0]]} takes"
        )
    return section[other], location[other]
