"""What the user wrote about neural masses: populations with a massModel, and the couplings between them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from netspec.masses import MODELS, Mass
from netspec.spec.findings import Finding, Path
from netspec.spec.keys import key


@dataclass(frozen=True)
class MassPopulation:
    """An entry of popParams with a massModel."""

    label: str
    model: Any = key("massModel", "any", "name of a model, or the parts of one of your own")
    nodes: int = key("nodes", "count", "number of nodes", 1)
    params: dict[str, Any] = key("params", "mapping", "parameters: numbers, or one for each node", {})
    initial: dict[str, Any] = key(
        "initial",
        "mapping",
        "first values of states and outputs; drawn from the model's ranges if missing",
        {},
    )
    inputs: dict[str, Any] = key(
        "inputs", "mapping", "inputs: numbers, one for each node, arrays (nodes, steps) or stimuli", {}
    )
    noise: dict[str, Any] = key("noise", "mapping", "as inputs: stimuli, independent for each node", {})
    record: list[str] | None = key(
        "record", "list of texts", "states and outputs to record; all if missing", None
    )
    tables: str | None = key("tables", "text", "file with the tables of the model (ALN)", None)

    @property
    def mass(self) -> Mass | None:
        """The model; None if there is no such one. ValueError or TypeError for wrong parts."""
        if isinstance(self.model, Mapping):
            parts = {name: _tuples(value) for name, value in self.model.items()}
            return Mass(**{"name": self.label, **parts})
        return self.model if isinstance(self.model, Mass) else MODELS.get(self.model)


def _tuples(value: Any) -> Any:
    """The same with lists as tuples, in mappings too."""
    if isinstance(value, Mapping):
        return {name: _tuples(item) for name, item in value.items()}
    return tuple(value) if isinstance(value, list) else value


@dataclass(frozen=True)
class MassCoupling:
    """An entry of connParams between masses."""

    label: str
    pre_conds: dict[str, Any] = key("preConds", "conditions", "pop: label of the population that is seen")
    post_conds: dict[str, Any] = key(
        "postConds", "conditions", "pop: label of the population that is acted on"
    )
    matrix: Any = key("matrix", "any", "weights [to, from]; each pair has 1 if missing", None)
    delay_matrix: Any = key("delayMatrix", "any", "delays [to, from] [ms]", None)
    weight: float = key("weight", "number", "factor on all weights", 1.0)
    delay: float = key("delay", "number", "delay of all pairs without a delayMatrix", 0.0, "ms")
    coupling: str | None = key(
        "coupling", "text", "additive, diffusive, multiplicative or sine; the model's own if missing", None
    )
    variable: str | None = key("variable", "text", "the state or output that is seen", None)
    target: str | None = key("target", "text", "the input that is acted on", None)

    @property
    def ends(self) -> tuple[Any, Any]:
        """Labels of the populations (from, to)."""
        return self.pre_conds.get("pop"), self.post_conds.get("pop")


@dataclass(frozen=True)
class Masses:
    """All masses of a network."""

    populations: dict[str, MassPopulation] = field(default_factory=dict)
    couplings: dict[str, MassCoupling] = field(default_factory=dict)


def read(found: dict[str, Any], entry: Callable[..., Any], notes: list[Finding]) -> Masses:
    """The masses among sections of netParams, which are taken out of `found`.

    entry: (class, values, path) -> an entry. notes: gets what is wrong.
    """
    masses = Masses()
    sections = {name: found.get(name) for name in ("popParams", "connParams")}
    if not isinstance(sections["popParams"], Mapping):
        return masses
    for label, values in list(sections["popParams"].items()):
        if isinstance(values, Mapping) and "massModel" in values:
            own = {name: value for name, value in values.items() if name != "pop"}
            masses.populations[label] = entry(MassPopulation, own, ("netParams", "popParams", label))
    if not masses.populations:
        return masses
    found["popParams"] = _without(sections["popParams"], masses.populations)
    if isinstance(sections["connParams"], Mapping):
        hybrid = _couplings(sections["connParams"], masses, entry, notes)
        found["connParams"] = _without(sections["connParams"], {*masses.couplings, *hybrid})
    return masses


def _without(values: Mapping[str, Any], labels: Any) -> dict[str, Any]:
    return {label: value for label, value in values.items() if label not in labels}


def _couplings(
    rules: Mapping[str, Any], masses: Masses, entry: Callable[..., Any], notes: list[Finding]
) -> set[str]:
    """Adds the couplings between masses; labels of connections between masses and cells."""
    hybrid = set()
    for label, values in rules.items():
        path: Path = ("netParams", "connParams", label)
        named = {name: _named(values, name) for name in ("preConds", "postConds")}
        which = {name: own & set(masses.populations) for name, own in named.items()}
        if all(which.values()):
            masses.couplings[label] = entry(MassCoupling, values, path)
        elif any(which.values()):
            hybrid.add(label)
            place = next(name for name, own in which.items() if own)
            notes.append(
                Finding((*path, place, "pop"), "connections of masses with cells: not supported yet.")
            )
    return hybrid


def _named(values: Any, side: str) -> set[Any]:
    """Populations that a condition names."""
    conds = values.get(side) if isinstance(values, Mapping) else None
    label = conds.get("pop") if isinstance(conds, Mapping) else None
    return set(label) if isinstance(label, list | tuple) else {label}


def stimuli(population: MassPopulation) -> Iterator[tuple[str, str, Any]]:
    """(key of the population, input, value) of its inputs and its noise."""
    for name in ("inputs", "noise"):
        for target, value in getattr(population, name).items():
            yield name, target, value
