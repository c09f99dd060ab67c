"""Equations of a mass: checked lines of text, turned into a numpy function and into C."""

import ast
import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

Language = Literal["numpy", "C"]
FUNCTIONS: dict[str, tuple[int, str, str]] = {
    "exp": (1, "np.exp", "exp"),
    "log": (1, "np.log", "log"),
    "sqrt": (1, "np.sqrt", "sqrt"),
    "tanh": (1, "np.tanh", "tanh"),
    "sin": (1, "np.sin", "sin"),
    "cos": (1, "np.cos", "cos"),
    "floor": (1, "np.floor", "floor"),
    "abs": (1, "np.abs", "fabs"),
    "min": (2, "np.minimum", "fmin"),
    "max": (2, "np.maximum", "fmax"),
    "sigmoid": (1, "sigmoid", "sigmoid"),
    "table": (3, "table", "LOOKUP"),
}
"""What equations may call: number of arguments, name in numpy, name in C. sigmoid(x) is 1 / (1 + exp(-x));
table(which, x, y) interpolates the tables that a model brings along."""
OPERATORS: dict[type, str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
COMPARISONS: dict[type, str] = {
    **{ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">"},
    **{ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!="},
}
CONSTANTS = {"pi": math.pi}
LARGEST_PRODUCT = 4
"""Powers up to this one are products, as compilers make them."""


@dataclass(frozen=True)
class Line:
    """`name = expression`, where d_x is the derivative of the state x."""

    name: str
    value: ast.expr


def parse(text: str, known: Collection[str]) -> list[Line]:
    """The lines of equations, whose names are known or set by an earlier line; else a ValueError."""
    lines, names = [], {*known, *CONSTANTS}
    for statement in ast.parse(text.strip()).body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                expression(value, names, "C")
                lines.append(Line(name, value))
                names.add(name)
            case _:
                raise ValueError(f"expected 'name = expression', got {ast.unparse(statement)!r}")
    return lines


def expression(node: ast.expr, names: Collection[str], language: Language) -> str:
    """An expression in a language; ValueError for what is not a part of equations."""

    def inner(part: ast.expr) -> str:
        return expression(part, names, language)

    match node:
        case ast.Constant() | ast.Name():
            return _leaf(node, names)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return f"(-{inner(operand)})"
        case ast.BinOp(left=left, op=ast.Pow(), right=right):
            return _power(inner(left), right, inner(right), language)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
            return f"({inner(left)} {OPERATORS[type(op)]} {inner(right)})"
        case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in COMPARISONS:
            return f"({inner(left)} {COMPARISONS[type(op)]} {inner(right)})"
        case ast.IfExp(test=test, body=body, orelse=other):
            asked, yes, no = inner(test), inner(body), inner(other)
            return f"({asked} ? {yes} : {no})" if language == "C" else f"np.where({asked}, {yes}, {no})"
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in FUNCTIONS:
            count, numpy, c = FUNCTIONS[name]
            if len(args) == count:
                return f"{c if language == 'C' else numpy}({', '.join(map(inner, args))})"
            raise ValueError(f"{name} takes {count} arguments: {ast.unparse(node)!r}")
    known = ", ".join(FUNCTIONS)
    raise ValueError(f"{ast.unparse(node)!r} cannot be a part of an equation; functions: {known}")


def _leaf(node: ast.Constant | ast.Name, names: Collection[str]) -> str:
    """A number or a name."""
    match node:
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
            return repr(float(value))
        case ast.Name(id=name) if name in names:
            return repr(CONSTANTS[name]) if name in CONSTANTS else f"v_{name}"
        case ast.Name(id=name):
            raise ValueError(f"{name!r} is no state, parameter or input, nor set by a line above")
    raise ValueError(f"{ast.unparse(node)!r} cannot be a part of an equation")


def _power(base: str, exponent: ast.expr, text: str, language: Language) -> str:
    match exponent:
        case ast.Constant(value=int() as count) if 1 < count <= LARGEST_PRODUCT:
            return f"({' * '.join([base] * count)})"
    return f"pow({base}, {text})" if language == "C" else f"({base} ** {text})"


def numpy_function(blocks: Mapping[str, Collection[str]], lines: list[Line], sets: Mapping[str, str]) -> Any:
    """A function of arrays, one for each block of names (rows), and of table, that returns rows of `sets`.

    sets: name of a result -> the name it has in the equations.
    """
    names = [*(name for block in blocks.values() for name in block), *CONSTANTS, *(one.name for one in lines)]
    body = [
        f"    {', '.join(f'v_{name}' for name in block)}, = {label}"
        for label, block in blocks.items()
        if block
    ]
    body += [f"    v_{one.name} = {expression(one.value, names, 'numpy')}" for one in lines]
    body.append(f"    return [{', '.join(f'v_{name}' for name in sets.values())}]")
    source = f"def function({', '.join(blocks)}, table):\n" + "\n".join(body)
    found: dict[str, Any] = {"np": np, "sigmoid": _sigmoid}
    # The text is made of checked expressions only.
    exec(compile(source, "<equations of a mass>", "exec"), found)
    return found["function"]


def _sigmoid(x: Any) -> Any:
    return 1.0 / (1.0 + np.exp(-x))


def c_function(
    name: str,
    blocks: Mapping[str, Collection[str]],
    lines: list[Line],
    sets: Mapping[str, tuple[str, int, str]],
) -> str:
    """The same as a C function over n nodes. sets: result -> (array, row, name in the equations)."""
    names = [*(one for block in blocks.values() for one in block), *CONSTANTS, *(one.name for one in lines)]
    read = [
        f"const double v_{one} = {label}[{row} * n + i];"
        for label, block in blocks.items()
        for row, one in enumerate(block)
    ]
    taken = {one for block in blocks.values() for one in block}
    made = []
    for one in lines:
        text = expression(one.value, names, "C")
        made.append(f"{'w' if one.name in taken else 'v'}_{one.name} = {text};")
    made = [f"const double {text}" for text in made]
    kept = [
        f"{array}[{row} * n + i] = {'w' if inside in taken else 'v'}_{inside};"
        for array, row, inside in sets.values()
    ]
    body = "\n        ".join([*read, *made, *kept])
    return (
        f"static void {name}(long n, double *y, const double *u, const double *p, double *dy, double *out,"
        " const lookup *tables)\n{\n    (void)tables;\n    for (long i = 0; i < n; i++) {\n"
        f"        {body}\n    }}\n}}\n"
    )
