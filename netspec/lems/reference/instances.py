"""The tree of instances of a component, as the reference simulator builds it.

A component gives one instance, with those of its children in it. What its type's Structure says is done when
it is in place: instances of components that it names, copies of cells in a population, attachments (synapses,
inputs) of cells, and the lines along which events go.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

from netspec.errors import Problem, SpecError, did_you_mean
from netspec.lems import model as m
from netspec.lems import quantity
from netspec.lems.reference import arithmetic, layout
from netspec.lems.reference.layout import Layout
from netspec.lems.resolve import Resolved
from netspec.lems.tree import Place

NOT_IN_REGIMES = ("StateVariable", "DerivedVariable", "ConditionalDerivedVariable", "OnStart")


@dataclass(eq=False)
class Instance:
    """children: by what they are called; lists: children and attachments by the name of their list.

    own: variables that its type does not have, with values. sends: port -> (instance, its port, delay [s]).
    """

    component: m.Component
    parent: "Instance | None"
    layout: Layout
    values: dict[str, float]
    single: list["Instance"] = field(default_factory=list)
    lists: dict[str, list["Instance"]] = field(default_factory=dict)
    children: dict[str, "Instance"] = field(default_factory=dict)
    listed: list["Instance"] = field(default_factory=list)
    own: dict[str, float] = field(default_factory=dict)
    sends: dict[int, list[tuple["Instance", int, float]]] = field(default_factory=dict)
    schemes: list["Scheme"] = field(default_factory=list)
    built: bool = False
    base: int = -1
    number: int = -1

    @property
    def place(self) -> Place:
        """Where its component is written."""
        return self.component.place

    def below(self) -> Iterator["Instance"]:
        """Its children in the order in which they step."""
        yield from self.single
        for listed in self.lists.values():
            yield from listed

    def read(self, name: str) -> int | None:
        """Where others find a variable of it, or of the nearest one above that has it."""
        slots = self.layout.slots
        if name in self.layout.exposed:
            return self.base + self.layout.exposed[name][0]
        if name in slots and not name.startswith("("):
            return self.base + slots[name]
        if name in self.own:
            return self.base + self.layout.size + list(self.own).index(name)
        return self.parent.read(name) if self.parent else None

    def child(self, name: str) -> "Instance | None":
        """What a step of a path leads to: 'pop', '[3]', '3', 'synapses:syn1:0'."""
        if name.startswith("["):
            only = list(self.lists.values())
            index = int(name[1:-1])
            return only[0][index] if len(only) == 1 and index < len(only[0]) else None
        if name in self.children:
            return self.children[name]
        kind, _, which = name.partition(":")
        if which and kind in self.lists:
            component, _, number = which.partition(":")
            same = [i for i in self.lists[kind] if i.component.id == component]
            return same[int(number)] if int(number) < len(same) else None
        return next((i for i in self.below() if i.component.id == name), None)


@dataclass(frozen=True, eq=False)
class Scheme:
    """A kinetic scheme: its states, and its edges with the numbers of the states that they join."""

    scheme: m.KineticScheme
    states: list[Instance]
    edges: list[Instance]
    ends: list[tuple[int, int]]


def wrong(place: Place, message: str) -> SpecError:
    """An error at a place in a file."""
    return SpecError([Problem(str(place), message)])


@dataclass(eq=False)
class Maker:
    """Makes instances of components, with the values of each component worked out once."""

    found: Resolved
    known: dict[m.Component, dict[str, float]] = field(default_factory=dict)
    layouts: dict[str, Layout] = field(default_factory=dict)
    parents: dict[m.Component, m.Component] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.parents = {component: above[-1] for component, above in self.found.every() if above}

    def tree(self, component: m.Component) -> Instance:
        """The instance of a component with all that is below it, built."""
        root = self.new(component, None)
        self.build(root)
        return root

    def new(self, component: m.Component, parent: Instance | None) -> Instance:
        """An instance with its children, before anything is built."""
        _one_segment(component)
        made = Instance(component, parent, self.layout(component.type), self.values(component))
        alone = {role.name for role in component.type.parts("Child")}
        for part in component.children:
            if part.type.name not in self.found.document.library.types:
                continue
            child = self.new(part, made)
            if part.role in alone:
                made.single.append(child)
                made.children[part.role] = child
            else:
                made.lists.setdefault(part.role, []).append(child)
                made.listed.append(child)
                if part.id:
                    made.children[part.id] = child
        for role in component.type.parts("Attachments"):
            made.lists[role.name] = []
        for scheme in component.type.dynamics.schemes if component.type.dynamics else ():
            made.schemes.append(_scheme(scheme, made))
        return made

    def layout(self, made: m.ComponentType) -> Layout:
        """The layout of a component type, made once."""
        if made.name not in self.layouts:
            _supported(made, self.found.document.library)
            self.layouts[made.name] = layout.of(made)
        return self.layouts[made.name]

    def values(self, component: m.Component) -> dict[str, float]:
        """All that is fixed in a component, SI."""
        if component not in self.known:
            self.known[component] = _values(component, self.found)
        return self.known[component]

    def build(self, instance: Instance) -> None:
        """What the Structure of its type says, then that of those in it."""
        if not instance.built:
            instance.built = True
            structure = instance.component.type.structure
            if structure is not None:
                from netspec.lems.reference import structure as structures

                structures.build(structure, instance, self)
        for child in (*instance.single, *instance.listed):
            self.build(child)

    def referred(self, component: m.Component, name: str) -> m.Component | None:
        """The component that an attribute or child of a component names; '../name' is that of its parent."""
        if name.startswith("../"):
            above = self.parents.get(component)
            return self.referred(above, name[3:]) if above else None
        child = next((c for c in component.children if c.role == name), None)
        return child or self.found.named(component.get(name))


def _supported(made: m.ComponentType, library: m.Library) -> None:
    for name in made.ancestors if made.dynamics and made.dynamics.regimes else ():
        for dynamics in library.raw[name].all("Dynamics") if name in library.raw else ():
            for part in (part for regime in dynamics.all("Regime") for part in regime.all(*NOT_IN_REGIMES)):
                raise wrong(part.place, f"<{part.tag}> in a <Regime>: reference mode does not support it yet")


def _one_segment(component: m.Component) -> None:
    if component.is_a("morphology") and len(segments := component.all("segment")) > 1:
        message = (
            f"reference mode steps cells of one segment, as the reference does; here are {len(segments)}"
        )
        raise wrong(segments[1].place, message)


def _scheme(scheme: m.KineticScheme, instance: Instance) -> Scheme:
    given = scheme.attributes
    states, edges = (instance.lists.get(given[key], []) for key in ("nodes", "edges"))
    numbers = {state.component.id: number for number, state in enumerate(states)}
    ends = []
    for edge in edges:
        pair = [edge.component.get(given[key]) or "" for key in ("edgeSource", "edgeTarget")]
        for name in pair:
            if name not in numbers:
                raise wrong(edge.place, f"unknown state {name!r}. {did_you_mean(name, numbers)}")
        ends.append((numbers[pair[0]], numbers[pair[1]]))
    return Scheme(scheme, states, edges, ends)


def _values(component: m.Component, found: Resolved) -> dict[str, float]:
    made, library = component.type, found.document.library
    values = dict(component.values)
    for name, given in made.quantities.items():
        if name in values or not isinstance(given, layout.FIXED) or isinstance(given, m.DerivedParameter):
            continue
        number = quantity.read(given.value, given.dimension, library) if given.value is not None else 0.0
        if isinstance(number, str):
            raise wrong(given.place, f"{name}: {number}")
        values[name] = number
    for name, derived in made.of(m.DerivedParameter).items():
        values[name] = arithmetic.value(derived.value or "", values, derived.place)
    return {name: 0.0 if math.isnan(value) else value for name, value in values.items()}
