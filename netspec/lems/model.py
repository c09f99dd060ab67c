"""What LEMS files define: dimensions, units, component types and their dynamics, and components.

Expressions are kept as they are written; `formula.parse` reads them. Values of components are in SI units.
"""

from dataclasses import dataclass, field
from typing import TypeVar

from netspec.lems.tree import Element, Place

Vector = tuple[float, ...]
"""Exponents of a dimension: mass, length, time, current, temperature, substance, luminosity."""

NONE: Vector = (0,) * 7
AXES = "mltiknj"


@dataclass(frozen=True)
class Unit:
    """symbol: 'mV'; dimension: its name; a value x of this unit is x * scale + offset in SI."""

    symbol: str
    dimension: str
    scale: float
    offset: float = 0.0


@dataclass(frozen=True)
class Quantity:
    """Something with a name and a dimension ('*' for any). value: an expression or a number with unit."""

    name: str
    dimension: str
    place: Place
    value: str | None = None
    exposure: str | None = None
    description: str = ""


class Parameter(Quantity):
    """A number that each component gives."""


class IndexParameter(Quantity):
    """An integer that each component gives."""


class Constant(Quantity):
    """A number of the type."""


class Property(Quantity):
    """A number that may be different in each instance; value: its default."""


class DerivedParameter(Quantity):
    """What follows from parameters, once."""


class Requirement(Quantity):
    """What an ancestor in the tree of instances must have."""


class Exposure(Quantity):
    """What others may read."""


class StateVariable(Quantity):
    """What is integrated or assigned."""


@dataclass(frozen=True)
class DerivedVariable(Quantity):
    """What follows from other variables: `value`, or the sum or product (`reduce`) of what `select` finds."""

    select: str | None = None
    reduce: str | None = None
    cases: tuple["Case", ...] = ()


@dataclass(frozen=True)
class Case:
    """One case of a conditional derived variable; no condition: otherwise."""

    condition: str | None
    value: str
    place: Place


@dataclass(frozen=True)
class Assignment:
    """variable = value, in a TimeDerivative (d/dt), a StateAssignment or an Assign."""

    variable: str
    value: str
    place: Place


@dataclass(frozen=True)
class Handler:
    """OnStart, OnCondition (test), OnEvent (port) or OnEntry, and what is done then."""

    kind: str
    place: Place
    test: str | None = None
    port: str | None = None
    assignments: tuple[Assignment, ...] = ()
    events: tuple[str, ...] = ()
    transition: str | None = None


@dataclass(frozen=True)
class Regime:
    """A part of the dynamics of which one is active at a time."""

    name: str
    initial: bool
    place: Place
    derivatives: tuple[Assignment, ...]
    handlers: tuple[Handler, ...]


@dataclass(frozen=True)
class KineticScheme:
    """Markov states: names of the children that are nodes and edges, and of what is read from them."""

    name: str
    place: Place
    attributes: dict[str, str]


@dataclass(frozen=True)
class Dynamics:
    """How a component of a type changes. Conditional derived variables are among the derived ones."""

    place: Place
    states: dict[str, StateVariable]
    derived: dict[str, DerivedVariable]
    derivatives: tuple[Assignment, ...]
    handlers: tuple[Handler, ...]
    regimes: dict[str, Regime]
    schemes: tuple[KineticScheme, ...]


@dataclass(frozen=True)
class Role:
    """A part that a component has or names. kind: Child, Children, Attachments, ComponentReference ..."""

    kind: str
    name: str
    type: str
    place: Place
    local: bool = False


@dataclass(frozen=True)
class Text:
    """An attribute without a dimension. kind: Text or Path."""

    kind: str
    name: str
    place: Place


@dataclass(frozen=True)
class Port:
    """An event port; direction: 'in' or 'out'."""

    name: str
    direction: str
    place: Place


Q = TypeVar("Q", bound=Quantity)


@dataclass(frozen=True)
class ComponentType:
    """A type with all that it inherits. ancestors: its own name, that of what it extends, and so on.

    structure, simulation: as they are written, of this type or else of the nearest ancestor that has one.
    """

    name: str
    ancestors: tuple[str, ...]
    place: Place
    description: str = ""
    quantities: dict[str, Quantity] = field(default_factory=dict)
    exposures: dict[str, Exposure] = field(default_factory=dict)
    roles: dict[str, Role] = field(default_factory=dict)
    texts: dict[str, Text] = field(default_factory=dict)
    ports: dict[str, Port] = field(default_factory=dict)
    fixed: dict[str, str] = field(default_factory=dict)
    dynamics: Dynamics | None = None
    structure: Element | None = None
    simulation: Element | None = None

    def of(self, kind: type[Q]) -> dict[str, Q]:
        """The quantities of one kind (Parameter, Requirement ...) by name."""
        return {name: q for name, q in self.quantities.items() if isinstance(q, kind)}

    def parts(self, *kinds: str) -> list[Role]:
        """The roles of some kinds."""
        return [role for role in self.roles.values() if role.kind in kinds]

    def readable(self) -> dict[str, str]:
        """Name -> dimension of all that can be read from a component."""
        dynamics = self.dynamics
        variables = {**dynamics.states, **dynamics.derived} if dynamics else {}
        return {n: q.dimension for n, q in {**self.quantities, **variables, **self.exposures}.items()}


@dataclass(frozen=True, eq=False)
class Component:
    """An element that has been given its type. values: parameters in SI units."""

    id: str
    type: ComponentType
    element: Element
    values: dict[str, float]
    children: list["Component"] = field(default_factory=list)
    role: str = ""

    @property
    def place(self) -> Place:
        """Where it is written."""
        return self.element.place

    def is_a(self, *names: str) -> bool:
        """Whether it is of one of these types or of one that extends them."""
        return any(name in self.type.ancestors for name in names)

    def get(self, name: str) -> str | None:
        """An attribute as it is written."""
        return self.element.attributes.get(name)

    def all(self, *names: str) -> list["Component"]:
        """Its children of some types."""
        return [child for child in self.children if child.is_a(*names)]


@dataclass(frozen=True, eq=False)
class Library:
    """All that is defined, by name. raw: types as they are written, before inheritance."""

    dimensions: dict[str, Vector] = field(default_factory=lambda: {"none": NONE})
    units: dict[str, Unit] = field(default_factory=dict)
    raw: dict[str, Element] = field(default_factory=dict)
    types: dict[str, ComponentType] = field(default_factory=dict)

    def copy(self) -> "Library":
        """One that can be added to."""
        return Library(dict(self.dimensions), dict(self.units), dict(self.raw), dict(self.types))
