"""One colour per population, the same in every picture."""

from collections.abc import Mapping, Sequence
from typing import Any

from netspec.plan import Plan

PALETTE = (
    "#4477aa", "#cc3311", "#228833", "#ee9922", "#aa3377", "#66bbdd", "#885522", "#556677",
    "#99bb22", "#ee6688", "#117766", "#776699",
)  # fmt: skip
"""Twelve colours that stay apart in print and for most kinds of colour blindness."""


def of_populations(
    plan: Plan, labels: Sequence[str], chosen: Mapping[str, Any] | Sequence[Any] | None = None
) -> list[Any]:
    """A colour for each label: the chosen one, else by the order of populations (stimuli follow)."""
    own = chosen if isinstance(chosen, Mapping) else {}
    palette = list(chosen) if chosen and not isinstance(chosen, Mapping) else list(PALETTE)
    known = [*(pop.label for pop in plan.cells.populations), *plan.model.spec.network.sources]
    place = {label: position for position, label in enumerate(known)}
    return [own.get(label, palette[place.get(label, 0) % len(palette)]) for label in labels]
