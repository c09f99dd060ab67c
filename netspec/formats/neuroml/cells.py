"""Cells of NeuroML -> entries of cellParams: those with a morphology, point cells, sources of spikes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import pi, sqrt
from typing import Any

from netspec.formats.neuroml import biophysics, morphology, spikes
from netspec.formats.neuroml.biophysics import MV, OHM_CM, UF_PER_CM2, Laid, tidy
from netspec.formats.neuroml.dynamics import Mods
from netspec.formats.neuroml.morphology import Morphology, Run
from netspec.lems import nmodl
from netspec.lems.check_cells import part
from netspec.lems.model import Component
from netspec.lems.nmodl import Mechanism

SOMA = "soma"
"""The section of a cell without a morphology."""
SOURCES = ("baseSpikeSource",)
Recorded = tuple[dict[str, Any], float]


@dataclass(frozen=True, eq=False)
class Kind:
    """What the cells of a component are.

    rule: entry of cellParams; population: what popParams says, for sources of spikes instead of it. section:
    where inputs end on a point cell. variables: by section and path below the cell, the rest of an entry of
    recordTraces, and the factor to SI.
    """

    label: str
    rule: dict[str, Any] | None = None
    population: dict[str, Any] = field(default_factory=dict)
    morphology: Morphology | None = None
    section: str | None = None
    variables: Mapping[tuple[str, str], Recorded] = field(default_factory=dict)

    def quantity(self, section: str | None, location: float, steps: list[str]) -> Recorded | None:
        """How something below a cell is recorded; None if it is not there or cannot be."""
        found = self.variables.get((section or "", "/".join(steps)))
        if found is None:
            return None
        place = {"sec": section, "loc": location} if section else {}
        return {**place, **found[0]}, found[1]


def kind(component: Component, mods: Mods) -> Kind | None:
    """What the cells of a component are; what is wrong goes to the findings."""
    if component.is_a("cell", "cell2CaPools"):
        return detailed(component, mods)
    if component.is_a(*SOURCES):
        return source(component, mods)
    return point(component, mods)


def source(component: Component, mods: Mods) -> Kind | None:
    """A source of spikes: one of NEURON's artificial cells where it does the same, else one of its own."""
    known = spikes.known(component)
    if known is not None:
        return Kind(component.id, population=known)
    made = nmodl.source(component, mods.found)
    if made is None:
        return None
    mods.kept(made)
    return Kind(component.id, population={"cellModel": made.name, **made.values})


def detailed(component: Component, mods: Mods) -> Kind | None:
    """A <cell>: sections with the mechanisms of its biophysics."""
    found = mods.found
    shape, properties = (part(component, name, found) for name in ("morphology", "biophysicalProperties"))
    properties = properties or part(component, "biophysicalProperties2CaPools", found)
    if shape is None or properties is None:
        found.findings.wrong(component.place, "a cell needs <morphology> and <biophysicalProperties>")
        return None
    tree = morphology.read(shape, found.findings)
    if not tree.runs or len(tree.run_of) < len(tree.pieces):
        return None  # which the findings say
    secs = morphology.sections(tree, found.findings)
    membranes = properties.all("membraneProperties", "membraneProperties2CaPools")
    inside = properties.all("intracellularProperties", "intracellularProperties2CaPools")
    variables: dict[tuple[str, str], Recorded] = {}
    for run in tree.runs:
        section = secs[run.name]
        _passive(section, membranes, inside, run, tree, mods)
        _active(section, properties, membranes, inside, run, tree, mods, variables)
    rule = {"conds": {"cellType": component.id}, "secs": secs}
    if len(secs) > 1:
        rule["secLists"] = morphology.lists(tree)
    return Kind(component.id, rule, {"cellType": component.id}, tree, None, variables)


def _passive(
    section: dict[str, Any],
    membranes: list[Component],
    inside: list[Component],
    run: Run,
    tree: Morphology,
    mods: Mods,
) -> None:
    """Capacitance, resistivity, initial potential and threshold of a section."""
    found, place = mods.found, run.pieces[0].component.place
    values = {
        name: biophysics.of_section(name, blocks, run, tree, found)
        for name, blocks in (
            ("specificCapacitance", membranes),
            ("initMembPotential", membranes),
            ("spikeThresh", membranes),
            ("resistivity", inside),
        )
    }
    numbers = {n: item.values["value"] for n, item in values.items() if item and "value" in item.values}
    for name in ("specificCapacitance", *(["resistivity"] if len(tree.runs) > 1 else [])):
        if name not in numbers:
            found.findings.wrong(place, f"section {run.name!r} has no <{name}>")
    for name, where, key, factor in (
        ("specificCapacitance", section["geom"], "cm", UF_PER_CM2),
        ("resistivity", section["geom"], "Ra", OHM_CM),
        ("initMembPotential", section, "vinit", MV),
        ("spikeThresh", section, "threshold", MV),
    ):
        if name in numbers:
            where[key] = tidy(numbers[name] * factor)


