"""What NetPyNE's scripts ask of fields: the electrode object, and current source density from LFP."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from netspec.errors import StateError, did_you_mean

if TYPE_CHECKING:
    from netspec.session.stages import Session
    from netspec.signals.segments import Segments

Floats = NDArray[np.float64]


class RecXElectrode:
    """sim.net.recXElectrode: where electrodes are, and what currents of cells of this rank add to them.

    pos: (3, nsites), y downwards as in NEURON [um]. transferResistances: gid -> (nsites, segments) [Mohm].
    """

    def __init__(self, session: "Session"):
        self._session = session
        places = np.array(session.planned().model.spec.simulation.record_lfp, float).reshape(-1, 3)
        self.pos = (places * [1.0, -1.0, 1.0]).T
        self.nsites = len(places)

    @cached_property
    def transferResistances(self) -> dict[int, Floats]:
        """Of the cells of this rank that have sections, by gid."""
        from netspec.signals.recorders import RECORDERS

        simulation = self._session.planned().model.spec.simulation
        self._session.live("define_shapes")
        return {
            cell.gid: RECORDERS["LFP"].matrix(self._segments(cell.gid), simulation)
            for cell in self._session.network_view().compartCells
        }

    def _segments(self, gid: int) -> "Segments":
        """The segments of a cell that are on this rank."""
        from netspec.neuron.geometry import segments
        from netspec.neuron.placed import placed

        parts = [self._session.network.cells.named_sections(gid)]
        found: Segments = placed(self._session.planned(), [gid], parts, segments(parts))
        return found

    def getTransferResistance(self, gid: int) -> Floats:
        """What the segments of a cell add to each site: (nsites, segments) [Mohm]."""
        return self.transferResistances[gid]


def electrode(session: "Session") -> RecXElectrode:
    """AttributeError where there is none."""
    if session.network is None or not session.planned().model.spec.simulation.record_lfp:
        raise AttributeError("sim.net.recXElectrode exists after createCells, with cfg.recordLFP")
    return RecXElectrode(session)


def prepare_csd(
    session: "Session",
    timeRange: Sequence[float] | None = None,
    electrodes: Sequence[Any] = ("avg", "all"),
    pop: str | None = None,
    dt: float | None = None,
    sampr: float | None = None,
    spacing_um: float | None = None,
    minf: float = 0.05,
    maxf: float = 300,
    vaknin: bool = True,
    norm: bool = False,
    saveData: bool = True,
    getAllData: bool = True,
) -> Any:
    """CSD (sites, samples) [mV/mm2], LFP (samples, sites) [mV], rate [Hz], spacing [um], dt [ms]; on rank 0.

    The arguments are NetPyNE's. getAllData False: a dict with the CSD of electrodes. saveData: it is also
    allSimData['CSD'], or allSimData['CSDPops'][pop].
    """
    from netspec.analysis.csd import csd

    if session.started().rank != 0:
        return None
    data, cfg = session.all_simulation_data(), session.cfg
    lfp = np.asarray(_lfp(data, pop), float)
    span = list(timeRange or (0, cfg.duration))
    if timeRange is not None:
        lfp = lfp[int(span[0] / cfg.recordStep) : int(span[1] / cfg.recordStep)]
    dt = cfg.recordStep if dt is None else dt
    rate = 1.0 / (dt / 1000.0) if sampr is None else sampr
    depths = np.array(cfg.recordLFP, float).reshape(-1, 3)[:, 1]
    if spacing_um is None:
        spacing_um = float(np.ptp(depths)) / (len(depths) - 1) if len(depths) > 1 else 0.0
    sites = lfp.shape[1] - (0 if vaknin else 2)
    if not spacing_um or sites < 1:
        raise StateError("a current source density needs electrodes at several depths; or give spacing_um")
    found = csd(lfp, rate, spacing_um / 1000, (minf, maxf), vaknin, norm)
    if saveData and pop is None:
        data["CSD"] = found
    elif saveData:
        data["CSDPops"] = {pop: found}
    if getAllData:
        return found, lfp, rate, spacing_um, dt
    times = np.arange(span[0], span[1], cfg.recordStep)
    first = 0 if vaknin else 1
    return {"electrodes": _by_electrode(found, electrodes, cfg.recordLFP, first), "t": times}


def _lfp(data: Mapping[str, Any], pop: str | None) -> Any:
    """The LFP of all cells or of a population. StateError where it was not recorded."""
    if "LFP" not in data:
        raise StateError("no LFP was recorded: set cfg.recordLFP")
    if pop is None:
        return data["LFP"]
    shares = data.get("LFPPops", {})
    if pop not in shares:
        known = did_you_mean(pop, shares)
        raise StateError(f"the LFP of population {pop!r} was not kept: see cfg.saveLFPPops. {known}")
    return shares[pop]


def _by_electrode(found: Floats, wanted: Sequence[Any], places: Sequence[Any], first: int) -> dict[str, Any]:
    """Names, places and data of electrodes, of their mean ('avg') and of means over lists of them.

    found: (sites, samples), from electrode `first` on.
    """
    numbers = range(first, first + len(found))
    items = [item for item in wanted if item != "all"] + (list(numbers) if "all" in wanted else [])
    kept: dict[str, Any] = {"names": [], "locs": [], "data": []}
    for item in items:
        group = list(numbers) if item == "avg" else list(item) if isinstance(item, Sequence) else [item]
        strange = [one for one in group if one not in numbers]
        if strange:
            raise StateError(f"electrode {strange[0]!r} has no CSD: it is there for {first} to {numbers[-1]}")
        kept["names"].append(str(item))
        kept["locs"].append(places[item] if group == [item] else None)
        kept["data"].append(found[np.array(group) - first].mean(axis=0))
    return kept
