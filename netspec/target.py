"""What the command line's TARGET is: a script, a saved file, an index of a model, or a folder with one."""

import contextlib
import io
import runpy
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NoReturn

from netspec.errors import FileError, SpecError, StateError

if TYPE_CHECKING:
    from netspec.model import Model

DATA = (".json", ".pkl", ".dpk", ".h5", ".hdf5", ".html")
INDEX = (".npjson", ".np")
NEUROML = (".nml", ".xml", ".nml.h5")
EXPERIMENT = (".yaml", ".yml")
SCRIPTS = ("run.py", "init.py")
"""What a model folder without an index is run by."""


@dataclass(frozen=True)
class Dictionaries:
    """What a target describes. mods: folders of its mod files."""

    net_params: Any
    sim_config: Any
    mods: tuple[Path, ...]


def find(path: Path) -> Path:
    """The file that a target stands for; FileError if there is none."""
    if path.is_dir():
        candidates = [
            path / "index.npjson",
            *sorted(path.glob("*.npjson")),
            *(path / name for name in SCRIPTS),
        ]
        found = next((candidate for candidate in candidates if candidate.is_file()), None)
        if found is None:
            raise FileError(
                f"{path}: a model folder has index.npjson, {' or '.join(SCRIPTS)}; this one has none"
            )
        return found
    if not path.is_file():
        raise FileError(f"{path}: no such file or folder")
    if path.suffix not in (".py", *INDEX, *DATA) and not is_neuroml(path):
        known = ", ".join((".py", *INDEX, *DATA, *NEUROML))
        raise FileError(f"{path}: expected a folder or a file that ends in {known}")
    return path


def is_neuroml(path: Path) -> bool:
    """Whether a file is of NeuroML or LEMS, or a YAML experiment, by its name."""
    return path.name.endswith((*NEUROML, *EXPERIMENT))


def check_neuroml(path: Path) -> str:
    """What is odd in a NeuroML or LEMS file, and that it is right; SpecError with every mistake if not."""
    from netspec.formats import experiment
    from netspec.lems import check

    findings = experiment.resolved(path).findings if path.suffix in EXPERIMENT else check.check(path)
    if findings.problems:
        raise SpecError(findings.problems)
    notes = [f"note: {note}" for note in findings.notes]
    return "\n".join([*notes, f"{path}: no problem in {findings.components} components"])


def run_reference(path: Path) -> str:
    """Step a LEMS file or a YAML experiment as the reference simulator does; what was written, from here."""
    from netspec.formats import experiment
    from netspec.lems import reference

    output = experiment.run(path) if path.suffix in EXPERIMENT else reference.run(path)
    return "\n".join([f"{len(output.times) - 1} steps", *(f"wrote {place}" for place in output.written)])


def run(path: Path, arguments: Sequence[str]) -> None:
    """Run what a target says, in this process."""
    if path.suffix == ".py":
        _run_script(path, arguments)
        return
    from netspec import sim
    from netspec.neuron import mechanisms

    found = dictionaries(path)
    mechanisms.load(found.mods)
    sim.createSimulateAnalyze(found.net_params, found.sim_config)


def dictionaries(path: Path, arguments: Sequence[str] = ()) -> Dictionaries:
    """What a target describes; a script runs until it has said it, without NEURON and MPI."""
    from netspec.session import circuits, loading

    if path.suffix == ".py":
        return _of_script(path, arguments)
    if is_neuroml(path):
        return Dictionaries(*circuits.neuroml(path))
    if circuits.is_config(path):
        return Dictionaries(*circuits.read(path))
    if path.suffix in INDEX:
        folder, index = loading.index_of(path)
        sim_config, net_params = loading.model(path, load_mechanisms=False)
        return Dictionaries(net_params, sim_config, _existing(folder / index.get("mod_folder", "mod")))
    return Dictionaries(loading.params(path), loading.config(path), _beside(path))


def checked(found: Dictionaries) -> "Model":
    """The model. SpecError with every mistake; those that need no NEURON are found before it is loaded."""
    _read(found)
    from netspec.session.prepare import prepare

    return prepare(found.net_params, found.sim_config, list(found.mods))


def _read(found: Dictionaries) -> None:
    from netspec.neuron import mod_files
    from netspec.plan.rules import RULES
    from netspec.plots import entries
    from netspec.spec import read, vocabulary

    own = [mod.name for mod in mod_files.find(found.mods) if mod.kind == "artificial cell"]
    plots = {name: entry.arguments for name, entry in entries().items()}
    artificial = [*vocabulary.ARTIFICIAL, *own]
    read.read(found.net_params, found.sim_config, artificial=artificial, known_analysis=plots, rules=RULES)


class _Caught(BaseException):  # noqa: N818  (no error, and not for a script's `except Exception`)
    """A script has handed over its dictionaries."""

    def __init__(self, dictionaries: Dictionaries):
        self.dictionaries = dictionaries


def _beside(path: Path) -> tuple[Path, ...]:
    """The folders of mod files of the working directory and of a file's."""
    from netspec.neuron import mod_files

    places = dict.fromkeys([Path().resolve(), path.resolve().parent])
    exported = path.resolve().parent / "components" / "mechanisms" / "modfiles"
    return (*(found for found in map(mod_files.folder, places) if found), *_existing(exported))


def _existing(*folders: Path) -> tuple[Path, ...]:
    return tuple(folder for folder in dict.fromkeys(folders) if folder.is_dir())


def _of_script(path: Path, arguments: Sequence[str]) -> Dictionaries:
    with _stopped_before_planning(path), contextlib.redirect_stdout(io.StringIO()):
        try:
            _run_script(path, arguments)
        except _Caught as caught:
            return caught.dictionaries
    raise StateError(f"{path}: the script ended without making a network by netspec.run or a verb of sim's")


@contextlib.contextmanager
def _stopped_before_planning(path: Path) -> Iterator[None]:
    """While scripts stop where their dictionaries would be read."""
    import netspec
    from netspec import native
    from netspec.session.stages import Session

    def stop(net_params: Any, sim_config: Any = None, *, mod: Any = None) -> NoReturn:
        mods = _beside(path) if mod is None else _existing(*native.folders(mod))
        raise _Caught(Dictionaries(net_params, native.named(sim_config), mods))

    def stop_session(session: Session, net_params: Any, sim_config: Any, net: Any) -> NoReturn:
        raise _Caught(Dictionaries(net_params, sim_config, _beside(path)))

    def start(session: Session) -> None:
        session.ranks = SimpleNamespace(rank=0, size=1, barrier=lambda: None)

    replaced: list[tuple[Any, str, Any]] = [(netspec, "run", stop), (netspec, "plan", stop)]
    replaced += [(Session, "initialize", stop_session), (Session, "start", start)]
    with contextlib.ExitStack() as stack:
        for owner, name, stand_in in replaced:
            stack.callback(setattr, owner, name, getattr(owner, name))
            setattr(owner, name, stand_in)
        yield


def _run_script(path: Path, arguments: Sequence[str]) -> None:
    """As `python path arguments` would."""
    sys.argv = [str(path), *arguments]
    sys.path[0] = str(path.resolve().parent)
    runpy.run_path(str(path), run_name="__main__")
