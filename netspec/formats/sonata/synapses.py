"""Where the synapses of edges are and what they are: listed in the file, or left to chance."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netspec.errors import FileError
from netspec.formats.sonata import chance, columns, gap_junctions
from netspec.formats.sonata import config as configs
from netspec.formats.sonata import edges as edge_files
from netspec.formats.sonata.chance import Draws
from netspec.formats.sonata.config import Config
from netspec.formats.sonata.edges import EdgePopulation, Edges
from netspec.plan.segments import Shapes
from netspec.plan.values import make
from netspec.plan.whole import Network

Ints = NDArray[np.int64]
SECTION = ("afferent_section_id", "sec_id")
PLACE = ("afferent_section_pos", "sec_x")
"""Names of today and of older files."""
EXP2 = ("tau1", "tau2", "erev")
"""Parameters that edges of BlueBrain's Exp2Syn_synapse have themselves."""
EXP2SYN = ("Exp2Syn", {"e": "erev", "tau1": "tau1", "tau2": "tau2"})
FACILITATION = {"e": "erev", "tau_1": "tau_1", "tau_r0": "tau_r0", "tau_FDR": "tau_FDR"}
BUILT_IN: dict[str, tuple[str, Mapping[str, str]]] = {
    "exp2syn": EXP2SYN,
    "Exp2Syn": EXP2SYN,
    "expsyn": ("ExpSyn", {"e": "erev", "tau": "tau1"}),
    "stp2syn": ("stp2syn", {**FACILITATION, "p0": "p0"}),
    "stp5syn": ("stp5syn", FACILITATION | {name: name for name in ("a_FDR", "a_D", "a_i", "a_f", "pbtilde")}),
}
"""bmtk's synapses: the mechanism, and the name in the file of each parameter that it sets, no others."""


@dataclass(frozen=True)
class Placed:
    """Synapses in order. edge: which of the edges each belongs to. factor: of its weight.

    section, synapse: codes into the names, -1 at artificial cells.
    """

    edge: Ints
    factor: NDArray[np.float64]
    synapse: Ints
    section: Ints
    location: NDArray[np.float64]
    synapses: tuple[str, ...]
    sections: tuple[str, ...]

    def take(self, rows: NDArray[Any]) -> "Placed":
        """Some of the synapses."""
        names = ("edge", "factor", "synapse", "section", "location")
        return replace(self, **{name: getattr(self, name)[rows] for name in names})


def place(config: Config, found: Edges, network: Network, post: Ints, draws: Draws) -> Placed:
    """The synapses of edges onto cells. post: gids of the edges' targets. draws: numbers of each target."""
    template = network.cells.table["template"][network.cells.positions(post)]
    section = found.numbers(*SECTION, default=-1).astype(np.int64)
    artificial = template < 0
    free = ~artificial & (section < 0)
    electrical = gap_junctions.chosen(found)
    counts = np.where(free & ~electrical, found.numbers("nsyns", default=1.0).astype(np.int64), 1)
    edge = np.repeat(np.arange(len(found)), counts)
    names, codes = _sections(network, template, section, found)
    labels, synapse, _ = _labels(found, ~artificial)
    where, location = codes[edge], found.numbers(*PLACE, default=0.5)[edge]
    if free.any():
        _draw(found, network, names, np.where(free, template, -1), counts, draws, where, location)
    if not gap_junctions.is_electrical(found.population):
        location = np.where(electrical[edge], 0.5, location)
    return Placed(
        edge,
        np.where(artificial, _signs(config, found), 1.0)[edge],
        synapse[edge],
        np.where(artificial[edge], -1, where),
        np.where(artificial[edge], 0.5, location),
        labels,
        names,
    )


def free_counts(found: Edges, artificial: NDArray[np.bool_] | bool) -> Ints:
    """How many synapses of each edge are left to chance. artificial: whether targets are artificial cells."""
    free = np.logical_not(artificial) & np.isnan(found.numbers(*SECTION))
    counts = found.numbers("nsyns", default=1.0).astype(np.int64)
    return np.where(free, np.where(gap_junctions.chosen(found), 1, counts), 0)


