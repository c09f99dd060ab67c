"""The loop over steps: compiled once for the models of a network, or in numpy where there is no compiler."""

import ctypes
import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import platformdirs

from netspec.masses.equations import c_function
from netspec.masses.model import Floats, Mass, Tables
from netspec.masses.network import KINDS, METHODS, Edge, Population, State

FLAGS = ("-O3", "-fPIC", "-shared", "-ffp-contract=off")
"""No step is fused or reordered: every machine has the same sums."""
AT = {"euler": (0.0,), "heun": (0.0, 1.0), "rk4": (0.0, 0.5, 0.5, 1.0)}
WEIGHTS = {"euler": (1.0,), "heun": (0.5, 0.5), "rk4": (1 / 6, 1 / 3, 1 / 3, 1 / 6)}
HERE = Path(__file__).parent


@cache
def compiler() -> str | None:
    """The C compiler, of CC or the usual name; None if there is none."""
    return shutil.which(os.environ.get("CC", "cc"))


def source(models: Sequence[Mass]) -> str:
    """The program for the models, numbered as they come."""
    parts = [(HERE / "head.c").read_text()]
    for number, model in enumerate(models):
        sets = {state: ("dy", row, f"d_{state}") for row, state in enumerate(model.states)}
        sets |= {f"out {name}": ("out", row, name) for row, name in enumerate(model.outputs)}
        parts.append(c_function(f"rates{number}", model.blocks, model.lines, sets))
        changed = {
            line.name: ("y", list(model.states).index(line.name), line.name) for line in model.after_lines
        }
        parts.append(c_function(f"after{number}", model.blocks, model.after_lines, changed))
    parts.append((HERE / "loop.c").read_text())
    for kind in ("rates", "after"):
        names = ", ".join(f"{kind}{number}" for number in range(len(models)))
        parts.append(f"const equations {kind}_of[] = {{{names}}};\n")
    return "\n".join(parts)


@cache
def _library(text: str) -> ctypes.CDLL:
    """A program compiled and loaded; compiled ones are kept in the cache (NETSPEC_CACHE)."""
    own = os.environ.get("NETSPEC_CACHE")
    folder = Path(own) if own else Path(platformdirs.user_cache_dir("netspec", appauthor=False))
    name = sha256(f"{compiler()} {os.uname().machine} {FLAGS} {text}".encode()).hexdigest()[:24]
    found = folder / "masses" / f"{name}.so"
    if not found.exists():
        found.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=found.parent) as place:
            Path(place, "masses.c").write_text(text)
            command = [compiler() or "cc", *FLAGS, "masses.c", "-o", "masses.so", "-lm"]
            subprocess.run(command, cwd=place, check=True)
            # Ranks that compile the same at one time all put the same here.
            Path(place, "masses.so").replace(found)
    return ctypes.CDLL(str(found))


LONG, POINTER = ctypes.c_long, ctypes.c_void_p


class _Lookup(ctypes.Structure):
    _fields_ = [
        *((name, LONG) for name in ("columns", "rows")),
        *((name, ctypes.c_double) for name in ("x0", "dx", "y0", "dy")),
        ("values", POINTER),
    ]


class _Population(ctypes.Structure):
    _fields_ = [
        *((name, LONG) for name in ("nodes", "states", "outputs", "inputs")),
        *(
            (name, POINTER)
            for name in ("rates", "after", "y", "u", "p", "out", "stage", "slope", "sum", "past")
        ),
        *((name, POINTER) for name in ("given", "given_step", "kept", "tables")),
        ("looked_at", LONG),
        ("which", POINTER),
    ]


class _Edge(ctypes.Structure):
    _fields_ = [
        *((name, LONG) for name in ("pre", "row", "post", "target", "here", "kind", "rows")),
        *((name, POINTER) for name in ("start", "source", "delay", "place", "weight")),
    ]


