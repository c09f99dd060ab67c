"""What a system needs not have: states that nothing reads, or that are but expressions with cases."""

from dataclasses import replace
from typing import TYPE_CHECKING

from netspec.lems.nmodl import expression as x
from netspec.lems.nmodl.expression import Node
from netspec.lems.nmodl.instances import Unsupported
from netspec.lems.nmodl.system import SCALE, WEIGHT, Condition, System

if TYPE_CHECKING:
    from netspec.lems.nmodl.program import Program


def is_level(condition: Condition) -> bool:
    """Whether a condition only sets variables, as long as it holds."""
    return all(s.kind == "set" for s in condition.then) and not condition.regime


def conjunction(test: Node) -> list[Node]:
    """The parts of `a and b and c`."""
    return [*conjunction(test[1]), *conjunction(test[2])] if test[0] == "and" else [test]


def live(system: System, program: "Program") -> tuple[str, ...]:
    """The states that anything depends on."""
    wanted = _read(system, program)
    every = [*system.start, *system.received, *(s for c in system.conditions for s in c.then)]
    every += [s for entered in system.entry.values() for s in entered]
    rates = [pair for own in system.rates.values() for pair in own.items()]
    uses = [(s.name, s.value) for s in every if s.kind == "set"] + rates
    uses += [(s.name, c.test) for c in system.conditions for s in c.then]
    size = -1
    while size != len(wanted):
        size = len(wanted)
        for name, node in uses:
            if name in wanted or name == "v":
                wanted |= x.names(node)
    return tuple(s for s in system.states if s in wanted)


def _read(system: System, program: "Program") -> set[str]:
    """Names that outputs, events and schemes read."""
    nodes = [*program.currents.values(), *program.show.values(), *(node for _, node in program.writes)]
    nodes += [c.test for c in system.conditions if not is_level(c)]
    nodes += [node for s in system.schemes for *_, f, b in s.transitions for node in (f, b)]
    return set(program.keep).union(*map(x.names, nodes))


def scaled(system: System, program: "Program") -> None:
    """The weight is a parameter where it is not that of events."""
    by = {WEIGHT: x.variable(SCALE)}
    program.currents = {n: x.replaced(old, by) for n, old in program.currents.items()}
    program.show = {n: x.replaced(old, by) for n, old in program.show.items()}
    system.seen = {path: (x.replaced(n, by), d) for path, (n, d) in system.seen.items()}
    for rates in system.rates.values():
        rates.update({s: x.replaced(rate, by) for s, rate in rates.items()})
    system.conditions = [
        replace(
            c,
            test=x.replaced(c.test, by),
            then=tuple(replace(s, value=x.replaced(s.value, by)) for s in c.then),
        )
        for c in system.conditions
    ]
    system.start = [replace(s, value=x.replaced(s.value, by)) for s in system.start]


def piecewise(system: System, program: "Program") -> None:
    """A state that is only set while conditions hold becomes an expression with cases."""
    moving = {state for rates in system.rates.values() for state, rate in rates.items()}
    for state in list(system.states):
        setting = [c for c in system.conditions if any(s.name == state for s in c.then)]
        only = all(is_level(c) and state not in x.names(c.test) for c in setting)
        elsewhere = [s for s in system.received if s.name == state]
        if state in moving or not setting or not only or elsewhere:
            continue
        start = [s.value for s in system.start if s.name == state]
        node = start[-1] if start else x.ZERO
        for condition in setting:
            (value,) = [s.value for s in condition.then if s.name == state]
            if state in x.names(value):
                raise Unsupported(
                    condition.place, f"{state!r} set from itself while a condition holds: not supported yet"
                )
            node = x.choose(condition.test, value, node)
        by = {state: node}
        system.states.remove(state)
        system.start = [s for s in system.start if s.name != state]
        system.conditions = [c for c in system.conditions if c not in setting]
        system.seen = {path: (x.replaced(n, by), d) for path, (n, d) in system.seen.items()}
        program.currents = {n: x.replaced(old, by) for n, old in program.currents.items()}
        program.show = {n: x.replaced(old, by) for n, old in program.show.items()}
        for rates in system.rates.values():
            rates.update({s: x.replaced(rate, by) for s, rate in rates.items()})
