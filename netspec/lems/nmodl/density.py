"""Channels of a membrane, all those of the same segments in one mechanism, and models of concentrations."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from netspec.lems import model as m
from netspec.lems.nmodl import expression as x
from netspec.lems.nmodl import origin, units
from netspec.lems.nmodl.expression import Node
from netspec.lems.nmodl.instances import Unsupported
from netspec.lems.nmodl.mechanism import OUTSIDE, Mechanism, finish, wanted
from netspec.lems.nmodl.origin import Origin
from netspec.lems.nmodl.program import Program
from netspec.lems.nmodl.system import Scheme, Statement, System, build
from netspec.lems.resolve import Resolved
from netspec.lems.tree import Element

UNSPECIFIC = "non_specific"
VALENCE = {"na": 1, "k": 1, "ca": 2, "ca2": 2, "cl": -1, "mg": 2, "h": 1}
KNOWN = ("na", "k", "ca")
"""Ions whose valence NEURON knows."""
UNIFORM = {
    "channelDensityNonUniform": "channelDensity",
    "channelDensityNonUniformNernst": "channelDensityNernst",
    "channelDensityNonUniformGHK": "channelDensityGHK",
}
"""Types that leave their current to the simulator: that of these, with a density for each segment."""
PER_SEGMENT = {"condDensity": "gmax", "permeability": "permeability", "erev": "erev"}
"""Parameters of a density that are RANGE parameters, and what they are called."""
NOT_OF_ALL = ("id", "segmentGroup", "segment")
PER_SEGMENT_UNITS = {"condDensity": "S_per_cm2", "permeability": "cm_per_s", "erev": "mV"}
ATTRIBUTES = {"caConc": "cai", "caConcExt": "cao", "caConc2": "ca2i", "caConcExt2": "ca2o"}


@dataclass(frozen=True)
class Density:
    """A channel density of a cell. name: what the names of its variables end with or begin with, '' for
    none.
    """

    component: m.Component
    name: str = ""


def density(
    parts: Sequence[Density], found: Resolved, show: Collection[str] = (), *, name: str | None = None,
    tables: bool = True, ions: Collection[str] | None = None,
    outside: Mapping[str, Node] | None = None,
) -> Mechanism | None:  # fmt: skip
    """The mechanism of all channel densities that are on the same segments.

    values: gmax_<name> [S/cm2] or permeability_<name> [cm/s], and erev_<name> [mV] (without _ where the
    name is ''). Paths begin with the id of the density: "naChans/naChan/m/q". ions: those that have a
    current of their own, others are part of i; None for na, k, ca and every ion with a known valence.
    tables: rates are looked up.
    """
    try:
        systems = [_part(part, found, outside or {}) for part in parts]
    except Unsupported as error:
        found.findings.wrong(error.place, error.message)
        return None
    joined = _joined(systems)
    currents: dict[str, Node] = {}
    lines: dict[str, str] = {}
    for part, system in zip(parts, systems, strict=True):
        ion = _ion(part, found)
        own = ion in VALENCE if ions is None else ion in ions
        current = f"i{ion}" if own and ion in VALENCE else "i"
        flow = x.negative(system.seen[f"{system.top.component.id}/iDensity"][0])
        currents[current] = x.add(currents.get(current, x.ZERO), flow)
        if current != "i":
            lines[ion] = current
    program = Program(
        "SUFFIX", f"{', '.join(_channel(p, found) for p in parts)}: made of NeuroML", joined, currents,
        _useion(lines, currents, joined), _external(lines, joined), [], wanted(joined, show), tables,
    )  # fmt: skip

    def source(names: Collection[str]) -> Origin:
        tops = [(s.top, _as_written(p, names)) for p, s in zip(parts, systems, strict=True)]
        return origin.of("density", tops, (), found, joined.dimensions)

    return finish(program, "_".join(dict.fromkeys(_channel(p, found) for p in parts)), source, name)


def _as_written(part: Density, names: Collection[str]) -> Element:
    """A density as it is written for all of a section, with its RANGE parameters in braces."""
    component = part.component
    tag = UNIFORM.get(component.type.name, component.type.name)
    plain = {n: v for n, v in component.element.attributes.items() if n not in NOT_OF_ALL}
    if tag == "channelPopulation":
        tag = "channelDensity"
        plain.pop("number", None)
    for attribute, name in PER_SEGMENT.items():
        full = f"{name}_{part.name}" if part.name else name
        if full in names:
            plain[attribute] = f"{{{full}}}{PER_SEGMENT_UNITS[attribute]}"
    children = [c for c in component.element.children if c.tag != "variableParameter"]
    return replace(component.element, tag=tag, attributes=plain, children=children)


def _channel(part: Density, found: Resolved) -> str:
    return part.component.get("ionChannel") or part.component.id


def _ion(part: Density, found: Resolved) -> str:
    channel = found.named(part.component.get("ionChannel"))
    return (channel.get("species") if channel else None) or part.component.get("ion") or UNSPECIFIC


def _part(part: Density, found: Resolved, more: Mapping[str, Node]) -> System:
    """The system of one density, whose own parameters are named after it."""
    component = part.component
    uniform = UNIFORM.get(component.type.name)
    if uniform:
        made = found.document.library.types[uniform]
        values = dict.fromkeys(set(made.quantities) & {"condDensity", "permeability"}, 0.0) | component.values
        component = replace(component, type=made, values=values)
    if "iDensity" not in component.type.exposures:
        raise Unsupported(component.place, f"<{component.element.tag}>: not supported yet as a density")
    outside = {**OUTSIDE, "v": x.variable("v")} | {n: x.variable(ion) for n, ion in ATTRIBUTES.items()}
    outside |= {"vShift": x.ZERO, **more}
    prefix = f"{part.name}_" if part.name else ""
    system = build(component, found, outside, lambda one: one.above is not None, prefix)
    renamed = {}
    for old in list(system.given):
        name = old.removeprefix(prefix)
        new = PER_SEGMENT.get(name)
        if new is None:
            renamed[old] = x.number(system.given.pop(old))
            continue
        full = f"{new}_{part.name}" if part.name else new
        system.given[full] = system.given.pop(old)
        system.dimensions[full] = system.dimensions[old]
        renamed[old] = x.variable(full)
    _replace(system, renamed)
    system.seen = {f"{component.id}/{path}": entry for path, entry in system.seen.items()}
    system.labels = {f"{component.id}/{path}": label for path, label in system.labels.items()}
    return system


def _replace(system: System, by: dict[str, Node]) -> None:
    """Other expressions for variables, wherever a density can have them."""

    def new(node: Node) -> Node:
        return x.replaced(node, by)

    def done(statements: Iterable[Statement]) -> list[Statement]:
        return [replace(one, value=new(one.value)) for one in statements]

    system.rates = {
        regime: {name: new(rate) for name, rate in rates.items()} for regime, rates in system.rates.items()
    }
    system.start = done(system.start)
    system.conditions = [replace(c, test=new(c.test), then=tuple(done(c.then))) for c in system.conditions]
    system.schemes = [
        Scheme(s.states, tuple((a, b, new(f), new(g)) for a, b, f, g in s.transitions))
        for s in system.schemes
    ]
    system.seen = {path: (new(node), unit) for path, (node, unit) in system.seen.items()}
    system.titles = {new(node): title for node, title in system.titles.items()}


def _joined(systems: Sequence[System]) -> System:
    """All in one. Names differ already."""
    made = System(systems[0].top)
    for system in systems:
        made.given |= system.given
        made.dimensions |= system.dimensions
        made.states += [s for s in system.states if s not in made.states]
        made.rates[""] |= system.rates[""]
        made.start += system.start
        made.conditions += system.conditions
        made.schemes += system.schemes
        made.seen |= system.seen
        made.titles |= system.titles
        made.labels |= system.labels
    return made


def _useion(written: dict[str, str], currents: dict[str, Node], system: System) -> list[str]:
    """USEION lines: currents that are written, concentrations that are read."""
    used = _all_names(system, currents)
    lines = []
    for ion in dict.fromkeys([*written, *(n[:-1] for n in ATTRIBUTES.values() if n in used)]):
        reads = [n for n in ATTRIBUTES.values() if n[:-1] == ion and n in used]
        read = f" READ {', '.join(reads)}" if reads else ""
        write = f" WRITE {written[ion]}" if ion in written else ""
        valence = "" if ion in KNOWN else f" VALENCE {VALENCE[ion]}"
        lines.append(f"USEION {ion}{read}{write}{valence}")
    return lines


def _external(written: dict[str, str], system: System) -> dict[str, str]:
    return {n: "(mM)" for n in ATTRIBUTES.values()} | {n: "(mA/cm2)" for n in [*written.values(), "i"]}


def _all_names(system: System, currents: dict[str, Node]) -> set[str]:
    nodes = [*currents.values(), *(rate for rates in system.rates.values() for rate in rates.values())]
    nodes += [n for scheme in system.schemes for _, _, f, b in scheme.transitions for n in (f, b)]
    return set().union(*map(x.names, nodes))


def concentration(
    component: m.Component,
    ion: str,
    found: Resolved,
    show: Collection[str] = (),
    outside: Mapping[str, Node] | None = None,
) -> Mechanism | None:
    """The mechanism of a concentration model.

    values: initialConcentration and initialExtConcentration [mM], 0 until they are set, and the component's
    own.
    """
    area = x.multiply(x.number(1 / units.AREA), x.variable("area"))
    inward = x.negative(x.multiply(area, x.variable(f"i{ion}")))
    own = {
        **OUTSIDE,
        "v": x.variable("v"),
        "surfaceArea": area,
        "iCa": inward,
        f"i{ion.capitalize()}": inward,
    }
    own |= {n: x.variable(n) for n in ("initialConcentration", "initialExtConcentration")}
    try:
        system = build(component, found, {**own, **(outside or {})}, lambda one: False)
    except Unsupported as error:
        found.findings.wrong(error.place, error.message)
        return None
    system.given |= {"initialConcentration": 0.0, "initialExtConcentration": 0.0}
    written = {"concentration": f"{ion}i", "extConcentration": f"{ion}o"}
    writes = [(written[n], system.seen[n][0]) for n in written if n in system.seen]
    valence = "" if ion in KNOWN else f" VALENCE {VALENCE.get(ion, 2)}"
    line = f"USEION {ion} READ i{ion} WRITE {', '.join(n for n, _ in writes)}{valence}"
    external = {n: "(mM)" for n, _ in writes} | {f"i{ion}": "(mA/cm2)"}
    program = Program(
        "SUFFIX",
        f"{component.type.name}: made of NeuroML",
        system,
        {},
        [line],
        external,
        writes,
        wanted(system, show),
    )

    def source(names: Collection[str]) -> Origin:
        return origin.of("concentration", [(system.top, component.element)], names, found, system.dimensions,
                         {"ion": ion})  # fmt: skip

    return finish(program, component.type.name, source)
