"""Component types that users write: names, dimensions of every expression, what is never used."""

import re
from collections.abc import Iterator

from netspec.errors import did_you_mean
from netspec.lems import formula, quantity
from netspec.lems import model as m
from netspec.lems.findings import Findings
from netspec.lems.formula import Checker, Dimension
from netspec.lems.tree import Place

STEP = re.compile(r"(?:\[[^\]]*\])?/")
CLIMB = (".", "..", "parent", "this")


def check(made: m.ComponentType, library: m.Library, findings: Findings) -> None:
    """What is wrong with one component type."""
    _names(made, library, findings)
    _constants(made, library, findings)
    names = _scope(made, library)
    static = {
        n: d
        for n, d in names.items()
        if n in made.quantities and not isinstance(made.quantities[n], m.Requirement)
    }
    for derived in made.of(m.DerivedParameter).values():
        _expression(
            derived.value,
            derived.dimension,
            Checker(static, library.dimensions),
            derived.place,
            library,
            findings,
        )
    if made.dynamics:
        checker = Checker(names, library.dimensions)
        for text, dimension, place in _expressions(made.dynamics, names):
            for problem in checker.problems(text, dimension):
                findings.wrong(place, problem)
        _dynamics(made, made.dynamics, library, findings)
        _exposed(made, made.dynamics, findings)
    _unused(made, library, findings)


def _expression(
    text: str | None, dimension: str, checker: Checker, place: Place, library: m.Library, findings: Findings
) -> None:
    for problem in checker.problems(text or "", library.dimensions.get(dimension)):
        findings.wrong(place, problem)


def _names(made: m.ComponentType, library: m.Library, findings: Findings) -> None:
    """Dimensions and types that are named but do not exist."""
    dynamics = made.dynamics
    variables = {**dynamics.states, **dynamics.derived} if dynamics else {}
    for q in (*made.quantities.values(), *made.exposures.values(), *variables.values()):
        if q.dimension not in library.dimensions and q.dimension != "*":
            hint = did_you_mean(q.dimension, library.dimensions)
            findings.wrong(q.place, f"{q.name}: unknown dimension {q.dimension!r}. {hint}")
    for role in made.roles.values():
        if role.type and role.type not in library.types and role.type != "Component":
            hint = did_you_mean(role.type, library.types)
            findings.wrong(role.place, f"{role.name}: unknown component type {role.type!r}. {hint}")
    for port in made.ports.values():
        if port.direction not in ("in", "out"):
            findings.wrong(
                port.place, f"port {port.name!r}: direction is 'in' or 'out', not {port.direction!r}"
            )
    for name in made.fixed:
        if name not in made.quantities:
            hint = did_you_mean(name, made.quantities)
            findings.wrong(made.place, f"fixed parameter {name!r} is none of {made.name!r}. {hint}")


def _constants(made: m.ComponentType, library: m.Library, findings: Findings) -> None:
    for q in (*made.of(m.Constant).values(), *made.of(m.Property).values()):
        found = quantity.read(q.value, q.dimension, library) if q.value is not None else 0.0
        if isinstance(found, str):
            findings.wrong(q.place, f"{q.name}: {found}")


def _scope(made: m.ComponentType, library: m.Library) -> dict[str, Dimension]:
    """What expressions of a type may read, with dimensions."""
    dynamics = made.dynamics
    variables = {**dynamics.states, **dynamics.derived} if dynamics else {}
    everything = {**made.quantities, **variables}
    # a derived variable may leave its dimension to its exposure
    named = {
        n: made.exposures.get(q.exposure or "", q) if q.dimension == "*" else q for n, q in everything.items()
    }
    return {"t": library.dimensions.get("time")} | {
        n: library.dimensions.get(q.dimension) for n, q in named.items()
    }


