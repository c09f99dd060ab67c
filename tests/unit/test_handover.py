"""What other people's packages get is what was recorded: numbers, units, places, also after a file."""

import json
import sys
from dataclasses import replace

import numpy as np
import pytest

import netspec
from netspec.errors import NetspecError
from netspec.plan import TraceBlock
from netspec.results import Results
from netspec.results.curves import rate_of, unit_of
from netspec.signals.recorded import Signal, counted
from netspec.tables import Table

SOMA = {"geom": {"L": 20, "diam": 20}, "mechs": {"hh": {}}}
NET = {
    "popParams": {"E": {"cellType": "E", "numCells": 3}, "I": {"cellType": "E", "numCells": 2}},
    "cellParams": {"E": {"secs": {"soma": SOMA}}},
    "synMechParams": {"exc": {"mod": "Exp2Syn", "tau1": 0.5, "tau2": 3, "e": 0}},
    "connParams": {
        "E->I": {
            "preConds": {"pop": "E"},
            "postConds": {"pop": "I"},
            "weight": 0.01,
            "delay": 2,
            "synMech": "exc",
        }
    },
}
CFG = {
    "duration": 20,
    "recordStep": 0.1,
    "recordLFP": [[50, 50, 50], [50, 150, 50]],
    "recordDipole": True,
    "recordTraces": {
        "V": {"sec": "soma", "loc": 0.5, "var": "v"},
        "g": {"synMech": "exc", "var": "g", "conds": {"pop": "I"}},
    },
    "recordCells": [("E", 0), "I"],
}
SPIKES = [(1.0, 0), (2.5, 3), (2.5, 1), (11.0, 0), (19.95, 4)]


@pytest.fixture(scope="module")
def results():
    """Five cells with invented spikes, traces and signals."""
    plan = netspec.plan(NET, CFG)
    rng = np.random.default_rng(1)
    time = np.arange(201) * 0.1

    def signal(quantum, unit, channels, **cells):
        total, own = (counted(rng.normal(size=(200, channels)), quantum) for _ in range(2))
        return Signal(time[1:], unit, quantum, total, {"E": own}, {0: rng.normal(size=(200, channels))})

    return Results(
        plan,
        spikes=Table({"time": np.array([t for t, _ in SPIKES]), "gid": np.array([g for _, g in SPIKES])}),
        time=time,
        traces={
            "V": {gid: rng.normal(-65, 5, 201) for gid in (0, 3, 4)},
            "g": {gid: {f"soma_0.5{n}": rng.random(201) for n in ("", "_1", "_2")} for gid in (3, 4)},
        },
        stims={0: {"bkg": np.array([0.5, 1.5])}},
        signals={"LFP": signal(2.0**-48, "mV", 2), "dipole": signal(2.0**-36, "nA um", 3)},
        net_params=NET,
        sim_config=CFG,
    )


@pytest.fixture
def with_own_times(results):
    """A trace whose cells have sample times of their own, as with a variable time step."""
    times = {gid: np.array([0, 0.1, 0.3, 1.0 + gid, 20]) for gid in (0, 3)}
    return replace(results, traces={"V": {gid: own**2 for gid, own in times.items()}}, times={"V": times})


def test_xarray_has_values_units_and_places(results):
    tree = results.to_xarray()
    voltage = tree["traces/V"]
    assert voltage.dims == ("gid", "time")
    assert voltage.attrs["units"] == "mV"
    for gid, values in results.traces["V"].items():
        assert voltage.sel(gid=gid).values.tolist() == values.tolist()
        assert voltage.sel(gid=gid)["V_section"].item() == "soma"
    assert voltage.sel(gid=3)["population"].item() == "I"
    assert voltage.sel(gid=3)["y"].item() == results.plan.cells.table["y"][3]
    conductance = tree["traces/g"]
    assert conductance.attrs["units"] == "uS"
    assert tree["traces/g_gid"].values.tolist() == [3, 3, 3, 4, 4, 4]
    assert conductance.values[4].tolist() == results.traces["g"][4]["soma_0.5_1"].tolist()


def test_xarray_has_spikes_and_shares_of_signals(results):
    tree = results.to_xarray()
    assert list(zip(tree["spikes/time"].values, tree["spikes/gid"].values, strict=True)) == SPIKES
    assert tree["spikes/population"].values.tolist() == ["E", "I", "E", "E", "I"]
    lfp, signal = tree["signals/LFP"], results.signals["LFP"]
    assert lfp["total"].values.tolist() == signal.values.tolist()
    assert lfp["total"].attrs["units"] == "mV"
    assert lfp["y"].values.tolist() == [50, 150]
    assert lfp["populations"].sel(population="E").values.tolist() == signal.of_population("E").tolist()
    dipole = tree["signals/dipole"]["total"].sel(axis="y")
    assert dipole.values.tolist() == results.signals["dipole"].values[:, 1].tolist()
    assert tree["signals/dipole"]["cells"].sel(gid=0).shape == (200, 3)


