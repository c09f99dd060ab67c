"""Networks as SONATA files: what is refused and said, what files hold, and that reading gives them back."""

import copy
import filecmp
import json
import warnings
from dataclasses import replace
from types import SimpleNamespace

import h5py
import numpy as np
import pytest
from typer.testing import CliRunner

import netspec
from netspec import NetspecWarning, SpecError
from netspec.__main__ import app
from netspec.errors import FileError, StateError
from netspec.formats.sonata import network
from netspec.formats.sonata.export import templates
from netspec.formats.sonata.export.layout import NodeType, safe
from netspec.formats.sonata.export.tables import thousandth
from netspec.formats.sonata.export.trains import netstims
from netspec.formats.sonata.write import export
from netspec.session import exporting

SOMA = {"geom": {"L": 20.0, "diam": 20.0}, "mechs": {"hh": {"gnabar": 0.1}}}
DENDRITE = {"geom": {"L": 80.0, "diam": 1.5}, "topol": {"parentSec": "soma", "parentX": 0.5, "childX": 0.0}}
L4 = {"layer": "L4"}
EXP2 = {"exc": {"mod": "Exp2Syn", "tau1": 0.3, "tau2": 3.0, "e": 0}}


def _net(**more):
    net = {
        "cellParams": {"C": {"secs": {"soma": SOMA, "dend": DENDRITE}}},
        "popParams": {
            "A": {"cellType": "C", "numCells": 3},
            "S": {"cellModel": "NetStim", "numCells": 2, "rate": 50, "noise": 0.5},
        },
        "synMechParams": EXP2,
        "connParams": {
            "SA": {"preConds": {"pop": "S"}, "postConds": {"pop": "A"}, "weight": 0.01, "delay": 2.0,
                   "synMech": "exc", "sec": "dend"},
            "AA": {"preConds": {"pop": "A"}, "postConds": {"pop": "A"}, "weight": 0.002, "delay": 1.0,
                   "synMech": "exc", "sec": "soma"},
        },
    }  # fmt: skip
    return copy.deepcopy({**net, **more})


def _artificial():
    return {
        "popParams": {
            "S": {"cellModel": "NetStim", "numCells": 3, "rate": 50, "noise": 0.5},
            "V": {"cellModel": "VecStim", "cellsList": [{"spkTimes": [1.0, 7.5]}, {"spkTimes": []}]},
            "one": {"cellModel": "IntFire1", "numCells": 4, "tau": "uniform(5, 20)", "refrac": 3.1},
            "two": {"cellModel": "IntFire2", "cellsList": [{"size": 3.5, **L4}, {"size": 1, **L4}]},
        },
        "connParams": {
            "in": {"preConds": {"pop": ["S", "V"]}, "postConds": {"pop": ["one", "two"]}, "probability": 0.7,
                   "weight": "uniform(0.1, 0.6)", "delay": 1.7},
            "back": {"preConds": {"pop": "one"}, "postConds": {"pop": ["one", "two"]}, "weight": -0.1,
                     "delay": 1},
        },
    }  # fmt: skip


def _edit(*path, to):
    """A change of the plain network: the value at a path."""

    def change(net, cfg):
        place = {"net": net, "cfg": cfg}
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = to

    return change


