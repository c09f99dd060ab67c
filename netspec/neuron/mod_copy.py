"""The copies of mod files that are compiled: repaired, with a line in the log for each that needed it."""

import logging
from collections.abc import Iterable, Sequence
from pathlib import Path

from netspec.neuron import mod_repair
from netspec.neuron.mod_repair import Repair, Repaired

log = logging.getLogger("netspec")

NMODL = (".mod", ".inc")
"""Files in NMODL; others beside them are C."""


def copy(paths: Iterable[Path], work: Path) -> None:
    """Write what to compile instead of these files into the folder `work`. The files stay as they are."""
    for path, new in repaired(list(paths)).items():
        if new.repairs:
            log.info("%s: repaired in the copy that is compiled: %s", path, mod_repair.told(new.repairs))
        (work / path.name).write_bytes(new.text.encode(errors="surrogateescape"))


def repairs(paths: Sequence[Path]) -> dict[Path, tuple[Repair, ...]]:
    """What compiling the files would repair, of those where that is anything."""
    return {path: new.repairs for path, new in repaired(paths).items() if new.repairs}


def repaired(paths: Sequence[Path]) -> dict[Path, Repaired]:
    """The texts of the files of one model after their repair."""
    texts = {path: read(path) for path in paths}
    known: dict[str, str] = {}
    for path, text in texts.items():
        known.update(mod_repair.prototypes_in(text, c=path.suffix not in NMODL))
    return {
        path: mod_repair.repaired(text, known, c=path.suffix not in NMODL) for path, text in texts.items()
    }


def read(path: Path) -> str:
    """The text of a file in any encoding: what is no UTF-8 comes out of `encode` again."""
    return path.read_bytes().decode(errors="surrogateescape")
