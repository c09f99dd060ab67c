"""What a study is: its settings, checked all at once, and frozen as study.toml in the study's folder."""

import csv
import inspect
import json
import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from netspec import launch
from netspec.batch import space
from netspec.batch.searches import ENQUEUED, PRUNERS, known
from netspec.batch.space import Parameter, Point
from netspec.errors import FileError, Problem, SpecError, did_you_mean
from netspec.formats.files import existing, whole

FILE = "study.toml"
DIRECTIONS = ("minimize", "maximize")
SEED_PATHS = tuple(f"simConfig.seeds.{name}" for name in ("conn", "stim", "loc", "cell"))


@dataclass(frozen=True)
class Settings:
    """A study. script: what a trial runs, with `arguments`, on `ranks` processes, in `directory` or its own.

    launcher: what starts the ranks, such as 'srun --mpi=pmix'. fixed: path -> value for all trials.

    search: see `searches`; options: of its sampler. trials: how many (of a grid or list: all). points: of a
    list, or those that a sampler begins with. objectives: name in the result -> 'minimize' or 'maximize'.
    constraints: name in the result -> [low, high]. fitness: 'file.py:function'. seeds: each point runs once
    with each; the result is the mean. pruner: what ends hopeless trials. attempts: how often a point is
    begun, should its workers be killed. timeout: of a trial [s]. save_folder, label: where
    simulations of trials save and how their names begin; else in the trial's folder.
    """

    script: str = ""
    parameters: Mapping[Any, Any] = field(default_factory=dict)
    search: str = "grid"
    options: Mapping[str, Any] = field(default_factory=dict)
    arguments: tuple[str, ...] = ()
    directory: str | None = None
    fixed: Mapping[str, Any] = field(default_factory=dict)
    ranks: int = 1
    launcher: str = "mpiexec"
    trials: int | None = None
    points: Any = ()
    seed: int | None = None
    seeds: tuple[int, ...] = ()
    seed_paths: tuple[Any, ...] = SEED_PATHS
    objectives: Mapping[str, str] = field(default_factory=dict)
    constraints: Mapping[str, Any] = field(default_factory=dict)
    fitness: str | None = None
    pruner: str | None = None
    pruner_options: Mapping[str, Any] = field(default_factory=dict)
    attempts: int = 3
    timeout: float | None = None
    save_folder: str | None = None
    label: str = ""

    @property
    def space(self) -> list[Parameter]:
        """The parameters, those that others depend on first."""
        return space.read(self.parameters, "parameters")[0]

    @property
    def enqueued(self) -> bool:
        """Whether all points are known from the beginning."""
        return self.search in ENQUEUED

    def labels(self) -> list[str]:
        """Names of the known points: of a grid by the index of each value, of a list by row."""
        if self.search != "grid" or not self.label:
            return [f"{self.label}{i}" for i in range(len(self.all_points()))]
        values = {each.label: [repr(value) for value in space.listed(each)] for each in self.space}
        return [
            "_".join([self.label, *(str(values[name].index(repr(value))) for name, value in point.items())])
            for point in self.all_points()
        ]

    def all_points(self) -> list[Point]:
        """The points that are known from the beginning."""
        return (
            list(space.grid(self.space)) if self.search == "grid" else [dict(point) for point in self.points]
        )


DEFAULTS = {"launcher": Settings.launcher}
"""Of settings that earlier studies do not have."""


def checked(given: Mapping[str, Any], folder: Path) -> Settings:
    """Settings from a mapping; SpecError with every problem. Paths are taken relative to `folder`."""
    names = {each.name for each in fields(Settings)}
    problems = [Problem(key, f"unknown key. {did_you_mean(key, names)}") for key in given if key not in names]
    values: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value
        for key, value in given.items()
        if key in names
    }
    found = Settings(**values)
    if isinstance(found.points, str):
        values["points"] = tuple(points_of(folder / found.points))
        found = Settings(**values)
    problems += [problem for check in CHECKS for problem in check(found, folder)]
    if problems:
        raise SpecError(problems)
    return found


