"""Reaction and diffusion: rxdParams as objects of neuron.rxd, those of which this rank has a part.

A region without sections on this rank is None here, and so is all that happens only there. Extracellular
space is on every rank, as NEURON exchanges its currents between all of them. neuron.rxd is imported when the
first network with reactions is built.
"""

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from neuron import h

from netspec.errors import NetspecWarning, Problem, SpecError
from netspec.neuron import formulas
from netspec.neuron.cells import LiveCells
from netspec.neuron.rxd_fluxes import KNOWN, Fluxes, can_be_mended
from netspec.plan import Plan
from netspec.plan.select import select
from netspec.spec import rxd as spec
from netspec.spec.findings import Path, spell
from netspec.spec.formula import Formula, parse

ROOT: Path = ("netParams", "rxdParams")


class LiveReactions:
    """Objects of neuron.rxd by kind (as in rxdParams) and label; None without a part on this rank."""

    def __init__(self, plan: Plan, cells: LiveCells, ranks: Any, threads: int | None = None):
        from neuron import rxd

        self._fluxes = None
        if ranks.size > 1 and out_of_cells(plan.model.spec.network.rxd):
            refuse_lost_fluxes(plan.model.spec.network.rxd)
            self._fluxes = Fluxes(ranks)
        self._ranks = ranks
        self._problems: list[Problem] = []
        self._kinds_of_section: dict[Any, list[str]] = {}
        self._rxd, self._plan, self._cells = rxd, plan, cells
        self._spec = plan.model.spec.network.rxd
        self._kinds = self._spec.kinds
        self.objects: dict[str, dict[str, Any]] = {kind: {} for kind in spec.ENTRIES}
        self.geometries: dict[str, Any] = {}
        if threads:
            rxd.nthread(int(threads))
        rxd.options.enable.extracellular = True
        self._build()

    def _build(self) -> None:
        """Make everything. Collective: a mistake that one rank finds is everybody's."""
        self._all("regions", self._spec.regions, self._region)
        self._same_reactions_everywhere()
        self._agree()
        self._all("species", self._spec.species, self._species)
        self._all("states", self._spec.states, self._state)
        self._all("parameters", self._spec.parameters, self._parameter)
        self._agree()
        # Looking at species[region] initialises neuron.rxd, which waits for the other ranks where there is
        # extracellular space: so all do it here, those without a part in the reactions too.
        self._try(ROOT, self._rxd.initializer._do_init)
        self._agree()
        self._all("reactions", self._spec.reactions, self._reaction)
        self._all("multicompartmentReactions", self._spec.across, self._across)
        self._all("rates", self._spec.rates, self._rate)
        self._agree()

    def value(self, variable: str, segment: Any) -> Any:
        """Where NEURON keeps a substance of a region in a segment ('ca[er]'); None if it is not there."""
        label, place = variable.removesuffix("]").split("[")
        region = self.objects["regions"][place]
        if region is None or segment.sec not in region.secs:
            return None
        substance = next(self.objects[kind][label] for kind in spec.SUBSTANCES if label in self.objects[kind])
        return substance[region].nodes(segment)[0]._ref_concentration

    def close(self) -> None:
        """Give up all objects, so that a next network starts as in a new process."""
        self._fluxes = None
        self.geometries.clear()
        for kind in reversed(self.objects):
            self.objects[kind].clear()
        reset()

    def _all(self, kind: str, entries: Any, make: Callable[[Any, Path], Any]) -> None:
        """Make the objects of one kind; what neuron.rxd refuses is said with its path."""
        for label, entry in entries.items():
            whole = kind == "regions" and label == spec.WHOLE and isinstance(entry, spec.Extracellular)
            path = (*ROOT, label) if whole else (*ROOT, kind, label)
            self.objects[kind][label] = self._try(path, make, entry, path)

    def _try(self, path: Path, make: Callable[..., Any], *arguments: Any) -> Any:
        """What make(*arguments) returns; None and a problem if neuron.rxd refuses it."""
        try:
            return make(*arguments)
        except (self._rxd.RxDException, RuntimeError, TypeError, ValueError, ArithmeticError) as error:
            self._problems.append(Problem(spell(path), f"neuron.rxd refuses it: {error}"))

    def _agree(self) -> None:
        """SpecError on all ranks if any has found a problem. Collective."""
        parts = self._ranks.allgather(self._problems)
        found = {problem.path: problem for part in parts for problem in part}
        if found:
            raise SpecError(found.values())

    def _same_reactions_everywhere(self) -> None:
        """A problem where NEURON would wait for ever.

        With extracellular space it waits for the other ranks once for each combination of regions that
        sections with reactions are in (register_rate), so that these have to be the same on all ranks.
        """
        outside = [isinstance(region, spec.Extracellular) for region in self._spec.regions.values()]
        happening = (self._spec.reactions, self._spec.across, self._spec.rates)
        own = sorted({tuple(labels) for labels in self._kinds_of_section.values()})
        found = self._ranks.allgather(own)
        if any(outside) and any(happening) and any(part != found[0] for part in found):
            message = (
                "with reactions and extracellular space on several ranks, every rank needs sections in the "
                "same regions, or NEURON waits for ever; here some rank has none of "
                f"{sorted({one for part in found for one in part})!r}. Run this model on fewer ranks."
            )
            self._problems.append(Problem(spell((*ROOT, "regions")), message))

    # Places

    def _region(self, region: Any, path: Path) -> Any:
        if isinstance(region, spec.Extracellular):
            box = {f"{axis}{end}": getattr(region, f"{axis}{end}") for axis in "xyz" for end in ("lo", "hi")}
            return self._rxd.Extracellular(
                **box, dx=region.dx, volume_fraction=region.volume_fraction, tortuosity=region.tortuosity
            )
        sections = self._sections(region, path)
        if not sections:
            return None
        for section in sections:
            self._kinds_of_section.setdefault(section, []).append(region.label)
        geometry = self._geometry(region)
        return self._rxd.Region(
            secs=sections, nrn_region=region.nrn_region, geometry=geometry, dx=region.dx, name=region.label
        )

    def _sections(self, region: spec.Region, path: Path) -> list[Any]:
        """Sections of this rank's cells that belong to a region, cell by cell."""
        cells, wanted = self._plan.cells, spec.names(region.secs)
        chosen = select(spec.names(region.cells), cells, spell((*path, "cells")))
        found = []
        for position in np.intersect1d(chosen, cells.owned):
            template = int(cells.table["template"][position])
            if template >= 0:
                gid = int(cells.gids[position])
                names = self._plan.templates[template].sections
                found += [
                    self._cells.section(gid, name) for name in names if "all" in wanted or name in wanted
                ]
        return found

    def _geometry(self, region: spec.Region) -> Any:
        match region.geometry:
            case {"class": name, **more}:
                self.geometries[region.label] = getattr(self._rxd, name)(**(more.get("args") or {}))
                return self.geometries[region.label]
            case str(name):
                return getattr(self._rxd, name)
        return None

    def _here(self, labels: Any) -> list[Any]:
        """The regions of these labels that this rank has."""
        found = [self.objects["regions"][label] for label in spec.names(labels)]
        return [region for region in found if region is not None]

    # Substances

    def _species(self, entry: spec.Species, path: Path) -> Any:
        regions = self._here(entry.regions)
        if not regions:
            return None
        return self._rxd.Species(
            regions=regions,
            d=entry.d,
            charge=entry.charge,
            initial=self._of_node(entry.initial),
            atolscale=entry.atolscale,
            name=entry.name or entry.label,
            ecs_boundary_conditions=entry.boundary,
        )

    def _state(self, entry: spec.State, path: Path) -> Any:
        regions = self._here(entry.regions)
        if not regions:
            return None
        initial = self._of_node(entry.initial)
        return self._rxd.State(regions=regions, initial=initial, name=entry.name or entry.label)

    def _parameter(self, entry: spec.Parameter, path: Path) -> Any:
        regions = self._here(entry.regions)
        if not regions:
            return None
        return self._rxd.Parameter(
            regions=regions,
            value=self._of_node(entry.value),
            charge=entry.charge,
            name=entry.name or entry.label,
        )

    # What happens

    def _reaction(self, entry: spec.Reaction, path: Path) -> Any:
        parts = self._parts(entry.reactant, entry.product, entry.rate_f, entry.rate_b)
        regions = self._here(entry.regions)
        if parts is None or (spec.names(entry.regions) and not regions):
            return None
        given = [part for part in parts if part is not None]
        return self._rxd.Reaction(*given, regions=regions or None, custom_dynamics=entry.custom_dynamics)

    def _across(self, entry: spec.Reaction, path: Path) -> Any:
        parts = self._parts(entry.reactant, entry.product, entry.rate_f, entry.rate_b)
        membrane = self.objects["regions"][entry.membrane]
        if parts is None or membrane is None:
            return None
        self._warn_of_mixed_kinds(entry, path)
        self._refuse_outside(entry, membrane)
        return self._rxd.MultiCompartmentReaction(
            *[part for part in parts if part is not None],
            custom_dynamics=entry.custom_dynamics,
            membrane_flux=entry.membrane_flux,
            scale_by_area=entry.scale_by_area,
            membrane=membrane,
        )

    def _warn_of_mixed_kinds(self, entry: spec.Reaction, path: Path) -> None:
        """A warning where NEURON takes volumes of some sections for those of others (_compile_reactions)."""
        ends = [parse(text, self._kinds).names for text in (entry.reactant, entry.product)]
        own = {entry.membrane, *ends[0], *ends[1]} & set(self._named_regions())
        kinds = {tuple(labels) for labels in self._kinds_of_section.values() if own <= set(labels)}
        if len(kinds) > 1 and self._ranks.rank == 0:
            message = (
                "NEURON mixes up volumes where the sections of such a reaction differ in the regions that "
                f"they are in, here {sorted(kinds)!r}; numbers are wrong unless these sections are alike."
            )
            warnings.warn(f"{spell(path)}: {message}", NetspecWarning, stacklevel=2)

    def _refuse_outside(self, entry: spec.Reaction, membrane: Any) -> None:
        """A problem where a section lies outside of the space that it reacts with: NEURON may crash."""
        ends = [parse(text, self._kinds).names for text in (entry.reactant, entry.product)]
        spaces = [name for name in self._spec.regions if name in ends[0] | ends[1]]
        for label in (name for name in spaces if isinstance(self._spec.regions[name], spec.Extracellular)):
            space = self._spec.regions[label]
            box = [(axis, getattr(space, f"{axis}lo"), getattr(space, f"{axis}hi")) for axis in "xyz"]
            h.define_shape()
            for segment in (segment for section in membrane.secs for segment in section):
                place = self._rxd.species._xyz(segment)
                if not all(low <= at <= high for (_, low, high), at in zip(box, place, strict=True)):
                    inside = ", ".join(f"{low:g} <= {axis} <= {high:g}" for axis, low, high in box)
                    at = ", ".join(f"{value:.1f}" for value in place)
                    message = f"the middle of {segment} is at ({at}) um, outside of {inside}."
                    self._problems.append(Problem(spell((*ROOT, "regions", label)), message))
                    break

    def _named_regions(self) -> list[str]:
        """Labels of regions in cells."""
        regions = self._spec.regions.items()
        return [label for label, region in regions if not isinstance(region, spec.Extracellular)]

    def _rate(self, entry: spec.Rate, path: Path) -> Any:
        parts = self._parts(entry.species, entry.rate)
        regions = self._here(entry.regions)
        if parts is None or (spec.names(entry.regions) and not regions):
            return None
        return self._rxd.Rate(*parts, regions=regions or None, membrane_flux=entry.membrane_flux)

    # Expressions

    def _parts(self, *texts: Any) -> list[Any] | None:
        """The values of expressions; None if this rank lacks something that one of them names."""
        found = [parse(text, self._kinds) if isinstance(text, str) else text for text in texts]
        objects = self._named()
        used = {name for one in found if isinstance(one, Formula) for name in one.names}
        if any(objects[name] is None for name in used):
            return None
        return [formulas.value(one, objects) if isinstance(one, Formula) else one for one in found]

    def _of_node(self, text: Any) -> Any:
        """A function of a node from a string; anything else as it is."""
        if not isinstance(text, str):
            return text
        return formulas.of_node(parse(text, self._kinds, of_node=True), self._named())

    def _named(self) -> dict[str, Any]:
        """What the names in expressions stand for, as far as it has been made."""
        found = dict(self._spec.constants)
        for kind in ("regions", *spec.SUBSTANCES):
            found |= self.objects[kind]
        return found


