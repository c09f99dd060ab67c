"""Results that saveSonata writes, read by libsonata, bluepysnap and bmtk; and bmtk's, by netspec."""

import json
import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np
import pytest

import netspec
from netspec.formats.sonata import outputs, report_files, spikes
from sonata import judge

pytestmark = pytest.mark.neuron
HERE = Path(__file__).parent
RUN = """
from netspec import sim, specs

net, cfg = specs.NetParams(), specs.SimConfig()
net.popParams["E"] = {"cellType": "E", "numCells": 3}
net.popParams["S"] = {"cellModel": "NetStim", "numCells": 2, "rate": 50, "noise": 0.5}
net.popParams["silent"] = {"cellModel": "NetStim", "numCells": 2, "rate": 50, "start": 1e6}
soma = {"geom": {"diam": 18.8, "L": 18.8}, "mechs": {"hh": {}}}
topol = {"parentSec": "soma", "parentX": 1, "childX": 0}
dend = {"geom": {"diam": 5, "L": 150, "nseg": 3}, "topol": topol, "mechs": {"pas": {}}}
net.cellParams["E"] = {"conds": {"cellType": "E"}, "secs": {"soma": soma, "dend": dend}}
net.synMechParams["exc"] = {"mod": "Exp2Syn", "tau1": 0.1, "tau2": 5, "e": 0}
net.connParams["S->E"] = {
    "preConds": {"pop": "S"}, "postConds": {"pop": "E"}, "probability": 0.7,
    "weight": 0.02, "delay": "2+uniform(0,1)", "sec": "dend", "loc": 0.5, "synMech": "exc",
}
cfg.duration, cfg.dt, cfg.filename, cfg.recordCells = 100, 0.025, "out", ["E"]
cfg.recordTraces = {
    "V_soma": {"sec": "soma", "loc": 0.5, "var": "v"}, "V_dend": {"sec": "dend", "loc": 0.8, "var": "v"},
    "g": {"sec": "dend", "loc": 0.5, "synMech": "exc", "var": "g"},
}
cfg.recordLFP = [[50, 50, 50], [50, 100, 50], [50, 150, 50]]
cfg.saveSonata, cfg.saveHDF5 = "results", True
sim.createSimulateAnalyze(net, cfg)
"""


def run(folder, start=None, ranks=1):
    (folder / "run.py").write_text(RUN)
    if start is None:
        ran = subprocess.run(
            [sys.executable, "run.py"], cwd=folder, capture_output=True, text=True, timeout=200
        )
    else:
        ran = start(ranks, "run.py", cwd=folder, timeout=200)
    assert ran.returncode == 0, ran.stderr
    return netspec.load(folder / "out_data.h5"), folder / "results"


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """(results, what was written, what the judges said about it)."""
    results, folder = run(tmp_path_factory.mktemp("outputs"))
    for name, count in (("E", 3), ("S", 2), ("silent", 2)):
        with h5py.File(folder / f"nodes_{name}.h5.nodes", "w") as file:
            file[f"nodes/{name}/node_type_id"] = np.full(count, -1)
            library = file.create_group(f"nodes/{name}/0/@library")
            library.create_dataset("model_type", data=["virtual"], dtype=h5py.string_dtype())
            file[f"nodes/{name}/0/model_type"] = np.zeros(count, np.int64)
    nodes = [
        {"nodes_file": f"nodes_{name}.h5.nodes", "populations": {name: {"type": "virtual"}}}
        for name in ("E", "S", "silent")
    ]
    (folder / "circuit.json").write_text(
        json.dumps({"version": 2, "networks": {"nodes": nodes, "edges": []}})
    )
    sections = {"V_soma": "soma", "V_dend": "all", "g": "all"}
    simulation = {
        "version": 2.4, "network": "circuit.json", "run": {"tstop": 100.0, "dt": 0.025, "random_seed": 1},
        "output": {"output_dir": ".", "spikes_file": "spikes.h5"},
        "reports": {
            label: {
                "type": "compartment", "cells": "E", "sections": sections[label], "variable_name": "v",
                "start_time": 0.0, "end_time": 100.0, "dt": 0.1, "file_name": label,
            }
            for label in sections
        },
    }  # fmt: skip
    (folder / "simulation.json").write_text(json.dumps(simulation))
    said = judge.run(HERE / "read_outputs.py", folder, cwd=folder)
    return results, folder, json.loads(said.splitlines()[-1])


