"""The trials of a study as columns: parameters, values, and how each trial ended."""

import csv
import importlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from netspec.batch import space
from netspec.batch.ledger import Ledger
from netspec.errors import StateError
from netspec.formats.files import whole

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


def table(ledger: Ledger) -> Table:
    """All trials that are finished or running; those that were begun again only once."""
    again = {trial.user_attrs.get("retry_of") for trial in ledger.trials()}
    rows: list[dict[str, Any]] = []
    values: dict[str, None] = {}
    for trial in ledger.trials():
        if trial.number in again:
            continue
        result = trial.user_attrs.get("result", {})
        numbers = result.get("values", {})
        numbers = {_column(name): value for name, value in numbers.items()}
        values |= dict.fromkeys(numbers)
        row = {"trial": trial.number, "state": trial.state.name, **ledger.point_of(trial), **numbers}
        row["seconds"] = result.get("seconds")
        row["failure"] = (trial.user_attrs.get("error") or [None])[-1]
        rows.append(row)
    labels = [each.label for each in ledger.parameters]
    return Table(rows, labels, [name for name in values if name not in labels], ledger.parameters)


def _column(name: str) -> str:
    """The column of a value; the names of a table's own columns are taken."""
    return f"{name} (value)" if name in (*FIRST, *LAST) else name


def _optional(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise StateError(f"this needs {name}: pip install 'netspec[batch]'") from error
