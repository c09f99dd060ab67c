"""Files: what is written is read back; what is broken is a FileError that names the file."""

import gzip
import json as standard_json
import pickle as standard_pickle
import sys
from pathlib import Path
from types import ModuleType

import h5py
import numpy as np
import pytest

from netspec.errors import FileError
from netspec.formats import files, hdf5, json, pickle, tree
from netspec.plan import InputBlock, TraceBlock
from netspec.plan.cells import Drawn, Template
from netspec.spec.cell import Section
from netspec.tables import Table

DATA = {"b": [1, 2.5, None, True], "a": {"x": "µ"}}


@pytest.mark.parametrize(
    ("save", "load", "name"),
    [
        (json.save, json.load, "deep/er/d.json"),
        (pickle.save, pickle.load, "d.pkl"),
        (pickle.save_compressed, pickle.load, "d.dpk"),
    ],
)
def test_data_comes_back(tmp_path, save, load, name):
    path = save(tmp_path / name, DATA)
    assert load(path) == DATA
    assert [p.name for p in (tmp_path / name).parent.iterdir()] == [(tmp_path / name).name]


def test_json_looks_as_netpynes():
    def connect():
        """Is written by its name."""

    data = {"z": np.float64(1.5), "a": (np.int32(2), np.arange(2)), 3: connect, "none": np.nan}
    assert json.text(data) == (
        '{\n    "z": 1.5,\n    "a": [\n        2,\n        [\n            0,\n            1\n'
        '        ]\n    ],\n    "3": "connect",\n    "none": NaN\n}'
    )


def test_what_json_lacks_is_refused():
    with pytest.raises(TypeError, match="complex"):
        json.text({"a": 1j})


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"", "empty"), (b'{"a": [1, 2', "line 1, column 12"), (b"\xff\xfe{}", "not a JSON file")],
)
def test_broken_json(tmp_path, content, message):
    (tmp_path / "d.json").write_bytes(content)
    with pytest.raises(FileError, match=f"d.json.*{message}"):
        json.load(tmp_path / "d.json")


def test_missing_file_names_those_that_are_there(tmp_path):
    json.save(tmp_path / "here.json", {})
    with pytest.raises(FileError, match=r"ther.json: no such file .*here.json"):
        json.load(tmp_path / "ther.json")


@pytest.mark.parametrize("cut", [1, 10, 30])
def test_truncated_pickle(tmp_path, cut):
    whole = standard_pickle.dumps({"a": np.arange(10)})
    (tmp_path / "d.pkl").write_bytes(whole[:cut])
    with pytest.raises(FileError, match="d.pkl"):
        pickle.load(tmp_path / "d.pkl")


def test_pickle_that_runs_code_is_refused(tmp_path):
    class Evil:
        def __reduce__(self):
            return print, ("run",)

    (tmp_path / "d.pkl").write_bytes(standard_pickle.dumps(Evil()))
    with pytest.raises(FileError, match="print"):
        pickle.load(tmp_path / "d.pkl")


VECTOR = b"cneuron\n_pkl\n(I0\ntR(I1\nC\x08%bI%d\nC\x10%btb."
"""How NEURON pickles a Vector with two elements: the class, then version, 2.0, length and numbers."""


@pytest.mark.parametrize("order", ["<f8", ">f8"])
def test_vector_is_an_array(tmp_path, order):
    two, values = (np.array(numbers, order).tobytes() for numbers in ([2], [1.5, -3]))
    (tmp_path / "d.pkl").write_bytes(b"\x80\x03" + VECTOR % (two, 2, values))
    assert pickle.load(tmp_path / "d.pkl").tolist() == [1.5, -3]


def test_vector_of_another_length_is_refused(tmp_path):
    two, values = np.array([2.0]).tobytes(), np.array([1.5, -3]).tobytes()
    (tmp_path / "d.pkl").write_bytes(b"\x80\x03" + VECTOR % (two, 3, values))
    with pytest.raises(FileError, match=r"d.pkl: .*Vector"):
        pickle.load(tmp_path / "d.pkl")


@pytest.fixture
def netpynes_classes(monkeypatch):
    """Classes with the names and the state of NetPyNE's."""

    class Dict(dict):
        def __getstate__(self):
            return dict(self)

    class RecXElectrode:
        def __init__(self):
            self.pos = np.eye(3)

    Dict.__module__, Dict.__qualname__ = "netpyne.specs.dicts", "Dict"
    RecXElectrode.__module__ = "netpyne.support.recxelectrode"
    RecXElectrode.__qualname__ = "RecXElectrode"
    for name, holder in ((Dict.__module__, Dict), (RecXElectrode.__module__, RecXElectrode)):
        module = ModuleType(name)
        setattr(module, holder.__name__, holder)
        monkeypatch.setitem(sys.modules, name, module)
    for package in ("netpyne", "netpyne.specs", "netpyne.support"):
        monkeypatch.setitem(sys.modules, package, ModuleType(package))
    return Dict, RecXElectrode


