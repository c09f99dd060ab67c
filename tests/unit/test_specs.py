"""NetPyNE's containers: attribute and item access at any depth, helpers of netParams, files."""

import copy
import json
import pickle

import pytest

from netspec import specs
from netspec.errors import FileError, SpecError


def test_plain_dicts_have_attributes_at_any_depth():
    net = specs.NetParams()
    net.popParams["E"] = {"cellType": "P", "numCells": 3}
    net.popParams["E"].numCells = 40
    net.cellParams["P"] = {"secs": {"soma": {"geom": {"L": 10}}}}
    net.cellParams.P.secs.soma.geom.L = 20
    assert net.popParams["E"]["numCells"] == 40
    assert net["cellParams"]["P"]["secs"]["soma"]["geom"] == {"L": 20}


def test_dict_that_is_filled_after_it_was_assigned_is_seen():
    net, rule = specs.NetParams(), {"secs": {}}
    net.cellParams["P"] = rule
    rule["secs"]["soma"] = {"geom": {"L": 5}}
    assert net.cellParams["P"].secs.soma.geom.L == 5


def test_dicts_in_lists_have_attributes():
    found = specs.Dict(cellsList=[{"x": 1}])
    found.cellsList[0].x = 2
    assert found == {"cellsList": [{"x": 2}]}


def test_what_a_section_lacks_can_be_filled_in():
    rule = specs.Dict({"secs": {"soma": {"geom": {}}}})
    rule["secs"]["soma"]["pointps"]["noise"] = {"mod": "IClamp"}
    rule["secs"]["soma"]["mechs"]["hh"]["gnabar"] = 0.1
    assert rule.secs.soma.pointps == {"noise": {"mod": "IClamp"}}
    assert rule.secs.soma.mechs == {"hh": {"gnabar": 0.1}}
    with pytest.raises(AttributeError, match="no key 'ions'"):
        len(rule["secs"]["soma"]["ions"])
    with pytest.raises(KeyError):
        specs.ODict()["mechs"]
    assert [*rule.secs.soma] == ["geom", "pointps", "mechs"]


@pytest.mark.parametrize("kind", [specs.Dict, specs.ODict])
def test_missing_key_is_an_error_and_is_not_made(kind):
    found = kind({"numCells": 3})
    with pytest.raises(KeyError):
        found["numCell"]
    with pytest.raises(AttributeError, match="Did you mean 'numCells'"):
        found.numCell + 1
    with pytest.raises(AttributeError, match="Did you mean 'numCells'"):
        found.other = found.numCell
    assert list(found) == ["numCells"]


def test_what_is_missing_can_be_written_into():
    rule = specs.Dict()
    rule.secs.soma.geom = {"L": 3}
    rule.secs.soma.mechs["hh"].gnabar = 0.1
    assert rule.todict() == {"secs": {"soma": {"geom": {"L": 3}, "mechs": {"hh": {"gnabar": 0.1}}}}}


@pytest.mark.parametrize(
    "use", [bool, len, list, str, float, lambda value: value == 1, lambda value: value()]
)
def test_what_is_missing_is_no_value(use):
    rule = specs.Dict({"secs": {}})
    with pytest.raises(AttributeError, match="no key 'sec'. Did you mean 'secs'"):
        use(rule.sec)
    assert rule == {"secs": {}}


def test_dict_survives_copying_and_pickling():
    found = specs.Dict({"a": {"b": [1, {"c": 2}]}})
    for other in (copy.deepcopy(found), pickle.loads(pickle.dumps(found)), found.copy()):
        assert type(other) is specs.Dict
        assert other.a.b[1].c == 2
    assert type(found.todict()["a"]) is dict


def test_rename_keeps_the_order():
    found = specs.ODict({"a": 1, "b": {"x": 2}, "c": 3})
    assert found.rename("b", "B")
    assert list(found) == ["a", "B", "c"]
    assert not found.rename("z", "y")
    assert found.rename("x", "X", "B")
    assert found == {"a": 1, "B": {"X": 2}, "c": 3}


