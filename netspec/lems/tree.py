"""XML as elements that know their line."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from netspec.errors import Problem, SpecError

UNREAD = ("notes", "annotation")
"""Elements for people and archives, whose content is not ours."""


@dataclass(frozen=True)
class Place:
    """Where something is written; the line is a number, or the path in an HDF5 file."""

    file: str
    line: int | str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, eq=False)
class Element:
    """An element as it is written, without its namespace."""

    tag: str
    attributes: dict[str, str]
    place: Place
    children: list["Element"] = field(default_factory=list)

    def all(self, *tags: str) -> Iterator["Element"]:
        """The children with one of these tags."""
        return (child for child in self.children if child.tag in tags)

    def get(self, name: str) -> str | None:
        """An attribute, or None."""
        return self.attributes.get(name)


def parse(text: bytes, file: str) -> Element:
    """The root element of an XML text; SpecError at its line where it is not well-formed."""
    parser = expat.ParserCreate()
    root = Element("", {}, Place(file, 1))
    stack, closed = [root], 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal closed
        if closed or stack[-1].tag in UNREAD:
            closed += 1
            return
        place = Place(file, parser.CurrentLineNumber)
        element = Element(tag.rpartition(":")[2], attributes, place)
        stack[-1].children.append(element)
        stack.append(element)

    def end(_: str) -> None:
        nonlocal closed
        if closed:
            closed -= 1
        else:
            stack.pop()

    parser.StartElementHandler, parser.EndElementHandler = start, end
    try:
        parser.Parse(text, True)
    except expat.ExpatError as error:
        message = f"not well-formed XML: {expat.ErrorString(error.code)}, column {error.offset + 1}"
        raise SpecError([Problem(f"{file}:{error.lineno}", message)]) from error
    return root.children[0]
