"""Exports to NeuroML: valid for the schema and for us, the same in XML and HDF5, and what is refused."""

import re
from importlib.util import find_spec
from pathlib import Path

import neuroml_networks as networks
import numpy as np
import pytest

import netspec
from netspec.errors import SpecError, StateError
from netspec.formats.neuroml.export.bodies import body
from netspec.formats.neuroml.export.synapses import junction_of
from netspec.formats.neuroml.export.text import Ids
from netspec.formats.neuroml.export.write import export
from netspec.formats.sonata.export.layout import kinds

pytestmark = pytest.mark.skipif(
    find_spec("pyneuroml") is None, reason="the definitions of NeuroML come with pyNeuroML"
)
EVERY = pytest.mark.parametrize("name", networks.NETWORKS)


def exported(folder, net, form="xml", **options):
    """(network file, LEMS file) of a network."""
    mods = networks.mod_folder(folder / "mod")
    plan = netspec.plan(net, networks.CONFIG, mod=folder / "mod")
    return export(plan, folder / "out", "net", form=form, mods=mods, **options)


def elements(path):
    """All elements of a file below its network, by tag."""
    from netspec.lems import read

    found = {}

    def look(element):
        found.setdefault(element.tag, []).append(element)
        for child in element.children:
            look(child)

    for root, own in read.load(Path(path)).roots:
        if own:
            look(root)
    return found


@EVERY
@pytest.mark.parametrize("form", ["xml", "hdf5"])
def test_no_mistake_is_found_in_an_export(tmp_path, name, form):
    from netspec.lems import check

    network, lems = exported(tmp_path, networks.NETWORKS[name](), form)
    for path in (network, lems):
        assert check.check(path).problems == []


@EVERY
def test_exports_are_valid_for_the_schema(tmp_path, name):
    etree = pytest.importorskip("lxml.etree")
    neuroml = pytest.importorskip("neuroml")
    schema = etree.XMLSchema(etree.parse(Path(neuroml.__file__).parent / "nml" / "NeuroML_v2.3.1.xsd"))
    network, _ = exported(tmp_path, networks.NETWORKS[name]())
    schema.assertValid(etree.parse(network))


@EVERY
@pytest.mark.parametrize("form", ["xml", "hdf5"])
def test_libneuroml_opens_an_export(tmp_path, name, form):
    loaders = pytest.importorskip("neuroml.loaders")
    if form == "hdf5":
        pytest.importorskip("tables")
    network, _ = exported(tmp_path, networks.NETWORKS[name](), form)
    load = loaders.NeuroMLLoader.load if form == "xml" else loaders.NeuroMLHdf5Loader.load
    found = load(str(network)).networks[0]
    plan = netspec.plan(networks.NETWORKS[name](), networks.CONFIG, mod=tmp_path / "mod")
    cells = sum(len(population.instances) for population in found.populations)
    assert cells == len(plan.cells)
    events = sum(len(projection.connection_wds) for projection in found.projections)
    assert events == len(plan.connections) - (plan.gaps["row"] >= 0).sum() + sum(
        len(block.rows) for block in plan.inputs if "synapse" in block.rows
    )


def test_long_texts_fit_into_hdf5(tmp_path):
    loaders = pytest.importorskip("neuroml.loaders")
    pytest.importorskip("tables")
    net = networks.branched()
    dend = net["cellParams"]["Pyr/5"]["secs"]["dend->1"]
    dend["geom"]["pt3d"] = [[0, float(y), 0, 2] for y in range(2000)]
    network, _ = exported(tmp_path, net, "hdf5")
    cell = loaders.NeuroMLHdf5Loader.load(str(network)).cells[0]
    assert len(cell.morphology.segments) > 2000


@EVERY
def test_both_forms_say_the_same(tmp_path, name):
    found = [
        elements(exported(tmp_path / form, networks.NETWORKS[name](), form)[0]) for form in ("xml", "hdf5")
    ]
    assert {tag: len(items) for tag, items in found[0].items() if tag != "property"} == {
        tag: len(items) for tag, items in found[1].items() if tag != "property"
    }
    for tag in ("connectionWD", "electricalConnectionInstanceW", "input", "location"):
        mine, other = (sorted(map(plain, every.get(tag, ()))) for every in found)
        assert mine == other


def plain(element):
    """Places of cells as population and index, numbers to the digits of single precision; no ids."""
    values = {}
    for key, text in element.attributes.items():
        if text.startswith("../"):
            values[key] = tuple(re.findall(r"\w+", text)[:2])
        elif key != "id":
            digits = text.removesuffix("ms").strip()
            values[key] = f"{float(digits):.5g}" if re.fullmatch(r"[-+.\de]+", digits) else digits
    return sorted(values.items())


