"""Dictionaries -> Model with NEURON at hand: mechanisms are loaded, all mistakes are one list."""

import os
import sys
from pathlib import Path
from typing import Any

from netspec.errors import Problem
from netspec.model import Model, resolve
from netspec.neuron import mod_files
from netspec.plan.rules import RULES
from netspec.plots import entries
from netspec.session.merging import linear_mechanisms
from netspec.session.report import told_once
from netspec.session.saving import problems as saving_problems
from netspec.session.settings import as_mapping
from netspec.spec import Spec
from netspec.spec.read import read


def prepare(
    net_params: Any,
    sim_config: Any,
    mod: list[Path] | None = None,
    ranks: Any = None,
    told: set[str] | None = None,
) -> Model:
    """The checked model. SpecError with every mistake, before anything is built. Collective.

    mod: folders of mod files; None for `mod` in the working directory and beside the script. told: warnings
    that were given before.
    """
    from netspec.neuron import core_check, mechanisms, thread_safety  # import NEURON

    folders = mod_folders() if mod is None else mod
    options = as_mapping(sim_config)
    core = bool(options.get("coreneuron") or options.get("dump_coreneuron_model"))
    mechanisms.load(folders, ranks, core)
    artificial = mechanisms.artificial_names()

    def late(spec: Spec) -> list[Problem]:
        """What only NEURON can tell."""
        model = resolve(spec, artificial)
        found = [*mechanisms.check(model, ranks), *thread_safety.problems(model, folders, ranks)]
        found += saving_problems(sim_config)
        return [*found, *core_check.problems(model)] if core else found

    plots = {name: entry.arguments for name, entry in entries().items()}
    with told_once(0 if ranks is None else ranks.rank, set() if told is None else told):
        spec = read(
            net_params,
            sim_config,
            artificial=artificial,
            known_analysis=plots,
            rules=RULES,
            late=late,
            units=mechanisms.units,
        )
    model = resolve(spec, artificial, linear_mechanisms(spec))
    if core:
        core_check.supply(model, folders, ranks)
    return model


def mod_folders() -> list[Path]:
    """Those of the working directory and of the running script's."""
    script = Path(sys.argv[0]).resolve().parent if sys.argv and sys.argv[0] else Path.cwd()
    places = dict.fromkeys([Path(os.getcwd()).resolve(), script])
    return [found for found in map(mod_files.folder, places) if found]
