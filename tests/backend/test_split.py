"""Cells that are cut and shared by ranks (multisplit): spikes, traces, signals and tables of whole cells."""

import json
import pickle
from pathlib import Path

import numpy as np
import pytest

pytestmark = [pytest.mark.neuron, pytest.mark.mpi]

WITHOUT_SIGNALS = {
    "recordLFP": [],
    "saveLFPCells": False,
    "saveLFPPops": False,
    "recordDipole": False,
    "recordDipolesHNN": {},
}
WAYS = {
    "two ranks": (2, {}),
    "three ranks": (3, {}),
    "shared synapses": (3, {"oneSynPerNetcon": False, "mergeSynapses": True}),
    "second order": (2, {"hParams": {"secondorder": 2, "celsius": 6.3}, **WITHOUT_SIGNALS}),
}
TREE = 4
"""The gid of the cell that is cut."""


@pytest.fixture(scope="module")
def run(start, tmp_path_factory):
    """run(ranks, ways, changes): what came out of the last of the ways."""
    program, folder, known = Path(__file__).with_name("split_model.py"), tmp_path_factory.mktemp("split"), {}

    def found(ranks, ways, changes):
        key = ranks, ways, json.dumps(changes)
        if key not in known:
            path = folder / f"{len(known)}.pkl"
            done = start(ranks, program, str(path), ways, key[2])
            assert done.returncode == 0, done.stderr
            known[key] = pickle.loads(path.read_bytes())
        return known[key]

    return found


def leaves(value, path=()):
    """(path, array) of everything in nested mappings and sequences."""
    if isinstance(value, dict | list | tuple):
        for key, child in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(child, (*path, key))
    else:
        yield path, value


def same(one, other):
    ours, theirs = dict(leaves(one)), dict(leaves(other))
    assert ours.keys() == theirs.keys()
    for path, value in ours.items():
        np.testing.assert_array_equal(value, theirs[path], err_msg=str(path))


def near(one, other, tolerance):
    ours, theirs = dict(leaves(one)), dict(leaves(other))
    assert ours.keys() == theirs.keys()
    for path, value in ours.items():
        np.testing.assert_allclose(value, theirs[path], rtol=0, atol=tolerance, err_msg=str(path))


@pytest.mark.parametrize(("ranks", "changes"), WAYS.values(), ids=WAYS)
def test_a_cut_cell_does_what_the_whole_one_does(run, ranks, changes):
    whole, cut = run(1, "whole", changes), run(ranks, "split", changes)
    assert np.count_nonzero(whole["spikes"][1] == TREE) > 1
    same(whole["spikes"], cut["spikes"])
    assert len(list(leaves(whole["traces"]))) > 30
    near(whole["traces"], cut["traces"], 1e-9)


@pytest.mark.parametrize("ranks", [2, 3])
def test_tables_are_those_of_whole_cells_in_their_order(run, ranks):
    whole, cut = run(1, "whole", {}), run(ranks, "split", {})
    assert np.count_nonzero(whole["connections"]["post"] == TREE) > 30
    for name in ("connections", "inputs", "noise", "counts"):
        same(whole[name], cut[name])


@pytest.mark.parametrize("ranks", [2, 3])
def test_signals_of_a_cut_cell(run, ranks):
    whole, cut = run(1, "whole", {}), run(ranks, "split", {})
    assert set(whole["signals"]) == {"LFP", "dipole", "HNN:all"}
    for name, signal in whole["signals"].items():
        near(signal, cut["signals"][name], 1e-7 * np.abs(signal[0]).max())


@pytest.mark.parametrize("ranks", [2, 3])
def test_ranks_have_parts_of_about_equal_work(run, ranks):
    """With hh a segment is 50 ns, with pas 17.5; synapses and small cells are little beside that."""

    def work(way):
        segments = run(ranks, way, {})["segments"]
        assert sum(one["hh"] for one in segments) == 150
        assert sum(one["pas"] for one in segments) == 85
        return np.array([50 * one["hh"] + 17.5 * one["pas"] for one in segments])

    assert work("split").max() <= 1.2 * work("split").mean()
    assert work("whole").max() >= 0.9 * ranks * work("whole").mean()


def test_one_rank_keeps_cells_whole(run):
    whole, one = run(1, "whole", {}), run(1, "split", {})
    same({name: whole[name] for name in whole}, {name: one[name] for name in one})


def test_spikes_of_stimuli_in_several_parts(run):
    whole, cut = (run(ranks, way, {"recordStim": True}) for ranks, way in ((1, "whole"), (3, "split")))
    assert len(whole["stims"][TREE]["noise"])
    same(whole["stims"], cut["stims"])


@pytest.mark.parametrize("ranks", [2, 3])
def test_cells_of_any_shape_cut_wherever_they_can_be(start, ranks):
    """With cuts inside sections, sections that hang by end 1, vinit, values of single cells, turned cells."""
    done = start(ranks, Path(__file__).with_name("split_forest.py"))
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert min(found["joints"]) > 30
    assert found["spikes"] > 20
    assert found["same spikes"]
    assert found["connections"]
    assert found["v"] < 1e-9
    # NEURON keeps 3-D points in single precision, moved ones too.
    assert max(found["LFP"], found["dipole"], found["HNN:all"]) < 1e-7


def test_nothing_of_a_cut_network_is_left_for_the_next(run):
    same(run(2, "split whole", {}), run(2, "whole", {}))


def test_a_cut_network_runs_again(run):
    same(run(2, "split again", {}), run(2, "split", {}))


def test_a_process_cuts_once(start, tmp_path):
    program = Path(__file__).with_name("split_model.py")
    done = start(2, program, tmp_path / "x.pkl", "split split")
    assert done.returncode
    assert "simConfig.multisplit" in done.stderr
    assert "NEURON can cut cells once in a process" in done.stderr
