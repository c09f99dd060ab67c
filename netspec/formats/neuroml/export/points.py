"""Neurons that are point processes: NetPyNE's Izhi2007b as izhikevich2007Cell, if its mod file says so."""

import math
import re
import warnings
from collections.abc import Mapping
from functools import partial

import numpy as np

from netspec.errors import NetspecWarning, Problem
from netspec.formats.neuroml.export.bodies import Numbers
from netspec.formats.neuroml.export.parts import Layout
from netspec.formats.neuroml.export.text import element, label_of, quantity
from netspec.formats.sonata.export.layout import NodeType
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


def artificial(made: Layout, kind: NodeType, label: str) -> str:
    """The id of an artificial cell that is no source; none has a counterpart."""
    path = f"netParams.popParams[{label!r}].cellModel"
    made.problems.append(Problem(path, f"{kind.name} has no counterpart in NeuroML."))
    return ""
