"""Cells of HOC, Python and SWC files become the same cell rules as with NetPyNE, bit by bit."""

import json
import subprocess
import sys

import environment
import pytest
from compare import differences
from import_cells import CASES

pytestmark = [pytest.mark.oracle, pytest.mark.neuron]

SCRIPT = environment.HERE / "import_cells.py"


@pytest.fixture(scope="module")
def rules(tmp_path_factory):
    """rules[package]: folder with the rules that it made."""
    folders = {}
    for package, python in (("netpyne", environment.python()), ("netspec", sys.executable)):
        folders[package] = tmp_path_factory.mktemp(package)
        done = subprocess.run(
            [python, SCRIPT, package, folders[package]], env=environment.environment(), check=False,
            capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    return folders


@pytest.mark.parametrize("case", CASES)
def test_imported_cell_is_netpynes(rules, case):
    expected, found = (json.loads((rules[name] / f"{case}.json").read_text()) for name in rules)
    for made in (expected, found):
        made["rule"]["secLists"] = with_counted_lists(made["rule"]["secLists"])
    assert differences(expected, found) == []
    assert [*found["rule"]["secs"]] == [*expected["rule"]["secs"]]
    assert found["rule"]["secs"]


def with_counted_lists(lists):
    """Without NEURON's own empty lists; nameless ones are counted from 0, as NetPyNE itself makes some."""
    nameless = [value for name, value in lists.items() if name.startswith("SectionList[") and value]
    named = {name: value for name, value in lists.items() if not name.startswith("SectionList[")}
    return {**named, "nameless": nameless}
