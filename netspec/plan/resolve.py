"""Which sections of a cell are meant by `sec`, how long they are, and the factor of a cell's weights."""

import warnings
from collections.abc import Mapping
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netspec.errors import NetspecWarning, Problem, did_you_mean
from netspec.model import Model
from netspec.plan.cells import Cells, Template
from netspec.plan.strict import complain
from netspec.plan.values import make

SOMA = "soma"


def sections_of(model: Model, template: Template, sec: Any, path: str) -> tuple[str, ...]:
    """Names of the sections that `sec` means in a cell: a name, names, the name of a list, or None."""
    if sec is None or (isinstance(sec, str | list | tuple) and len(sec) == 0):
        return (_default(template),)
    if isinstance(sec, str) and sec in template.sec_lists:
        return _existing(model, template, template.sec_lists[sec], path)
    if not isinstance(sec, str):
        return _existing(model, template, tuple(sec), path)
    if sec not in template.sections and sec == SOMA:
        warnings.warn(NetspecWarning(str(_without_soma(template, path))), stacklevel=2)
        return (_default(template),)
    if sec not in template.sections:
        complain(model, _unknown(template, sec, path))
        return (_default(template),)
    return (sec,)


def _default(template: Template) -> str:
    return SOMA if SOMA in template.sections else next(iter(template.sections))


def _without_soma(template: Template, path: str) -> Problem:
    """What is said of a cell, perhaps imported, without the section that others have and rules name."""
    rules = ", ".join(map(repr, template.rules))
    first = _default(template)
    return Problem(path, f"cells of {rules} have no section 'soma'; their first, {first!r}, is taken.")


def _unknown(template: Template, name: str, path: str) -> Problem:
    known = [*template.sections, *template.sec_lists]
    rules = ", ".join(map(repr, template.rules))
    return Problem(path, f"cells of {rules} have no section {name!r}. {did_you_mean(name, known)}")


def _existing(model: Model, template: Template, names: tuple[str, ...], path: str) -> tuple[str, ...]:
    """Those of a list that the cell has. A name that only other cells have is left out."""
    for name in names:
        if name not in model.sections:
            complain(model, _unknown(template, name, path))
    kept = [name for name in _as_netpyne_walks(names, template) if name in template.sections]
    kept = kept or [name for name in names if name in template.sections]
    if not kept:
        complain(model, _unknown(template, names[0], path))
    return tuple(kept) or (_default(template),)


def _as_netpyne_walks(names: tuple[str, ...], template: Template) -> list[str]:
    """The names NetPyNE looks at: it removes missing ones while it walks the list, and skips the next one."""
    walked = []
    k = 0
    while k < len(names):
        walked.append(names[k])
        k += 1 if names[k] in template.sections else 2
    return walked


def point_neuron(template: Template, sections: tuple[str, ...]) -> str | None:
    """Label of the point process that is the neuron, if connections end there and not on a synapse."""
    if len(sections) != 1:
        return None
    labels = [label for label, point in template.sections[sections[0]].pointps.items() if "vref" in point]
    return labels[-1] if labels else None


def lengths_of(
    model: Model, cells: Cells, template: Template, sections: tuple[str, ...], positions: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Lengths of the sections: (sections,), or (cells, sections) where cells differ [um].

    Where some of the lengths are not numbers, NetPyNE takes the others as those of the first sections.
    """
    given = [template.sections[name].geom.get("L") for name in sections]
    numbers = [length for length in given if isinstance(length, Real)]
    if numbers and given[0] is not None:
        return np.asarray(numbers, float)
    unique, row = np.unique(positions, return_inverse=True)
    shapes = make(model, cells, template, unique, geometry=True).shapes
    columns = [np.broadcast_to(shapes[name].length, unique.shape) for name in sections]
    return np.stack(columns, axis=1)[row]


def weight_factor(model: Model, cells: Cells, post: NDArray[np.int64]) -> Any:
    """scaleConnWeight, or the factor of the cell's model: a number or (n,)."""
    network = model.spec.network
    models = network.scale_conn_weight_models
    if not isinstance(models, Mapping):
        return float(network.scale_conn_weight)
    of_population = [
        models.get(population.tags.get("cellModel"), network.scale_conn_weight)
        for population in cells.populations
    ]
    return np.array(of_population, float)[cells.table["population"][post]]
