"""Each of many mistakes in a circuit is an error that names file and key: never a silent run."""

import contextlib
import json
import shutil
import warnings

import circuit_files
import h5py
import numpy as np
import pytest
from bad_circuits import IDS, VALUES, in_h5, in_json, in_text, last, longer, mistakes, nans
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import netspec
from netspec.errors import FileError, NetspecError, NetspecWarning, SpecError
from netspec.formats.sonata import config as configs
from netspec.formats.sonata import edges, network, outputs, report_files, spikes
from netspec.formats.sonata.rule import circuit
from netspec.results import Results
from netspec.session import saving
from netspec.tables import Table


def cell(_):
    """What makes the cells with sections here: two sections, without NEURON."""
    geom = {"diam": 10.0, "L": 10.0, "Ra": 100.0, "cm": 1.0, "nseg": 1}
    topol = {"parentSec": "soma_0", "parentX": 1.0, "childX": 0.0}
    secs = {
        "soma_0": {"geom": geom, "topol": {}, "mechs": {}},
        "dend_0": {"geom": geom, "topol": topol, "mechs": {}},
    }
    return {"secs": secs, "secLists": {"all": ["soma_0", "dend_0"]}}


def build(wanted):
    return cell(wanted) if isinstance(wanted, dict) else [cell(one) for one in wanted]


def planned(path):
    """The plan of a config, with all its edges; and the places of its results."""
    circuit.cache_clear()
    net_params, sim_config = network.read(path, build)
    outputs.places(configs.read(path))
    return netspec.plan(net_params, sim_config)


CASES = list(mistakes())


@pytest.fixture(scope="module")
def valid(tmp_path_factory):
    folder = tmp_path_factory.mktemp("circuit") / "valid"
    folder.mkdir()
    return circuit_files.make(folder).parent


def test_without_a_mistake_it_is_planned(valid):
    plan = planned(valid / "simulation.json")
    assert len(plan.cells) == 7
    assert len(plan.connections) == 10


def test_synapses_have_the_parameters_that_bmtk_gives_them(valid, tmp_path):
    folder = shutil.copytree(valid, tmp_path / "circuit")
    in_text("rec_types.csv", "exp2syn", "expsyn")(folder)
    net_params, _ = network.read(folder / "simulation.json", build)
    assert net_params["synMechParams"] == {
        "expsyn:exc": {"mod": "ExpSyn", "tau": 1.0, "e": 0.0},
        "exp2syn:exc": {"mod": "Exp2Syn", "tau1": 1.0, "tau2": 3.0, "e": 0.0},
    }


def test_a_line_of_a_table_may_end_early(valid, tmp_path):
    folder = shutil.copytree(valid, tmp_path / "circuit")
    in_text("ext_types.csv", " NULL\n", "\n")(folder)
    assert len(planned(folder / "simulation.json").cells) == 7


def test_artificial_cells_have_parameters_of_their_own(valid, tmp_path):
    folder = shutil.copytree(valid, tmp_path / "circuit")
    with h5py.File(folder / "cells.h5", "r+") as file:
        kinds = file["nodes/cells/node_type_id"][:]  # the last one is an artificial cell
        del file["nodes/cells"]
        item = file.create_group("nodes/cells")
        item["node_type_id"] = np.full(len(kinds), kinds[-1])
        item["0/dynamics_params/tau"] = np.where(np.arange(len(kinds)) == 1, 0.5, np.nan)
    in_json("node_sets.json", "detailed", {"population": "cells"})(folder)
    net_params, _ = network.read(folder / "simulation.json", build)
    block = netspec.plan({"popParams": {"cells": net_params["popParams"]["cells"]}}, {}).points[0]
    assert block.cells["tau"].tolist() == [20.0, 500.0, *[20.0] * (len(kinds) - 2)]
    assert set(block.cells["refrac"].tolist()) == {2.0}


def test_there_are_many_mistakes():
    assert len({name for name, *_ in CASES}) == len(CASES) >= 200


