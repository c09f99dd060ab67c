"""Dynamics of an experiment -> component types of LEMS."""

import re
from collections.abc import Mapping

from netspec.errors import did_you_mean
from netspec.formats.experiment.lines import Lines, quoted
from netspec.formats.experiment.read import Entry, Mistakes
from netspec.lems import formula
from netspec.lems.model import NONE, Library, Vector

KEYS = (
    "name", "label", "description", "parameters", "derived_variables", "state_variables", "events",
    "coupling_inputs",
)  # fmt: skip
SIGNS = {
    "**": "^", ">=": " .geq. ", "<=": " .leq. ", "==": " .eq. ", "!=": " .neq. ", ">": " .gt. ",
    "<": " .lt. ", "&&": " .and. ", "||": " .or. ",
}  # fmt: skip
SIGN = re.compile("|".join(re.escape(sign) for sign in SIGNS))
ASSIGNMENT = re.compile(r"\s*(\w+)\s*=(?!=)(.+)\Z", re.DOTALL)
TIME_SCALE, LATCH = "time_scale", "in_{}"


def render(
    name: str, dynamics: Entry, library: Library, time_unit: str, lines: Lines, said: Mistakes
) -> None:
    """A component type with the name: parameters, variables with their units, events."""
    said.keys(dynamics, KEYS, "dynamics")
    dimensions = {"t": "time"}
    for kind in ("parameters", "derived_variables", "state_variables"):
        for key, entry in dynamics.get(kind).items():
            dimensions[key] = dimension(entry.get("unit"), library, said)
    electric = dimensions.get("v") == "voltage"
    for row in dynamics.get("coupling_inputs").rows():
        dimensions[row.text] = "current" if electric else "none"
    base = "baseCellMembPot" if electric else "baseSpikingCell"
    with lines.inside("ComponentType", dynamics, name=name, extends=base):
        for key, entry in dynamics.get("parameters").items():
            said.keys(entry, ("value", "unit", "description", "label", "domain"), "a parameter")
            lines.add("Parameter", entry, name=key, dimension=dimensions[key])
        _constants(dynamics, dimensions, time_unit, lines, said)
        for key, entry in dynamics.get("state_variables").items():
            if not (electric and key == "v"):
                lines.add("Exposure", entry, name=key, dimension=dimensions[key])
        for event, entry in dynamics.get("events").items():
            if event != "spike":
                lines.add("EventPort", entry, name=event, direction="out")
        if dynamics.get("coupling_inputs").rows():
            kind = "basePointCurrent" if electric else "basePointCurrentDL"
            lines.add("Attachments", dynamics.get("coupling_inputs"), name="synapses", type=kind)
        with lines.inside("Dynamics", dynamics):
            _dynamics(dynamics, dimensions, electric, library, lines, said)


def dimension(unit: Entry, library: Library, said: Mistakes) -> str:
    """The dimension of a unit; none where nothing is written."""
    symbol = unit.text
    if symbol in ("", "dimensionless", "1", "none"):
        return "none"
    if symbol not in library.units:
        said.wrong(unit, f"unknown unit {symbol!r}. {did_you_mean(symbol, library.units)}")
        return "none"
    return library.units[symbol].dimension


def _constants(
    dynamics: Entry, dimensions: Mapping[str, str], time_unit: str, lines: Lines, said: Mistakes
) -> None:
    lines.add("Constant", dynamics, name=TIME_SCALE, dimension="time", value=f"1{time_unit}")
    for key, entry in dynamics.get("state_variables").items():
        known = (
            "equation",
            "initial_value",
            "unit",
            "variable_of_interest",
            "description",
            "label",
            "domain",
        )
        said.keys(entry, known, "a state variable")
        value = quoted(entry.get("initial_value"), entry.get("unit"), said)
        lines.add("Constant", entry, name=f"initial_{key}", dimension=dimensions[key], value=value)


