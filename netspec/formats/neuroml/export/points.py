"""Neurons that are point processes: NetPyNE's Izhi2007b as izhikevich2007Cell, if its mod file says so."""

import math
import re
import warnings
from collections.abc import Mapping
from functools import partial

import numpy as np

from netspec.errors import NetspecWarning, Problem
from netspec.formats.neuroml.export import origins
from netspec.formats.neuroml.export.bodies import Numbers
from netspec.formats.neuroml.export.parts import Layout
from netspec.formats.neuroml.export.text import element, label_of, quantity
from netspec.formats.sonata.export.layout import NodeType
from netspec.lems.nmodl.origin import Origin
from netspec.plan.cells import Template

IZHIKEVICH = "Izhi2007b"
CURRENT = "i=-(k*(v-vr)*(v-vt)-u+Iin)/C/1000"
"""The current [nA] in NetPyNE's mod file, which is -C dv/dt for a section of 1 nF."""
PARAMETERS = {
    "C": 1.0, "k": 0.7, "vr": -60.0, "vt": -40.0, "vpeak": 35.0, "a": 0.03, "b": -2.0, "c": -50.0, "d": 100.0,
    "Iin": 0.0, "celltype": 1.0, "alive": 1.0,
}  # fmt: skip
"""Its parameters in the mod file."""
NEAR = 2.0
"""Thresholds of spikes [mV] that are passed in about the same time step."""
PLAIN = (1, 2, 3)
"""Its types of cells that obey the equations of 2007 alone."""


def is_izhikevich(template: Template, mods: Mapping[str, str]) -> bool:
    """Whether a cell is one section with one Izhi2007b, of the mod file that NetPyNE's users have."""
    found = [point["mod"] for section in template.sections.values() for point in section.pointps.values()]
    code = re.sub(r"\s", "", re.sub(r":[^\n]*", "", mods.get(IZHIKEVICH, "")))
    return found == [IZHIKEVICH] and len(template.sections) == 1 and CURRENT in code


def izhikevich(made: Layout, kind: NodeType, label: str, threshold: float) -> str:
    """The id of an izhikevich2007Cell that does the same as a section with an Izhi2007b.

    Its currents are divided by C and loaded on the section's capacitance: so are k, b and d. threshold: at
    which its spikes are detected here [mV].
    """
    numbers = Numbers(kind)
    section = next(iter(numbers.template.sections))
    geometry = numbers.geometry(section)
    own = {**PARAMETERS, **numbers.point(section, next(iter(numbers.template.sections[section].pointps)))}
    path = numbers.path(section)
    made.problems += numbers.problems
    if numbers.template.sections[section].mechs:
        made.problems.append(Problem(f"{path}.mechs", "an izhikevich2007Cell has no channels."))
    if own["Iin"] != 0 or own["alive"] != 1 or own["celltype"] not in PLAIN:
        message = "izhikevich2007Cell has Iin 0, alive 1 and celltype 1, 2 or 3 only."
        made.problems.append(Problem(f"{path}.pointps", message))
    if abs(own["vpeak"] - threshold) > NEAR:
        message = (
            f"its spikes are detected at {threshold:g} mV, in NeuroML at vpeak, {own['vpeak']:g} mV: later."
        )
        warnings.warn(f"{path}.threshold: {message}", NetspecWarning, stacklevel=2)
    points = numbers.template.sections[section].geom.get("pt3d")
    picofarads = (
        geometry["cm"] * (area(points) if points else math.pi * geometry["L"] * geometry["diam"]) / 100
    )
    name = made.ids.new(label)
    share = own["C"]
    values = {
        "C": quantity(picofarads, "pF"),
        "v0": quantity(own["vr"], "mV"),
        "k": quantity(own["k"] / share, "nS_per_mV"),
        **{voltage: quantity(own[voltage], "mV") for voltage in ("vr", "vt", "vpeak", "c")},
        "a": quantity(own["a"], "per_ms"),
        "b": quantity(own["b"] / share, "nS"),
        "d": quantity(own["d"] / share, "pA"),
    }
    made.add(
        "izhikevich2007Cell",
        partial(element, "izhikevich2007Cell", *label_of(name, label), id=name, **values),
    )
    return name


def area(points: list[list[float]]) -> float:
    """Area of the side of frusta [um2]."""
    given = np.asarray(points, float)
    lengths = np.linalg.norm(np.diff(given[:, :3], axis=0), axis=1)
    radii = given[:, 3] / 2
    slant = np.hypot(lengths, np.diff(radii))
    return float(np.sum(math.pi * (radii[1:] + radii[:-1]) * slant))


def is_made(template: Template, known: Mapping[str, Origin]) -> bool:
    """Whether a cell is one section with one point process that was a cell of NeuroML."""
    found = [point["mod"] for section in template.sections.values() for point in section.pointps.values()]
    alone = len(found) == 1 and len(template.sections) == 1 and found[0] in known
    return alone and known[found[0]].role == "cell"


def made_cell(made: Layout, kind: NodeType, label: str, v_init: float, threshold: float) -> str:
    """The id of the cell of NeuroML that a point process was. v_init, threshold: of its section [mV]."""
    numbers = Numbers(kind)
    name = next(iter(numbers.template.sections))
    section = numbers.template.sections[name]
    point = next(iter(section.pointps))
    origin = made.origins[section.pointps[point]["mod"]]
    geometry, own, path = numbers.geometry(name), numbers.point(name, point), numbers.path(name)
    made.problems += numbers.problems
    points = section.geom.get("pt3d")
    size = area(points) if points else math.pi * geometry["L"] * geometry["diam"]
    there = {
        "capacitance": geometry["cm"] * size / 1e5,
        "vinit": v_init if section.vinit is None else float(section.vinit),
        "threshold": threshold,
    }
    for what, text in origin.state.items():  # numbers that only the section has
        own.setdefault(text.strip("{}"), float(f"{there[what]:.9g}"))
    items = origins.items(made, origin, own, f"{path}.pointps[{point!r}]")
    for what, value in origins.state(origin, own).items() if items else ():
        if not math.isclose(value, there[what], rel_tol=1e-6, abs_tol=1e-9):
            message = f"{what} is {there[what]:.9g}, but {value:.9g} by its point process's parameters."
            made.problems.append(Problem(path, message))
    if section.mechs:
        made.problems.append(Problem(f"{path}.mechs", "a cell of one point has no channels beside its own."))
    return origins.component(made, items[0], label) if items else ""


def artificial(made: Layout, kind: NodeType, label: str) -> str:
    """The id of an artificial cell: the component of NeuroML that it was; no other has a counterpart."""
    path = f"netParams.popParams[{label!r}].cellModel"
    origin = made.origins.get(kind.name)
    if origin is None:
        made.problems.append(Problem(path, f"{kind.name} has no counterpart in NeuroML."))
        return ""
    found = origins.items(made, origin, kind.parameters, path)
    return origins.component(made, found[0], label) if found else ""
