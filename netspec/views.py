"""The objects that NetPyNE scripts look at, made from the plan and NEURON's objects on access."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, overload

import numpy as np

from netspec.errors import StateError
from netspec.formats.netpyne import Place, Record, Records, population_tags
from netspec.plan import Plan
from netspec.plan.extracellular import times
from netspec.session.containers import Dict
from netspec.session.instead import Named
from netspec.session.modify import Changing
from netspec.session.shapes import coordinates, drawn

if TYPE_CHECKING:
    from netspec.session.stages import Session


@dataclass(frozen=True)
class Later:
    """A value that is made when it is first looked at."""

    make: Callable[[], Any]


class View(Dict):
    """A dict of what there is; hoc objects are fetched when their key is looked at."""

    def __getitem__(self, name: Any) -> Any:
        value = dict.get(self, name)
        if isinstance(value, Later):
            self[name] = value.make()
        return super().__getitem__(name)

    def __repr__(self) -> str:
        return repr(dict(self.items()))


class Tags(Dict):
    """Tags of a cell; what a script sets counts for all later stages."""

    def __init__(self, tags: Record, changes: dict[int, Record], gid: int):
        super().__init__({**tags, **changes.get(gid, {})})
        self.__dict__["_keep"] = lambda: changes.setdefault(gid, {})

    def __setitem__(self, name: Any, value: Any) -> None:
        super().__setitem__(name, value)
        if name != "label":
            self.__dict__["_keep"]()[name] = value

    def update(self, *args: Any, **kwargs: Any) -> None:
        """Set several tags."""
        for name, value in dict(*args, **kwargs).items():
            self[name] = value

    def __reduce__(self) -> tuple[Any, ...]:
        return Dict, (dict(self),)


class Lazy(Sequence[Any]):
    """A sequence whose items are made when they are looked at."""

    def __init__(self, length: int, make: Callable[[int], Any]):
        self._length = length
        self._make = make

    def __len__(self) -> int:
        return self._length

    @overload
    def __getitem__(self, index: int) -> Any: ...
    @overload
    def __getitem__(self, index: slice) -> list[Any]: ...
    def __getitem__(self, index: int | slice) -> Any:
        if isinstance(index, slice):
            return [self._make(i) for i in range(*index.indices(self._length))]
        if not -self._length <= index < self._length:
            raise IndexError(f"index {index} is outside the {self._length} items")
        return self._make(int(index) % self._length)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, list | Lazy) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return repr(list(self))


class Cell(Named):
    """A cell of this rank. Scripts may give it attributes of their own."""

    def __init__(self, net: "Net", position: int):
        self._net = net
        self._position = position
        self.gid = int(net.plan.cells.gids[position])

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.gid})"

    @property
    def tags(self) -> Tags:
        """What conditions test; may be changed before connectCells."""
        return Tags(self._net.records.tags(self._position), self._net.session.changed_tags, self.gid)

    @property
    def conns(self) -> Lazy:
        """Connections onto the cell, of NetStims too, in order of creation."""
        places = self._net.records.contacts_of(self.gid)
        return Lazy(len(places), lambda i: self._net.conn(places[i]))

    @property
    def stims(self) -> Lazy:
        """Stimuli of the cell."""
        places = self._net.records.stimuli_of(self.gid)
        return Lazy(len(places), lambda i: self._net.stim(*places[i]))

    def checkConditions(self, conditions: Record) -> bool:
        """Whether the cell meets conditions, as a cell rule tests them."""
        from netspec.conditions import mask

        return bool(mask(conditions, self._net.session.cells_with_tags(), closed=True)[self._position])


class CompartCell(Cell):
    """A cell with sections."""

    _segCoords: dict[str, Any]

    @property
    def secs(self) -> View:
        """Sections by name: geom, mechs, topol, synMechs ..., hObj."""
        names = self._net.records.section_names(self._position)
        return View({name: Later(partial(self._section, name)) for name in names})

    def modify(self, prop: Record) -> None:
        """Give sections of this cell new values, prop['secs'], if it meets prop['conds']; on one rank."""
        if self._net.session.ranks.size > 1:
            raise StateError("cell.modify: ranks change cells together, with sim.net.modifyCells.")
        if self.checkConditions(prop.get("conds", {})):
            self._net.modifyCells({**prop, "conds": {"gid": self.gid}})

    @property
    def secLists(self) -> Dict:
        """Named lists of sections."""
        return Dict(self._net.records.section_lists(self._position))

    def _section(self, name: str) -> View:
        live, gid = self._net.session.live, self.gid
        record = self._net.records.section(self._position, name)
        for label, pointp in record.get("pointps", {}).items():
            record["pointps"][label] = View(pointp, hObj=Later(partial(live, "pointp", gid, name, label)))
        shape = drawn(self._net.session, gid, name, record, self.tags)
        record["geom"] = View(record["geom"], **{key: Later(make) for key, make in shape.items()})
        return View(
            record,
            synMechs=Later(partial(self._synapses, name)),
            hObj=Later(partial(live, "section", gid, name)),
        )

    def _synapses(self, section: str) -> list[View]:
        found = self._net.records.synapses_of(self.gid)
        return [
            View(record, hObj=Later(partial(self._net.synapse, place)))
            for name, record, place in found
            if name == section
        ]


class PointCell(Cell):
    """An artificial cell."""

    @property
    def hPointp(self) -> Any:
        """NEURON's object."""
        return self._net.session.live("point", self.gid)

    @property
    def params(self) -> Dict:
        """Its own parameters: what was drawn as numbers, string functions as they were written."""
        return Dict(self._net.records.parameters(self._position))