def test_set_param_of_a_size_removes_the_other_one():
    net = specs.NetParams()
    net.addPopParams("E", {"numCells": 3})
    assert net.popParams.setParam("E", "density", 100.0)
    assert net.popParams["E"] == {"density": 100.0}
    assert not net.popParams.setParam("I", "density", 100.0)


def test_entries_without_label_are_numbered():
    net = specs.NetParams()
    labels = [net.addConnParams(None, {"weight": n}) for n in range(3)]
    assert labels == [0, 1, 2]
    assert net.connParams[2].weight == 2


@pytest.mark.parametrize(
    "component", ["Cell", "Pop", "SynMech", "Conn", "SubConn", "StimSource", "StimTarget"]
)
def test_add_params(component):
    net = specs.NetParams()
    getattr(net, f"add{component}Params")("label", {"a": {"b": 1}})
    section = component[0].lower() + component[1:] + "Params"
    assert net[section]["label"].a.b == 1


def test_constructor_takes_a_dict():
    net = specs.NetParams({"sizeX": 7, "popParams": {"E": {"numCells": 2}}, "own": 3})
    assert (net.sizeX, net.sizeY, net.popParams.E.numCells, net.own) == (7, 100, 2, 3)


@pytest.mark.parametrize(
    "path", ["connParams.EI.weight", ("connParams", "EI", "weight"), ["connParams", "EI", "weight"]]
)
def test_mapping_writes_cfg_to_its_place(path):
    net, cfg = specs.NetParams(), specs.SimConfig({"eiWeight": 0.25})
    net.connParams["EI"] = {"weight": 1.0}
    net.mapping = {"eiWeight": path, "absent": ("sizeX",)}
    net.setCfgMapping(cfg)
    assert net.connParams["EI"]["weight"] == 0.25
    assert net.sizeX == 100


def test_nested_path_that_leads_nowhere_is_an_error():
    net = specs.NetParams()
    net.connParams["EI"] = {"weight": 1.0}
    with pytest.raises(SpecError, match="Known: 'EI'"):
        net.setNestedParam("connParams.EJ.weight", 2)


def two_sections():
    net = specs.NetParams()
    net.addCellParamsTemplate("P", {"cellType": "P"}, "BallStick_HH")
    net.cellParams["P"].secs.soma.geom.pt3d = [(0, 0, 0, 10), (0, 5, 0, 10), (0, 10, 0, 10)]
    net.cellParams["P"].secs.dend.geom.pt3d = [[0, 10, 0, 1], [30, 110, 40, 1]]
    return net


def test_section_list_by_distance(caplog):
    net = two_sections()
    net.addCellParamsSecList("P", "near", somaDist=[0, 50])
    net.addCellParamsSecList("P", "far", somaDistY=[50, 200])
    assert net.cellParams.P.secLists == {"near": ["soma"], "far": ["dend"]}
    del net.cellParams.P.secs.dend.geom["pt3d"]
    net.addCellParamsSecList("P", "shaped", somaDist=[0, 500])
    assert net.cellParams.P.secLists["shaped"] == ["soma"]
    assert "secs['dend'] has no pt3d" in caplog.text
    del net.cellParams.P.secs.soma.geom["pt3d"]
    with pytest.raises(SpecError, match="no section has pt3d"):
        net.addCellParamsSecList("P", "none", somaDist=[0, 50])
    with pytest.raises(SpecError, match="no such cell rule"):
        net.addCellParamsSecList("Q", "none", somaDist=[0, 50])


def test_renamed_section_is_the_parent_of_its_children():
    net = two_sections()
    net.renameCellParamsSec("P", "soma", "body")
    assert list(net.cellParams.P.secs) == ["body", "dend"]
    assert net.cellParams.P.secs.dend.topol.parentSec == "body"


def test_renamed_section_stays_in_its_lists():
    net = two_sections()
    net.cellParams["P"].secLists = {"all": ["dend", "soma"], "none": []}
    net.renameCellParamsSec("P", "soma", "body")
    assert net.cellParams["P"].secLists == {"all": ["dend", "body"], "none": []}


