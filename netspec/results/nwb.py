"""Results as a file of Neurodata Without Borders (NWB), in its units: seconds, volts, amperes, siemens."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from netspec.extras import needed
from netspec.formats import json
from netspec.formats.files import whole
from netspec.results import curves as recorded
from netspec.results.curves import Curve

if TYPE_CHECKING:
    from netspec.results import Results

SI = {
    "mV": ("volts", 1e-3), "nA": ("amperes", 1e-9), "uS": ("siemens", 1e-6), "mM": ("mol/m^3", 1.0),
    "mA/cm2": ("A/m^2", 10.0), "S/cm2": ("S/m^2", 1e4), "nA um": ("A*m", 1e-15), "fAm": ("A*m", 1e-15),
    "": ("n.a.", 1.0),
}  # fmt: skip
"""netspec's units: what NWB's are, and the factor that leads there. Data keep netspec's numbers."""
OF_CELLS = {
    "population": "label of the population",
    "index": "number of the cell in its population",
    "x": "position [um]",
    "y": "position, which is depth [um]",
    "z": "position [um]",
}
OF_CURVES = {
    "gid": "of the cell, the id of its row in the table of units",
    "population": "label of the population",
    "section": "where in the cell",
    "location": "where in the section, from 0 to 1",
    "key": "which of the cell's synapses, if there are several",
}

MODULES = {
    "ecephys": "Potentials in the tissue",
    "icephys": "Recorded variables of cells",
    "misc": "Other signals, as sums over cells, and the spikes of stimuli",
}
"""Processing modules, under the names that NWB recommends."""


def to_nwb(results: "Results", path: str | Path, **about: Any) -> str:
    """The path of the written file. about: arguments of pynwb.NWBFile such as session_start_time.

    units: spike times of every cell (id: gid). processing: `ecephys` has the LFP, `icephys` a series of each
    trace with a table that says which column is what, `misc` other signals and the spikes of stimuli.
    scratch: the specification as JSON.
    """
    pynwb = needed("pynwb", "Results.to_nwb", "nwb")
    import h5py

    version = results.provenance.get("versions", {}).get("netspec", "")
    given: dict[str, Any] = {
        "session_description": f"{len(results.plan.cells)} cells simulated by netspec {version}".strip(),
        "identifier": str(uuid.uuid4()),
        "session_start_time": datetime.now(UTC),
        "source_script": "netspec",
        "source_script_file_name": "netspec",
    }
    nobody = {"subject_id": "simulation", "description": "A simulated network, no animal"}
    given["subject"] = pynwb.file.Subject(**nobody, sex="U", age="P0D")  # archives insist on an age
    file = pynwb.NWBFile(**{**given, **about})
    file.units = _units(pynwb, "units", recorded.trains(results), results)
    _stimuli(pynwb, file, results)
    _traces(pynwb, file, results)
    for name in results.signals:
        add = _lfp if name == "LFP" and recorded.channels(results, name)[2] is not None else _signal
        add(pynwb, file, results, name)
    spec = {"net_params": results.net_params, "sim_config": results.sim_config}
    spec["provenance"] = results.provenance
    description = "JSON: netspec.run(net_params, sim_config) simulates it again; where it comes from"
    file.add_scratch(json.text(spec), name="netspec_spec", description=description)
    with whole(path) as part, h5py.File(part, "w") as data, pynwb.NWBHDF5IO(file=data, mode="w") as io:
        io.write(file)
    return str(path)


def _units(pynwb: Any, name: str, times: dict[int, Any], results: "Results") -> Any:
    """Spike times [s] of cells with their tags, one row for each."""
    tags = recorded.cell_columns(results.plan, list(times))
    columns = [_column(key, text, tags[key]) for key, text in OF_CELLS.items()]
    every = [(gid, train / 1000) for gid, train in times.items()]
    return _spike_table(pynwb, name, "Every simulated cell", every, columns, results)


def _spike_table(
    pynwb: Any, name: str, what: str, every: Sequence[tuple[int, Any]], columns: list[Any], results: "Results"
) -> Any:
    """A table of spike times [s] given row by row, and what else is known of each row."""
    common = needed("hdmf.common", "Results.to_nwb", "nwb")
    ids, times = zip(*every, strict=True) if every else ((), ())
    span = np.tile([0.0, results.duration / 1000], (len(ids), 1))
    flat = {
        "spike_times": ("spike times", np.concatenate([np.empty(0), *times]), list(map(len, times))),
        "obs_intervals": ("what was simulated", span, [1] * len(ids)),
    }
    for key, (text, data, lengths) in flat.items():
        target = common.VectorData(name=key, description=text, data=data)
        columns += [target, common.VectorIndex(name=f"{key}_index", target=target, data=np.cumsum(lengths))]
    found = pynwb.misc.Units(name=name, description=what, id=list(ids), columns=columns)
    found.resolution = float(results.plan.model.spec.simulation.dt) / 1000
    return found


