"""Mechanisms that were made of NeuroML or LEMS as the components that they were."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from netspec.errors import Problem
from netspec.formats.neuroml.export.parts import Layout
from netspec.formats.neuroml.export.text import number
from netspec.lems.nmodl.origin import DEFINITIONS, Origin, read, written
from netspec.lems.tree import Element

BRACES = re.compile(r"\{(\w+)\}")
PLAIN = {"ionChannelPassive": ("ionChannelHH", "ionChannelPassive")}
"""Types that the schema does not have as elements: the element and its type."""
GATES = (
    "gateHHrates", "gateHHratesTau", "gateHHtauInf", "gateHHratesInf", "gateHHratesTauInf",
    "gateHHInstantaneous", "gateFractional",
)  # fmt: skip
IN_GATES = ("q10Settings", "forwardRate", "reverseRate", "timeCourse", "steadyState", "subGate")
LACKING = ("vHalfTransition",)
"""Parts that the schema does not have."""
UNTYPED = ("cell", "baseCell")
"""Elements that have no other type in the schema."""
OWN = ("id", "name", "type", "ion", "species")
ORDER_OF_SCHEMA = """
ionChannel ionChannelHH ionChannelVShift ionChannelKS decayingPoolConcentrationModel
fixedFactorConcentrationModel alphaCurrentSynapse alphaSynapse expOneSynapse expTwoSynapse
expThreeSynapse blockingPlasticSynapse doubleSynapse gapJunction silentSynapse linearGradedSynapse
gradedSynapse cell baseCell iafTauCell iafTauRefCell iafCell iafRefCell izhikevichCell
izhikevich2007Cell adExIaFCell fitzHughNagumoCell fitzHughNagumo1969Cell pinskyRinzelCA3Cell
hindmarshRose1984Cell pulseGenerator pulseGeneratorDL sineGenerator sineGeneratorDL rampGenerator
rampGeneratorDL compoundInput compoundInputDL voltageClamp voltageClampTriple spikeArray
timedSynapticInput spikeGenerator spikeGeneratorRandom spikeGeneratorPoisson spikeGeneratorRefPoisson
poissonFiringSynapse transientPoissonFiringSynapse IF_curr_alpha IF_curr_exp IF_cond_alpha IF_cond_exp
EIF_cond_exp_isfa_ista EIF_cond_alpha_isfa_ista HH_cond_exp expCondSynapse alphaCondSynapse
expCurrSynapse alphaCurrSynapse SpikeSourcePoisson
"""
ORDER = ORDER_OF_SCHEMA.split()
"""Elements of a NeuroML document in the order that the schema wants."""


def of(mods: Mapping[str, str]) -> dict[str, Origin]:
    """What the mechanisms of mod files are made of, of those that say so."""
    found = {name: read(text) for name, text in mods.items()}
    return {name: origin for name, origin in found.items() if origin is not None}


def names(origin: Origin) -> set[str]:
    """Its RANGE parameters."""
    every = [*origin.items, *origin.needs]
    return {name for element in every for value in _texts(element) for name in BRACES.findall(value)}


def _texts(element: Element) -> Iterator[str]:
    yield from element.attributes.values()
    for child in element.children:
        yield from _texts(child)


def items(made: Layout, origin: Origin, values: Mapping[str, float], path: str) -> list[Element]:
    """Its items with numbers; what they name becomes part of the document. path: where values are missing."""
    missing = sorted(names(origin) - set(values))
    if missing:
        message = f"give {', '.join(missing)}: NeuroML needs a value."
        made.problems.append(Problem(path, message))
        return []
    ids: dict[str, str] = {}
    for need in origin.needs:
        if need.tag in DEFINITIONS:
            _define(made, need, path)
            continue
        element = _filled(need, values, ids)
        ids[need.attributes["id"]] = component(made, element, need.attributes["id"])
    return [_filled(item, values, ids) for item in origin.items]


def component(made: Layout, element: Element, label: str) -> str:
    """The id of a component in the document, the same for all that are alike."""
    key = f"{label} {written(replace(element, attributes=_without_id(element)))}"
    if key in made.borrowed:
        return made.borrowed[key]
    name = made.borrowed[key] = made.ids.new(label)
    tag, own_type = PLAIN.get(element.tag, (element.tag, None))
    element = _of_one_kind(element)
    alone = tag in ORDER and not (tag in UNTYPED and "type" in element.attributes)
    alone = alone and not any(part.tag in LACKING for part in _all(element))
    more = {"id": name, **({"type": own_type} if own_type else {})}
    text = written(replace(element, tag=tag, attributes={**more, **_without_id(element)}))
    if alone and element.attributes.get("type") not in made.types:
        made.add(tag, lambda: text)
    else:
        made.types[f"component {name}"] = text
    return name


def _of_one_kind(channel: Element) -> Element:
    """A channel whose gates are of several types, as the schema wants them: each a <gate> that has a type."""
    if len({gate.tag for gate in channel.children if gate.tag in GATES}) < 2:
        return channel
    return replace(channel, children=[_gate(one) if one.tag in GATES else one for one in channel.children])


def _gate(gate: Element) -> Element:
    ordered = sorted(gate.children, key=lambda part: IN_GATES.index(part.tag) if part.tag in IN_GATES else 0)
    return replace(gate, tag="gate", attributes={**gate.attributes, "type": gate.tag}, children=ordered)


def _all(element: Element) -> Iterator[Element]:
    yield element
    for child in element.children:
        yield from _all(child)


def _without_id(element: Element) -> dict[str, str]:
    return {name: value for name, value in element.attributes.items() if name != "id"}


def _define(made: Layout, definition: Element, path: str) -> None:
    """A user's type, dimension or unit."""
    name = definition.get("name") or definition.get("symbol") or ""
    text = written(definition)
    if made.types.setdefault(name, text) != text:
        made.problems.append(Problem(path, f"{name} has another definition elsewhere: rename it."))


def _filled(element: Element, values: Mapping[str, float], ids: Mapping[str, str]) -> Element:
    attributes = {
        name: BRACES.sub(
            lambda found: number(values[found[1]]), value if name in OWN else _renamed(value, ids)
        )
        for name, value in element.attributes.items()
    }
    inside = [_filled(child, values, ids) for child in element.children]
    return replace(element, attributes=attributes, children=inside)


def _renamed(value: str, ids: Mapping[str, str]) -> str:
    """An attribute with the new ids of what it names, alone or in a path."""
    return "/".join(ids.get(step, step) for step in value.split("/"))


def state(origin: Origin, values: Mapping[str, float]) -> dict[str, float]:
    """The capacitance [nF], initial potential and threshold [mV] of a cell with these values."""
    filled = {
        name: BRACES.sub(lambda found: repr(values[found[1]]), text) for name, text in origin.state.items()
    }
    return {name: float(text) for name, text in filled.items()}
