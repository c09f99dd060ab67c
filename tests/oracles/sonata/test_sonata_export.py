"""Exported networks do in bmtk what they do here, and BlueBrain's tools find no fault with them."""

import filecmp
import json
import shutil
import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np
import pytest
from environment import environment

import netspec
from netspec import target
from netspec.formats.sonata.export.layout import safe
from netspec.formats.sonata.write import export
from netspec.native import named
from netspec.session import circuits, exporting
from netspec.session.exporting import mods
from sonata import judge, judge_neurodamus
from sonata.export_networks import ALLEN_ONLY, NETWORKS

HERE = Path(__file__).parent
MOD = HERE / "mod"
IN_NEURODAMUS = [name for name in NETWORKS if name not in (*ALLEN_ONLY, "netstims", "artificial", "vecstims")]
"""Networks without artificial cells that have states of their own."""
pytestmark = [
    pytest.mark.neuron,
    pytest.mark.oracle,
    pytest.mark.filterwarnings("ignore:neurodamus:netspec.NetspecWarning"),
]


@pytest.fixture(scope="module")
def compiled(tmp_path_factory):
    """The folder with the mechanisms of all exported networks, compiled by bmtk's NEURON."""
    place = tmp_path_factory.mktemp("mechanisms")
    shutil.copytree(MOD, place / "modfiles")
    shutil.copy(HERE.parents[2] / "mod" / "vecevent.mod", place / "modfiles")
    compiler = judge.python().parent / "nrnivmodl"
    subprocess.run(
        [compiler, "modfiles"], cwd=place, env=environment(), check=True, capture_output=True, timeout=300
    )
    return place


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """exported(name): plan and folder of a network, written once."""
    made = {}

    def write(name):
        if name not in made:
            net, cfg = NETWORKS[name]()
            plan = netspec.plan(net, cfg, mod=[MOD])
            place = tmp_path_factory.mktemp(name) / "out"
            dialect = "allen" if name in ALLEN_ONLY else "both"
            files = mods([MOD])
            made[name] = (
                plan,
                export(plan, place, dialect=dialect, mods=files, net_params=net, sim_config=named(cfg)),
            )
        return made[name]

    return write


def _labels(place):
    """Population of nodes -> population of the network."""
    found = json.loads((place / "netspec.json").read_text())["sonata"]["populations"]
    return {name: labels[0] for name, labels in found.items()}


def _spikes_of_bmtk(place, plan):
    """(times, gids) of the cells that bmtk runs, sorted."""
    times, gids = [np.empty(0)], [np.empty(0, int)]
    labels = [population.label for population in plan.cells.populations]
    called = _labels(place)
    with h5py.File(place / "output" / "spikes.h5") as file:
        for name, group in file["spikes"].items():
            own = plan.cells.gids[plan.cells.table["population"] == labels.index(called[name])]
            times.append(group["timestamps"][:])
            gids.append(own[group["node_ids"][:].astype(int)])
    return np.concatenate(times), np.concatenate(gids)


@pytest.mark.parametrize("name", NETWORKS)
def test_bmtk_gives_the_same_spikes(name, exported, compiled):
    plan, place = exported(name)
    library = next(
        path for path in compiled.iterdir() if (path / ".libs").exists() or path.name in ("x86_64", "arm64")
    )
    target = place / "components" / "mechanisms" / library.name
    if not target.exists():
        target.symlink_to(library)
    judge.run("run_bionet.py", cwd=place)
    times, gids = _spikes_of_bmtk(place, plan)
    net, cfg = NETWORKS[name]()
    ours = netspec.run(net, cfg, mod=[MOD])
    sources = [
        code for code, population in enumerate(plan.cells.populations)
        if population.mechanism in ("NetStim", "VecStim")
    ]  # fmt: skip
    virtual = plan.cells.gids[np.isin(plan.cells.table["population"], sources)]
    real = ~np.isin(ours.spikes["gid"], virtual)
    expected = {}
    for store, when, who in (
        (expected, ours.spikes["time"][real], ours.spikes["gid"][real]),
        (found := {}, times, gids),
    ):
        for gid in plan.cells.gids.tolist():
            store[gid] = np.sort(when[who == gid])
    assert sum(map(len, expected.values())) > 10
    assert {gid: len(t) for gid, t in found.items()} == {gid: len(t) for gid, t in expected.items()}
    worst = max(np.abs(found[gid] - expected[gid]).max(initial=0.0) for gid in expected)
    assert worst <= 1e-6


