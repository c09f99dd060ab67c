"""Pictures of a study: which there are, and what of its table each of them draws."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from netspec.batch import importance as importances
from netspec.batch.ledger import COMPLETE, Ledger
from netspec.batch.table import Measures, Table, table
from netspec.errors import NetspecError, StateError, did_you_mean
from netspec.extras import needed
from netspec.plots import search
from netspec.plots.canvas import Axes

SIZE = (5.0, 3.6)
"""Of a picture [inches]."""


@dataclass(frozen=True)
class Asked:
    """What is to be drawn of a study: a measure; x, y: parameters, or objectives of a front."""

    ledger: Ledger
    table: Table
    measure: str | None
    x: str | None
    y: str | None

    def value(self) -> str:
        """The measure; a StateError if there is none."""
        if self.measure is None:
            raise StateError(f"the study has no objective: name a measure ({', '.join(self.table.values)})")
        return known(self.measure, self.table.values, "value")

    def pair(self, names: Sequence[str]) -> tuple[str, str]:
        """The two names that are asked for, or the first ones."""
        x = self.x or next(name for name in names if name != self.y)
        y = self.y or next(name for name in names if name != x)
        return known(x, names, "axis"), known(y, names, "axis")

    def columns(self, *names: str) -> list[list[Any]]:
        """Columns of the complete trials that have all of them; those of values are numbers."""
        rows = [row for row in self.table.rows if row["state"] == "COMPLETE"]
        rows = [row for row in rows if all(row.get(name) is not None for name in names)]
        if not rows:
            raise StateError(f"no complete trial has {' and '.join(names)}")
        for name in names:
            wrong = [row[name] for row in rows if not isinstance(row[name], int | float)]
            if wrong and name in self.table.values:
                raise StateError(f"{name!r} is {wrong[0]!r}, not a number")
        return [[row[name] for row in rows] for name in names]

    @property
    def maximize(self) -> bool:
        """Whether more of the measure is better."""
        return self.ledger.settings.objectives.get(self.measure or "") == "maximize"


Draw = Callable[[Asked, Axes], Axes]
KINDS: dict[str, Draw] = {}


def picture(function: Draw) -> Draw:
    """Register a function (what is asked, axes) -> axes under its name."""
    KINDS[function.__name__] = function
    return function


def draw(
    ledger: Ledger,
    kind: str,
    measure: str | None = None,
    *,
    x: str | None = None,
    y: str | None = None,
    measures: Measures = (),
    axis: Axes | None = None,
    size: Sequence[float] = SIZE,
    saveFig: str | Path | None = None,  # noqa: N803 - as in other pictures
) -> Axes:
    """The axes of a picture of a study: grid, response, history, importance, parallel or front.

    measure: a column of the table, or a number in simData ('popRates.E'); default: the first objective. x, y:
    parameters of the axes (of a front: objectives); default: the first ones. measures: see `table.table`.
    """
    if kind not in KINDS:
        raise NetspecError(f"there is no picture {kind!r} of a study. {did_you_mean(kind, KINDS)}")
    measure = measure or next(iter(ledger.settings.objectives), None)
    found = table(ledger, measures)
    if measure and "." in measure and measure not in found.values:
        found = table(ledger, [measure])
    if axis is None:
        figures = needed("matplotlib.figure", "A picture", "plot")
        axis = figures.Figure(figsize=tuple(size), layout="constrained").subplots()
    KINDS[kind](Asked(ledger, found, measure, x, y), axis)
    if saveFig:
        axis.get_figure(root=True).savefig(saveFig, dpi=100)  # type: ignore[union-attr]
    return axis


def fitting(ledger: Ledger, measure: bool = False) -> list[str]:
    """Kinds of pictures that say something about a study without being told more."""
    given, several = ledger.settings, len(ledger.parameters) > 1
    found = []
    if given.objectives or measure:
        found = ["grid" if several else "response"] if given.search == "grid" else ["history"]
        found += ["importance", "parallel"] if several else []
    return [*found, "front"] if len(given.objectives) > 1 else found


@picture
def grid(asked: Asked, ax: Axes) -> Axes:
    """A measure over two parameters, the mean over all others."""
    if len(asked.table.parameters) < 2:
        raise StateError("a grid has two parameters: draw the response")
    (x, y), measure = asked.pair(asked.table.parameters), asked.value()
    across, up, values = asked.columns(x, y, measure)
    levels = [_sorted([row[name] for row in asked.table.rows if name in row]) for name in (y, x)]
    texts = [[*map(repr, each)] for each in levels]
    sums, counts = np.zeros((2, len(levels[0]), len(levels[1])))
    for one, other, value in zip(up, across, values, strict=True):
        at = texts[0].index(repr(one)), texts[1].index(repr(other))
        sums[at] += value
        counts[at] += 1
    means = np.divide(sums, counts, out=np.full(sums.shape, np.nan), where=counts > 0)
    return search.heat_map(means, levels[0], levels[1], ax, (y, x, measure))


@picture
def response(asked: Asked, ax: Axes) -> Axes:
    """A measure over one parameter."""
    measure, names = asked.value(), asked.table.parameters
    x = known(asked.x or names[0], names, "axis")
    across, values = asked.columns(x, measure)
    return search.response(across, np.array(values, float), ax, (x, measure))


@picture
def history(asked: Asked, ax: Axes) -> Axes:
    """A measure by number of trial."""
    trials = asked.ledger.trials(COMPLETE)
    inside = {trial.number for trial in trials if max(trial.constraints.values(), default=0) <= 0}
    numbers, values = asked.columns("trial", asked.value())
    allowed = [number in inside for number in numbers]
    return search.history(numbers, np.array(values, float), ax, asked.value(), asked.maximize, allowed)


@picture
def importance(asked: Asked, ax: Axes) -> Axes:
    """How much of the variance of a measure each parameter explains."""
    return search.importance(importances.shares(asked.table, asked.value()), ax, asked.value())


@picture
def parallel(asked: Asked, ax: Axes) -> Axes:
    """Every trial as a line through its parameters."""
    names, measure = asked.table.parameters, asked.value()
    *columns, values = asked.columns(*names, measure)
    lines = dict(zip(names, columns, strict=True))
    return search.parallel(lines, np.array(values, float), ax, measure, asked.maximize)


@picture
def front(asked: Asked, ax: Axes) -> Axes:
    """Two objectives, and the trials that none is better than in every objective."""
    names = list(asked.ledger.settings.objectives)
    if len(names) < 2:
        raise StateError("a front has several objectives")
    x, y = asked.pair(names)
    numbers, across, up = asked.columns("trial", x, y)
    best = {trial.number for trial in asked.ledger.best()}
    return search.front(np.array([across, up], float).T, [number in best for number in numbers], ax, (x, y))


def known(name: str, names: Iterable[str], what: str) -> str:
    """The name, if it is one of these."""
    if name not in names:
        raise StateError(f"there is no {what} {name!r}. {did_you_mean(name, names)}")
    return name


def _sorted(values: list[Any]) -> list[Any]:
    """Different values: numbers by size, others as they come."""
    found = list({repr(value): value for value in values}.values())
    return sorted(found) if all(isinstance(value, int | float) for value in found) else found
