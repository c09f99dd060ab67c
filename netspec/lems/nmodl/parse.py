"""Expressions of LEMS as nested tuples."""

import ast
from collections.abc import Callable
from functools import reduce

from netspec.lems import formula
from netspec.lems.nmodl import expression as x
from netspec.lems.nmodl.expression import Node

COMPARISONS: dict[type, str] = {
    ast.Gt: ">", ast.GtE: ">=", ast.Lt: "<", ast.LtE: "<=", ast.Eq: "==", ast.NotEq: "!=",
}  # fmt: skip
RENAMED = {"ln": "log", "abs": "fabs"}


def read(text: str, meaning: Callable[[str], Node]) -> Node:
    """An expression of LEMS. meaning: what a name stands for."""
    parsed = formula.parse(text)
    if isinstance(parsed, str):
        raise ValueError(parsed)
    return _read(parsed.tree, meaning)


def _read(node: ast.expr, meaning: Callable[[str], Node]) -> Node:
    match node:
        case ast.Constant(value):
            return x.number(float(value))  # type: ignore[arg-type]
        case ast.Name():
            return meaning(formula.name_of(node))
        case ast.UnaryOp(ast.USub(), a):
            return x.negative(_read(a, meaning))
        case ast.UnaryOp(ast.Not(), a):
            return x.MAKE["not"](_read(a, meaning))
        case ast.UnaryOp(_, a):
            return _read(a, meaning)
        case ast.BinOp(a, operator, b):
            return _BINARY[type(operator)](_read(a, meaning), _read(b, meaning))
        case ast.Compare(a, [operator], [b]):
            return x.compare(COMPARISONS[type(operator)], _read(a, meaning), _read(b, meaning))
        case ast.BoolOp(operator, values):
            word = "and" if isinstance(operator, ast.And) else "or"
            return reduce(lambda a, b: x.logic(word, a, b), (_read(value, meaning) for value in values))
        case ast.Call(ast.Name(name), arguments):
            return _call(name, [_read(a, meaning) for a in arguments])
    raise ValueError(f"not allowed: {ast.unparse(node)!r}")


_BINARY: dict[type, Callable[[Node, Node], Node]] = {
    ast.Add: x.add, ast.Sub: x.subtract, ast.Mult: x.multiply, ast.Div: x.divide, ast.Pow: x.power,
}  # fmt: skip


def _call(name: str, arguments: list[Node]) -> Node:
    match name, arguments:
        case "power", [a, b]:
            return x.power(a, b)
        case "random", [a]:
            return ("random", a)
        case "H", [a]:
            return x.choose(x.compare(">", a, x.ZERO), x.ONE, x.ZERO)
        case _, [a]:
            return x.call(RENAMED.get(name, name), a)
    raise ValueError(f"{name} of {len(arguments)} arguments")
