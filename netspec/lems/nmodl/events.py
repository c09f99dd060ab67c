"""NET_RECEIVE: events that come, conditions that begin to hold, and times that are known before.

A test of v is a WATCH; one of t is an event to itself, sent when that time is known, so that it is exact.
"""

from dataclasses import replace
from typing import TYPE_CHECKING

from netspec.lems.nmodl import expression as x
from netspec.lems.nmodl.expression import Node
from netspec.lems.nmodl.layout import procedure
from netspec.lems.nmodl.reduce import conjunction, is_level
from netspec.lems.nmodl.system import REGIME, WEIGHT, Condition, Statement
from netspec.lems.nmodl.write import Lines

if TYPE_CHECKING:
    from netspec.lems.nmodl.program import Program

STIFF = 1e9
"""A held cell: conductance in units of its capacitance per ms."""
START, TIMER = 1, 100
"""Flags of events to itself: at the start; the first of those that are sent for a time."""


def _timers(program: "Program") -> list[tuple[Condition, Node, Node]]:
    """Conditions that begin to hold at a time: (condition, that time, what else must hold)."""
    return [
        (c, *found)
        for c in program.system.conditions
        if not is_level(c) and (found := _time(c.test)) and not is_polled(program, c)
    ]


def _watches(program: "Program") -> list[Condition]:
    timed = [c for c, *_ in _timers(program)]
    return [c for c in program.system.conditions if not is_level(c) and c not in timed]


def sends(program: "Program", lines: Lines) -> list[str]:
    """Events to itself that INITIAL sends."""
    sent = ["net_send(0, 1)"] if _watches(program) else []
    sent += [f"net_send({time:.12g}, 0)" for time in program.times]
    for k, (condition, time, _) in enumerate(_timers(program)):
        if not condition.regime or condition.regime == program.system.first:
            sent += _send(lines, time, k)
    return sent


def receive(program: "Program") -> str:
    """The block NET_RECEIVE, or nothing."""
    timers, watches, received = _timers(program), _watches(program), program.received()
    if not (timers or watches or received):
        return ""
    lines = program.lines()
    argument = WEIGHT if program.kind != "ARTIFICIAL_CELL" or received else "w"
    branches: list[tuple[int, Lines]] = []
    if received:
        branches.append((0, _branch(lines)))
        _do(program, branches[-1][1], received)
    if watches:
        branches.append((START, _branch(lines)))
        _watch(program, branches[-1][1], watches)
    for k, condition in enumerate(watches):
        inner = _branch(lines)
        looked_at = is_polled(program, condition)
        if looked_at:
            inner.lines.append(f"{polled(program, condition)} = 0")
        elif program.flows:
            _crossed(program, inner, condition)
        _guarded(program, inner, condition, x.ONE, crossed=not looked_at)
        if not condition.regime and not looked_at:
            _already(inner, condition, k)
        branches.append((START + 1 + k, inner))
    for k, (condition, time, rest) in enumerate(timers):
        branches.append((TIMER + k, _branch(lines)))
        _guarded(program, branches[-1][1], condition, rest, time)
    return procedure(f"NET_RECEIVE({argument})", _by_flag(lines, branches))


def _watch(program: "Program", lines: Lines, watches: list[Condition]) -> None:
    for k, condition in enumerate(watches):
        lines.lines.append(f"WATCH ({_watched(program, condition, lines)}) {START + 1 + k}")
    for k, condition in enumerate(watches):
        _already(lines, condition, k, "0")


def _by_flag(lines: Lines, branches: list[tuple[int, Lines]]) -> Lines:
    """One block of what is done by flag."""
    if [flag for flag, _ in branches] == [0]:
        return branches[0][1]
    for k, (flag, inner) in enumerate(branches):
        lines.lines.append(f"{'} else ' if k else ''}if (flag == {flag}) {{")
        lines.lines += [f"    {line}" for line in inner.lines]
    lines.lines.append("}")
    return lines


def _already(lines: Lines, condition: Condition, k: int, wait: str = "dt") -> None:
    """WATCH sees what begins to hold; what holds already sends its event itself, a step later."""
    inner = lines.when(condition.test)
    inner.lines.append(f"net_send({wait}, {START + 1 + k})")
    lines.end(inner)


def _branch(lines: Lines) -> Lines:
    return Lines(dict(lines.known), lines.titles, [], lines.local, set(), lines.taken)


