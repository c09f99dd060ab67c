"""What the membrane of a NeuroML cell has, laid onto its sections: values of each segment of NEURON's."""

import ast
import math
import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from netspec.formats.neuroml.morphology import Morphology, Piece, Run
from netspec.lems import formula
from netspec.lems.check_cells import ALL
from netspec.lems.model import Component
from netspec.lems.resolve import Resolved

MV, S_PER_CM2, CM_PER_S, UF_PER_CM2, OHM_CM = 1e3, 1e-4, 1e2, 1e2, 1e2
UM = 1e6
PATH_LENGTH = "Path Length from root"
AMOUNTS = {"condDensity": S_PER_CM2, "permeability": CM_PER_S}
"""What a density may vary, and the factor from SI units."""


@dataclass(frozen=True)
class Laid:
    """A channel density in a section. amounts: gmax [S/cm2] or permeability [cm/s] of each segment."""

    item: Component
    channel: Component
    amounts: tuple[float, ...]


def densities(block: Component, run: Run, morphology: Morphology, found: Resolved) -> list[Laid]:
    """The channel densities of <membraneProperties> that are somewhere in a section."""
    laid = []
    for item in block.children:
        if not item.is_a("baseChannelDensity", "channelPopulation", "baseChannelPopulation"):
            continue
        channel = found.named(item.get("ionChannel"))
        if channel is None:  # which the check has said
            continue
        amounts = [0.0] * run.nseg
        for amount in _amounts(item, morphology, found):
            amounts = [a + b for a, b in zip(amounts, amount(run), strict=True)]
        if any(amounts):
            laid.append(Laid(item, channel, tuple(map(tidy, amounts))))
    return laid


Amount = Callable[[Run], list[float]]


def _amounts(item: Component, morphology: Morphology, found: Resolved) -> Iterator[Amount]:
    """How much of a density is where, part by part."""
    name = (
        "permeability"
        if "permeability" in item.type.quantities or item.type.name[-3:] == "GHK"
        else "condDensity"
    )
    factor = AMOUNTS[name]
    if item.is_a("baseChannelPopulation", "channelPopulation") and "number" in item.values:
        channel = found.named(item.get("ionChannel"))
        total = item.values["number"] * (channel.values.get("conductance", 0.0) if channel else 0.0)
        yield _spread(total, item, morphology)
        return
    if name in item.values:
        yield _uniform(item.values[name] * factor, item, morphology)
    for part in item.all("variableParameter"):
        if part.get("parameter") != name:
            found.findings.wrong(part.place, f"parameter={part.get('parameter')!r}: expected {name!r}")
            continue
        for value in part.all("inhomogeneousValue"):
            yield _varying(value, part, factor, morphology, found)
    if name not in item.values and not item.all("variableParameter"):
        found.findings.wrong(item.place, f"<{item.element.tag}> needs {name!r} or a <variableParameter>")


def covered(item: Component, morphology: Morphology) -> frozenset[str]:
    """The segments that something is on: those of its segment or group, or all."""
    if item.get("segment") is not None:
        return frozenset([str(item.get("segment"))])
    return morphology.groups[item.get("segmentGroup") or ALL]


def shares(run: Run, members: frozenset[str]) -> list[float]:
    """1 for each segment of NEURON's in a section whose middle is on one of these segments, else 0."""
    inside = [piece.id in members for piece in run.pieces]
    if all(inside) or not any(inside):
        return [float(any(inside))] * run.nseg
    return [float(run.piece_at(x)[0].id in members) for x in run.centres]


def _uniform(amount: float, item: Component, morphology: Morphology) -> Amount:
    members = covered(item, morphology)
    return lambda run: [amount * share for share in shares(run, members)]


def _spread(total: float, item: Component, morphology: Morphology) -> Amount:
    """So many channels [S together] over the area of some segments."""
    members = covered(item, morphology)
    area = sum(_area(morphology.pieces[name]) for name in members)  # um2
    return lambda run: [total / (area * 1e-8) * share for share in shares(run, members)]


def _area(piece: Piece) -> float:
    """Lateral area of a frustum, or the area of a sphere [um2]."""
    r1, r2, length = piece.start[3] / 2, piece.stop[3] / 2, piece.length
    if piece.is_sphere:
        return math.pi * piece.stop[3] ** 2
    return math.pi * (r1 + r2) * math.hypot(length, r1 - r2)


