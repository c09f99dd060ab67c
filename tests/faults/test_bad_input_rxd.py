"""Mistakes in rxdParams: one clear problem each, with its path, before anything is built."""

import copy

import pytest
from bad_input import NETWORK, REMOVE, SIMULATION, lenient, said, spoiled

REACTIONS = {
    "constants": {"kf": 1.0, "start": 0.1},
    "regions": {
        "cyt": {"cells": ["E"], "secs": ["soma"], "nrn_region": "i"},
        "er": {"cells": ["E"], "secs": ["soma"], "geometry": {"class": "FractionalVolume", "args": {}}},
        "border": {"cells": ["E"], "secs": "soma", "geometry": "membrane"},
    },
    "extracellular": {"xlo": 0, "ylo": 0, "zlo": 0, "xhi": 10, "yhi": 10, "zhi": 10, "dx": 5},
    "species": {
        "ca": {"regions": ["cyt", "er"], "d": 0.1, "charge": 2, "initial": "start if node.x < 0.5 else 0"},
        "buf": {"regions": "cyt", "initial": 0.1},
    },
    "states": {"gate": {"regions": "border", "initial": 0.5}},
    "parameters": {"level": {"regions": "cyt", "value": "start * node.x"}},
    "reactions": {"bind": {"reactant": "2 * ca + buf", "product": "buf", "rate_f": "kf * rxdmath.exp(-ca)"}},
    "multicompartmentReactions": {
        "leak": {"reactant": "ca[cyt]", "product": "ca[er]", "rate_f": 1, "membrane": "border"}
    },
    "rates": {"gating": {"species": "gate[border]", "rate": "level - gate[border]"}},
}
PATH = "netParams.rxdParams"

STOPS = {
    "not a dictionary": ([("", 5)], f"{PATH}: expected a dictionary, got 5 (int)."),
    "entry": ([("parameters.free", 3)], f"{PATH}.parameters['free']: expected a dictionary, got 3 (int)."),
    "no regions": (
        [("species.buf.regions", REMOVE)],
        f"{PATH}.species['buf'].regions: required, but missing.",
    ),
    "unknown region": (
        [("species.buf.regions", ["cty"])],
        f"{PATH}.species['buf'].regions: there is no region 'cty'. Did you mean 'cyt'?",
    ),
    "unknown population": (
        [("regions.cyt.cells", ["Ex"])],
        f"{PATH}.regions['cyt'].cells[0]: there is no population 'Ex'. Did you mean 'E'?",
    ),
    "side": (
        [("regions.cyt.nrn_region", "in")],
        f"{PATH}.regions['cyt'].nrn_region: expected 'i', 'o' or None, got 'in' (str).",
    ),
    "geometry": (
        [("regions.er.geometry.class", "FractionVolume")],
        f"{PATH}.regions['er'].geometry.class: there is no geometry 'FractionVolume'. "
        "Did you mean 'FractionalVolume'?",
    ),
    "argument of a geometry": (
        [("regions.er.geometry.args", {"volume_fractions": 0.2})],
        f"{PATH}.regions['er'].geometry.args.volume_fractions: FractionalVolume has no argument "
        "'volume_fractions'. "
        "Did you mean 'volume_fraction'?",
    ),
    "empty box": ([("extracellular.xhi", 0)], f"{PATH}.extracellular.xhi: must be above xlo (0), got 0."),
    "box without size": ([("extracellular.dx", REMOVE)], f"{PATH}.extracellular.dx: required, but missing."),
    "diffusion": ([("species.ca.d", -1)], f"{PATH}.species['ca'].d: expected 0 or more, got -1."),
    "unknown species in a reaction": (
        [("reactions.bind.reactant", "2 * ca + bufer")],
        f"{PATH}.reactions['bind'].reactant: unknown name 'bufer'. Did you mean 'buf'?",
    ),
    "unknown constant in a rate": (
        [("rates.gating.rate", "leve - gate[border]")],
        f"{PATH}.rates['gating'].rate: unknown name 'leve'. Did you mean 'level'?",
    ),
    "species elsewhere": (
        [("reactions.bind.rate_f", "buf[er]")],
        f"{PATH}.reactions['bind'].rate_f: 'buf' is not in region 'er': it is in 'cyt'.",
    ),
    "not a region": (
        [("reactions.bind.rate_f", "ca[buf]")],
        f"{PATH}.reactions['bind'].rate_f: there is no region 'buf'. ",
    ),
    "species in an initial value": (
        [("species.ca.initial", "buf * 2")],
        f"{PATH}.species['ca'].initial: the species 'buf' cannot be used here.",
    ),
    "not an expression": (
        [("rates.gating.rate", "gate[border] -")],
        f"{PATH}.rates['gating'].rate: cannot be understood: ",
    ),
    "code": (
        [("species.ca.initial", "__import__('os').system('true')")],
        f"{PATH}.species['ca'].initial: ",
    ),
    "ends of what is no box": (
        [("parameters.level.value", "node.x3d - cyt._xlo")],
        f"{PATH}.parameters['level'].value: 'cyt' is no extracellular space, which would have '_xlo'.",
    ),
    "hidden attribute": (
        [("species.ca.initial", "node.__class__")],
        f"{PATH}.species['ca'].initial: the attribute '__class__' cannot be used in 'node.__class__'.",
    ),
    "lambda": ([("rates.gating.rate", "lambda: 1")], f"{PATH}.rates['gating'].rate: "),
    "no membrane": (
        [("multicompartmentReactions.leak.membrane", REMOVE)],
        f"{PATH}.multicompartmentReactions['leak'].membrane: required, but missing: "
        "the region between the compartments.",
    ),
    "unknown membrane": (
        [("multicompartmentReactions.leak.membrane", "boder")],
        f"{PATH}.multicompartmentReactions['leak'].membrane: there is no region 'boder'. "
        "Did you mean 'border'?",
    ),
    "one name twice": (
        [("constants.ca", 1)],
        f"{PATH}.constants['ca']: 'ca' is in 'species' as well; expressions could mean either.",
    ),
    "one name for two species": (
        [("species.buf.name", "ca")],
        f"{PATH}.species['buf'].name: 'ca' has this name in region 'cyt' already.",
    ),
    "constant": (
        [("constants.kf", "much")],
        f"{PATH}.constants['kf']: expected a number or a list of numbers, got 'much' (str).",
    ),
    "charge": (
        [("species.ca.charge", "two")],
        f"{PATH}.species['ca'].charge: expected a number, got 'two' (str).",
    ),
}
RUNS_IN_NETPYNE = {
    "kind": ([("specie", {})], f"{PATH}.specie: unknown key. Did you mean 'species'?"),
    "key": (
        [("species.buf.initial", REMOVE), ("species.buf.inital", 0.1)],
        f"{PATH}.species['buf'].inital: unknown key. Did you mean 'initial'?",
    ),
    "key of a region": ([("regions.cyt.foo", 1)], f"{PATH}.regions['cyt'].foo: unknown key. Known: "),
    "section": (
        [("regions.cyt.secs", ["sma"])],
        f"{PATH}.regions['cyt'].secs: there is no section 'sma'. Did you mean 'soma'?",
    ),
    "shape": (
        [("regions.border.geometry", "membran")],
        f"{PATH}.regions['border'].geometry: expected one of 'inside', 'membrane', got 'membran'. "
        "Did you mean 'membrane'?",
    ),
}


