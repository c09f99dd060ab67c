"""A cell of a NeuroML file -> a cell rule and the mod files of its channels: one segment, HH channels."""

import os
import tempfile
from collections.abc import Mapping
from math import dist
from pathlib import Path
from typing import Any

from netspec.errors import SpecError
from netspec.lems import check, nmodl
from netspec.lems.check_cells import ALL, members, part
from netspec.lems.findings import Findings
from netspec.lems.model import Component
from netspec.lems.resolve import Resolved

KINDS = ("ionChannelHH", "ionChannel", "ionChannelPassive", "ionChannelKS", "ionChannelVShift")
TAKEN = ("hh", "pas", "fastpas", "capacitance", "extracellular", "morphology")
"""Mechanisms that NEURON has already."""
RATES = ("alpha", "beta", "inf", "tau")
PARTS = ("morphology", "biophysicalProperties")
TOP = ("cell", *PARTS, *KINDS)
"""What a file may have."""
MV, S_PER_CM2, UF_PER_CM2, OHM_CM = 1e3, 1e-4, 1e2, 1e2
VALUES = {
    "specificCapacitance": ("geom", "cm", UF_PER_CM2),
    "resistivity": ("geom", "Ra", OHM_CM),
    "initMembPotential": ("", "vinit", MV),
    "spikeThresh": ("", "threshold", MV),
}
"""Element -> where its value is in a section, and the factor from SI units."""


def cell(path: str | Path, mod_folder: str | Path) -> tuple[dict[str, Any], list[Path]]:
    """The entry of cellParams for the only cell of a file, and the mod files that its channels need.

    Mechanisms have the channels' ids, and the parameters gmax [S/cm2] and erev [mV]. SpecError with file and
    line of all that is wrong or not supported yet; then nothing is written.
    """
    found = check.components(Path(path))
    _stop(found)  # what is wrong is not there to be read
    cells = _cells(found)
    _stop(found)
    entry, texts = _cell(cells[0], found)
    _stop(found)
    return entry, _write(texts, Path(mod_folder))


def _cells(found: Resolved) -> list[Component]:
    """The cells of a file; that there is one, and what is beside it, goes to the findings."""
    document, wrong = found.document, found.findings.wrong
    for root, _ in document.roots:
        if root.tag == "Lems":
            wrong(root.place, "a LEMS file: not supported yet")
    for name in document.own_types:
        wrong(document.library.types[name].place, f"component type {name!r} of your own: not supported yet")
    for component in found.top:
        if component.type.name not in TOP:
            refuse(component, found.findings, ", ".join(TOP))
    cells = [component for component in found.top if component.type.name == "cell"]
    if not cells:
        wrong(document.roots[-1][0].place, "there is no <cell>")
    for component in cells[1:]:
        wrong(component.place, "a second cell: not supported yet")
    return cells


def _stop(found: Resolved) -> None:
    if found.findings.problems:
        raise SpecError(found.findings.problems)


def _cell(component: Component, found: Resolved) -> tuple[dict[str, Any], dict[str, str]]:
    """The rule, and texts of mod files by channel; what is wrong goes to the findings."""
    findings = found.findings
    morphology, properties = (part(component, name, found) for name in PARTS)
    if morphology is None or properties is None:
        findings.wrong(component.place, "a cell needs <morphology> and <biophysicalProperties>")
        return {}, {}
    segment, *others = morphology.all("segment")
    for other in others[:1]:
        findings.wrong(other.place, "a second segment: not supported yet")
    section: dict[str, Any] = {"geom": _shape(segment, found), "mechs": {}}
    texts: dict[str, str] = {}
    for block in only(properties, findings, "membraneProperties", "intracellularProperties"):
        for item in only(block, findings, "channelDensity", *VALUES):
            if not _covers(item, segment, morphology, found):
                continue
            if item.type.name == "channelDensity":
                _density(item, section["mechs"], texts, found)
            else:
                _value(item, section, found)
    if "cm" not in section["geom"]:
        findings.wrong(component.place, "its segment has no <specificCapacitance>")
    return {"secs": {segment.get("name") or f"segment{segment.id}": section}}, texts


