"""Tests that need a process without what others have left in NEURON."""

from pathlib import Path

import pytest

pytestmark = pytest.mark.neuron

HERE = Path(__file__).parent
FILES = {
    "long_runs_alone.py": "a state is put back into objects by their numbers, which leftovers shift",
    "threads_alone.py": "NEURON's threads crash in a process where reactions have been",
}
"""File -> why it is run in a process of its own."""


@pytest.mark.parametrize("name", FILES)
def test_in_a_process_of_their_own(name, start):
    done = start(1, "-m", "pytest", "-q", HERE / name, cwd=HERE, timeout=600)
    assert done.returncode == 0, done.stdout
    assert " passed" in done.stdout
