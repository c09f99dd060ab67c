"""Networks of neurons as dictionaries: checked, planned as tables, run in parallel with NEURON.

from netspec import specs, sim          # NetPyNE's face
plan = netspec.plan(netParams)          # tables, without NEURON
results = netspec.run(netParams, simConfig)
"""

from typing import TYPE_CHECKING, Any

from netspec.errors import NetspecError, NetspecWarning, SpecError, StateError

if TYPE_CHECKING:
    from pathlib import Path

    from netspec.about.page import Page
    from netspec.results import Results

__version__ = "0.1.0"
__all__ = [
    "NetspecError",
    "NetspecWarning",
    "SpecError",
    "StateError",
    "cell",
    "import_neuroml",
    "import_sonata",
    "info",
    "load",
    "plan",
    "run",
]

_LAZY = {
    "batch": "netspec.batch",
    "conversion": "netspec.conversion",
    "plan": "netspec.plan",
    "sim": "netspec.sim",
    "specs": "netspec.specs",
}
_FUNCTIONS = {
    "cell": "netspec.detailed",
    "rule": "netspec.plan.rules",
    "measure": "netspec.analysis.registry",
    "plot": "netspec.plots",
    "signal": "netspec.signals.recorders",
}


def run(netParams: Any, simConfig: Any = None, *, mod: Any = None) -> "Results":
    """Build the network on all ranks, run it, and gather what happened on rank 0 (others keep their share).

    Random numbers are named ('named' streams) unless simConfig says otherwise.
    """
    from netspec import native

    return native.run(netParams, simConfig, mod)


def load(path: Any) -> "Results":
    """Results (with their plan) from a file written by `Results.save`."""
    from netspec.results import load as load_results

    return load_results(path)


def import_sonata(path: Any) -> tuple[dict[str, Any], dict[str, Any], "tuple[Path, ...]"]:
    """NetParams and simConfig of a SONATA config, and folders with its mod files: what `run` takes."""
    from netspec.session import circuits

    return circuits.read(path)


def import_neuroml(path: Any) -> tuple[dict[str, Any], dict[str, Any], "tuple[Path, ...]"]:
    """NetParams and simConfig of a NeuroML or LEMS file, and a folder of its mod files: what `run` takes."""
    from netspec.session import circuits

    return circuits.neuroml(path)


def info(name: str, netParams: Any = None, *, mod: Any = None) -> "Page":
    """What a NeuroML type, a mechanism, or a section, key or entry of netParams is, as a page that prints.

    netParams: in which an entry such as 'synMechParams.exc' is looked up. mod: folders of mod files.
    """
    from netspec import about, native

    return about.about(name, netParams, native.folders(mod))


def __getattr__(name: str) -> Any:
    """`plan`, `specs`, `sim`, `cell` and the registries are imported when first asked for."""
    import importlib

    if name in _LAZY:
        return importlib.import_module(_LAZY[name])
    if name in _FUNCTIONS:
        return getattr(importlib.import_module(_FUNCTIONS[name]), name)
    raise AttributeError(f"module 'netspec' has no attribute {name!r}")
