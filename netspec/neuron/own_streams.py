"""Streams of the RANDOM variables of mod files: of each object one of its own, by its cell, on any rank."""

import re
from typing import Any

from numpy.typing import NDArray

from netspec.neuron import catalog
from netspec.neuron.c_text import verbatims
from netspec.neuron.mod_repair import without_c
from netspec.streams import hash_text


def variables(mechanism: str) -> list[str]:
    """Names that a mod file declares as RANDOM."""
    text = catalog.code(mechanism)
    lines = re.findall(r"^\s*RANDOM\s+(.+)$", without_c(text, verbatims(text)), re.MULTILINE)
    return [name for line in lines for name in re.findall(r"\w+", line)]


def start(mechanism: str, objects: Any, gids: NDArray[Any], purpose: str, seed: int) -> None:
    """Put the streams of objects at their start. gids: of their cells (n,); purpose: what they are for."""
    if mechanism in catalog.BUILT_IN:
        return
    for name in variables(mechanism):
        kind = hash_text(f"{purpose} {name}")
        for k, gid in enumerate(gids.tolist()):
            stream = getattr(objects.o(k), name)
            stream.set_ids(gid, kind, seed)
            stream.set_seq(0)
