"""Everything that is checked of a NeuroML or LEMS file."""

from pathlib import Path

from netspec.lems import (
    check_cells,
    check_networks,
    check_references,
    check_simulation,
    check_types,
    read,
    resolve,
)
from netspec.lems.findings import Findings


def check(path: Path) -> Findings:
    """Problems and notes of a file with all that it includes; those of its types come first."""
    return components(path).findings


def components(path: Path, text: bytes | None = None) -> resolve.Resolved:
    """The components of a file with all that it includes, and in `findings` what `check` finds.

    text: what is read instead of what is in the file.
    """
    document = read.load(path, text)
    for name in document.own_types:
        check_types.check(document.library.types[name], document.library, document.findings)
    found = resolve.resolve(document)
    for part in (check_references, check_cells, check_networks, check_simulation):
        part.check(found)
    document.findings.components = sum(1 for _ in found.every())
    return found
