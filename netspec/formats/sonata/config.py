"""Circuit and simulation configs: one JSON or several, with variables in their texts, as one value."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from netspec.errors import FileError, did_you_mean
from netspec.formats.files import existing
from netspec.formats.sonata import limits

SECTIONS = frozenset(
    {
        *(
            "manifest",
            "network",
            "simulation",
            "components",
            "networks",
            "node_sets_file",
            "node_sets",
            "run",
        ),
        *("conditions", "inputs", "output", "reports", "target_simulator", "version", "metadata"),
        *("connection_overrides", "mechanisms_dir", "compartment_sets_file", "beta_features"),
    }
)
"""Keys of a config's top level."""
VARIABLE = re.compile(r"\$\{(\w+)\}|\$(\w+)")


@dataclass(frozen=True)
class Files:
    """An entry of networks.nodes, edges or gap_juncs. key: its place in the config. populations: settings."""

    key: str
    data: Path
    types: Path | None = None
    populations: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class Config:
    """A circuit and what is done with it. path: of the file that was asked for; paths are absolute.

    components: folders (or a file, or a list of them for templates_dir) by key. dialect: 'allen' or 'obi'.
    """

    path: Path
    dialect: str
    components: Mapping[str, Any]
    nodes: tuple[Files, ...]
    edges: tuple[Files, ...]
    gap_junctions: tuple[Files, ...]
    node_sets: Mapping[str, Any]
    run: Mapping[str, Any]
    conditions: Mapping[str, Any]
    inputs: Mapping[str, Mapping[str, Any]]
    reports: Mapping[str, Mapping[str, Any]]
    output: Mapping[str, Any]
    overrides: tuple[Mapping[str, Any], ...] = ()
    compartment_sets: Any = None
    """The file that compartment_sets_file names."""
    origins: Mapping[str, Path] = field(default_factory=dict)
    """Which file each section is in."""

    def where(self, section: str) -> Path:
        """The file that a section is in, or is missing in."""
        return self.origins.get(section, self.path)

    def file(self, key: str, name: Any, folder: Path | None = None) -> Path:
        """The path of a file that the config names by a text. FileError with the key if it is not there."""
        if not isinstance(name, str) or not name:
            raise FileError(f"{self.path}: {key}: expected the name of a file, got {name!r}")
        path = Path(name) if Path(name).is_absolute() else (folder or self.path.parent) / name
        try:
            return existing(path)
        except FileError as error:
            raise FileError(f"{self.path}: {key}: {error}") from error

    def component(self, key: str, wanted_by: str) -> Path:
        """A folder of components. FileError that says what needs it if there is none."""
        where = f"{self.where('components')}: components.{key}"
        if key not in self.components:
            raise FileError(f"{where} is missing; {wanted_by} needs it")
        if not isinstance(self.components[key], str):
            raise FileError(f"{where}: expected a folder, got {self.components[key]!r}")
        folder = Path(self.components[key])
        if not folder.exists():
            raise FileError(f"{where}: there is no folder {folder}; {wanted_by} needs it")
        return folder


def read(path: str | Path) -> Config:
    """The config in a file, with all that it refers to. FileError names file and key of what is wrong."""
    path = Path(path).resolve()
    origins: dict[str, Path] = {}
    merged = _document(path, {}, origins)

    def section(name: str) -> dict[str, Any]:
        return _mapping(merged, name, origins.get(name, path))

    networks, place = section("networks"), origins.get("networks", path)
    nodes = _files(networks, "nodes", "node", place)
    if not nodes:
        raise FileError(f"{place}: networks.nodes is missing: a circuit has files of nodes")
    for name in limits.NUMBERS:
        limits.check_section(section(name), name, origins.get(name, path))
    return Config(
        path=path,
        dialect="obi" if any(files.populations for files in nodes) and not _has_types(nodes) else "allen",
        components=section("components"),
        nodes=nodes,
        edges=_files(networks, "edges", "edge", place),
        gap_junctions=_files(networks, "gap_juncs", "gap_junc", place),
        node_sets=_node_sets(merged, origins, path),
        run={name: value for name, value in section("run").items() if value is not None or name == "dL"},
        conditions={name: value for name, value in section("conditions").items() if value is not None},
        inputs=_inputs(merged, origins.get("inputs", path)),
        reports=_entries(merged, "reports", origins.get("reports", path)),
        output=section("output"),
        overrides=_overrides(merged, origins.get("connection_overrides", path)),
        compartment_sets=merged.get("compartment_sets_file"),
        origins=origins,
    )


