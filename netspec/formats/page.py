"""The model inside a report: the spec as JSON in a page of HTML, from which the network can be run again."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from netspec.errors import FileError
from netspec.formats.files import existing
from netspec.formats.json import plain

MODEL = "netspec-model"
_SCRIPT = re.compile(rf'<script type="application/json" id="{MODEL}">(.*?)</script>', re.DOTALL)


def script(name: str, data: Any) -> str:
    """Data as an element of a page. Nothing in it can end the element."""
    text = json.dumps(plain(data), ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    return f'<script type="application/json" id="{name}">{text}</script>'


def document(net_params: Mapping[str, Any], sim_config: Mapping[str, Any]) -> dict[str, Any]:
    """The spec in NetPyNE's structure, as the readers of files know it."""
    return {"net": {"params": net_params}, "simConfig": sim_config}


def load(path: str | Path) -> Any:
    """The document that a report holds. FileError for a page without one."""
    found = existing(path)
    text = _SCRIPT.search(found.read_text(encoding="utf-8", errors="replace"))
    if text is None:
        raise FileError(f"{found}: no report of netspec's with its model in it")
    try:
        return json.loads(text[1])
    except json.JSONDecodeError as error:
        raise FileError(f"{found}: the model in the report is not whole: {error.msg}") from error
