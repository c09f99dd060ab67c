"""Numbers that are printed: rates of populations, traces recorded."""

from typing import Any

from netspec.plan import Plan


def rate_text(rate: Any) -> str:
    """A rate, or the rates of several ranges, as printed."""
    if isinstance(rate, dict):
        return ", ".join(f"[{key.replace('_', ', ')}] ms: {value:.3f} Hz" for key, value in rate.items())
    return f"{rate:.3f} Hz"


def recorded(plan: Plan) -> tuple[int, int]:
    """Number of traces of this rank, and of labels that have any."""
    blocks = plan.recordings.traces
    return sum(len(block.gids) for block in blocks), len({block.label for block in blocks if len(block.gids)})


def connection_lines(plan: Plan, rank: int) -> list[str]:
    """What is printed of the connections of this rank."""
    pairs, contacts = plan.connected_pairs, len(plan.connections)
    lines = [f"  Number of connections on node {rank}: {pairs}"]
    return (
        [*lines, f"  Number of synaptic contacts on node {rank}: {contacts}"] if pairs != contacts else lines
    )


def stimulus_line(plan: Plan, rank: int) -> str:
    """What is printed of the stimuli of this rank."""
    return f"  Number of stims on node {rank}: {sum(len(block.rows) for block in plan.inputs)}"
