"""What mechanisms cost on this machine: measured once, in a process of its own, and kept in the cache.

A process of its own, since a measurement integrates everything there is, and since a mechanism that is not
set up as its model does it may end the process; its cost then stays an estimate.
"""

import json
import logging
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import neuron
from neuron import h

from netspec import cache
from netspec.model import Model
from netspec.neuron import catalog
from netspec.neuron import mechanisms as loaded
from netspec.neuron.ranks import Ranks
from netspec.plan.cost import DENSITY, ESTIMATE, Costs, mechanisms

log = logging.getLogger("netspec")

SEGMENT = ""
"""Name under which a segment without mechanisms is measured."""
SECTIONS, SEGMENTS = 20, 50
STEPS, REPEATS = 40, 7
LEAST = 0.1
"""[ns] Differences of two measurements may come out at or below 0."""
TIME_LIMIT = 300
VERSION = "1"
"""Of the way in which this module measures."""


def measured(model: Model, folders: Iterable[Path], ranks: Ranks) -> Costs:
    """Costs of the mechanisms of a model, the same on all ranks. Collective.

    folders: of its mod files. Rank 0 measures what the cache lacks.
    """
    return ranks.bcast(_measured(mechanisms(model), list(folders)) if ranks.rank == 0 else None)


def _measured(kinds: Mapping[str, str], folders: list[Path]) -> Costs:
    kinds = {SEGMENT: DENSITY} | {name: kind for name, kind in kinds.items() if catalog.exists(name)}
    places = {name: _place(name) for name in kinds}
    found = {name: json.loads(place.read_text()) for name, place in places.items() if place.is_file()}
    missing = [name for name in kinds if name not in found]
    if missing:
        log.info("measuring the cost of %d mechanisms", len([name for name in missing if name]))
        for name, value in _in_process(kinds, missing, folders).items():
            found[name] = value
            _keep(places[name], value)
    unknown = sorted(name for name in kinds if name and found.get(name) is None)
    if unknown:
        log.info("the cost of %s cannot be measured; it is estimated", ", ".join(unknown))
    segment = found.pop(SEGMENT, None) or ESTIMATE.segment
    return ESTIMATE.with_measured(segment, {name: ns for name, ns in found.items() if ns is not None})


def _place(name: str) -> Path:
    """The file that keeps the cost of a mechanism of this NEURON, machine and source."""
    source = Path(loaded.which(name)) if name else Path()
    content = source.read_bytes() if source.is_file() else str(source)
    key = cache.key([VERSION, neuron.__version__, _processor(), name, content])
    return cache.folder() / "costs" / f"{key}.json"


def _processor() -> str:
    """The model of this machine's processor."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:  # not Linux
        return platform.processor()
    return next((line for line in lines if line.startswith(("model name", "CPU part"))), "")


def _keep(place: Path, value: float | None) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    new = place.with_suffix(f".{os.getpid()}")
    new.write_text(json.dumps(value))
    new.replace(place)


def _in_process(kinds: Mapping[str, str], names: list[str], folders: list[Path]) -> dict[str, float | None]:
    """Cost of each name [ns]; None where it cannot be measured."""
    found: dict[str, float | None] = {}
    while left := [name for name in names if name not in found]:
        order = {"names": {name: kinds[name] for name in left}, "folders": [str(f) for f in folders]}
        done = subprocess.run(
            [sys.executable, "-m", __name__],
            input=json.dumps(order),
            env=cache.environment(PYTHONPATH=os.pathsep.join(filter(None, sys.path))),
            capture_output=True,
            text=True,
            errors="replace",
            timeout=TIME_LIMIT,
        )
        lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("[")]
        found.update({name: value for name, value in lines})
        # What a process ended with could not be measured; the next one goes on behind it.
        found.setdefault(next((name for name in left if name not in found), left[-1]), None)
    return found


def main() -> None:
    """Measure what standard input names; a line [name, ns] each."""
    order = json.loads(sys.stdin.read())
    loaded.load(order["folders"])
    loaded.supply([name for name in order["names"] if name])
    bare = _seconds(lambda sections: None)
    for name, kind in order["names"].items():
        print(json.dumps([name, _cost(name, kind, bare)]), flush=True)


def _cost(name: str, kind: str, bare: float) -> float | None:
    """What a mechanism adds to a segment [ns per step]; of SEGMENT, what a segment costs."""
    units = SECTIONS * SEGMENTS * STEPS / 1e9
    if name == SEGMENT:
        return bare / units
    if not catalog.exists(name) or catalog.pointers(name):
        return None
    try:
        with_it = _seconds(_inserted(name) if kind == DENSITY else _placed(name))
    except RuntimeError:  # hoc's errors: of a mechanism that needs to be set up
        return None
    return max((with_it - bare) / units, LEAST)


def _inserted(name: str) -> Callable[[list[Any]], Any]:
    return lambda sections: [section.insert(name) for section in sections]


def _placed(name: str) -> Callable[[list[Any]], Any]:
    make = getattr(h, name)
    return lambda sections: [make(segment) for section in sections for segment in section]


def _seconds(furnish: Callable[[list[Any]], Any]) -> float:
    """Least CPU time of STEPS steps of cables that were furnished [s]."""
    sections = [h.Section(name=f"cable{k}") for k in range(SECTIONS)]
    for section in sections:
        section.nseg = SEGMENTS
    kept = furnish(sections)
    spent = []
    for _ in range(REPEATS):
        h.finitialize(-65)
        h.fadvance()
        begin = time.process_time()
        for _ in range(STEPS):
            h.fadvance()
        spent.append(time.process_time() - begin)
    del kept
    return min(spent)


if __name__ == "__main__":
    main()
