"""Where results go: names of files, one writer per format, shares of ranks, intervals."""

import importlib
import importlib.util
import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from netspec import __version__
from netspec.errors import FileError, Problem, StateError
from netspec.formats import json, netpyne, netpyne_write, pickle
from netspec.formats.files import whole
from netspec.results import Results
from netspec.session import python_files
from netspec.session.gathered import weights_of
from netspec.session.places import base_name, timestamp
from netspec.session.stages import Session
from netspec.spec.raw import attributes
from netspec.stimulus import Stimulus

Writer = Callable[[str, Results, Mapping[str, Any]], list[str]]


def save_json(base: str, results: Results, document: Mapping[str, Any]) -> list[str]:
    """NetPyNE's structure as JSON."""
    return [json.save(f"{base}.json", document)]


def save_pickle(base: str, results: Results, document: Mapping[str, Any]) -> list[str]:
    """NetPyNE's structure as a pickle of plain dicts."""
    return [pickle.save(f"{base}.pkl", document)]


def save_compressed(base: str, results: Results, document: Mapping[str, Any]) -> list[str]:
    """The same pickle, compressed."""
    return [pickle.save_compressed(f"{base}.dpk", document)]


def save_hdf5(base: str, results: Results, document: Mapping[str, Any]) -> list[str]:
    """Spec, plan and results by column."""
    return [results.save(f"{base}.h5")]


def save_csv(base: str, results: Results, document: Mapping[str, Any]) -> list[str]:
    """Spikes as text: time [ms], gid."""
    with whole(f"{base}.csv") as part, part.open("w") as file:
        file.write("time,gid\n")
        pairs = zip(results.spikes["time"].tolist(), results.spikes["gid"].tolist(), strict=True)
        file.writelines(f"{spike!r},{gid}\n" for spike, gid in pairs)
    return [f"{base}.csv"]


def save_matlab(base: str, results: Results, document: Mapping[str, Any]) -> list[str]:
    """NetPyNE's structure as structs of MATLAB; None as '__np_none__'."""
    savemat = importlib.import_module("scipy.io").savemat
    with whole(f"{base}.mat") as part, part.open("wb") as file:
        savemat(file, _matlab(document), long_field_names=True)
    return [f"{base}.mat"]


def save_text(base: str, results: Results, document: Mapping[str, Any]) -> list[str]:
    """One file per trace: time [s] and value / 1000, as NetPyNE has it but with the right time."""
    paths = []
    for label, cells in results.traces.items():
        for gid, trace in cells.items():
            for key, values in trace.items() if isinstance(trace, Mapping) else [("", trace)]:
                path = f"{base}_{label}_cell_{gid}{'_' * bool(key)}{key}.dat"
                with whole(path) as part:
                    np.savetxt(part, np.stack([results.time / 1000, values / 1000], axis=1))
                paths.append(path)
    return paths


def save_sonata(base: str, results: Results, document: Mapping[str, Any]) -> list[str]:
    """Spikes, traces and potentials as SONATA's files: in a folder beside other files, or the one given."""
    from netspec.formats.sonata import outputs  # h5py is slow to import

    options = results.plan.model.spec.simulation.sonata_options
    if "config" in options:
        found = _sonata_places(options)
    else:
        found = outputs.Places(Path(base).parent / options.get("folder", f"{Path(base).name}_sonata"))
    return outputs.write(results, replace(found, double=bool(options.get("double"))))


def save_lems(base: str, results: Results, document: Mapping[str, Any]) -> list[str]:
    """The files of a LEMS simulation, beside other files."""
    from netspec.formats.neuroml import files

    return files.write(results, results.plan.model.spec.simulation.save_lems, Path(base).parent)


WRITERS: dict[str, Writer] = {
    "savePickle": save_pickle,
    "saveJson": save_json,
    "saveMat": save_matlab,
    "saveCSV": save_csv,
    "saveDpk": save_compressed,
    "saveHDF5": save_hdf5,
    "saveDat": save_text,
    "saveSonata": save_sonata,
    "saveLems": save_lems,
}
"""Option of simConfig -> what it writes."""
WHOLE = {"savePickle", "saveJson", "saveMat", "saveDpk"}
"""Formats that hold NetPyNE's structure."""


