"""What dictionaries may look like, and what becomes of them."""

import warnings
from types import SimpleNamespace

import numpy as np
import pytest

from netspec import specs
from netspec.errors import SpecError
from netspec.spec.cell import Section
from netspec.spec.findings import Finding, in_order, settle, spell, warning
from netspec.spec.kinds import KINDS, Misfit, fit
from netspec.spec.network import Network
from netspec.spec.raw import attributes, plain
from netspec.spec.read import ENTRIES, STRUCTURES, read
from netspec.spec.simulation import Simulation
from netspec.spec.slips import slip

CELL = {"PYR": {"secs": {"soma": {"geom": {"L": 20, "diam": 20}, "mechs": {"pas": {}}}}}}


def network(**sections):
    return read({"cellParams": CELL, **sections}).network


def connection(**values):
    rule = {"preConds": {}, "postConds": {}, "synMech": "exc", **values}
    spec = read({"connParams": {"a": rule}, "synMechParams": {"exc": {"mod": "ExpSyn"}}})
    return spec.network.connections["a"]


def test_nothing_is_a_network_too():
    spec = read({}, {})
    assert spec.network.size == (100, 100, 100)
    assert spec.simulation == Simulation()


def test_every_kind_of_a_field_is_known():
    classes = (Network, Simulation, Section, *ENTRIES.values())
    fields = [one for cls in classes for one in cls.__dataclass_fields__.values() if one.metadata]
    assert {one.metadata["kind"] for one in fields} <= {*KINDS, *STRUCTURES}


@pytest.mark.parametrize(
    ("kind", "unit", "value", "kept"),
    [
        ("number", "", 3, 3),
        ("number", "ms", "5 ms", 5.0),
        ("number", "ms", "0.1 s", 100.0),
        ("number", "uS", "0.5 nS", 0.0005),
        ("number or function", "ms", "2", 2.0),
        ("number or function", "ms", "2*dist_3D", "2*dist_3D"),
        ("number, function or list", "uS", ("1 nS", 0.1, [0.2, None]), [0.001, 0.1, [0.2, None]]),
        ("count", "", 3.0, 3),
        ("bool", "", 1, True),
        ("range", "um", (0, "1 mm"), [0, 1000.0]),
        ("number or numbers", "um", (1, 2, 3), [1, 2, 3]),
        ("text or list", "", ("a", ["b", "c"]), ["a", ["b", "c"]]),
        ("list", "", range(3), [0, 1, 2]),
        ("points", "", [[0, 0, 0, 1]], [(0.0, 0.0, 0.0, 1.0)]),
        ("pairs", "", [], []),
        ("text or callable", "", len, len),
    ],
)
def test_values_that_fit(kind, unit, value, kept):
    assert fit(kind, value, unit) == kept


@pytest.mark.parametrize(
    ("kind", "value", "message"),
    [
        ("number", "many", "expected a number, got 'many' (str)."),
        ("number", float("nan"), "expected a number, got nan (float)."),
        ("number", "5 kg", "unknown unit 'kg'."),
        ("count", 2.5, "expected an integer, got 2.5 (float)."),
        ("bool", "yes", "expected True or False, got 'yes' (str)."),
        ("range", [1, 2, 3], "expected a list of 2 numbers, [low, high], got [1, 2, 3] (list)."),
        ("pairs", [[1, 2, 3]], "expected a list of pairs of integers (pre, post), got [[1, 2, 3]] (list)."),
        ("pairs", [[1, 2], [3]], "expected a list of pairs of integers"),
        ("pairs", 7, "expected a list of pairs of integers"),
        ("points", [[1, 2, 3]], "expected a list of [x, y, z, diam], got [[1, 2, 3]] (list)."),
        ("number or function", None, "expected a number or a string function, got None (NoneType)."),
        ("list", "abc", "expected a list, got 'abc' (str)."),
        ("list of cells", [1], "expected a list of dictionaries, got [1] (list)."),
        ("text", list(range(100)), "expected a text, got [0, 1, 2"),
    ],
)
def test_values_that_do_not_fit(kind, value, message):
    with pytest.raises(Misfit) as caught:
        fit(kind, value, "ms")
    assert str(caught.value).startswith(message)


def test_objects_with_attributes_read_as_dictionaries():
    pops = {"E": {"cellType": "PYR", "numCells": 3}}
    by_dict = read({"popParams": pops, "cellParams": CELL}, {"duration": 5})
    by_object = read(SimpleNamespace(popParams=pops, cellParams=CELL), SimpleNamespace(duration=5, _own=1))
    by_specs = read(
        specs.NetParams({"popParams": pops, "cellParams": CELL}), specs.SimConfig({"duration": 5})
    )
    assert by_object == by_dict
    assert by_specs.network == by_dict.network
    assert by_specs.simulation == by_dict.simulation


def test_specs_containers_are_left_as_they_are():
    inner = {"cellType": "PYR", "numCells": 3}
    params = specs.NetParams({"cellParams": CELL})
    dict.__setitem__(params.popParams, "E", inner)
    read(params)
    assert dict.__getitem__(params.popParams, "E") is inner