@pytest.mark.parametrize(("change", "texts"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_mistake_is_named(valid, tmp_path, change, texts):
    folder = tmp_path / "circuit"
    shutil.copytree(valid, folder)
    change(folder)
    with pytest.raises((FileError, SpecError)) as caught:
        planned(folder / "simulation.json")
    for text in texts:
        assert text in str(caught.value)


quick = settings(
    derandomize=True,
    deadline=None,
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def no_surprise(folder):
    """Whatever a file holds, a circuit is planned or refused."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NetspecWarning)
        with contextlib.suppress(NetspecError):
            planned(folder / "simulation.json")


@pytest.fixture
def copy(valid, tmp_path):
    """Makes copies of the circuit."""

    def made():
        shutil.rmtree(tmp_path / "circuit", ignore_errors=True)
        return shutil.copytree(valid, tmp_path / "circuit")

    return made


@quick
@given(file=st.sampled_from(["cells.h5", "rec.h5", "in.h5", "spikes.h5"]), share=st.floats(0, 0.99))
def test_file_cut_off_anywhere_is_refused(copy, file, share):
    folder = copy()
    data = (folder / file).read_bytes()
    (folder / file).write_bytes(data[: int(len(data) * share)])
    with pytest.raises(FileError, match=file):
        planned(folder / "simulation.json")


def places(content, path=()):
    """Paths of everything in a JSON document."""
    items = (
        content.items()
        if isinstance(content, dict)
        else enumerate(content)
        if isinstance(content, list)
        else ()
    )
    for key, value in items:
        yield (*path, key)
        yield from places(value, (*path, key))


DOCUMENTS = {
    "simulation.json": circuit_files.SIMULATION, "circuit.json": circuit_files.CIRCUIT,
    "node_sets.json": circuit_files.NODE_SETS, "exc.json": circuit_files.PARTS["exc.json"],
    "fire.json": circuit_files.PARTS["fire.json"],
}  # fmt: skip
SPOTS = [(file, path) for file, content in DOCUMENTS.items() for path in places(content)]
SIMPLE = (
    st.none() | st.booleans() | st.integers(-3, 3) | st.floats(-2, 2) | st.text("a$./{}[]0\0", max_size=6)
)
VALUE = st.recursive(
    SIMPLE,
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.text("ab$", max_size=3), inner, max_size=2)
    ),
)


@settings(quick, max_examples=100)
@given(spot=st.sampled_from(SPOTS), value=VALUE)
def test_any_value_in_json_is_taken_or_refused(copy, spot, value):
    folder = copy()
    file, path = spot
    found = next(folder.rglob(file))
    place = content = json.loads(found.read_text())
    for part in path[:-1]:
        place = place[part]
    place[path[-1]] = value
    found.write_text(json.dumps(content))
    no_surprise(folder)


@quick
@given(
    file=st.sampled_from(sorted(circuit_files.TABLES)),
    line=st.integers(0, 2),
    field=st.integers(0, 6),
    text=st.sampled_from(
        ["", "NULL", "-1", "5", "0.5", "nan", "inf", "a", '"', "[", "[0, a]", "'x'", "()", "[[1]]", "1e400"]
    ),
)
def test_any_field_of_a_table_is_taken_or_refused(copy, file, line, field, text):
    folder = copy()
    lines = (folder / file).read_text().splitlines()
    line %= len(lines)
    words = lines[line].split(" ")
    words[field % len(words)] = text
    lines[line] = " ".join(words)
    (folder / file).write_text("\n".join(lines) + "\n")
    no_surprise(folder)


MANY = 10**10


@pytest.fixture
def large(valid, tmp_path):
    """(config, edges) of a circuit whose edges onto node 3 do not fit into memory."""
    folder = shutil.copytree(valid, tmp_path / "large")
    with h5py.File(folder / "rec.h5", "w") as file:
        item = file.create_group("edges/rec")
        for name in ("source_node_id", "target_node_id", "edge_type_id"):
            item.create_dataset(name, (MANY,), np.int64, chunks=(1 << 16,))
        for end in ("source", "target"):
            item[f"{end}_node_id"].attrs["node_population"] = "cells"
        item["edge_type_id"][:3] = 10
        item["target_node_id"][:3] = [0, 0, 1]
        for name, value in (("syn_weight", 0.5), ("delay", 1.0), ("afferent_section_id", 1.0)):
            item.create_dataset(f"0/{name}", (MANY,), np.float64, chunks=(1 << 16,), fillvalue=value)
        index = item.create_group("indices/target_to_source")
        index["node_id_to_range"] = np.array([[0, 1], [1, 2], [0, 0], [2, 3]])
        index["range_to_edge_id"] = np.array([[0, 2], [2, 3], [3, MANY]])
    return folder


def test_of_a_large_file_only_what_is_asked_for_is_read(large):
    config = configs.read(large / "simulation.json")
    population = next(each for each in edges.populations(config) if each.name == "rec")
    found = edges.onto(population, [1, 0], range(5))
    assert found.rows.tolist() == [2, 0, 1]
    assert found.target.tolist() == [1, 0, 0]
    assert found.numbers("syn_weight").tolist() == [0.5] * 3


def test_edges_that_do_not_fit_into_memory_are_refused(large):
    with pytest.raises(FileError, match=r"rec\.h5: 10000000000 edges end on the nodes"):
        planned(large / "simulation.json")


def test_many_edges_without_an_index_are_refused(large):
    with h5py.File(large / "rec.h5", "r+") as file:
        del file["edges/rec/indices"]
    with pytest.raises(FileError, match=r"rec\.h5: /edges/rec has 10000000000 edges .* no index"):
        planned(large / "simulation.json")


REPORT = {
    "data": IDS | {"nans": nans},
    "mapping/node_ids": IDS,
    "mapping/index_pointers": IDS | {"beyond": last(99), "falling": lambda values: values[::-1]},
    "mapping/element_ids": IDS,
    "mapping/element_pos": VALUES,
    "mapping/time": VALUES | {"no step": last(0.0), "other step": last(0.3), "longer": longer},
}
HARMLESS = {
    "data:fractions",
    "data:shorter",
    "data:negative",
    "data:nans",
    "mapping/element_pos:gone",
    "mapping/element_pos:nans",
}
BROKEN = [
    (name, action) for name, actions in REPORT.items() for label, action in actions.items()
    if f"{name}:{label}" not in HARMLESS
]  # fmt: skip


@pytest.mark.parametrize(("name", "action"), BROKEN)
def test_broken_report_is_refused(tmp_path, name, action):
    values = np.arange(40.0).reshape(10, 4)
    given = report_files.Report(
        "cells", np.arange(10) * 0.1, values, np.array([3, 3, 7, 9]), np.array([0, 1, 0, 0]), np.full(4, 0.5)
    )
    path = tmp_path / "v.h5"
    report_files.write(path, [given])
    assert np.array_equal(report_files.read(path).values, values)
    with h5py.File(path, "r+") as file:
        del file["report/cells/mapping/index_pointer"]
    in_h5("v.h5", f"report/cells/{name}", action)(tmp_path)
    with pytest.raises(FileError, match=rf"v\.h5: .*({name.rsplit('/', 1)[-1]}|index_pointers)"):
        report_files.read(path)


@pytest.mark.parametrize(
    "text", ["", "times nodes\n1 2\n", "timestamps node_ids\nsoon 2\n", "timestamps node_ids\n1\n"]
)
def test_broken_table_of_spikes_is_refused(tmp_path, text):
    path = tmp_path / "spikes.csv"
    path.write_text(text)
    with pytest.raises(FileError, match="spikes.csv"):
        spikes.read(path)


@pytest.mark.parametrize("output_dir", ["/elsewhere", "..", "../elsewhere"])
def test_only_the_user_sends_results_elsewhere(valid, tmp_path, output_dir):
    folder = shutil.copytree(valid, tmp_path / "circuit")
    in_json("simulation.json", "output.output_dir", output_dir)(folder)
    config = configs.read(folder / "simulation.json")
    with pytest.raises(FileError, match=r"output\.output_dir: .* is outside"):
        outputs.places(config)
    assert outputs.places(config, anywhere=True).folder == (folder / output_dir).resolve()


def test_link_does_not_lead_out_of_the_folder(valid, tmp_path):
    folder = shutil.copytree(valid, tmp_path / "circuit")
    (tmp_path / "elsewhere").mkdir()
    (folder / "output").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(FileError, match=r"output\.output_dir: .* is outside"):
        outputs.places(configs.read(folder / "simulation.json"))


def saved(folder, options):
    """(paths, problems) of results saved with these options."""
    net_params, sim_config = network.read(folder / "simulation.json", build)
    sim_config |= {"saveSonata": options}
    plan = netspec.plan(net_params, sim_config)
    table = Table({"time": np.array([3.0, 4.0, 5.0]), "gid": np.array([1, 4, 6])})
    if problems := saving.problems(sim_config):
        return [], problems
    return saving.save_sonata(str(folder / "x_data"), Results(plan, table), {}), []


def test_results_go_where_the_config_says(valid, tmp_path):
    folder = shutil.copytree(valid, tmp_path / "circuit")
    paths, _ = saved(folder, {"config": str(folder / "simulation.json")})
    assert paths == [str(folder / "output" / "spikes.h5")]
    found = spikes.read_all(paths[0])
    assert {name: [each.tolist() for each in own] for name, own in found.items()} == {
        "cells": [[1, 4], [3.0, 4.0]],
        "ext": [[1], [5.0]],
    }


def test_results_elsewhere_are_refused_before_the_run(valid, tmp_path):
    folder = shutil.copytree(valid, tmp_path / "circuit")
    in_json("simulation.json", "output.output_dir", "../elsewhere")(folder)
    given = {"config": str(folder / "simulation.json")}
    paths, problems = saved(folder, given)
    assert paths == []
    assert [problem.path for problem in problems] == ["simConfig.saveSonata.config"]
    assert not (tmp_path / "elsewhere").exists()
    paths, _ = saved(folder, {**given, "anywhere": True})
    assert paths == [str(tmp_path / "elsewhere" / "spikes.h5")]
