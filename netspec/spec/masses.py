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
class MassToCells:
    """An entry of connParams from a node of masses to cells: Poisson inputs at its delayed rate."""

    label: str
    pre_conds: dict[str, Any] = key("preConds", "conditions", "pop: label of the masses")
    post_conds: dict[str, Any] = key("postConds", "conditions", "tags of the target cells")
    inputs: int = key("inputs", "count", "number of inputs of each cell", 1)
    node: int = key("node", "count", "index of the node", 0)
    variable: str | None = key("variable", "text", "the state or output that is the rate", None)
    rate: float = key("rate", "number", "rate of an input for each unit of the variable", 1.0, "Hz")
    delay: float = key("delay", "number", "delay, at least dt", 0.0, "ms")
    weight: Any = key("weight", "number, function or list", "synaptic weight", None, "uS")
    syn_mech: Any = key("synMech", "text or list", "labels in synMechParams", None)
    sec: Any = key("sec", "text or list", "section, list of sections or secList", None)
    loc: Any = key("loc", "number, function or list", "location on the section", None)


@dataclass(frozen=True)
class CellsToMass:
    """An entry of connParams from populations of cells to the nodes of a mass: their mean rate [Hz]."""

    label: str
    pre_conds: dict[str, Any] = key("preConds", "conditions", "pop: one population of cells, or several")
    post_conds: dict[str, Any] = key("postConds", "conditions", "pop: label of the masses")
    weight: float = key("weight", "number", "what 1 Hz adds to the input", 1.0)
    delay: float = key("delay", "number", "delay, at least dt", 0.0, "ms")
    smoothing: float = key("smoothing", "number", "time constant of the mean rate", 5.0, "ms")
    target: str | None = key("target", "text", "the input that is acted on", None)


@dataclass(frozen=True)
class Masses:
    """All masses of a network."""

    populations: dict[str, MassPopulation] = field(default_factory=dict)
    couplings: dict[str, MassCoupling] = field(default_factory=dict)
    to_cells: dict[str, MassToCells] = field(default_factory=dict)
    from_cells: dict[str, CellsToMass] = field(default_factory=dict)


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
        _couplings(sections["connParams"], masses, entry)
        taken = {*masses.couplings, *masses.to_cells, *masses.from_cells}
        found["connParams"] = _without(sections["connParams"], taken)
        _stimulate(found, masses)
    return masses


def _without(values: Mapping[str, Any], labels: Any) -> dict[str, Any]:
    return {label: value for label, value in values.items() if label not in labels}


def _couplings(rules: Mapping[str, Any], masses: Masses, entry: Callable[..., Any]) -> None:
    """Adds the connections that have masses at an end."""
    for label, values in rules.items():
        path: Path = ("netParams", "connParams", label)
        pre, post = (_named(values, side) & set(masses.populations) for side in ("preConds", "postConds"))
        if pre and post:
            masses.couplings[label] = entry(MassCoupling, values, path)
        elif pre:
            masses.to_cells[label] = entry(MassToCells, values, path)
        elif post:
            masses.from_cells[label] = entry(CellsToMass, values, path)


def _stimulate(found: dict[str, Any], masses: Masses) -> None:
    """Adds what delivers the inputs of cells: NetStims that are silent of their own."""
    for label, rule in masses.to_cells.items():
        name = delivers(label)
        target = {
            "source": name,
            "conds": rule.post_conds,
            **{"weight": rule.weight, "synMech": rule.syn_mech, "sec": rule.sec, "loc": rule.loc},
        }
        given = {key_: value for key_, value in target.items() if value is not None}
        silent = {"type": "NetStim", "number": 0, "interval": 1e9, "noise": 0}
        for section, value in (("stimSourceParams", silent), ("stimTargetParams", given)):
            found[section] = {**(found.get(section) or {}), name: value}


def delivers(label: Any) -> str:
    """Name of the stimulus that stands for a connection of masses to cells."""
    return f"{label} (masses)"


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
