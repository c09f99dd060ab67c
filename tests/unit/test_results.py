"""Results: selecting, rates, shares of ranks put together, one file."""

from dataclasses import fields, replace

import numpy as np
import pytest

from netspec import load, native
from netspec.errors import FileError, SpecError
from netspec.formats import tree
from netspec.model import resolve
from netspec.plan.make import make
from netspec.results import Results, count, shares, summary
from netspec.spec.read import read
from netspec.tables import Table

SECTIONS = {
    "soma": {"geom": {"L": 20, "diam": "uniform(18, 22)", "nseg": 1}},
    "dend": {
        "geom": {"L": 100, "diam": 2, "nseg": 3},
        "topol": {"parentSec": "soma", "parentX": 1.0, "childX": 0},
    },
}
EXC_TO_INH = {
    "preConds": {"pop": "E"},
    "postConds": {"pop": "I"},
    "probability": 0.6,
    "weight": "uniform(0, 1)",
    "delay": 2,
    "synMech": ["exc", "inh"],
    "sec": ["soma", "dend"],
}
NET = {
    "popParams": {
        "E": {"cellType": "P", "numCells": 5},
        "I": {"cellType": "P", "numCells": 4},
        "noise": {"cellModel": "NetStim", "numCells": 3, "rate": "uniform(5, 10)", "noise": 1},
        "trains": {"cellModel": "VecStim", "numCells": 3, "rate": 100, "noise": 0.5},
    },
    "cellParams": {"P": {"secs": SECTIONS}},
    "synMechParams": {
        "exc": {"mod": "Exp2Syn", "tau1": 0.1, "tau2": "uniform(4, 5)"},
        "inh": {"mod": "ExpSyn", "tau": 5},
    },
    "connParams": {
        "E->I": EXC_TO_INH,
        "noise->E": {
            "preConds": {"pop": "noise"},
            "postConds": {"pop": "E"},
            "weight": "uniform(0, 1)",
            "synMech": "exc",
        },
        "I->E": {
            "preConds": {"pop": "I"},
            "postConds": {"pop": "E"},
            "convergence": 2,
            "synsPerConn": 2,
            "synMech": "inh",
        },
    },
    "stimSourceParams": {
        "bkg": {"type": "NetStim", "rate": 15, "noise": 1, "start": "uniform(0, 5)"},
        "ic": {"type": "IClamp", "amp": "uniform(0, 1)", "dur": 5, "del": 1},
    },
    "stimTargetParams": {
        "bkg->P": {"source": "bkg", "conds": {"cellType": "P"}, "synMech": ["exc", "inh"], "weight": 0.1},
        "ic->I": {"source": "ic", "conds": {"pop": "I"}, "sec": "dend", "loc": 0.5},
    },
}
CFG = {
    "duration": 20,
    "recordTraces": {"V": {"sec": "soma", "var": "v"}},
    "recordCells": ["E"],
    "recordStim": True,
}


def share_of(rank, size):
    return lambda cells, kinds: np.arange(rank, len(cells), size)


def model():
    return resolve(read(NET, {**CFG, "randomStreams": "named"}))


def of_plan(plan):
    """What a run of a plan might have recorded: each cell spikes at its gid and at 10 ms."""
    gids = plan.cells.gids[plan.cells.owned]
    spikes = Table(
        {"time": np.concatenate([gids + 0.5, gids * 0 + 10.0]), "gid": np.concatenate([gids, gids])}
    )
    time = np.arange(0.0, 20.1, 2.0)
    recorded = [gid for gid in gids.tolist() if gid < 5]
    return Results(
        plan=plan,
        spikes=spikes.take(np.argsort(spikes["time"], kind="stable")),
        time=time,
        traces={
            "V": {gid: -65 + gid + time for gid in recorded},
            "g": {g: {"soma_0.5": time * g} for g in recorded},
        },
        stims={gid: {"bkg": np.array([gid, 12.0])} for gid in recorded},
        net_params=NET,
        sim_config={**CFG, "randomStreams": "named"},
        provenance={"netspec": "0"},
    )


@pytest.fixture(scope="module")
def results():
    return of_plan(make(model()))


class Rank:
    """One of several ranks that take turns in this process. outbox: what each has sent."""

    def __init__(self, rank, parts, outbox):
        self.rank, self.size = rank, len(parts)
        self._parts, self._outbox = parts, outbox

    def allreduce(self, array):
        numbers = [count(part) for part in self._parts]
        return sum(np.array([n.connections, n.contacts, *n.cells_of, *n.spikes_of]) for n in numbers)

    def gathered(self, words):
        if self.rank == 0:
            return iter(self._outbox[::-1])
        self._outbox.append(words)
        return iter(())


