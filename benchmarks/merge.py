"""What merged synapses save: CPU time with and without mergeSynapses, alternately in one process.

    python benchmarks/merge.py [--quick]

1,000 Hodgkin-Huxley cells with 100 connections and a noisy NetStim each, and as many synapses, as in
NetPyNE by default; first with one weight for all, then with weights that are drawn. Prints the medians of
building and running, and the ratio of the times; ends with an error if a spike differs.
"""

import argparse
import statistics
import time
from typing import Any

import nets

from netspec.results import Results
from netspec.session.stages import Session

WEIGHTS: dict[str, Any] = {"one weight": 1e-4, "drawn weights": "uniform(0.5e-4, 1.5e-4)"}
WAYS = {"one weight": (False, True, "any weight"), "drawn weights": (False, "any weight")}


def run(case: nets.Case, merge: Any) -> tuple[float, float, Results]:
    """CPU time [s] of building and of running a network, and its results."""
    session = Session(talks=False)
    session.initialize(case.net, {**case.cfg, "mergeSynapses": merge}, None)
    before = time.process_time()
    session.plan_everything()
    for stage in (session.create_cells, session.connect_cells, session.add_stims, session.setup_recording):
        stage()
    built = time.process_time()
    session.run()
    ran = time.process_time()
    found = session.gather()
    session.clear()
    return built - before, ran - built, found


def compared(cells: int, duration: float, weights: str, repeats: int) -> None:
    """Run a network in all ways in turn, and print what they take."""
    rule = {"convergence": 100, "weight": WEIGHTS[weights]}
    case = nets.hh(cells, rule, weights, duration)
    spent: dict[Any, list[tuple[float, float]]] = {merge: [] for merge in WAYS[weights]}
    spikes: dict[Any, Any] = {}
    for _ in range(repeats):
        for merge, times in spent.items():
            *seconds, found = run(case, merge)
            times.append((seconds[0], seconds[1]))
            spikes[merge] = found.spikes
    for merge, times in spent.items():
        if spikes[merge] != spikes[False]:
            raise SystemExit(f"mergeSynapses = {merge!r} changes spikes")
        build, ran = (statistics.median(column) for column in zip(*times, strict=True))
        ratio = statistics.median(old[1] / new[1] for old, new in zip(spent[False], times, strict=True))
        print(
            f"{weights:13}  mergeSynapses {merge!s:10}  build {build:6.2f} s  run {ran:7.3f} s  "
            f"{ratio:5.1f} x faster  {len(spikes[merge])} spikes",
            flush=True,
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="200 cells for 20 ms")
    quick = parser.parse_args().quick
    cells, duration, repeats = (200, 20.0, 3) if quick else (1000, 50.0, 3)
    run(nets.case("tiny"), True)
    for weights in WEIGHTS:
        compared(cells, duration, weights, repeats)


if __name__ == "__main__":
    main()
