"""Small pieces of HTML: escaped tables, as notebooks and reports show them."""

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

STYLE = "font-variant-numeric:tabular-nums;border-collapse:collapse;margin:.3em 0"
MOST_ROWS = 20


def text(value: Any) -> str:
    """A value as escaped text; numbers with as many digits as are read at a glance."""
    if isinstance(value, bool) or value is None:
        return "" if value is None else str(value)
    if hasattr(value, "item") and not getattr(value, "shape", ()):
        value = value.item()
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:.4g}" if value == value else "–"
    return escape(str(value))


def table(
    header: Sequence[str], rows: Iterable[Sequence[Any]], caption: str = "", most: int | None = None
) -> str:
    """A table of values, each escaped; numbers to the right. most: rows shown, of the others the number."""
    every = list(rows)
    shown = every[:most]
    head = "".join(f"<th>{escape(name)}</th>" for name in header)
    lines = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in shown)
    if len(every) > len(shown):
        lines += f'<tr><td colspan="{len(header)}">and {len(every) - len(shown):,} more</td></tr>'
    title = f"<caption>{escape(caption)}</caption>" if caption else ""
    return f"<table>{title}<thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table>"


def notebook(title: str, *tables: str) -> str:
    """What `_repr_html_` gives back: a line of plain text and tables."""
    styled = "".join(tables).replace("<table>", f'<table style="{STYLE}">')
    styled = styled.replace("<caption>", '<caption style="text-align:left;font-weight:600">')
    return f"<div><div>{escape(title)}</div>{styled}</div>"


def _cell(value: Any) -> str:
    number = isinstance(value, int | float) or hasattr(value, "dtype")
    side = ' align="right"' if number and not isinstance(value, bool) else ""
    return f"<td{side}>{text(value)}</td>"
