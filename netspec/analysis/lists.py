"""Networks as lists of tags and connections, which NetPyNE's tagsFile and connsFile hold, as plans."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from netspec.errors import Problem, SpecError, did_you_mean
from netspec.model import Model, Names, Population
from netspec.plan import CONNECTION_COLUMNS, Plan
from netspec.plan.cells import CELL_COLUMNS, Cells
from netspec.spec import Spec
from netspec.spec import network as spec_network
from netspec.tables import Table

Records = dict[int, Any]
PLACES = ("x", "y", "z", "xnorm", "ynorm", "znorm")


def listed(
    tags: Mapping[Any, Any] | None = None,
    conns: Mapping[Any, Any] | None = None,
    tags_file: str | None = None,
    conns_file: str | None = None,
) -> Plan:
    """A plan of these cells and connections only, without sections.

    tags, conns: by gid, a dict of tags or a list in the order of the entry 'format'; a cell has a list of
    connections. Files are JSON with the same under 'tags' and 'conns'. Connections of NetStims are left out.
    """
    tags = _file(tags_file, "tags") if tags_file else tags
    conns = _file(conns_file, "conns") if conns_file else conns
    if not tags:
        raise SpecError([Problem("tagsFile", "required beside connections: it says which cells there are.")])
    own = _records(tags, None, "tagsFile")
    cells, model = _cells(dict(sorted(own.items())))
    known = set(own)
    rows = [
        {**row, "post": gid}
        for gid, several in _by_gid(conns or {})
        for row in (_record(each, (conns or {}).get("format", ("preGid",))) for each in several)
        if row.get("preGid") in known and gid in known
    ]
    labels = tuple(dict.fromkeys(str(row.get("synMech")) for row in rows))
    found: dict[str, Any] = {
        "pre": [row["preGid"] for row in rows],
        "post": [row["post"] for row in rows],
        "rule": np.zeros(len(rows)),
        "synapse": [labels.index(str(row.get("synMech"))) for row in rows],
        "section": np.full(len(rows), -1),
        "location": [row.get("loc", np.nan) for row in rows],
        "weight": [row.get("weight", np.nan) for row in rows],
        "delay": [row.get("delay", np.nan) for row in rows],
    }
    table = Table({name: np.array(found[name], dtype) for name, dtype in CONNECTION_COLUMNS.items()})
    model = Model(model.spec, model.populations, Names(), Names(labels), Names(("listed",)))
    return Plan(model, cells, connections=table)


def _file(path: str, key: str) -> Mapping[Any, Any]:
    """What is under a key of a JSON file."""
    name = f"{key}File"
    try:
        content = json.loads(Path(path).read_text())
    except (OSError, ValueError) as error:
        raise SpecError([Problem(name, f"cannot be read: {error}")]) from error
    if not isinstance(content, dict) or not isinstance(content.get(key), dict):
        raise SpecError([Problem(name, f"{path} has no dictionary {key!r}.")])
    found: Mapping[Any, Any] = content[key]
    return found


def _by_gid(entries: Mapping[Any, Any]) -> Iterator[tuple[int, Any]]:
    return ((int(gid), entry) for gid, entry in entries.items() if gid != "format")


def _records(entries: Mapping[Any, Any], default: Sequence[str] | None, path: str) -> Records:
    names = entries.get("format", default or ())
    found = {gid: _record(entry, names) for gid, entry in _by_gid(entries)}
    for gid, record in found.items():
        if "pop" not in record:
            hint = did_you_mean("pop", record)
            raise SpecError([Problem(path, f"the tags of cell {gid} have no 'pop'. {hint}")])
    return found


def _record(entry: Any, names: Sequence[str]) -> dict[str, Any]:
    return dict(entry) if isinstance(entry, Mapping) else dict(zip(names, entry, strict=False))


def _cells(tags: Records) -> tuple[Cells, Model]:
    """Cells in order of gid, and a model of their populations in order of first appearance."""
    labels = tuple(dict.fromkeys(str(own["pop"]) for own in tags.values()))
    codes = np.array([labels.index(str(own["pop"])) for own in tags.values()], np.int32)
    columns = {name: np.zeros(len(tags), dtype) for name, dtype in CELL_COLUMNS.items()}
    columns |= {"gid": np.array(list(tags), np.int64), "population": codes}
    columns["template"] = np.full(len(tags), -1, np.int32)
    for code in range(len(labels)):
        members = codes == code
        columns["index"][members] = np.arange(members.sum())
    for name in PLACES:
        columns[name] = np.array([own.get(name, 0.0) for own in tags.values()], float)
    specs = {label: spec_network.Population(label=label) for label in labels}
    populations = tuple(Population(label, own, None, {"pop": label}, {}) for label, own in specs.items())
    more = {
        position: {name: value for name, value in own.items() if name not in ("pop", *PLACES)}
        for position, own in enumerate(tags.values())
    }
    model = Model(Spec(spec_network.Network(populations=specs)), populations, Names(), Names(), Names())
    return Cells(Table(columns), populations, np.arange(len(tags)), more), model
