"""A network that one package saved is the same network when the other one loads and runs it."""

import json
import subprocess

import environment
import pytest
from compare import differences

pytestmark = [pytest.mark.oracle, pytest.mark.neuron]

SCRIPT = environment.HERE / "exchange.py"
BOTH = ("sections", "stimulation_events", "netstim_populations")
NETSPEC = (
    "cell_functions",
    "local_step",
    "morphology",
    "point_neurons",
    "pointer_connections",
    "shaped_weights",
    "subcellular_maps",
    "subcellular_uniform",
    "unlabelled",
    "vecstim_trains",
)
"""Networks that NetPyNE does not load as it saved them; netspec does."""
PICKLES = ("cell_functions", "shaped_weights", "unlabelled")
"""Those that are read from pickles: the order of draws, which NetPyNE's JSON loses; NEURON's Vectors."""


def cases():
    """(network, writer, reader, kind of file) of every test."""
    for network in BOTH:
        for writer, reader in (("netspec", "netpyne"), ("netpyne", "netspec"), ("netspec", "netspec")):
            for kind in ("json", "pkl"):
                yield pytest.param(network, writer, reader, kind)
    for network in NETSPEC:
        for writer in ("netpyne", "netspec"):
            yield pytest.param(network, writer, "netspec", "pkl" if network in PICKLES else "json")
    yield pytest.param("cell_functions", "netspec", "netspec", "json")


@pytest.fixture(scope="module")
def run(start):
    """run(package, *arguments): the script, in the package's environment, where the mechanisms are."""

    def of(package, *arguments):
        if package == "netspec":
            done = start(1, SCRIPT, package, *arguments, cwd=environment.HERE)
        else:
            command = [environment.python(), SCRIPT, package, *arguments]
            done = subprocess.run(
                command, cwd=environment.folder(), env=environment.environment(), check=False,
                capture_output=True, text=True,
            )  # fmt: skip
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]

    return of


@pytest.fixture(scope="module")
def saved(run, tmp_path_factory):
    """saved(package, network): the folder with its files, written once."""
    folders = {}

    def by(package, network):
        if (package, network) not in folders:
            folders[package, network] = tmp_path_factory.mktemp(package)
            run(package, "save", network, folders[package, network])
        return folders[package, network]

    return by


@pytest.mark.parametrize(("network", "writer", "reader", "kind"), list(cases()))
def test_file_is_the_network(run, saved, oracle, tmp_path, network, kind, writer, reader):
    """Saved spikes, loaded connections, and spikes of the loaded network equal the original's."""
    path = saved(writer, network) / f"{network}_data.{kind}"
    run(reader, "load", path, tmp_path / "found.json")
    found, original = json.loads((tmp_path / "found.json").read_text()), oracle(network)
    expected = sorted(
        [t, int(gid)] for t, gid in zip(original["data"]["spkt"], original["data"]["spkid"], strict=True)
    )
    assert not differences(expected, found["saved"])
    assert not differences(connections(original), connections(found))
    assert not differences(expected, found["spikes"])


def connections(result):
    keys = ("preGid", "preLabel", "sec", "loc", "synMech", "weight", "delay", "label")
    return [[{key: conn.get(key) for key in keys} for conn in cell["conns"]] for cell in result["cells"]]
