"""Values of the stimuli and synapses of a saved network that its netParams lack: they were changed later."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from netspec.formats.netpyne import Records
from netspec.plan import InputBlock, Plan, SynapseChange
from netspec.plan.cells import keys

Record = Mapping[str, Any]
Conns = Callable[[Record], list[Record]]
NOT_PARAMETERS = ("label", "loc", "mod")


def with_saved_values(plan: Plan, cells: Sequence[Record], conns: Conns) -> Plan:
    """The plan of a whole saved network with the values of its stimuli and synapses.

    cells: all records, by position. conns: a record -> its connections as dicts.
    """
    columns = [{name: column.copy() for name, column in block.rows.columns.items()} for block in plan.inputs]
    records = Records(plan)
    for cell in cells:
        stimuli, contacts = _queues(cell.get("stims") or ()), _queues(_of_netstims(conns(cell)))
        for number, row in records.inputs_of(int(cell["gid"])):
            block = plan.inputs[number]
            label = None if "synapse" in block.rows else block.target
            _take(columns[number], row, stimuli.get((label, block.source)), ())
            _take(columns[number], row, contacts.get((None, block.source)), ("loc", "preLoc"))
    blocks = (_with_columns(plan, *pair) for pair in zip(plan.inputs, columns, strict=True))
    return replace(plan, inputs=tuple(blocks), synapse_changes=tuple(_synapse_changes(plan, cells)))


def _of_netstims(conns: list[Record]) -> Iterator[Record]:
    for conn in conns:
        if conn.get("preGid") == "NetStim" and "preLabel" in conn:
            yield {"source": conn["preLabel"], **{n: conn[n] for n in ("weight", "delay") if n in conn}}


def _queues(records: Any) -> dict[tuple[Any, Any], list[Record]]:
    """Records by (label, source), the first one last."""
    found: dict[tuple[Any, Any], list[Record]] = {}
    for record in records:
        found.setdefault((record.get("label"), record.get("source")), []).insert(0, record)
    return found


def _take(columns: dict[str, Any], row: int, queue: list[Record] | None, skipped: tuple[str, ...]) -> None:
    """Put the numbers of the next record of a queue into a row."""
    for name, value in queue.pop().items() if queue else ():
        if name in columns and name not in skipped and _is_number(value):
            columns[name][row] = value


def _with_columns(plan: Plan, block: InputBlock, columns: dict[str, Any]) -> InputBlock:
    rows = block.rows.with_columns(**columns)
    if "synapse" not in rows:
        return replace(block, rows=rows)
    changed = rows["rate"] != block.rows["rate"]
    changed &= ~np.isnan(rows["rate"])
    interval = np.where(changed, rows["rate"] ** -1.0 * 1e3, block.rows["interval"])
    rows = rows.with_columns(interval=interval)
    noise = block.noise
    if noise is not None and not np.array_equal(rows["seed"], block.rows["seed"]):
        noise = noise.copy()
        cells = keys(plan.cells, plan.cells.positions(rows["gid"]))
        for column, ids in enumerate(plan.model.streams.noise(block.source, cells, rows["seed"])):
            noise[:, column] = ids
    return replace(block, rows=rows, noise=noise)


def _synapse_changes(plan: Plan, cells: Sequence[Record]) -> Iterator[SynapseChange]:
    """What synapses have in place of the numbers in synMechParams."""
    groups: dict[Any, list[int]] = {}
    for cell in cells:
        for label, places in _synapses(plan, cell).items():
            values = set(places.values())
            whole = len(values) == 1
            for place, params in {None: values.pop()}.items() if whole else places.items():
                if params:
                    groups.setdefault((label, place, params), []).append(int(cell["gid"]))
    for (label, place, params), gids in groups.items():
        conds = {"label": label} | ({"sec": place[0], "loc": place[1]} if place else {})
        yield SynapseChange(np.unique(np.array(gids, np.int64)), conds, dict(params))


def _synapses(plan: Plan, cell: Record) -> dict[str, dict[Any, tuple[tuple[str, float], ...]]]:
    """Label -> (section, location) -> numbers that differ from those of the label."""
    found: dict[str, dict[Any, tuple[tuple[str, float], ...]]] = {}
    for name, section in (cell.get("secs") or {}).items():
        for synapse in section.get("synMechs") or ():
            rule = plan.model.spec.network.synapses.get(synapse.get("label"))
            if rule is None:
                continue
            other = [
                (key, float(value))
                for key, value in synapse.items()
                if key not in NOT_PARAMETERS and _is_number(value) and _differs(rule.params.get(key), value)
            ]
            found.setdefault(rule.label, {})[name, synapse.get("loc")] = tuple(sorted(other))
    return found


def _differs(given: Any, value: float) -> bool:
    """Whether a number is not the one of the label; numbers of string functions are drawn again."""
    return given is None or (_is_number(given) and given != value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | np.number) and not isinstance(value, bool)
