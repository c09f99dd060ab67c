"""Which plots there are, what arguments they take, what is wrong with `simConfig.analysis` before a run."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Literal, get_args, get_origin

import numpy as np

from netspec.analysis.registry import MEASURES, Measure
from netspec.analysis.select import unknown
from netspec.errors import Problem, did_you_mean
from netspec.plots.canvas import Style
from netspec.spec.network import Network

Draw = Callable[..., dict[str, Any]]

POSITIVE = frozenset(
    {
        *("binSize", "spikeHistBin", "spikeBin", "peakBin", "stepFreq", "NFFT", "nperseg"),
        *("dpi", "fontSize", "maxPlots"),
    }
)
"""Arguments that are numbers above 0."""
TEXTS = frozenset({"title", "xlabel", "ylabel"})

COMMON = frozenset(field.name for field in fields(Style)) | {"axis", "sim"}
"""Arguments that every plot takes. sim: of scripts that name the module, which there is only one of."""

INCLUDES = frozenset({"include", "includePre", "includePost", "includePrePre"})

OTHER_CELLS = frozenset({"tags", "tagsFile"})
"""Arguments that bring cells of their own, which `include` is about then."""


@dataclass(frozen=True)
class Plot:
    """A function that draws results. suffix: of file names, '' for the names of its figures.

    several: it opens its figures itself. saved: to a file, unless saveFig says otherwise.
    """

    name: str
    draw: Draw
    suffix: str
    several: bool
    saved: bool = False

    @property
    def arguments(self) -> frozenset[str]:
        """Names of the arguments that it takes."""
        return COMMON | frozenset(self.ordered)

    @property
    def ordered(self) -> list[str]:
        """Its own arguments in their order."""
        return list(inspect.signature(self.draw).parameters)[2:]

    def file_suffix(self, arguments: Mapping[str, Any]) -> str:
        """End of a file's name, with the values of the arguments that are in it."""
        defaults = {name: item.default for name, item in inspect.signature(self.draw).parameters.items()}
        return self.suffix.format(**{**defaults, **arguments})


PLOTS: dict[str, Plot] = {}


def plot(
    name: str, suffix: str | None = None, *, several: bool = False, saved: bool = False
) -> Callable[[Draw], Draw]:
    """Register a function (results, axes, its arguments) -> numbers drawn as a plot that `analysis` may name.

    several: it gets a Canvas in place of axes, opens figures itself.
    suffix: default the name. saved: its figures go to files unless saveFig is False.
    """

    def register(function: Draw) -> Draw:
        ending = name if suffix is None else suffix
        PLOTS[name] = Plot(name, function, ending, several, saved)
        return function

    return register


def entries() -> dict[str, Plot | Measure]:
    """Everything that `analysis` may name: measures and plots."""
    return {**MEASURES, **PLOTS}


def problems(
    analysis: Mapping[str, Any], network: Network, path: str = "simConfig.analysis"
) -> list[Problem]:
    """Everything that is wrong with the plots that a simulation asks for."""
    found, known = [], entries()
    for name, wanted in analysis.items():
        here = f"{path}[{name!r}]"
        if name not in known:
            found.append(Problem(here, f"there is no plot of this name. {did_you_mean(name, known)}"))
        elif isinstance(wanted, Mapping):
            found += _argument_problems(known[name], wanted, network, here)
        elif wanted not in (True, False, None):
            found.append(Problem(here, f"expected True, False or a dict of arguments, got {wanted!r}."))
    return found


def _argument_problems(
    item: Plot | Measure, wanted: Mapping[str, Any], network: Network, path: str
) -> list[Problem]:
    found = []
    for name, value in wanted.items():
        here = f"{path}[{name!r}]"
        if name not in item.arguments:
            found.append(Problem(here, f"unknown argument. {did_you_mean(name, item.arguments)}"))
        elif name in INCLUDES and value is not None and not OTHER_CELLS.intersection(wanted):
            found += unknown(network, value, here)
        elif wrong := _wrong_words(item, name, value):
            word, known = wrong
            found.append(Problem(here, f"there is no {word!r}. {did_you_mean(word, known)}"))
        elif kind := _wrong_kind(name, value):
            found.append(Problem(here, f"expected {kind}, got {value!r}."))
        elif name == "timeRange" and value is not None and not _is_range(value):
            found.append(Problem(here, f"expected [start, stop] in ms, got {value!r}."))
    return found


def _wrong_words(item: Plot | Measure, name: str, value: Any) -> tuple[str, list[str]] | None:
    """A word that an argument must not be, and those it may be, if its annotation lists them (Literal)."""
    function = item.draw if isinstance(item, Plot) else item.measure
    parameter = inspect.signature(function).parameters.get(name)
    known = _words(parameter.annotation) if parameter else []
    given = [value] if isinstance(value, str) else value if isinstance(value, list | tuple) else []
    wrong = [word for word in given if isinstance(word, str) and word not in known]
    return (wrong[0], known) if known and wrong else None


def _words(annotation: Any) -> list[str]:
    if get_origin(annotation) is Literal:
        return list(get_args(annotation))
    return [word for part in get_args(annotation) for word in _words(part)]


def _wrong_kind(name: str, value: Any) -> str | None:
    """What an argument should be and is not."""
    if value is None:
        return None
    if name in POSITIVE and not (isinstance(value, int | float | np.number) and value > 0):
        return "a number above 0"
    if name in TEXTS and not isinstance(value, str):
        return "text"
    if name == "suptitle" and not isinstance(value, str) and "t" not in value:
        return "text, or a dictionary with 't'"
    if name == "figSize" and not (isinstance(value, Sequence) and len(value) == 2 and min(value) > 0):
        return "[width, height] in inches"
    return None


def _is_range(value: Any) -> bool:
    numbers = isinstance(value, list | tuple) and all(isinstance(end, int | float) for end in value)
    return numbers and len(value) == 2 and value[0] < value[1]
