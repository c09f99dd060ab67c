"""Extracellular stimulation (XStim): which cells are in which field, and the field's course in time.

The field at a place is its `course` times its `strength` there. Nothing here is stored with a plan: it
follows from the model and the cells.
"""

import importlib
import importlib.util
import pickle
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netspec.errors import Problem, SpecError, StateError
from netspec.model import Model
from netspec.plan.cells import Cells
from netspec.plan.inputs import reached
from netspec.spec.network import StimulusSource
from netspec.spec.simulation import Simulation

Floats = NDArray[np.float64]

CONDUCTIVITY = 0.3
"""Of the tissue [S/m], if `sigma` is missing."""
DOWN = (0.0, 180.0)
"""Direction of a uniform field [degrees], if `fieldDirection` is missing."""


@dataclass(frozen=True)
class Field:
    """One XStim on the owned cells. gids: of cells with sections. course: (parts, times) at `times` [ms].

    place: of the electrode, or where a uniform field is 0 [um]. course is in mA for a point source and in V/m
    for a uniform field. direction: unit vector of a uniform field; None: a point source. sigma [S/m].
    nodes: places (n, 3) and the potential there of each part [mV]; between them `linear`, or the nearest.
    mod_based: the mechanism xtra makes the potential. parameters: as the user wrote them.
    held: the course holds for the time step that begins then. standing: cells have their somata at their
    places, and are turned, as electrodes see them. around_soma: a uniform field is 0 at each cell's place.
    starts: a segment has the potential of where it begins, and somata have none.
    """

    target: str
    source: str
    gids: NDArray[np.int64]
    course: Floats
    place: Floats
    direction: Floats | None = None
    sigma: float = CONDUCTIVITY
    mod_based: bool = False
    nodes: tuple[Floats, Floats] | None = None
    linear: bool = True
    held: bool = False
    standing: bool = False
    around_soma: bool = False
    starts: bool = False
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def strength(self, points: Floats) -> Floats:
        """Potential per unit of the course at points (n, 3) [um]: (n, parts) [mV]; inf at an electrode."""
        if self.nodes is not None:
            return _interpolated(points, *self.nodes, self.linear)
        away = points - self.place
        if self.direction is not None:
            return np.asarray(1e-3 * (away @ self.direction))[:, None]
        with np.errstate(divide="ignore"):
            found = 1e6 / (4 * np.pi * self.sigma * np.linalg.norm(away, axis=1))
        return np.asarray(found)[:, None]


def _interpolated(points: Floats, places: Floats, values: Floats, linear: bool) -> Floats:
    """Values (parts, n) at places (n, 3), at other points: (points, parts); 0 outside of linear ones."""
    if linear:
        if importlib.util.find_spec("scipy") is None:
            raise StateError("fields between nodes need scipy: pip install 'netspec[analysis]'")
        between = importlib.import_module("scipy.interpolate").LinearNDInterpolator(places, values.T)
        return np.asarray(np.nan_to_num(np.asarray(between(points), float)), float)
    nearest = [int(np.argmin(((places - point) ** 2).sum(axis=1))) for point in points]
    return np.asarray(values[:, nearest].T)


def times(simulation: Simulation) -> Floats:
    """When courses have their values: every time step [ms]."""
    return np.arange(0, float(simulation.duration), float(simulation.dt))


def fields(model: Model, cells: Cells) -> tuple[Field, ...]:
    """All XStims in the order of stimTargetParams, also those that reach no owned cell."""
    network, found = model.spec.network, []
    with_sections = np.zeros(len(cells), bool)
    with_sections[cells.owned] = cells.table["template"][cells.owned] >= 0
    for target in network.targets.values():
        source = network.sources[target.source]
        if source.type == "XStim":
            aim = reached(model, cells, target, source)
            here = aim.cells[with_sections[aim.cells]]
            found.append(_field(model, target.label, source, aim.parameters, cells.gids[here]))
    _one_course(found)
    return tuple(found)


def _one_course(found: list[Field]) -> None:
    """SpecError if fields of the mechanism xtra differ in time: it has one signal for all cells."""
    of_xtra = [field for field in found if field.mod_based]
    for other in of_xtra[1:]:
        if not np.array_equal(of_xtra[0].course, other.course):
            path = f"netParams.stimSourceParams[{other.source!r}].mod_based"
            message = (
                f"xtra has one signal for all cells, which is that of {of_xtra[0].source!r}: "
                "give both the same waveform, or leave mod_based out."
            )
            raise SpecError([Problem(path, message)])


