"""Cells as hoc templates that bmtk and neurodamus can make: numbers in full, sections by their type."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from netspec.errors import Problem, SpecError
from netspec.formats.sonata.export.layout import NodeType
from netspec.plan.cells import Template
from netspec.spec.cell import Section

TYPES = ("soma", "axon", "dend", "apic")
"""Types of sections, in the order in which their ids count them."""
LISTS = {"soma": "somatic", "axon": "axonal", "dend": "basal", "apic": "apical"}
LINES = 200
"""A hoc procedure has a limited size."""
NOT_PARAMETERS = ("mod", "loc", "vref", "synList", "spikes")
NO_MECHANISMS = ("dipole",)
"""What NetPyNE writes among the mechanisms of a section and NEURON does not have."""
FRAME = """\
// Sections by id:
{sections}
begintemplate {name}
public init{types}, all, somatic, basal, apical, axonal, myelinated, nodal, AIS
public gid, synlist, synHelperList, nSecAll, nSecSoma, nSecBasal, nSecApical, nSecAxonal, nSecAxonalOrig
public nSecLastAxon, CellRef, clear, getCell, re_init_rng, replace_axon, getCCell, connect2target{public}
objref all, somatic, basal, apical, axonal, myelinated, nodal, AIS, synlist, synHelperList, CellRef, this, nil
{create}
proc init() {{ local i
  gid = 0  x0 = 0  y0 = 0  z0 = 0
  if (numarg() > 1) {{ if (argtype(2) == 0) {{ x0 = $1  y0 = $2  z0 = $3 }} else {{ gid = $1 }} }}
  all = new SectionList()  somatic = new SectionList()  axonal = new SectionList()
  basal = new SectionList()  apical = new SectionList()  myelinated = new SectionList()
  nodal = new SectionList()  AIS = new SectionList()  synlist = new List()  synHelperList = new List()
{lists}
{calls}
  nSecSoma = {soma}  nSecAxonal = {axon}  nSecAxonalOrig = {axon}  nSecBasal = {dend}  nSecApical = {apic}
  nSecAll = {total}  nSecLastAxon = nSecAxonal  CellRef = this
  i = 0
  forsec all {{ v(0.0001) = i  i += 1 }}
}}
{procedures}
proc clear() {{ synlist.remove_all()  synHelperList.remove_all()  CellRef = nil }}
proc re_init_rng() {{}}
proc replace_axon() {{}}
obfunc getCell() {{ return this }}
obfunc getCCell() {{ return this }}
obfunc connect2target() {{ localobj nc
  soma[0] nc = new NetCon(&v(0.5), $o1)
  return nc
}}
endtemplate {name}
{ions}"""


def ordered(template: Template) -> dict[str, tuple[str, int]]:
    """Sections in order of their ids: name -> (type, number among those of the type).

    The section where spikes are detected is soma[0] in a cell without a section that is called a soma.
    """
    names = list(template.sections)
    source = template.spike_source[0]
    kinds = {name: next((kind for kind in TYPES if name.lower().startswith(kind)), "dend") for name in names}
    if "soma" not in kinds.values():
        kinds[source] = "soma"
    found: dict[str, tuple[str, int]] = {}
    for kind in TYPES:
        own = sorted((name for name in names if kinds[name] == kind), key=lambda name: name != source)
        found |= {name: (kind, number) for number, name in enumerate(own)}
    return found


def text(kind: NodeType) -> str:
    """The hoc template of a type of node.

    Its arguments: x, y, z [um], which are added to 3-D points; or none; or neurodamus' gid and files.
    """
    template = _template(kind)
    places = ordered(template)
    names = {name: f"{of}[{number}]" for name, (of, number) in places.items()}
    writer = _Writer(kind, names)
    counts = {of: sum(1 for found, _ in places.values() if found == of) for of in TYPES}
    lists = [f"  {names[name]} {{ all.append() {LISTS[of]}.append() }}" for name, (of, _) in places.items()]
    procedures = list(writer.procedures())
    list_calls, more = _cut(lists, "list", "")
    return FRAME.format(
        name=kind.name,
        sections="\n".join(f"//   {k} {names[name]}: {name}" for k, name in enumerate(places)),
        types="".join(f", {of}" for of in TYPES if counts[of]),
        create=_create(counts, writer.points),
        public="".join(f", {name}" for name in writer.points.values()),
        lists="\n".join(f"  {call}" for call in list_calls),
        calls="\n".join(f"  {call}" for call, _ in procedures),
        procedures="\n".join([*(body for _, body in procedures), *more]),
        total=len(places),
        ions="".join(f"{name} = {value!r}\n" for name, value in writer.ions.items()),
        **counts,
    )


def hoc_place(kind: NodeType, section: str) -> tuple[str, int]:
    """(type, number) of a section."""
    return ordered(_template(kind))[section]


def _template(kind: NodeType) -> Template:
    assert kind.template is not None, f"{kind.pop_name} has no sections"
    return kind.template


def _create(counts: Mapping[str, int], points: Mapping[Any, str]) -> str:
    made = [f"create {of}[{count}]" for of, count in counts.items() if count]
    return "\n".join([*made, *(f"objref {name}" for name in points.values())])


def _cut(lines: Sequence[str], name: str, section: str) -> tuple[list[str], list[str]]:
    """Calls of procedures with these lines, and the procedures."""
    calls, made = [], []
    for start in range(0, len(lines), LINES):
        body = "\n".join(f"  {line}" for line in lines[start : start + LINES])
        body = f" {section} {{\n{body}\n }}" if section else body
        calls.append(f"{name}_{start // LINES}()")
        made.append(f"proc {name}_{start // LINES}() {{\n{body}\n}}")
    return calls, made


class _Writer:
    """The statements that make a cell, in the order of NetPyNE; ion defaults on the way."""

    def __init__(self, kind: NodeType, names: Mapping[str, str]):
        self.template, self.names = _template(kind), names
        labels = [(n, label) for n, section in self.template.sections.items() for label in section.pointps]
        self.points = {place: f"point_{k}" for k, place in enumerate(labels)}
        self.ions: dict[str, float] = {}
        self._drawn = {
            (drawn.section, drawn.kind, drawn.name, drawn.parameter, drawn.segment): value
            for drawn, value in zip(self.template.values, kind.values, strict=True)
        }

    def procedures(self) -> Iterator[tuple[str, str]]:
        """(call, procedure) one after the other."""
        parts: list[tuple[str, list[str], str]] = [("topol", list(self._topology()), "")]
        for k, (name, section) in enumerate(self.template.sections.items()):
            parts.append((f"sec{k}", list(self._section(name, section)), self.names[name]))
        for label, lines, inside in parts:
            yield from zip(*_cut(lines, label, inside), strict=True)

    def _topology(self) -> Iterator[str]:
        for name, section in self.template.sections.items():
            if section.topol:
                child, parent = (float(section.topol[key]) for key in ("childX", "parentX"))
                onto = self.names[section.topol["parentSec"]]
                yield f"connect {self.names[name]}({child!r}), {onto}({parent!r})"

    def _section(self, name: str, section: Section) -> Iterator[str]:
        nseg = section.geom.get("nseg", 1)
        nseg = 1 if isinstance(nseg, str) else int(nseg)
        for parameter, value in section.geom.items():
            if not isinstance(value, list | tuple | dict):
                yield f"{parameter} = {self._value(value, (name, 'geom', '', parameter, -1))}"
        if section.geom.get("pt3d") is not None:
            yield "pt3dclear()"
            for x, y, z, diameter in (map(float, point[:4]) for point in section.geom["pt3d"]):
                yield f"pt3dadd({x!r} + x0, {y!r} + y0, {z!r} + z0, {diameter!r})"
        for mechanism, parameters in section.mechs.items():
            if mechanism not in NO_MECHANISMS:
                yield f"insert {mechanism}"
                for parameter, value in parameters.items():
                    place = name, "mechs", mechanism, parameter
                    yield from self._per_segment(f"{parameter}_{mechanism}", value, nseg, place)
        for ion, parameters in section.ions.items():
            yield from self._ion(name, ion, parameters, nseg)
        for label, parameters in section.pointps.items():
            yield from self._point(name, label, parameters)

    def _ion(self, section: str, ion: str, parameters: Mapping[str, Any], nseg: int) -> Iterator[str]:
        yield f"insert {ion}_ion"
        names = {"e": f"e{ion}", "i": f"{ion}i", "o": f"{ion}o"}
        for parameter, value in parameters.items():
            if parameter in names:
                yield from self._per_segment(names[parameter], value, nseg, (section,))
                if parameter in "io":
                    last = value[min(len(value), nseg) - 1] if isinstance(value, list | tuple) else value
                    self.ions[f"{names[parameter]}0_{ion}_ion"] = float(last)

    def _point(self, section: str, label: str, parameters: Mapping[str, Any]) -> Iterator[str]:
        target = self.points[section, label]
        yield f"{target} = new {parameters['mod']}({float(parameters.get('loc', 0.5))!r})"
        for parameter, value in parameters.items():
            if parameter not in NOT_PARAMETERS and not parameter.startswith("_"):
                place = section, "pointps", label, parameter, -1
                yield f"{target}.{parameter} = {self._value(value, place)}"

    def _per_segment(self, variable: str, value: Any, nseg: int, place: tuple[str, ...]) -> Iterator[str]:
        """Statements that give each segment its value: one if all are equal."""
        several = list(value) if isinstance(value, list | tuple) else [value]
        values = several * nseg if len(several) == 1 else several[:nseg]
        texts = [None if item is None else self._value(item, (*place, k)) for k, item in enumerate(values)]
        if None not in texts and len(set(texts)) == 1:
            yield f"{variable} = {texts[0]}"
            return
        for k, item in enumerate(texts):
            if item is not None:
                yield f"{variable}({(k + 0.5) / len(texts)!r}) = {item}"

    def _value(self, value: Any, place: tuple[Any, ...]) -> str:
        """A number as hoc text; of a string function, what it gave these cells."""
        if isinstance(value, str):
            for known in (place, (*place[:-1], -1)):
                if known in self._drawn:
                    return repr(float(self._drawn[known]))
        if isinstance(value, bool | int | float):
            return repr(float(value))
        rule = self.template.rules[-1]
        steps = "".join(f"[{step!r}]" for step in place[1:4] if isinstance(step, str) and step)
        raise SpecError(
            [Problem(f"netParams.cellParams[{rule!r}].secs[{place[0]!r}]{steps}", f"{value!r} is no number")]
        )


def morphology(kind: NodeType) -> str:
    """The shape as SWC: 3-D points where there are some, else straight lines from the parent's end [um].

    BlueBrain's dialect asks for a file; the cells are made by their templates.
    """
    template = _template(kind)
    codes = {"soma": 1, "axon": 2, "dend": 3, "apic": 4}
    lines, last = [f"# {kind.name}"], dict[str, tuple[int, tuple[float, float, float]]]()
    waiting = list(ordered(template).items())
    while waiting:
        name, (of, _) = waiting.pop(0)
        section = template.sections[name]
        parent = section.topol.get("parentSec") if section.topol else None
        if parent is not None and parent not in last:
            waiting.append((name, (of, 0)))
            continue
        before, start = last.get(parent or "", (-1, (0.0, 0.0, 0.0)))
        for x, y, z, diameter in _outline(section, start, of == "soma"):
            lines.append(f"{len(lines)} {codes[of]} {x!r} {y!r} {z!r} {diameter / 2!r} {before}")
            before = len(lines) - 1
            last[name] = before, (x, y, z)
    return "\n".join(lines) + "\n"


def _outline(
    section: Section, start: tuple[float, float, float], soma: bool
) -> Iterable[tuple[float, float, float, float]]:
    points = section.geom.get("pt3d")
    if points:
        return [(float(p[0]), float(p[1]), float(p[2]), float(p[3])) for p in points]
    length, diameter = (_plain(section.geom.get(key)) for key in ("L", "diam"))
    x, y, z = start
    if soma:
        return [(x, y, z, diameter)]
    return [(x, y + length * part, z, diameter) for part in (0.5, 1.0)]


def _plain(value: Any) -> float:
    return float(value) if isinstance(value, int | float) and value > 0 else 1.0
