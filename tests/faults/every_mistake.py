"""Make every mistake of the tables on some ranks; what each rank is told goes to <folder>/<rank>.json."""

import json
import sys
import warnings
from pathlib import Path

import test_bad_input_netparams as of_network
import test_bad_input_simconfig as of_simulation
import test_bad_input_subcellular as of_places
import test_on_ranks as of_neuron
from bad_input import spoiled

from netspec import SpecError, sim


def every():
    """(name, root, changes) of every mistake."""
    for root, module in (
        ("netParams", of_network),
        ("netParams", of_places),
        ("simConfig", of_simulation),
        ("netParams", of_neuron),
    ):
        for table in (module.RUNS_IN_NETPYNE, module.STOPS):
            yield from ((f"{root}: {name}", root, changes) for name, (changes, _) in table.items())


def told(root, changes):
    """Problems of creating the spoiled network."""
    try:
        sim.create(*spoiled(root, *changes))
    except SpecError as error:
        return [f"{problem.path}: {problem.message}" for problem in error.problems]
    return []


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    found = {name: told(root, changes) for name, root, changes in every()}
    Path(sys.argv[1], f"{sim.rank}.json").write_text(json.dumps(found))
