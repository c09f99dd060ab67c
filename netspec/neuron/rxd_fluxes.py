"""What reactions move between cells and extracellular space on several ranks, put right in NEURON 9.0.2.

Each rank has the whole space and gets what all cells let out, by rank, in one array. NEURON 9.0.2 computes
where a rank's part of it begins, but lets every rank write from the start, so that other ranks take what rank
0 has written there; and of the currents of `membrane_flux`, which are subtracted again, it takes as many as
the rank has itself, from the start too (ECS_Grid_node::initialize_multicompartment_reaction in its grids.cpp,
tests/backend/lost_fluxes.py). Both numbers are put right after each initialisation, where they are: in
NEURON's objects, laid out as in that version, after a check that all that is known about them holds.
"""

import ctypes
import struct
from collections.abc import Iterator
from itertools import accumulate
from typing import Any

import neuron

from netspec.errors import StateError

KNOWN = ("9.0.2",)
AFTER_INITIAL = 1
INTEGERS = ctypes.POINTER(ctypes.c_int)
START = 0x198


class _Grid(ctypes.Structure):
    """The part of NEURON's ECS_Grid_node that says which rank writes where. Names are NEURON's."""

    _fields_ = (
        ("vtable", ctypes.c_void_p),
        ("next", ctypes.c_void_p),
        ("rest", ctypes.c_char * (START - 16)),
        ("react_offsets", INTEGERS),
        ("react_offset_count", ctypes.c_int),
        ("reaction_indices", ctypes.c_void_p),
        ("all_reaction_indices", ctypes.c_void_p),
        ("proc_num_reactions", INTEGERS),
        ("proc_num_reaction_states", INTEGERS),
        ("total_reaction_states", ctypes.c_int),
        ("multicompartment_inititalized", ctypes.c_ubyte),
        ("induced_currents_index", ctypes.c_void_p),
        ("induced_current_count", ctypes.c_int),
        ("proc_induced_current_count", INTEGERS),
        ("proc_induced_current_offset", INTEGERS),
    )


def can_be_mended() -> bool:
    """Whether this is a NEURON of which it is known how."""
    return neuron.__version__ in KNOWN and struct.calcsize("P") == 8


class Fluxes:
    """Puts NEURON's numbers right after each initialisation, as long as it is there. Collective."""

    def __init__(self, ranks: Any):
        self._ranks = ranks
        self._handler = neuron.h.FInitializeHandler(AFTER_INITIAL, self._mend)

    def _mend(self) -> None:
        from neuron.rxd import rxd

        rxd._setup_memb_currents()  # a second kind of reactions has put rank 0's in place of this rank's
        initialize = neuron.nrn_dll_sym("_ZN13ECS_Grid_node36initialize_multicompartment_reactionEv")
        initialize.argtypes, initialize.restype = [ctypes.c_void_p], None
        for grid in _grids():
            initialize(ctypes.addressof(grid))
            mend(grid, self._ranks.rank, self._ranks.size)


def mend(grid: _Grid, rank: int, size: int) -> None:
    """Let this rank write its part where the others look for it, and subtract the currents of all ranks."""
    counts, starts = grid.proc_num_reaction_states[:size], grid.proc_num_reactions[:size]
    induced, induced_starts = (
        given[:size] for given in (grid.proc_induced_current_count, grid.proc_induced_current_offset)
    )
    own = grid.react_offsets[: grid.react_offset_count]
    known = (
        grid.multicompartment_inititalized == 1
        and starts == _starts(counts)
        and induced_starts == _starts(induced)
        and grid.total_reaction_states == sum(counts)
        and (own[0], own[-1], own) == (0, counts[rank], sorted(own))
        and grid.induced_current_count == induced[rank]
    )
    if not known:
        raise StateError("neuron.rxd: reactions with extracellular space are not as in NEURON 9.0.2")
    for place, offset in enumerate(own):
        grid.react_offsets[place] = offset + starts[rank]
    grid.induced_current_count = sum(induced)


def _starts(counts: list[int]) -> list[int]:
    return [0, *accumulate(counts)][:-1]


def _grids() -> Iterator[_Grid]:
    """The extracellular grids: one for each species outside."""
    kind = ctypes.addressof(neuron.nrn_dll_sym("_ZTV13ECS_Grid_node", ctypes.c_char)) + 16
    place = neuron.nrn_dll_sym("Parallel_grids", ctypes.c_void_p).value
    while place:
        grid = _Grid.from_address(place)
        if grid.vtable == kind:
            yield grid
        place = grid.next
