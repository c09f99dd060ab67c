"""Cost of the same networks in NetPyNE and in netspec, side by side, and how far each goal is reached.

    python benchmarks/compare.py            everything (about ten minutes; NetPyNE takes most of them)
    python benchmarks/compare.py --quick    1,000 cells and imports (about two minutes)
    python benchmarks/compare.py conv1k if10k --repeat 3 --save costs.json

NetPyNE runs in the environment of the comparison tests (NETSPEC_ORACLE_PYTHON, or one made in the cache).
CPU seconds (not wall time) of one process on one rank; the median of the repeats.
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from statistics import median
from typing import Any

from nets import CASES, case

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "tests" / "oracles"))

import environment  # noqa: E402

QUICK = ("conv1k", "prob1k", "shared1k")
PACKAGES = ("netpyne", "netspec")
PHASES = ("cells", "connect", "stims", "run", "gather")
START = ("import", "initialize", *PHASES)
IMPORTS = {
    "bare NEURON": "from neuron import h",
    "netspec": "import netspec",
    "netspec with NEURON": "from netspec import specs, sim; from neuron import h",
}
Costs = dict[str, Any]


def main() -> None:
    options = arguments()
    run("netspec", "tiny")  # compiles what is compiled once per machine
    start = {package: sum(run(package, "tiny")[phase] for phase in START) for package in PACKAGES}
    found = {name: both(name, options.repeat) for name in options.cases}
    print(table(found))
    imports = import_times(max(options.repeat, 5))
    print("\nimport [CPU s]: " + listed(imports))
    print("import, build and run 50 cells [CPU s]: " + listed(start) + "\n")
    print(goals(found, imports))
    if options.save:
        Path(options.save).write_text(json.dumps({"costs": found, "imports": imports}, indent=1))


def listed(seconds: dict[str, float]) -> str:
    return ", ".join(f"{name} {value:.2f}" for name, value in seconds.items())


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("cases", nargs="*", help=", ".join(name for name in CASES if name != "tiny"))
    parser.add_argument("--quick", action="store_true", help="only the networks of 1,000 cells")
    parser.add_argument("--repeat", type=int, default=1, help="runs of each network in each package")
    parser.add_argument("--save", help="JSON file for all numbers")
    options = parser.parse_args()
    options.cases = options.cases or (
        list(QUICK) if options.quick else [name for name in CASES if name != "tiny"]
    )
    return options


def both(name: str, repeat: int) -> dict[str, Costs]:
    """Median costs of a network in each package; the same network, or an error."""
    costs = {package: middle([run(package, name) for _ in range(repeat)]) for package in PACKAGES}
    for count in ("cells_made", "connections", "spikes"):
        values = {package: cost[count] for package, cost in costs.items()}
        if len(set(values.values())) > 1:
            raise SystemExit(f"{name}: not the same network, {count}: {values}")
    return costs


def middle(runs: list[Costs]) -> Costs:
    return {key: median(one[key] for one in runs) for key in runs[0]}


def run(package: str, name: str) -> Costs:
    """Costs of one run in a process of its own."""
    done = child(package, HERE / "measure.py", package, name)
    return json.loads(done.splitlines()[-1])


def child(package: str, *command: Any) -> str:
    python = environment.python() if package == "netpyne" else Path(sys.executable)
    variables = {**environment.environment(), "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(
        [python, *map(str, command)],
        env=variables,
        capture_output=True,
        text=True,
        check=False,
        cwd=os.getcwd(),
    )
    if done.returncode:
        raise SystemExit(f"{package} {command}: {done.stderr[-3000:]}")
    return done.stdout


def import_times(repeat: int) -> dict[str, float]:
    """CPU seconds of imports, by what is imported."""
    found = {name: import_time("netspec", line, repeat) for name, line in IMPORTS.items()}
    return {**found, "netpyne": import_time("netpyne", "from netpyne import specs, sim", 1)}


def import_time(package: str, line: str, repeat: int) -> float:
    code = f"import time; begin = time.process_time(); {line}; print(time.process_time() - begin)"
    return median(float(child(package, "-c", code).splitlines()[-1]) for _ in range(repeat))


def table(found: dict[str, dict[str, Costs]]) -> str:
    """One line for each network and package (markdown)."""
    columns = ["network", "package", "connections", *(f"{phase} [s]" for phase in PHASES)]
    lines = [[*columns, "us/connection", "bytes/connection", "peak [MB]"]]
    lines.append(["---"] * len(lines[0]))
    for name, costs in found.items():
        for package, cost in costs.items():
            lines.append([case(name).title, package, f"{cost['connections']:,.0f}", *numbers(cost)])
        lines.append(["", "ratio", "", *ratios(costs)])
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def numbers(cost: Costs) -> list[str]:
    each = 1e6 * cost["connect"] / cost["connections"]
    size = cost["connection_bytes"] / cost["connections"]
    return [
        *(f"{cost[phase]:.2f}" for phase in PHASES),
        f"{each:.2f}",
        f"{size:.0f}",
        f"{cost['peak'] / 1e6:.0f}",
    ]


def ratios(costs: dict[str, Costs]) -> list[str]:
    keys = [*PHASES, "connect", "connection_bytes", "peak"]
    return [f"{ratio(costs, key):.1f}x" for key in keys]


def ratio(costs: dict[str, Costs], key: str) -> float:
    """How many times more NetPyNE takes."""
    return costs["netpyne"][key] / max(costs["netspec"][key], 1e-6)


def goals(found: dict[str, dict[str, Costs]], imports: dict[str, float]) -> str:
    """One line for each goal that was measured: what was asked, what was reached."""
    lines = []
    for name, costs in found.items():
        title = case(name).title
        size = costs["netspec"]["connection_bytes"] / costs["netspec"]["connections"]
        if name in ("conv1k", "prob1k", "shared1k", "if10k"):
            lines.append(goal(f"connect, {title}", ratio(costs, "connect"), 15, "x NetPyNE's speed"))
            lines.append(
                goal(f"memory, {title}", size, 400 if case(name).shared else 1150, "bytes", most=True)
            )
        if name == "prob5k":
            lines.append(goal(f"connect, {title}", ratio(costs, "connect"), 45, "x NetPyNE's speed"))
            share = 1 / ratio(costs, "peak")
            lines.append(goal(f"peak memory, {title}", share, 0.2, "of NetPyNE's", most=True))
        if name == "cells20k":
            lines.append(goal(f"cells, {title}", ratio(costs, "cells"), 6, "x NetPyNE's speed"))
    bare = imports["bare NEURON"]
    lines.append(goal("import netspec", imports["netspec"], 0.3, "s", most=True))
    lines.append(
        goal("import with NEURON", imports["netspec with NEURON"] / bare, 2, "x bare NEURON", most=True)
    )
    return "\n".join(lines)


def goal(what: str, reached: float, asked: float, unit: str, most: bool = False) -> str:
    met = reached <= asked if most else reached >= asked
    sign = "<=" if most else ">="
    return f"{'reached' if met else 'MISSED '}  {what}: {reached:.4g} {unit} (asked {sign} {asked:g})"


if __name__ == "__main__":
    main()