def out_of_cells(reactions: spec.ReactionDiffusion) -> list[str]:
    """Labels of the reactions between cells and extracellular space."""
    outside = {name for name, region in reactions.regions.items() if isinstance(region, spec.Extracellular)}
    return [
        label
        for label, entry in reactions.across.items()
        if any(outside & parse(text, reactions.kinds).names for text in (entry.reactant, entry.product))
    ]


def refuse_lost_fluxes(reactions: spec.ReactionDiffusion) -> None:
    """SpecError for reactions between cells and extracellular space, if this NEURON drops a part on ranks."""
    message = (
        "on several ranks this NEURON loses what such a reaction moves between cells and extracellular "
        f"space; run this model on one rank, or with NEURON {KNOWN[-1]}, of which it can be put right."
    )
    if not can_be_mended():
        labels = out_of_cells(reactions)
        raise SpecError(
            [Problem(spell((*ROOT, "multicompartmentReactions", each)), message) for each in labels]
        )


def reset() -> None:
    """neuron.rxd without species, regions and reactions, as it is when it was just imported."""
    import gc

    from neuron.rxd import initializer, region, rxd, section1d, species

    gc.collect()  # species of a script's own that are in use stay; forgotten ones end here
    for reaction in list(rxd._all_reactions):
        rxd._unregister_reaction(reaction)
    for substance in list(species._all_species):
        if substance() is not None:
            substance().__del__()
    rxd.clear_rates()
    rxd.free_conc_ptrs()
    rxd.free_curr_ptrs()
    rxd.rxd_include_node_flux1D(0, None, None, None)
    section1d._purge_cptrs()
    region._all_regions, region._region_count, region._c_region_lookup = [], 0, None
    species._species_counts = 0
    species._has_1d = species._has_3d = False
    rxd._zero_volume_indices = np.ndarray(0, dtype=np.int_)
    initializer.has_initialized = initializer.is_initializing = False
