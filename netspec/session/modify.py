"""Changing a network that is built: NEURON's objects at once, and the plan, so that everything shows it.

All of it is collective. Mistakes are found before anything is changed, on every rank alike.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from netspec.conditions import mask
from netspec.errors import Problem, SpecError, did_you_mean
from netspec.model import Names
from netspec.plan import InputBlock, Plan, SynapseChange, change, reach
from netspec.plan.cells import Template
from netspec.plan.delays import not_above_dt
from netspec.plan.sections import assignments
from netspec.plan.values import later
from netspec.session import changes, merging
from netspec.spec.cell import CellRule
from netspec.spec.kinds import is_number
from netspec.spec.waveform import WAVEFORM
from netspec.stimulus import is_stimulus

if TYPE_CHECKING:
    from netspec.session.stages import Session

Params = Mapping[str, Any]
Wrong = Iterator[Problem]
RULE = "sim.net.modifyCells"
CONDITIONS = ("conds", "preConds", "postConds", "cellConds")
NETSTIM = ("weight", "delay", "rate", "interval", "noise", "start", "number", "seed")
NOT_A_PARAMETER = ("gid", "section", "location", "synapse")


class Changing:
    """The verbs of sim.net that change what is built."""

    session: "Session"

    @cached_property
    def spent(self) -> dict[int, int]:
        """How many random numbers of cells modifyCells has gone on to, by gid."""
        return {}

    @cached_property
    def handlers(self) -> list[Any]:
        """FInitializeHandlers that scripts keep in sim.fih as long as there is this network."""
        return []

    def modifyCells(self, params: Params, updateMasterAllCells: bool = False) -> None:
        """Give sections of the cells that meet params['conds'] other values: params['secs']."""
        _changed(self.session, "modifyCells", "cell", params, updateMasterAllCells, _cells)

    def modifySynMechs(self, params: Params, updateMasterAllCells: bool = False) -> None:
        """Give synapses (conds on label, mod, sec, loc; cellConds) other parameters."""
        _changed(self.session, "modifySynMechs", "synaptic mech", params, updateMasterAllCells, _synapses)

    def modifyConns(self, params: Params, updateMasterAllCells: bool = False) -> None:
        """Give connections (conds on themselves, preConds and postConds on cells) another weight or delay."""
        _changed(self.session, "modifyConns", "connection", params, updateMasterAllCells, _connections)

    def modifyStims(self, params: Params, updateMasterAllCells: bool = False) -> None:
        """Give stimuli (conds on label, source, type, sec, loc; cellConds) other parameters."""
        _changed(self.session, "modifyStims", "stimulation", params, updateMasterAllCells, _stimuli)


def _changed(
    session: "Session",
    verb: str,
    what: str,
    params: Params,
    update: bool,
    work: Callable[["Session", Plan, Params, str], Plan],
) -> None:
    session.timing("start", f"{verb}Time")
    session.say(f"Modifying {what} parameters...")
    plan = session.planned()
    plan = replace(plan, cells=changes.with_tags(plan.cells, session.all_changes()))
    session.plan = work(session, plan, params, f"sim.net.{verb}(...)")
    if session.network is not None:
        session.network.change(session.plan)
    if update:
        session.update_cells()
    session.timing("stop", f"{verb}Time")
    if session.cfg.get("timing", True):
        session.say(f"  Done; {what} modification time = {session.timings[f'{verb}Time']:0.2f} s.")


def _refuse(problems: Wrong | list[Problem]) -> None:
    found = list(problems)
    if found:
        raise SpecError(found)


def _parts(params: Params, path: str, conditions: tuple[str, ...], values: Any = None) -> tuple[Any, ...]:
    """The conditions of each kind, and the new values, which must be numbers. values: names they may have."""
    if not isinstance(params, Mapping):
        raise SpecError([Problem(path, f"expected a dictionary, got {params!r}.")])
    given = {name: value for name, value in params.items() if name not in conditions}
    _refuse(_wrong_values(path, given, values, conditions))
    return (*(dict(params.get(name) or {}) for name in conditions), given)


def _wrong_values(path: str, given: Params, known: Any, conditions: tuple[str, ...]) -> Wrong:
    for name, value in given.items():
        if known is not None and name not in known:
            yield Problem(f"{path}.{name}", f"unknown key. {did_you_mean(name, (*known, *conditions))}")
        elif known is not None and not is_number(value):
            yield Problem(f"{path}.{name}", f"expected a number, got {value!r}.")


# Cells


def _cells(session: "Session", plan: Plan, params: Params, path: str) -> Plan:
    from netspec.neuron import change as live
    from netspec.neuron import hoc_template

    conds, given = _parts(params, path, ("conds",))
    _refuse(_wrong_values(path, given, ("secs",), ("conds",)) if set(given) - {"secs"} else [])
    _refuse(reach.wrong_cells(f"{path}.conds", conds, plan.cells))
    chosen = reach.cells(conds, plan.cells)
    if chosen[[*plan.cells.parts]].any():
        _refuse([Problem(path, "a cell that multisplit has cut cannot be changed.")])
    codes = np.unique(plan.cells.table["template"][chosen])
    templates = [plan.templates[code] for code in codes[codes >= 0].tolist()]
    sections = _sections(session, plan, given.get("secs"), templates, path)
    _refuse(change.wrong_sections(f"{path}.secs", sections, templates))
    _refuse(merging.other_segments(plan, sections, path))
    names = plan.model.sections
    added = [name for name in sections if name not in names]
    plan = replace(plan, model=replace(plan.model, sections=Names((*names.names, *added))))
    with _own_path(path):
        parts = list(_drawn(session, plan, chosen, sections))
        todo = []
        for rows, own in parts:
            plan, found = change.changed_cells(plan, rows, own)
            for code in found.values():
                hoc_template.write(plan.templates[code])
            todo.append((plan.cells.owned[rows[plan.cells.owned]], {*found.values()}, own))
    for positions, new_codes, own in todo if session.network is not None else ():
        live.cells(session.network.cells, positions, new_codes, own, plan)
    return plan


def _drawn(
    session: "Session", plan: Plan, chosen: Any, sections: dict[str, Any]
) -> Iterator[tuple[Any, dict[str, Any]]]:
    """Which cells get which sections: all of them the same, or each its own numbers of string functions."""
    rule = CellRule(RULE, secs=sections, vars=_variables(plan, plan.templates))
    if not any(step.drawn and step.kind != "vars" for step in assignments([rule])):
        yield chosen, sections
        return
    table = plan.cells.table["template"]
    for code in np.unique(table[chosen & (table >= 0)]).tolist():
        positions, template = np.flatnonzero(chosen & (table == code)), plan.templates[code]
        here = {name: new for name, new in sections.items() if name in template.sections or new.topol}
        own = replace(rule, secs=here)
        found, spent = later(plan.model, plan.cells, template, positions, own, session.network_view().spent)
        session.network_view().spent.update(
            zip(plan.cells.gids[positions].tolist(), spent.tolist(), strict=True)
        )
        for row, position in enumerate(positions.tolist()):
            one = np.zeros(len(plan.cells), bool)
            one[position] = True
            yield one, change.with_numbers(here, found, row)


def _sections(
    session: "Session", plan: Plan, written: Any, templates: list[Any], path: str
) -> dict[str, Any]:
    """The new sections, read and checked as those of a cell rule are."""
    from netspec.model import resolve
    from netspec.neuron import mechanisms
    from netspec.spec.read import read

    if not isinstance(written, Mapping) or not written:
        raise SpecError([Problem(f"{path}.secs", f"expected sections by name, got {written!r}.")])
    known = {name for template in templates for name in template.sections}
    _refuse(
        [
            Problem(f"{path}.secs[{name!r}]", f"no such cell has this section; a new one needs topol. {hint}")
            for name, section in written.items()
            if name not in known and not (isinstance(section, Mapping) and section.get("topol"))
            for hint in [did_you_mean(name, known)]
        ]
    )
    _refuse(change.fixed(f"{path}.secs", written))
    with _own_path(path):
        names = list(written)
        written = {**{name: {} for name in known}, **_with_mods(written, templates)}
        spec = read({"cellParams": {RULE: {"secs": written, "vars": _variables(plan, templates)}}})
        _refuse(mechanisms.check(resolve(spec, mechanisms.artificial_names()), session.ranks))
    made = spec.network.cell_rules[RULE].secs
    return {name: made[name] for name in names}


def _variables(plan: Plan, templates: Iterable[Template]) -> dict[str, Any]:
    """The `vars` of the rules of some cells."""
    rules = plan.model.spec.network.cell_rules
    labels = (label for template in templates for label in template.rules if label in rules)
    return {name: value for label in labels for name, value in rules[label].vars.items()}


def _with_mods(written: Params, templates: list[Any]) -> dict[str, Any]:
    """The sections with the `mod` of their point processes, which need not be written again."""
    mods = {
        (name, label): values.get("mod")
        for template in templates
        for name, section in template.sections.items()
        for label, values in section.pointps.items()
    }
    found: dict[str, Any] = {}
    for name, section in written.items():
        found[name] = dict(section)
        points = dict(section).get("pointps")
        if isinstance(points, Mapping):
            found[name]["pointps"] = {
                label: {"mod": mods[name, label], **values} if (name, label) in mods else values
                for label, values in points.items()
            }
    return found


class _own_path:  # noqa: N801  (a context manager)
    """Problems that are reported inside are of this verb, not of a cell rule."""

    def __init__(self, path: str):
        self.path = path

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        if isinstance(error, SpecError):
            own = [Problem(self._renamed(p.path), p.message) for p in error.problems]
            raise SpecError(own) from None

    def _renamed(self, path: str) -> str:
        head, found, tail = path.partition("]")
        return f"{self.path}{tail}" if found and head.startswith("netParams.cellParams[") else path


# Synapses


def _synapses(session: "Session", plan: Plan, params: Params, path: str) -> Plan:
    conds, cell_conds, given = _parts(params, path, ("conds", "cellConds"))
    network = plan.model.spec.network
    known: dict[str, Iterable[str]] = {
        "label": network.synapses,
        "sec": plan.model.sections.names,
        "mod": [synapse.mod for synapse in network.synapses.values()],
    }
    _refuse(reach.wrong_names(f"{path}.conds", conds, reach.SYNAPSE_KEYS, known))
    _refuse(reach.wrong_cells(f"{path}.cellConds", cell_conds, plan.cells))
    gids = plan.cells.gids[reach.cells(cell_conds, plan.cells)]
    given = {name: value for name, value in given.items() if name not in ("mod", "loc", "label")}
    _refuse([*_wrong_parameters(plan, conds, given, path), *merging.told_apart(plan, conds, path)])
    one = SynapseChange(gids, conds, {name: float(value) for name, value in given.items()})
    if session.network is not None:
        session.network.change_synapses((one,))
    return replace(plan, synapse_changes=(*plan.synapse_changes, one))


def _wrong_parameters(plan: Plan, conds: Params, given: Params, path: str) -> Wrong:
    """Values that some synapse of the labels meant does not have."""
    from netspec.conditions import mask
    from netspec.neuron import catalog

    labels = [*plan.model.spec.network.synapses]
    wanted = {name: conds[name] for name in ("label", "mod") if name in conds}
    mods = [plan.model.spec.network.synapses[label].mod for label in labels]
    table = reach.columns(len(labels), label=labels, mod=mods)
    meant = {mod for mod, here in zip(mods, mask(wanted, table, closed=True), strict=True) if here}
    for mod in sorted(meant):
        variables = catalog.variables(mod)
        for name, value in given.items():
            if name not in variables:
                message = f"not a parameter of {mod!r}. {did_you_mean(name, catalog.parameters(mod))}"
                yield Problem(f"{path}.{name}", message)
            elif not is_number(value):
                yield Problem(f"{path}.{name}", f"expected a number, got {value!r}.")


# Connections


def _connections(session: "Session", plan: Plan, params: Params, path: str) -> Plan:
    conditions = ("conds", "preConds", "postConds")
    conds, pre, post, given = _parts(params, path, conditions, ("weight", "delay"))
    network, model = plan.model.spec.network, plan.model
    known: dict[str, Iterable[str]] = {
        "label": model.rules.names,
        "sec": model.sections.names,
        "synMech": model.synapses.names,
        "preLabel": network.sources,
    }
    _refuse(reach.wrong_names(f"{path}.conds", conds, reach.CONNECTION_KEYS, known))
    for name, wanted in (("preConds", pre), ("postConds", post)):
        _refuse(reach.wrong_cells(f"{path}.{name}", wanted, plan.cells))
    _refuse(_wrong_delay(plan, given, path, session.ranks.size))
    rows = reach.connections(plan, conds, pre, post)
    masks = [reach.stimulus_connections(plan, block, conds, pre, post) for block in plan.inputs]
    after = change.changed_connections(plan, rows, given)
    if session.network is not None and len(plan.connections):
        session.network.connections.change(np.flatnonzero(rows), given)
    return _with_inputs(session, after, masks, [given] * len(masks))


def _wrong_delay(plan: Plan, given: Params, path: str, ranks: int) -> Wrong:
    delay = given.get("delay")
    if delay is None:
        return
    if delay < 0:
        yield Problem(f"{path}.delay", f"expected 0 or more, got {delay!r}.")
    elif ranks > 1:
        rows = plan.connections.take(slice(0, 0))
        one = {name: np.zeros(1, column.dtype) for name, column in rows.columns.items()}
        trial = replace(plan, connections=type(rows)({**one, "delay": np.array([float(delay)])}))
        for problem in not_above_dt(trial) if len(plan.model.rules) else ():
            message = problem.message.replace(" for pair 0 -> 0", "")
            yield Problem(f"{path}.delay", message)


# Stimuli


def _stimuli(session: "Session", plan: Plan, params: Params, path: str) -> Plan:
    conds, cell_conds, given = _parts(params, path, ("conds", "cellConds"))
    network = plan.model.spec.network
    known: dict[str, Iterable[str]] = {
        "label": network.targets,
        "source": network.sources,
        "type": {source.type for source in network.sources.values()},
        "sec": plan.model.sections.names,
    }
    _refuse(reach.wrong_names(f"{path}.conds", conds, reach.STIMULUS_KEYS, known))
    _refuse(reach.wrong_cells(f"{path}.cellConds", cell_conds, plan.cells))
    blocks = [_with_columns(block, given) for block in plan.inputs]
    plan = replace(plan, inputs=tuple(blocks))
    masks = [reach.stimuli(plan, block, conds, cell_conds) for block in blocks]
    meant = [block for block in blocks if _may_be_meant(block, conds)]
    following = {
        label
        for label, source in network.sources.items()
        if source.type == WAVEFORM or is_stimulus(source.params.get("rate"))
    }
    _refuse(_wrong_stimulus(given, meant, following, path))
    values = [{name: given[name] for name in given if name in block.rows} for block in blocks]
    inputs = [
        change.input_values(own) if "synapse" in block.rows else own
        for block, own in zip(blocks, values, strict=True)
    ]
    return _with_inputs(session, plan, masks, inputs)


def _with_columns(block: InputBlock, given: Params) -> InputBlock:
    """The block with columns for parameters that had NEURON's default so far."""
    from netspec.neuron import catalog

    if "synapse" in block.rows:
        return block
    defaults = catalog.parameters(block.mechanism)
    new = {
        name: np.full(len(block.rows), float(defaults[name]))
        for name in given
        if name in defaults and name not in block.rows and name not in block.lists
    }
    return replace(block, rows=block.rows.with_columns(**new)) if new else block


