"""Mod files say which NeuroML they are made of, and exports write it again."""

from importlib.util import find_spec

import neuroml_lems
import pytest

import netspec
from netspec.errors import SpecError
from netspec.formats.neuroml import network
from netspec.formats.neuroml.export.write import export
from netspec.lems import check
from netspec.lems.nmodl import origin

pytestmark = pytest.mark.skipif(
    find_spec("pyneuroml") is None, reason="the definitions of NeuroML come with pyNeuroML"
)


def imported(folder, text=neuroml_lems.TEXT):
    """(the model, its mod files by mechanism)."""
    folder.mkdir(exist_ok=True)
    path = folder / "LEMS_given.xml"
    path.write_text(text)
    model = network.read(path)
    mods = {name: [folder / f"{name}.mod"] for name in model.mods}
    for name, files in mods.items():
        files[0].write_text(model.mods[name])
    return model, mods


def exported(folder, model, mods, form="xml"):
    plan = netspec.plan(model.net_params, model.sim_config, mod=folder)
    return export(plan, folder / "out", "again", form=form, mods=mods)


def bare(text):
    """A mod file without its name and what it is made of."""
    start = text.find("COMMENT of NeuroML")
    return [line for line in text[:start].split("\n") if "SUFFIX" not in line and "PROCESS" not in line][1:]


@pytest.mark.parametrize("form", ["xml", "hdf5"])
def test_the_same_mod_files_come_back(tmp_path, form):
    # the schema has no ids here, after which variables are called
    other = '<plasticityMechanism type="tsodyksMarkramDepMechanism"'
    text = neuroml_lems.TEXT.replace('<tsodyksMarkramDepMechanism id="dep"', other)
    model, mods = imported(tmp_path, text)
    files = exported(tmp_path, model, mods, form)
    assert [path.name for path in files[2:]] == ["again.types.xml"]
    again = network.read(files[1])
    assert sorted(map(bare, again.mods.values())) == sorted(map(bare, model.mods.values()))
    assert check.check(files[1]).problems == []
    secs, others = (found.net_params["cellParams"] for found in (model, again))
    values = [
        sorted(v for m in sec["mechs"].values() for v in m.values()) for sec in secs["stick"]["secs"].values()
    ]
    assert values == [
        sorted(v for m in sec["mechs"].values() for v in m.values())
        for sec in others["stick"]["secs"].values()
    ]
    assert len(again.net_params["stimTargetParams"]) == 2


def test_numbers_that_a_user_changes_are_written(tmp_path):
    model, mods = imported(tmp_path, neuroml_lems.standard())
    point = next(iter(model.net_params["cellParams"]["iaf"]["secs"]["soma"]["pointps"].values()))
    point["thresh"] = -51.5
    mechanisms = model.net_params["cellParams"]["stick"]["secs"]["soma"]["mechs"]
    next(iter(mechanisms.values()))["gmax_na"] = 0.07
    model.net_params["synMechParams"]["plastic"]["gbase"] = 0.03
    text = exported(tmp_path, model, mods)[0].read_text()
    assert 'thresh="-51.5mV"' in text
    assert 'condDensity="0.07S_per_cm2"' in text
    assert 'gbase="0.03uS"' in text
    assert '<plasticityMechanism type="tsodyksMarkramDepMechanism"' in text


def test_what_only_the_section_says_is_written_or_refused(tmp_path):
    model, mods = imported(tmp_path)
    section = model.net_params["cellParams"]["iaf"]["secs"]["soma"]
    section["geom"]["cm"] = 2.0
    with pytest.raises(SpecError, match=r"capacitance is 0\.2, but 0\.1 by its point process's parameters"):
        exported(tmp_path, model, mods)


def test_missing_values_are_asked_for(tmp_path):
    model, mods = imported(tmp_path)
    del model.net_params["synMechParams"]["plastic"]["tauRise"]
    with pytest.raises(SpecError, match=r"(?s)synMechParams\['plastic'\].*give tauRise"):
        exported(tmp_path, model, mods)


def test_a_comment_is_read_as_it_was_written():
    given = origin.Origin("cell", (), (), {"vinit": "{v0}"})
    text = "NEURON { SUFFIX x }\n" + origin.comment(given)
    assert origin.read(text) == given
    assert origin.read("NEURON { SUFFIX x }") is None


def test_gates_of_several_types_are_as_the_schema_wants_them(tmp_path):
    start = neuroml_lems.TEXT.index('<gateHHrates id="h"')
    stop = neuroml_lems.TEXT.index("</ionChannelHH>", start)
    other = (
        '<gateHHtauInf id="h" instances="1"><timeCourse type="fixedTimeCourse" tau="2ms"/>'
        '<steadyState type="HHSigmoidVariable" rate="1" midpoint="-50mV" scale="-7mV"/></gateHHtauInf>'
    )
    model, mods = imported(tmp_path, neuroml_lems.TEXT[:start] + other + neuroml_lems.TEXT[stop:])
    files = exported(tmp_path, model, mods)
    text = files[0].read_text()
    assert '<gate id="m" instances="3" type="gateHHrates">' in text
    assert '<gate id="h" instances="1" type="gateHHtauInf">' in text
    assert check.check(files[1]).problems == []