def _inputs(merged: Mapping[str, Any], path: Path) -> dict[str, dict[str, Any]]:
    found = _entries(merged, "inputs", path)
    for label, entry in found.items():
        limits.check_input(entry, f"{path}: inputs.{label}")
    return found


def _overrides(merged: Mapping[str, Any], path: Path) -> tuple[Mapping[str, Any], ...]:
    given = merged.get("connection_overrides") or ()
    if not isinstance(given, list | tuple) or not all(isinstance(item, Mapping) for item in given):
        raise FileError(f"{path}: connection_overrides: expected a list of mappings, got {given!r}")
    return tuple(given)


def load(path: Path) -> Any:
    """The content of a JSON file; FileError names file, line and column of a mistake."""
    try:
        text = existing(path).read_text(encoding="utf-8")
        if "\0" in text or "\\u0000" in text:
            raise FileError(f"{path}: there is a NUL in a text of it")
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise FileError(f"{path}, line {error.lineno}, column {error.colno}: {error.msg}") from error
    except UnicodeDecodeError as error:
        raise FileError(f"{path}: no text in UTF-8 ({error.reason})") from error
    except RecursionError as error:
        raise FileError(f"{path}: too many brackets within each other") from error


def parameters(path: Path) -> dict[str, Any]:
    """The content of a file with parameters of a cell or synapse: numbers and words by name."""
    content = load(path)
    if not isinstance(content, dict):
        raise FileError(f"{path}: expected a mapping, got {type(content).__name__}")
    limits.check_parameters(content, path)
    return content


def _document(path: Path, seen: Mapping[Path, str], origins: dict[str, Path]) -> dict[str, Any]:
    """A config with its children merged into it; what a child says wins. origins: filled in."""
    if path in seen:
        *_, (last, key) = seen.items()
        raise FileError(f"{last}: {key}: {path} includes itself ({' -> '.join(map(str, [*seen, path]))})")
    content = load(path)
    if not isinstance(content, Mapping):
        raise FileError(f"{path}: expected a mapping, got {type(content).__name__}")
    for name in content:
        if name not in SECTIONS:
            near = did_you_mean(name, SECTIONS)
            if near.startswith("Did you mean"):
                raise FileError(f"{path}: {name}: unknown key. {near}")
    origins |= {name: path for name in content}
    own = {
        name: _absolute(value, name, path)
        for name, value in _substituted(content, path).items()
        if name not in ("manifest", "network", "simulation")
    }
    for child in ("network", "simulation"):
        named = _substituted(content, path).get(child)
        if named is not None:
            below = _document(_child(path, child, named), {**seen, path: child}, origins)
            own |= {
                name: {**own[name], **value} if _both(own, name, value) else value
                for name, value in below.items()
            }
    return own


def _both(own: Mapping[str, Any], name: str, value: Any) -> bool:
    return isinstance(own.get(name), Mapping) and isinstance(value, Mapping)


def _child(path: Path, key: str, named: Any) -> Path:
    if not isinstance(named, str):
        raise FileError(f"{path}: {key}: expected the name of a file, got {named!r}")
    child = (path.parent / named).resolve()
    if not child.is_file():
        raise FileError(f"{path}: {key}: no such file: {child}")
    return child


def _substituted(content: Mapping[str, Any], path: Path) -> dict[str, Any]:
    """The content with the variables of its manifest replaced."""
    manifest = content.get("manifest") or {}
    if not isinstance(manifest, Mapping):
        raise FileError(f"{path}: manifest: expected a mapping, got {manifest!r}")
    values: dict[str, Any] = {
        "configdir": str(path.parent),
        "configfname": str(path),
        "workingdir": str(Path.cwd()),
    }
    for name, value in manifest.items():
        if isinstance(value, list | Mapping) or value is None:
            raise FileError(f"{path}: manifest.{name}: expected a text or a number, got {value!r}")
    values |= {name.strip("${}"): value for name, value in manifest.items()}
    for _ in range(len(values) + 1):
        values = {name: _filled(value, values, path, strict=False) for name, value in values.items()}
    for name in manifest:
        if isinstance(value := values[name.strip("${}")], str) and (left := VARIABLE.search(value)):
            raise FileError(
                f"{path}: manifest.{name}: {left.group()} has no value that does not refer to itself"
            )
    return {name: _filled(value, values, path) for name, value in content.items() if name != "manifest"}


