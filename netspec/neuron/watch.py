"""Conditions that mechanisms watch (WATCH). NEURON saves neither which are watched nor which of them are met.

Those that are set up at t = 0 are watched again after every initialisation. Which are met was looked up when
the last step began: so the state before a step is saved as well, and that step is done again.
"""

import re
from collections.abc import Iterable

from netspec.neuron import catalog
from netspec.neuron.mod_files import block, without_comments


def watching(mechanisms: Iterable[str]) -> bool:
    """Whether any of some mechanisms watches a condition."""
    return any(_count(without_comments(catalog.code(name))) for name in mechanisms if catalog.exists(name))


def from_start(text: str) -> bool:
    """Whether all that NMODL text watches is set up by an event that its INITIAL block sends at once."""
    nmodl = without_comments(text)
    initial = block(nmodl, "INITIAL")
    flags = set(re.findall(r"\bnet_send\s*\(\s*0\s*,\s*(\d+)\s*\)", initial))
    alone = [flag for flag in flags if _sent(nmodl, flag) == _sent(initial, flag)]
    set_up = [block(nmodl, rf"if\s*\(\s*flag\s*==\s*{flag}\s*\)") for flag in alone]
    return sum(map(_count, set_up)) == _count(nmodl)


def _count(nmodl: str) -> int:
    return len(re.findall(r"\bWATCH\b", nmodl))


def _sent(nmodl: str, flag: str) -> int:
    return len(re.findall(rf"\bnet_send\s*\([^,]*,\s*{flag}\s*\)", nmodl))
