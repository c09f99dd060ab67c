"""Which mechanisms allow mergeSynapses, as the NEURON of this process has them, and what is said about it."""

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from netspec.errors import Problem
from netspec.neuron import linear
from netspec.plan import Plan, merging
from netspec.spec import Spec
from netspec.spec.cell import Section

log = logging.getLogger("netspec")


def linear_mechanisms(spec: Spec) -> list[str]:
    """Mechanisms of synMechParams of which one synapse can stand for several, by their NMODL."""
    return [mod for mod in dict.fromkeys(s.mod for s in spec.network.synapses.values()) if not apart(mod)]


def apart(mechanism: str) -> str:
    """Why synapses of a mechanism cannot be merged; '' if they can."""
    from netspec.neuron import catalog  # imports NEURON

    return _judged(catalog.code(mechanism))


@cache
def _judged(text: str) -> str:
    reason: str = linear.why_not(text)
    return reason


def tell_of_merging(plan: Plan, ranks: Any, say: Callable[[str], None]) -> None:
    """Say what mergeSynapses would save, or log what it saves and why some synapses are apart. Collective."""
    asked = bool(plan.model.spec.simulation.merge_synapses)
    other = replace(plan, merged={} if asked else merging.merged(plan))
    if not other.merged and not asked:
        return
    own, others = (ranks.allreduce(merging.synapses(each)) for each in (plan, other))
    if not asked and others < own:
        say(f"  mergeSynapses = True would make {others:,} synapses that do the same as these {own:,}")
    if asked and ranks.rank == 0:
        log.info("mergeSynapses: %d synapses in place of %d", own, others)
        for mod in dict.fromkeys(synapse.mod for synapse in plan.model.spec.network.synapses.values()):
            if mod not in plan.model.linear:
                log.info("mergeSynapses: synapses of %r are not merged: %s", mod, apart(mod))


def told_apart(plan: Plan, conds: Mapping[str, Any], path: str) -> Iterator[Problem]:
    """Conditions of modifySynMechs on places among those of synapses that share one."""
    if "loc" in conds and plan.merged:
        message = "synapses of a segment share one; leave this out, or set simConfig.mergeSynapses to False."
        yield Problem(f"{path}.conds.loc", message)


def other_segments(plan: Plan, sections: Mapping[str, Section], path: str) -> Iterator[Problem]:
    """New numbers of segments, where synapses were merged by segment."""
    message = (
        "synapses of a segment share one; set it before connecting, or use simConfig.mergeSynapses = False."
    )
    for name, section in sections.items():
        if plan.merged and "nseg" in section.geom and name in plan.model.sections:
            yield Problem(f"{path}.secs[{name!r}].geom.nseg", message)
