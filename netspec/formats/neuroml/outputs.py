"""A LEMS simulation -> simConfig: times, what is recorded, and the files that are written of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from netspec.formats.neuroml.dynamics import Mods
from netspec.formats.neuroml.places import Cells, Point, Population
from netspec.lems.model import Component

MS = 1e3
Recorded = tuple[dict[str, Any], float]
"""An entry of recordTraces without its cells, and the factor from NEURON's units to SI."""


@dataclass(frozen=True, eq=False)
class Network:
    """What paths of outputs lead into. synapses, inputs: by gid, component and number, what records it."""

    cells: Cells
    mods: Mods
    synapses: Mapping[tuple[int, str, int], dict[str, Any]]
    inputs: Mapping[tuple[int, str, int], str]


def simulation(component: Component) -> dict[str, Any]:
    """Duration and time steps of a <Simulation>."""
    step, length = (tidy(component.values[name] * MS) for name in ("step", "length"))
    # a sample that is due at the end is not taken if sums of steps stay below it by their last digit
    return {"duration": length, "dt": step, "recordStep": step * (1 - 1e-10)}


def parts(component: Component | None) -> frozenset[str]:
    """Every end of a path that is to be recorded: what mechanisms have to show."""
    found = set()
    for output in component.children if component else ():
        for column in output.all("OutputColumn"):
            steps = [step for step in str(column.get("quantity")).split("/") if step]
            found |= {"/".join(steps[k:]) for k in range(1, len(steps))}
    return frozenset(found)


def outputs(component: Component, network: Network) -> dict[str, Any]:
    """RecordTraces and saveLems of a <Simulation>: its OutputFiles and EventOutputFiles."""
    traces: dict[str, dict[str, Any]] = {}
    labels: dict[str, str] = {}
    files: list[dict[str, Any]] = []
    for part in component.children:
        if part.is_a("OutputFile"):
            columns = [_column(c, network, traces, labels) for c in part.all("OutputColumn")]
            files.append({"file": part.get("fileName"), "columns": [c for c in columns if c is not None]})
        elif part.is_a("EventOutputFile"):
            events = [_events(c, network) for c in part.all("EventSelection")]
            form = part.get("format") or "ID_TIME"
            files.append({"file": part.get("fileName"), "format": form, "events": [e for e in events if e]})
    wanted = {gid for trace in traces.values() for gid in trace["conds"]["gid"]}
    found: dict[str, Any] = {"recordCells": sorted(wanted), "recordTraces": traces}
    return {**found, "saveLems": files} if files else found


def _column(
    column: Component, network: Network, traces: dict[str, dict[str, Any]], labels: dict[str, str]
) -> list[Any] | None:
    """[label in recordTraces, gid, factor to SI] of a column."""
    path = str(column.get("quantity"))
    place = _cell(path, network.cells)
    found = _quantity(*place, network) if place is not None else None
    if place is None or found is None:
        message = f"quantity={path!r}: cannot be recorded: not supported yet"
        network.cells.found.findings.wrong(column.place, message)
        return None
    point, rest = place
    trace, factor = found
    label = _label(point.population, rest, trace, traces, labels)
    gids = traces.setdefault(label, {**trace, "conds": {"gid": []}})["conds"]["gid"]
    if point.gid not in gids:
        gids.append(point.gid)
    return [label, point.gid, factor]


def _label(
    population: Population,
    rest: list[str],
    trace: Mapping[str, Any],
    traces: Mapping[str, Any],
    labels: dict[str, str],
) -> str:
    """Name of an entry of recordTraces: one for all cells of a population."""
    key = f"{population.label} {sorted(trace.items())}"
    if key not in labels:
        name = "_".join([population.label, *rest[-2:]]).replace(":", "_")
        labels[key] = name if name not in traces else f"{name}_{len(traces)}"
    return labels[key]


def _cell(path: str, cells: Cells) -> tuple[Point, list[str]] | None:
    """The cell that a path starts with, perhaps in a network, and the steps that are left; None if none."""
    steps = [step for step in path.split("/") if step]
    while steps and steps[0].partition("[")[0] not in cells.populations:
        steps.pop(0)
    if not steps:
        return None
    first = steps.pop(0)
    if "[" in first:
        point = cells.at_root(first)
    else:
        point = cells.at_root(f"{first}[{steps.pop(0)}]")
        if steps and steps[0] == point.population.kind.label:
            steps.pop(0)
    if len(steps) > 1 and steps[0].isdigit() and point.population.kind.morphology is not None:
        place = point.population.kind.morphology.place(steps.pop(0), 0.5)
        point = Point(point.population, point.number, *place)
    return point, steps


def _quantity(point: Point, steps: list[str], network: Network) -> Recorded | None:
    """How something of a cell is recorded, by the steps of its path."""
    kind = point.population.kind
    if len(steps) > 1:
        name, _, number = steps[0].removeprefix("synapses:").partition(":")
        attached = (point.gid, name, int(number or 0))
        rest = "/".join(steps[1:])
        if attached in network.synapses:
            return _attached(network.synapses[attached], network.mods.shown(name, rest))
        if attached in network.inputs:
            place = {"stim": network.inputs[attached], "sec": point.section, "loc": point.location}
            return _attached(place, network.mods.shown(name, rest))
    found: Recorded | None = kind.quantity(point.section, point.location, steps)
    return found


def _attached(place: Mapping[str, Any], shown: tuple[str, float] | None) -> Recorded | None:
    return ({**place, "var": shown[0]}, shown[1]) if shown else None


def _events(selection: Component, network: Network) -> list[Any] | None:
    """[id, gid] of a selection of events."""
    path = str(selection.get("select"))
    place = _cell(path, network.cells)
    if place is None or place[1] or selection.get("eventPort") != "spike":
        message = f"events of {path!r}, port {selection.get('eventPort')!r}: not supported yet"
        network.cells.found.findings.wrong(selection.place, message)
        return None
    return [selection.id, place[0].gid]


def tidy(value: float) -> float:
    """Without the dust of the conversion of units (12 digits)."""
    return float(f"{value:.12g}")
