"""What the user wrote about reaction and diffusion (rxdParams), and how it is read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from netspec.errors import did_you_mean
from netspec.spec.findings import Finding, Path, lenient
from netspec.spec.keys import key
from netspec.spec.kinds import is_number, shown

NUMBER = "number or function"


@dataclass(frozen=True)
class Region:
    """An entry of regions: where species are, inside cells or on membranes."""

    label: str
    cells: Any = key("cells", "any", "selectors of cells, or 'all'", "all")
    secs: Any = key("secs", "text or list", "names of sections, or 'all'", "all")
    nrn_region: str | None = key("nrn_region", "text", "'i' or 'o': shares NEURON's concentrations", None)
    geometry: Any = key("geometry", "any", "inside, membrane, or {'class': ..., 'args': {...}}", None)
    dx: float | None = key("dx", "number", "size of voxels in three dimensions", None, "um")
    dimension: Any = key("dimension", "any", "no longer used", None)
    extracellular: bool = key("extracellular", "bool", "False: inside cells", False)


@dataclass(frozen=True)
class Extracellular:
    """A box of extracellular space: an entry of regions, or the entry `extracellular`."""

    label: str
    xlo: float = key("xlo", "number", "lower end in x", unit="um")
    ylo: float = key("ylo", "number", "lower end in y", unit="um")
    zlo: float = key("zlo", "number", "lower end in z", unit="um")
    xhi: float = key("xhi", "number", "upper end in x", unit="um")
    yhi: float = key("yhi", "number", "upper end in y", unit="um")
    zhi: float = key("zhi", "number", "upper end in z", unit="um")
    dx: Any = key("dx", "number or numbers", "size of voxels (of each axis)", unit="um")
    volume_fraction: float = key("volume_fraction", "number", "share of the volume that is free", 1)
    tortuosity: float = key("tortuosity", "number", "diffusion is slower by its square", 1)
    extracellular: bool = key("extracellular", "bool", "True among regions", True)


@dataclass(frozen=True)
class Species:
    """An entry of species: what diffuses and reacts."""

    label: str
    regions: Any = key("regions", "text or list", "where it is")
    d: Any = key("d", "number or numbers", "diffusion coefficient [um2/ms] (of each axis)", 0)
    charge: float = key("charge", "number", "charge of an ion", 0)
    initial: Any = key("initial", NUMBER, "concentration at t = 0 [mM]; a function of node", None)
    boundary: Any = key("ecs_boundary_conditions", "number", "concentration at the box's faces", None, "mM")
    atolscale: float = key("atolscale", "number", "factor of the tolerance of variable steps", 1)
    name: str | None = key("name", "text", "name for NEURON; the label if missing", None)


@dataclass(frozen=True)
class State:
    """An entry of states: a variable that does not diffuse."""

    label: str
    regions: Any = key("regions", "text or list", "where it is")
    initial: Any = key("initial", NUMBER, "value at t = 0; a function of node", None)
    name: str | None = key("name", "text", "name for NEURON; the label if missing", None)


@dataclass(frozen=True)
class Parameter:
    """An entry of parameters: a value that may differ from place to place but not in time."""

    label: str
    regions: Any = key("regions", "text or list", "where it is")
    value: Any = key("value", NUMBER, "the value; a function of node", 0)
    charge: float = key("charge", "number", "charge of an ion", 0)
    name: str | None = key("name", "text", "name for NEURON; the label if missing", None)


@dataclass(frozen=True)
class Reaction:
    """An entry of reactions or of multicompartmentReactions."""

    label: str
    reactant: str = key("reactant", "text", "what is used, as '2 * ca + buf' or 'ca[cyt]'")
    product: str = key("product", "text", "what is made")
    rate_f: Any = key("rate_f", NUMBER, "rate forwards; a function of species")
    rate_b: Any = key("rate_b", NUMBER, "rate backwards", None)
    regions: Any = key("regions", "text or list", "where it happens; wherever it can if missing", None)
    custom_dynamics: bool = key("custom_dynamics", "bool", "the rates are no mass action", False)
    membrane: str | None = key("membrane", "text", "region between the compartments", None)
    membrane_flux: bool = key("membrane_flux", "bool", "the flux is a current through the membrane", False)
    scale_by_area: bool = key("scale_by_area", "bool", "the rate is per area of membrane", True)


@dataclass(frozen=True)
class Rate:
    """An entry of rates: a term of a species' rate of change."""

    label: str
    species: str = key("species", "text", "what changes: a species or state, perhaps with [region]")
    rate: Any = key("rate", NUMBER, "rate of change [mM/ms]; a function of species")
    regions: Any = key("regions", "text or list", "where it happens; wherever it can if missing", None)
    membrane_flux: bool = key("membrane_flux", "bool", "the flux is a current through the membrane", False)


