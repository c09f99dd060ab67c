"""What every room's tests share: how to start a child process, alone or under MPI."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from alone import (  # noqa: F401 - hooks of pytest
    pytest_collection_modifyitems,
    pytest_pycollect_makemodule,
    pytest_runtestloop,
    pytest_sessionfinish,
    pytest_terminal_summary,
)
from oversubscribed import MPI


def child_environment(**more):
    """Variables for a child: one thread, no window."""
    quiet = {"OMP_NUM_THREADS": "1", "MPLBACKEND": "Agg", "NEURON_MODULE_OPTIONS": "-nogui"}
    return {**os.environ, **quiet, **MPI, **more}


def mpiexec_path():
    """The launcher beside this python, else the system's; None if there is none."""
    beside = Path(sys.executable).parent / "mpiexec"
    return str(beside) if beside.exists() else shutil.which("mpiexec")


@pytest.fixture(scope="session")
def start():
    """start(ranks, *arguments, cwd=...): python with these arguments, under mpiexec if ranks > 1."""

    def run(ranks, *arguments, cwd=None, timeout=120, **variables):
        command = [sys.executable, *map(str, arguments)]
        if ranks > 1:
            launcher = mpiexec_path()
            if launcher is None:
                pytest.skip("no mpiexec")
            command = [launcher, "-n", str(ranks), *command]
        return subprocess.run(
            command, cwd=cwd, env=child_environment(**variables), timeout=timeout,
            capture_output=True, text=True, check=False,
        )  # fmt: skip

    return run
