"""Statements of NMODL from expressions: what occurs twice is computed once, conditions become if-blocks."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from netspec.lems.nmodl import expression as x
from netspec.lems.nmodl.expression import Node

STREAM = "stream"
"""The RANDOM variable."""
LEVELS = {"+": 1, "-": 1, "*": 2, "/": 2, "neg": 3}
CHEAP = 3
"""Operations that are not worth a variable of their own."""


@dataclass
class Lines:
    """A block while it is written. known: expressions that have a name already."""

    known: dict[Node, str] = field(default_factory=dict)
    titles: Mapping[Node, str] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    local: list[str] = field(default_factory=list)
    often: set[Node] = field(default_factory=set)
    taken: set[str] = field(default_factory=set)

    def share(self, nodes: Iterable[Node]) -> None:
        """Note what occurs more than once in the expressions of a block."""
        counts: Counter[Node] = Counter()
        for node in nodes:
            self._count(node, counts)
        self.often |= {node for node, count in counts.items() if count > 1 and costly(node)}

    def _count(self, node: Node, counts: Counter[Node]) -> None:
        if node in self.known:
            return
        counts[node] += 1
        if counts[node] == 1:
            for child in x.children(node):
                self._count(child, counts)

    def set(self, name: str, node: Node) -> None:
        """Write name = expression; what was known of the name before is forgotten."""
        self.lines.append(f"{name} = {self.text(node)}")
        self.forget(name)

    def forget(self, name: str) -> None:
        """A variable has another value now."""
        self.known = {node: title for node, title in self.known.items() if name not in x.names(node)}

    def when(self, condition: Node) -> "Lines":
        """The body of an if-block, to be closed by `end`."""
        self.lines.append(f"if ({self.text(condition)}) {{")
        return Lines(dict(self.known), self.titles, [], self.local, self.often, self.taken)

    def end(self, inner: "Lines", otherwise: "Lines | None" = None) -> None:
        """Close an if-block."""
        self.lines += [f"    {line}" for line in inner.lines]
        if otherwise is not None:
            self.lines += ["} else {", *(f"    {line}" for line in otherwise.lines)]
        self.lines.append("}")

    def text(self, node: Node, level: int = 0) -> str:
        """An expression; parts with a name of their own are written before."""
        if node in self.known:
            return self.known[node]
        if node in self.often or node[0] == "if":
            return self._named(node)
        return self._plain(node, level)

    def direct(self, node: Node) -> str:
        """The text of what is about to get a name."""
        return self.text(node) if node[0] == "if" or node in self.known else self._plain(node, 0)

    def _named(self, node: Node) -> str:
        if node[0] == "if":
            name = self._new(node)
            inner = self.when(node[1])
            inner.lines.append(f"{name} = {inner.text(node[2])}")
            otherwise = Lines(dict(self.known), self.titles, [], self.local, self.often, self.taken)
            otherwise.lines.append(f"{name} = {otherwise.text(node[3])}")
            self.end(inner, otherwise)
        else:
            shown = self._plain(node, 0)
            name = self._new(node)
            self.lines.append(f"{name} = {shown}")
        self.known[node] = name
        return name

    def _new(self, node: Node) -> str:
        wanted = self.titles.get(node)
        name = wanted if wanted and wanted not in self.taken else f"x{len(self.local) + 1}"
        while name in self.taken:
            name += "_"
        self.taken.add(name)
        self.local.append(name)
        return name

    def _plain(self, node: Node, level: int) -> str:
        match node:
            case ("n", value):
                return shown(value)
            case ("v", name):
                return str(name)
            case ("neg", a):
                return _brackets(f"-{self.text(a, 3)}", level > 0)
            case ("+" | "-" | "*" | "/" as operator, a, b):
                own = LEVELS[operator]
                above = own + (operator in "-/")
                space = " " if own == 1 else ""
                text = f"{self.text(a, own)}{space}{operator}{space}{self.text(b, above)}"
                return _brackets(text, level > own)
            case ("pow", a, b):
                return f"pow({self.text(a)}, {self.text(b)})"
            case ("f", name, a):
                return f"{name}({self.text(a)})"
            case ("random", a):
                drawn = f"random_uniform({STREAM}, 0, 1)"
                return drawn if x.is_number(a, 1) else _brackets(f"{self.text(a, 2)}*{drawn}", level > 2)
        return self._logic(node, level)

    def _logic(self, node: Node, level: int) -> str:
        match node:
            case ("cmp", operator, a, b):
                return _brackets(f"{self.text(a, 1)} {operator} {self.text(b, 1)}", level > 0)
            case ("and" | "or" as operator, a, b):
                word = "&&" if operator == "and" else "||"
                return f"({self.text(a)} {word} {self.text(b)})"
            case ("not", a):
                return f"!({self.text(a)})"
        raise ValueError(node)


def shown(value: float) -> str:
    """A number of NMODL, in brackets where a sign would be in the way."""
    text = f"{value:.15g}"
    return f"({text})" if text.startswith("-") else text


def costly(node: Node) -> bool:
    """Whether an expression is worth a variable."""
    if node[0] in ("n", "v", "random", "cmp", "and", "or", "not"):
        return False
    operations = [part[0] for part in x.walk(node) if part[0] not in ("n", "v")]
    return "random" not in operations and (
        len(operations) >= CHEAP or any(o in ("f", "pow", "/", "if") for o in operations)
    )


def _brackets(text: str, needed: bool) -> str:
    return f"({text})" if needed else text
