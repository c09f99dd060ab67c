"""Expressions of LEMS: parsed once, names and dimensions checked."""

import ast
import keyword
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from netspec.errors import did_you_mean
from netspec.lems.model import AXES, NONE, Vector

OPERATORS = {
    "gt": ">", "lt": "<", "geq": ">=", "leq": "<=", "eq": "==", "neq": "!=",
    "and": " and ", "or": " or ", "not": " not ",
}  # fmt: skip
WORD_OPERATOR = re.compile(r"\.(" + "|".join(OPERATORS) + r")\.")
KEYWORD = re.compile(r"(?<![.\w])(" + "|".join(keyword.kwlist) + r")(?![.\w])")
PLAIN = (
    "exp", "log", "ln", "log10", "sin", "cos", "tan", "sinh", "cosh", "tanh",
    "asin", "acos", "atan", "ceil", "floor", "factorial",
)  # fmt: skip
FUNCTIONS = (*PLAIN, "sqrt", "abs", "random", "H", "power")
Dimension = Vector | None
"""None where every dimension fits, such as that of 0."""


@dataclass(frozen=True)
class Expression:
    """tree: Python's, with names of Python's keywords ending in an underscore."""

    text: str
    tree: ast.expr

    @property
    def names(self) -> frozenset[str]:
        """The variables that it reads."""
        called = {id(node.func) for node in ast.walk(self.tree) if isinstance(node, ast.Call)}
        return frozenset(
            name_of(node)
            for node in ast.walk(self.tree)
            if isinstance(node, ast.Name) and id(node) not in called
        )


def name_of(node: ast.Name) -> str:
    """A name of LEMS, which may be a keyword of Python."""
    bare = node.id.removesuffix("_")
    return bare if keyword.iskeyword(bare) else node.id


@lru_cache(maxsize=8192)
def parse(text: str) -> Expression | str:
    """The expression, or what is wrong with it."""
    python = KEYWORD.sub(r"\1_", text.strip())
    python = WORD_OPERATOR.sub(lambda found: OPERATORS[found[1]], python).replace("^", "**")
    try:
        tree = ast.parse(python.replace("\n", " "), mode="eval").body
    except (SyntaxError, ValueError) as error:
        return f"cannot read the expression {text!r}: {getattr(error, 'msg', error)}"
    return Expression(text, tree)


def describe(vector: Vector, known: Mapping[str, Vector]) -> str:
    """Name of a dimension, or its exponents.

    >>> describe((0, 1, -2, 0, 0, 0, 0), {})
    'l t^-2'
    """
    name = next((name for name, exponents in known.items() if exponents == vector), None)
    if name:
        return name if name != "none" else "no dimension"
    return " ".join(a if e == 1 else f"{a}^{e}" for a, e in zip(AXES, vector, strict=True) if e)


@dataclass(frozen=True)
class Checker:
    """names: what may be read, and the dimension of each; known: the dimensions with names."""

    names: Mapping[str, Dimension]
    known: Mapping[str, Vector]

    def problems(self, text: str, wanted: Dimension) -> list[str]:
        """What is wrong with an expression that should have a dimension."""
        found = parse(text)
        if isinstance(found, str):
            return [found]
        wrong: list[str] = []
        dimension = self._of(found.tree, wrong)
        if not wrong and dimension is not None and wanted is not None and dimension != wanted:
            wrong.append(f"expected {describe(wanted, self.known)}, found {describe(dimension, self.known)}")
        return [f"{message} in {text!r}" for message in wrong]

    def _of(self, node: ast.expr, wrong: list[str]) -> Dimension:  # noqa: C901  (one line per kind of node)
        match node:
            case ast.Constant(int() | float() as value):
                return None if value == 0 else NONE
            case ast.Name():
                name = name_of(node)
                if name not in self.names:
                    wrong.append(f"unknown name {name!r} ({did_you_mean(name, self.names)})")
                return self.names.get(name)
            case ast.UnaryOp(_, operand):
                return self._of(operand, wrong)
            case ast.BinOp(left, ast.Pow(), right):
                return self._power(left, right, wrong)
            case ast.BinOp(left, operator, right):
                return self._binary(operator, self._of(left, wrong), self._of(right, wrong), node, wrong)
            case ast.Compare(left, _, [right]):
                self._same(self._of(left, wrong), self._of(right, wrong), node, wrong)
                return NONE
            case ast.BoolOp(_, operands):
                for operand in operands:
                    self._of(operand, wrong)
                return NONE
            case ast.Call(ast.Name(function), arguments, []):
                return self._call(function, [self._of(a, wrong) for a in arguments], node, wrong)
        wrong.append(f"not allowed: {ast.unparse(node)!r}")
        return None

    def _binary(
        self, operator: ast.operator, a: Dimension, b: Dimension, node: ast.expr, wrong: list[str]
    ) -> Dimension:
        match operator:
            case ast.Add() | ast.Sub():
                return self._same(a, b, node, wrong)
            case ast.Mult():
                return None if a is None or b is None else tuple(x + y for x, y in zip(a, b, strict=True))
            case ast.Div():
                return None if a is None or b is None else tuple(x - y for x, y in zip(a, b, strict=True))
        wrong.append(f"unknown operator in {ast.unparse(node)!r}")
        return None

    def _same(self, a: Dimension, b: Dimension, node: ast.expr, wrong: list[str]) -> Dimension:
        if a is not None and b is not None and a != b:
            both = f"{describe(a, self.known)} and {describe(b, self.known)}"
            wrong.append(f"{both} cannot be added or compared: {ast.unparse(node).replace('**', '^')!r}")
        return b if a is None else a

    def _power(self, base: ast.expr, exponent: ast.expr, wrong: list[str]) -> Dimension:
        below, above = self._of(base, wrong), self._of(exponent, wrong)
        if above not in (None, NONE):
            wrong.append(f"the exponent {ast.unparse(exponent)!r} has a dimension")
        if below in (None, NONE):
            return below
        try:
            value = Fraction(str(ast.literal_eval(exponent)))
        except ValueError:
            wrong.append(f"{ast.unparse(base)!r} has a dimension, so its exponent must be a number")
            return None
        return tuple(
            float(e * value) if (e * value) % 1 else int(e * value) for e in map(Fraction, below or ())
        )

    def _call(self, name: str, given: list[Dimension], node: ast.expr, wrong: list[str]) -> Dimension:
        if name not in FUNCTIONS:
            wrong.append(f"unknown function {name!r} ({did_you_mean(name, FUNCTIONS)})")
            return None
        if len(given) != (2 if name == "power" else 1):
            wrong.append(f"{name} takes {2 if name == 'power' else 1} argument(s), not {len(given)}")
            return None
        if name in PLAIN and given[0] not in (None, NONE):
            what = describe(given[0] or NONE, self.known)
            wrong.append(f"the argument of {ast.unparse(node)!r} has a dimension ({what}); {name} needs none")
        if name == "sqrt" and given[0] is not None:
            return tuple(e / 2 if e % 2 else e // 2 for e in given[0])
        return given[0] if name in ("abs", "random", "sqrt") else NONE


def names_of(texts: Iterator[str]) -> frozenset[str]:
    """The variables that any of some expressions reads."""
    found = (parse(text) for text in texts)
    return frozenset().union(*(e.names for e in found if isinstance(e, Expression)))
