"""docs/benchmarks.md, and the numbers in docs/scaling.md, from what scale.py has saved.

python benchmarks/scale_report.py scale.json [more.json ...]      of equal runs the last file's counts
"""

import argparse
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any

from scale_costs import Items, Run, estimate, items, latest

DOCS = Path(__file__).parents[1] / "docs"
RATE = 10.0
"""Of all cells [Hz], where spikes are counted."""
MACHINES = ((1e5, 1e3, 100), (1e6, 1e3, 100), (1e6, 1e3, 1000), (1e6, 1e3, 10_000), (1e7, 1e3, 10_000))
"""(cells, connections per cell, ranks) that are extrapolated."""
KIND = {"by_netspec": "netspec", "by_hand": "by hand", "ring": "netspec (NEURON)", "arbor_ring": "Arbor"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path)
    saved = [json.loads(path.read_text()) for path in parser.parse_args().files]
    machine, runs = saved[-1]["machine"], [run for one in saved for run in one["runs"]]
    page, scaling = DOCS / "benchmarks.md", DOCS / "scaling.md"
    page.write_text(filled(page.read_text(), benchmarks(machine, runs)))
    scaling.write_text(filled(scaling.read_text(), extrapolated(machine, runs)))


# ---- pages -------------------------------------------------------------------------------------------------


def filled(text: str, blocks: Mapping[str, str]) -> str:
    """The text with what stands between `<!-- numbers: name -->` and `<!-- end -->` replaced."""
    for name, block in blocks.items():
        mark = re.escape(f"<!-- numbers: {name} -->")
        new = f"<!-- numbers: {name} -->\n\n{block}\n\n<!-- end -->"
        text, count = re.subn(mark + ".*?<!-- end -->", lambda _, new=new: new, text, flags=re.DOTALL)
        if count != 1:
            raise SystemExit(f"{count} places for the numbers {name!r}")
    return text


def benchmarks(machine: Mapping[str, Any], runs: Sequence[Run]) -> dict[str, str]:
    """Blocks of docs/benchmarks.md."""
    return {
        "machine": about(machine),
        "networks": table(NETWORK_HEAD, network_rows(runs)),
        "ratios": table(RATIO_HEAD, ratio_rows(runs)),
        "plain": table(("network", "", "build [s]", "run [s]", "run, by hand = 1"), plain_rows(runs)),
        "arbor": table(
            ("", "build [s]", "ns per compartment and step", "spikes", "last [ms]"), ring_rows(runs)
        ),
    }


def extrapolated(machine: Mapping[str, Any], runs: Sequence[Run]) -> dict[str, str]:
    """Blocks of docs/scaling.md."""
    share = largest(runs, case="share")
    network = largest(runs, case="networks", package="netspec", size=1)
    each, of_less = items(network, share), items(network, smallest(runs, case="share"))
    return {
        "machine": about(machine),
        "items": table(("item", "memory [bytes]", "time"), item_rows(each)),
        "ranks": table(ESTIMATE_HEAD, estimate_rows(each)),
        "parts": table(
            ("part of one rank", "memory [MB]", "build [s]", "run, per second [s]"), part_rows(each)
        ),
        "share": table(("", "measured", "foretold"), share_rows(of_less, share)),
        "rules": table(("rule", "one rank [s]", "connections", "grows with"), rule_rows(runs)),
    }


def about(machine: Mapping[str, Any]) -> str:
    names = {"python": "Python", "neuron": "NEURON", "netpyne": "NetPyNE", "arbor": "Arbor", "numpy": "numpy"}
    versions = ", ".join(f"{name} {machine[key]}" for key, name in names.items() if key in machine)
    return (
        f"{machine['date']}: {machine['cpu']}, {machine['cores']} cores, {machine['memory'] / 1e9:.0f} GB, "
        f"shared with other work (load {machine['load']:.0f}); {versions}."
    )


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def largest(runs: Sequence[Run], **wanted: Any) -> Run:
    """Of the runs that have these values the one with most connections, and of equal ones the last."""
    return max(reversed(chosen(runs, wanted)), key=connections)


def smallest(runs: Sequence[Run], **wanted: Any) -> Run:
    """The same with fewest connections."""
    return min(reversed(chosen(runs, wanted)), key=connections)


def chosen(runs: Sequence[Run], wanted: Mapping[str, Any]) -> list[Run]:
    found = [run for run in runs if all(run.get(key) == value for key, value in wanted.items())]
    if not found:
        raise SystemExit(f"no run of {wanted}")
    return found


