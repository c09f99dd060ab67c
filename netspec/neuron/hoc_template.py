"""The text of a hoc template from a cell template: one procedure per section, in NetPyNE's order.

Pure text: nothing here needs NEURON. `<name>_fill` makes and registers many cells in one call. Numbers of
single cells (string functions) are read from a Vector at the place where NetPyNE would set them.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from netspec.errors import Problem, SpecError
from netspec.neuron.shapes import upright
from netspec.plan.cells import Template
from netspec.spec.cell import Section

LINES_PER_PROC = 200
"""A hoc procedure has a limited size; longer ones are cut into several."""

NOT_PARAMETERS = ("mod", "loc", "vref", "synList", "spikes")
SKIPPED_MECHANISMS = ("dipole",)
IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9_]*\Z")
OWN_NAME = re.compile(r"(?:init|detect|rest|stand|nil|nc|p\d+|rest_\d+|stand_\d+|point_\d+|sec_\d+)\Z")

FRAME = """\
objref {name}_points
begintemplate {name}
external {name}_points
{members}
objref nil
{procedures}
endtemplate {name}
proc {name}_fill() {{ local i  localobj cell, nc
  for i = 0, $o3.size() - 1 {{
    cell = new {name}($o4.x[i], $o5.x[i], $o6.x[i], $o3.x[i], $o7, i * $8, $o9.x[i])
    $o1.append(cell)
{register}  }}
}}
"""
REGISTER = """\
    $o2.set_gid2node($o3.x[i], $o2.id())
    nc = cell.detect()
    $o2.cell($o3.x[i], nc, 1)
