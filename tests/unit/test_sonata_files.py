"""Files of results in SONATA's format: headers, names of nodes, places; layouts of other tools."""

import h5py
import numpy as np
import pytest

from netspec.errors import FileError, NetspecWarning
from netspec.formats.sonata import columns, outputs, report_files, spikes
from netspec.formats.sonata.report_files import Potentials, Report
from netspec.native import plan
from netspec.results import Results
from netspec.session import saving
from netspec.signals.recorded import Signal, counted
from netspec.tables import Table

SOMA = {"geom": {"L": 20, "diam": 20}, "mechs": {}}
DEND = {"geom": {"L": 50, "diam": 2, "nseg": 2}, "topol": {"parentSec": "soma_0", "parentX": 1, "childX": 0}}
TIME = np.arange(11) * 0.5


def cells(first, population, ids):
    return [
        {"x": first + k, "y": 0, "z": 0, "population": population, "node_id": node}
        for k, node in enumerate(ids)
    ]


def results(**sim_config):
    """Two populations of one SONATA population, one of its own; traces of all, in no order of nodes."""
    net = {
        "cellParams": {
            "all": {"conds": {"pop": ["a", "b", "own/x"]}, "secs": {"soma_0": SOMA, "dend_0": DEND}}
        },
        "popParams": {
            "a": {"cellType": "T", "cellsList": cells(0, "v1", [7, 2])},
            "b": {"cellType": "T", "cellsList": cells(9, "v1", [0])},
            "own/x": {"cellType": "T", "numCells": 2},
        },
    }
    places = {"v": ("soma_0", 0.5), "v:dend_0(0.25)": ("dend_0", 0.25), "v:dend_0(0.75)": ("dend_0", 0.75)}
    traces = {name: {"sec": sec, "loc": loc, "var": "v"} for name, (sec, loc) in places.items()}
    traces["ik"] = {"sec": "soma_0", "loc": 0.5, "var": "ik"}
    made = plan(net, {"duration": 5, "recordTraces": traces, "recordCells": ["all"], **sim_config})
    wanted = {
        label: {gid: TIME + 100 * gid + 10 * k for gid in range(5)} for k, label in enumerate([*places, "ik"])
    }
    lfp = Signal(TIME, "mV", 2.0**-40, total=counted(np.arange(22.0).reshape(11, 2), 2.0**-40))
    given = Table({"time": np.array([1.0, 2.0, 2.0, 4.5]), "gid": np.array([4, 1, 0, 2])})
    return Results(made, given, TIME, wanted, signals={"LFP": lfp})


def test_results_come_back(tmp_path):
    given = results()
    paths = outputs.write(given, outputs.Places(tmp_path, double=True))
    assert sorted(p.name for p in tmp_path.iterdir()) == ["ecp.h5", "ik.h5", "spikes.h5", "v.h5"]
    assert len(paths) == 4
    found = outputs.read(tmp_path)
    assert {name: [each.tolist() for each in own] for name, own in found.spikes.items()} == {
        "v1": [[2, 7, 0], [2.0, 2.0, 4.5]], "own_x": [[1], [1.0]],
    }  # fmt: skip
    report = found.reports["v"]["v1"]
    assert report.nodes.tolist() == [0, 0, 0, 2, 2, 2, 7, 7, 7]
    assert report.sections.tolist() == [0, 1, 1] * 3
    assert report.positions.tolist() == [0.5, 0.25, 0.75] * 3
    gids = [2] * 3 + [1] * 3 + [0] * 3
    assert np.array_equal(
        report.values, np.stack([TIME + 100 * g + 10 * (k % 3) for k, g in enumerate(gids)], 1)
    )
    assert np.array_equal(report.times, TIME)
    assert (report.variable, report.unit) == ("v", "mV")
    assert found.reports["ik"]["own_x"].unit == "mA/cm2"
    assert found.reports["ik"]["own_x"].nodes.tolist() == [
        0,
        1,
    ]
    assert np.array_equal(found.potentials["ecp"].values, np.arange(22.0).reshape(11, 2))
    assert found.potentials["ecp"].channels.tolist() == [0, 1]


@pytest.mark.parametrize("name", sorted({"index_pointer", "index_pointers"}))
def test_either_name_of_the_pointers_will_do(tmp_path, name):
    report = Report("p", TIME, np.zeros((11, 2)), np.array([1, 4]), np.zeros(2, int), np.full(2, 0.5))
    path = report_files.write(tmp_path / "v.h5", [report])
    with h5py.File(path, "r+") as file:
        assert file.attrs["magic"] == 0x0A7A
        assert file["report/p/data"].dtype == np.float32
        del file[f"report/p/mapping/{name}"]
    assert report_files.read(path).nodes.tolist() == [1, 4]


