"""What CoreNEURON cannot do, or does wrong in silence: named by path before anything is built.

Mechanisms are checked where NEURON's tables are at hand (neuron.core_check).
"""

from collections.abc import Iterator
from typing import Any

from netspec.spec import Spec
from netspec.spec.check_values import Findings
from netspec.spec.facts import Facts
from netspec.spec.findings import Finding, Path
from netspec.spec.kinds import shown
from netspec.spec.simulation import FAST, GPU

ROOT, NET = ("simConfig",), ("netParams",)
STEPS = "CoreNEURON has fixed time steps only."
THREADS = "NEURON cannot divide what CoreNEURON records among threads; start more ranks."
WRITTEN = "a model that is written for CoreNEURON cannot change while it runs; use coreneuron=True."
WEIGHTS = "CoreNEURON cannot let a mechanism change a weight, which it does through a POINTER."


def coreneuron(facts: Facts) -> Findings:
    """What prevents a run under CoreNEURON, if one is asked for."""
    options = facts.spec.simulation
    if isinstance(options.coreneuron, str) and options.coreneuron not in (FAST, GPU):
        expected = f"expected True, False, {FAST!r} or {GPU!r}"
        yield Finding((*ROOT, "coreneuron"), f"{expected}, got {shown(options.coreneuron)}.")
    elif options.coreneuron or options.dump_coreneuron_model:
        yield from _refused(facts.spec)
    elif options.gpu:
        yield Finding((*ROOT, "gpu"), "only CoreNEURON runs on a GPU: needs coreneuron=True.")


def _refused(spec: Spec) -> Findings:
    changing = _changing(spec) if spec.simulation.dump_coreneuron_model else ()
    for path, message in (*_options(spec), *_cells(spec), *_connections(spec), *_sources(spec), *changing):
        yield Finding(path, message)


def _options(spec: Spec) -> Iterator[tuple[Path, str]]:
    options = spec.simulation
    for key, value in (("cvode_active", options.cvode_active), ("use_local_dt", options.use_local_dt)):
        if value:
            yield (*ROOT, key), STEPS
    if options.threads > 1:
        yield (
            (*ROOT, "threads"),
            THREADS,
        )
    if spec.network.rxd.species:
        yield (*NET, "rxdParams"), "CoreNEURON has no reaction-diffusion."


def _cells(spec: Spec) -> Iterator[tuple[Path, str]]:
    for label, rule in spec.network.cell_rules.items():
        for name, section in rule.secs.items():
            for point, values in section.pointps.items():
                if values.get("vref") not in (None, "v"):
                    path = (*NET, "cellParams", label, "secs", name, "pointps", point, "vref")
                    yield path, "CoreNEURON detects spikes in the membrane potential only."


def _changing(spec: Spec) -> Iterator[tuple[Path, str]]:
    """What is set between windows of a run, so that a model in files does not have it."""
    for label, rule in spec.network.connections.items():
        if rule.shape:
            yield (*NET, "connParams", label, "shape"), WRITTEN
    for label, source in spec.network.sources.items():
        if source.params.get("shape"):
            yield (*NET, "stimSourceParams", label, "shape"), WRITTEN
    for label, population in spec.network.populations.items():
        for where, values in (((), population.tags), (("params",), population.params or {})):
            for key in ("rates", "dynamicRates"):
                if values.get(key) is not None:
                    yield (*NET, "popParams", label, *where, key), WRITTEN


def _connections(spec: Spec) -> Iterator[tuple[Path, str]]:
    for label, rule in spec.network.connections.items():
        if rule.plast:
            yield (*NET, "connParams", label, "plast"), WEIGHTS


def _sources(spec: Spec) -> Iterator[tuple[Path, str]]:
    for label, source in spec.network.sources.items():
        path: tuple[Any, ...] = (*NET, "stimSourceParams", label)
        if source.type == "XStim":
            yield (*path, "type"), "CoreNEURON has no extracellular potentials."
        if source.params.get("waveform"):
            yield (*path, "waveform"), "not supported yet with CoreNEURON."
        if source.params.get("plast"):
            yield (*path, "plast"), WEIGHTS