ENTRIES: dict[str, type] = {
    "regions": Region,
    "species": Species,
    "states": State,
    "parameters": Parameter,
    "reactions": Reaction,
    "multicompartmentReactions": Reaction,
    "rates": Rate,
}
SUBSTANCES = ("species", "states", "parameters")
WHOLE = "extracellular"
"""Label among the regions of the box that rxdParams['extracellular'] describes."""


@dataclass(frozen=True)
class ReactionDiffusion:
    """rxdParams as a value: the entries of each kind, in the user's order."""

    regions: dict[str, Region | Extracellular] = field(default_factory=dict)
    species: dict[str, Species] = field(default_factory=dict)
    states: dict[str, State] = field(default_factory=dict)
    parameters: dict[str, Parameter] = field(default_factory=dict)
    reactions: dict[str, Reaction] = field(default_factory=dict)
    across: dict[str, Reaction] = field(default_factory=dict)
    rates: dict[str, Rate] = field(default_factory=dict)
    constants: dict[str, Any] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return any(getattr(self, one.name) for one in fields(self))

    @property
    def kinds(self) -> dict[str, str]:
        """What each name in an expression is: 'constants', 'regions', 'species', 'states' or 'parameters'."""
        groups = ("constants", "regions", *SUBSTANCES)
        return {label: group for group in groups for label in getattr(self, group)}

    @property
    def variables(self) -> frozenset[str]:
        """What can be recorded of segments because of it, such as 'cai', 'bufo' or 'ca[er]'."""
        found = set()
        ions: list[Species | Parameter] = [*self.species.values(), *self.parameters.values()]
        for substance in [*ions, *self.states.values()]:
            for label in names(substance.regions):
                region = self.regions.get(label)
                outside = isinstance(region, Extracellular)
                side = "o" if outside else region.nrn_region if isinstance(region, Region) else None
                if side and substance in ions:
                    found.add(f"{substance.name or substance.label}{side}")
                if not outside:
                    found.add(f"{substance.label}[{label}]")
        return frozenset(found)


def names(value: Any) -> list[Any]:
    """One name or several as a list; None: none."""
    if value is None:
        return []
    return [one for one in value if one is not None] if isinstance(value, list | tuple) else [value]


def read(values: Any, entry: Callable[..., Any], notes: list[Finding]) -> ReactionDiffusion:
    """RxdParams as a value. entry: (class, values, path) -> an entry. notes: gets what is wrong."""
    path: Path = ("netParams", "rxdParams")
    if not values:
        return ReactionDiffusion()
    if not isinstance(values, Mapping):
        notes.append(Finding(path, f"expected a dictionary, got {shown(values)}."))
        return ReactionDiffusion()
    known = (*ENTRIES, WHOLE, "constants")
    for name in values:
        if name not in known:
            notes.append(lenient((*path, name), f"unknown key. {did_you_mean(name, known)}"))
    found = {
        "across" if kind == "multicompartmentReactions" else kind: _entries(
            kind, values.get(kind), entry, notes, (*path, kind)
        )
        for kind in ENTRIES
    }
    if isinstance(values.get(WHOLE), Mapping):
        found["regions"][WHOLE] = entry(Extracellular, values[WHOLE], (*path, WHOLE))
    elif values.get(WHOLE):
        notes.append(Finding((*path, WHOLE), f"expected a dictionary, got {shown(values[WHOLE])}."))
    return ReactionDiffusion(**found, constants=_constants(values.get("constants"), notes, path))


def _entries(
    kind: str, values: Any, entry: Callable[..., Any], notes: list[Finding], path: Path
) -> dict[Any, Any]:
    """The entries of one kind."""
    if values is None:
        return {}
    if not isinstance(values, Mapping):
        notes.append(Finding(path, f"expected a dictionary of entries, got {shown(values)}."))
        return {}
    entries = {}
    for label, value in values.items():
        if not isinstance(value, Mapping):
            notes.append(Finding((*path, label), f"expected a dictionary, got {shown(value)}."))
            continue
        box = kind == "regions" and value.get("extracellular")
        entries[label] = entry(Extracellular if box else ENTRIES[kind], value, (*path, label))
    return entries


def _constants(values: Any, notes: list[Finding], path: Path) -> dict[str, Any]:
    """Numbers, or lists of them, by name."""
    path = (*path, "constants")
    if not isinstance(values, Mapping | None):
        notes.append(Finding(path, f"expected a dictionary, got {shown(values)}."))
        return {}
    constants = dict(values or {})
    for name, value in constants.items():
        items = value if isinstance(value, list | tuple) else [value]
        if not all(map(is_number, items)):
            notes.append(
                Finding((*path, name), f"expected a number or a list of numbers, got {shown(value)}.")
            )
    return constants
