"""From a run on two ranks to a report, and from the report to the same run."""

import hashlib
import re
import shutil
import subprocess
import sys

import pytest

from netspec import load
from netspec.formats import page
from netspec.resources import folder

pytestmark = [pytest.mark.neuron, pytest.mark.mpi]

SCRIPT = """
from netspec import sim, specs
net = specs.NetParams({
    "cellParams": {"cell": {"secs": {"soma": {"geom": {"L": 20, "diam": 20}, "mechs": {"hh": {}}}}}},
    "popParams": {
        "E": {"cellType": "cell", "numCells": 6},
        "trains": {"cellModel": "VecStim", "numCells": 3, "rate": 80, "noise": 0.5},
    },
    "synMechParams": {"exc": {"mod": "Exp2Syn", "tau1": 0.5, "tau2": 3, "e": 0}},
    "connParams": {"trains->E": {
        "preConds": {"pop": "trains"}, "postConds": {"pop": "E"}, "probability": 0.7,
        "weight": "uniform(0.01, 0.02)", "delay": 2, "synMech": "exc",
    }},
})
cfg = specs.SimConfig({"duration": 100, "filename": "out"})
cfg.seeds = {"conn": 7, "stim": 8, "loc": 9, "cell": 4}
cfg.saveHDF5 = cfg.saveJson = True
sim.createSimulateAnalyze(net, cfg)
"""


@pytest.fixture(scope="module")
def place(start, tmp_path_factory):
    made = tmp_path_factory.mktemp("model")
    (made / "run.py").write_text(SCRIPT)
    if shutil.which("git"):
        own = ["-c", "user.name=a", "-c", "user.email=a@b.c"]
        for command in (["init", "-q"], ["add", "run.py"], [*own, "commit", "-q", "-m", "first"]):
            subprocess.run(["git", *command], cwd=made, check=True, capture_output=True)
    ran = start(2, "run.py", cwd=made)
    assert ran.returncode == 0, ran.stderr
    return made


def netspec(start, place, *arguments):
    ran = start(1, "-m", "netspec", *arguments, cwd=place)
    return ran.returncode, ran.stdout, ran.stderr


def test_results_say_where_they_come_from(place):
    known = load(place / "out_data.h5").provenance
    assert known["ranks"] == 2
    assert known["seeds"] == {"conn": 7, "stim": 8, "loc": 9, "cell": 4}
    assert known["script"] == "run.py"
    assert known["versions"]["python"] == sys.version.split()[0]
    assert known["versions"].keys() == {"netspec", "neuron", "numpy", "python"}
    assert known["phases"].keys() >= {"createTime", "connectTime", "runTime", "gatherTime"}
    assert all(0 <= seconds < 100 for seconds in known["phases"].values())
    text = (folder("mod") / "vecevent.mod").read_bytes()
    assert known["mechanisms"] == {"VecStim": hashlib.sha256(text).hexdigest()[:16]}


@pytest.mark.skipif(shutil.which("git") is None, reason="no git")
def test_commit_of_the_models_folder(place):
    told = ["git", "rev-parse", "HEAD"]
    head = subprocess.run(told, cwd=place, check=True, capture_output=True, text=True).stdout.strip()
    assert load(place / "out_data.h5").provenance["commit"] == head


@pytest.mark.parametrize("kind", ["h5", "json"])
def test_report_runs_again(start, place, kind):
    status, out, err = netspec(start, place, "report", f"out_data.{kind}", "-o", f"{kind}/report.html")
    assert (status, out) == (0, f"{kind}/report.html\n"), err
    results = load(place / "out_data.h5")
    assert len(results.spikes) > 50
    status, out, err = netspec(start, place, "run", f"{kind}/report.html")
    assert status == 0, err
    assert f"Spikes: {len(results.spikes)} (" in out
    status, out, err = netspec(start, place, "check", f"{kind}/report.html")
    assert (status, "no problem" in out) == (0, True), err


def test_report_has_the_model_as_it_was_written(start, place):
    netspec(start, place, "report", "out_data.h5")
    assert page.load(place / "out_data.html")["simConfig"]["seeds"]["conn"] == 7


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("missing.h5", None, "no such file"),
        ("no.h5", b"text", "not a whole HDF5 file"),
        ("no.json", b"{}", "holds no net"),
        ("no.csv", b"1", "cannot be loaded"),
        ("empty.h5", b"", "the file is empty"),
        (".", None, "no such file"),
    ],
)
def test_files_that_hold_no_results(start, tmp_path, name, content, message):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    status, _, err = netspec(start, tmp_path, "report", name)
    assert status == 1
    assert message in err
    assert "Traceback" not in err
    assert not list(tmp_path.glob("*.html"))


def test_report_that_cannot_be_written(start, place):
    status, _, err = netspec(start, place, "report", "out_data.h5", "-o", "run.py/report.html")
    assert status == 1
    assert re.search(r"report\.html: cannot be written", err)
