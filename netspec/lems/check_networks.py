"""Networks: populations, every kind of connection and input, their indices, segments and fractions."""

import re
from collections.abc import Container
from dataclasses import dataclass

from netspec.errors import did_you_mean
from netspec.lems import check_cells
from netspec.lems.model import Component
from netspec.lems.resolve import LISTED, Resolved

CELL = re.compile(r"(?:\.\./)*(\w+)(?:\[(-?\w+)\]|/(-?\w+)(?:/(\w*))?/?)\Z")
ENDS = (
    ("presynapticPopulation", "preCellId", "preSegmentId", "preFractionAlong"),
    ("postsynapticPopulation", "postCellId", "postSegmentId", "postFractionAlong"),
    ("presynapticPopulation", "preCell", "preSegment", "preFractionAlong"),
    ("postsynapticPopulation", "postCell", "postSegment", "postFractionAlong"),
    ("population", "target", "segmentId", "fractionAlong"),
    ("", "from", "", ""),
    ("", "to", "", ""),
)
"""Of a connection or input: the attribute of its list with the population, its cell, segment and fraction."""
ANY_CURRENT = {"baseSynapse": "basePointCurrent"}
PROJECTIONS = ("projection", "electricalProjection", "continuousProjection")
SINGLE = ("explicitInput", "explicitConnection", "synapticConnection")


@dataclass(frozen=True, eq=False)
class Population:
    """component: what its cells are; indices: those that exist."""

    name: str
    cell: Component | None
    indices: Container[int]
    size: int
    segments: dict[str, Component] | None


def check(found: Resolved) -> None:
    """What is wrong with each network."""
    for network in found.top:
        if network.is_a("network"):
            _network(network, found)


def _network(network: Component, found: Resolved) -> None:
    populations = {p.id: _population(p, found) for p in network.all("basePopulation")}
    for part in network.children:
        if part.is_a(*PROJECTIONS, "inputList"):
            _list(part, populations, found)
        elif part.is_a(*SINGLE):
            _item(part, None, populations, found)
    _temperature(network, populations, found)
    _driven(network, populations, found)


def _population(population: Component, found: Resolved) -> Population:
    """A population with its indices; the size is that of the list where there is one."""
    instances = population.all("instance")
    text, cell = population.get("size"), found.named(population.get("component"))
    size = int(float(text)) if text and re.fullmatch(r"\d+(\.0*)?", text) else None
    if instances and size is not None and size != len(instances):
        # the size of a list is for readers only, but NeuroML documents must have the right one
        say = found.findings.odd if found.in_lems(population) else found.findings.wrong
        say(population.place, f"size={text!r}, but there are {len(instances)} instances")
    if not instances and text is None and not any(c.element.tag == "layout" for c in population.children):
        found.findings.wrong(population.place, f"population {population.id!r} needs a size or instances")
    indices: Container[int] = range(size or 0)
    if instances:
        indices = {int(i.id) if i.id.isdigit() else n for n, i in enumerate(instances)}
    segments = check_cells.segments(cell, found) if cell and cell.is_a("cell") else None
    return Population(population.id, cell, indices, len(instances) or size or 0, segments)


def _list(part: Component, populations: dict[str, Population], found: Resolved) -> None:
    """A projection or input list with all that is in it."""
    for name in ("presynapticPopulation", "postsynapticPopulation", "population"):
        text = part.get(name)
        if text is not None and text.removeprefix("../") not in populations:
            hint = did_you_mean(text, populations)
            found.findings.wrong(
                part.place, f"{name}={text!r}: there is no such population in the network. {hint}"
            )
    if not any(c.id or c.element.attributes for c in part.children):
        found.findings.odd(part.place, f"<{part.element.tag}> {part.id!r} is empty")
    post = part.get("postsynapticPopulation") or part.get("population")
    for name in ("synapse", "component"):
        _attached(part, name, populations.get(str(post).removeprefix("../")), found)
    for item in part.children:
        _item(item, part, populations, found)


def _item(
    item: Component, part: Component | None, populations: dict[str, Population], found: Resolved
) -> None:
    """One connection or input."""
    given = item.element.attributes
    for key, cell, segment, fraction in ENDS:
        if cell not in given:
            continue
        declared = part.get(key) if part is not None else None
        population = _cell(item, cell, declared, populations, found)
        if population and segment in given:
            _segment(item, segment, population, found)
        if fraction in given and not 0 <= check_cells.number(given[fraction]) <= 1:
            found.findings.wrong(
                item.place, f"{fraction}={given[fraction]!r}: expected a number between 0 and 1"
            )
        if cell in ("to", "target") and part is None:
            for name in ("synapse", "input"):
                _attached(item, name, population, found)


