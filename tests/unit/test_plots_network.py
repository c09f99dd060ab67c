import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from plan_nets import cell, net, planned

from netspec import plots
from netspec.errors import NetspecWarning, SpecError
from netspec.plan import Recordings, TraceBlock
from netspec.plots.shape import outline, seen_from
from netspec.results import Results
from netspec.tables import Table


def _results(rule=None, duration=20, **more):
    ends = {"preConds": {"pop": "A"}, "postConds": {"pop": "B"}, "synMech": "exc"}
    rules = {"r": {**ends, "synsPerConn": 2, "sec": "dend", "weight": 0.5, **(rule or {})}}
    secs = cell()["secs"]
    secs["dend"]["weightNorm"] = [1.0, 2.0, 4.0]
    secs["axon"] = {
        "geom": {"L": 50, "diam": 1, "nseg": 2},
        "topol": {"parentSec": "soma", "parentX": 0.0, "childX": 0.0},
    }
    plan = planned(
        {**net(), "connParams": rules, "cellParams": {"P": {"secs": secs}}, **more}, duration=duration
    )
    return Results(plan)


def test_logarithms_are_of_every_feature():
    for feature in ("weight", "numConns", "probability"):
        plain = plots.draw(_results(), "plotConn", feature=feature)[1]["connMatrix"]
        logs = plots.draw(_results(), "plotConn", feature=feature, logPlot=True)[1]["connMatrix"]
        np.testing.assert_allclose(10 ** logs[plain > 0], plain[plain > 0])
        assert np.isnan(logs[plain == 0]).all()


def test_numbers_stand_in_small_matrices_only():
    few = plots.draw(_results(), "plotConn", feature="numConns")[0]
    assert [text.get_text() for text in few.axes[0].texts] == ["24"]
    many = plots.draw(_results(), "plotConn", feature="numConns", groupBy="y", **_width(3))[0]
    assert not many.axes[0].texts


def _width(um):
    return {"groupByIntervalPre": um, "groupByIntervalPost": um}


def test_matrix_by_a_tag_that_is_a_word():
    found = plots.draw(_results(), "plotConn", feature="numConns", groupBy="cellType")[1]
    assert (found["pre"], found["connMatrix"].tolist()) == (["P"], [[24]])
    with pytest.raises(SpecError, match="'cellType'"):
        plots.draw(_results(), "plotConn", groupBy="celltype", feature="weight")


def test_weights_without_norm():
    found = plots.draw(_results(), "plotConn", feature="weight")[1]["connMatrix"][0, 1]
    plain = plots.draw(_results(), "plotConn", feature="weight", removeWeightNorm=True)[1]["connMatrix"]
    assert plain[0, 1] == pytest.approx(0.5)
    assert found != pytest.approx(0.5)


@pytest.fixture
def lists(tmp_path):
    """Files of tags and connections."""
    tags = {"format": ["pop", "x", "y", "z"], "0": ["A", 1, 2, 3], "1": ["A", 4, 5, 6], "7": ["B", 7, 8, 9]}
    conns = {"format": ["preGid", "synMech", "weight", "delay"], "0": [], "1": [[7, "exc", 0.5, 2]]}
    conns["7"] = [[0, "exc", 0.1, 1], [0, "inh", 0.3, 3], [1, "exc", 0.2, 2], ["NetStim", "exc", 9, 9]]
    for name, content in (("tags", tags), ("conns", conns)):
        (tmp_path / f"{name}.json").write_text(json.dumps({name: content}))
    return {f"{name}File": str(tmp_path / f"{name}.json") for name in ("tags", "conns")}


def test_matrix_of_files(lists):
    found = plots.draw(_results(), "plotConn", feature="weight", **lists)[1]
    assert found["connMatrix"] == pytest.approx(np.array([[0, 0.2], [0.5, 0]]))
    found = plots.draw(_results(), "plotConn", feature="numConns", synMech="exc", synOrConn="conn", **lists)[
        1
    ]
    assert found["connMatrix"].tolist() == [[0, 2], [1, 0]]


def test_places_of_files(lists):
    found = plots.draw(_results(), "plot2Dnet", view="xz", tagsFile=lists["tagsFile"])[1]
    assert found["posX"].tolist() == [1, 4, 7]
    assert found["posY"].tolist() == [3, 6, 9]


