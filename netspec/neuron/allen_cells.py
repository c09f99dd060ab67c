"""Cells of Allen's cell types database as bmtk builds them: a morphology, a file of parameters, processing.

The rules are those of bmtk 1.2.0 (bionet/default_setters/cell_models.py), which other tools must follow to
get the same cells. Run in the process that imports cells.
"""

import json
import re
import xml.etree.ElementTree as xml
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from neuron import h

TYPES = ("soma", "axon", "dend", "apic")
STUB = 30.0
"""Length of each of the two sections that stand for an axon [um]."""
TEMPLATE = """
begintemplate NetspecMorphology
public init, soma, dend, apic, axon, all, somatic, basal, apical, axonal
objref all, somatic, basal, apical, axonal, this
create soma[1], dend[1], apic[1], axon[1]
proc init() { localobj reader, importer
    forall delete_section()
    all = new SectionList() somatic = new SectionList() basal = new SectionList()
    apical = new SectionList() axonal = new SectionList()
    reader = new Import3d_SWC_read()
    reader.input($s1)
    importer = new Import3d_GUI(reader, 0)
    importer.instantiate(this)
}
endtemplate NetspecMorphology
"""
_NUMBER = re.compile(r"\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")


def cell(
    morphology: str | None,
    parameters: str | None,
    model: str,
    processing: list[str],
    longest: float | None,
    template: Mapping[str, Any] | None = None,
) -> Any:
    """A cell. model: 'ctdb' (JSON), 'nml' or 'hoc'. longest: of segments [um], None to leave them alone.

    template: of 'hoc', its name, the files that are loaded before, and its arguments.
    """
    if template is not None:
        for file in template["files"]:
            h.load_file(file)
        made = getattr(h, template["name"])(*template["args"])
    else:
        if not hasattr(h, "NetspecMorphology"):
            h(TEMPLATE)
        made = h.NetspecMorphology(morphology)
    if model == "nml":
        _stub(made)
        _neuroml(made, Path(str(parameters)))
    for step in processing:
        if model == "nml" and step.startswith("aibs_perisomatic") and parameters is not None:
            continue
        PROCESSING[step](made, parameters)
    if longest is not None:
        for section in made.all:
            section.nseg = 1 + 2 * int(section.L / (2 * longest))
    return made


def _perisomatic(made: Any, parameters: str | None, directed: bool = False) -> None:
    if parameters is None:
        return
    if directed:
        _directed_stub(made)
    else:
        _stub(made)
    content = json.loads(Path(parameters).read_text())
    passive = content["passive"][0]
    capacities = {entry["section"]: entry["cm"] for entry in passive["cm"]}
    for section, kind in _sections(made):
        section.Ra = passive["ra"]
        section.cm = capacities[kind]
        section.insert("pas")
        section.e_pas = passive["e_pas"]
    _channels(made, content)
    _reversals(made, content["conditions"][0].get("erev", ()), checked=False)


def _all_active(made: Any, parameters: str | None, directed: bool = False) -> None:
    if parameters is None:
        return
    if directed:
        _directed_stub(made, made_of_axon=True)
    else:
        _stub(made, made_of_axon=True)
    content = json.loads(Path(parameters).read_text())
    passive = content["passive"][0]
    capacities = {entry["section"]: float(entry["cm"]) for entry in passive.get("cm", ())}
    for section, kind in _sections(made):
        section.insert("pas")
        if "e_pas" in passive:
            section.e_pas = float(passive["e_pas"])
        if "ra" in passive:
            section.Ra = float(passive["ra"])
        if kind in capacities:
            section.cm = capacities[kind]
    _channels(made, content)
    _reversals(made, content["conditions"][0].get("erev", ()), checked=True)


def _extracellular(made: Any, parameters: str | None) -> None:
    for section in made.all:
        section.insert("extracellular")


PROCESSING = {
    "aibs_perisomatic": _perisomatic,
    "aibs_allactive": _all_active,
    "aibs_perisomatic_directed": partial(_perisomatic, directed=True),
    "aibs_allactive_directed": partial(_all_active, directed=True),
    "extracellular": _extracellular,
}
"""model_processing -> what it does."""


def _sections(made: Any) -> Iterator[tuple[Any, str]]:
    """Each section with its type."""
    for section in made.all:
        yield section, section.name().split(".")[-1][:4]