def points_of(path: Path) -> list[Point]:
    """The rows of a CSV file whose header has the parameters' labels; numbers and JSON are read as such."""
    with existing(path).open(newline="", encoding="utf-8") as file:
        return [{str(k).strip(): value_of(str(v)) for k, v in row.items()} for row in csv.DictReader(file)]


def value_of(text: str) -> Any:
    """A number or JSON as such, anything else as text."""
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text.strip()


def _check_script(settings: Settings, folder: Path) -> list[Problem]:
    if not settings.script:
        return [Problem("script", "missing: what a trial runs, such as 'run.py'")]
    path = located(folder, settings.script)
    return [] if path.is_file() else [Problem("script", f"{path}: no such file")]


def _check_search(settings: Settings, _: Path) -> list[Problem]:
    found = []
    names = [*ENQUEUED, *known()]
    if settings.search not in names and ":" not in settings.search:
        found.append(
            Problem("search", f"unknown: {settings.search!r}. {did_you_mean(settings.search, names)}")
        )
    elif not settings.enqueued:
        if not settings.trials or settings.trials < 1:
            found.append(Problem("trials", f"the search {settings.search!r} needs a number of trials"))
        if not settings.objectives and settings.search not in ("random", "qmc"):
            found.append(Problem("objectives", f"the search {settings.search!r} needs one"))
    if settings.search == "list" and not settings.points:
        found.append(Problem("points", "a list needs points: mappings of labels to values, or a CSV file"))
    if settings.pruner and settings.pruner not in PRUNERS:
        found.append(Problem("pruner", f"unknown. {did_you_mean(settings.pruner, PRUNERS)}"))
    if settings.pruner and len(settings.objectives) != 1:
        found.append(Problem("pruner", "trials can be ended early by one objective only"))
    if settings.search == "cmaes" and len(settings.objectives) > 1:
        found.append(Problem("search", "'cmaes' has one objective; use 'nsga2' or 'tpe'"))
    return found


def _check_parameters(settings: Settings, _: Path) -> list[Problem]:
    if not isinstance(settings.parameters, Mapping) or not settings.parameters:
        return [Problem("parameters", "expected a mapping of paths to values or ranges")]
    parameters, found = space.read(settings.parameters, "parameters")
    if settings.search == "grid" and not found:
        found += space.wrong_for_grid(parameters, "parameters")
    labels = {each.label for each in parameters}
    for i, point in enumerate(settings.points):
        for label in point if isinstance(point, Mapping) else [point]:
            if label not in labels:
                text = f"there is no parameter {label!r}. {did_you_mean(label, labels)}"
                found.append(Problem(f"points[{i}]", text))
    return found


def _check_values(settings: Settings, folder: Path) -> list[Problem]:
    found = []
    for name in ("ranks", "attempts"):
        if not isinstance(getattr(settings, name), int) or getattr(settings, name) < 1:
            found.append(Problem(name, "expected a whole number above 0"))
    if launch.wrong(settings.launcher):
        found.append(Problem("launcher", launch.wrong(settings.launcher)))
    for name, direction in settings.objectives.items():
        if direction not in DIRECTIONS:
            found.append(Problem(f"objectives.{name}", did_you_mean(direction, DIRECTIONS)))
    for name, limits in settings.constraints.items():
        if not isinstance(limits, list | tuple) or len(limits) != 2:
            found.append(Problem(f"constraints.{name}", "expected [low, high]"))
    if (
        settings.fitness
        and ":" in settings.fitness
        and not located(folder, settings.fitness.rpartition(":")[0]).is_file()
    ):
        found.append(Problem("fitness", f"{settings.fitness}: no such file; expected 'file.py:function'"))
    return found


CHECKS: tuple[Callable[[Settings, Path], list[Problem]], ...] = (
    _check_script,
    _check_search,
    _check_parameters,
    _check_values,
)


