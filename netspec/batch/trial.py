"""What a simulation sees of the trial that it belongs to: its parameters, where to save, whom to tell."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from netspec.errors import Problem, SpecError, StateError, did_you_mean
from netspec.formats.files import whole
from netspec.neuron.ranks import number
from netspec.session.containers import Dict
from netspec.spec.raw import put

VARIABLE = "NETSPEC_TRIAL"
"""Environment variable with the folder of the trial."""
SETTINGS, ASKED, REPORTS, RESULT, RESULTS = "params.json", "asked", "reports", "result.json", "results.h5"


def folder() -> Path | None:
    """The folder of the trial that this process belongs to; None outside a study."""
    found = os.environ.get(VARIABLE)
    return Path(found) if found else None


def params() -> dict[str, Any]:
    """Label -> value of this trial's parameters; nothing outside a study."""
    for root in ("simConfig", "netParams"):
        _asked(root)
    return dict(_settings().get("point", {}))


def apply(netParams: Any = None, simConfig: Any = None, force: bool = False) -> None:
    """Write the trial's values to their places in netParams and simConfig; nothing outside a study.

    force: an attribute that simConfig does not have yet is made.
    """
    settings = _settings()
    problems = []
    for root, place in (("simConfig", simConfig), ("netParams", netParams)):
        if place is None or not settings:
            continue
        _asked(root)
        for (head, *steps), value in settings["places"]:
            if head == root == "simConfig":
                _open(place, steps)
            wrong = _put(place, steps, value, force) if head == root else ""
            if wrong:
                problems.append(Problem(".".join(map(str, (root, *steps))), wrong))
    if problems:
        raise SpecError(problems)
    if settings and simConfig is not None:
        simConfig["saveFolder"], simConfig["simLabel"] = settings["save_folder"], settings["label"]


def _open(config: Any, steps: list[Any]) -> None:
    """Make what is missing below an attribute of simConfig that is a specs.Dict, as in NetPyNE."""
    at = config.get(steps[0]) if len(steps) > 1 and hasattr(config, "get") else None
    for step in steps[1:]:
        if not isinstance(at, Dict):
            return
        at = at.setdefault(step, None if step is steps[-1] else type(at)())


def _put(place: Any, steps: list[Any], value: Any, force: bool) -> str:
    """Set a nested value: nothing, or why there is no such place. Steps into lists may be text."""
    at, walked = place, []
    for step in steps[:-1]:
        step = int(step) if isinstance(at, list | tuple) and str(step).isdigit() else step
        walked.append(step)
        try:
            at = at[step]
        except (KeyError, IndexError, TypeError):
            break
    last = steps[-1]
    if isinstance(at, list):
        last = int(last)
    elif not force and hasattr(at, "keys") and last not in at and len(walked) == len(steps) - 1:
        return f"there is no {last!r}. {did_you_mean(last, at.keys())}"
    return put(place, [*walked, *steps[len(walked) : -1], last], value)


def report(step: int, value: float) -> None:
    """Tell how good the trial is so far, such as after each window; it may be ended for that."""
    _alone(REPORTS, json.dumps([int(step), float(value)]))


def result(values: Any) -> None:
    """Hand in what came out: a mapping of numbers (or anything for JSON), or Results, which are kept whole.

    Outside a study nothing is done, so that a script can be run by itself.
    """
    place = folder()
    if place is None or number() != 0:
        return
    if hasattr(values, "spikes") and hasattr(values, "save"):
        values.save(place / RESULTS)
        return
    if isinstance(values, str):
        values = json.loads(values)
    found = dict(values.items() if hasattr(values, "items") else {"value": values}.items())
    with whole(place / RESULT) as part:
        part.write_text(json.dumps(plain(found)), encoding="utf-8")


def plain(value: Any) -> Any:
    """The same without arrays and tuples, for JSON."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value.tolist() if hasattr(value, "tolist") else value


def _settings() -> dict[str, Any]:
    place = folder()
    if place is None:
        return {}
    try:
        found: dict[str, Any] = json.loads((place / SETTINGS).read_text(encoding="utf-8"))
    except OSError as error:
        raise StateError(f"{VARIABLE} names {place}, where there is no {SETTINGS}") from error
    return found


def _asked(root: str) -> None:
    """Note that the values for simConfig or netParams were fetched: a study fails whose script never does."""
    _alone(ASKED, root)


def _alone(name: str, line: str) -> None:
    place = folder()
    if place is not None and number() == 0:
        with (place / name).open("a", encoding="utf-8") as file:
            file.write(line + "\n")
