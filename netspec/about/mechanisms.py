"""Mechanisms, as their mod files or NEURON's tables describe them."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from netspec import resources
from netspec.about.page import Page, Row
from netspec.neuron.mod_files import ModFile, find
from netspec.spec.vocabulary import WEIGHT

DENSITY, SYNAPSE, CLAMP, CELL = "density mechanism", "synapse", "point process", "artificial cell"
ATTACHED = {
    DENSITY: ("sections of cells: netParams.cellParams[...]['secs'][...]['mechs']",),
    SYNAPSE: (
        "sections of cells: an entry of netParams.synMechParams, which synMech of connParams and "
        "stimTargetParams names",
        "a section of its own: netParams.cellParams[...]['secs'][...]['pointps']",
    ),
    CLAMP: (
        "sections of cells: an entry of netParams.stimSourceParams, which source of stimTargetParams names",
        "a section of its own: netParams.cellParams[...]['secs'][...]['pointps']",
    ),
    CELL: (
        "nothing, it is a cell: cellModel of netParams.popParams",
        "its spikes: to synapses of other cells, by netParams.connParams",
    ),
}
NETSTIM = "cells: type of netParams.stimSourceParams, with `rate` in place of `interval`"
EXAMPLES = {"del": 100.0, "dur": 500.0, "amp": 0.2, "rs": 1.0, "dur1": 100.0, "amp1": -65.0}
"""Values for snippets where 0, the default, does nothing."""
Known = tuple[str, Mapping[str, float], Mapping[str, str], tuple[str, ...], str]
"""Kind, defaults and units of the parameters, names of GLOBAL ones, and origin."""


def of_mod_file(name: str, folders: Iterable[Path]) -> Page | None:
    """The page of a mechanism that a mod file in the folders defines, or one of netspec's own."""
    found = next((mod for mod in _mods(folders) if mod.name == name and mod.kind), None)
    return _page(name, _of_file(found)) if found else None


def of_neuron(name: str) -> Page | None:
    """The page of a mechanism that NEURON has."""
    known = _of_neuron(name)
    return _page(name, known) if known else None


def values(name: Any, given: Mapping[str, Any], folders: Sequence[Path]) -> list[Row]:
    """Rows of a mechanism's parameters with the values that are given, else its defaults."""
    mod = next((mod for mod in _mods(folders) if mod.name == name), None)
    known = _of_file(mod) if mod else _of_neuron(name)
    if known is None:
        return [(key, "", repr(value), "") for key, value in given.items()]
    _, defaults, units, _, _ = known
    rows: list[Row] = [
        (key, units.get(key, ""), repr(given[key]) if key in given else f"{default:g}",
         "" if key in given else "default")
        for key, default in defaults.items()
    ]  # fmt: skip
    return rows + [(key, "", repr(value), "") for key, value in given.items() if key not in defaults]


def names(folders: Iterable[Path]) -> list[str]:
    """Mechanisms of mod files, and NEURON's."""
    from netspec.neuron import catalog

    found: list[str] = [*(mod.name for mod in _mods(folders)), *catalog.BUILT_IN]
    return found


def _mods(folders: Iterable[Path]) -> list[ModFile]:
    mods: list[ModFile] = find([*folders, resources.folder("mod")])
    return mods


def _of_file(mod: ModFile) -> Known:
    kind = SYNAPSE if mod.kind == CLAMP and WEIGHT in mod.units else mod.kind
    own = {name: mod.defaults.get(name, 0.0) for name in mod.parameters if name in mod.ranges}
    shared = tuple(name for name in mod.parameters if name in mod.globals)
    return kind, own, mod.units, shared, str(mod.path.name)


def _of_neuron(name: Any) -> Known | None:
    from netspec.neuron import catalog

    found = next((one for one in catalog.everything() if one.name == name), None)
    if found is None or name.endswith("_ion"):
        return None
    units = catalog.units(name) or {}
    kind = SYNAPSE if found.kind == CLAMP and WEIGHT in units else found.kind
    known: Known = kind, found.parameters, units, catalog.globals_of(name), "NEURON"
    return known


def _page(name: str, known: Known) -> Page:
    kind, defaults, units, shared, origin = known
    rows = [(key, units.get(key, ""), f"{value:g}", "") for key, value in defaults.items()]
    weight = units.get(WEIGHT)
    received = [] if weight is None else [("weight", weight, "", "of a connection")]
    settled = [
        (key, "", "", f"'{key.removesuffix('_' + name)}_{name}' in globals or hParams") for key in shared
    ]
    return Page(
        f"{name}: {'an' if kind == CELL else 'a'} {kind} ({origin})",
        "",
        {"parameters": rows, "same for all": settled, "receives": received},
        ATTACHED[kind] + ((NETSTIM,) if name == "NetStim" else ()),
        _snippet(name, kind, {key: value or EXAMPLES.get(key, value) for key, value in defaults.items()}),
    )


def _snippet(name: str, kind: str, values: dict[str, float]) -> str:
    match kind:
        case "density mechanism":
            return f"netParams.cellParams['cell']['secs']['soma']['mechs']['{name}'] = {values}"
        case "synapse":
            return f"netParams.synMechParams['syn'] = { ({'mod': name, **values}) }"
        case "point process":
            return (
                f"netParams.stimSourceParams['stim'] = { ({'type': name, **values}) }\n"
                "netParams.stimTargetParams['stim->cells'] = {'source': 'stim', 'conds': {'pop': 'cells'}, "
                "'sec': 'soma', 'loc': 0.5}"
            )
    return f"netParams.popParams['cells'] = { ({'cellModel': name, 'numCells': 10, **values}) }"
