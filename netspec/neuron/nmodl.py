"""NMODL as a syntax tree, as far as point processes that may be merged need it: pure Python.

What is not in this part of the language raises Unread, so that whoever asks can leave the mechanism alone.
"""

import re
from dataclasses import dataclass, field

_COMMENT = re.compile(r"^[ \t]*COMMENT\b.*?^[ \t]*ENDCOMMENT\b", re.S | re.M)
_TITLE = re.compile(r"^[ \t]*TITLE\b.*$", re.M)
_LINE_COMMENT = re.compile(r"[:?].*")
_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?)|(?P<name>[A-Za-z_]\w*'*)"
    r"|(?P<sign>==|!=|<=|>=|&&|\|\||[-+*/^=<>!(){}\[\],~;\"'&|#.%@$\\]))"
)
_LEVELS = (("||",), ("&&",), ("==", "!=", "<", ">", "<=", ">="), ("+", "-"), ("*", "/"))
_IGNORED = ("UNITSON", "UNITSOFF")
BLOCK_LIST = """
NEURON UNITS PARAMETER CONSTANT ASSIGNED STATE INDEPENDENT INITIAL BREAKPOINT DERIVATIVE NET_RECEIVE
FUNCTION PROCEDURE
"""
BLOCKS = frozenset(BLOCK_LIST.split())


class Unread(ValueError):
    """The text has something that is not read; the message says what, after the mechanism's name."""


@dataclass(frozen=True)
class Number:
    """A constant."""

    value: float


@dataclass(frozen=True)
class Name:
    """A variable."""

    name: str


@dataclass(frozen=True)
class Call:
    """A call of a function or procedure."""

    name: str
    arguments: tuple["Expression", ...]


@dataclass(frozen=True)
class Operation:
    """Two operands and what is between them, or one operand (left is None) and what is before it."""

    sign: str
    left: "Expression | None"
    right: "Expression"


Expression = Number | Name | Call | Operation


@dataclass(frozen=True)
class Assign:
    """name = value; of a derivative, name' = value."""

    name: str
    value: Expression
    derivative: bool = False


@dataclass(frozen=True)
class If:
    """A choice between two lists of statements."""

    condition: Expression
    then: tuple["Statement", ...]
    otherwise: tuple["Statement", ...]


@dataclass(frozen=True)
class Local:
    """Variables of a block."""

    names: tuple[str, ...]


@dataclass(frozen=True)
class Solve:
    """Integration of a block by a method ('' if none is named)."""

    block: str
    method: str


Statement = Assign | If | Local | Solve | Call


@dataclass(frozen=True)
class Block:
    """A piece of program with its arguments."""

    arguments: tuple[str, ...]
    body: tuple[Statement, ...]


@dataclass
class Program:
    """What a mod file says. blocks: by keyword, those with a name by 'FUNCTION name'; declared: as text."""

    blocks: dict[str, Block] = field(default_factory=dict)
    declared: dict[str, str] = field(default_factory=dict)


def parse(text: str) -> Program:
    """The program in the text of a mod file; Unread if it has more than is understood here."""
    text = plain(text)
    if re.search(r"\bVERBATIM\b", text):
        raise Unread("it has pieces of C (VERBATIM)")
    program, reader = Program(), _Reader(text)
    while reader.peek():
        _block(reader, program)
    return program


def plain(text: str) -> str:
    """NMODL without its comments and title."""
    for pattern in (_COMMENT, _TITLE, _LINE_COMMENT):
        text = pattern.sub(" ", text)
    return text


def _block(reader: "_Reader", program: Program) -> None:
    keyword = reader.take()
    if keyword not in BLOCKS:
        raise Unread(f"it has {keyword!r} outside of the blocks that are read")
    if keyword in ("INITIAL", "BREAKPOINT", "NET_RECEIVE"):
        label = keyword
    elif keyword in ("DERIVATIVE", "FUNCTION", "PROCEDURE"):
        label = f"{keyword} {reader.take()}"
    else:
        start = reader.expect("{")
        program.declared[keyword] = program.declared.get(keyword, "") + reader.skip_block(start) + "\n"
        return
    if label in program.blocks:
        raise Unread(f"it has two blocks {label}")
    arguments = reader.arguments() if reader.peek() == "(" else ()
    if reader.peek() == "(":
        reader.skip_units()
    program.blocks[label] = Block(arguments, reader.statements())


