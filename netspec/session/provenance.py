"""Where results come from: versions, commit of the model's folder, seeds, ranks, times, mechanisms."""

import datetime
import platform
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from netspec import __version__

if TYPE_CHECKING:
    from netspec.session.stages import Session

PHASES = ("createTime", "planTime", "connectTime", "stimsTime", "setrecordTime", "runTime", "gatherTime")
PATIENCE = 10
"""How long git may take to look at a folder [s]."""


def of_run(session: "Session") -> dict[str, Any]:
    """Plain data about the run of a session on this rank. phases [s] are those of this rank."""
    from netspec.neuron import mechanisms
    from netspec.session.prepare import mod_folders

    model = session.planned().model
    folders = mod_folders() if session.mod is None else session.mod
    simulation = model.spec.simulation
    script = Path(sys.argv[0]) if sys.argv and Path(sys.argv[0]).is_file() else None
    return {
        "time": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "script": script.name if script else "",
        "commit": commit((script.resolve().parent if script else None) or Path.cwd()),
        "versions": {
            "netspec": __version__,
            "neuron": mechanisms.version(),
            "numpy": np.__version__,
            "python": platform.python_version(),
        },
        "platform": platform.platform(aliased=True, terse=True) + f" {platform.machine()}",
        "ranks": session.ranks.size,
        "threads": simulation.threads,
        "seeds": dict(simulation.seeds),
        "phases": {name: float(session.timings[name]) for name in PHASES if name in session.timings},
        "mechanisms": mechanisms.hashes(model, folders),
    }


def commit(folder: Path) -> str:
    """The commit of the git repository that a folder is in, -dirty if files have changed; '' for none."""
    command = ["git", "-C", str(folder), "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    try:
        ran = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    except (OSError, subprocess.TimeoutExpired):  # no git, or a repository too large to be looked at
        return ""
    return ran.stdout.strip() if ran.returncode == 0 else ""
