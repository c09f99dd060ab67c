"""What libsonata, bluepysnap and bmtk read in netspec's files of results; files that bmtk writes.

Arguments: a folder with results, circuit.json and simulation.json. Says JSON in its last line.
"""

import json
import sys
from pathlib import Path

import bluepysnap
import h5py
import libsonata
import numpy as np
from bmtk.utils.reports import CompartmentReport, SpikeTrains

folder = Path(sys.argv[1])
spikes, traces = folder / "spikes.h5", ("V_soma", "V_dend", "g")
said = {"libsonata": {}, "bluepysnap": {}, "bmtk": {}}

reader = libsonata.SpikeReader(str(spikes))
for name in reader.get_population_names():
    assert (reader[name].sorting, reader[name].time_units) == ("by_time", "ms")
    said["libsonata"][name] = reader[name].get()
for label in traces:
    element = libsonata.ElementReportReader(str(folder / f"{label}.h5"))["E"]
    frame = element.get()
    said["libsonata"][label] = {
        "values": np.asarray(frame.data).T.tolist(), "ids": frame.ids.tolist(), "units": element.data_units,
        "times": np.asarray(frame.times).tolist(), "header": element.times,
    }  # fmt: skip
    assert np.array_equal(libsonata.SomaReportReader(str(folder / f"{label}.h5"))["E"].get().data, frame.data)

simulation = bluepysnap.Simulation(str(folder / "simulation.json"))
for name in simulation.spikes.population_names:
    found = simulation.spikes[name].get()
    said["bluepysnap"][name] = list(zip(found.to_numpy().tolist(), found.index.tolist(), strict=True))
for label in traces:
    frame = simulation.reports[label]["E"].get()
    said["bluepysnap"][label] = frame.to_numpy().T.tolist()

trains = SpikeTrains.load(str(spikes))
frame = trains.to_dataframe()
for name in trains.populations:
    own = frame[frame["population"] == name]
    said["bmtk"][name] = list(zip(own["node_ids"].tolist(), own["timestamps"].tolist(), strict=True))
for label in traces:
    report = CompartmentReport.load(str(folder / f"{label}.h5"))
    assert len(report.time_trace()) == len(report.data())
    said["bmtk"][label] = {
        "values": report.data().T.tolist(), "nodes": report.node_ids().tolist(), "unit": report.units(),
        "sections": report.element_ids().tolist(), "positions": report.element_pos().tolist(),
        "variable": report.variable(),
    }  # fmt: skip
with h5py.File(folder / "ecp.h5") as file:  # as bmtk.analyzer.ecp does
    start, stop, step = file["/ecp/time"][:]
    data, channels = file["/ecp/data"], file["/ecp/channel_id"][:]
    assert len(np.arange(start, stop, step)) == len(data)
    assert data.shape[1] == len(channels)
    said["bmtk"]["ecp"] = data[:].T.tolist()

other = folder / "bmtk"
other.mkdir()
made = SpikeTrains()
for node, times in ((0, [5.0, 1.0]), (7, [3.5])):
    made.add_spikes(node_ids=node, timestamps=times, population="far")
made.add_spikes(node_ids=2, timestamps=[4.0], population="near")
made.to_sonata(str(other / "spikes.h5"))
made.to_csv(str(other / "spikes.csv"))
report = CompartmentReport(
    str(other / "v.h5"),
    mode="w",
    variable="v",
    units="mV",
    default_population="far",
    tstart=0.0,
    tstop=1.0,
    dt=0.25,
)
report.add_cell(node_id=3, element_ids=[0, 4], element_pos=[0.5, 0.25], population="far")
report.add_cell(node_id=9, element_ids=[1], element_pos=[0.75], population="far")
report.initialize()
for step in range(4):
    report.record_cell(3, population="far", vals=[10.0 + step, 20.0 + step], tstep=step)
    report.record_cell(9, population="far", vals=[30.0 + step], tstep=step)
report.flush()
report.close()
print(json.dumps(said))
