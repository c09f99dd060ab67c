from dataclasses import dataclass

import numpy as np
import pytest

from netspec.conditions import mask


@dataclass
class Cells:
    tags: dict

    @property
    def gids(self):
        return np.array([0, 1, 2, 10])

    def tag(self, name):
        return self.tags.get(name)

    def __len__(self):
        return 4


def column(*values):
    array = np.empty(len(values), object)
    array[:] = values
    return array


CELLS = Cells(
    {
        "pop": column("A", "A", "B", "C"),
        "cellType": column("PYR", "PYR", None, "INT"),
        "ynorm": np.array([0.2, 0.4, 0.3, np.nan]),
        "layer": column(2, 3.0, None, "5"),
        "label": column(["PYR"], ["PYR", "x"], [], None),
        "fraction": np.array([0.0, 0.5, np.nan, np.nan]),
        "flag": column(True, False, None, 1),
    }
)


def where(conds, closed):
    return np.flatnonzero(mask(conds, CELLS, closed=closed)).tolist()


BOTH = [True, False]


@pytest.mark.parametrize("closed", BOTH)
@pytest.mark.parametrize(
    ("conds", "rows"),
    [
        ({}, [0, 1, 2, 3]),
        ({"pop": "A"}, [0, 1]),
        ({"pop": ["A", "C"]}, [0, 1, 3]),
        ({"pop": ("A", "C")}, [0, 1, 3]),
        ({"pop": ["nobody"]}, []),
        ({"pop": []}, []),
        ({"pop": ["A", "B"], "cellType": "PYR"}, [0, 1]),
        ({"cellType": None}, [2]),
        ({"nobody has it": "A"}, []),
        ({"gid": [0, 10]}, [0, 3]),
        ({"gid": [0, 1, 10]}, [0, 1, 3]),
        ({"gid": 2}, [2]),
        ({"gid": range(1, 11)}, [1, 2, 3]),
        ({"gid": np.array([1])}, [1]),
        ({"layer": 3}, [1]),
        ({"layer": [3]}, [1]),
        ({"layer": ["5", "6"]}, [3]),
        ({"label": "PYR"}, [0, 1]),
        ({"label": ["x", "y"]}, [1]),
        ({"flag": True}, [0, 3]),
        ({"ynorm": 0.3}, [2]),
    ],
)
def test_values(conds, rows, closed):
    assert where(conds, closed) == rows


def test_intervals_of_coordinates():
    assert where({"ynorm": [0.2, 0.4]}, closed=True) == [0, 1, 2]
    assert where({"ynorm": [0.2, 0.4]}, closed=False) == [0, 2]
    assert where({"ynorm": (0.2, 0.4)}, closed=False) == [0, 2]


def test_two_numbers_of_another_tag_are_an_interval_for_cell_rules_only():
    assert where({"layer": [2, 4]}, closed=True) == [0, 1]
    assert where({"layer": [2, 4]}, closed=False) == [0]
    assert where({"fraction": [0.0 - 1e-12, 0.5 - 1e-12]}, closed=True) == [0]
