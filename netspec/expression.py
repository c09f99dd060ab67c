"""String functions: parsed with ast, checked against the names that are allowed, evaluated on whole columns.

Nothing is executed. The values equal, to the last bit, those of Python with numpy's functions row by row.
"""

import ast
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache, reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netspec.errors import Problem, SpecError, did_you_mean
from netspec.streams.draws import ARGUMENTS, SPENT, Draws, OneStream, by_libm

Column = NDArray[Any]
Variables = Mapping[str, Any]

CONSTANTS = {"pi": math.pi, "e": math.e, "inf": math.inf, "nan": math.nan}
PREFIXES = ("np", "numpy", "math")
ONE_TO_ONE: dict[str, Callable[[Any], Any]] = {
    "sin": np.sin, "cos": np.cos, "tan": np.tan, "exp": np.exp, "sqrt": np.sqrt,
    "log": np.log, "log10": np.log10, "ceil": np.ceil, "floor": np.floor,
    "arcsin": np.arcsin, "arccos": np.arccos, "arctan": np.arctan,
    "asin": np.arcsin, "acos": np.arccos, "atan": np.arctan,
    "sinh": np.sinh, "cosh": np.cosh, "tanh": np.tanh,
    "abs": np.abs, "fabs": np.abs, "int": np.trunc, "float": np.positive,
    "copy": np.positive, "mean": np.positive,
}  # fmt: skip
TWO_TO_ONE = ("arctan2", "atan2", "remainder", "pow")
FUNCTIONS = frozenset({*ONE_TO_ONE, *TWO_TO_ONE, "round", "min", "max"})


def _power(a: Column, b: Column) -> Column:
    # numpy's power of arrays rounds differently from that of scalars, which is the C library's
    found = by_libm(math.pow, a, b)
    infinite = (np.asarray(a) == 0) & (np.asarray(b) < 0)
    return np.where(infinite, np.power(a, b), found) if infinite.any() else found


def _as_number(value: Any) -> Column:
    """A comparison's result as 0.0 and 1.0, where numpy's booleans cannot be calculated with."""
    return np.asarray(value, float)


def _subtract(a: Column, b: Column) -> Column:
    return np.subtract(_as_number(a), _as_number(b))


BINARY: dict[type[ast.operator], Callable[[Column, Column], Column]] = {
    ast.Add: np.add, ast.Sub: _subtract, ast.Mult: np.multiply, ast.Div: np.divide,
    ast.FloorDiv: np.floor_divide, ast.Mod: np.remainder, ast.Pow: _power,
}  # fmt: skip
COMPARE: dict[type[ast.cmpop], Callable[[Column, Column], Column]] = {
    ast.Eq: np.equal, ast.NotEq: np.not_equal, ast.Lt: np.less, ast.LtE: np.less_equal,
    ast.Gt: np.greater, ast.GtE: np.greater_equal,
}  # fmt: skip


@dataclass(frozen=True)
class Expression:
    """A checked string function. names: the variables that it uses.

    calls: the distributions that every row calls, in order; None if a row may skip some; () if not random.
    """

    text: str
    names: frozenset[str]
    calls: tuple[str, ...] | None
    _tree: ast.expr = field(repr=False, compare=False)

    @property
    def random(self) -> bool:
        """Whether it draws random numbers."""
        return self.calls != ()

    @cached_property
    def spends(self) -> int | None:
        """Random numbers that every row takes from its stream; None if that varies."""
        if self.calls is None or any(call not in SPENT for call in self.calls):
            return None
        return sum(SPENT[call] for call in self.calls)

    def evaluate(
        self, variables: Variables, draws: Draws | OneStream | None = None, rows: int = 1
    ) -> NDArray[np.float64]:
        """Value of each row: (rows,). variables: a number or a (rows,) column for every name that it uses.

        draws: one stream per row, or one stream along which the rows lie; needed if it is random.
        """
        columns = {
            name: np.asarray(variables[name], float) if np.ndim(variables[name]) else float(variables[name])
            for name in self.names
        }
        with np.errstate(all="ignore"):
            return self._evaluate(columns, draws, rows)

    def _evaluate(
        self, columns: Variables, draws: Draws | OneStream | None, rows: int
    ) -> NDArray[np.float64]:
        if not self.random:
            return _full(_Rows(columns, None, rows).value(self._tree), rows)
        if draws is None:
            raise ValueError(f"{self.text!r} needs random numbers")
        if isinstance(draws, OneStream):
            together = draws.together(self.calls)
            if together is None:
                parts = [self._evaluate(_slice(columns, i), draws.single, 1) for i in range(rows)]
                return np.concatenate(parts) if parts else np.empty(0)
            draws = together
        return _full(_Rows(columns, draws, rows).value(self._tree), rows)


