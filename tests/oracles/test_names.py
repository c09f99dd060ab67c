"""Every public name of NetPyNE's objects is there, or its error says what to use or that it is to come."""

import json
import subprocess

import environment
import numpy as np
import pytest

pytestmark = [pytest.mark.oracle, pytest.mark.neuron]

SCRIPT = environment.HERE / "names.py"


@pytest.fixture(scope="module")
def found(start, tmp_path_factory):
    """(what NetPyNE has, what netspec says about each)."""
    folder = tmp_path_factory.mktemp("names")
    (folder / "theirs").mkdir()
    theirs = [environment.python(), SCRIPT, "netpyne", folder / "netpyne.json"]
    done = subprocess.run(
        theirs, cwd=folder / "theirs", env=environment.environment(), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    done = start(1, SCRIPT, "netspec", folder / "netspec.json", folder / "netpyne.json", cwd=folder)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    return [json.loads((folder / f"{package}.json").read_text()) for package in ("netpyne", "netspec")]


@pytest.mark.parametrize(
    "place",
    [
        *("specs", "netParams", "simConfig", "sim", "sim.net", "pop", "sim.analysis", "sim.plotting"),
        *("compartmental cell", "artificial cell"),
    ],
)
def test_every_name_is_accounted_for(found, place):
    names, said = found[0][place], found[1][place]
    assert len(names) > 5
    silent = [
        name
        for name, text in said.items()
        if text and not text.startswith(f"AttributeError: {place.split()[-1]} has no {name!r}: ")
    ]
    assert silent == []


def test_every_argument_of_every_plot_is_there(found):
    theirs, ours = (each["arguments"] for each in found)
    assert len(theirs) > 50
    lacking = {name: set(own) - {"sim"} - set(ours.get(name, ())) for name, own in theirs.items()}
    assert {name: own for name, own in lacking.items() if own} == {}


def test_coordinates_of_segments_are_netpynes(found):
    theirs, ours = (each["coordinates"] for each in found)
    assert theirs.keys() == ours.keys()
    for key, values in theirs.items():
        np.testing.assert_allclose(ours[key], values, atol=1e-4)


def test_small_functions_give_what_netpynes_give(found):
    theirs, ours = (each["same"] for each in found)
    for kind in ("mechs", "artifcells"):
        assert theirs["mechVarList"][kind].items() <= ours["mechVarList"].pop(kind).items()
    assert theirs.pop("pointps").items() <= ours.pop("pointps").items()
    theirs["mechVarList"] = {}
    assert ours == theirs