def connections(run: Run) -> int:
    return int(run["cells"] * run["per_cell"])


# ---- networks ----------------------------------------------------------------------------------------------

NETWORK_HEAD = (
    "cells", "connections", "", "cells [s]", "connect [s]", "run [s]", "gather spikes [s]", "gather all [s]",
    "bytes/connection", "bytes/cell", "peak [MB]",
)  # fmt: skip
PACKAGES = {"netspec": "netspec", "netpyne": "NetPyNE"}
RATIO_HEAD = (
    "cells",
    "connections",
    "ranks",
    "cells",
    "connect",
    "run",
    "gather all",
    "bytes/connection",
    "peak",
)


def sizes(runs: Sequence[Run]) -> list[tuple[int, int]]:
    found = {(run["cells"], run["per_cell"]) for run in runs if run["case"] == "networks"}
    return sorted(found, key=lambda size: (size[0] * size[1], size[0]))


def network_rows(runs: Sequence[Run]) -> list[list[str]]:
    """A line for each network and way; of several ranks the slowest, bytes of all together."""
    rows = []
    for cells, per_cell in sizes(runs):
        for package, ranks in (("netspec", 1), ("netspec", 2), ("netpyne", 1), ("netpyne", 2)):
            run = latest(runs, case="networks", package=package, size=ranks, cells=cells, per_cell=per_cell)
            if run:
                name = f"{PACKAGES[package]}, {ranks} rank{'s' * (ranks > 1)}"
                rows.append([f"{cells:,}", f"{cells * per_cell:,}", name, *network_numbers(run)])
    return rows


def network_numbers(run: Run) -> list[str]:
    each = run["ranks"]
    phases = ("cells", "connect", "run", "gather_data", "gather")
    times = [f"{slowest(run, name):.2f}" if name in each[0] else "" for name in phases]
    each_connection = total(run, "connect_bytes") / connections(run)
    cells = (total(run, "cells_bytes") + total(run, "stims_bytes")) / run["cells"]
    peak = " + ".join(f"{rank['peak'] / 1e6:,.0f}" for rank in each)
    return [*times, f"{each_connection:,.0f}", f"{cells:,.0f}", peak]


def slowest(run: Run, name: str) -> float:
    return float(max(rank[name] for rank in run["ranks"]))


def total(run: Run, name: str) -> float:
    return float(sum(rank[name] for rank in run["ranks"]))


def ratio_rows(runs: Sequence[Run]) -> list[list[str]]:
    """How many times more NetPyNE takes, on as many ranks."""
    rows = []
    for (cells, per_cell), ranks in product(sizes(runs), (1, 2)):
        one, other = (
            latest(runs, case="networks", package=package, size=ranks, cells=cells, per_cell=per_cell)
            for package in PACKAGES
        )
        if one and other:
            names = ("cells", "connect", "run", "gather", "connect_bytes", "peak")
            ratios = (slowest(other, name) / max(slowest(one, name), 1e-9) for name in names)
            of = [f"{cells:,}", f"{cells * per_cell:,}", str(ranks)]
            rows.append([*of, *(f"{ratio:.1f} x" for ratio in ratios)])
    return rows


# ---- beside others -----------------------------------------------------------------------------------------


def plain_rows(runs: Sequence[Run]) -> list[list[str]]:
    rows = []
    for shared, name in ((True, "one synapse per cell"), (False, "one synapse per connection")):
        found = [latest(runs, case="plain", kind=kind, shared=shared) for kind in ("by_netspec", "by_hand")]
        for run in filter(None, found):
            cost = run["ranks"][0]
            ratio = cost["run"] / found[1]["ranks"][0]["run"] if found[1] else float("nan")
            numbers = [f"{cost['build']:.2f}", f"{cost['run']:.2f}", f"{ratio:.3f}"]
            rows.append([name, KIND[run["kind"]], *numbers])
    return rows


def ring_rows(runs: Sequence[Run]) -> list[list[str]]:
    rows = []
    for kind in ("ring", "arbor_ring"):
        run = latest(runs, case="arbor", kind=kind)
        if run:
            steps = run["cells"] * run["compartments"] * run["duration"] * 40
            each = 1e9 * run["ranks"][0]["run"] / steps
            build = f"{run['ranks'][0]['build']:.2f}"
            rows.append([KIND[kind], build, f"{each:.1f}", f"{run['spikes']}", f"{run['last']:.2f}"])
    return rows


