"""What one item costs, from measured runs, and what a rank of a large network would cost by that."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

STEPS_PER_SECOND = 40_000
"""Of dt = 0.025 ms."""
OWN = ("cells", "stims", "record")
"""Phases of building whose costs are those of a rank's own cells."""

Run = dict[str, Any]


@dataclass(frozen=True)
class Items:
    """Costs of single items: bytes of memory on a rank, CPU time [s].

    cell: of the network, on every rank. own: cell of the rank, with its stimulus. source: distinct
    presynaptic cell that is on another rank. start: connection, before a run. step: own cell and time
    step. spike: of any cell of the network, with the one connection that it has on the rank.
    """

    base_bytes: float
    cell_bytes: float
    own_bytes: float
    connection_bytes: float
    source_bytes: float
    cell_time: float
    own_time: float
    connection_time: float
    start_time: float
    step_time: float
    spike_time: float


@dataclass(frozen=True)
class Estimate:
    """One rank, by item. memory: [bytes]. build: [s]. run: of a second of the network's time [s]."""

    memory: dict[str, float]
    build: dict[str, float]
    run: dict[str, float]


def items(network: Run, share: Run) -> Items:
    """Item costs from a network on one rank, and from one rank's share of a large network."""
    whole, one = network["ranks"][0], share["ranks"][0]
    cells, rows = network["cells"], network["cells"] * network["per_cell"]
    cell_bytes, cell_time = one["table"] / share["cells"], one["plan_cells"] / share["cells"]
    connection_bytes = whole["connect_bytes"] / rows
    taken = one["plan_connections_bytes"] + one["connections_bytes"] - connection_bytes * one["rows"]
    steps = share["duration"] * STEPS_PER_SECOND / 1000
    return Items(
        base_bytes=one["base_bytes"],
        cell_bytes=cell_bytes,
        own_bytes=sum(whole[f"{name}_bytes"] for name in OWN) / cells - cell_bytes,
        connection_bytes=connection_bytes,
        source_bytes=max(0.0, taken / one["sources"]),
        cell_time=cell_time,
        own_time=sum(whole[name] for name in OWN) / cells - cell_time,
        connection_time=(one["plan_connections"] + one["connections"]) / one["rows"],
        start_time=one["start"] / one["rows"],
        step_time=one["run"] / one["owned"] / steps,
        spike_time=max(0.0, one["run_played"] - one["run"]) / one["played"],
    )


def estimate(each: Items, cells: float, per_cell: float, ranks: float, rate: float) -> Estimate:
    """What a rank needs. per_cell: connections onto a cell; rate: of all cells [Hz]."""
    own = cells / ranks
    rows = own * per_cell
    memory = {
        "base": each.base_bytes,
        "cells of the network": cells * each.cell_bytes,
        "own cells": own * each.own_bytes,
        "connections": rows * each.connection_bytes,
        "sources on other ranks": sources(cells, rows, ranks) * each.source_bytes,
    }
    build = {
        "cells of the network": cells * each.cell_time,
        "own cells": own * each.own_time,
        "connections": rows * each.connection_time,
        "start of a run": rows * each.start_time,
    }
    run = {
        "own cells": own * STEPS_PER_SECOND * each.step_time,
        "spikes of the network": rate * max(cells, rows) * each.spike_time,
    }
    return Estimate(memory, build, run)


def sources(cells: float, rows: float, ranks: float) -> float:
    """How many cells of other ranks are presynaptic to a rank's connections, if drawn from all alike."""
    return cells * (1 - 1 / ranks) * -math.expm1(-rows / cells)


def latest(runs: Sequence[Run], **wanted: Any) -> Run | None:
    """The last run that has all the given values."""
    found = [run for run in runs if all(run.get(key) == value for key, value in wanted.items())]
    return found[-1] if found else None
