"""Many runs of one model: searches over parameters, in which no trial is lost and none is run twice.

A study is a folder: its settings (study.toml), the ledger of its trials (journal.log, Optuna's) and a folder
for each trial. Workers are alike: they claim a trial, run its script, and write down what came out.
"""

from typing import TYPE_CHECKING, Any

from netspec.batch.searches import search
from netspec.batch.trial import apply, params, report, result

if TYPE_CHECKING:
    from netspec.batch.netpyne import Batch
    from netspec.batch.study import Study

__all__ = ["Batch", "Study", "apply", "params", "report", "result", "search"]

_LAZY = {"Batch": "netspec.batch.netpyne", "Study": "netspec.batch.study"}


def __getattr__(name: str) -> Any:
    """`Study` and `Batch` are imported when first asked for: a simulation needs neither."""
    import importlib

    if name in _LAZY:
        return getattr(importlib.import_module(_LAZY[name]), name)
    raise AttributeError(f"module 'netspec.batch' has no attribute {name!r}")
