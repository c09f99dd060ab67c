"""Spec -> Model: which population is made of what, and the codes of names that the plan's columns use."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from netspec.spec import Spec
from netspec.spec import network as spec_network
from netspec.streams import Streams, streams_for

BUILTIN_ARTIFICIAL = frozenset({"NetStim", "IntFire1", "IntFire2", "IntFire4", "PatternStim"})
"""Artificial cells that NEURON has without mod files."""
BUILTIN_LINEAR = frozenset({"ExpSyn", "Exp2Syn"})
"""NEURON's own mechanisms whose synapses can be merged, for plans that are made without NEURON's texts."""


@dataclass(frozen=True)
class Names:
    """A list of names; the code of a name is its position."""

    names: tuple[str, ...] = ()

    @cached_property
    def _codes(self) -> dict[str, int]:
        return {name: code for code, name in enumerate(self.names)}

    def code(self, name: str) -> int:
        """Position of a name; KeyError if there is none."""
        return self._codes[name]

    def __getitem__(self, code: int) -> str:
        return self.names[code]

    def __len__(self) -> int:
        return len(self.names)

    def __contains__(self, name: object) -> bool:
        return name in self._codes


@dataclass(frozen=True)
class Population:
    """A population whose kind is known. mechanism: the artificial cell, or None for cells with sections.

    tags: what all its cells share ('pop' and those of popTagsCopiedToCells). params: of the artificial cell.
    """

    label: str
    spec: spec_network.Population
    mechanism: str | None
    tags: Mapping[str, Any]
    params: Mapping[str, Any]


@dataclass(frozen=True)
class Model:
    """A checked specification with its references resolved. Pure data.

    linear: mechanisms of which one synapse can stand for several.
    """

    spec: Spec
    populations: tuple[Population, ...]
    sections: Names
    synapses: Names
    rules: Names
    linear: frozenset[str] = frozenset()

    @cached_property
    def streams(self) -> Streams:
        """Where random numbers come from, by what they are for."""
        return streams_for(self.spec.simulation.random_streams, self.spec.simulation.seeds)


def resolve(spec: Spec, artificial: Iterable[str] = (), linear: Iterable[str] = BUILTIN_LINEAR) -> Model:
    """The model of a specification. artificial: names of artificial cells that mod files add to NEURON's.

    linear: mechanisms of which one synapse can stand for several.
    """
    known = BUILTIN_ARTIFICIAL | {"VecStim"} | frozenset(artificial)
    network = spec.network
    sections = dict.fromkeys(name for rule in network.cell_rules.values() for name in rule.secs)
    receptors = [
        name
        for rule in network.cell_rules.values()
        for section in rule.secs.values()
        for point in section.pointps.values()
        for name in point.get("synList") or ()
    ]
    return Model(
        spec=spec,
        populations=tuple(_population(pop, spec, known) for pop in network.populations.values()),
        sections=Names(tuple(sections)),
        synapses=Names(tuple(dict.fromkeys([*network.synapses, *receptors]))),
        rules=Names(tuple(network.connections)),
        linear=frozenset(linear),
    )


def _population(pop: spec_network.Population, spec: Spec, artificial: frozenset[str]) -> Population:
    rule = spec.network.cell_rules.get(pop.cell_type or "")
    model_name = pop.cell_model or (rule.cell_model if rule else None)
    mechanism = model_name if model_name in artificial else None
    own = {"cellType": pop.cell_type, "cellModel": pop.cell_model, **pop.tags}
    if mechanism and rule is not None and not pop.cell_model:
        own["cellModel"] = mechanism
    copied = {
        name: own[name] for name in spec.network.copied_tags if own.get(name) is not None and name != "pop"
    }
    params: dict[str, Any] = {}
    if mechanism:
        inherited = rule.params if rule is not None else {}
        params = {**inherited, **(pop.tags if pop.params is None else pop.params)}
    return Population(pop.label, pop, mechanism, {**copied, "pop": pop.label}, params)
