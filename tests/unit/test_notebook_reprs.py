"""What notebooks show of a network: compact, escaped, without anything heavy."""

import subprocess
import sys

import numpy as np
import pytest

from netspec import native, specs
from netspec.results import Results
from netspec.tables import Table

EVIL = "<script>alert(1)</script>"
NET = {
    "cellParams": {EVIL: {"secs": {"soma": {"geom": {"L": 20, "diam": 20}}}}},
    "popParams": {EVIL: {"cellType": EVIL, "numCells": 3}, "I": {"cellType": EVIL, "numCells": 2}},
    "synMechParams": {"exc": {"mod": "ExpSyn"}},
    "connParams": {
        EVIL: {"preConds": {"pop": EVIL}, "postConds": {"pop": "I"}, "synMech": "exc", "weight": 0.1}
    },
}


@pytest.fixture(scope="module")
def plan():
    return native.plan(NET, {"duration": 20})


@pytest.fixture(scope="module")
def shown(plan):
    spikes = Table({"time": np.array([1.0, 2.0]), "gid": np.array([0, 4])})
    things = {
        "netParams": specs.NetParams(NET),
        "simConfig": specs.SimConfig({"duration": 20, "filename": EVIL}),
        "plan": plan,
        "results": Results(plan, spikes, traces={EVIL: {0: np.zeros(3)}}),
        "table": plan.connections,
    }
    return {name: thing._repr_html_() for name, thing in things.items()}


@pytest.mark.parametrize("name", ["netParams", "simConfig", "plan", "results", "table"])
def test_labels_are_escaped(shown, name):
    assert "<script" not in shown[name]
    assert ("&lt;script&gt;" in shown[name]) == (name != "table")
    assert len(shown[name]) < 3000


def test_plan_counts_cells_and_contacts(shown):
    assert "Plan of 5 cells" in shown["plan"]
    assert '<td>I</td><td>&lt;script&gt;alert(1)&lt;/script&gt;</td><td align="right">2</td>' in shown["plan"]
    assert '<td>exc</td><td align="right">6</td>' in shown["plan"]


def test_results_have_rates(shown):
    assert "Results of 5 cells, 20 ms: 2 spikes" in shown["results"]
    assert '<td>I</td><td align="right">2</td><td align="right">25</td>' in shown["results"]


def test_settings_show_what_is_not_the_default(shown):
    assert "<td>duration</td><td>20</td>" in shown["simConfig"]
    assert "recordStep" not in shown["simConfig"]
    assert "popParams" in shown["netParams"]
    assert "sizeX" not in shown["netParams"]


def test_table_has_units_and_its_first_rows():
    made = Table({"delay": np.arange(1000.0)})._repr_html_()
    assert "<th>delay [ms]</th>" in made
    assert made.count("<tr>") == 11
    assert "1,000 rows, the first 10" in made


def test_a_dict_has_no_such_thing():
    assert not hasattr(specs.Dict({"a": 1}), "_repr_html_")
    assert not hasattr(specs.NetParams().popParams, "_repr_html_")


def test_nothing_heavy_is_loaded():
    code = """
import sys
from netspec import native, specs
made = native.plan({"popParams": {"a": {"cellModel": "NetStim", "numCells": 2}}})
made._repr_html_(), made.connections._repr_html_(), specs.NetParams()._repr_html_()
loaded = {name.partition(".")[0] for name in sys.modules}
print(sorted({"neuron", "mpi4py", "matplotlib", "h5py", "IPython"} & loaded))
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
