"""Writes docs/reference/netparams.md and simconfig.md from what the code itself says of every key.

Run it after a change of a field or a table in netspec/spec; a test fails while the pages are stale.
"""

import dataclasses
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from netspec.spec import rxd, vocabulary
from netspec.spec.cell import CellRule, Section, Synapse
from netspec.spec.kinds import KINDS
from netspec.spec.masses import CellsToMass, MassCoupling, MassPopulation, MassToCells
from netspec.spec.network import ConnectionRule, Network, Population, StimulusSource, StimulusTarget
from netspec.spec.simulation import Simulation
from netspec.spec.subcellular import Density, SubcellularRule

FOLDER = Path(__file__).parent / "reference"
DICTIONARIES = {
    "conditions": "a dictionary: tag -> value, list of values, or [low, high]",
    "density": "`uniform` or a dictionary",
    "geometry": "a dictionary of numbers and string functions",
    "mapping": "a dictionary",
    "mapping or stimulus": "a dictionary, or a stimulus",
    "mapping of lists": "a dictionary of lists of names",
    "mapping of mappings": "a dictionary of dictionaries",
    "mapping of numbers": "a dictionary of numbers",
    "mechanisms": "a dictionary of dictionaries",
    "sections": "a dictionary: name -> section",
    "topology": "a dictionary: parentSec, parentX, childX",
}
"""Words for the kinds that are dictionaries."""

ENTRIES = {
    "popParams": (
        Population,
        "Populations. Any other key is a tag of a population with sections (list it in "
        "`popTagsCopiedToCells` to use it in conditions), or a parameter of an artificial cell. "
        "Of `cellsList`, `numCells`, `density` and `gridSpacing` the first one given counts.",
    ),
    "cellParams": (
        CellRule,
        "Cell rules. An entry applies to the cells that meet `conds`, or, without `conds`, to those whose "
        "`cellType` is its label. All entries that apply are put together, in order.",
    ),
    "synMechParams": (
        Synapse,
        "Synapses. Any other key is a parameter of the point process: a number or a string function.",
    ),
    "connParams": (
        ConnectionRule,
        "Connection rules. Without `connFunc` the rule is chosen by the first key given of `probability`, "
        "`convergence`, `divergence` and `connList`; with none of them all pairs are connected.",
    ),
    "subConnParams": (
        SubcellularRule,
        "Subcellular rules. After all connections are made, each rule moves the synapses of the connections "
        "that meet its conditions to other places on the cell, in order. What a rule has no place for stays "
        "where it is; stimuli, pointer connections, artificial cells and point neurons are left alone.",
    ),
    "stimSourceParams": (
        StimulusSource,
        "Sources of stimulation. Any other key is a parameter of the mechanism; a NetStim has `rate` or "
        "`interval`, `noise`, `start`, `number`, `seed`, `shape` and `plast`.",
    ),
    "stimTargetParams": (
        StimulusTarget,
        "What the sources act on. A parameter of the source given here replaces the source's.",
    ),
}
GROUPS = {
    "Simulation": "duration",
    "Messages and timing": "verbose",
    "Recording": "recordCells",
    "Saving": "simLabel",
    "Analysis": "analysis",
}
"""Headings of simconfig.md and the option that each begins with."""

FUNCTIONS = (
    ("`density`", vocabulary.DENSITY, "exactly one of them"),
    ("parameters of artificial cells, `vars`", vocabulary.CELL, ""),
    (
        "geometry, mechanisms and point processes of a cell",
        vocabulary.CELL | vocabulary.CELL_DISTANCES,
        "and `vars`",
    ),
    ("`synMechParams`", vocabulary.SYNAPSE, ""),
    ("`probability`, `weight`, `delay`, `loc`, `synsPerConn`", vocabulary.PAIR, "and numbers of netParams"),
    ("`convergence`", vocabulary.POST, "and numbers of netParams"),
    ("`divergence`", vocabulary.PRE, "and numbers of netParams"),
    ("`stimSourceParams`, `stimTargetParams`", vocabulary.POST, "and numbers of netParams"),
)
"""Where a string function may stand, and its variables."""
DENSITIES = (
    "`uniform` spreads synapses at equal gaps over the sections laid end to end. A map gives each segment "
    "synapses by its length times the density at its middle (interpolated, in absolute coordinates), and "
    "scales them to as many as there are; it needs `pt3d`. `distance` puts all of them on the segment whose "
    "distance from the reference comes nearest to the wanted one, or on the reference if each one misses by "
    "more than the wanted distance."
)
"""What the types of densities do."""
MASSES: dict[str, list[tuple[str, type, str]]] = {
    "popParams": [
        (
            "Neural masses",
            MassPopulation,
            "An entry with `massModel` is a population of [neural masses](../how-to/masses.md).",
        )
    ],
    "connParams": [
        ("Masses to masses", MassCoupling, "Both conditions name populations of masses."),
        ("Masses to cells", MassToCells, "`preConds` names a population of masses."),
        ("Cells to masses", CellsToMass, "`postConds` names a population of masses."),
    ],
}
"""What else sections may hold."""
WRITTEN = "This page is written by `docs/make_reference.py` from the code."


