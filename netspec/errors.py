"""What can go wrong, and how it is said.

NetspecError
  |- SpecError          the dictionaries are wrong: one or more Problems, each with its dictionary path
  |- MechanismError     mod files cannot be found, compiled or loaded
  |- ParallelError      MPI cannot be started as the launcher promised
  |- FileError          a file is missing, truncated or not what its name says
  `- StateError         a verb was called before what it needs (runSim before create ...)
"""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One mistake: where it is in the user's own spelling, and what would be right."""

    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}\n    {self.message}"


class NetspecError(Exception):
    """Anything that netspec refuses to do."""


class SpecError(NetspecError):
    """The specification is wrong; `problems` lists every mistake found, not only the first."""

    def __init__(self, problems: Iterable[Problem]):
        self.problems = tuple(problems)
        count = len(self.problems)
        title = f"{count} problem{'s' * (count != 1)} in the specification"
        super().__init__("\n\n".join([title, *map(str, self.problems)]))


class MechanismError(NetspecError):
    """Mod files cannot be found, compiled or loaded."""


class ParallelError(NetspecError):
    """MPI cannot be started as the launcher promised."""


class FileError(NetspecError):
    """A file is missing, truncated or not what its name says."""


class StateError(NetspecError):
    """A verb was called before what it needs."""


class NetspecWarning(UserWarning):
    """Something that runs, but probably not as meant."""


def did_you_mean(name: object, known: Iterable[object], cutoff: float = 0.6) -> str:
    """A sentence that names the nearest known name, or lists the known ones when they are few.

    >>> did_you_mean("weigth", ["weight", "delay"])
    "Did you mean 'weight'?"
    >>> did_you_mean("xyz", ["weight", "delay"])
    "Known: 'delay', 'weight'."
    """
    names = sorted({str(k) for k in known})
    lower = {n.lower(): n for n in reversed(names)}
    near = difflib.get_close_matches(str(name).lower(), list(lower), 1, cutoff)
    if near:
        return f"Did you mean {lower[near[0]]!r}?"
    if not names:
        return "None is defined."
    shown = ", ".join(map(repr, names[:12]))
    return f"Known: {shown}{', ...' if len(names) > 12 else ''}."


def near_miss(name: str, known: Iterable[str]) -> str | None:
    """The known key that `name` almost certainly means (one slip of the finger), or None.

    >>> near_miss("numCels", ["numCells", "density"])
    'numCells'
    >>> near_miss("layer", ["numCells", "density"]) is None
    True
    """
    lower = {k.lower(): k for k in known}
    found = difflib.get_close_matches(name.lower(), list(lower), 1, 0.8)
    return lower[found[0]] if found else None
