"""Runs that leave windows of recordings and checkpoints in a folder, and continue from there.

In runFolder each file belongs to one rank, and is whole or not there: `piece_<number>_<rank>.h5` with what
was recorded in a window, `state_<number>_<rank>.h5` with the state of the rank. `checkpoint_<number>.json` is
written last, by rank 0, and makes a checkpoint of them: what was begun after it does not count.
"""

import json
import logging
import os
from collections.abc import Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from netspec import __version__
from netspec.errors import FileError, Problem, SpecError
from netspec.formats import hdf5, tree
from netspec.formats.files import whole
from netspec.formats.json import plain
from netspec.results import Results, pieces, shares
from netspec.session.containers import plain_data
from netspec.session.places import writable

log = logging.getLogger("netspec")

Content = dict[str, Any]
Keys = Mapping[str, Mapping[str, str]]
"""What a checkpoint depends on, by stage: a script may change options between building and running."""
KEPT = 2
"""Checkpoints that stay: the newest, and one before it."""
FREE = frozenset(
    {
        *("resume", "checkpointEvery", "recordWindow", "runFolder", "analysis", "verbose"),
        *("progressBar", "timing", "saveTiming", "printRunTime", "printPopAvgRates"),
        *("printSynsAfterRule", "simLabel", "saveFolder", "filename", "saveDataInclude"),
        *(
            "timestampFilename",
            "savePickle",
            "saveJson",
            "saveMat",
            "saveCSV",
            "saveDpk",
            "saveHDF5",
            "saveSonata",
            "saveLems",
        ),
        *("saveDat", "backupCfgFile", "gatherOnlySimData", "compactConnFormat", "saveCellSecs"),
        *("saveCellConns", "intervalFolder", "createPyStruct", "validateNetParams"),
        *("cache_efficient"),
    }
)
"""Options that do not change what happens in a run; a run may be continued with others."""


class RunFolder:
    """What the ranks of a run have written, as one of them sees it. Also the store of its windows."""

    def __init__(self, cfg: Any, ranks: Any):
        self.ranks = ranks
        self.path, self._duration = folder(cfg), float(cfg.get("duration") or 0)

    @property
    def scratch(self) -> Path:
        """Where this rank may write what is not kept."""
        return self.path / f".neuron_{self.ranks.rank}.part"

    def write(self, number: int, piece: Content) -> None:
        """Keep what was recorded in a window."""
        hdf5.save(self._file("piece", number), tree.flatten(piece))

    def columns(self, count: int) -> list[Any]:
        """What was recorded in the first windows: each column of them."""
        return pieces.columns([self._file("piece", number) for number in range(count)])

    def others(self, count: int, part: str) -> Any:
        """The signals or weights of the first windows."""
        return pieces.others([self._file("piece", number) for number in range(count)], part)

    def begin(self, numbered: Results, count: int) -> None:
        """Say what is in the columns of windows, of which the first `count` are there."""
        for number in range(count, pieces.count(self.path, self.ranks.rank)):
            self._file("piece", number).unlink()
        content = {**shares.whole(numbered), "ranks": self.ranks.size}
        hdf5.save(pieces.file_of(self.path, self.ranks.rank), tree.flatten(content))

    def clear(self) -> None:
        """Remove what an earlier run left. Collective."""
        if self.ranks.rank == 0:
            for number in self.numbers()[:1]:
                manifest = self._read_manifest(number)
                if manifest is not None and manifest["time"] < self._duration:
                    log.warning("%s is removed, since simConfig.resume is not set", self._manifest(number))
            for pattern in ("checkpoint_*.json", "state_*_*.h5", "piece_*_*.h5", "run_*.h5", ".*.part"):
                for file in self.path.glob(pattern):
                    file.unlink(missing_ok=True)
        self.ranks.barrier()

    def numbers(self) -> list[int]:
        """The checkpoints that are there, the newest first."""
        names = [file.stem.removeprefix("checkpoint_") for file in self.path.glob("checkpoint_*.json")]
        return sorted((int(name) for name in names if name.isdigit()), reverse=True)

    def newest(self, keys: Keys) -> Content | None:
        """The manifest of the newest whole checkpoint, and this rank's state; None without one. Collective.

        SpecError if it was saved by a run of something else.
        """
        for number in self.ranks.bcast(self.numbers()):
            manifest = self.ranks.bcast(self._read_manifest(number) if self.ranks.rank == 0 else None)
            if manifest is None:
                continue
            self._compare(number, manifest, keys)
            state = self._read_state(number, manifest)
            if self.ranks.allreduce(int(state is not None), "min"):
                return {**manifest, "state": state}
            log.warning("%s is not whole; an earlier checkpoint is looked for", self._manifest(number))
        return None

    def save(self, network: Any, keys: Keys) -> None:
        """Save the state of all ranks as it is now. Collective."""
        from netspec.neuron import stopped

        number = self.ranks.bcast(max(self.numbers(), default=0) + 1)
        self.path.mkdir(parents=True, exist_ok=True)
        state = stopped.save(network, self.scratch)
        network.windows.flush(network.reached)
        content = {**state, "pieces": network.windows.count}
        file = self._file("state", number)
        hdf5.save(file, tree.flatten(content))
        digests = self.ranks.allgather(_digest(file))
        if self.ranks.rank == 0:
            manifest = {
                "time": network.reached,
                "ranks": self.ranks.size,
                "files": digests,
                "keys": keys,
            }
            with whole(self._manifest(number)) as part:
                part.write_text(json.dumps(manifest))
            self._drop_old()
        self.ranks.barrier()

    def _drop_old(self) -> None:
        for number in self.numbers()[KEPT:]:
            self._manifest(number).unlink(missing_ok=True)
            for file in self.path.glob(f"state_{number}_*.h5"):
                file.unlink(missing_ok=True)

    def _read_manifest(self, number: int) -> Content | None:
        try:
            manifest: Content = json.loads(self._manifest(number).read_text())
        except (OSError, ValueError) as error:
            log.warning("%s cannot be read: %s", self._manifest(number), error)
            return None
        return manifest

    def _read_state(self, number: int, manifest: Content) -> Content | None:
        file = self._file("state", number)
        with suppress(OSError, FileError):
            if _digest(file) == manifest["files"][self.ranks.rank]:
                content: Content = tree.restore(hdf5.load(file))
                return content
        return None

    def _compare(self, number: int, manifest: Content, keys: Keys) -> None:
        """SpecError if the checkpoint belongs to another model, version or number of ranks."""
        file, saved = self._manifest(number), manifest["keys"]
        pairs = [(saved[stage], own) for stage, own in keys.items() if stage in saved]
        other = {name: 0 for a, b in pairs for name in [*a, *b] if a.get(name) != b.get(name)}
        if other:
            message = (
                f"{file} was saved by another model: {', '.join(other)} differ. Delete it, or choose another"
            )
            raise SpecError([Problem("simConfig.resume", f"{message} runFolder.")])
        if manifest["ranks"] != self.ranks.size:
            message = (
                f"{file} was saved on {manifest['ranks']} ranks; continue on as many, not {self.ranks.size}."
            )
            raise SpecError([Problem("simConfig.resume", message)])

    def _manifest(self, number: int) -> Path:
        return self.path / f"checkpoint_{number}.json"

    def _file(self, kind: str, number: int) -> Path:
        return self.path / f"{kind}_{number}_{self.ranks.rank}.h5"


