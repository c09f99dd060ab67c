"""Files into the session: settings, networks, results, models made of scripts."""

import importlib.util
import os
import re
import runpy
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from netspec import results as netspec_results
from netspec.batch import trial
from netspec.errors import FileError, Problem, SpecError, StateError, did_you_mean
from netspec.formats import json, netpyne_read, netpyne_signals, netpyne_write, page, pickle, weights
from netspec.model import Model
from netspec.plan import make
from netspec.results import Results, shares
from netspec.session.containers import Dict
from netspec.session.prepare import mod_folders, prepare
from netspec.session.stages import Session
from netspec.specs import NetParams, SimConfig

DATA = {".json": json.load, ".pkl": pickle.load, ".dpk": pickle.load, ".html": page.load}
"""Readers of files with NetPyNE's structure; a report holds settings in it."""
NETSPEC = (".h5", ".hdf5")
NODE_FILE = re.compile(r"_node_(\d+)\.(pkl|json|h5)$")


def document(path: Any) -> dict[str, Any]:
    """What a file with NetPyNE's structure holds."""
    suffix = Path(path).suffix
    if suffix not in DATA:
        raise FileError(f"{path}: cannot be loaded. {did_you_mean(suffix, [*DATA, *NETSPEC])}")
    data = DATA[suffix](path)
    if not isinstance(data, dict):
        raise FileError(f"{path}: expected a dictionary, found {type(data).__name__}")
    return data


def config(path: Any, data: Any = None, variable: str | None = None) -> SimConfig:
    """The simConfig in a .py file (variable `cfg` or `simConfig`) or in a saved file."""
    if data is None and Path(path).suffix == ".py":
        found = variable_of(python_module(path), path, variable, ("cfg", "simConfig"))
        return found if isinstance(found, SimConfig) else SimConfig(_mapping(found))
    if data is None and Path(path).suffix in NETSPEC:
        return SimConfig(netspec_results.load(path).sim_config)
    return SimConfig(netpyne_read.sim_config(data or document(path), str(path), variable or "simConfig"))


def params(path: Any, data: Any = None, variable: str | None = None) -> NetParams:
    """The netParams in a .py file (variable `netParams`) or in a saved file."""
    if data is None and Path(path).suffix == ".py":
        found = variable_of(python_module(path), path, variable, ("netParams",))
        return found if isinstance(found, NetParams) else NetParams(_mapping(found))
    if data is None and Path(path).suffix in NETSPEC:
        return NetParams(netspec_results.load(path).net_params)
    content = data or document(path)
    if variable:
        return NetParams(netpyne_read.sim_config(content, str(path), variable))
    return NetParams(netpyne_read.net_params(content, str(path)))


def results_of(content: Mapping[str, Any], path: str) -> Results:
    """Results, with the plan of the whole network, from NetPyNE's structure."""
    cfg = netpyne_read.sim_config(content, path) if "simConfig" in content else {}
    written = netpyne_read.net_params(content, path)
    plan = netpyne_read.plan_of(content, prepare(written, cfg), path)
    courses = weights.read(content.get("simData", {}).get(weights.KEY), plan.model)
    columns = netpyne_read.simulation_columns(content)
    found = Results(plan, net_params=written, sim_config=cfg, weights=courses, **columns)
    recordings = replace(
        plan.recordings, stims="stims" in content.get("simData", {}), labels=tuple(found.traces)
    )
    found = replace(found, plan=replace(plan, recordings=recordings))
    return replace(found, counts=netspec_results.count(found))


def results_of_data(model: Model, data: Mapping[str, Any] | None, record_step: Any) -> Results:
    """Results of the cells that a model describes, from simData alone; StateError where there is none."""
    if data is None:
        raise StateError("there are no results yet: run the simulation and call gatherData, or load one")
    content = {"simData": data, "simConfig": {"recordStep": record_step}}
    return Results(make.cells(model), **netpyne_read.simulation_columns(content))


def any_results(path: Any) -> Results:
    """Results, with their plan, from netspec's own file or from one with NetPyNE's structure."""
    if Path(path).suffix in NETSPEC:
        return netspec_results.load(path)
    return results_of(document(path), str(path))


