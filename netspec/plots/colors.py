"""One colour per population, the same in every picture."""

from collections.abc import Mapping, Sequence
from typing import Any

from netspec.plan import Plan
from netspec.plots.canvas import Axes

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


def of_items(plan: Plan, items: Mapping[str, Sequence[Any]], chosen: Any = None) -> list[Any]:
    """A colour for each item of an `include` list: black for all cells, a group's first population's."""
    firsts = [_first(own[0]) for own in items.values()]
    own = chosen if isinstance(chosen, Mapping) else {}
    palette = of_populations(plan, firsts, chosen)
    known = {"all": "black", "allCells": "black", "allNetStims": "#777777"}
    pairs = zip(items, firsts, palette, strict=True)
    return [own.get(label, known.get(first, color)) for label, first, color in pairs]


def _first(item: Any) -> Any:
    return item[0] if isinstance(item, list | tuple) and item else item


def legend(ax: Axes, names: Sequence[str], colors: Sequence[Any], title: str | None = None) -> None:
    """A square of each colour with its name, to the right of the axes."""
    from matplotlib.lines import Line2D

    style: dict[str, Any] = {"linestyle": "none", "marker": "s", "markersize": 7}
    handles = [
        Line2D([], [], color=color, label=name, **style) for name, color in zip(names, colors, strict=True)
    ]
    if handles:
        ax.legend(
            handles=handles, title=title, loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False,
            fontsize="small", handletextpad=0.2, borderaxespad=0.2,
        )  # fmt: skip
