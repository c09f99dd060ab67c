"""Whether populations have a size and cells to be made of."""

from collections.abc import Mapping
from typing import Any

from netspec.errors import did_you_mean
from netspec.expression import parse
from netspec.spec.check_values import Findings, function, in_range, not_negative, positive
from netspec.spec.facts import Facts, Group, texts
from netspec.spec.findings import Finding, Path, lenient, spell, warning
from netspec.spec.network import Population
from netspec.spec.slips import slip
from netspec.spec.vocabulary import CELL, DENSITY

SIZES = {
    "cellsList": "cells_list",
    "numCells": "num_cells",
    "density": "density",
    "gridSpacing": "grid_spacing",
}
"""Keys that say how many cells there are, in NetPyNE's order of precedence."""
NAMED = 3
"""How many populations a message names."""
NEUROML = "NeuroML2"
OF_JAVA = ("NeuroML2_SpikeSource", "NeuroML2_stochastic_input")
"""What NetPyNE's import of NeuroML calls cells and stimuli that draw random numbers."""
NOT_PARAMETERS = ("vref", "spkTimes", "dynamicRates")


def populations(facts: Facts) -> Findings:
    """What is wrong with popParams."""
    yield from _scale(facts)
    for group in facts.groups:
        path = ("netParams", "popParams", group.label)
        yield from _size(group.spec, path)
        yield from _extent(group.spec, facts, path)
        yield from _cells(group, facts, path)
        yield from original_format(group.spec.original_format, (*path, "originalFormat"))
        if group.artificial:
            yield from _parameters(group.spec, path)


def original_format(given: Any, path: Path) -> Findings:
    """What is wrong with the format that an entry came from."""
    if given in OF_JAVA:
        message = (
            "jNeuroML's sources of random numbers do not compile with NEURON 9: call sim.importNeuroML2."
        )
        yield Finding(path, f"{given!r}: {message}")
    elif given not in (None, NEUROML):
        yield Finding(path, f"{given!r} is unknown. {did_you_mean(str(given), [NEUROML])}")


def _scale(facts: Facts) -> Findings:
    """Said once: NetPyNE's networks of the same keys are larger."""
    scale = facts.spec.network.scale
    dense = [group.label for group in facts.groups if _by_density(group.spec)]
    if scale != 1 and dense:
        names = ", ".join(dense[:NAMED] + ["..."] * bool(dense[NAMED:]))
        message = f"a factor ({scale}) on densities too, which NetPyNE does not scale: {names}"
        yield warning(("netParams", "scale"), message)


def _by_density(population: Population) -> bool:
    return population.density is not None and population.cells_list is None and population.num_cells is None


def _size(population: Population, path: Path) -> Findings:
    given = [key for key, name in SIZES.items() if getattr(population, name) is not None]
    if not given:
        yield warning(path, f"one cell is made, as no size is given: {', '.join(SIZES)}.")
    for key in given[1:]:
        yield warning((*path, key), f"ignored, because {given[0]} is given too.")
    yield from in_range(population.num_cells, not_negative, (*path, "numCells"))
    yield from in_range(population.density, not_negative, (*path, "density"))
    yield from in_range(population.grid_spacing, positive, (*path, "gridSpacing"))


def _extent(population: Population, facts: Facts, path: Path) -> Findings:
    for axis in "xyz":
        absolute, norm = (getattr(population, name) for name in (f"{axis}_range", f"{axis}norm_range"))
        if absolute is not None and norm is not None:
            loser = f"{axis}Range" if population.grid_spacing is not None else f"{axis}normRange"
            yield warning((*path, loser), f"ignored, because {axis}Range and {axis}normRange are both given.")
        for key, extent in ((f"{axis}Range", absolute), (f"{axis}normRange", norm)):
            if extent is not None and extent[0] > extent[1] and population.num_cells is None:
                yield lenient((*path, key), f"expected [low, high], got {extent}.")
    if isinstance(population.density, str):
        yield from _density(population, facts.spec.network.shape, (*path, "density"))


def _density(population: Population, shape: str, path: Path) -> Findings:
    """A string function of one coordinate, whose range must be known."""
    text: str = population.density
    wrong = [*function(text, DENSITY, path)]
    yield from wrong
    if wrong:
        return
    names = sorted(parse(text, DENSITY, spell(path)).names)
    if len(names) != 1:
        yield Finding(path, f"expected a function of one of xnorm, ynorm and znorm, got {text!r}.")
    elif shape != "cuboid":
        yield Finding(path, f"a density that varies needs the shape 'cuboid', not {shape!r}.")
    elif not any(getattr(population, name) for name in (f"{names[0][0]}_range", f"{names[0]}_range")):
        yield Finding(path, f"a density that varies with {names[0]} needs {names[0]}Range.")


def _cells(group: Group, facts: Facts, path: Path) -> Findings:
    """Whether some cell rule, or an artificial cell, says what the cells are."""
    population, rules = group.spec, facts.spec.network.cell_rules
    if group.artificial or group.sections:
        return
    types = dict.fromkeys(
        name for label, rule in rules.items() for name in texts(rule.conds.get("cellType", label))
    )
    if group.rules:
        named = next((rule for rule in group.rules.values() if rule.cell_model), None)
        if named is None:
            labels = ", ".join(f"cellParams[{label!r}]" for label in group.rules)
            yield lenient(path, f"its cells have no sections: {labels} has none.")
        return
    if population.cell_model and not slip(population.cell_type or "", types):
        yield _artificial(population.cell_model, facts, (*path, "cellModel"))
    elif population.cell_type is not None:
        name = population.cell_type
        hint = did_you_mean(name, types)
        yield lenient((*path, "cellType"), f"no entry of cellParams applies to cellType {name!r}. {hint}")
    else:
        yield Finding(path, f"no cellType, and no entry of cellParams applies. {did_you_mean('', types)}")


def _artificial(name: str, facts: Facts, path: Path) -> Finding:
    """An artificial cell that nobody knows."""
    hint = did_you_mean(name, facts.artificial)
    return Finding(
        path,
        f"{name!r} is no artificial cell, and no entry of cellParams with sections applies. "
        f"If it comes from a mod file: is that file in the model's mod folder? {hint}",
    )


def artificial_rules(facts: Facts) -> Findings:
    """Entries of cellParams that populations name, for an artificial cell which nobody knows."""
    used = {group.spec.cell_type for group in facts.groups}
    for label, rule in facts.spec.network.cell_rules.items():
        if label in used and rule.cell_model and not rule.secs and rule.cell_model not in facts.artificial:
            yield _artificial(rule.cell_model, facts, ("netParams", "cellParams", label, "cellModel"))


def _parameters(population: Population, path: Path) -> Findings:
    """String functions among the parameters of an artificial cell; other texts are labels of the user's."""
    inside = population.params is not None
    values: Mapping[str, Any] = population.params if population.params is not None else population.tags
    for name, value in values.items():
        if isinstance(value, str) and not value.isidentifier() and name not in NOT_PARAMETERS:
            yield from function(value, CELL, (*path, "params", name) if inside else (*path, name))
