"""Cells with sections as NeuroML cells: morphology, groups of segments and biophysics."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from netspec.formats.neuroml.export import channels
from netspec.formats.neuroml.export.bodies import Body, Cable
from netspec.formats.neuroml.export.channels import Density
from netspec.formats.neuroml.export.text import Ids, element, label_of, number, quantity
from netspec.formats.sonata.export.refuse import conditions
from netspec.lems.nmodl.origin import written
from netspec.lems.tree import Element
from netspec.plan import Plan
from netspec.plan.cells import Template

SECTION = "sao864921383"
"""The NeuroLex id of groups that are sections: one unbranched row of segments."""


DENSITIES = (
    "channelPopulation", "channelDensity", "channelDensityVShift", "channelDensityNernst",
    "channelDensityGHK", "channelDensityGHK2",
)  # fmt: skip
"""Elements of membraneProperties in the order of the schema."""


class _Groups:
    """Groups of segments of a cell: its sections, and unions of them that share a value."""

    def __init__(self, body: Body):
        self._ids = Ids()
        self.sections = {name: self._ids.new(name) for name in body.cables}
        self._unions: dict[tuple[str, ...], str] = {}

    def of(self, sections: Iterable[str]) -> str:
        """The group of these sections."""
        names = tuple(sections)
        if len(names) == len(self.sections):
            return "all"
        if names not in self._unions:
            # jNeuroML's hoc has lists of sections for groups that are not sections themselves
            label = f"{names[0]}_group" if len(names) == 1 else f"sections_{len(self._unions)}"
            self._unions[names] = self._ids.new(label)
        return self._unions[names]

    def elements(self, body: Body) -> Iterator[str]:
        """Sections with their members and nseg, then unions; `all` last."""
        for name, cable in body.cables.items():
            parts = label_of(self.sections[name], name)
            nseg = int(cable.geometry["nseg"])
            if nseg > 1:
                parts.append(element("property", tag="numberInternalDivisions", value=nseg))
            members = [element("member", segment=segment) for segment in cable.segments]
            yield element("segmentGroup", *parts, *members, id=self.sections[name], neuroLexId=SECTION)
        everything = {"all": tuple(self.sections)}
        for group, names in [*((own, names) for names, own in self._unions.items()), *everything.items()]:
            included = [element("include", segmentGroup=self.sections[name]) for name in names]
            yield element("segmentGroup", *included, id=group)


def cell(
    plan: Plan, body: Body, label: str, channel_ids: Mapping[str, str], borrowed: Mapping[str, list[Element]]
) -> str:
    """The element of a kind of cell. channel_ids: of the channels that the document has.

    borrowed: by section, densities and species that were NeuroML before.
    """
    groups = _Groups(body)
    there = _borrowed(borrowed, groups)
    species = [text for tag, text in there if tag == "species"]
    densities = [text for tag, text in there if tag != "species"]
    membrane = list(_membrane(plan, body, groups, channel_ids, densities))
    resistivity = list(
        _by_value("resistivity", {n: c.geometry["Ra"] for n, c in body.cables.items()}, "ohm_cm", groups)
    )
    segments = [segment for name, cable in body.cables.items() for segment in _segments(name, cable)]
    return element(
        "cell",
        *label_of(body.id, label),
        element("morphology", *segments, *groups.elements(body), id=f"morphology_{body.id}"),
        element(
            "biophysicalProperties",
            element("membraneProperties", *membrane),
            element("intracellularProperties", *species, *resistivity),
            id=f"biophysics_{body.id}",
        ),
        id=body.id,
    )


def _segments(name: str, cable: Cable) -> Iterator[str]:
    for row, segment in enumerate(cable.segments):
        parts = []
        if row:
            parts.append(element("parent", segment=segment - 1))
        elif cable.parent is not None:
            above, fraction = cable.parent
            along = None if fraction == 1 else number(fraction)
            parts.append(element("parent", segment=above, fractionAlong=along))
        if not row:
            parts.append(_point("proximal", cable.points[0]))
        parts.append(_point("distal", cable.points[row + 1]))
        yield element("segment", *parts, id=segment, name=name if not row else f"{name}_{row}")


def _point(tag: str, point: Any) -> str:
    x, y, z, diameter = map(number, point)
    return element(tag, x=x, y=y, z=z, diameter=diameter)


def _by_value(tag: str, values: Mapping[str, float], unit: str, groups: _Groups) -> Iterator[str]:
    """An element for every distinct value, with the group of its sections."""
    for value, names in _shared(values).items():
        group = groups.of(names)
        yield element(tag, value=quantity(value, unit), segmentGroup=None if group == "all" else group)


def _shared(values: Mapping[str, Any]) -> dict[Any, list[str]]:
    found: dict[Any, list[str]] = {}
    for name, value in values.items():
        found.setdefault(value, []).append(name)
    return found


def _borrowed(borrowed: Mapping[str, list[Element]], groups: _Groups) -> list[tuple[str, str]]:
    """(tag, text) of each density and species, with the group of the sections that it is in."""
    found: dict[str, list[str]] = {}
    elements: dict[str, Element] = {}
    for name, own in borrowed.items():
        for each in own:
            elements[written(each)] = each
            found.setdefault(written(each), []).append(name)
    ids, made = Ids(), []
    for key, names in found.items():
        each, group = elements[key], groups.of(names)
        given = {**each.attributes, "segmentGroup": group}
        given["id"] = given["id"] if each.tag == "species" else ids.new(given["ionChannel"])
        if group == "all":
            del given["segmentGroup"]
        made.append((each.tag, written(replace(each, attributes=given))))
    return sorted(made, key=lambda item: DENSITIES.index(item[0]) if item[0] in DENSITIES else -1)


def _membrane(
    plan: Plan,
    body: Body,
    groups: _Groups,
    channel_ids: Mapping[str, str],
    borrowed: Iterable[str],
) -> Iterator[str]:
    sections = body.template.sections
    found: dict[Density, list[str]] = {}
    for name, cable in body.cables.items():
        for density in channels.densities(cable.mechanisms, sections[name].ions):
            found.setdefault(density, []).append(name)
    ids = Ids()
    for density, names in found.items():
        group = groups.of(names)
        own = channel_ids[density.channel]
        yield element(
            "channelDensity",
            id=ids.new(own if group == "all" else f"{own}_{group}"),
            ionChannel=own,
            condDensity=quantity(density.conductance, "S_per_cm2"),
            erev=quantity(density.reversal, "mV"),
            segmentGroup=None if group == "all" else group,
            ion=density.ion,
        )
    yield from borrowed
    yield element("spikeThresh", value=quantity(threshold(plan, body.template), "mV"))
    yield from _by_value(
        "specificCapacitance", {n: c.geometry["cm"] for n, c in body.cables.items()}, "uF_per_cm2", groups
    )
    own_start = sections[body.template.origin].vinit
    start = conditions(plan)["v_init"] if own_start is None else float(own_start)
    yield element("initMembPotential", value=quantity(start, "mV"))


def threshold(plan: Plan, template: Template) -> float:
    """The potential [mV] at which spikes are detected."""
    own = template.sections[template.spike_source[0]].threshold
    return float(plan.model.spec.network.default_threshold if own is None else own)
