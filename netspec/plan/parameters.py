"""What a rule's string functions give: each pair, each cell, or each entry of a table."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netspec.errors import Problem
from netspec.expression import Expression, finite, parse
from netspec.model import Model
from netspec.plan.cells import Cells, keys
from netspec.plan.strict import complain
from netspec.plan.variables import DISTANCES, POST, PRE, pair_variables
from netspec.spec.network import ConnectionRule
from netspec.streams import Draws, OneStream

Floats = NDArray[np.float64]
Positions = NDArray[np.int64]
PairsOf = Callable[[Positions], tuple[Positions, Positions]]
"""Positions of the pre and post cells of some rows of a table."""

CHUNK = 1 << 16
FIELDS = {"weight": "weight", "delay": "delay", "synsPerConn": "syns_per_conn", "loc": "loc"}
"""Parameters of connections that may be string functions, in the order of their evaluation."""


@dataclass(frozen=True)
class Ends:
    """A rule and the cells that it connects. pre, post: positions in the cells table, ascending.

    function: NetPyNE's name of the rule's algorithm, which seeds the rule's own stream.
    """

    model: Model
    cells: Cells
    rule: ConnectionRule
    function: str
    pre: Positions
    post: Positions

    @property
    def path(self) -> str:
        """Where the rule is in netParams."""
        return f"netParams.connParams[{self.rule.label!r}]"

    @property
    def constants(self) -> Mapping[str, float]:
        """The user's numbers."""
        return self.model.spec.network.constants

    def parse(self, name: str, text: str, sides: tuple[str, ...] = (*PRE, *POST, *DISTANCES)) -> Expression:
        """The string function of a parameter."""
        return parse(text, frozenset((*sides, *self.constants)), f"{self.path}.{name}")

    def stream(self, rows: int, only: Any = None, at: int = 0) -> OneStream:
        """The rule's own stream, for a table of so many rows."""
        gids = np.concatenate([self.cells.gids[self.pre], self.cells.gids[self.post]])
        return OneStream(self.model.streams.rule(self.rule.label, self.function, gids), rows, only, at)

    def values(self, name: str, formula: Expression, pre: Any, post: Any, draws: Any = None) -> Floats:
        """Values of a function for pairs of positions: (pairs,), finite where they can be connected."""
        variables = pair_variables(formula.names, self.cells, pre, post, self.constants)
        found = formula.evaluate(variables, draws, rows=len(pre))
        if not np.isfinite(found).all():
            checked = np.where(self.never(pre, post), 0.0, found)
            finite(checked, f"{self.path}.{name}", formula.text, lambda row: self.pair(pre[row], post[row]))
        return found

    def never(self, pre: Any, post: Any) -> Any:
        """Whether pairs are of a cell with itself and never connected; a distance of 0 may give inf."""
        return False if self.model.spec.simulation.allow_self_conns else pre == post

    def pair(self, pre: int, post: int) -> str:
        """What to call a pair of positions in messages."""
        return f"pair {self.cells.gids[pre]} -> {self.cells.gids[post]}"


def functions(ends: Ends) -> dict[str, Expression]:
    """String functions among weight, delay, synsPerConn and loc."""
    texts = {name: getattr(ends.rule, field) for name, field in FIELDS.items()}
    return {name: ends.parse(name, text) for name, text in texts.items() if isinstance(text, str)}


def of_connections(
    ends: Ends, formulas: Mapping[str, Expression], pre: Positions, post: Positions
) -> dict[str, Floats]:
    """Values for connected pairs, each with a stream of its own: (pairs,) for each function."""
    draws = None
    if any(formula.random for formula in formulas.values()):
        ids = ends.model.streams.connection(ends.rule.label, keys(ends.cells, pre), keys(ends.cells, post))
        draws = Draws(ids, len(pre))
    return {name: ends.values(name, formula, pre, post, draws) for name, formula in formulas.items()}


