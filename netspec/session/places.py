"""Where results go: names of files, and whether anything can be written there."""

import os
import time
from pathlib import Path
from typing import Any

from netspec.errors import Problem, SpecError
from netspec.specs import SAVE_OPTIONS


def check_place(cfg: Any) -> None:
    """SpecError, before the network is built, if the folder for its results cannot be written."""
    folder = Path(base_name(cfg)).absolute().parent
    if any(cfg.get(option) for option in SAVE_OPTIONS) and not writable(folder):
        path = "simConfig.saveFolder" if cfg.get("saveFolder") else "simConfig.filename"
        raise SpecError([Problem(path, f"nothing can be written into {folder}")])


def writable(folder: Path) -> bool:
    """Whether files can be written into a folder, which need not be there yet."""
    there = next(place for place in (folder, *folder.parents) if os.path.exists(place))
    return there.is_dir() and os.access(there, os.W_OK | os.X_OK)


def base_name(cfg: Any) -> str:
    """Path of saved files up to the suffix: folder, label or filename, '_data', and the date if asked for."""
    folder, label, filename = (str(cfg.get(name) or "") for name in ("saveFolder", "simLabel", "filename"))
    if folder and label:
        path = os.path.join(folder, label)
    elif folder:
        path = os.path.join(folder, filename)
    else:
        path = filename
    return f"{path}_data{timestamp(cfg)}"


def timestamp(cfg: Any) -> str:
    """'-YYYYmmdd_HHMMSS' if file names are to have it."""
    return time.strftime("-%Y%m%d_%H%M%S") if cfg.get("timestampFilename") else ""
