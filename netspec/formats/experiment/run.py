"""What can be done with an experiment: its LEMS, its components checked, a run in reference mode."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from netspec.errors import FileError, Problem, SpecError
from netspec.formats.experiment import network, read
from netspec.formats.experiment.lines import Lines
from netspec.lems import check, reference
from netspec.lems.resolve import Resolved

Made = TypeVar("Made")


def lems(path: Path | str) -> str:
    """The text of a LEMS file that says what a YAML experiment says. SpecError with path and line."""
    found, lines = _rendered(Path(path))
    _checked(found, lines)
    return "\n".join(lines.text) + "\n"


def resolved(path: Path | str) -> Resolved:
    """The components of a YAML experiment, checked."""
    return _checked(*_rendered(Path(path)))


def read_by(path: Path | str, reader: Callable[[Resolved], Made]) -> Made:
    """What a function makes of the components; what it says of their lines is said of the experiment's."""
    found, lines = _rendered(Path(path))
    try:
        return reader(_checked(found, lines))
    except SpecError as error:
        raise SpecError([_problem(problem, found, lines) for problem in error.problems]) from error


def run(path: Path | str, folder: Path | str = ".", seed: int = 1) -> reference.Output:
    """Run an experiment in reference mode; experiment.dat has times [s] and traces [SI units]."""
    return reference.simulate(resolved(path), Path(folder), seed)


def _rendered(path: Path) -> tuple[Path, Lines]:
    if not path.is_file():
        raise FileError(f"{path}: no such file")
    said = read.Mistakes()
    root = read.parse(path.read_text(), str(path))
    lines = network.render(root, path.parent, said)
    said.stop()
    return path, lines


def _checked(path: Path, lines: Lines) -> Resolved:
    """The components; what is wrong with them is said where the experiment says it."""
    found = check.components(path, "\n".join(lines.text).encode())
    if found.findings.problems:
        raise SpecError([_problem(problem, path, lines) for problem in found.findings.problems])
    return found


def _problem(problem: Problem, path: Path, lines: Lines) -> Problem:
    file, _, line = problem.path.rpartition(":")
    if file != str(path) or not line.isdigit():
        return problem
    return Problem(lines.places[int(line) - 1], problem.message)
