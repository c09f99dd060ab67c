"""Whether the entries of rxdParams fit together: regions, species, expressions."""

import ast
from typing import Any

from netspec.spec import rxd
from netspec.spec.check_recording import selectors
from netspec.spec.check_values import Findings, in_range, not_negative, one_of, positive, unknown
from netspec.spec.facts import Facts
from netspec.spec.findings import Finding, Path, lenient, warning
from netspec.spec.formula import FormulaError, parse
from netspec.spec.kinds import shown

ROOT: Path = ("netParams", "rxdParams")
SHAPES = ("inside", "membrane")
CLASSES = {
    "DistributedBoundary": ("area_per_vol", "perim_per_area"),
    "FractionalVolume": ("volume_fraction", "surface_fraction", "neighbor_areas_fraction"),
    "FixedCrossSection": ("cross_area", "surface_area"),
    "FixedPerimeter": ("perimeter", "on_cell_surface"),
    "ScalableBorder": ("scale", "diam_scale", "on_cell_surface"),
    "Shell": ("lo", "hi"),
}
"""Geometries of regions and their arguments."""
NAMES = {"regions": "region", "species": "species", "states": "state", "parameters": "parameter"}


def reaction_diffusion(facts: Facts) -> Findings:
    """Every mistake in rxdParams."""
    spec = facts.spec.network.rxd
    for label, region in spec.regions.items():
        path = (*ROOT, label) if label == rxd.WHOLE else (*ROOT, "regions", label)
        yield from (
            _box(region, path) if isinstance(region, rxd.Extracellular) else _region(region, facts, path)
        )
    for kind in rxd.SUBSTANCES:
        for label, entry in getattr(spec, kind).items():
            yield from _substance(kind, entry, spec, (*ROOT, kind, label))
    for kind, name in (("reactions", "reactions"), ("multicompartmentReactions", "across")):
        for label, entry in getattr(spec, name).items():
            yield from _reaction(kind, entry, spec, (*ROOT, kind, label))
    for label, entry in spec.rates.items():
        yield from _rate(entry, spec, (*ROOT, "rates", label))
    yield from _twice(spec)
    yield from _same_name(spec)


def _twice(spec: rxd.ReactionDiffusion) -> Findings:
    """One name for two things."""
    kinds = spec.kinds
    for group in ("constants", "regions", *rxd.SUBSTANCES):
        for label in getattr(spec, group):
            if kinds[label] != group:
                message = f"{label!r} is in {kinds[label]!r} as well; expressions could mean either."
                yield Finding((*ROOT, group, label), message)


def _same_name(spec: rxd.ReactionDiffusion) -> Findings:
    """Two substances of one name in one region."""
    seen: dict[tuple[str, str], str] = {}
    for kind in rxd.SUBSTANCES:
        for label, entry in getattr(spec, kind).items():
            for region in rxd.names(entry.regions):
                other = seen.setdefault((entry.name or label, region), label)
                if other != label:
                    message = f"{other!r} has this name in region {region!r} already."
                    yield Finding((*ROOT, kind, label, "name"), message)


def _region(region: rxd.Region, facts: Facts, path: Path) -> Findings:
    chosen = rxd.names(region.cells)
    if region.cells not in ("all", ["all"]):
        yield from selectors(chosen, facts, (*path, "cells"), names=("all",))
    places = {name for group in facts.groups for name in group.sections}
    for name in rxd.names(region.secs):
        if name != "all" and name not in places:
            found = unknown(name, (*places, "all"), (*path, "secs"), "there is no section")
            yield lenient(found.path, found.message)
    if region.nrn_region not in (None, "i", "o"):
        yield Finding((*path, "nrn_region"), f"expected 'i', 'o' or None, got {shown(region.nrn_region)}.")
    if region.dx is not None:
        yield from in_range(region.dx, positive, (*path, "dx"))
    if region.dimension is not None:
        yield warning((*path, "dimension"), "ignored, as in NetPyNE.")
    yield from _geometry(region.geometry, (*path, "geometry"))


def _geometry(geometry: Any, path: Path) -> Findings:
    if geometry is None:
        return
    if isinstance(geometry, str):
        yield from one_of(geometry, SHAPES, path)
        return
    if not isinstance(geometry, dict) or "class" not in geometry:
        message = (
            f"expected 'inside', 'membrane' or {{'class': ..., 'args': {{...}}}}, got {shown(geometry)}."
        )
        yield Finding(path, message)
        return
    name, arguments = geometry["class"], geometry.get("args") or {}
    if name not in CLASSES:
        yield unknown(name, CLASSES, (*path, "class"), "there is no geometry")
        return
    for key in geometry.keys() - {"class", "args", "hObj"}:
        yield lenient((*path, key), "unknown key. Known: 'args', 'class'.")
    if not isinstance(arguments, dict):
        yield Finding((*path, "args"), f"expected a dictionary, got {shown(arguments)}.")
        return
    for key in arguments:
        if key not in CLASSES[name]:
            yield unknown(key, CLASSES[name], (*path, "args", key), f"{name} has no argument")


