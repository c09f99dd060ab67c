"""What netspec costs from 1,000 to 100,000 cells, beside NetPyNE, a plain NEURON script and Arbor.

    python benchmarks/scale.py --save scale.json                  everything (an hour, 10 GB)
    python benchmarks/scale.py --quick                            1,000 cells, small shares (two minutes)
    python benchmarks/scale.py plain arbor --repeat 5 --save more.json
    python benchmarks/scale_report.py scale.json more.json        the pages in docs/ from the numbers

Cases: networks (on 1 and 2 ranks), plain (the same network by hand), arbor (a ring of cables), share (one
rank of a thousand), rules (planning of one rank by rule). CPU seconds, medians of runs; ratios in one case.
NetPyNE and Arbor run in environments of their own: NETSPEC_ORACLE_PYTHON and NETSPEC_ARBOR_PYTHON, or ones
that are made in the cache.
"""

import argparse
import datetime
import json
import os
import platform
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

HERE = Path(__file__).parent
TESTS = HERE.parent / "tests"
sys.path[:0] = [str(TESTS / "oracles"), str(TESTS / "backend")]

import environment  # noqa: E402
from launcher import ALLOWED, MPIEXEC  # noqa: E402

NETWORKS = ((1000, 100), (10_000, 100), (100_000, 10), (100_000, 100))
"""(cells, connections per cell)."""
DURATION = 10.0  # [ms]
Run = dict[str, Any]


def main() -> None:
    options = arguments()
    child("netspec", "network", package="netspec", cells=50, per_cell=10, duration=1)  # compiles once
    found: dict[str, Any] = {"machine": machine(), "runs": []}
    for case in options.cases:
        for run in CASES[case](options):
            found["runs"].append(run)
            print(json.dumps({k: v for k, v in run.items() if k != "ranks"}), short(run), flush=True)
            if options.save:
                Path(options.save).write_text(json.dumps(found, indent=1) + "\n")


def short(run: Run) -> str:
    cost = run["ranks"][0]
    keys = ("plan_connections", "cells", "connect", "connections", "build", "run", "gather", "divergence")
    return " ".join(f"{k} {cost[k]:.3g}" for k in keys if k in cost) + f" peak {cost['peak'] / 1e6:.0f} MB"


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("cases", nargs="*", default=list(CASES), help=", ".join(CASES))
    parser.add_argument("--quick", action="store_true", help="small networks and shares")
    parser.add_argument("--least", type=float, default=0, help="connections of the smallest network")
    parser.add_argument("--most", type=float, default=1e7, help="connections of the largest network")
    parser.add_argument("--netpyne", type=float, default=1e4, help="cells of the largest network for NetPyNE")
    parser.add_argument("--repeat", type=int, default=1, help="processes for each number")
    parser.add_argument("--save", help="JSON file for all numbers, written after each of them")
    return parser.parse_args()


def machine() -> dict[str, Any]:
    """What the numbers depend on."""
    found = child("arbor", "versions") | child("netpyne", "versions") | child("netspec", "versions")
    found.pop("peak")
    names = [line for line in _lines("/proc/cpuinfo") if line.startswith("model name")]
    cpu = names[0].split(":")[1].strip() if names else platform.processor()
    memory = next((line.split()[1] for line in _lines("/proc/meminfo") if line.startswith("MemTotal")), "0")
    return {
        **found,
        "cpu": cpu,
        "cores": os.cpu_count(),
        "memory": int(memory) * 1024,
        "date": datetime.date.today().isoformat(),
        "load": os.getloadavg()[1],
    }


def _lines(path: str) -> list[str]:
    return Path(path).read_text().splitlines() if Path(path).exists() else []


# ---- cases -------------------------------------------------------------------------------------------------


def networks(options: argparse.Namespace) -> Iterator[Run]:
    for cells, per_cell in NETWORKS[: 1 if options.quick else None]:
        if not options.least <= cells * per_cell <= options.most:
            continue
        sizes = {"cells": cells, "per_cell": per_cell, "duration": DURATION}
        for package, ranks in (("netspec", 1), ("netspec", 2), ("netpyne", 1), ("netpyne", 2)):
            if package == "netpyne" and cells > options.netpyne:
                continue
            told = {"package": package, **sizes}
            costs = repeated(options.repeat, package, "network", ranks, **told)
            yield {"case": "networks", **told, "size": ranks, "ranks": costs}


def plain(options: argparse.Namespace) -> Iterator[Run]:
    for shared, duration in ((True, 200.0), (False, 20.0)):
        sizes = {"cells": 1000, "per_cell": 100, "shared": shared}
        sizes["duration"] = 5.0 if options.quick else duration
        spikes = []
        for costs in alternately(max(options.repeat, 3), ("by_netspec", "by_hand"), **sizes):
            spikes.append(costs["ranks"][0].pop("spikes"))
            yield {"case": "plain", **sizes, **costs}
        if spikes[0] != spikes[1]:
            raise SystemExit("the plain script is not the same network: other spikes")


