"""What can be done with an experiment: its LEMS, its components checked, a run in reference mode."""

from pathlib import Path

from netspec.errors import FileError, Problem, SpecError
from netspec.formats.experiment import network, read
from netspec.formats.experiment.lines import Lines
from netspec.lems import check, reference
from netspec.lems.resolve import Resolved


def lems(path: Path | str) -> str:
    """The text of a LEMS file that says what a YAML experiment says. SpecError with path and line."""
    found, lines = _rendered(Path(path))
    _checked(found, lines)
    return "\n".join(lines.text) + "\n"


def resolved(path: Path | str) -> Resolved:
    """The components of a YAML experiment, checked."""
    return _checked(*_rendered(Path(path)))


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
