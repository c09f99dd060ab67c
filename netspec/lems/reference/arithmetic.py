"""Expressions as C, and their values where all names are known."""

import ast
import math
import operator
from collections.abc import Callable, Mapping

from netspec.errors import Problem, SpecError
from netspec.lems import formula
from netspec.lems.tree import Place

OPERATORS: dict[type[ast.AST], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Gt: ">", ast.Lt: "<", ast.GtE: ">=",
    ast.LtE: "<=", ast.Eq: "==", ast.NotEq: "!=", ast.And: "&&", ast.Or: "||",
}  # fmt: skip
ARITHMETIC = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}
FUNCTIONS = {"ln": "log", "abs": "fabs", "H": "heaviside", "power": "pow"}
Names = Callable[[str], str]


def code(text: str, names: Names, place: Place) -> str:
    """The C of an expression; names: what a variable is called in it."""
    found = formula.parse(text)
    if isinstance(found, str):
        raise SpecError([Problem(str(place), found)])
    try:
        return _code(found.tree, names)
    except (KeyError, ValueError) as error:
        raise SpecError([Problem(str(place), f"reference mode cannot compute {text!r}: {error}")]) from error


def _code(node: ast.expr, names: Names) -> str:
    match node:
        case ast.Constant(int() | float() as value):
            return repr(float(value))
        case ast.Name(name):
            return names(name.removesuffix("_") if name.endswith("_") else name)
        case ast.UnaryOp(ast.USub(), ast.BinOp(left, ast.Pow(), right) as power) if _bare(node, power):
            # a minus sign binds more tightly than ^ in LEMS
            return f"pow(-{_code(left, names)}, {_code(right, names)})"
        case ast.UnaryOp(how, operand):
            sign = {ast.USub: "-", ast.UAdd: "", ast.Not: "!"}[type(how)]
            return f"({sign}{_code(operand, names)})"
        case ast.BinOp(left, ast.Pow(), right):
            return f"pow({_code(left, names)}, {_code(right, names)})"
        case ast.BinOp(left, how, right) | ast.Compare(left, [how], [right]):
            return f"({_code(left, names)} {OPERATORS[type(how)]} {_code(right, names)})"
        case ast.BoolOp(how, operands):
            return f"({f' {OPERATORS[type(how)]} '.join(_code(o, names) for o in operands)})"
        case ast.Call(ast.Name("random"), [argument]):
            return f"({_code(argument, names)} * uniform(self))"
        case ast.Call(ast.Name(function), arguments) if function in formula.FUNCTIONS:
            inside = ", ".join(_code(argument, names) for argument in arguments)
            return f"{FUNCTIONS.get(function, function)}({inside})"
    raise ValueError(ast.unparse(node))


def _bare(minus: ast.UnaryOp, power: ast.BinOp) -> bool:
    return minus.end_col_offset == power.end_col_offset


def value(text: str, known: Mapping[str, float], place: Place) -> float:
    """The value of an expression of parameters; NaN where Java's arithmetic has none."""
    found = formula.parse(text)
    if isinstance(found, str):
        raise SpecError([Problem(str(place), found)])
    try:
        return _value(found.tree, known)
    except (KeyError, ValueError) as error:
        raise SpecError([Problem(str(place), f"cannot compute {text!r}: {error}")]) from error
    except (ZeroDivisionError, OverflowError):
        return math.nan


def _value(node: ast.expr, known: Mapping[str, float]) -> float:
    match node:
        case ast.Constant(int() | float() as number):
            return float(number)
        case ast.Name(name):
            return known[name]
        case ast.UnaryOp(ast.USub(), operand):
            return -_value(operand, known)
        case ast.BinOp(left, ast.Pow(), right):
            return math.pow(_value(left, known), _value(right, known))
        case ast.BinOp(left, how, right):
            a, b = _value(left, known), _value(right, known)
            return float(ARITHMETIC[type(how)](a, b))
        case ast.Call(ast.Name("H"), [argument]):
            return 0.5 * (math.copysign(float(_value(argument, known) != 0), _value(argument, known)) + 1)
        case ast.Call(ast.Name(function), arguments) if function in formula.FUNCTIONS:
            function = FUNCTIONS.get(function, function)
            return float(getattr(math, function)(*(_value(argument, known) for argument in arguments)))
    raise ValueError(ast.unparse(node))
