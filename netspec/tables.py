"""Equal-length named columns: the form that everything in a plan and in results has."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netspec.units import UNIT

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SHOWN = 10
"""Rows that a notebook shows."""


@dataclass(frozen=True, eq=False)
class Table:
    """Named columns of one length. Units of a column are fixed per name in `units.UNIT`."""

    columns: Mapping[str, NDArray[Any]]

    def __post_init__(self) -> None:
        lengths = {name: len(column) for name, column in self.columns.items()}
        if len(set(lengths.values())) > 1:
            raise ValueError(f"columns of different lengths: {lengths}")

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()))) if self.columns else 0

    def __getitem__(self, name: str) -> NDArray[Any]:
        return self.columns[name]

    def __contains__(self, name: str) -> bool:
        return name in self.columns

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Table)
            and list(self.columns) == list(other.columns)
            and all(_same(self[name], other[name]) for name in self.columns)
        )

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        shown = "  ".join(f"{name}:{column.dtype}" for name, column in self.columns.items())
        return f"Table({len(self)} rows; {shown})"

    def _repr_html_(self) -> str:
        from netspec.markup import notebook, table

        units = {name: f" [{UNIT[name]}]" if UNIT.get(name) else "" for name in self.columns}
        rows = zip(*(column[:SHOWN].tolist() for column in self.columns.values()), strict=True)
        header = [f"{name}{unit}" for name, unit in units.items()]
        more = f", the first {SHOWN} of them" if len(self) > SHOWN else ""
        return notebook(f"Table of {len(self):,} rows{more}", table(header, rows))

    @property
    def nbytes(self) -> int:
        """Memory of all columns [bytes]."""
        return sum(column.nbytes for column in self.columns.values())

    def take(self, rows: Any) -> "Table":
        """The given rows (positions, mask or slice) as a new table."""
        return Table({name: column[rows] for name, column in self.columns.items()})

    def with_columns(self, **columns: NDArray[Any]) -> "Table":
        """The same table with columns added or replaced."""
        return Table({**self.columns, **columns})


def concat(tables: Iterable[Table], empty: Table | None = None) -> Table:
    """Tables of the same columns, one below the other; `empty` when there is none."""
    parts = list(tables)
    if not parts:
        if empty is None:
            raise ValueError("no table to concatenate and no empty one given")
        return empty
    if len(parts) == 1:
        return parts[0]
    return Table({name: np.concatenate([part[name] for part in parts]) for name in parts[0].columns})


def stacked(tables: list[Table], empty: Table) -> Table:
    """As concat, but the list is emptied: the parts of a column are let go as soon as it is whole."""
    if not tables:
        return empty
    parts = {name: [table[name] for table in tables] for name in tables[0].columns}
    tables.clear()
    return Table({name: np.concatenate(parts.pop(name)) for name in list(parts)})


def blank(**dtypes: Any) -> Table:
    """A table of no rows with the given columns."""
    return Table({name: np.empty(0, dtype) for name, dtype in dtypes.items()})


def ragged(lists: Iterable[Iterable[float]]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Lists of numbers as (flat values, offsets); list i is flat[offsets[i]:offsets[i + 1]]."""
    arrays = [np.asarray(item, float) for item in lists]
    offsets = np.cumsum([0, *map(len, arrays)], dtype=np.int64)
    return (np.concatenate(arrays) if arrays else np.empty(0)), offsets


def _same(a: NDArray[Any], b: NDArray[Any]) -> bool:
    return a.dtype == b.dtype and np.array_equal(a, b, equal_nan=a.dtype.kind == "f")