def _column(name: str, description: str, values: Any) -> Any:
    common = needed("hdmf.common", "Results.to_nwb", "nwb")
    data = np.asarray(values)
    plain = data.tolist() if data.dtype.kind in "UO" else data
    return common.VectorData(name=name, description=description, data=plain)


def _stimuli(pynwb: Any, file: Any, results: "Results") -> None:
    """Spikes of recorded stimuli: a row for each source of each cell."""
    rows = [(gid, source, times / 1000) for gid, source, times in recorded.stimuli(results)]
    if not rows:
        return
    gids, sources, times = zip(*rows, strict=True)
    columns = [
        _column("gid", "of the cell that gets the spikes", gids),
        _column("source", "label of the stimulus", sources),
    ]
    module = _module(file, "misc")
    module.add(_spike_table(pynwb, "inputs", "Sources", list(enumerate(times)), columns, results))


def _traces(pynwb: Any, file: Any, results: "Results") -> None:
    """A series (samples, curves) of each trace, and the table <label>_curves of its columns."""
    if not results.traces:
        return
    common = needed("hdmf.common", "Results.to_nwb", "nwb")
    module = _module(file, "icephys")
    for label, group in groupby(recorded.curves(results), lambda curve: curve.label):
        own, name = list(group), recorded.plain_name(label)
        values = {key: [getattr(curve, key, None) for curve in own] for key in OF_CURVES}
        values["population"] = recorded.populations(results.plan, values["gid"]).tolist()
        columns = [_column(key, text, values[key]) for key, text in OF_CURVES.items()]
        what = f"What the columns of {name} are"
        module.add(common.DynamicTable(name=f"{name}_curves", description=what, columns=columns))
        for series in _of_curves(pynwb, name, own):
            module.add(series)


def _of_curves(pynwb: Any, name: str, own: Sequence[Curve]) -> Iterable[Any]:
    """One series of curves that share their times, otherwise one of each."""
    if not any(curve.own_times for curve in own):
        data = np.stack([curve.values for curve in own], axis=1)
        yield _series(pynwb.TimeSeries, name, data, own[0].time, own[0].unit, f"columns: {name}_curves")
        return
    for row, curve in enumerate(own):
        text = f"row {row} of {name}_curves"
        yield _series(pynwb.TimeSeries, f"{name}_{row}", curve.values, curve.time, curve.unit, text)


def _signal(pynwb: Any, file: Any, results: "Results", name: str) -> None:
    """A series (samples, channels) of what all cells, populations and single cells add to a signal."""
    module = _module(file, "misc")
    signal, dimension = results.signals[name], recorded.channels(results, name)[0]
    for of, values, names in recorded.shares(results, name):
        text = f"{dimension}: {', '.join(map(str, names))}; cells: {of}"
        own = recorded.plain_name(name if of == "all" else f"{name}_{of}")
        module.add(_series(pynwb.TimeSeries, own, values, signal.time, signal.unit, text))


def _lfp(pynwb: Any, file: Any, results: "Results", name: str) -> None:
    """Electrical series of the LFP, of all cells and of populations and cells, and the electrodes."""
    signal, places = results.signals[name], recorded.channels(results, name)[2]
    assert places is not None
    device = file.create_device(name="electrodes", description="Simulated point or disc contacts")
    group = file.create_electrode_group(
        name="electrodes", description="recordLFP", location="simulated tissue", device=device
    )
    for x, y, z in places.tolist():
        file.add_electrode(x=x, y=y, z=z, location="simulated tissue", group=group)
    region = file.create_electrode_table_region(list(range(len(places))), "all electrodes")
    lfp = pynwb.ecephys.LFP(name="LFP")
    _module(file, "ecephys").add(lfp)
    for of, values, _ in recorded.shares(results, name):
        own, kind = (
            recorded.plain_name(name if of == "all" else f"{name}_{of}"),
            pynwb.ecephys.ElectricalSeries,
        )
        series = _series(kind, own, values, signal.time, "mV", f"cells: {of}", electrodes=region)
        lfp.add_electrical_series(series)


def _series(kind: Any, name: str, data: Any, time: Any, unit: str, text: str, **more: Any) -> Any:
    """A series of samples: at a rate where the times [ms] are evenly spaced, else at given times."""
    si, factor = SI.get(unit, (unit, 1.0))
    rate = recorded.rate_of(time)
    when: dict[str, Any] = {"timestamps": time / 1000}
    if rate is not None:
        when = {"starting_time": float(time[0]) / 1000, "rate": rate * 1000}
    if "electrodes" not in more:
        more["unit"] = si
    return kind(name=name, data=data, conversion=factor, description=text, **when, **more)


def _module(file: Any, name: str) -> Any:
    if name in file.processing:
        return file.processing[name]
    return file.create_processing_module(name, MODULES[name])
