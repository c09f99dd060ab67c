"""Whether subcellular rules say where synapses go: a known density with all that it needs."""

from collections.abc import Iterable
from typing import Any

from netspec.spec import check_contacts as contacts
from netspec.spec.check_values import Findings, conditions, in_range, not_negative, share, unknown
from netspec.spec.facts import Facts, Group
from netspec.spec.findings import Finding, Path, lenient, warning
from netspec.spec.kinds import is_number, shown
from netspec.spec.slips import slip
from netspec.spec.subcellular import USED, Density


def subcellular(facts: Facts) -> Findings:
    """What is wrong with subConnParams."""
    for label, rule in facts.spec.network.subcellular.items():
        path = ("netParams", "subConnParams", label)
        groups = facts.matching(rule.post_conds)
        yield from conditions(rule.pre_conds, facts, (*path, "preConds"))
        yield from conditions(rule.post_conds, facts, (*path, "postConds"))
        if groups and all(group.artificial for group in groups):
            yield warning((*path, "postConds"), "only artificial cells meet these; they have no sections.")
        yield from contacts.sections(rule, groups, path)
        yield from _grouped(rule.group_syn_mechs, facts, (*path, "groupSynMechs"))
        if rule.density is None:
            yield Finding((*path, "density"), "required, but missing.")
        else:
            yield from _density(rule.density, groups, (*path, "density"))


def _grouped(labels: list[Any] | None, facts: Facts, path: Path) -> Findings:
    """Labels of synMechs that move together."""
    for label in labels or ():
        if label not in facts.synapses:
            finding = unknown(label, facts.synapses, path, "synMechParams has no entry")
            yield lenient(finding.path, finding.message)
    if labels is not None and len(set(map(str, labels))) < 2:
        yield warning(path, "ignored: a group has at least two synMechs.")


def _density(density: Density, groups: Iterable[Group], path: Path) -> Findings:
    """Its type, and what that needs."""
    kind = density.type
    if kind not in USED:
        if kind:
            near = slip(kind, USED)
            hint = f" Did you mean {near!r}?" if near else ""
            listed = ", ".join(map(repr, USED))
            yield Finding((*path, "type"), f"expected one of {listed}, got {kind!r}.{hint}")
        return
    given = {
        "gridX": density.grid_x,
        "gridY": density.grid_y,
        "gridValues": density.grid_values,
        "fixedSomaY": density.fixed_soma_y,
        "ref_sec": density.ref_sec,
        "coord": density.coord,
    }
    for name, value in given.items():
        if value is not None and name not in USED[kind]:
            yield warning((*path, name), f"ignored, because the density is {kind!r}.")
    if kind == "distance":
        yield from _distance(density, groups, path)
    elif kind != "uniform":
        yield from _map(density, path)


def _distance(density: Density, groups: Iterable[Group], path: Path) -> Findings:
    known = {name for group in groups for name in group.sections}
    if density.ref_sec is not None and known and density.ref_sec not in known:
        yield unknown(density.ref_sec, known, (*path, "ref_sec"), "the target cells have no section")
    yield from in_range(density.ref_seg, share, (*path, "ref_seg"))
    yield from in_range(density.target_distance, not_negative, (*path, "target_distance"))
    if density.coord not in (None, "cartesian"):
        message = f"expected 'cartesian', or nothing for distances along the tree, got {density.coord!r}."
        yield lenient((*path, "coord"), message)


def _map(density: Density, path: Path) -> Findings:
    """A grid, and a value for each of its points."""
    axes = {"gridX": density.grid_x} if density.type == "2Dmap" else {}
    axes["gridY"] = density.grid_y
    wrong = [finding for name, values in axes.items() for finding in _axis(values, (*path, name))]
    yield from wrong
    if density.grid_values is None:
        yield Finding((*path, "gridValues"), "required, but missing.")
    elif not wrong:
        yield from _values(density.grid_values, axes, (*path, "gridValues"))


def _axis(values: Any, path: Path) -> Findings:
    if values is None:
        yield Finding(path, "required, but missing.")
    elif len(values) < 2 or not all(map(is_number, values)) or len(set(values)) < len(values):
        yield Finding(path, f"expected at least 2 different numbers, got {shown(values)}.")


def _values(values: list[Any], axes: dict[str, list[float]], path: Path) -> Findings:
    """One for each gridY; of a 2Dmap a list of these for each gridX."""
    first, *more = axes
    if len(values) != len(axes[first]):
        yield Finding(path, f"expected {len(axes[first])} values, one for each {first}, got {len(values)}.")
        return
    for n, row in enumerate(values if more else []):
        if not isinstance(row, list) or len(row) != len(axes["gridY"]):
            message = f"expected {len(axes['gridY'])} values, one for each gridY, got {shown(row)}."
            yield Finding((*path, n), message)
            return
    flat = [value for row in values for value in row] if more else values
    if not all(map(is_number, flat)):
        yield Finding(path, f"expected numbers, got {shown(values)}.")
