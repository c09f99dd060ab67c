"""Where bmtk is: NETSPEC_SONATA_PYTHON, else an environment in the cache, made when missing."""

import os
import shutil
import subprocess
import sys
import venv
from functools import cache
from pathlib import Path

from environment import cache_folder, environment
from filelock import FileLock

PACKAGES = ("bmtk==1.2.0", "neuron==9.0.2", "pandas<3", "libsonata", "bluepysnap")


@cache
def python():
    """A python with bmtk, libsonata and bluepysnap."""
    own = os.environ.get("NETSPEC_SONATA_PYTHON")
    return Path(own) if own else _made()


def _made():
    folder = cache_folder() / f"sonata-bmtk-1.2.0-py{sys.version_info[1]}"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{folder}.lock"):
        if not (folder / "complete").exists():
            shutil.rmtree(folder, ignore_errors=True)
            venv.create(folder, with_pip=True)
            found = folder / "bin" / "python"
            subprocess.run([found, "-m", "pip", "install", "--quiet", *PACKAGES], check=True)
            (folder / "complete").touch()
    return folder / "bin" / "python"


def run(script, *arguments, cwd, timeout=300):
    """What a script said, run by that python. AssertionError with its end if it failed."""
    done = subprocess.run(
        [python(), script, *map(str, arguments)], cwd=cwd, env=environment(), timeout=timeout,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    return done.stdout
