"""What NetPyNE refuses means the same as in words that it knows, on any number of ranks."""

import json
from pathlib import Path

import lenient
import pytest

pytestmark = pytest.mark.neuron

SCRIPT = Path(lenient.__file__)
SAME = {
    "text": "numbers",
    "sections": "sections for each",
    "a location": "a location for each",
    "spread, a location": "spread",
    "random, a location": "random",
    "one section, a location": "one section",
    "moved": "there already",
}


@pytest.fixture(scope="module")
def found(start):
    """found(name, ranks): what lenient.py prints."""
    known = {}

    def run(name, ranks=1):
        if (name, ranks) not in known:
            done = start(ranks, SCRIPT, name)
            assert done.returncode == 0, done.stderr[-3000:]
            line = next(line for line in done.stdout.splitlines() if line.startswith("{"))
            known[name, ranks] = json.loads(line)
        return known[name, ranks]

    return run


@pytest.mark.parametrize("name", SAME)
def test_it_is_the_network_that_netpyne_knows(found, name):
    assert found(name) == found(SAME[name])
    assert len(found(name)["spikes"]) > 10
    assert len(found(name)["connections"]) > 12


@pytest.mark.mpi
@pytest.mark.parametrize("ranks", [2, 3])
@pytest.mark.parametrize("name", ["text", "sections", "spread, a location", "moved"])
def test_it_is_the_same_on_every_number_of_ranks(found, name, ranks):
    assert found(name, ranks) == found(name)


def test_pointer_connections_are_where_their_rule_puts_them(found):
    gaps = [(gid, location) for gid, _, location, *_ in found("moved")["gaps"]]
    there = {0: [0.2, 0.2], 1: [0.2], 2: [0.2, 0.2], 4: [0.7], 5: [0.5], 6: [0.7], 7: [0.7], 8: [0.5]}
    assert gaps == [(gid, location) for gid, locations in there.items() for location in locations]
