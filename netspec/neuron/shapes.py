"""Where sections without 3-D points are: NEURON draws them, from the origin if their cell has no point yet.

It also moves sections with points to where it has drawn those that they hang on, which differs from cell to
cell.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from netspec.plan.cells import Template

Sections = Mapping[str, Any]


def upright(template: Template) -> frozenset[str]:
    """Sections that NEURON draws from the origin: nothing between them and the root has points of its own."""
    return frozenset(
        name
        for name in template.sections
        if all(template.sections[each].geom.get("pt3d") is None for each in _to_root(template, name))
    )


def grafts(template: Template) -> tuple[str, ...]:
    """Sections that hang on upright ones, but are not upright: with points of their own, or on such a one."""
    standing = upright(template)
    return tuple(
        name
        for name in template.sections
        if name not in standing and standing.intersection(_to_root(template, name))
    )


def kept(cells: Iterable[tuple[Template, Sections]], as_given: bool = False) -> Callable[[], None]:
    """A function that, once NEURON has drawn all sections, puts those of grafts back to what they are now.

    NEURON may then draw again those that have no points. as_given: all sections with points are put back.
    """
    marks = [
        (sections[name], _points(sections[name]))
        for template, sections in cells
        for name in (_pointed(template) if as_given else grafts(template))
    ]

    def restore() -> None:
        """Change their points."""
        for section, points in marks:
            if points:
                for k, point in enumerate(points):
                    section.pt3dchange(k, *point)
            else:
                section.pt3dclear()

    return restore


def _pointed(template: Template) -> list[str]:
    """Sections with points of their own."""
    return [name for name, section in template.sections.items() if section.geom.get("pt3d") is not None]


def _to_root(template: Template, name: str) -> Iterator[str]:
    """The section, what it hangs on, and so on."""
    while True:
        yield name
        topology = template.sections[name].topol
        if not topology:
            return
        name = topology["parentSec"]


def _points(section: Any) -> list[tuple[float, ...]]:
    return [(section.x3d(k), section.y3d(k), section.z3d(k), section.diam3d(k)) for k in range(section.n3d())]
