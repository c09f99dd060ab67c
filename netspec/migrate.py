"""What it takes to run a NetPyNE model: its imports, its mod files, what is missing, and what will differ."""

import ast
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from netspec import differences
from netspec.errors import FileError
from netspec.neuron import mod_copy, mod_random, mod_repair

CONVERSION = (
    *("createPythonScript", "createPythonNetParams", "createPythonSimConfig"),
    *("importCell", "importCellsFromNet", "mechVarList", "getSecName"),
)
MOVED = {
    "netpyne": ("specs", "sim", "conversion", "batch"),
    "netpyne.batch": ("Batch",),
    "netpyne.batchtools": ("specs", "comm"),
    "netpyne.batchtools.search": ("search",),
    "netpyne.conversion": CONVERSION,
    "netpyne.specs": ("Dict", "ODict", "NetParams", "SimConfig"),
    "netpyne.sim": (),
}
"""Modules of NetPyNE that netspec has, and what may be imported from them by name; sim: everything it has."""
VIEWS = {"netpyne.network": ("Network",), "netpyne.cell": ("CompartCell", "PointCell")}
"""Modules of NetPyNE with classes that are in netspec.views."""
SKIPPED = frozenset({"x86_64", "arm64", "aarch64", "__pycache__", "build", "node_modules"})


@dataclass(frozen=True)
class Finding:
    """Something in one line of a file. new: what is to stand in place of the text, from byte `column` on."""

    path: Path
    line: int
    text: str
    new: str | None = None
    column: int = 0


@dataclass(frozen=True)
class Report:
    """What was found in a model folder."""

    scripts: tuple[Path, ...]
    imports: tuple[Finding, ...]
    refused: tuple[Finding, ...]
    missing: tuple[Finding, ...]
    mods: int
    repairs: tuple[Finding, ...]
    shared: tuple[Finding, ...]
    different: tuple[str, ...]


def look(folder: Path) -> Report:
    """What migrating the model in a folder means. Nothing is run or changed."""
    if not folder.is_dir():
        raise FileError(f"{folder}: no such folder")
    imports: list[Finding] = []
    refused: list[Finding] = []
    missing: list[Finding] = []
    names: set[str] = set()
    scripts = _files(folder, ".py")
    later = unsupported()
    for path in scripts:
        tree = _tree(path)
        if isinstance(tree, Finding):
            refused.append(tree)
            continue
        for finding in _imports(path, tree):
            (imports if finding.new is not None else refused).append(finding)
        seen = list(_names(tree))
        names |= {name for name, _ in seen}
        for name, line in dict(reversed([each for each in seen if each[0] in later])).items():
            missing.append(Finding(path, line, f"{name}: {later[name]}"))
    mods = _files(folder, ".mod")
    return Report(
        scripts=tuple(scripts),
        imports=tuple(imports),
        refused=tuple(refused),
        missing=tuple(sorted(missing, key=lambda each: (each.path, each.line))),
        mods=len(mods),
        repairs=tuple(_repairs(mods)),
        shared=tuple(_shared(mods)),
        different=tuple(differences.concerning(names)),
    )


def write(report: Report) -> list[Path]:
    """Change the imports in place; the scripts as they were stay beside them as *.orig. The changed files."""
    changed = list(dict.fromkeys(finding.path for finding in report.imports))
    kept = [backup(path) for path in changed]
    present = [str(path) for path in kept if path.exists()]
    if present:
        raise FileError(f"nothing is changed, because there is already {', '.join(present)}")
    for path, copy in zip(changed, kept, strict=True):
        data = path.read_bytes()
        copy.write_bytes(data)
        path.write_bytes(_changed(data, [each for each in report.imports if each.path == path]))
    return changed


def _changed(data: bytes, findings: list[Finding]) -> bytes:
    rows = data.splitlines(keepends=True)
    for each in sorted(findings, key=lambda each: -each.column):
        row, old, new = rows[each.line - 1], each.text.encode(), (each.new or each.text).encode()
        rows[each.line - 1] = row[: each.column] + new + row[each.column + len(old) :]
    return b"".join(rows)


def lines(report: Report, folder: Path) -> Iterator[str]:
    """The report as text."""
    yield f"{folder}: {len(report.scripts)} scripts, {report.mods} mod files"
    titles: dict[str, tuple[Finding, ...]] = {
        "Imports to change (--write does it)": report.imports,
        "Cannot be taken over": report.refused,
        "Not there": report.missing,
        "Repaired when mod files are compiled; the files stay as they are": report.repairs,
        "Random numbers of mod files that depend on the number of ranks": report.shared,
    }
    for title, findings in titles.items():
        if findings:
            yield f"\n{title}"
        for each in findings:
            new = f" -> {each.new}" if each.new is not None else ""
            yield f"  {each.path.relative_to(folder)}:{each.line}  {each.text}{new}"
    if report.different:
        yield "\nWill or may differ from NetPyNE, by what the scripts name (docs/differences-from-netpyne.md)"
        yield from (f"  {text}" for text in report.different)