def load_all(session: Session, path: Any, data: Any, instantiate: bool, neuron_objects: bool) -> None:
    """Settings, network and results of a file; the network is built if `instantiate`."""
    if data is None and Path(path).suffix in NETSPEC:
        found = _with_mechanisms(session, path, instantiate and neuron_objects)
        session.set_config(SimConfig(found.sim_config))
        session.set_params(NetParams(found.net_params))
    else:
        content = document(path) if data is None else data
        session.set_config(config(path, content))
        session.set_params(params(path, content))
        if not content.get("net", {}).get("cells"):
            return
        found = results_of(content, str(path))
    session.adopt(found, instantiate, neuron_objects)


def load_network(session: Session, path: Any, data: Any, instantiate: bool) -> None:
    """The network of a file, built with the session's own simConfig."""
    neuron_objects = bool(session.cfg.get("createNEURONObj", True))
    if data is None and Path(path).suffix in NETSPEC:
        found = _with_mechanisms(session, path, instantiate and neuron_objects)
    else:
        content = dict(document(path) if data is None else data)
        content["simConfig"] = session.cfg.todict()
        net = dict(content.get("net") or {})
        net.setdefault("params", session.params.todict())
        found = results_of({**content, "net": net}, str(path))
    session.adopt(found, instantiate, neuron_objects)


def _with_mechanisms(session: Session, path: Any, wanted: bool) -> Results:
    """Results of a file; if wanted, the model's mechanisms are loaded, for its network to be built."""
    if wanted:
        from netspec.neuron import mechanisms

        mechanisms.load(mod_folders(), session.ranks)
    return netspec_results.load(path)


def gather_files(session: Session, folder: str | None, label: str | None, kind: str) -> Results:
    """Results from the shares that `saveDataInNodes` wrote. kind: 'pkl', 'json' or 'h5'."""
    from netspec.session.saving import node_folder

    place = Path(node_folder(session.cfg, folder, label))
    found = {int(m[1]): p for p in place.glob(f"*.{kind}") if (m := NODE_FILE.search(p.name))}
    if not found:
        raise FileError(f"{place}: no file of a rank (*_node_<rank>.{kind}); call sim.saveDataInNodes first")
    missing = set(range(max(found) + 1)) - found.keys()
    if missing:
        raise FileError(f"{place}: files of ranks {sorted(missing)} are missing")
    paths = [found[rank] for rank in sorted(found)]
    if kind == "h5":
        return _merged_hdf5(paths)
    return _merged_documents([document(path) for path in paths], session, str(place))


def _merged_hdf5(paths: Sequence[Path]) -> Results:
    parts = [netspec_results.load(path) for path in paths]
    merged = shares.merge([shares.of_rank(part) for part in parts], parts[0].plan)
    whole = replace(parts[0], **merged)
    return replace(whole, counts=netspec_results.count(whole))


def _merged_documents(parts: Sequence[dict[str, Any]], session: Session, path: str) -> Results:
    first = parts[0]
    net = {
        "params": first.get("net", {}).get("params") or session.params.todict(),
        "cells": [cell for part in parts for cell in part["cells"]],
        "pops": first["pops"],
    }
    data: dict[str, Any] = {}
    for part in parts:
        for name, value in part["simData"].items():
            data[name] = _joined(name, data[name], value) if name in data else value
    order = np.lexsort([data["spkid"], data["spkt"]])
    for name in ("spkt", "spkid"):
        data[name] = np.asarray(data[name], float)[order].tolist()
    return results_of({"simConfig": first["simConfig"], "net": net, "simData": data}, path)


def _joined(name: str, one: Any, other: Any) -> Any:
    """Parts of an entry of simData from two ranks as one."""
    if name in ("spkt", "spkid"):
        return [*one, *other]
    if name in netpyne_signals.SUMS:
        return np.add(one, other)
    if isinstance(other, Mapping):
        summed = name in netpyne_signals.SUMS_OF_LABELS
        return {**one, **{k: np.add(one[k], v) if summed and k in one else v for k, v in other.items()}}
    return one


def simulation_data(path: Any, data: Any = None) -> Dict:
    """AllSimData of a file."""
    if data is None and Path(path).suffix in NETSPEC:
        return Dict(netpyne_write.simulation_data(netspec_results.load(path)))
    content = document(path) if data is None else data
    if "simData" not in content:
        raise FileError(f"{path}: it holds no simData")
    return Dict(content["simData"])


def of_cells(path: Any, what: str, gids: Any = None, keys: Sequence[str] | None = None) -> dict[Any, Any]:
    """By gid the `tags` or `conns` of cells in a file. gids: None for all. keys: of entries as lists."""
    found: dict[Any, Any] = {"format": keys} if keys else {}
    for cell in netpyne_read.records(document(path), str(path)):
        if gids is None or cell["gid"] in gids:
            found[int(cell["gid"])] = _listed(cell[what], keys) if keys else cell[what]
    return found


