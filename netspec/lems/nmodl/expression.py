"""Expressions as nested tuples: folded while they are made, and what algebra the compiler needs.

A number is ("n", 2.0), a variable ("v", "m_q"), everything else (operator, operand, ...). Equal expressions
are equal tuples, so that a dictionary finds common ones.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any

Node = tuple[Any, ...]

ZERO: Node = ("n", 0.0)
ONE: Node = ("n", 1.0)
OPPOSITE = {">": "<=", "<=": ">", "<": ">=", ">=": "<", "==": "!=", "!=": "=="}
NUMERIC: dict[str, Callable[[float], float]] = {
    "exp": math.exp, "log": math.log, "log10": math.log10, "sqrt": math.sqrt, "fabs": abs, "ceil": math.ceil,
    "floor": math.floor, "sin": math.sin, "cos": math.cos, "tan": math.tan, "sinh": math.sinh,
    "cosh": math.cosh,
    "tanh": math.tanh, "asin": math.asin, "acos": math.acos, "atan": math.atan,
    "factorial": lambda x: float(math.factorial(round(x))),
}  # fmt: skip


def number(value: float) -> Node:
    """A constant."""
    return ("n", float(value))


def variable(name: str) -> Node:
    """Something with a name."""
    return ("v", name)


def is_number(node: Node, value: float | None = None) -> bool:
    """Whether it is a constant (of a value)."""
    return node[0] == "n" and (value is None or node[1] == value)


def add(a: Node, b: Node) -> Node:
    """Sum."""
    if is_number(a) and is_number(b):
        return number(a[1] + b[1])
    if is_number(a, 0) or is_number(b, 0):
        return b if is_number(a, 0) else a
    if is_number(b) and a[0] in "+-" and is_number(a[2]):
        total = b[1] + (a[2][1] if a[0] == "+" else -a[2][1])
        return add(a[1], number(float(f"{total:.14g}")))  # celsius + 273.15 - 279.45 without dust
    if is_number(b) and b[1] < 0:
        return ("-", a, number(-b[1]))
    if b[0] == "neg":
        return subtract(a, b[1])
    if a[0] == "neg":
        return subtract(b, a[1])
    return ("+", a, b)


def subtract(a: Node, b: Node) -> Node:
    """Difference."""
    if is_number(a) and is_number(b):
        return number(a[1] - b[1])
    if is_number(b, 0):
        return a
    if is_number(a, 0):
        return negative(b)
    if a == b:
        return ZERO
    if a[0] == "neg":
        return negative(add(a[1], b))
    if b[0] == "neg":
        return add(a, b[1])
    if is_number(b) and (b[1] < 0 or (a[0] in "+-" and is_number(a[2]))):
        return add(a, number(-b[1]))
    return ("-", a, b)


def negative(a: Node) -> Node:
    """-a"""
    if is_number(a):
        return number(-a[1])
    if a[0] == "neg":
        return a[1]  # type: ignore[no-any-return]
    if a[0] == "-":
        return subtract(a[2], a[1])
    if a[0] == "*" and is_number(a[1]):
        return multiply(number(-a[1][1]), a[2])
    if a[0] == "*" and a[2][0] == "-":
        return ("*", a[1], subtract(a[2][2], a[2][1]))
    return ("neg", a)


def multiply(a: Node, b: Node) -> Node:
    """Product, with a constant in front."""
    if is_number(b):
        a, b = b, a
    if is_number(a):
        return _scaled(a[1], b)
    if a[0] == "neg" or b[0] == "neg":
        flipped = (a[0] == "neg") != (b[0] == "neg")
        product = multiply(a[1] if a[0] == "neg" else a, b[1] if b[0] == "neg" else b)
        return negative(product) if flipped else product
    if b[0] == "*" and is_number(b[1]):
        return multiply(b[1], multiply(a, b[2]))
    for one, other in ((a, b), (b, a)):
        if one[0] == "/" and one[2] == other:
            return one[1]  # type: ignore[no-any-return]
        if one[0] == "/" and is_number(one[1], 1):
            return divide(other, one[2])
    return ("*", a, b)


def _scaled(value: float, b: Node) -> Node:
    """A number times an expression."""
    if is_number(b):
        return number(value * b[1])
    if value in (0.0, 1.0, -1.0):
        return (ZERO, b, negative(b))[int(value)]
    if b[0] == "*" and is_number(b[1]):
        return multiply(number(value * b[1][1]), b[2])
    if b[0] == "/" and is_number(b[1]):
        return divide(number(value * b[1][1]), b[2])
    if b[0] == "neg":
        return _scaled(-value, b[1])
    return ("*", number(value), b)


def divide(a: Node, b: Node) -> Node:
    """Quotient; x/(exp(x) - 1) becomes a function that is safe at 0."""
    if is_number(a, 0):
        return ZERO
    if is_number(b) and b[1] != 0:
        return number(a[1] / b[1]) if is_number(a) else multiply(number(1 / b[1]), a)
    if a == b:
        return ONE
    if b[0] == "neg":
        return negative(divide(a, b[1]))
    if b[0] == "/":
        return divide(multiply(a, b[2]), b[1])
    if b[0] == "*" and is_number(b[1]):
        return divide(multiply(number(1 / b[1][1]), a), b[2])
    if a[0] == "neg" or (is_number(a) and a[1] < 0):
        return negative(divide(negative(a), b))
    left = _cancelled(a, b)
    if left is not None:
        return left
    if a[0] == "*" and is_number(a[1]):
        return multiply(a[1], divide(a[2], b))
    return _safe(a, b) or ("/", a, b)


def _cancelled(a: Node, b: Node) -> Node | None:
    """A product without one of its factors."""
    if a == b:
        return ONE
    if a[0] == "*":
        for one, other in ((a[1], a[2]), (a[2], a[1])):
            found = _cancelled(one, b)
            if found is not None:
                return multiply(found, other)
    return None


def power(a: Node, b: Node) -> Node:
    """Power; small whole powers are products."""
    if is_number(a) and is_number(b):
        return number(a[1] ** b[1])
    if is_number(b) and b[1] == int(b[1]) and 0 <= b[1] <= 12:
        half = int(b[1]) // 2
        if half == 0:
            return a if b[1] else ONE
        root = power(a, number(half))
        square = multiply(root, root)
        return multiply(square, a) if int(b[1]) % 2 else square
    return ("pow", a, b)


def call(name: str, a: Node) -> Node:
    """A function of one argument."""
    if is_number(a) and name in NUMERIC:
        try:
            return number(NUMERIC[name](a[1]))
        except (ValueError, OverflowError):
            pass  # inf or nan when it runs, as in the reference
    return ("f", name, a)


def compare(operator: str, a: Node, b: Node) -> Node:
    """1 or 0 where the operands are known."""
    if is_number(a) and is_number(b):
        x, y = a[1], b[1]
        return number(
            {">": x > y, ">=": x >= y, "<": x < y, "<=": x <= y, "==": x == y, "!=": x != y}[operator]
        )
    return ("cmp", operator, a, b)


def choose(condition: Node, then: Node, otherwise: Node) -> Node:
    """`then` where the condition holds."""
    if is_number(condition):
        return then if condition[1] else otherwise
    then, otherwise = _settled(then, condition, 2), _settled(otherwise, condition, 3)
    if then == otherwise:
        return then
    if condition[0] == "cmp" and condition[1] in ("==", "!="):
        general = then if condition[1] == "!=" else otherwise
        at = subtract(condition[2], condition[3])
        for node in walk(general):
            # the singular point that is excepted is no longer one
            if node[0] == "f" and node[1] == "expm1_ratio" and _ratio(node[2], at) is not None:
                return general
    return ("if", condition, then, otherwise)


def _settled(node: Node, condition: Node, branch: int) -> Node:
    """An expression where a condition is known: `branch` of its choices by that condition."""
    if not any(part[0] == "if" and part[1] == condition for part in walk(node)):
        return node
    if node[0] == "if" and node[1] == condition:
        return _settled(node[branch], condition, branch)
    return (node[0], *(_settled(p, condition, branch) if isinstance(p, tuple) else p for p in node[1:]))


def logic(operator: str, a: Node, b: Node) -> Node:
    """Conjunction or disjunction."""
    for known, other in ((a, b), (b, a)):
        if is_number(known):
            return other if bool(known[1]) == (operator == "and") else known
    return (operator, a, b)


def _safe(a: Node, b: Node) -> Node | None:
    """a/b where b is c(exp(u) - 1) and a has a factor proportional to u: safe where u is 0."""
    if b[0] != "-":
        return None
    sign, exponential = (1.0, b[1]) if is_number(b[2], 1) else (-1.0, b[2])
    if exponential[:2] != ("f", "exp") or not (is_number(b[2], 1) or is_number(b[1], 1)):
        return None
    u = exponential[2]
    rest = _without(u, a)
    return None if rest is None else multiply(multiply(number(sign), rest), ("f", "expm1_ratio", u))


def _without(u: Node, a: Node) -> Node | None:
    """a/u, where a is a product with a factor that is u but for a number, or None."""
    ratio = _ratio(a, u)
    if ratio is not None:
        return number(ratio)
    match a:
        case ("neg", x):
            rest = _without(u, x)
            return None if rest is None else negative(rest)
        case ("*", x, y):
            for one, other in ((x, y), (y, x)):
                rest = _without(u, one)
                if rest is not None:
                    return multiply(rest, other)
            return _factors(u, a)
        case ("/", x, y):
            rest = _without(u, x)
            return None if rest is None else divide(rest, y)
    return None


def _factors(u: Node, a: Node) -> Node | None:
    """a/u, where all factors of u are among those of a."""
    scale, wanted = _product(u)
    own, found = _product(a)
    if len(wanted) < 2:
        return None
    for factor in wanted:
        if factor not in found:
            return None
        found.remove(factor)
    rest = number(own / scale)
    for factor in found:
        rest = multiply(rest, factor)
    return rest


def _product(node: Node) -> tuple[float, list[Node]]:
    match node:
        case ("n", value):
            return value, []
        case ("neg", x):
            scale, factors = _product(x)
            return -scale, factors
        case ("*", x, y):
            (p, one), (q, other) = _product(x), _product(y)
            return p * q, one + other
    return 1.0, [node]


def _ratio(a: Node, b: Node) -> float | None:
    """a/b if that is a number."""
    one, other = sums(a), sums(b)
    if not other or one.keys() != other.keys():
        return None
    ratios = [one[key] / other[key] for key in one if other[key]]
    if not ratios or any(not math.isclose(r, ratios[0], rel_tol=1e-12) for r in ratios):
        return None
    return ratios[0]


def sums(node: Node) -> dict[Node, float]:
    """An expression as numbers times terms; the constant is that of the term 1."""
    match node:
        case ("n", value):
            return {ONE: value} if value else {}
        case ("neg", x):
            return {key: -value for key, value in sums(x).items()}
        case ("+" | "-" as operator, x, y):
            total = sums(x)
            for key, value in sums(y).items():
                total[key] = total.get(key, 0.0) + (value if operator == "+" else -value)
            return {key: value for key, value in total.items() if value}
        case ("*", ("n", factor), x):
            return {key: factor * value for key, value in sums(x).items()}
    return {node: 1.0}


def children(node: Node) -> tuple[Node, ...]:
    """The operands."""
    return tuple(part for part in node[1:] if isinstance(part, tuple))


def walk(node: Node) -> Iterator[Node]:
    """It and all that is in it."""
    yield node
    for child in children(node):
        yield from walk(child)


@lru_cache(maxsize=65536)
def names(node: Node) -> frozenset[str]:
    """The variables in an expression."""
    if node[0] == "v":
        return frozenset((node[1],))
    return frozenset().union(*map(names, children(node)))


def replaced(node: Node, by: Mapping[str, Node]) -> Node:
    """An expression with other expressions for variables."""
    if not names(node) & by.keys():
        return node
    match node:
        case ("v", name):
            return by[name]
        case ("f", name, x):
            return call(name, replaced(x, by))
        case ("cmp", operator, a, b):
            return compare(operator, replaced(a, by), replaced(b, by))
    return MAKE[node[0]](*(replaced(child, by) for child in children(node)))


MAKE: dict[str, Callable[..., Node]] = {
    "+": add, "-": subtract, "*": multiply, "/": divide, "neg": negative, "pow": power, "if": choose,
    "and": lambda a, b: logic("and", a, b), "or": lambda a, b: logic("or", a, b),
    "not": lambda a: number(not a[1]) if is_number(a) else ("not", a),
    "random": lambda a: ("random", a),
}  # fmt: skip


def affine(node: Node, x: str) -> tuple[Node, Node] | None:
    """(a, b) if an expression is a*x + b with a and b that do not have x, or None."""
    if x not in names(node):
        return ZERO, node
    match node:
        case ("v", _):
            return ONE, ZERO
        case ("neg", a):
            found = affine(a, x)
            return found and (negative(found[0]), negative(found[1]))
        case ("+" | "-" as operator, a, b):
            one, other = affine(a, x), affine(b, x)
            make = MAKE[operator]
            return one and other and (make(one[0], other[0]), make(one[1], other[1]))
        case ("*", a, b):
            if x in names(a):
                a, b = b, a
            found = affine(b, x) if x not in names(a) else None
            return found and (multiply(a, found[0]), multiply(a, found[1]))
        case ("/", a, b) if x not in names(b):
            found = affine(a, x)
            return found and (divide(found[0], b), divide(found[1], b))
        case ("if", condition, a, b) if x not in names(condition):
            one, other = affine(a, x), affine(b, x)
            pairs = zip(one, other, strict=True) if one and other else None
            return pairs and tuple(choose(condition, p, q) for p, q in pairs)  # type: ignore[return-value]
    return None


def slope(node: Node, x: str) -> Node | None:
    """d/dx, or None where it is not known."""
    if x not in names(node):
        return ZERO
    match node:
        case ("v", _):
            return ONE
        case ("neg", a):
            da = slope(a, x)
            return da and negative(da)
        case ("+" | "-" as operator, a, b):
            da, db = slope(a, x), slope(b, x)
            return da and db and MAKE[operator](da, db)
        case ("*", a, b):
            da, db = slope(a, x), slope(b, x)
            return da and db and add(multiply(da, b), multiply(a, db))
        case ("/", a, b):
            da, db = slope(a, x), slope(b, x)
            return da and db and subtract(divide(da, b), divide(multiply(node, db), b))
        case ("f", "exp", a):
            da = slope(a, x)
            return da and multiply(da, node)
        case ("if", condition, a, b):
            da, db = slope(a, x), slope(b, x)
            return da and db and choose(condition, da, db)
    return None