def _cell(
    item: Component, name: str, declared: str | None, populations: dict[str, Population], found: Resolved
) -> Population | None:
    """The population of a cell that is named as '../pop/3/type', 'pop[3]' or 3."""
    text, wrong = item.element.attributes[name], found.findings.wrong
    own = (declared or "").removeprefix("../")
    if re.fullmatch(r"-?\d+", text) and own:
        label, index, component = own, text, None
    else:
        match = CELL.match(text)
        if match is None:
            if text.removeprefix("../") not in populations:
                form = "'../population/index/component' or 'population[index]'"
                wrong(item.place, f"{name}={text!r}: expected a cell as {form}")
            return None
        label, component = match[1], match[4]
        index = match[2] or match[3]
    population = populations.get(label)
    if population is None:
        if not own or own in populations:
            wrong(
                item.place,
                f"{name}={text!r}: there is no population {label!r}. {did_you_mean(label, populations)}",
            )
        return None
    if own and label != own:
        wrong(item.place, f"{name}={text!r}: expected a cell of {own!r}, which the list is for")
    if not index.isdigit() or int(index) not in population.indices:
        last = f"0 to {population.size - 1}" if population.size else "none: it is empty"
        wrong(item.place, f"{name}={text!r}: there is no cell {index} in {label!r}. Its cells: {last}.")
    if component and population.cell and component != population.cell.id:
        wrong(
            item.place,
            f"{name}={text!r}: the cells of {label!r} are {population.cell.id!r}, not {component!r}",
        )
    return population


def _segment(item: Component, name: str, population: Population, found: Resolved) -> None:
    text, cell = item.element.attributes[name], population.cell
    if population.segments is not None:
        if text not in population.segments:
            hint = check_cells.near(text, population.segments)
            found.findings.wrong(
                item.place, f"{name}={text!r}: cell {cell.id if cell else ''!r} has no such segment. {hint}"
            )
    elif (
        text != "0"
        and cell is not None
        and cell.type.name in found.document.library.types
        and not cell.is_a("cell")
    ):
        found.findings.wrong(
            item.place, f"{name}={text!r}: {cell.id!r} is a {cell.type.name}, whose only segment is 0"
        )


def _attached(item: Component, name: str, population: Population | None, found: Resolved) -> None:
    """Whether the cell takes this kind of synapse or input."""
    source, cell = found.named(item.get(name)), population.cell if population else None
    if source is None or cell is None or item.is_a("electricalProjection", "continuousProjection"):
        return
    accepted = [ANY_CURRENT.get(role.type, role.type) for role in cell.type.parts("Attachments")]
    if accepted and not source.is_a(*accepted):
        kinds = " or ".join(accepted)
        taker = f"{cell.id!r} ({cell.type.name})"
        message = f"{name}={source.id!r} is a {source.type.name}, but {taker} takes a {kinds}"
        found.findings.wrong(item.place, message)
    destination = item.get("destination")
    names = [role.name for role in cell.type.parts("Attachments")]
    if destination and names and destination not in names:
        found.findings.wrong(item.place, f"destination={destination!r}: {did_you_mean(destination, names)}")


def _temperature(network: Component, populations: dict[str, Population], found: Resolved) -> None:
    """Cells that need a temperature where the network has none."""
    if network.get("temperature") is not None:
        if network.element.tag == "network" and network.type.name == "network":
            found.findings.odd(network.place, 'temperature counts only with type="networkWithTemperature"')
        return
    for population in populations.values():
        if population.cell and (by := check_cells.needs("temperature", population.cell, found)):
            who = f"{by.type.name} in {population.cell.id!r}"
            message = f"{who} needs a temperature, which network {network.id!r} has not"
            found.findings.wrong(
                network.place, f'{message}: add type="networkWithTemperature" temperature="..."'
            )


def _driven(network: Component, populations: dict[str, Population], found: Resolved) -> None:
    """Populations that no input can reach, in a network where there are inputs."""
    edges: list[tuple[str, str]] = []
    reached = {p.name for p in populations.values() if p.cell and not p.cell.type.parts("Attachments")}
    inputs = 0
    for part in network.children:
        if part.is_a("inputList", "explicitInput"):
            reached.add(_label(part.get("population") or part.get("target") or ""))
            inputs += 1
        pre = part.get("presynapticPopulation") or part.get("from")
        post = part.get("postsynapticPopulation") or part.get("to")
        if pre and post:
            edges.append((_label(pre), _label(post)))
            if part.is_a("electricalProjection", "continuousProjection"):
                edges.append((_label(post), _label(pre)))
    while new := {post for pre, post in edges if pre in reached} - reached:
        reached |= new
    for part in network.children if inputs else ():
        if part.is_a(*LISTED) and part.id not in reached:
            found.findings.odd(part.place, f"population {part.id!r}: no path leads from any input to it")


def _label(path: str) -> str:
    return re.split(r"[\[/]", path.removeprefix("../"))[0]
