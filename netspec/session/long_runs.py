"""What a session asks of long runs, without loading what they need before it is needed."""

import os
from typing import Any

RESUME = "NETSPEC_RESUME"
"""Set where `netspec run --resume` was said: every simConfig has `resume` then."""


def wanted(cfg: Any) -> bool:
    """Whether a run leaves anything in its folder."""
    return bool(cfg.get("checkpointEvery") or cfg.get("recordWindow"))


def settle(cfg: Any) -> None:
    """Let the run be continued if the command line says so."""
    if os.environ.get(RESUME):
        cfg["resume"] = True


def check(session: Any) -> None:
    """SpecError, before anything is built, if the folder of the run is of no use. Collective."""
    if wanted(session.cfg):
        from netspec.session import continuing

        session.run_keys = continuing.check(session.cfg, session.params, session.ranks)


def run(session: Any, every: list[Any]) -> None:
    """Run the network, with checkpoints and windows where they are asked for."""
    if not wanted(session.cfg):
        session.network.run(*every)
        return
    from netspec.session import continuing

    continuing.run(session, every)
