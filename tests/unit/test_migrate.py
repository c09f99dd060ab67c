import os
import subprocess
import sys
from pathlib import Path

import pytest

from netspec import differences, migrate
from netspec.errors import FileError

DOCS = Path(__file__).parents[2] / "docs"
SCRIPT = """\
# from netpyne import sim
from netpyne import specs, sim  # both
cfg = specs.SimConfig()
cfg.recordLFP = [[0, 0, 0]]
cfg.coreneuron = False
netParams = specs.NetParams()
netParams.popParams['E'] = {'cellType': 'c', 'numCells': 3}
def later():
    import netpyne
    text = "from netpyne import specs"
sim.calculateLFP()
sim.saveData(); cfg.hParams = {'celsius': 3}
"""


@pytest.fixture
def model(tmp_path):
    (tmp_path / "src").mkdir()
    (tmp_path / "mod").mkdir()
    (tmp_path / "src" / "init.py").write_text(SCRIPT)
    (tmp_path / "mod" / "old.mod").write_text(
        "NEURON { SUFFIX old }\nVERBATIM\nvoid* vector_arg();\nENDVERBATIM\nINITIAL { x = normrand(0, 1) }\n"
    )
    return tmp_path


def imports(tmp_path, line):
    (tmp_path / "one.py").write_text(f"{line}\n")
    report = migrate.look(tmp_path)
    return [found.new for found in report.imports], [found.text for found in report.refused]


@pytest.mark.parametrize(
    ("line", "new"),
    [
        ("from netpyne import specs, sim", "from netspec"),
        ("from netpyne import specs as s", "from netspec"),
        ("from netpyne.specs import Dict", "from netspec"),
        ("from netpyne.sim import createSimulate", "from netspec"),
        ("from netpyne import specs, conversion", "from netspec"),
        ("from netpyne.conversion import createPythonScript", "from netspec"),
        ("from netpyne.network import Network", "from netspec.views"),
        ("from netpyne.cell import CompartCell, PointCell as P", "from netspec.views"),
        ("import netpyne", "import netspec as netpyne"),
        ("from netpyne.batch import Batch", "from netspec"),
        ("from netpyne.batchtools.search import search", "from netspec"),
        ("import netpyne as np_", "import netspec"),
        ("import netpyne.sim as sim", "import netspec"),
    ],
)
def test_imports_that_netspec_has(tmp_path, line, new):
    assert imports(tmp_path, line) == ([new], [])


@pytest.mark.parametrize(
    "line",
    [
        "from netpyne.batch import bashTemplate",
        "from netpyne import specs, support",
        "from netpyne.cell import Cell",
        "from netpyne import *",
        "from netpyne.conversion import sonataImport",
        "from netpyne import __gui__",
        "import netpyne, numpy",
        "import netpyne.sim",
    ],
)
def test_imports_that_it_has_not(tmp_path, line):
    assert imports(tmp_path, line) == ([], [line])


@pytest.mark.parametrize("line", ["import netpyneui", "from netpynex import sim", "from . import netpyne"])
def test_imports_of_others(tmp_path, line):
    assert imports(tmp_path, line) == ([], [])


def test_what_a_report_has(model):
    report = migrate.look(model)
    assert [(found.line, found.text, found.new) for found in report.imports] == [
        (2, "from netpyne", "from netspec"),
        (9, "import netpyne", "import netspec as netpyne"),
    ]
    assert [(found.line, found.text) for found in report.repairs] == [
        (3, "declaration left out: vector_arg (line 3)")
    ]
    assert [(found.line, found.text.split()[0]) for found in report.shared] == [(5, "normrand")]
    assert any("`hParams`" in text for text in report.different)
    assert report.refused == ()


def test_what_is_missing_is_what_netspec_refuses(model, monkeypatch):
    monkeypatch.setattr(migrate, "unsupported", lambda: dict.fromkeys(["recordLFP", "coreneuron"], "missing"))
    found = migrate.look(model).missing
    assert [(each.line, each.text) for each in found] == [(4, "recordLFP: missing")]


def test_names_of_what_is_missing():
    found = migrate.unsupported()
    assert "sim.saveDataInNodes" in found["distributedSaveHDF5"]
    assert "ijsonLoad" not in found
    assert not {"math", "sys", "tests"} & set(found)
    assert not {"popParams", "duration", "createNetwork", "addPopParams", "probability"} & set(found)


def test_write_keeps_the_scripts(model):
    report = migrate.look(model)
    path = model / "src" / "init.py"
    assert migrate.write(report) == [path]
    new = path.read_text().splitlines()
    assert new[:2] == ["# from netpyne import sim", "from netspec import specs, sim  # both"]
    assert new[8:10] == ["    import netspec as netpyne", '    text = "from netpyne import specs"']
    assert (model / "src" / "init.py.orig").read_text() == SCRIPT
    assert migrate.look(model).imports == ()
    assert migrate.write(migrate.look(model)) == []


def test_write_overwrites_nothing(model):
    (model / "src" / "init.py.orig").write_text("mine")
    with pytest.raises(FileError, match=r"nothing is changed.*init\.py\.orig"):
        migrate.write(migrate.look(model))
    assert (model / "src" / "init.py").read_text() == SCRIPT


def test_several_statements_in_a_line(tmp_path):
    (tmp_path / "a.py").write_text(
        "é = 'from netpyne'; from netpyne import sim; import netpyne\r\n", newline=""
    )
    migrate.write(migrate.look(tmp_path))
    assert (tmp_path / "a.py").read_bytes().decode() == (
        "é = 'from netpyne'; from netspec import sim; import netspec as netpyne\r\n"
    )


def test_what_cannot_be_read(tmp_path):
    (tmp_path / "old.py").write_text("x = 1\nprint 'hello'\n")
    (tmp_path / "x86_64").mkdir()
    (tmp_path / "x86_64" / "made.py").write_text("from netpyne import sim\n")
    report = migrate.look(tmp_path)
    assert [(found.line, found.text.split(":")[0]) for found in report.refused] == [(2, "no Python 3")]
    assert report.imports == ()
    with pytest.raises(FileError, match="no such folder"):
        migrate.look(tmp_path / "none")


def test_the_command_needs_no_neuron(model):
    code = "import sys; sys.modules['neuron'] = None; from netspec.__main__ import main; main()"
    command = [sys.executable, "-c", code, "migrate", str(model), "--write"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
    assert "1 scripts, 1 mod files" in done.stdout
    assert "src/init.py:2  from netpyne -> from netspec" in done.stdout
    assert "init.py.orig" in done.stdout


def test_every_difference_is_quoted_from_the_documentation():
    page = " ".join((DOCS / "differences-from-netpyne.md").read_text().split())
    for text in differences.DIFFERENCES:
        assert text in page
