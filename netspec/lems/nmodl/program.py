"""The text of a mod file from a system and what it does to the membrane."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from netspec.lems.nmodl import expression as x
from netspec.lems.nmodl import integrate, units
from netspec.lems.nmodl.events import is_polled, polled, receive, sends
from netspec.lems.nmodl.expression import Node
from netspec.lems.nmodl.layout import block, procedure
from netspec.lems.nmodl.reduce import is_level, live, piecewise, scaled
from netspec.lems.nmodl.system import PEER, REGIME, SCALE, WEIGHT, Statement, System
from netspec.lems.nmodl.write import STREAM, Lines, costly

FROM, TO, PER_MV = -150, 150, 10
"""Tables of rates [mV]."""
ALWAYS = {"v": "(mV)", "celsius": "(degC)", "dt": "(ms)", "area": "(um2)"}
UNITS = (
    "(mA) = (milliamp)", "(nA) = (nanoamp)", "(mV) = (millivolt)", "(uS) = (microsiemens)", "(S) = (siemens)",
    "(nF) = (nanofarad)", "(um) = (micron)", "(mM) = (milli/liter)", "(Mohm) = (megohm)",
)  # fmt: skip
RATIO = """
FUNCTION expm1_ratio(x) {  : x/(exp(x) - 1); near 0 its series, since the quotient loses digits there
    if (fabs(x) < 1e-5) {
        expm1_ratio = 1 - x/2
    } else {
        expm1_ratio = x/(exp(x) - 1)
    }
}
"""


@dataclass
class Program:
    """A mechanism while it is made. kind: SUFFIX, POINT_PROCESS or ARTIFICIAL_CELL.

    currents: name -> expression, outward; ions: USEION lines by what they need; writes: statements after
    the states; times: of events that it receives from itself [ms].
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
    times: Sequence[float] = ()
    capacity: Node | None = None
    flows: dict[str, Node] = field(default_factory=dict)
    ranges: list[str] = field(default_factory=list)
    hoisted: dict[Node, str] = field(default_factory=dict)
    tabled: dict[Node, str] = field(default_factory=dict)
    assigned: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        s = self.system
        scaled(s, self)
        every = [pair for own in s.rates.values() for pair in own.items()]
        self.moving = {"v", "cai", PEER, *(state for state, rate in every if not x.is_number(rate, 0))}
        self.moving |= {state for scheme in s.schemes for state in scheme.states}
        piecewise(s, self)
        self.fixed = frozenset({*s.given, "celsius", "area"})
        self.live = live(s, self)
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
        nodes += [node for node in self._slopes().values() if node is not None]
        for regime, (steps, left) in self.steps.items():
            nodes += [node for step in steps for node in _parts(step, self.tabled)]
            nodes += [self.system.rates[regime][state] for state in left]
        nodes += [n for c in self.system.conditions for n in (c.test, *(s.value for s in c.then))]
        nodes += [s.value for s in self.received()]
        if self.capacity is not None:
            nodes += [x.divide(flow, self.capacity) for flow in self.flows.values()]
        nodes += [n for edges in self.system.schemes for _, _, f, b in edges.transitions for n in (f, b)]
        return nodes

    def received(self) -> list[Statement]:
        """What an event does."""
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
            *self._kinetic(), receive(self),
        ]  # fmt: skip
        body = "\n".join(block for block in blocks if block)
        if "expm1_ratio(" in body:
            body += RATIO
        return "\n".join([f": {self.title}", self._declared(name, body), body]).rstrip() + "\n"

    def named(self, stem: str, about: str = "") -> tuple[str, str]:
        """(name, text): the name has a hash of the text, and of what is told about it."""
        stem = re.sub(r"\W", "_", stem)[:40]
        digest = sha256((self.text("_") + about).encode()).hexdigest()[:8]
        name = f"{stem}_{digest}"
        return name, self.text(name)

    def _declared(self, name: str, body: str) -> str:
        s = self.system
        threadsafe = [] if self.kind == "ARTIFICIAL_CELL" else ["THREADSAFE"]
        inside = [*threadsafe, f"{self.kind} {name}", *self.ions]
        plain = [
            c for c in self.currents if not any(re.search(rf"WRITE.*\b{c}\b", line) for line in self.ions)
        ]
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
        parameters = [
            f"{n} = {1 if n == SCALE else 0} {unit.get(n, '')}".rstrip()
            for n in [*given, SCALE]
            if n in words
        ]
        assigned = {n: u for n, u in {**ALWAYS, **self.external}.items() if n in words}
        made = [
            *self.currents,
            *self.show,
            *self.hoisted.values(),
            *self.tabled.values(),
            *extra,
            *self.assigned,
        ]
        assigned |= {n: "" for n in made if n in words and n not in (*states, *given, SCALE)}
        return "\n".join([
            block("NEURON", inside),
            block("UNITS", UNITS),
            block("PARAMETER", parameters),
            block("ASSIGNED", [f"{n} {u}".rstrip() for n, u in assigned.items()]),
            block("STATE", states),
        ])  # fmt: skip

    def lines(self, nodes: Iterable[Node] = (), *, tabled: bool = True) -> Lines:
        """A new block that knows what is computed already."""
        known = {**self.hoisted, **(self.tabled if tabled else {})}
        made = Lines(known, self.system.titles)
        own = self.system
        made.taken = {*own.given, *own.states, *self.hoisted.values(), *self.tabled.values(), *self.currents}
        made.taken |= {*self.show, *ALWAYS, *self.external, *self.assigned, WEIGHT, SCALE, "t", "i"}
        made.share(nodes)
        return made

    def _constants(self) -> str:
        """What changes with dt."""
        if not self._steps_cached():
            return ""
        fixed = {node: name for node, name in self.hoisted.items() if "dt" not in x.names(node)}
        lines = self._hoisted_lines(fixed, {n: name for n, name in self.hoisted.items() if n not in fixed})
        lines.lines.append("last_dt = dt")
        return procedure("constants()", lines)

    def _hoisted_lines(self, known: dict[Node, str], nodes: dict[Node, str]) -> Lines:
        lines = Lines(dict(known), {})
        lines.taken = set(self.lines().taken)
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
        lines.taken = set(self.lines().taken)
        lines.share(self.tabled)
        names = frozenset().union(*map(x.names, self.tabled))
        for node, name in self.tabled.items():
            lines.lines.append(f"{name} = {lines.direct(node)}")
        depend = [name for name in ("dt", "celsius") if name in names]
        after = f" DEPEND {', '.join(depend)}" if depend else ""
        count = (TO - FROM) * PER_MV
        table = f"TABLE {', '.join(self.tabled.values())}{after} FROM {FROM} TO {TO} WITH {count}"
        return procedure("rates(v (mV))", lines, first=[table])

    def _initial(self) -> str:
        s = self.system
        lines = self.lines([*(statement.value for statement in s.start), *self.show.values()])
        fixed = self._hoisted_lines(
            {}, {n: name for n, name in self.hoisted.items() if "dt" not in x.names(n)}
        )
        lines.local += fixed.local
        lines.taken |= {*fixed.local}
        first = [*fixed.lines, *(["constants()"] if self._steps_cached() else [])]
        first += ["rates(v)"] if self.tabled else []
        if any(part[0] == "random" for node in self._drawn() for part in x.walk(node)):
            # each run draws the same, and what NEURON holds in store for other ids is not used
            first.insert(0, f"random_setseq({STREAM}, 0)")
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
            self.assigned[REGIME] = ""
            lines.lines.append(f"{REGIME} = {self.code(s.first)}")
        for name, node in self.writes:
            lines.lines.append(f"{name} = {lines.text(node)}")
        if self.flows:
            self.assigned |= {
                "v_now": "(mV)",
                "v_before": "(mV)",
                "now": "(ms)",
                "since": "(ms)",
                "drive": "",
            }
            lines.lines += ["v_now = v", "v_before = v", "now = t", "since = t", "drive = 0"]
        self._shown(lines)
        lines.lines += sends(self, lines)
        return procedure("INITIAL", lines)

    def _drawn(self) -> list[Node]:
        s = self.system
        done = [*s.start, *s.received, *(one for c in s.conditions for one in c.then)]
        return [statement.value for statement in [*done, *(one for e in s.entry.values() for one in e)]]

    def _shown(self, lines: Lines) -> None:
        for name, node in self.show.items():
            if name not in (*self.live, *self.currents, *self.system.given, lines.known.get(node)):
                lines.lines.append(f"{name} = {lines.text(node)}")

    def code(self, regime: str) -> int:
        """The number of a regime."""
        return [name for name in self.system.rates if name].index(regime)

    def _slopes(self) -> dict[str, Node | None]:
        """d/dv of each current.

        In a cell of one point it is no less than minus half of what the capacitance is for the step: where an
        upstroke is faster than that, an implicit step would go the other way.
        """
        slopes = {name: x.slope(node, "v") for name, node in self.currents.items()}
        if self.capacity is not None:
            least = x.divide(x.multiply(x.number(-0.5), self.capacity), x.variable("dt"))
            for name, node in slopes.items():
                if node is not None and "v" in x.names(node):
                    slopes[name] = x.choose(x.compare("<", node, least), least, node)
        return slopes

    def _breakpoint(self) -> str:
        if self.kind == "ARTIFICIAL_CELL":
            return ""
        nodes = list(self.currents.values())
        slopes = self._slopes()
        smooth = all(node is not None for node in slopes.values()) and not self.tabled.keys() & {
            part for node in nodes for part in x.walk(node)
        }
        exact = [node for node in slopes.values() if node is not None] if smooth else []
        lines = self.lines([*nodes, *exact])
        head = ["SOLVE states"] if self._states() else []
        head += [f"SOLVE kinetic{k} METHOD sparse" for k, _ in enumerate(self.system.schemes)]
        hints = []
        for name, node in slopes.items():
            if smooth and node is not None and not x.is_number(node, 0):
                hints.append(f"CONDUCTANCE g_{name}{_of_ion(name, self.ions)}")
                lines.lines.append(f"g_{name} = {lines.text(node)}")
                lines.local.append(f"g_{name}")
        for name, node in self.currents.items():
            lines.lines.append(f"{name} = {lines.text(node)}")
        return procedure("BREAKPOINT", lines, first=head, hints=hints) if lines.lines or head else ""

    def _states(self) -> str:
        """One step: rates that depend on v, states, what is watched without an event, what is written."""
        every = [n for steps, _ in self.steps.values() for step in steps for n in _parts(step, self.tabled)]
        lines = self.lines([*every, *(node for _, node in self.writes), *self.show.values()])
        if self._steps_cached():
            lines.lines += ["if (dt != last_dt) {", "    constants()", "}"]
        if self.tabled:
            lines.lines.append("rates(v)")
        before = len(lines.lines)
        if self.flows:
            lines.lines += ["v_before = v_now", "v_now = v", "now = t"]
        for regime in self.steps:
            self._step(lines, regime)
        self._levels(lines)
        for condition in self.system.conditions:
            if not is_level(condition) and is_polled(self, condition):
                name = polled(self, condition)
                self.assigned[name] = ""
                lines.set(name, x.choose(condition.test, x.ONE, x.ZERO))
        for name, node in self.writes:
            lines.lines.append(f"{name} = {lines.text(node)}")
        self._shown(lines)
        if len(lines.lines) == before:
            return ""
        return procedure("PROCEDURE states()", lines)

    def _step(self, lines: Lines, regime: str) -> None:
        """The step of all states in a regime."""
        steps, left = self.steps[regime]
        if not steps and not left:
            return
        inner = lines
        if regime:
            inner = lines.when(x.compare("==", x.variable(REGIME), x.number(self.code(regime))))
        for step in steps:
            inner.set(step.state, step.new)
        if left:
            integrate.runge_kutta(inner, {state: self.system.rates[regime][state] for state in left})
        if regime:
            lines.end(inner)
            for state in self.live:
                lines.forget(state)

    def _levels(self, lines: Lines) -> None:
        """What is set as long as a condition holds."""
        for condition in self.system.conditions:
            sets = [s for s in condition.then if s.name in self.live]
            if is_level(condition) and sets:
                inner = lines.when(condition.test)
                for statement in sets:
                    inner.set(statement.name, statement.value)
                lines.end(inner)
                for statement in sets:
                    lines.forget(statement.name)

    def _kinetic(self) -> list[str]:
        made = []
        for k, scheme in enumerate(self.system.schemes):
            lines = self.lines([n for _, _, f, b in scheme.transitions for n in (f, b)])
            for source, target, forward, backward in scheme.transitions:
                f, b = lines.text(forward), lines.text(backward)
                lines.lines.append(f"~ {source} <-> {target} ({f}, {b})")
            lines.lines.append(f"CONSERVE {' + '.join(scheme.states)} = 1")
            made.append(procedure(f"KINETIC kinetic{k}", lines))
        return made


def _parts(step: integrate.Step, tabled: Collection[Node]) -> list[Node]:
    """The expressions of a step that are computed in it."""
    return [step.new]


def _of_ion(current: str, ions: Iterable[str]) -> str:
    for line in ions:
        if re.search(rf"WRITE.*\b{current}\b", line):
            return f" USEION {line.split()[1]}"
    return ""
