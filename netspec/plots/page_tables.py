"""The tables of a report: what there is, what fired, and where the results come from. All text is escaped."""

from collections.abc import Mapping
from html import escape
from typing import Any

import numpy as np

from netspec import markup
from netspec.analysis import rates, spikes, synchrony
from netspec.plan import Plan, counts
from netspec.plots.colors import of_populations
from netspec.results import Results
from netspec.spec.network import ConnectionRule, StimulusTarget
from netspec.tables import Floats, Ints

LONG = 60
"""Characters of an expression or a list that are shown."""
WINDOW = 5.0
"""Of spike counts [ms]."""
MOST_COUNTS = 20_000_000
"""Counts of cells in windows at once; of larger populations evenly spaced cells are taken."""


def model(results: Results) -> str:
    """Populations, cells, synapses, rules and stimuli with their counts."""
    plan = results.plan
    parts = {
        "Populations": _populations(results),
        "Cells": _cells(plan),
        "Synapses": _synapses(plan),
        "Connection rules": _rules(plan),
        "Stimuli": _stimuli(plan),
    }
    shown = "".join(f"<h3>{name}</h3>{_wide(table)}" for name, table in parts.items() if table)
    return _gathered(plan) + shown


def _gathered(plan: Plan) -> str:
    """What to know where a rank's share stands for the whole."""
    owned, everyone = len(plan.cells.owned), len(plan.cells)
    if owned == everyone:
        return ""
    return (
        f"<p><b>Only the connections and stimuli of {owned:,} of {everyone:,} cells are in these results</b> "
        "(gatherOnlySimData): all that is said of them here is of these cells.</p>"
    )


def _populations(results: Results) -> str:
    lines = counts.populations(results.plan)
    hertz = results.rates()
    colors = of_populations(results.plan, [line.label for line in lines])
    made = markup.table(
        ["population", "cells are", "cells", "rate [Hz]"],
        [(line.label, line.kind, line.count, hertz[line.label]) for line in lines],
    )
    for line, color in zip(lines, colors, strict=True):
        plain, cell = f"<tr><td>{escape(line.label)}</td>", f'<i class="swatch" style="background:{color}">'
        made = made.replace(plain, f"<tr><td>{cell}</i>{escape(line.label)}</td>", 1)
    return made


def _cells(plan: Plan) -> str:
    sizes = np.bincount(plan.cells.table["template"] + 1, minlength=len(plan.templates) + 1)[1:]
    rows = []
    for template, size in zip(plan.templates, sizes.tolist(), strict=True):
        sections = template.sections.values()
        segments = sum(int(section.geom.get("nseg", 1)) for section in sections)
        mechanisms = dict.fromkeys(name for section in sections for name in section.mechs)
        rows.append((", ".join(template.rules), size, len(sections), segments, _short(mechanisms)))
    header = ["cell rules", "cells", "sections", "segments", "mechanisms"]
    return markup.table(header, rows) if rows else ""


def _synapses(plan: Plan) -> str:
    used = np.bincount(plan.connections["synapse"] + 1, minlength=len(plan.model.synapses) + 1)[1:]
    rows = [
        (label, synapse.mod, _short(synapse.params), int(used[plan.model.synapses.code(label)]))
        for label, synapse in plan.model.spec.network.synapses.items()
    ]
    return markup.table(["synapse", "mechanism", "parameters", "contacts"], rows) if rows else ""


def _rules(plan: Plan) -> str:
    table, rows = plan.connections, []
    pairs = _pairs(plan)
    for line in counts.connections(plan):
        rule = plan.model.spec.network.connections[line.label]
        ends = _short(rule.pre_conds), _short(rule.post_conds)
        numbers = _short(rule.weight), _short(rule.delay)
        code = plan.model.rules.code(line.label)
        rows.append((line.label, *ends, _how(rule), line.kind, *numbers, pairs[code], line.count))
    header = ["rule", "from", "to", "how", "synapse", "weight [uS]", "delay [ms]", "pairs", "contacts"]
    return markup.table(header, rows, f"{len(table):,} contacts in all") if rows else ""


