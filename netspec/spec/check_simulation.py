"""Whether the options of simConfig have values that work."""

from collections.abc import Iterable, Mapping
from pathlib import Path as File
from typing import Any

from netspec.errors import did_you_mean
from netspec.spec.check_cells import h_globals
from netspec.spec.check_coreneuron import coreneuron
from netspec.spec.check_long_run import long_run
from netspec.spec.check_pictures import recorded
from netspec.spec.check_recording import EVERYONE, selectors, traces, weights
from netspec.spec.check_signals import signals
from netspec.spec.check_values import (
    Findings,
    in_range,
    not_negative,
    one_of,
    positive,
    unknown,
    unknown_keys,
)
from netspec.spec.facts import Facts
from netspec.spec.findings import Finding, Path, lenient, warning
from netspec.spec.kinds import is_integer, shown
from netspec.spec.known_analysis import KNOWN_ANALYSIS
from netspec.spec.simulation import DEFAULT_SEEDS, Simulation
from netspec.spec.slips import slip
from netspec.spec.vocabulary import EVENT_FORMATS, LEMS_FILE, SAVED, SONATA

INCLUDES = ("include", "includePre", "includePost", "includePrePre")
OTHER_CELLS = ("tags", "tagsFile")
"""Arguments of plots that bring cells of their own, which their includes are about."""
LARGEST_SEED = 2**32 - 1
ROOT = ("simConfig",)


def simulation(facts: Facts, known_analysis: Mapping[str, Iterable[str]] | None = None) -> Findings:
    """What is wrong with simConfig. known_analysis: function -> its arguments (default: NetPyNE's)."""
    options = facts.spec.simulation
    yield from _times(options)
    yield from h_globals(options.h_params, (*ROOT, "hParams"))
    yield from _seeds(options.seeds)
    yield from one_of(options.random_streams, ("netpyne", "named"), (*ROOT, "randomStreams"))
    yield from _merging(options.merge_synapses)
    yield from one_of(options.balance, ("round-robin", "cost"), (*ROOT, "balance"))
    yield from selectors(options.record_cells, facts, (*ROOT, "recordCells"))
    if options.record_cells_spikes not in (-1, None, False):
        yield from selectors(options.record_cells_spikes, facts, (*ROOT, "recordCellsSpikes"))
    yield from traces(facts)
    yield from signals(facts)
    yield from weights(facts)
    yield from coreneuron(facts)
    yield from long_run(facts)
    yield from _files(options)
    yield from _sonata(options.save_sonata)
    yield from _lems(options.save_lems, options.record_traces)
    known = {name: frozenset(names) for name, names in (known_analysis or KNOWN_ANALYSIS).items()}
    for name, arguments in options.analysis.items():
        yield from _analysis(name, arguments, known, facts)


def _times(options: Simulation) -> Findings:
    yield from in_range(options.duration, not_negative, (*ROOT, "duration"))
    yield from in_range(options.dt, positive, (*ROOT, "dt"))
    yield from in_range(options.cvode_atol, positive, (*ROOT, "cvode_atol"))
    if options.tstop not in (Simulation().tstop, options.duration):
        message = f"ignored, as in NetPyNE: the simulation lasts for `duration`, {options.duration} ms."
        yield warning((*ROOT, "tstop"), message)
    step, path = options.record_step, (*ROOT, "recordStep")
    if step == "adaptive":
        if not options.use_local_dt:
            yield Finding(path, "'adaptive' needs use_local_dt.")
    elif isinstance(step, str):
        yield Finding(path, f"expected a number or 'adaptive', got {shown(step)}.")
    else:
        yield from in_range(step, positive, path, lenient)


def _merging(value: Any) -> Findings:
    if not isinstance(value, bool) and value != "any weight":
        message = f"expected True, False or 'any weight', got {shown(value)}."
        yield Finding((*ROOT, "mergeSynapses"), message)


def _seeds(seeds: Mapping[str, Any]) -> Findings:
    for name, value in seeds.items():
        path = (*ROOT, "seeds", name)
        if name not in DEFAULT_SEEDS:
            # Models keep seeds of their own here, for what their scripts draw.
            if near := slip(name, DEFAULT_SEEDS):
                yield lenient(path, f"no such seed. Did you mean {near!r}?")
        elif not is_integer(value) or not 0 <= value <= LARGEST_SEED:
            yield Finding(path, f"expected an integer from 0 to {LARGEST_SEED}, got {shown(value)}.")


