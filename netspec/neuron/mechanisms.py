"""Mechanisms from mod files: which are loaded, from where, and each only once in a process."""

import logging
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import neuron
from neuron import h

from netspec import resources
from netspec.errors import MechanismError, Problem, did_you_mean
from netspec.model import Model
from netspec.neuron import bulk_compiled, catalog, compile, core_build, mod_copy, mod_random
from netspec.neuron import check as checks
from netspec.neuron.mod_files import ModFile, find
from netspec.neuron.ranks import Ranks, start

log = logging.getLogger("netspec")

parameters = catalog.parameters
everything = catalog.everything
artificial_names = catalog.artificial_cells

PATIENCE = 10.0
"""How long [s] a library made by another rank may take to be seen through a network file system."""


def load(folders: Iterable[str | Path], ranks: Ranks | None = None, core: bool = False) -> None:
    """Make every mechanism of the mod files in the folders known to NEURON. Collective.

    What NEURON knows already stays. A library that nrnivmodl left beside a folder is used unless a mod file
    is newer; the rest is compiled into the cache, by rank 0. Of two mod files that define the same mechanism,
    that of the first folder counts. core: as CoreNEURON can have them too, always from the cache.
    """
    places = list(map(Path, folders))
    mods = _distinct(find(places))
    _looked.update({place.resolve(): len(find([place])) for place in places})
    if core:
        mods = core_build.adapt(mods)
    for built in () if core else _beside(mods):
        _load_built(built, mods)
    _compile_and_load(_missing(mods), ranks)
    _warn_of_stale(mods)
    _warn_of_shared_generators(mods, ranks)


def supply(names: Iterable[str], ranks: Ranks | None = None) -> None:
    """Load those of netspec's own mechanisms that are named and that NEURON lacks. Collective."""
    shipped = compile.own(resources.folder("mod"))
    for name in sorted(set(names)):  # in one order on all ranks and in all runs
        # Each is a library of its own, so that a model's mechanism of the same name keeps out only this one.
        if name in shipped and not catalog.exists(name):
            _compile_and_load([shipped[name]], ranks)


def check(model: Model, ranks: Ranks | None = None) -> list[Problem]:
    """Every mechanism, ion or variable that the model names and NEURON lacks. Collective.

    netspec's own mechanisms, such as VecStim, are loaded first if the model names them.
    """
    supply(checks.named(model), ranks)
    _warn_of_cells_without_streams(model, ranks)
    found = checks.problems(model)
    first = next((k for k, one in enumerate(found) if one.message.startswith(checks.LACKS)), None)
    if first is not None:
        found[first] = replace(found[first], message=f"{found[first].message} {_where_looked()}")
    return found


def _where_looked() -> str:
    """Where mod files have been looked for, for somebody who misses a mechanism."""
    there = ", ".join(f"{place} ({count} files)" for place, count in _looked.items())
    here = Path.cwd() / "mod"
    return (
        f"Mod files were looked for in {there or f'{here} and beside the script, and there are none'}; they "
        f"belong into {here} or a folder given as mod=. `netspec mod list` says what there is."
    )


def sources(folders: Iterable[str | Path] = ()) -> dict[str, str]:
    """Where each mechanism that mod files define comes from: those in the folders, then netspec's own."""
    defined = [*_distinct(find(map(Path, folders))), *compile.own(resources.folder("mod")).values()]
    found: dict[str, str] = {}
    for mod in defined:
        if mod.kind:
            found.setdefault(mod.name, _origins.get(mod.name, str(mod.path)))
    return found


def hashes(model: Model, folders: Iterable[str | Path]) -> dict[str, str]:
    """By name of the mechanisms that a model names and mod files define: 16 digits of the file's SHA-256."""
    used = checks.named(model) - catalog.BUILT_IN
    found: dict[str, str] = {}
    for mod in find([*map(Path, folders), resources.folder("mod")]):
        if mod.name in used:
            found.setdefault(mod.name, sha256(mod.path.read_bytes()).hexdigest()[:16])
    return found


