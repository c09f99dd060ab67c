"""SONATA circuits out of a session: what the writer of files needs of NEURON's mod files."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from netspec.neuron import mod_files


def mods(folders: Iterable[Path]) -> dict[str, list[Path]]:
    """By mechanism, its mod file in the folders and the files that it includes."""
    places = [Path(folder) for folder in folders]
    return {
        found.name: [found.path, *sorted(mod_files.included(found.path, [found.path.parent, *places]))]
        for found in mod_files.find(places)
    }


def write(plan: Any, folder: Any, dialect: str, folders: Iterable[Path], net_params: Any, sim_config: Any) -> Path:
    """The folder of an exported network. folders: of mod files."""
    from netspec.formats.sonata.write import export

    return export(
        plan, folder, dialect=dialect, mods=mods(folders), net_params=net_params, sim_config=sim_config
    )
