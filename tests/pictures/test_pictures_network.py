"""Pictures of a network: what is drawn, pixel by pixel, for 1, 3 and 12 populations and several sizes."""

import numpy as np
import pytest

import netspec
from netspec import plots
from netspec.results import Results
from netspec.tables import Table

SMALL = {"figSize": (3.5, 3.0), "fontSize": 7, "dpi": 60}
LARGE = {"figSize": (7.2, 6.0), "fontSize": 10, "dpi": 60}


def _section(length, diam, nseg=5, parent=None, end=1.0, **more):
    topology = {"topol": {"parentSec": parent, "parentX": end, "childX": 0.0}} if parent else {}
    return {"geom": {"L": length, "diam": diam, "nseg": nseg}, **topology, **more}


def _network(populations, cells):
    names = [f"L{number}" for number in range(populations)]
    secs = {
        "soma": _section(25, 22, 1, weightNorm=[1.0]),
        "apical": _section(250, 4, 9, "soma", weightNorm=np.linspace(1, 4, 9).tolist()),
        "tuft1": _section(120, 2, 5, "apical"),
        "tuft2": _section(120, 2, 5, "apical"),
        "basal1": _section(100, 2, 5, "soma", 0.0),
        "basal2": _section(100, 2, 5, "soma", 0.0),
        "axon": _section(200, 1, 5, "soma", 0.5),
    }
    rule = {"synsPerConn": 5, "sec": ["apical", "tuft1", "tuft2", "basal1"], "delay": "1 + dist_3D/300"}
    rules = {
        f"{a}->{b}": {
            **rule,
            "preConds": {"pop": a},
            "postConds": {"pop": b},
            "probability": 0.3 / (1 + abs(i - j)),
            "weight": 0.001 * (1 + i),
            "synMech": ("exc", "GABA")[i % 2],
        }
        for i, a in enumerate(names)
        for j, b in enumerate(names)
    }
    return {
        "cellParams": {"P": {"secs": secs}},
        "popParams": {name: {"cellType": "P", "numCells": cells} for name in names},
        "synMechParams": {"exc": {"mod": "ExpSyn"}, "GABA": {"mod": "ExpSyn"}},
        "connParams": rules,
        **{"sizeX": 800, "sizeY": 600, "sizeZ": 800},
    }


def _results(populations=3, cells=6):
    config = {"duration": 100, "recordLFP": [[100, depth, 100] for depth in (100, 300, 500)]}
    rng = np.random.default_rng(1)
    times = np.sort(rng.uniform(0, 100, 60))
    spikes = Table({"time": times, "gid": rng.integers(0, populations * cells, 60)})
    return Results(netspec.plan(_network(populations, cells), config), spikes)


@pytest.mark.mpl_image_compare
@pytest.mark.parametrize("size", ["SMALL", "LARGE"])
@pytest.mark.parametrize("populations", [1, 3, 12])
def test_matrix(populations, size):
    return plots.draw(_results(populations, 4), "plotConn", feature="probability", **globals()[size])[0]


@pytest.mark.mpl_image_compare
@pytest.mark.parametrize("populations", [3, 12])
def test_bars(populations):
    style = {"feature": "convergence", "graphType": "bar"}
    return plots.draw(_results(populations, 4), "plotConn", **style, **LARGE)[0]


@pytest.mark.mpl_image_compare
@pytest.mark.parametrize(
    "how",
    [
        {"groupBy": "cell", "feature": "delay"},
        {"groupBy": "y", "feature": "numConns", "groupByIntervalPre": 50, "groupByIntervalPost": 100},
        {"feature": "weight", "logPlot": True},
    ],
    ids=["cells", "depth", "logarithms"],
)
def test_other_matrices(how):
    return plots.draw(_results(3, 10), "plotConn", **how, **LARGE)[0]


@pytest.mark.mpl_image_compare
@pytest.mark.parametrize("view", ["xy", "xz"])
@pytest.mark.parametrize("populations", [1, 12])
def test_places(populations, view):
    return plots.draw(_results(populations), "plot2Dnet", view=view, **SMALL)[0]


@pytest.mark.mpl_image_compare
def test_one_picture_of_a_film(tmp_path):
    return plots.draw(_results(), "plot2Dfiring", saveFig=str(tmp_path / "film.gif"), spikeBin=50, **LARGE)[0]


@pytest.mark.mpl_image_compare
@pytest.mark.parametrize(
    ("populations", "how"),
    [
        (1, {"includePost": [3], "cvar": "numSyns"}),
        (1, {"cvar": "weightNorm", "elev": 20, "azim": -60, "bkgColor": "0.95", "includeAxon": False}),
        (3, {"showSyns": True, "showElectrodes": True, "axisLabels": True}),
        (12, {}),
    ],
    ids=["synapses", "factors", "electrodes", "populations"],
)
@pytest.mark.parametrize("size", ["SMALL", "LARGE"])
def test_shapes(populations, how, size):
    return plots.draw(_results(populations, 4), "plotShape", **how, **globals()[size])[0]