class _Reader:
    """Tokens of a text, and what they mean together."""

    def __init__(self, text: str):
        self._text, self._place = text, 0
        self._tokens: list[tuple[str, str, int, int]] = []
        start, end = 0, len(text.rstrip())
        while start < end:
            found = _TOKEN.match(text, start)
            if found is None:
                raise Unread(f"it has {text[start:].strip()[:1]!r}")
            kind = found.lastgroup or ""
            if found[kind] not in _IGNORED:
                self._tokens.append((kind, found[kind], found.start(kind), found.end()))
            start = found.end()

    def peek(self, ahead: int = 0) -> str:
        """The next token; '' at the end."""
        place = self._place + ahead
        return self._tokens[place][1] if place < len(self._tokens) else ""

    def take(self) -> str:
        """The next token, which is then behind."""
        token = self.peek()
        if not token:
            raise Unread("it ends within a block")
        self._place += 1
        return token

    def expect(self, token: str) -> int:
        """Go past a token: where it ends."""
        if self.take() != token:
            raise Unread(f"{token!r} is missing before {self._tokens[self._place - 1][1]!r}")
        return self._tokens[self._place - 1][3]

    def skip_block(self, start: int) -> str:
        """Go past the end of a block: its text."""
        depth = 1
        while depth:
            depth += {"{": 1, "}": -1}.get(self.take(), 0)
        return self._text[start : self._tokens[self._place - 1][2]]

    def skip_units(self) -> None:
        """Go past a unit in parentheses."""
        depth = 0
        while True:
            depth += {"(": 1, ")": -1}.get(self.take(), 0)
            if not depth:
                return

    def name(self) -> str:
        """Go past a name."""
        if self.peek() and self._tokens[self._place][0] != "name":
            raise Unread(f"a name is missing before {self.peek()!r}")
        return self.take()

    def arguments(self) -> tuple[str, ...]:
        """Names in parentheses, with or without units."""
        self.expect("(")
        names = []
        while self.peek() != ")":
            names.append(self.name())
            if self.peek() == "(":
                self.skip_units()
            if self.peek() == ",":
                self.take()
        self.expect(")")
        return tuple(names)

    def statements(self) -> tuple[Statement, ...]:
        """Statements between braces."""
        self.expect("{")
        found: list[Statement] = []
        while self.peek() != "}":
            if self.peek() == ";":
                self.take()
                continue
            statement = self._statement()
            if statement is not None:
                found.append(statement)
        self.expect("}")
        return tuple(found)

    def _statement(self) -> Statement | None:
        match self.peek():
            case "LOCAL":
                return self._local()
            case "SOLVE":
                return self._solve()
            case "if":
                return self._if()
            case "TABLE":
                return self._table()
            case "CONDUCTANCE":
                self.take()
                self.name()
                if self.peek() == "USEION":
                    self.take()
                    self.name()
                return None
        first = self.name()
        if self.peek() == "(":
            return Call(first, self._call())
        if self.peek() != "=":
            raise Unread(f"it has the statement {first} {self.peek()}")
        self.take()
        return Assign(first.rstrip("'"), self._expression(), first.endswith("'"))

    def _local(self) -> Local:
        self.take()
        names = [self.name()]
        while self.peek() == ",":
            self.take()
            names.append(self.name())
        return Local(tuple(names))

    def _solve(self) -> Solve:
        self.take()
        name, method = self.name(), ""
        if self.peek() in ("METHOD", "STEADYSTATE"):
            method = self.name()
            method = self.name() if method == "METHOD" else method
        return Solve(name, method)

    def _if(self) -> If:
        self.take()
        self.expect("(")
        condition = self._expression()
        self.expect(")")
        then, otherwise = self.statements(), ()
        if self.peek() == "else":
            self.take()
            otherwise = (self._if(),) if self.peek() == "if" else self.statements()
        return If(condition, then, otherwise)

    def _table(self) -> None:
        """A table of a function's values, which changes nothing but its precision."""
        while self.take() != "WITH":
            pass
        self.take()

    def _call(self) -> tuple[Expression, ...]:
        self.expect("(")
        found: list[Expression] = []
        while self.peek() != ")":
            found.append(self._expression())
            if self.peek() == ",":
                self.take()
        self.expect(")")
        return tuple(found)

    def _expression(self, level: int = 0) -> Expression:
        if level == len(_LEVELS):
            return self._unary()
        left = self._expression(level + 1)
        while self.peek() in _LEVELS[level]:
            left = Operation(self.take(), left, self._expression(level + 1))
        return left

    def _unary(self) -> Expression:
        if self.peek() in ("-", "!", "+"):
            sign = self.take()
            inner = self._unary()
            return inner if sign == "+" else Operation(sign, None, inner)
        base = self._primary()
        if self.peek() == "^":
            self.take()
            return Operation("^", base, self._unary())
        return base

    def _primary(self) -> Expression:
        if not self.peek():
            raise Unread("it ends within an expression")
        kind, token = self._tokens[self._place][:2]
        if kind == "number":
            self.take()
            if self.peek() == "(":
                self.skip_units()
            return Number(float(token))
        if token == "(":
            self.take()
            inner = self._expression()
            self.expect(")")
            return inner
        name = self.name()
        return Call(name, self._call()) if self.peek() == "(" else Name(name)
