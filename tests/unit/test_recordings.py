"""What is recorded where."""

import numpy as np
import pytest
from plan_nets import net

from netspec.errors import NetspecWarning, SpecError
from netspec.model import resolve
from netspec.plan import make
from netspec.plan.select import select
from netspec.spec.read import read


def whole(network, share=None, **options):
    return make.make(resolve(read(network, options)), share)


def recorded(traces, cells=("all",), connections=None, network=None, **options):
    network = network or net(connections)
    return whole(network, recordTraces=traces, recordCells=list(cells), **options).recordings


def test_a_variable_of_a_segment():
    (block,) = recorded({"V": {"sec": "dend", "loc": 0.7, "var": "v"}}, ["A"]).traces
    assert (block.kind, block.section, block.location, block.variable) == ("segment", "dend", 0.7, "v")
    assert block.gids.tolist() == [0, 1, 2, 3]


def test_cells_are_those_recorded_and_those_plotted():
    plotted = {"plotTraces": {"include": [("B", 1)]}}
    (block,) = recorded({"V": {"sec": "soma", "var": "v"}}, [0], analysis=plotted).traces
    assert block.gids.tolist() == [0, 5]


def test_conditions_leave_cells_out():
    (block,) = recorded({"V": {"sec": "soma", "var": "v", "conds": {"pop": "B"}}}).traces
    assert block.gids.tolist() == [4, 5, 6]


def test_owned_cells_only():
    network = net()
    options = {"recordTraces": {"V": {"sec": "soma", "var": "v"}}, "recordCells": ["all"]}
    plan = whole(network, lambda cells, templates: np.array([1, 4]), **options)
    assert plan.recordings.traces[0].gids.tolist() == [1, 4]


def test_a_mechanism_that_the_section_has():
    network = net()
    network["cellParams"]["P"]["secs"]["soma"]["mechs"] = {"hh": {}}
    (block,) = recorded({"m": {"sec": "soma", "mech": "hh", "var": "m"}}, network=network).traces
    assert (block.kind, block.name, block.variable) == ("mech", "hh", "m")


ALL = {"all": {"weight": 0.1}}


def test_a_synapse_is_recorded_where_there_are_enough():
    trace = {"sec": "soma", "loc": 0.5, "synMech": "exc", "var": "g", "index": 3}
    assert recorded({"g": trace}, connections=ALL).traces[0].gids.tolist() == [4, 5, 6]
    assert recorded({"g": {**trace, "index": 4}}, connections=ALL).traces[0].gids.tolist() == []


def test_all_synapses_of_a_label():
    rules = {"one": {"connList": [[0, 0], [1, 0]], "sec": "dend", "loc": [0.2, 0.8]}}
    blocks = recorded({"g": {"synMech": "exc", "var": "g"}}, connections=rules).traces
    assert [(block.key, block.location, block.index, block.gids.tolist()) for block in blocks] == [
        ("dend_0.2", 0.2, 0, [4]),
        ("dend_0.8", 0.8, 0, [4]),
    ]


def test_synapses_of_one_place_are_told_apart():
    rules = {"one": {"connList": [[0, 0], [1, 0], [2, 0]], "sec": "dend", "loc": 0.2}}
    blocks = recorded({"g": {"synMech": "exc", "var": "g"}}, connections=rules).traces
    assert [(block.key, block.index) for block in blocks] == [
        ("dend_0.2_2", 0),
        ("dend_0.2_1", 1),
        ("dend_0.2", 2),
    ]


def test_a_stimulus():
    network = net(
        stimSourceParams={"ic": {"type": "IClamp", "amp": 1}},
        stimTargetParams={"ic->A": {"source": "ic", "conds": {"pop": "A"}}},
    )
    (block,) = recorded({"i": {"sec": "soma", "stim": "ic->A", "var": "i"}}, network=network).traces
    assert block.gids.tolist() == [0, 1, 2, 3]


def test_a_variable_of_artificial_cells():
    network = net()
    network["popParams"]["F"] = {"cellModel": "IntFire1", "numCells": 2}
    recordings = recorded({"m": {"var": "m"}, "V": {"sec": "soma", "var": "v"}}, network=network)
    assert [(block.kind, block.gids.tolist()) for block in recordings.traces] == [
        ("point", [7, 8]),
        ("segment", list(range(7))),
    ]


def test_spikes_of_some_cells():
    assert recorded({}).spikes is None
    assert recorded({}, recordCellsSpikes=["B", 0]).spikes.tolist() == [0, 4, 5, 6]


@pytest.mark.parametrize(
    ("analysis", "stims"),
    [
        ({}, False),
        ({"plotRaster": {"include": ["all"]}}, True),
        ({"plotRaster": {"include": ["A"]}}, False),
        ({"plotSpikeHist": True}, True),
    ],
)
def test_pictures_that_show_stimuli_record_them(analysis, stims):
    assert recorded({}, analysis=analysis).stims is stims


@pytest.mark.parametrize(
    ("selector", "message"),
    [
        ("AA", "there is no population 'AA'"),
        (99, "there is no cell with gid 99; the last gid is 6"),
        (("A", 9), "population 'A' has 4 cells; there is no index 9"),
        (True, "expected a gid"),
        (0.5, "expected a gid"),
    ],
)
def test_selectors_that_mean_nobody(selector, message):
    cells = whole(net()).cells
    with pytest.raises(SpecError, match=message) as caught:
        select(["A", selector], cells, "simConfig.recordCells")
    assert [problem.path for problem in caught.value.problems] == ["simConfig.recordCells[1]"]


@pytest.mark.parametrize(
    ("selector", "chosen"),
    [
        ("all", range(7)),
        (2, [2]),
        ("B", [4, 5, 6]),
        (("B", 0), [4]),
        (("B", [0, 2]), [4, 6]),
        (["B", 0], [4]),
        (["B", "A"], range(7)),
    ],
)
def test_selectors(selector, chosen):
    assert select([selector], whole(net()).cells, "").tolist() == list(chosen)


def test_selectors_that_mean_nobody_are_doubts_when_not_strict():
    with pytest.warns(NetspecWarning, match=r"recordCells\[0\]"):
        assert select(["AA", "B"], whole(net()).cells, "recordCells", strict=False).tolist() == [4, 5, 6]
