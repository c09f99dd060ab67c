"""The cost of mechanisms is measured once for each of their sources, in a process of its own."""

import subprocess

import pytest

from netspec.neuron import cost, mechanisms
from netspec.neuron.ranks import Ranks
from netspec.plan.cost import DENSITY, ESTIMATE, POINT

pytestmark = pytest.mark.neuron

LEAK = """NEURON { SUFFIX costleak RANGE g NONSPECIFIC_CURRENT i }
PARAMETER { g = 0 }
ASSIGNED { v (mV) i (mA/cm2) }
BREAKPOINT { i = g * v }
"""
FATAL = """NEURON { SUFFIX costfatal RANGE g NONSPECIFIC_CURRENT i }
PARAMETER { g = 0 }
ASSIGNED { v (mV) i (mA/cm2) }
INITIAL {
VERBATIM
    abort();
ENDVERBATIM
}
BREAKPOINT { i = g * v }
"""
FOLLOWS = """NEURON { POINT_PROCESS CostFollows POINTER there NONSPECIFIC_CURRENT i }
ASSIGNED { v (mV) i (nA) there }
BREAKPOINT { i = there }
"""


@pytest.fixture
def started(tmp_path, monkeypatch):
    """How many processes have been started since, and an empty cache of costs."""
    monkeypatch.setattr(cost.cache, "folder", lambda: tmp_path / "cache")
    calls = []
    original = subprocess.run

    def count(*arguments, **options):
        calls.extend(arguments[0][2:3] if arguments[0][1] == "-m" else [])
        return original(*arguments, **options)

    monkeypatch.setattr(cost.subprocess, "run", count)
    return calls


def test_costs_are_measured_once(started):
    kinds = {"hh": DENSITY, "pas": DENSITY, "Exp2Syn": POINT}
    found = cost._measured(kinds, [])
    assert len(started) == 1
    assert found.segment > 0
    assert found.mechanisms["hh"] > 3 * found.mechanisms["pas"] > 0
    assert found.mechanisms["Exp2Syn"] > 0
    assert cost._measured(kinds, []) == found
    assert len(started) == 1


def test_what_cannot_be_measured_is_estimated(started, tmp_path):
    for name, text in {"costleak": LEAK, "costfatal": FATAL, "costfollows": FOLLOWS}.items():
        (tmp_path / f"{name}.mod").write_text(text)
    mechanisms.load([tmp_path])
    kinds = {"costfatal": DENSITY, "CostFollows": POINT, "costleak": DENSITY, "nowhere": DENSITY}
    found = cost._measured(kinds, [tmp_path])
    assert len(started) == 2
    assert "costleak" in found.mechanisms
    assert {"costfatal", "CostFollows", "nowhere"}.isdisjoint(found.mechanisms)
    assert found.density == ESTIMATE.density
    cost._measured(kinds, [tmp_path])
    assert len(started) == 2
    (tmp_path / "costleak.mod").write_text(LEAK + "\n: new\n")
    cost._measured(kinds, [tmp_path])
    assert len(started) == 3


def test_only_rank_0_measures(started):
    class Second(Ranks):
        rank, size = 1, 2

        def __init__(self):
            pass

        def bcast(self, value=None):
            assert value is None
            return "from rank 0"

    assert cost.measured(None, [], Second()) == "from rank 0"
    assert started == []