def test_xarray_keeps_times_that_differ_between_cells(with_own_times):
    tree = with_own_times.to_xarray()
    assert tree["traces/V_time"].sel(gid=3).values.tolist() == [0, 0.1, 0.3, 4.0, 20]
    assert tree["traces/V"].sel(gid=3).values.tolist() == with_own_times.traces["V"][3].tolist()


def test_xarray_survives_a_file(results, tmp_path):
    xarray = pytest.importorskip("xarray")
    tree = results.to_xarray()["traces"].to_dataset()
    tree.to_netcdf(tmp_path / "a.nc", engine="scipy")
    with xarray.open_dataset(tmp_path / "a.nc") as again:
        assert again["V"].equals(tree["V"])


def test_pandas_has_frames_of_everything(results):
    frames = results.to_pandas()
    assert frames["cells"].loc[3, "population"] == "I"
    assert frames["cells"].attrs["units"]["y"] == "um"
    assert frames["spikes"].groupby("population")["time"].count().to_dict() == {"E": 3, "I": 2}
    rows = frames["connections"]
    assert len(rows) == 6
    assert set(rows["rule"]) == {"E->I"}
    assert (set(rows["synapse"]), set(rows["section"])) == ({"exc"}, {"soma"})
    assert set(zip(rows["pre_population"], rows["post_population"], strict=True)) == {("E", "I")}
    assert frames["traces"]["V", 3, ""].tolist() == results.traces["V"][3].tolist()
    assert frames["traces"].attrs["units"]["g"] == "uS"
    assert frames["LFP"]["E", 1].tolist() == results.signals["LFP"].of_population("E")[:, 1].tolist()
    assert frames["dipole"]["all", "z"].tolist() == results.signals["dipole"].values[:, 2].tolist()
    assert frames["stims"].to_dict("list") == {"time": [0.5, 1.5], "gid": [0, 0], "source": ["bkg"] * 2}


def test_pynapple_has_seconds_and_tags(results):
    found = results.to_pynapple()
    assert [found["spikes"][gid].t.tolist() for gid in (0, 2)] == [[0.001, 0.011], []]
    assert found["spikes"]["population"].tolist() == ["E", "E", "E", "I", "I"]
    assert found["spikes"].rates[0] == pytest.approx(2 / 0.02)
    assert found["V"].values[:, 1].tolist() == results.traces["V"][3].tolist()
    assert found["V"].t[-1] == pytest.approx(0.02)
    assert found["LFP of E"].shape == (200, 2)


def test_pynapple_keeps_times_that_differ_between_cells(with_own_times):
    own = with_own_times.to_pynapple()["V"]
    assert own[3].t == pytest.approx([0, 0.0001, 0.0003, 0.004, 0.02])


def test_neo_is_what_elephant_works_on(results):
    statistics = pytest.importorskip("elephant.statistics")
    block = results.to_neo()
    segment = block.segments[0]
    trains = [train for train in segment.spiketrains if "source" not in train.annotations]
    rates = [statistics.mean_firing_rate(train).rescale("Hz").item() for train in trains]
    assert rates == pytest.approx([100, 50, 0, 50, 50])
    assert trains[3].annotations["population"] == "I"
    assert {group.name: len(group.spiketrains) for group in block.groups} == {"E": 3, "I": 2}
    voltage = segment.analogsignals[0]
    assert voltage.magnitude[:, 0].tolist() == results.traces["V"][0].tolist()
    assert (str(voltage.dimensionality), voltage.sampling_rate.rescale("Hz").item()) == ("mV", 10_000)
    assert voltage.annotations["section"] == "soma"
    lfp = next(signal for signal in segment.analogsignals if signal.name == "LFP of all")
    assert lfp.magnitude.tolist() == results.signals["LFP"].values.tolist()
    assert lfp.t_start.item() == pytest.approx(0.1)
    assert lfp.array_annotations["y"].rescale("um").magnitude.tolist() == [50, 150]
    dipole = next(signal for signal in segment.analogsignals if signal.name == "dipole of all")
    assert dipole.array_annotations["axis"].tolist() == ["x", "y", "z"]
    assert dipole.rescale("nA*um").magnitude.tolist() == results.signals["dipole"].values.tolist()


def test_neo_keeps_uneven_times(with_own_times):
    irregular = with_own_times.to_neo().segments[0].irregularlysampledsignals
    assert [signal.times.magnitude.tolist() for signal in irregular][1] == [0, 0.1, 0.3, 4.0, 20]