def of_table(
    ends: Ends, formulas: Mapping[str, Expression], total: int, wanted: Positions, pairs_of: PairsOf
) -> dict[str, Floats]:
    """Values for the wanted rows of a table of `total` rows along one stream: (wanted,) for each function."""
    found = {}
    at = 0
    for name, formula in formulas.items():
        values = np.empty(len(wanted))
        if formula.spends is None:
            at = _whole_table(ends, name, formula, at, total, wanted, pairs_of, values)
        else:
            for start in range(0, len(wanted), CHUNK):
                rows = wanted[start : start + CHUNK]
                draws = ends.stream(total, rows, at) if formula.random else None
                values[start : start + CHUNK] = ends.values(name, formula, *pairs_of(rows), draws)
            at += formula.spends * total
        found[name] = values
    return found


def _whole_table(
    ends: Ends,
    name: str,
    formula: Expression,
    at: int,
    total: int,
    wanted: Positions,
    pairs_of: PairsOf,
    values: Floats,
) -> int:
    """Evaluate every row, since what one spends decides where the next begins. Fills values.

    -> position of the stream after the table
    """
    order = np.argsort(wanted, kind="stable")
    ordered = wanted[order]
    for start in range(0, total, CHUNK):
        stop = min(start + CHUNK, total)
        draws = ends.stream(stop - start, None, at)
        every = ends.values(name, formula, *pairs_of(np.arange(start, stop)), draws)
        first, last = np.searchsorted(ordered, [start, stop])
        values[order[first:last]] = every[ordered[first:last] - start]
        at = draws.position
    return at


def probability(ends: Ends) -> Any:
    """The rule's probability: a number, or a function (rows, columns) -> matrix, called in order of rows."""
    given = ends.rule.probability
    if not isinstance(given, str):
        _refuse_improbable(ends, np.array([given], float), lambda row: "all pairs")
        return float(given)
    formula = ends.parse("probability", given)
    at = 0

    def matrix(rows: Positions, columns: Positions) -> Floats:
        """Probabilities of the pairs of rows and columns: (rows, columns)."""
        nonlocal at
        width = len(ends.post)
        every = formula.spends is None
        wanted = np.arange(width) if every else columns
        i, j = np.repeat(rows, len(wanted)), np.tile(wanted, len(rows))
        draws = None
        if formula.random:
            total = len(i) if every else len(ends.pre) * width
            draws = ends.stream(total, None if every else i * width + j, at)
        pre, post = ends.pre[i], ends.post[j]
        values = ends.values("probability", formula, pre, post, draws)
        if every and draws is not None:
            at = draws.position
        _refuse_improbable(ends, values, lambda row: ends.pair(pre[row], post[row]), ends.never(pre, post))
        result = values.reshape(len(rows), len(wanted))
        return result[:, columns] if every else result

    return matrix


def _refuse_improbable(
    ends: Ends, values: Floats, describe: Callable[[int], str], never: Any = False
) -> None:
    if not len(values) or (values.min() >= 0 and values.max() <= 1):
        return
    outside = np.flatnonzero(((values < 0) | (values > 1)) & ~np.asarray(never))
    if len(outside):
        row = int(outside[0])
        message = f"{ends.rule.probability!r} gives {values[row]} for {describe(row)}: outside 0..1."
        complain(ends.model, Problem(f"{ends.path}.probability", message))


def per_cell(ends: Ends, name: str, given: Any, cells: Positions, sides: tuple[str, ...]) -> Any:
    """A convergence or divergence: a number, or the values of its function for all cells of one side."""
    if not isinstance(given, str):
        return given
    formula = ends.parse(name, given, sides)
    draws = ends.stream(len(cells)) if formula.random else None
    variables = pair_variables(formula.names, ends.cells, cells, cells, ends.constants)
    values = formula.evaluate(variables, draws, rows=len(cells))
    finite(values, f"{ends.path}.{name}", given, lambda row: f"cell {ends.cells.gids[cells[row]]}")
    return values
