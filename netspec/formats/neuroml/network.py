"""A NeuroML network, alone or in a LEMS simulation, as the dictionaries that a user would write."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from netspec.errors import SpecError
from netspec.formats.neuroml import around, cells, connections, inputs, outputs
from netspec.formats.neuroml.cells import Kind
from netspec.formats.neuroml.dynamics import Mods
from netspec.formats.neuroml.places import Cells, Population
from netspec.lems import check
from netspec.lems.model import Component
from netspec.lems.resolve import Resolved

ZERO_C = 273.15
DT = 0.025
"""Time step of a network without a simulation [ms]."""
BARELY_LONGER = 1 + 1e-6
"""NEURON's ranks exchange spikes in time if delays are longer than the time step."""
IN_NETWORK = (
    "basePopulation", "projection", "electricalProjection", "continuousProjection", "explicitConnection",
    "inputList", "explicitInput",
)  # fmt: skip
WITHOUT_EFFECT = ("notes", "annotation", "property", "region", "space", "layout", "extracellularProperties")
"""Parts of a network that change no simulation."""


@dataclass(frozen=True)
class Model:
    """What files say. mods: texts of mod files by the name of the mechanism."""

    net_params: dict[str, Any]
    sim_config: dict[str, Any]
    mods: dict[str, str]


def read(path: Path) -> Model:
    """The model of a file. SpecError with file and line of all that is wrong or not supported yet."""
    return model(path.name.partition(".")[0], check.components(path))


def model(name: str, found: Resolved) -> Model:
    """The model of components that are read, with a name."""
    _stop(found)  # what is wrong is not there to be read
    simulation = _simulation(found)
    network, above = _network(simulation, found)
    _stop(found)
    if network is None:
        raise SpecError([])
    options: dict[str, Any] = {"duration": 100.0, "dt": DT, "filename": name}
    options |= outputs.simulation(simulation) if simulation is not None else {}
    mods = Mods(found, outputs.parts(simulation), around.given(above, found) if above is not None else {})
    made = _populations(network, mods)
    _stop(found)
    net: dict[str, Any] = {"cellParams": {}, "popParams": {}, "synMechParams": mods.entries}
    rules, places = connections.rules(network, made, mods, options["dt"] * BARELY_LONGER)
    sources, targets, where = inputs.stimuli(network, made, mods)
    _others(network, found)
    options |= _options(network)
    if simulation is not None:
        options |= outputs.outputs(simulation, outputs.Network(made, mods, places, where))
    _stop(found)
    for population in made.populations.values():
        kind = population.kind
        if kind.rule is not None:
            net["cellParams"][kind.label] = _with_spikes(kind, made)
        net["popParams"][population.label] = _entry(population)
    net |= {"connParams": rules, "stimSourceParams": sources, "stimTargetParams": targets}
    return Model(net, options, mods.texts)


def _stop(found: Resolved) -> None:
    if found.findings.problems:
        raise SpecError(found.findings.problems)


def _simulation(found: Resolved) -> Component | None:
    """The simulation that the file's Target names, or the only one."""
    targets = [t.get("component") for root, own in found.document.roots if own for t in root.all("Target")]
    named = [c for c in (found.named(name) for name in targets) if c is not None and c.is_a("Simulation")]
    every = [component for component in found.top if component.is_a("Simulation")]
    return next(iter(named or every), None)


def _network(simulation: Component | None, found: Resolved) -> tuple[Component | None, Component | None]:
    """The network that is run, and what it is inside of, if anything."""
    if simulation is not None:
        target = found.named(simulation.get("target"))
        if target is None or target.is_a("network"):
            return target, None
        inside = target.all("network")
        if len(inside) == 1:
            return inside[0], target
        found.findings.wrong(simulation.place, f"target {target.id!r} is no network: not supported yet")
        return None, None
    own = str(found.document.path)
    networks = [component for component in found.top if component.is_a("network")]
    networks = [n for n in networks if n.place.file == own] or networks
    root = found.document.roots[-1][0]
    if len(networks) != 1:
        message = "expected one network, or a LEMS file with a simulation of one"
        found.findings.wrong(networks[1].place if networks else root.place, message)
        return None, None
    return networks[0], None


def _populations(network: Component, mods: Mods) -> Cells:
    """The populations in the order of the file, each with what its cells are."""
    made: dict[str, Population] = {}
    kinds: dict[str, Kind | None] = {}
    first = 0
    for population in network.all("basePopulation"):
        component = mods.component(str(population.get("component")), population)
        if component is None:
            continue
        if component.id not in kinds:
            kinds[component.id] = cells.kind(component, mods)
        kind = kinds[component.id]
        if kind is None:
            continue
        numbers = _numbers(population)
        made[population.id] = Population(population, kind, first, numbers)
        first += len(numbers)
    return Cells(made, mods.found)


def _numbers(population: Component) -> dict[int, int] | range:
    """By the index of a cell in the file, its position in the population."""
    instances = population.all("instance")
    if not instances:
        return range(int(float(population.get("size") or 0)))
    ids = [int(one.id) if one.id.isdigit() else n for n, one in enumerate(instances)]
    return {index: n for n, index in enumerate(ids)}


def _entry(population: Population) -> dict[str, Any]:
    """An entry of popParams, with the cells' places where the file has them."""
    instances = population.component.all("instance")
    if not instances:
        return {**population.kind.population, "numCells": len(population)}
    return {**population.kind.population, "cellsList": [_location(instance) for instance in instances]}


def _location(instance: Component) -> dict[str, float]:
    places = instance.all("location")
    return {axis: places[0].values.get(axis, 0.0) if places else 0.0 for axis in ("x", "y", "z")}


def _with_spikes(kind: Kind, made: Cells) -> dict[str, Any]:
    """The rule of a kind of cell, which says where its spikes are if that is not the root's middle."""
    rule = kind.rule or {}
    place = made.sources.get(kind.label)
    if kind.morphology is not None and place is not None:
        rule["secs"][place[0]]["spikeGenLoc"] = place[1]
    return rule


def _others(network: Component, found: Resolved) -> None:
    """Mistakes for parts of a network that are not there yet."""
    for part in network.children:
        if not part.is_a(*IN_NETWORK) and part.element.tag not in WITHOUT_EFFECT:
            found.findings.wrong(part.place, f"<{part.element.tag}>: not supported yet")


def _options(network: Component) -> dict[str, Any]:
    """SimConfig of every network that comes from NeuroML."""
    globals_: dict[str, float] = {"secondorder": 2}
    if "temperature" in network.values:
        globals_["celsius"] = outputs.tidy(network.values["temperature"] - ZERO_C)
    return {
        "hParams": globals_,
        "oneSynPerNetcon": True,
        "allowSelfConns": True,
        "invertedYCoord": False,
        "pt3dRelativeToCellLocation": False,
        "randomStreams": "named",
    }