def arbor(options: argparse.Namespace) -> Iterator[Run]:
    sizes = {"cells": 100, "compartments": 201, "duration": 20.0 if options.quick else 60.0}
    for costs in alternately(max(options.repeat, 3), ("ring", "arbor_ring"), **sizes):
        times = costs["ranks"][0].pop("spikes")
        yield {"case": "arbor", **sizes, **costs, "spikes": len(times), "last": max(times)}


def share(options: argparse.Namespace) -> Iterator[Run]:
    full = ((100_000, 1000, 1000), (1_000_000, 1000, 1000))
    for cells, per_cell, ranks in ((100_000, 100, 1000),) if options.quick else full:
        sizes = {"cells": cells, "per_cell": per_cell, "ranks": ranks, "duration": DURATION, "rate": 10.0}
        costs = repeated(options.repeat, "netspec", "share", 1, **sizes)
        yield {"case": "share", **sizes, "of": ranks, "ranks": costs}


def rules(options: argparse.Namespace) -> Iterator[Run]:
    sizes = {"cells": 10_000 if options.quick else 100_000, "per_cell": 100, "ranks": 1000}
    yield {"case": "rules", **sizes, "of": 1000, "ranks": repeated(1, "netspec", "rules", 1, **sizes)}


CASES = {"networks": networks, "plain": plain, "arbor": arbor, "share": share, "rules": rules}


# ---- processes ---------------------------------------------------------------------------------------------


def alternately(repeat: int, kinds: tuple[str, str], **sizes: Any) -> Iterator[Run]:
    """Two kinds of process in turn, so that what else the machine does meets both."""
    found: dict[str, list[Run]] = {kind: [] for kind in kinds}
    for _ in range(repeat):
        for kind in kinds:
            found[kind].append(child("arbor" if kind == "arbor_ring" else "netspec", kind, **sizes))
    for kind, costs in found.items():
        yield {"kind": kind, "ranks": [middle(costs)]}


def repeated(repeat: int, package: str, kind: str, ranks: int, /, **sizes: Any) -> list[Run]:
    """Median costs of each rank."""
    runs = [children(package, kind, ranks, **sizes) for _ in range(repeat)]
    return [middle([run[rank] for run in runs]) for rank in range(ranks)]


def middle(runs: list[Run]) -> Run:
    """Medians of numbers, and the first of everything else."""
    return {
        key: median(run[key] for run in runs) if isinstance(value, int | float) else value
        for key, value in runs[0].items()
    }


def child(package: str, kind: str, /, **sizes: Any) -> Run:
    return children(package, kind, 1, **sizes)[0]


def children(package: str, kind: str, ranks: int, /, **sizes: Any) -> list[Run]:
    """What each rank of a fresh process says."""
    command = [str(python(package)), str(HERE / "scale_child.py"), kind, json.dumps(sizes)]
    if ranks > 1:
        command = [str(MPIEXEC), "-n", str(ranks), *command]
    kept = environment.environment()
    variables = {**kept, **(ALLOWED if ranks > 1 else {}), "OPENBLAS_NUM_THREADS": "1"}
    if package != "netspec":
        variables.pop("PYTHONPATH", None)
        variables |= {"NEURON_INIT_MPI": "1", "MPI_LIB_NRN_PATH": mpi_library()} if ranks > 1 else {}
    done = subprocess.run(command, env=variables, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}: {done.stderr[-3000:]}")
    found = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    found.sort(key=lambda cost: cost.get("rank", 0))
    if [cost.get("rank", 0) for cost in found] != [*range(ranks)]:
        raise SystemExit(f"{' '.join(command)}: the processes did not find each other")
    return found


def mpi_library() -> str:
    """The library that belongs to mpiexec, for a NEURON that has no mpi4py to find it."""
    found = [*(Path(str(MPIEXEC)).parents[1] / "lib").glob("libmpi.*")]
    return str(max(found, key=lambda path: path.stat().st_size, default="libmpi.so"))


def python(package: str) -> Path:
    match package:
        case "netpyne":
            return Path(environment.python())
        case "arbor":
            return arbor_python()
    return Path(sys.executable)


def arbor_python() -> Path:
    """A python with Arbor: NETSPEC_ARBOR_PYTHON, else an environment in the cache, made when missing."""
    own = os.environ.get("NETSPEC_ARBOR_PYTHON")
    folder = environment.cache_folder() / f"arbor-py{sys.version_info[1]}"
    if own or (folder / "complete").exists():
        return Path(own) if own else folder / "bin" / "python"
    shutil.rmtree(folder, ignore_errors=True)
    venv.create(folder, with_pip=True)
    subprocess.run([folder / "bin" / "python", "-m", "pip", "install", "--quiet", "arbor"], check=True)
    (folder / "complete").touch()
    return folder / "bin" / "python"


if __name__ == "__main__":
    main()
