"""The state of a rank's part of a network in files, from which a run continues to the same bits.

NEURON's SaveState has the event queue, weights, spike detectors and positions in Vectors that are played, but
of mechanisms without NET_RECEIVE only STATEs, and of random streams nothing. BBSaveState writes 15 digits and
needs a gid for every source of events. So SaveState is made to take whole mechanisms; positions of random
streams, GLOBALs and the variables that traces read come on top. What lives in C code, no one can save.
"""

import ctypes
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import neuron
import numpy as np
from neuron import h
from numpy.typing import NDArray

from netspec.errors import Problem, SpecError, StateError
from netspec.neuron import catalog, mod_random, own_streams, watch
from netspec.neuron.bulk_compiled import neuron_folders
from netspec.neuron.c_text import mask, verbatims
from netspec.spec.simulation import Simulation

Content = dict[str, Any]
VERSION = neuron.__version__
FORGET = ("_ZN9SelfEvent14savestate_freeEv", "_ZN10NetConSave7invalidEv")
"""Until these are called, SaveState may look for events' targets in an earlier network."""
NUMBERED = "last "
"""Before the name of a kind of objects, which SaveState finds by their numbers."""
PYTHON_EVENT = b"\n1 0\nPythonObject\n"
"""What SaveState writes of a Python function, which it could not call any more."""
SHOWN_DIGITS = 6
"""Digits with which SaveState writes the flag of an event that a mechanism sent to itself."""
OWN_MEMORY = re.compile(
    r"\bstatic\b(?![\w:<>\s*&]+\()|\b(?:m|c|re)alloc\b|\bnew\b|\bfopen\b|\bnrnran123_newstream"
)
SEQUENCES = """
proc netspec_get_{name}() {{ local i
  for i = 0, $o1.count() - 1 {{ $o2.x[i] = $o1.o(i).{name}.get_seq() }}
}}
proc netspec_set_{name}() {{ local i
  for i = 0, $o1.count() - 1 {{ $o1.o(i).{name}.set_seq($o2.x[i]) }}
}}
"""


def problems(simulation: Simulation, mechanisms: Iterable[str]) -> Iterator[Problem]:
    """The mechanisms whose state cannot be saved exactly, if it is to be saved."""
    if not simulation.checkpoint_every:
        return
    for name in sorted(mechanisms):
        why = unable(name) if catalog.exists(name) else None
        if why:
            message = f"the state of {name!r} cannot be saved exactly: {why}."
            yield Problem("simConfig.checkpointEvery", message)


def unable(mechanism: str) -> str | None:
    """Why the state of a mechanism cannot be saved, or None."""
    return (
        "it hides its position in the spikes"
        if mechanism == "PatternStim"
        else reason(catalog.code(mechanism))
    )


def reason(text: str) -> str | None:
    """Why the state of what NMODL text defines cannot be saved, or None."""
    regions = verbatims(text)
    if not watch.from_start(text):
        return "what it watches (WATCH) changes as it runs, which NEURON does not save"
    if OWN_MEMORY.search(mask(text, regions)):
        return "its VERBATIM blocks keep memory of their own"
    draw = mod_random.shared_draw(text)
    return None if draw is None else f"{draw.function} draws from one generator for the whole process"


def taken(path: Path) -> NDArray[np.uint8]:
    """What SaveState has, as the bytes of its file; path: where it may write."""
    _check_flags()
    with _whole_mechanisms():
        state = h.SaveState()
    state.save()
    state.fwrite(h.File(str(path)))
    data = np.fromfile(path, np.uint8)
    path.unlink()
    if PYTHON_EVENT in data.tobytes():
        raise StateError("a Python function waits in the event queue (cvode.event), which cannot be saved")
    return data


def put_back(path: Path, data: NDArray[np.uint8]) -> None:
    """Put a network that was initialised into a state that was taken."""
    for forget in FORGET:
        _library()[forget]()
    with _whole_mechanisms():
        state = h.SaveState()
    data.tofile(path)
    state.fread(h.File(str(path)))
    path.unlink()
    state.restore()


def save(path: Path, refs: Any) -> Content:
    """The state: what SaveState has, and the rest. refs: of all variables that traces read."""
    now = h.Vector(max(int(refs.size()), 1))
    refs.gather(now)
    return {
        "neuron": taken(path),
        "structure": structure(),
        "streams": {label: get() for label, get, _ in _streams()},
        "globals": {name: float(getattr(h, name)) for name in _globals()},
        "read": np.array(now.as_numpy()),
    }


def restore(path: Path, content: Mapping[str, Any], refs: Any) -> None:
    """Put a network that was just initialised into the saved state."""
    put_back(path, content["neuron"])
    for label, _, put in _streams():
        put(content["streams"][label])
    for name, value in content["globals"].items():
        setattr(h, name, value)
    refs.scatter(h.Vector(content["read"]))


def texts() -> dict[str, str]:
    """The NMODL text of all mechanisms that are not NEURON's own."""
    names = (*catalog.points(), *catalog.densities())
    return {name: catalog.code(name) for name in names if name not in catalog.BUILT_IN}