def problems(sim_config: Any) -> list[Problem]:
    """What would keep the formats of simConfig from being written, known before the run."""
    found, cfg = [], attributes(sim_config)
    if cfg.get("saveMat") and importlib.util.find_spec("scipy") is None:
        found.append(Problem("simConfig.saveMat", "MATLAB files need scipy: pip install scipy"))
    given = cfg.get("saveSonata")
    if isinstance(given, Mapping) and "config" in given:
        try:
            _sonata_places(given)
        except FileError as error:
            found.append(Problem("simConfig.saveSonata.config", str(error)))
    return found


def _sonata_places(options: Mapping[str, Any]) -> Any:
    """Where the config that saveSonata names wants its results."""
    from netspec.formats.sonata import config, outputs  # h5py is slow to import

    return outputs.places(config.read(options["config"]), bool(options.get("anywhere")))


def save_all(session: Session, include: Any = None) -> list[str] | None:
    """Paths of the files that simConfig asks for, on rank 0; None on other ranks. Collective."""
    if session.results is None:
        session.gather(not session.cfg.get("gatherOnlySimData"))
    if session.ranks.rank != 0 or session.results is None:
        return None
    cfg = session.cfg
    backup_script(cfg)
    wanted = [option for option in WRITERS if cfg.get(option)]
    if not wanted:
        session.say("No output format chosen: data won't be saved (savePickle, saveJson, saveHDF5 ...)")
        return []
    session.timing("start", "saveTime")
    base = base_name(cfg)
    results = session.saved_results()
    document = _document(session, include) if WHOLE.intersection(wanted) else {}
    paths = []
    for option in wanted:
        session.say(f"Saving output as {base} ({option}) ... ")
        paths += WRITERS[option](base, results, document)
        session.say("Finished saving!")
    session.timing("stop", "saveTime")
    if cfg.get("saveTiming"):
        paths.append(json.save(f"{base.removesuffix('_data')}_timing.json", session.timings))
    return paths


def _document(session: Session, include: Any) -> dict[str, Any]:
    """What a file of NetPyNE's structure holds."""
    wanted = list(include or session.cfg.get("saveDataInclude") or [])
    document = netpyne_write.document(session.saved_results(), wanted, __version__)
    if "simData" in wanted:
        document["simData"] = session.all_simulation_data()
    return document


def save_in_nodes(session: Session, filename: str | None, folder: str | None, traces: bool = True) -> str:
    """The path of this rank's share; nothing is sent between ranks."""
    cfg = session.cfg
    label = str(cfg.get("simLabel") or "")
    place = node_folder(cfg, folder)
    base = os.path.join(place, f"{filename or label}{timestamp(cfg)}_node_{session.ranks.rank}")
    results = session.collect()
    if not traces:
        results = replace(results, traces={}, time=np.empty(0))
    if cfg.get("saveHDF5"):
        return results.save(f"{base}.h5")
    if results.plan.cells.parts:
        message = "shares of ranks with parts of cells (multisplit) are saved as HDF5: set saveHDF5."
        raise StateError(message)
    document = netpyne_write.document(results, ["netParams", "simConfig", "simData"], __version__)
    flags = results.plan.model.spec.simulation
    document["cells"] = netpyne.cells(
        results.plan, flags.save_cell_secs, flags.save_cell_conns, flags.compact_conn_format
    )
    document["pops"] = netpyne.populations(results.plan, everyone=False)
    if cfg.get("savePickle") or not cfg.get("saveJson"):
        pickle.save(f"{base}.pkl", document)
    return json.save(f"{base}.json", document) if cfg.get("saveJson") else f"{base}.pkl"


def node_folder(cfg: Any, folder: str | None = None, label: str | None = None) -> str:
    """Folder of the shares of ranks."""
    place = folder or cfg.get("saveFolder") or ""
    name = label if label is not None else str(cfg.get("simLabel") or "")
    return os.path.join(place, f"{name}_node_data")


