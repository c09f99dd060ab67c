"""netspec.info: NeuroML types, mechanisms, keys and entries of netParams."""

import pytest

import netspec
from netspec.errors import NetspecError

NET = {
    "cellParams": {"PYR": {"secs": {"soma": {"geom": {"L": "20 um"}, "mechs": {"hh": {"gnabar": 0.2}}}}}},
    "popParams": {"bkg": {"cellModel": "VecStim", "numCells": 2}, "E": {"cellType": "PYR", "layer": 2}},
    "synMechParams": {"exc.fast": {"mod": "Mine", "tau": 3}},
    "connParams": {"E->E": {"preConds": {"pop": "E"}, "postConds": {"pop": "E"}, "weight": 0.5}},
}
MINE = """NEURON { POINT_PROCESS Mine RANGE tau, e GLOBAL q }
PARAMETER { tau = 2 (ms) e = -70 (mV) q = 3 celsius (degC) }
NET_RECEIVE (w (nS)) { }"""


@pytest.fixture
def mod(tmp_path):
    (tmp_path / "mine.mod").write_text(MINE)
    return tmp_path


def rows(page, heading):
    return {row[0]: row[1:] for row in page.tables[heading]}


def test_type_of_neuroml():
    pytest.importorskip("pyneuroml")
    page = netspec.info("expTwoSynapse")
    assert "rise time of tauRise" in page.text
    parameters = rows(page, "parameters")
    assert list(parameters) == ["gbase", "erev", "tauRise", "tauDecay", "weight"]
    assert parameters["gbase"][0].startswith("nS")
    assert parameters["gbase"][1] == "required"
    assert parameters["weight"][1] == "1"
    assert rows(page, "can be recorded")["g"][0].startswith("nS")
    attached = "\n".join(page.attached)
    for taker in ("by synapse= of", "iafCell", "by component= of inputList"):
        assert taker in attached
    assert 'tauRise="1ms" tauDecay="5ms"' in page.snippet
    assert "gbase" in str(page)
    assert "<table" in page._repr_html_()


def test_what_the_definitions_call_optional_and_what_is_inside():
    pytest.importorskip("pyneuroml")
    page = netspec.info("ionChannelHH")
    assert rows(page, "parameters")["conductance"][1] == "optional"
    assert "gateHHrates" in rows(page, "has inside")["gates"][2]
    assert "<!-- gates: " in page.snippet
    assert "expTwoSynapse" in rows(netspec.info("baseSynapse"), "kinds")
    assert netspec.info("baseSynapse").snippet == ""


def test_every_snippet_is_valid_but_for_what_it_names(tmp_path):
    pytest.importorskip("pyneuroml")
    from netspec.about import neuroml
    from netspec.lems import check

    pages = {name: neuroml.page(name) for name in neuroml.names() if name != "include"}
    snippets = {name: page.snippet for name, page in pages.items() if page.snippet}
    assert len(snippets) > 150
    file = tmp_path / "snippets.xml"
    file.write_text("<Lems>\n" + "\n".join(snippets.values()) + "\n</Lems>")
    problems = [problem.message for problem in check.check(file).problems]
    of_names = ("of this id", "cannot be", "but it is a")
    assert [text for text in problems if not any(part in text for part in of_names)] == []


def test_mechanism_of_a_mod_file(mod):
    page = netspec.info("Mine", mod=mod)
    assert rows(page, "parameters") == {"tau": ("ms", "2", ""), "e": ("mV", "-70", "")}
    assert rows(page, "same for all") == {"q": ("", "", "'q_Mine' in globals or hParams")}
    assert rows(page, "receives")["weight"][0] == "nS"
    assert "synMechParams" in page.attached[0]
    assert page.snippet == "netParams.synMechParams['syn'] = {'mod': 'Mine', 'tau': 2.0, 'e': -70.0}"