CELL, AA = ("net", "cellParams", "C", "secs"), ("net", "connParams", "AA")
SYNAPSE = ("net", "synMechParams", "exc")
SELF = {"sec": "soma", "loc": 0.5, "weight": 1, "delay": 1, "threshold": 0}
PULSES = {"switchOnOff": [5, 9], "pulseType": "square"}
CHANNEL = {**SOMA, "mechs": {"nax": {}}}
REFUSED = {
    "several thresholds": (_edit(*CELL, "soma", to={**SOMA, "threshold": -20.0}), "two rules", "threshold"),
    "spikes of the dendrite": (_edit(*CELL, "dend", "spikeGenLoc", to=0.5), "both", "['dend'].spikeGenLoc"),
    "spikes elsewhere": (_edit(*CELL, "soma", "spikeGenLoc", to=0.7), "both", "['soma'].spikeGenLoc"),
    "the soma's end in bmtk": (_edit(*CELL, "soma", "spikeGenLoc", to=1.0), "allen", "['soma'].spikeGenLoc"),
    "an initial potential": (_edit(*CELL, "soma", "vinit", to=-71.0), "both", "secs['soma'].vinit"),
    "plasticity": (_edit(*AA, "plast", to={"mech": "STDP", "params": {}}), "both", "connParams['AA'].plast"),
    "weights in time": (_edit(*AA, "shape", to=PULSES), "both", "connParams['AA'].shape"),
    "another weight": (_edit(*AA, "weightIndex", to=1), "both", "connParams['AA'].weightIndex"),
    "variable step": (_edit("cfg", "cvode_active", to=True), "both", "simConfig.cvode_active"),
    "other globals": (_edit("cfg", "hParams", to={"secondorder": 2}), "both", "hParams['secondorder']"),
    "no mod file": (_edit(*CELL, "soma", to=CHANNEL), "both", "mechs['nax']"),
    "another synapse": (_edit(*SYNAPSE, to={"mod": "ExpSyn", "tau": 3}), "both", "synMechParams['exc'].mod"),
    "a broken threshold": (_edit("net", "defaultThreshold", to=-20.5), "obi", "defaultThreshold"),
    "events onto sources": (_edit(*AA, "postConds", to={"pop": "S"}), "both", "popParams['S']"),
    "own cell's events": (_edit(*SYNAPSE, "selfNetCon", to=SELF), "both", "synMechParams['exc'].selfNetCon"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_expressed_is_named_and_nothing_is_written(name, tmp_path):
    change, dialect, path = REFUSED[name]
    net, cfg = _net(), {"duration": 50.0}
    change(net, cfg)
    if dialect == "two rules":
        net["cellParams"]["D"] = {"secs": {"soma": SOMA}}
        net["popParams"]["B"] = {"cellType": "D", "numCells": 1}
        dialect = "both"
    plan = netspec.plan(net, cfg)
    with pytest.raises(SpecError) as caught:
        export(plan, tmp_path / "out", dialect=dialect)
    assert any(path in problem.path for problem in caught.value.problems), caught.value
    assert not (tmp_path / "out").exists()


def test_stimuli_that_have_no_counterpart_are_parts_of_cells(tmp_path):
    onto = {"conds": {"pop": "A", "cellList": [0, 2]}, "sec": "dend", "loc": 0.5}
    net = _net(
        stimSourceParams={"volt": {"type": "VClamp", "dur": [1, 2, 3], "amp": [-70, -60, -50], "gain": 10}},
        stimTargetParams={"volt->A": {"source": "volt", **onto}},
    )
    place = export(netspec.plan(net, {"duration": 50.0}), tmp_path / "out")
    cells = {path.stem: path.read_text() for path in (place / "components/templates").glob("*.hoc")}
    assert len(cells) == 2
    clamped, free = (cells[name] for name in sorted(cells, key=lambda name: "VClamp" not in cells[name]))
    for line in ("point_0 = new VClamp(0.5)", "point_0.gain = 10.0", "point_0.amp[1] = -60.0"):
        assert line in clamped
    assert "VClamp" not in free
    with h5py.File(place / "network/A_nodes.h5") as file:
        types = file["nodes/A/node_type_id"][:].tolist()
    assert types[0] == types[2] != types[1]


def test_recordings_without_a_report_are_named(tmp_path):
    traces = {
        "soma": {"sec": "soma", "loc": 0.5, "var": "v"},
        "tip": {"sec": "dend", "loc": 0.9, "var": "v"},
        "gate": {"sec": "soma", "loc": 0.5, "mech": "hh", "var": "m"},
        "far": {"sec": "soma", "loc": 0.9, "var": "v"},
    }
    cfg = {"duration": 50.0, "recordTraces": traces, "recordCells": ["all"]}
    plan = netspec.plan(_net(), cfg)
    with pytest.warns(NetspecWarning, match="without a report: far;"):
        place = export(plan, tmp_path / "both")
    found = [
        json.loads((place / f"simulation_config{of}.json").read_text())["reports"] for of in ("", "_obi")
    ]
    names = [{(r["variable_name"], r["sections"]) for r in reports.values()} for reports in found]
    assert names == [{("v", "soma"), ("m_hh", "soma")}, {("v", "soma"), ("hh.m", "soma"), ("v", "dend")}]
    with pytest.warns(NetspecWarning, match="without a report: tip, far;"):
        export(plan, tmp_path / "allen", dialect="allen")


def test_clamps_elsewhere_than_in_the_soma_are_inputs_of_allens_dialect_only(tmp_path):
    net = _net(
        stimSourceParams={"clamp": {"type": "IClamp", "del": 1, "dur": 3, "amp": 0.1}},
        stimTargetParams={"clamp->A": {"source": "clamp", "conds": {"pop": "A"}, "sec": "dend", "loc": 0.2}},
    )
    plan = netspec.plan(net, {"duration": 50.0})
    place = export(plan, tmp_path / "both")
    assert "new IClamp(0.2)" in next((place / "components/templates").glob("*.hoc")).read_text()
    for config in ("simulation_config.json", "simulation_config_obi.json"):
        assert "clamp_A" not in json.loads((place / config).read_text())["inputs"]
    place = export(plan, tmp_path / "out", dialect="allen")
    inputs = json.loads((place / "simulation_config.json").read_text())["inputs"]
    assert inputs["clamp_A"] == {
        "input_type": "current_clamp", "module": "IClamp", "node_set": "clamp_A", "amp": 0.1, "delay": 1.0,
        "duration": 3.0, "section_name": "dend", "section_index": 0, "section_dist": 0.2,
    }  # fmt: skip
    assert json.loads((place / "node_sets.json").read_text())["clamp_A"] == {
        "population": "A",
        "node_id": [0, 1, 2],
    }
    assert not list(place.glob("*obi*"))


def test_synapses_with_a_memory_that_are_shared_are_refused(tmp_path):
    net = _net(synMechParams={"exc": {"mod": "Depressing"}})
    plan = netspec.plan(net, {"duration": 50.0, "oneSynPerNetcon": False})
    with pytest.raises(SpecError, match="Depressing has a memory"):
        export(plan, tmp_path / "out", dialect="allen", mods={"Depressing": []})
    export(netspec.plan(net, {"duration": 50.0}), tmp_path / "out", dialect="allen", mods={"Depressing": []})


def test_what_neurodamus_takes_otherwise_is_said(tmp_path):
    net = _net()
    net["cellParams"]["C"]["secs"]["dend"]["topol"]["parentX"] = 1.0
    net["connParams"]["AA"] |= {"delay": 1.01, "loc": 0.0}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        export(netspec.plan(net, {"duration": 50.0}), tmp_path / "out")
        export(netspec.plan(net, {"duration": 50.0}), tmp_path / "out2", dialect="allen")
    said = [str(item.message) for item in caught if issubclass(item.category, NetspecWarning)]
    assert len(said) == 3
    assert "spikes of C at the end of the soma" in said[0]
    assert "ends of sections" in said[1]
    assert "whole steps of 0.025 ms" in said[2]


def test_a_share_of_a_network_is_refused(tmp_path):
    plan = netspec.plan(_net(), {"duration": 5.0})
    share = replace(plan, cells=replace(plan.cells, owned=plan.cells.owned[::2]))
    with pytest.raises(StateError, match="one rank's share"):
        export(share, tmp_path / "out")


def test_turned_cells_are_turned_in_both_dialects(tmp_path):
    net = _net(rotateCellsRandomly=[0.3, 0.3])
    place = export(netspec.plan(net, {"duration": 5.0}), tmp_path / "out")
    with h5py.File(place / "network" / "A_nodes.h5") as file:
        assert file["nodes/A/0/rotation_angle_yaxis"][:].tolist() == [-0.3] * 3
    with h5py.File(place / "network" / "A_nodes_obi.h5") as file:
        turns = np.stack([file[f"nodes/A/0/orientation_{axis}"][:] for axis in "wxyz"], axis=1)
    np.testing.assert_allclose(turns, [[np.cos(0.15), 0, -np.sin(0.15), 0]] * 3, rtol=1e-6)


def test_parameters_of_single_cells_are_refused(tmp_path):
    net = _net()
    net["cellParams"]["C"]["secs"]["soma"]["pointps"] = {"push": {"mod": "IClamp", "amp": 0.1}}
    net["popParams"]["A"] = {"cellType": "C", "cellsList": [{}, {"params": {"amp": 0.3}}]}
    with pytest.raises(SpecError, match=r"popParams\['A'\].cellsList\[1\].params"):
        export(netspec.plan(net, {"duration": 5.0}), tmp_path / "out")


def test_an_unknown_dialect_is_named(tmp_path):
    with pytest.raises(SpecError, match="Did you mean 'allen'"):
        export(netspec.plan(_net(), {}), tmp_path, dialect="alen")


def test_folders_of_others_are_left_alone(tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(FileError, match="there is something else"):
        export(netspec.plan(_net(), {"duration": 5.0}), tmp_path)
    assert (tmp_path / "thesis.txt").read_text() == "mine"


def test_an_earlier_export_is_replaced(tmp_path):
    net = _net()
    export(netspec.plan(net, {"duration": 5.0}), tmp_path / "out")
    net["connParams"].pop("AA")
    place = export(netspec.plan(net, {"duration": 5.0}), tmp_path / "out")
    assert [path.name for path in sorted((place / "network").glob("*edges.h5"))] == ["S_to_A_edges.h5"]


def test_edges_are_sorted_by_target_and_indexed_under_both_names(tmp_path):
    plan = netspec.plan(_artificial(), {"duration": 30.0})
    place = export(plan, tmp_path / "out")
    total = 0
    for path in sorted((place / "network").glob("*edges.h5")):
        with h5py.File(path) as file:
            (edges,) = file["edges"].values()
            ends = {end: edges[f"{end}_node_id"][:].astype(int) for end in ("source", "target")}
            assert (np.diff(ends["target"]) >= 0).all()
            total += len(ends["target"])
            assert edges["0/conductance"] == edges["0/syn_weight"]  # one dataset under two names
            for index, end in (("target_to_source", "target"), ("source_to_target", "source")):
                group = edges["indices"][index]
                assert group["node_id_to_range"] == group["node_id_to_ranges"]
                for node, (first, last) in enumerate(group["node_id_to_ranges"][:].astype(int)):
                    spans = group["range_to_edge_id"][first:last].astype(int)
                    found = [row for begin, stop in spans for row in range(begin, stop)]
                    assert sorted(found) == np.flatnonzero(ends[end] == node).tolist()
    assert total == len(plan.connections)


def test_every_connection_is_written_with_its_numbers(tmp_path):
    plan = netspec.plan(_artificial(), {"duration": 30.0})
    place = export(plan, tmp_path / "out")
    labels = [population.label for population in plan.cells.populations]
    table, written, planned = plan.cells.table, [], []
    for path in sorted((place / "network").glob("*edges.h5")):
        with h5py.File(path) as file:
            (edges,) = file["edges"].values()
            ends = [edges[f"{end}_node_id"] for end in ("source", "target")]
            names = [data.attrs["node_population"] for data in ends]
            columns = [
                *(data[:].tolist() for data in ends),
                *(edges["0"][k][:].tolist() for k in ("syn_weight", "delay")),
            ]
            written += [(*names, *row) for row in zip(*columns, strict=True)]
    for pre, post, weight, delay in zip(
        *(plan.connections[name].tolist() for name in ("pre", "post", "weight", "delay")), strict=True
    ):
        ends = [(labels[table["population"][gid]], int(table["index"][gid])) for gid in (pre, post)]
        planned.append((ends[0][0], ends[1][0], ends[0][1], ends[1][1], weight, delay))
    assert sorted(written) == sorted(planned)


def _same_files(one, other, *patterns):
    names = sorted(
        {
            path.relative_to(place)
            for place in (one, other)
            for p in patterns
            for path in place.glob(p)
            if path.is_file()
        }
    )
    assert names
    return [str(name) for name in names if not filecmp.cmp(one / name, other / name, shallow=False)]


def test_files_read_and_written_again_are_the_same(tmp_path):
    first = export(netspec.plan(_artificial(), {"duration": 30.0}), tmp_path / "one")
    net, cfg = network.read(first / "simulation_config.json", lambda arguments: [])
    second = export(netspec.plan(net, cfg), tmp_path / "two")
    assert _same_files(first, second, "network/*", "inputs/*", "components/point/*", "*.json") == []


def test_what_is_kept_beside_the_files_makes_the_same_files(tmp_path):
    first = tmp_path / "one"
    net = {**_net(), "popParams": {**_net()["popParams"], "B": {"cellType": "C", "cellsList": [{"x": 3.5}]}}}
    exporting.of_target(
        SimpleNamespace(net_params=net, sim_config={"duration": 30.0}, mods=()), first, "both"
    )
    from netspec import target

    second = exporting.of_target(target.dictionaries(first / "netspec.json"), tmp_path / "two", "both")
    assert _same_files(first, second, "network/*", "inputs/*", "components/*/*", "*.json", "*.py") == [
        "netspec.json"
    ]
    third = exporting.of_target(target.dictionaries(second / "netspec.json"), tmp_path / "three", "both")
    assert not _same_files(second, third, "network/*", "inputs/*", "components/*/*", "*.json", "*.py")


def test_parameters_in_seconds_come_back_to_the_last_bit():
    for value in (20.3, 3.7, 0.1 + 0.2, 5.0, 1 / 3):
        assert thousandth(value) * 1000.0 == pytest.approx(value, rel=1e-15)
    assert thousandth(20.3) * 1000.0 == 20.3


@pytest.mark.parametrize(
    ("label", "name"), [("v1:exc 2/3", "v1_exc_2_3"), ("../../etc", "etc"), ("", "unnamed")]
)
def test_names_are_safe(label, name):
    assert safe(label) == name


def test_populations_of_one_safe_name_stay_apart(tmp_path):
    net = {
        "popParams": {
            name: {"cellModel": "IntFire1", "numCells": k + 1}
            for k, name in enumerate(("a/b", "a b", "../a b"))
        },
        "connParams": {
            "all": {"preConds": {"pop": "a/b"}, "postConds": {"pop": "a b"}, "weight": 1, "delay": 1}
        },
    }
    place = export(netspec.plan(net, {"duration": 5.0}), tmp_path / "out")
    assert sorted(path.name for path in (place / "network").glob("*_nodes.h5")) == [
        "a_b_2_nodes.h5", "a_b_3_nodes.h5", "a_b_nodes.h5"
    ]  # fmt: skip
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_sections_are_numbered_by_type_with_the_source_of_spikes_first():
    net = {
        "cellParams": {"C": {"secs": {
            "apic_0": {"geom": {}, "topol": {"parentSec": "soma_1", "parentX": 1, "childX": 0}},
            "branch": {"geom": {}, "topol": {"parentSec": "soma_1", "parentX": 1, "childX": 0}},
            "soma_2": {"geom": {}, "topol": {"parentSec": "soma_1", "parentX": 1, "childX": 0}},
            "soma_1": {"geom": {"L": 1 / 3}},
            "axon": {"geom": {}, "topol": {"parentSec": "soma_1", "parentX": 0, "childX": 0}},
        }}},
        "popParams": {"A": {"cellType": "C", "numCells": 1}},
    }  # fmt: skip
    template = netspec.plan(net, {}).templates[0]
    assert list(templates.ordered(template).items()) == [
        ("soma_1", ("soma", 0)), ("soma_2", ("soma", 1)), ("axon", ("axon", 0)), ("branch", ("dend", 0)),
        ("apic_0", ("apic", 0)),
    ]  # fmt: skip
    text = templates.text(NodeType("biophysical", "Cell_C", "A", template))
    assert "L = 0.3333333333333333\n" in text
    assert "connect apic[0](0.0), soma[0](1.0)" in text


def test_regular_netstims_need_no_random_numbers():
    columns = {
        "interval": np.array([10.0, 4.0, 3.0, 5.0]),
        "number": np.array([3.0, 1e9, 0.0, 5.0]),
        "start": np.array([2.0, 0.0, 1.0, -1.0]),
        "noise": np.zeros(4),
    }
    found = netstims(columns, np.zeros((4, 3), int), 13.0)
    assert [train.tolist() for train in found] == [[2.0, 12.0], [0.0, 4.0, 8.0, 12.0], [], []]


def test_the_command_line_asks_for_a_format(tmp_path):
    script = tmp_path / "model.py"
    script.write_text(f"import netspec\nnetspec.run({_net()!r}, {{'duration': 5.0}})\n")
    runner = CliRunner()
    refused = runner.invoke(app, ["export", str(script), "-o", str(tmp_path / "out")])
    assert refused.exit_code == 2
    assert "--sonata" in refused.output
    done = runner.invoke(app, ["export", str(script), "--sonata", "-o", str(tmp_path / "out")])
    assert done.exit_code == 0, done.output
    assert (tmp_path / "out" / "run_bionet.py").is_file()