def _box(box: rxd.Extracellular, path: Path) -> Findings:
    for axis in "xyz":
        low, high = (getattr(box, f"{axis}{end}") for end in ("lo", "hi"))
        if not isinstance(low, str) and not isinstance(high, str) and low >= high:
            yield Finding((*path, f"{axis}hi"), f"must be above {axis}lo ({low!r}), got {high!r}.")
    yield from in_range(box.dx, positive, (*path, "dx"))
    yield from in_range(box.volume_fraction, positive, (*path, "volume_fraction"))
    yield from in_range(box.tortuosity, positive, (*path, "tortuosity"))


def _regions(value: Any, spec: rxd.ReactionDiffusion, path: Path) -> Findings:
    for label in rxd.names(value):
        if label not in spec.regions:
            yield unknown(label, spec.regions, path, "there is no region")


def _substance(kind: str, entry: Any, spec: rxd.ReactionDiffusion, path: Path) -> Findings:
    """A species, state or parameter."""
    if entry.regions != "":
        yield from _regions(entry.regions, spec, (*path, "regions"))
        if not rxd.names(entry.regions):
            yield Finding((*path, "regions"), "names no region.")
    key = "value" if kind == "parameters" else "initial"
    known = {"constants", "regions"} | ({"species", "states"} if kind == "parameters" else set())
    yield from _formula(getattr(entry, key), spec, (*path, key), known, of_node=True)
    if kind == "species":
        yield from in_range(entry.d, not_negative, (*path, "d"))
        yield from in_range(entry.atolscale, positive, (*path, "atolscale"))


def _formula(
    value: Any, spec: rxd.ReactionDiffusion, path: Path, known: set[str], of_node: bool = False
) -> Findings:
    """What is wrong with an expression. known: what its names may be."""
    if not isinstance(value, str) or value == "":
        return
    kinds = spec.kinds
    try:
        formula = parse(value, {name: kind for name, kind in kinds.items() if kind in known}, of_node)
    except FormulaError as error:
        first = next((name for name in kinds if f"unknown name {name!r}" in str(error)), None)
        what = f"the {NAMES.get(kinds[first], 'constant')} {first!r} cannot be used here." if first else error
        yield Finding(path, str(what))
        return
    for part in ast.walk(formula.tree):
        match part:
            case ast.Attribute(value=ast.Name(id=region), attr=name) if region in spec.regions:
                if not isinstance(spec.regions[region], rxd.Extracellular):
                    yield Finding(path, f"{region!r} is no extracellular space, which would have {name!r}.")
    if not of_node:
        yield from _places(formula.tree, spec, path)


def _places(tree: Any, spec: rxd.ReactionDiffusion, path: Path) -> Findings:
    """species[region]: whether the species is in the region."""
    for part in ast.walk(tree):
        match part:
            case ast.Subscript(value=ast.Name(id=name), slice=ast.Name(id=region)):
                if spec.kinds.get(region) != "regions":
                    yield unknown(region, spec.regions, path, "there is no region")
                elif spec.kinds.get(name) in rxd.SUBSTANCES:
                    entry = getattr(spec, spec.kinds[name])[name]
                    if region not in rxd.names(entry.regions):
                        yield Finding(
                            path, f"{name!r} is not in region {region!r}: it is in {entry.regions!r}."
                        )


EVERYTHING = {"constants", "regions", *rxd.SUBSTANCES}


def _reaction(kind: str, entry: rxd.Reaction, spec: rxd.ReactionDiffusion, path: Path) -> Findings:
    for key in ("reactant", "product", "rate_f", "rate_b"):
        yield from _formula(getattr(entry, key), spec, (*path, key), EVERYTHING)
    yield from _regions(entry.regions, spec, (*path, "regions"))
    if kind == "reactions":
        if entry.membrane is not None or entry.membrane_flux:
            key = "membrane" if entry.membrane is not None else "membrane_flux"
            yield warning((*path, key), "has a meaning in multicompartmentReactions only; ignored.")
    elif entry.membrane is None:
        yield Finding((*path, "membrane"), "required, but missing: the region between the compartments.")
    elif entry.membrane not in spec.regions:
        yield unknown(entry.membrane, spec.regions, (*path, "membrane"), "there is no region")


def _rate(entry: rxd.Rate, spec: rxd.ReactionDiffusion, path: Path) -> Findings:
    for key in ("species", "rate"):
        yield from _formula(getattr(entry, key), spec, (*path, key), EVERYTHING)
    yield from _regions(entry.regions, spec, (*path, "regions"))
