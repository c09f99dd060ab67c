"""Courses of weights: put together, cut, and in files."""

import numpy as np

from netspec.formats import tree
from netspec.formats import weights as file
from netspec.model import Names
from netspec.plan import CONNECTION_COLUMNS
from netspec.tables import Table
from netspec.weights import CONNECTION, Weights, merged


class Known:
    """The names of a model."""

    rules, synapses, sections = Names(("a", "b")), Names(("exc",)), Names(("soma", "dend"))


def some(post, rule, values):
    n = len(post)
    columns = {name: np.zeros(n, CONNECTION_COLUMNS[name]) for name in CONNECTION}
    columns["post"][:], columns["rule"][:], columns["pre"][:] = post, rule, np.arange(n)
    values = np.array(values, float).reshape(3, n)
    return Weights(np.array([0.0, 5.0, 10.0]), Table(columns), values)


def test_shares_are_put_in_the_order_of_rules_and_cells():
    shares = [some([0, 2, 0], [0, 0, 1], [1, 3, 4] * 3), some([1], [0], [2] * 3), some([], [], [])]
    whole = merged(shares)
    assert whole.connections["post"].tolist() == [0, 1, 2, 0]
    assert whole.connections["rule"].tolist() == [0, 0, 0, 1]
    assert whole.values.tolist() == [[1, 2, 3, 4]] * 3


def test_part_of_the_connections_and_of_the_time():
    whole = some([0, 1], [0, 0], [1, 2, 3, 4, 5, 6])
    assert whole.take([True, False]).values.tolist() == [[1], [3], [5]]
    assert len(whole.take([1])) == 1
    later = whole.within(5, 10)
    assert (later.time.tolist(), later.values.tolist()) == ([5, 10], [[3, 4], [5, 6]])


def test_files_of_both_kinds_give_them_back():
    whole = merged([some([3, 7, 3], [0, 0, 1], range(9))])
    again = tree.restore(tree.unpack(tree.pack(tree.flatten({"weights": whole}))))["weights"]
    read = file.read(file.record(whole, Known), Known)
    for found in (again, read):
        assert found.connections == whole.connections
        assert found.time.tolist() == whole.time.tolist()
        assert found.values.tolist() == whole.values.tolist()


def test_the_record_of_a_file_names_the_connection():
    record = file.record(some([3], [1], [1, 2, 3]), Known)
    assert record["t"] == [0, 5, 10]
    assert record["cell_3"] == [
        {"preGid": 0, "label": "b", "synMech": "exc", "sec": "soma", "loc": 0.0, "weight": [1, 2, 3]}
    ]


def test_files_without_weights_and_names_that_are_gone():
    assert file.read(None, Known) is None
    record = file.record(some([3], [1], [1, 2, 3]), Known)
    record["cell_3"][0]["label"] = "gone"
    assert file.read(record, Known).connections["rule"].tolist() == [-1]