def _listed(value: Any, keys: Sequence[str]) -> Any:
    if isinstance(value, Mapping):
        return [value[key] for key in keys]
    return [_listed(item, keys) if isinstance(item, Mapping) else item for item in value]


# Models made of scripts


def python_module(path: Any) -> ModuleType:
    """The module that a script is, run with its own folder on the search path."""
    found = Path(path).resolve()
    if not found.is_file():
        near = sorted(p.name for p in found.parent.glob("*.py"))
        raise FileError(f"{path}: no such file. {did_you_mean(found.name, near)}")
    spec = importlib.util.spec_from_file_location(found.stem, found)
    if spec is None or spec.loader is None:
        raise FileError(f"{path}: not a Python file")
    module = importlib.util.module_from_spec(spec)
    with _searching(found.parent):
        spec.loader.exec_module(module)
    return module


def variable_of(module: ModuleType, path: Any, name: str | None, usual: Sequence[str]) -> Any:
    """A variable of a script."""
    for candidate in [name] if name else usual:
        if hasattr(module, candidate):
            return getattr(module, candidate)
    wanted = name or " or ".join(map(repr, usual))
    known = [n for n in vars(module) if not n.startswith("_")]
    raise FileError(f"{path}: it defines no {wanted}. {did_you_mean(name or usual[0], known)}")


def from_command_line(config_default: str, params_default: str) -> tuple[SimConfig, NetParams]:
    """The settings in the files named on the command line (simConfig=..., netParams=...), or the defaults."""
    given = dict(argument.split("=", 1) for argument in sys.argv[1:] if "=" in argument)
    cfg = config(given.get("simConfig", config_default))
    trial.apply(simConfig=cfg)
    main().cfg = cfg  # type: ignore[attr-defined]
    net_params = params(given.get("netParams", params_default))
    trial.apply(net_params)
    return cfg, net_params


def main() -> ModuleType:
    """The script that runs."""
    return sys.modules["__main__"]


def index_of(path: Any) -> tuple[Path, dict[str, Any]]:
    """The folder of a model and its index (.npjson). path: of the index, or of a folder with index.npjson."""
    found = Path(path)
    if found.is_dir():
        indices = [found / "index.npjson", *sorted(found.glob("*.npjson"))]
        found = next((p for p in indices if p.is_file()), indices[0])
    index = json.load(found)
    missing = [name for name in ("simConfig", "netParams") if name not in index]
    if missing:
        problems = [Problem(f"{found}: {name}", f"missing. {did_you_mean(name, index)}") for name in missing]
        raise SpecError(problems)
    return found.resolve().parent, index


def model(path: Any, load_mechanisms: bool = True) -> tuple[SimConfig, NetParams]:
    """SimConfig and netParams of a model with an index, read in the model's folder."""
    folder, index = index_of(path)
    if load_mechanisms and index.get("mod_folder"):
        from netspec.neuron import mechanisms

        mechanisms.load([folder / index["mod_folder"]])
    with _in_folder(folder):
        cfg = config(index["simConfig"], variable=index.get("simConfig_variable"))
        main().cfg = cfg  # type: ignore[attr-defined]
        return cfg, params(index["netParams"], variable=index.get("netParams_variable"))


def run_script(path: Any) -> bool:
    """Whether a model has a script of its own (`python_run`); it was run with the settings of the index."""
    folder, index = index_of(path)
    script = index.get("python_run")
    if not script:
        return False
    given = list(sys.argv)
    sys.argv += [f"{name}={folder / index[name]}" for name in ("netParams", "simConfig")]
    try:
        with _in_folder(folder):
            runpy.run_path(str(folder / script), run_name="__main__")
    finally:
        sys.argv = given
    return True


@contextmanager
def _in_folder(folder: Path) -> Iterator[None]:
    before = os.getcwd()
    os.chdir(folder)
    try:
        with _searching(folder):
            yield
    finally:
        os.chdir(before)


@contextmanager
def _searching(folder: Path) -> Iterator[None]:
    """With a folder on Python's search path, as for a script that is run there."""
    added = str(folder)
    sys.path.insert(0, added)
    try:
        yield
    finally:
        sys.path.remove(added)


def _mapping(found: Any) -> Mapping[str, Any]:
    return found if isinstance(found, Mapping) else vars(found)
