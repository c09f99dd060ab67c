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
from netspec.plan import InputBlock, Plan
from netspec.plan.cells import Cells, Template, keys
from netspec.plan.rates import rate
from netspec.plan.resolve import sections_of
from netspec.plan.synapses import contacts, wiring
from netspec.spec.network import StimulusSource, StimulusTarget
from netspec.spec.waveform import HELD, NOISE, WAVEFORM, mechanism, step_noise
from netspec.stimulus import from_plain, is_stimulus
from netspec.streams import CellKeys, Draws, Ids, OneStream, stacked
from netspec.tables import Table, ragged

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
        if mechanism(source, model.spec.simulation) is None:
            continue  # makes no objects: plan.extracellular, or `driven` below
        site = _site(model, cells, templates, target, source)
        make = _MAKERS.get(source.type, _clamps)
        blocks.append(make(site))
    return tuple(blocks)


def driven(plan: Plan) -> tuple[InputBlock, ...]:
    """Where waveforms drive variables of mechanisms and synapses: blocks with places only, of no object.

    Nothing of it is stored with a plan: it follows from the model and the cells.
    """
    network, blocks = plan.model.spec.network, []
    for target in network.targets.values():
        source = network.sources[target.source]
        if source.type == WAVEFORM and mechanism(source, plan.model.spec.simulation) is None:
            site = _site(plan.model, plan.cells, plan.templates, target, source)
            blocks.append(InputBlock(target.label, source.label, "", _places(site)))
    return tuple(blocks)


def trains(plan: Plan, block: InputBlock) -> tuple[Floats, NDArray[np.int64]]:
    """Spike times [ms] of each row of a block whose rate is a stimulus, which its plan does not store.

    As with a NetStim, those of one cell are the same: (flat, offsets).
    """
    model, cells = plan.model, plan.cells
    path = f"netParams.stimSourceParams[{block.source!r}].rate"
    varying = rate(model.spec.network.sources[block.source].params["rate"], model.spec.simulation, path)
    gids, row = np.unique(block.rows["gid"], return_inverse=True)
    ids = stacked(
        model.streams.waveform(block.target, keys(cells, cells.positions(gids)), _seed(block)), len(gids)
    )
    own = [varying.spikes(tuple(each)) for each in ids.tolist()]
    return ragged(own[k] for k in row.tolist())


def _seed(block: InputBlock) -> int:
    return int(block.rows["seed"][0]) if len(block.rows) else 1


def _site(
    model: Model,
    cells: Cells,
    templates: tuple[Template, ...],
    target: StimulusTarget,
    source: StimulusSource,
) -> "_Site":
    """What is built of a stimulus on owned cells with sections."""
    aim = reached(model, cells, target, source)
    values = _values(model, cells, aim)
    here = np.isin(aim.cells, cells.owned) & (cells.table["template"][aim.cells] >= 0)
    return _Site(model, cells, templates, aim, values, np.flatnonzero(here))


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


def _places(site: _Site) -> Table:
    """The cell, section and location of a point process in every cell."""
    aim, owned = site.aim, site.owned
    location = site.column("loc", 0.5)
    outside = np.flatnonzero(~((location >= 0) & (location <= 1)))
    if len(outside):
        place = f"cell {site.cells.gids[owned[outside[0]]]}"
        raise SpecError([Problem(aim.where("loc"), f"{location[outside[0]]} is outside 0..1 for {place}.")])
    return Table({"gid": site.cells.gids[owned], "section": _sections(site), "location": location})


def _clamps(site: _Site) -> InputBlock:
    """A point process in every cell."""
    aim, values = site.aim, site.values
    lists = {name: tuple(values[name]) for name in LISTS if isinstance(values.get(name), list | tuple)}
    # 'delay' of a target is that of a NetStim's connection; of a source it is a parameter of the clamp.
    skipped = {name for name in NOT_PARAMETERS if name != "delay" or name not in aim.source.params}
    if aim.source.params.get("originalFormat") == "NeuroML2":
        skipped.discard("weight")  # of the input itself, as in NetPyNE
    numbers = {name: site.column(name) for name in values if name not in lists and name not in skipped}
    rows = _places(site).with_columns(**numbers)
    return InputBlock(aim.target.label, aim.source.label, aim.source.type, rows, lists)


def _waveforms(site: _Site) -> InputBlock:
    """A clamp in every cell, for neuron.waveforms to drive; or one that draws its noise itself."""
    source, model = site.aim.source, site.model
    made = str(mechanism(source, model.spec.simulation))
    rows, noise = _places(site), None
    if made == NOISE:
        given = step_noise(from_plain(source.params["stimulus"]))
        values = {} if given is None else given.moments("nA")
        noise = noise_ids(model, site.aim.target.label, source, keys(site.cells, site.owned))
    else:
        values = dict(HELD[made])
        if source.params.get("rs") is not None:
            values["rs"] = float(source.params["rs"])
    rows = rows.with_columns(**{name: np.full(len(rows), value) for name, value in values.items()})
    return InputBlock(site.aim.target.label, source.label, made, rows, noise=noise)


def noise_ids(model: Model, label: str, source: StimulusSource, cells: CellKeys) -> NDArray[np.int64]:
    """Random123 ids of the noise of a waveform in each cell: (n, 3)."""
    seed = source.params.get("seed", model.spec.simulation.seeds.get("stim", 1))
    return stacked(model.streams.waveform(label, cells, seed), len(cells.gid))


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
    per_second, interval = _rate(site)
    seed = site.values.get("seed", model.spec.simulation.seeds.get("stim", 1))
    noise = stacked(model.streams.noise(aim.source.label, keys(cells, owned[row]), seed), len(row))
    columns = {name: made[name] for name in ("section", "location", "synapse", "weight", "delay")}
    timing = {name: site.column(name, default) for name, default in NETSTIM_DEFAULTS.items()}
    per_cell = {
        "rate": per_second,
        "interval": interval,
        **timing,
        "seed": np.full(len(owned), seed, np.int64),
    }
    columns |= {name: column[row] for name, column in per_cell.items()}
    made_by = "VecStim" if is_stimulus(site.values.get("rate")) else "NetStim"
    return InputBlock(
        aim.target.label,
        aim.source.label,
        "NSLOC" if _is_variable(site.values) else made_by,
        Table({"gid": cells.gids[owned[row]], **columns}),
        noise=noise,
        shape=site.values.get("shape"),
        plast=site.values.get("plast"),
    )


def _rate(site: _Site) -> tuple[Floats, Floats]:
    """Rate [Hz] and interval [ms] of each cell, with the rounding of NetPyNE's double inversion."""
    count = len(site.here)
    if is_stimulus(site.values.get("rate")):
        return np.full(count, np.nan), np.full(count, np.nan)
    if _is_variable(site.values):
        return np.full(count, np.nan), np.full(count, 0.1**-1 * 1e3)
    given = "rate" if site.values.get("rate") is not None else "interval"
    if site.values.get(given) is None:
        raise SpecError([Problem(site.aim.where("rate"), "required, but missing (or give 'interval').")])
    number = site.column(given)
    if (number <= 0).any():
        message = f"expected a number above 0, got {number[number <= 0][0]}."
        raise SpecError([Problem(site.aim.where(given), message)])
    per_second = number if given == "rate" else 1000.0 / number
    return per_second, per_second**-1 * 1e3


def _is_variable(values: Mapping[str, Any]) -> bool:
    return isinstance(values.get("rate"), str)


_MAKERS = {"NetStim": _netstims, WAVEFORM: _waveforms}
"""What makes the blocks of sources that are no point process of that name."""
