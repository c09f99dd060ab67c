"""NetPyNE's containers for what the user writes: NetParams, SimConfig, Dict, ODict. Nothing is checked."""

import dataclasses
import logging
import math
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from netspec.errors import FileError, Problem, SpecError, did_you_mean
from netspec.session.containers import Attributes, Dict, ODict

log = logging.getLogger("netspec")

SIZES = ("numCells", "density", "gridSpacing")
"""Keys of popParams that exclude each other."""
FORMATS = {".json": "netspec.formats.json", ".pkl": "netspec.formats.pickle"}
"""Files of cell rules."""


class Component(ODict):
    """One section of netParams: label -> entry."""

    def setParam(self, label: str, param: str, value: Any) -> bool:
        """Whether there is such an entry; its parameter is now `value`."""
        if label not in self:
            return False
        self[label][param] = value
        return True


class PopParams(Component):
    """netParams.popParams."""

    def setParam(self, label: str, param: str, value: Any) -> bool:
        """As for other entries; a new size takes the place of the old one."""
        if label in self and param in SIZES:
            for other in SIZES:
                self[label].pop(other, None)
        return super().setParam(label, param, value)


class CellParams(Component):
    """netParams.cellParams."""

    def rename(self, old: Any, new: Any, label: Any = None) -> bool:
        """As for other entries; topologies and lists follow a section's new name: label (rule, 'secs')."""
        done = super().rename(old, new, label)
        if done and isinstance(label, list | tuple) and "secs" in self[label[0]]:
            rule = self[label[0]]
            for section in rule["secs"].values():
                topology = section.get("topol", {})
                if topology.get("parentSec") == old:
                    topology["parentSec"] = new
            for name, members in (rule.get("secLists") or {}).items():
                rule["secLists"][name] = [new if member == old else member for member in members]
        return done


COMPONENTS: dict[str, type[Component]] = {
    "cellParams": CellParams,
    "popParams": PopParams,
    "synMechParams": Component,
    "connParams": Component,
    "subConnParams": Component,
    "stimSourceParams": Component,
    "stimTargetParams": Component,
    "rxdParams": Component,
}