def _draw(
    found: Edges,
    network: Network,
    names: tuple[str, ...],
    template: Ints,
    counts: Ints,
    draws: Draws,
    section: Ints,
    location: NDArray[np.float64],
) -> None:
    """Fill in sections and locations of synapses left to chance. template: of those edges, else -1."""
    number = {name: code for code, name in enumerate(names)}
    parts: dict[int, chance.Segments] = {}
    choices: dict[tuple[int, int], tuple[Ints, NDArray[np.float64]]] = {}
    file = found.population.files.types
    for edge, rows in chance.rows_of(counts):
        kind, type_id = int(template[edge]), int(found.type_ids[edge])
        if kind < 0:
            continue
        if kind not in parts:
            parts[kind] = chance.segments(network.templates[kind], _shapes(network, kind), number)
        if (kind, type_id) not in choices:
            wanted = chance.wish(found.population.types.get(type_id, {}), f"{file}: edge type {type_id}")
            choices[kind, type_id] = parts[kind].candidates(wanted.sections, wanted.span)
        candidates, sums = choices[kind, type_id]
        if not len(candidates):
            raise FileError(
                f"{file}: edge type {type_id}: cells of {', '.join(network.templates[kind].rules)} have no "
                "segment in target_sections within distance_range"
            )
        numbers = draws.take(int(found.target[edge]), rows.stop - rows.start)
        chosen = candidates[np.searchsorted(sums, numbers, side="right")]
        section[rows], location[rows] = parts[kind].section[chosen], parts[kind].location[chosen]


def _shapes(network: Network, kind: int) -> Shapes:
    """Geometry of a template's cells, which are all alike."""
    members = np.flatnonzero(network.cells.table["template"] == kind)[:1]
    return make(network.ends.model, network.cells, network.templates[kind], members, geometry=True).shapes


def _sections(network: Network, template: Ints, section: Ints, found: Edges) -> tuple[tuple[str, ...], Ints]:
    """Names of sections, and the code of each edge's: ids count the sections of a cell in order."""
    names = dict.fromkeys(name for each in network.templates for name in each.sections)
    number = {name: code for code, name in enumerate(names)}
    codes = np.full(len(template), -1)
    for kind, each in enumerate(network.templates):
        rows = np.flatnonzero(template == kind)
        own = np.array([number[name] for name in each.sections], np.int64)
        outside = rows[section[rows] >= len(own)]
        if len(outside):
            edge = found.rows[outside[0]]
            raise FileError(
                f"{found.population.files.data}: edge {edge} of {found.population.name!r} ends on section "
                f"{section[outside[0]]}, but cells of {', '.join(each.rules)} have {len(own)}"
            )
        codes[rows] = own[section[rows]]
    return tuple(names), codes


Own = Mapping[str, tuple[str, Mapping[str, float]]]
"""By label of synMechParams: the label of the type, and the parameters that its edges have themselves."""


def _labels(found: Edges, wanted: NDArray[np.bool_]) -> tuple[tuple[str, ...], Ints, Own]:
    """Labels of synMechParams, and the code of each edge's; -1 where none is wanted."""
    labels, codes = _of_types(found, wanted)
    names = sorted(name for name in found.columns if name.startswith(columns.DYNAMICS))
    if not names or not wanted.any():
        return labels, codes, {}
    values = np.stack([found.numbers(name, default=LACKING) for name in names], axis=1)
    rows, which = np.unique(np.column_stack([codes, values]), axis=0, return_inverse=True)
    own: dict[str, tuple[str, dict[str, float]]] = {}
    for code, *each in rows.tolist():
        given = {
            n.removeprefix(columns.DYNAMICS): v for n, v in zip(names, each, strict=True) if v != LACKING
        }
        base = labels[int(code)] if code >= 0 else ""
        own[f"{base}:" + "/".join(f"{name}={value:.9g}" for name, value in given.items())] = (base, given)
    return tuple(own), np.where(wanted & (codes >= 0), which.ravel(), -1), own


LACKING = -1e300
"""What stands for a parameter that an edge has not."""


def _of_types(found: Edges, wanted: NDArray[np.bool_]) -> tuple[tuple[str, ...], Ints]:
    """The same by the types of edges alone."""
    if is_exp2(found.population):
        return _own_labels(found, wanted)
    if gap_junctions.is_electrical(found.population):
        return (gap_junctions.label(found.population),), np.where(wanted, 0, -1)
    kinds = kinds_of(found.population)
    types = {number: label for number, (label, _) in kinds.items()}
    labels = tuple(dict.fromkeys(types.values()))
    codes = np.full(len(found), -1)
    for number in np.unique(found.type_ids[wanted]).tolist():
        if number not in types:
            where = found.population.files.types or found.population.files.data
            raise FileError(f"{where}: edge type {number} has no model_template for its synapses")
        codes[wanted & (found.type_ids == number)] = labels.index(types[number])
    return labels, codes


def is_exp2(population: EdgePopulation) -> bool:
    """Whether each edge has the parameters of its own synapse: BlueBrain's type Exp2Syn_synapse."""
    return population.files.populations.get(population.name, {}).get("type") == "Exp2Syn_synapse"


