"""Morphologies in SWC files -> sections, by NEURON's Import3d; doubts about a file by MorphIO."""

import re
from pathlib import Path
from typing import Any

from neuron import h

TYPES = {0: "undefined", 1: "soma", 2: "axon", 3: "dend", 4: "apic"}
"""SWC's types and the names of their sections; others become custom<type>."""

_COLOR = re.compile(r"\x1b\[[0-9;]*m")


class Morphology:
    """The sections of a morphology, by type."""

    def __init__(self) -> None:
        self.sections: list[Any] = []


def load(file: str) -> Morphology:
    """Sections soma[i], axon[i], dend[i], apic[i] with their points and connections, in the file's order."""
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


def doubts(file: str) -> list[str]:
    """What MorphIO, if it is installed, finds wrong or repairs in an SWC file; of other files nothing."""
    if Path(file).suffix != ".swc":
        return []
    try:
        import morphio
    except ImportError:
        return []
    collector = morphio.WarningHandlerCollector()
    try:
        morphio.Morphology(file, warning_handler=collector)
    except morphio.MorphioError as error:
        return [_COLOR.sub("", str(error)).strip()]
    return [_COLOR.sub("", entry.warning.msg()).strip() for entry in collector.get_all()]
