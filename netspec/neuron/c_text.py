"""Pieces of C in mod files, found by pattern: enough for declarations and definitions as models have them."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_COMMENT_BLOCK = re.compile(r"^[ \t]*COMMENT\b.*?^[ \t]*ENDCOMMENT\b", re.S | re.M)
_VERBATIM = re.compile(r"^([^\n:?]*?)\bVERBATIM\b(.*?)\bENDVERBATIM\b", re.S | re.M)
_NOT_CODE = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)
_DIRECTIVE = re.compile(r"^[ \t]*#(?:\\\r?\n|[^\n])*", re.M)
_NO_TYPE = r"(?!(?:return|else|case|goto|typedef|delete|new|using|do|if|while|for|switch|sizeof)\b)"
_TYPE = rf"(?:(?:extern|static|const|unsigned|signed|struct|long|short)\s+)*{_NO_TYPE}[A-Za-z_]\w*"
_DECLARATOR = r"[\s*]*\w+\s*(?:\((?:[^(){};]|\([^(){};]*\))*\)|\[[^\]]*\])?\s*"

DECLARATION = re.compile(
    rf"(?:(?<=[;{{}}\n])|\A)[ \t]*(?P<type>{_TYPE})"
    rf"(?P<names>(?=[\s*]){_DECLARATOR}(?:,{_DECLARATOR})*);"
)
"""A statement such as `extern double f(), *g(int);`, in text without comments and strings."""
DEFINITION = re.compile(
    rf"(?:(?<=[;}}\n])|\A)[ \t]*(?P<type>{_TYPE})(?P<stars>[\s*]+)(?P<name>\w+)\s*"
    r"\((?P<params>[^(){};]*)\)\s*"
    r"(?P<old>(?:[A-Za-z_][\w\s*,\[\]]*;\s*)*)\{"
)
"""The head of a function; `old`: declarations of its parameters before the brace, as in K&R's C."""


@dataclass(frozen=True)
class Edit:
    """What to put in place of text[start:end]. what: a kind of repair; names: of what."""

    start: int
    end: int
    new: str
    what: str
    names: str = ""


@dataclass(frozen=True)
class Definition:
    """A function that C code defines. start, end: of its head; body: where its body begins and ends."""

    name: str
    type: str
    parameters: tuple[str, ...]
    old: bool
    start: int
    end: int
    body: tuple[int, int]

    @property
    def signature(self) -> str:
        """Its parameters as a prototype has them."""
        return ", ".join(self.parameters)


def verbatims(text: str, c: bool = False) -> list[tuple[int, int]]:
    """Where pieces of C begin and end in NMODL. c: the whole text is C."""
    if c:
        return [(0, len(text))]
    return [found.span(2) for found in _VERBATIM.finditer(_blank(_COMMENT_BLOCK, text))]


def mask(text: str, regions: Iterable[tuple[int, int]]) -> str:
    """The text with all but C code (comments and strings, too) replaced by spaces, so that positions stay."""
    parts, last = [], 0
    for start, end in regions:
        parts += [_spaces(text[last:start]), _blank(_NOT_CODE, text[start:end])]
        last = end
    code = _blank(_DIRECTIVE, "".join(parts)) + _spaces(text[last:])
    return re.sub(r"\\(?=\r?\n)", " ", code)


def definitions(code: str) -> Iterator[Definition]:
    """The functions that C code, as `mask` gives it, defines."""
    for found in DEFINITION.finditer(code):
        names = [name.strip() for name in found["params"].split(",")]
        old = bool(found["old"].strip())
        parameters = _old_style(names, found["old"]) if old else tuple(" ".join(n.split()) for n in names)
        if parameters is None or found["name"] in ("if", "for", "while", "switch"):
            continue
        stars = "*" * found["stars"].count("*")
        kind = " ".join(found["type"].replace("extern", "").replace("static", "").split()) + stars
        start = found.start("type")
        body = (found.end(), closing(code, found.end()))
        yield Definition(found["name"], kind, tuple(filter(None, parameters)), old, start, found.end(), body)


def closing(code: str, start: int) -> int:
    """Where the brace is closed that was opened before `start`."""
    depth = 1
    for found in re.finditer(r"[{}]", code[start:]):
        depth += 1 if found[0] == "{" else -1
        if not depth:
            return start + found.start()
    return len(code)


def split_declarators(names: str) -> list[str]:
    """`f(int, int), *g()` -> its parts, as they stand."""
    parts, depth = [""], 0
    for letter in names:
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if letter == "," and not depth:
            parts.append("")
        else:
            parts[-1] += letter
    return parts


def applied(text: str, edits: Iterable[Edit]) -> str:
    """The text after the edits, with as many lines as before."""
    for edit in sorted(edits, key=lambda edit: -edit.start):
        missing = text.count("\n", edit.start, edit.end) - edit.new.count("\n")
        text = text[: edit.start] + edit.new + "\n" * missing + text[edit.end :]
    return text


def _old_style(names: list[str], declared: str) -> tuple[str, ...] | None:
    """Types and names of parameters that K&R's C declares after the parentheses; None if they do not fit."""
    types: dict[str, str] = {}
    for statement in filter(str.strip, declared.split(";")):
        found = re.match(rf"\s*({_TYPE})(?=[\s*])(.*)", statement, re.S)
        if found is None:
            return None
        for declarator in split_declarators(found[2]):
            name = re.search(r"\w+", declarator)
            if name:
                spelled = re.sub(r"[*]\s+", "*", " ".join(declarator.split()))
                types[name[0]] = f"{found[1]} {spelled}"
    if not set(types) <= set(names):
        return None
    return tuple(types.get(name, f"int {name}") for name in names)


def _blank(pattern: re.Pattern[str], text: str) -> str:
    return pattern.sub(lambda found: _spaces(found[0]), text)


def _spaces(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)