def backup(path: Path) -> Path:
    """Where a script is kept as it was."""
    return path.with_name(path.name + ".orig")


def unsupported() -> dict[str, str]:
    """Functions of NetPyNE's `sim` that netspec does not have -> what to use.

    Taken from the place that refuses them, so that it is right when one of them is supported.
    """
    from netspec.session import instead

    return {
        name: f"sim.{name}: {use}"
        for name, use in instead.INSTEAD["sim"].items()
        if use not in (instead.PYTHON, instead.INNER)
    }


def _files(folder: Path, suffix: str) -> list[Path]:
    """Files of a kind in a folder and below, without hidden and compiled ones."""
    return [
        path
        for path in sorted(folder.rglob(f"*{suffix}"))
        if not any(part in SKIPPED or part.startswith(".") for part in path.relative_to(folder).parts)
    ]


def _tree(path: Path) -> ast.Module | Finding:
    try:
        with warnings.catch_warnings(action="ignore"):
            return ast.parse(path.read_bytes())
    except SyntaxError as error:
        return Finding(path, error.lineno or 1, f"no Python 3: {error.msg}")


def _imports(path: Path, tree: ast.Module) -> Iterator[Finding]:
    """Every import of NetPyNE: with its new form, or without one if netspec does not have what it names."""
    rows = path.read_bytes().splitlines()
    for node in ast.walk(tree):
        new = old = None
        match node:
            case ast.ImportFrom(module=str(module), level=0, names=names) if module in VIEWS:
                old = rb"from\s+netpyne\.\w+"
                known = all(alias.name in VIEWS[module] for alias in names)
                new = "from netspec.views" if known else None
            case ast.ImportFrom(module=str(module), level=0) if _is_netpyne(module):
                old = rb"from\s+netpyne"
                new = "from netspec" if _has(module, [alias.name for alias in node.names]) else None
            case ast.Import(names=[ast.alias(name="netpyne", asname=None)]):
                old, new = rb"import\s+netpyne", "import netspec as netpyne"
            case ast.Import(names=[ast.alias(name=name, asname=str())]) if name in MOVED:
                old, new = rb"import\s+netpyne", "import netspec"
            case ast.Import(names=names) if any(_is_netpyne(alias.name) for alias in names):
                old = rb"import"
        if old is not None and isinstance(node, ast.stmt):
            found = re.compile(old).match(rows[node.lineno - 1], node.col_offset)
            if found and new:
                yield Finding(path, node.lineno, found[0].decode(), new, node.col_offset)
            else:
                yield Finding(path, node.lineno, ast.unparse(node))


def _is_netpyne(module: str) -> bool:
    return module.split(".")[0] == "netpyne"


def _has(module: str, names: list[str]) -> bool:
    if module == "netpyne.sim":
        return "*" not in names
    return module in MOVED and all(name in MOVED[module] for name in names)


def _names(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Attributes and texts of a script with their lines, since keys are either; not what is set to False."""
    off: set[ast.AST] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets=targets, value=value) if _is_off(value):
                off.update(targets)
                off.update(target.slice for target in targets if isinstance(target, ast.Subscript))
            case ast.Dict(keys=keys, values=values):
                off.update(key for key, value in zip(keys, values, strict=True) if key and _is_off(value))
            case ast.Attribute(attr=name) if node not in off:
                yield name, node.lineno
            case ast.Constant(value=str(name)) if name.isidentifier() and node not in off:
                yield name, node.lineno


def _is_off(value: ast.expr) -> bool:
    """Whether a value in a script says that an option is not used."""
    return isinstance(value, ast.Constant) and value.value in (None, False)


def _repairs(mods: list[Path]) -> Iterator[Finding]:
    for folder in dict.fromkeys(path.parent for path in mods):
        of_folder = [path for path in mods if path.parent == folder]
        beside = [path for path in sorted(folder.iterdir()) if path.suffix in (".inc", ".h", ".hpp")]
        for path, repairs in mod_copy.repairs([*of_folder, *beside]).items():
            yield Finding(path, repairs[0].line, mod_repair.told(repairs))


def _shared(mods: list[Path]) -> Iterator[Finding]:
    for path in mods:
        drawn = mod_random.shared_draw(mod_copy.read(path))
        if drawn is not None:
            yield Finding(path, drawn.line, str(drawn).partition(": ")[2])
