"""Cells of files as data: made elsewhere, without traces here; mistakes have the user's own path."""

import copy
import json
import logging
import subprocess
import sys
from pathlib import Path

import pytest

from netspec import cache, specs
from netspec.errors import FileError, SpecError
from netspec.session import importing

pytestmark = pytest.mark.neuron

CELLS = Path(__file__).parents[1] / "cells"
BALL, SHAPES, SWC = CELLS / "ball.hoc", CELLS / "shapes.py", CELLS / "small.swc"
PATH = r"netParams.importCellParams\('P'\)"


@pytest.fixture
def net():
    return specs.NetParams()


def refused(net, *arguments, **more):
    """The message of the SpecError that an import is."""
    with pytest.raises(SpecError) as caught:
        net.importCellParams("P", *arguments, **more)
    assert caught.value.problems[0].path == "netParams.importCellParams('P')"
    return caught.value.problems[0].message


def test_template_is_data_of_its_own_values(net):
    rule = net.importCellParams("P", BALL, "Ball", {"cellType": "E"}, [0.25], importSynMechs=True)
    assert rule is net.cellParams["P"]
    assert rule.conds == {"cellType": "E"}
    assert [*rule.secs] == ["soma", "dend_0", "dend_1"]
    assert rule.secs.soma.mechs.hh.gnabar == 0.25
    assert rule.secs.soma.ions.na.e == 55
    assert rule.secs.dend_1.topol == {"parentSec": "soma", "parentX": 0.75, "childX": 0}
    assert rule.secs.dend_1.mechs.pas.g == pytest.approx([1e-4 * (2 + x) for x in (0.1, 0.3, 0.5, 0.7, 0.9)])
    assert rule.secs.soma.geom.pt3d[1] == (0, 0, 0, 12)
    assert rule.secLists["near"] == ["soma", "dend_0"]
    assert rule.globals == {"celsius": 30, "usetable_hh": 0, "v_init": -70}
    assert rule.secs.dend_0.vinit == -70
    assert net.synMechParams["Ball_ExpSyn_1"] == {"mod": "ExpSyn", "tau": 3, "e": 0}


def test_points_of_a_section_without_any_can_be_read(net):
    rule = net.importCellParams("P", BALL, "Ball", cellArgs=[0.25])
    assert "pt3d" not in rule.secs.dend_0.geom
    for secs in (rule["secs"], copy.deepcopy(rule)["secs"]):
        assert list(secs["dend_0"]["geom"]["pt3d"]) == []
    assert "pt3d" not in rule.secs.dend_0.geom
    net.cellParams["own"] = {"secs": {"soma": {"geom": {"L": 1}}}}
    with pytest.raises(KeyError):
        net.cellParams["own"]["secs"]["soma"]["geom"]["pt3d"]


def test_python_file_is_found_where_the_script_imports_from(net, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FileError, match="there is no file 'shapes.py'"):
        net.importCellParams("P", "shapes.py", "shaped")
    monkeypatch.syspath_prepend(SHAPES.parent)
    with pytest.raises(SpecError, match="shapes.py has no class or function 'shaped'"):
        net.importCellParams("P", "shapes.py", "shaped")


def test_synapses_are_imported_only_when_asked_for(net):
    net.importCellParams("P", BALL, "Ball", cellArgs=[0.1])
    assert not net.synMechParams


def test_nothing_happens_in_this_process():
    script = f"""
import sys
from netspec import specs
specs.NetParams().importCellParams("P", {str(BALL)!r}, "Ball", cellArgs=[0.1])
assert "neuron" not in sys.modules
from neuron import h
assert h.celsius == 6.3 and not list(h.allsec()) and not hasattr(h, "Ball")
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_imported_cell_runs_as_the_original():
    script = """
