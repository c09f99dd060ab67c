"""The session that NetPyNE's verbs act on. It is made at first use, so that importing `sim` stays light."""

from functools import cache
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from netspec.session.stages import Session


@cache
def _session() -> "Session":
    from netspec.session.stages import Session

    return Session()


class _Current:
    """Stands for the session."""

    def __getattr__(self, name: str) -> Any:
        return getattr(_session(), name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(_session(), name, value)


current = cast("Session", _Current())