@pytest.mark.neuron
@pytest.mark.parametrize(
    ("name", "kind", "row", "snippet"),
    [
        ("hh", "density mechanism", ("gnabar", "S/cm2", "0.12", ""), "['mechs']['hh'] = {'gnabar': 0.12"),
        ("Exp2Syn", "synapse", ("tau2", "ms", "10", ""), "synMechParams['syn'] = {'mod': 'Exp2Syn'"),
        ("IClamp", "point process", ("amp", "nA", "0", ""), "stimSourceParams['stim'] = {'type': 'IClamp'"),
        ("NetStim", "artificial cell", ("interval", "ms", "10", ""), "popParams['cells'] = {'cellModel'"),
    ],
)
def test_mechanism_of_neuron(name, kind, row, snippet):
    page = netspec.info(name)
    assert kind in page.title
    assert row in page.tables["parameters"]
    assert snippet in page.snippet


@pytest.mark.neuron
def test_units_that_plans_use_are_those_of_neuron():
    from netspec.neuron import catalog
    from netspec.spec.vocabulary import MECHANISM_UNITS

    for name, units in MECHANISM_UNITS.items():
        if name:
            known = catalog.units(name)
            assert {key: known.get(key) for key in units} == units, name


def test_sections_and_keys():
    assert rows(netspec.info("connParams"), "keys")["delay"][:2] == ("ms", "None")
    assert "preConds" in netspec.info("connParams").snippet
    assert rows(netspec.info("connParams.weight"), "in connParams")["weight"][0] == "uS"
    assert list(netspec.info("weight").tables) == ["in connParams", "in stimTargetParams"]
    assert rows(netspec.info("duration"), "in simConfig")["duration"][0] == "ms"
    assert rows(netspec.info("diam"), "in geom of a section")["diam"][0] == "um"


def test_every_snippet_of_a_section_can_be_read():
    from netspec import specs
    from netspec.about.entries import SECTIONS
    from netspec.spec.read import read

    net, cfg = specs.NetParams(), specs.SimConfig()
    for _, _, _, snippet in SECTIONS.values():
        exec(snippet, {"netParams": net, "simConfig": cfg})
    net.cellParams["PYR"].secLists = {"dends": ["dend"]}
    net.popParams["I"] = {"cellType": "PYR", "numCells": 1}
    spec = read(net, cfg)
    assert spec.network.connections["E->I"].weight == 0.005
    assert spec.network.sources["step"].params == {"delay": 100.0, "dur": 500.0, "amp": 0.2}


@pytest.mark.neuron
def test_entries_of_a_network(mod):
    page = netspec.info("synMechParams.exc.fast", NET, mod=mod)
    assert rows(page, "parameters of Mine") == {"tau": ("ms", "3", ""), "e": ("mV", "-70", "default")}
    assert page.snippet == "netParams.synMechParams['exc.fast'] = {'mod': 'Mine', 'tau': 3}"
    cell = netspec.info("netParams.cellParams.PYR", NET)
    assert rows(cell, "geom of soma") == {"L": ("um", "'20 um'", "")}
    assert rows(cell, "hh of soma")["gnabar"] == ("S/cm2", "0.2", "")
    assert rows(cell, "hh of soma")["gkbar"] == ("S/cm2", "0.036", "default")
    assert rows(netspec.info("connParams.E->E", NET), "keys")["weight"][:2] == ("uS", "0.5")
    assert rows(netspec.info("popParams.E", NET), "others") == {"layer": ("", "2", "")}


@pytest.mark.neuron
@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("Exp2Sin", "Did you mean 'Exp2Syn'?"),
        ("conParams", "Did you mean 'connParams'?"),
        ("simConfig.durations", "Did you mean 'simConfig.duration'?"),
        ("qwertz uiop", "Names are those of NeuroML's types"),
    ],
)
def test_unknown_names(name, message):
    with pytest.raises(NetspecError, match=message.replace("?", r"\?")):
        netspec.info(name)


def test_unknown_type_of_neuroml():
    pytest.importorskip("pyneuroml")
    with pytest.raises(NetspecError, match=r"Did you mean 'expTwoSynapse'\?"):
        netspec.info("expTwoSynaps")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("synMechParams.inh", "has no entry 'inh'"),
        ("synMechParam.exc", "Did you mean 'synMechParams'?"),
        ("connParams.E->I", "Did you mean 'E->E'?"),
    ],
)
def test_unknown_entries(name, message):
    with pytest.raises(NetspecError, match=message.replace("?", r"\?")):
        netspec.info(name, NET)