class NetParams(Attributes):
    """netParams: eight sections of labelled entries, settings of the network, the user's own attributes."""

    def __init__(self, netParamsDict: Mapping[str, Any] | None = None):
        from netspec.spec.network import Network  # not at the top: `specs` stays light to import

        for name, default in _defaults(Network).items():
            setattr(self, name, default)
        for name in COMPONENTS:
            setattr(self, name, {})
        for name, value in (netParamsDict or {}).items():
            setattr(self, name, value)

    def __setattr__(self, name: str, value: Any) -> None:
        component = COMPONENTS.get(name)
        if component is not None and not isinstance(value, component):
            value = component(value)
        super().__setattr__(name, value)

    def _add(self, component: str, label: Any, params: Mapping[str, Any] | None) -> Any:
        entries = self[component]
        if label is None:
            label = next(n for n in range(len(entries) + 1) if n not in entries)
        entries[label] = Dict(params or {})
        return label

    def addCellParams(self, label: Any = None, params: Mapping[str, Any] | None = None) -> Any:
        """The label of the new cell rule."""
        return self._add("cellParams", label, params)

    def addPopParams(self, label: Any = None, params: Mapping[str, Any] | None = None) -> Any:
        """The label of the new population."""
        return self._add("popParams", label, params)

    def addSynMechParams(self, label: Any = None, params: Mapping[str, Any] | None = None) -> Any:
        """The label of the new synapse."""
        return self._add("synMechParams", label, params)

    def addConnParams(self, label: Any = None, params: Mapping[str, Any] | None = None) -> Any:
        """The label of the new connection rule."""
        return self._add("connParams", label, params)

    def addSubConnParams(self, label: Any = None, params: Mapping[str, Any] | None = None) -> Any:
        """The label of the new subcellular rule."""
        return self._add("subConnParams", label, params)

    def addStimSourceParams(self, label: Any = None, params: Mapping[str, Any] | None = None) -> Any:
        """The label of the new stimulus source."""
        return self._add("stimSourceParams", label, params)

    def addStimTargetParams(self, label: Any = None, params: Mapping[str, Any] | None = None) -> Any:
        """The label of the new stimulus target."""
        return self._add("stimTargetParams", label, params)

    def addCellParamsSecList(
        self, label: str, secListName: str, somaDist: Any = None, somaDistY: Any = None
    ) -> None:
        """Name the sections whose middle 3-D point is within [low, high] um of the origin (or in y)."""
        rule, path = self._rule(label), f"netParams.cellParams[{label!r}]"
        limits = somaDist if somaDist is not None else somaDistY
        if not isinstance(limits, list | tuple) or len(limits) != 2:
            raise SpecError([Problem(path, "somaDist or somaDistY must be a list of two distances")])
        chosen = []
        shapes = {n: s["geom"]["pt3d"] for n, s in rule["secs"].items() if s.get("geom", {}).get("pt3d")}
        if not shapes:
            raise SpecError([Problem(f"{path}.secs", "no section has pt3d to measure distances")])
        for name in rule["secs"].keys() - shapes.keys():
            log.warning("%s.secs[%r] has no pt3d: it is not in secList %r", path, name, secListName)
        for name, points in shapes.items():
            x, y, z = points[len(points) // 2][:3]
            distance = math.sqrt(x * x + y * y + z * z) if somaDist is not None else y
            if limits[0] <= distance <= limits[1]:
                chosen.append(name)
        rule.setdefault("secLists", {})[secListName] = chosen

    def swapCellParamsPt3d(self, label: str, origIndex: int, targetIndex: int) -> None:
        """Exchange two columns (x, y, z, diam: 0 to 3) of all 3-D points."""
        if {origIndex, targetIndex} - {0, 1, 2, 3}:
            raise SpecError(
                [Problem(f"netParams.cellParams[{label!r}]", "columns of pt3d are 0, 1, 2 and 3")]
            )
        order = [0, 1, 2, 3]
        order[origIndex], order[targetIndex] = targetIndex, origIndex
        for section in self._rule(label)["secs"].values():
            if "pt3d" in section.get("geom", {}):
                section["geom"]["pt3d"] = [[p[i] for i in order] for p in section["geom"]["pt3d"]]

    def renameCellParamsSec(self, label: str, oldSec: str, newSec: str) -> None:
        """Give a section another name, in topologies and lists of sections too."""
        sections, path = self._rule(label)["secs"], f"netParams.cellParams[{label!r}].secs"
        if oldSec not in sections:
            raise SpecError([Problem(path, f"no section {oldSec!r}. {did_you_mean(oldSec, sections)}")])
        if newSec in sections and newSec != oldSec:
            raise SpecError([Problem(path, f"there is a section {newSec!r} already.")])
        self.cellParams.rename(oldSec, newSec, (label, "secs"))

    def addCellParamsWeightNorm(self, label: str, fileName: str, threshold: float = 1000) -> None:
        """Set weightNorm from a pickle {section: [factor of each segment]}, at most threshold x soma's."""
        rule, norms = self._rule(label), _format(".pkl").load(fileName)
        soma = next((name for name in norms if name.startswith("soma")), None)
        if soma is None:
            raise FileError(f"{fileName}: no section whose name begins with 'soma'")
        limit = threshold * norms[soma][0]
        for name, factors in norms.items():
            if name in rule["secs"]:
                rule["secs"][name]["weightNorm"] = [min(factor, limit) for factor in factors]

    def addCellParamsTemplate(self, label: str, conds: Any = None, template: str | None = None) -> None:
        """Add a ready-made cell rule: 'Simple_HH' or 'BallStick_HH'."""
        if template not in TEMPLATES:
            raise SpecError([Problem(f"addCellParamsTemplate({label!r})", did_you_mean(template, TEMPLATES))])
        self.cellParams[label] = {"conds": dict(conds or {}), "secs": TEMPLATES[template]()}

    def saveCellParamsRule(self, label: str, fileName: str) -> None:
        """Write one cell rule as .json or .pkl."""
        _format_of(fileName).save(fileName, self._rule(label).todict())

    def loadCellParamsRule(self, label: str, fileName: str) -> None:
        """Read one cell rule from .json or .pkl."""
        self.cellParams[label] = _format_of(fileName).load(fileName)

    saveCellParams, loadCellParams = saveCellParamsRule, loadCellParamsRule

    def importCellParams(
        self,
        label: Any,
        fileName: Any,
        cellName: Any,
        conds: Any = None,
        cellArgs: Any = None,
        importSynMechs: bool = False,
        somaAtOrigin: bool = True,
        cellInstance: bool = False,
        dLambda: float | None = None,
    ) -> Dict:
        """The new cell rule: a cell of a HOC, Python or SWC file, made in a process of its own.

        cellArgs: of the template, class or function. dLambda: for nseg by the d_lambda rule, such as 0.1.
        """
        from netspec.session import importing  # not at the top: `specs` stays light to import

        made = importing.cell(label, fileName, cellName, cellArgs, cellInstance, dLambda)
        if somaAtOrigin:
            importing.centred(made["secs"])
        rule: Dict = self.cellParams[self._add_imported(label, conds, made, cellName, importSynMechs)]
        return rule

    def importCellParamsFromNet(
        self,
        labelList: Sequence[Any],
        condsList: Sequence[Any],
        fileName: Any,
        cellNameList: Sequence[str],
        importSynMechs: bool = False,
    ) -> CellParams:
        """All cell rules, with new ones: cells of a network in a Python or HOC file, by expressions."""
        from netspec.session import importing  # not at the top: `specs` stays light to import

        found = importing.cells_of_network(labelList, condsList, fileName, cellNameList)
        for label, conds, name, made in zip(labelList, condsList, cellNameList, found, strict=True):
            self._add_imported(label, conds, made, name, importSynMechs)
        rules: CellParams = self.cellParams
        return rules

    def _add_imported(self, label: Any, conds: Any, made: dict[str, Any], name: str, synapses: bool) -> Any:
        for synapse in made.pop("synMechs") if synapses else ():
            self.addSynMechParams(f"{name}_{synapse.pop('label')}", synapse)
        made.pop("synMechs", None)
        return self.addCellParams(label or None, {"conds": dict(conds or {}), **made})

    def setNestedParam(self, paramLabel: Any, paramVal: Any) -> None:
        """Set a value by its path: a name, 'a.b.c', or a list of keys."""
        from netspec.spec.raw import put  # not at the top: `specs` stays light to import

        path = paramLabel.split(".") if isinstance(paramLabel, str) else list(paramLabel)
        wrong = put(self, path, paramVal)
        if wrong:
            raise SpecError([Problem(f"netParams.setNestedParam({paramLabel!r})", wrong)])

    def setCfgMapping(self, cfg: Any) -> None:
        """Write the attributes of cfg that `mapping` names to their places in netParams."""
        for name, path in self.mapping.items():
            if hasattr(cfg, name):
                self.setNestedParam(path, getattr(cfg, name))

    def save(self, filename: str) -> None:
        """Write as JSON, {'net': {'params': ...}}, which NetPyNE reads too."""
        _format(".json").save(filename, {"net": {"params": self.todict()}})

    def rename(self, component: str, old: Any, new: Any) -> bool:
        """Whether the entry `old` of a section was there; it is now `new`."""
        done: bool = self[component].rename(old, new)
        return done

    def _rule(self, label: str) -> Dict:
        if label not in self.cellParams:
            message = f"no such cell rule. {did_you_mean(label, self.cellParams)}"
            raise SpecError([Problem(f"netParams.cellParams[{label!r}]", message)])
        rule: Dict = self.cellParams[label]
        return rule


class SimConfig(Attributes):
    """simConfig: the options of a simulation, with any attributes of the user's own."""

    def __init__(self, simConfigDict: Mapping[str, Any] | None = None):
        from netspec.spec.simulation import Simulation  # not at the top: `specs` stays light to import

        for name, default in _defaults(Simulation).items():
            setattr(self, name, default)
        self._take(dict(simConfigDict or {}), merge=False)

    def update(
        self,
        values: Mapping[str, Any] | None = None,
        merge: bool = True,
        force_match: bool = False,
        **more: Any,
    ) -> None:
        """Set many attributes, and those of the trial that the simulation belongs to, if it does to one.

        Dictionaries are merged into those already there, key by key. force_match: no new attributes.
        """
        given = {**(values or {}), **more}
        for name in given if force_match else ():
            if name not in self:
                raise AttributeError(f"no {name!r}. {did_you_mean(name, self.keys())}")
        self._take(given, merge)
        if "NETSPEC_TRIAL" in os.environ:
            from netspec.batch import trial

            trial.apply(simConfig=self, force=not force_match)

    def get_mappings(self) -> dict[str, Any]:
        """Label -> value of the parameters of the trial; nothing outside a batch."""
        from netspec.batch import trial

        return trial.params()

    def _take(self, given: Mapping[str, Any], merge: bool) -> None:
        for name, value in given.items():
            present = self.get(name)
            if merge and isinstance(present, Dict) and isinstance(value, Mapping):
                _merge(present, value)
            else:
                setattr(self, name, value)

    def addAnalysis(self, func: str, params: Any) -> None:
        """Ask for a plot or analysis after the run."""
        self.analysis[func] = params

    def save(self, filename: str) -> None:
        """Write as JSON, {'simConfig': ...}, which NetPyNE reads too."""
        _format(".json").save(filename, {"simConfig": self.todict()})

    def validateDataSaveOptions(self, printWarning: bool = True) -> bool:
        """Whether anything will be saved."""
        return any(bool(self.get(name)) for name in SAVE_OPTIONS)


SAVE_OPTIONS = tuple(
    f"save{kind}" for kind in ("Pickle", "Json", "Mat", "CSV", "Dpk", "HDF5", "Dat", "Sonata", "Lems")
)


def __getattr__(name: str) -> Any:
    if name in ("dicts", "netParams", "simConfig", "utils"):
        return sys.modules[__name__]  # NetPyNE's modules whose classes are here
    raise AttributeError(f"specs has no {name!r}. {did_you_mean(name, globals())}")


def _soma(size: float) -> dict[str, Any]:
    hh = {"gnabar": 0.12, "gkbar": 0.036, "gl": 0.0003, "el": -54.3}
    return {"geom": {"diam": size, "L": size, "Ra": 100.0, "cm": 1}, "mechs": {"hh": hh}}


def _stick() -> dict[str, Any]:
    return {
        "geom": {"diam": 1.0, "L": 200.0, "Ra": 100.0, "cm": 1},
        "topol": {"parentSec": "soma", "parentX": 1.0, "childX": 0},
        "mechs": {"pas": {"g": 0.001, "e": -70}},
    }


TEMPLATES: dict[str | None, Callable[[], dict[str, Any]]] = {
    "Simple_HH": lambda: {"soma": _soma(20)},
    "BallStick_HH": lambda: {"soma": _soma(12), "dend": _stick()},
}


def _defaults(cls: type) -> dict[str, Any]:
    """The dictionary keys of a dataclass of the spec with their defaults."""
    found = {}
    for field in dataclasses.fields(cls):
        if "key" in field.metadata:
            made: Any = field.default_factory
            default = field.default if made is dataclasses.MISSING else made()
            found[field.metadata["key"]] = default
    return found


def _merge(present: Dict, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        if isinstance(present.get(name), Mapping) and isinstance(value, Mapping):
            _merge(present[name], value)
        else:
            present[name] = value


def _format_of(filename: str) -> Any:
    suffix = Path(filename).suffix
    if suffix not in FORMATS:
        raise FileError(f"{filename}: not a file of a cell rule. {did_you_mean(suffix, FORMATS)}")
    return _format(suffix)


def _format(suffix: str) -> Any:
    """The module that reads and writes such files, loaded when a file is."""
    return import_module(FORMATS[suffix])