class Loop:
    """The live state of a network of masses, which advances by steps."""

    def __init__(
        self, populations: Sequence[Population], states: Sequence[State], edges: Sequence[Edge], length: int
    ):
        self.populations, self.states, self.edges, self.length = populations, states, edges, length
        self.looked_at = [
            {edge.row for edge in edges if edge.pre == one}
            | {edge.here for edge in edges if edge.post == one}
            for one in range(len(states))
        ]
        self.done = 0
        """Steps so far."""

    def _kept(self, steps: int, every: int) -> list[Floats]:
        samples = (self.done + steps) // every - self.done // every
        return [np.empty((samples, *state.past.shape[:2])) for state in self.states]

    def advance(self, steps: int, dt: float, method: str, every: int) -> list[Floats]:
        """Advance; for each population what each `every`-th step made: (samples, variables, nodes)."""
        return (self.compiled if compiler() else self.plain)(steps, dt, method, every)

    def compiled(self, steps: int, dt: float, method: str, every: int) -> list[Floats]:
        """In C."""
        models = list({one.model.name: one.model for one in self.populations}.values())
        library = _library(source(models))
        kept, alive = self._kept(steps, every), []

        def pointer(array: Any) -> int:
            alive.append(array)
            return int(array.ctypes.data)

        def equations(kind: str, model: Mass) -> int:
            table = (POINTER * len(models)).in_dll(library, f"{kind}_of")
            return int(table[[one.name for one in models].index(model.name)] or 0)

        def population(one: Population, state: State, into: Floats, looked_at: set[int]) -> _Population:
            which = np.array(sorted(looked_at), np.int64)
            work = [np.zeros_like(state.y) for _ in range(3)]
            inputs = np.zeros((len(state.given), one.nodes))
            # What holds for the run is at its beginning, whichever step comes next.
            given = [array if len(array) == 1 else array[self.done :] for array in state.given]
            places = np.array([pointer(array) for array in given], np.uintp)
            strides = np.array([0 if len(array) == 1 else one.nodes for array in state.given], np.int64)
            return _Population(
                *(one.nodes, len(state.y), len(state.out), len(state.given)),
                equations("rates", one.model),
                equations("after", one.model) if one.model.after_lines else None,
                *map(
                    pointer, (state.y, inputs, state.p, state.out, *work, state.past, places, strides, into)
                ),
                _tables(one.tables, alive),
                *(len(which), pointer(which)),
            )

        live = [
            population(*each)
            for each in zip(self.populations, self.states, kept, self.looked_at, strict=True)
        ]
        edges = [
            _Edge(
                *(one.pre, one.row, one.post, one.target, one.here, one.kind, len(one.start) - 1),
                *map(pointer, (one.start, one.source, one.delay, one.place(self.length), one.weight)),
            )
            for one in self.edges
        ]
        library.advance(
            *(
                (_Population * len(live))(*live),
                LONG(len(live)),
                (_Edge * len(edges))(*edges),
                LONG(len(edges)),
            ),
            *(LONG(self.done), LONG(steps), ctypes.c_double(dt), LONG(list(METHODS).index(method))),
            *(LONG(self.length), LONG(every)),
        )
        self.done += steps
        return kept

    def plain(self, steps: int, dt: float, method: str, every: int) -> list[Floats]:
        """The same in numpy."""
        kept, begin = self._kept(steps, every), self.done // every
        for step in range(self.done, self.done + steps):
            begun = [state.y.copy() for state in self.states]
            totals = [np.zeros_like(y) for y in begun]
            slopes = totals
            for place, weight in zip(AT[method], WEIGHTS[method], strict=True):
                stages = [y + dt * place * slope for y, slope in zip(begun, slopes, strict=True)]
                slopes = self._slopes(step, place, stages)
                totals = [total + weight * slope for total, slope in zip(totals, slopes, strict=True)]
            self._take(step, [y + dt * total for y, total in zip(begun, totals, strict=True)])
            if (step + 1) % every == 0:
                for into, state in zip(kept, self.states, strict=True):
                    into[(step + 1) // every - begin - 1] = np.concatenate([state.y, state.out])
        self.done += steps
        return kept

    def _slopes(self, step: int, place: float, stages: list[Floats]) -> list[Floats]:
        inputs = [
            np.array([array[0 if len(array) == 1 else step] for array in state.given])
            for state in self.states
        ]
        for edge in self.edges:
            inputs[edge.post][edge.target] += self._coupled(edge, step, place, stages)
        found = []
        for one, state, y, u in zip(self.populations, self.states, stages, inputs, strict=True):
            with np.errstate(divide="ignore", invalid="ignore"):
                made = one.model.derivative(y, u, state.p, one.tables)
            made = np.array([np.broadcast_to(row, one.nodes) for row in made])
            state.out[:] = made[len(y) :]
            found.append(made[: len(y)])
        return found

    def _take(self, step: int, values: list[Floats]) -> None:
        slot = (step + 1) % self.length
        for one, state, y in zip(self.populations, self.states, values, strict=True):
            corrected = one.model.corrected
            state.y[:] = (
                y
                if corrected is None
                else corrected(y, np.zeros((len(one.model.inputs), one.nodes)), state.p, one.tables)
            )
            now = np.concatenate([state.y, state.out])
            state.past[:, :, slot] = state.past[:, :, slot + self.length] = now

    def _coupled(self, edge: Edge, step: int, place: float, stages: list[Floats]) -> Floats:
        """What a coupling adds to each target node."""
        to = np.repeat(np.arange(len(edge.start) - 1), np.diff(edge.start))
        there = self._seen(edge.pre, edge.row, edge.source, edge.delay, step, place, stages)
        here = self._seen(edge.post, edge.here, to, np.zeros_like(edge.delay), step, place, stages)
        match KINDS[edge.kind]:
            case "diffusive":
                there = there - here
            case "multiplicative":
                there = there * here
            case "sine":
                there = np.sin(there - here)
        return np.asarray(np.bincount(to, edge.weight * there, len(edge.start) - 1), np.float64)

    def _seen(
        self, which: int, row: int, node: Any, delay: Any, step: int, place: float, stages: list[Floats]
    ) -> Floats:
        """Values of a variable after a delay, at a place within the step."""
        past, at = self.states[which].past[row], step % self.length + self.length - delay
        if place == 0:
            return np.asarray(past[node, at])
        later = past[node, np.where(delay > 0, at + 1, at)]
        found = later if place == 1 else 0.5 * (past[node, at] + later)
        now = stages[which][row][node] if row < len(stages[which]) else past[node, at]
        return np.asarray(np.where(delay > 0, found, now))


def _tables(given: Tables | None, alive: list[Any]) -> int | None:
    if given is None:
        return None
    values = np.ascontiguousarray(given.values, np.float64)
    x, y = given.x, given.y
    made = _Lookup(len(x), len(y), x[0], x[1] - x[0], y[0], y[1] - y[0], values.ctypes.data)
    alive.extend((values, made))
    return ctypes.addressof(made)
