"""NET_RECEIVE: events that come, conditions that begin to hold, and times that are known before.

A test of v is a WATCH; one of t is an event to itself, sent when that time is known, so that it is exact.
"""

from typing import TYPE_CHECKING

from netspec.lems.nmodl import expression as x
from netspec.lems.nmodl.expression import Node
from netspec.lems.nmodl.layout import procedure
from netspec.lems.nmodl.reduce import conjunction, is_level
from netspec.lems.nmodl.system import REGIME, WEIGHT, Condition, Statement
from netspec.lems.nmodl.write import Lines

if TYPE_CHECKING:
    from netspec.lems.nmodl.program import Program

START, TIMER = 1, 10
"""Flags of events to itself: at the start; the first of those that are sent for a time."""


def _timers(program: "Program") -> list[tuple[Condition, Node, Node]]:
    """Conditions that begin to hold at a time: (condition, that time, what else must hold)."""
    return [(c, *found) for c in program.system.conditions if not is_level(c) and (found := _time(c.test))]


def _watches(program: "Program") -> list[Condition]:
    return [c for c in program.system.conditions if not is_level(c) and not _time(c.test)]


def sends(program: "Program") -> list[str]:
    """Events to itself that INITIAL sends."""
    lines = program.lines()
    sent = ["net_send(0, 1)"] if _watches(program) else []
    for k, (condition, time, _) in enumerate(_timers(program)):
        if not condition.regime or condition.regime == program.system.first:
            sent.append(_send(lines, time, k))
    return [*lines.lines, *sent] if sent else []


def receive(program: "Program") -> str:
    """The block NET_RECEIVE, or nothing."""
    timers, watches, received = _timers(program), _watches(program), program.received()
    if not (timers or watches or received):
        return ""
    lines = program.lines()
    argument = WEIGHT if program.kind != "ARTIFICIAL_CELL" or received else "w"
    branches: list[tuple[str, Lines]] = []
    if received:
        inner = _branch(lines)
        _do(program, inner, received)
        branches.append(("flag == 0", inner))
    if watches:
        inner = _branch(lines)
        for k, condition in enumerate(watches):
            inner.lines.append(f"WATCH ({_watched(condition.test, inner)}) {START + 1 + k}")
        for k, condition in enumerate(watches):
            _already(program, inner, condition, k)
        branches.append((f"flag == {START}", inner))
    for k, condition in enumerate(watches):
        inner = _branch(lines)
        _guarded(program, inner, condition, x.ONE)
        branches.append((f"flag == {START + 1 + k}", inner))
    for k, (condition, time, rest) in enumerate(timers):
        inner = _branch(lines)
        _guarded(program, inner, condition, rest, time)
        branches.append((f"flag == {TIMER + k}", inner))
    if [test for test, _ in branches] == ["flag == 0"]:
        return procedure(f"NET_RECEIVE({argument})", branches[0][1])
    for k, (test, inner) in enumerate(branches):
        lines.lines.append(f"{'} else ' if k else ''}if ({test}) {{")
        lines.lines += [f"    {line}" for line in inner.lines]
    lines.lines.append("}")
    return procedure(f"NET_RECEIVE({argument})", lines)


def _already(program: "Program", lines: Lines, condition: Condition, k: int) -> None:
    """WATCH sees what begins to hold; what holds already sends its event itself."""
    inner = lines.when(condition.test)
    inner.lines.append(f"net_send(0, {START + 1 + k})")
    lines.end(inner)


def _branch(lines: Lines) -> Lines:
    return Lines(dict(lines.known), lines.titles, [], lines.local, set(), lines.taken)


def _guarded(
    program: "Program", lines: Lines, condition: Condition, rest: Node, time: Node | None = None
) -> None:
    """What a condition does, if it is in its regime, and its time has not been put off."""
    test = rest
    if condition.regime:
        test = x.logic(
            "and", x.compare("==", x.variable(REGIME), x.number(program.code(condition.regime))), test
        )
    if time is not None and x.names(time) & {*program.live}:
        due = x.compare(">=", x.variable("t"), x.subtract(time, x.number(1e-9)))
        test = x.logic("and", due, test)
    if x.is_number(test):
        _do(program, lines, list(condition.then))
        return
    inner = lines.when(test)
    _do(program, inner, list(condition.then))
    lines.end(inner)


def _do(program: "Program", lines: Lines, statements: list[Statement]) -> None:
    """Statements of an event, and the events to itself that follow from what they set."""
    changed: set[str] = set()
    queue, entered = list(statements), ""
    while queue:
        statement = queue.pop(0)
        if statement.kind == "set" and (statement.name in program.live or statement.name == "v"):
            lines.set(statement.name, statement.value)
            changed.add(statement.name)
            if statement.name == "v" and "held" in program.assigned:
                lines.lines.append("held = v")
        elif statement.kind == "out":
            lines.lines.append("net_event(t)")
        elif statement.kind == "go":
            lines.lines.append(f"{REGIME} = {program.code(statement.name)}")
            queue = [*program.system.entry.get(statement.name, []), *queue]
            entered = statement.name
    for k, (condition, time, _) in enumerate(_timers(program)):
        anew = condition.regime == entered if condition.regime else bool(x.names(time) & changed)
        if anew:
            lines.lines.append(_send(lines, time, k))
    for k, condition in enumerate(_watches(program)):
        if entered and condition.regime == entered:
            _already(program, lines, condition, k)


def _time(test: Node) -> tuple[Node, Node] | None:
    """(T, rest) of a test such as `t > T and rest`, or None."""
    parts = conjunction(test)
    for part in parts:
        if part[0] == "cmp" and "t" in x.names(part):
            found = x.affine(x.subtract(part[2], part[3]), "t")
            if found and x.is_number(found[0]) and (found[0][1] > 0) == (part[1] in (">", ">=")):
                rest = x.ONE
                for other in parts:
                    if other is not part:
                        rest = x.logic("and", rest, other)
                return x.divide(x.negative(found[1]), found[0]), rest
    return None


def _watched(test: Node, lines: Lines) -> str:
    """The comparison of a test that begins to hold; what else it says is looked at then."""
    part = conjunction(test)[0]
    if part[0] != "cmp" or part[1] not in ("<", ">", "<=", ">="):
        raise ValueError(test)
    return f"{lines.text(part[2], 1)} {part[1][0]} {lines.text(part[3], 1)}"


def _send(lines: Lines, time: Node, k: int) -> str:
    return f"net_send({lines.text(x.subtract(time, x.variable('t')))}, {TIMER + k})"
