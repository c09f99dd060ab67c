"""Pointer connections in NetPyNE's records: what an entry of conns says of the other end, and back again."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from netspec.errors import FileError
from netspec.plan import GAP_COLUMNS, Plan
from netspec.plan.gaps import on_presynaptic as are_on_presynaptic
from netspec.plan.gaps import pointer_of
from netspec.spec.cell import Synapse
from netspec.spec.network import ConnectionRule
from netspec.tables import Table

Record = dict[str, Any]
PLAIN = Synapse("", "")


def ends(plan: Plan) -> dict[int, Record]:
    """Ends with a synapse, by their row of the connections. back: whether it is on the presynaptic cell."""
    table = plan.gaps.with_columns(back=are_on_presynaptic(plan.gaps))
    rows = zip(*(column.tolist() for column in table.columns.values()), strict=True)
    found = [dict(zip(table.columns, row, strict=True)) for row in rows]
    return {end["row"]: end for end in found if end["row"] >= 0}


def on_presynaptic(plan: Plan, row: int, end: Record) -> Record:
    """The connection of a synapse on a presynaptic cell."""
    table, model = plan.connections, plan.model
    return {
        "gid": int(table["post"][row]),
        "preGid": int(table["pre"][row]),
        "sec": model.sections[int(table["section"][row])],
        "loc": float(table["location"][row]),
        "preSec": model.sections[end["peer_section"]],
        "preLoc": end["peer_location"],
        "weight": float(table["weight"][row]),
        "synMech": model.synapses[int(table["synapse"][row])],
        "delay": float(table["delay"][row]),
        "pointer": _pointer(plan, end, "post"),
    }


def on_postsynaptic(plan: Plan, end: Record, rule: ConnectionRule | None) -> Record:
    """What the connection of a synapse on a postsynaptic cell has beyond others."""
    record = {"preSec": plan.model.sections[end["peer_section"]], "preLoc": end["peer_location"]}
    if rule is not None and rule.gap_junction is not None:
        record["gapJunction"] = rule.gap_junction
    return {**record, "pointer": _pointer(plan, end, "pre")}


def _pointer(plan: Plan, end: Record, source: str) -> Record:
    pointer = pointer_of(plan.model.spec.network, plan.model.synapses[end["synapse"]])
    record = {
        "id": end["takes"],
        "source": source,
        "sourceVar": pointer.source,
        "targetVar": pointer.target,
    }
    return record if end["gives"] < 0 else {**record, "reverseConnId": end["gives"]}


def parameters(plan: Plan, synapse: str) -> Record:
    """The pointerParams of a synMech, with their defaults."""
    pointer = pointer_of(plan.model.spec.network, synapse)
    names = {"target_var": pointer.target, "source_var": pointer.source}
    return {**names, "bidirectional": pointer.bidirectional}


def read(cells: Sequence[Mapping[str, Any]], conns: Sequence[Sequence[Any]], plan: Plan, path: str) -> Table:
    """The owned ends of the pointer connections of a file: GAP_COLUMNS.

    cells: all of the file, in order of gid. conns: of each, as dicts, those of NetStims left out.
    """
    owned, found, row = set(plan.cells.gids[plan.cells.owned].tolist()), [], 0
    for cell, own in zip(cells, conns, strict=True):
        here = cell["gid"] in owned
        for conn in own:
            if isinstance(conn.get("pointer"), Mapping):
                end = _end(conn, cell["gid"], row if here else -1, plan, path)
                found += [end] if here else []
                if end["gives"] < 0 and conn["preGid"] in owned:
                    found.append(_giver(end, conn))
            elif plan.model.spec.network.synapses.get(conn.get("synMech"), PLAIN).pointer_params:
                message = f"a connection of cell {cell['gid']} by {conn['synMech']!r} lacks 'pointer'"
                raise FileError(f"{path}: {message} (compactConnFormat leaves it out)")
            row += here
    columns = {name: [end[name] for end in found] for name in GAP_COLUMNS}
    return Table({name: np.array(columns[name], dtype) for name, dtype in GAP_COLUMNS.items()})


def _end(conn: Mapping[str, Any], gid: int, row: int, plan: Plan, path: str) -> Record:
    pointer, model = conn["pointer"], plan.model
    try:
        own, peer = model.sections.code(conn["sec"]), model.sections.code(conn["preSec"])
        synapse = model.synapses.code(conn["synMech"])
        rule = model.rules.code(conn["label"]) if conn.get("label") in model.rules else -1
        takes, gives = int(pointer["id"]), int(pointer.get("reverseConnId", -1))
    except KeyError as error:
        raise FileError(f"{path}: a pointer connection of cell {gid} lacks or misnames {error}") from error
    return {
        "gid": gid,
        "section": own,
        "location": float(conn["loc"]),
        "rule": rule,
        "synapse": synapse,
        "row": row,
        "takes": takes,
        "gives": gives,
        "peer_section": peer,
        "peer_location": 0.5 if conn.get("preLoc") is None else float(conn["preLoc"]),
    }


def _giver(end: Record, conn: Mapping[str, Any]) -> Record:
    """The end on the presynaptic cell of a connection in one direction."""
    return {
        **end,
        "gid": conn["preGid"],
        "section": end["peer_section"],
        "location": end["peer_location"],
        "row": -1,
        "takes": -1,
        "gives": end["takes"],
        "peer_section": end["section"],
        "peer_location": end["location"],
    }
