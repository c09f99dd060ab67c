"""What drives which owned cells: every stimTarget with its source, as blocks of rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netspec.conditions import mask
from netspec.errors import Problem, SpecError
from netspec.expression import finite, parse
from netspec.model import Model
from netspec.plan import InputBlock
from netspec.plan.cells import Cells, Template, keys
from netspec.plan.resolve import sections_of
from netspec.plan.synapses import contacts, wiring
from netspec.spec.network import StimulusSource, StimulusTarget
from netspec.streams import Draws, Ids, OneStream
from netspec.tables import Table

Floats = NDArray[np.float64]
Positions = NDArray[np.int64]

FUNCTIONS = (
    "del", "dur", "amp", "gain", "rstim", "tau1", "tau2", "onset", "tau", "gmax", "e", "interval", "rate",
    "number", "start", "noise", "weight", "delay", "synsPerConn", "loc",
)  # fmt: skip
"""Parameters that may be string functions, in the order in which NetPyNE draws their values."""
POST = ("x", "y", "z", "xnorm", "ynorm", "znorm")
NETSTIM_DEFAULTS = {"noise": 0.0, "start": 0.0, "number": 1e9}
CONTACT_DEFAULTS = {"weight": 1.0, "delay": 1.0, "synsPerConn": 1, "loc": None}
LISTS = ("amp", "dur")
NOT_PARAMETERS = ("weight", "delay", "synsPerConn", "loc", "originalFormat", "waveform")
TARGET_FIELDS = {"weight": "weight", "delay": "delay", "synsPerConn": "syns_per_conn", "loc": "loc"}


@dataclass(frozen=True)
class _Aim:
    """One stimulus and the cells that it reaches. cells: positions, of any rank, ascending."""

    target: StimulusTarget
    source: StimulusSource
    cells: Positions
    parameters: Mapping[str, Any]

    @property
    def path(self) -> str:
        return f"netParams.stimTargetParams[{self.target.label!r}]"

    def where(self, name: str) -> str:
        """Dictionary path of a parameter: the target's own, else the source's."""
        if name in TARGET_FIELDS or name in self.target.params:
            return f"{self.path}.{name}"
        return f"netParams.stimSourceParams[{self.source.label!r}].{name}"


def inputs(model: Model, cells: Cells, templates: tuple[Template, ...]) -> tuple[InputBlock, ...]:
    """Blocks of all stimuli onto owned cells with sections, in the order of stimTargetParams."""
    network = model.spec.network
    blocks: list[InputBlock] = []
    for target in network.targets.values():
        source = network.sources[target.source]
        if source.type == "XStim":
            continue  # has no place in a section: plan.extracellular
        aim = reached(model, cells, target, source)
        values = _values(model, cells, aim)
        here = np.isin(aim.cells, cells.owned) & (cells.table["template"][aim.cells] >= 0)
        site = _Site(model, cells, templates, aim, values, np.flatnonzero(here))
        blocks.append(_netstims(site) if source.type == "NetStim" else _clamps(site))
    return tuple(blocks)


def reached(model: Model, cells: Cells, target: StimulusTarget, source: StimulusSource) -> _Aim:
    """The cells that a stimulus reaches, and its parameters."""
    conds = dict(target.conds)
    chosen = conds.pop("cellList", "all")
    matched = np.flatnonzero(mask(conds, cells, closed=False))
    own = {name: getattr(target, field) for name, field in TARGET_FIELDS.items()}
    given = {name: value for name, value in own.items() if value is not None}
    aim = _Aim(target, source, matched, {**source.params, **target.params, **given})
    if isinstance(chosen, str):
        return aim
    indices = np.asarray(list(chosen), np.int64)
    outside = indices[(indices < -len(matched)) | (indices >= len(matched))]
    if len(outside):
        message = f"{outside[0]} is outside the {len(matched)} cells that match."
        raise SpecError([Problem(f"{aim.path}.conds['cellList']", message)])
    return _Aim(target, source, np.unique(matched[indices]), aim.parameters)


def _values(model: Model, cells: Cells, aim: _Aim) -> dict[str, Any]:
    """All parameters of a stimulus; those given as string functions have one value per cell of the aim."""
    texts = {name: aim.parameters[name] for name in FUNCTIONS if _is_function(aim.parameters.get(name))}
    if not texts:
        return dict(aim.parameters)
    table = cells.table.take(aim.cells)
    variables = {f"post_{name}": table[name] for name in POST} | dict(model.spec.network.constants)
    draws = _draws(model, cells, aim)
    drawn = {}
    for name, text in texts.items():
        path = aim.where(name)
        values = parse(text, tuple(variables), path).evaluate(variables, draws, len(aim.cells))
        finite(values, path, text, lambda row: f"cell {cells.gids[aim.cells[row]]}")
        drawn[name] = values
    return {**aim.parameters, **drawn}


def _is_function(value: Any) -> bool:
    return isinstance(value, str) and value != "variable"


def _draws(model: Model, cells: Cells, aim: _Aim) -> Draws | OneStream:
    """Random numbers of string functions: one sequence over the cells in NetPyNE, else a stream per cell."""
    streams = model.streams
    if streams.sequential:
        ids = streams.stimulus(aim.target.label, aim.source.type, cells.gids[aim.cells])
        return OneStream(ids, len(aim.cells))
    ids = streams.placement(f"values of {aim.target.label}", keys(cells, aim.cells), None)
    return Draws(ids, len(aim.cells))


@dataclass(frozen=True)
class _Site:
    """What is built of a stimulus. values: its parameters; here: which cells of the aim are built."""

    model: Model
    cells: Cells
    templates: tuple[Template, ...]
    aim: _Aim
    values: Mapping[str, Any]
    here: Positions

    @property
    def owned(self) -> Positions:
        """Positions of the cells that are built."""
        return self.aim.cells[self.here]

    def value(self, name: str, default: Any) -> Any:
        """A parameter: a column of the built cells, or whatever is the same for all."""
        value = self.values.get(name, default)
        return value[self.here] if isinstance(value, np.ndarray) and value.ndim else value

    def column(self, name: str, default: Any = None) -> Floats:
        """A parameter of each built cell: (n,)."""
        return np.broadcast_to(np.asarray(self.value(name, default), float), (len(self.here),))


def _clamps(site: _Site) -> InputBlock:
    """A point process in every cell."""
    aim, values, owned = site.aim, site.values, site.owned
    location = site.column("loc", 0.5)
    outside = np.flatnonzero(~((location >= 0) & (location <= 1)))
    if len(outside):
        place = f"cell {site.cells.gids[owned[outside[0]]]}"
        raise SpecError([Problem(aim.where("loc"), f"{location[outside[0]]} is outside 0..1 for {place}.")])
    lists = {name: tuple(values[name]) for name in LISTS if isinstance(values.get(name), list | tuple)}
    # 'delay' of a target is that of a NetStim's connection; of a source it is a parameter of the clamp.
    skipped = {name for name in NOT_PARAMETERS if name != "delay" or name not in aim.source.params}
    if aim.source.params.get("originalFormat") == "NeuroML2":
        skipped.discard("weight")  # of the input itself, as in NetPyNE
    numbers = {name: site.column(name) for name in values if name not in lists and name not in skipped}
    places = Table({"gid": site.cells.gids[owned], "section": _sections(site), "location": location})
    rows = places.with_columns(**numbers)
    return InputBlock(aim.target.label, aim.source.label, aim.source.type, rows, lists)


def _sections(site: _Site) -> NDArray[np.int16]:
    """Code of the section of each built cell; of several, the first."""
    codes = site.cells.table["template"][site.owned]
    found = np.empty(len(codes), np.int16)
    for code in np.unique(codes):
        names = sections_of(site.model, site.templates[code], site.aim.target.sec, site.aim.where("sec"))
        found[codes == code] = site.model.sections.code(names[0])
    return found


def _netstims(site: _Site) -> InputBlock:
    """A NetStim for every synapse that the stimulus makes."""
    model, cells, aim, owned = site.model, site.cells, site.aim, site.owned
    given = {name: site.value(name, default) for name, default in CONTACT_DEFAULTS.items()}

    def placement(rows: Positions) -> Ids:
        return model.streams.placement(f"stimulus {aim.target.label}", keys(cells, owned[rows]), None)

    contact = wiring(model, aim.path, aim.target, given, aim.target.sec)
    scale = model.spec.network.scale_conn_weight_net_stims
    made = contacts(model, cells, site.templates, owned, placement, contact, scale)
    row = made["row"]
    rate, interval = _rate(site)
    seed = site.values.get("seed", model.spec.simulation.seeds.get("stim", 1))
    noise = np.empty((len(row), 3), np.int64)
    for column, ids in enumerate(model.streams.noise(aim.source.label, keys(cells, owned[row]), seed)):
        noise[:, column] = ids
    columns = {name: made[name] for name in ("section", "location", "synapse", "weight", "delay")}
    timing = {name: site.column(name, default) for name, default in NETSTIM_DEFAULTS.items()}
    per_cell = {"rate": rate, "interval": interval, **timing, "seed": np.full(len(owned), seed, np.int64)}
    columns |= {name: column[row] for name, column in per_cell.items()}
    return InputBlock(
        aim.target.label,
        aim.source.label,
        "NSLOC" if _is_variable(site.values) else "NetStim",
        Table({"gid": cells.gids[owned[row]], **columns}),
        noise=noise,
        shape=site.values.get("shape"),
        plast=site.values.get("plast"),
    )


def _rate(site: _Site) -> tuple[Floats, Floats]:
    """Rate [Hz] and interval [ms] of each cell, with the rounding of NetPyNE's double inversion."""
    count = len(site.here)
    if _is_variable(site.values):
        return np.full(count, np.nan), np.full(count, 0.1**-1 * 1e3)
    given = "rate" if site.values.get("rate") is not None else "interval"
    if site.values.get(given) is None:
        raise SpecError([Problem(site.aim.where("rate"), "required, but missing (or give 'interval').")])
    number = site.column(given)
    if (number <= 0).any():
        message = f"expected a number above 0, got {number[number <= 0][0]}."
        raise SpecError([Problem(site.aim.where(given), message)])
    rate = number if given == "rate" else 1000.0 / number
    return rate, rate**-1 * 1e3


def _is_variable(values: Mapping[str, Any]) -> bool:
    return isinstance(values.get("rate"), str)
