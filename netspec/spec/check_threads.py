"""What NEURON's threads cannot do, by path."""

from netspec.spec.check_values import Findings, in_range, positive
from netspec.spec.facts import Facts
from netspec.spec.findings import Finding
from netspec.spec.network import Network
from netspec.spec.waveform import FIELD, WAVEFORM

ONE_THREAD = "NEURON does this in one thread only; leave simConfig.threads 1, and use ranks."


def threads(facts: Facts) -> Findings:
    """What is wrong with `threads`, or with other keys because of it."""
    options = facts.spec.simulation
    yield from in_range(options.threads, positive, ("simConfig", "threads"))
    if options.threads > 1:
        if options.use_local_dt:
            yield Finding(("simConfig", "use_local_dt"), ONE_THREAD)
        if options.checkpoint_every:
            yield Finding(("simConfig", "checkpointEvery"), "not supported yet with threads.")
        yield from _network(facts.spec.network)
        yield from _played(facts.spec.network)


def _network(network: Network) -> Findings:
    """Reactions and potentials outside cells."""
    if network.rxd.species:
        message = "reactions have threads of their own: leave simConfig.threads 1, and use addRxD(nthreads)."
        yield Finding(("netParams", "rxdParams"), message)
    for label, rule in network.cell_rules.items():
        for name, section in rule.secs.items():
            if "extracellular" in section.mechs:
                path = ("netParams", "cellParams", label, "secs", name, "mechs", "extracellular")
                yield Finding(path, ONE_THREAD)


def _played(network: Network) -> Findings:
    """Weights, fields and rates that follow a given course while the network runs."""
    root = "netParams"
    for label, rule in network.connections.items():
        if rule.shape:
            yield Finding((root, "connParams", label, "shape"), ONE_THREAD)
    for label, source in network.sources.items():
        path = (root, "stimSourceParams", label)
        if source.type in (FIELD, WAVEFORM):
            yield Finding((*path, "type"), ONE_THREAD)
            continue
        for key in ("shape", "waveform"):
            if source.params.get(key):
                yield Finding((*path, key), ONE_THREAD)
        if source.params.get("rate") == "variable":
            yield Finding((*path, "rate"), ONE_THREAD)
    for label, population in network.populations.items():
        if "dynamicRates" in {**population.tags, **(population.params or {})}:
            yield Finding((root, "popParams", label, "dynamicRates"), ONE_THREAD)
