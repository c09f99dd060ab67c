"""Sections, keys and entries of netParams and simConfig, as the spec describes them."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from pprint import pformat
from typing import Any

from netspec.about import mechanisms
from netspec.about.page import Page, Row
from netspec.errors import NetspecError, did_you_mean
from netspec.spec.cell import Section
from netspec.spec.kinds import KINDS
from netspec.spec.network import Network
from netspec.spec.raw import attributes
from netspec.spec.read import ENTRIES
from netspec.spec.simulation import Simulation
from netspec.spec.vocabulary import GEOMETRY, ION_UNITS

SECTIONS: dict[str, tuple[type, str, str, str]] = {
    "netParams": (Network, "Settings of a network.", "", "netParams.sizeX = '500 um'"),
    "simConfig": (Simulation, "Options of a simulation.", "", "simConfig.duration = '1 s'"),
    "popParams": (
        ENTRIES["popParams"],
        "Populations. Other keys are tags, or parameters of an artificial cell.",
        "cells: by conditions on 'pop' and other tags",
        "netParams.popParams['E'] = {'cellType': 'PYR', 'numCells': 100}",
    ),
    "cellParams": (
        ENTRIES["cellParams"],
        "What cells are made of: sections by name in `secs`.",
        "populations: by cellType, which is the label of the entry, or by `conds`",
        "netParams.cellParams['PYR'] = {'secs': {'soma': {'geom': {'L': '20 um', 'diam': '20 um'}, "
        "'mechs': {'hh': {'gnabar': '120 mS/cm2'}}}}}",
    ),
    "secs": (
        Section,
        "A section of a cell, in `secs` of an entry of cellParams.",
        "its parent: by `topol`",
        "netParams.cellParams['PYR']['secs']['dend'] = {'geom': {'L': 200, 'diam': 2, 'nseg': 5}, "
        "'topol': {'parentSec': 'soma', 'parentX': 1, 'childX': 0}, 'mechs': {'pas': {'g': 1e-4, 'e': -65}}}",
    ),
    "synMechParams": (
        ENTRIES["synMechParams"],
        "Synapses. Other keys are parameters of the mechanism `mod`.",
        "sections of cells: by synMech of connParams and stimTargetParams",
        "netParams.synMechParams['exc'] = {'mod': 'Exp2Syn', 'tau1': '0.1 ms', 'tau2': '5 ms', 'e': '0 mV'}",
    ),
    "connParams": (
        ENTRIES["connParams"],
        "Connections between the cells that meet conditions.",
        "cells: from those of preConds to those of postConds",
        "netParams.connParams['E->I'] = {'preConds': {'pop': 'E'}, 'postConds': {'pop': 'I'}, "
        "'probability': 0.1, 'weight': '5 nS', 'delay': '2 ms', 'synMech': 'exc'}",
    ),
    "subConnParams": (
        ENTRIES["subConnParams"],
        "Where synapses of connections that are made are moved to.",
        "connections: by preConds and postConds",
        "netParams.subConnParams['E->I'] = {'preConds': {'pop': 'E'}, 'postConds': {'pop': 'I'}, "
        "'sec': 'dends', 'density': 'uniform'}",
    ),
    "stimSourceParams": (
        ENTRIES["stimSourceParams"],
        "Sources of stimulation. Other keys are parameters of the mechanism `type`.",
        "cells: by source of stimTargetParams",
        "netParams.stimSourceParams['step'] = {'type': 'IClamp', 'delay': '100 ms', 'dur': '500 ms', "
        "'amp': '200 pA'}",
    ),
    "stimTargetParams": (
        ENTRIES["stimTargetParams"],
        "What a source acts on. Other keys replace the source's parameters.",
        "cells: those of `conds`, at `sec` and `loc`",
        "netParams.stimTargetParams['step->E'] = {'source': 'step', 'conds': {'pop': 'E'}, 'sec': 'soma', "
        "'loc': 0.5}",
    ),
}
"""Class with the keys, what it is, what it can be attached to, and a snippet."""
MECHANISM = {"synMechParams": "mod", "stimSourceParams": "type", "popParams": "cellModel"}
"""The key that names the mechanism of which an entry has parameters."""


def names() -> list[str]:
    """Sections, and keys with and without their section."""
    keys = [(section, key) for section, (cls, *_) in SECTIONS.items() for key in _keys(cls)]
    return [*SECTIONS, *(key for _, key in keys), *(f"{section}.{key}" for section, key in keys)]


def page(name: str) -> Page | None:
    """The page of a section, or of a key wherever it occurs, if there is one of this name."""
    name = name.removeprefix("netParams.")
    section, _, key = name.partition(".")
    if name in SECTIONS:
        cls, text, attached, snippet = SECTIONS[name]
        rows = [_row(key, one) for key, one in _keys(cls).items()]
        return Page(name, text, {"keys": rows}, (attached,) if attached else (), snippet)
    if name in GEOMETRY:
        return Page(name, "", {"in geom of a section": [(name, GEOMETRY[name], "", "")]})
    wanted = [section] if key else list(SECTIONS)
    found = {
        f"in {one}": [_row(key or name, _keys(SECTIONS[one][0])[key or name])]
        for one in wanted
        if one in SECTIONS and (key or name) in _keys(SECTIONS[one][0])
    }
    if not found:
        return None
    return Page(name, "", found, (), SECTIONS[next(iter(found)).removeprefix("in ")][3])


def given(path: str, net_params: Any, folders: Sequence[Path]) -> Page:
    """The page of an entry of a network, such as 'synMechParams.exc'; NetspecError if it has none."""
    section, _, label = path.removeprefix("netParams.").partition(".")
    network = attributes(net_params)
    known = [name for name in ENTRIES if network.get(name)]
    if section not in known:
        raise NetspecError(
            f"no section {section!r} with entries in this network. {did_you_mean(section, known)}"
        )
    entries = {str(name): entry for name, entry in network[section].items()}
    if label not in entries:
        raise NetspecError(f"netParams.{section} has no entry {label!r}. {did_you_mean(label, entries)}")
    entry = entries[label]
    cls, text, attached, _ = SECTIONS[section]
    fields = _keys(cls)
    rows = [
        (key, fields[key].metadata["unit"], _short(value), fields[key].metadata["doc"])
        for key, value in entry.items()
        if key in fields and key != "secs"
    ]
    tables: dict[str, list[Row]] = {"keys": rows}
    own = {key: value for key, value in entry.items() if key not in fields}
    if section == "cellParams":
        tables |= {heading: found for heading, found in _sections(entry.get("secs") or {}, folders)}
    elif entry.get(MECHANISM.get(section, "")):
        kind = entry[MECHANISM[section]]
        tables[f"parameters of {kind}"] = mechanisms.values(
            kind, {**own, **(entry.get("params") or {})}, folders
        )
    elif own:
        tables["others"] = [(key, "", _short(value), "") for key, value in own.items()]
    code = f"netParams.{section}[{label!r}] = {pformat(_plain(entry), width=90, sort_dicts=False)}"
    return Page(f"netParams.{section}[{label!r}]", text, tables, (attached,), code)


def _sections(secs: Mapping[str, Any], folders: Sequence[Path]) -> Iterator[tuple[str, list[Row]]]:
    """Geometry and mechanisms of each section of a cell."""
    for name, section in secs.items():
        geometry = section.get("geom") or {}
        yield f"geom of {name}", [(key, GEOMETRY.get(key, ""), _short(v), "") for key, v in geometry.items()]
        for mechanism, values in (section.get("mechs") or {}).items():
            yield f"{mechanism} of {name}", mechanisms.values(mechanism, values, folders)
        for ion, values in (section.get("ions") or {}).items():
            rows = [(key, ION_UNITS.get(key, ""), _short(value), "") for key, value in values.items()]
            yield f"ion {ion} of {name}", rows


def _keys(cls: type) -> dict[str, Any]:
    return {one.metadata["key"]: one for one in dataclasses.fields(cls) if "key" in one.metadata}


def _row(key: str, one: Any) -> Row:
    data = one.metadata
    factory = one.default_factory
    default = one.default if factory is dataclasses.MISSING else factory()
    value = "required" if default is dataclasses.MISSING else _short(default)
    kind = KINDS[data["kind"]].expected if data["kind"] in KINDS else "a dictionary"
    return key, data["unit"], value, f"{data['doc']} ({kind})"


def _short(value: Any) -> str:
    text = repr(_plain(value))
    return text if len(text) <= 40 else f"{text[:37]}..."


def _plain(value: Any) -> Any:
    """The same with plain dictionaries."""
    return {k: _plain(v) for k, v in value.items()} if isinstance(value, Mapping) else value
