"""Cells of files -> entries of netParams. Another process, `netspec.neuron.templates`, reads the files."""

import itertools
import json
import logging
import os
import pickle
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from netspec import cache
from netspec.errors import FileError, Problem, SpecError, did_you_mean
from netspec.session.containers import ImportedGeometry

log = logging.getLogger("netspec")

CELL_FILES = (".hoc", ".tem", ".py", ".swc")
NETWORK_FILES = (".hoc", ".tem", ".py")
RANK_COUNTS = ("OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "PMIX_RANK", "MV2_COMM_WORLD_SIZE", "SLURM_STEP_NUM_TASKS")
"""Signs that this process is one of several which import the same."""
FORGOTTEN = 3600.0
"""After this time [s] the answers of a parallel job are removed."""
SHOWN = 15
"""Lines of a failing file's output that are shown."""

_IMPORTS = itertools.count()
"""Number of imports so far: ranks that run the same script ask for the same ones in the same order."""
_IMPORTS_MAIN = re.compile(r"^\s*(from|import)\s+__main__\b", re.MULTILINE)

Cell = dict[str, Any]


def cell(
    label: Any, file: Any, name: Any, args: Any, instance: bool = False, d_lambda: float | None = None
) -> Cell:
    """secs, secLists, globals and synMechs of a cell that a file describes."""
    path = f"netParams.importCellParams({label!r})"
    file = _module_file(file)
    _check_file(path, file, CELL_FILES)
    args = {} if args is None else args
    if not isinstance(args, Mapping | list | tuple):
        _refuse(path, f"cellArgs: expected a list or a dictionary, got {args!r}.")
    if not isinstance(name, str) and Path(file).suffix != ".swc":
        _refuse(path, f"cellName: expected the name of a template, class or function, got {name!r}.")
    if d_lambda is not None and not (isinstance(d_lambda, int | float) and d_lambda > 0):
        _refuse(path, f"dLambda: expected a positive number, got {d_lambda!r}.")
    args = dict(args) if isinstance(args, Mapping) else list(args)
    wanted = {"names": [name], "args": args, "instance": bool(instance), "d_lambda": d_lambda}
    return _asked(path, file, wanted)[0]


def cells_of_network(
    labels: Sequence[Any], conds: Sequence[Any], file: Any, names: Sequence[str]
) -> list[Cell]:
    """The same of cells that a network has. names: expressions for them in the network's own names."""
    path = f"netParams.importCellParamsFromNet({list(labels)!r})"
    _check_file(path, file, NETWORK_FILES)
    if not len(labels) == len(conds) == len(names):
        _refuse(path, f"{len(labels)} labels, but {len(conds)} conditions and {len(names)} cell names.")
    return _asked(path, file, {"names": list(names), "network": True})


def cells_of_calls(label: str, file: Path, name: str, each: Sequence[Any], mod: Sequence[Path]) -> list[Cell]:
    """The same of the cells that a function of a module returns for each of some arguments.

    label: what asks for them, for messages. mod: folders of mod files.
    """
    return _asked(label, file, {"names": [name], "each": list(each), "mod": list(map(str, mod))})


def centred(secs: Mapping[str, Cell]) -> None:
    """Move all 3-D points so that the middle one of the soma is the origin, if there is such a section."""
    soma = next((section for name, section in secs.items() if "soma" in name), None)
    points = soma["geom"].get("pt3d") if soma else None
    if not points:
        return
    x, y, z = points[len(points) // 2][:3]
    for section in secs.values():
        if "pt3d" in section["geom"]:
            moved = [(p[0] - x, p[1] - y, p[2] - z, p[3]) for p in section["geom"]["pt3d"]]
            section["geom"]["pt3d"] = moved


def _module_file(file: Any) -> Any:
    """The file; of a Python module that is not in the working directory, where the script would import it."""
    if isinstance(file, str) and file.endswith(".py") and os.sep not in file and not Path(file).is_file():
        return next((str(place) for folder in sys.path if (place := Path(folder, file)).is_file()), file)
    return file


def _check_file(path: str, file: Any, suffixes: Sequence[str]) -> None:
    if not isinstance(file, str | os.PathLike):
        _refuse(path, f"fileName: expected a path, got {file!r}.")
    place = Path(file)
    if place.suffix not in suffixes:
        _refuse(path, f"fileName: {str(file)!r} does not end in {', '.join(suffixes)}.")
    if not place.is_file():
        beside = place.parent.iterdir() if place.parent.is_dir() else ()
        near = did_you_mean(place.name, [one.name for one in beside if one.suffix in suffixes])
        raise FileError(f"{path}\n    there is no file {str(file)!r}. {near}")


def _refuse(path: str, message: str) -> None:
    raise SpecError([Problem(path, message)])


def _asked(path: str, file: Any, wanted: Mapping[str, Any]) -> list[Cell]:
    """The cells in the other process's answer; its refusal or failure as a SpecError."""
    from netspec.session.prepare import mod_folders  # which imports what imports this

    mod = {} if "mod" in wanted else {"mod": [str(folder) for folder in mod_folders()]}
    shared = _of_script(Path(file))
    request = {"file": str(file), "libraries": _libraries(), "script": shared, **mod, **wanted}
    try:
        message = pickle.dumps(request)
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        _refuse(path, f"cellArgs cannot be given to another process, which makes the cell: {error}")
    answer = _answer(message, Path(file))
    if "problem" in answer:
        _refuse(path, answer["problem"])
    _tell(path, answer["doubts"])
    return [_with_tuples(one) for one in answer["cells"]]


def _tell(path: str, doubts: list[str] | None) -> None:
    if doubts is None:
        log.info("%s: not checked by MorphIO; install it with `pip install 'netspec[swc]'`", path)
    for doubt in doubts or ():
        log.warning("%s: %s", path, doubt)


def _libraries() -> list[str]:
    """Compiled mechanisms that the user's script loaded itself."""
    neuron = sys.modules.get("neuron")
    return [str(library) for library in getattr(neuron, "nrn_dll_loaded", [])]


def _of_script(file: Path) -> dict[str, bytes]:
    """Pickles of the running script's variables, for a file that imports some of them: cfg, say."""
    if not _IMPORTS_MAIN.search(file.read_text(errors="replace")):
        return {}
    found = {}
    for name, value in vars(sys.modules["__main__"]).items():
        if not name.startswith("__"):
            with suppress(pickle.PicklingError, AttributeError, TypeError):
                found[name] = pickle.dumps(value)
    return found


def _answer(message: bytes, file: Path) -> dict[str, Any]:
    """What the other process says. Of the ranks of a parallel job on one machine only one asks.

    An answer is kept for one import by the ranks of one job: it depends on more than the bytes of the file.
    """
    if not any(name in os.environ for name in RANK_COUNTS):
        with tempfile.TemporaryDirectory(prefix="netspec-import-") as folder:
            return _ask(message, Path(folder))
    _forget()
    job = [os.uname().nodename, str(os.getppid()), os.environ.get("PMIX_NAMESPACE", ""), str(next(_IMPORTS))]
    name = cache.key([*job, message, file.read_bytes()])
    place = cache.made_once("imports", name, lambda work: _written(work, _ask(message, work)))
    return _read(place / "shared.json")


def _written(folder: Path, answer: dict[str, Any]) -> None:
    (folder / "shared.json").write_text(json.dumps(answer))


def _read(file: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(file.read_text())
    return found


def _forget() -> None:
    """Remove answers of jobs that have long been over, or that hold others no more."""
    place = cache.folder() / "imports"
    for old in place.iterdir() if place.is_dir() else ():
        with suppress(FileNotFoundError):
            if time.time() - old.stat().st_mtime > FORGOTTEN:
                shutil.rmtree(old, ignore_errors=True) if old.is_dir() else old.unlink()


def _ask(message: bytes, folder: Path) -> dict[str, Any]:
    """Start the other process and wait for its answer."""
    folder = folder.resolve()  # the file may change the working directory
    request, answer = folder / "request", folder / "answer.json"
    request.write_bytes(message)
    search = os.pathsep.join(os.path.abspath(place) for place in sys.path)
    done = subprocess.run(
        [sys.executable, "-P", "-m", "netspec.neuron.templates", str(request), str(answer)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=cache.environment(PYTHONPATH=search, **_without_windows()),
        text=True,
        errors="replace",
        check=False,
    )
    log.debug("import of cells said\n%s", done.stdout)
    if answer.is_file():
        return _read(answer)
    lines = [line for line in done.stdout.splitlines() if line.strip()][-SHOWN:]
    end = "ended the process that reads it" if done.returncode == 0 else "failed"
    return {"problem": "\n    ".join([f"the file {end}; its last lines are", *lines])}


def _without_windows() -> dict[str, str]:
    options = os.environ.get("NEURON_MODULE_OPTIONS", "")
    return {"NEURON_MODULE_OPTIONS": f"{options} -nogui".strip(), "MPLBACKEND": "Agg"}


def _with_tuples(found: Cell) -> Cell:
    """The same with 3-D points as tuples, of which scripts find none where there are none."""
    for section in found["secs"].values():
        section["geom"] = ImportedGeometry(section["geom"])
        if "pt3d" in section["geom"]:
            section["geom"]["pt3d"] = [tuple(point) for point in section["geom"]["pt3d"]]
    return found
