"""Which algorithm a connectivity rule uses, and what it is told."""

import inspect
from collections.abc import Callable
from dataclasses import fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netspec.errors import Problem, SpecError, did_you_mean
from netspec.plan.parameters import Ends, per_cell, probability
from netspec.plan.rules import RULES, Pairs, RuleFunction
from netspec.plan.variables import POST, PRE
from netspec.spec.network import ConnectionRule

Positions = NDArray[np.int64]

CHOSEN_BY = {
    "probability": "probConn",
    "convergence": "convConn",
    "divergence": "divConn",
    "conn_list": "fromListConn",
}
"""The algorithm where connFunc is missing, by the first of these fields that is given."""


def algorithm(rule: ConnectionRule) -> tuple[str, RuleFunction]:
    """Name and function of a rule's algorithm; SpecError if there is none of that name."""
    chosen = rule.conn_func
    if chosen is None:
        given = (name for field, name in CHOSEN_BY.items() if getattr(rule, field) is not None)
        chosen = next(given, "fullConn")
    if callable(chosen):
        return getattr(chosen, "__name__", "own"), _own(rule, chosen)
    if chosen not in RULES:
        message = f"there is no rule {chosen!r}. {did_you_mean(chosen, RULES)}"
        raise SpecError([Problem(_path(rule, "connFunc"), message)])
    function = RULES[chosen]
    return next(name for name, other in RULES.items() if other is function), function


def parameters_for(ends: Ends, function: RuleFunction, owned: Positions) -> dict[str, Any]:
    """What the function has as arguments: probability, convergence, divergence, connList, own keys."""
    rule = ends.rule
    known: dict[str, Callable[[], Any]] = {
        "probability": lambda: probability(ends),
        "convergence": lambda: _some(per_cell(ends, "convergence", rule.convergence, ends.post, POST), owned),
        "divergence": lambda: per_cell(ends, "divergence", rule.divergence, ends.pre, PRE),
        "connList": lambda: _checked_list(ends),
    }
    fields_of = {"connList": "conn_list"}
    own = rule.params
    told = {}
    for name, argument in inspect.signature(function).parameters.items():
        if name in own:
            told[name] = own[name]
        if name not in known:
            continue
        if getattr(rule, fields_of.get(name, name)) is not None:
            told[name] = known[name]()
        elif argument.default is inspect.Parameter.empty:
            raise SpecError([Problem(_path(rule, name), f"missing: connFunc {rule.conn_func!r} needs it.")])
    return told


def _path(rule: ConnectionRule, name: str) -> str:
    return f"netParams.connParams[{rule.label!r}].{name}"


def _some(value: Any, rows: Positions) -> Any:
    return value[rows] if isinstance(value, np.ndarray) else value


def _checked_list(ends: Ends) -> NDArray[np.int64]:
    """The connList as (entries, 2) positions among the pre and post cells."""
    path = _path(ends.rule, "connList")
    pairs = np.asarray(ends.rule.conn_list)
    if pairs.size and (pairs.ndim != 2 or pairs.shape[1] != 2 or pairs.dtype.kind not in "iu"):
        raise SpecError([Problem(path, "expected pairs of whole numbers: [(pre, post), ...].")])
    pairs = pairs.reshape(-1, 2).astype(np.int64)
    limits = np.array([len(ends.pre), len(ends.post)])
    wrong = np.argwhere((pairs >= limits) | (pairs < -limits))
    if len(wrong):
        entry, side = wrong[0]
        where = f"{limits[side]} {'pre' if side == 0 else 'post'} cells"
        raise SpecError([Problem(f"{path}[{entry}]", f"{pairs[entry, side]} is outside the {where}.")])
    return pairs


def _own(rule: ConnectionRule, function: Callable[..., Any]) -> RuleFunction:
    """A user's function as a rule: (pre gids, post gids, parameters) -> pairs of gids."""

    def connect(pre: Positions, post: Positions, owned: Positions, stream: Any) -> Pairs:
        """The pairs that the user's function chose."""
        told = {f.metadata["key"]: getattr(rule, f.name) for f in fields(rule) if "key" in f.metadata}
        given = {name: value for name, value in told.items() if value is not None}
        made = function(pre, post, {**given, **rule.params})
        pairs = np.asarray(made if isinstance(made, np.ndarray) else list(made), np.int64).reshape(-1, 2)
        strange = ~(np.isin(pairs[:, 0], pre) & np.isin(pairs[:, 1], post))
        if strange.any():
            pair = pairs[np.flatnonzero(strange)[0]].tolist()
            message = f"returned the pair {pair}, which is not a pre and a post gid of this rule."
            raise SpecError([Problem(_path(rule, "connFunc"), message)])
        mine = np.isin(pairs[:, 1], post[owned])
        return pairs[mine, 0], pairs[mine, 1]

    return connect
