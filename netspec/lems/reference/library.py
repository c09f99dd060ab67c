"""The functions of a model's component types, compiled once into the cache."""

import ctypes
import os
import shlex
import shutil
import subprocess
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

from netspec import cache
from netspec.errors import NetspecError
from netspec.lems.reference import code
from netspec.lems.reference.layout import Layout

# multiplications and additions stay apart, as in Java
FLAGS = ("-std=c11", "-O1", "-shared", "-fPIC", "-ffp-contract=off", "-fno-math-errno")


def load(layouts: Sequence[Layout]) -> ctypes.CDLL:
    """The functions begin, advance, events and lines of runtime.c for these types."""
    runtime = (files("netspec.lems.reference") / "runtime.c").read_text()
    text = runtime.replace("/* TYPES */", code.types(layouts))
    compiler = _compiler()

    def make(folder: Path) -> None:
        """Compile the text in a folder."""
        (folder / "model.c").write_text(text)
        command = [*shlex.split(compiler), *FLAGS, "model.c", "-o", "model.so", "-lm"]
        options = {"env": cache.environment(), "capture_output": True, "text": True, "timeout": 300}
        done = subprocess.run(command, cwd=folder, check=False, **options)  # type: ignore[call-overload]
        if done.returncode:
            raise NetspecError(
                f"{compiler} cannot compile the model for reference mode:\n{done.stderr[-2000:]}"
            )

    place = cache.made_once("reference", cache.key([text, compiler, *FLAGS]), make)
    library = ctypes.CDLL(str(place / "model.so"))
    library.events.restype = library.lines.restype = ctypes.c_long
    return library


def _compiler() -> str:
    own = os.environ.get("CC")
    found = own or next((path for name in ("cc", "gcc", "clang") if (path := shutil.which(name))), None)
    if found is None:
        raise NetspecError("reference mode needs a C compiler: cc, gcc, clang, or what CC names")
    return found
