"""Synapses, inputs, cells of one point and sources of spikes."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace

from netspec.lems import model as m
from netspec.lems.nmodl import expression as x
from netspec.lems.nmodl import origin
from netspec.lems.nmodl.events import STIFF, is_polled
from netspec.lems.nmodl.expression import Node
from netspec.lems.nmodl.instances import Instance, Unsupported
from netspec.lems.nmodl.mechanism import OUTSIDE, Mechanism, Source, evaluated, finish, kept, wanted
from netspec.lems.nmodl.origin import Origin
from netspec.lems.nmodl.program import Program
from netspec.lems.nmodl.reduce import is_level
from netspec.lems.nmodl.system import (
    ATTACHED,
    PEER,
    System,
    build,
)
from netspec.lems.resolve import Resolved

POINT: dict[str, Node] = {**OUTSIDE, "v": x.variable("v"), "V": x.variable("v"), "caConc": x.variable("cai")}
PLAYED = ("spikeArray", "timedSynapticInput")
"""Types whose spikes are given."""


def _folds(one: Instance) -> bool:
    """What channels have is folded into numbers."""
    while one is not None:
        if one.component.is_a("baseIonChannel"):
            return True
        one = one.above  # type: ignore[assignment]
    return False


Outside = Mapping[str, Node]


def _guarded(
    make: Callable[[m.Component, Resolved, Collection[str], Outside], Mechanism],
) -> Callable[..., Mechanism | None]:
    """The same, with what cannot be compiled among the findings."""

    def guarded(
        component: m.Component, found: Resolved, show: Collection[str] = (), outside: Outside | None = None
    ) -> Mechanism | None:
        try:
            return make(component, found, show, {**POINT, **(outside or {})})
        except Unsupported as error:
            found.findings.wrong(error.place, error.message)
            return None

    guarded.__doc__ = make.__doc__
    return guarded


def _current_of(system: System) -> Node:
    """The current that a component makes, outward [nA]; that of a dimensionless one for a cell of 1 nF."""
    for name in ("i", "I"):
        if name in system.seen:
            return x.negative(system.seen[name][0])
    component = system.top.component
    raise Unsupported(
        component.place, f"<{component.element.tag}> {component.id!r} makes no current: not supported yet"
    )


def _source(role: str, system: System, found: Resolved, state: Mapping[str, Node] | None = None) -> Source:
    """What a mechanism of one component is made of. state: of a cell, expressions of its parameters."""

    def source(names: Collection[str]) -> Origin:
        component, told = system.top.component, {}
        own = set(names)
        for name, node in (state or {}).items():
            value = evaluated(node, system.given)
            if node[0] == "v" and node[1] in system.given:
                told[name] = f"{{{node[1]}}}"
                own.add(node[1])
            elif value is not None:
                told[name] = repr(value)
        return origin.of(role, [(system.top, component.element)], own, found, system.dimensions, told)

    return source


def _point(
    role: str, component: m.Component, found: Resolved, show: Collection[str], outside: Outside
) -> Mechanism:
    system = build(component, found, outside, _folds)
    ions = ["USEION ca READ cai"] if any("cai" in x.names(n) for n, _ in system.seen.values()) else []
    program = Program(
        "POINT_PROCESS", f"{component.type.name}: made of LEMS", system, {"i": _current_of(system)}, ions,
        {"i": "(nA)", PEER: "(mV)", "cai": "(mM)"}, [], wanted(system, show), keep=kept(system, show),
    )  # fmt: skip
    if component.is_a(*PLAYED):
        program.times = _times(component)
    return finish(program, component.type.name, _source(role, system, found))


def _times(component: m.Component) -> tuple[float, ...]:
    spikes = (child.values["time"] for child in component.children if child.is_a("spike"))
    return tuple(sorted(float(f"{time * 1e3:.12g}") for time in spikes))


@_guarded
def synapse(component: m.Component, found: Resolved, show: Collection[str], outside: Outside) -> Mechanism:
    """A POINT_PROCESS with NET_RECEIVE(weight), the weight of NeuroML (1 by default).

    One for each connection where it has plasticity; others may be shared. Gap junctions and graded synapses
    have a parameter `scale`, the weight, and are half of a pair: `peer` takes the voltage of the other
    cell.
    """
    return _point("synapse", component, found, show, outside)


@_guarded
def current(component: m.Component, found: Resolved, show: Collection[str], outside: Outside) -> Mechanism:
    """An input into a cell: POINT_PROCESS with the parameter `scale`, the weight of NeuroML (1 by default).

    A timedSynapticInput sends its spikes to itself.
    """
    return _point("current", component, found, show, outside)


@_guarded
def source(component: m.Component, found: Resolved, show: Collection[str], outside: Outside) -> Mechanism:
    """A cell that only sends spikes: ARTIFICIAL_CELL; a spikeArray has no text, only `times`."""
    if component.is_a("spikeArray"):
        return Mechanism("VecStim", "artificial", "", {}, {}, times=_times(component), spikes=True)

    def program(kind: str) -> Program:
        system = build(component, found, outside, _folds)
        title = f"{component.type.name}: made of LEMS"
        return Program(kind, title, system, show=wanted(system, show), keep=kept(system, show))

    made = program("ARTIFICIAL_CELL")
    looked_at = any(not is_level(c) and is_polled(made, c) for c in made.system.conditions)
    if looked_at or any(steps or left for steps, left in made.steps.values()):
        made = program("POINT_PROCESS")  # something changes between events
    return finish(made, component.type.name, _source("source", made.system, found))


@_guarded
def cell(component: m.Component, found: Resolved, show: Collection[str], outside: Outside) -> Mechanism:
    """A cell of one point: a POINT_PROCESS in a section of its own, whose potential is that of the cell.

    Its section has the capacitance and nothing else, so that synapses and inputs are attached as to any
    other.
    """
    system = build(component, found, {"surfaceArea": x.ZERO, **outside}, _folds)
    rates = {regime: rates.pop("v") for regime, rates in system.rates.items() if "v" in rates}
    farads = _capacity(component, rates.values())
    by: dict[str, Node] = {ATTACHED: x.ZERO}
    flows = {regime: x.negative(x.multiply(farads, x.replaced(rate, by))) for regime, rate in rates.items()}
    for regime, own in system.rates.items():
        system.rates[regime] = {state: x.replaced(rate, by) for state, rate in own.items()}
    system.seen = {path: entry for path, entry in system.seen.items() if ATTACHED not in x.names(entry[0])}
    threshold = _threshold(system)
    jumps = threshold is None and any(not is_level(c) for c in system.conditions)
    # of a steep upstroke a straight line knows too little
    jumps = jumps and all(x.affine(flow, "v") for flow in flows.values())
    currents = {}
    if rates:
        currents = {"i": _flow(system, flows, farads)}
    program = Program(
        "POINT_PROCESS", f"{component.type.name}: made of LEMS", system, currents, [],
        {"i": "(nA)"}, [], wanted(system, show), keep=kept(system, show, exposed=True),
        capacity=farads,
        flows=flows if jumps else {},
    )  # fmt: skip
    if len(system.rates) > 1:
        program.assigned["held"] = "(mV)"
    start = next((s.value for s in system.start if s.name == "v"), x.ZERO)
    state = {"capacitance": farads, **({"vinit": start} if rates else {})}
    state |= {"threshold": threshold} if threshold is not None else {}
    return replace(
        finish(program, component.type.name, _source("cell", system, found, state)),
        capacitance=evaluated(farads, system.given),
        vinit=evaluated(start, system.given) if rates else None,
        threshold=None if threshold is None else evaluated(threshold, system.given),
    )


def _capacity(component: m.Component, rates: Iterable[Node]) -> Node:
    """The capacitance by which attached currents change v; 1 nF where nothing can be attached."""
    for rate in rates:
        found = x.affine(rate, ATTACHED)
        if found is None:
            message = f"<{component.element.tag}> {component.id!r}: its current is not added to others"
            raise Unsupported(component.place, f"{message}: not supported yet")
        if not x.is_number(found[0], 0):
            return x.divide(x.ONE, found[0])
    return x.ONE


def _flow(system: System, flows: dict[str, Node], farads: Node) -> Node:
    """The current in each regime; where v has no equation it is held by a current that is stiff."""
    regimes = [regime for regime in system.rates if regime]
    if not regimes:
        return flows[""]
    held = x.multiply(x.multiply(x.number(STIFF), farads), x.subtract(x.variable("v"), x.variable("held")))
    node = flows.get(regimes[-1], flows.get("", held))
    for code, regime in enumerate(regimes[:-1]):
        test = x.compare("==", x.variable("regime_now"), x.number(code))
        node = x.choose(test, flows.get(regime, flows.get("", held)), node)
    return node


def _threshold(system: System) -> Node | None:
    """T where spikes are `v > T` with a flag that is reset below; then nothing is left of it."""
    above = [c for c in system.conditions if [s.kind for s in c.then] == ["set", "out"]]
    if len(above) != 1 or above[0].regime:
        return None
    test, flag = above[0].test, above[0].then[0]
    below = [c for c in system.conditions if c is not above[0] and [s.name for s in c.then] == [flag.name]]
    if test[0] != "and" or test[1][:3] != ("cmp", ">", x.variable("v")) or flag.name not in x.names(test[2]):
        return None
    system.conditions = [c for c in system.conditions if c is not above[0] and c not in below]
    return test[1][3]  # type: ignore[no-any-return]
