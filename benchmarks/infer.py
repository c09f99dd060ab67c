"""What inferring the rules of a network costs beside planning it: CPU times of one process and their ratio.

    python benchmarks/infer.py [--quick]

About a million connections (--quick: a tenth) among two populations, with a probability that falls with
distance, random weights and delays by distance.
"""

import argparse
import time
from typing import Any

import netspec
from netspec.analysis import infer_rules


def network(cells: int) -> dict[str, Any]:
    """Populations E, of so many cells, and I, of half as many, each connected to both."""
    law = {
        "synMech": "exc",
        "probability": "0.1*exp(-dist_3D/400)",
        "weight": "normal(1, 0.01)",
        "delay": "1 + dist_3D/400",
    }
    rules = {
        f"{pre}->{post}": {**law, "preConds": {"pop": pre}, "postConds": {"pop": post}}
        for pre in "EI"
        for post in "EI"
    }
    return {
        "cellParams": {"cell": {"secs": {"soma": {"geom": {"L": 20, "diam": 20}, "mechs": {"hh": {}}}}}},
        "popParams": {
            name: {"cellType": "cell", "numCells": count} for name, count in (("E", cells), ("I", cells // 2))
        },
        "synMechParams": {"exc": {"mod": "ExpSyn"}},
        "connParams": rules,
        **dict.fromkeys(("sizeX", "sizeY", "sizeZ"), 1500),
    }


def main() -> None:
    """Print both times [s] and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    cells = 1800 if parser.parse_args().quick else 5700
    start = time.process_time()
    plan = netspec.plan(network(cells))
    planned = time.process_time()
    found = infer_rules(plan)
    inferred = time.process_time()
    print(f"{len(plan.connections):,} connections, {len(plan.cells):,} cells")
    print(f"plan {planned - start:.2f} s, infer {inferred - planned:.2f} s, ", end="")
    print(f"ratio {(inferred - planned) / (planned - start):.2f}")
    print(found)


if __name__ == "__main__":
    main()
