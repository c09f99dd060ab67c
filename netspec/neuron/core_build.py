"""Mechanisms for CoreNEURON: one library with all that a model uses, in the cache, once per content.

CoreNEURON gets what NEURON has: the texts come from NEURON itself, so that both agree about every variable.
"""

import logging
import os
import platform
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import neuron
from neuron import h

from netspec import cache, resources
from netspec.errors import MechanismError
from netspec.neuron import catalog, compile, mod_copy
from netspec.neuron.core_copy import adapted, pointers, without_tables
from netspec.neuron.mod_files import ModFile, included, read

log = logging.getLogger("netspec")

LIBRARIES = ("libcorenrnmech.so", "libcorenrnmech.dylib")
FAST = "-O3 -march=native -ffast-math"
"""With these, loops over instances use the machine's vector instructions, exp() and the like too."""
OWN = frozenset(
    {
        *("morphology", "capacitance", "pas", "na_ion", "k_ion", "hh", "IClamp", "ExpSyn", "Exp2Syn"),
        *("SEClamp", "NetStim", "PatternStim"),
    }
)
"""Mechanisms of NEURON that CoreNEURON has as well."""


def adapt(mods: Sequence[ModFile]) -> list[ModFile]:
    """The mod files to compile for NEURON where CoreNEURON runs: copies in the cache where that is needed.

    Those whose mechanism NEURON has stay as they are.
    """
    texts = {mod: mod_copy.read(mod.path) for mod in mods}
    new = {mod: adapted(text) for mod, text in texts.items()}
    own = compile.own(resources.folder("mod"))
    found = []
    for mod in mods:
        if catalog.exists(mod.name):
            found.append(mod)
        elif mod.name in own and pointers(texts[mod]):
            log.info("%s is not used: CoreNEURON needs netspec's own %s", mod.path, mod.name)
            found.append(own[mod.name])
        elif new[mod].ranges:
            names = ", ".join(new[mod].ranges)
            log.info("%s: made RANGE for CoreNEURON, in a copy: %s", mod.path, names)
            found.append(replace(read(_copy(mod, new[mod].text)), name=mod.name))
        else:
            found.append(mod)
    return found


def text_of(mechanism: str) -> str:
    """The NMODL text that NEURON's mechanism was compiled from."""
    types = h.MechanismType(int(mechanism not in catalog.densities()))
    types.select(mechanism)
    return types.code() or ""


def library(texts: Mapping[str, str], mods: Sequence[ModFile], fast: bool) -> Path:
    """CoreNEURON's library with the mechanisms of these texts: from the cache, or made now.

    mods: the mod files that may lie beside what the texts include.
    """
    others = _included(mods)
    flags = FAST if fast else ""
    files = {f"used_{name}.mod": text for name, text in texts.items()}
    if fast:
        # This takes the place of NEURON's own file of that name.
        files["hh.mod"] = text_of("hh")
        files = {name: without_tables(text) for name, text in files.items()}
    contents = [item for path in others for item in (path.name, path.read_bytes())]
    named = [item for pair in sorted(files.items()) for item in pair]
    machine = _processor() if fast else ""
    key = cache.key([neuron.__version__, os.environ.get("CXX", ""), flags, machine, *contents, *named])

    def make(work: Path) -> None:
        """Leave the library in the folder."""
        log.info("compiling for CoreNEURON %s: %s", flags, ", ".join(texts) or "its own mechanisms")
        _compile(work, files, others, mods, flags)

    place = compile.made_once("coreneuron", key, make)
    return next(place / name for name in LIBRARIES if (place / name).is_file())


def _compile(
    work: Path, files: Mapping[str, str], others: list[Path], mods: Sequence[ModFile], flags: str
) -> None:
    compile.require_tools(mods)
    (work / "mod").mkdir()
    mod_copy.copy(others, work / "mod")
    for name, text in files.items():
        (work / "mod" / name).write_bytes(text.encode(errors="surrogateescape"))
    options = ["-i", flags] if flags else []
    output, _ = compile.translated([compile.program("nrnivmodl-core"), *options, "mod"], work, "")
    # What it exits with says nothing: it also looks for a program that only nrnivmodl makes.
    arch = work / platform.machine()
    built = next((arch / name for name in LIBRARIES if (arch / name).is_file()), None)
    if built is None:
        raise MechanismError(f"simConfig.coreneuron: {compile.explain(output, mods)}")
    built.rename(work / built.name)
    shutil.rmtree(arch)


def _copy(mod: ModFile, text: str) -> Path:
    """The text as a file in the cache, with what it may include."""
    others = _included([mod])
    contents = [item for path in others for item in (path.name, path.read_bytes())]

    def make(work: Path) -> None:
        """Leave the text and what it includes in the folder."""
        for path in others:
            shutil.copy(path, work)
        (work / mod.path.name).write_bytes(text.encode(errors="surrogateescape"))

    key = cache.key([mod.path.name, text.encode(errors="surrogateescape"), *contents])
    return compile.made_once("adapted", key, make) / mod.path.name


def _included(mods: Sequence[ModFile]) -> list[Path]:
    """Files that the mod files include, and C headers beside them, one per name."""
    places = compile.include_places(mods)
    found = {path for mod in mods for path in included(mod.path, places)}
    beside = {path for mod in mods for path in mod.path.parent.iterdir() if path.suffix in compile.HEADERS}
    return list({path.name: path for path in sorted(found | beside)}.values())


def _processor() -> str:
    """What -march=native depends on, as far as it can be known."""
    try:
        text = Path("/proc/cpuinfo").read_text()
    except OSError:
        return platform.processor()
    return next((line for line in text.splitlines() if line.startswith("flags")), "")
