"""Cells of NeuroML -> entries of cellParams: with morphology and biophysics, point cells, sources of spikes."""

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

    rule: entry of cellParams; population: what popParams says instead, of sources of spikes. section: where inputs
    end on a point cell. variables: by section and path below the cell, the rest of an entry of recordTraces.
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
    if component.is_a("pointCellCondBased", "pointCellCondBasedCa"):
        return conductances(component, mods)
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
    numbers = {name: item.values.get("value") for name, item in values.items() if item is not None}
    for name in ("specificCapacitance", *(["resistivity"] if len(tree.runs) > 1 else [])):
        if name not in numbers:
            found.findings.wrong(place, f"section {run.name!r} has no <{name}>")
    for name, where, key, factor in (
        ("specificCapacitance", section["geom"], "cm", UF_PER_CM2),
        ("resistivity", section["geom"], "Ra", OHM_CM),
        ("initMembPotential", section, "vinit", MV),
        ("spikeThresh", section, "threshold", MV),
    ):
        if numbers.get(name) is not None:
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
    for one, prefix in zip(laid, _prefixes(laid), strict=True):
        for path, (variable, factor) in made.shown.items():
            if path.startswith(f"{prefix}/"):
                rest = path.removeprefix(f"{prefix}/")
                recorded = {"mech": made.name, "var": variable}, factor
                for between in ("", f"{one.channel.id}/"):
                    way = f"{properties.id}/membraneProperties/{one.item.id}/{between}{rest}"
                    variables[run.name, way] = recorded


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
    made = nmodl.concentration(model, ion, mods.found) if model is not None else None
    if made is not None:
        section["mechs"][mods.kept(made).name] = dict(made.values)
    if ion in ("ca", "ca2"):
        name = "caConc" if ion == "ca" else "caConc2"
        variables[run.name, name] = {"var": f"{ion}i"}, 1.0
        variables[run.name, name.replace("Conc", "ConcExt")] = {"var": f"{ion}o"}, 1.0


def _channels(section: dict[str, Any], laid: list[Laid], mods: Mods) -> Mechanism | None:
    """The mechanism of all channels of a section, with its parameters there."""
    if not laid:
        return None
    parts = [
        nmodl.Density(one.channel, _form(one.item), _ion(one), prefix, one.item.values.get("vShift", 0.0))
        for one, prefix in zip(laid, _prefixes(laid), strict=True)
    ]
    made = nmodl.density(parts, mods.found)
    if made is None:
        return None
    values: dict[str, Any] = dict(made.values)
    for one, prefix in zip(laid, _prefixes(laid), strict=True):
        amounts = list(one.amounts)
        values[f"gmax_{prefix}"] = amounts[0] if amounts.count(amounts[0]) == len(amounts) else amounts
        if "erev" in one.item.values:
            values[f"erev_{prefix}"] = tidy(one.item.values["erev"] * MV)
    section["mechs"][mods.kept(made).name] = values
    return made


FORMS = {
    "channelDensityNernstCa2": "nernst",
    "channelDensityNernst": "nernst",
    "channelDensityNonUniformNernst": "nernst",
    "channelPopulationNernst": "nernst",
    "channelDensityGHK": "ghk",
    "channelDensityNonUniformGHK": "ghk",
    "channelDensityGHK2": "ghk2",
}
"""How the current of a density follows from its conductance; others are ohmic."""


def _form(item: Component) -> str:
    return next((form for name, form in FORMS.items() if item.is_a(name)), "ohmic")


def _ion(one: Laid) -> str:
    ion = one.channel.get("species") or one.item.get("ion") or "non_specific"
    return "ca2" if one.item.is_a("channelDensityNernstCa2") else str(ion)


def _prefixes(laid: list[Laid]) -> list[str]:
    """A name for each channel density of a section: that of the channel, if it is there once."""
    channels = [one.channel.id for one in laid]
    return [c if channels.count(c) == 1 else one.item.id for c, one in zip(channels, laid, strict=True)]


def conductances(component: Component, mods: Mods) -> Kind | None:
    """A point cell with channels: a section whose area makes its capacitance 1 uF/cm2."""
    area = component.values["C"] * 1e14 / 1.0  # F / (uF/cm2) -> um2
    laid = []
    for item in component.all("baseChannelPopulation"):
        channel = mods.found.named(item.get("ionChannel"))
        if channel is not None:
            total = item.values.get("number", 0.0) * channel.values.get("conductance", 0.0)
            laid.append(Laid(item, channel, (tidy(total / (area * 1e-8)),)))
    size = tidy(sqrt(area / pi))
    section: dict[str, Any] = {"geom": {"L": size, "diam": size, "cm": 1.0}, "mechs": {}}
    section |= {"vinit": tidy(component.values["v0"] * MV), "threshold": tidy(component.values["thresh"] * MV)}
    made = _channels(section, laid, mods)
    variables: dict[tuple[str, str], Recorded] = {(SOMA, "v"): ({"var": "v"}, 1 / MV)}
    for one, prefix in zip(laid, _prefixes(laid), strict=True):
        for path, (variable, factor) in made.shown.items() if made else ():
            if path.startswith(f"{prefix}/"):
                rest = path.removeprefix(f"{prefix}/")
                for between in ("", f"{one.channel.id}/"):
                    variables[SOMA, f"{one.item.id}/{between}{rest}"] = (
                        {"mech": made.name, "var": variable}, factor,
                    )  # fmt: skip
    rule = {"conds": {"cellType": component.id}, "secs": {SOMA: section}}
    return Kind(component.id, rule, {"cellType": component.id}, None, SOMA, variables)


def point(component: Component, mods: Mods) -> Kind | None:
    raise NotImplementedError
