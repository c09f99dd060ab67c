"""Gap junctions, replayed edges, voltage clamps, fields and directed axons are those of bmtk."""

import pickle
import shutil
import subprocess
from pathlib import Path

import environment
import h5py
import numpy as np
import pytest

from sonata import judge

pytestmark = [pytest.mark.oracle, pytest.mark.neuron]

HERE = Path(__file__).parent
NAMES = ("gaps", "replay", "held", "ranged", "xstim", "comsol", "moving", "perisomatic", "allactive")
SILENT = ("comsol", "moving")
ON_RANKS = ("gaps", "replay", "xstim")


@pytest.fixture(scope="module")
def circuit(tmp_path_factory):
    """A folder with a circuit and its simulations."""
    folder = tmp_path_factory.mktemp("circuit") / "special"
    folder.mkdir()
    modfiles = tmp_path_factory.mktemp("mod")
    for path in (environment.VECSTIM, HERE / "mod" / "gap.mod"):
        shutil.copy(path, modfiles)
    compiler = judge.python().parent / "nrnivmodl"
    swc = environment.CELLS / "small.swc"
    judge.run(HERE / "small_circuit.py", "build", folder, compiler, environment.VECSTIM, swc, cwd=folder)
    place = folder / "components" / "mechanisms"
    shutil.copy(HERE / "mod" / "gap.mod", place / "modfiles")
    subprocess.run([compiler, "modfiles"], cwd=place, env=environment.environment(), check=True,
                   capture_output=True, timeout=300)  # fmt: skip
    judge.run(HERE / "special_circuit.py", folder, cwd=folder)
    return folder


@pytest.fixture(scope="module")
def found(circuit, start, tmp_path_factory):
    """found(name, ranks): what netspec made of a simulation."""

    def result(name, ranks):
        out = tmp_path_factory.mktemp("found") / "found.pkl"
        config = circuit / f"special_{name}.json"
        done = start(ranks, HERE / "run_config.py", config, out, cwd=out.parent)
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
        return pickle.loads(out.read_bytes())

    return result


def has_sklearn():
    done = subprocess.run([judge.python(), "-c", "import sklearn"], capture_output=True, check=False)
    return done.returncode == 0


@pytest.mark.parametrize("name", NAMES)
def test_spikes_and_potentials_are_bmtks(name, circuit, found):
    """Bmtk's rows are after each step, so that its first one is our second."""
    if name in ("perisomatic", "allactive") and not has_sklearn():
        pytest.skip("bmtk finds the direction of an axon by scikit-learn, which its environment lacks")
    judge.run(HERE / "small_circuit.py", "run", circuit / f"special_{name}.json", cwd=circuit)
    ours = found(name, 1)
    folder = circuit / f"output_{name}"
    with h5py.File(folder / "spikes.h5") as file:
        theirs = sorted(
            (int(node), float(time))
            for group in file["spikes"].values()
            for node, time in zip(group["node_ids"][:], group["timestamps"][:], strict=True)
        )
    spikes = sorted((node, time) for population, node, time in ours["spikes"] if population == "cells")
    assert bool(theirs) == (name not in SILENT)
    assert [node for node, _ in spikes] == [node for node, _ in theirs]
    np.testing.assert_allclose([t for _, t in spikes], [t for _, t in theirs], rtol=0, atol=1e-9)
    with h5py.File(folder / "soma.h5") as file:
        report = file["report/cells"]
        rows, nodes = report["data"][:], report["mapping/node_ids"][:].tolist()
    assert nodes == [*range(5)]
    assert np.ptp(rows, axis=0).min() > 5
    for node in nodes:
        own = ours["traces"]["soma"]["cells", node][1:]
        np.testing.assert_allclose(own, rows[: len(own), node], rtol=0, atol=1e-4)


@pytest.mark.mpi
@pytest.mark.parametrize("name", ON_RANKS)
def test_on_any_number_of_ranks(name, found):
    alone = found(name, 1)
    for ranks in (2, 3):
        assert found(name, ranks)["spikes"] == alone["spikes"]
