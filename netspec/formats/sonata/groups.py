"""How nodes become populations: one per type, so that all cells of a population are of a kind."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netspec.errors import FileError, did_you_mean
from netspec.formats.sonata.nodes import Nodes

KINDS = {
    "biophysical": "biophysical",
    "virtual": "virtual",
    "point_neuron": "point",
    "point_process": "point",
    "point_soma": "single",
    "single_compartment": "single",
}
"""model_type -> what it is here."""
OWN = ("model_type", "model_template", "morphology", "model_processing", "dynamics_params")
"""Attributes of which the kind of a cell consists."""


@dataclass(frozen=True)
class Group:
    """Nodes of one kind. label: of the population here. rows: in nodes, ascending. kind: a value of KINDS.

    attributes: those of OWN, the same for all of them.
    """

    label: str
    nodes: Nodes
    rows: NDArray[np.int64]
    kind: str
    attributes: Mapping[str, Any]

    @property
    def ids(self) -> NDArray[np.int64]:
        """Ids of the nodes."""
        return self.nodes.ids[self.rows]


def groups(nodes: Nodes) -> list[Group]:
    """The groups of a population of nodes, in order of first appearance."""
    values = {name: nodes.attribute(name) for name in OWN}
    keys = list(zip(nodes.type_ids.tolist(), *(column.tolist() for column in values.values()), strict=True))
    members: dict[Any, list[int]] = {}
    for row, key in enumerate(keys):
        members.setdefault(key, []).append(row)
    labels = _labels(nodes, list(members.values()))
    return [
        Group(label, nodes, np.array(rows), _kind(nodes, key[1]), dict(zip(OWN, key[1:], strict=True)))
        for label, (key, rows) in zip(labels, members.items(), strict=True)
    ]


def _kind(nodes: Nodes, model_type: Any) -> str:
    if model_type not in KINDS:
        where = nodes.files.types or nodes.files.data
        raise FileError(
            f"{where}: model_type {model_type!r} of population {nodes.population!r} is unknown. "
            f"{did_you_mean(str(model_type), KINDS)}"
        )
    return KINDS[model_type]


def _labels(nodes: Nodes, members: list[list[int]]) -> list[str]:
    """Names of the groups: the population's if it is one, else with what its types are called."""
    if len(members) == 1:
        return [nodes.population]
    for name in ("pop_name", "model_name", "mtype"):
        if name in nodes.names:
            words = nodes.attribute(name)
            called = [str(words[rows[0]]) for rows in members]
            if len(set(called)) == len(called):
                return [f"{nodes.population}:{word}" for word in called]
    return [f"{nodes.population}:{number}" for number, _ in enumerate(members)]