"""
ARGUMENTS = "$1, $2, $3, $4, $o5, $6, $7"
"""Shift in x, y and z [um], gid, Vector of numbers of single cells, where this cell's numbers begin, rotation
about the y axis [rad]."""


@dataclass(frozen=True)
class HocTemplate:
    """A hoc template ready to be run. The name is made from the content: equal cells share one.

    sections: hoc name of each section. points: hoc name of each point process, by (section, label).
    points3d: (4, n) x, y, z, diameter [um] of each section with 3-D points, in the order of use.
    ions: defaults of ion concentrations [mM] that such a cell sets for the whole process.
    rests: whether a section has vinit.
    """

    name: str
    text: str
    sections: Mapping[str, str]
    points: Mapping[tuple[str, str], str]
    points3d: tuple[NDArray[np.float64], ...]
    ions: Mapping[str, float]
    rests: bool


def write(
    template: Template,
    threshold: float = 10.0,
    taken: Callable[[str], bool] = lambda name: False,
    turned: bool = False,
    detects: bool = True,
) -> HocTemplate:
    """The hoc template of a cell template.

    threshold: of sections without one [mV]. taken: whether hoc gives a name another meaning. turned: whether
    the cells are turned about the y axis. detects: whether it has the place of which spikes get the gid.
    """
    writer = _Names(template, taken)
    steps = _Steps(template, writer, turned)
    procedures = [*steps.procedures(), *_rest(template, writer), *_stand(template, writer)]
    procedures.append(_detect(template, writer, threshold))
    members = _members(writer)
    register = REGISTER if detects else ""
    name = _name(template, [members, *procedures, register], steps.points3d)
    body = "\n".join(procedures).replace("@", name)
    text = FRAME.format(name=name, members=members, procedures=body, register=register)
    return HocTemplate(
        name=name,
        text=text,
        sections=writer.sections,
        points=writer.points,
        points3d=tuple(steps.points3d),
        ions=steps.ions,
        rests=any(section.vinit is not None for section in template.sections.values()),
    )


def safe_names(names: Iterable[str], taken: Callable[[str], bool]) -> dict[str, str]:
    """A hoc name for each section name: its own where hoc allows that, else sec_0, sec_1 ...

    >>> safe_names(["soma", "dend[3]", "L"], lambda name: name == "L")
    {'soma': 'soma', 'dend[3]': 'sec_1', 'L': 'sec_2'}
    """
    return {
        name: f"sec_{k}" if not IDENTIFIER.match(name) or OWN_NAME.match(name) or taken(name) else name
        for k, name in enumerate(names)
    }


class _Names:
    """hoc names of what a cell consists of."""

    def __init__(self, template: Template, taken: Callable[[str], bool]):
        self.sections = safe_names(template.sections, taken)
        labels = [(name, label) for name, section in template.sections.items() for label in section.pointps]
        self.points = {place: f"point_{k}" for k, place in enumerate(labels)}


class _Steps:
    """The statements that make a cell, in NetPyNE's order; 3-D points and ion defaults on the way."""

    def __init__(self, template: Template, names: _Names, turned: bool = False):
        self.turned = turned
        self.template = template
        self.names = names
        self.points3d: list[NDArray[np.float64]] = []
        self.ions: dict[str, float] = {}
        self._drawn = {
            (drawn.section, drawn.kind, drawn.name, drawn.parameter, drawn.segment): k
            for k, drawn in enumerate(template.values)
        }

    def procedures(self) -> list[str]:
        """p0, p1 ... and the `init` that calls them."""
        made: list[str] = []

        def proc(lines: Iterable[str], section: str = "") -> list[str]:
            """Calls of new procedures with these lines, short enough for hoc."""
            calls = []
            for part in _parts(list(lines)):
                calls.append(f"p{len(made)}({ARGUMENTS})")
                body = "\n".join(f"    {line}" for line in part)
                body = f"  {section} {{\n{body}\n  }}" if section else body
                made.append(f"proc p{len(made)}() {{\n{body}\n}}")
            return calls

        calls = proc(self._topology())
        for name, section in self.template.sections.items():
            calls += proc(self._section(name, section), self.names.sections[name])
        while len(calls) > LINES_PER_PROC:
            calls = proc(calls)
        return [*made, "\n".join(["proc init() {", *(f"  {call}" for call in calls), "}"])]

    def _topology(self) -> Iterator[str]:
        names = self.names.sections
        for name, section in self.template.sections.items():
            if section.topol:
                child_x, parent_x = (_number(section.topol[key]) for key in ("childX", "parentX"))
                yield f"connect {names[name]}({child_x}), {names[section.topol['parentSec']]}({parent_x})"

    def _section(self, name: str, section: Section) -> Iterator[str]:
        yield from self._geometry(name, section)
        nseg = _nseg(section)
        for mechanism, parameters in section.mechs.items():
            if mechanism not in SKIPPED_MECHANISMS:
                yield f"insert {mechanism}"
                for parameter, value in parameters.items():
                    yield from self._mechanism(name, mechanism, parameter, value, nseg)
        for ion, parameters in section.ions.items():
            yield f"insert {ion}_ion"
            for parameter, value in parameters.items():
                yield from self._ion(name, ion, parameter, value, nseg)
        for label, parameters in section.pointps.items():
            yield from self._point(name, label, parameters)

    def _geometry(self, name: str, section: Section) -> Iterator[str]:
        for parameter, value in section.geom.items():
            if not isinstance(value, list | tuple | dict):
                path = f"geom[{parameter!r}]"
                yield f"{parameter} = {self._value(value, (name, 'geom', '', parameter, -1), path)}"
        if section.geom.get("pt3d") is not None:
            yield "pt3dclear()"
            points = np.asarray(section.geom["pt3d"], float)
            if len(points):
                k = 4 * len(self.points3d)
                shifted = ", ".join(f"{axis}.add(${i + 1})" for i, axis in enumerate(self._axes(k)))
                yield f"pt3dadd({shifted}, @_points.o({k + 3}))"
                self.points3d.append(np.ascontiguousarray(points[:, :4].T))

    def _axes(self, k: int) -> list[str]:
        """Coordinates of the points whose x is column k: x, y and z, turned if the cells are."""
        x, y, z = (f"@_points.o({k + i}).c" for i in range(3))
        if self.turned:
            return [f"{x}.mul(cos($7)).add({z}.mul(-sin($7)))", y, f"{x}.mul(sin($7)).add({z}.mul(cos($7)))"]
        return [x, y, z]

    def _mechanism(
        self, section: str, mechanism: str, parameter: str, value: Any, nseg: int
    ) -> Iterator[str]:
        variable = f"{parameter}_{mechanism}"
        place = (section, "mechs", mechanism, parameter)
        path = f"mechs[{mechanism!r}][{parameter!r}]"
        texts = []
        for k, item in enumerate(self._per_segment(value, nseg, section, path)):
            texts.append(None if item is None else self._value(item, (*place, k), path))
        yield from _assignments(variable, texts)

    def _ion(self, section: str, ion: str, parameter: str, value: Any, nseg: int) -> Iterator[str]:
        variable = {"e": f"e{ion}", "i": f"{ion}i", "o": f"{ion}o"}.get(parameter)
        if variable is None:
            return
        path = f"ions[{ion!r}][{parameter!r}]"
        values = self._per_segment(value, nseg, section, path)
        yield from _assignments(variable, [self._value(item, (section,), path) for item in values])
        if parameter in "io":
            # NetPyNE also makes it the default of the whole process, which counts at every initialisation.
            self.ions[f"{variable}0_{ion}_ion"] = float(values[-1])

    def _point(self, section: str, label: str, parameters: Mapping[str, Any]) -> Iterator[str]:
        target = self.names.points[section, label]
        yield f"{target} = new {parameters['mod']}({_number(parameters.get('loc', 0.5))})"
        for parameter, value in parameters.items():
            if parameter not in NOT_PARAMETERS and not parameter.startswith("_"):
                path = f"pointps[{label!r}][{parameter!r}]"
                text = self._value(value, (section, "pointps", label, parameter, -1), path)
                yield f"{target}.{parameter} = {text}"

    def _value(self, value: Any, place: tuple[Any, ...], path: str) -> str:
        """A number as hoc text; of a string function, where its number is found."""
        if isinstance(value, str):
            k = self._drawn.get(place)
            if k is None and place[-1] != -1:
                k = self._drawn.get((*place[:-1], -1))
            if k is not None:
                return f"$o5.x[$6 + {k}]"
            if value == "gid":
                return "$4"
        if not isinstance(value, int | float | np.number) or not np.isfinite(value):
            self._refuse(place[0], path, f"{value!r} is not a number")
        return _number(value)

    def _per_segment(self, value: Any, nseg: int, section: str, path: str) -> list[Any]:
        """The value of each segment; a string function has one number per segment."""
        if not isinstance(value, list | tuple):
            return [value] * nseg
        if len(value) == 1:
            return list(value) * nseg
        if len(value) < nseg:
            self._refuse(section, path, f"{len(value)} values for {nseg} segments")
        return list(value[:nseg])

    def _refuse(self, section: str, path: str, message: str) -> NoReturn:
        rule = self.template.rules[-1] if self.template.rules else "?"
        raise SpecError([Problem(f"netParams.cellParams[{rule!r}].secs[{section!r}].{path}", message)])


