"""The text of a mod file from a system and what it does to the membrane."""

import re
import textwrap
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from hashlib import sha256

from netspec.lems.nmodl import expression as x
from netspec.lems.nmodl import integrate, units
from netspec.lems.nmodl.expression import Node
from netspec.lems.nmodl.system import PEER, SCALE, WEIGHT, Condition, Statement, System, Unsupported
from netspec.lems.nmodl.write import STREAM, Lines, costly

FROM, TO, PER_MV = -150, 150, 10
"""Tables of rates [mV]."""
ALWAYS = {"v": "(mV)", "celsius": "(degC)", "dt": "(ms)", "area": "(um2)"}
STIFF = 1e9
"""A held cell: conductance in units of its capacitance per ms."""
RATIO = """
FUNCTION expm1_ratio(x) {  : x/(exp(x) - 1); near 0 its series, since the quotient loses digits there
    if (fabs(x) < 1e-5) {
        expm1_ratio = 1 - x/2
    } else {
        expm1_ratio = x/(exp(x) - 1)
    }
}
"""
START, TIMER = 1, 10
"""Flags of events to itself: at the start; the first of those that are sent for a time."""


@dataclass
class Program:
    """A mechanism while it is made. kind: SUFFIX, POINT_PROCESS or ARTIFICIAL_CELL.

    currents: name -> expression, outward; ions: USEION lines by what they need; writes: statements after the states.
    """

    kind: str
    title: str
    system: System
    currents: dict[str, Node] = field(default_factory=dict)
    ions: list[str] = field(default_factory=list)
    external: dict[str, str] = field(default_factory=dict)
    writes: list[tuple[str, Node]] = field(default_factory=list)
    show: dict[str, Node] = field(default_factory=dict)
    tables: bool = True
    keep: Collection[str] = ()
    ranges: list[str] = field(default_factory=list)
    hoisted: dict[Node, str] = field(default_factory=dict)
    tabled: dict[Node, str] = field(default_factory=dict)
    assigned: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        s = self.system
        _scaled(s, self)
        _piecewise(s, self)
        self.fixed = frozenset({*s.given, "celsius", "area"})
        self.live = _live(s, self)
        self.steps: dict[str, tuple[list[integrate.Step], list[str]]] = {}
        for regime, rates in s.rates.items():
            alive = {state: rate for state, rate in rates.items() if state in self.live and state != "v"}
            moving = {state: rate for state, rate in alive.items() if not x.is_number(rate, 0)}
            self.steps[regime] = integrate.steps(moving, self.fixed)
        self._tables()
        for node in self._running():
            self._hoist(node)

    def _tables(self) -> None:
        """What depends on v alone, of the gates, is looked up."""
        taken = {*self.system.given, *self.system.states}
        for steps, _ in self.steps.values() if self.tables else ():
            for step in steps:
                wanted = [n for n in (step.goal, step.part) if n is not None and "v" in x.names(n)]
                for node, suffix in ((step.goal, "inf"), (step.part, "part")):
                    if node in wanted and x.names(node) <= {"v", "celsius", "dt"} and node not in self.tabled:
                        name = self.system.titles.get(node, f"{step.state}_{suffix}")
                        while name in taken:
                            name += "_"
                        self.tabled[node] = name
                        taken.add(name)

    def _running(self) -> list[Node]:
        """Every expression that is computed while it runs."""
        nodes = [node for _, node in self.writes] + [*self.currents.values(), *self.show.values()]
        for regime, (steps, left) in self.steps.items():
            nodes += [node for step in steps for node in _parts(step, self.tabled)]
            nodes += [self.system.rates[regime][state] for state in left]
        nodes += [n for c in self.system.conditions for n in (c.test, *(s.value for s in c.then))]
        nodes += [s.value for s in self._received()]
        nodes += [n for edges in self.system.schemes for _, _, f, b in edges.transitions for n in (f, b)]
        return nodes

    def _received(self) -> list[Statement]:
        return [s for s in self.system.received if s.kind != "set" or s.name in self.live]

    def _hoist(self, node: Node) -> None:
        """Find the largest parts that do not change but with dt."""
        if node in self.tabled or node in self.hoisted:
            return
        names = x.names(node)
        if names <= self.fixed | {"dt"} and node[0] not in ("cmp", "and", "or", "not"):
            if names and costly(node):
                taken = {*self.system.given, *self.system.states, *self.hoisted.values(), *self.show, *ALWAYS}
                title = self.system.titles.get(node, f"k{len(self.hoisted) + 1}")
                while title in taken:
                    title = f"k{len(self.hoisted) + 1}" if title[0] != "k" else f"{title}_"
                self.hoisted[node] = title
            return
        for child in x.children(node):
            self._hoist(child)

    # ---- text

    def text(self, name: str) -> str:
        """The mod file of a mechanism with a name."""
        blocks = [
            self._initial(), self._breakpoint(), self._states(), self._rates(), self._constants(),
            *self._kinetic(), self._receive(),
        ]  # fmt: skip
        body = "\n".join(block for block in blocks if block)
        if "expm1_ratio(" in body:
            body += RATIO
        return "\n".join([f": {self.title}", self._declared(name, body), body]).rstrip() + "\n"

    def named(self, stem: str) -> tuple[str, str]:
        """(name, text): the name has a hash of the text."""
        stem = re.sub(r"\W", "_", stem)[:40]
        digest = sha256(self.text("_").encode()).hexdigest()[:8]
        name = f"{stem}_{digest}"
        return name, self.text(name)

    def _declared(self, name: str, body: str) -> str:
        s = self.system
        threadsafe = [] if self.kind == "ARTIFICIAL_CELL" else ["THREADSAFE"]
        inside = [*threadsafe, f"{self.kind} {name}", *self.ions]
        plain = [c for c in self.currents if not any(re.search(rf"WRITE.*\b{c}\b", line) for line in self.ions)]
        if plain and self.kind != "ARTIFICIAL_CELL":
            inside.append(f"NONSPECIFIC_CURRENT {', '.join(plain)}")
        words = set(re.findall(r"\b\w+\b", body))
        given = [n for n in s.given if n in words]
        extra = [n for n in (PEER, SCALE) if n in words]
        kept = [n for n in self.live if n != "v" and n in words]
        moving = {step.state for steps, left in self.steps.values() for step in steps} | {
            state for _, left in self.steps.values() for state in left
        }
        states = [n for n in kept if n in moving]
        states += [n for scheme in s.schemes for n in scheme.states]
        extra += [n for n in kept if n not in moving]  # NMODL's states have an equation
        ranged = [*given, *extra, *self.show]
        if ranged:
            inside.append(f"RANGE {', '.join(dict.fromkeys(ranged))}")
        if STREAM in words:
            inside.append(f"RANDOM {STREAM}")
        unit = {n: f"({units.NAMES[d]})" if (d := s.dimensions.get(n)) in units.NAMES else "" for n in given}
        parameters = [f"{n} = {1 if n == SCALE else 0} {unit.get(n, '')}".rstrip() for n in [*given, SCALE] if n in words]
        assigned = {n: u for n, u in {**ALWAYS, **self.external}.items() if n in words}
        made = [*self.currents, *self.show, *self.hoisted.values(), *self.tabled.values(), *extra, *self.assigned]
        assigned |= {n: "" for n in made if n in words and n not in (*states, *given, SCALE)}
        return "\n".join([
            _block("NEURON", inside),
            _block("UNITS", ["(mA) = (milliamp)", "(nA) = (nanoamp)", "(mV) = (millivolt)", "(uS) = (microsiemens)", "(S) = (siemens)", "(nF) = (nanofarad)", "(um) = (micron)", "(mM) = (milli/liter)", "(Mohm) = (megohm)"]),
            _block("PARAMETER", parameters),
            _block("ASSIGNED", [f"{n} {u}".rstrip() for n, u in assigned.items()]),
            _block("STATE", states),
        ])  # fmt: skip

    def _lines(self, nodes: Iterable[Node] = (), *, tabled: bool = True) -> Lines:
        known = {**self.hoisted, **(self.tabled if tabled else {})}
        made = Lines(known, self.system.titles)
        made.taken = {*self.system.given, *self.system.states, *self.hoisted.values(), *self.tabled.values(),
                      *self.currents, *self.show, *ALWAYS, *self.external, *self.assigned, WEIGHT, SCALE, "t", "i"}  # fmt: skip
        made.share(nodes)
        return made

    def _constants(self) -> str:
        """What changes with dt."""
        if not self._steps_cached():
            return ""
        fixed = {node: name for node, name in self.hoisted.items() if "dt" not in x.names(node)}
        lines = self._hoisted_lines(fixed, {n: name for n, name in self.hoisted.items() if n not in fixed})
        lines.lines.append("last_dt = dt")
        return _procedure("constants()", lines)

    def _hoisted_lines(self, known: dict[Node, str], nodes: dict[Node, str]) -> Lines:
        lines = Lines(dict(known), {})
        lines.taken = set(self._lines().taken)
        lines.share(nodes)
        for node, name in nodes.items():
            lines.lines.append(f"{name} = {lines.direct(node)}")
            lines.known[node] = name
        return lines

    def _steps_cached(self) -> bool:
        cached = any("dt" in x.names(node) for node in self.hoisted)
        if cached:
            self.assigned["last_dt"] = "(ms)"
        return cached

    def _rates(self) -> str:
        if not self.tabled:
            return ""
        lines = Lines({}, self.system.titles)
        lines.taken = set(self._lines().taken)
        lines.share(self.tabled)
        names = frozenset().union(*map(x.names, self.tabled))
        for node, name in self.tabled.items():
            lines.lines.append(f"{name} = {lines.direct(node)}")
        depend = [name for name in ("dt", "celsius") if name in names]
        after = f" DEPEND {', '.join(depend)}" if depend else ""
        count = (TO - FROM) * PER_MV
        table = f"TABLE {', '.join(self.tabled.values())}{after} FROM {FROM} TO {TO} WITH {count}"
        return _procedure("rates(v (mV))", lines, first=[table])

    def _initial(self) -> str:
        s = self.system
        lines = self._lines([st.value for st in s.start])
        fixed = self._hoisted_lines({}, {n: name for n, name in self.hoisted.items() if "dt" not in x.names(n)})
        lines.local += fixed.local
        lines.taken |= {*fixed.local}
        first = [*fixed.lines, *(["constants()"] if self._steps_cached() else [])]
        first += ["rates(v)"] if self.tabled else []
        done = set()
        kinetic = [state for scheme in s.schemes for state in scheme.states]
        starts = [*s.start, *(s.entry.get(s.first, []) if s.first else [])]
        for statement in starts:
            if statement.kind == "set" and statement.name in (*self.live, *kinetic) and statement.name != "v":
                lines.set(statement.name, statement.value)
                done.add(statement.name)
        head = [f"{state} = 0" for state in self.live if state not in done and state != "v"]
        lines.lines[:0] = [*first, *head]
        if s.rates.keys() - {""}:
            self.assigned[_REGIME] = ""
            lines.lines.append(f"{_REGIME} = {self._code(s.first)}")
        for name, node in self.writes:
            lines.lines.append(f"{name} = {lines.text(node)}")
        self._shown(lines)
        lines.lines += self._sends()
        return _procedure("INITIAL", lines)

    def _shown(self, lines: Lines) -> None:
        for name, node in self.show.items():
            if name not in (*self.live, *self.currents, *self.system.given, lines.known.get(node)):
                lines.lines.append(f"{name} = {lines.text(node)}")

    def _code(self, regime: str) -> int:
        return [name for name in self.system.rates if name].index(regime)

    def _needs_states(self) -> bool:
        return bool(self._states())

    def _breakpoint(self) -> str:
        if self.kind == "ARTIFICIAL_CELL":
            return ""
        nodes = list(self.currents.values())
        slopes = {name: x.slope(node, "v") for name, node in self.currents.items()}
        smooth = all(node is not None for node in slopes.values()) and not self.tabled.keys() & {
            part for node in nodes for part in x.walk(node)
        }
        exact = [node for node in slopes.values() if node is not None] if smooth else []
        lines = self._lines([*nodes, *exact])
        head = ["SOLVE states"] if self._needs_states() else []
        head += [f"SOLVE kinetic{k} METHOD sparse" for k, _ in enumerate(self.system.schemes)]
        hints = []
        for name, node in slopes.items():
            if smooth and node is not None and not x.is_number(node, 0):
                hints.append(f"CONDUCTANCE g_{name}{_of_ion(name, self.ions)}")
                lines.lines.append(f"g_{name} = {lines.text(node)}")
                lines.local.append(f"g_{name}")
        for name, node in self.currents.items():
            lines.lines.append(f"{name} = {lines.text(node)}")
        return _procedure("BREAKPOINT", lines, first=head, hints=hints) if lines.lines or head else ""

    def _states(self) -> str:
        """One step: rates that depend on v, states, what is watched without an event, what is written."""
        every = [n for steps, _ in self.steps.values() for step in steps for n in _parts(step, self.tabled)]
        lines = self._lines([*every, *(node for _, node in self.writes)])
        if self._steps_cached():
            lines.lines += ["if (dt != last_dt) {", "    constants()", "}"]
        if self.tabled:
            lines.lines.append("rates(v)")
        before = len(lines.lines)
        for regime, (steps, left) in self.steps.items():
            inner = lines if not regime else lines.when(x.compare("==", x.variable(_REGIME), x.number(self._code(regime))))
            for step in steps:
                inner.set(step.state, step.new)
            if left:
                _runge_kutta(inner, {state: self.system.rates[regime][state] for state in left})
            if regime and inner.lines:
                lines.end(inner)
            elif regime:
                lines.lines.pop()
            if regime:
                for state in self.live:
                    lines.forget(state)
        for condition in self.system.conditions:
            sets = [s for s in condition.then if s.name in self.live]
            if _is_level(condition) and sets:
                inner = lines.when(condition.test)
                for statement in sets:
                    inner.set(statement.name, statement.value)
                lines.end(inner)
                for statement in sets:
                    lines.forget(statement.name)
        for name, node in self.writes:
            lines.lines.append(f"{name} = {lines.text(node)}")
        self._shown(lines)
        if len(lines.lines) == before:
            return ""
        return _procedure("PROCEDURE states()", lines)

    def _kinetic(self) -> list[str]:
        made = []
        for k, scheme in enumerate(self.system.schemes):
            lines = self._lines([n for _, _, f, b in scheme.transitions for n in (f, b)])
            for source, target, forward, backward in scheme.transitions:
                f, b = lines.text(forward), lines.text(backward)
                lines.lines.append(f"~ {source} <-> {target} ({f}, {b})")
            lines.lines.append(f"CONSERVE {' + '.join(scheme.states)} = 1")
            made.append(_procedure(f"KINETIC kinetic{k}", lines))
        return made

    # ---- events

    def _timers(self) -> list[tuple[Condition, Node, Node]]:
        """Conditions that begin to hold at a time: (condition, that time, what else must hold)."""
        return [(c, *found) for c in self.system.conditions if not _is_level(c) and (found := _time(c.test))]

    def _watches(self) -> list[Condition]:
        return [c for c in self.system.conditions if not _is_level(c) and not _time(c.test)]

    def _sends(self) -> list[str]:
        lines = self._lines()
        sent = ["net_send(0, 1)"] if self._watches() else []
        for k, (condition, time, _) in enumerate(self._timers()):
            if not condition.regime or condition.regime == self.system.first:
                sent.append(_send(lines, time, k))
        return [*lines.lines, *sent] if sent else []

    def _receive(self) -> str:
        timers, watches, received = self._timers(), self._watches(), self._received()
        if not (timers or watches or received):
            return ""
        lines = self._lines()
        argument = WEIGHT if self.kind != "ARTIFICIAL_CELL" or received else "w"
        branches: list[tuple[str, Lines]] = []
        if received:
            inner = self._branch(lines)
            self._do(inner, received, [])
            branches.append(("flag == 0", inner))
        if watches:
            inner = self._branch(lines)
            for k, condition in enumerate(watches):
                inner.lines.append(f"WATCH ({_watched(condition.test, inner)}) {START + 1 + k}")
            for k, condition in enumerate(watches):
                self._already(inner, condition, k)
            branches.append((f"flag == {START}", inner))
        for k, condition in enumerate(watches):
            inner = self._branch(lines)
            self._guarded(inner, condition, x.ONE)
            branches.append((f"flag == {START + 1 + k}", inner))
        for k, (condition, time, rest) in enumerate(timers):
            inner = self._branch(lines)
            self._guarded(inner, condition, rest, time)
            branches.append((f"flag == {TIMER + k}", inner))
        if [test for test, _ in branches] == ["flag == 0"]:
            return _procedure(f"NET_RECEIVE({argument})", branches[0][1])
        for k, (test, inner) in enumerate(branches):
            lines.lines.append(f"{'} else ' if k else ''}if ({test}) {{")
            lines.lines += [f"    {line}" for line in inner.lines]
        lines.lines.append("}")
        return _procedure(f"NET_RECEIVE({argument})", lines)

    def _already(self, lines: Lines, condition: Condition, k: int) -> None:
        """WATCH sees what begins to hold; what holds already sends its event itself."""
        inner = lines.when(condition.test)
        inner.lines.append(f"net_send(0, {START + 1 + k})")
        lines.end(inner)

    def _branch(self, lines: Lines) -> Lines:
        return Lines(dict(lines.known), lines.titles, [], lines.local, set(), lines.taken)

    def _guarded(self, lines: Lines, condition: Condition, rest: Node, time: Node | None = None) -> None:
        """What a condition does, if it is in its regime, and its time has not been put off."""
        test = rest
        if condition.regime:
            test = x.logic("and", x.compare("==", x.variable(_REGIME), x.number(self._code(condition.regime))), test)
        if time is not None and x.names(time) & {*self.live}:
            due = x.compare(">=", x.variable("t"), x.subtract(time, x.number(1e-9)))
            test = x.logic("and", due, test)
        if x.is_number(test):
            self._do(lines, list(condition.then), [time] if time is not None else [])
            return
        inner = lines.when(test)
        self._do(inner, list(condition.then), [time] if time is not None else [])
        lines.end(inner)

    def _do(self, lines: Lines, statements: list[Statement], _: list[Node]) -> None:
        """Statements of an event, and the events to itself that follow from what they set."""
        changed: set[str] = set()
        queue, entered = list(statements), ""
        while queue:
            statement = queue.pop(0)
            if statement.kind == "set" and (statement.name in self.live or statement.name == "v"):
                lines.set(statement.name, statement.value)
                changed.add(statement.name)
                if statement.name == "v" and "held" in self.assigned:
                    lines.lines.append("held = v")
            elif statement.kind == "out":
                lines.lines.append("net_event(t)")
            elif statement.kind == "go":
                lines.lines.append(f"{_REGIME} = {self._code(statement.name)}")
                queue = [*self.system.entry.get(statement.name, []), *queue]
                entered = statement.name
        for k, (condition, time, _) in enumerate(self._timers()):
            anew = condition.regime == entered if condition.regime else bool(x.names(time) & changed)
            if anew:
                lines.lines.append(_send(lines, time, k))
        for k, condition in enumerate(self._watches()):
            if entered and condition.regime == entered:
                self._already(lines, condition, k)


