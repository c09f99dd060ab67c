"""What the command line's TARGET is: a script, a saved file, an index of a model, or a folder with one."""

import contextlib
import io
import runpy
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NoReturn

from netspec.errors import FileError, StateError

DATA = (".json", ".pkl", ".dpk", ".h5", ".hdf5")
SCRIPTS = ("run.py", "init.py")
"""What a model folder without an index is run by."""


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
                f"{path}: a model folder has index.npjson or one of {', '.join(SCRIPTS)}; this one has none"
            )
        return found
    if not path.is_file():
        raise FileError(f"{path}: no such file or folder")
    if path.suffix not in (".py", ".npjson", ".np", *DATA):
        raise FileError(f"{path}: expected a .py, .npjson, {', '.join(DATA)} file or a folder")
    return path


def run(path: Path, arguments: Sequence[str]) -> None:
    """Run what a target says, in this process."""
    if path.suffix == ".py":
        _run_script(path, arguments)
        return
    from netspec import sim

    net_params, sim_config = _read(path)
    sim.createSimulateAnalyze(net_params, sim_config)


def dictionaries(path: Path, arguments: Sequence[str] = ()) -> tuple[Any, Any]:
    """(netParams, simConfig) of a target; a script runs until it has them, without NEURON and MPI."""
    return _of_script(path, arguments) if path.suffix == ".py" else _read(path)


class _Caught(BaseException):  # noqa: N818  (no error, and not for a script's `except Exception`)
    """A script has handed over its dictionaries."""

    def __init__(self, net_params: Any, sim_config: Any):
        self.dictionaries = net_params, sim_config


def _of_script(path: Path, arguments: Sequence[str]) -> tuple[Any, Any]:
    with _stopped_before_planning(), contextlib.redirect_stdout(io.StringIO()):
        try:
            _run_script(path, arguments)
        except _Caught as caught:
            return caught.dictionaries
    raise StateError(
        f"{path}: the script ended without making a network by netspec.run or one of sim's verbs"
    )


@contextlib.contextmanager
def _stopped_before_planning() -> Iterator[None]:
    """While scripts stop where their dictionaries would be checked."""
    from netspec.session import prepare, stages

    def stop(net_params: Any, sim_config: Any, *rest: Any, **more: Any) -> NoReturn:
        raise _Caught(net_params, sim_config)

    real = prepare.prepare, stages.Session.start
    prepare.prepare = stop
    stages.Session.start = lambda self: None  # type: ignore[method-assign]
    try:
        yield
    finally:
        prepare.prepare, stages.Session.start = real  # type: ignore[method-assign]


def _run_script(path: Path, arguments: Sequence[str]) -> None:
    """As `python path arguments` would."""
    sys.argv = [str(path), *arguments]
    sys.path[0] = str(path.resolve().parent)
    runpy.run_path(str(path), run_name="__main__")


def _read(path: Path) -> tuple[Any, Any]:
    from netspec.session import loading

    if path.suffix in (".npjson", ".np"):
        sim_config, net_params = loading.model(path)
        return net_params, sim_config
    return loading.params(path), loading.config(path)
