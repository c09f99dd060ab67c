"""NeuroML and LEMS, imported, written as NeuroML and read again: the same spikes."""

from importlib.util import find_spec

import neuroml_lems
import numpy as np
import pytest

import netspec
from netspec.formats.neuroml.export.write import export
from netspec.session.exporting import mods as files_of

pytestmark = [
    pytest.mark.neuron,
    pytest.mark.skipif(
        find_spec("pyneuroml") is None, reason="the definitions of NeuroML come with pyNeuroML"
    ),
]


def spikes(net, options, mods):
    found = netspec.run(net, options, mod=mods).spikes
    order = np.lexsort([found["time"], found["gid"]])
    return found["gid"][order].tolist(), found["time"][order]


@pytest.mark.parametrize("text", [neuroml_lems.TEXT, neuroml_lems.standard()], ids=["own types", "standard"])
def test_the_same_spikes_after_two_imports(tmp_path, text):
    path = tmp_path / "LEMS_given.xml"
    path.write_text(text)
    net, options, mods = netspec.import_neuroml(path)
    plan = netspec.plan(net, options, mod=mods)
    written = export(plan, tmp_path / "out", "again", mods=files_of(mods))
    gids, times = spikes(net, options, mods)
    again = spikes(*netspec.import_neuroml(written[1]))
    assert len(set(gids)) >= 3
    assert again[0] == gids
    np.testing.assert_allclose(again[1], times, atol=1e-9)
