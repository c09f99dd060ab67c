"""`import netspec` stays cheap: nothing heavy is loaded before it is needed."""

import subprocess
import sys

import pytest

HEAVY = {"neuron", "mpi4py", "matplotlib", "h5py"}


ROOMS = {"errors", "neuron", "session", "sim", "specs"}
"""What of ours a script's first line loads: containers and verbs, nothing that reads, plans or draws."""


def modules(statement: str) -> set[str]:
    """Modules that a fresh interpreter has after a statement."""
    code = f"{statement}\nimport sys\nprint(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(ran.stdout.split())


def loaded(statement: str) -> set[str]:
    """Their top-level packages."""
    return {name.partition(".")[0] for name in modules(statement)}


@pytest.mark.parametrize("statement", ["import netspec", "from netspec import specs", "import netspec.plan"])
def test_import_loads_nothing_heavy(statement):
    assert loaded(statement) & HEAVY == set()


def test_import_loads_no_numpy_either():
    assert "numpy" not in loaded("import netspec")


def test_importing_the_face_loads_containers_and_verbs_only():
    found = modules("from netspec import specs, sim")
    assert found & {"neuron", "mpi4py", "matplotlib", "h5py", "typer", "rich", "filelock", "gzip"} == set()
    assert {name.split(".")[1] for name in found if name.startswith("netspec.")} == ROOMS
    assert {name for name in found if name.startswith("netspec.neuron.")} == {
        "netspec.neuron.exit_status",
        "netspec.neuron.ranks",
    }


def test_a_first_network_loads_the_spec_when_it_is_made():
    found = modules("from netspec import specs; specs.NetParams(); specs.SimConfig()")
    assert {"netspec.spec.network", "netspec.spec.simulation"} <= found
    assert not {name for name in found if name.startswith(("netspec.plan", "netspec.spec.check"))}