@dataclass(frozen=True)
class _Rows:
    """What nodes are evaluated on: some rows of the variables and the streams of those rows."""

    columns: Variables
    draws: Draws | None
    count: int

    def value(self, node: ast.expr) -> Any:  # noqa: C901  (one line per kind of node)
        """Value of a node: a number or (rows,)."""
        match node:
            case ast.Constant(value):
                return float(value)  # type: ignore[arg-type]
            case ast.Name(name):
                return self.columns[name] if name in self.columns else CONSTANTS[name]
            case ast.Attribute(_, name):
                return CONSTANTS[name]
            case ast.BinOp(left, operator, right):
                return BINARY[type(operator)](self.value(left), self.value(right))
            case ast.UnaryOp(ast.Not(), operand):
                return np.logical_not(self.value(operand))
            case ast.UnaryOp(operator, operand):
                value = self.value(operand)
                return np.negative(_as_number(value)) if isinstance(operator, ast.USub) else value
            case ast.BoolOp(operator, operands):
                return self._boolean(isinstance(operator, ast.And), operands)
            case ast.Compare(left, operators, operands):
                return self._compare(self.value(left), operators, operands)
            case ast.IfExp(test, then, otherwise):
                chosen = self._truth(self.value(test))
                return np.where(chosen, self._where(chosen, then), self._where(~chosen, otherwise))
            case ast.Call(function, arguments):
                return self._call(str(_called(function)), arguments)
        raise AssertionError(f"not checked: {ast.dump(node)}")

    def _truth(self, value: Any) -> NDArray[np.bool_]:
        return np.broadcast_to(np.asarray(value) != 0, (self.count,))

    def _where(self, needed: NDArray[np.bool_], node: ast.expr) -> Any:
        """Value of a node that only some rows reach; where it is random the others must not draw."""
        if self.draws is None or not _distributions(node):
            return self.value(node)
        rows = np.flatnonzero(needed)
        some = _Rows(_slice(self.columns, rows), self.draws.of_rows(rows), len(rows))
        result = np.zeros(self.count)
        result[rows] = some.value(node)
        return result

    def _boolean(self, every: bool, operands: list[ast.expr]) -> Any:
        """Python's `and` / `or`: the first operand that decides, else the last."""
        result = self.value(operands[0])
        for operand in operands[1:]:
            open_rows = self._truth(result) == every
            result = np.where(open_rows, self._where(open_rows, operand), result)
        return result

    def _compare(self, left: Any, operators: list[ast.cmpop], operands: list[ast.expr]) -> Any:
        right = self.value(operands[0])
        result = COMPARE[type(operators[0])](left, right)
        for operator, operand in zip(operators[1:], operands[1:], strict=True):
            left, right = right, self._where(self._truth(result), operand)
            result = np.logical_and(result, COMPARE[type(operator)](left, right))
        return result

    def _call(self, name: str, nodes: list[ast.expr]) -> Any:
        arguments = [self.value(node) for node in nodes]
        if name in ARGUMENTS:
            return getattr(self.draws, name)(*arguments)
        if name in ONE_TO_ONE:
            return ONE_TO_ONE[name](arguments[0])
        match name:
            case "arctan2" | "atan2":
                return np.arctan2(*arguments)
            case "remainder":
                return np.remainder(*arguments)
            case "pow":
                return _power(*arguments)
            case "min":
                return reduce(lambda a, b: np.where(np.less(b, a), b, a), arguments)
            case "max":
                return reduce(lambda a, b: np.where(np.greater(b, a), b, a), arguments)
        return self._round(nodes[0], *arguments)

    def _round(self, node: ast.expr, value: Any, digits: Any = 0.0) -> Any:
        """As Python rounds: exactly for its own floats, by scaling for numpy's (columns and results)."""
        if digits == 0 or self._from_numpy(node):
            return np.round(value, int(digits))
        return by_libm(lambda number: round(number, int(digits)), value)

    def _from_numpy(self, node: ast.expr) -> bool:
        return any(
            (isinstance(part, ast.Name) and isinstance(self.columns.get(part.id), np.ndarray))
            or (isinstance(part, ast.Call) and _called(part.func) in ONE_TO_ONE)
            for part in ast.walk(node)
        )


def _full(value: Any, rows: int) -> NDArray[np.float64]:
    return np.array(np.broadcast_to(np.asarray(value, float), (rows,)))


def _slice(columns: Variables, rows: Any) -> Variables:
    rows = [rows] if isinstance(rows, int) else rows
    return {name: value[rows] if np.ndim(value) else value for name, value in columns.items()}


# ---- checking ----------------------------------------------------------------------------------------------


def parse(text: str, known: Iterable[str], path: str) -> Expression:
    """The expression of a text whose variables are all `known`; SpecError at `path` otherwise."""
    result = _parse(text, known if isinstance(known, frozenset) else frozenset(known))
    if isinstance(result, Expression):
        return result
    raise SpecError(Problem(path, message) for message in result)


@lru_cache(maxsize=4096)
def _parse(text: str, known: frozenset[str]) -> Expression | tuple[str, ...]:
    """The expression, or what is wrong with it."""
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError) as error:
        return (f"cannot read {text!r}: {getattr(error, 'msg', error)}",)
    problems = tuple(dict.fromkeys(f"{wrong} in {text!r}.{hint}" for wrong, hint in _problems(tree, known)))
    if problems:
        return problems
    names = frozenset(part.id for part in ast.walk(tree) if isinstance(part, ast.Name)) & known
    calls = tuple(_distributions(tree))
    return Expression(text, names, None if calls and _may_skip(tree) else calls, tree)


