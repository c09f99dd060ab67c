"""Masses and cells in one network: the same on any number of ranks, in any windows, on CoreNEURON."""

from pathlib import Path

import numpy as np
import pytest

import netspec
from netspec import cache

pytestmark = pytest.mark.neuron
SCRIPT = Path(__file__).with_name("masses_with_cells.py")


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """A function: (start, ranks, window [ms], engine) -> arrays of the run."""
    folder, kept = tmp_path_factory.mktemp("masses"), {}

    def run(start, ranks, window, engine="neuron"):
        key = (ranks, window, engine)
        if key not in kept:
            file = folder / f"{ranks}_{window}_{engine}.npz"
            done = start(ranks, SCRIPT, file, window, engine, cwd=folder, timeout=300)
            assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]
            with np.load(file) as found:
                kept[key] = dict(found)
        return kept[key]

    return run


@pytest.mark.parametrize(
    ("ranks", "window", "engine"),
    [
        *((1, window, "neuron") for window in (2.5, 1.0, 0.1)),
        *((2, 0.0, "neuron"), (3, 0.0, "neuron"), (3, 1.0, "neuron")),
        pytest.param(
            *(1, 2.5, "coreneuron"),
            marks=pytest.mark.skipif(cache.compiler() is None, reason="no compiler"),
        ),
    ],
)
def test_neither_windows_nor_ranks_matter(start, ran, ranks, window, engine):
    expected, found = ran(start, 1, 0.0), ran(start, ranks, window, engine)
    assert len(expected["time"]) > 50
    for name, values in expected.items():
        np.testing.assert_array_equal(found[name], values, err_msg=name)


def test_cells_drive_the_mass(tmp_path, monkeypatch):
    """Without the connection back, the mass does what it does alone."""
    import masses_with_cells as small

    monkeypatch.chdir(tmp_path)
    cfg = {**small.CFG, "duration": 50.0}
    connections = small.NET["connParams"]
    together = netspec.run(small.NET, cfg)
    one_way = netspec.run({**small.NET, "connParams": {"down": connections["down"]}}, cfg)
    alone = netspec.run({"popParams": {"wc": small.NET["popParams"]["wc"]}}, cfg)
    np.testing.assert_array_equal(one_way.masses["wc"]["exc"], alone.masses["wc"]["exc"])
    assert not np.array_equal(together.masses["wc"]["exc"], alone.masses["wc"]["exc"])
    assert one_way.masses["wc"]["exc"].shape == (1, 500)


def test_inputs_are_poisson_at_the_rate(tmp_path, monkeypatch):
    """A mass that stays at 1 gives each cell inputs x rate events a second, after the delay."""
    monkeypatch.chdir(tmp_path)
    steady = {
        "equations": "d_x = 0 * x + u",
        **{"states": {"x": [1, 1]}, "params": {}, "inputs": {"u": 0}, "couples": ["x", "u"]},
    }
    net = {
        "popParams": {
            "m": {"massModel": steady},
            "E": {"cellType": "cell", "numCells": 200},
        },
        "cellParams": {"cell": {"secs": {"soma": {"geom": {"L": 20, "diam": 20}}}}},
        "synMechParams": {"count": {"mod": "ExpSyn", "tau": 1e9}},
        "connParams": {
            "down": {
                "preConds": {"pop": "m"},
                "postConds": {"pop": "E"},
                **{"inputs": 4, "rate": 5, "weight": 1e-6, "delay": 10, "synMech": "count"},
            }
        },
    }
    trace = {"g": {"sec": "soma", "loc": 0.5, "synMech": "count", "var": "g"}}
    cfg = {"duration": 1010.0, "dt": 0.1, "recordStep": 1.0, "recordTraces": trace, "recordCells": ["E"]}
    results = netspec.run(net, cfg)
    counts = np.array([values for values in results.traces["g"].values()]) * 1e6
    # 4 x 5 Hz x 1 s: a mean of 20, whose deviation over 200 cells is sqrt(20 / 200).
    assert abs(counts[:, -1].mean() - 20) < 4 * np.sqrt(20 / 200)
    assert counts[:, -1].var() == pytest.approx(20, rel=0.4)
    assert not counts[:, results.time <= 10.0].any()
