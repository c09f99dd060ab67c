"""Whole files of NetPyNE's layout, made from results: settings, network, simulation data."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from netspec.formats import netpyne_signals, weights
from netspec.formats.netpyne import Record, cells, populations

if TYPE_CHECKING:
    from netspec.results import Results

VERSION = "1.1.1"
"""The version of NetPyNE whose files these are."""


def simulation_data(results: "Results") -> Record:
    """simData: spkt, spkid, traces by label and cell, t, stims, avgRate."""
    data: Record = {
        "spkt": results.spikes["time"].tolist(),
        "spkid": results.spikes["gid"].astype(float).tolist(),
    }
    if results.plan.recordings.stims:
        gids = results.plan.cells.gids[results.plan.cells.owned].tolist()
        data["stims"] = {
            f"cell_{gid}": {source: times.tolist() for source, times in results.stims.get(gid, {}).items()}
            for gid in gids
        }
    labels = dict.fromkeys([*results.plan.recordings.labels, *results.traces])
    for label in labels:
        data[label] = {f"cell_{gid}": _listed(t) for gid, t in results.traces.get(label, {}).items()}
        own_times = results.times.get(label, {}).items()
        data[label] |= {f"cell_time_{gid}": _listed(times) for gid, times in own_times}
    if results.weights is not None:
        data[weights.KEY] = weights.record(results.weights, results.plan.model)
    if len(results.time):
        data["t"] = results.time.tolist()
    data |= netpyne_signals.written(results.signals)
    if results.counts is not None and results.duration:
        data["avgRate"] = results.counts.spikes / max(results.counts.cells, 1) / results.duration * 1000
    return data


def document(results: "Results", include: Iterable[str], version: str = "") -> Record:
    """The whole content of a saved file. include: netParams, netCells, netPops, net, simConfig, simData.

    Cells that were not gathered are left out.
    """
    wanted = {*include}
    if "net" in wanted:
        wanted |= {"netCells", "netPops"}
    simulation = results.plan.model.spec.simulation
    net: Record = {}
    content: Record = {"netpyne_version": VERSION, "netpyne_changeset": "", "netspec_version": version}
    if "netParams" in wanted:
        net["params"] = parameters(results.net_params)
    gathered = len(results.plan.cells.owned) == len(results.plan.cells)
    if "netCells" in wanted and gathered:
        compact = simulation.compact_conn_format
        net["cells"] = cells(results.plan, simulation.save_cell_secs, simulation.save_cell_conns, compact)
    if "netPops" in wanted:
        net["pops"] = populations(results.plan)
    if net:
        content["net"] = net
    if "simConfig" in wanted:
        content["simConfig"] = dict(results.sim_config)
    if "simData" in wanted:
        content["simData"] = simulation_data(results)
    return content


def parameters(net_params: Mapping[str, Any]) -> Record:
    """NetParams as saved: every population knows its label."""
    content = {name: value for name, value in net_params.items() if not name.startswith("_")}
    named = {label: {**entry, "pop": label} for label, entry in content.get("popParams", {}).items()}
    return {**content, "popParams": named}


def _listed(trace: Any) -> Any:
    if isinstance(trace, Mapping):
        return {key: values.tolist() for key, values in trace.items()}
    return trace.tolist()
