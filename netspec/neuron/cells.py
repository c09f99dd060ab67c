"""Cells as NEURON objects: a template per kind, one call per stretch of equal cells, found by gid.

Cells are made in order of gid, so that NEURON lists spikes of one instant in that order.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from neuron import h
from numpy.typing import NDArray

from netspec.errors import MechanismError, Problem, SpecError, StateError, did_you_mean
from netspec.model import Model
from netspec.neuron import bulk, own_streams, points, split
from netspec.neuron.hoc_template import HocTemplate, write
from netspec.neuron.shapes import grafts, kept
from netspec.plan import Plan
from netspec.plan.cells import Template
from netspec.plan.rotation import angles

Indices = NDArray[np.int64]


class LiveCells:
    """Cells of this rank. A kind is a template's code, or -1 - population for artificial cells."""

    def __init__(self, plan: Plan, pc: Any):
        split.refuse_second(plan)
        cells = plan.cells
        self._plan, self._pc, self.names = plan, pc, plan.model.sections
        self._added: dict[tuple[int, str], Any] = {}
        self._added_points: dict[tuple[int, str, str], Any] = {}
        self.gids: Indices = cells.gids[cells.owned]
        self._codes = _kinds(plan)[cells.owned]
        self._kinds, self._kinds_of_parts = split.kinds(plan, self._codes)
        self._items, self._value_rows = _position_in_kind(self._kinds), _position_in_kind(self._codes)
        threshold = plan.model.spec.network.default_threshold
        self.templates = _templates(plan, self._kinds, threshold)
        for kind, (template, part) in self._kinds_of_parts.items():
            self.templates[kind] = write(
                template, threshold, _taken, angles(cells, slice(0)) is not None, part.home
            )
            install(self.templates[kind])
        self._lists: dict[int, Any] = {code: h.List() for code in self.templates}
        self.points: dict[int, points.Points] = {}
        self._drawn = False
        _check_gids(self.gids)
        for start, stop in _stretches(self._kinds):
            self._make(int(self._kinds[start]), slice(start, stop), threshold)
        split.join(plan, self, pc)
        ions = _ion_defaults(plan, self.templates)
        self._former_ions = {name: getattr(h, name) for name in ions}
        _set_globals(ions)
        self.vinits: dict[tuple[int, str], tuple[Any, float]] = {}
        self._joints = split.potentials(plan)

    def __len__(self) -> int:
        return len(self.gids)

    def owns(self, gid: int) -> bool:
        """Whether the cell is on this rank."""
        position = np.searchsorted(self.gids, gid)
        return bool(position < len(self.gids) and self.gids[position] == gid)

    def cell(self, gid: int) -> Any:
        """The hoc object of a cell: of its template, or the artificial cell itself."""
        kind, item = self._place(gid)
        return (self.points[kind].objects if kind < 0 else self._lists[kind]).o(item)

    def point(self, gid: int) -> Any:
        """The artificial cell."""
        if self._place(gid)[0] >= 0:
            raise StateError(f"cell {gid} consists of sections; it is not an artificial cell")
        return self.cell(gid)

    def section(self, gid: int, name: str) -> Any:
        """A section of a cell (nrn.Section)."""
        if (gid, name) in self._added:
            return self._added[gid, name]
        sections = self._template(gid).sections
        if name not in sections:
            raise StateError(f"cell {gid} has no section {name!r}. {did_you_mean(name, sections)}")
        return getattr(self.cell(gid), sections[name])

    def sections(self, gid: int) -> list[Any]:
        """All sections of a cell."""
        return list(self.named_sections(gid).values())

    def named_sections(self, gid: int) -> dict[str, Any]:
        """All sections of a cell by name."""
        sections, cell = self._template(gid).sections, self.cell(gid)
        added = {name: section for (owner, name), section in self._added.items() if owner == gid}
        return {**{name: getattr(cell, attribute) for name, attribute in sections.items()}, **added}

    def add(self, gid: int, name: str) -> None:
        """Give a built cell a further section, unless it has it."""
        if (gid, name) not in self._added and name not in self._template(gid).sections:
            self._added[gid, name] = h.Section(name=f"{self.cell(gid)}.{name}")

    def add_point(self, gid: int, section: str, label: str, mod: str, location: float) -> None:
        """Give a section of a built cell a further point process, unless it has it."""
        place = gid, section, label
        if place not in self._added_points and place[1:] not in self._template(gid).points:
            self._added_points[place] = getattr(h, mod)(self.section(gid, section)(location))

    def pointp(self, gid: int, section: str, label: str) -> Any:
        """A point process that belongs to the cell (pointps)."""
        if (gid, section, label) in self._added_points:
            return self._added_points[gid, section, label]
        labels = self._template(gid).points
        if (section, label) not in labels:
            raise StateError(f"cell {gid} has no point process {label!r} in section {section!r}")
        return getattr(self.cell(gid), labels[section, label])

    def section_table(self, gids: Indices, codes: NDArray[Any]) -> tuple[bulk.Sections, Indices]:
        """The sections of rows (gid, code of the section's name), and the index of each row's section."""
        names = self.names
        keys, index = np.unique(gids * len(names) + codes, return_inverse=True)
        owners, named = np.divmod(keys, len(names))
        positions = np.searchsorted(self.gids, owners)
        found = [
            getattr(self._lists[kind].o(item), self.templates[kind].sections[names[code]])
            if (gid, names[code]) not in self._added
            else self._added[gid, names[code]]
            for gid, kind, item, code in zip(
                owners.tolist(),
                self._kinds[positions].tolist(),
                self._items[positions].tolist(),
                named.tolist(),
                strict=True,
            )
        ]
        return bulk.sections(found), index

    def point_table(self, gids: Indices) -> tuple[Any, Indices]:
        """A List with the artificial cells that rows of gids stand for, and each row's index in it."""
        owners, index = np.unique(gids, return_inverse=True)
        positions = np.searchsorted(self.gids, owners)
        found = h.List()
        for kind, item in zip(self._kinds[positions].tolist(), self._items[positions].tolist(), strict=True):
            found.append(self.points[kind].objects.o(item))
        return found, index

    def template(self, code: int) -> Template:
        """The kind of cell of a code."""
        return self._plan.templates[code]

    @property
    def model(self) -> Model:
        """The model of the plan that they are made from."""
        return self._plan.model

    @property
    def threshold(self) -> float:
        """Threshold of spikes of sections without one of their own [mV]."""
        return float(self._plan.model.spec.network.default_threshold)

    def template_codes(self, gids: Indices) -> Indices:
        """Code of the template of each cell; negative for artificial cells."""
        return self._codes[np.searchsorted(self.gids, gids)]

    def rest(self) -> None:
        """Set initial potentials (vinit)."""
        nodes = [self.section(gid, name)(x) for gid, name, x, _ in self._joints]
        before = [node.v for node in nodes]
        for code, template in self.templates.items():
            if template.rests:
                cells = self._lists[code]
                for k in range(len(cells)):
                    cells.o(k).rest()
        for section, potential in self.vinits.values():
            section.v = potential
        for node, (*_, own), general in zip(nodes, self._joints, before, strict=True):
            node.v = general if own is None else own

    @property
    def drawn(self) -> bool:
        """Whether sections without 3-D points have got some."""
        return self._drawn

    def define_shapes(self) -> None:
        """Let NEURON draw sections without 3-D points, and put them where the cells are. Done once."""
        if self._drawn:
            return
        self._drawn = True
        split.refuse_bare(template for template, _ in self._kinds_of_parts.values())
        spec = self._plan.model.spec
        fields = [source.params.get("field", {}) for source in spec.network.sources.values()]
        as_given = any(each.get("cells") == "soma" for each in (spec.simulation.electrodes, *fields))
        restore = kept(self._bent(as_given), as_given)
        h.define_shape()
        cells = self._plan.cells
        x, y, z = (cells.table[axis][cells.owned] for axis in "xyz")
        for code, made in self._lists.items():
            rows = np.flatnonzero(self._kinds == code)
            for k, place in enumerate(zip(x[rows], -y[rows], z[rows], strict=True)):
                made.o(k).stand(*place)
        restore()
        # Of all cells of the network, not of this rank's: drawing again may round places.
        if any(map(grafts, self._plan.templates)):
            h.define_shape()

    def _bent(self, every: bool) -> Iterator[tuple[Template, dict[str, Any]]]:
        """Cells with sections that NEURON would move, or every one, and all their sections."""
        for code in self._lists:
            template = self._of_kind(code)
            for gid in self.gids[self._kinds == code].tolist() if every or grafts(template) else ():
                yield template, self.named_sections(gid)

    @property
    def has_rest(self) -> bool:
        """Whether any section has its own initial potential."""
        return bool(self.vinits or self._joints) or any(
            template.rests for template in self.templates.values()
        )

    def seed(self) -> None:
        """Put the noise of all artificial cells at the start of its streams."""
        seed = int(self.model.streams.seeds["stim"])
        for made in self.points.values():
            points.seed_streams(made.objects, made.block.noise)
            purpose = self._plan.cells.populations[made.block.population].label
            own_streams.start(made.block.mechanism, made.objects, made.block.cells["gid"], purpose, seed)

    def set_ion_defaults(self, values: Mapping[str, float]) -> None:
        """Set NEURON's defaults of ion concentrations [mM], until this network is closed."""
        for name in values:
            self._former_ions.setdefault(name, getattr(h, name))
        _set_globals(values)

    def set_threshold(self, gid: int, section: str, threshold: float) -> None:
        """Set the threshold of spikes [mV], if the section is where they are detected."""
        kind, _ = self._place(gid)
        if self._of_kind(kind).spike_source[0] == section:
            self._pc.threshold(gid, threshold)

    def close(self) -> None:
        """Give up all cells and their gids, and NEURON's ion defaults back."""
        self.vinits.clear()
        self._added_points.clear()
        self._added.clear()
        self._pc.gid_clear()
        _set_globals(self._former_ions)
        self._lists.clear()
        self.points.clear()

    def _place(self, gid: int) -> tuple[int, int]:
        if not self.owns(gid):
            raise StateError(f"there is no cell {gid} on this rank")
        position = int(np.searchsorted(self.gids, gid))
        return int(self._kinds[position]), int(self._items[position])

    def _of_kind(self, kind: int) -> Template:
        """What cells of a kind consist of here."""
        return self._kinds_of_parts[kind][0] if kind in self._kinds_of_parts else self._plan.templates[kind]

    def _template(self, gid: int) -> HocTemplate:
        kind, _ = self._place(gid)
        if kind < 0:
            raise StateError(f"cell {gid} is an artificial cell; it has no sections")
        return self.templates[kind]

    def _make(self, kind: int, rows: slice, threshold: float) -> None:
        """Make owned cells `rows`, all of one kind."""
        if kind < 0:
            label = self._plan.cells.populations[-1 - kind].label
            block = next(block for block in self._plan.points if block.population == -1 - kind)
            self.points[kind] = points.make(block, label, self._pc, threshold)
        elif kind in self.templates:
            self._fill(kind, rows)
            self._set_own_parameters(kind, rows)

    def _fill(self, kind: int, rows: slice) -> None:
        first, count = int(self._value_rows[rows.start]), rows.stop - rows.start
        values = self._plan.cell_values.get(int(self._codes[rows.start]), np.empty((0, 0)))
        own = values[first : first + count]
        columns = [self.gids[rows].astype(float), *_shifts(self._plan, rows), own.ravel()]
        fill = getattr(h, f"{self.templates[kind].name}_fill")
        angle = angles(self._plan.cells, self._plan.cells.owned[rows])
        turned = h.Vector(np.zeros(count) if angle is None else angle)
        fill(self._lists[kind], self._pc, *(h.Vector(column) for column in columns), values.shape[1], turned)

    def _set_own_parameters(self, kind: int, rows: slice) -> None:
        """`params` of single cells (cellsList): set in every point process of the cell, as NetPyNE does."""
        cells = self._plan.cells
        if not cells.tags:
            return
        for position in cells.owned[rows]:
            own = cells.tags.get(int(position), {}).get("params") or {}
            for section, label in self.templates[kind].points if own else ():
                target = self.pointp(int(cells.gids[position]), section, label)
                for name, value in own.items():
                    _set(target, name, value)


