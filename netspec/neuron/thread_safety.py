"""Which mechanisms cannot be stepped by several threads: NEURON's own translator says it of each mod file."""

import os
import re
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path

from netspec import cache
from netspec.errors import Problem
from netspec.model import Model
from netspec.neuron import catalog, mod_copy
from netspec.neuron.bulk_compiled import neuron_folders
from netspec.neuron.check import named
from netspec.neuron.mod_files import find
from netspec.neuron.ranks import Ranks

SAFE = "Thread Safe"
_NOTICE = re.compile(r"^Notice: (.*)$", re.M)
TIME_LIMIT = 60


def problems(model: Model, folders: Iterable[Path], ranks: Ranks | None) -> list[Problem]:
    """A problem for each mechanism of the model that several threads cannot step. Collective.

    Artificial cells are left out: NEURON keeps those that are not safe in the first thread.
    """
    if model.spec.simulation.threads < 2:
        return []
    found: list[Problem] | None = None
    if ranks is None or ranks.rank == 0:
        names = named(model) - catalog.BUILT_IN - catalog.artificial_cells()
        mods = {mod.name: mod.path for mod in reversed(find(folders)) if mod.name in names}
        reasons = {name: _reason(path) for name, path in sorted(mods.items())}
        found = [
            Problem("simConfig.threads", f"{name!r} ({mods[name]}) is not thread safe: {reason}")
            for name, reason in reasons.items()
            if reason
        ]
    return found if ranks is None else ranks.bcast(found)


def _reason(path: Path) -> str | None:
    """Why the mechanism of a mod file needs one thread; None if it does not, or if nobody can say."""
    where = neuron_folders()
    program = where and where[1].parent / "bin" / "nocmodl"
    if not where or not program.is_file():
        return None
    units = where[1].parent / "share" / "nrn" / "lib" / "nrnunits.lib"
    with tempfile.TemporaryDirectory() as work:
        mod_copy.copy([path], Path(work))
        done = subprocess.run(
            [program, path.name],
            cwd=work,
            env=cache.environment(
                NRNHOME=str(where[1].parent), MODLUNIT=str(units), MODL_INCLUDE=_places(path)
            ),
            capture_output=True,
            text=True,
            errors="replace",
            timeout=TIME_LIMIT,
        )
    if done.returncode or SAFE in done.stderr:
        return None
    return " ".join(dict.fromkeys(_NOTICE.findall(done.stderr))) or "NEURON does not say why."


def _places(path: Path) -> str:
    return os.pathsep.join(map(str, (path.parent, path.parent.parent)))