class Pop(Named):
    """A population: its tags, and the gids of its cells on this rank."""

    _place = "pop"

    def __init__(self, net: "Net", code: int):
        self.label = net.populations.populations[code].label
        self._net = net
        self._code = code

    def __repr__(self) -> str:
        return f"Pop({self.label!r})"

    @property
    def tags(self) -> Dict:
        """Its entry in popParams, with its label."""
        return Dict(population_tags(self._net.populations.populations[self._code]))

    @property
    def cellGids(self) -> list[int]:
        """Gids of its cells on this rank."""
        plan = self._net.session.plan
        if plan is None:
            return []
        codes = plan.cells.table["population"][plan.cells.owned]
        gids: list[int] = plan.cells.gids[plan.cells.owned][codes == self._code].tolist()
        return gids


class Net(Changing, Named):
    """sim.net: the network of the session."""

    _place = "sim.net"

    def __init__(self, session: "Session"):
        self.session = session
        self._views: dict[int, Cell] = {}
        self._of_plan: tuple[Plan, Records] | None = None
        self._lids: tuple[Plan, dict[int, int]] | None = None
        self.cells_dpl: dict[Any, Any] = {}  # NetPyNE has these two for scripts and puts nothing into them
        self.cells_dpls: dict[Any, Any] = {}

    @property
    def params(self) -> Any:
        """NetParams."""
        return self.session.params

    @property
    def plan(self) -> Plan:
        """What there is so far."""
        return self.session.planned()

    @property
    def records(self) -> Records:
        """Dicts of cells, for the plan as it is now."""
        if self._of_plan is None or self._of_plan[0] is not self.plan:
            self._of_plan = self.plan, Records(self.plan)
        return self._of_plan[1]

    @property
    def populations(self) -> Any:
        """Whatever has `populations`: the model or the cells of the plan."""
        return self.session.model if self.session.plan is None else self.session.plan.cells

    @property
    def pops(self) -> Dict:
        """Populations by label."""
        populations = self.populations.populations
        return Dict({population.label: Pop(self, code) for code, population in enumerate(populations)})

    @property
    def cells(self) -> Lazy:
        """Cells of this rank."""
        owned = self.plan.cells.owned
        return Lazy(len(owned), lambda i: self._cell(int(owned[i])))

    @property
    def compartCells(self) -> list[CompartCell]:
        """Cells of this rank that have sections."""
        return [cell for cell in self.cells if isinstance(cell, CompartCell)]

    @property
    def gid2lid(self) -> dict[int, int]:
        """Index in `cells` of each gid."""
        if self._lids is None or self._lids[0] is not self.plan:
            gids = self.plan.cells.gids[self.plan.cells.owned].tolist()
            self._lids = self.plan, {gid: index for index, gid in enumerate(gids)}
        return self._lids[1]

    @property
    def lastGid(self) -> int:
        """The gid that a next cell would get."""
        return int(self.plan.cells.gids[-1]) + 1 if len(self.plan.cells) else 0

    @property
    def allCells(self) -> Lazy:
        """Records of all cells, on rank 0 after gatherData."""
        return self.session.all_cells()

    @property
    def allPops(self) -> Dict:
        """Tags and cellGids of all populations, on rank 0 after gatherData."""
        return self.session.all_pops()

    @cached_property
    def rxd(self) -> Dict:
        """RxdParams with NEURON's objects as 'hObj', after addRxD; empty before."""
        return Dict()

    @property
    def recXElectrode(self) -> Any:
        """Where electrodes are, and what the currents of cells of this rank add to them."""
        from netspec.session.fields import electrode

        return electrode(self.session)

    def cell_of(self, gid: int) -> Cell | None:
        """The cell of a gid, None if it is not on this rank."""
        cells = self.plan.cells
        position = int(np.searchsorted(cells.gids, gid))
        here = position < len(cells) and cells.gids[position] == gid and position in cells.owned
        return self._cell(position) if here else None

    def createPops(self) -> Dict:
        """Populations by label."""
        self.session.create_pops()
        return self.pops

    def createCells(self) -> Lazy:
        """Cells of this rank."""
        self.session.create_cells()
        return self.cells

    def defineCellShapes(self) -> None:
        """3-D points for sections without any."""
        self.session.live("define_shapes")

    def calcSegCoords(self) -> None:
        """Give cells with sections _segCoords: ends p0, p1 (3, segments) and diameters d0, d1 there [um]."""
        for cell in self.compartCells if self.session.network is not None else ():
            cell._segCoords = coordinates([section["hObj"] for section in cell.secs.values()])

    def connectCells(self) -> Lazy:
        """Connections onto each cell of this rank."""
        self.session.connect_cells()
        cells = self.cells
        return Lazy(len(cells), lambda i: cells[i].conns)

    def addStims(self) -> Lazy:
        """Stimuli of each cell of this rank."""
        self.session.add_stims()
        cells = self.cells
        return Lazy(len(cells), lambda i: cells[i].stims)

    def addRxD(self, nthreads: int | None = None) -> Dict:
        """Build rxdParams; sim.net.rxd. nthreads: threads for reactions and diffusion."""
        from netspec.session.rxd import add

        self.rxd = add(self.session, nthreads)
        return self.rxd

    def conn(self, place: Place) -> View:
        """One connection with its NetCon."""
        record = self.records.contact(place)
        live = {"hObj": Later(partial(self._live_of, "netcon", place))}
        if record.get("plast") and isinstance(place, int):
            live["hSTDP"] = Later(partial(self.session.live, "plasticity", place))
        return View(record, **live)

    def stim(self, block: Any, row: int) -> View:
        """One stimulus with its NEURON object."""
        if not isinstance(block, int):
            played = partial(self.session.live, "field_vector", block.gid, block.section, block.segment)
            clock = times(self.plan.model.spec.simulation)
            course = block.field.course
            record = {**block.record(), "time": clock, "stim": course[0] if len(course) == 1 else course}
            return View(record, hObj=Later(played))
        hobj = Later(partial(self.session.live, "input_object", block, row))
        return View(self.records.stimulus(block, row), hObj=hobj)

    def synapse(self, place: Place) -> Any:
        """The point process that a contact was made for."""
        return self._live_of("synapse", place)

    def _live_of(self, what: str, place: Place) -> Any:
        if isinstance(place, int):
            return self.session.live(what, place)
        return self.session.live(f"input_{what}", *place)

    def _cell(self, position: int) -> Cell:
        if position not in self._views:
            kind = CompartCell if self.plan.cells.table["template"][position] >= 0 else PointCell
            self._views[position] = kind(self, position)
        return self._views[position]


Network = Net
"""NetPyNE's name for it, which scripts use in annotations."""


class AllCells(Lazy):
    """Records of the cells of a gathered plan."""

    def __init__(self, plan: Plan):
        simulation, records = plan.model.spec.simulation, Records(plan)
        flags = simulation.save_cell_secs, simulation.save_cell_conns
        super().__init__(len(plan.cells), lambda i: Dict(records.cell(i, *flags)))

    def __iter__(self) -> Iterator[Any]:
        return (self[i] for i in range(len(self)))
