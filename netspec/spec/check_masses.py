"""Whether masses have models, parameters and couplings that fit together."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from netspec.errors import SpecError
from netspec.masses import KINDS, METHODS, MODELS, Mass
from netspec.spec.check_values import Findings, in_range, not_negative, positive, unknown
from netspec.spec.facts import Facts
from netspec.spec.findings import Finding, Path
from netspec.spec.kinds import is_number, shown
from netspec.spec.masses import CellsToMass, MassCoupling, MassPopulation, MassToCells, stimuli
from netspec.stimulus import Stimulus, from_plain


def masses(facts: Facts) -> Findings:
    """What is wrong with populations of masses and with the couplings between them."""
    network, simulation = facts.spec.network.masses, facts.spec.simulation
    if simulation.mass_method not in METHODS:
        option = ("simConfig", "massMethod")
        yield unknown(simulation.mass_method, METHODS, option, "there is no method")
    if not network.populations:
        return
    models: dict[Any, Mass] = {}
    steps = max(1, round(simulation.duration / simulation.dt))
    for label, population in network.populations.items():
        path: Path = ("netParams", "popParams", label)
        wrong, model = _model(population, path)
        yield from wrong
        if model is not None:
            models[label] = model
            yield from _population(population, model, steps, path)
    for label, coupling in network.couplings.items():
        here: Path = ("netParams", "connParams", label)
        yield from _coupling(coupling, network.populations, models, here)
    yield from _hybrid(facts, models)
    yield from _recording(simulation)


def _hybrid(facts: Facts, models: Mapping[Any, Mass]) -> Findings:
    """Connections between masses and cells."""
    network, simulation = facts.spec.network.masses, facts.spec.simulation
    cells = {group.label for group in facts.groups}
    rules: dict[Any, MassToCells | CellsToMass] = {**network.to_cells, **network.from_cells}
    for label, rule in rules.items():
        path: Path = ("netParams", "connParams", label)
        outward = isinstance(rule, MassToCells)
        side, conds = ("preConds", rule.pre_conds) if outward else ("postConds", rule.post_conds)
        model = models.get(conds.get("pop")) if isinstance(conds.get("pop"), str) else None
        if rule.delay < simulation.dt:
            message = (
                f"expected at least dt ({simulation.dt:g} ms) between masses and cells, got {rule.delay:g}."
            )
            yield Finding((*path, "delay"), message)
        if set(conds) != {"pop"} or not isinstance(conds["pop"], str):
            yield Finding((*path, side), "expected {'pop': label} of one population of masses, no more.")
        elif model is None:
            continue
        elif isinstance(rule, MassToCells):
            yield from _outward(rule, model, network.populations[conds["pop"]].nodes, path)
        else:
            yield from _inward(rule, model, cells, path)
    yield from in_range(simulation.mass_window, not_negative, ("simConfig", "massWindow"))
    if rules and simulation.cvode_active:
        yield Finding(("simConfig", "cvode_active"), "not supported yet with masses.")
    if network.from_cells and simulation.record_cells_spikes != -1:
        # Masses see the spikes that are recorded.
        yield Finding(("simConfig", "recordCellsSpikes"), "not supported yet with masses.")


def _inward(rule: CellsToMass, model: Mass, cells: set[Any], path: Path) -> Findings:
    if rule.target is not None and rule.target not in model.inputs:
        yield unknown(rule.target, model.inputs, (*path, "target"), f"{model.name} has no input")
    yield from in_range(rule.smoothing, positive, (*path, "smoothing"))
    named = rule.pre_conds.get("pop")
    labels = named if isinstance(named, list) else [named]
    if set(rule.pre_conds) != {"pop"} or not set(labels) <= cells:
        yield Finding((*path, "preConds"), "expected {'pop': labels} of populations of cells, no more.")


def _outward(rule: MassToCells, model: Mass, nodes: int, path: Path) -> Findings:
    if rule.variable is not None and rule.variable not in model.variables:
        what = f"{model.name} has no state or output"
        yield unknown(rule.variable, model.variables, (*path, "variable"), what)
    if not 0 <= rule.node < nodes:
        yield Finding((*path, "node"), f"expected a number from 0 to {nodes - 1}, got {rule.node}.")
    yield from in_range(rule.inputs, positive, (*path, "inputs"))


def _model(population: MassPopulation, path: Path) -> tuple[list[Finding], Mass | None]:
    here = (*path, "massModel")
    try:
        model = population.mass
        if model is not None:
            _ = model.lines, model.after_lines
    except (TypeError, ValueError, SyntaxError) as error:
        return [Finding(here, f"{error}.")], None
    if model is None:
        return [unknown(population.model, MODELS, here, "there is no model of a mass")], None
    return [], model


def _population(population: MassPopulation, model: Mass, steps: int, path: Path) -> Findings:
    yield from in_range(population.nodes, positive, (*path, "nodes"))
    nodes = population.nodes
    for name, known in (("params", model.params), ("initial", model.variables)):
        for one, value in getattr(population, name).items():
            here = (*path, name, one)
            if one not in known:
                yield unknown(one, known, here, f"{model.name} has no")
            elif not _fits(value, [(), (nodes,)]):
                yield Finding(
                    here, f"expected a number or one for each of {nodes} nodes, got {shown(value)}."
                )
    yield from _inputs(population, model, steps, path)
    for one in population.record or ():
        if one not in model.variables:
            yield unknown(one, model.variables, (*path, "record"), f"{model.name} has no state or output")
    if model.needs_tables and population.tables is None:
        message = f"{model.name} needs a file with its tables; making them: not supported yet."
        yield Finding((*path, "tables"), message)


def _inputs(population: MassPopulation, model: Mass, steps: int, path: Path) -> Findings:
    nodes, given = population.nodes, set()
    for name, one, value in stimuli(population):
        here = (*path, name, one)
        if one not in model.inputs:
            yield unknown(one, model.inputs, here, f"{model.name} has no input")
        elif one in given:
            yield Finding(here, "given in inputs too; add the two there.")
        else:
            yield from _input(value, [(), (nodes,), (nodes, steps)], here)
        given.add(one)


def _input(value: Any, shapes: list[tuple[int, ...]], path: Path) -> Findings:
    if isinstance(value, Stimulus):
        return
    if isinstance(value, Mapping):
        try:
            from_plain(value, "")
        except SpecError as error:
            yield from (
                Finding(path, f"{one.path.strip('.')}: {one.message}".strip(": ")) for one in error.problems
            )
    elif not _fits(value, shapes):
        forms = " or ".join(str(shape) for shape in shapes[1:])
        yield Finding(path, f"expected a number, a stimulus or an array {forms}, got {shown(value)}.")


def _fits(value: Any, shapes: Iterable[tuple[int, ...]]) -> bool:
    """Whether a value is numbers of one of the shapes."""
    try:
        array = np.asarray(value, np.float64)
    except (TypeError, ValueError):
        return False
    return array.shape in list(shapes) and bool(np.isfinite(array).all())


def _coupling(
    coupling: MassCoupling, populations: Mapping[str, MassPopulation], models: Mapping[Any, Mass], path: Path
) -> Findings:
    for side, label in zip(("preConds", "postConds"), coupling.ends, strict=True):
        conds = coupling.pre_conds if side == "preConds" else coupling.post_conds
        if set(conds) != {"pop"} or not isinstance(label, str):
            yield Finding((*path, side), "expected {'pop': label} of one population of masses, no more.")
            return
    pre, post = coupling.ends
    if pre not in models or post not in models:
        return
    shape = (populations[post].nodes, populations[pre].nodes)
    for name, value in (("matrix", coupling.matrix), ("delayMatrix", coupling.delay_matrix)):
        if value is not None and not _fits(value, [shape]):
            yield Finding((*path, name), f"expected numbers [to, from] of shape {shape}, got {shown(value)}.")
    if coupling.delay_matrix is not None and _fits(coupling.delay_matrix, [shape]):
        yield from in_range(np.asarray(coupling.delay_matrix).tolist(), not_negative, (*path, "delayMatrix"))
    yield from in_range(coupling.delay, not_negative, (*path, "delay"))
    for name, value, known, what in (
        ("coupling", coupling.coupling, KINDS, "there is no coupling"),
        ("variable", coupling.variable, models[pre].variables, f"{models[pre].name} has no state or output"),
        ("target", coupling.target, models[post].inputs, f"{models[post].name} has no input"),
    ):
        if value is not None and value not in known:
            yield unknown(value, known, (*path, name), what)
    kind = coupling.coupling or models[post].coupling
    variable = coupling.variable or models[pre].couples[0]
    if kind != "additive" and variable not in models[post].variables:
        message = f"{kind} needs {variable!r} in both models, but {models[post].name} has none; use additive."
        yield Finding((*path, "coupling"), message)


def _recording(simulation: Any) -> Findings:
    step = simulation.record_step
    every = step / simulation.dt if is_number(step) and step > 0 else 1.0
    if is_number(step) and (round(every) < 1 or abs(every - round(every)) > 1e-6):
        message = f"expected a multiple of dt ({simulation.dt:g} ms) in a network with masses, got {step!r}."
        yield Finding(("simConfig", "recordStep"), message)
    for key, value in (
        ("checkpointEvery", simulation.checkpoint_every),
        ("recordWindow", simulation.record_window),
        ("resume", simulation.resume),
    ):
        if value:
            yield Finding(("simConfig", key), "not supported yet with masses.")
