"""Networks of masses: populations of nodes, the couplings between them, and their integration."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from netspec.masses.model import Floats, Mass, Range, Tables, rows
from netspec.stimulus.base import Stimulus
from netspec.stimulus.span import Span, stream
from netspec.streams import hash_text, uniforms

if TYPE_CHECKING:
    from netspec.masses.compiled import Loop

KINDS = ("additive", "diffusive", "multiplicative", "sine")
"""What a coupling adds for each pair: w x, w (x - x_to), w x x_to, w sin(x - x_to), with x delayed."""
METHODS = {"euler": 1, "heun": 2, "rk4": 4}
"""Methods of integration, and how often each evaluates the equations in a step."""


@dataclass(frozen=True)
class Population:
    """Nodes of a model. params, initial: numbers, or one for each node.

    inputs: for each input of the model a number, one for each node, an array (nodes, steps), whose values
    hold for a step, or a stimulus, whose noise is independent for each node.
    """

    model: Mass
    nodes: int = 1
    params: Mapping[str, Any] = field(default_factory=dict)
    initial: Mapping[str, Any] = field(default_factory=dict)
    inputs: Mapping[str, Any] = field(default_factory=dict)
    tables: Tables | None = None


@dataclass(frozen=True)
class Coupling:
    """What the nodes of a population do to those of another.

    weights, delays [ms]: (to, from), or a number for all pairs. kind: one of KINDS. variable: which state
    or output is seen, target: the input it acts on; without them what the models say.
    """

    pre: str
    post: str
    weights: Any
    delays: Any = 0.0
    kind: str | None = None
    variable: str | None = None
    target: str | None = None


@dataclass(frozen=True)
class Edge:
    """A coupling as the loop reads it: rows of variables and inputs, entries by target node."""

    pre: int
    row: int
    post: int
    target: int
    here: int
    kind: int
    start: Any
    source: Any
    delay: Any
    weight: Any

    def place(self, length: int) -> Any:
        """Where each entry is in a row of the past that has `length` steps twice, less its delay."""
        return (self.source * 2 * length - self.delay).astype(np.int32)


@dataclass(frozen=True)
class Course:
    """What was recorded. times (samples,) [ms]; values[population][variable]: (nodes, samples)."""

    times: Floats
    values: dict[str, dict[str, Floats]]


def simulate(
    populations: Mapping[str, Population],
    couplings: Sequence[Coupling] = (),
    duration: float = 1000.0,
    dt: float = 0.1,
    method: str = "euler",
    every: int = 1,
    seed: int = 1,
) -> Course:
    """Integrate for `duration` [ms] with steps of dt [ms]; every state and output of each `every`-th step.

    The same numbers result with a C compiler and, more slowly, without one, up to rounding.
    """
    if method not in METHODS:
        raise ValueError(f"method {method!r} is none of {', '.join(METHODS)}")
    steps = round(duration / dt)
    kept = begun(populations, couplings, steps, dt, seed).advance(steps, dt, method, every)
    values = {
        label: {
            name: np.ascontiguousarray(found[:, row].T) for row, name in enumerate(population.model.variables)
        }
        for (label, population), found in zip(populations.items(), kept, strict=True)
    }
    _finite(values, every * dt)
    times = np.asarray(np.arange(1, steps // every + 1) * (every * dt), np.float64)
    return Course(times, values)


def begun(
    populations: Mapping[str, Population], couplings: Sequence[Coupling], steps: int, dt: float, seed: int
) -> "Loop":
    """A network of masses at its first step, of at most `steps`."""
    from netspec.masses.compiled import Loop

    edges, length = arranged(populations, couplings, dt)
    states = [first(label, one, length, steps, dt, seed) for label, one in populations.items()]
    return Loop(list(populations.values()), states, edges, length)


def _finite(values: dict[str, dict[str, Floats]], step: float) -> None:
    """Nothing has left what numbers can say."""
    for label, variables in values.items():
        for name, found in variables.items():
            if not np.isfinite(found).all():
                when = step * (1 + int(np.argmax(~np.isfinite(found).all(0))))
                raise FloatingPointError(
                    f"{label}: {name} is no longer a number at {when:g} ms: is the step too long for it?"
                )


@dataclass(frozen=True)
class State:
    """Arrays of a population in a run. past: (variables, nodes, 2 * length), twice the last values."""

    y: Floats
    p: Floats
    out: Floats
    past: Floats
    given: list[Floats]


def first(label: str, one: Population, length: int, steps: int, dt: float, seed: int) -> State:
    """How a population begins; what is not given is drawn from the model's ranges."""
    model = one.model
    ranges = {**model.states, **model.outputs}
    drawn = {name: _drawn(label, name, ranges[name], one.nodes, seed) for name in ranges}
    begin = rows(one.initial, drawn, one.nodes)
    past = np.repeat(begin[:, :, None], 2 * length, axis=2)
    given = [
        _given(one.inputs.get(name, default), f"{label}/{name}", one.nodes, steps, dt, seed)
        for name, default in model.inputs.items()
    ]
    count = len(model.states)
    y, out = begin[:count].copy(), begin[count:].copy()
    return State(y, rows(one.params, model.params, one.nodes), out, past, given)


