"""A YAML text as entries that know their path and line, with mistakes collected."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from netspec.errors import Problem, SpecError, did_you_mean
from netspec.extras import needed


@dataclass(frozen=True, eq=False)
class Entry:
    """value: a dict or list of entries, or a number, text, truth value or None."""

    value: Any
    place: str

    def get(self, key: str) -> "Entry":
        """What a key has; an entry of None where it is not there."""
        found = self.value.get(key) if isinstance(self.value, dict) else None
        return found or Entry(None, f"{self.place}.{key}".lstrip("."))

    def items(self) -> Iterator[tuple[str, "Entry"]]:
        """Keys and their entries."""
        yield from (self.value if isinstance(self.value, dict) else {}).items()

    def rows(self) -> list["Entry"]:
        """The entries of a list."""
        return self.value if isinstance(self.value, list) else []

    @property
    def text(self) -> str:
        """A scalar as it is written."""
        return "" if self.value is None else str(self.value)


@dataclass
class Mistakes:
    """What is wrong so far."""

    problems: list[Problem] = field(default_factory=list)

    def wrong(self, entry: Entry, message: str) -> None:
        """A mistake at an entry."""
        self.problems.append(Problem(entry.place, message))

    def keys(self, entry: Entry, known: Iterable[str], what: str) -> None:
        """Each key that is not known."""
        if entry.value is not None and not isinstance(entry.value, dict):
            self.wrong(entry, f"{what}: expected keys with values, found {entry.text!r}")
        for key, below in entry.items():
            if key not in known:
                self.wrong(below, f"unknown key {key!r} of {what}. {did_you_mean(key, known)}")

    def stop(self) -> None:
        """SpecError with all of them, if there are any."""
        if self.problems:
            raise SpecError(self.problems)


def parse(text: str, file: str) -> Entry:
    """The root entry; places are 'file:line path'. SpecError where it is no YAML."""
    yaml = needed("yaml", "a YAML experiment", "experiments")
    try:
        node = yaml.compose(text, yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        message = f"no YAML: {getattr(error, 'problem', error)}"
        raise SpecError([Problem(f"{file}:{line}", message)]) from error
    loader = yaml.SafeLoader("")
    return _entry(node, "", file, loader) if node else Entry({}, f"{file}:1")


def _entry(node: Any, path: str, file: str, loader: Any) -> Entry:
    place = f"{file}:{node.start_mark.line + 1} {path}".rstrip()
    match node.id:
        case "mapping":
            pairs = ((str(key.value), key, below) for key, below in node.value)
            return Entry(
                {k: _at(below, f"{path}.{k}".lstrip("."), file, loader, key) for k, key, below in pairs},
                place,
            )
        case "sequence":
            return Entry([_entry(n, f"{path}[{k}]", file, loader) for k, n in enumerate(node.value)], place)
    return Entry(loader.construct_object(node), place)


def _at(node: Any, path: str, file: str, loader: Any, key: Any) -> Entry:
    """An entry at the line of its key."""
    found = _entry(node, path, file, loader)
    return Entry(found.value, f"{file}:{key.start_mark.line + 1} {path}")