_REGIME = "regime_now"


def _parts(step: integrate.Step, tabled: Collection[Node]) -> list[Node]:
    """The expressions of a step that are computed in it."""
    return [step.new]


def _is_level(condition: Condition) -> bool:
    """Whether a condition only sets variables, as long as it holds."""
    return all(s.kind == "set" for s in condition.then) and not condition.regime


def _conjunction(test: Node) -> list[Node]:
    return [*_conjunction(test[1]), *_conjunction(test[2])] if test[0] == "and" else [test]


def _time(test: Node) -> tuple[Node, Node] | None:
    """(T, rest) of a test such as `t > T and rest`, or None."""
    parts = _conjunction(test)
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
    part = _conjunction(test)[0]
    if part[0] != "cmp" or part[1] not in ("<", ">", "<=", ">="):
        raise ValueError(test)
    return f"{lines.text(part[2], 1)} {part[1][0]} {lines.text(part[3], 1)}"


def _send(lines: Lines, time: Node, k: int) -> str:
    wait = x.subtract(time, x.variable("t"))
    constant = x.subtract(wait, x.ZERO)
    shown = lines.text(constant)
    return f"net_send(later({shown}), {TIMER + k})" if False else f"net_send({shown}, {TIMER + k})"


def _runge_kutta(lines: Lines, rates: dict[str, Node]) -> None:
    """Four stages for states that are not affine."""
    start, slopes = {}, {}
    for state in rates:
        start[state] = f"{state}_0"
        lines.lines.append(f"{state}_0 = {state}")
        lines.local.append(f"{state}_0")
    at = dict.fromkeys(rates, "")
    for stage, (share, weight) in enumerate(((0.5, 1), (0.5, 2), (1.0, 2), (0.0, 1))):
        inner = Lines(dict(lines.known), {}, lines.lines, lines.local, set(), lines.taken)
        inner.share(rates.values())
        for state, rate in rates.items():
            name = f"{state}_d{stage + 1}"
            lines.local.append(name)
            inner.lines.append(f"{name} = {inner.text(rate)}")
        for state in rates:
            slopes.setdefault(state, []).append((weight, f"{state}_d{stage + 1}"))
            if share:
                lines.lines.append(f"{state} = {start[state]} + {share}*dt*{state}_d{stage + 1}")
    for state in rates:
        total = " + ".join(f"{w}*{name}" if w > 1 else name for w, name in slopes[state])
        lines.lines.append(f"{state} = {start[state]} + dt/6*({total})")
        lines.forget(state)
    del at