def _may_be_meant(block: InputBlock, conds: Params) -> bool:
    kind = "NetStim" if "synapse" in block.rows else block.mechanism
    own = {"label": [block.target], "source": [block.source], "type": [kind]}
    wanted = {name: conds[name] for name in own if name in conds}
    return bool(mask(wanted, reach.columns(1, **own), closed=True)[0])


def _wrong_stimulus(given: Params, blocks: list[InputBlock], following: set[str], path: str) -> Wrong:
    """following: sources that are stimuli, or have a rate that is one."""
    known = {
        name
        for block in blocks
        for name in (NETSTIM if "synapse" in block.rows else block.rows.columns)
        if name not in NOT_A_PARAMETER
    }
    fixed = [block for block in blocks if block.source in following]
    for name, value in given.items():
        if fixed and name not in ("weight", "delay"):
            message = f"not supported yet: it follows the stimulus of {fixed[0].source!r}."
            yield Problem(f"{path}.{name}", message)
        elif blocks and name not in known:
            yield Problem(f"{path}.{name}", f"no such stimulus has it. {did_you_mean(name, known)}")
        elif not is_number(value):
            yield Problem(f"{path}.{name}", f"expected a number, got {value!r}.")
        elif name in ("rate", "interval") and value <= 0:
            yield Problem(f"{path}.{name}", f"expected a number above 0, got {value!r}.")


def _with_inputs(session: "Session", plan: Plan, masks: list[Any], values: list[Any]) -> Plan:
    """The plan with values set in rows of its stimuli; in NEURON's objects too."""
    blocks = []
    for number, (block, rows, given) in enumerate(zip(plan.inputs, masks, values, strict=True)):
        new = change.changed_input(plan, block, rows, given) if given and rows.any() else block
        blocks.append(new)
        if new is not block and session.network is not None:
            session.network.inputs.change(new, number, np.flatnonzero(rows), given)
    return replace(plan, inputs=tuple(blocks))
