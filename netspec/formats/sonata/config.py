"""Circuit and simulation configs: one JSON or several, with variables in their texts, as one value."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from netspec.errors import FileError, did_you_mean
from netspec.formats.files import existing

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
        if key not in self.components:
            raise FileError(f"{self.path}: components.{key} is missing; {wanted_by} needs it")
        folder = Path(self.components[key])
        if not folder.exists():
            raise FileError(
                f"{self.path}: components.{key}: there is no folder {folder}; {wanted_by} needs it"
            )
        return folder


def read(path: str | Path) -> Config:
    """The config in a file, with all that it refers to. FileError names file and key of what is wrong."""
    path = Path(path).resolve()
    merged = _document(path, {})
    networks = _mapping(merged, "networks", path)
    if not networks.get("nodes"):
        raise FileError(f"{path}: networks.nodes is missing: a circuit has files of nodes")
    nodes = _files(networks, "nodes", "node", path)
    return Config(
        path=path,
        dialect="obi" if any(files.populations for files in nodes) and not _has_types(nodes) else "allen",
        components=_mapping(merged, "components", path),
        nodes=nodes,
        edges=_files(networks, "edges", "edge", path),
        gap_junctions=_files(networks, "gap_juncs", "gap_junc", path),
        node_sets=_node_sets(merged, path),
        run=_mapping(merged, "run", path),
        conditions=_mapping(merged, "conditions", path),
        inputs=_entries(merged, "inputs", path),
        reports=_entries(merged, "reports", path),
        output=_mapping(merged, "output", path),
        overrides=tuple(merged.get("connection_overrides") or ()),
    )


def load(path: Path) -> Any:
    """The content of a JSON file; FileError names file, line and column of a mistake."""
    try:
        return json.loads(existing(path).read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise FileError(f"{path}, line {error.lineno}, column {error.colno}: {error.msg}") from error
    except UnicodeDecodeError as error:
        raise FileError(f"{path}: no text in UTF-8 ({error.reason})") from error


def _document(path: Path, seen: Mapping[Path, str]) -> dict[str, Any]:
    """A config with its children merged into it; what a child says wins."""
    if path in seen:
        raise FileError(f"{path}: the config includes itself ({' -> '.join(map(str, [*seen, path]))})")
    content = load(path)
    if not isinstance(content, Mapping):
        raise FileError(f"{path}: expected a mapping, got {type(content).__name__}")
    for name in content:
        if name not in SECTIONS:
            near = did_you_mean(name, SECTIONS)
            if near.startswith("Did you mean"):
                raise FileError(f"{path}: {name}: unknown key. {near}")
    own = {
        name: _absolute(value, name, path)
        for name, value in _substituted(content, path).items()
        if name not in ("manifest", "network", "simulation")
    }
    for child in ("network", "simulation"):
        named = _substituted(content, path).get(child)
        if named is not None:
            below = _document(_child(path, child, named), {**seen, path: child})
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
    if section == "node_sets_file" and isinstance(value, str):
        return str(path.parent / value)
    if section == "components" and isinstance(value, Mapping):
        return {name: _joined(item, path) for name, item in value.items() if item not in (None, "")}
    if section == "networks" and isinstance(value, Mapping):
        return {name: [_entry(item, path) for item in items or ()] for name, items in value.items()}
    return value


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
    for number, entry in enumerate(networks.get(section) or ()):
        key = f"networks.{section}[{number}]"
        if not isinstance(entry, Mapping):
            raise FileError(f"{path}: {key}: expected a mapping, got {entry!r}")
        if entry.get("enabled", True) is False:
            continue
        data = _named(entry, f"{noun}s_file", key, path)
        types = entry.get(f"{noun}_types_file")
        own = None if types in (None, "", "NULL") else _named(entry, f"{noun}_types_file", key, path)
        found.append(Files(key, data, own, entry.get("populations") or {}))
    return tuple(found)


def _named(entry: Mapping[str, Any], name: str, key: str, path: Path) -> Path:
    if name not in entry:
        raise FileError(f"{path}: {key}.{name} is missing. {did_you_mean(name, entry)}")
    try:
        return existing(str(entry[name]))
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
    entries = _mapping(content, name, path)
    return {label: _mapping(entries, label, path) for label in entries if _is_on(entries[label])}


def _is_on(entry: Any) -> bool:
    return not isinstance(entry, Mapping) or entry.get("enabled", True) is not False


def _node_sets(merged: Mapping[str, Any], path: Path) -> dict[str, Any]:
    named = merged.get("node_sets_file")
    if named is None:
        return _mapping(merged, "node_sets", path)
    if not Path(str(named)).is_file():
        raise FileError(f"{path}: node_sets_file: no such file: {named}")
    content = load(Path(str(named)))
    if not isinstance(content, Mapping):
        raise FileError(f"{named}: expected a mapping of node sets, got {type(content).__name__}")
    return {**content, **_mapping(merged, "node_sets", path)}
