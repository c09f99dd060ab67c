"""Populations and components of a plan: cells by kind, sources by spike train."""

from collections import Counter
from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netspec.formats.neuroml.export import channels, origins, points
from netspec.formats.neuroml.export.bodies import Body, Cable, body
from netspec.formats.neuroml.export.cells import cell, threshold
from netspec.formats.neuroml.export.parts import Layout, Population
from netspec.formats.neuroml.export.text import element, quantity
from netspec.formats.sonata.export.layout import NodeType, kinds
from netspec.formats.sonata.export.refuse import conditions
from netspec.formats.sonata.export.trains import of_plan
from netspec.lems.nmodl.origin import Origin
from netspec.lems.tree import Element
from netspec.plan import Plan
from netspec.tables import Table

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def layout(plan: Plan, mods: Mapping[str, str], stimulations: bool, radius: float) -> Layout:
    """The populations of a plan. mods: texts of mod files. radius: of cells without segments."""
    made = Layout(origins=origins.of(mods))
    own_kinds, codes = kinds(plan)
    trains = of_plan(plan)
    of_source = _train_of_cells(plan, trains)
    names = [population.label for population in plan.cells.populations]
    keys: dict[Any, list[int]] = {}
    for position, (code, population) in enumerate(
        zip(codes.tolist(), plan.cells.table["population"].tolist(), strict=True)
    ):
        keys.setdefault((population, code, of_source.get(position)), []).append(position)
    columns = {name: np.zeros(len(plan.cells), np.int64) for name in ("population", "index")}
    components: dict[Any, tuple[str, Body | None]] = {}
    ids = _population_ids(made, [names[population] for population, _, _ in keys])
    for own_id, ((population, code, train), members) in zip(ids, keys.items(), strict=True):
        kind, label = own_kinds[code], names[population]
        what = train if kind.model_type == "virtual" else kind.name
        own = what, kind.values, tuple(kind.parameters.items())
        if own not in components:
            components[own] = _component(plan, made, kind, what, mods, label)
        at = np.array(members)
        columns["population"][at] = len(made.populations)
        columns["index"][at] = np.arange(len(at))
        tags = plan.cells.populations[population].tags
        made.populations.append(_population(plan, own_id, label, components[own], at, tags, radius))
    made.of_cell = Table(columns)
    if stimulations:
        _stimuli(plan, made, trains)
    return made


def _population(
    plan: Plan,
    own_id: str,
    label: str,
    component: tuple[str, Body | None],
    at: Ints,
    tags: Mapping[str, Any],
    radius: float,
) -> Population:
    """Cells of one component. at: their positions."""
    places = np.stack([plan.cells.table[axis][at] for axis in "xyz"], axis=1)
    own = {**tags, **({"radius": radius} if component[1] is None else {})}
    return Population(own_id, label, component[0], len(at), places, component[1], own)


def _population_ids(made: Layout, labels: list[str]) -> list[str]:
    """Ids of populations, numbered where several come of one; they take their labels before all others."""
    total, seen = Counter(labels), Counter[str]()
    ids = []
    for label in labels:
        ids.append(made.ids.new(label if total[label] == 1 else f"{label}_{seen[label]}"))
        seen[label] += 1
    return ids


def _train_of_cells(plan: Plan, trains: Mapping[int, tuple[Floats, ...]]) -> dict[int, bytes]:
    """Spike trains of artificial cells that are sources, by position."""
    found: dict[int, bytes] = {}
    for block in plan.points:
        if id(block) in trains:
            positions = plan.cells.positions(block.cells["gid"]).tolist()
            for position, train in zip(positions, trains[id(block)], strict=True):
                found[position] = np.asarray(train, float).tobytes()
    return found


def _component(
    plan: Plan, made: Layout, kind: NodeType, train: Any, mods: Mapping[str, str], label: str
) -> tuple[str, Body | None]:
    """The id of what a population consists of, written if it is new, and its segments."""
    if kind.model_type == "virtual":
        return _source(made, f"spikes_{label}", np.frombuffer(train or b"", float)), None
    if kind.template is None:
        return points.artificial(made, kind, label), None
    rule = "_".join(kind.template.rules)
    if points.is_izhikevich(kind.template, mods):
        return points.izhikevich(made, kind, rule, threshold(plan, kind.template)), None
    if points.is_made(kind.template, made.origins):
        v_init = conditions(plan)["v_init"]
        return points.made_cell(made, kind, rule, v_init, threshold(plan, kind.template)), None
    name = made.ids.new(rule)
    found, problems = body(name, kind)
    made.problems += problems
    for cable, section in ((cable, found.template.sections[name]) for name, cable in found.cables.items()):
        for density in channels.densities(cable.mechanisms, section.ions):
            if density.channel not in made.channels:
                own = made.channels[density.channel] = made.ids.new(density.channel)
                made.add("ionChannelHH", partial(channels.channel, density.channel, own))
    borrowed = {name: _borrowed(made, kind, name, cable) for name, cable in found.cables.items()}
    made.add("cell", partial(cell, plan, found, rule, made.channels, borrowed))
    return name, found


def _borrowed(made: Layout, kind: NodeType, section: str, cable: Cable) -> list[Element]:
    """Densities and species of a section whose mechanisms are made of NeuroML."""
    assert kind.template is not None, "an artificial cell has no sections"
    found: list[Element] = []
    for name, values in cable.mechanisms.items():
        origin = made.origins.get(name)
        if origin is None:
            continue
        path = f"netParams.cellParams[{kind.template.rules[-1]!r}].secs[{section!r}].mechs[{name!r}]"
        own = origins.items(made, origin, values, path)
        found += own if origin.role == "density" else [_species(made, origin, one, values) for one in own]
    return found


def _species(made: Layout, origin: Origin, model: Element, values: Mapping[str, float]) -> Element:
    """An ion with a model of its concentration."""
    ion = origin.state["ion"]
    name = origins.component(made, model, model.attributes["id"])
    given = {"id": ion, "concentrationModel": name, "ion": ion}
    for start in ("initialConcentration", "initialExtConcentration"):
        given[start] = quantity(values.get(start, 0.0), "mM")
    return Element("species", given, model.place)


def _source(made: Layout, wanted: str, train: Floats) -> str:
    """The id of a source with given spikes."""
    name = made.ids.new(wanted)
    made.add("spikeArray", partial(_spikes, name, train))
    return name


def _spikes(name: str, train: Floats) -> str:
    spikes = [element("spike", id=k, time=quantity(time, "ms")) for k, time in enumerate(train.tolist())]
    return element("spikeArray", *spikes, id=name)


def _stimuli(plan: Plan, made: Layout, trains: Mapping[int, tuple[Floats, ...]]) -> None:
    """Sources of NetStim stimuli: one population of one cell for each different train."""
    known: dict[bytes, int] = {}
    for block in plan.inputs:
        if id(block) not in trains:
            continue
        rows = np.empty(len(block.rows), np.int64)
        for row, train in enumerate(trains[id(block)]):
            key = np.asarray(train, float).tobytes()
            if key not in known:
                known[key] = len(made.populations)
                component = _source(made, f"spikes_{block.source}", train)
                name = made.ids.new(f"{block.source}_{block.target}")
                made.populations.append(Population(name, block.source, component, 1))
            rows[row] = known[key]
        made.stimuli[id(block)] = rows