def _expressions(dynamics: m.Dynamics, names: dict[str, Dimension]) -> Iterator[tuple[str, Dimension, Place]]:
    """(expression, the dimension that it should have, place) of everything in the dynamics."""
    for variable in dynamics.derived.values():
        if variable.value is not None:
            yield variable.value, names.get(variable.name), variable.place
        for case in variable.cases:
            yield case.value, names.get(variable.name), case.place
            if case.condition:
                yield case.condition, m.NONE, case.place
    time = names["t"] or m.NONE
    for rate in _rates(dynamics):
        own = names.get(rate.variable)
        per_time = tuple(a - b for a, b in zip(own, time, strict=True)) if own is not None else None
        yield rate.value, per_time, rate.place
    for handler in _handlers(dynamics):
        if handler.test is not None:
            yield handler.test, m.NONE, handler.place
        for assignment in handler.assignments:
            yield assignment.value, names.get(assignment.variable), assignment.place


def _handlers(dynamics: m.Dynamics) -> list[m.Handler]:
    return [*dynamics.handlers, *(h for regime in dynamics.regimes.values() for h in regime.handlers)]


def _rates(dynamics: m.Dynamics) -> list[m.Assignment]:
    return [*dynamics.derivatives, *(d for regime in dynamics.regimes.values() for d in regime.derivatives)]


def _dynamics(made: m.ComponentType, dynamics: m.Dynamics, library: m.Library, findings: Findings) -> None:
    """Variables, ports, regimes and selections that are named but not there."""
    settable = {*dynamics.states, *made.of(m.Property)}
    assigned = [a for handler in _handlers(dynamics) for a in handler.assignments]
    for assignment in (*_rates(dynamics), *assigned):
        if assignment.variable not in settable:
            known = "a derived variable" if assignment.variable in dynamics.derived else "no state variable"
            hint = did_you_mean(assignment.variable, dynamics.states)
            findings.wrong(assignment.place, f"{assignment.variable!r} is {known} and cannot be set. {hint}")
    for handler in _handlers(dynamics):
        _ports(handler, made, findings)
    _regimes(dynamics, findings)
    for variable in dynamics.derived.values():
        if variable.select is not None:
            _select(variable, made, library, findings)
        elif variable.value is None and not variable.cases:
            findings.wrong(variable.place, f"{variable.name!r} needs a value, a select or cases")
        if variable.reduce not in (None, "add", "multiply"):
            findings.wrong(variable.place, f"reduce is 'add' or 'multiply', not {variable.reduce!r}")
    _circle(dynamics, findings)


def _ports(handler: m.Handler, made: m.ComponentType, findings: Findings) -> None:
    for port, direction in (*((port, "out") for port in handler.events), (handler.port, "in")):
        ports = [p.name for p in made.ports.values() if p.direction == direction]
        if port is not None and port not in ports:
            hint = did_you_mean(port, ports)
            findings.wrong(handler.place, f"no event port {port!r} of direction {direction!r}. {hint}")


def _regimes(dynamics: m.Dynamics, findings: Findings) -> None:
    """One is the first, and each can be reached."""
    reached = set()
    for handler in _handlers(dynamics):
        reached.add(handler.transition)
        if handler.transition is not None and handler.transition not in dynamics.regimes:
            hint = did_you_mean(handler.transition, dynamics.regimes)
            findings.wrong(handler.place, f"transition to unknown regime {handler.transition!r}. {hint}")
    if dynamics.regimes and sum(regime.initial for regime in dynamics.regimes.values()) != 1:
        findings.wrong(dynamics.place, 'exactly one Regime must be initial="true"')
    for regime in dynamics.regimes.values():
        if not regime.initial and regime.name not in reached:
            findings.odd(regime.place, f"regime {regime.name!r} is never reached")


