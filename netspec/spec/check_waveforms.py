"""Whether stimuli that are values are right where they are used: what they drive, and in which unit."""

from collections.abc import Mapping
from typing import Any

from netspec.errors import SpecError
from netspec.spec.check_values import Findings, in_range, one_of, positive, unknown, unknown_keys
from netspec.spec.facts import Facts
from netspec.spec.findings import Finding, Path, spell
from netspec.spec.kinds import is_integer, is_number, shown
from netspec.spec.network import StimulusTarget
from netspec.spec.waveform import CLAMPS, KEYS, drive
from netspec.stimulus import Stimulus, from_plain

PLACES = ("clamp", "mech", "synMech")
ONE_STEP = "a waveform needs one time step for all cells; leave use_local_dt False."


def waveform(params: Mapping[str, Any], facts: Facts, path: Path) -> Findings:
    """What is wrong with a source of type Waveform."""
    yield from unknown_keys(params, KEYS, path)
    places = [name for name in PLACES if params.get(name) is not None]
    if len(places) > 1:
        yield Finding((*path, places[1]), f"a waveform drives one thing; there is {places[0]!r} already.")
        return
    wrong = [*_place(params, facts, path)]
    yield from wrong
    if facts.spec.simulation.use_local_dt:
        yield Finding((*path, "type"), ONE_STEP)
    if "seed" in params and not is_integer(params["seed"]):
        yield Finding((*path, "seed"), f"expected an integer, got {shown(params['seed'])}.")
    if "stimulus" not in params:
        yield Finding((*path, "stimulus"), "required, but missing.")
    elif not wrong:
        yield from stimulus(params["stimulus"], drive(params).unit, facts, (*path, "stimulus"))


def _place(params: Mapping[str, Any], facts: Facts, path: Path) -> Findings:
    """What is driven."""
    driven = next((name for name in ("mech", "synMech") if params.get(name) is not None), None)
    if driven is None:
        if params.get("clamp") is not None:
            yield from one_of(params["clamp"], CLAMPS, (*path, "clamp"))
        if "var" in params:
            yield Finding((*path, "var"), "of what? A variable needs 'mech' or 'synMech'.")
        if "rs" in params and params.get("clamp") != "SEClamp":
            yield Finding((*path, "rs"), "only an SEClamp has it: clamp 'SEClamp'.")
        elif "rs" in params and not is_number(params["rs"]):
            yield Finding((*path, "rs"), f"expected a number, got {shown(params['rs'])}.")
        yield from in_range(params.get("rs"), positive, (*path, "rs"))
        return
    if not isinstance(params.get("var"), str):
        yield Finding((*path, "var"), f"required: the name of a variable of this {driven}.")
    known = facts.spec.network.synapses
    if driven == "synMech" and params["synMech"] not in known:
        yield unknown(params["synMech"], known, (*path, "synMech"), "synMechParams has no entry")


def stimulus(given: Any, unit: str | None, facts: Facts, path: Path) -> Findings:
    """What is wrong with a stimulus, or with the units in it."""
    try:
        from_plain(given, spell(path)).samples(facts.spec.simulation.dt, facts.spec.simulation.dt, unit=unit)
    except SpecError as error:
        for problem in error.problems:
            rest = problem.path.removeprefix(spell(path)).lstrip(".")
            yield Finding(path, _sentence(f"{rest}: {problem.message}" if rest else problem.message))
    except (TypeError, ValueError) as error:
        yield Finding(path, _sentence(str(error)))


def _sentence(text: str) -> str:
    return text if text.endswith((".", "?")) else f"{text}."


def target(given: StimulusTarget, path: Path) -> Findings:
    """What is wrong with a target of a waveform: it has a place, and nothing else."""
    for name in given.params:
        yield Finding((*path, name), "a Waveform takes its parameters from its source only.")
    for name, value in (
        ("weight", given.weight),
        ("delay", given.delay),
        ("synMech", given.syn_mech),
        ("synsPerConn", given.syns_per_conn),
    ):
        if value is not None:
            yield Finding((*path, name), "a Waveform ends on no connection and has none.")


def is_meant(value: Any) -> bool:
    """Whether a value is meant as a stimulus, right or wrong."""
    return isinstance(value, Stimulus | Mapping)


def rate(params: Mapping[str, Any], facts: Facts, path: Path) -> Findings:
    """What is wrong with a rate [Hz] that is a stimulus, of a NetStim or a VecStim."""
    yield from stimulus(params["rate"], "Hz", facts, (*path, "rate"))
    for name in ("interval", "noise", "start", "number", "spikePattern", "spkTimes"):
        if params.get(name) is not None:
            message = "a rate that is a stimulus says it all: spikes are a Poisson process of that rate."
            yield Finding((*path, name), message)
