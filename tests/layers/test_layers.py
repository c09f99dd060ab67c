"""The import picture: which room may import which (CONTRIBUTING.md draws it)."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "netspec"

BASE = {
    *("errors", "extras", "units", "markup", "streams", "expression", "conditions", "tables", "weights"),
    *("resources", "signals", "cache"),
}
MAY_IMPORT = {
    "spec": set(),
    "model": {"spec"},
    "plan": {"spec", "model"},
    "masses": set(),
    "lems": set(),
    "neuron": {"spec", "model", "plan", "masses", "results"},
    "formats": {"spec", "model", "plan", "lems", "results"},
    "results": {"spec", "model", "plan", "formats"},
    "analysis": {"spec", "model", "plan", "results"},
    "plots": {"spec", "model", "plan", "formats", "results", "analysis"},
}
FACE = {
    "specs",
    "batch",
    "batchtools",
    "sim",
    "views",
    "native",
    "session",
    "launch",
    "overview",
    "target",
    "migrate",
    "differences",
    "conversion",
    "__main__",
    "__init__",
}
"""The face may import everything, and no room imports it."""

FILES = sorted(PACKAGE.rglob("*.py"))


def room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(path: Path) -> set[tuple[str, int]]:
    """(module, line) of everything that a file imports, also inside functions, but not only for types."""
    found = set()
    for node in _runtime_nodes(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}:{node.lineno}: relative import"
            module = node.module or ""
            names = [alias.name for alias in node.names]
            found |= {(f"{module}.{name}" if module == "netspec" else module, node.lineno) for name in names}
        elif isinstance(node, ast.Import):
            found |= {(alias.name, node.lineno) for alias in node.names}
    return found


def _runtime_nodes(node: ast.AST):
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            continue
        yield child
        yield from _runtime_nodes(child)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_room_imports_only_what_it_may(path):
    here = room(path)
    if here in FACE:
        return
    assert here in MAY_IMPORT or here in BASE, f"{here} is no room: draw it into MAY_IMPORT"
    allowed = BASE | MAY_IMPORT.get(here, set()) | {here}
    for module, line in imports(path):
        parts = module.split(".")
        if parts[0] == "netspec" and len(parts) > 1:
            assert parts[1] in allowed, f"{path}:{line}: {here} must not import {module}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_only_one_room_knows_neuron_and_one_file_knows_mpi(path):
    outside = {module.split(".")[0] for module, _ in imports(path)}
    if room(path) != "neuron":
        assert "neuron" not in outside
    if path.relative_to(PACKAGE).as_posix() != "neuron/ranks.py":
        assert "mpi4py" not in outside


def test_test_modules_have_names_of_their_own():
    """Pytest imports them by name, without their folders."""
    names = [path.name for path in (ROOT / "tests").rglob("test_*.py")]
    assert sorted(names) == sorted(set(names))
