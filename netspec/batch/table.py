"""The trials of a study as columns: parameters, values, and how each trial ended."""

import csv
import importlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from netspec.batch import fitness, space, worker
from netspec.batch import trial as trials
from netspec.batch.ledger import Ledger
from netspec.errors import StateError, did_you_mean
from netspec.formats.files import whole
from netspec.tables import Floats

FIRST, LAST = ("trial", "state"), ("seconds", "failure")


@dataclass(frozen=True)
class Table:
    """rows: one per trial. parameters, values: names of columns, beside trial, state, seconds, failure."""

    rows: list[dict[str, Any]]
    parameters: list[str]
    values: list[str]
    space: list[space.Parameter]

    @property
    def columns(self) -> list[str]:
        """Names of all columns."""
        return [*FIRST, *self.parameters, *self.values, *LAST]

    def __len__(self) -> int:
        return len(self.rows)

    def to_csv(self, path: str | Path) -> str:
        """The path of a CSV file with a row per trial."""
        with whole(path) as part, part.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, self.columns, restval="")
            writer.writeheader()
            writer.writerows(self.rows)
        return str(path)

    def to_pandas(self) -> Any:
        """A pandas DataFrame with a row per trial, by its number."""
        pandas = _optional("pandas")
        return pandas.DataFrame(self.rows, columns=self.columns).set_index("trial")

    def to_xarray(self) -> Any:
        """An xarray Dataset: numbers by the values of a grid's parameters; NaN where there is no trial."""
        xarray = _optional("xarray")
        if any(each.values is None and each.step is None and not each.integer for each in self.space):
            raise StateError("only the trials of a grid have axes: use to_pandas()")
        axes = {each.label: list(space.listed(each)) for each in self.space}
        kept = [row for row in self.rows if row["state"] == "COMPLETE" and all(name in row for name in axes)]
        found = {}
        for name in self.values:
            numbers = np.full([len(values) for values in axes.values()], np.nan)
            for row in kept:
                if isinstance(row.get(name), int | float):
                    numbers[tuple(values.index(row[axis]) for axis, values in axes.items())] = row[name]
            found[name] = (list(axes), numbers)
        scalar = {
            axis: values if all(isinstance(v, space.SCALAR) for v in values) else list(map(str, values))
            for axis, values in axes.items()
        }
        return xarray.Dataset(found, coords=scalar)

    def arrays(self, values: Sequence[str] = ()) -> tuple[Floats, Floats]:
        """Parameters (n, p) and values (n, s) of the trials that have all of them, to infer from.

        values: names of columns (default: all that are numbers); one that holds a list fills as many columns.
        """
        done = [row for row in self.rows if row["state"] == "COMPLETE"]
        names = list(values) or [name for name in self.values if any(_number(row.get(name)) for row in done)]
        wrong = [name for name in names if name not in self.values]
        if wrong:
            raise StateError(f"the trials have no value {wrong[0]!r}. {did_you_mean(wrong[0], self.values)}")
        kept = [row for row in done if all(row.get(name) is not None for name in (*self.parameters, *names))]
        words = [name for name in self.parameters if not all(_number(row[name]) for row in kept)]
        if words:
            raise StateError(f"the parameter {words[0]!r} is no number in all trials")
        points = np.array([[row[name] for name in self.parameters] for row in kept], float)
        found = [np.concatenate([np.ravel(row[name]) for name in names]) for row in kept]
        return points.reshape(len(kept), -1), np.array(found, float).reshape(len(kept), -1)


Measures = Mapping[str, Callable[..., Any]] | Sequence[str]


def table(ledger: Ledger, measures: Measures = (), repeats: bool = False) -> Table:
    """All trials that are finished or running; those that were begun again only once.

    measures: name -> function of what a trial has saved (`results`, `simData` or its `folder`), or names of
    what is in simData ('popRates.E'). repeats: a row for each seed of each trial, with the parameter `seed`.
    """
    again = {trial.user_attrs.get("retry_of") for trial in ledger.trials()}
    functions = _functions(measures)
    rows = [
        row
        for trial in ledger.trials()
        if trial.number not in again
        for row in _rows(ledger, trial, functions, repeats)
    ]
    varied, seeds = list(ledger.parameters), ledger.settings.seeds
    if repeats and seeds:
        varied.append(space.Parameter("seed", (), values=seeds))
    labels = [each.label for each in varied]
    values = dict.fromkeys(name for row in rows for name in row if name not in (*FIRST, *labels, *LAST))
    return Table(rows, labels, list(values), varied)


def _rows(
    ledger: Ledger, trial: Any, functions: Mapping[str, Callable[[Path], Any]], repeats: bool
) -> Iterator[dict[str, Any]]:
    """The rows of a trial: one, or with repeats one for each seed that has run."""
    result = trial.user_attrs.get("result", {})
    seeds, folder = ledger.settings.seeds, ledger.folder_of(trial.number)
    runs = result.get("seeds") or [result.get("values", {})]
    if functions and trial.state.name == "COMPLETE":
        places = [folder / f"seed{i}" for i in range(len(seeds))] or [folder]
        runs = [{**run, **_measured(functions, place)} for run, place in zip(runs, places, strict=True)]
    there = {name for run in runs for name in run}
    shown = runs if repeats and result else [{**worker.means(runs), **result.get("values", {})}]
    for i, numbers in enumerate(shown if len(runs) > 1 else runs):
        seed = {"seed": seeds[i]} if repeats and seeds and result else {}
        yield {
            "trial": trial.number,
            "state": trial.state.name,
            **ledger.point_of(trial),
            **seed,
            **{_column(name): numbers[name] for name in numbers if name in there},
            "seconds": result.get("seconds"),
            "failure": (trial.user_attrs.get("error") or [None])[-1],
        }


def _functions(measures: Measures) -> dict[str, Callable[[Path], Any]]:
    """Name -> function of a trial's folder."""
    if isinstance(measures, Mapping):
        return {name: fitness.of_folder(function) for name, function in measures.items()}
    return {name: partial(_saved_value, name) for name in measures}


def _saved_value(name: str, folder: Path) -> Any:
    """A value in what a simulation saved, by its dotted name."""
    found = space.flat(fitness.simulation_data(folder))
    if name not in found:
        raise StateError(f"{folder}: simData has no {name!r}. {did_you_mean(name, found)}")
    return found[name]


def _measured(functions: Mapping[str, Callable[[Path], Any]], folder: Path) -> dict[str, Any]:
    return space.flat({name: trials.plain(function(folder)) for name, function in functions.items()})


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _column(name: str) -> str:
    """The column of a value; the names of a table's own columns are taken."""
    return f"{name} (value)" if name in (*FIRST, *LAST) else name


def _optional(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise StateError(f"this needs {name}: pip install 'netspec[batch]'") from error