# ---- one rank of many --------------------------------------------------------------------------------------

ESTIMATE_HEAD = (
    "cells", "connections", "ranks", "own cells", "own connections", "memory of a rank [MB]", "build [s]",
    "run, per second of 10 Hz [s]",
)  # fmt: skip


def item_rows(each: Items) -> list[list[str]]:
    return [
        ["a process with NEURON and netspec", f"{each.base_bytes:,.0f}", ""],
        ["cell of the network", f"{each.cell_bytes:.0f}", f"{1e9 * each.cell_time:.0f} ns"],
        ["own cell (soma, synapse, NetStim, gid)", f"{each.own_bytes:,.0f}", f"{1e6 * each.own_time:.1f} us"],
        ["own connection", f"{each.connection_bytes:.0f}", f"{1e6 * each.connection_time:.2f} us"],
        ["distinct presynaptic cell of another rank", f"{each.source_bytes:.0f}", ""],
        ["own connection, start of a run", "", f"{1e6 * each.start_time:.2f} us"],
        ["own cell and time step (run)", "", f"{1e9 * each.step_time:.0f} ns"],
        ["spike of the network, and its connection here (run)", "", f"{1e9 * each.spike_time:.0f} ns"],
    ]


def estimate_rows(each: Items) -> list[list[str]]:
    rows = []
    for cells, per_cell, ranks in MACHINES:
        found = estimate(each, cells, per_cell, ranks, RATE)
        memory, build, run = (sum(part.values()) for part in (found.memory, found.build, found.run))
        whole = [f"{cells:,.0f}", f"{cells * per_cell:,.0f}", f"{ranks:,}", f"{cells / ranks:,.0f}"]
        rows.append(
            [*whole, f"{cells * per_cell / ranks:,.0f}", f"{memory / 1e6:,.0f}", f"{build:.1f}", f"{run:.1f}"]
        )
    return rows


def part_rows(each: Items) -> list[list[str]]:
    """The parts of one rank of a thousand, for a million cells of a thousand connections."""
    found = estimate(each, 1e6, 1e3, 1000, RATE)
    parts = dict.fromkeys([*found.memory, *found.build, *found.run])
    columns = ((found.memory, 1e6, ".0f"), (found.build, 1, ".2f"), (found.run, 1, ".2f"))
    return [
        [name, *(f"{part[name] / unit:{form}}" if name in part else "" for part, unit, form in columns)]
        for name in parts
    ]


def share_rows(each: Items, share: Run) -> list[list[str]]:
    """The share that was built, beside what the items of another share say."""
    cost, seconds = share["ranks"][0], share["duration"] / 1000
    found = estimate(each, share["cells"], share["per_cell"], share["of"], share["rate"])
    planned = ("plan_cells", "plan_connections", "plan_rest")
    made = ("cells", "connections", "rest", "start")
    measured = (
        (cost["base_bytes"] + sum(cost[f"{name}_bytes"] for name in (*planned, *made[:-1]))) / 1e6,
        sum(cost[name] for name in (*planned, *made)),
        cost["run_played"] / seconds,
    )
    said = (sum(found.memory.values()) / 1e6, sum(found.build.values()), sum(found.run.values()))
    names = ("memory [MB]", "plan, build and start [s]", "run, per second [s]")
    peak = ["peak, the run included [MB]", f"{cost['peak'] / 1e6:,.2f}", ""]
    rows = [[n, f"{m:,.2f}", f"{s:,.2f}"] for n, m, s in zip(names, measured, said, strict=True)]
    alone = ["of that the plan alone [s]", f"{sum(cost[name] for name in planned):.2f}", ""]
    return [*rows, alone, peak]


GROWTH = {
    "convergence": "own connections",
    "probability": "own connections",
    "probability, NetPyNE's numbers": "presynaptic cells x own cells",
    "probability by distance": "presynaptic cells x own cells",
    "divergence": "all connections of the rule",
}


def rule_rows(runs: Sequence[Run]) -> list[list[str]]:
    cost = largest(runs, case="rules")["ranks"][0]
    return [
        [name, f"{cost[name]:.3f}", f"{cost[name + '_rows']:,.0f}", growth] for name, growth in GROWTH.items()
    ]


if __name__ == "__main__":
    main()
