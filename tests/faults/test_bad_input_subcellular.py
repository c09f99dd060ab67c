"""Mistakes in subConnParams: one clear problem each, with its path, before anything is built."""

import pytest
from bad_input import REMOVE, lenient, said, spoiled
from test_bad_input_netparams import cases

LAYERS = {"type": "1Dmap", "gridY": [0, -50, -100], "gridValues": [0, 1, 0.5]}
PLANE = {"type": "2Dmap", "gridX": [-50, 50], "gridY": [0, -100], "gridValues": [[0, 1], [1, 0]]}
PLACE = {"type": "distance", "ref_sec": "soma", "target_distance": 50}
PATH = "netParams.subConnParams['E->I']"


def rule(density="uniform", **changed):
    """The changes that add a rule; density: of it."""
    whole = {
        "preConds": {"pop": "E"},
        "postConds": {"pop": "I"},
        "sec": "dend",
        "density": density,
        **changed,
    }
    kept = {name: value for name, value in whole.items() if value is not REMOVE}
    return [("subConnParams", {"E->I": kept})]


RUNS_IN_NETPYNE = {
    "subcellular: unknown key": (
        rule(dnsity="uniform"),
        f"{PATH}.dnsity: unknown key. Did you mean 'density'?",
    ),
    "subcellular: unknown key of a density": (
        rule({**LAYERS, "fixedSomaZ": 0}),
        f"{PATH}.density.fixedSomaZ: unknown key. Did you mean 'fixedSomaY'?",
    ),
    "subcellular: population": (
        rule(preConds={"pop": "Exx"}),
        f"{PATH}.preConds.pop: there is no population 'Exx'. Known: 'E', 'I'.",
    ),
    "subcellular: section": (
        rule(sec="dendd"),
        f"{PATH}.sec: the target cells have no section or secList 'dendd'. Did you mean 'dend'?",
    ),
    "subcellular: synMech": (
        rule(groupSynMechs=["exc", "ihn"]),
        f"{PATH}.groupSynMechs: synMechParams has no entry 'ihn'. Known: 'exc'.",
    ),
    "subcellular: coordinates": (
        rule({**PLACE, "coord": "cartesion"}),
        f"{PATH}.density.coord: expected 'cartesian', or nothing for distances along the tree, "
        "got 'cartesion'.",
    ),
}
STOPS = {
    "subcellular: no conditions": (rule(preConds=REMOVE), f"{PATH}.preConds: required, but missing."),
    "subcellular: no density": (rule(density=REMOVE), f"{PATH}.density: required, but missing."),
    "subcellular: no type": (rule({"gridY": [0, 1]}), f"{PATH}.density.type: required, but missing."),
    "subcellular: unknown density": (
        rule("yNorm"),
        f"{PATH}.density.type: expected one of 'uniform', '1Dmap', '2Dmap', 'distance', got 'yNorm'.",
    ),
    "subcellular: misspelt density": (
        rule({**LAYERS, "type": "1DMap"}),
        f"{PATH}.density.type: expected one of 'uniform', '1Dmap', '2Dmap', 'distance', got '1DMap'. "
        "Did you mean '1Dmap'?",
    ),
    "subcellular: density of another type": (rule(3), f"{PATH}.density: expected a dictionary, got 3 (int)."),
    "subcellular: no gridY": (
        rule({"type": "1Dmap", "gridValues": [1]}),
        f"{PATH}.density.gridY: required, but missing.",
    ),
    "subcellular: no gridX": (
        rule({**LAYERS, "type": "2Dmap"}),
        f"{PATH}.density.gridX: required, but missing.",
    ),
    "subcellular: no gridValues": (
        rule({"type": "1Dmap", "gridY": [0, 1]}),
        f"{PATH}.density.gridValues: required, but missing.",
    ),
    "subcellular: one point": (
        rule({**LAYERS, "gridY": [0]}),
        f"{PATH}.density.gridY: expected at least 2 different numbers, got [0] (list).",
    ),
    "subcellular: equal points": (
        rule({**PLANE, "gridX": [5, 5]}),
        f"{PATH}.density.gridX: expected at least 2 different numbers, got [5, 5] (list).",
    ),
    "subcellular: too few values": (
        rule({**LAYERS, "gridValues": [1, 2]}),
        f"{PATH}.density.gridValues: expected 3 values, one for each gridY, got 2.",
    ),
    "subcellular: too few columns": (
        rule({**PLANE, "gridValues": [[1, 2]]}),
        f"{PATH}.density.gridValues: expected 2 values, one for each gridX, got 1.",
    ),
    "subcellular: a short column": (
        rule({**PLANE, "gridValues": [[1, 2], [1]]}),
        f"{PATH}.density.gridValues[1]: expected 2 values, one for each gridY, got [1] (list).",
    ),
    "subcellular: values of a plane along a line": (
        rule({**LAYERS, "gridY": [0, 1], "gridValues": [[1, 2], [1, 2]]}),
        f"{PATH}.density.gridValues: expected numbers, got [[1, 2], [1, 2]] (list).",
    ),
    "subcellular: text in a grid": (
        rule({**LAYERS, "gridY": [0, "a", 2]}),
        f"{PATH}.density.gridY: expected a list of numbers, got [0, 'a', 2] (list).",
    ),
    "subcellular: reference section": (
        rule({**PLACE, "ref_sec": "somma"}),
        f"{PATH}.density.ref_sec: the target cells have no section 'somma'. Did you mean 'soma'?",
    ),
    "subcellular: reference location": (
        rule({**PLACE, "ref_seg": 1.5}),
        f"{PATH}.density.ref_seg: expected a number from 0 to 1, got 1.5.",
    ),
    "subcellular: distance": (
        rule({**PLACE, "target_distance": -5}),
        f"{PATH}.density.target_distance: expected 0 or more, got -5.",
    ),
}
DOUBTS = {
    "a group of one": (
        rule(groupSynMechs=["exc"]),
        f"{PATH}.groupSynMechs: ignored: a group has at least two synMechs.",
    ),
    "a key of another density": (
        rule({**PLACE, "gridY": [0, 1]}),
        f"{PATH}.density.gridY: ignored, because the density is 'distance'.",
    ),
}


@pytest.mark.parametrize("density", ["uniform", {"type": "uniform"}, LAYERS, PLANE, PLACE])
def test_right_rules_are_right(density):
    assert said(*spoiled("netParams", *rule(density))) == ([], [])


@cases(RUNS_IN_NETPYNE)
def test_what_netpyne_would_run_with_is_an_error_unless_lenient(changes, expected):
    problems, _ = said(*spoiled("netParams", *changes))
    assert problems == [expected]
    problems, doubts = lenient(*spoiled("netParams", *changes))
    assert problems == []
    assert any(doubt.startswith(expected) for doubt in doubts)


@cases(STOPS)
def test_what_stops_netpyne_is_an_error_in_any_case(changes, expected):
    for look in (said, lenient):
        problems, _ = look(*spoiled("netParams", *changes))
        assert expected in problems


@cases(DOUBTS)
def test_what_is_doubtful_is_a_warning(changes, expected):
    assert said(*spoiled("netParams", *changes)) == ([], [expected])