def units(name: str) -> Mapping[str, str] | None:
    """Parameter -> unit of a mechanism that is loaded or that netspec has; None for any other."""
    shipped = compile.own(resources.folder("mod"))
    return catalog.units(name) or (shipped[name].units if name in shipped else None)


def version() -> str:
    """NEURON's version."""
    return str(neuron.__version__)


def compiled(folders: Iterable[str | Path] = ()) -> str:
    """Compile what runs will look for in the cache: the mod files in the folders, netspec's own, the builder.

    The paths of the libraries, one per line.
    """
    own = compile.own(resources.folder("mod")).values()
    groups = [_missing(_distinct(find(map(Path, folders)))), *([mod] for mod in own)]
    paths = [compile.library(mods) for mods in groups if mods]
    return "\n".join(map(str, (*paths, *bulk_compiled.paths())))


def which(name: str, folders: Iterable[str | Path] = ()) -> str:
    """Where a mechanism comes from, in words: NEURON, or a mod file. MechanismError if nowhere.

    folders: where to look for mod files that are not loaded.
    """
    if name in catalog.BUILT_IN:
        return "NEURON"
    if name in _origins:
        return _origins[name]
    if catalog.exists(name):
        return f"{_autoloaded() or 'a library'} (loaded by NEURON)"
    found = sources(folders)
    if name not in found:
        known = {*found, *catalog.densities(), *catalog.points()}
        raise MechanismError(f"no mechanism {name!r}. {did_you_mean(name, known)}")
    return f"{found[name]} (compiled when a model needs it)"


_looked: dict[Path, int] = {}
"""Folders that mod files were looked for in, with how many there were, in this process."""
_origins: dict[str, str] = {}
"""Where mechanisms that this module loaded come from. Like NEURON's own table, it belongs to the process."""


def _distinct(mods: Iterable[ModFile]) -> list[ModFile]:
    """One mod file for each mechanism."""
    chosen: dict[str, ModFile] = {}
    for mod in mods:
        key = mod.name if mod.kind else mod.path.name
        if key in catalog.BUILT_IN:
            log.warning("%s is not used: NEURON has a mechanism %r of its own", mod.path, key)
        elif key not in chosen:
            chosen[key] = mod
        elif chosen[key].path.parent == mod.path.parent:
            raise MechanismError(f"{chosen[key].path} and {mod.path} both define {key!r}")
        elif chosen[key].path.read_bytes() != mod.path.read_bytes():
            log.info("%s is not used: %s defines %r too", mod.path, chosen[key].path, key)
    return list(chosen.values())


def _missing(mods: Sequence[ModFile]) -> list[ModFile]:
    """Mod files whose mechanism NEURON lacks; those of functions only are needed if any other is."""
    lacking = [mod for mod in mods if mod.kind and not catalog.exists(mod.name)]
    return lacking + [mod for mod in mods if not mod.kind] if lacking or not any(m.kind for m in mods) else []


def _beside(mods: Iterable[ModFile]) -> list[Path]:
    """Libraries that nrnivmodl left beside mod files, their folder or the script."""
    script = getattr(sys.modules.get("__main__"), "__file__", None)
    folders = [place for mod in mods for place in (mod.path.parent.parent, mod.path.parent)]
    folders += [Path(script).parent] if script and folders else []
    built = [compile.in_folder(folder.resolve()) for folder in dict.fromkeys(folders)]
    return [path for path in dict.fromkeys(built) if path is not None]


def _load_built(built: Path, mods: Sequence[ModFile]) -> None:
    """Load a library unless it is older than its mod files, or NEURON has some of its mechanisms."""
    names = compile.names_in(built)
    wanted = [mod for mod in _missing(mods) if mod.name in names]
    if not wanted or any(map(catalog.exists, names)):
        return
    changed = [str(mod.path) for mod in wanted if mod.path.stat().st_mtime > built.stat().st_mtime]
    if changed:
        log.info("%s is not used: %s changed later", built, ", ".join(changed))
        return
    _load_library(built, dict.fromkeys(names, str(built)))


