"""Morphologies in SWC files -> sections, by NEURON's Import3d; doubts about a file by MorphIO."""

import re
from math import isnan, nan
from pathlib import Path
from typing import Any

from neuron import h

from netspec.errors import FileError

TYPES = {0: "undefined", 1: "soma", 2: "axon", 3: "dend", 4: "apic"}
"""SWC's types and the names of their sections; others become custom<type>."""
NO_PARENT = -1

_COLOR = re.compile(r"\x1b\[[0-9;]*m")


class Morphology:
    """The sections of a morphology, by type."""

    def __init__(self) -> None:
        self.sections: list[Any] = []


def load(file: str) -> Morphology:
    """Sections soma[i], axon[i], dend[i], apic[i] with their points and connections, in the file's order."""
    _check(file)
    reader = h.Import3d_SWC_read()
    reader.quiet = 1
    reader.input(file)
    made: dict[str, Any] = {}
    counts: dict[str, int] = {}
    cell = Morphology()
    for one in h.Import3d_GUI(reader, 0).swc.sections:
        if one.is_subsidiary:
            continue
        kind = TYPES.get(int(one.type), f"custom{int(one.type)}")
        number = counts.get(kind, 0)
        counts[kind] = number + 1
        section = h.Section(name=f"{kind}[{number}]")
        if one.parentsec is not None:
            section.connect(made[one.parentsec.hname()](one.parentx))
        _shape(section, one)
        made[one.hname()] = section
        cell.sections.append(section)
    return cell


def _check(file: str) -> None:
    """FileError for what Import3d would leave out without a word: lines that are no point, lost parents."""
    parents: dict[int, tuple[int, int]] = {}
    for number, line in enumerate(Path(file).read_text(errors="replace").splitlines(), 1):
        values = line.partition("#")[0].split()
        if values:
            try:
                point, *_, parent = (float(value) for value in values[:7])
            except ValueError:
                point, parent = nan, nan
            if len(values) < 7 or isnan(point) or isnan(parent):
                raise FileError(f"{file}, line {number}: expected seven numbers, got {line.strip()!r}")
            parents[int(point)] = (int(parent), number)
    for parent, number in parents.values():
        if parent != NO_PARENT and parent not in parents:
            raise FileError(f"{file}, line {number}: there is no point {parent}, the parent of this one")
    if not parents:
        raise FileError(f"{file} has no points")


def _shape(section: Any, one: Any) -> None:
    """Give a section its 3-D points; a single point is a sphere, so three points of a cylinder as wide."""
    first = int(one.first)
    if first == 1:
        h.pt3dstyle(1, *(one.raw.getval(axis, 0) for axis in range(3)), sec=section)
    xs, ys, zs = (one.raw.getrow(axis).c(first) for axis in range(3))
    diameters = one.d.c(first)
    if diameters.size() == 1:
        x, y, z, d = (values[0] for values in (xs, ys, zs, diameters))
        points = [(x - d / 2.0, y, z, d), (x, y, z, d), (x + d / 2.0, y, z, d)]
    else:
        points = list(zip(xs, ys, zs, diameters, strict=True))
    for point in points:
        h.pt3dadd(*point, sec=section)


def doubts(file: str) -> list[str] | None:
    """What MorphIO finds wrong or repairs in an SWC file; of other files nothing. None if it is missing."""
    if Path(file).suffix != ".swc":
        return []
    try:
        import morphio
    except ImportError:
        return None
    collector = morphio.WarningHandlerCollector()
    try:
        morphio.Morphology(file, warning_handler=collector)
    except morphio.MorphioError as error:
        return [_COLOR.sub("", str(error)).strip()]
    return [_COLOR.sub("", entry.warning.msg()).strip() for entry in collector.get_all()]