def test_numbers_of_numpy_become_pythons():
    values = plain({"a": np.float64(1), "b": np.int64(2), "c": np.arange(3), "d": np.bool_(True)})
    assert values == {"a": 1.0, "b": 2, "c": [0, 1, 2], "d": True}
    assert [type(value) for value in values.values()] == [float, int, list, bool]


def test_private_names_are_left_out():
    assert attributes({"a": 1, "_labelid": 3, "mapping": {"__dict__": {}}}) == {"a": 1, "mapping": {}}


def test_values_with_units():
    rule = connection(weight="0.5 nS", delay="2 ms")
    assert (rule.weight, rule.delay) == (0.0005, 2.0)
    source = {"type": "IClamp", "amp": "100 pA", "del": "1 s", "dur": 5}
    assert network(stimSourceParams={"i": source}).sources["i"].params == {
        "amp": 0.1,
        "del": 1000.0,
        "dur": 5,
    }
    assert read({}, {"duration": "1 s", "dt": "25 us"}).simulation.dt == 0.025


def test_arrays_and_tuples_in_place_of_lists():
    rule = connection(
        connList=np.array([[0, 0], [1, 0]]), weight=np.array([0.1, 0.2]), sec=(["soma"], ["soma"]), delay=2
    )
    assert rule.weight == [0.1, 0.2]
    assert rule.sec == [["soma"], ["soma"]]
    assert np.array_equal(rule.conn_list, [[0, 0], [1, 0]])


def test_old_key_of_a_population():
    rule = {"preConds": {"popLabel": "E"}, "postConds": {"popLabel": ["E"]}, "synMech": "exc"}
    found = network(
        popParams={"E": {"cellType": "PYR", "numCells": 2, "popLabel": "E"}},
        connParams={"a": rule},
        synMechParams={"exc": {"mod": "ExpSyn"}},
    )
    assert found.connections["a"].pre_conds == {"pop": "E"}
    assert found.connections["a"].post_conds == {"pop": ["E"]}
    assert found.populations["E"].tags == {}


def test_mapping_writes_options_into_the_network():
    net = {
        "synMechParams": {"exc": {"mod": "ExpSyn", "tau": 1}},
        "popParams": {"E": {"cellType": "PYR", "numCells": 2}},
        "cellParams": CELL,
        "mapping": {
            "tau": ["synMechParams", "exc", "tau"],
            "count": "popParams.E.numCells",
            "size": "sizeX",
            "new": ("synMechParams", "exc", "e"),
            "missing": "sizeY",
        },
    }
    found = read(net, {"tau": 7, "count": 5, "size": 300, "new": -70}).network
    assert found.synapses["exc"].params == {"tau": 7, "e": -70}
    assert found.populations["E"].num_cells == 5
    assert found.size == (300, 100, 100)
    assert net["synMechParams"]["exc"]["tau"] == 1


def test_numbers_of_the_network_are_constants():
    constants = network(sizeX=50, gain=2.5, flag=True, name="x", defaultDelay="2 ms").constants
    assert constants["sizeX"] == 50
    assert constants["defaultDelay"] == 2.0
    assert constants["propVelocity"] == 500.0
    assert constants["gain"] == 2.5
    assert constants["flag"] is True
    assert "name" not in constants


def test_attributes_of_the_users_own():
    spec = read({"probLengthConst": 150.0, "annots": {"a": 1}}, {"gpas": 1e-4, "IClamp1": {"pop": "E"}})
    assert spec.network.constants["probLengthConst"] == 150.0
    assert spec.simulation.extra == {"gpas": 1e-4, "IClamp1": {"pop": "E"}}


def test_free_keys():
    found = network(
        popParams={
            "E": {"cellType": "PYR", "numCells": 1, "layer": 2},
            "S": {"cellModel": "NetStim", "numCells": 1, "rate": "10 Hz", "noise": 1},
        },
        synMechParams={"exc": {"mod": "ExpSyn", "tau": "uniform(1,2)"}},
    )
    assert found.populations["E"].tags == {"layer": 2}
    assert found.populations["S"].tags == {"rate": 10.0, "noise": 1}
    assert found.synapses["exc"].params == {"tau": "uniform(1,2)"}


def test_none_is_the_default():
    rule = connection(weight=None, delay=None, sec=None, loc=None)
    assert (rule.weight, rule.delay, rule.sec, rule.loc) == (None, None, None, None)
    assert read({}, {"saveFolder": None, "recordTraces": None}).simulation.record_traces == {}


def test_a_part_of_the_seeds_and_globals():
    simulation = read({}, {"hParams": {"celsius": 34}, "seeds": {"conn": 5}}).simulation
    assert simulation.h_params == {"v_init": -65.0, "celsius": 34}
    assert simulation.seeds == {"conn": 5, "stim": 1, "loc": 1, "cell": 1}


