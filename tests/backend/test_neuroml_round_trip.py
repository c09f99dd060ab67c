"""Networks written as NeuroML and read again make the same spikes."""

from importlib.util import find_spec

import neuroml_networks as networks
import numpy as np
import pytest

import netspec
from netspec.formats.neuroml.export.write import export

pytestmark = pytest.mark.skipif(
    find_spec("pyneuroml") is None, reason="the definitions of NeuroML come with pyNeuroML"
)
STEP = 0.025


@pytest.fixture(autouse=True)
def formulas():
    """NEURON's hh computes its rates instead of looking them up, as the channels of NeuroML do."""
    from neuron import h

    h.usetable_hh = 0
    yield
    h.usetable_hh = 1


def read_again(path, folder):
    """Results of a file, with NEURON's own method of integration, and its netParams."""
    from netspec.formats.neuroml import network

    model = network.read(path)
    folder.mkdir()
    for name, text in model.mods.items():
        (folder / f"{name}.mod").write_text(text)
    options = {**model.sim_config, "hParams": {**model.sim_config["hParams"], "secondorder": 0}}
    options.pop("saveLems", None)
    return netspec.run(model.net_params, options, mod=folder), model


def trains(results):
    order = np.lexsort([results.spikes["time"], results.spikes["gid"]])
    return results.spikes["gid"][order], results.spikes["time"][order]


@pytest.mark.parametrize("form", ["xml", "hdf5"])
@pytest.mark.parametrize("name", networks.NETWORKS)
def test_the_same_spikes(tmp_path, name, form):
    net = networks.NETWORKS[name]()
    mods = networks.mod_folder(tmp_path / "mod")
    plan = netspec.plan(net, networks.CONFIG, mod=tmp_path / "mod")
    files = export(plan, tmp_path, "net", form=form, mods=mods)
    gids, times = trains(netspec.run(net, networks.CONFIG, mod=tmp_path / "mod"))
    again, _ = read_again(files[1], tmp_path / "made")
    own = np.isin(again.spikes["gid"], plan.cells.gids)  # stimuli of their own are cells in NeuroML
    found = trains(again)
    sources = np.isin(found[0], plan.cells.gids)
    assert own.sum() == sources.sum() > 2
    assert found[0][sources].tolist() == gids.tolist()
    # Izhikevich's neurons are integrated in another way, and may be a little early or late
    limit = 8 * STEP if name == "point_neurons" else 4 * STEP + 1e-6
    assert np.abs(found[1][sources] - times).max() <= limit


def test_the_same_plan(tmp_path):
    net = networks.branched()
    plan = netspec.plan(net, networks.CONFIG)
    files = export(plan, tmp_path, "net")
    _, model = read_again(files[1], tmp_path / "made")
    again = netspec.plan(model.net_params, model.sim_config, mod=tmp_path / "made")
    assert len(again.connections) == len(plan.connections)
    mine, other = (
        sorted(
            zip(
                *(
                    np.round(table[name], 9).tolist()
                    for name in ("pre", "post", "weight", "delay", "location")
                ),
                strict=True,
            )
        )
        for table in (plan.connections, again.connections)
    )
    reverse = [
        abs(a[4] - b[4]) > 1e-6 and abs(a[4] + b[4] - 1) > 1e-6 for a, b in zip(mine, other, strict=True)
    ]
    assert [a[:4] for a in mine] == [b[:4] for b in other]
    assert not any(reverse)  # a section that hung on its end is turned round
    for axis in "xyz":
        np.testing.assert_allclose(again.cells.table[axis], plan.cells.table[axis], atol=1e-9)
