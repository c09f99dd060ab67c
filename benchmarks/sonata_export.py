"""How long and how much memory it takes to write edges as SONATA, beside what it takes to plan them.

python benchmarks/sonata_export.py [--quick] [--edges N]
"""

import argparse
import sys
import tempfile
import time
import tracemalloc
from pathlib import Path

import netspec
from netspec.formats.sonata.write import export

SOMA = {"geom": {"L": 20.0, "diam": 20.0, "Ra": 100.0, "cm": 1.0}, "mechs": {"hh": {}}}
DENDRITE = {
    "geom": {"L": 100.0, "diam": 2.0, "nseg": 3},
    "topol": {"parentSec": "soma", "parentX": 1.0, "childX": 0.0},
    "mechs": {"pas": {}},
}


def network(edges):
    """A network of this many edges, some onto cells with sections and some onto artificial ones."""
    cells = int((edges / 0.1 / 2) ** 0.5)
    rule = {"probability": 0.1, "delay": "uniform(1, 5)"}
    return {
        "cellParams": {"C": {"secs": {"soma": SOMA, "dend": DENDRITE}}},
        "popParams": {
            "A": {"cellType": "C", "numCells": cells},
            "B": {"cellModel": "IntFire1", "numCells": cells},
        },
        "synMechParams": {"exc": {"mod": "Exp2Syn", "tau1": 0.5, "tau2": 3.0, "e": 0}},
        "connParams": {
            "A->A": {"preConds": {"pop": "A"}, "postConds": {"pop": "A"}, "weight": 0.001, "sec": "dend",
                     "synMech": "exc", **rule},
            "A->B": {"preConds": {"pop": "A"}, "postConds": {"pop": "B"}, "weight": 0.1, **rule},
        },
    }  # fmt: skip


def measured(work):
    """(CPU [s], peak of memory [bytes]) of a function; the memory in a second run, as counting takes time."""
    start = time.process_time()
    work()
    cpu = time.process_time() - start
    tracemalloc.start()
    work()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return cpu, peak


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true", help="a tenth of the edges")
    parser.add_argument("--edges", type=int, default=1_000_000)
    options = parser.parse_args()
    wanted = options.edges // (10 if options.quick else 1)
    net = network(wanted)
    start = time.process_time()
    plan = netspec.plan(net, {"duration": 10.0})
    planned = time.process_time() - start
    edges = len(plan.connections)
    print(f"{edges:,} edges between {len(plan.cells):,} cells; planned in {planned:.2f} s of CPU")
    print(
        f"{'dialect':8}{'CPU [s]':>9}{'of planning':>13}{'memory [bytes/edge]':>21}{'file [bytes/edge]':>19}"
    )
    for dialect in ("allen", "both"):
        with tempfile.TemporaryDirectory() as folder:
            place = Path(folder) / "out"
            cpu, peak = measured(lambda place=place, dialect=dialect: export(plan, place, dialect=dialect))
            size = sum(path.stat().st_size for path in (place / "network").glob("*edges.h5"))
        print(f"{dialect:8}{cpu:>9.2f}{cpu / planned:>13.2f}{peak / edges:>21.0f}{size / edges:>19.0f}")


if __name__ == "__main__":
    sys.exit(main())