def _own_labels(found: Edges, wanted: NDArray[np.bool_]) -> tuple[tuple[str, ...], Ints]:
    """The same of edges with parameters of their own."""
    sets, codes = np.unique(
        np.stack([found.numbers(name) for name in EXP2], axis=1), axis=0, return_inverse=True
    )
    return tuple(map(_own_label, sets.tolist())), np.where(wanted, codes.ravel(), -1)


def _own_label(values: list[float]) -> str:
    return "Exp2Syn:" + "/".join(f"{value:.9g}" for value in values)


def _own_mechanisms(population: EdgePopulation) -> dict[str, dict[str, Any]]:
    """Entries of synMechParams for all edges of a population with parameters of their own."""
    path = population.files.data
    with columns.opened(path) as file:
        group = columns.group(file, f"edges/{population.name}/0", path)
        given = [columns.column(group, name, path).astype(float) for name in EXP2]
    sets = np.unique(np.stack(given, axis=1), axis=0).tolist()
    names = ("tau1", "tau2", "e")
    return {_own_label(one): {"mod": "Exp2Syn", **dict(zip(names, one, strict=True))} for one in sets}


def kinds_of(population: EdgePopulation) -> dict[int, tuple[str, Mapping[str, Any]]]:
    """Of each edge type with a synapse: its label in synMechParams and its attributes."""
    gaps = gap_junctions.types(population)
    return {
        number: (gap_junctions.label(population) if number in gaps else _label(own), own)
        for number, own in population.types.items()
        if own.get("model_template") is not None or number in gaps
    }


def _label(own: Mapping[str, Any]) -> str:
    parameters = own.get("dynamics_params")
    return (
        f"{own['model_template']}:{Path(str(parameters)).stem}" if parameters else str(own["model_template"])
    )


def mechanisms(config: Config, population: EdgePopulation) -> dict[str, dict[str, Any]]:
    """The synMechParams that a population of edges needs."""
    if is_exp2(population):
        return _own_mechanisms(population)
    electrical = gap_junctions.mechanism(population) if gap_junctions.has_any(population) else {}
    kinds = {label: own for label, own in kinds_of(population).values() if label not in electrical}
    made = electrical | {label: _mechanism(config, own, population) for label, own in kinds.items()}
    if not edge_files.singles(population):
        return made
    found = edge_files.every(population)
    _, _, singles = _labels(found, np.isin(found.type_ids, list(kinds_of(population))))
    for label, (base, own) in singles.items():
        if base:
            renamed = _renamed(made[base]["mod"])
            made[label] = {**made[base], **{renamed.get(name, name): value for name, value in own.items()}}
    return made


def _mechanism(config: Config, own: Mapping[str, Any], population: EdgePopulation) -> dict[str, Any]:
    parameters = parameters_of(config, own.get("dynamics_params"), population)
    template = str(own["model_template"])
    mod, names = BUILT_IN.get(template, (template, {}))
    if not names or (template == mod != "Exp2Syn" and "erev" not in parameters):
        return {"mod": mod} | {k: v for k, v in parameters.items() if k not in ("level_of_detail", "sign")}
    missing = [name for name in names.values() if parameters and name not in parameters]
    if missing:
        file = Path(str(own["dynamics_params"])).name
        raise FileError(f"{file}: {missing[0]} is missing, a parameter of the synapse {template!r}")
    return {"mod": mod} | {name: parameters[given] for name, given in names.items() if given in parameters}


def _renamed(mod: str) -> dict[str, str]:
    """SONATA's names of a synapse's parameters -> NEURON's."""
    return {given: name for own, names in BUILT_IN.values() if own == mod for name, given in names.items()}


def parameters_of(config: Config, named: Any, population: EdgePopulation) -> dict[str, Any]:
    """The content of a synapse's parameter file; empty if none is named."""
    if not named:
        return {}
    wanted_by = f"edge types of {population.files.types}"
    path = config.component("synaptic_models_dir", wanted_by) / str(named)
    return configs.parameters(config.file(wanted_by, str(path)))


def _signs(config: Config, found: Edges) -> NDArray[np.float64]:
    """Factor of the weight of events to artificial cells: sign and number of synapses, where it is given.

    bmtk leaves signs out where an edge has no nsyns.
    """
    if not any(name == "nsyns" for name in found.columns) or any(name in found.columns for name in SECTION):
        return np.ones(len(found))
    factor = found.numbers("nsyns", default=1.0)
    for number in np.unique(found.type_ids).tolist():
        own = found.population.types.get(number, {})
        sign = parameters_of(config, own.get("dynamics_params"), found.population).get("sign", 1)
        factor[found.type_ids == number] *= float(sign)
    return factor
