"""What NetPyNE's scripts ask of fields: the electrode object, and current source density from LFP."""

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

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


def prepare_csd(session: "Session", *values: Any, **arguments: Any) -> Any:
    """What the measure prepareCSD gives, on rank 0; with saveData it is also in allSimData.

    allSimData['CSD'], or ['CSDPops'][pop], is the density (sites, samples) [mV/mm2] whatever is returned.
    """
    from netspec.plots import MEASURES, measured

    if session.started().rank != 0:
        return None
    given = {**dict(zip(MEASURES["prepareCSD"].ordered, values, strict=False)), **arguments}
    given.pop("sim", None)
    results, pop = session.saved_results(), given.get("pop")
    whole = measured(results, "prepareCSD", **{**given, "getAllData": True})
    if given.get("saveData", True):
        keep_density(session, whole[0], pop)
    return whole if given.get("getAllData", True) else measured(results, "prepareCSD", **given)


def keep_density(session: "Session", density: Floats, pop: str | None) -> None:
    """Leave a CSD (sites, samples) [mV/mm2] in allSimData, as NetPyNE does."""
    kept = {"CSD": density} if pop is None else {"CSDPops": {pop: density}}
    session.all_simulation_data().update(kept)
