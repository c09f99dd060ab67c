"""What the order in which connections are created does to delivery: CPU time, alternately in one process.

    python benchmarks/order.py [--quick]

10,000 IntFire1 cells with 100 connections each and equal delays, which all fire together. The network of
netspec's order (by presynaptic cell) and the same made in order of the postsynaptic cell run in turn. Prints
the CPU time of a delivered event of each and the median of their ratios.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from typing import Any
from unittest import mock

import numpy as np
from numpy.typing import NDArray

from netspec.neuron import connections
from netspec.session.stages import Session

PERIOD, CONVERGENCE = 5.0, 100


def network(cells: int, duration: float) -> tuple[dict[str, Any], dict[str, Any]]:
    """Dictionaries of the network and of the simulation: a NetStim makes each cell fire every period."""
    parameters = {
        "popParams": {
            "I": {"cellModel": "IntFire1", "numCells": cells, "tau": 10.0},
            "drive": {"cellModel": "NetStim", "numCells": 1, "interval": PERIOD, "start": 1, "noise": 0},
        },
        "connParams": {
            "I->I": _rule("I", weight=1e-6, delay=2.0, convergence=CONVERGENCE),
            "drive->I": _rule("drive", weight=2.0, delay=1.0, probability=1.0),
        },
    }
    return parameters, {"duration": duration, "dt": 0.025, "progressBar": 0, "randomStreams": "named"}


def _rule(pre: str, **entries: Any) -> dict[str, Any]:
    return {"preConds": {"pop": pre}, "postConds": {"pop": "I"}, **entries}


def by_target(plan: Any) -> NDArray[np.int64]:
    """The order of NetPyNE: cell by cell, its connections one after another."""
    return np.argsort(plan.connections["post"], kind="stable")


def run(order: Callable[[Any], NDArray[np.int64]], cells: int, duration: float, repeats: int) -> list[float]:
    """CPU time of each delivered event [ns], of several runs of a network made in an order."""
    session = Session(talks=False)
    with mock.patch.object(connections, "creation_order", order):
        session.initialize(*network(cells, duration), None)
        session.plan_everything()
        for stage in (session.create_cells, session.connect_cells, session.add_stims):
            stage()
    session.setup_recording()
    spent = [_once(session) for _ in range(repeats + 1)]
    session.clear()
    return spent[1:]


def _once(session: Session) -> float:
    live = session.network
    live.prepare()
    live.initialise()
    before = time.process_time()
    live.resume()
    spent = time.process_time() - before
    events = CONVERGENCE * len(live.collect().spikes)
    return 1e9 * spent / events


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer repetitions")
    quick = parser.parse_args().quick
    rounds, repeats, duration = (2, 2, 15.0) if quick else (4, 3, 30.0)
    found: dict[str, list[float]] = {"source": [], "target": []}
    for _ in range(rounds):
        for name, order in (("source", connections.creation_order), ("target", by_target)):
            found[name].append(statistics.median(run(order, 10_000, duration, repeats)))
    for name, spent in found.items():
        print(f"by {name}  {statistics.median(spent):6.0f} ns of an event", flush=True)
    ratios = [slow / fast for fast, slow in zip(found["source"], found["target"], strict=True)]
    print(f"by source {statistics.median(ratios):.2f} times faster")


if __name__ == "__main__":
    main()