def test_locations_are_segments_and_fractions():
    net = networks.branched()
    plan = netspec.plan(net, networks.CONFIG)
    kind = kinds(plan)[0][0]
    found, problems = body("c", kind)
    assert problems == []
    dend, twig, axon = (found.cables[name] for name in ("dend->1", "twig", "axon"))
    lengths = np.linalg.norm(np.diff(dend.points[:, :3], axis=0), axis=1)
    assert dend.arcs[-1] == pytest.approx(lengths.sum())
    for location in (0.0, 0.1, 0.35, 0.5, 0.93, 1.0):
        segment, fraction = dend.place(location)
        row = int(segment) - dend.first
        assert dend.arcs[row] + float(fraction) * lengths[row] == pytest.approx(location * lengths.sum())
    above, along = twig.parent
    assert (above, along) == tuple(map(float, dend.place(0.35)))
    # the axon hangs on the soma by its location 1: its segments begin there
    assert axon.points[0].tolist() == [0, 0, 0, 2]
    assert [int(axon.place(x)[0]) for x in (0.99, 0.01)] == [axon.first, axon.first + 1]
    assert float(axon.place(0.99)[1]) == pytest.approx(0.01 * 80 / 30)
    assert np.linalg.norm(twig.points[1, :3] - twig.points[0, :3]) == pytest.approx(80)


def test_labels_are_kept_as_properties(tmp_path):
    found = elements(exported(tmp_path, networks.branched())[0])
    populations = {e.attributes["id"]: e for e in found["population"]}
    assert list(populations) == ["E", "_2_I"]
    kept = {p.attributes["tag"]: p.attributes["value"] for p in populations["_2_I"].all("property")}
    assert kept == {"label": "2 I", "cellType": "I"}
    assert {e.attributes["id"] for e in found["expOneSynapse"]} == {"GABA_A"}
    (cell,) = (e for e in found["cell"] if e.attributes["id"] == "Pyr_5")
    assert [p.attributes["value"] for p in cell.all("property")] == ["Pyr/5"]
    # `run` is a procedure of NEURON's
    assert {e.attributes["id"] for e in found["pulseGenerator"]} == {"run_2", "run_3"}


def test_parts_can_be_left_out(tmp_path):
    net = networks.sources()
    found = elements(exported(tmp_path, net, connections=False, stimulations=False)[0])
    assert "projection" not in found
    assert len(found["population"]) == 1 + 2 + 2


def test_izhikevich_divides_by_its_factor(tmp_path):
    (cell,) = elements(exported(tmp_path, networks.point_neurons())[0])["izhikevich2007Cell"]
    given = {key: text for key, text in cell.attributes.items() if key != "id"}
    numbers = {key: float(re.match(r"[-\d.e]+", text)[0]) for key, text in given.items()}
    assert numbers["C"] == pytest.approx(100, rel=1e-4)  # 31.831 uF/cm2 on 100 pi um2
    assert numbers["k"] == pytest.approx(0.8 / 1.2)
    assert numbers["b"] == pytest.approx(-2 / 1.2)
    assert numbers["d"] == pytest.approx(80 / 1.2)
    assert (numbers["v0"], numbers["vr"], numbers["vpeak"]) == (-61, -61, 30)


@pytest.mark.parametrize(
    ("current", "expected"),
    [
        ("weight * g * (v - vpeer)", (0.5, True)),
        ("(v - vpeer) / g", (2.0, False)),
        ("0.001*g*(v-vpeer)*weight", (0.0005, True)),
        ("g * (v - vpeer) + 1", None),
        ("g * (v - vpeer) * (v - vpeer)", None),
        ("g * (vpeer - v)", None),
        ("other * (v - vpeer)", None),
    ],
)
def test_a_junction_is_known_by_its_current(current, expected):
    head = "NEURON { POINT_PROCESS J NONSPECIFIC_CURRENT i } PARAMETER { g = 3 }"
    text = f"{head} BREAKPOINT {{ i = {current} }}"
    found = junction_of(text, "vpeer", {"g": 0.5})
    assert (found and (pytest.approx(found.conductance), found.weighted)) == expected


def test_ids():
    ids = Ids()
    assert [ids.new(label) for label in ("a->b", "a b", "1", "", "run", "v")] == [
        "a_b", "a_b_2", "_1", "unnamed", "run_2", "v_2",
    ]  # fmt: skip