def _live(system: System, program: Program) -> tuple[str, ...]:
    """The states that anything depends on."""
    wanted: set[str] = set(program.keep)
    for node in (*program.currents.values(), *program.show.values(), *(n for _, n in program.writes)):
        wanted |= x.names(node)
    for condition in system.conditions:
        if not _is_level(condition):
            wanted |= x.names(condition.test)
    for scheme in system.schemes:
        for *_, forward, backward in scheme.transitions:
            wanted |= x.names(forward) | x.names(backward)
    every = [*system.start, *system.received, *(s for c in system.conditions for s in c.then)]
    every += [s for entered in system.entry.values() for s in entered]
    size = -1
    while size != len(wanted):
        size = len(wanted)
        for statement in every:
            if statement.kind == "set" and statement.name in wanted | {"v"}:
                wanted |= x.names(statement.value)
        for condition in system.conditions:
            if any(s.name in wanted for s in condition.then):
                wanted |= x.names(condition.test)
        for rates in system.rates.values():
            for state, rate in rates.items():
                if state in wanted:
                    wanted |= x.names(rate)
    return tuple(s for s in system.states if s in wanted)


def _scaled(system: System, program: Program) -> None:
    """The weight is a parameter where it is not that of events."""
    by = {WEIGHT: x.variable(SCALE)}
    program.currents = {n: x.replaced(old, by) for n, old in program.currents.items()}
    program.show = {n: x.replaced(old, by) for n, old in program.show.items()}
    system.seen = {path: (x.replaced(n, by), d) for path, (n, d) in system.seen.items()}
    for rates in system.rates.values():
        rates.update({s: x.replaced(rate, by) for s, rate in rates.items()})
    system.conditions = [
        replace(c, test=x.replaced(c.test, by), then=tuple(replace(s, value=x.replaced(s.value, by)) for s in c.then))
        for c in system.conditions
    ]
    system.start = [replace(s, value=x.replaced(s.value, by)) for s in system.start]


