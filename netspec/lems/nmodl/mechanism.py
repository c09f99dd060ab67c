"""What the compiler returns."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Literal

from netspec.lems.nmodl import expression as x
from netspec.lems.nmodl import origin, units
from netspec.lems.nmodl.expression import Node
from netspec.lems.nmodl.origin import Origin
from netspec.lems.nmodl.program import Program
from netspec.lems.nmodl.system import PEER, System
from netspec.lems.nmodl.write import STREAM

Kind = Literal["density", "point", "artificial"]
ZERO_C: Node = x.number(units.ZERO_C)
OUTSIDE: dict[str, Node] = {
    "t": x.variable("t"),
    "temperature": x.add(x.variable("celsius"), ZERO_C),
}
"""What every mechanism may read."""


@dataclass(frozen=True)
class Mechanism:
    """A mod file, and what one component gives it.

    name: SUFFIX, POINT_PROCESS or ARTIFICIAL_CELL; it has a hash of the text, so that equal dynamics share
    a file.
    values: RANGE parameters of this component in NEURON's units.
    shown: path below the component -> (RANGE variable, what one unit of it is in SI units; negative where
    the sign is another one). "v" is the membrane potential of its section.
    peer: the RANGE variable that takes the voltage [mV] of the other side, for gap junctions and graded
    synapses.
    stream: the RANDOM variable, whose ids are to be set for each instance; "" if it has none.
    capacitance: of a point cell [nF]; its section has any area, and cm such that area*cm is this.
    vinit, threshold: of a point cell [mV]; with a threshold (no reset) spikes are those of a NetCon on v,
    without one the mechanism sends its spikes itself, if it has any.
    times: spikes [ms] that the component has, to be played to `name` (or, without a text, as a cell of
    their own).
    """

    name: str
    kind: Kind
    text: str
    values: dict[str, float]
    shown: dict[str, tuple[str, float]]
    peer: str = ""
    stream: str = ""
    capacitance: float | None = None
    vinit: float | None = None
    threshold: float | None = None
    times: tuple[float, ...] = ()
    spikes: bool = False


KINDS: dict[str, Kind] = {"SUFFIX": "density", "POINT_PROCESS": "point", "ARTIFICIAL_CELL": "artificial"}


Source = Callable[[Collection[str]], Origin]
"""From names of RANGE parameters, what a mechanism is made of."""


def finish(program: Program, stem: str, source: Source, name: str | None = None) -> Mechanism:
    """The mechanism of a program; stem: the readable part of its name, or the name as it is to be."""
    system = program.system
    words = set(program.text("_").replace(",", " ").split())
    values = {n: v for n, v in system.given.items() if n in words}
    about = origin.comment(source(values))
    made, text = (name, program.text(name)) if name else program.named(stem, about)
    text += about
    shown = {}
    for path, (node, dimension) in system.seen.items():
        factor = units.factor(dimension)
        if node[0] == "v" and (node[1] in program.live or node[1] == "v" or node[1] in _kinetic(system)):
            shown[path] = (node[1], factor)
        for variable, other in {**program.show, **program.currents}.items():
            if other == node:
                shown[path] = (variable, factor)
            elif x.negative(other) == node:
                shown.setdefault(path, (variable, -factor))
    return Mechanism(
        made, KINDS[program.kind], text, values, shown,
        peer=PEER if PEER in words else "", stream=STREAM if STREAM in words else "",
        spikes="net_event(t)" in text,
    )  # fmt: skip


def _kinetic(system: System) -> list[str]:
    return [state for scheme in system.schemes for state in scheme.states]


def wanted(system: System, show: Collection[str]) -> dict[str, Node]:
    """RANGE variable -> expression, of the paths that are to be shown and are no states."""
    found: dict[str, Node] = {}
    for path in show:
        entry = system.seen.get(path)
        if entry and entry[0][0] != "v":
            found[system.labels.get(path) or path.replace("/", "_")] = entry[0]
    return found


def kept(system: System, show: Collection[str], exposed: bool = False) -> set[str]:
    """The states that are there to be seen: those to be shown, and (exposed) all that the component
    exposes.
    """
    paths = [*show, *(system.top.type.exposures if exposed else ())]
    return {
        system.seen[path][0][1] for path in paths if path in system.seen and system.seen[path][0][0] == "v"
    }


def evaluated(node: Node, values: Mapping[str, float]) -> float | None:
    """The number that an expression is with values for its names, if it is one."""
    result = x.replaced(node, {name: x.number(value) for name, value in values.items()})
    return float(result[1]) if result[0] == "n" else None
