"""Potentials and membrane currents of many nodes at once: NEURON's own memory where that can be seen."""

import ctypes
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from neuron import h
from numpy.typing import NDArray

from netspec.neuron.bulk_compiled import neuron_folders

Floats = NDArray[np.float64]
Reader = Callable[[Floats], None]
"""Writes a variable of nodes into an array (nodes,)."""
STORAGE = {
    "v": "_ZN9NrnThread20node_voltage_storageEv",
    "i_membrane_": "_ZN9NrnThread20node_sav_rhs_storageEv",
}
"""Where NEURON 9 keeps a variable of all nodes of a thread; `reader` looks whether that is so."""


def reader(variable: str, index: NDArray[np.int64], places: Callable[[], Iterable[Any]]) -> Reader:
    """A function that writes a variable of nodes ('v' [mV] or 'i_membrane_' [nA]) into an array (nodes,).

    index: node indices. places: yields the nodes as nrn.Segment. Valid until cells or threads change.
    """
    if not len(index):
        return lambda into: None  # a rank without cells: NEURON has no PtrVector of nothing
    view = _view(variable, int(index.max(initial=-1)) + 1)
    if view is not None and _is_it(variable, view[index], places()):

        def copy(into: Floats) -> None:
            """Copy NEURON's memory."""
            np.take(view, index, out=into, mode="clip")

        return copy
    pointers, values = h.PtrVector(len(index)), h.Vector(len(index))
    for k, place in enumerate(places()):
        pointers.pset(k, getattr(place, f"_ref_{variable}"))
    seen = values.as_numpy()

    def gather(into: Floats) -> None:
        """Copy what the pointers point to."""
        pointers.gather(values)
        into[:] = seen

    return gather


def compute_currents(wanted: bool) -> None:
    """Let NEURON compute i_membrane_ or not. Without sections it would end the process when it tries."""
    h.CVode().use_fast_imem(int(wanted and any(True for _ in h.allsec())))


def _view(variable: str, length: int) -> Floats | None:
    """The first `length` nodes of the only thread, without a copy; None where it cannot be had."""
    where = neuron_folders()
    if where is None or not length or int(h.ParallelContext().nthread()) != 1:
        return None
    try:
        library = ctypes.CDLL(str(next(where[1].glob("libnrniv.*"))))
        storage = getattr(library, STORAGE[variable])
        threads = ctypes.c_void_p.in_dll(library, "nrn_threads")
    except (OSError, AttributeError, ValueError, StopIteration):
        return None  # another NEURON than the wheel's: pointers do it as well
    storage.restype, storage.argtypes = ctypes.POINTER(ctypes.c_double), [ctypes.c_void_p]
    found = storage(threads)
    return np.ctypeslib.as_array(found, (length,)) if found else None


def _is_it(variable: str, seen: Floats, places: Iterable[Any]) -> bool:
    """Whether what was seen is what NEURON says."""
    return all(getattr(p, variable) == value for p, value in zip(places, seen.tolist(), strict=True))
