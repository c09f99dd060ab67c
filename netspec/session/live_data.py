"""What this rank has recorded so far, under NetPyNE's names."""

from typing import Any

from netspec.formats import netpyne_signals
from netspec.session.containers import Dict


class LiveData(Dict):
    """sim.simData: spkt, spkid, t, traces by label and cell, stims by cell, as vectors; signals as arrays."""

    def __init__(self, network: Any):
        recordings = network.recordings
        super().__init__(spkt=recordings.times, spkid=recordings.gids)
        for label in recordings.plan.recordings.labels:
            self[label] = Dict()
        for trace in recordings.traces:
            cells, key = self[trace.label], f"cell_{trace.gid}"
            if trace.key:
                cells.setdefault(key, Dict())[trace.key] = trace.values
            else:
                cells[key] = trace.values
        if recordings.time is not None:
            self["t"] = recordings.time
        if recordings.plan.recordings.stims:
            self["stims"] = Dict()
        for (gid, source), vector in recordings.stims.items():
            self["stims"].setdefault(f"cell_{gid}", Dict())[source] = vector
        self.update(netpyne_signals.written(network.signals()))