def _field(
    model: Model, target: str, source: StimulusSource, parameters: Mapping[str, Any], gids: NDArray[np.int64]
) -> Field:
    space, path = parameters["field"], f"netParams.stimSourceParams[{source.label!r}]"
    x, y, z = model.spec.network.size
    centre = [x / 2, -y / 2, z / 2]
    course = np.atleast_2d(_course(parameters["waveform"], model.spec.simulation, f"{path}.waveform"))
    given: dict[str, Any] = {"mod_based": bool(parameters.get("mod_based")), "parameters": parameters}
    given |= {"held": bool(parameters["waveform"].get("held")), "standing": space.get("cells") == "soma"}
    if space["class"] == "nodes":
        nodes = np.asarray(space["points"], float), np.asarray(space["values"], float)
        if len(nodes[1]) != len(course):
            message = (
                f"expected as many rows as the waveform has signals, {len(course)}, got {len(nodes[1])}."
            )
            raise SpecError([Problem(f"{path}.field.values", message)])
        given |= {"nodes": nodes, "linear": space.get("interpolation", "linear") == "linear"}
        return Field(target, source.label, gids, course, np.zeros(3), **given)
    if space["class"] == "pointSource":
        place = np.array(space.get("location", centre), float)
        sigma = float(space.get("sigma", CONDUCTIVITY))
        return Field(target, source.label, gids, course, place, sigma=sigma, **given)
    phi, theta = np.radians(np.asarray(space.get("fieldDirection", DOWN), float))
    direction = np.array([np.sin(theta) * np.cos(phi), np.cos(theta), np.sin(theta) * np.sin(phi)])
    given["starts"] = space.get("places") == "starts"
    given["around_soma"] = space.get("referencePoint") == "soma"
    place = np.zeros(3) if given["around_soma"] else np.array(space.get("referencePoint", centre), float)
    return Field(target, source.label, gids, course, place, direction, **given)


def _course(waveform: Mapping[str, Any], simulation: Simulation, path: str) -> Floats:
    t = times(simulation)
    if waveform["type"] == "external":
        return _external(waveform, t, path)
    start, stop = waveform.get("del", 0.0), float(simulation.duration)
    if "del" in waveform and "dur" in waveform:
        stop = min(stop, start + waveform["dur"])
    course = np.full(len(t), float(waveform.get("amp", 0.0)))
    if waveform["type"] == "sinusoidal":
        course = course * np.sin(2 * np.pi * waveform["freq"] * t / 1000)
    return np.where((t > start) & (t < stop), course, 0.0)


def _external(waveform: Mapping[str, Any], t: Floats, path: str) -> Floats:
    """A given signal on a straight line between its times, 0 before and after."""
    signals = waveform["signal"]
    if isinstance(signals, list) and signals and isinstance(signals[0], list | tuple):
        return np.stack([_external({**waveform, "signal": each}, t, path) for each in signals])
    given, signal = (_numbers(waveform[name], f"{path}.{name}") for name in ("time", "signal"))
    if len(given) != len(signal):
        message = f"expected as many values as times, {len(given)}, got {len(signal)}."
        raise SpecError([Problem(f"{path}.signal", message)])
    if len(given) == 0 or (np.diff(given) <= 0).any():
        raise SpecError([Problem(f"{path}.time", "expected ascending times.")])
    return np.interp(t, given, signal, left=0.0, right=0.0)


def _numbers(value: Any, path: str) -> Floats:
    """Numbers given as such, or in a file: .pkl or .npy."""
    if isinstance(value, str):
        try:
            with Path(value).open("rb") as file:
                value = np.load(file) if value.endswith(".npy") else pickle.load(file)
        except (OSError, pickle.UnpicklingError, EOFError) as error:
            raise SpecError([Problem(path, f"cannot be read: {error}")]) from error
    try:
        found = np.asarray(value, float)
    except (TypeError, ValueError):
        found = np.empty(())
    if found.ndim != 1 or not np.isfinite(found).all():
        raise SpecError([Problem(path, "expected a list of numbers.")])
    return found