def _files(options: Simulation) -> Findings:
    for number, item in enumerate(options.save_data_include):
        path = (*ROOT, "saveDataInclude", number)
        if item not in SAVED:
            make = lenient if slip(item, SAVED) else warning
            yield make(path, f"nothing of this name is saved: {item!r}. {did_you_mean(item, SAVED)}")
    backup = options.backup_cfg_file
    if backup and len(backup) != 2:
        yield Finding((*ROOT, "backupCfgFile"), f"expected [file, folder], got {shown(backup)}.")
    elif backup and not File(str(backup[0])).is_file():
        yield warning((*ROOT, "backupCfgFile", 0), f"there is no file {str(backup[0])!r}.")


def _sonata(given: Any) -> Findings:
    """What is wrong with saveSonata."""
    path: Path = (*ROOT, "saveSonata")
    if not isinstance(given, dict):
        if given not in (True, False, None) and not isinstance(given, str):
            yield Finding(path, f"expected True, False, a folder or a dictionary, got {shown(given)}.")
        return
    yield from unknown_keys(given, SONATA, path)
    for name in ("folder", "config"):
        if name in given and (not isinstance(given[name], str) or not given[name]):
            yield Finding((*path, name), f"expected a path, got {shown(given[name])}.")
    if "folder" in given and "config" in given:
        yield Finding(path, "'folder' and 'config' exclude each other: the config names the folder.")
    elif isinstance(given.get("config"), str) and not File(given["config"]).is_file():
        yield Finding((*path, "config"), f"there is no file {given['config']!r}.")


def _lems(given: Any, traces: Mapping[str, Any]) -> Findings:
    """What is wrong with saveLems."""
    path: Path = (*ROOT, "saveLems")
    if not isinstance(given, list):
        if given:
            yield Finding(path, f"expected a list of files, got {shown(given)}.")
        return
    for number, entry in enumerate(given):
        here = (*path, number)
        if not isinstance(entry, dict) or not isinstance(entry.get("file"), str):
            yield Finding(here, f"expected a mapping with 'file', got {shown(entry)}.")
            continue
        yield from unknown_keys(entry, LEMS_FILE, here)
        if ("columns" in entry) == ("events" in entry):
            yield Finding(here, "expected either 'columns' or 'events'.")
        if entry.get("format", "ID_TIME") not in EVENT_FORMATS:
            yield unknown(entry["format"], EVENT_FORMATS, (*here, "format"), "there is no format")
        yield from _lems_rows(entry, traces, here)


def _lems_rows(entry: Mapping[str, Any], traces: Mapping[str, Any], path: Path) -> Findings:
    for name, what, size in (("columns", "[label, gid, factor]", 3), ("events", "[id, gid]", 2)):
        for number, row in enumerate(entry.get(name, ())):
            if not isinstance(row, list | tuple) or len(row) != size:
                yield Finding((*path, name, number), f"expected {what}, got {shown(row)}.")
            elif name == "columns" and row[0] not in traces:
                yield unknown(row[0], traces, (*path, name, number), "recordTraces has no entry")


def _analysis(name: str, arguments: Any, known: Mapping[str, frozenset[str]], facts: Facts) -> Findings:
    path: Path = (*ROOT, "analysis", name)
    if arguments is not None and not isinstance(arguments, dict) and arguments not in (True, False):
        yield Finding(path, f"expected True, False or a dictionary of arguments, got {shown(arguments)}.")
    wanted = arguments not in (None, False)
    if name not in known:
        if wanted:
            yield _left_out(name, known, KNOWN_ANALYSIS, "analysis or plot", path)
    elif isinstance(arguments, dict):
        for argument in arguments:
            if argument not in known[name]:
                netpyne = KNOWN_ANALYSIS.get(name, ())
                yield _left_out(argument, known[name], netpyne, f"argument of {name}", (*path, argument))
        if not any(arguments.get(name) for name in OTHER_CELLS):
            yield from _included(arguments, facts, path)
    if name in known and wanted:
        yield from recorded(name, arguments, facts.spec.simulation, path)


def _left_out(name: str, known: Iterable[str], netpyne: Iterable[str], what: str, path: Path) -> Finding:
    """A slip is a mistake; anything else has no effect, as in NetPyNE."""
    if name in netpyne:
        return warning(path, f"this {what} has no effect here; it is left out.")
    near = slip(name, {*known, *netpyne})
    if near:
        return lenient(path, f"there is no {what} of this name. Did you mean {near!r}?")
    return warning(path, f"there is no {what} of this name; it is left out.")


def _included(arguments: Mapping[str, Any], facts: Facts, path: Path) -> Findings:
    """Cells that a plot shows; NetPyNE leaves out those that do not exist."""
    names = (*EVERYONE, "allNetStims", "eachPop", *facts.spec.network.sources)
    for key in INCLUDES:
        if arguments.get(key) is not None:
            for finding in selectors(arguments[key], facts, (*path, key), names):
                yield lenient(finding.path, finding.message)
