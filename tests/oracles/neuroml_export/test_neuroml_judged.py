"""jNeuroML finds exports valid, and runs them in NEURON with the spikes that netspec has."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import environment
import neuroml_lems
import neuroml_networks as networks
import numpy as np
import pytest

import netspec
from netspec.formats.neuroml.export.write import export
from netspec.lems.read import wheel
from netspec.session.exporting import mods as files_of

pytestmark = pytest.mark.skipif(shutil.which("java") is None, reason="jNeuroML needs Java")
EARLY_OR_LATE = {**dict.fromkeys(networks.NETWORKS, 1.2), "point_neurons": 2.5}
"""By how much spikes may move in 92 ms [ms]: jNeuroML's channels are integrated by Euler's explicit rule.

Its events of Izhikevich's neurons are crossings of 0 mV, which comes 1 ms before vpeak here, once more in
the cells that they drive.
"""


def java(folder, *arguments):
    command = ["java", "-Xmx400M", "-jar", wheel().filename, *map(str, arguments)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
    return done.stdout


def network(name):
    net = networks.NETWORKS[name]()
    if name == "branched":  # jNeuroML cannot put children in the middle of sections of several segments
        net["cellParams"]["Pyr/5"]["secs"]["twig"]["topol"]["parentX"] = 1
    return net


def exported(folder, name, form="xml", change=network):
    mods = networks.mod_folder(folder / "mod")
    net = change(name)
    plan = netspec.plan(net, networks.CONFIG, mod=folder / "mod")
    return plan, export(plan, folder / name, name, form=form, mods=mods)


def test_every_export_is_valid(tmp_path):
    for name in networks.NETWORKS:
        files = exported(tmp_path, name, change=lambda label: networks.NETWORKS[label]())[1]
        said = java(tmp_path, "-validate", files[0])
        assert "Valid against schema and all tests" in said, said
        assert "No warnings" in said, said


def test_what_was_neuroml_before_is_valid_again(tmp_path):
    path = tmp_path / "LEMS_given.xml"
    path.write_text(neuroml_lems.standard())
    net, options, mods = netspec.import_neuroml(path)
    files = export(netspec.plan(net, options, mod=mods), tmp_path / "out", "again", mods=files_of(mods))
    assert len(files) == 2  # nothing that the schema does not have
    said = java(tmp_path, "-validate", files[0])
    assert "Valid against schema and all tests" in said, said
    assert "No warnings" in said, said


def test_jneuroml_runs_types_of_the_users_own(tmp_path):
    path = tmp_path / "LEMS_given.xml"
    path.write_text(neuroml_lems.only_points())
    net, options, mods = netspec.import_neuroml(path)
    files = export(netspec.plan(net, options, mod=mods), tmp_path / "out", "again", mods=files_of(mods))
    java(files[1].parent, files[1].name, "-nogui")
    found = np.loadtxt(files[1].parent / "again.spikes", ndmin=2)
    ours = netspec.run(net, options, mod=mods).spikes
    assert len(ours["time"]) == len(found) > 8


@pytest.mark.parametrize("form", ["xml", "hdf5"])
@pytest.mark.parametrize("name", networks.NETWORKS)
def test_jneuroml_makes_the_same_spikes_in_neuron(tmp_path, name, form):
    if form == "hdf5" and name != "branched":
        pytest.skip("one network is enough for the tables, which are the same in all")
    plan, files = exported(tmp_path, name, form)
    folder = files[1].parent
    java(folder, files[1].name, "-neuron", "-nogui")
    variables = {k: v for k, v in environment.environment().items() if k != "NEURON_MODULE_OPTIONS"}
    tools = Path(sys.executable).parent
    variables["PATH"] = f"{tools}{os.pathsep}{variables.get('PATH', '')}"
    for command in ([tools / "nrnivmodl", "."], [sys.executable, f"LEMS_{name}_nrn.py", "-nogui"]):
        done = subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    table = np.loadtxt(folder / f"{name}.spikes", ndmin=2)
    ours = netspec.run(network(name), networks.CONFIG, mod=tmp_path / "mod").spikes
    cells = plan.cells.gids[plan.cells.table["template"] >= 0]
    ends = numbers_by_gid(files[1])
    total = 0
    for gid in cells.tolist():
        mine = np.sort(ours["time"][ours["gid"] == gid])
        other = np.sort(table[table[:, 1] == ends[gid], 0] * 1000)
        assert len(mine) == len(other), (gid, mine, other)
        assert np.abs(mine - other).max(initial=0) < EARLY_OR_LATE[name], (gid, mine, other)
        total += len(mine)
    assert total > 3


def numbers_by_gid(lems):
    """The number of each cell in the file of spikes: cells are in order of gid, sources of stimuli last."""
    return [int(n) for n in re.findall(r'<EventSelection id="(\d+)"', lems.read_text())]