def _varying(
    value: Component, part: Component, factor: float, morphology: Morphology, found: Resolved
) -> Amount:
    """The amount by a formula of the distance from the root, in SI units as the formula's values are."""
    group = str(part.get("segmentGroup"))
    members = morphology.groups.get(group, frozenset())
    parameter = _parameter(value, group, morphology, found)
    text = str(value.get("value"))
    expression = formula.parse(text)
    variable = str(parameter.get("variable")) if parameter else ""
    if isinstance(expression, str):
        found.findings.wrong(value.place, expression)
        return lambda run: [0.0] * run.nseg
    if expression.names - {variable}:
        unknown = ", ".join(sorted(expression.names - {variable}))
        found.findings.wrong(value.place, f"unknown name {unknown} in {text!r}: known is {variable!r}")
        return lambda run: [0.0] * run.nseg
    place = _metric(parameter, members, morphology)
    try:
        evaluate(expression.tree, {variable: 1.0})
    except KeyError as error:
        found.findings.wrong(value.place, f"{error} in {text!r}: not supported yet")
        return lambda run: [0.0] * run.nseg
    return lambda run: [
        share * factor * evaluate(expression.tree, {variable: place(run, x)}) if share else 0.0
        for share, x in zip(shares(run, members), run.centres, strict=True)
    ]


def _parameter(value: Component, group: str, morphology: Morphology, found: Resolved) -> Component | None:
    """The <inhomogeneousParameter> of a group that a value names."""
    name = value.get("inhomogeneousParameter")
    for owner in morphology.component.all("segmentGroup"):
        for parameter in owner.all("inhomogeneousParameter"):
            if owner.id == group and parameter.id == name:
                if parameter.get("metric") != PATH_LENGTH:
                    found.findings.wrong(
                        parameter.place, f"metric={parameter.get('metric')!r}: not supported yet"
                    )
                return parameter
    message = f"inhomogeneousParameter={name!r}: group {group!r} has no such parameter"
    found.findings.wrong(value.place, message)
    return None


def _metric(
    parameter: Component | None, members: frozenset[str], morphology: Morphology
) -> Callable[[Run, float], float]:
    """Distance from the root [um] of a place, moved and scaled as a parameter says."""
    pieces = [morphology.pieces[name] for name in members]
    first = min((morphology.distance[p.id] for p in pieces), default=0.0)
    last = max((morphology.distance[p.id] + p.length for p in pieces), default=1.0)
    start, scale = 0.0, 1.0
    for end in parameter.children if parameter else ():
        if end.element.tag == "proximal":
            start = first - float(end.get("translationStart") or 0.0)
        elif end.element.tag == "distal":
            scale = float(end.get("normalizationEnd") or 1.0) / (last - start)

    def place(run: Run, x: float) -> float:
        piece, along = run.piece_at(x)
        return (morphology.distance[piece.id] + along - start) * scale

    return place


FUNCTIONS: Mapping[str, Callable[..., float]] = {
    "exp": math.exp, "ln": math.log, "log": math.log, "log10": math.log10, "sqrt": math.sqrt, "sin": math.sin,
    "cos": math.cos, "tan": math.tan, "sinh": math.sinh, "cosh": math.cosh, "tanh": math.tanh, "abs": abs,
    "ceil": math.ceil, "floor": math.floor, "power": pow, "H": lambda x: float(x > 0),
}  # fmt: skip
OPERATORS: Mapping[type[ast.AST], Callable[..., float]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.Pow: operator.pow, ast.USub: operator.neg, ast.UAdd: operator.pos,
}  # fmt: skip


def evaluate(node: ast.expr, names: Mapping[str, float]) -> float:
    """The value of an expression that `formula.parse` has read. KeyError for an unknown function."""
    match node:
        case ast.Constant(int() | float() as value):
            return float(value)
        case ast.Name(name):
            return names[name]
        case ast.UnaryOp(sign, operand):
            return OPERATORS[type(sign)](evaluate(operand, names))
        case ast.BinOp(left, sign, right):
            return OPERATORS[type(sign)](evaluate(left, names), evaluate(right, names))
        case ast.Call(ast.Name(name), arguments, []):
            return FUNCTIONS[name](*(evaluate(argument, names) for argument in arguments))
    raise KeyError(ast.unparse(node))


def of_section(
    name: str, blocks: list[Component], run: Run, morphology: Morphology, found: Resolved
) -> Component | None:
    """The element of a kind (specificCapacitance ...) that counts for a section; the last of several."""
    result = None
    for block in blocks:
        for item in block.all(name):
            inside = shares(run, covered(item, morphology))
            if all(inside):
                if result is not None and result.values.get("value") != item.values.get("value"):
                    message = f"a second <{name}> for section {run.name!r}, after {result.place}"
                    found.findings.wrong(item.place, message)
                result = item
            elif any(inside):
                message = f"<{name}> on a part of section {run.name!r}: not supported yet"
                found.findings.wrong(item.place, message)
    return result


def tidy(value: float) -> float:
    """Without the dust of the conversion of units (12 digits)."""
    return float(f"{value:.12g}")
