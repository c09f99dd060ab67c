"""Lint, format, types and the documentation's build: what a reader relies on without looking."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CODE = ["netspec", "tests", "examples", "benchmarks", "scripts"]
CHECKS = {
    "ruff check": ["ruff", "check", *CODE],
    "ruff format": ["ruff", "format", "--check", *CODE],
    "mypy": ["mypy"],
    "mkdocs": ["mkdocs", "build", "--strict", "--quiet"],
}


@pytest.mark.parametrize("name", CHECKS)
def test_nothing_to_complain(name, tmp_path):
    tool, *arguments = CHECKS[name]
    if importlib.util.find_spec(tool) is None:
        pytest.skip(f"{tool} is not installed: pip install '.[test]'")
    if tool == "mkdocs":
        arguments += ["--site-dir", str(tmp_path / "site")]
    ran = subprocess.run([sys.executable, "-m", tool, *arguments], cwd=ROOT, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr
