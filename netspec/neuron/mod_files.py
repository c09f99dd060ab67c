"""What an NMODL file defines, read from its text: needs neither NEURON nor a compiler."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from netspec.errors import FileError
from netspec.spec.vocabulary import WEIGHT

KINDS = {
    "SUFFIX": "density mechanism",
    "POINT_PROCESS": "point process",
    "JUNCTION_PROCESS": "point process",
    "ARTIFICIAL_CELL": "artificial cell",
}

_COMMENT = re.compile(r"^[ \t]*COMMENT\b.*?^[ \t]*ENDCOMMENT\b", re.S | re.M)
_VERBATIM = re.compile(r"\bVERBATIM\b.*?\bENDVERBATIM\b", re.S)
_TITLE = re.compile(r"^[ \t]*TITLE\b.*$", re.M)
_LINE_COMMENT = re.compile(r"[:?].*")
_UNIT_OR_LIMITS = re.compile(r"\([^)]*\)|<[^>]*>")
_RANGE = re.compile(r"\bFROM\b\s*\S+\s*\bTO\b\s*\S+|\bSTART\b\s*\S+")
_PARAMETER = re.compile(r"([A-Za-z_]\w*)\s*(?:\[\s*\w+\s*\])?\s*(?:=\s*[-+]?[\w.]+(?:(?<=[eE])[-+]?\d+)?)?")
_WITH_UNIT = re.compile(_PARAMETER.pattern + r"\s*(?:\(([^)]*)\))?")
_DEFAULT = re.compile(r"([A-Za-z_]\w*)\s*=\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)")
_INCLUDE = re.compile(r'\bINCLUDE\s+"([^"]+)"')
_NAME = re.compile(r"[A-Za-z_]\w*")


@dataclass(frozen=True)
class ModFile:
    """What one mod file defines. kind: a value of KINDS; '' for a file of functions only (SUFFIX nothing).

    ranges, globals, pointers: as declared in its NEURON block. ions: those of its USEION statements.
    units: of its parameters, and of the weight of a connection (WEIGHT) if it takes any; '' for none.
    defaults: of its parameters, as they are written.
    """

    path: Path
    name: str
    kind: str
    parameters: tuple[str, ...] = ()
    ranges: tuple[str, ...] = ()
    globals: tuple[str, ...] = ()
    pointers: tuple[str, ...] = ()
    ions: tuple[str, ...] = ()
    units: Mapping[str, str] = field(default_factory=dict, hash=False)
    defaults: Mapping[str, float] = field(default_factory=dict, hash=False)


def find(folders: Iterable[Path]) -> list[ModFile]:
    """The mod files of the folders that exist, in order of folder and name."""
    return [read(path) for folder in folders for path in sorted(Path(folder).glob("*.mod"))]


def folder(place: Path) -> Path | None:
    """Where the mod files of a model are: in `mod`, else in the folder itself, as for nrnivmodl."""
    if (place / "mod").is_dir():
        return place / "mod"
    return place if next(place.glob("*.mod"), None) else None


def read(path: Path) -> ModFile:
    """What a mod file defines."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise FileError(f"{path}: {error.strerror}") from error
    return parse(text, path)


def parse(text: str, path: Path) -> ModFile:
    """What the text of a mod file defines. path: gives the name if the text does not."""
    code = without_comments(text)
    neuron = block(code, "NEURON")
    kind, name = _kind(neuron) or ("SUFFIX", path.stem)
    return ModFile(
        path=path,
        name=name,
        kind="" if name == "nothing" else KINDS[kind],
        parameters=_parameters(block(code, "PARAMETER")),
        ranges=_declared(neuron, "RANGE"),
        globals=_declared(neuron, "GLOBAL"),
        pointers=_declared(neuron, "POINTER") + _declared(neuron, "BBCOREPOINTER"),
        ions=tuple(dict.fromkeys(re.findall(r"\bUSEION\s+(\w+)", neuron))),
        units=_units(code),
        defaults=_defaults(block(code, "PARAMETER")),
    )


def included(path: Path, folders: Iterable[Path]) -> set[Path]:
    """The files in the folders that an NMODL file includes, directly or through others."""
    places = list(folders)
    found: set[Path] = set()
    waiting = [path]
    while waiting:
        code = without_comments(waiting.pop().read_text(encoding="utf-8", errors="replace"))
        for name in _INCLUDE.findall(code):
            target = next((place / name for place in places if (place / name).is_file()), None)
            if target is not None and target not in found:
                found.add(target)
                waiting.append(target)
    return found


def without_comments(text: str) -> str:
    """NMODL without its comments, title and pieces of C."""
    for pattern in (_COMMENT, _VERBATIM, _TITLE, _LINE_COMMENT):
        text = pattern.sub(" ", text)
    return text


def block(code: str, name: str) -> str:
    """What is between the braces of every block of this name."""
    return "\n".join(blocks(code, name))


def blocks(code: str, name: str) -> list[str]:
    """What is between the braces of each block of this name."""
    parts = []
    for start in re.finditer(rf"\b{name}\s*\{{", code):
        depth, end = 1, start.end()
        while depth and end < len(code):
            depth += {"{": 1, "}": -1}.get(code[end], 0)
            end += 1
        parts.append(code[start.end() : end - 1])
    return parts


def _kind(neuron: str) -> tuple[str, str] | None:
    found = re.search(rf"\b({'|'.join(KINDS)})\s+(\w+)", neuron)
    return (found[1], found[2]) if found else None


def _declared(neuron: str, keyword: str) -> tuple[str, ...]:
    """Names in a statement such as `RANGE a, b`, which may go on over several lines after a comma."""
    lists = re.findall(rf"\b{keyword}\s+(\w+(?:\s*,\s*\w+)*)", neuron)
    return tuple(dict.fromkeys(name for names in lists for name in _NAME.findall(names)))


def _parameters(text: str) -> tuple[str, ...]:
    plain = _RANGE.sub(" ", _UNIT_OR_LIMITS.sub(" ", text))
    return tuple(dict.fromkeys(found[1] for found in _PARAMETER.finditer(plain)))


def _units(code: str) -> dict[str, str]:
    """Units of the parameters and of the weight."""
    parameters = _RANGE.sub(" ", re.sub(r"<[^>]*>", " ", block(code, "PARAMETER")))
    found = {name: unit or "" for name, unit in _WITH_UNIT.findall(parameters)}
    received = re.search(r"\bNET_RECEIVE\s*\(\s*\w+\s*(?:\(([^)]*)\))?", code)
    if received:
        found[WEIGHT] = (received[1] or "").strip()
    return {name: "" if unit.strip() == "1" else unit.strip() for name, unit in found.items()}


def _defaults(parameters: str) -> dict[str, float]:
    return {name: float(value) for name, value in _DEFAULT.findall(_RANGE.sub(" ", parameters))}
