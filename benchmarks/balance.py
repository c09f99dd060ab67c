"""What balance = 'cost' is worth: CPU time of the run on each rank, for both ways of sharing cells.

    mpiexec -n 4 python benchmarks/balance.py [--quick]

Large cells (101 segments with hh) at every second place among small ones: the worst case of round-robin on
2 or 4 ranks. Prints the CPU time of the busiest rank (ranks that wait for others use as much), and how much
work it has in units of the mean as `netspec plan` says it.
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


def run(pairs: int, duration: float, balance: str) -> tuple[Any, float]:
    """(ranks, CPU time of the busiest rank [s])."""
    session = Session(talks=False)
    session.initialize(*network(pairs, duration, balance), None)
    session.plan_everything()
    for stage in (session.create_cells, session.connect_cells, session.add_stims, session.setup_recording):
        stage()
    session.network.prepare()
    session.network.initialise()
    before = time.thread_time()
    session.network.resume()
    spent = max(session.ranks.allgather(time.thread_time() - before))
    session.clear()
    return session.ranks, spent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="20 large cells for 20 ms")
    quick = parser.parse_args().quick
    pairs, duration = (20, 20.0) if quick else (100, 50.0)
    from netspec import native

    for balance in (overview.ROUND_ROBIN, overview.BY_COST):
        ranks, spent = run(pairs, duration, balance)
        if ranks.rank == 0:
            expected = overview.load(
                native.plan(*network(pairs, duration, balance)), ranks.size, balance
            ).excess
            print(f"{balance:12} busiest rank {spent:6.2f} s, {expected:.2f} of the mean", flush=True)


if __name__ == "__main__":
    main()