def _filled(value: Any, values: Mapping[str, Any], path: Path, strict: bool = True) -> Any:
    if isinstance(value, Mapping):
        return {name: _filled(item, values, path, strict) for name, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, values, path, strict) for item in value]
    if not isinstance(value, str) or "$" not in value:
        return value
    whole = VARIABLE.fullmatch(value)
    if whole and (name := whole.group(1) or whole.group(2)) in values:
        return values[name]

    def put(match: re.Match[str]) -> str:
        name = match.group(1) or match.group(2)
        if name not in values:
            if strict:
                near = did_you_mean(name, values)
                raise FileError(f"{path}: {match.group()} in {value!r} is not in the manifest. {near}")
            return match.group()
        return str(values[name])

    return VARIABLE.sub(put, value)


def _absolute(value: Any, section: str, path: Path) -> Any:
    """The section with its paths made absolute: those of components and networks, files of node sets."""
    if section in ("node_sets_file", "compartment_sets_file") and isinstance(value, str):
        return str(path.parent / value)
    if section == "components" and isinstance(value, Mapping):
        return {name: _joined(item, path) for name, item in value.items() if item not in (None, "")}
    if section == "networks" and isinstance(value, Mapping):
        return {name: _entries_of(items, path) for name, items in value.items()}
    return value


def _entries_of(items: Any, path: Path) -> Any:
    return [_entry(item, path) for item in items] if isinstance(items, list) else items


def _joined(value: Any, path: Path) -> Any:
    if isinstance(value, list):
        return [_joined(item, path) for item in value]
    return str((path.parent / value).resolve()) if isinstance(value, str) else value


def _entry(item: Any, path: Path) -> Any:
    if not isinstance(item, Mapping):
        return item
    return {
        name: _joined(value, path) if name.endswith("_file") and value not in (None, "", "NULL") else value
        for name, value in item.items()
    }


def _files(networks: Mapping[str, Any], section: str, noun: str, path: Path) -> tuple[Files, ...]:
    found = []
    entries = networks.get(section)
    if entries is not None and not isinstance(entries, list):
        raise FileError(f"{path}: networks.{section}: expected a list, got {entries!r}")
    for number, entry in enumerate(entries or ()):
        key = f"networks.{section}[{number}]"
        if not isinstance(entry, Mapping):
            raise FileError(f"{path}: {key}: expected a mapping, got {entry!r}")
        if entry.get("enabled", True) is False:
            continue
        data = _named(entry, f"{noun}s_file", key, path)
        types = entry.get(f"{noun}_types_file")
        own = None if types in (None, "", "NULL") else _named(entry, f"{noun}_types_file", key, path)
        populations = entry.get("populations") or {}
        if not isinstance(populations, Mapping) or not all(
            isinstance(p, Mapping) for p in populations.values()
        ):
            raise FileError(
                f"{path}: {key}.populations: expected settings by population, got {populations!r}"
            )
        found.append(Files(key, data, own, populations))
    return tuple(found)


def _named(entry: Mapping[str, Any], name: str, key: str, path: Path) -> Path:
    if name not in entry:
        raise FileError(f"{path}: {key}.{name} is missing. {did_you_mean(name, entry)}")
    if not isinstance(entry[name], str) or not entry[name]:
        raise FileError(f"{path}: {key}.{name}: expected the name of a file, got {entry[name]!r}")
    try:
        return existing(entry[name])
    except FileError as error:
        raise FileError(f"{path}: {key}.{name}: {error}") from error


def _has_types(nodes: tuple[Files, ...]) -> bool:
    return any(files.types for files in nodes)


def _mapping(content: Mapping[str, Any], name: str, path: Path) -> dict[str, Any]:
    value = content.get(name)
    if value is not None and not isinstance(value, Mapping):
        raise FileError(f"{path}: {name}: expected a mapping, got {value!r}")
    return dict(value or {})


def _entries(content: Mapping[str, Any], name: str, path: Path) -> dict[str, dict[str, Any]]:
    """A section whose entries are mappings; those that are not enabled are left out."""
    found = {}
    for label, entry in _mapping(content, name, path).items():
        if not isinstance(entry, Mapping):
            raise FileError(f"{path}: {name}.{label}: expected a mapping, got {entry!r}")
        if entry.get("enabled", True) is not False:
            found[label] = dict(entry)
    return found


def _node_sets(merged: Mapping[str, Any], origins: dict[str, Path], path: Path) -> dict[str, Any]:
    own = _mapping(merged, "node_sets", origins.get("node_sets", path))
    named = merged.get("node_sets_file")
    if named is None:
        return own
    if not isinstance(named, str) or not Path(named).is_file():
        raise FileError(f"{origins['node_sets_file']}: node_sets_file: no such file: {named}")
    content = load(Path(named))
    if not isinstance(content, Mapping):
        raise FileError(f"{named}: expected a mapping of node sets, got {type(content).__name__}")
    origins.setdefault("node_sets", Path(named))
    return {**content, **own}