def remove_shares(session: Session, folder: str | None = None, label: str | None = None) -> None:
    """Delete the shares of all ranks; their folder remains."""
    for path in Path(node_folder(session.cfg, folder, label)).glob("*_node_*.*"):
        path.unlink()


def save_interval(session: Session, now: float, collected: list[Any] | None = None) -> str | None:
    """The path of a file with everything up to now [ms]; it takes the place of the one before. Collective.

    collected: weights that a script on this rank has put into sim.allWeights; saved with saveWeights.
    """
    results = session.collect().gather(session.ranks)
    session.collected = collected if session.cfg.get("saveWeights") else None
    every = session.ranks.allgather(session.collected)
    if session.ranks.rank != 0:
        return None
    folder = Path(
        session.cfg.get("intervalFolder") or Path(session.cfg.get("saveFolder") or "", "interval_data")
    )
    include = session.cfg.get("saveDataInclude")
    document = netpyne_write.document(results, include, __version__)
    if "simData" in document:
        document["simData"] |= weights_of(every)
    path = pickle.save(folder / f"interval_{now:.0f}.pkl", document)
    for other in folder.glob("interval_*.pkl"):
        if str(other) != path:
            other.unlink()
    return path


def save_model(
    params: Any, cfg: Any, source: str, target: str | None, scripts: tuple[bool, bool] = (False, False)
) -> str:
    """The path of the index of a model with these settings. source: index or folder; target: a new folder.

    scripts: whether netParams and simConfig are written as Python.
    """
    found = Path(source)
    index_name = found.name if found.suffix == ".npjson" else "index.npjson"
    origin = found.parent if found.suffix == ".npjson" else found
    folder = Path(target) if target else origin
    if target and origin.is_dir() and folder.resolve() != origin.resolve():
        shutil.copytree(origin, folder, dirs_exist_ok=True)
    index_path = folder / index_name
    index = json.load(index_path) if index_path.is_file() else {}
    suffix = Path(index_name).stem.removeprefix("index")
    parts = ("netParams", "NetParams", params, {"net": {"params": params.todict()}})
    other = ("simConfig", "SimConfig", cfg, {"simConfig": cfg.todict()})
    for (name, kind, settings, content), script in zip((parts, other), scripts, strict=True):
        index[name] = f"{name}{suffix}.{'py' if script else 'json'}"
        index.pop(f"{name}_variable", None)
        if script:
            python_files.save(folder / index[name], name, kind, settings.todict())
        else:
            json.save(folder / index[name], content)
    return json.save(index_path, index)


def backup_script(cfg: Any) -> None:
    """Copy the script that cfg names: [source, folder]."""
    backup = cfg.get("backupCfgFile")
    if not backup:
        return
    source, folder = backup
    name = cfg.get("simLabel") or os.path.basename(str(cfg.get("filename")))
    try:
        os.makedirs(folder, exist_ok=True)
        shutil.copyfile(source, os.path.join(folder, f"{name}_cfg.py"))
    except OSError as error:
        raise FileError(f"{source}: cannot be copied to {folder}: {error.strerror}") from error


def _matlab(value: Any) -> Any:
    """The same made of what savemat knows."""
    if value is None:
        return "__np_none__"
    if isinstance(value, Mapping):
        return {_field(name): _matlab(item) for name, item in value.items()}
    if isinstance(value, Stimulus):
        return _matlab(value.to_python())
    if isinstance(value, list | tuple):
        if all(isinstance(item, int | float) for item in value):
            return np.asarray(value, float)
        cells = np.empty(len(value), object)
        cells[:] = [_matlab(item) for item in value]
        return cells
    return getattr(value, "__name__", type(value).__name__) if callable(value) else value


def _field(name: Any) -> str:
    """The name of a struct's field: a letter first."""
    text = "".join(c if c.isalnum() else "_" for c in str(name))[:60]
    return text if text[:1].isalpha() else f"x{text}"