def test_sections():
    secs = {
        "soma": {"geom": {"L": "20 um", "diam": "uniform(10,20)", "pt3d": np.ones((2, 4))}, "topol": {}},
        "dend": {"topol": {"parentSec": "soma", "parentX": 1, "childX": 0}, "ions": {"na": {"e": 50}}},
    }
    found = network(cellParams={"P": {"secs": secs, "secLists": {"all": ("soma", "dend")}}}).cell_rules["P"]
    assert list(found.secs) == ["soma", "dend"]
    assert found.secs["soma"].geom == {"L": 20.0, "diam": "uniform(10,20)", "pt3d": [(1.0,) * 4] * 2}
    assert found.secs["dend"].topol == {"parentSec": "soma", "parentX": 1, "childX": 0}
    assert found.sec_lists == {"all": ["soma", "dend"]}


def test_labels_that_are_numbers():
    found = network(popParams={0: {"cellType": "PYR", "numCells": 1}})
    assert found.populations[0].label == 0


def test_unknown_keys_are_dropped_when_lenient():
    net = {"popParams": {"E": {"cellType": "PYR", "numCels": 4}}, "cellParams": CELL}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        population = read(net, {"strict": False}).network.populations["E"]
    assert population.num_cells is None
    assert population.tags == {}


@pytest.mark.parametrize(
    ("name", "known", "found"),
    [
        ("numCels", ["numCells"], "numCells"),
        ("numcells", ["numCells"], "numCells"),
        ("hparams", ["hParams"], "hParams"),
        ("layer", ["numCells", "density"], None),
        ("numCellsE", ["numCells"], None),
        ("numCells_2", ["numCells"], None),
        ("weight2", ["weight"], None),
        ("weightt", ["weight"], "weight"),
        ("targetRates", ["targetRatesOnset"], None),
        ("my_weight", ["weight"], None),
    ],
)
def test_slips(name, known, found):
    assert slip(name, known) == found


def test_names_that_are_used_elsewhere_are_no_slips():
    rule = {"preConds": {}, "postConds": {}, "synMech": "exc", "weight": "2*defaultWeigh"}
    found = network(connParams={"a": rule}, synMechParams={"exc": {"mod": "ExpSyn"}}, defaultWeigh=3)
    assert found.constants["defaultWeigh"] == 3
    tagged = network(
        popParams={"E": {"cellType": "PYR", "numCells": 1, "cell_type": "a"}},
        popTagsCopiedToCells=["cellModel", "cellType", "cell_type"],
    )
    assert tagged.populations["E"].tags == {"cell_type": "a"}


def test_paths():
    assert spell(("netParams", "cellParams", "P", "secs", "soma", "mechs", "hh", "gnabar")) == (
        "netParams.cellParams['P'].secs['soma'].mechs['hh'].gnabar"
    )
    assert spell(("simConfig", "recordCells", 3)) == "simConfig.recordCells[3]"
    assert spell(("netParams", "connParams", 0, "odd key")) == "netParams.connParams[0]['odd key']"


def test_findings_in_the_users_order():
    root = {"netParams": {"b": {"y": 1}, "a": [5, 6]}}
    paths = [("netParams", "a", 1), ("netParams", "a", 0), ("netParams", "b", "new"), ("netParams", "b", "y")]
    found = in_order([Finding(path, "m") for path in (*paths, paths[0])], root)
    assert [finding.path for finding in found] == [paths[3], paths[2], paths[1], paths[0]]


def test_warnings_come_before_the_error():
    findings = [warning(("simConfig", "a"), "odd"), Finding(("simConfig", "b"), "wrong")]
    with pytest.warns(UserWarning, match="simConfig.a: odd"), pytest.raises(SpecError) as caught:
        settle(findings, strict=True)
    assert [problem.path for problem in caught.value.problems] == ["simConfig.b"]


@pytest.mark.parametrize(
    ("net", "path"),
    [
        ({"popParams": ["E"]}, "netParams.popParams"),
        ({"popParams": {"E": 5}}, "netParams.popParams['E']"),
        ({"cellParams": {"P": {"secs": {"soma": 1}}}}, "netParams.cellParams['P'].secs['soma']"),
        ({"cellParams": {"P": {"secs": {"soma": {"mechs": {"hh": 1}}}}}},
         "netParams.cellParams['P'].secs['soma'].mechs['hh']"),
        ({"cellParams": {"P": {"secs": []}}}, "netParams.cellParams['P'].secs"),
        ({"mapping": {"duration": 5}}, "netParams.mapping['duration']"),
    ],
)  # fmt: skip
def test_what_should_be_a_dictionary(net, path):
    with pytest.raises(SpecError) as caught:
        read(net, {"duration": 1})
    assert path in [problem.path for problem in caught.value.problems]


def test_keys_of_an_own_rule():
    def reaching(pre, post, owned, stream, reach):
        return pre, post

    wanted = {"preConds": {}, "postConds": {}, "connFunc": "reaching", "reach": 2}
    spec = read({"connParams": {"r": wanted}}, {}, rules={"reaching": reaching})
    assert spec.network.connections["r"].params == {"reach": 2}
    with pytest.raises(SpecError, match=r"connParams\['r'\].raech"):
        read({"connParams": {"r": {**wanted, "raech": 3}}}, {}, rules={"reaching": reaching})
