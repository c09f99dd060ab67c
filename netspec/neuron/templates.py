"""A cell of a HOC, Python or SWC file as data. Run as a process, with which ends what files do to NEURON.

`python -m netspec.neuron.templates REQUEST ANSWER`: REQUEST is a pickle of the fields of `Request`, ANSWER
becomes JSON, {"cells": [...]} or {"problem": text}. Any other end is a failure of the user's code, which its
output explains.
"""

import importlib
import importlib.util
import json
import logging
import os
import pickle
import sys
import traceback
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any

import neuron
from neuron import h

from netspec.errors import NetspecError, SpecError, did_you_mean
from netspec.neuron import mechanisms, swc
from netspec.neuron.cell_data import cell_data, changed_globals, global_values

log = logging.getLogger("netspec")

V_INIT = -65.0
LIBRARIES = ("stdrun.hoc", "import3d.hoc")
"""What cell files may count on, as in NetPyNE."""
PACKAGE = f"{Path(__file__).parents[1]}{os.sep}"


@dataclass(frozen=True)
class Request:
    """What to import from a file.

    names: the template, class or function; of a network, expressions that give a cell. args: positional
    (list) or by keyword (dict). instance: the name is that of an object that the file makes. network: the
    file is run in its folder, and the names are of cells that it made. mod: folders of mod files. libraries:
    already compiled mechanisms. d_lambda: longest segment in space constants at 100 Hz; None to keep nseg.
    script: pickles of variables that the file may import from __main__. each: the arguments of every cell, if
    a Python file makes several.
    """

    file: str
    names: list[str]
    args: Any = field(default_factory=dict)
    instance: bool = False
    network: bool = False
    mod: list[str] = field(default_factory=list)
    libraries: list[str] = field(default_factory=list)
    d_lambda: float | None = None
    script: dict[str, bytes] = field(default_factory=dict)
    each: list[Any] = field(default_factory=list)


class Refused(NetspecError):
    """The file does not hold what was asked for."""


def main(request_file: str, answer_file: str) -> None:
    """Answer one request."""
    sys.excepthook = _without_our_lines
    request = Request(**pickle.loads(Path(request_file).read_bytes()))
    try:
        answer = {"cells": cells(request), "doubts": swc.doubts(request.file)}
    except NetspecError as error:
        answer = {"problem": _message(error)}
    Path(answer_file).write_text(json.dumps(answer))


def cells(request: Request) -> list[dict[str, Any]]:
    """The cells that a request names, as data: secs, secLists, synMechs, globals."""
    for name in LIBRARIES:
        h.load_file(name)
    _load_mechanisms(request)
    _as_in_script(request.script)
    before, lists = {**global_values(), "v_init": V_INIT}, _section_lists()
    suffix = Path(request.file).suffix
    if request.network:
        made = _of_network(request, suffix)
    elif suffix in (".hoc", ".tem"):
        made = [_of_hoc(request)]
    elif suffix == ".py":
        made = _of_python(request)
    else:
        made = [swc.load(request.file)]
    if request.d_lambda is not None:
        _divide(request.d_lambda)
    globals_ = changed_globals(before)
    alone = not (request.network or request.each)
    return [cell_data(cell, globals_, lists, alone) for cell in made]


def _load_mechanisms(request: Request) -> None:
    for library in request.libraries:
        if library not in neuron.nrn_dll_loaded:
            neuron.load_mechanisms(library, warn_if_already_loaded=False)
    mechanisms.load(request.mod)


def _as_in_script(variables: Mapping[str, bytes]) -> None:
    """Give __main__ the variables of the user's script, but for those whose class is only there."""
    for name, value in variables.items():
        with suppress(AttributeError, ImportError, pickle.UnpicklingError):
            setattr(sys.modules["__main__"], name, pickle.loads(value))


def _section_lists() -> frozenset[str]:
    """Names of the SectionLists there are, which are NEURON's own."""
    return frozenset(one.hname() for one in h.List("SectionList"))


