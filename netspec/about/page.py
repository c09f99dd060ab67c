"""A page about something: what it is, tables of its parts, what it can be attached to, and a snippet."""

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, field

from netspec import markup

HEADER = ("name", "unit", "value", "meaning")
WIDTH = 100
Row = tuple[str, str, str, str]
"""Name, unit, default or value, and meaning."""


@dataclass(frozen=True, repr=False)
class Page:
    """tables: rows by heading. attached: one sentence for each way. It prints as text."""

    title: str
    text: str = ""
    tables: Mapping[str, list[Row]] = field(default_factory=dict)
    attached: tuple[str, ...] = ()
    snippet: str = ""

    def __str__(self) -> str:
        parts = [self.title, *([textwrap.fill(self.text, WIDTH)] if self.text else [])]
        parts += ["\n".join([heading, *_aligned(rows)]) for heading, rows in self.tables.items() if rows]
        if self.attached:
            parts.append("\n".join(["attached to", *(_indented(line) for line in self.attached)]))
        if self.snippet:
            parts.append("snippet\n" + textwrap.indent(self.snippet, "  "))
        return "\n\n".join(parts)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        tables = [markup.table(HEADER, rows, heading) for heading, rows in self.tables.items() if rows]
        where = [markup.table(("attached to",), [(line,) for line in self.attached])] if self.attached else []
        code = f"<pre>{markup.text(self.snippet)}</pre>" if self.snippet else ""
        return markup.notebook(f"{self.title}. {self.text}", *tables, *where, code)


def _indented(line: str) -> str:
    return textwrap.fill(line, WIDTH, initial_indent="  ", subsequent_indent="    ")


def _aligned(rows: list[Row]) -> list[str]:
    widths = [max(len(row[k]) for row in rows) + 2 for k in range(3)]
    lines = []
    for row in rows:
        start = "  " + "".join(
            f"{text:{width}}" if width > 2 else "" for text, width in zip(row, widths, strict=False)
        )
        wide = max(WIDTH, len(start) + 40)
        lines.append(
            textwrap.fill(
                row[3],
                wide,
                initial_indent=start,
                subsequent_indent=" " * len(start),
                break_long_words=False,
            )
            if row[3]
            else start.rstrip()
        )
    return lines
