"""The report of a simulation: one page of HTML with everything in it, also the model to be run again."""

import json
from collections.abc import Iterator, Mapping
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Any

from netspec.formats import page
from netspec.formats.files import whole
from netspec.formats.json import plain
from netspec.plots import page_data, page_figures, page_tables
from netspec.results import Results
from netspec.units import UNIT

SHOWN_JSON = 200_000
"""Characters of the model that are shown; a longer one is only there to be taken out."""
NO_SPIKES = "<p>No spikes were recorded.</p>"


def report(results: Results, path: str | Path) -> str:
    """The path of an HTML file that shows results: no server and no network are needed to look at it.

    It holds the model: `netspec run report.html` runs it again. NetspecError without matplotlib.
    """
    text = html(results, Path(path).name)
    with whole(path) as part:
        part.write_text(text, encoding="utf-8")
    return str(path)


def html(results: Results, name: str = "report.html") -> str:
    """The text of the page. name: of the file that it will be."""
    data = {
        "raster": page_data.raster(results),
        "traces": page_data.traces(results),
        "matrix": page_data.matrices(results),
    }
    sections = {
        "Model": page_tables.model(results),
        "Structure": _structure(results, data["matrix"]),
        "Activity": _activity(results, data["raster"], data["traces"]),
        "Fields": _grid(page_figures.fields(results)) or "<p>No fields were recorded.</p>",
        "Provenance": page_tables.provenance(results) + _model(results, name),
    }
    title = escape(_title(results))
    links = "".join(f'<a href="#{key.lower()}">{key}</a>' for key in sections)
    body = "".join(f'<section id="{k.lower()}"><h2>{k}</h2>{part}</section>' for k, part in sections.items())
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<link rel="icon" href="data:,"><title>{title}</title><style>{_shipped("report.css")}</style></head>'
        f'<body><header><p class="eyebrow">netspec report</p><h1>{title}</h1>{_facts(results)}</header>'
        f"<nav><div>{links}</div></nav><main>{body}</main>"
        f"<footer>Made by netspec. Everything on this page is in this file.</footer>"
        f"{page.script('netspec-data', data)}{_embedded(results)}<script>{_shipped('report.js')}</script>"
        "</body></html>\n"
    )


def _title(results: Results) -> str:
    simulation = results.plan.model.spec.simulation
    return simulation.sim_label or Path(simulation.filename).name


def _facts(results: Results) -> str:
    plan, seconds = results.plan, results.provenance.get("phases", {}).get("runTime")
    cells, spikes = len(plan.cells), len(results.spikes)
    rate = spikes / cells / results.duration * 1000 if cells and results.duration else 0.0
    facts = {
        "cells": f"{cells:,}",
        "synaptic contacts": f"{len(plan.connections):,}",
        "simulated": f"{results.duration:g} ms",
        "spikes": f"{spikes:,}",
        "mean rate": f"{rate:.3g} Hz",
    }
    ranks = results.provenance.get("ranks", 1)
    if seconds is not None:
        facts["run time"] = f"{seconds:.3g} s on {ranks} rank{'s' * (ranks > 1)}"
    items = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in facts.items())
    return f'<dl class="facts">{items}</dl>'


def _structure(results: Results, matrix: Mapping[str, Any] | None) -> str:
    draws = page_figures.degrees, page_figures.distances, page_figures.positions
    still = _grid(page_figures.svg(results, draw) for draw in draws)
    if matrix is None:
        return f"<p>There are no connections between cells.</p>{still}"
    options = "".join(
        f'<option value="{name}">{escape(feature["text"])}{" [" * bool(feature["unit"])}{feature["unit"]}'
        f"{']' * bool(feature['unit'])}</option>"
        for name, feature in matrix["features"].items()
    )
    tool = (
        f'<div class="tool narrow"><div class="bar"><select id="matrix-feature" aria-label="shown">{options}'
        '</select><span class="hint">rows send, columns receive</span></div>'
        f'<canvas id="matrix" role="img" aria-label="connections between populations"></canvas>'
        '<div class="readout" id="matrix-readout"></div></div>'
    )
    return tool + still


def _activity(results: Results, raster: Mapping[str, Any] | None, traces: Mapping[str, Any] | None) -> str:
    parts = [RASTER if raster else NO_SPIKES]
    draws = page_figures.rates, page_figures.spectrum
    parts.append(page_tables.activity(results) if raster else "")
    parts.append(_grid(page_figures.svg(results, draw) for draw in draws))
    if traces is None:
        return "".join(parts) + "<p>No traces were recorded.</p>"
    options = "".join(
        f'<option value="{escape(name)}">{escape(name)}{_unit(results, name)}</option>'
        for name in traces["variables"]
    )
    left = traces["total"] - page_data.MOST_TRACES
    note = f'<p class="note">{left} more traces are not in this page.</p>' if left > 0 else ""
    return "".join(parts) + TRACES.format(options=options) + note


def _unit(results: Results, label: str) -> str:
    """The unit of a recorded variable in brackets, where it is known."""
    recorded = results.plan.model.spec.simulation.record_traces.get(label, {})
    unit = UNIT.get(str(recorded.get("var", "")))
    return f" [{unit}]" if unit else ""


def _grid(figures: Iterator[str]) -> str:
    made = "".join(figures)
    return f'<div class="grid">{made}</div>' if made else ""


def _model(results: Results, name: str) -> str:
    if not results.net_params:
        return "<p>The results do not hold the dictionaries that made them.</p>"
    text = json.dumps(
        plain(page.document(results.net_params, results.sim_config)), indent=1, ensure_ascii=False
    )
    shown = f"<pre>{escape(text)}</pre>" if len(text) < SHOWN_JSON else f"<p>{len(text):,} characters.</p>"
    stem = escape(Path(name).stem)
    return (
        "<h3>Run it again</h3><p>The model is in this page: netParams and simConfig as they were. "
        f"<code>netspec run {escape(name)}</code> runs them; mod files must be in a folder <code>mod</code> "
        f'beside the page.</p><p><button type="button" id="download" data-name="{stem}_model.json">Save the '
        f"model as JSON</button></p><details><summary>Show it</summary>{shown}</details>"
    )


def _embedded(results: Results) -> str:
    if not results.net_params:
        return ""
    return page.script(page.MODEL, page.document(results.net_params, results.sim_config))


def _shipped(name: str) -> str:
    return files("netspec.plots").joinpath(name).read_text(encoding="utf-8")


RASTER = """
<div class="tool"><div class="bar">
<button type="button" id="raster-zoom" aria-pressed="true">Zoom</button>
<button type="button" id="raster-select" aria-pressed="false">Select</button>
<button type="button" id="raster-in" aria-label="nearer">+</button>
<button type="button" id="raster-out" aria-label="farther">&minus;</button>
<button type="button" id="raster-reset">Whole</button></div>
<canvas id="raster" tabindex="0" role="img" aria-label="spikes of all cells over time"></canvas>
<div class="readout" id="raster-readout"><noscript>The raster needs JavaScript.</noscript></div></div>
"""
TRACES = """
<h3>Traces</h3><div class="tool"><div class="bar">
<select id="traces-variable" aria-label="variable">{options}</select>
<span class="hint">the time shown is the raster's; cells selected there are shown here</span></div>
<div class="chips" id="traces-cells"></div>
<canvas id="traces" tabindex="0" role="img" aria-label="recorded traces"></canvas>
<div class="readout" id="traces-readout"></div></div>
"""