def _of_hoc(request: Request) -> Any:
    """An object of a template, or one that the file made (None if it made sections only)."""
    name = request.names[0]
    _run_hoc(request.file)
    if request.instance and not hasattr(h, name):
        if not list(h.allsec()):
            raise Refused(
                f"{request.file} makes no object {name!r}. {did_you_mean(name, _hoc_names(request))}"
            )
        log.info("%s makes no object %r: all its sections are the cell", request.file, name)
        return None
    if not hasattr(h, name):
        raise Refused(f"{request.file} has no template {name!r}. {did_you_mean(name, _hoc_names(request))}")
    return getattr(h, name) if request.instance else _called(getattr(h, name), request.args)


def _run_hoc(file: str) -> None:
    if not h.load_file(file):
        raise RuntimeError(f"NEURON cannot load {file}")


def _hoc_names(request: Request) -> list[str]:
    """Templates and objects that a HOC file defines itself."""
    found, words = [], Path(request.file).read_text(errors="replace").replace(",", " ").split()
    for keyword, name in zip(words, words[1:], strict=False):
        if keyword in ("begintemplate", "objref", "objectvar"):
            found.append(name)
    return found


def _of_python(request: Request) -> list[Any]:
    """What a class or function of a module returns, once or for each of several arguments."""
    module, name = _module(request.file), request.names[0]
    if not hasattr(module, name):
        known = [key for key, value in vars(module).items() if callable(value) and not key.startswith("_")]
        raise Refused(f"{request.file} has no class or function {name!r}. {did_you_mean(name, known)}")
    found = getattr(module, name)
    if not callable(found):
        return [found]
    return [_called(found, args) for args in request.each or [request.args]]


def _called(make: Any, args: Any) -> Any:
    return make(**args) if isinstance(args, Mapping) else make(*args)


def _module(file: str) -> ModuleType:
    """The module of a file, which is found by others under its name unless that is taken."""
    path = Path(file).resolve()
    sys.path.insert(0, str(path.parent))
    name = path.stem if path.stem not in sys.modules else f"imported_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _of_network(request: Request, suffix: str) -> list[Any]:
    """The cells of a network that a file builds, by expressions such as 'pyr' or 'net.cells[3]'."""
    path = Path(request.file).resolve()
    os.chdir(path.parent)
    if suffix == ".py":
        place, before, known = vars(_module(path.name)), "", ()
        known = [name for name in place if not name.startswith("_")]
    else:
        _run_hoc(path.name)
        place, before, known = {"h": h}, "h.", _hoc_names(Request(path.name, []))
    return [
        _value(f"{before}{name}", place, f"{request.file} makes no {name!r}", known) for name in request.names
    ]


def _value(expression: str, place: dict[str, Any], failure: str, known: Iterable[str]) -> Any:
    """What an expression of the user's is, among the names of a network of the user's."""
    try:
        found = eval(expression, place)  # as trusted as the file itself, which has just been run
    except (NameError, AttributeError, LookupError, TypeError, SyntaxError, RuntimeError) as error:
        name = expression.removeprefix("h.").split("[")[0].split(".")[0]
        hint = f" ({error})" if name in known else f". {did_you_mean(name, known)}"
        raise Refused(f"{failure}{hint}") from error
    return found


def _divide(d_lambda: float) -> None:
    """Give every section an odd nseg: no segment longer than d_lambda space constants at 100 Hz."""
    for section in h.allsec():
        section.nseg = int((section.L / (d_lambda * h.lambda_f(100, sec=section)) + 0.999) / 2) * 2 + 1


def _message(error: NetspecError) -> str:
    return "\n".join(one.message for one in error.problems) if isinstance(error, SpecError) else str(error)


def _without_our_lines(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Print a traceback that begins in the user's file."""
    first = trace
    while first is not None and first.tb_frame.f_code.co_filename.startswith((PACKAGE, "<frozen ")):
        first = first.tb_next
    traceback.print_exception(kind, error, first)


if __name__ == "__main__":
    # The module under its own name, so that pickles and tracebacks know one of it.
    importlib.import_module("netspec.neuron.templates").main(*sys.argv[1:3])