def test_film_of_firing(tmp_path):
    spikes = Table({"time": np.array([0.0, 4.9, 5.0, 12.0, 19.9]), "gid": np.array([0, 1, 2, 1, 6])})
    ran = replace(_results(), spikes=spikes)
    arguments = {"spikeBin": 5, "figSize": (2, 2), "dpi": 40}
    _, found = plots.draw(ran, "plot2Dfiring", saveFig=str(tmp_path / "film.png"), **arguments)
    assert found["frames"].tolist() == [0, 5, 10, 15]
    assert [cells.tolist() for cells in found["firing"]] == [[0, 1], [2], [1], [6]]
    with Image.open(tmp_path / "film.gif") as film:
        assert film.n_frames == 4
    _, some = plots.draw(ran, "plot2Dfiring", include=["A"], timeRange=[5, 15], **arguments)
    assert [cells.tolist() for cells in some["firing"]] == [[2], [1]]
    with pytest.raises(SpecError, match="spikeBin"):
        plots.draw(ran, "plot2Dfiring", spikeBin=0)


def test_synapses_per_segment_are_counted():
    ran = _results()
    figure, found = plots.draw(ran, "plotShape", includePost=["B"], cvar="numSyns", includePre=[0, 1])
    counts = dict(zip(found["segments"], found["cvals"], strict=True))
    assert sum(counts.values()) == 2 * 2 * 3
    assert counts[4, "dend", 0] == counts[4, "dend", 2] == 2
    assert counts[4, "dend", 1] == counts[4, "soma", 0] == 0
    assert len(found["segments"]) == 3 * (1 + 3 + 2)
    assert figure.axes[1].get_ylabel() == "synapses per segment"
    assert plots.draw(ran, "plotShape", cvar="numSyns", includePre=["B"])[1]["cvals"].sum() == 0


def test_weight_factors_of_segments():
    _, found = plots.draw(_results(), "plotShape", includePost=[0], cvar="weightNorm", includeAxon=False)
    np.testing.assert_array_equal(found["cvals"], [np.nan, 1, 2, 4])


def test_recorded_voltages():
    block = TraceBlock("V_dend", "segment", "v", np.array([0, 1]), "dend", 0.5)
    ran = _results()
    ran = replace(ran, plan=replace(ran.plan, recordings=Recordings(traces=(block,))))
    with pytest.raises(SpecError, match="recordTraces"):
        plots.draw(ran, "plotShape", cvar="voltage")
    ran = replace(ran, traces={"V_dend": {0: np.array([-65.0, -50.0]), 1: np.array([-65.0, -70.0])}})
    _, found = plots.draw(ran, "plotShape", cvar="voltage", includePost=[1, 2])
    known = dict(zip(found["segments"], found["cvals"], strict=True))
    assert known[1, "dend", 1] == -70
    assert np.isnan([value for place, value in known.items() if place != (1, "dend", 1)]).all()


def test_values_of_the_user():
    figure, found = plots.draw(
        _results(), "plotShape", includePost=[0], cvals=[1, 2, 3, 4, 5, 6], clim=[0, 9]
    )
    assert found["cvals"].tolist() == [1, 2, 3, 4, 5, 6]
    assert figure.axes[0].collections[0].get_clim() == (0, 9)
    with pytest.raises(SpecError, match="2 values for 6 segments"):
        plots.draw(_results(), "plotShape", includePost=[0], cvals=[1, 2])


def test_synapses_and_electrodes_are_marked():
    ran = _results()
    simulation = replace(ran.plan.model.spec.simulation, record_lfp=[[10, 20, 30], [10, 60, 30]])
    model = replace(ran.plan.model, spec=replace(ran.plan.model.spec, simulation=simulation))
    ran = replace(ran, plan=replace(ran.plan, model=model))
    figure, _ = plots.draw(ran, "plotShape", includePost=[4], showSyns=True, showElectrodes=[1, "avg"])
    synapses, contact = figure.axes[0].lines
    x, y = (ran.plan.cells.table[axis][4] for axis in "xy")
    np.testing.assert_allclose(synapses.get_xdata(), x, atol=1e-4)
    assert sorted(np.unique(np.round(synapses.get_ydata() + y, 3))) == [45, 95]
    np.testing.assert_allclose(contact.get_xydata(), [[10, -60]])
    with pytest.raises(SpecError, match="no electrode 2"):
        plots.draw(ran, "plotShape", showElectrodes=[2])


def test_windows_of_interviews_are_not_drawn():
    with pytest.warns(NetspecWarning, match="InterViews"):
        plots.draw(_results(), "plotShape", includePost=[0], iv=True)
    with pytest.raises(SpecError, match="'numSyns'"):
        plots.draw(_results(), "plotShape", cvar="numSyn")


def test_cylinders_keep_their_size_from_every_side():
    ends = np.array([[[0.0, 0, 0], [0, 10, 0]]])
    for elev, azim, height in ((90, -90, 10), (0, -90, 4), (30, -90, 10 * 0.5 + 4 * np.sqrt(0.75))):
        corners = outline(ends @ seen_from(elev, azim), np.array([4.0]), ends)[0]
        assert np.ptp(corners[:, 0]) == pytest.approx(4)
        assert np.ptp(corners[:, 1]) == pytest.approx(height)