def _piecewise(system: System, program: Program) -> None:
    """A state that is only set while conditions hold becomes an expression with cases."""
    moving = {state for rates in system.rates.values() for state, rate in rates.items()}
    for state in list(system.states):
        setting = [c for c in system.conditions if any(s.name == state for s in c.then)]
        only = all(_is_level(c) and state not in x.names(c.test) for c in setting)
        elsewhere = [s for s in system.received if s.name == state]
        if state in moving or not setting or not only or elsewhere:
            continue
        start = [s.value for s in system.start if s.name == state]
        node = start[-1] if start else x.ZERO
        for condition in setting:
            (value,) = [s.value for s in condition.then if s.name == state]
            if state in x.names(value):
                raise Unsupported(condition.place, f"{state!r} set from itself while a condition holds: not supported yet")
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


def _of_ion(current: str, ions: Iterable[str]) -> str:
    for line in ions:
        if re.search(rf"WRITE.*\b{current}\b", line):
            return f" USEION {line.split()[1]}"
    return ""


def _block(name: str, lines: Iterable[str]) -> str:
    inside = "\n".join(_wrapped(f"    {line}") for line in lines)
    return f"{name} {{\n{inside}\n}}\n" if inside else ""


def _wrapped(line: str) -> str:
    """A list of names on lines that NMODL's translator can read."""
    return textwrap.fill(line, 100, subsequent_indent=" " * 8) if len(line) > 100 and ", " in line else line


def _procedure(
    head: str, lines: Lines, first: Iterable[str] = (), hints: Iterable[str] = ()
) -> str:
    local = [f"LOCAL {', '.join(dict.fromkeys(lines.local))}"] if lines.local else []
    head = f"PROCEDURE {head}" if head[0].islower() else head
    body = [*local, *first, *hints, *lines.lines]
    return _block(head, body)
