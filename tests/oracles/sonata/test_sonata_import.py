"""A circuit of bmtk's builder gives the same spikes, potentials and fields in netspec as in bmtk."""

import pickle
from pathlib import Path

import environment
import h5py
import numpy as np
import pytest

from sonata import judge

pytestmark = [pytest.mark.oracle, pytest.mark.neuron]

HERE = Path(__file__).parent
VIRTUAL = ("lgn", "old")
RANKS = (1, pytest.param(2, marks=pytest.mark.mpi), pytest.param(3, marks=pytest.mark.mpi))


@pytest.fixture(scope="module")
def circuit(tmp_path_factory):
    """A folder with a circuit, and what bmtk made of it."""
    folder = tmp_path_factory.mktemp("circuit") / "small"
    folder.mkdir()
    compiler = judge.python().parent / "nrnivmodl"
    script = HERE / "small_circuit.py"
    judge.run(
        script, "build", folder, compiler, environment.VECSTIM, environment.CELLS / "small.swc", cwd=folder
    )
    for name in ("simulation", "field", "near"):
        judge.run(script, "run", folder / f"{name}.json", cwd=folder)
    return folder


@pytest.fixture(scope="module")
def found(circuit, start, tmp_path_factory):
    """found(config, ranks): what netspec made of it."""
    kept = {}

    def result(name, ranks):
        if (name, ranks) not in kept:
            out = tmp_path_factory.mktemp("found") / "found.pkl"
            done = start(ranks, HERE / "run_config.py", circuit / f"{name}.json", out, cwd=out.parent)
            assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
            kept[name, ranks] = pickle.loads(out.read_bytes())
        return kept[name, ranks]

    return result


@pytest.mark.parametrize("ranks", RANKS)
def test_spikes_are_bmtks(circuit, found, ranks):
    ours = [row for row in found("simulation", ranks)["spikes"] if not row[0].startswith(VIRTUAL)]
    theirs = []
    with h5py.File(circuit / "output" / "spikes.h5") as file:
        for name, group in file["spikes"].items():
            rows = zip(group["node_ids"][:].tolist(), group["timestamps"][:].tolist(), strict=True)
            theirs += [(name, node, time) for node, time in rows]
    theirs.sort()
    assert {row[0] for row in theirs} == {"cortex", "points"}
    assert len({row[:2] for row in theirs}) >= 8
    assert [row[:2] for row in ours] == [row[:2] for row in theirs]
    np.testing.assert_allclose([row[2] for row in ours], [row[2] for row in theirs], rtol=0, atol=1e-9)


def reported(path, label):
    """Values of a report by node: (times, values)."""
    with h5py.File(path) as file:
        group = file[f"report/{label}"]
        ids, starts = group["mapping/node_ids"][:], group["mapping/index_pointer"][:]
        return {int(node): group["data"][:, starts[k] : starts[k + 1]] for k, node in enumerate(ids.tolist())}


@pytest.mark.parametrize("ranks", RANKS)
def test_potentials_of_somata_are_bmtks(circuit, found, ranks):
    """Bmtk's rows are after each step, so that its first one is our second."""
    traces = found("simulation", ranks)["traces"]["soma"]
    theirs = reported(circuit / "output" / "soma.h5", "cortex")
    assert {node for _, node in traces} == {*theirs} == {*range(8)}
    for node, values in theirs.items():
        np.testing.assert_allclose(traces["cortex", node][1:], values[:, 0], rtol=0, atol=1e-3)


def test_every_segment_is_recorded_in_bmtks_order(circuit, found):
    traces = found("simulation", 1)["traces"]
    for node, values in reported(circuit / "output" / "every.h5", "cortex").items():
        own = [each["cortex", node] for label, each in traces.items() if label.startswith("every")
               and ("cortex", node) in each]  # fmt: skip
        assert len(own) == values.shape[1]
        np.testing.assert_allclose(np.array(own).T[1:], values, rtol=0, atol=1e-3)


@pytest.mark.parametrize("ranks", RANKS)
def test_the_field_is_bmtks(circuit, found, ranks):
    """Ours are of one run; bmtk's of a run each, as its second report of a run differs from it alone."""
    theirs = []
    for folder, name in (("output_field", "ecp"), ("output_near", "near")):
        with h5py.File(circuit / folder / f"{name}.h5") as file:
            theirs.append(file["ecp/data"][:])
    theirs = np.hstack(theirs)
    ours = found("fields", ranks)["lfp"]
    assert ours.shape == theirs.shape
    assert np.abs(theirs).max(axis=0).min() > 1e-4
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-6 * np.abs(theirs).max())