def with_reactions(changes):
    network, simulation = spoiled("netParams", ("rxdParams", copy.deepcopy(REACTIONS)))
    place = network
    for path, value in changes:
        *steps, last = ["rxdParams", *(path.split(".") if path else [])]
        place = network
        for step in steps:
            place = place[step]
        if value is REMOVE:
            del place[last]
        else:
            place[last] = value
    return network, simulation


def test_the_reactions_are_right():
    assert said(*with_reactions([])) == ([], [])
    assert said(NETWORK, SIMULATION) == ([], [])


@pytest.mark.parametrize(("changes", "expected"), STOPS.values(), ids=STOPS)
def test_what_cannot_be_built_is_an_error_in_any_case(changes, expected):
    for look in (said, lenient):
        problems, _ = look(*with_reactions(changes))
        assert problems[0].startswith(expected), problems
        assert len(problems) == 1


@pytest.mark.parametrize(("changes", "expected"), RUNS_IN_NETPYNE.values(), ids=RUNS_IN_NETPYNE)
def test_what_netpyne_does_not_see_is_an_error_unless_lenient(changes, expected):
    problems, _ = said(*with_reactions(changes))
    assert len(problems) == 1
    assert problems[0].startswith(expected)
    problems, doubts = lenient(*with_reactions(changes))
    assert problems == []
    assert any(doubt.startswith(expected) for doubt in doubts)


def test_the_state_of_reactions_cannot_be_saved():
    net_params, sim_config = with_reactions([])
    problems, _ = said(net_params, {**sim_config, "checkpointEvery": 10})
    assert problems == [
        "simConfig.checkpointEvery: not possible with rxdParams: the state of what reacts and diffuses "
        "cannot be saved exactly."
    ]


def test_keys_without_a_meaning_are_doubtful():
    changes = [("regions.cyt.dimension", 1), ("reactions.bind.membrane", "border")]
    assert said(*with_reactions(changes)) == (
        [],
        [
            f"{PATH}.regions['cyt'].dimension: ignored, as in NetPyNE.",
            f"{PATH}.reactions['bind'].membrane: has a meaning in multicompartmentReactions only; ignored.",
        ],
    )