def _stub(made: Any, made_of_axon: bool = False) -> None:
    """Two short sections in place of the axon; made_of_axon: as thick as what they stand for."""
    thick = (1.0, 1.0)
    if made_of_axon:
        axon = list(made.axon)
        thick = (axon[0].diam, axon[-1].diam)
    for section in list(made.axon):
        h.delete_section(sec=section)
    h.execute("create axon[2]", made)
    for section, diam in zip(made.axon, thick, strict=True):
        section.L, section.diam = STUB, diam
        made.axonal.append(sec=section)
        made.all.append(sec=section)
    made.axon[0].connect(made.soma[0], 1.0 if made_of_axon else 0.5, 0)
    made.axon[1].connect(made.axon[0], 1, 0)
    # No 3-D points, from which NEURON would compute lengths anew: they are drawn when they are needed.


def _directed_stub(made: Any, made_of_axon: bool = False) -> None:
    """The same, drawn along the axon's main direction. Not among `axonal`, as in bmtk."""
    thick = [1.0, 1.0]
    if made_of_axon:
        thick = [list(made.axon)[0].diam, list(made.axon)[-1].diam]
    start, way = _direction(made)
    for section in list(made.axon):
        h.delete_section(sec=section)
    h.execute("create axon[2]", made)
    if made_of_axon:
        made.axon[0].connect(made.soma[0], 1.0, 0)
        made.axon[1].connect(made.axon[0], 1, 0)
    for number, (section, diam) in enumerate(zip(made.axon, thick, strict=True)):
        for end in (number, number + 1):
            h.pt3dadd(*(start + way * STUB * end).tolist(), diam, sec=section)
        made.all.append(sec=section)
    if not made_of_axon:
        made.axon[0].connect(made.soma[0], 0.5, 0)
        made.axon[1].connect(made.axon[0], 1, 0)
    for section in made.axon:
        section.L = STUB
    h.define_shape()


def _direction(made: Any) -> tuple[Any, Any]:
    """Where the soma ends, and the first principal axis of its middle and of the last axonal section."""
    soma, axon = list(made.somatic)[-1], [section for section, kind in _sections(made) if kind == "axon"]
    if not axon:
        raise ValueError("there is no axon in the morphology, which `directed` needs")
    ends, middle = (_point(soma, soma.n3d() - 1), _point(soma, int(soma.n3d() / 2)))
    points = np.array([_point(axon[-1], k) for k in range(axon[-1].n3d())])
    together = np.concatenate([[middle], points])
    *_, axes = np.linalg.svd(together - together.mean(axis=0))
    way = axes[0] / np.linalg.norm(axes[0])
    return ends, -way if way @ (points[-1] - middle) < 0 else way


def _point(section: Any, number: int) -> Any:
    return np.array([section.x3d(number), section.y3d(number), section.z3d(number)])


def _channels(made: Any, content: dict[str, Any]) -> None:
    for gene in content["genome"]:
        if gene["section"] == "glob":
            continue
        for section, kind in _sections(made):
            if kind == gene["section"]:
                if gene.get("mechanism", "") != "":
                    section.insert(gene["mechanism"])
                setattr(section, gene["name"], float(gene["value"]))


def _reversals(made: Any, entries: Iterable[dict[str, Any]], checked: bool) -> None:
    """Reversal potentials; checked: only of ions that are there."""
    for entry in entries:
        for section, kind in _sections(made):
            if kind != entry["section"]:
                continue
            for ion in ("na", "k"):
                if f"e{ion}" in entry and (not checked or h.ismembrane(f"{ion}_ion", sec=section)):
                    setattr(section, f"e{ion}", float(entry[f"e{ion}"]))


def _neuroml(made: Any, path: Path) -> None:
    """Channels and passive properties of a cell's NeuroML file. Units are not looked at, as in bmtk."""
    root = xml.parse(path).getroot()
    for element in root.iter():
        name = element.tag.rpartition("}")[2]
        own = element.attrib
        for section, kind in _sections(made):
            if own.get("segmentGroup", kind) in (kind, "all"):
                _apply(section, name, own)


def _apply(section: Any, name: str, own: dict[str, str]) -> None:
    match name:
        case "resistivity":
            section.Ra = _number(own["value"])
        case "specificCapacitance":
            section.cm = _number(own["value"])
        case "channelDensity" if own["ionChannel"] == "pas":
            section.insert("pas")
            section.g_pas, section.e_pas = _number(own["condDensity"]), _number(own["erev"])
        case "channelDensity" | "channelDensityNernst":
            section.insert(own["ionChannel"])
            setattr(section, own["id"], _number(own["condDensity"]))
            if own["ion"] in ("na", "k") and "erev" in own:
                setattr(section, f"e{own['ion']}", _number(own["erev"]))
        case "concentrationModel":
            section.insert(own["id"])
            setattr(section, f"gamma_{own['type']}", _number(own["gamma"]))
            setattr(section, f"decay_{own['type']}", _number(own["decay"]))


def _number(text: str) -> float:
    found = _NUMBER.match(text)
    if found is None:
        raise ValueError(f"{text!r} does not begin with a number")
    return float(found.group())