def _compile_and_load(mods: Sequence[ModFile], ranks: Ranks | None) -> None:
    if not mods:
        return
    path = _by_rank_0(ranks or start(), lambda: compile.library(mods))
    _load_library(path, {mod.name: str(mod.path) for mod in mods})


def core_library(texts: Mapping[str, str], folders: Iterable[str | Path], fast: bool, ranks: Ranks) -> Path:
    """CoreNEURON's library with the mechanisms of these texts, by name. Collective."""
    mods = [mod for mod in _distinct(find(map(Path, folders))) if mod.kind]
    return _by_rank_0(ranks, lambda: core_build.library(texts, mods, fast))


def _by_rank_0(ranks: Ranks, make: Callable[[], Path]) -> Path:
    """What `make` returns: rank 0 makes it and the others find it in the cache. Its failure is everyone's."""
    made: Path | None = None
    failure = ""
    if ranks.rank == 0:
        try:
            made = make()
        except MechanismError as error:
            failure = str(error)
    failure, path = ranks.bcast((failure, made))
    if failure:
        raise MechanismError(failure)
    limit = time.monotonic() + PATIENCE
    while not path.is_file() and time.monotonic() < limit:
        time.sleep(0.1)
    return path if path.is_file() else make()


def _load_library(path: Path, origins: dict[str, str]) -> None:
    try:
        loaded = h.nrn_load_dll(str(path))
    except RuntimeError as error:
        raise MechanismError(f"NEURON refuses {path}, which defines {', '.join(origins)}: {error}") from error
    if not loaded:
        raise MechanismError(f"NEURON cannot load {path}")
    _origins.update(origins)


def _warn_of_stale(mods: Iterable[ModFile]) -> None:
    """Say so if NEURON has loaded, on its own, a library that is older than the mod files."""
    built = _autoloaded()
    if built is None:
        return
    for mod in mods:
        if mod.name not in _origins and mod.path.stat().st_mtime > built.stat().st_mtime:
            log.warning("%s is older than %s: delete its folder, or run nrnivmodl again", built, mod.path)


def _warn_of_shared_generators(mods: Iterable[ModFile], ranks: Ranks | None) -> None:
    """Say once, on rank 0, which mod files draw random numbers that depend on the number of ranks."""
    new = [mod.path for mod in mods if mod.path not in _warned]
    _warned.update(new)
    drawn = {path: mod_random.shared_draw(mod_copy.read(path)) for path in new}
    if any(drawn.values()) and (ranks or start()).rank == 0:
        for path, draw in drawn.items():
            if draw is not None:
                log.log(logging.INFO if draw.otherwise else logging.WARNING, "%s, %s", path, draw)


def _warn_of_cells_without_streams(model: Model, ranks: Ranks | None) -> None:
    """Say which artificial cells could have a Random of their own, but have none unless a script gives it."""
    for name in dict.fromkeys(pop.mechanism for pop in model.populations if pop.mechanism in _origins):
        path = Path(_origins[str(name)])
        draw = mod_random.shared_draw(mod_copy.read(path)) if path.is_file() and path not in _told else None
        _told.add(path)
        if draw is not None and draw.otherwise and (ranks or start()).rank == 0:
            log.warning("%s, %s. The cells of %r have none unless a script sets it", path, draw, name)


_warned: set[Path] = set()
"""Mod files that were looked at in this process."""
_told: set[Path] = set()
"""Mod files of artificial cells that were looked at in this process."""


def _autoloaded() -> Path | None:
    """The library that NEURON loaded by itself when it was imported, from the working directory."""
    return compile.in_folder(_FOLDER_AT_IMPORT)


_FOLDER_AT_IMPORT = Path.cwd()