def _problems(node: ast.AST, known: frozenset[str]) -> Iterable[tuple[str, str]]:
    """Each mistake below a node: what is wrong, and a hint that starts with a blank."""
    match node:
        case ast.Constant(bool() | int() | float() as value) if abs(value) < 1e300:
            return
        case ast.Attribute(ast.Name(prefix), name) if prefix in PREFIXES and name in CONSTANTS:
            return
        case ast.Name(name):
            if name not in known and name not in CONSTANTS:
                yield f"unknown name {name!r}", " " + _near(name, {*known, *CONSTANTS}, known)
            return
        case ast.Call(function, arguments, []) if _called(function) is not None:
            yield from _call_problems(str(_called(function)), arguments)
            parts: Iterable[ast.AST] = arguments
        case _ if _is_operation(node):
            parts = (part for part in ast.iter_child_nodes(node) if isinstance(part, ast.expr))
        case _:
            yield (
                f"not allowed: {ast.unparse(node)!r}",
                " A function has numbers, names, operators and calls.",
            )
            return
    for part in parts:
        yield from _problems(part, known)


def _is_operation(node: ast.AST) -> bool:
    match node:
        case ast.BinOp(_, operator, _):
            return type(operator) in BINARY
        case ast.UnaryOp(operator, _):
            return isinstance(operator, ast.USub | ast.UAdd | ast.Not)
        case ast.Compare(_, operators, _):
            return all(type(operator) in COMPARE for operator in operators)
        case ast.BoolOp() | ast.IfExp():
            return True
    return False


def _call_problems(name: str, arguments: list[ast.expr]) -> Iterable[tuple[str, str]]:
    names, given = {*FUNCTIONS, *ARGUMENTS}, len(arguments)
    if name not in names:
        yield f"unknown function {name!r}", " " + _near(name, names, names)
    elif name in ("min", "max"):
        if given < 2:
            yield f"{name} takes 2 or more arguments, not {given},", ""
    elif name == "round":
        if given not in (1, 2):
            yield f"round takes 1 or 2 arguments, not {given},", ""
        elif given == 2 and any(isinstance(part, ast.Name | ast.Call) for part in ast.walk(arguments[1])):
            yield "round takes a constant number of digits", ""
    elif given != (wanted := ARGUMENTS.get(name, 2 if name in TWO_TO_ONE else 1)):
        yield f"{name} takes {wanted} argument{'s' * (wanted > 1)}, not {given},", ""


def _near(name: str, names: Iterable[str], shown: Iterable[str]) -> str:
    """The nearest of `names`, else a list of those that the user may have meant."""
    found = did_you_mean(name, names)
    return found if found.startswith("Did you mean") else did_you_mean(name, shown)


def _called(function: ast.expr) -> str | None:
    """Name of a called function without the prefix that users write, or None if it is anything else."""
    match function:
        case ast.Name(name):
            return name
        case ast.Attribute(ast.Name(prefix), name) if prefix in PREFIXES and name not in ARGUMENTS:
            return name
        case ast.Attribute(ast.Name("rand"), name) if name in ARGUMENTS:
            return name
    return None


def _distributions(node: ast.AST) -> list[str]:
    """The distributions called below a node, in the order of evaluation."""
    if isinstance(node, ast.IfExp):
        parts: Iterable[ast.AST] = (node.test, node.body, node.orelse)
    else:
        parts = (part for part in ast.iter_child_nodes(node) if not isinstance(part, ast.expr_context))
    below = [name for part in parts for name in _distributions(part)]
    if isinstance(node, ast.Call) and (name := _called(node.func)) in ARGUMENTS:
        below.append(str(name))
    return below


def _may_skip(tree: ast.AST) -> bool:
    """Whether a row may be done without some of the random calls."""
    for node in ast.walk(tree):
        match node:
            case ast.IfExp(_, then, otherwise):
                parts = [then, otherwise]
            case ast.BoolOp(_, operands) | ast.Compare(_, _, [_, *operands]):
                parts = operands[1:] if isinstance(node, ast.BoolOp) else operands
            case _:
                continue
        if any(_distributions(part) for part in parts):
            return True
    return False


# ---- checking values ---------------------------------------------------------------------------------------


def finite(values: NDArray[Any], path: str, text: str, describe: Callable[[int], str]) -> None:
    """Nothing if all values are numbers; else a SpecError that names the first row where one is not.

    describe: what a row is, e.g. 'pair 3 -> 17'.
    """
    bad = np.flatnonzero(~np.isfinite(values))
    if len(bad):
        row = int(bad[0])
        others = f" (and {len(bad) - 1} more)" if len(bad) > 1 else ""
        raise SpecError([Problem(path, f"{text!r} gives {values[row]} for {describe(row)}{others}.")])