def _guarded(
    program: "Program",
    lines: Lines,
    condition: Condition,
    rest: Node,
    time: Node | None = None,
    crossed: bool = False,
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
    inner = lines if x.is_number(test) else lines.when(test)
    if crossed and program.flows:
        then = [replace(s, value=x.replaced(s.value, {"t": CROSSING})) for s in condition.then]
        _do(program, inner, then, CROSSING)
    else:
        _do(program, inner, list(condition.then), None, time)
    if inner is not lines:
        lines.end(inner)


CROSSING = x.subtract(x.variable("t"), x.variable("late"))
"""When v was at a threshold."""


def _crossed(program: "Program", lines: Lines, condition: Condition) -> None:
    """How long ago v was at a threshold, by a straight line, and how fast what is attached changes v."""
    _, _, a, b = condition.test
    if not program.flows or "v" not in x.names(a) | x.names(b):
        lines.lines.append("late = 0")
        lines.local.append("late")
        return
    over = x.subtract(a, b)
    before = x.replaced(over, {"v": x.variable("v_before")})
    share = x.divide(over, x.subtract(over, before))
    lines.local.append("late")
    lines.lines += ["late = 0", "drive = 0"]
    inner = lines.when(x.compare("<", x.multiply(over, before), x.ZERO))
    inner.lines.append(f"late = dt*{inner.text(share, 3)}")
    middle = x.multiply(x.number(0.5), x.add(x.variable("v"), x.variable("v_before")))
    flow = x.replaced(program.flows.get(condition.regime, x.ZERO), {"v": middle})
    inner.lines.append(
        f"drive = (v - v_before)/dt + {inner.text(x.divide(flow, program.capacity or x.ONE), 2)}"
    )
    lines.end(inner)


def _gone_on(program: "Program", lines: Lines, regime: str) -> None:
    """V goes on from a threshold to now, unless it is held."""
    flow = program.flows.get(regime, program.flows.get(""))
    if flow is not None:
        loss = lines.text(x.divide(flow, program.capacity or x.ONE), 2)
        lines.lines.append(f"v = v + late*(drive - {loss})")
        lines.forget("v")
    lines.lines.append("v_now = v")


def _released(program: "Program", lines: Lines, due: Node) -> None:
    """V has been held; what is attached has moved it by very little, which tells how much that is."""
    lines.local.append("late")
    lines.lines += [
        f"late = now - {lines.text(due, 2)}",
        "if (now - since > 2.5*dt) {",
        f"    drive = {STIFF:.0f}*(0.5*(v_now + v_before) - held)",
        "}",
        "v = held",
    ]
    lines.forget("v")


def _do(
    program: "Program",
    lines: Lines,
    statements: list[Statement],
    when: Node | None = None,
    due: Node | None = None,
) -> None:
    """Statements of an event, and the events to itself that follow from what they set.

    when: the time of a threshold, a little before; due: that for which the event was sent.
    """
    changed: set[str] = set()
    queue, entered = list(statements), ""
    while queue:
        statement = queue.pop(0)
        if statement.kind == "go":
            lines.lines.append(f"{REGIME} = {program.code(statement.name)}")
            entry = program.system.entry.get(statement.name, [])
            by = {"t": when} if when else {}
            queue = [*(replace(s, value=x.replaced(s.value, by)) for s in entry), *queue]
            entered = statement.name
            if due is not None and program.flows and "v" not in {s.name for s in entry}:
                _released(program, lines, due)
                _gone_on(program, lines, entered)
        else:
            changed |= _done(program, lines, statement)
    if when is not None and "v" in changed:
        _gone_on(program, lines, entered)
    for k, (condition, time, _) in enumerate(_timers(program)):
        if condition.regime == entered if condition.regime else bool(x.names(time) & changed):
            lines.lines += _send(lines, time, k)
    for k, condition in enumerate(_watches(program)):
        if entered and condition.regime == entered:
            _already(lines, condition, k)


def _done(program: "Program", lines: Lines, statement: Statement) -> set[str]:
    """Carry out a statement; the variables that it changes."""
    if statement.kind == "out":
        lines.lines.append("net_event(t)")
        return set()
    if statement.name not in (*program.live, "v"):
        return set()
    lines.set(statement.name, statement.value)
    if statement.name == "v" and "held" in program.assigned:
        lines.lines += ["held = v", "since = now"] if program.flows else ["held = v"]
    return {statement.name}


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


def is_polled(program: "Program", condition: Condition) -> bool:
    """Whether a test has to be looked at in every step: all but `t > T` and comparisons of two values.

    What holds beside `t > T` may only change with events.
    """
    parts = conjunction(condition.test)
    found = _time(condition.test)
    if found is not None:
        return bool((x.names(found[0]) | x.names(found[1])) & program.moving)
    return len(parts) > 1 or parts[0][0] != "cmp" or parts[0][1] not in ("<", ">", "<=", ">=")


def polled(program: "Program", condition: Condition) -> str:
    """The variable that is 1 while a test holds."""
    return f"holds{program.system.conditions.index(condition)}"


def _watched(program: "Program", condition: Condition, lines: Lines) -> str:
    """What begins to hold."""
    if is_polled(program, condition):
        return f"{polled(program, condition)} > 0.5"
    _, operator, a, b = condition.test
    return f"{lines.text(a, 1)} {operator[0]} {lines.text(b, 1)}"


def _send(lines: Lines, time: Node, k: int) -> list[str]:
    """An event to itself at a time, or now where that has passed."""
    wait = lines.text(x.subtract(time, x.variable("t")))
    if "wait" not in lines.local:
        lines.local.append("wait")
    return [f"wait = {wait}", "if (wait < 0) {", "    wait = 0", "}", f"net_send(wait, {TIMER + k})"]
