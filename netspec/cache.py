"""Where compiled things are kept, and how only one process makes each of them."""

import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable
from hashlib import sha256
from pathlib import Path

import platformdirs
from filelock import FileLock

LAUNCHER_PREFIXES = ("OMPI_", "PMI", "PMIX_", "PRTE_", "SLURM_", "MPI_", "HYDRA_", "HYDI_", "PALS_", "MV2_")
"""Environment variables of MPI launchers: programs that are no part of the parallel job must not see them."""


def folder() -> Path:
    """The user's cache; NETSPEC_CACHE names another place (on clusters: a shared file system)."""
    own = os.environ.get("NETSPEC_CACHE")
    return Path(own) if own else Path(platformdirs.user_cache_dir("netspec", appauthor=False))


def key(parts: Iterable[str | bytes]) -> str:
    """A name for what is made from `parts` on this kind of machine."""
    digest = sha256()
    machine = (sys.platform, platform.machine(), platform.python_version())
    for part in (*machine, *parts):
        data = part.encode() if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "little") + data)
    return digest.hexdigest()[:24]


def made_once(kind: str, name: str, make: Callable[[Path], None]) -> Path:
    """The folder <cache>/<kind>/<name>; if it is not there, `make` fills it while other processes wait.

    It appears complete or not at all: `make` works in a temporary folder, which is then renamed.
    """
    place = folder() / kind / name
    if place.is_dir():
        return place
    place.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{place}.lock"):
        if not place.is_dir():
            work = Path(tempfile.mkdtemp(prefix=f"{name}.", dir=place.parent))
            try:
                make(work)
                work.rename(place)
            finally:
                shutil.rmtree(work, ignore_errors=True)
    return place


def environment(**changes: str) -> dict[str, str]:
    """The environment for a compiler: this one without what an MPI launcher put there."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(LAUNCHER_PREFIXES)}
    return {**kept, **changes}


def compiler() -> str | None:
    """The C++ compiler: $CXX, else the first of c++, g++ and clang++ that exists."""
    own = os.environ.get("CXX")
    if own:
        return own
    return next((found for name in ("c++", "g++", "clang++") if (found := shutil.which(name))), None)