def structure() -> dict[str, int]:
    """How many of everything there is, and NEURON's number of the last: what SaveState takes for granted."""
    counted = {"sections": sum(1 for _ in h.allsec()), "segments": sum(s.nseg for s in h.allsec())}
    for name in ("NetCon", "Random", *catalog.points()):
        objects = h.List(name)
        if objects.count():
            counted[name] = int(objects.count())
            counted[f"{NUMBERED}{name}"] = int(
                objects.o(objects.count() - 1).hname().partition("[")[2].rstrip("]")
            )
    return counted


def check_structure(saved: Mapping[str, int]) -> None:
    """SpecError if other objects exist than when the state was saved."""
    now = structure()
    wrong = [name for name in {**saved, **now} if saved.get(name, 0) != now.get(name, 0)]
    if wrong and all(name.startswith(NUMBERED) for name in wrong):
        message = "NEURON's objects have other numbers than when the state was saved: start a new process."
        raise SpecError([Problem("simConfig.resume", message)])
    if wrong:
        kinds = [name for name in wrong if not name.startswith(NUMBERED)]
        counts = ", ".join(f"{now.get(name, 0)} {name}, saved {saved.get(name, 0)}" for name in kinds)
        raise SpecError([Problem("simConfig.resume", f"the script makes other NEURON objects: {counts}.")])


def _check_flags() -> None:
    """StateError if SaveState would round the flag of an event in the queue."""
    times, flags, targets = h.Vector(), h.Vector(), h.List()
    h.CVode().event_queue_info(3, times, flags, targets)
    for k, flag in enumerate(flags):
        if float(f"{flag:.{SHOWN_DIGITS}g}") != flag:
            raise StateError(
                f"{targets.o(k).hname()} sent itself the flag {flag!r}, which NEURON would round"
            )


@contextmanager
def _whole_mechanisms() -> Iterator[None]:
    """Meanwhile SaveState, which asks who has a NET_RECEIVE, takes all variables of every mechanism."""
    library = _library()
    count = ctypes.c_int.in_dll(library, "n_memb_func").value
    receivers = ctypes.POINTER(ctypes.c_void_p).in_dll(library, "pnt_receive")
    former = [receivers[k] for k in range(count)]
    some = next(receiver for receiver in former if receiver)
    try:
        for k in range(count):
            receivers[k] = former[k] or some
        yield
    finally:
        for k, receiver in enumerate(former):
            receivers[k] = receiver


def _library() -> ctypes.CDLL:
    where = neuron_folders()
    try:
        library = ctypes.CDLL(str(next(where[1].glob("libnrniv.*")))) if where else None
        if library is not None and all(hasattr(library, name) for name in FORGET):
            return library
    except (OSError, StopIteration):
        pass
    raise SpecError(
        [Problem("simConfig.checkpointEvery", "this build of NEURON hides what has to be saved.")]
    )


def _streams() -> Iterator[tuple[str, Any, Any]]:
    """(label, function that returns positions, function that sets them) of all random streams in use."""
    everything = [("Random", h.List("Random"), "seq")]
    for name in (*catalog.points(), *catalog.densities()):
        for variable in own_streams.variables(name):
            everything.append((name, _instances(name), variable))
    for name, objects, variable in everything:
        if name == "Random":
            yield name, lambda o=objects: np.array([r.seq() for r in o]), lambda s, o=objects: _seek(o, s)
        elif len(objects):
            yield f"{name}.{variable}", *_positions(objects, variable)


def _seek(generators: Any, positions: NDArray[np.float64]) -> None:
    for generator, position in zip(generators, positions.tolist(), strict=True):
        generator.seq(position)


def _instances(mechanism: str) -> Any:
    """All instances of a mechanism: a List of point processes, or what segments have."""
    if mechanism in catalog.points():
        return h.List(mechanism)
    having = (section for section in h.allsec() if section.has_membrane(mechanism))
    return [getattr(segment, mechanism) for section in having for segment in section]


def _positions(objects: Any, variable: str) -> tuple[Any, Any]:
    """Functions that return and set the positions of the RANDOM variable of all objects."""
    if isinstance(objects, list):
        streams = [getattr(one, variable) for one in objects]

        def put(positions: NDArray[np.float64]) -> None:
            for stream, position in zip(streams, positions.tolist(), strict=True):
                stream.set_seq(position)

        return lambda: np.array([stream.get_seq() for stream in streams]), put
    if not hasattr(h, f"netspec_get_{variable}"):
        h(SEQUENCES.format(name=variable))

    def get() -> NDArray[np.float64]:
        """Positions of all streams of the variable."""
        found = h.Vector(len(objects))
        getattr(h, f"netspec_get_{variable}")(objects, found)
        return np.array(found.as_numpy())

    return get, lambda positions: getattr(h, f"netspec_set_{variable}")(objects, h.Vector(positions))


def _globals() -> list[str]:
    """The GLOBALs of all mechanisms, which code may write."""
    names = [name for of in (*catalog.points(), *catalog.densities()) for name in catalog.globals_of(of)]
    return [name for name in names if hasattr(h, name)]
