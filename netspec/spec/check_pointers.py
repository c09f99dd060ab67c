"""Whether pointer connections (gap junctions, graded synapses) say what they couple, and where."""

from collections.abc import Iterator
from typing import Any

from netspec.spec.cell import Synapse
from netspec.spec.check_contacts import leaves
from netspec.spec.check_values import Findings, in_range, share, unknown, unknown_keys
from netspec.spec.facts import Facts
from netspec.spec.findings import Finding, Path, warning
from netspec.spec.kinds import shown
from netspec.spec.network import ConnectionRule

KEYS = ("target_var", "source_var", "bidirectional", "weight_var")
PLACES = {"preSec": "pre_sec", "preLoc": "pre_loc", "preSecs": "pre_secs", "preLocs": "pre_locs"}
UNUSED = {"shape": "shape", "plast": "plast"}


def synapse(entry: Synapse, path: Path) -> Findings:
    """What is wrong with pointerParams."""
    given, path = entry.pointer_params, (*path, "pointerParams")
    if not given:
        return
    if not isinstance(given, dict):
        yield Finding(path, f"expected a dictionary with target_var, got {shown(given)}.")
        return
    yield from unknown_keys(given, KEYS, path)
    if "target_var" not in given:
        message = "required, but missing: the variable of the mechanism that follows the other cell."
        yield Finding((*path, "target_var"), message)
    for name in ("target_var", "source_var", "weight_var"):
        if name in given and not isinstance(given[name], str):
            yield Finding((*path, name), f"expected the name of a variable, got {shown(given[name])}.")
    if given.get("bidirectional", True) not in (True, False):
        message = f"expected True or False, got {shown(given['bidirectional'])}."
        yield Finding((*path, "bidirectional"), message)


def rule(entry: ConnectionRule, facts: Facts, path: Path) -> Findings:
    """Presynaptic places, which only pointer connections have, and what such a connection cannot have."""
    labels = list(_pointer_labels(entry, facts))
    given = {key: getattr(entry, name) for key, name in PLACES.items()}
    given = {key: value for key, value in given.items() if value is not None}
    if not labels:
        for key in given:
            message = "ignored, as in NetPyNE: spikes are detected where the cell rule says (spikeGenLoc)."
            yield warning((*path, key), message)
        return
    for key in ("preLoc", "preLocs"):
        yield from in_range(given.get(key), share, (*path, key))
    yield from _sections(entry, facts, path)
    yield from _lists(entry, path)
    for key, name in UNUSED.items():
        if getattr(entry, name):
            message = f"a pointer connection (synMech {labels[0]!r}) has no events that this could act on."
            yield Finding((*path, key), message)


def steps(facts: Facts) -> Findings:
    """A time step of each cell's own, at which NEURON does not pass on what cells look at."""
    rules = facts.spec.network.connections.values()
    if facts.spec.simulation.use_local_dt and any(any(_pointer_labels(rule, facts)) for rule in rules):
        message = "pointer connections need one time step for all cells; leave it False."
        yield Finding(("simConfig", "use_local_dt"), message)


def without_events(entry: ConnectionRule, facts: Facts) -> bool:
    """Whether all synapses of a rule are pointer connections, so that its delay does nothing."""
    labels = list(leaves(entry.syn_mech)) or [None]
    return len(list(_pointer_labels(entry, facts))) == len(labels)


def _pointer_labels(entry: ConnectionRule, facts: Facts) -> Iterator[Any]:
    """The synMechs of a rule that make pointer connections."""
    known = facts.spec.network.synapses
    labels = list(leaves(entry.syn_mech)) or list(known)[:1]
    for label in labels:
        if entry.gap_junction or (label in known and known[label].pointer_params):
            yield label


def _sections(entry: ConnectionRule, facts: Facts, path: Path) -> Findings:
    """Names of sections that no presynaptic cell has."""
    groups = [group for group in facts.matching(entry.pre_conds) if not group.artificial]
    known = {name for group in groups for name in group.sections}
    for key, value in (("preSec", entry.pre_sec), ("preSecs", entry.pre_secs)):
        for name in dict.fromkeys(leaves(value)):
            if known and name not in known:
                yield unknown(name, known, (*path, key), "the presynaptic cells have no section")


def _lists(entry: ConnectionRule, path: Path) -> Findings:
    """Lists that are not of one value for each pair of connList."""
    for key, value in (("preSecs", entry.pre_secs), ("preLocs", entry.pre_locs)):
        if not isinstance(value, list):
            continue
        if entry.conn_list is None:
            yield warning(
                (*path, key), "ignored: it gives a value for each pair of connList, which is missing."
            )
        elif len(value) != len(entry.conn_list):
            wanted = len(entry.conn_list)
            yield Finding((*path, key), f"expected {wanted} values, one for each pair, got {len(value)}.")
