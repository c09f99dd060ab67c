"""The arithmetic and the tables of benchmarks/scale_report.py, and what docs/scaling.md says of plans."""

import sys
import tracemalloc
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from plan_nets import net, planned

from netspec.plan.rules import RuleStream

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
sys.path.insert(0, str(BENCHMARKS))

import scale_costs  # noqa: E402
import scale_report  # noqa: E402

EACH = scale_costs.Items(5e7, 76, 8000, 300, 250, 1e-7, 1e-5, 2e-7, 3e-7, 7e-8, 1e-7)
CELLS, PER_CELL, RANKS, ROWS = 10_000, 50, 100, 5000
SOURCES = scale_costs.sources(CELLS, ROWS, RANKS)


def network(package="netspec", size=1, factor=1.0, **more):
    rank = {
        "cells": factor * 1000 * 1.01e-5,
        "stims": 0.0,
        "record": 0.0,
        "connect": factor * 0.5,
        "run": 1.0,
        "gather": factor * 0.1,
        "cells_bytes": 1000 * 8076,
        "stims_bytes": 0,
        "record_bytes": 0,
        "connect_bytes": factor * 100_000 * 300,
        "peak": 2e8,
    }
    run = {"case": "networks", "package": package, "cells": 1000, "per_cell": 100, "size": size}
    return {**run, "ranks": [rank] * size, **more}


def share():
    rank = {
        "base_bytes": 5e7,
        "table": 76 * CELLS,
        "plan_cells": CELLS * 1e-7,
        "plan_connections": ROWS * 1e-7,
        "connections": ROWS * 1e-7,
        "plan_connections_bytes": ROWS * 48,
        "connections_bytes": ROWS * 252 + SOURCES * 250,
        "plan_cells_bytes": 76 * CELLS,
        "plan_rest_bytes": 0,
        "cells_bytes": 100 * 8000,
        "rest_bytes": 0,
        "rows": ROWS,
        "sources": SOURCES,
        "owned": 100,
        "start": ROWS * 3e-7,
        "run": 100 * 400 * 7e-8,
        "run_played": 100 * 400 * 7e-8 + 900 * 1e-7,
        "played": 900,
        "plan_rest": 0.0,
        "cells": 1e-3,
        "rest": 0.0,
        "total_bytes": 2e6,
        "peak": 6e7,
    }
    sizes = {"cells": CELLS, "per_cell": PER_CELL, "of": RANKS, "duration": 10.0, "rate": 10.0}
    return {"case": "share", **sizes, "ranks": [rank]}


def test_items_are_found_again():
    found = scale_costs.items(network(), share())
    for name in scale_costs.Items.__dataclass_fields__:
        assert getattr(found, name) == pytest.approx(getattr(EACH, name)), name


def test_a_rank_is_the_sum_of_its_items():
    found = scale_costs.estimate(EACH, 1e6, 1e3, 1000, rate=10)
    assert found.memory["cells of the network"] == pytest.approx(76e6)
    assert found.memory["own cells"] == pytest.approx(8e6)
    assert found.memory["connections"] == pytest.approx(300e6)
    assert found.build["connections"] == pytest.approx(0.2)
    assert found.run == pytest.approx({"own cells": 1000 * 40_000 * 7e-8, "spikes of the network": 1.0})


def test_a_spike_costs_as_much_for_each_connection_that_it_has_on_the_rank():
    few, many = (scale_costs.estimate(EACH, 1e6, 1e3, ranks, 10).run for ranks in (10_000, 100))
    assert few["spikes of the network"] == pytest.approx(1.0)
    assert many["spikes of the network"] == pytest.approx(10.0)


def test_nothing_but_cells_grows_with_ranks():
    few, many = (scale_costs.estimate(EACH, 1000 * ranks, 1e3, ranks, 10) for ranks in (1000, 2000))
    grown = [name for name in few.memory if many.memory[name] > 1.3 * few.memory[name]]
    assert grown == ["cells of the network"]
    none = scale_costs.estimate(replace(EACH, cell_bytes=0), 1e9, 1e3, 1e6, 10)
    assert none.memory["sources on other ranks"] <= 1e6 * EACH.source_bytes


