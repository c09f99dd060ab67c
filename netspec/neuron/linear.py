"""Whether many synapses of a mechanism do the same as one that gets all their events: read from its NMODL.

That is so if an event adds a multiple of its weight to states, the states begin at 0 and obey equations that
are linear in them, and so is the current. Every quantity below is of one of four kinds: 0; the same in all
synapses of a segment; proportional to the states (in NET_RECEIVE: to the weight); anything else.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from netspec.neuron import nmodl
from netspec.neuron.mod_files import parse as declarations
from netspec.neuron.nmodl import Assign, Block, Call, Expression, If, Local, Name, Number, Operation, Solve

ZERO, SAME, LINEAR, OTHER = "zero", "same", "linear", "other"
PRODUCT = (ZERO, LINEAR, SAME)
"""The first of these among the factors of a product is its kind."""
FUNCTION_LIST = """
exp log log10 sqrt fabs abs pow sin cos tan asin acos atan atan2 sinh cosh tanh ceil floor fmod
"""
FUNCTIONS = frozenset(FUNCTION_LIST.split())
"""Functions whose value follows from their arguments alone."""
OF_THE_SEGMENT = ("v", "t", "dt", "celsius", "area", "diam")
REFUSED = re.compile(
    r"\b(POINTER|BBCOREPOINTER|RANDOM|EXTERNAL|ARTIFICIAL_CELL|WATCH|FOR_NETCONS|net_send|net_event|net_move"
    r"|at_time|BEFORE|AFTER)\b"
)
_NEURON = re.compile(
    r"(?:POINT_PROCESS\s+\w+|THREADSAFE|(?:RANGE|GLOBAL|NONSPECIFIC_CURRENT|ELECTRODE_CURRENT)\s+"
    r"\w+(?:\s*,\s*\w+)*|USEION\s+\w+(?:\s+(?:READ|WRITE)\s+\w+(?:\s*,\s*\w+)*|\s+VALENCE\s+[-+]?\w+)*)\s*"
)
_LIST = r"(\w+(?:\s*,\s*\w+)*)"
_CONSTANT = re.compile(r"([A-Za-z_]\w*)\s*=")
_DECLARED = re.compile(r"([A-Za-z_]\w*)")
_NOWHERE = Path("text")
_UNIT_OR_LIMITS = re.compile(r"\([^)]*\)|<[^>]*>")


def why_not(text: str) -> str:
    """What keeps synapses of a mechanism from being merged, '' if nothing does. text: of its mod file."""
    try:
        _judge(text)
    except nmodl.Unread as reason:
        return str(reason)
    return ""


def _judge(text: str) -> None:
    if refused := REFUSED.search(nmodl.plain(text)):
        raise nmodl.Unread(f"it has {refused[0]}")
    program = nmodl.parse(text)
    facts = _facts(program)
    kinds = _initialised(program, facts)
    machine = _settled(program, facts, kinds)
    for current in facts.currents:
        if machine.kinds[current] not in (LINEAR, ZERO):
            raise nmodl.Unread(f"its current {current} is not proportional to its states")
    _receives(program, facts, kinds, machine.written)


@dataclass(frozen=True)
class _Facts:
    """What a mod file declares. given: names that have a value; shared: by all instances (GLOBAL).

    counters: what nothing but its own change reads, so that it does not matter.
    """

    states: frozenset[str]
    given: frozenset[str]
    currents: tuple[str, ...]
    shared: frozenset[str]
    ions: frozenset[str]
    counters: frozenset[str]


def _facts(program: nmodl.Program) -> _Facts:
    """Names by what they are; Unread if there is something that is not understood."""
    neuron = program.declared.get("NEURON", "")
    if "POINT_PROCESS" not in neuron:
        raise nmodl.Unread("it is no POINT_PROCESS")
    left = _NEURON.sub("", neuron).strip()
    if left:
        raise nmodl.Unread(f"its NEURON block has {left.split()[0]!r}")
    if "NET_RECEIVE" not in program.blocks:
        raise nmodl.Unread("it has no NET_RECEIVE")
    found = {name: _names(program.declared.get(name, "")) for name in ("STATE", "ASSIGNED")}
    text = "".join(f"{name} {{{body}}}\n" for name, body in program.declared.items())
    parameters = declarations(text.replace("CONSTANT", "PARAMETER"), _NOWHERE).parameters
    if {f"{state}0" for state in found["STATE"]} & {*parameters}:
        raise nmodl.Unread("its states do not begin at 0")
    ions = [name for listed in re.findall(rf"\bREAD\s+{_LIST}", neuron) for name in _DECLARED.findall(listed)]
    constants = _CONSTANT.findall(_UNIT_OR_LIMITS.sub(" ", program.declared.get("UNITS", "")))
    currents = _currents(neuron, ions)
    names = {*parameters, *constants, *ions, *found["ASSIGNED"], *OF_THE_SEGMENT, *currents}
    return _Facts(
        states=frozenset(found["STATE"]),
        given=frozenset(names - found["STATE"]),
        currents=currents,
        shared=frozenset(declarations(text, _NOWHERE).globals),
        ions=frozenset(ions),
        counters=frozenset(found["ASSIGNED"].difference(currents, *map(_read, program.blocks.values()))),
    )


def _read(block: Block) -> set[str]:
    """Names that the statements of a block read, but for what they set."""
    return {name for statement in block.body for name in _read_by(statement)}


def _read_by(part: nmodl.Statement | Expression | None) -> set[str]:
    match part:
        case Name(name):
            return {name}
        case Assign(name, value):
            return _read_by(value) - {name}
        case Operation(_, left, right):
            return _read_by(left) | _read_by(right)
        case Call(_, arguments):
            return set().union(*map(_read_by, arguments))
        case If(condition, then, otherwise):
            return _read_by(condition).union(*map(_read_by, (*then, *otherwise)))
    return set()


def _currents(neuron: str, ions: list[str]) -> tuple[str, ...]:
    found = re.findall(rf"\b(?:NONSPECIFIC_CURRENT|ELECTRODE_CURRENT)\s+{_LIST}", neuron)
    currents = [name for listed in found for name in _DECLARED.findall(listed)]
    for ion, rest in re.findall(r"\bUSEION\s+(\w+)((?:\s+(?:READ|WRITE)\s+\w+(?:\s*,\s*\w+)*)*)", neuron):
        written = [n for part in re.findall(rf"\bWRITE\s+{_LIST}", rest) for n in _DECLARED.findall(part)]
        if set(written) - {f"i{ion}"} or set(written) & set(ions):
            raise nmodl.Unread(f"it writes the concentration of {ion}, or reads the current that it writes")
        currents += written
    if not currents:
        raise nmodl.Unread("it makes no current")
    return tuple(currents)


def _names(text: str) -> set[str]:
    plain = _UNIT_OR_LIMITS.sub(" ", text)
    if re.search(r"\[|\bSTART\b|\bFROM\b|=", plain):
        raise nmodl.Unread("it declares arrays, or values of states")
    return set(_DECLARED.findall(plain))


@dataclass
class _Machine:
    """Carries out statements on kinds. kinds: of each variable; written: variables that were assigned.

    touched: those, and local ones. by_state: within a choice that depends on more than what is the same.
    """

    program: nmodl.Program
    facts: _Facts
    kinds: dict[str, str]
    local: dict[str, str] = field(default_factory=dict)
    written: set[str] = field(default_factory=set)
    touched: set[str] = field(default_factory=set)
    depth: int = 0
    by_state: bool = False

    def run(self, body: tuple[nmodl.Statement, ...]) -> None:
        """Carry out statements; derivatives must be linear. SOLVE is left to the caller."""
        for statement in body:
            match statement:
                case Local(names):
                    self.local.update(dict.fromkeys(names, SAME))
                case Assign(name) if name in self.facts.counters:
                    pass
                case Assign(name, value, True):
                    linear = name in self.facts.states and self.kind(value) in (LINEAR, ZERO)
                    if not linear or self.by_state:
                        raise nmodl.Unread(f"the equation of {name} is not linear in the states")
                case Assign(name, value, False):
                    self._set(name, self.kind(value))
                case If():
                    self._choose(statement)
                case Call(name, arguments):
                    self._call(name, tuple(map(self.kind, arguments)))
                case Solve():
                    pass

    def kind(self, expression: Expression) -> str:
        """Of what kind the value of an expression is."""
        match expression:
            case Number(value):
                return SAME if value else ZERO
            case Name(name):
                found = self.local.get(name) or self.kinds.get(name)
                if found is None:
                    raise nmodl.Unread(f"it uses {name}, which it does not declare")
                return found
            case Call(name, arguments):
                return self._call(name, tuple(map(self.kind, arguments)))
            case Operation(sign, left, right):
                return _combined(sign, None if left is None else self.kind(left), self.kind(right))

    def _set(self, name: str, kind: str) -> None:
        self.touched.add(name)
        if name in self.local:
            self.local[name] = kind
        elif name in self.facts.shared - self.facts.counters:
            raise nmodl.Unread(f"it sets {name}, which all its instances share (GLOBAL)")
        elif name not in self.kinds:
            raise nmodl.Unread(f"it sets {name}, which it does not declare")
        else:
            self.kinds[name] = kind
            self.written.add(name)

    def _choose(self, statement: If) -> None:
        outside, touched, self.touched = self.by_state, self.touched, set()
        self.by_state = outside or self.kind(statement.condition) not in (SAME, ZERO)
        before = {**self.kinds}, {**self.local}
        self.run(statement.then)
        first = self.kinds, self.local
        self.kinds, self.local = before
        self.run(statement.otherwise)
        for one, own in zip(first, (self.kinds, self.local), strict=True):
            for name in own.keys() & one.keys():
                own[name] = joined(one[name], own[name])
                if self.by_state and name in self.touched:
                    own[name] = OTHER
        self.touched |= touched
        self.by_state = outside

    def _call(self, name: str, arguments: tuple[str, ...]) -> str:
        blocks = self.program.blocks
        block = blocks.get(f"FUNCTION {name}") or blocks.get(f"PROCEDURE {name}")
        if block is None:
            if name not in FUNCTIONS:
                raise nmodl.Unread(f"it calls {name}")
            return SAME if all(kind in (SAME, ZERO) for kind in arguments) else OTHER
        if self.depth > 20 or len(arguments) != len(block.arguments):
            raise nmodl.Unread(f"its calls of {name} are not understood")
        inner = {**dict(zip(block.arguments, arguments, strict=True)), name: ZERO}
        outer, self.local, self.depth = self.local, inner, self.depth + 1
        self.run(block.body)
        result = self.local[name]
        self.local, self.depth = outer, self.depth - 1
        return result


def joined(one: str, other: str) -> str:
    """The kind of what is one or the other."""
    kinds = {one, other}
    if len(kinds) == 1:
        return one
    return (kinds - {ZERO}).pop() if ZERO in kinds else OTHER


def _combined(sign: str, left: str | None, right: str) -> str:
    """The kind of a sum, product ... of two kinds; of -x and !x where left is None."""
    if left is None:
        return right if sign == "-" else _only_same(right)
    kinds = {left, right}
    if OTHER in kinds:
        return OTHER
    if sign in "+-":
        return joined(left, right)
    if sign == "*":
        return OTHER if left == right == LINEAR else min(kinds, key=PRODUCT.index)
    if sign == "/":
        return left if right == SAME else OTHER
    return SAME if kinds <= {SAME, ZERO} else OTHER


def _only_same(kind: str) -> str:
    return SAME if kind in (SAME, ZERO) else OTHER


def _initialised(program: nmodl.Program, facts: _Facts) -> dict[str, str]:
    """Kinds after INITIAL; all states must be 0."""
    kinds = {**dict.fromkeys(facts.given, SAME), **dict.fromkeys(facts.states, ZERO)}
    machine = _Machine(program, facts, kinds)
    body = program.blocks.get("INITIAL", Block((), ())).body
    if any(isinstance(statement, Solve) for statement in body):
        raise nmodl.Unread("it solves equations in INITIAL")
    machine.run(body)
    for state in sorted(facts.states):
        if machine.kinds[state] != ZERO:
            raise nmodl.Unread(f"{state} does not begin at 0")
    return machine.kinds


def _settled(program: nmodl.Program, facts: _Facts, initial: Mapping[str, str]) -> _Machine:
    """Kinds at the end of BREAKPOINT, in any step of a run; Unread if an equation is not linear."""
    body = program.blocks.get("BREAKPOINT", Block((), ())).body
    equations = _equations(program, body)
    before = {**initial, **dict.fromkeys(facts.states, LINEAR)}
    written: set[str] = set()
    while True:
        ends = []
        for part in (equations, body):
            machine = _Machine(program, facts, {**before})
            machine.run(part)
            ends.append(machine.kinds)
            written |= machine.written
            for state in sorted(machine.written & facts.states):
                if part is not equations or machine.kinds[state] not in (LINEAR, ZERO):
                    raise nmodl.Unread(f"it sets {state} outside of INITIAL and NET_RECEIVE")
        after = {name: joined(joined(kind, ends[0][name]), ends[1][name]) for name, kind in before.items()}
        if after == before:
            machine.written = written
            return machine
        before = after


def _equations(program: nmodl.Program, body: tuple[nmodl.Statement, ...]) -> tuple[nmodl.Statement, ...]:
    """The statements of the equations that BREAKPOINT solves."""
    found: list[nmodl.Statement] = []
    for statement in body:
        if isinstance(statement, Solve):
            kind = "DERIVATIVE" if statement.method == "cnexp" else "PROCEDURE"
            if statement.method not in ("cnexp", "") or f"{kind} {statement.block}" not in program.blocks:
                method = statement.method or "its own steps"
                raise nmodl.Unread(f"its states are integrated by {method}, not by cnexp")
            found += program.blocks[f"{kind} {statement.block}"].body
    return tuple(found)


def _receives(program: nmodl.Program, facts: _Facts, initial: Mapping[str, str], written: set[str]) -> None:
    """Unread unless NET_RECEIVE adds fixed multiples of the weight to states, and does nothing else."""
    block = program.blocks["NET_RECEIVE"]
    if not block.arguments:
        raise nmodl.Unread("its NET_RECEIVE has no weight")
    changing = {*facts.states, *facts.ions, *OF_THE_SEGMENT, *written}
    kinds = {**initial, **dict.fromkeys(changing, OTHER)}
    machine = _Machine(program, facts, kinds)
    machine.local = {**dict.fromkeys(block.arguments, OTHER), block.arguments[0]: LINEAR}
    for statement in block.body:
        _receive(machine, statement, block.arguments)
    if machine.written:
        raise nmodl.Unread(f"its NET_RECEIVE sets {sorted(machine.written)[0]}")


def _receive(machine: _Machine, statement: nmodl.Statement, arguments: tuple[str, ...]) -> None:
    """Carry out a statement of NET_RECEIVE."""
    match statement:
        case Local():
            machine.run((statement,))
        case Assign(name) if name in machine.facts.counters:
            pass
        case Assign(name) if name in arguments:
            raise nmodl.Unread(f"its NET_RECEIVE keeps {name} for each connection")
        case Assign(name, value, False) if name in machine.local:
            machine.local[name] = machine.kind(value)
        case Assign(name, value, False) | Call("state_discontinuity", (Name(name), value)):
            if name not in machine.facts.states:
                raise nmodl.Unread(f"its NET_RECEIVE sets {name}, which is no state")
            _added(machine, name, value)
        case If():
            raise nmodl.Unread("its NET_RECEIVE has an if")
        case _:
            raise nmodl.Unread("its NET_RECEIVE does more than add to states")


def _added(machine: _Machine, state: str, value: Expression) -> None:
    """Unread unless the value is the state plus multiples of the weight."""
    terms = list(_terms(value, True))
    kept = [term for term in terms if term != (Name(state), True)]
    kinds = [machine.kind(term) for term, _ in kept]
    if len(kept) != len(terms) - 1 or not set(kinds) <= {LINEAR, ZERO}:
        raise nmodl.Unread(f"its NET_RECEIVE does not add a fixed multiple of the weight to {state}")


def _terms(value: Expression, positive: bool) -> list[tuple[Expression, bool]]:
    """The terms of a sum, and whether each is added."""
    match value:
        case Operation("+" | "-" as sign, left, right):
            before = [] if left is None else _terms(left, positive)
            return [*before, *_terms(right, positive == (sign == "+"))]
    return [(value, positive)]
