"""NeuroML in HDF5: the network's tables as the elements that XML would have."""

from pathlib import Path
from typing import Any

import h5py

from netspec.errors import FileError
from netspec.lems import tree
from netspec.lems.tree import Element, Place

TABLES_OWN = ("CLASS", "VERSION", "TITLE", "FILTERS")
"""What PyTables writes for itself."""
OF_ROWS = ("synapse", "preComponent", "postComponent")
"""What XML gives each electrical and continuous connection, and HDF5 their projection."""
USUAL = {("population", 3): ("x", "y", "z"), ("population", 4): ("id", "x", "y", "z")}
"""Columns of tables that have no names."""
ROW = {
    "projection": ("connection", "connectionWD", "preCellId", "postCellId", "preSegmentId", "postSegmentId"),
    "electricalProjection": (
        "electricalConnectionInstance", "electricalConnectionInstanceW", "preCell", "postCell",
        "preSegment", "postSegment",
    ),
    "continuousProjection": (
        "continuousConnectionInstance", "continuousConnectionInstanceW", "preCell", "postCell",
        "preSegment", "postSegment",
    ),
}  # fmt: skip


def read(path: Path, shown: str) -> Element:
    """The root element of a file. Place.line is the path in the file, with the row in brackets."""
    try:
        with h5py.File(path) as file:
            if "neuroml" not in file:
                raise FileError(f"{path}: expected a group /neuroml, which NeuroML in HDF5 has")
            group = file["neuroml"]
            given = _attributes(group)
            text = given.pop("neuroml_top_level", "")
            root = Element("neuroml", given, Place(shown, "/neuroml"))
            if text:
                root.children.extend(
                    tree.parse(text.encode(), f"{shown}:/neuroml@neuroml_top_level").children
                )
            for network in group.values():
                root.children.append(_network(network, shown))
            return root
    except OSError as error:
        raise FileError(f"{path}: not a readable HDF5 file ({error})") from error


def _network(group: Any, shown: str) -> Element:
    network = Element("network", _attributes(group), Place(shown, group.name))
    if "temperature" in network.attributes:
        network.attributes["type"] = "networkWithTemperature"
    for name, part in group.items():
        kind = name.partition("_")[0]
        given = _attributes(part)
        tag = given.pop("type", kind) if kind == "projection" else kind
        own = (
            {n: v for n, v in given.items() if tag == "projection" or n not in OF_ROWS}
            if tag in ROW
            else given
        )
        element = Element(tag, own, Place(shown, part.name))
        for table in (value for value in part.values() if isinstance(value, h5py.Dataset)):
            element.children.extend(_rows(tag, given, table, shown))
        if kind == "population" and element.children:
            given["type"] = "populationList"
        network.children.append(element)
    return network


def _rows(tag: str, given: dict[str, str], table: Any, shown: str) -> list[Element]:
    usual = USUAL.get((tag, table.shape[1]), ())
    names = [str(_plain(table.attrs.get(f"column_{i}", ""))) or usual[i] for i in range(table.shape[1])]
    place = table.name
    made = []
    for number, row in enumerate(table[:].tolist()):
        values = dict(zip(names, row, strict=True))
        where = Place(shown, f"{place}[{number}]")
        made.append(_row(tag, given, values, number, where))
    return made


def _row(tag: str, given: dict[str, str], values: dict[str, float], number: int, where: Place) -> Element:
    text = {name: f"{value:.10g}" for name, value in values.items()}
    index = text.pop("id", str(number))
    if tag == "population":
        return Element("instance", {"id": index}, where, [Element("location", text, where)])
    if tag == "inputList":
        out = {"id": index, "target": f"../{given.get('population')}/{text.get('target_cell_id')}/"}
        out |= {"destination": "synapses", "segmentId": text.get("segment_id", "0")}
        out |= {"fractionAlong": text.get("fraction_along", "0.5")}
        return Element("inputW" if "weight" in text else "input", out | _only(text, "weight"), where)
    plain, weighted, pre, post, pre_segment, post_segment = ROW[tag]
    out = {"id": index}
    for side, key, segment in (("pre", pre, pre_segment), ("post", post, post_segment)):
        out[key] = f"../{given.get(f'{side}synapticPopulation')}/{text.get(f'{side}_cell_id')}/"
        out[segment] = text.get(f"{side}_segment_id", "0")
        out[f"{side}FractionAlong"] = text.get(f"{side}_fraction_along", "0.5")
    if tag == "projection" and ({"weight", "delay"} & set(text)):
        out |= {"weight": text.get("weight", "1"), "delay": f"{text.get('delay', '0')} ms"}
    elif tag != "projection":
        out |= _only(given, "synapse") | _only(text, "weight")
        out |= {name: given[name] for name in ("preComponent", "postComponent") if name in given}
    return Element(weighted if "weight" in text or "delay" in text else plain, out, where)


def _only(values: dict[str, str], name: str) -> dict[str, str]:
    return {name: values[name]} if name in values else {}


def _attributes(group: Any) -> dict[str, str]:
    return {name: str(_plain(value)) for name, value in group.attrs.items() if name not in TABLES_OWN}


def _plain(value: Any) -> Any:
    return value.decode() if isinstance(value, bytes) else value
