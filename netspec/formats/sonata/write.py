"""A network as a SONATA circuit with its simulation, from the plan, for bmtk and for BlueBrain's tools."""

import shutil
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from netspec.errors import FileError, NetspecWarning, Problem, SpecError, StateError, did_you_mean
from netspec.formats import json
from netspec.formats.sonata import spikes
from netspec.formats.sonata.export import (
    configs,
    edges,
    refuse,
    script,
    synapses,
    tables,
    templates,
    trains,
)
from netspec.formats.sonata.export.layout import Layout, Nodes, layout
from netspec.plan import Plan
from netspec.resources import folder as shipped

DIALECTS = ("allen", "obi", "both")
SIDECAR = "netspec.json"
PARTS = ("network", "inputs", "components/templates", "components/synapses", "components/point")
FOLDERS = (*PARTS, "components/morphologies", "components/mechanisms/modfiles")


def export(
    plan: Plan,
    folder: str | Path,
    *,
    dialect: str = "both",
    mods: Mapping[str, Sequence[Path]] | None = None,
    net_params: Any = None,
    sim_config: Any = None,
) -> Path:
    """The folder with the files of a whole network. SpecError lists what cannot be expressed, before.

    dialect: 'allen' (bmtk), 'obi' (BlueBrain's tools, neurodamus) or 'both'. mods: mechanism -> its mod file
    and the files that it includes. net_params, sim_config: what is kept for reading the network again.
    """
    if dialect not in DIALECTS:
        raise SpecError([Problem("dialect", f"{dialect!r} is unknown. {did_you_mean(dialect, DIALECTS)}")])
    if len(plan.cells.owned) < len(plan.cells):
        raise StateError("the plan is one rank's share of a network; an export needs all of it")
    known = dict(mods or {})
    found = refuse.problems(plan, dialect, known)
    if found:
        raise SpecError(found)
    if dialect != "allen":
        for difference in refuse.otherwise_in_neurodamus(plan):
            warnings.warn(f"neurodamus {difference}; bmtk does as we do.", NetspecWarning, stacklevel=2)
    place = _cleared(Path(folder))
    inside = refuse.inside_cells(plan, dialect)
    places = layout(plan, trains.of_plan(plan), inside)
    kinds = synapses.types(plan)
    _components(plan, places, kinds[0], place, known)
    _inputs(places, place)
    both = dialect != "allen"
    written = edges.write(plan, places, kinds, place / "network", both)
    within = {id(block) for block in inside}
    outside = replace(plan, inputs=tuple(block for block in plan.inputs if id(block) not in within))
    _circuit(outside, places, written, place, dialect)
    if dialect != "obi":
        text = script.text(places, kinds[0], _shifted(plan))
        (place / "run_bionet.py").write_text(text, encoding="utf-8")
    json.save(place / SIDECAR, _sidecar(places, net_params, sim_config))
    return place


def _cleared(place: Path) -> Path:
    """The folder, without what an earlier export has left there."""
    if place.exists() and (not place.is_dir() or (any(place.iterdir()) and not (place / SIDECAR).is_file())):
        raise FileError(f"{place}: there is something else; an export needs a folder of its own")
    for part in PARTS:
        shutil.rmtree(place / part, ignore_errors=True)
    for part in FOLDERS:
        (place / part).mkdir(parents=True, exist_ok=True)
    return place


def _components(
    plan: Plan, places: Layout, kinds: list[synapses.SynapseType], place: Path, mods: Mapping[str, Any]
) -> None:
    folder = place / "components"
    for kind in places.kinds:
        if kind.model_type == "biophysical":
            (folder / "templates" / f"{kind.name}.hoc").write_text(templates.text(kind), encoding="utf-8")
            (folder / "morphologies" / f"{kind.name}.swc").write_text(templates.morphology(kind))
    for synapse in kinds:
        json.save(folder / "synapses" / f"{synapse.name}.json", synapse.content)
    for nodes in places.populations:
        for kind in nodes.kinds if nodes.model_type == "point_neuron" else ():
            json.save(folder / "point" / tables.parameter_file(nodes, kind), tables.parameters(kind))
    files = refuse.mod_files(plan, mods)
    if any(nodes.trains is not None for nodes in places.everyone):
        files = [*files, shipped("mod") / "vecevent.mod"]
    for path in files:
        shutil.copyfile(path, folder / "mechanisms" / "modfiles" / path.name)


def _inputs(places: Layout, place: Path) -> None:
    for nodes in places.everyone:
        if nodes.trains is not None:
            counts = [len(train) for train in nodes.trains]
            times = np.concatenate([*nodes.trains, np.empty(0)])
            path = place / "inputs" / f"{nodes.name}_spikes.h5"
            spikes.write(path, {nodes.name: (np.repeat(nodes.ids, counts), times)})


def _circuit(plan: Plan, places: Layout, written: list[edges.EdgeFile], place: Path, dialect: str) -> None:
    """Nodes, node sets and configs."""
    made, recorded = configs.clamps(plan, places), configs.reports(plan, places, dialect)
    json.save(place / "node_sets.json", configs.node_sets(places, made, recorded))
    if dialect != "obi":
        files = {nodes.name: tables.write(nodes, place / "network") for nodes in places.everyone}
        mechanisms = any((place / "components/mechanisms/modfiles").iterdir())
        json.save(place / "circuit_config.json", configs.circuit(files, written, mechanisms))
        json.save(place / "simulation_config.json", configs.simulation(plan, places, made, recorded))
    if dialect != "allen":
        of_obi = {
            nodes.name: (nodes, tables.write_obi(nodes, place / "network")) for nodes in places.everyone
        }
        json.save(place / "circuit_config_obi.json", configs.circuit_obi(of_obi, written))
        content = configs.simulation_obi(plan, places, written, made, recorded)
        json.save(place / "simulation_config_obi.json", content)


def _shifted(plan: Plan) -> bool:
    """Whether cells have 3-D points that are moved to where the cells are."""
    sections = (section for template in plan.templates for section in template.sections.values())
    has_points = any(section.geom.get("pt3d") is not None for section in sections)
    return has_points and plan.model.spec.simulation.pt3d_relative


def _sidecar(places: Layout, net_params: Any, sim_config: Any) -> dict[str, Any]:
    """What SONATA does not say: the user's dictionaries and the names of sections."""

    def names(nodes: Nodes) -> dict[str, list[str]]:
        return {
            kind.name: list(templates.ordered(kind.template))
            for kind in nodes.kinds
            if kind.template is not None
        }

    populations = {
        nodes.name: list(dict.fromkeys(kind.pop_name for kind in nodes.kinds)) for nodes in places.everyone
    }
    sections = {name: own for nodes in places.populations for name, own in names(nodes).items()}
    return {
        "net": {"params": net_params or {}},
        "simConfig": sim_config or {},
        "sonata": {"populations": populations, "sections": sections},
    }
