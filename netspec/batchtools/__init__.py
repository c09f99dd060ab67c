"""NetPyNE's batchtools: cfg.update() in the simulation, `search` in the script that starts it."""

from netspec import specs
from netspec.batchtools import comm

__all__ = ["comm", "specs"]
