"""Signs and ranges of parameters, and relations between them."""

import re

from netspec.lems.findings import Findings
from netspec.lems.model import Component, Quantity
from netspec.lems.read import CORE

POSITIVE, NOT_NEGATIVE, FRACTION, COUNT, NOT_ZERO = (
    "> 0",
    ">= 0",
    "between 0 and 1",
    "a whole number >= 0",
    "not 0",
)

BY_NAME = {
    "instances": "a whole number >= 1", "size": COUNT, "preCell": COUNT, "postCell": COUNT,
    "q10Factor": POSITIVE, "fixedQ10": POSITIVE, "fractionalConductance": FRACTION,
    "initReleaseProb": FRACTION, "number": NOT_NEGATIVE, "averageRate": NOT_NEGATIVE,
    "maxRate": NOT_NEGATIVE, "diameter": POSITIVE, "delT": POSITIVE, "scale": NOT_ZERO,
    "shellThickness": POSITIVE, "relativeConductance": FRACTION,
    "cm": POSITIVE, "fractionAlong": FRACTION,
}  # fmt: skip
BY_DIMENSION = {
    "capacitance": POSITIVE, "specificCapacitance": POSITIVE, "resistance": POSITIVE, "resistivity": POSITIVE,
    "conductance": NOT_NEGATIVE, "conductanceDensity": NOT_NEGATIVE, "concentration": NOT_NEGATIVE,
    "permeability": NOT_NEGATIVE, "temperature": POSITIVE, "time": NOT_NEGATIVE,
}  # fmt: skip
ANY_SIGN = {("a", "conductance"), ("b", "conductance")}
"""Slopes of adaptation, which may have either sign."""
POSITIVE_TIME = re.compile(
    r"(tau|period|step$|length$|averageISI|interval|decayConstant|timeScale)", re.IGNORECASE
)

RELATIONS = (
    ("expTwoSynapse", "tauRise", "!=", "tauDecay", "the waveform is divided by their difference"),
    ("expThreeSynapse", "tauRise", "!=", "tauDecay1", "the waveform is divided by their difference"),
    ("expThreeSynapse", "tauRise", "!=", "tauDecay2", "the waveform is divided by their difference"),
    ("baseIaf", "reset", "<", "thresh", "otherwise the cell fires without end"),
    ("baseIafCapCell", "reset", "<", "thresh", "otherwise the cell fires without end"),
    ("adExIaFCell", "reset", "<", "thresh", "otherwise the cell fires without end"),
    ("izhikevich2007Cell", "c", "<", "vpeak", "otherwise the cell fires without end"),
    ("spikeGeneratorRandom", "minISI", "<=", "maxISI", "intervals lie between them"),
    ("spikeGeneratorRefPoisson", "minimumISI", "<=", "maximumISI", "intervals lie between them"),
    ("Simulation", "step", "<=", "length", "otherwise there is no step"),
)
"""Of a type: parameter, relation, parameter, why."""


def check(component: Component, findings: Findings) -> None:
    """What is out of range in one component."""
    for name, value in component.values.items():
        rule = _rule(component.type.quantities[name])
        if component.is_a("fixedTimeCourse") and rule == POSITIVE:
            rule = NOT_NEGATIVE
        if rule and not _holds(value, rule):
            quantity = component.type.quantities[name]
            # a type of the model's own may mean a slope or a difference by it
            own = not quantity.place.file.startswith(f"{CORE}/") and quantity.name not in BY_NAME
            say = findings.odd if own else findings.wrong
            say(component.place, f"{name}={component.get(name)!r}: expected {rule}")
    for kind, left, relation, right, why in RELATIONS:
        if left in component.values and right in component.values and component.is_a(kind):
            a, b = component.values[left], component.values[right]
            if not {"!=": a != b, "<": a < b, "<=": a <= b}[relation]:
                both = f"{left}={component.get(left)!r}, {right}={component.get(right)!r}"
                findings.wrong(component.place, f"{both}: expected {left} {relation} {right}; {why}")
    if component.is_a("gateFractional"):
        total = sum(gate.values.get("fractionalConductance", 0) for gate in component.all("subGate"))
        if abs(total - 1) > 1e-6:
            findings.odd(
                component.place, f"the fractionalConductance of its subGates add up to {total:g}, not 1"
            )


def _rule(parameter: Quantity) -> str | None:
    if parameter.name in BY_NAME and parameter.dimension != "length":
        return BY_NAME[parameter.name]
    if parameter.dimension == "time" and POSITIVE_TIME.match(parameter.name):
        return POSITIVE
    if (parameter.name, parameter.dimension) in ANY_SIGN:
        return None
    return BY_DIMENSION.get(parameter.dimension)


def _holds(value: float, rule: str) -> bool:
    return {
        POSITIVE: value > 0, NOT_NEGATIVE: value >= 0, FRACTION: 0 <= value <= 1, NOT_ZERO: value != 0,
        COUNT: value >= 0 and value == int(value), "a whole number >= 1": value >= 1 and value == int(value),
    }[rule]  # fmt: skip