def _dynamics(
    dynamics: Entry,
    dimensions: Mapping[str, str],
    electric: bool,
    library: Library,
    lines: Lines,
    said: Mistakes,
) -> None:
    states, events = dynamics.get("state_variables"), dynamics.get("events")
    for key, entry in states.items():
        lines.add("StateVariable", entry, name=key, dimension=dimensions[key], exposure=key)
    for event, _ in _latched(events):
        lines.add("StateVariable", events, name=LATCH.format(event), dimension="none")
    for row in dynamics.get("coupling_inputs").rows():
        select = f"synapses[*]/{'i' if electric else 'I'}"
        named = {"name": row.text, "dimension": dimensions[row.text], "select": select, "reduce": "add"}
        lines.add("DerivedVariable", row, **named)
    for key, entry in _in_order(dynamics.get("derived_variables")):
        said.keys(entry, ("equation", "unit", "description", "label"), "a derived variable")
        lines.add("DerivedVariable", entry, name=key, dimension=dimensions[key], value=_rhs(entry, said))
    vectors = {name: library.dimensions[d] for name, d in dimensions.items()}
    for key, entry in states.items():
        rate = _rate(_rhs(entry, said), vectors[key], formula.Checker(vectors, library.dimensions))
        lines.add("TimeDerivative", entry, variable=key, value=rate)
    with lines.inside("OnStart", states):
        for key, entry in states.items():
            lines.add("StateAssignment", entry, variable=key, value=f"initial_{key}")
    for event, entry in events.items():
        _event(event, entry, lines, said)


def _rate(rhs: str, own: Vector, checker: formula.Checker) -> str:
    """The derivative per second: as it is, or per unit of the experiment's time among bare numbers."""
    time = checker.known["time"]
    per_time = tuple(a - b for a, b in zip(own, time, strict=True))
    if own == NONE and checker.problems(rhs, per_time) and not checker.problems(rhs, NONE):
        return f"({rhs}) / {TIME_SCALE}"
    return rhs


def _rhs(entry: Entry, said: Mistakes) -> str:
    equation = entry.get("equation")
    rhs = equation.get("rhs") if isinstance(equation.value, dict) else equation
    if not rhs.text:
        said.wrong(entry, "needs an equation with 'rhs'")
    return expression(rhs.text) or "0"


def expression(text: str) -> str:
    """An expression as LEMS writes it."""
    return " ".join(SIGN.sub(lambda found: SIGNS[found[0]], text).split())


def _in_order(derived: Entry) -> list[tuple[str, Entry]]:
    """Each after those that it reads; those that need each other stay where they are, which a check finds."""
    waiting, done = dict(derived.items()), []
    needs = {
        k: formula.names_of(iter([expression(e.get("equation").get("rhs").text)])) for k, e in waiting.items()
    }
    while waiting:
        ready = [k for k in waiting if not needs[k] & (waiting.keys() - {k})] or list(waiting)[:1]
        done += [(k, waiting.pop(k)) for k in ready[:1]]
    return done


def _latched(events: Entry) -> list[tuple[str, Entry]]:
    """Events that change nothing, which must not be sent in each step while their condition holds."""
    return [(name, event) for name, event in events.items() if not event.get("affect").value]


def _event(name: str, event: Entry, lines: Lines, said: Mistakes) -> None:
    said.keys(event, ("condition", "affect", "description", "label"), "an event")
    condition = event.get("condition")
    test = expression((condition.get("rhs") if isinstance(condition.value, dict) else condition).text)
    if not test:
        said.wrong(event, "needs a condition with 'rhs'")
        return
    latch, affect = LATCH.format(name), event.get("affect")
    if not affect.value:
        with lines.inside("OnCondition", condition, test=f"({test}) .and. {latch} .lt. 0.5"):
            lines.add("StateAssignment", event, variable=latch, value="1")
            lines.add("EventOut", event, port=name)
        opposite = _opposite(test)
        if opposite is None:
            said.wrong(condition, f"an event without 'affect' needs one comparison, not {test!r}")
            return
        with lines.inside("OnCondition", condition, test=opposite):
            lines.add("StateAssignment", event, variable=latch, value="0")
        return
    with lines.inside("OnCondition", condition, test=test):
        rhs = affect.get("rhs") if isinstance(affect.value, dict) else affect
        for part in filter(str.strip, rhs.text.split(";")):
            found = ASSIGNMENT.match(part)
            if found is None:
                said.wrong(rhs, f"expected 'variable = value', found {part!r}")
                continue
            lines.add("StateAssignment", rhs, variable=found[1], value=expression(found[2]))
        lines.add("EventOut", event, port=name)


def _opposite(test: str) -> str | None:
    pairs = {".gt.": ".lt.", ".geq.": ".lt.", ".lt.": ".gt.", ".leq.": ".gt."}
    found = re.findall(r"\.\w+\.", test)
    return test.replace(found[0], pairs[found[0]]) if len(found) == 1 and found[0] in pairs else None
