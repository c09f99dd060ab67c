"""Runs that were killed and continue, and recordings in windows: equal to the bit to a run in one go."""

import shutil
from pathlib import Path

import long_model
import numpy as np
import pytest

import netspec
from netspec import cache
from netspec.errors import FileError

pytestmark = pytest.mark.neuron

HERE = Path(__file__).parent
MODEL = HERE / "long_model.py"
KILLED = [(1, 9.6, 11), (1, 7.77, 83), (2, 7.77, 83)]
"""Ranks, interval of checkpoints, when a rank is killed [ms]. At 9.6 ms samples of traces are late."""


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("long")
    shutil.copytree(HERE / "mod", folder / "mod")
    shutil.copy(HERE.parent / "oracles/mod/stdp.mod", folder / "mod")
    return folder


@pytest.fixture(scope="module")
def run(start, place):
    """run(ranks, folder, **options) of the model: its results, or None if it was killed."""

    def of_model(ranks, folder, **options):
        out = place / f"{folder}.npz"
        out.unlink(missing_ok=True)
        given = [f"{name}={value!r}" for name, value in options.items()]
        done = start(ranks, MODEL, folder, out, *given, cwd=place, timeout=300)
        if "kill" in options or "torn" in options:
            assert done.returncode != 0
            return None
        assert done.returncode == 0, done.stderr
        of_model.said = done.stdout
        return dict(np.load(out))

    return of_model


@pytest.fixture(scope="module")
def in_one_go(run):
    """Results of an uninterrupted run without checkpoints, by number of ranks."""
    return {ranks: run(ranks, f"plain{ranks}") for ranks in (1, 2)}


def equal(found, expected):
    assert found.keys() == expected.keys()
    for name, values in expected.items():
        assert found[name].dtype == values.dtype
        assert np.array_equal(found[name], values), name
    return True


@pytest.mark.parametrize(("ranks", "every", "end"), KILLED)
def test_a_killed_run_continues_to_the_same_bits(ranks, every, end, run, in_one_go):
    folder = f"killed_{ranks}_{end}"
    run(ranks, folder, checkpointEvery=every, kill=end, victim=ranks - 1)
    found = run(ranks, folder, checkpointEvery=every, resume=True)
    assert f"Continuing at {end // every * every:g} ms" in run.said
    assert len(found["times"]) > 100
    assert equal(found, in_one_go[ranks])


@pytest.mark.skipif(cache.compiler() is None, reason="no compiler")
@pytest.mark.parametrize("ranks", [1, 2])
def test_coreneuron_stops_and_continues_to_the_same_bits(ranks, run):
    expected = run(ranks, f"core{ranks}", coreneuron=True)
    assert len(expected["times"]) > 50
    assert equal(run(ranks, f"core_windows{ranks}", coreneuron=True, recordWindow=3.1), expected)
    folder = f"core_killed{ranks}"
    run(ranks, folder, coreneuron=True, checkpointEvery=7.77, kill=83, victim=ranks - 1)
    assert equal(run(ranks, folder, coreneuron=True, checkpointEvery=7.77, resume=True), expected)
    assert "Continuing at 77.7 ms" in run.said


@pytest.mark.parametrize("kind", ["state", "piece"])
def test_a_file_that_is_being_written_does_not_count(kind, run, in_one_go):
    folder = f"torn_{kind}"
    run(2, folder, checkpointEvery=20, torn=(kind, 3, 1))
    assert equal(run(2, folder, checkpointEvery=20, resume=True), in_one_go[2])
    assert f"Continuing at {40 if kind == 'state' else 60} ms" in run.said


def test_a_damaged_checkpoint_is_passed_over(run, in_one_go, place):
    run(1, "damaged", checkpointEvery=20, kill=90)
    newest = place / "damaged" / "state_4_0.h5"
    newest.write_bytes(newest.read_bytes()[:5000])
    assert equal(run(1, "damaged", checkpointEvery=20, resume=True), in_one_go[1])
    assert "Continuing at 60 ms" in run.said


def test_windows_are_the_same_results(run, in_one_go, place):
    found = run(2, "windows", recordWindow=3.1)
    assert len(list((place / "windows").glob("piece_*_1.h5"))) == 39 + 1
    assert equal(found, in_one_go[2])
    run(1, "both", recordWindow=3.1, checkpointEvery=25, kill=95)
    assert equal(run(1, "both", recordWindow=5, checkpointEvery=50, resume=True), in_one_go[1])


@pytest.mark.parametrize("ranks", [1, 2])
def test_what_a_killed_run_has_left_can_be_read(ranks, run, in_one_go, place):
    folder = f"left_{ranks}"
    run(ranks, folder, recordWindow=3.1, kill=95, victim=ranks - 1)
    results = netspec.load(place / folder)
    assert results.provenance["until"] == 93
    assert len(results.plan.cells.owned) == len(results.plan.cells) == 17
    found, expected = long_model.columns(results), in_one_go[ranks]
    assert found.keys() == expected.keys()
    assert len(found["times"]) == np.count_nonzero(expected["times"] <= 93) > 50
    assert (len(found["time"]), len(found["weights"])) == (311, 10)
    assert 311 - 32 < len(found["lfp"]) < 311
    for name, values in found.items():
        assert np.array_equal(values, expected[name][: len(values)]), name
    assert results.counts.spikes == len(found["times"])


def test_a_run_that_has_ended_can_be_read(run, in_one_go, place):
    run(2, "ended", recordWindow=50)
    assert equal(long_model.columns(netspec.load(place / "ended")), in_one_go[2])
    (place / "ended" / "run_1.h5").unlink()
    with pytest.raises(FileError, match=r"ended: no whole run was left here \(no run_1.h5\)"):
        netspec.load(place / "ended")
    with pytest.raises(FileError, match=r"no whole run was left here \(no run_0.h5\)"):
        netspec.load(place / "mod")


def test_without_checkpoints_a_run_begins_at_0(run, in_one_go):
    assert equal(run(1, "nothing", checkpointEvery=50, resume=True), in_one_go[1])
    assert "Continuing" not in run.said
    assert equal(run(1, "nothing", checkpointEvery=50, resume=True), in_one_go[1])
    assert "Continuing at 120 ms" in run.said