def _pairs(plan: Plan) -> list[int]:
    """Different pairs of cells that each rule connects: (rules,)."""
    table, cells = plan.connections, len(plan.cells)
    pre, post = (plan.cells.positions(table[end]) for end in ("pre", "post"))
    keys = np.unique((table["rule"].astype(np.int64) * cells + pre) * cells + post)
    return [int(n) for n in np.bincount(keys // max(cells, 1) ** 2, minlength=len(plan.model.rules))]


def _how(rule: ConnectionRule) -> str:
    """What chooses the pairs of a rule."""
    for name in ("probability", "convergence", "divergence"):
        value = getattr(rule, name)
        if value is not None:
            return f"{name} {_short(value)}"
    if rule.conn_list is not None:
        return f"{len(rule.conn_list):,} listed pairs"
    return str(getattr(rule.conn_func, "__name__", rule.conn_func) or "all pairs")


def _stimuli(plan: Plan) -> str:
    targets, rows = plan.model.spec.network.targets, []
    for block, line in zip(plan.inputs, counts.inputs(plan), strict=True):
        target: StimulusTarget | None = targets.get(block.target)
        params = plan.model.spec.network.sources[block.source].params | (target.params if target else {})
        synapse = _short(target.syn_mech) if target else ""
        rows.append((line.label, block.source, line.kind, _short(params), synapse, line.count))
    header = ["stimulus", "source", "mechanism", "parameters", "synapse", "objects"]
    return markup.table(header, rows) if rows else ""


def activity(results: Results) -> str:
    """Rates, irregularity and synchrony of populations."""
    cells, fired = results.plan.cells, results.spikes
    codes, seconds = cells.table["population"], results.duration / 1000
    codes_fired = codes[cells.positions(fired["gid"])]
    rows = []
    for code, population in enumerate(cells.populations):
        own, of = codes_fired == code, cells.gids[codes == code]
        times, ids = fired["time"][own], fired["gid"][own]
        size = max(len(of), 1)
        rate, active = len(ids) / size / seconds, 100 * len(np.unique(ids)) / size
        irregular = spikes.cv(times, ids)[1]
        even = float(irregular.mean()) if len(irregular) else np.nan
        together = _together(results, times, ids, of)
        rows.append((population.label, len(of), len(ids), rate, active, even, together))
    header = ["population", "cells", "spikes", "rate [Hz]", "that fire [%]", "CV of intervals", "synchrony"]
    return _wide(markup.table(header, rows)) + NUMBERS


NUMBERS = (
    '<p class="note">CV: standard deviation by mean of the intervals between spikes, the mean over cells '
    f"with three spikes or more. Synchrony: variance of the mean spike count in {WINDOW:g} ms by the mean "
    "variance of the cells' counts (0: independent cells in a large population, 1: all cells alike).</p>"
)


def _together(results: Results, times: Floats, ids: Ints, of: Any) -> float:
    """chi_square of the spike counts of a population's cells `of`, or of so many of them as fit."""
    windows = spikes.edges((0.0, results.duration), WINDOW)
    if len(windows) < 3 or len(of) < 2:
        return np.nan
    of = of[:: -(-len(of) * len(windows) // MOST_COUNTS)]
    return synchrony.chi_square(rates.counts_of_cells(times, ids, of, windows))


def provenance(results: Results) -> str:
    """Versions, commit, seeds, ranks, times of phases and hashes of mechanisms, as far as they are known."""
    known = dict(results.provenance)
    if not known:
        return "<p>The results do not say by which program, when and where they were made.</p>"
    phases, mechanisms = known.pop("phases", {}), known.pop("mechanisms", {})
    rows = [(name, _short(value)) for name, value in known.items() if value not in ("", None, {})]
    parts = [markup.table(["", ""], rows)]
    if phases:
        seconds = [(name.removesuffix("Time"), value) for name, value in phases.items()]
        parts.append(markup.table(["phase", "time [s]"], seconds, "Times, of rank 0"))
    if mechanisms:
        parts.append(markup.table(["mechanism", "SHA-256 of its file"], mechanisms.items(), "Mod files"))
    return f'<div class="side">{"".join(map(_wide, parts))}</div>'


def _wide(table: str) -> str:
    """A table that can be scrolled sideways on a narrow screen."""
    return f'<div class="wide" tabindex="0">{table}</div>' if table else ""


def _short(value: Any) -> str:
    """A value, a list or a dict in one line."""
    if isinstance(value, Mapping):
        items = [(str(name), _short(item)) for name, item in value.items()]
        shown = ", ".join(f"{name} {item}".strip() for name, item in items)
    elif isinstance(value, list | tuple):
        shown = ", ".join(map(_short, value))
    elif callable(value):
        shown = value.__name__
    else:
        shown = "" if value is None else f"{value:.6g}" if isinstance(value, float) else str(value)
    return shown if len(shown) <= LONG else f"{shown[:LONG]} ..."
