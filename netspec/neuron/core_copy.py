"""Mod files as both NEURON and CoreNEURON can have them: text in, text and a reason for each change out."""

import re
from dataclasses import dataclass

from netspec.neuron.c_text import verbatims
from netspec.neuron.mod_files import block, blocks, without_comments
from netspec.neuron.mod_repair import without_c

DECLARING = ("NEURON", "PARAMETER", "ASSIGNED", "STATE", "UNITS", "CONSTANT", "INDEPENDENT")
"""Blocks in which `x = 1` declares a value; elsewhere it is code."""
_GLOBAL = re.compile(r"\bGLOBAL\s+(\w+(?:\s*,\s*\w+)*)")
_TABLE = re.compile(r"\bTABLE\b[^{}]*?\bWITH\s+[^\s}]+")
_ASSIGNED = re.compile(r"\b([A-Za-z_]\w*)\s*(?:\[[^\]\n]*\]\s*)?=(?!=)")


@dataclass(frozen=True)
class Adapted:
    """The text to compile. ranges: GLOBAL variables that are RANGE in it, since code writes them."""

    text: str
    ranges: tuple[str, ...] = ()


def adapted(text: str) -> Adapted:
    """What to compile in place of a mod file's text. Lines keep their numbers.

    CoreNEURON shares GLOBAL variables between threads and never takes them back, so code must not write them.
    """
    moved: list[str] = []
    written = _written(text)
    nmodl = without_c(text, verbatims(text))
    for found in reversed(list(_GLOBAL.finditer(nmodl))):
        names = re.findall(r"\w+", found[1])
        ranges = [name for name in names if name in written]
        kept = [name for name in names if name not in written]
        if ranges:
            new = " ".join(
                f"{keyword} {', '.join(some)}"
                for keyword, some in (("GLOBAL", kept), ("RANGE", ranges))
                if some
            )
            lines = "\n" * found[0].count("\n")
            text = f"{text[: found.start()]}{new}{lines}{text[found.end() :]}"
            moved = [*ranges, *moved]
    return Adapted(text, tuple(moved))


def without_tables(text: str) -> str:
    """The text with nothing to look up: loops that look up cannot use vector instructions."""
    for found in reversed(list(_TABLE.finditer(without_c(text, verbatims(text))))):
        text = text[: found.start()] + "\n" * found[0].count("\n") + text[found.end() :]
    return text


def pointers(text: str) -> tuple[str, ...]:
    """Variables that CoreNEURON cannot have: POINTERs without a way to send what they point to."""
    neuron = block(without_comments(text), "NEURON")
    names = re.findall(r"\bPOINTER\s+(\w+(?:\s*,\s*\w+)*)", neuron)
    return tuple(name for some in names for name in re.findall(r"\w+", some))


def _written(text: str) -> set[str]:
    """Variables that code sets."""
    code = without_comments(text)
    for name in DECLARING:
        for part in blocks(code, name):
            code = code.replace(part, " ")
    return set(_ASSIGNED.findall(code))