def install(template: HocTemplate) -> None:
    """Give hoc the template, unless it has it from an earlier network: the name stands for the content."""
    if h.name_declared(template.name):
        return
    if not h(template.text):
        raise MechanismError(f"NEURON refused the template of a cell:\n{template.text}")
    columns = h.List()
    for points3d in template.points3d:
        for column in points3d:
            columns.append(h.Vector(column))
    setattr(h, f"{template.name}_points", columns)


def _set_globals(values: Mapping[str, float]) -> None:
    for name, value in values.items():
        setattr(h, name, value)


def _set(target: Any, name: str, value: Any) -> None:
    if not hasattr(target, name):
        known = [known for known in dir(target) if not known.startswith("_")]
        path = f"cellsList[...]['params'][{name!r}]"
        message = f"not a parameter of {target.hname()}. {did_you_mean(name, known)}"
        raise SpecError([Problem(path, message)])
    setattr(target, name, value)


def _check_gids(gids: Indices) -> None:
    if len(gids) and gids[-1] > bulk.MAX_GID:
        raise StateError(f"NEURON's gids end at {bulk.MAX_GID}; this network has {gids[-1]}")


def _kinds(plan: Plan) -> Indices:
    """Kind of every cell of the network."""
    table = plan.cells.table
    codes = table["template"].astype(np.int64)
    return np.where(codes >= 0, codes, -1 - table["population"].astype(np.int64))