def test_report_of_the_older_layout(tmp_path):
    with h5py.File(tmp_path / "v.h5", "w") as file:
        file["data"] = np.arange(8.0).reshape(4, 2)
        file["mapping/gids"], file["mapping/index_pointer"] = [3, 5], [0, 1, 2]
        file["mapping/element_id"], file["mapping/element_pos"] = [0, 1], [0.5, 0.25]
        file["mapping/time"] = [0.0, 1.0, 0.25]
    report = report_files.read(tmp_path / "v.h5", nodes=[5])
    assert (report.population, report.nodes.tolist(), report.sections.tolist()) == ("", [5], [1])
    assert report.values.tolist() == [[1.0], [3.0], [5.0], [7.0]]
    assert list(outputs.read(tmp_path / "v.h5").reports["v"]) == [""]


def test_potentials_of_the_specification(tmp_path):
    values = np.arange(6.0).reshape(3, 2)
    path = report_files.write_potentials(
        tmp_path / "e.h5", Potentials(np.arange(3.0), values, np.array([4, 9]))
    )
    with h5py.File(path, "r+") as file:
        assert file["data"].shape == (2, 3)
        del file["ecp"]
    found = report_files.read_potentials(path)
    assert np.array_equal(found.values, values)
    assert found.channels.tolist() == [4, 9]


@pytest.mark.parametrize("layout", ["old", "new"])
def test_spikes_of_both_layouts(tmp_path, layout):
    with h5py.File(tmp_path / "s.h5", "w") as file:
        group, name = ("spikes", "gids") if layout == "old" else ("spikes/p", "node_ids")
        file[f"{group}/{name}"], file[f"{group}/timestamps"] = [2, 1], [0.003, 0.001]
        file[f"{group}/timestamps"].attrs["units"] = "s"
    ids, times = spikes.read(tmp_path / "s.h5")
    assert ids.tolist() == [2, 1]
    assert times.tolist() == [3.0, 1.0]
    assert [own.tolist() for own in spikes.by_node(np.array([1, 2, 5]), (ids, times))] == [[1.0], [3.0], []]


@pytest.mark.parametrize(
    ("start", "step", "count"), [(0, 0.1, 1001), (0.1, 0.1, 1000), (0, 0.025, 40001), (3, 0.7, 7)]
)
def test_header_divides_into_the_samples(start, step, count):
    first, stop, given = report_files.header(start + step * np.arange(count))
    assert (first, given) == (start, step)
    assert (stop - first) / given == count == len(np.arange(first, stop, given))


def test_header_of_uneven_samples():
    with pytest.raises(FileError, match="evenly spaced"):
        report_files.header(np.array([0.0, 1.0, 3.0]))


def test_one_node_id_for_two_cells():
    net = {"popParams": {"a": {"cellModel": "IntFire1", "cellsList": cells(0, "v1", [2, 2])}}}
    with pytest.raises(FileError, match="node 2 of 'v1'"):
        outputs.node_ids(plan(net, {}))


def test_traces_with_times_of_their_own_are_named(tmp_path):
    given = results()
    given = Results(given.plan, given.spikes, TIME, {"v": given.traces["v"]}, times={"v": given.traces["v"]})
    with pytest.warns(NetspecWarning, match="'v' is not written"):
        assert len(outputs.write(given, outputs.Places(tmp_path))) == 1


@pytest.mark.parametrize(
    ("option", "folder"), [(True, "out_data_sonata"), ("here", "here"), ({"folder": "there/x"}, "there/x")]
)
def test_option_names_the_folder(tmp_path, option, folder):
    paths = saving.save_sonata(str(tmp_path / "out_data"), results(saveSonata=option), {})
    assert paths[0] == str(tmp_path / folder / "spikes.h5")
    assert spikes.read_all(paths[0]).keys() == {"v1", "own_x"}


def test_nothing_to_read(tmp_path):
    with pytest.raises(FileError, match="no such file or folder"):
        outputs.read(tmp_path / "nowhere")
    with pytest.raises(FileError, match="no file with spikes"):
        outputs.read(tmp_path)
    with columns.made(tmp_path / "x.h5") as file:
        file["y"] = 1
    with pytest.raises(FileError, match=r"x\.h5: there are neither spikes nor report nor ecp"):
        outputs.read(tmp_path / "x.h5")
