"""What balance = 'cost' is worth: CPU time of the run on each rank, for both ways of sharing cells.

    mpiexec -n 4 python benchmarks/balance.py [--quick] [--multisplit]

Large cells (101 segments with hh) at every second place among small ones: the worst case of round-robin on
2 or 4 ranks. Prints the CPU time of the busiest rank (ranks that wait for others use as much), and how much
work it has in units of the mean as `netspec plan` says it.

With --multisplit: one cell of 2,024 segments with hh beside four small ones, whole and cut.
"""

import argparse
import time
from typing import Any

from netspec import overview
from netspec.session.stages import Session

TREE = {
    "soma": {"geom": {"L": 20, "diam": 20}, "mechs": {"hh": {}}},
    "dend": {
        "geom": {"L": 500, "diam": 2, "nseg": 99},
        "topol": {"parentSec": "soma", "parentX": 1.0, "childX": 0.0},
        "mechs": {"hh": {}},
    },
}

REPEATS = 5


def network(pairs: int, duration: float, balance: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Dictionaries of the network and of the simulation."""
    cells = [{"cellLabel": kind} for _ in range(pairs) for kind in ("tree", "ball")]
    rule = {
        "preConds": {"pop": "E"}, "postConds": {"pop": "E"}, "convergence": 10, "weight": 1e-5, "delay": 2.0,
        "synMech": "exc",
    }  # fmt: skip
    parameters = {
        "cellParams": {
            "tree": {"conds": {"cellLabel": "tree"}, "secs": TREE},
            "ball": {"conds": {"cellLabel": "ball"}, "secs": {"soma": TREE["soma"]}},
        },
        "popParams": {"E": {"cellsList": cells}},
        "synMechParams": {"exc": {"mod": "Exp2Syn", "tau1": 0.5, "tau2": 3, "e": 0}},
        "connParams": {"E->E": rule},
    }
    return parameters, {"duration": duration, "balance": balance, "progressBar": 0}


def large_cell(duration: float, split: bool) -> tuple[dict[str, Any], dict[str, Any]]:
    """The same for one large cell and a few small ones."""
    dend = {"geom": {"L": 400, "diam": 2, "nseg": 67}, "mechs": {"hh": {}}}
    sections = {"soma": {"geom": {"L": 20, "diam": 20, "nseg": 14}, "mechs": {"hh": {}}}}
    for k in range(30):
        parent = "soma" if k < 6 else f"dend{(k - 6) // 4}"
        sections[f"dend{k}"] = {**dend, "topol": {"parentSec": parent, "parentX": 1.0, "childX": 0.0}}
    parameters, simulation = network(0, duration, overview.BY_COST)
    parameters["cellParams"]["ball"]["conds"] = {"pop": "E"}
    parameters["cellParams"]["tree"] = {"conds": {"pop": "L"}, "secs": sections}
    parameters["popParams"] = {
        "E": {"cellType": "ball", "numCells": 4},
        "L": {"cellType": "tree", "numCells": 1},
    }
    return parameters, {**simulation, "multisplit": split}


def run(parameters: dict[str, Any], simulation: dict[str, Any]) -> tuple[Any, float]:
    """(ranks, least CPU time of the busiest rank [s])."""
    session = Session(talks=False)
    session.initialize(parameters, simulation, None)
    session.plan_everything()
    for stage in (session.create_cells, session.connect_cells, session.add_stims, session.setup_recording):
        stage()
    session.network.prepare()
    spent = []
    for _ in range(REPEATS):
        session.network.initialise()
        before = time.thread_time()
        session.network.resume()
        spent.append(max(session.ranks.allgather(time.thread_time() - before)))
    session.clear()
    return session.ranks, min(spent)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="20 large cells for 20 ms")
    parser.add_argument("--multisplit", action="store_true", help="one large cell, whole and cut")
    given = parser.parse_args()
    pairs, duration = (20, 20.0) if given.quick else (100, 50.0)
    if given.multisplit:
        ways = {
            way: large_cell(4 * duration, way == overview.IN_PIECES)
            for way in (overview.BY_COST, overview.IN_PIECES)
        }
    else:
        ways = {way: network(pairs, duration, way) for way in (overview.ROUND_ROBIN, overview.BY_COST)}
    from netspec import native

    times = []
    for balance, settings in ways.items():
        ranks, spent = run(*settings)
        times.append(spent)
        if ranks.rank == 0:
            expected = overview.load(native.plan(*settings), ranks.size, balance).excess
            print(f"{balance:12} busiest rank {spent:6.2f} s, {expected:.2f} of the mean", flush=True)
    if ranks.rank == 0:
        print(f"{times[0] / times[1]:.2f} times as fast", flush=True)


if __name__ == "__main__":
    main()