def _members(names: _Names) -> str:
    lines = [f"public {name}\ncreate {name}" for name in names.sections.values()]
    lines += [f"public {name}\nobjref {name}" for name in names.points.values()]
    return "\n".join([*lines, "public detect, rest, stand"])


def _detect(template: Template, names: _Names, default: float) -> str:
    """The function that returns the NetCon which detects spikes."""
    name, location = template.spike_source
    section = template.sections[name]
    source = f"&v({_number(location)})"
    for label, parameters in section.pointps.items():
        if "vref" in parameters:
            source = f"&{names.points[name, label]}.{parameters['vref']}"
            break
        if parameters.get("spikes"):
            source = names.points[name, label]
    threshold = default if section.threshold is None else section.threshold
    return (
        "obfunc detect() { localobj nc\n"
        f"  {names.sections[name]} {{ nc = new NetCon({source}, nil) }}\n"
        f"  nc.threshold = {_number(threshold)}\n"
        "  return nc\n}"
    )


def _rest(template: Template, names: _Names) -> list[str]:
    """The procedure that sets the sections' initial potentials (vinit)."""
    lines = [
        f"{names.sections[name]} {{ v = {_number(section.vinit)} }}"
        for name, section in template.sections.items()
        if section.vinit is not None
    ]
    return _procedure("rest", lines)


def _stand(template: Template, names: _Names) -> list[str]:
    """The procedure that puts the sections NEURON draws from the origin upright at a place: x, y, z [um].

    NEURON draws sections without 3-D points along the x axis; NetPyNE makes that the y axis.
    """
    standing = upright(template)
    change = "pt3dchange(i, $1 + y3d(i), $2 + x3d(i), $3, diam3d(i))"
    lines = [
        f"{names.sections[name]} {{ for i = 0, n3d() - 1 {{ {change} }} }}"
        for name in template.sections
        if name in standing
    ]
    return _procedure("stand", lines, "$1, $2, $3", "  local i\n")


def _procedure(name: str, lines: list[str], arguments: str = "", head: str = "") -> list[str]:
    """A procedure, cut into several if it is long."""
    parts = list(_parts(lines))
    made = [f"proc {name}_{k}() {{{head}\n  " + "\n  ".join(part) + "\n}" for k, part in enumerate(parts)]
    calls = "\n".join(f"  {name}_{k}({arguments})" for k in range(len(parts)))
    return [*made, f"proc {name}() {{\n{calls}\n}}"]


def _parts(lines: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(lines), LINES_PER_PROC):
        yield lines[start : start + LINES_PER_PROC]


def _nseg(section: Section) -> int:
    nseg = section.geom.get("nseg", 1)
    return 1 if isinstance(nseg, str) else int(nseg)


def _assignments(variable: str, texts: Sequence[str | None]) -> Iterator[str]:
    """Statements that give the segments these values: one if all are equal."""
    if None not in texts and len(set(texts)) == 1:
        yield f"{variable} = {texts[0]}"
        return
    for k, text in enumerate(texts):
        if text is not None:
            yield f"{variable}({(k + 0.5) / len(texts)!r}) = {text}"


def _number(value: Any) -> str:
    return repr(float(value))


def _name(template: Template, parts: Iterable[str], points3d: Iterable[NDArray[np.float64]]) -> str:
    """A hoc name made from the labels of the cell rules and a hash of the content."""
    content = hashlib.md5("\n".join(parts).encode())
    for points in points3d:
        content.update(points.tobytes())
    label = re.sub(r"[^A-Za-z0-9]+", "_", "_".join(template.rules)).strip("_")[:24]
    return f"Cell_{label}_{content.hexdigest()[:10]}"
