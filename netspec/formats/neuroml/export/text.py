"""Elements of XML as text, quantities with units, and ids that NeuroML takes."""

from typing import Any
from xml.sax.saxutils import escape, quoteattr

from netspec.formats.sonata.export.layout import safe, unique

Attributes = dict[str, Any]


def element(tag: str, /, *children: str, **attributes: Any) -> str:
    """An element in lines; attributes that are None are left out.

    >>> element("population", element("notes"), id="E", size=3)
    '<population id="E" size="3">\\n  <notes/>\\n</population>'
    """
    given = "".join(f" {name}={quoteattr(str(v))}" for name, v in attributes.items() if v is not None)
    if not children:
        return f"<{tag}{given}/>"
    inside = "\n".join(f"  {line}" for child in children for line in child.split("\n"))
    return f"<{tag}{given}>\n{inside}\n</{tag}>"


def note(tag: str, text: str) -> str:
    """An element with text only."""
    return f"<{tag}>{escape(text)}</{tag}>"


def number(value: float) -> str:
    """All digits of a number, as the schema writes them.

    >>> number(3.0), number(1e22), number(2.5e-9)
    ('3', '1e22', '2.5e-09')
    """
    return repr(float(value)).removesuffix(".0").replace("e+", "e")


def quantity(value: float, unit: str) -> str:
    """A number with its unit, as '0.12S_per_cm2'."""
    return number(value) + unit


class Ids:
    """Ids of NeuroML: letters, digits and underscores, each given once."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def new(self, label: Any) -> str:
        """An id like the label, unlike all before."""
        name = safe(label)
        return unique(name if not name[0].isdigit() else f"_{name}", self._taken)


def label_of(name: str, label: Any) -> list[str]:
    """The property that keeps a label which is no id; nothing where it is one."""
    return [] if name == str(label) else [element("property", tag="label", value=label)]
