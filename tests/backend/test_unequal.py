"""Everything that is recorded of very unequal cells is the same for all ranks, balances and threads."""

import json
from pathlib import Path

import pytest

pytestmark = pytest.mark.neuron

WAYS = {
    "cost on two ranks": (2, {"balance": "cost"}),
    "cost on three ranks": (3, {"balance": "cost"}),
    "two threads": (1, {"threads": 2}),
    "two threads on two ranks, by cost": (2, {"threads": 2, "balance": "cost"}),
}


@pytest.fixture(scope="module")
def run(start):
    """run(ranks, options): digests of everything that came out, by name."""
    program, known = Path(__file__).with_name("unequal.py"), {}

    def digests(ranks, options):
        key = ranks, json.dumps(options)
        if key not in known:
            done = start(ranks, program, key[1])
            assert done.returncode == 0, done.stderr
            known[key] = json.loads(done.stdout.splitlines()[-1])
        return known[key]

    return digests


@pytest.mark.mpi
@pytest.mark.parametrize(("ranks", "options"), WAYS.values(), ids=WAYS)
def test_everything_is_the_same(run, ranks, options):
    alone = run(1, {})
    assert alone["spikes"] > 50
    assert {"v 14 ", "im 15 ", "LFP", "dipole", "iMembrane 14", "3 bkg"} <= alone.keys()
    assert run(ranks, options) == alone


@pytest.mark.mpi
def test_second_order_too(run):
    second = {"hParams": {"secondorder": 2}}
    alone = run(1, second)
    assert alone["time"] != run(1, {})["time"]
    assert run(2, {**second, "threads": 2, "balance": "cost"}) == alone
