"""Mod files to a library in the user's cache, once per content."""

import logging
import os
import platform
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import neuron

from netspec import cache
from netspec.errors import MechanismError
from netspec.neuron import mod_copy, mod_repair
from netspec.neuron.mod_files import ModFile, included, read

log = logging.getLogger("netspec")

LIBRARIES = ("libnrnmech.so", "libnrnmech.dylib", ".libs/libnrnmech.so")
"""Where nrnivmodl leaves its result, within the folder named after the machine."""
HEADERS = (".inc", ".h", ".hpp")
"""Files that C code in mod files may include."""
PORTING = "https://nrn.readthedocs.io/en/latest/guide/porting_mechanisms_to_cpp.html"
TIME_LIMIT = 1800

_COLOR = re.compile(r"\x1b\[[0-9;]*m")
_WRAPPER = re.compile(r"^(Traceback|  File |    \S|subprocess\.|make: |NOTE: |refer to the C\+\+|\s*$)")
_ASIDE = re.compile(
    r": (warning|note): |^(Thread Safe|Translating|INCLUDEing|Notice:) ?|^In file included| -> "
)
_SOURCE = re.compile(r"^ +(\d+ )?\|")
_FAILED = re.compile(r"in file (\S+?)\.mod|\b(\w+)\.(?:cpp|o)\] Error")


def library(mods: Sequence[ModFile]) -> Path:
    """The compiled library of these mod files: from the cache, or made now."""
    files = _files(mods)
    places = include_places(mods)
    others = sorted({path for mod in mods for path in included(mod.path, places)} - set(files))
    _by_name([*files, *others])
    contents = [item for path in (*files, *others) for item in (path.name, path.read_bytes())]
    repair = str(mod_repair.VERSION)
    name = cache.key([neuron.__version__, os.environ.get("CXX", ""), repair, *contents])

    def make(work: Path) -> None:
        """Leave the library of repaired copies in the folder."""
        require_tools(mods)
        log.info("compiling %d mod files: %s", len(mods), ", ".join(mod.path.name for mod in mods))
        mod_copy.copy([*others, *files], work)
        _nrnivmodl(work, mods, os.pathsep.join(map(str, places)))
        built = in_folder(work)
        if built is None:
            raise MechanismError(f"nrnivmodl made no library; its output is\n{(work / 'log').read_text()}")
        built.rename(work / built.name)
        shutil.rmtree(work / platform.machine())

    place = made_once("mechanisms", name, make)
    return next(place / Path(file).name for file in LIBRARIES if (place / Path(file).name).is_file())


def made_once(kind: str, name: str, make: Callable[[Path], None]) -> Path:
    """A folder of the cache, as in cache.made_once. MechanismError if the cache cannot be written."""
    try:
        return cache.made_once(kind, name, make)
    except OSError as error:
        reason = f"{cache.folder()}: cannot be written: {error.strerror or error}"
        raise MechanismError(f"{reason}. Set NETSPEC_CACHE to a folder for compiled mod files") from error


def in_folder(folder: Path) -> Path | None:
    """The library that nrnivmodl left in a folder, or None."""
    arch = folder / platform.machine()
    return next((arch / name for name in LIBRARIES if (arch / name).is_file()), None)


def names_in(built: Path) -> set[str]:
    """Mechanisms of a library that nrnivmodl made, as far as its folder tells (the C++ files beside it)."""
    arch = built.parent.parent if built.parent.name == ".libs" else built.parent
    found = set()
    for source in arch.glob("*.c*"):
        text = source.read_text(errors="replace")
        found |= set(re.findall(r'_mechanism\[\] = \{\s*"[^"]*",\s*"(\w+)"', text))
    return found


def _files(mods: Iterable[ModFile]) -> list[Path]:
    """The mod files and what they may include, sorted by name. They are compiled in one folder."""
    folders = dict.fromkeys(mod.path.parent for mod in mods)
    headers = [path for folder in folders for path in sorted(folder.iterdir()) if path.suffix in HEADERS]
    return [path for _, path in sorted(_by_name([*(mod.path for mod in mods), *headers]).items())]


