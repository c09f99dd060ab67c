"""Values of the strings of rxdParams: a checked tree, walked with NEURON's objects in place of the names."""

import ast
import math
import operator
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from netspec.spec.formula import MATHS, NODE, Formula

BINARY: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
    ast.Mod: operator.mod,
    ast.FloorDiv: operator.floordiv,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
    ast.In: lambda item, group: item in group,
    ast.NotIn: lambda item, group: item not in group,
}
UNARY: dict[type, Callable[[Any], Any]] = {
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Not: operator.not_,
}
BUILTINS: dict[str, Callable[..., Any]] = {
    "abs": abs,
    "float": float,
    "int": int,
    "isinstance": isinstance,
    "len": len,
    "max": max,
    "min": min,
    "round": round,
    "sum": sum,
}


def value(formula: Formula, objects: Mapping[str, Any]) -> Any:
    """A number, or arithmetic of rxd. objects: what the names of rxdParams stand for."""
    from neuron import rxd
    from neuron.rxd import rxdmath

    functions = {name: getattr(rxdmath, name) for name in MATHS if hasattr(rxdmath, name)}
    return _value(formula.tree, {**_standard(rxd, rxdmath), **functions, **BUILTINS, **objects})


def of_node(formula: Formula, objects: Mapping[str, Any]) -> Callable[[Any], Any]:
    """A function of a node, which has the numbers of every place."""
    from neuron import rxd
    from neuron.rxd import rxdmath

    functions = {name: getattr(math, name) for name in MATHS if hasattr(math, name)}
    names = {**_standard(rxd, rxdmath), "rxdmath": math, **functions, **BUILTINS, **objects}
    return lambda node: _value(formula.tree, {**names, NODE: node})


def _standard(rxd: Any, rxdmath: Any) -> dict[str, Any]:
    return {"rxd": rxd, "rxdmath": rxdmath, "numpy": np, "np": np, "math": math}


def _value(part: ast.expr, names: Mapping[str, Any]) -> Any:
    """The value of a part of the tree."""
    match part:
        case ast.Constant(value=constant):
            return constant
        case ast.Name(id=name):
            return names[name]
        case ast.BinOp(left=left, op=op, right=right):
            return BINARY[type(op)](_value(left, names), _value(right, names))
        case ast.UnaryOp(op=op, operand=operand):
            return UNARY[type(op)](_value(operand, names))
        case ast.Attribute(value=holder, attr=name):
            return getattr(_value(holder, names), name)
        case ast.Subscript(value=holder, slice=index):
            return _value(holder, names)[_value(index, names)]
        case ast.Call(func=function, args=arguments):
            return _value(function, names)(*[_value(one, names) for one in arguments])
    return _chosen(part, names)


def _chosen(part: ast.expr, names: Mapping[str, Any]) -> Any:
    """The value of what compares, chooses or lists."""
    match part:
        case ast.IfExp(test=test, body=body, orelse=other):
            return _value(body if _value(test, names) else other, names)
        case ast.Compare():
            return _compared(part, names)
        case ast.BoolOp(op=op, values=values):
            stop, found = isinstance(op, ast.Or), None
            for one in values:
                found = _value(one, names)
                if bool(found) is stop:
                    break
            return found
        case ast.Tuple(elts=items) | ast.List(elts=items):
            return tuple(_value(item, names) for item in items)
    raise TypeError(f"no value for {type(part).__name__}")


def _compared(part: ast.Compare, names: Mapping[str, Any]) -> Any:
    """A < b < c as Python reads it."""
    left, result = _value(part.left, names), True
    for op, other in zip(part.ops, part.comparators, strict=True):
        right = _value(other, names)
        result = BINARY[type(op)](left, right)
        if not result:
            return result
        left = right
    return result