@pytest.mark.parametrize(
    ("cells", "rows", "ranks", "expected"),
    [
        (1e6, 1e6, 1e9, 632_121),
        (1e6, 10, 1e9, 10),
        (1e6, 1e9, 1e9, 1e6),
        (1000, 1e6, 1, 0),
        (1000, 1e6, 2, 500),
    ],
)
def test_distinct_sources(cells, rows, ranks, expected):
    assert scale_costs.sources(cells, rows, ranks) == pytest.approx(expected, rel=1e-5)


def test_the_last_of_equal_runs_counts():
    runs = [network(mark=1), network("netpyne"), network(mark=2)]
    assert scale_costs.latest(runs, case="networks", package="netspec")["mark"] == 2
    assert scale_report.largest(runs, package="netspec")["mark"] == 2
    assert scale_costs.latest(runs, case="share") is None


def test_table():
    assert scale_report.table(("a", "b"), [["1", "2"]]) == "| a | b |\n| --- | --- |\n| 1 | 2 |"


def test_numbers_are_replaced_where_they_are_marked():
    page = "x\n<!-- numbers: a -->\nold\n<!-- end -->\ny\n<!-- numbers: b -->\n<!-- end -->\n"
    found = scale_report.filled(page, {"a": r"\1 new", "b": "more"})
    assert "old" not in found
    assert r"<!-- numbers: a -->" + "\n\n\\1 new\n\n<!-- end -->\ny" in found
    assert scale_report.filled(found, {"a": r"\1 new", "b": "more"}) == found
    with pytest.raises(SystemExit, match="'c'"):
        scale_report.filled(page, {"c": ""})


def test_networks_and_ratios():
    theirs = [network("netpyne", factor=4.0), network("netpyne", size=2, factor=5.0)]
    runs = [network(), network(size=2), *theirs]
    rows = scale_report.network_rows(runs)
    assert [row[2] for row in rows] == [
        "netspec, 1 rank",
        "netspec, 2 ranks",
        "NetPyNE, 1 rank",
        "NetPyNE, 2 ranks",
    ]
    assert rows[0][-3:] == ["300", "8,076", "200"]
    assert rows[1][-3:] == ["600", "16,152", "200 + 200"]
    ratios, on_two = scale_report.ratio_rows(runs)
    assert on_two[:4] == ["1,000", "100,000", "2", "5.0 x"]
    assert ratios == ["1,000", "100,000", "1", "4.0 x", "4.0 x", "1.0 x", "4.0 x", "4.0 x", "1.0 x"]


def test_the_share_that_was_built_beside_its_items():
    measured = scale_report.share_rows(EACH, share())
    memory = f"{(5e7 + 76e4 + 8e5 + 15e5 + SOURCES * 250) / 1e6:,.2f}"
    assert measured[0] == ["memory [MB]", memory, memory]
    assert measured[-1] == ["peak, the run included [MB]", "60.00", ""]


def test_every_page_has_places_for_its_numbers():
    docs = BENCHMARKS.parent / "docs"
    runs = [network(), share(), {"case": "rules", "cells": 1, "per_cell": 1, "ranks": [rules()]}]
    machine = {"date": "today", "cpu": "c", "cores": 2, "memory": 1e9, "load": 1.0, "neuron": "9"}
    for page, blocks in (("benchmarks", scale_report.benchmarks), ("scaling", scale_report.extrapolated)):
        made = scale_report.filled((docs / f"{page}.md").read_text(), blocks(machine, runs))
        assert "today: c, 2 cores, 1 GB" in made


def rules():
    return {key: 1.0 for name in scale_report.GROWTH for key in (name, f"{name}_rows")}


LARGE = {
    "popParams": {"A": {"cellType": "P", "numCells": 30_000}, "B": {"cellType": "P", "numCells": 30_000}}
}


@pytest.mark.parametrize("rule", [{"probability": 0.001}, {"convergence": 30}])
def test_a_rank_has_its_own_connections_and_one_row_for_each_cell(rule, monkeypatch):
    monkeypatch.setattr(RuleStream, "pairs", None)  # numbers of all pairs with own cells
    owned = np.arange(7, 60_000, 1000)
    tracemalloc.start()
    plan = planned(net({"rule": rule}, **LARGE), owned, randomStreams="named")
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(plan.connections) == pytest.approx(30 * 30, rel=0.2)
    assert {*plan.connections["post"].tolist()} == {*owned[30:].tolist()}
    assert plan.cells.table.nbytes == 76 * 60_000
    assert held < 76 * 60_000 + 48 * len(plan.connections) + 300_000
