"""Mod files that draw from a random number generator which all instances of a process share."""

import re
from dataclasses import dataclass

from netspec.neuron.c_text import mask, verbatims
from netspec.neuron.mod_repair import without_c

SHARED = ("scop_random", "exprand", "normrand", "poisrand", "drand48", "lrand48", "rand", "random")
_CALL = re.compile(rf"(?<![\w.>])({'|'.join(SHARED)})\s*\(")
_OWN = re.compile(r"\b(?:nrn_random_pick|nrnran123_\w+)\s*\(|\bRANDOM\b")
_DEFINED = re.compile(r"\b(?:FUNCTION|PROCEDURE)\s+(\w+)|\b(?:double|int|long)\s+(\w+)\s*\([^()]*\)\s*\{")


@dataclass(frozen=True)
class SharedDraw:
    """A draw from the generator of the process. otherwise: the file has a stream per instance as well."""

    line: int
    function: str
    otherwise: bool

    def __str__(self) -> str:
        which = f"line {self.line}: {self.function} draws from one generator for the whole process"
        if self.otherwise:
            return f"{which} in instances that have no Random of their own; results then depend on ranks"
        return f"{which}: results depend on the number of ranks and on everything else that draws from it"


def shared_draw(text: str) -> SharedDraw | None:
    """The first draw in a mod file from a generator of the process; None if there is none."""
    regions = verbatims(text)
    code, nmodl = mask(text, regions), without_c(text, regions)
    own_names = {a or b for part in (code, nmodl) for a, b in _DEFINED.findall(part)}
    found = [call for part in (code, nmodl) for call in _CALL.finditer(part) if call[1] not in own_names]
    if not found:
        return None
    first = min(found, key=lambda call: call.start())
    otherwise = bool(_OWN.search(code) or _OWN.search(nmodl))
    return SharedDraw(text.count("\n", 0, first.start()) + 1, first[1], otherwise)
