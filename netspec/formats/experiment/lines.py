"""Lines of XML, each of which knows the entry that it comes from."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from xml.sax.saxutils import quoteattr

from netspec.formats.experiment.read import Entry, Mistakes


@dataclass
class Lines:
    """text: the lines; places: where each comes from."""

    text: list[str] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    depth: int = 0

    def _write(self, line: str, entry: Entry) -> None:
        self.text.append("  " * self.depth + line)
        self.places.append(entry.place)

    def add(self, tag: str, entry: Entry, **attributes: str) -> None:
        """An element without content. A trailing _ of an attribute's name is left out."""
        self._write(f"<{tag}{_attributes(attributes)}/>", entry)

    @contextmanager
    def inside(self, tag: str, entry: Entry, **attributes: str) -> Iterator[None]:
        """An element with what is added meanwhile."""
        self._write(f"<{tag}{_attributes(attributes)}>", entry)
        self.depth += 1
        yield
        self.depth -= 1
        self._write(f"</{tag}>", entry)


def _attributes(given: dict[str, str]) -> str:
    return "".join(f" {name.removesuffix('_')}={quoteattr(value)}" for name, value in given.items())


def quoted(value: Entry, unit: Entry, said: Mistakes) -> str:
    """A number with its unit, as an attribute says it."""
    if isinstance(value.value, bool) or not isinstance(value.value, int | float):
        said.wrong(value, f"expected a number, found {value.text!r}")
        return "0"
    symbol = "" if unit.text in ("dimensionless", "1", "none") else unit.text
    return f"{value.value!r}{symbol}"
