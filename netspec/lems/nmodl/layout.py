"""Blocks of NMODL."""

import textwrap
from collections.abc import Iterable

from netspec.lems.nmodl.write import Lines


def block(name: str, lines: Iterable[str]) -> str:
    """A block with its name; nothing where it is empty."""
    inside = "\n".join(_wrapped(f"    {line}") for line in lines)
    return f"{name} {{\n{inside}\n}}\n" if inside else ""


def _wrapped(line: str) -> str:
    """A list of names on lines that NMODL's translator can read."""
    return textwrap.fill(line, 100, subsequent_indent=" " * 8) if len(line) > 100 and ", " in line else line


def procedure(head: str, lines: Lines, first: Iterable[str] = (), hints: Iterable[str] = ()) -> str:
    """A block of statements; hints come before those that are computed."""
    local = [f"LOCAL {', '.join(dict.fromkeys(lines.local))}"] if lines.local else []
    head = f"PROCEDURE {head}" if head[0].islower() else head
    body = [*local, *first, *hints, *lines.lines]
    return block(head, body)