def gathered(size):
    parts = [of_plan(make(model(), share_of(rank, size))) for rank in range(size)]
    outbox, found = [], None
    for rank in reversed(range(size)):
        found = parts[rank].gather(Rank(rank, parts, outbox))
    return found


@pytest.mark.parametrize("size", [2, 3, 7])
def test_shares_of_ranks_are_the_whole(results, size):
    found = gathered(size)
    assert tree.pack(tree.flatten(shares.whole(found))).tobytes() == packed(by_time_and_gid(results))
    assert found.counts.connections == count(results).connections


def by_time_and_gid(results):
    spikes = results.spikes
    return replace(results, spikes=spikes.take(np.lexsort([spikes["gid"], spikes["time"]])))


def packed(results):
    return tree.pack(tree.flatten(shares.whole(results))).tobytes()


def test_share_of_a_loaded_plan_is_the_planned_share(results):
    planned = make(model(), share_of(1, 3))
    share = shares.restrict(results.plan, planned.cells.owned)
    for name in ("connections", "cell_values", "synapse_values", "points", "inputs"):
        expected, found = (
            tree.pack(tree.flatten(getattr(plan, name))).tobytes() for plan in (planned, share)
        )
        assert expected == found, name


def test_file_with_artificial_cells_of_the_model(tmp_path):
    net = {"popParams": {"own": {"cellModel": "Ticker", "numCells": 2, "interval": "uniform(2, 3)"}}}
    plan = make(resolve(read(net, {"duration": 20}, artificial={"Ticker"}), {"Ticker"}))
    made = replace(of_plan(plan), net_params=net, sim_config={"duration": 20})
    found = load(made.save(tmp_path / "r.h5"))
    assert found.plan.cells.populations[0].mechanism == "Ticker"
    assert packed(found) == packed(made)


def test_file_gives_everything_back(results, tmp_path):
    path = results.save(tmp_path / "deep" / "r.h5")
    found = load(path)
    assert packed(found) == packed(results)
    assert found.plan.model.spec == results.plan.model.spec
    assert [f.name for f in fields(found)] == [f.name for f in fields(results)]
    assert found.counts.contacts == count(results).contacts


def test_file_that_lacks_something(results, tmp_path):
    from netspec.formats import hdf5

    leaves = {
        n: leaf for n, leaf in tree.flatten(shares.whole(results)).items() if not n.startswith("/spikes")
    }
    hdf5.save(tmp_path / "r.h5", leaves)
    with pytest.raises(FileError, match=r"r.h5: 'spikes' is missing"):
        load(tmp_path / "r.h5")


def test_counts(results):
    found = count(results)
    rows = results.plan.connections
    pairs = len({(pre, post) for pre, post in zip(rows["pre"].tolist(), rows["post"].tolist(), strict=True)})
    assert found.connections == pairs + 9  # every P cell has NetStims
    assert found.contacts == len(rows) + 18
    assert found.cells_of.tolist() == [5, 4, 3, 3]
    assert found.spikes == 30


def test_rates(results):
    assert results.rates() == {"E": 100.0, "I": 100.0, "noise": 100.0, "trains": 100.0}
    assert results.rates((0, 5)) == {"E": 200.0, "I": 0.0, "noise": 0.0, "trains": 0.0}


def test_selection_of_cells_and_time(results):
    found = results.select(["I", 0], (0, 9))
    assert found.spikes["gid"].tolist() == [0, 5, 6, 7, 8]
    assert list(found.traces["V"]) == [0]
    assert len(found.traces["V"][0]) == len(found.time) == 5
    assert found.stims == {0: {"bkg": np.array([0.0])}}
    with pytest.raises(SpecError, match="cells"):
        results.select(["J"])


def test_summary_has_the_lines_that_people_look_for(results):
    lines = summary(results, 4, 1.5)
    assert [line.split(":")[0].strip() for line in lines] == [
        "Cells", "Connections", "Synaptic contacts", "Spikes", "Simulated time", "Run time",
    ]  # fmt: skip
    assert lines[0] == "  Cells: 15"
    assert lines[3] == "  Spikes: 30 (100.00 Hz)"


def test_plan_without_neuron_is_the_same(results):
    assert native.plan(NET, CFG).connections == results.plan.connections
