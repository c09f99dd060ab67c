"""Every mistake through the facade on 1 and 2 ranks: all are told the same, and nothing is built."""

import json
from pathlib import Path

import pytest
import test_bad_input_netparams as of_network
import test_bad_input_simconfig as of_simulation
import test_bad_input_subcellular as of_places

E_I = "connParams.E->I"
E_I_PATH = "netParams.connParams['E->I']"
SOMA = "cellParams.PYR.secs.soma"
SOMA_PATH = "netParams.cellParams['PYR'].secs['soma']"

RUNS_IN_NETPYNE = {
    "unknown density mechanism": (
        [(f"{SOMA}.mechs.hhxx", {"g": 1})],
        f"{SOMA_PATH}.mechs['hhxx']: ",
    ),
    "function that gives a negative delay": (
        [(f"{E_I}.delay", "1 - dist_3D")],
        f"{E_I_PATH}.delay: ",
    ),
    "function that gives a probability above 1": (
        [(f"{E_I}.probability", "1 + dist_3D")],
        f"{E_I_PATH}.probability: ",
    ),
    "parameter of an artificial cell": (
        [("popParams.S", {"cellModel": "NetStim", "numCells": 1, "rate": 10, "nois": 1})],
        "netParams.popParams['S'].nois",
    ),
}
STOPS = {
    "parameter of a density mechanism": (
        [(f"{SOMA}.mechs.hh.gnabr", 0.1)],
        f"{SOMA_PATH}.mechs['hh'].gnabr: not a parameter of 'hh'. Did you mean 'gnabar'?",
    ),
    "unknown synapse mechanism": (
        [("synMechParams.exc.mod", "Exp2SynXX")],
        "netParams.synMechParams['exc'].mod: ",
    ),
    "parameter of a synapse": (
        [("synMechParams.exc.tauu1", 1)],
        "netParams.synMechParams['exc'].tauu1: not a parameter of 'Exp2Syn'. Did you mean 'tau1'?",
    ),
    "unknown stimulus": (
        [("stimSourceParams.ic.type", "IClmp")],
        "netParams.stimSourceParams['ic'].type: ",
    ),
    "parameter of a stimulus": (
        [("stimSourceParams.ic.ampp", 1)],
        "netParams.stimSourceParams['ic'].ampp: ",
    ),
    "function that gives no number": (
        [(f"{E_I}.weight", "sqrt(-1 - dist_3D)")],
        f"{E_I_PATH}.weight: 'sqrt(-1 - dist_3D)' gives nan for pair 0 -> 4",
    ),
    "index outside the target cells": (
        [("stimTargetParams.ic->E.conds", {"pop": "E", "cellList": [9]})],
        "netParams.stimTargetParams['ic->E'].conds",
    ),
}


@pytest.fixture(scope="module", params=[1, 2])
def told(request, start, tmp_path_factory):
    """What every rank of a job was told: mistake -> problems."""
    folder = tmp_path_factory.mktemp("told")
    script = Path(__file__).with_name("every_mistake.py")
    done = start(request.param, script, folder, timeout=300)
    assert done.returncode == 0, done.stderr
    assert "Number of cells" not in done.stdout
    found = [json.loads(path.read_text()) for path in sorted(folder.iterdir())]
    assert len(found) == request.param
    assert all(other == found[0] for other in found)
    return found[0]


def expected():
    for root, module in (
        ("netParams", of_network),
        ("netParams", of_places),
        ("simConfig", of_simulation),
        ("netParams", __import__(__name__)),
    ):
        for table in (module.RUNS_IN_NETPYNE, module.STOPS):
            yield from ((f"{root}: {name}", text) for name, (_, text) in table.items())


def test_each_mistake_is_told_with_its_path(told):
    missing = {
        name: told[name]
        for name, text in expected()
        if not any(problem.startswith(text) for problem in told[name])
    }
    assert not missing
