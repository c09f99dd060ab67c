"""Reinforcement learning by a script: the same weights at all times as in NetPyNE, on 1, 2 and 3 ranks."""

import json
import subprocess

import environment
import pytest

pytestmark = [pytest.mark.oracle, pytest.mark.neuron]

SCRIPT = environment.HERE / "learn.py"


@pytest.fixture(scope="module")
def theirs(tmp_path_factory):
    """What NetPyNE gives on one rank. The mechanisms are in the folder that it runs in."""
    environment.folder()
    place = tmp_path_factory.mktemp("theirs")
    (place / "x86_64").symlink_to(next(environment.folder().glob("*/special")).parent)
    command = [environment.python(), SCRIPT, "netpyne", place / "out.json"]
    done = subprocess.run(command, cwd=place, env=environment.environment(), capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    return json.loads((place / "out.json").read_text())


@pytest.fixture(scope="module", params=[1, 2, 3], ids=["1 rank", "2 ranks", "3 ranks"])
def ours(request, start, tmp_path_factory):
    """What netspec gives."""
    place = tmp_path_factory.mktemp("ours")
    done = start(request.param, SCRIPT, "netspec", place / "out.json", cwd=place)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    return json.loads((place / "out.json").read_text())


def test_a_critic_leads_to_the_same_weights_and_spikes(ours, theirs):
    assert len(theirs["courses"]) > 15
    assert len(theirs["spikes"]) > 100
    assert len({course[-1] for course in theirs["courses"].values()}) > 5
    assert ours["courses"] == theirs["courses"]
    assert ours["spikes"] == theirs["spikes"]


def test_interval_files_hold_the_weights_that_the_script_collected(ours, theirs):
    assert ours["saved"] == theirs["saved"]
    assert ours["gathered"] == theirs["gathered"]


def test_recorded_courses_are_what_a_script_sees_at_these_times(ours, theirs):
    time, (pre, post), courses = ours["recorded"]
    assert time == [20.0 * k for k in range(16)]
    seen = [[*map(int, key.split()[::2]), course] for key, course in theirs["courses"].items()]
    found = [[*ends, course[1:]] for *ends, course in zip(post, pre, courses, strict=True)]
    assert sorted(found) == sorted(seen)
    assert {course[0] for course in courses} == {0.01}
    assert post == sorted(post)


def test_a_mechanism_of_any_name_learns_if_it_has_a_pointer_to_the_weight(start, theirs, tmp_path):
    (tmp_path / "mod").mkdir()
    text = (environment.HERE / "mod" / "stdp.mod").read_text()
    (tmp_path / "mod" / "learner.mod").write_text(text.replace("POINT_PROCESS STDP", "POINT_PROCESS Learner"))
    done = start(1, SCRIPT, "netspec", tmp_path / "out.json", "Learner", cwd=tmp_path)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    found = json.loads((tmp_path / "out.json").read_text())
    assert found["courses"] == theirs["courses"]
    assert found["spikes"] == theirs["spikes"]
