"""Files of nodes and of types."""

import csv
import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from netspec.formats.sonata.export.layout import Nodes, NodeType, safe

AXES = ("x", "y", "z")
CURRENTS = ("threshold_current", "holding_current")
"""What BlueBrain's dialect asks of every cell: scales of its noise, which we do not write."""


def header(file: Any) -> None:
    """What every file of SONATA begins with."""
    file.attrs["magic"] = np.uint32(0x0A7A)
    file.attrs["version"] = np.array([0, 1], np.uint32)


def write_types(path: Path, key: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """A table of types, separated by spaces; None is NULL."""
    content = list(rows)
    names = list(dict.fromkeys([key, *(name for row in content for name in row)]))
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, delimiter=" ", lineterminator="\n")
        writer.writerow(names)
        for row in content:
            writer.writerow(["NULL" if row.get(name) is None else _text(row[name]) for name in names])


def _text(value: Any) -> str:
    return repr(value) if isinstance(value, float) else str(value)


def parameter_file(nodes: Nodes, kind: NodeType) -> str:
    """The name of the file with the parameters of an artificial cell."""
    return f"{nodes.name}_{nodes.kinds.index(kind)}.json"


def parameters(kind: NodeType) -> dict[str, float]:
    """The parameters of an artificial cell as SONATA has them; those of IntFire1 are in seconds."""
    if kind.name != "IntFire1":
        return dict(kind.parameters)
    known = {"tau": 10.0, "refrac": 5.0, **kind.parameters}
    return {name: thousandth(known[name]) for name in ("tau", "refrac")}


def thousandth(value: float) -> float:
    """The number whose product with 1000 is the value, to the last bit if there is one.

    >>> thousandth(20.3) * 1000 == 20.3
    True
    """
    near = value / 1000.0
    for candidate in (near, math.nextafter(near, math.inf), math.nextafter(near, -math.inf)):
        if candidate * 1000.0 == value:
            return candidate
    return near


def template_of(kind: NodeType) -> str | None:
    """SONATA's model_template."""
    schemas = {"biophysical": "hoc", "point_neuron": "nrn"}
    return f"{schemas[kind.model_type]}:{kind.name}" if kind.model_type in schemas else None


def write(nodes: Nodes, folder: Path) -> tuple[str, str]:
    """Names of the files of a population in Allen's dialect."""
    data, types = f"{nodes.name}_nodes.h5", f"{nodes.name}_node_types.csv"
    shared, own = _shared(nodes)
    with h5py.File(folder / data, "w") as file:
        header(file)
        _columns(file, nodes, nodes.types, own)
    rows = []
    for number, kind in enumerate(nodes.kinds):
        parameters = parameter_file(nodes, kind) if kind.model_type == "point_neuron" else None
        rows.append(
            {
                "node_type_id": number,
                "model_type": kind.model_type,
                "model_template": template_of(kind),
                "dynamics_params": parameters,
                "pop_name": kind.pop_name,
                **{name: values[number] for name, values in shared.items()},
            }
        )
    write_types(folder / types, "node_type_id", rows)
    return data, types


def _columns(file: Any, nodes: Nodes, type_ids: Any, own: Mapping[str, NDArray[Any]]) -> Any:
    count = len(nodes.ids)
    item = file.create_group(f"nodes/{nodes.name}")
    item.create_dataset("node_id", data=nodes.ids.astype(np.uint64))
    item.create_dataset("node_type_id", data=np.asarray(type_ids, np.int64))
    item.create_dataset("node_group_id", data=np.zeros(count, np.uint32))
    item.create_dataset("node_group_index", data=np.arange(count, dtype=np.uint64))
    group = item.create_group("0")
    for name, values in own.items():
        group.create_dataset(name, data=values)
    return group


def _shared(nodes: Nodes) -> tuple[dict[str, Sequence[Any]], dict[str, NDArray[Any]]]:
    """Attributes of types, and those of single nodes: places, and numbers that differ within a type."""
    single: dict[str, NDArray[Any]] = {
        axis: np.ascontiguousarray(nodes.places[:, k]) for k, axis in enumerate(AXES)
    }
    if nodes.angles is not None:
        single["rotation_angle_yaxis"] = nodes.angles
    shared: dict[str, Sequence[Any]] = {}
    for name, values in nodes.tags.items():
        label = name if name == safe(name) else None
        of_types = [set(values[nodes.types == k].tolist()) for k in range(len(nodes.kinds))]
        if label and all(len(found) == 1 for found in of_types):
            shared[name] = [next(iter(found)) for found in of_types]
        elif label and all(isinstance(value, int | float) for value in values.tolist()):
            single[name] = np.array(values.tolist())
    return shared, single


def write_obi(nodes: Nodes, folder: Path) -> str:
    """The name of the file of a population in BlueBrain's dialect, where texts are codes into a library."""
    name = f"{nodes.name}_nodes_obi.h5"
    count = len(nodes.ids)
    single = {axis: nodes.places[:, k].astype(np.float32) for k, axis in enumerate(AXES)}
    texts: dict[str, list[str]] = {"model_type": [_obi_type(kind) for kind in nodes.kinds]}
    if nodes.model_type != "virtual":
        half = np.zeros(count) if nodes.angles is None else nodes.angles / 2
        turns = {"w": np.cos(half), "x": np.zeros(count), "y": np.sin(half), "z": np.zeros(count)}
        single |= {f"orientation_{axis}": values.astype(np.float32) for axis, values in turns.items()}
        called = [kind.pop_name for kind in nodes.kinds]
        texts |= {"model_template": [template_of(kind) or "" for kind in nodes.kinds]}
        texts |= {"morphology": [kind.name for kind in nodes.kinds], "etype": called, "mtype": called}
        texts |= {"morph_class": ["PYR"] * len(called), "synapse_class": ["EXC"] * len(called)}
    with h5py.File(folder / name, "w") as file:
        header(file)
        group = _columns(file, nodes, np.full(count, -1), single)
        for attribute, of_types in texts.items():
            words = list(dict.fromkeys(of_types))
            codes = np.array([words.index(word) for word in of_types])[nodes.types]
            group.create_dataset(attribute, data=codes.astype(np.uint32))
            group.create_dataset(f"@library/{attribute}", data=words, dtype=h5py.string_dtype())
        values = {} if nodes.model_type == "virtual" else dict.fromkeys(CURRENTS, np.zeros(count, np.float32))
        of_kinds = [parameters(kind) if nodes.model_type == "point_neuron" else {} for kind in nodes.kinds]
        for attribute in dict.fromkeys(name for own in of_kinds for name in own):
            values[attribute] = np.array([own.get(attribute, np.nan) for own in of_kinds])[nodes.types]
        for attribute, numbers in values.items():
            group.create_dataset(f"dynamics_params/{attribute}", data=numbers)
    return name


def _obi_type(kind: NodeType) -> str:
    return "point_process" if kind.model_type == "point_neuron" else kind.model_type