def keys(cls: type) -> list[Any]:
    """The fields of a class that are read from a dictionary key."""
    return [field for field in dataclasses.fields(cls) if "key" in field.metadata]


def table(fields: Iterable[Any]) -> Iterator[str]:
    """A row for each field: key, what it may be, default, unit and meaning."""
    yield "| key | value | default | unit | meaning |"
    yield "|---|---|---|---|---|"
    for field in fields:
        data = field.metadata
        kind = data["kind"]
        accepts = KINDS[kind].expected if kind in KINDS else DICTIONARIES[kind]
        row = (f"`{data['key']}`", accepts, _default(field), data["unit"], data["doc"])
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |"


def _default(field: Any) -> str:
    if field.default_factory is not dataclasses.MISSING:
        return f"`{field.default_factory()!r}`"
    return "required" if field.default is dataclasses.MISSING else f"`{field.default!r}`"


def ignored(names: dict[str, str]) -> Iterator[str]:
    """A list of keys that do nothing."""
    yield "Keys that are accepted and do nothing (each with a warning that says so):"
    yield ""
    yield from (f"* `{name}`: {text}" for name, text in names.items())
    yield ""


def netparams() -> str:
    """The page about netParams."""
    lines = ["# netParams", "", WRITTEN, "", "## Settings of the network", "", *table(keys(Network)), ""]
    lines += [
        "Any other number among the attributes is a variable of string functions of connections and stimuli.",
        "",
    ]
    for section, (cls, text) in ENTRIES.items():
        lines += [f"## {section}", "", text, "", *table(keys(cls)), ""]
        if section == "cellParams":
            lines += ["### A section", "", *table(keys(Section)), ""]
            lines += [f"`geom` has {', '.join(f'`{name}`' for name in vocabulary.GEOMETRY)} and `pt3d`.", ""]
        if section == "subConnParams":
            lines += ["### A density", "", *table(keys(Density)), "", DENSITIES, ""]
        if section in MASSES:
            for title, cls, text in MASSES[section]:
                lines += [f"### {title}", "", text, "", *table(keys(cls)), ""]
        if section in vocabulary.IGNORED:
            lines += ignored(vocabulary.IGNORED[section])
    lines += reactions()
    lines += ["## Variables of string functions", "", "| in | variables | |", "|---|---|---|"]
    for place, names, more in FUNCTIONS:
        lines.append(f"| {place} | {' '.join(f'`{name}`' for name in sorted(names))} | {more} |")
    return "\n".join(lines) + "\n"


def reactions() -> list[str]:
    """The part about rxdParams."""
    lines = [
        "## rxdParams",
        "",
        "Reaction and diffusion: dictionaries of labelled entries, `constants` (name -> number), and one box "
        "of extracellular space, `extracellular`. [How to](../how-to/reaction-diffusion.md).",
        "",
    ]
    tables = {**rxd.ENTRIES, "regions with extracellular: True, and extracellular": rxd.Extracellular}
    for kind, cls in tables.items():
        lines += [f"### {kind}", "", *table(keys(cls)), ""]
    return lines


def simconfig() -> str:
    """The page about simConfig."""
    lines = ["# simConfig", "", WRITTEN, ""]
    lines += [
        "Any other attribute is the user's own and is kept; one that looks like a slip gets a warning.",
        "",
    ]
    starts = {first: heading for heading, first in GROUPS.items()}
    groups: dict[str, list[Any]] = {}
    heading = ""
    for field in keys(Simulation):
        heading = starts.get(field.metadata["key"], heading)
        groups.setdefault(heading, []).append(field)
    for heading, fields in groups.items():
        lines += [f"## {heading}", "", *table(fields), ""]
    lines += ["## Ignored", "", *ignored(vocabulary.IGNORED["simConfig"])]
    lines += ["## An entry of recordTraces", "", ", ".join(f"`{name}`" for name in vocabulary.TRACE) + "."]
    return "\n".join(lines) + "\n"


PAGES = {"netparams.md": netparams, "simconfig.md": simconfig}


def main() -> None:
    """Write both pages."""
    FOLDER.mkdir(exist_ok=True)
    for name, page in PAGES.items():
        (FOLDER / name).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