def expected_spikes(results, population):
    cells = results.plan.cells
    labels = [each.label for each in cells.populations]
    rows = cells.positions(results.spikes["gid"])
    mask = cells.table["population"][rows] == labels.index(population)
    return sorted(
        zip(results.spikes["time"][mask].tolist(), cells.table["index"][rows[mask]].tolist(), strict=True)
    )


@pytest.mark.parametrize("tool", ["libsonata", "bluepysnap", "bmtk"])
def test_tools_read_the_spikes(written, tool):
    results, _, said = written
    for population in ("E", "S", "silent"):
        found = sorted((time, node) for node, time in said[tool].get(population, []))
        if tool == "bmtk" or population in said[tool]:
            assert found == expected_spikes(results, population)
    assert said[tool]["E"]
    assert said[tool]["S"]


@pytest.mark.parametrize("label", ["V_soma", "V_dend", "g"])
def test_tools_read_the_traces(written, label):
    results, _, said = written
    traces = np.array([results.traces[label][gid] for gid in range(3)])
    single = traces.astype(np.float32)
    section, position, unit = {"V_soma": (0, 0.5, "mV"), "V_dend": (1, 0.8, "mV"), "g": (1, 0.5, "uS")}[label]
    of_libsonata, of_bmtk = said["libsonata"][label], said["bmtk"][label]
    for values in (of_libsonata["values"], of_bmtk["values"], said["bluepysnap"][label]):
        assert np.array_equal(np.array(values, np.float32), single)
    assert of_libsonata["ids"] == [[node, section] for node in range(3)]
    assert np.allclose(of_libsonata["times"], results.time, atol=1e-9)
    assert of_libsonata["units"] == of_bmtk["unit"] == unit
    assert (of_bmtk["nodes"], of_bmtk["sections"]) == ([0, 1, 2], [section] * 3)
    assert (of_bmtk["positions"], of_bmtk["variable"]) == ([position] * 3, label[0].lower())


def test_potentials_are_where_bmtk_looks_for_them(written):
    results, _, said = written
    assert np.array_equal(np.array(said["bmtk"]["ecp"]).T, results.signals["LFP"].values)


def test_netspec_reads_what_it_wrote(written):
    results, folder, _ = written
    found = outputs.read(folder)
    for population, (ids, times) in found.spikes.items():
        assert list(zip(times.tolist(), ids.tolist(), strict=True)) == expected_spikes(results, population)
    for label, traces in results.traces.items():
        report = found.reports[label]["E"]
        assert np.allclose(report.times, results.time, atol=1e-9)
        for gid, trace in traces.items():
            assert np.array_equal(report.of_node(gid)[:, 0], trace.astype(np.float32))
    assert np.array_equal(found.potentials["ecp"].values, results.signals["LFP"].values)
    assert np.allclose(found.potentials["ecp"].times, results.signals["LFP"].time, atol=1e-9)


def test_netspec_reads_what_bmtk_wrote(written):
    folder = written[1] / "bmtk"
    for path in (folder / "spikes.h5", folder / "spikes.csv"):
        ids, times = spikes.read(path, "far")
        assert sorted(zip(times.tolist(), ids.tolist(), strict=True)) == [(1.0, 0), (3.5, 7), (5.0, 0)]
    assert set(outputs.read(folder / "spikes.h5").spikes) == {"far", "near"}
    report = report_files.read(folder / "v.h5")
    assert (report.population, report.variable, report.unit) == ("far", "v", "mV")
    assert report.times.tolist() == [0.0, 0.25, 0.5, 0.75]
    assert (report.nodes.tolist(), report.sections.tolist()) == ([3, 3, 9], [0, 4, 1])
    assert report.positions.tolist() == [0.5, 0.25, 0.75]
    assert report.values.tolist() == [[10.0 + k, 20.0 + k, 30.0 + k] for k in range(4)]
    assert report_files.read(folder / "v.h5", nodes=[9]).values.tolist() == [[30.0 + k] for k in range(4)]


@pytest.mark.parametrize("ranks", [2, 3])
def test_ranks_write_the_same_files(written, start, ranks, tmp_path):
    _, folder = run(tmp_path, start, ranks)
    for path in sorted(folder.glob("*.h5")):
        one, many = outputs.read(written[1] / path.name), outputs.read(path)
        for name, spikes_of in one.spikes.items():
            assert all(np.array_equal(a, b) for a, b in zip(spikes_of, many.spikes[name], strict=True))
        for label, own in one.reports.items():
            assert np.array_equal(own["E"].values, many.reports[label]["E"].values)
        for label, potentials in one.potentials.items():
            assert np.array_equal(potentials.values, many.potentials[label].values)
