"""Whether a script has changed its dictionaries since a verb read them; reading them all takes long."""

import pickle
import sys
from typing import Any


def fingerprint(*values: Any) -> bytes | None:
    """Bytes that are equal for equal values and mechanisms; None if they cannot be compared."""
    libraries = getattr(sys.modules.get("neuron"), "nrn_dll_loaded", ())
    try:
        return pickle.dumps((values, list(libraries)))
    except (pickle.PicklingError, TypeError, AttributeError, RecursionError):
        return None  # functions of a script's own, or NEURON's objects