def _select(
    variable: m.DerivedVariable, made: m.ComponentType, library: m.Library, findings: Findings
) -> None:
    """Whether what is selected exists and has the dimension."""
    *steps, last = STEP.split(variable.select or "")
    around = made.of(m.Requirement)
    for step in steps:
        if step in CLIMB or made.of(m.Requirement).get(step):
            return
        roles = {name.lower(): role for name, role in made.roles.items()}
        role = roles.get(step.lower())
        if role is None:
            if step not in made.texts:
                hint = did_you_mean(step, made.roles)
                findings.wrong(
                    variable.place, f"select {variable.select!r}: {made.name!r} has no part {step!r}. {hint}"
                )
            return
        if role.type not in library.types:
            return
        if role.kind == "InstanceRequirement" and last in around:
            return  # what is around a peer is not declared by its type
        made = library.types[role.type]
    readable = made.readable()
    if not steps or made.name in ("Component",):
        return
    if last not in readable:
        hint = did_you_mean(last, readable)
        findings.wrong(
            variable.place, f"select {variable.select!r}: {made.name!r} has nothing called {last!r}. {hint}"
        )
    elif "*" not in (readable[last], variable.dimension) and (
        library.dimensions.get(readable[last]) != library.dimensions.get(variable.dimension)
    ):
        found = readable[last]
        findings.wrong(
            variable.place, f"select {variable.select!r}: expected {variable.dimension}, found {found}"
        )


def _circle(dynamics: m.Dynamics, findings: Findings) -> None:
    """Derived variables that need themselves."""
    needs = {
        name: formula.names_of(iter([v.value] if v.value else [c.value for c in v.cases]))
        & dynamics.derived.keys()
        for name, v in dynamics.derived.items()
        if name not in dynamics.states
    }
    free: set[str] = set()
    while new := {
        name for name, need in needs.items() if name not in free and not (need & needs.keys()) - free
    }:
        free |= new
    if rest := sorted(needs.keys() - free):
        findings.wrong(
            dynamics.derived[rest[0]].place,
            f"derived variables need each other in a circle: {', '.join(rest)}",
        )


def _exposed(made: m.ComponentType, dynamics: m.Dynamics, findings: Findings) -> None:
    variables = {**dynamics.states, **dynamics.derived}
    for variable in variables.values():
        name = variable.exposure
        if name is None:
            continue
        if name not in made.exposures:
            findings.wrong(
                variable.place, f"exposure {name!r} is not declared. {did_you_mean(name, made.exposures)}"
            )
        elif made.exposures[name].dimension != variable.dimension and variable.dimension != "*":
            wanted = made.exposures[name].dimension
            say = findings.odd if _is_zero(variable) else findings.wrong
            say(
                variable.place,
                f"exposure {name!r} is a {wanted}, but {variable.name!r} a {variable.dimension}",
            )
    given = {v.exposure for v in variables.values()} | {q.exposure for q in made.quantities.values()}
    for name, exposure in made.exposures.items():
        if name not in given and exposure.place.file == made.place.file:
            near = f" {name!r} is a variable: add exposure={name!r} to it." if name in variables else ""
            findings.wrong(exposure.place, f"no variable of {made.name!r} has exposure={name!r}.{near}")


def _is_zero(variable: m.Quantity) -> bool:
    """Whether it is 0 for ever, which is the same in all units."""
    value = getattr(variable, "value", None)
    return value is not None and re.fullmatch(r"\s*0*\.?0*\s*", value) is not None and "0" in value


def _unused(made: m.ComponentType, library: m.Library, findings: Findings) -> None:
    """Parameters that nothing reads, states that nothing changes."""
    dynamics = made.dynamics
    if dynamics is None:
        return
    texts = [text for text, _, _ in _expressions(dynamics, {"t": None})]
    texts += [d.value or "" for d in made.of(m.DerivedParameter).values()]
    read = formula.names_of(iter(texts))
    selected = " ".join(v.select or "" for v in dynamics.derived.values())
    base = library.types[made.ancestors[1]].quantities if made.ancestors[1:] else {}
    for q in made.quantities.values() if made.structure is None else ():
        passive = isinstance(q, m.Parameter | m.Constant | m.DerivedParameter) and q.name not in base
        if passive and q.name not in read and q.name not in selected:
            findings.odd(q.place, f"{q.name!r} of {made.name!r} is never used")
    changed = {rate.variable for rate in _rates(dynamics)}
    changed |= {a.variable for handler in _handlers(dynamics) for a in handler.assignments}
    for state in dynamics.states.values():
        if state.name not in changed and not dynamics.schemes and state.name not in dynamics.derived:
            findings.wrong(
                state.place, f"state variable {state.name!r} has no TimeDerivative and is never assigned"
            )
