"""NetPyNE's verbs of NeuroML in a session, and the command line."""

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import neuroml_networks as networks
import pytest

from netspec import sim, specs
from netspec.errors import SpecError

pytestmark = pytest.mark.skipif(
    find_spec("pyneuroml") is None, reason="the definitions of NeuroML come with pyNeuroML"
)


@pytest.fixture
def given(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    config = {**networks.CONFIG, "duration": 60, "verbose": False, "progressBar": 0, "randomStreams": "named"}
    yield specs.NetParams(networks.sources()), specs.SimConfig(config)
    sim.clearAll()


@pytest.mark.parametrize(("form", "suffix"), [("xml", ".net.nml"), ("hdf5", ".net.nml.h5")])
def test_export_and_import(given, tmp_path, form, suffix):
    built = sim.createExportNeuroML2(*given, output=True, reference="ring", format=form)
    assert len(built) == 6
    assert (tmp_path / "LEMS_ring.xml").is_file()
    sim.simulate()
    before = sim.results.spikes["time"].tolist()
    config = {"duration": 60, "dt": 0.025, "hParams": {"secondorder": 0}}
    gids = sim.importNeuroML2SimulateAnalyze(f"ring{suffix}", specs.SimConfig(config))
    assert list(gids) == ["I", "noisy_0", "noisy_1", "given_0", "given_1", "bg_bg_I"]
    assert gids["I"] == [0, 1]
    own = sim.results.spikes
    assert len(before) == (own["gid"] < 6).sum() > 3
    gids, params = sim.importNeuroML2(
        f"ring{suffix}", specs.SimConfig(config), simulate=False, analyze=False, return_net_params_also=True
    )
    assert list(params.popParams) == list(gids)
    assert sim.cfg.hParams["celsius"] == 8


def test_export_of_what_cannot_be_said_writes_nothing(given, tmp_path):
    params, config = given
    params.popParams["noisy"] = {"cellModel": "IntFire1", "numCells": 1}
    sim.create(params, config)
    with pytest.raises(SpecError, match="IntFire1 has no counterpart in NeuroML"):
        sim.exportNeuroML2("ring")
    assert not list(tmp_path.glob("*.nml"))


def test_small_names():
    assert sim.neuromlExists is True
    assert 'id="hh_na"' in sim.hh_nml2_chans
    assert sim.NML2Cell is sim.NML2SpikeSource is sim.CompartCell


def test_command_line(tmp_path):
    script = "import netspec, neuroml_networks as n\nnetspec.run(n.branched(), n.CONFIG)\n"
    (tmp_path / "model.py").write_text(script)
    (tmp_path / "neuroml_networks.py").write_text(Path(networks.__file__).read_text())
    call = [sys.executable, "-m", "netspec", "export", "model.py", "-o", "made"]
    for options, code, text in (
        (["--neuroml"], 0, "LEMS_made.xml"),
        (["--neuroml", "--format", "hdf5"], 0, "made.net.nml.h5"),
        (["--neuroml", "--sonata"], 2, "name one format"),
        ([], 2, "name one format"),
        (["--neuroml", "--format", "xlm"], 1, "Did you mean 'xml'?"),
    ):
        done = subprocess.run([*call, *options], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert (done.returncode, text in done.stdout + done.stderr) == (code, True), done.stdout + done.stderr