def located(folder: Path, text: str) -> Path:
    """The file or folder that 'relative|absolute' names: beside the study, else where it was at first."""
    near, _, far = text.partition("|")
    found = (folder / near).resolve()
    return found if found.exists() or not far else Path(far)


def freeze(settings: Settings, folder: Path, base: Path) -> None:
    """Write settings to the study's folder, with files that are found from there wherever it is moved."""
    with whole(folder / FILE) as part:
        part.write_text(_frozen(settings, folder, base), encoding="utf-8")


def changed(settings: Settings, folder: Path, base: Path) -> list[str]:
    """Names of settings that differ from those of the study's folder."""
    now, before = (
        tomllib.loads(_frozen(settings, folder, base)),
        DEFAULTS | tomllib.loads((folder / FILE).read_text("utf-8")),
    )
    for values in (now, before):
        for name in ("script", "fitness", "directory"):
            file, colon, function = values.get(name, "").partition(".py:")
            values[name] = f"{located(folder, file + '.py' if colon else file)}{colon}{function}"
    return sorted(name for name in {*now, *before} if now.get(name) != before.get(name))


def _frozen(settings: Settings, folder: Path, base: Path) -> str:
    values = {each.name: getattr(settings, each.name) for each in fields(settings)}
    values["script"] = _anchored(settings.script, folder, base)
    if settings.directory:
        values["directory"] = _anchored(settings.directory, folder, base)
    for name in ("fitness", "search"):
        file, colon, function = (values[name] or "").rpartition(":")
        if colon:
            values[name] = f"{_anchored(file, folder, base)}:{function}"
    values["parameters"] = {each.label: _plain(each) for each in settings.space}
    return toml(values)


def _plain(parameter: Parameter) -> dict[str, Any]:
    kept: dict[str, Any] = {"paths": [list(path) for path in parameter.paths]}
    if parameter.when:
        kept["when"] = dict(parameter.when)
    if parameter.group:
        kept["group"] = parameter.group
    if parameter.values is not None:
        return kept | {"values": list(parameter.values)}
    kept |= {name: getattr(parameter, name) for name in ("low", "high", "log", "integer")}
    return kept | ({"step": parameter.step} if parameter.step else {})


def _anchored(text: str, folder: Path, base: Path) -> str:
    path = located(base, text)
    return f"{os.path.relpath(path, folder.resolve())}|{path}"


def load(folder: Path) -> Settings:
    """The settings of a study's folder."""
    if not (folder / FILE).is_file():
        raise FileError(f"{folder}: no study there (no {FILE})")
    return checked(from_toml(folder / FILE), folder)


def from_toml(path: Path) -> dict[str, Any]:
    """The mapping in a TOML file."""
    try:
        found = tomllib.loads(existing(path).read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise FileError(f"{path}: {error}") from error
    return {key: _restored(value) for key, value in found.items()}


def _restored(value: Any) -> Any:
    if isinstance(value, dict):
        return None if value == {"none": True} else {key: _restored(item) for key, item in value.items()}
    return [_restored(item) for item in value] if isinstance(value, list) else value


def toml(values: Mapping[str, Any]) -> str:
    """Settings as TOML; None is left out at the top, and {none = true} inside."""
    rows = [f"{key} = {_inline(value)}" for key, value in values.items() if value not in (None, {}, (), [])]
    return "\n".join(rows) + "\n"


def _inline(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{json.dumps(str(k))} = {_inline(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_inline, value)) + "]"
    if hasattr(value, "tolist"):
        return _inline(value.tolist())
    if value is None:
        return "{none = true}"
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, bool | int | str):
        return json.dumps(value)
    raise SpecError([Problem(repr(value), f"a {type(value).__name__} cannot be kept in {FILE}")])


def reference(function: Callable[..., Any]) -> str:
    """'file.py:function' of a function that other processes can find, else its bare name."""
    path = inspect.getsourcefile(function)
    name = function.__qualname__
    plain = name.isidentifier() and path is not None and Path(path).is_file()
    return f"{path}:{name}" if plain else f"<{name}>"
