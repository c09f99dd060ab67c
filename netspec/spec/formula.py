"""Strings of rxdParams: which of Python's syntax they may use, and which names.

They are parsed, never run: `neuron/rxd.py` walks the tree with NEURON's objects in place of the names.
"""

import ast
from collections.abc import Mapping
from dataclasses import dataclass

from netspec.errors import did_you_mean

NODE = "node"
MODULES = ("rxdmath", "rxd", "numpy", "np", "math")
"""Names whose attributes may be used."""
BUILTINS = ("abs", "float", "int", "isinstance", "len", "max", "min", "round", "sum")
MATHS = (
    *("acos", "acosh", "asin", "asinh", "atan", "atan2", "ceil", "copysign", "cos", "cosh", "degrees", "erf"),
    *("erfc", "exp", "expm1", "fabs", "factorial", "floor", "fmod", "gamma", "lgamma", "log", "log10"),
    *("log1p", "pow", "radians", "sin", "sinh", "sqrt", "tan", "tanh", "trunc", "vtrap"),
)
"""Functions of neuron.rxd.rxdmath, which may be written without `rxdmath.`"""
SYNTAX = (
    *(ast.Expression, ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.IfExp, ast.Constant, ast.Name),
    *(ast.Attribute, ast.Subscript, ast.Call, ast.Tuple, ast.List, ast.Load),
    *(ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow, ast.Mod, ast.FloorDiv, ast.USub, ast.UAdd, ast.Not),
    *(ast.And, ast.Or, ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.In, ast.NotIn),
    *(ast.Is, ast.IsNot),
)
OF_NUMPY = (
    *("abs", "arccos", "arcsin", "arctan", "arctan2", "clip", "e", "exp2", "heaviside", "inf", "log2"),
    *("maximum", "mean", "minimum", "pi", "power", "sign", "square", "where"),
)
"""Attributes of numpy and math besides the functions of rxdmath."""
METHODS = ("name", "hname", "satisfies")
"""What may be called of a node or of what belongs to it (node.sec.name())."""
OF_BOX = ("_xlo", "_xhi", "_ylo", "_yhi", "_zlo", "_zhi", "_dx")
"""Attributes of a region of extracellular space: its ends and the size of its voxels in each axis [um]."""
LIVE = ("sim", "net", "rxd")


class FormulaError(ValueError):
    """A string that cannot be used; the text says why."""


@dataclass(frozen=True)
class Formula:
    """A string that was found to be harmless. names: those of rxdParams that it uses."""

    text: str
    tree: ast.expr
    names: frozenset[str]


def parse(text: str, kinds: Mapping[str, str], of_node: bool = False) -> Formula:
    """The string as a tree. kinds: name -> what it is. of_node: it is a function of `node`, not of species.

    >>> kinds = {"ca": "species", "cyt": "regions", "k": "constants"}
    >>> sorted(parse("2 * ca[cyt] + rxdmath.exp(k)", kinds).names)
    ['ca', 'cyt', 'k']
    """
    try:
        tree = ast.parse(" ".join(text.split()), mode="eval").body
    except (SyntaxError, ValueError) as error:
        raise FormulaError(f"cannot be understood: {getattr(error, 'msg', error)}.") from None
    tree = ast.fix_missing_locations(_Direct().visit(tree))
    for part in ast.walk(tree):
        _refuse(part, text, kinds)
    used = {part.id for part in ast.walk(tree) if isinstance(part, ast.Name)}
    own = used - {*BUILTINS, *MODULES, *MATHS, *((NODE,) if of_node else ())} | (used & kinds.keys())
    for name in sorted(own - kinds.keys()):
        raise FormulaError(f"unknown name {name!r}. {did_you_mean(name, (*kinds, *MATHS))}")
    return Formula(text, tree, frozenset(own))


class _Direct(ast.NodeTransformer):
    """sim.net.rxd['species']['ca']['hObj'] is ca."""

    def visit_Subscript(self, part: ast.Subscript) -> ast.expr:
        """The name of a species for its live object; anything else as it is."""
        steps = _steps(part)
        if len(steps) == 6 and steps[:3] == [*LIVE] and steps[5] == "hObj":
            return ast.Name(str(steps[4]), ast.Load())
        self.generic_visit(part)
        return part

    visit_Attribute = visit_Subscript  # type: ignore[assignment]  # noqa: N815


def _steps(part: ast.AST) -> list[object]:
    """A name and the attributes or keys that follow it."""
    match part:
        case ast.Name(id=name):
            return [name]
        case ast.Attribute(value=value, attr=name):
            return [*_steps(value), name]
        case ast.Subscript(value=value, slice=ast.Constant(value=name)):
            return [*_steps(value), name]
    return [None]


def _refuse(part: ast.AST, text: str, kinds: Mapping[str, str]) -> None:
    """FormulaError for syntax that could do more than compute."""
    if not isinstance(part, SYNTAX):
        raise FormulaError(f"{type(part).__name__} cannot be used in {text!r}.")
    if isinstance(part, ast.Attribute):
        root = _steps(part)[0]
        if part.attr in OF_BOX and kinds.get(str(root)) == "regions":
            return
        foreign = root in ("numpy", "np", "math") and part.attr not in (*MATHS, *OF_NUMPY)
        if part.attr.startswith("_") or root not in (*MODULES, NODE) or foreign:
            raise FormulaError(f"the attribute {part.attr!r} cannot be used in {text!r}.")
    if isinstance(part, ast.Call):
        _refuse_call(part, text)


def _refuse_call(part: ast.Call, text: str) -> None:
    steps = _steps(part.func)
    known = (
        (len(steps) == 1 and steps[0] in (*BUILTINS, *MATHS))
        or (len(steps) == 2 and steps[0] in MODULES and steps[0] != "rxd")
        or steps[:2] == ["rxd", "rxdmath"]
        or (steps[0] == NODE and steps[-1] in METHODS)
    )
    if not known or part.keywords:
        name = ".".join(map(str, steps))
        raise FormulaError(f"{name!r} cannot be called. {did_you_mean(name, (*BUILTINS, *MATHS))}")