@pytest.mark.parametrize("name", [name for name in NETWORKS if name not in ALLEN_ONLY])
def test_bluepysnap_finds_no_error(name, exported):
    _, place = exported(name)
    program = judge.python().parent / "bluepysnap"
    for what, config in (
        ("circuit", "circuit_config_obi.json"),
        ("simulation", "simulation_config_obi.json"),
    ):
        done = subprocess.run(
            [program, f"validate-{what}", config], cwd=place, env=environment(), timeout=120,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        said = done.stdout + done.stderr
        assert done.returncode == 0, said
        assert "FATAL" not in said, said
        assert "WARNING" in said or "No Error" in said, said


@pytest.mark.parametrize("name", [name for name in NETWORKS if name not in ALLEN_ONLY])
def test_libsonata_opens_all_and_its_index_finds_every_edge(name, exported):
    plan, place = exported(name)
    found = json.loads(judge.run(HERE / "open_all.py", place, cwd=place))
    cells = sum(size for size, _ in found["nodes"].values())
    rows = sum(len(block.rows) for block in plan.inputs if "synapse" in block.rows)
    assert cells == len(plan.cells) + rows
    assert all(size == of_set for size, of_set in found["nodes"].values())
    assert sum(size for size, *_ in found["edges"].values()) == len(plan.connections) + rows
    for size, by_target, by_source, _ in found["edges"].values():
        assert sum(by_target) == sum(by_source) == size
    weights = plan.connections["weight"].sum()
    weights += sum(block.rows["weight"].sum() for block in plan.inputs if "synapse" in block.rows)
    assert sum(total for *_, total in found["edges"].values()) == pytest.approx(weights)
    assert found["tstop"] == plan.model.spec.simulation.duration


@pytest.mark.parametrize("name", NETWORKS)
def test_spike_trains_of_sources_are_those_of_neuron(name, exported):
    plan, place = exported(name)
    net, cfg = NETWORKS[name]()
    ours = netspec.run(net, {**cfg, "recordStim": True}, mod=[MOD])
    for code, population in enumerate(plan.cells.populations):
        if population.mechanism not in ("NetStim", "VecStim"):
            continue
        gids = plan.cells.gids[plan.cells.table["population"] == code]
        nodes = next(name for name, label in _labels(place).items() if label == population.label)
        with h5py.File(place / "inputs" / f"{nodes}_spikes.h5") as data:
            group = data["spikes"][nodes]
            times, ids = group["timestamps"][:], group["node_ids"][:].astype(int)
        for index, gid in enumerate(gids.tolist()):
            expected = np.sort(ours.spikes["time"][ours.spikes["gid"] == gid])
            got = np.sort(times[ids == index])
            if population.mechanism == "VecStim":
                np.testing.assert_allclose(got, expected, atol=1e-9)
            else:
                assert got.tolist() == expected.tolist()
    for block in plan.inputs:
        if block.mechanism == "NetStim":
            name = safe(f"{block.source}_{block.target}")
            with h5py.File(place / "inputs" / f"{name}_spikes.h5") as data:
                times, ids = (data["spikes"][name][k][:] for k in ("timestamps", "node_ids"))
            recorded = {
                gid: np.sort(of[block.target]) for gid, of in ours.stims.items() if block.target in of
            }
            for gid, expected in recorded.items():
                rows = np.flatnonzero(block.rows["gid"] == gid)
                got = np.sort(np.concatenate([times[ids == row] for row in rows]))
                assert got.tolist() == expected.tolist()


@pytest.mark.parametrize("name", NETWORKS)
def test_what_is_kept_beside_the_files_makes_the_same_files(name, exported, tmp_path):
    _, place = exported(name)
    found = target.dictionaries(place / "netspec.json")
    again = exporting.of_target(found, tmp_path / "again", "allen" if name in ALLEN_ONLY else "both")
    files = [path.relative_to(place) for part in ("network", "inputs") for path in (place / part).iterdir()]
    assert len(files) >= 2
    assert not [str(file) for file in files if not filecmp.cmp(place / file, again / file, shallow=False)]


@pytest.mark.parametrize("name", NETWORKS)
def test_files_that_are_read_and_written_again_are_the_same(name, exported, tmp_path):
    _, place = exported(name)
    net, cfg, folders = circuits.read(place / "simulation_config.json")
    plan = netspec.plan(net, cfg, mod=folders)
    dialect = "allen" if name in ALLEN_ONLY else "both"
    again = export(plan, tmp_path / "again", dialect=dialect, mods=mods(folders))
    files = [
        path.relative_to(place) for part in ("network", "inputs") for path in (place / part).glob("*.h5")
    ]
    files = [file for file in files if not file.name.endswith("_obi.h5")]  # they have the names of templates
    assert files
    assert not [str(file) for file in files if not filecmp.cmp(place / file, again / file, shallow=False)]


def _real(found):
    """Times of the spikes of all cells but sources, sorted [ms]."""
    codes = found.plan.cells.table["population"]
    sources = [each.mechanism in ("NetStim", "VecStim") for each in found.plan.cells.populations]
    return np.sort(
        found.spikes["time"][np.isin(found.spikes["gid"], found.plan.cells.gids[~np.array(sources)[codes]])]
    )


@pytest.mark.parametrize("name", NETWORKS)
def test_files_that_are_read_again_give_the_same_spikes(name, exported):
    _, place = exported(name)
    net, cfg, folders = circuits.read(place / "simulation_config.json")
    found = _real(netspec.run(net, cfg, mod=folders))
    net, cfg = NETWORKS[name]()
    expected = _real(netspec.run(net, cfg, mod=[MOD]))
    assert len(found) == len(expected)
    assert np.abs(found - expected).max() <= 1e-9


SCRIPT = """
import sys

from netspec import sim

sys.path.insert(0, {folder!r})
from export_networks import NETWORKS

sim.create(*NETWORKS["stimuli"]())
sim.exportSonata("of_session")
"""


def test_the_command_line_writes_what_a_session_does(tmp_path):
    script = tmp_path / "model.py"
    script.write_text(SCRIPT.format(folder=str(HERE)))
    command = ["-m", "netspec", "export", script, "--sonata", "-o", "of_command"]
    for arguments in (command, [script]):
        done = subprocess.run(
            [sys.executable, *arguments], cwd=tmp_path, env=environment(), timeout=120, capture_output=True,
            text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    places = tmp_path / "of_command", tmp_path / "of_session"
    files = [path.relative_to(places[0]) for path in places[0].rglob("*") if path.is_file()]
    assert len(files) > 20
    differing = [
        str(file) for file in files if not filecmp.cmp(places[0] / file, places[1] / file, shallow=False)
    ]
    assert differing == ["netspec.json"]  # a session knows the default of every option


@pytest.mark.slow
@pytest.mark.parametrize("name", IN_NEURODAMUS)
def test_neurodamus_gives_the_same_spikes(name, tmp_path):
    """It detects spikes at the end of the soma, which spikeGenLoc 1.0 says too."""
    net, cfg = NETWORKS[name]()
    net["cellParams"] = {label: _detecting_at_the_end(rule) for label, rule in net["cellParams"].items()}
    plan = netspec.plan(net, cfg)
    place = export(plan, tmp_path / "out", dialect="obi")
    found = judge_neurodamus.spikes(place / "simulation_config_obi.json")
    ours = netspec.run(net, cfg)
    real = np.isin(ours.spikes["gid"], plan.cells.gids[plan.cells.table["template"] >= 0])
    expected = np.sort(ours.spikes["time"][real])
    assert len(expected) > 10
    assert len(found) == len(expected)
    assert np.abs(np.sort(found) - expected).max() <= 1e-6


def _detecting_at_the_end(rule):
    names = {"soma", "cable"}
    secs = {k: {**v, **({"spikeGenLoc": 1.0} if k.lower() in names else {})} for k, v in rule["secs"].items()}
    return {**rule, "secs": secs}