def _active(
    section: dict[str, Any],
    properties: Component,
    membranes: list[Component],
    inside: list[Component],
    run: Run,
    tree: Morphology,
    mods: Mods,
    variables: dict[tuple[str, str], Recorded],
) -> None:
    """Channels and ions of a section, and what can be recorded of them."""
    variables[run.name, "v"] = {"var": "v"}, 1 / MV
    pools = [s for block in inside for s in block.all("species") if _is_on(s, run, tree)]
    for species in pools:
        _pool(section, species, run, mods, variables)
    laid = [one for block in membranes for one in biophysics.densities(block, run, tree, mods.found)]
    made = _channels(section, laid, mods)
    if made is None:
        return
    if "USEION ca " in made.text:  # without a <species>, NEURON's own concentration
        variables.setdefault((run.name, "caConc"), ({"var": "cai"}, 1.0))
    for path, (variable, factor) in made.shown.items():
        recorded = {"mech": made.name, "var": variable}, factor
        for name in (properties.id, properties.element.tag):
            variables[run.name, f"{name}/membraneProperties/{path}"] = recorded


def _is_on(item: Component, run: Run, tree: Morphology) -> bool:
    return any(biophysics.shares(run, biophysics.covered(item, tree)))


def _pool(
    section: dict[str, Any],
    species: Component,
    run: Run,
    mods: Mods,
    variables: dict[tuple[str, str], Recorded],
) -> None:
    """An ion's concentrations, and the mechanism that changes them."""
    ion = str(species.get("ion") or species.id)
    given = species.values
    section.setdefault("ions", {})[ion] = {
        key: tidy(given[name])
        for key, name in (("i", "initialConcentration"), ("o", "initialExtConcentration"))
        if name in given
    }
    model = mods.component(str(species.get("concentrationModel")), species)
    made = nmodl.concentration(model, ion, mods.found, mods.show, mods.outside) if model is not None else None
    if made is not None:
        values = {name: tidy(value) for name, value in made.values.items()}
        values |= {name: tidy(given[name]) for name in given if name in values}
        section["mechs"][mods.kept(made).name] = values
    if ion in ("ca", "ca2"):
        name = "caConc" if ion == "ca" else "caConc2"
        variables[run.name, name] = {"var": f"{ion}i"}, 1.0
        variables[run.name, name.replace("Conc", "ConcExt")] = {"var": f"{ion}o"}, 1.0


def _channels(section: dict[str, Any], laid: list[Laid], mods: Mods) -> Mechanism | None:
    """The mechanism of all channels of a section, with its parameters there."""
    names = _names(laid)
    parts = [nmodl.Density(one.item, name) for one, name in zip(laid, names, strict=True)]
    made = nmodl.density(parts, mods.found, mods.show, outside=mods.outside) if parts else None
    if made is None:
        return None
    values: dict[str, Any] = {name: tidy(value) for name, value in made.values.items()}
    for one, name in zip(laid, names, strict=True):
        key = next(key for key in (f"gmax_{name}", f"permeability_{name}") if key in values)
        amounts = list(one.amounts)
        values[key] = amounts[0] if amounts.count(amounts[0]) == len(amounts) else amounts
    section["mechs"][mods.kept(made).name] = values
    return made


def _names(laid: list[Laid]) -> list[str]:
    """A name for each channel density of a section: that of the channel, if it is there once."""
    channels = [one.channel.id for one in laid]
    return [c if channels.count(c) == 1 else one.item.id for c, one in zip(channels, laid, strict=True)]


def point(component: Component, mods: Mods) -> Kind | None:
    """A cell without a morphology: a section with a capacitance and a mechanism that does the rest."""
    made = nmodl.cell(component, mods.found, mods.show, mods.outside)
    if made is None:
        return None
    mods.kept(made)
    values = {name: tidy(value) for name, value in made.values.items()}
    if made.kind == "artificial":
        shown = {("", path): ({"var": name}, factor) for path, (name, factor) in made.shown.items()}
        return Kind(component.id, None, {"cellModel": made.name, **values}, None, None, shown)
    capacitance = made.capacitance or 1.0  # nF
    size = tidy(sqrt(capacitance * 1e5 / pi))  # um, where 1 uF/cm2 makes so much
    section: dict[str, Any] = {"geom": {"L": size, "diam": size, "cm": 1.0}, "mechs": {}}
    section |= {"vinit": made.vinit} if made.vinit is not None else {}
    section |= {"threshold": made.threshold} if made.threshold is not None else {}
    if made.kind == "density":
        section["mechs"][made.name] = values
        place = {"mech": made.name}
    else:
        section["pointps"] = {component.id: {"mod": made.name, "loc": 0.5, **values}}
        if made.threshold is None and made.spikes:
            section["pointps"][component.id]["spikes"] = True
        place = {"pointp": component.id}
    variables: dict[tuple[str, str], Recorded] = {
        (SOMA, path): ({**place, "var": name}, factor) for path, (name, factor) in made.shown.items()
    }
    if "v" in made.shown:
        variables[SOMA, "v"] = {"var": "v"}, 1 / MV
    rule = {"conds": {"cellType": component.id}, "secs": {SOMA: section}}
    return Kind(component.id, rule, {"cellType": component.id}, None, SOMA, variables)