@pytest.mark.parametrize("protocol", [2, 4])
def test_netpynes_pickle_without_netpyne(tmp_path, netpynes_classes, monkeypatch, protocol):
    of_dict, electrode = netpynes_classes
    data = of_dict({"cells": [of_dict({"x": np.float64(1.5)})], "recXElectrode": electrode()})
    content = standard_pickle.dumps(data, protocol=protocol)
    for name in [name for name in sys.modules if name.startswith("netpyne")]:
        monkeypatch.delitem(sys.modules, name)
    (tmp_path / "d.pkl").write_bytes(content)
    found = pickle.load(tmp_path / "d.pkl")
    assert type(found) is dict
    assert found["cells"] == [{"x": 1.5}]
    assert np.array_equal(found["recXElectrode"]["pos"], np.eye(3))


def test_compressed_pickle_is_gzip(tmp_path):
    path = pickle.save_compressed(tmp_path / "d.dpk", DATA)
    with gzip.open(path) as file:
        assert standard_pickle.load(file) == DATA


def test_failed_writing_leaves_the_old_file(tmp_path):
    path = tmp_path / "d.json"
    json.save(path, {"old": 1})
    with pytest.raises(TypeError):
        json.save(path, {"new": 1j})
    assert standard_json.loads(path.read_text()) == {"old": 1}
    assert [p.name for p in tmp_path.iterdir()] == ["d.json"]


def test_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(FileError, match="cannot be written"), files.whole(tmp_path / "file" / "d.json"):
        pass


def test_folder_that_cannot_be_looked_into(tmp_path, monkeypatch):
    def refused(path, missing_ok=False):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "mkdir", lambda path, **options: refused(path))
    monkeypatch.setattr(Path, "unlink", refused)
    with pytest.raises(FileError, match="cannot be written: Permission denied"), files.whole("/a/d.json"):
        pass


def everything():
    """One of each kind that plans and results have."""
    drawn = Drawn("soma", "geom", "", "diam", -1, "uniform(18,22)")
    section = Section(geom={"L": 20, "pt3d": [(0, 0, 0, 1.5)]}, weight_norm=[1.0])
    rows = Table({"gid": np.arange(3), "location": np.array([0.1, 0.5, np.nan])})
    return {
        "templates": (Template(("P",), {"soma": section}, {"all": ("soma",)}, (drawn,)),),
        "cell_values": {0: np.eye(2), 3: np.empty((0, 2))},
        "inputs": (InputBlock("t/1", "s", "VClamp", rows, {"amp": (1.0, 2.0)}),),
        "traces": (TraceBlock("V", "segment", "v", np.arange(2)),),
        "tags": {4: {"layer": 2}},
        "empty": {},
        "nothing": None,
        "lists": [np.arange(2), {"a": np.ones(1)}],
    }


def same(a, b):
    if isinstance(a, np.ndarray):
        return a.dtype == b.dtype and np.array_equal(a, b, equal_nan=a.dtype.kind == "f")
    if isinstance(a, dict):
        return list(a) == list(b) and all(same(a[name], b[name]) for name in a)
    if isinstance(a, list | tuple):
        return type(a) is type(b) and len(a) == len(b) and all(map(same, a, b))
    if hasattr(a, "__dataclass_fields__") and not isinstance(a, Table):
        return type(a) is type(b) and all(same(getattr(a, n), getattr(b, n)) for n in a.__dataclass_fields__)
    return a == b


def test_tree_comes_back():
    assert same(tree.restore(tree.flatten(everything())), everything())


def test_packed_tree_is_one_array_of_numbers():
    words = tree.pack(tree.flatten(everything()))
    assert words.dtype == np.int64
    assert same(tree.restore(tree.unpack(words)), everything())


def test_tree_in_hdf5(tmp_path):
    path = hdf5.save(tmp_path / "d.h5", tree.flatten(everything()))
    assert same(tree.restore(hdf5.load(path)), everything())
    with h5py.File(path) as file:
        assert file["inputs/0/rows/location"].shape == (3,)


def test_broken_hdf5(tmp_path):
    path = tmp_path / "d.h5"
    hdf5.save(path, tree.flatten(everything()))
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(FileError, match="d.h5: not a whole HDF5 file"):
        hdf5.load(path)
    with h5py.File(path, "w") as file:
        file["a"] = 1
    with pytest.raises(FileError, match="not one of netspec's"):
        hdf5.load(path)