def _by_name(paths: Iterable[Path]) -> dict[str, Path]:
    """Files by name. MechanismError if two of one name differ."""
    files: dict[str, Path] = {}
    for path in paths:
        other = files.setdefault(path.name, path)
        if other.read_bytes() != path.read_bytes():
            raise MechanismError(
                f"{other} and {path} have the same name and are not the same. Rename one of them, or leave "
                "out its folder: mod files are compiled together"
            )
    return files


def include_places(mods: Iterable[ModFile]) -> list[Path]:
    """Where INCLUDE looks: beside the mod file, and in the folder above, where users run nrnivmodl."""
    folders = dict.fromkeys(mod.path.resolve().parent for mod in mods)
    return list(dict.fromkeys(place for folder in folders for place in (folder, folder.parent)))


def require_tools(mods: Sequence[ModFile]) -> None:
    """MechanismError, saying how to install them, if there are no tools to compile with."""
    missing = [
        what
        for what, found in (("a C++ compiler", cache.compiler()), ("make", shutil.which("make")))
        if not found
    ]
    if not missing:
        return
    names = ", ".join(sorted(mod.name for mod in mods)[:8])
    raise MechanismError(
        f"{' and '.join(missing)} needed to compile mod files ({names}), but not found. Install with\n"
        "    Debian, Ubuntu:  apt install g++ make\n"
        "    Fedora, RHEL:    dnf install gcc-c++ make\n"
        "    macOS:           xcode-select --install\n"
        "or compile on another machine with the same software (on a cluster: the login node) and set "
        "NETSPEC_CACHE to a folder that both see."
    )


def _nrnivmodl(work: Path, mods: Sequence[ModFile], places: str) -> None:
    """Run nrnivmodl in the folder; its output is kept in `log`."""
    output, failed = translated([program("nrnivmodl"), "."], work, places)
    if failed:
        raise MechanismError(explain(output, mods))


def translated(command: Sequence[str], work: Path, places: str) -> tuple[str, bool]:
    """Run a program that compiles mod files in a folder: its output (also in `log`), and if it failed."""
    jobs = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    done = subprocess.run(
        command,
        cwd=work,
        env=cache.environment(MAKEFLAGS=f"-j{jobs}", MODL_INCLUDE=places),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        timeout=TIME_LIMIT,
    )
    output = _COLOR.sub("", done.stdout).replace(f"{work / platform.machine()}/", "")
    (work / "log").write_text(output)
    return output, done.returncode != 0


def program(name: str) -> str:
    """Where one of NEURON's programs is."""
    places = os.pathsep.join([sysconfig.get_path("scripts"), str(Path(sys.executable).parent)])
    found = shutil.which(name, path=places) or shutil.which(name)
    if found is None:
        raise MechanismError(f"{name}, which comes with NEURON, is neither beside Python nor on the PATH")
    return found


def explain(output: str, mods: Sequence[ModFile]) -> str:
    """What to tell the user about a failed compilation: the file and the compiler's own lines."""
    if "NMODL_PYLIB" in output or "Python shared library" in output:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        return (
            "nrnivmodl needs the shared library of Python, which this Python does not have. Install it: "
            f"`apt install libpython{version}` (Debian, Ubuntu), `dnf install python3-libs` (Fedora, RHEL)"
        )
    failed = {a or b for a, b in _FAILED.findall(output)}
    paths = [str(mod.path) for mod in mods if mod.path.stem in failed]
    shown = "\n".join(_telling(output.splitlines())[:20])
    hint = f"\nMod files written for NEURON 8 may need changes: {PORTING}" if ": error: " in shown else ""
    return f"cannot compile {', '.join(paths) or 'the mod files'}:\n{shown}{hint}"


def _telling(lines: Iterable[str]) -> list[str]:
    """The lines about errors: without progress, warnings with their source, and the wrapper's own."""
    kept, aside = [], False
    for line in lines:
        if _ASIDE.search(line):
            aside = True
        elif not (aside and _SOURCE.match(line)):
            aside = False
            if line.strip() == "^" or not _WRAPPER.match(line):
                kept.append(line)
    first = next((i for i, line in enumerate(kept) if "rror" in line), max(len(kept) - 15, 0))
    return kept[first:]


def own(folder: Path) -> dict[str, ModFile]:
    """The mod files of a folder by the name of their mechanism."""
    return {mod.name: mod for mod in map(read, sorted(folder.glob("*.mod")))}
