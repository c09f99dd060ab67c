"""A tree of components -> one system of equations: names with prefixes, everything derived put in its place.

Values are in the units of units.py. Parameters are numbers where `folds` says so, else names with a value.
What a component requires comes from the nearest component above it that has something of that name, else
from outside.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from netspec.lems import formula, quantity
from netspec.lems import model as m
from netspec.lems.formula import Checker
from netspec.lems.nmodl import expression as x
from netspec.lems.nmodl import parse, units
from netspec.lems.nmodl.expression import Node
from netspec.lems.nmodl.instances import Instance, Unsupported, above, optional, selected, tree
from netspec.lems.resolve import Resolved
from netspec.lems.tree import Place

ATTACHED = "attached"
"""Stands for the sum of what is attached to a cell."""
PEER = "vpeer"
"""The voltage at the other side of a gap junction or graded synapse."""
WEIGHT = "weight"
SCALE = "scale"
"""The weight of an input, which has no events."""
REGIME = "regime_now"
"""The regime that is active, as a number."""
SEGMENT = re.compile(r"(?P<name>[\w.]+)(?:\[(?P<filter>[^\]]*)\])?\Z")
WORDS = """
v t dt i area diam celsius flag weight states rates constants late wait drive held now since v_now v_before
name loc get_segment has_loc PI E R0 y j y0 y1 yn j0 j1 jn gamma signal time index remainder div exit main
if else while for do switch case default return break continue goto auto bool char class const delete double
enum extern false true float friend inline int long mutable namespace new operator private protected public
register short signed sizeof static struct template this throw try catch typedef union unsigned using virtual
void volatile and or not xor exp log log10 sqrt fabs pow sin cos tan sinh cosh tanh asin acos atan ceil floor
ASSIGNED AFTER BEFORE BREAKPOINT BY CONDUCTANCE CONSERVE CONSTANT DEFINE DEPEND DERIVATIVE ELSE FROM FUNCTION
GLOBAL IF INCLUDE INITIAL KINETIC LINEAR LOCAL METHOD NEURON NONLINEAR PARAMETER POINTER PROCEDURE PROTECT
RANGE READ SOLVE START STATE STEADYSTATE STEP SUFFIX TABLE THREADSAFE TITLE TO UNITS USEION VALENCE VERBATIM
WATCH WHILE WITH WRITE
"""
RESERVED = frozenset(WORDS.split())
"""What a variable cannot be called in NMODL, in the C++ that it becomes, or in Python."""


@dataclass(frozen=True)
class Statement:
    """kind: 'set' (a variable), 'out' (an event) or 'go' (to a regime)."""

    kind: str
    name: str = ""
    value: Node = x.ZERO


@dataclass(frozen=True)
class Condition:
    """What is done when a test holds. regime: in which, '' for any."""

    test: Node
    then: tuple[Statement, ...]
    regime: str
    place: Place


@dataclass(frozen=True)
class Scheme:
    """A kinetic scheme: names of states, and (from, to, forward, backward) of its transitions."""

    states: tuple[str, ...]
    transitions: tuple[tuple[str, str, Node, Node], ...]


@dataclass
class System:
    """What is integrated and done. rates: d/dt by state, of all regimes under ''; given: parameters that
    stay.
    """

    top: Instance
    given: dict[str, float] = field(default_factory=dict)
    dimensions: dict[str, m.Vector] = field(default_factory=dict)
    states: list[str] = field(default_factory=list)
    rates: dict[str, dict[str, Node]] = field(default_factory=lambda: {"": {}})
    start: list[Statement] = field(default_factory=list)
    entry: dict[str, list[Statement]] = field(default_factory=dict)
    conditions: list[Condition] = field(default_factory=list)
    received: list[Statement] = field(default_factory=list)
    schemes: list[Scheme] = field(default_factory=list)
    first: str = ""
    seen: dict[str, tuple[Node, m.Vector]] = field(default_factory=dict)
    titles: dict[Node, str] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)


def build(
    component: m.Component,
    found: Resolved,
    outside: Mapping[str, Node],
    folds: Callable[[Instance], bool],
    prefix: str = "",
) -> System:
    """The system of a component with all below it; Unsupported where something cannot be compiled."""
    top = tree(component, None, "", prefix, found)
    return _Flattener(System(top), found, outside, folds).run()


@dataclass
class _Flattener:
    system: System
    found: Resolved
    outside: Mapping[str, Node]
    folds: Callable[[Instance], bool]
    cache: dict[tuple[int, str], Node] = field(default_factory=dict)

    def run(self) -> System:
        system = self.system
        for instance in system.top.walk():
            dynamics = instance.type.dynamics
            if dynamics is None:
                continue
            for scheme in dynamics.schemes:
                self._scheme(instance, scheme)
            for state in dynamics.states:
                name = self.variable(instance, state)
                if name not in (*system.states, *(s for k in system.schemes for s in k.states)):
                    system.states.append(name)
        for instance in system.top.walk():
            if instance.type.dynamics:
                self._dynamics(instance, instance.type.dynamics)
        self._start()
        self._seen()
        return system

    def _start(self) -> None:
        """What is done at first; by children first, since parents read what they are."""
        for instance in reversed(list(self.system.top.walk())):
            for handler in instance.type.dynamics.handlers if instance.type.dynamics else ():
                if handler.kind == "OnStart":
                    self.system.start += self._statements(instance, handler)

    def _dynamics(self, instance: Instance, dynamics: m.Dynamics) -> None:
        system, top = self.system, instance is self.system.top
        self._rates(instance, dynamics.derivatives, "")
        for handler in dynamics.handlers:
            if handler.kind == "OnCondition":
                self._condition(instance, handler, "")
            elif handler.kind == "OnEvent" and top:
                system.received += self._statements(instance, handler)
        if dynamics.regimes and not top:
            raise Unsupported(
                instance.component.place, f"regimes inside {system.top.type.name!r}: not supported yet"
            )
        for regime in dynamics.regimes.values():
            if regime.initial:
                system.first = regime.name
            system.rates.setdefault(regime.name, {})
            self._rates(instance, regime.derivatives, regime.name)
            system.entry.setdefault(regime.name, [])
            for handler in regime.handlers:
                if handler.kind == "OnEntry":
                    system.entry[regime.name] += self._statements(instance, handler)
                elif handler.kind == "OnCondition":
                    self._condition(instance, handler, regime.name)
                else:
                    raise Unsupported(handler.place, f"<{handler.kind}> in a regime: not supported yet")

    def _rates(self, instance: Instance, derivatives: tuple[m.Assignment, ...], regime: str) -> None:
        for rate in derivatives:
            node = self.read(instance, rate.value, rate.place)
            own = self.dimension(instance, rate.variable)
            node = x.multiply(x.number(self._units(instance, rate.value, own)), node)
            self.system.rates.setdefault(regime, {})[self.variable(instance, rate.variable)] = node

    def _units(self, instance: Instance, text: str, own: m.Vector) -> float:
        """1, or what a rate is short of where its dimension is not that of its variable per time."""
        library = self.found.document.library
        readable = {n: library.dimensions.get(d) for n, d in instance.type.readable().items()} | {"t": None}
        wrong: list[str] = []
        parsed = formula.parse(text)
        if isinstance(parsed, str):
            return 1.0
        is_ = Checker(readable, library.dimensions)._of(parsed.tree, wrong)
        wanted = tuple(d - (axis == 2) for axis, d in enumerate(own))
        return 1.0 if is_ is None or wrong else units.factor(is_) / units.factor(wanted)

    def _condition(self, instance: Instance, handler: m.Handler, regime: str) -> None:
        test = self.read(instance, handler.test or "", handler.place)
        self.system.conditions.append(
            Condition(test, tuple(self._statements(instance, handler)), regime, handler.place)
        )

    def _statements(self, instance: Instance, handler: m.Handler) -> list[Statement]:
        """What is done, with what others do that get an event of it."""
        made = [
            Statement("set", self.variable(instance, a.variable), self.read(instance, a.value, a.place))
            for a in handler.assignments
        ]
        for port in handler.events:
            for target in instance.targets:
                for other in target.type.dynamics.handlers if target.type.dynamics else ():
                    if other.kind == "OnEvent":
                        made += self._statements(target, other)
            heard = port == "spike" or not (instance.targets or instance.component.is_a("baseSynapse"))
            if instance is self.system.top and heard:
                made.append(Statement("out"))
        if handler.transition:
            made.append(Statement("go", handler.transition))
        return made

    def variable(self, instance: Instance, name: str) -> str:
        """What a variable of a component is called in the system."""
        full = f"{instance.prefix}{name}"
        if name == "v" and instance is self.system.top and name in (instance.type.dynamics or _NONE).states:
            full = "v"
        elif full in RESERVED:
            full += "_"
        self.system.dimensions[full] = self.dimension(instance, name)
        return full

    def dimension(self, instance: Instance, name: str) -> m.Vector:
        """That of something in a component."""
        made, known = instance.type, self.found.document.library.dimensions
        return known.get(made.readable().get(name, "none"), m.NONE)

    def read(self, instance: Instance, text: str, place: Place) -> Node:
        """An expression with what its names stand for."""
        try:
            return parse.read(text, lambda name: self.meaning(instance, name, place))
        except (ValueError, ZeroDivisionError, OverflowError) as error:
            raise Unsupported(place, f"{text!r}: {error}") from error

    def meaning(self, instance: Instance, name: str, place: Place) -> Node:
        """What a name in a component's expression stands for."""
        key = (id(instance), name)
        if key not in self.cache:
            self.cache[key] = self._meaning(instance, name, place)
        return self.cache[key]

    def _meaning(self, instance: Instance, name: str, place: Place) -> Node:
        made = instance.type
        dynamics = made.dynamics or _NONE
        if name in dynamics.derived:
            node = self._derived(instance, dynamics.derived[name])
            self.system.titles.setdefault(node, self.variable(instance, name))
            return node
        if name in dynamics.states:
            full = self.variable(instance, name)
            return self.eliminated.get(full, x.variable(full))
        quantity_ = made.quantities.get(name)
        if isinstance(quantity_, m.DerivedParameter):
            node = self.read(instance, quantity_.value or "0", quantity_.place)
            self.system.titles.setdefault(node, self.variable(instance, name))
            return node
        if quantity_ is not None and not isinstance(quantity_, m.Requirement):
            return self._value(instance, quantity_)
        for one in above(instance):
            dynamics = one.type.dynamics or _NONE
            if name in dynamics.derived or name in dynamics.states:
                return self.meaning(one, name, place)
            if name in one.type.quantities and not isinstance(one.type.quantities[name], m.Requirement):
                return self.meaning(one, name, place)
        if name in self.outside:
            return self.outside[name]
        where = self.system.top.component
        raise Unsupported(
            place,
            f"{made.name!r} requires {name!r}, which <{where.element.tag}> {where.id!r} does not have: "
            "not supported yet",
        )

    eliminated: dict[str, Node] = field(default_factory=dict)

    def _value(self, instance: Instance, q: m.Quantity) -> Node:
        """The number of a parameter, or its name."""
        library, component = self.found.document.library, instance.component
        dimension = library.dimensions.get(q.dimension, m.NONE)
        value: float | str = component.values.get(q.name, 0.0)
        if q.name not in component.values and q.value is not None:
            value = quantity.read(q.value, q.dimension, library)
        if q.name not in component.values and q.value is None and not isinstance(q, m.IndexParameter):
            if not optional(instance, q.name):
                raise Unsupported(component.place, f"<{component.element.tag}> has no {q.name!r}")
            value = 0.0
        if isinstance(value, str):
            raise Unsupported(q.place, value)
        inside = units.inside(value, dimension)
        if isinstance(q, m.Property) and q.name == WEIGHT and instance is self.system.top:
            return x.variable(WEIGHT)
        if isinstance(q, m.Constant | m.Property | m.IndexParameter) or self.folds(instance):
            return x.number(inside)
        name = self.variable(instance, q.name)
        self.system.given[name] = inside
        return x.variable(name)

    def _derived(self, instance: Instance, d: m.DerivedVariable) -> Node:
        if d.select is not None:
            return self._selected(instance, d)
        if d.value is not None:
            return self.read(instance, d.value, d.place)
        cases = list(d.cases)
        node = x.ZERO
        if cases and (cases[-1].condition is None or self._complementary(instance, cases)):
            node = self.read(instance, cases.pop().value, d.place)
        for case in reversed(cases):
            test = self.read(instance, case.condition or "1", case.place)
            node = x.choose(test, self.read(instance, case.value, case.place), node)
        return node

    def _complementary(self, instance: Instance, cases: list[m.Case]) -> bool:
        """Whether the last of two cases is all that the first is not."""
        if len(cases) != 2:
            return False
        one, other = (self.read(instance, case.condition or "1", case.place) for case in cases)
        return one[0] == other[0] == "cmp" and one[2:] == other[2:] and x.OPPOSITE[one[1]] == other[1]

    def _selected(self, instance: Instance, d: m.DerivedVariable) -> Node:
        """What a path finds: one value, or the sum or product of many."""
        *steps, last = (d.select or "").split("/")
        places, role = [instance], None
        for step in steps:
            match = SEGMENT.match(step)
            if match is None or step in (".", ".."):
                raise Unsupported(d.place, f"select={d.select!r}: not supported yet")
            role = instance.type.roles.get(match["name"]) if instance in places else None
            if role and role.kind == "Attachments":
                return x.variable(ATTACHED)
            if role and role.kind == "InstanceRequirement":
                if last != "v":
                    raise Unsupported(
                        d.place, f"select={d.select!r}: only the voltage of a peer: not supported yet"
                    )
                return x.variable(PEER)
            places = [child for place in places for child in selected(place, match["name"], match["filter"])]
        found = [self.meaning(place, last, d.place) for place in places]
        if d.reduce is None and len(found) != 1:
            raise Unsupported(
                d.place, f"select={d.select!r} finds {len(found)} things in {instance.component.id!r}"
            )
        product = d.reduce == "multiply"
        node = x.ONE if product else x.ZERO
        for one in found:
            node = x.multiply(node, one) if product else x.add(node, one)
        return node

    def _scheme(self, instance: Instance, scheme: m.KineticScheme) -> None:
        given = scheme.attributes
        name = given["stateVariable"]
        nodes = [child for child in instance.below if child.role == given["nodes"]]
        edges = [child for child in instance.below if child.role == given["edges"]]
        by_id = {node.component.id: self.variable(node, name) for node in nodes}
        transitions = tuple(
            (
                by_id[edge.component.get(given["edgeSource"]) or ""],
                by_id[edge.component.get(given["edgeTarget"]) or ""],
                self.meaning(edge, given["forwardRate"], edge.component.place),
                self.meaning(edge, given["reverseRate"], edge.component.place),
            )
            for edge in edges
        )
        states = tuple(by_id.values())
        system = self.system
        if len(states) != 2:
            system.schemes.append(Scheme(states, transitions))
            system.start += [Statement("set", state, x.number(state == states[0])) for state in states]
            return
        # what is not in one of two states is in the other
        closed, open_ = states
        forth = back = x.ZERO
        for source, _, forward, backward in transitions:
            there, here = (forward, backward) if source == closed else (backward, forward)
            forth, back = x.add(forth, there), x.add(back, here)
        q = x.variable(open_)
        self.eliminated[closed] = x.subtract(x.ONE, q)
        system.states.append(open_)
        system.rates[""][open_] = x.subtract(forth, x.multiply(x.add(forth, back), q))
        system.start.append(Statement("set", open_, x.ZERO))  # the reference begins in the first state

    def _seen(self) -> None:
        """All that can be read, by path below the component."""
        library = self.found.document.library
        for instance in self.system.top.walk():
            dynamics = instance.type.dynamics or _NONE
            for name in (*dynamics.states, *dynamics.derived, *(e for e in instance.type.exposures)):
                if name in dynamics.states or name in dynamics.derived:
                    node = self.meaning(instance, name, instance.component.place)
                    exposed = instance.type.readable().get(name, "none")
                    path = f"{instance.path}{name}"
                    self.system.seen[path] = node, library.dimensions.get(exposed, m.NONE)
                    self.system.labels[path] = self.variable(instance, name)


_NONE = m.Dynamics(Place("", 0), {}, {}, (), (), {}, ())