SOMA = ("cellParams", "I", "secs", "soma")
PATH = "netParams.cellParams['I'].secs['soma']"
REFUSED = {
    "initial potentials": (
        ("cellParams", "I", "secs", "two"), {"vinit": -70}, "netParams.cellParams['I'].secs['two'].vinit",
    ),
    "mechanism": ((*SOMA, "mechs", "Nafx"), {"gbar": 1}, f"{PATH}.mechs['Nafx']"),
    "point process": ((*SOMA, "pointps"), {"p": {"mod": "IClamp"}}, f"{PATH}.pointps['p'].mod"),
    "equivalent branches": ((*SOMA, "geom", "rallbranch"), 2, f"{PATH}.geom.rallbranch"),
    "synapse": (("synMechParams", "exc", "mod"), "NMDA", "netParams.synMechParams['exc'].mod"),
    "plasticity": (
        ("connParams", "in", "plast"),
        {"mech": "STDP", "params": {}},
        "netParams.connParams['in'].plast",
    ),
    "stimulus": (
        ("stimSourceParams", "bg"), {"type": "VClamp", "gain": 1}, "netParams.stimSourceParams['bg'].type",
    ),
    "artificial cell": (
        ("popParams", "noisy"),
        {"cellModel": "IntFire1", "numCells": 1},
        "netParams.popParams['noisy'].cellModel",
    ),
    "reaction-diffusion": (
        ("rxdParams",),
        {"regions": {"cyt": {"secs": ["soma"]}}, "species": {"ca": {"regions": ["cyt"], "initial": 1}}},
        "netParams.rxdParams",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused_is_named_by_its_path(tmp_path, case):
    keys, value, path = REFUSED[case]
    net = networks.sources()
    if case == "initial potentials":
        value = {**value, "topol": {"parentSec": "soma", "parentX": 1, "childX": 0}}
    if case == "synapse":
        net["synMechParams"]["exc"] = {}
    place = net
    for key in keys[:-1]:
        place = place[key]
    place[keys[-1]] = value
    with pytest.raises(SpecError) as caught:
        exported(tmp_path, net)
    assert path in [problem.path for problem in caught.value.problems]
    assert not (tmp_path / "out").exists()


def test_all_refusals_are_listed_before_anything_is_written(tmp_path):
    net = networks.sources()
    net["cellParams"]["I"]["secs"]["soma"] |= {
        "geom": {"L": 20, "diam": 20, "nseg": 2},
        "mechs": {"hh": {"gnabar": [0.1, 0.2], "gnabr": 1}, "Kx": {}},
    }
    net["cellParams"]["I"]["secs"]["d"] = {
        "geom": {}, "topol": {"parentSec": "soma", "parentX": 1, "childX": 0.5}, "mechs": {},
    }  # fmt: skip
    with pytest.raises(SpecError) as caught:
        exported(tmp_path, net)
    assert {problem.path for problem in caught.value.problems} == {
        f"{PATH}.mechs['hh']['gnabar']",
        f"{PATH}.mechs['hh']['gnabr']",
        f"{PATH}.mechs['Kx']",
        "netParams.cellParams['I'].secs['d'].topol['childX']",
    }
    assert not (tmp_path / "out").exists()


def test_a_junction_without_its_mod_file_and_one_that_is_none(tmp_path):
    plan = netspec.plan(networks.junctions(), networks.CONFIG)
    with pytest.raises(SpecError, match="no mod file of Junction is known"):
        export(plan, tmp_path / "out", "net")
    mods = networks.mod_folder(tmp_path / "mod")
    mods["Junction"][0].write_text(networks.JUNCTION.replace("(v - vpeer)", "(v - vpeer) / (1 + v * v)"))
    with pytest.raises(SpecError, match="its current is not a conductance times v - vpeer"):
        export(plan, tmp_path / "out", "net", mods=mods)


def test_turned_cells_are_doubtful(tmp_path):
    net = {**networks.sources(), "rotateCellsRandomly": True}
    with pytest.warns(netspec.errors.NetspecWarning, match="cells of NeuroML are not turned"):
        exported(tmp_path, net)


def test_a_spike_long_before_the_peak_is_doubtful(tmp_path):
    net = networks.point_neurons()
    del net["cellParams"]["RS"]["secs"]["soma"]["threshold"]
    with pytest.warns(netspec.errors.NetspecWarning, match="detected at 10 mV, in NeuroML at vpeak, 30 mV"):
        exported(tmp_path, net)


def test_wrong_arguments(tmp_path):
    plan = netspec.plan(networks.sources(), networks.CONFIG)
    with pytest.raises(SpecError, match="'h5' is unknown"):
        export(plan, tmp_path, "net", form="h5")
    share = netspec.plan(networks.sources(), networks.CONFIG)
    object.__setattr__(share.cells, "owned", share.cells.owned[:1])
    with pytest.raises(StateError, match="share of a network"):
        export(share, tmp_path, "net")