import json, sys
from netspec import specs, sim
net = specs.NetParams()
net.importCellParams("P", sys.argv[1], "Ball", cellArgs=[0.12])
net.popParams["P"] = {"cellType": "P", "numCells": 1}
cfg = specs.SimConfig({"duration": 20, "recordStep": 0.025})
cfg.recordCells = ["all"]
cfg.hParams = {"celsius": 30, "v_init": -70}
cfg.recordTraces = {"v": {"sec": "soma", "loc": 0.5, "var": "v"}}
cfg.recordTraces["d"] = {"sec": "dend_1", "loc": 0.9, "var": "v"}
sim.createSimulate(net, cfg)
data = sim.simData
print(json.dumps([list(data["v"]["cell_0"]), list(data["d"]["cell_0"])]))
"""
    plain = """
import json, sys
from neuron import h
h.load_file("stdrun.hoc")
h.load_file(sys.argv[1])
cell = h.Ball(0.12)
traces = [h.Vector().record(cell.soma(0.5)._ref_v), h.Vector().record(cell.dend[1](0.9)._ref_v)]
h.finitialize(-70)
h.continuerun(20)
print(json.dumps([list(trace) for trace in traces]))
"""
    ours, theirs = (last_line(code, BALL) for code in (script, plain))
    for one, other in zip(ours, theirs, strict=True):
        assert one[: len(other)] == pytest.approx(other[: len(one)], abs=1e-9)
    assert max(theirs[0]) > min(theirs[0]) + 0.5


def last_line(code, *arguments):
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_python_attributes_name_sections_without_names(net):
    secs = net.importCellParams("P", SHAPES, "Nameless").secs
    assert [*secs] == ["middle", "branches_0", "branches_1", "left"]
    assert secs["left"]["topol"]["parentSec"] == "middle"


def test_morphology_and_its_segments(net, caplog):
    rule = net.importCellParams("P", SWC, "small")
    assert [*rule.secs] == ["soma_0", "dend_0", "dend_1", "dend_2", "apic_0", "axon_0"]
    assert {section["geom"]["nseg"] for section in rule.secs.values()} == {1}
    finer = net.importCellParams("Q", SWC, "small", dLambda=0.02)
    lengths = {name: section["geom"]["L"] for name, section in rule.secs.items()}
    assert {name: section["geom"]["L"] for name, section in finer.secs.items()} == pytest.approx(lengths)
    for name, section in finer.secs.items():
        geometry = section["geom"]
        frequency = (
            1e5 * (geometry["diam"] / (4 * 3.141592653589793 * 100 * geometry["Ra"] * geometry["cm"])) ** 0.5
        )
        parts = lengths[name] / (0.02 * frequency)
        assert geometry["nseg"] % 2 == 1
        assert geometry["nseg"] >= 0.8 * parts
        assert geometry["nseg"] <= 1.2 * parts + 2


def test_doubts_about_a_morphology_are_logged(net, tmp_path, caplog):
    pytest.importorskip("morphio")
    file = tmp_path / "flat.swc"
    file.write_text(SWC.read_text().replace("8 3 50 -10 0 0.6 5", "8 3 50 -10 0 0 5"))
    with caplog.at_level(logging.WARNING, "netspec"):
        net.importCellParams("P", file, "flat")
    assert "importCellParams('P')" in caplog.text
    assert "zero diameter" in caplog.text


@pytest.mark.parametrize(
    ("file", "names", "lengths"),
    [("network.py", ["cells[0]", "cells[1]", "special['point']"], [80, 90, 100]),
     ("network.hoc", ["first", "cells.object(1)", "Ball[0]"], [200, 200, 200])],
)  # fmt: skip
def test_cells_of_a_network(net, file, names, lengths):
    labels = ["A", "B", "C"]
    rules = net.importCellParamsFromNet(labels, [{}, {"cellType": "X"}, {}], CELLS / file, names)
    assert rules is net.cellParams
    assert rules["B"]["conds"] == {"cellType": "X"}
    found = [next((s for n, s in rules[k]["secs"].items() if n != "soma")) for k in labels]
    assert [section["geom"]["L"] for section in found] == lengths
    if file.endswith("py"):
        assert [[*rules[k]["secs"]] for k in labels] == [
            ["soma", "dend_0", "dend_1"],
            ["soma", "dend_0"],
            ["sec"],
        ]
        assert rules["A"]["globals"] == {"celsius": 21, "v_init": -72}
        assert rules["A"]["secs"]["soma"]["vinit"] == -72
    else:
        assert rules["A"]["secs"]["soma"]["mechs"]["hh"]["gnabar"] == 0.1
        assert rules["B"]["secs"]["soma"]["mechs"]["hh"]["gnabar"] == 0.2


@pytest.mark.skipif(cache.compiler() is None, reason="no compiler")
def test_mechanisms_of_the_model_are_there(tmp_path, start):
    (tmp_path / "mod").mkdir()
    (tmp_path / "mod" / "drip.mod").write_text(
        "NEURON { SUFFIX drip NONSPECIFIC_CURRENT i RANGE g GLOBAL q }\n"
        "PARAMETER { g = 0.1 q = 2 }\nASSIGNED { v i }\nBREAKPOINT { i = q * g * v }\n"
    )
    (tmp_path / "cell.hoc").write_text(
        "begintemplate C\npublic soma\ncreate soma\nproc init() { soma { insert drip g_drip = 0.5 } }\n"
        "endtemplate C\nq_drip = 3\n"
    )
    (tmp_path / "run.py").write_text(
        "import json\nfrom netspec import specs\n"
        "rule = specs.NetParams().importCellParams('P', 'cell.hoc', 'C')\n"
        "print(json.dumps([rule.secs.soma.mechs, rule.globals]))\n"
    )
    done = start(1, "run.py", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == [{"drip": {"g": 0.5}}, {"q_drip": 3}]


def test_a_file_may_import_from_the_script(tmp_path, start):
    (tmp_path / "cell.py").write_text(
        "from __main__ import cfg\nfrom neuron import h\nclass C:\n    def __init__(self):\n"
        "        self.soma = h.Section(name='soma', cell=self)\n        self.soma.L = cfg.length\n"
    )
    (tmp_path / "run.py").write_text(
        "from netspec import specs\ncfg = specs.SimConfig({'length': 17})\nunsendable = lambda: 0\n"
        "class Own: pass\nown = Own()\n"
        "assert specs.NetParams().importCellParams('P', 'cell.py', 'C').secs.soma.geom.L == 17\n"
    )
    done = start(1, "run.py", cwd=tmp_path)
    assert done.returncode == 0, done.stderr


@pytest.mark.mpi
def test_ranks_share_one_import(tmp_path, start):
    (tmp_path / "cell.py").write_text(
        "import os, random\nfrom neuron import h\nopen('made', 'a').write(f'{sorted(os.environ)}\\n')\n"
        "class C:\n    def __init__(self):\n        self.soma = h.Section(name='soma', cell=self)\n"
        "        self.soma.L = random.random()\n"
    )
    (tmp_path / "run.py").write_text(
        "from netspec import sim, specs\nnet = specs.NetParams()\n"
        "length = net.importCellParams('P', 'cell.py', 'C').secs.soma.geom.L\nsim.initialize()\n"
        "open(f'rank{sim.rank}', 'w').write(str(length))\n"
    )
    done = start(3, "run.py", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    made = (tmp_path / "made").read_text().splitlines()
    assert len(made) == 1
    assert "OMPI_COMM_WORLD_SIZE" not in made[0]
    assert len({(tmp_path / f"rank{rank}").read_text() for rank in range(3)}) == 1


def test_a_second_run_sees_what_a_file_uses(net, tmp_path):
    (tmp_path / "part.hoc").write_text("size = 10\n")
    (tmp_path / "cell.hoc").write_text(
        'load_file("part.hoc")\nbegintemplate C\npublic soma\ncreate soma\nexternal size\n'
        "proc init() { soma { L = size } }\nendtemplate C\n"
    )
    for size in (10, 20):
        (tmp_path / "part.hoc").write_text(f"size = {size}\n")
        assert size == net.importCellParams("P", tmp_path / "cell.hoc", "C").secs.soma.geom.L


def test_unknown_names_are_answered_with_known_ones(net):
    assert "has no template 'Bal'. Did you mean 'Ball'?" in refused(net, BALL, "Bal")
    assert "has no class or function 'owned'. Did you mean 'Owned'?" in refused(net, SHAPES, "owned")
    with pytest.raises(SpecError, match=r"FromNet\(\['A'\]\)\n.*makes no 'cels\[0\]'. Did you mean 'cells'"):
        net.importCellParamsFromNet(["A"], [{}], CELLS / "network.py", ["cels[0]"])
    with pytest.raises(SpecError, match=r"makes no 'cells\[7\]' \(list index out of range\)"):
        net.importCellParamsFromNet(["A"], [{}], CELLS / "network.py", ["cells[7]"])


def test_missing_file_is_answered_with_those_that_are_there(net):
    with pytest.raises(FileError, match=rf"{PATH}\n.*there is no file .*bal.hoc'. Did you mean 'ball.hoc'\?"):
        net.importCellParams("P", CELLS / "bal.hoc", "Ball")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [(("cell.txt", "C"), "'cell.txt' does not end in .hoc, .tem, .py, .swc"),
     ((BALL, 3), "cellName: expected the name of a template, class or function, got 3"),
     ((BALL, "Ball", {}, 3), "cellArgs: expected a list or a dictionary, got 3"),
     ((BALL, "Ball", {}, [lambda: 1]), "cellArgs cannot be given to another process")],
)  # fmt: skip
def test_wrong_arguments(net, arguments, message):
    assert message in refused(net, *arguments)


def test_d_lambda_must_be_positive(net):
    assert "dLambda: expected a positive number, got 0" in refused(net, SWC, "small", dLambda=0)


def test_as_many_labels_as_cells(net):
    with pytest.raises(SpecError, match="2 labels, but 1 conditions and 1 cell names"):
        net.importCellParamsFromNet(["A", "B"], [{}], CELLS / "network.py", ["cells[0]"])


TEMPLATE = "begintemplate C\ncreate soma\nproc init() {{ soma {} }}\nendtemplate C\n"
RAISING = "class C:\n    def __init__(self):\n        raise ValueError('no axon')\n"


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [("cell.py", RAISING, "ValueError: no axon"),
     ("cell.py", "import sys\nsys.exit(0)\n", "ended the process"),
     ("cell.py", "class C:\n    pass\n", "has no sections"),
     ("cell.py", "class C\n", "SyntaxError"),
     ("cell.hoc", TEMPLATE.format("insert nothing"), "nothing"),
     ("cell.hoc", TEMPLATE.format("{ L = }"), "syntax error"),
     ("cell.swc", "1 1 0 0 0 5 -1\n2 3 0 0 zero 1\n", "line 2: expected seven numbers, got '2 3 0 0 zero 1'"),
     ("cell.swc", "1 1 0 0 0 5 -1\n2 3 9 0 0 1 7\n", "line 2: there is no point 7, the parent of this one"),
     ("cell.swc", "# nothing\n", "has no points")],
)  # fmt: skip
def test_failures_of_the_file_are_shown_with_its_last_lines(net, tmp_path, name, text, message):
    (tmp_path / name).write_text(text)
    said = refused(net, tmp_path / name, "C")
    assert message in said
    assert "netspec/neuron" not in said


def test_old_answers_are_forgotten(tmp_path, monkeypatch):
    monkeypatch.setenv("NETSPEC_CACHE", str(tmp_path))
    (tmp_path / "imports" / "old").mkdir(parents=True)
    monkeypatch.setattr(importing, "FORGOTTEN", -1.0)
    importing._forget()
    assert not (tmp_path / "imports" / "old").exists()
