"""What a name means: NeuroML types, mechanisms, and the keys and entries of netParams and simConfig."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from netspec.about import entries, mechanisms, neuroml
from netspec.about.page import Page
from netspec.errors import NetspecError, did_you_mean


def about(name: str, net_params: Any = None, folders: Sequence[Path] = ()) -> Page:
    """The page of a name; NetspecError with the nearest names if there is none.

    net_params: in which 'synMechParams.exc' is looked up. folders: of mod files.
    """
    if net_params is not None:
        return entries.given(name, net_params, folders)
    rooms: list[Callable[[str], Page | None]] = [
        entries.page,
        lambda name: mechanisms.of_mod_file(name, folders),
        neuroml.page,
        mechanisms.of_neuron,
    ]
    for room in rooms:
        if found := room(name):
            return found
    known = [*entries.names(), *neuroml.names(), *mechanisms.names(folders)]
    near = did_you_mean(name, known)
    if not near.startswith("Did"):
        near = "Names are those of NeuroML's types, of mechanisms, of sections such as 'connParams' and keys."
    raise NetspecError(f"nothing is known about {name!r}. {near}")
