"""Files with all that they include: definitions into a library, the rest as elements."""

import functools
import importlib.util
import os
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

from netspec.errors import FileError, NetspecError, did_you_mean
from netspec.lems import model as m
from netspec.lems import tree, types
from netspec.lems.findings import Findings
from netspec.lems.tree import Element

CORE = "NeuroML2CoreTypes"
ROOTS = ("Lems", "neuroml", "neuroml2")
HDF5 = (".h5", ".hdf5")


@dataclass(frozen=True, eq=False)
class Document:
    """What a file says, with all that it includes. roots: (root element, whether it is the file itself)."""

    path: Path
    library: m.Library
    findings: Findings
    roots: list[tuple[Element, bool]] = field(default_factory=list)
    own_types: list[str] = field(default_factory=list)


@functools.cache
def wheel() -> zipfile.ZipFile:
    """The archive with the core types in the installed pyNeuroML; NetspecError if there is none."""
    # found without importing it, which takes seconds
    found = importlib.util.find_spec("pyneuroml")
    places = list(found.submodule_search_locations or []) if found else []
    archives = [path for place in places for path in sorted(Path(place, "lib").glob("jNeuroML*.jar"))]
    if not archives:
        raise NetspecError("the definitions of NeuroML come with pyNeuroML: pip install 'netspec[neuroml]'")
    return zipfile.ZipFile(archives[-1])


@functools.cache
def core() -> m.Library:
    """The types, dimensions and units of NeuroML 2, resolved."""
    library, findings = m.Library(), Findings()
    archive = wheel()
    for name in core_files():
        root = tree.parse(archive.read(f"{CORE}/{name}"), f"{CORE}/{name}")
        _define(root, library, findings)
    for name in library.raw:
        types.resolved(name, library, findings)
    return library


@functools.cache
def core_files() -> frozenset[str]:
    """Names of the files of the core types."""
    return frozenset(
        n.removeprefix(f"{CORE}/")
        for n in wheel().namelist()
        if n.startswith(f"{CORE}/") and n.endswith(".xml")
    )


def load(path: Path, text: bytes | None = None) -> Document:
    """A file with all that it includes; SpecError where XML cannot be read, FileError without a file.

    text: what is read instead of what is in the file.
    """
    if not path.is_file():
        raise FileError(f"{path}: no such file")
    document = Document(path, core().copy(), Findings())
    _load(path, document, (), {}, text)
    for name in document.own_types:
        types.resolved(name, document.library, document.findings)
    return document


def _load(
    path: Path, document: Document, above: tuple[Path, ...], seen: dict[Path, str], text: bytes | None = None
) -> None:
    shown = os.path.relpath(path) if above else str(path)
    seen[path.resolve()] = shown
    if path.name.endswith(HDF5):
        from netspec.lems import hdf5

        root = hdf5.read(path, shown)
    else:
        root = tree.parse(path.read_bytes() if text is None else text, shown)
    if root.tag not in ROOTS:
        document.findings.wrong(root.place, f"expected the root <neuroml> or <Lems>, found <{root.tag}>")
    for include in root.all("Include", "include"):
        name = include.get("file") or include.get("href")
        if not name:
            document.findings.wrong(include.place, f"<{include.tag}> needs 'file' (LEMS) or 'href' (NeuroML)")
            continue
        found = _included(name, path, include, document.findings)
        if found is None:
            continue
        if found.resolve() in {p.resolve() for p in (*above, path)}:
            document.findings.odd(include.place, f"{name} includes this file in turn")
        elif found.resolve() not in seen:
            _load(found, document, (*above, path), seen)
    _own(root, document)
    document.roots.append((root, not above))


def _included(name: str, path: Path, include: Element, findings: Findings) -> Path | None:
    """The file that is meant; None for one of the core types, or a missing one, which is a mistake."""
    found = path.parent / name
    if found.is_file():
        return found
    if Path(name).name in core_files():
        return None
    if not name.startswith(("http:", "https:")):
        near = [p.name for p in found.parent.glob("*") if p.suffix in (".nml", ".xml", *HDF5)]
        hint = did_you_mean(found.name, near) if near else "There is no such folder or nothing in it."
        findings.wrong(include.place, f"included file {name!r} does not exist beside this one. {hint}")
    return None


def _own(root: Element, document: Document) -> None:
    """The definitions of a file into the library, with what is wrong in their form."""
    library, findings = document.library, document.findings
    for element in root.all("ComponentType", "Dimension", "Unit"):
        types.form(element, findings)
        name = element.get("name")
        if element.tag == "ComponentType" and name:
            if name in library.raw:
                where = library.raw[name].place
                findings.odd(element.place, f"component type {name!r} is already defined in {where}")
            library.types.pop(name, None)
            document.own_types.append(name)
    _define(root, library, findings)


def _define(root: Element, library: m.Library, findings: Findings) -> None:
    for e in root.children:
        name = e.attributes.get("name", "")
        if e.tag == "Dimension":
            library.dimensions[name] = tuple(int(e.attributes.get(axis, 0)) for axis in m.AXES)
        elif e.tag == "ComponentType" and name:
            library.raw[name] = e
    for e in root.all("Unit"):
        symbol, dimension = e.attributes.get("symbol", ""), e.attributes.get("dimension", "")
        if dimension not in library.dimensions and dimension:
            hint = did_you_mean(dimension, library.dimensions)
            findings.wrong(e.place, f"unit {symbol!r} has the unknown dimension {dimension!r}. {hint}")
        try:
            scale = 10.0 ** int(e.attributes.get("power", 0)) * float(e.attributes.get("scale", 1))
            library.units[symbol] = m.Unit(symbol, dimension, scale, float(e.attributes.get("offset", 0)))
        except ValueError:
            findings.wrong(e.place, f"unit {symbol!r}: power, scale and offset are numbers")