def _position_in_kind(kinds: Indices) -> Indices:
    """How many cells of the same kind come before each one: (n,)."""
    items = np.empty(len(kinds), np.int64)
    for kind in np.unique(kinds):
        rows = np.flatnonzero(kinds == kind)
        items[rows] = np.arange(len(rows))
    return items


def _taken(name: str) -> bool:
    return bool(h.name_declared(name))


def _templates(plan: Plan, kinds: Indices, threshold: float) -> dict[int, HocTemplate]:
    """Templates by code: those that this rank needs, and those that set ion defaults for all cells."""
    made = {}
    turned = angles(plan.cells, slice(0)) is not None
    for code, template in enumerate(plan.templates):
        needed = code in kinds or any(section.ions for section in template.sections.values())
        if template.sections and needed:
            made[code] = write(template, threshold, _taken, turned)
            install(made[code])
    return made


def _shifts(plan: Plan, rows: slice) -> list[NDArray[np.float64]]:
    """What is added to the 3-D points of the cells: x, y, z [um], each (n,)."""
    simulation, table = plan.model.spec.simulation, plan.cells.table
    x, y, z = (table[axis][plan.cells.owned[rows]] for axis in "xyz")
    if not simulation.pt3d_relative:
        return [np.zeros(len(x))] * 3
    return [x, -y if simulation.inverted_y else y, z]


def _ion_defaults(plan: Plan, templates: Mapping[int, HocTemplate]) -> dict[str, float]:
    """Ion defaults that the cells of the whole network leave behind: the last one in order of gid wins."""
    codes = plan.cells.table["template"]
    last = {code: int(np.flatnonzero(codes == code)[-1]) for code in templates if code in codes}
    merged: dict[str, float] = {}
    for code in sorted(last, key=last.__getitem__):
        merged.update(templates[code].ions)
    return merged


def _stretches(kinds: Indices) -> Iterator[tuple[int, int]]:
    """(start, stop) of each stretch of equal values."""
    if len(kinds):
        edges = np.flatnonzero(np.diff(kinds)) + 1
        yield from zip([0, *edges.tolist()], [*edges.tolist(), len(kinds)], strict=True)
