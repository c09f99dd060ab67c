"""How long networks of neural masses take here and in neurolib's numba loop.

    python benchmarks/masses.py [--quick] [--neurolib /path/to/python]

Prints the time of a run, of the best of several, and the ratio to neurolib's (0.6.2, in a Python environment
of its own, NETSPEC_NEUROLIB_PYTHON; its loop is compiled before it is timed).
"""

import argparse
import json
import os
import subprocess
import time

import numpy as np

from netspec.masses import MODELS, Coupling, Population, simulate

DT = 0.1
REPEATS = 5
CASES = {"wc": "WilsonCowan", "hopf": "Hopf", "fhn": "FitzHughNagumo", "ww": "WongWang"}
THERE = """
import importlib, json, sys, time
import numpy as np
job = json.load(sys.stdin)
names = {"wc": "WCModel", "hopf": "HopfModel", "fhn": "FHNModel", "ww": "WWModel"}
found = {}
for which, name in names.items():
    module = importlib.import_module(f"neurolib.models.{which}.timeIntegration")
    model = getattr(importlib.import_module(f"neurolib.models.{which}"), name)
    for nodes, (weights, mm) in job["networks"].items():
        made = model(Cmat=np.array(weights), Dmat=np.array(mm)) if int(nodes) > 1 else model()
        made.params["duration"] = job["duration"]
        module.timeIntegration(made.params)
        times = []
        for _ in range(job["repeats"]):
            begun = time.perf_counter()
            module.timeIntegration(made.params)
            times.append(time.perf_counter() - begun)
        found[f"{which} {nodes}"] = min(times)
print(json.dumps(found))
"""


def network(nodes: int) -> tuple[list[list[float]], list[list[float]]]:
    """Weights and lengths [mm] between all nodes."""
    chance = np.random.default_rng(nodes)
    weights = chance.random((nodes, nodes)) / nodes
    np.fill_diagonal(weights, 0)
    return weights.tolist(), (200 * chance.random((nodes, nodes))).tolist()


def here(which: str, nodes: int, weights: list[list[float]], mm: list[list[float]], duration: float) -> float:
    """Seconds of the fastest of several runs."""
    population = Population(MODELS[CASES[which]], nodes)
    couplings = [Coupling("p", "p", 0.6 * np.array(weights), np.array(mm) / 20)] if nodes > 1 else []
    times = []
    for _ in range(REPEATS + 1):
        begun = time.perf_counter()
        simulate({"p": population}, couplings, duration, DT)
        times.append(time.perf_counter() - begun)
    return min(times[1:])


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--neurolib", default=os.environ.get("NETSPEC_NEUROLIB_PYTHON"))
    arguments = parser.parse_args()
    duration = 500.0 if arguments.quick else 5000.0
    networks = {nodes: network(nodes) for nodes in (1, 10, 80)}
    there: dict[str, float] = {}
    if arguments.neurolib:
        job = json.dumps({"networks": networks, "duration": duration, "repeats": REPEATS})
        done = subprocess.run(
            [arguments.neurolib, "-c", THERE], input=job, check=True, capture_output=True, text=True
        )
        there = json.loads(done.stdout.splitlines()[-1])
    print(f"{duration:g} ms of steps of {DT} ms\nmodel  nodes  netspec [s]  neurolib [s]  ratio")
    for which in CASES:
        for nodes, (weights, mm) in networks.items():
            own = here(which, nodes, weights, mm, duration)
            other = there.get(f"{which} {nodes}", float("nan"))
            print(f"{which:5s} {nodes:6d} {own:12.4f} {other:13.4f} {own / other:6.2f}")


if __name__ == "__main__":
    main()