def test_nwb_is_valid_and_reads_back_equal(results, tmp_path):
    pynwb, inspector = pytest.importorskip("pynwb"), pytest.importorskip("nwbinspector")
    path = results.to_nwb(tmp_path / "a.nwb", keywords=["simulation"])
    assert pynwb.validate(path=path) == []
    found = list(inspector.inspect_nwbfile(nwbfile_path=path))
    assert [m for m in found if m.importance.name in ("CRITICAL", "ERROR", "PYNWB_VALIDATION")] == []
    with pynwb.NWBHDF5IO(path, "r") as io:
        file = io.read()
        units = file.units.to_dataframe()
        assert units.index.tolist() == [0, 1, 2, 3, 4]
        assert units["population"].tolist() == ["E", "E", "E", "I", "I"]
        assert units["y"].tolist() == results.plan.cells.table["y"].tolist()
        assert [times.tolist() for times in units["spike_times"]] == [
            [0.001, 0.011],
            [0.0025],
            [],
            [0.0025],
            [0.01995],
        ]
        assert file.electrodes["y"][:].tolist() == [50, 150]
        series = file.processing["ecephys"]["LFP"]
        assert series["LFP_E"].data[:].tolist() == results.signals["LFP"].of_population("E").tolist()
        assert (series["LFP"].conversion, series["LFP"].unit, series["LFP"].rate) == (1e-3, "volts", 10_000)
        traces = file.processing["icephys"]
        assert traces["V"].data[:, 1].tolist() == results.traces["V"][3].tolist()
        assert traces["V_curves"]["gid"][:].tolist() == [0, 3, 4]
        assert traces["g_curves"]["key"][:][:2].tolist() == ["soma_0.5", "soma_0.5_1"]
        dipole = file.processing["misc"]["dipole"]
        assert (dipole.data[:].tolist(), dipole.unit) == (results.signals["dipole"].values.tolist(), "A*m")
        assert file.processing["misc"]["inputs"]["spike_times"][0].tolist() == [0.0005, 0.0015]
        spec = json.loads(file.scratch["netspec_spec"].data)
    again = netspec.plan(spec["net_params"], spec["sim_config"])
    assert again.connections == results.plan.connections


def test_nwb_of_uneven_times_and_of_nothing_else(with_own_times, tmp_path):
    pynwb = pytest.importorskip("pynwb")
    quiet = replace(with_own_times, signals={}, stims={}, spikes=results_without_spikes())
    path = quiet.to_nwb(tmp_path / "a.nwb")
    assert pynwb.validate(path=path) == []
    with pynwb.NWBHDF5IO(path, "r") as io:
        series = io.read().processing["icephys"]["V_1"]
        assert series.timestamps[:] == pytest.approx([0, 0.0001, 0.0003, 0.004, 0.02])


def results_without_spikes():
    return Table({"time": np.empty(0), "gid": np.empty(0, np.int64)})


@pytest.mark.parametrize(
    ("method", "module", "extra"),
    [
        ("to_xarray", "xarray", "analysis"),
        ("to_pandas", "pandas", "analysis"),
        ("to_pynapple", "pynapple", "analysis"),
        ("to_neo", "neo", "analysis"),
        ("to_nwb", "pynwb", "nwb"),
    ],
)
def test_what_is_not_installed_is_named_with_its_extra(results, monkeypatch, tmp_path, method, module, extra):
    monkeypatch.setitem(sys.modules, module, None)
    arguments = [tmp_path / "a.nwb"] if method == "to_nwb" else []
    with pytest.raises(NetspecError, match=rf"needs {module}: pip install 'netspec\[{extra}\]'"):
        getattr(results, method)(*arguments)


@pytest.mark.parametrize(
    ("kind", "variable", "unit"),
    [
        ("segment", "v", "mV"),
        ("segment", "ina", "mA/cm2"),
        ("segment", "cai", "mM"),
        ("segment", "eca", "mV"),
        ("segment", "i_membrane_", "nA"),
        ("mech", "m", ""),
        ("mech", "il", "mA/cm2"),
        ("mech", "gk", "S/cm2"),
        ("synapse", "g", "uS"),
        ("pointp", "V", "mV"),
        ("pointp", "u", ""),
    ],
)
def test_unit_of_a_variable_is_neurons(kind, variable, unit):
    assert unit_of(TraceBlock("label", kind, variable, np.array([0]))) == unit


def test_rate_is_that_of_even_samples_only():
    assert rate_of(np.arange(1001) * 0.1) == 10
    assert rate_of(np.array([0, 0.1, 0.3])) is None
    assert rate_of(np.array([0.0])) is None