def _drawn(label: str, name: str, range_: Range, nodes: int, seed: int) -> Floats:
    low, high = range_
    ids = (hash_text(f"mass/{label}/{name}"), np.arange(nodes)[:, None], seed)
    return low + (high - low) * uniforms(ids, range(1))[:, 0]


def _given(value: Any, label: str, nodes: int, steps: int, dt: float, seed: int) -> Floats:
    """Values of an input: (steps, nodes), or (1, nodes) of a constant one."""
    if isinstance(value, Stimulus):
        span = Span(0.0, steps * dt, dt, stream(label, seed, nodes))
        times = np.round(np.arange(steps) * dt, 9)
        return np.ascontiguousarray(np.broadcast_to(value.at(times, span), (nodes, steps)).T)
    found = np.asarray(value, np.float64)
    if found.ndim == 2:
        if found.shape != (nodes, steps):
            raise ValueError(
                f"{label}: expected an array (nodes, steps) = ({nodes}, {steps}), got {found.shape}"
            )
        return np.ascontiguousarray(found.T)
    return np.ascontiguousarray(np.broadcast_to(found, (1, nodes)))


def arranged(
    populations: Mapping[str, Population], couplings: Sequence[Coupling], dt: float
) -> tuple[list[Edge], int]:
    """The edges of the loop, and how many steps the past must hold."""
    every = [*couplings]
    for label, one in populations.items():
        for target, (variable, name) in one.model.delayed.items():
            delays = np.diag(rows(one.params, {name: one.model.params[name]}, one.nodes)[0])
            own = Coupling(label, label, np.eye(one.nodes), delays, "additive", variable, target)
            every.append(own)
    labels, edges = list(populations), []
    for coupling in every:
        pre, post = populations[coupling.pre], populations[coupling.post]
        edge = _edge(coupling, pre, post, labels, dt)
        edges.append(edge)
        square = post.model.squared.get(coupling.target or post.model.couples[1])
        if square is not None:
            squares = replace(edge, target=list(post.model.inputs).index(square), weight=edge.weight**2)
            edges.append(squares)
    longest = max((int(edge.delay.max()) for edge in edges if edge.delay.size), default=0)
    return edges, longest + 2


def _edge(coupling: Coupling, pre: Population, post: Population, labels: list[str], dt: float) -> Edge:
    variable = coupling.variable or pre.model.couples[0]
    target = coupling.target or post.model.couples[1]
    kind = coupling.kind or post.model.coupling
    here = variable if variable in post.model.variables else post.model.couples[0]
    shape = (post.nodes, pre.nodes)
    weights, delays = (
        np.broadcast_to(np.asarray(values, np.float64), shape)
        for values in (coupling.weights, coupling.delays)
    )
    to, source = np.nonzero(weights)
    return Edge(
        labels.index(coupling.pre),
        pre.model.variables.index(variable),
        labels.index(coupling.post),
        list(post.model.inputs).index(target),
        post.model.variables.index(here),
        KINDS.index(kind),
        np.searchsorted(to, np.arange(post.nodes + 1)).astype(np.int64),
        source.astype(np.int32),
        np.around(delays[to, source] / dt).astype(np.int32),
        np.ascontiguousarray(weights[to, source]),
    )
