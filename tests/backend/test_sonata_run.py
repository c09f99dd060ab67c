"""SONATA configs at the command line, in Python, and as a model that is written."""

import json
import subprocess
import sys

import pytest
import tiny_sonata

import netspec
from netspec.errors import FileError
from netspec.session import circuits

pytestmark = pytest.mark.neuron


@pytest.fixture
def path(tmp_path):
    return tiny_sonata.write(tmp_path)


def spikes(found):
    names, ids = found.plan.cells.tag("population"), found.plan.cells.tag("node_id")
    rows = found.plan.cells.positions(found.spikes["gid"])
    return sorted(zip(names[rows], ids[rows], found.spikes["time"].tolist(), strict=True), key=str)


def test_a_circuit_runs(path):
    """Inputs of weight 1.5 make IntFire1 cells spike at once; a delay of 0 is one."""
    net, options, mods = netspec.import_sonata(path)
    assert mods == ()
    times = {row[:3] for row in spikes(netspec.run(net, options, mod=mods)) if row[0] == "cells"}
    assert {("cells", 0, 11.0), ("cells", 1, 5.25), ("cells", 1, 20.5), ("cells", 2, 8.25)} <= times


def test_the_command_line(path, tmp_path):
    def said(*arguments):
        done = subprocess.run([sys.executable, "-m", "netspec", *map(str, arguments)], cwd=tmp_path,
                              capture_output=True, text=True, check=False)  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert "no problem in 4 populations, 2 connection rules" in said("check", path)
    assert "feed" in said("plan", path)
    assert "Spikes: " in said("run", path)
    assert "run.py" in said("import", path, "-o", tmp_path / "made")
    written = json.loads((tmp_path / "made" / "netParams.json").read_text())
    assert set(written["net"]["params"]["connParams"]) == {"recurrent", "feed"}
    assert "Connections: 6" in said("run", tmp_path / "made" / "run.py")


def test_nothing_is_written_over(path, tmp_path):
    circuits.write(path, tmp_path / "made")
    with pytest.raises(FileError, match="is there already"):
        circuits.write(path, tmp_path / "made")


@pytest.mark.parametrize("text", ["{", "[1]", '{"net": {}, "simConfig": {}}', '{"popParams": {}}'])
def test_other_files_are_no_configs(tmp_path, text):
    (tmp_path / "x.json").write_text(text)
    assert not circuits.is_config(tmp_path / "x.json")


def test_netpynes_importer(path):
    from netspec import conversion, sim

    conversion.SONATAImporter(sim=sim).importNet(str(path), replaceAxon=True)
    assert len(sim.net.cells) == 8
    sim.clearAll()
    with pytest.raises(netspec.SpecError, match="setdLNseg"):
        conversion.SONATAImporter().importNet(str(path), setdLNseg=False)