def test_sections_that_cannot_be_renamed():
    net = two_sections()
    with pytest.raises(SpecError, match="no section 'some'. Did you mean 'soma'"):
        net.renameCellParamsSec("P", "some", "body")
    with pytest.raises(SpecError, match="there is a section 'dend' already"):
        net.renameCellParamsSec("P", "soma", "dend")
    assert list(net.cellParams["P"].secs) == ["soma", "dend"]


def test_columns_of_points_are_swapped():
    net = two_sections()
    net.swapCellParamsPt3d("P", 0, 1)
    assert net.cellParams.P.secs.dend.geom.pt3d[1] == [110, 30, 40, 1]


def test_weight_norm_from_a_file(tmp_path):
    net, path = two_sections(), tmp_path / "norm.pkl"
    path.write_bytes(pickle.dumps({"soma": [2.0], "dend": [1.0, 5000.0], "other": [1.0]}))
    net.addCellParamsWeightNorm("P", path, threshold=10)
    assert net.cellParams.P.secs.dend.weightNorm == [1.0, 20.0]
    assert net.cellParams.P.secs.soma.weightNorm == [2.0]


@pytest.mark.parametrize("name", ["rule.json", "rule.pkl"])
def test_cell_rule_in_a_file(tmp_path, name):
    net = two_sections()
    net.saveCellParamsRule("P", tmp_path / name)
    net.loadCellParamsRule("Q", tmp_path / name)
    assert net.cellParams.Q.secs.dend == net.cellParams.P.secs.dend
    with pytest.raises(FileError, match="Did you mean"):
        net.saveCellParamsRule("P", tmp_path / "rule.jso")


def test_unknown_template_is_an_error():
    with pytest.raises(SpecError, match="BallStick_HH"):
        specs.NetParams().addCellParamsTemplate("P", template="BallStik_HH")


def test_files_are_saved_without_a_folder_too(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    net, cfg = specs.NetParams({"sizeX": 3}), specs.SimConfig({"dt": 0.1})
    net.save("net.json")
    cfg.save("deep/er/cfg.v2.json")
    assert json.loads((tmp_path / "net.json").read_text())["net"]["params"]["sizeX"] == 3
    assert json.loads((tmp_path / "deep/er/cfg.v2.json").read_text())["simConfig"]["dt"] == 0.1


def test_config_has_netpynes_defaults_and_the_users_own():
    cfg = specs.SimConfig({"hParams": {"celsius": 34}, "gpas": 1e-4})
    assert (cfg.duration, cfg["dt"], cfg.get("absent", 7), cfg.gpas) == (1000.0, 0.025, 7, 1e-4)
    assert cfg.hParams == {"celsius": 34}
    assert "gpas" in cfg
    assert {"seeds", "gpas"} <= set(cfg)
    with pytest.raises(KeyError, match="Did you mean 'duration'"):
        cfg["durration"]


def test_update_merges_dicts():
    cfg = specs.SimConfig()
    cfg.update({"seeds": {"conn": 5}, "IClamp": {"amp": 1}, "dt": 0.1})
    cfg.update({"IClamp": {"dur": 2}})
    assert cfg.seeds == {"conn": 5, "stim": 1, "loc": 1, "cell": 1}
    assert cfg.IClamp == {"amp": 1, "dur": 2}
    assert cfg.dt == 0.1


def test_two_configs_share_nothing():
    specs.SimConfig().seeds["conn"] = 9
    specs.SimConfig().recordCells.append(1)
    assert specs.SimConfig().seeds["conn"] == 1
    assert specs.SimConfig().recordCells == []


def test_analysis_and_saving_options():
    cfg = specs.SimConfig()
    assert not cfg.validateDataSaveOptions()
    cfg.addAnalysis("plotRaster", {"include": ["E"]})
    cfg.setParam("saveJson", True)
    assert cfg.analysis == {"plotRaster": {"include": ["E"]}}
    assert cfg.validateDataSaveOptions()
