"""NetPyNE's verbs that look at a run: numbers of its tutorials, load of ranks, format of files."""

from typing import Any

from netspec.errors import Problem, SpecError, did_you_mean
from netspec.session.current import current

EXPECTED = {
    "tut1": (1823, 2067),
    "tut2": (280, 933),
    "tut3": (243, 572),
    "tut4": (73, 1190),
    "tut5": (7096, 4871),
    "tut6": (16, 137),
    "tut7": (2500, 328),
    "tut_import": (372, None),
    "HHTut": (1823, 2067),
    "HybridTut": (356, 2664),
    "M1": (4887, 14572),
    "M1detailed": (49152, None),
    "PTcell": (1, None),
    "cell_lfp": (1, None),
    "saving": (1538, 3750),
}
"""Synaptic contacts and spikes of NetPyNE's tutorials and examples, run by it with NEURON 9.0.2."""


def checkOutput(modelName: str, verbose: bool = False) -> None:
    """AssertionError on rank 0 unless the gathered run of one of NetPyNE's tutorials has its numbers."""
    if modelName not in EXPECTED:
        message = f"no numbers of {modelName!r} are known. {did_you_mean(modelName, EXPECTED)}"
        raise SpecError([Problem("sim.checkOutput(modelName)", message)])
    if current.started().rank != 0:
        return
    counts = current.counts()
    for what, found, expected in zip(
        ("synaptic contacts", "spikes"), (counts.contacts, counts.spikes), EXPECTED[modelName], strict=True
    ):
        if expected is not None and found != expected:
            raise AssertionError(f"{modelName}: {found} {what}, expected {expected}")
        if verbose:
            current.say(f"  {modelName}: {found} {what}")


def loadBalance(printNodeTimes: bool = False) -> list[float]:
    """Longest, shortest and mean time [s] that ranks have computed in the last run, and mean / longest."""
    ranks = current.started()
    own = float(ranks.pc.step_time())
    total, longest, shortest = (float(ranks.pc.allreduce(own, operation)) for operation in (1, 2, 3))
    mean = total / ranks.size
    balance = mean / longest if longest else 1.0
    if printNodeTimes:
        print(f"node: {ranks.rank}  comp_time: {own}")
    current.say(f"max_comp_time: {longest}\nmin_comp_time: {shortest}\navg_comp_time: {mean}")
    current.say(f"load_balance: {balance}")
    if "runTime" in current.timings:
        current.say(f"\nspike exchange time (run_time-comp_time): {current.timings['runTime'] - longest}")
    return [longest, shortest, mean, balance]


def compactConnFormat() -> None:
    """Let files hold connections as lists: of the keys in cfg.compactConnFormat, or the usual ones."""
    from netspec.formats.netpyne import compact_keys  # not at the top: `sim` stays light to import

    given = current.cfg.get("compactConnFormat")
    if not isinstance(given, list):
        current.cfg.compactConnFormat = compact_keys(current.planned(), True)


def exportSonata(folder: str, dialect: str = "both", mod: Any = None) -> str:
    """The folder with the planned or built network as a SONATA circuit with its simulation.

    dialect: 'allen' (bmtk), 'obi' (BlueBrain's tools) or 'both'. mod: folders of mod files.
    """
    from netspec.session import exporting

    return exporting.of_session(current, folder, dialect, mod)
