"""Where NetPyNE is, what both packages run with, and results that are kept between sessions."""

import json
import os
import shutil
import subprocess
import sys
import venv
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

import platformdirs
from filelock import FileLock

NETPYNE = "1.1.1"
HERE = Path(__file__).parent
CELLS = HERE.parent / "cells"
VECSTIM = HERE.parent.parent / "mod" / "vecevent.mod"


def network_names():
    """Names of all modules in networks/ that make a network."""
    return sorted(p.stem for p in (HERE / "networks").glob("*.py") if p.stem not in ("__init__", "parts"))


@cache
def python():
    """A python with NetPyNE."""
    packages = f"netpyne=={NETPYNE}", f"neuron=={version('neuron')}"
    return python_with("NETSPEC_ORACLE_PYTHON", f"netpyne-{NETPYNE}-neuron-{version('neuron')}", packages)


def python_with(variable, name, packages):
    """The python that a variable names, else that of an environment in the cache, made when missing."""
    own = os.environ.get(variable)
    return Path(own) if own else _made(f"{name}-py{sys.version_info[1]}", packages)


def _made(name, packages):
    folder = cache_folder() / name
    found = folder / "bin" / "python"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{folder}.lock"):
        if not (folder / "complete").exists():
            shutil.rmtree(folder, ignore_errors=True)
            venv.create(folder, with_pip=True)
            subprocess.run([found, "-m", "pip", "install", "--quiet", *packages], check=True)
            (folder / "complete").touch()
    return found


def cache_folder():
    return Path(platformdirs.user_cache_dir("netspec-oracles", appauthor=False))


@cache
def sources():
    """A name for everything that the oracle's results depend on."""
    digest = sha256(f"{NETPYNE} {version('neuron')}".encode())
    cells = (path for path in CELLS.iterdir() if path.is_file())
    files = [HERE / "dump.py", *(HERE / "networks").glob("*.py"), *cells, *_mod_files()]
    for path in sorted(files):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _mod_files():
    """Our own mechanisms, and the VecStim that ships with the project."""
    return sorted([*(HERE / "mod").glob("*.mod"), VECSTIM])


@cache
def folder():
    """A folder with the compiled mechanisms (x86_64 or the like) and NetPyNE's result of every network."""
    place = cache_folder() / f"results-{sources()}"
    place.mkdir(parents=True, exist_ok=True)
    with FileLock(place / "lock"):
        if not (place / "complete").exists():
            _compile(place)
            _run(place)
            (place / "complete").touch()
    return place


def _compile(place):
    shutil.rmtree(place / "sources", ignore_errors=True)
    (place / "sources").mkdir()
    for path in _mod_files():
        shutil.copy(path, place / "sources")
    command = [python(), python().parent / "nrnivmodl", "sources"]
    subprocess.run(command, cwd=place, env=environment(), check=True, capture_output=True)


def _run(place):
    command = [python(), HERE / "dump.py", "netpyne", place, *network_names()]
    with (place / "output.txt").open("w") as output:
        subprocess.run(command, cwd=place, env=environment(), stdout=output, stderr=output, check=True)


def environment():
    """Variables for a child: one thread, no window, none of a surrounding MPI job's."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("OMPI_COMM", "PMI"))}
    return {**kept, "OMP_NUM_THREADS": "1", "MPLBACKEND": "Agg", "NEURON_MODULE_OPTIONS": "-nogui"}


def netpyne_result(name):
    """What NetPyNE made of a network; its traceback as an AssertionError if it failed."""
    return read(folder(), name)


def read(place, name):
    error = place / f"{name}.error"
    assert not error.exists(), error.read_text()
    return json.loads((place / f"{name}.json").read_text())
