"""What a component around a network gives to all in it, such as a temperature that changes at a time."""

from netspec.lems import model as m
from netspec.lems.model import Component
from netspec.lems.nmodl import expression as x
from netspec.lems.nmodl import parse, units
from netspec.lems.nmodl.expression import Node
from netspec.lems.resolve import Resolved


def given(above: Component, found: Resolved) -> dict[str, Node]:
    """By name, what a component exposes: numbers that tests of the time alone change. Else a mistake."""
    dynamics = above.type.dynamics
    if dynamics is None:
        return {}
    steps = [h for h in dynamics.handlers if h.kind in ("OnStart", "OnCondition")]
    plain = len(steps) == len(dynamics.handlers) and not dynamics.derived and not dynamics.regimes
    if not plain or dynamics.derivatives or any(step.events or step.transition for step in steps):
        message = f"what a {above.type.name} around a network changes in it: not supported yet"
        found.findings.wrong(above.place, message)
        return {}
    values: dict[str, Node] = {name: x.ZERO for name in dynamics.states}
    for step in sorted(steps, key=lambda step: step.kind != "OnStart"):
        for change in step.assignments:
            value = _read(change.value, above, found)
            test = _read(step.test, above, found) if step.test else None
            before = values[change.variable]
            values[change.variable] = value if test is None else x.choose(test, value, before)
    return {name: values[name] for name in above.type.exposures if name in values}


def _read(text: str, above: Component, found: Resolved) -> Node:
    """An expression of the component's parameters and the time."""

    def meaning(name: str) -> Node:
        if name == "t":
            return x.variable("t")
        quantity = above.type.quantities.get(name)
        if name in above.values and quantity is not None:
            dimension: m.Vector = found.document.library.dimensions[quantity.dimension]
            return x.number(units.inside(above.values[name], dimension))
        found.findings.wrong(above.place, f"{name!r} in {text!r}: not supported yet around a network")
        return x.ZERO

    return parse.read(text, meaning)
