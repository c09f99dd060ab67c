"""Batchtools' analysis of a finished search: how much each parameter explains, by functional ANOVA."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from netspec.batch.importance import shares
from netspec.batch.settings import value_of
from netspec.batch.space import Parameter
from netspec.batch.table import Table
from netspec.errors import Problem, SpecError, did_you_mean
from netspec.formats.files import existing


class Analyzer:
    """Importance of parameters for the first of `metrics`, from a search's CSV file."""

    def __init__(self, params: Sequence[str], metrics: Sequence[str]):
        self.params, self.metrics = list(params), list(metrics)
        self.data: list[dict[str, Any]] = []

    def load_file(self, filename: str | Path) -> None:
        """Read the trials of a file; columns of parameters may begin with 'config/'."""
        with existing(Path(filename)).open(newline="", encoding="utf-8") as file:
            rows = [
                {str(k).removeprefix("config/"): value_of(v) for k, v in row.items()}
                for row in csv.DictReader(file)
            ]
        for name in (*self.params, *self.metrics):
            if rows and name not in rows[0]:
                raise SpecError([Problem(f"Analyzer[{name!r}]", f"no column. {did_you_mean(name, rows[0])}")])
        self.data = [row for row in rows if all(row[name] != "" for name in (*self.params, *self.metrics))]

    def run_analysis(self) -> dict[str, float]:
        """Parameter -> its share of the variance."""
        space = [
            Parameter(name, (), tuple(dict.fromkeys(row[name] for row in self.data))) for name in self.params
        ]
        rows = [{"state": "COMPLETE", **row} for row in self.data]
        return shares(Table(rows, self.params, self.metrics, space), self.metrics[0])
