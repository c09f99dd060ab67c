"""Whether CoreNEURON can have every mechanism that a model uses, and whether it is there at all."""

from collections.abc import Iterable, Iterator
from pathlib import Path as File
from typing import Any

from netspec.errors import Problem
from netspec.model import Model
from netspec.neuron import bulk_compiled, catalog, core_gpu, mechanisms
from netspec.neuron.check import IGNORED_MECHANISM
from netspec.neuron.core_build import OWN, text_of
from netspec.neuron.core_copy import adapted, pointers
from netspec.neuron.coreneuron import choose
from netspec.neuron.ranks import Ranks, start
from netspec.spec.findings import Path, spell
from netspec.spec.simulation import FAST
from netspec.spec.waveform import mechanism as made_by


def problems(model: Model) -> list[Problem]:
    """What CoreNEURON lacks, by path."""
    found = [Problem(spell(path), reason) for path, name in uses(model) if (reason := refusal(name))]
    if not _installed():
        found.append(Problem("simConfig.coreneuron", "this NEURON was installed without CoreNEURON."))
    return found + core_gpu.problems(model.spec.simulation)


def supply(model: Model, folders: Iterable[File], ranks: Ranks | None) -> None:
    """Make the library that CoreNEURON needs for a model, and let it use that. Collective."""
    names = {name for _, name in uses(model)} - OWN
    texts = frozenset((name, text_of(name)) for name in names)
    fast = model.spec.simulation.coreneuron == FAST
    choose(texts, fast, lambda: mechanisms.core_library(dict(texts), folders, fast, ranks or start()))


def uses(model: Model) -> Iterator[tuple[Path, str]]:
    """Every place at which a specification names a mechanism, of those that NEURON has."""
    for path, name in _named(model):
        if isinstance(name, str) and catalog.exists(name):
            yield path, name


def _named(model: Model) -> Iterator[tuple[Path, Any]]:
    network = model.spec.network
    for rule in network.cell_rules.values():
        for label, section in rule.secs.items():
            path = ("netParams", "cellParams", rule.label, "secs", label)
            for mechanism in section.mechs:
                if mechanism != IGNORED_MECHANISM:
                    yield (*path, "mechs", mechanism), mechanism
            for point, values in section.pointps.items():
                yield (*path, "pointps", point, "mod"), values.get("mod")
    for population in model.populations:
        yield ("netParams", "popParams", population.label, "cellModel"), population.mechanism
    for label, synapse in network.synapses.items():
        yield ("netParams", "synMechParams", label, "mod"), synapse.mod
    for label, source in network.sources.items():
        yield ("netParams", "stimSourceParams", label, "type"), made_by(source, model.spec.simulation)


def refusal(mechanism: str) -> str | None:
    """Why CoreNEURON cannot have a mechanism, or None."""
    if mechanism in OWN or mechanism.endswith("_ion"):
        return None
    if mechanism in catalog.BUILT_IN:
        return f"CoreNEURON has no {mechanism}."
    text = text_of(mechanism)
    followed = pointers(text)
    if followed:
        names = ", ".join(followed)
        return (
            f"CoreNEURON cannot follow the POINTER {names} of {mechanism!r}. A variable that takes another "
            "cell's potential can be RANGE; data of its own need a BBCOREPOINTER."
        )
    written = adapted(text).ranges
    if written:
        return (
            f"NEURON has loaded {mechanism!r} ({mechanisms.which(mechanism)}) with GLOBAL variables that its "
            f"code writes ({', '.join(written)}): start a new process, without a library of its own there."
        )
    return None


def _installed() -> bool:
    """Whether there is a CoreNEURON, with what compiles its mechanisms."""
    where = bulk_compiled.neuron_folders()
    return (
        where is not None and (where[0].parent / "share" / "coreneuron" / "nrnivmodl_core_makefile").is_file()
    )
