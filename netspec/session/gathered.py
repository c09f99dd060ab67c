"""What a session knows once results are gathered: counts, rates, NetPyNE's dictionaries of data and cells."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from netspec import results as netspec_results
from netspec.analysis.named_fields import calculate_fi
from netspec.formats import netpyne, netpyne_write
from netspec.results import Counts, Results
from netspec.session.containers import Dict
from netspec.session.numbers import rate_text
from netspec.views import AllCells

if TYPE_CHECKING:
    from netspec.session.stages import Session


def weights_of(ranks: list[Any]) -> dict[str, Any]:
    """What simData has of the weights that scripts collected on each rank (None: this one did not)."""
    parts = [part for part in ranks if part is not None]
    return {"allWeights": [weight for part in parts for weight in part]} if parts else {}


class Gathered:
    """Results of the whole network (None until they are gathered or loaded), and who may see them."""

    ranks: Any
    talks: bool
    cfg: Any
    timings: Dict
    results: Results | None
    simulation_data: Dict | None
    collected: list[Any] | None
    """sim.allWeights of a script on this rank, once an interval was saved with them."""
    collected_by_all: list[Any]
    planned: Any
    collect: Any

    def print_summary(self) -> None:
        """The lines that people look for, and the rates of populations if asked for."""
        results = cast(Results, self.results)
        self.say("\nAnalyzing...")
        for line in netspec_results.summary(results, self.ranks.size, self.timings.get("runTime")):
            self.say(line)
        if self.cfg.get("printPopAvgRates") and self.ranks.rank == 0:
            self.all_simulation_data()["popRates"] = self.rates(self.cfg.printPopAvgRates, True)

    def counts(self) -> Counts:
        """Numbers of the gathered network; AttributeError before."""
        if self.results is None or self.results.counts is None:
            raise AttributeError("it exists after gatherData")
        return self.results.counts

    def rates(self, ranges: Any, show: bool) -> dict[str, Any] | None:
        """Mean rates of the populations [Hz], on rank 0."""
        if self.results is None or self.ranks.rank != 0:
            return None
        from netspec.analysis.named_spikes import population_rates

        rates = population_rates(self.results, ranges or None)
        for label, rate in rates.items() if show else ():
            self.say(f"   {label} : {rate_text(rate)}")
        return rates

    def all_simulation_data(self) -> Dict:
        """allSimData, on rank 0."""
        if self.simulation_data is None:
            self.simulation_data = Dict(netpyne_write.simulation_data(self._whole("allSimData")))
            self.simulation_data |= weights_of(self.collected_by_all)
            if self.cfg.get("analysis", {}).get("plotfI"):
                self.simulation_data |= calculate_fi(self._whole("allSimData"))
        return self.simulation_data

    def all_cells(self) -> AllCells:
        """Records of all cells, on rank 0."""
        plan = self._whole("allCells").plan
        if len(plan.cells.owned) != len(plan.cells):
            raise AttributeError("the cells were not gathered: gatherOnlySimData")
        return AllCells(plan)

    def update_cells(self) -> None:
        """Records of all cells as they are now, where results were gathered before. Collective."""
        if self.results is None:
            return
        now = replace(self.results, plan=self.planned())
        self.results = replace(self.results, plan=now.gather(self.ranks).plan)

    def all_pops(self) -> Dict:
        """Tags and cellGids of all populations, on rank 0."""
        return Dict(netpyne.populations(self._whole("allPops").plan))

    def gather_files(self, folder: str | None, label: str | None, kind: str | None, save: bool) -> None:
        """Results from the shares that ranks have saved; with `save`, saved as one and the shares removed."""
        from netspec.session import loading, saving

        self.ranks.barrier()
        kind = kind or ("h5" if self.cfg.get("saveHDF5") else "pkl" if self._pickles() else "json")
        if self.ranks.rank == 0:
            self.results = loading.gather_files(cast("Session", self), folder, label, kind)
            self.simulation_data = None
        else:
            self.results = self.collect()
        self.print_summary()
        if save:
            saving.save_all(cast("Session", self))
            if self.ranks.rank == 0:
                saving.remove_shares(cast("Session", self), folder, label)

    def _pickles(self) -> bool:
        return bool(self.cfg.get("savePickle") or not self.cfg.get("saveJson"))

    def _whole(self, name: str) -> Results:
        """The results of the whole network: on rank 0 after gathering, on all ranks after loading."""
        if self.results is not None:
            cells = self.results.plan.cells
            if self.ranks.rank == 0 or len(cells.owned) == len(cells):
                return self.results
        raise AttributeError(f"{name} exists on rank 0, after gatherData")

    def say(self, text: str) -> None:
        """Print on rank 0."""
        if self.talks and (self.ranks is None or self.ranks.rank == 0):
            print(text)

    def _report(self, text: str) -> None:
        """Print on every rank."""
        if self.talks:
            print(text)