def check(cfg: Any, params: Any, ranks: Any) -> Keys:
    """What a checkpoint depends on before the network is built. Collective.

    SpecError, before anything is built, if the folder of the run is of no use.
    """
    if not writable(folder(cfg).absolute()):
        raise SpecError([Problem("simConfig.runFolder", f"nothing can be written into {folder(cfg)}")])
    own = {"build": keys(params, cfg)}
    if cfg.get("resume"):
        RunFolder(cfg, ranks).newest(own)
    return own


def run(session: Any, every: list[Any]) -> None:
    """Run the network from 0, or from the newest checkpoint, leaving windows and checkpoints."""
    from netspec.neuron import stopped
    from netspec.neuron.every import Every

    network, cfg = session.network, session.cfg
    kept, own = RunFolder(cfg, session.ranks), {**session.run_keys, "run": keys(session.params, cfg)}
    found = kept.newest(own) if cfg.get("resume") else None
    if found is None:
        kept.clear()
    network.prepare()
    network.initialise()
    count = 0 if found is None else found["state"]["pieces"]
    kept.begin(session.results_with(network.windows.numbered()), count)
    network.windows.begin(kept, count)
    if found is not None:
        stopped.restore(network, kept.scratch, found["state"])
        session.say(f"  Continuing at {found['time']:g} ms from {kept.path}")
    if cfg.get("recordWindow"):
        every = [
            *every,
            Every(float(cfg["recordWindow"]), lambda now: network.windows.flush(network.reached)),
        ]
    if cfg.get("checkpointEvery"):
        every = [*every, Every(float(cfg["checkpointEvery"]), lambda now: kept.save(network, own))]
    network.resume(*every)
    network.windows.flush(network.reached, end=True)


def folder(cfg: Any) -> Path:
    """Where a run leaves its windows and checkpoints."""
    base, label, filename = (str(cfg.get(name) or "") for name in ("saveFolder", "simLabel", "filename"))
    default = os.path.join(base, label or filename) if base else filename
    return Path(cfg.get("runFolder") or f"{default}_run")


def keys(params: Any, cfg: Any) -> dict[str, str]:
    """What a checkpoint depends on, by the path that a message would name: hashes and versions."""
    from netspec.neuron import checkpoint

    found = {f"netParams.{name}": _hash(value) for name, value in params.todict().items()}
    options = {name: value for name, value in cfg.todict().items() if name not in FREE}
    found |= {f"simConfig.{name}": _hash(value) for name, value in options.items()}
    versions = {"netspec": __version__, "NEURON": checkpoint.VERSION, "numpy": np.__version__}
    return {**found, **versions, "mod files": _hash(checkpoint.texts())}


def _hash(value: Any) -> str:
    return sha256(json.dumps(plain(plain_data(value))).encode()).hexdigest()[:16]


def _digest(file: Path) -> str:
    return sha256(file.read_bytes()).hexdigest()
