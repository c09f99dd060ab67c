"""The compiled helper: builds bulk.cpp on first use into the cache, and loads it."""

import ctypes
import logging
import shlex
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from types import SimpleNamespace

import neuron
from neuron import h

from netspec import cache

log = logging.getLogger("netspec")

FUNCTIONS = (
    "points",
    "synapses",
    "connect",
    "netcons",
    "register_points",
    "register_sections",
    "register_variables",
)
FLAGS = ("-std=c++17", "-O2", "-shared", "-fPIC")


def load() -> SimpleNamespace | None:
    """The functions of bulk.cpp; None, with the reason in the log, where it cannot be compiled."""
    found, where = cache.compiler(), neuron_folders()
    if found is None or where is None:
        log.info("no compiled builder: no %s", "C++ compiler" if found is None else "neuronapi.h in NEURON")
        return None
    try:
        library = ctypes.PyDLL(str(_compiled(found, *where)))
    except (OSError, subprocess.SubprocessError) as error:
        log.warning("no compiled builder, connections are made more slowly: %s", _reason(error))
        return None
    library.netspec_register()
    return SimpleNamespace(**{name: getattr(h, f"netspec_c_{name}") for name in FUNCTIONS})


def paths() -> list[Path]:
    """The compiled helper in the cache, made if it is not there yet; none where it cannot be made."""
    found, where = cache.compiler(), neuron_folders()
    return [_compiled(found, *where)] if found and where else []


def neuron_folders() -> tuple[Path, Path] | None:
    """NEURON's include and library folders: in the wheel, or in a prefix of <prefix>/lib/python/neuron."""
    package = Path(neuron.__file__).parent
    for root in (package / ".data", package.parents[2] if len(package.parents) > 2 else package):
        if (root / "include" / "neuronapi.h").is_file() and list((root / "lib").glob("libnrniv.*")):
            return root / "include", root / "lib"
    return None


def _compiled(found: str, include: Path, libraries: Path) -> Path:
    """The shared library in the cache, compiled if it is not there yet."""
    source = (files("netspec") / "neuron" / "bulk.cpp").read_bytes()

    def make(work: Path) -> None:
        """Compile bulk.cpp in the folder."""
        (work / "bulk.cpp").write_bytes(source)
        # NEURON's library is in the process already; macOS finds its symbols there, Linux by its soname.
        link = ["-undefined", "dynamic_lookup"] if sys.platform == "darwin" else [f"-L{libraries}", "-lnrniv"]
        command = [*shlex.split(found), *FLAGS, f"-I{include}", "bulk.cpp", *link, "-o", "bulk.so"]
        options = {"env": cache.environment(), "capture_output": True, "text": True, "timeout": 300}
        subprocess.run(command, cwd=work, check=True, **options)

    name = cache.key([source, neuron.__version__, str(libraries), found, *FLAGS])
    return cache.made_once("bulk", name, make) / "bulk.so"


def _reason(error: Exception) -> str:
    output = getattr(error, "stderr", None)
    lines = [line for line in (output or "").splitlines() if "error" in line]
    return lines[0] if lines else str(error)
