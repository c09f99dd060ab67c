"""SONATA and NeuroML networks as netspec's own dictionaries, and as a folder with a model to change."""

import json
import shutil
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from netspec import cache
from netspec.errors import FileError
from netspec.formats import json as netpyne_json

SIGNS = frozenset({"networks", "network", "target_simulator", "components", "manifest"})
"""Keys of which a config has some."""
OTHERS = frozenset({"net", "simConfig", "netParams", "netpyne_version", "simData"})
"""Keys that show that a file is something else."""
LARGEST = 1 << 20
"""Configs are shorter than this [bytes]; files of networks may not be read for nothing."""
RUN = '''"""The network of {config}{about}. Change what is here, and run it."""

from pathlib import Path

from netspec import sim

here = Path(__file__).parent
netParams = sim.loadNetParams(str(here / "netParams.json"), setLoaded=False)
simConfig = sim.loadSimCfg(str(here / "simConfig.json"), setLoaded=False)
sim.createSimulateAnalyze(netParams, simConfig)
'''

Dictionaries = tuple[dict[str, Any], dict[str, Any], tuple[Path, ...]]


def is_config(path: Path) -> bool:
    """Whether a file is the config of a circuit or of a simulation."""
    if path.suffix != ".json" or not path.is_file() or path.stat().st_size > LARGEST:
        return False
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        return False
    return isinstance(content, dict) and bool(content.keys() & SIGNS) and not content.keys() & OTHERS


def read(path: str | Path) -> Dictionaries:
    """NetParams and simConfig of a config, and the folders with its mod files."""
    from netspec.formats.sonata import network  # imports h5py

    mods = tuple(network.mod_folders(path))

    def build(each: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        return _cells(Path(path), each, mods)

    net_params, sim_config = network.read(path, build)
    return net_params, sim_config, mods


def _cells(path: Path, each: Sequence[Mapping[str, Any]], mods: Sequence[Path]) -> list[dict[str, Any]]:
    """Sections and their lists of cells, made in another process, each in the order of its list `all`."""
    from netspec import resources
    from netspec.session import importing

    if not each:
        return []
    file = Path(resources.__file__).parent / "neuron" / "allen_cells.py"
    made = []
    for found in importing.cells_of_calls(str(path), file, "cell", [dict(one) for one in each], mods):
        secs, lists = found["secs"], found["secLists"]
        order = [name for name in lists.get("all", ()) if name in secs]
        secs = {name: secs[name] for name in dict.fromkeys([*order, *secs])}
        made.append({"secs": secs, "secLists": lists})
    return made


def neuroml(path: str | Path) -> Dictionaries:
    """NetParams and simConfig of a NeuroML or LEMS file or a YAML experiment, and its mod files' folder."""
    from netspec import target
    from netspec.formats import experiment
    from netspec.formats.neuroml import network

    path = Path(path)
    if path.suffix in target.EXPERIMENT:
        made = experiment.read_by(path, partial(network.model, path.stem))
    else:
        made = network.read(path)

    def fill(folder: Path) -> None:
        for name, text in made.mods.items():
            (folder / f"{name}.mod").write_text(text, encoding="utf-8")

    folder = cache.made_once("neuroml", cache.key(made.mods.values()), fill) if made.mods else None
    return made.net_params, made.sim_config, (folder,) if folder else ()


def write(path: Path, folder: Path) -> list[Path]:
    """The files of a model made of a SONATA config, NeuroML or LEMS: dictionaries, and mod files."""
    from netspec import target

    net_params, sim_config, mods = neuroml(path) if target.is_neuroml(path) else read(path)
    folder.mkdir(parents=True, exist_ok=True)
    written = [folder / name for name in ("netParams.json", "simConfig.json", "run.py")]
    taken = [str(place) for place in (*written, folder / "mod") if place.exists()]
    if taken:
        raise FileError(f"{taken[0]} is there already: nothing is written")
    netpyne_json.save(written[0], {"net": {"params": net_params}})
    netpyne_json.save(written[1], {"simConfig": sim_config})
    about = "" if target.is_neuroml(path) else ", whose files still hold the edges"
    written[2].write_text(RUN.format(config=path.resolve(), about=about), encoding="utf-8")
    for source in mods:
        (folder / "mod").mkdir(exist_ok=True)
        for file in sorted(source.iterdir()):
            if file.suffix in (".mod", ".inc", ".h", ".hpp"):
                shutil.copy(file, folder / "mod")
    return [*written, *([folder / "mod"] if mods else [])]
