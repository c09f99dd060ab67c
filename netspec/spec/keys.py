"""How a dataclass field says which dictionary key it is read from, what it accepts and what it means."""

import dataclasses
from typing import Any


def key(name: str, kind: str, doc: str, default: Any = dataclasses.MISSING, unit: str = "") -> Any:
    """A dataclass field read from the dictionary key `name`.

    kind: what is accepted, a name in `spec.read.KINDS`. unit: of the number, as in `units.py`.
    No default means that the key is required. Mutable defaults are copied for each object.
    """
    metadata = {"key": name, "kind": kind, "doc": doc, "unit": unit}
    if isinstance(default, dict | list):
        return dataclasses.field(default_factory=default.copy, metadata=metadata)
    return dataclasses.field(default=default, metadata=metadata)
