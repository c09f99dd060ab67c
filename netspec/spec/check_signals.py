"""Whether what simConfig says about signals (LFP, dipoles ...) can be recorded."""

from collections.abc import Mapping
from typing import Any

from netspec.errors import did_you_mean
from netspec.signals.recorders import RECORDERS
from netspec.spec import check_electrodes
from netspec.spec.check_recording import selectors
from netspec.spec.check_values import Findings, unknown
from netspec.spec.facts import Facts
from netspec.spec.findings import Finding, Path, lenient
from netspec.spec.kinds import shown
from netspec.spec.simulation import Simulation

ROOT = ("simConfig",)
KEPT = {
    "saveLFPCells": ("save_lfp_cells", "recordLFP", "record_lfp"),
    "saveLFPPops": ("save_lfp_pops", "recordLFP", "record_lfp"),
    "saveDipoleCells": ("save_dipole_cells", "recordDipole", "record_dipole"),
    "saveDipolePops": ("save_dipole_pops", "recordDipole", "record_dipole"),
}
"""What is kept of a signal: key -> its field, and the key and field of the signal itself."""


def signals(facts: Facts) -> Findings:
    """What is wrong with electrodes, and with the cells and populations whose signals are kept."""
    options: Simulation = facts.spec.simulation
    yield from check_electrodes.check(options)
    for key, (name, signal, field) in KEPT.items():
        value = getattr(options, name)
        if value not in (False, None, []) and not getattr(options, field):
            yield lenient((*ROOT, key), f"nothing is kept without {signal}.")
        check = _populations if key.endswith("Pops") else _cells
        yield from check(value, facts, (*ROOT, key))
    yield from _cells(options.save_imembrane, facts, (*ROOT, "saveIMembrane"))
    yield from _hnn(options.record_dipoles_hnn, facts, (*ROOT, "recordDipolesHNN"))
    for number, name in enumerate(options.record_signals):
        if name not in RECORDERS:
            message = f"there is no signal {name!r}. {did_you_mean(str(name), RECORDERS)}"
            yield Finding((*ROOT, "recordSignals", number), message)


def _hnn(value: Any, facts: Facts, path: Path) -> Findings:
    if value in (False, None):
        return
    if not isinstance(value, Mapping):
        message = f"expected a dictionary of labels and lists of populations, got {shown(value)}."
        yield Finding(path, message)
        return
    wrong = [f for label, labels in value.items() for f in _populations(labels, facts, (*path, label))]
    yield from wrong
    sections = (s for rule in facts.spec.network.cell_rules.values() for s in rule.secs.values())
    if not wrong and not any("dipole" in section.mechs for section in sections):
        yield lenient(path, "no section has the mechanism 'dipole': the dipoles are 0.")


def _cells(value: Any, facts: Facts, path: Path) -> Findings:
    if not (value is None or isinstance(value, bool)):
        yield from selectors(value, facts, path)


def _populations(value: Any, facts: Facts, path: Path) -> Findings:
    if value is None or isinstance(value, bool):
        return
    if not isinstance(value, list | tuple):
        yield Finding(path, f"expected True or a list of populations, got {shown(value)}.")
        return
    for number, label in enumerate(value):
        if label not in facts.spec.network.populations:
            yield unknown(label, facts.spec.network.populations, (*path, number), "there is no population")
