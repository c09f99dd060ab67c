"""What cannot be had of a network whose large cells are cut in pieces (multisplit), by path."""

from collections.abc import Iterator

from netspec.spec.check_values import Findings
from netspec.spec.facts import Facts
from netspec.spec.findings import Finding
from netspec.spec.network import Network
from netspec.spec.simulation import Simulation
from netspec.spec.waveform import FIELD, WAVEFORM

WITHOUT = "not with simConfig.multisplit: "
NO_CURRENTS = "NEURON does not know the membrane currents of nodes that ranks share."
NOT_YET = "not supported yet where ranks share a cell."
OPTIONS = {
    "coreneuron": "CoreNEURON cannot cut cells.",
    "dump_coreneuron_model": "CoreNEURON cannot cut cells.",
    "cvode_active": "NEURON aborts when it cuts cells with a variable step.",
    "use_local_dt": "NEURON cannot cut cells with a step for each.",
    "use_fast_imem": NO_CURRENTS,
    "saveIMembrane": NO_CURRENTS,
    "checkpointEvery": NOT_YET,
    "saveWeights": NOT_YET,
    "recordSignals": NOT_YET,
    "gatherOnlySimData": NOT_YET,
}
"""By option, why it must be left out."""
FIELDS = {
    "saveIMembrane": "save_imembrane",
    "checkpointEvery": "checkpoint_every",
    "saveWeights": "save_weights",
    "recordSignals": "record_signals",
    "gatherOnlySimData": "gather_only_sim_data",
}
"""The fields of options that are spelt otherwise."""
CLAMPS = ("VClamp", "SEClamp")


def split(facts: Facts) -> Findings:
    """What is wrong because of `multisplit`."""
    options = facts.spec.simulation
    if not options.multisplit:
        return
    for name, reason in OPTIONS.items():
        if getattr(options, FIELDS.get(name, name)):
            yield Finding(("simConfig", name), WITHOUT + reason)
    if options.threads > 1:
        yield Finding(("simConfig", "threads"), f"{WITHOUT}{NOT_YET}")
    if options.h_params.get("secondorder") and _has_signals(options):
        path = ("simConfig", "hParams", "secondorder")
        yield Finding(path, f"{WITHOUT}signals of second order need membrane currents. {NO_CURRENTS}")
    yield from _cells(facts.spec.network)
    yield from _connections(facts.spec.network)
    yield from _sources(facts.spec.network, _has_signals(options))


def _has_signals(options: Simulation) -> bool:
    return bool(options.record_lfp or options.record_dipole or options.record_dipoles_hnn)


def _cells(network: Network) -> Iterator[Finding]:
    root = "netParams"
    if network.rxd.species:
        yield Finding((root, "rxdParams"), f"{WITHOUT}reactions need whole cells.")
    for label, rule in network.cell_rules.items():
        for name, section in rule.secs.items():
            if "extracellular" in section.mechs:
                path = (root, "cellParams", label, "secs", name, "mechs", "extracellular")
                yield Finding(path, f"{WITHOUT}NEURON cannot cut cells that have it.")


def _connections(network: Network) -> Iterator[Finding]:
    root = "netParams"
    for label, rule in network.connections.items():
        for name, given in (("gapJunction", rule.gap_junction), ("plast", rule.plast)):
            if given:
                yield Finding((root, "connParams", label, name), f"{WITHOUT}{NOT_YET}")
    for label, synapse in network.synapses.items():
        path = (root, "synMechParams", label)
        if synapse.pointer_params:
            yield Finding((*path, "pointerParams"), f"{WITHOUT}{NOT_YET}")
        if synapse.self_net_con:
            yield Finding((*path, "selfNetCon"), f"{WITHOUT}{NOT_YET}")
        for name, value in synapse.params.items():
            if isinstance(value, str):
                yield Finding((*path, name), f"{WITHOUT}{NOT_YET} Give a number.")


def _sources(network: Network, signals: bool) -> Iterator[Finding]:
    for label, source in network.sources.items():
        path = ("netParams", "stimSourceParams", label, "type")
        if source.type in (FIELD, WAVEFORM):
            yield Finding(path, f"{WITHOUT}{NOT_YET}")
        if source.params.get("plast"):
            yield Finding((*path[:-1], "plast"), f"{WITHOUT}{NOT_YET}")
        if source.type in CLAMPS and signals:
            yield Finding(path, f"{WITHOUT}signals beside such a clamp need membrane currents. {NO_CURRENTS}")
    for label, target in network.targets.items():
        if target.params.get("plast"):
            yield Finding(("netParams", "stimTargetParams", label, "plast"), f"{WITHOUT}{NOT_YET}")
