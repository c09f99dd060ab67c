"""Whether a run can be saved on the way and continued, and its recordings written in windows."""

from netspec.spec.check_values import Findings, in_range, not_negative
from netspec.spec.facts import Facts
from netspec.spec.findings import Finding
from netspec.spec.simulation import Simulation

ROOT = ("simConfig",)


def long_run(facts: Facts) -> Findings:
    """What is wrong with checkpointEvery, resume and recordWindow."""
    options: Simulation = facts.spec.simulation
    for key, value in (
        ("checkpointEvery", options.checkpoint_every),
        ("recordWindow", options.record_window),
    ):
        yield from in_range(value, not_negative, (*ROOT, key))
        if 0 < value < options.dt:
            yield Finding((*ROOT, key), f"shorter than a step of {options.dt} ms.")
        reason = _unable(facts, key) if value > 0 else None
        if reason:
            yield Finding((*ROOT, key), reason)
    if options.resume and not options.checkpoint_every:
        yield Finding((*ROOT, "resume"), "there are no checkpoints without checkpointEvery.")


def _unable(facts: Facts, key: str) -> str | None:
    """Why this network cannot do it, or None."""
    options, saves = facts.spec.simulation, key == "checkpointEvery"
    if options.use_local_dt:
        return "not possible with use_local_dt: NEURON counts the samples in memory."
    if options.cvode_active and saves:
        return "not possible with cvode_active: the integrator keeps a history of steps that cannot be saved."
    if facts.spec.network.rxd.species and saves:
        return "not possible with rxdParams: the state of what reacts and diffuses cannot be saved exactly."
    return None
