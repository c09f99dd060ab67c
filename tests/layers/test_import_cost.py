"""`import netspec` stays cheap: nothing heavy is loaded before it is needed."""

import subprocess
import sys

import pytest

HEAVY = {"neuron", "mpi4py", "matplotlib", "h5py"}


def loaded(statement: str) -> set[str]:
    """Top-level modules that a fresh interpreter has after a statement."""
    code = f"{statement}\nimport sys\nprint(*sorted({{name.partition('.')[0] for name in sys.modules}}))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(ran.stdout.split())


@pytest.mark.parametrize("statement", ["import netspec", "from netspec import specs", "import netspec.plan"])
def test_import_loads_nothing_heavy(statement):
    assert loaded(statement) & HEAVY == set()


def test_import_loads_no_numpy_either():
    assert "numpy" not in loaded("import netspec")
