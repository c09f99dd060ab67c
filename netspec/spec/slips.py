"""When a name that nobody knows is a slip of the finger, and when it is the user's own."""

import re
from collections.abc import Iterable

from netspec.errors import near_miss


def slip(name: object, known: Iterable[str]) -> str | None:
    """The known key that `name` almost certainly means, or None.

    A known key with something added, or the other way round, is a name of the user's own.

    >>> slip("numCels", ["numCells"]), slip("numCellsE", ["numCells"]), slip("rate_2", ["rate"])
    ('numCells', None, None)
    """
    found = near_miss(str(name), known)
    if found is None or _added(found, str(name)) or _added(str(name), found):
        return None
    return found


def _added(short: str, long: str) -> bool:
    """Whether one name is the other one and a further word or number."""
    rest = re.escape(short) + r"(_|\d|[A-Z])\w*"
    before = r"\w*_" + re.escape(short)
    return bool(re.fullmatch(rest, long) or re.fullmatch(before, long))