def _shape(segment: Component, found: Resolved) -> dict[str, Any]:
    """L and diam [um] of a sphere, whose area a cylinder as long as wide has, or points of a frustum."""
    proximal, distal = (segment.all(name)[0] for name in ("proximal", "distal"))
    ends = [[end.values.get(name, 0.0) for name in ("x", "y", "z", "diameter")] for end in (proximal, distal)]
    if dist(ends[0][:3], ends[1][:3]):
        return {"pt3d": ends}
    if ends[0][3] != ends[1][3]:
        found.findings.wrong(segment.place, "a sphere with two diameters: not supported yet")
    return {"L": ends[1][3], "diam": ends[1][3]}


def _covers(item: Component, segment: Component, morphology: Component, found: Resolved) -> bool:
    """Whether something of the membrane is where the segment is."""
    if item.get("segment") is not None:
        return item.get("segment") == segment.id
    there = members(item.get("segmentGroup") or ALL, morphology)
    if there is None:
        found.findings.wrong(item.place, "a segment group of paths or trees: not supported yet")
    return there is not None and segment.id in there


def _value(item: Component, section: dict[str, Any], found: Resolved) -> None:
    where, name, factor = VALUES[item.type.name]
    into = section[where] if where else section
    if name in into:
        found.findings.wrong(item.place, f"a second <{item.element.tag}> for this segment: not supported yet")
    into[name] = inside(item.values["value"], factor)


def _density(item: Component, mechs: dict[str, Any], texts: dict[str, str], found: Resolved) -> None:
    """A mechanism with its parameters, and the text of its mod file."""
    only(item, found.findings)
    channel = found.named(item.get("ionChannel"))
    if channel is None:  # which the check has said
        return
    if channel.id in mechs:
        found.findings.wrong(item.place, f"channel {channel.id!r} twice in a segment: not supported yet")
    if "condDensity" not in item.values:
        found.findings.wrong(item.place, "a channelDensity without condDensity: not supported yet")
        return
    mechs[channel.id] = {
        "gmax": inside(item.values["condDensity"], S_PER_CM2),
        "erev": inside(item.values["erev"], MV),
    }
    if channel.id in TAKEN or channel.id.startswith("_"):
        found.findings.wrong(
            channel.place, f"channel {channel.id!r}: not supported yet as a name of a mechanism"
        )
    show = [f"{item.id}/{channel.id}/{gate.id}/{rate}" for gate in channel.children for rate in RATES]
    show.append(f"{item.id}/gDensity")
    made = nmodl.density([nmodl.Density(item)], found, show, name=channel.id)
    texts[channel.id] = made.text if made else ""


def _write(texts: Mapping[str, str], folder: Path) -> list[Path]:
    """Mod files; whole at any time, since ranks may write the same one."""
    folder.mkdir(parents=True, exist_ok=True)
    files = [folder / f"{name}.mod" for name in texts]
    for file, text in zip(files, texts.values(), strict=True):
        if file.exists() and file.read_text() == text:
            continue
        with tempfile.NamedTemporaryFile("w", dir=folder, suffix=".part", delete=False) as part_:
            part_.write(text)
        os.replace(part_.name, file)
    return files


def refuse(component: Component, findings: Findings, known: str) -> None:
    """Say that a component is not supported yet. known: what is, in its place."""
    tag, kind = component.element.tag, component.type.name
    shown = f"<{tag}>" if tag == kind else f"<{tag}> of type {kind!r}"
    findings.wrong(component.place, f"{shown}: not supported yet (known: {known})")


def only(component: Component, findings: Findings, *known: str) -> list[Component]:
    """The children of a component that are of these types, not of types that extend them."""
    for child in component.children:
        if child.type.name not in known:
            refuse(child, findings, ", ".join(known) or "nothing")
    return [child for child in component.children if child.type.name in known]


def inside(value: float, factor: float = 1.0) -> float:
    """A value in SI units times a factor, without the dust of the conversion (12 digits)."""
    return float(f"{value * factor:.12g}")
