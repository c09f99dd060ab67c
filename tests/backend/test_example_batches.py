"""The examples of batches run, in few trials, and draw what their pages show."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("optuna")
pytest.importorskip("sklearn")
pytestmark = pytest.mark.neuron

ROOT = Path(__file__).parents[2]
SMALL = {
    "fit_cell/fit": (["--trials", "4"], "'error'"),
    "fit_cell/posterior": (["--trials", "8"], "gkbar: 0.0"),
    "search_network/grid": (["--points", "2"], "between seeds"),
    "search_network/tune": (["--trials", "6"], "'synchrony'"),
}


@pytest.mark.parametrize("name", SMALL)
def test_batch_runs_and_draws(name, tmp_path):
    example, script = name.split("/")
    ignored = shutil.ignore_patterns("*.png", script)
    folder = shutil.copytree(ROOT / "examples" / example, tmp_path / example, ignore=ignored)
    arguments, text = SMALL[name]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "MPLBACKEND": "Agg"}
    ran = subprocess.run(
        [sys.executable, f"{script}.py", *arguments],
        cwd=folder, env=environment, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    assert text in ran.stdout
    assert (folder / f"{script}.png").stat().st_size > 5000
    shown = ROOT / "examples" / example / f"{script}.png"
    assert shown.stat().st_size < 150_000
    assert shown.name in (shown.parent / "README.md").read_text()
