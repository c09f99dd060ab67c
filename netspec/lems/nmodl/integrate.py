"""How each state goes one step: by the form of its equation.

x' = a x + b with a and b that do not have x is exact where they are held (v, and states that come later in
the step): x + (1 - exp(a dt)) (-b/a - x). A term with another state that decays by itself, as in alpha
functions, is exact too. What is not affine goes by Runge-Kutta's fourth-order rule, all such states
together.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from netspec.lems.nmodl import expression as x
from netspec.lems.nmodl.expression import Node
from netspec.lems.nmodl.write import Lines

DT = x.variable("dt")


@dataclass(frozen=True)
class Step:
    """state = goal + (state - goal)*(1 - part), or new value `value`. part: 1 - exp(a dt)."""

    state: str
    goal: Node = x.ZERO
    part: Node | None = None
    value: Node = x.ZERO

    @property
    def new(self) -> Node:
        """The state after the step."""
        if self.part is None:
            return self.value
        own = x.variable(self.state)
        return x.add(own, x.multiply(self.part, x.subtract(self.goal, own)))


def steps(rates: Mapping[str, Node], constant: Collection[str]) -> tuple[list[Step], list[str]]:
    """(steps in their order, states that are left to Runge-Kutta). constant: names that do not change."""
    forms = {state: _forms(state, rate) for state, rate in rates.items()}
    if any(form is None for form in forms.values()):
        # a state that is not affine drags along those that it reads
        return [], list(rates)
    linear: list[Step] = []
    later: dict[str, set[str]] = {}
    for state, rate in rates.items():
        pair = _pair(state, rate, rates, constant)
        if pair is not None:
            step, reads = pair
            later[state] = reads
        else:
            step = _affine(state, rate)
        linear.append(step)
    return sorted(linear, key=lambda step: not later.get(step.state)), []


def _forms(state: str, rate: Node) -> tuple[Node, Node] | None:
    if rate[0] == "if":
        return _forms(state, rate[2]) and _forms(state, rate[3]) and (rate, rate)
    return x.affine(rate, state)


def _affine(state: str, rate: Node) -> Step:
    own = x.variable(state)
    if rate[0] == "if":
        one, other = _affine(state, rate[2]), _affine(state, rate[3])
        return Step(state, value=x.choose(rate[1], one.new, other.new))
    found = x.affine(rate, state)
    assert found is not None
    a, b = found
    if x.is_number(a, 0):
        return Step(state, value=x.add(own, x.multiply(DT, b)))
    decay = x.call("exp", x.multiply(a, DT))
    if x.is_number(b, 0):
        return Step(state, value=x.multiply(own, decay))
    return Step(state, goal=x.divide(x.negative(b), a), part=x.subtract(x.ONE, decay))


def _pair(
    state: str, rate: Node, rates: Mapping[str, Node], constant: Collection[str]
) -> tuple[Step, set[str]] | None:
    """The exact step of x' = a x + c y with y' = d y, and a, c, d constant."""
    others = x.names(rate) & rates.keys() - {state}
    found = x.affine(rate, state)
    if len(others) != 1 or found is None or not x.names(found[0]) <= set(constant):
        return None
    (other,) = others
    term, driver = x.affine(found[1], other), x.affine(rates[other], other)
    if not term or not driver or not x.is_number(term[1], 0) or not x.is_number(driver[1], 0):
        return None
    (a, c, d) = found[0], term[0], driver[0]
    if not (x.names(c) | x.names(d)) <= set(constant):
        return None
    ea, ed = x.call("exp", x.multiply(a, DT)), x.call("exp", x.multiply(d, DT))
    gap = x.subtract(d, a)
    mixed = x.multiply(DT, ea)
    if not x.is_number(gap, 0):
        mixed = x.choose(x.compare("==", gap, x.ZERO), mixed, ("/", x.subtract(ed, ea), gap))
    new = x.add(x.multiply(x.variable(state), ea), x.multiply(x.variable(other), x.multiply(c, mixed)))
    return Step(state, value=new), {other}


def runge_kutta(lines: Lines, rates: dict[str, Node]) -> None:
    """Four stages for states that are not affine."""
    start: dict[str, str] = {}
    slopes: dict[str, list[tuple[int, str]]] = {}
    for state in rates:
        start[state] = f"{state}_0"
        lines.lines.append(f"{state}_0 = {state}")
        lines.local.append(f"{state}_0")
    for stage, (share, weight) in enumerate(((0.5, 1), (0.5, 2), (1.0, 2), (0.0, 1))):
        inner = Lines(dict(lines.known), {}, lines.lines, lines.local, set(), lines.taken)
        inner.share(rates.values())
        for state, rate in rates.items():
            name = f"{state}_d{stage + 1}"
            lines.local.append(name)
            inner.lines.append(f"{name} = {inner.text(rate)}")
        for state in rates:
            slopes.setdefault(state, []).append((weight, f"{state}_d{stage + 1}"))
            if share:
                lines.lines.append(f"{state} = {start[state]} + {share}*dt*{state}_d{stage + 1}")
    for state in rates:
        total = " + ".join(f"{w}*{name}" if w > 1 else name for w, name in slopes[state])
        lines.lines.append(f"{state} = {start[state]} + dt/6*({total})")
        lines.forget(state)
