"""An experiment as the text of a LEMS file: types, components, a network, what is recorded."""

import re
from pathlib import Path

from netspec.errors import SpecError, did_you_mean
from netspec.formats.experiment import dynamics as types
from netspec.formats.experiment.lines import Lines, quoted
from netspec.formats.experiment.read import Entry, Mistakes
from netspec.lems import check, read
from netspec.lems.model import ComponentType, Library

KEYS = ("label", "description", "include", "dynamics", "network", "integration")
NETWORK = ("label", "description", "number_of_nodes", "dynamics", "nodes", "edges")
NODE = ("id", "label", "dynamics", "parameters", "children")
EDGE = ("source", "target", "coupling", "parameters", "children", "weight", "delay", "label")
INTEGRATION = ("method", "step_size", "duration", "time_scale")
Known = dict[str, Entry]


def render(root: Entry, folder: Path, said: Mistakes) -> Lines:
    """The lines of the LEMS file; included files are in the folder."""
    library, included = _included(root.get("include"), folder, said)
    said.keys(root, KEYS, "an experiment")
    network, integration, lines = root.get("network"), root.get("integration"), Lines()
    said.keys(network, NETWORK, "network")
    said.keys(integration, INTEGRATION, "integration")
    time_unit = integration.get("time_scale").text or "ms"
    if types.dimension(Entry(time_unit, integration.get("time_scale").place), library, said) != "time":
        said.wrong(integration.get("time_scale"), f"expected a unit of time, found {time_unit!r}")
    known, first = _dynamics(root, library, said)
    nodes = {node.get("id").text: node for node in _nodes(root)}
    with lines.inside("Lems", root):
        lines.add("Target", root, component="simulation")
        for file in ("Cells.xml", "Networks.xml", "Simulation.xml"):
            lines.add("Include", root, file=file)
        for row in root.get("include").rows():
            lines.add("Include", row, file=row.text)
        for name, entry in known.items():
            types.render(name, entry, library, time_unit, lines, said)
        kinds, components = {}, {}
        for name, node in nodes.items():
            kinds[name] = kind = _kind(node, known, first, library, said)
            components[name] = kind if kind in included else f"node_{_id(name)}"
            if kind in included:
                _fixed(node, said)
            else:
                _node(components[name], kind, node, known, lines, said)
        edges = _couplings(network.get("edges").rows(), nodes, kinds, library, included, lines, said)
        with lines.inside("network", network, id="net"):
            for name, node in nodes.items():
                if not _input(kinds[name], library):
                    lines.add("population", node, id=f"n{_id(name)}", component=components[name], size="1")
            for edge, synapse in edges:
                _edge(edge, synapse, components, kinds, library, lines, said)
        _simulation(integration, time_unit, nodes, kinds, known, library, lines, said)
    return lines


def _id(name: str) -> str:
    return re.sub(r"\W", "_", name)


def _dynamics(root: Entry, library: Library, said: Mistakes) -> tuple[Known, str]:
    """The dynamics that the experiment defines, by name, and the name of what nodes have that say nothing."""
    own, known = root.get("dynamics"), dict(root.get("network").get("dynamics").items())
    first = own.get("name").text or "dynamics"
    if own.value is not None:
        known.setdefault(first, own)
    for name, entry in known.items():
        if name in library.types:
            said.wrong(entry, f"{name!r} is a component type of NeuroML: give your dynamics another name")
    return known, first


def _nodes(root: Entry) -> list[Entry]:
    network = root.get("network")
    if network.get("nodes").value is not None:
        return network.get("nodes").rows()
    count = network.get("number_of_nodes")
    number = count.value if isinstance(count.value, int) else 1
    return [Entry({"id": Entry(k, count.place)}, count.place) for k in range(number)]


def _included(files: Entry, folder: Path, said: Mistakes) -> tuple[Library, set[str]]:
    """NeuroML's types with those of included files, and the type of each of their components by its id."""
    library = read.core().copy()
    ids: set[str] = set()
    for row in files.rows():
        if not (folder / row.text).is_file():
            said.wrong(row, f"no file {row.text!r} beside the experiment")
            continue
        found = check.components(folder / row.text)
        if found.findings.problems:
            raise SpecError(found.findings.problems)
        library.types.update(found.document.library.types)
        library.types.update({name: component.type for name, component in found.by_id.items()})
        ids |= found.by_id.keys()
    return library, ids


def _fixed(entry: Entry, said: Mistakes) -> None:
    for key in ("parameters", "children"):
        if entry.get(key).value is not None:
            said.wrong(entry.get(key), "a component of an included file has its own")


def _kind(node: Entry, known: Known, first: str, library: Library, said: Mistakes) -> str:
    """The name of the dynamics or type of a node, or the id of an included component."""
    said.keys(node, NODE, "a node")
    kind = node.get("dynamics").text or first
    if kind not in known and kind not in library.types:
        hint = did_you_mean(kind, [*known, *library.types])
        said.wrong(node.get("dynamics"), f"no dynamics and no component type {kind!r}. {hint}")
    return kind


def _node(name: str, kind: str, node: Entry, known: Known, lines: Lines, said: Mistakes) -> None:
    """The component of a node."""
    given = dict(known[kind].get("parameters").items()) if kind in known else {}
    given |= dict(node.get("parameters").items())
    _component(kind, name, node, given, lines, said)


def _component(
    kind: str, name: str, entry: Entry, given: dict[str, Entry], lines: Lines, said: Mistakes
) -> None:
    attributes = {f"{key}_": _value(value, said) for key, value in given.items()}
    below = [(tag, part) for row in entry.get("children").rows() for tag, part in row.items()]
    if not below:
        lines.add(kind, entry, id=name, **attributes)
        return
    with lines.inside(kind, entry, id=name, **attributes):
        for tag, part in below:
            lines.add(tag, part, **{f"{key}_": _value(value, said) for key, value in part.items()})


def _value(entry: Entry, said: Mistakes) -> str:
    """A number with its unit, or a text, such as '50 ms'."""
    if isinstance(entry.value, dict):
        said.keys(entry, ("value", "unit", "description", "label", "domain"), "a parameter")
        return quoted(entry.get("value"), entry.get("unit"), said)
    return entry.text.replace(" ", "")


def _type(kind: str, library: Library) -> ComponentType | None:
    return library.types.get(kind)


def _input(kind: str, library: Library) -> bool:
    made = _type(kind, library)
    return made is not None and bool({"basePointCurrent", "basePointCurrentDL"} & set(made.ancestors))


def _couplings(
    edges: list[Entry],
    nodes: Known,
    kinds: dict[str, str],
    library: Library,
    included: set[str],
    lines: Lines,
    said: Mistakes,
) -> list[tuple[Entry, str]]:
    """Edges with the component of their synapse, of which there is one for all edges that say the same."""
    made: dict[str, str] = {}
    result = []
    for edge in edges:
        said.keys(edge, EDGE, "an edge")
        for end in ("source", "target"):
            if edge.get(end).text not in nodes:
                hint = did_you_mean(edge.get(end).text, nodes)
                said.wrong(edge.get(end), f"no node {edge.get(end).text!r}. {hint}")
        kind = edge.get("coupling").text
        if not kind:
            if not _input(kinds.get(edge.get("source").text, ""), library):
                said.wrong(edge, "needs a coupling: the name of a synapse of NeuroML")
            result.append((edge, ""))
            continue
        if kind not in library.types:
            said.wrong(
                edge.get("coupling"), f"no component type {kind!r}. {did_you_mean(kind, library.types)}"
            )
        if kind in included:
            _fixed(edge, said)
            result.append((edge, kind))
            continue
        given = dict(edge.get("parameters").items())
        key = repr((kind, [(k, _value(v, said)) for k, v in given.items()], _plain(edge.get("children"))))
        if key not in made:
            made[key] = f"synapse_{len(made)}"
            _component(kind, made[key], edge, given, lines, said)
        result.append((edge, made[key]))
    return result


def _plain(entry: Entry) -> object:
    """What an entry says, without its places."""
    if isinstance(entry.value, dict):
        return {key: _plain(below) for key, below in entry.items()}
    return [_plain(row) for row in entry.rows()] if isinstance(entry.value, list) else entry.value


def _edge(
    edge: Entry,
    synapse: str,
    components: dict[str, str],
    kinds: dict[str, str],
    library: Library,
    lines: Lines,
    said: Mistakes,
) -> None:
    source, target = (edge.get(end).text for end in ("source", "target"))
    if source not in components or target not in components:
        return
    made = _type(kinds[target], library)
    lists = ["synapses"] if made is None else [role.name for role in made.parts("Attachments")]
    place = {"destination": lists[0]} if lists else {}
    to = f"n{_id(target)}[0]"
    if not synapse:
        lines.add("explicitInput", edge, target=to, input=components[source], **place)
        return
    ends = {"from_": f"n{_id(source)}[0]", "to": to, "synapse": synapse, **place}
    if edge.get("weight").value is None and edge.get("delay").value is None:
        lines.add("synapticConnection", edge, **ends)
        return
    weight, delay = edge.get("weight"), edge.get("delay")
    ends["weight"] = "1" if weight.value is None else _value(weight, said)
    ends["delay"] = "0ms" if delay.value is None else _value(delay, said)
    lines.add("synapticConnectionWD", edge, **ends)


def _simulation(
    integration: Entry,
    time_unit: str,
    nodes: Known,
    kinds: dict[str, str],
    known: Known,
    library: Library,
    lines: Lines,
    said: Mistakes,
) -> None:
    method = integration.get("method").text or "euler"
    if method.lower() != "euler":
        said.wrong(integration.get("method"), f"method {method!r}: not supported yet, only 'euler'")
    unit = Entry(time_unit, integration.place)
    length, step = (quoted(integration.get(key), unit, said) for key in ("duration", "step_size"))
    with (
        lines.inside("Simulation", integration, id="simulation", length=length, step=step, target="net"),
        lines.inside("OutputFile", integration, id="traces", fileName="experiment.dat"),
    ):
        for name, node in nodes.items():
            for variable in _recorded(kinds[name], known, library):
                label = f"{_id(name)}_{variable}"
                lines.add("OutputColumn", node, id=label, quantity=f"n{_id(name)}[0]/{variable}")


def _recorded(kind: str, known: Known, library: Library) -> list[str]:
    """Variables of interest, or all states; the potential of a cell of NeuroML."""
    if kind in known:
        states = known[kind].get("state_variables")
        marked = [name for name, entry in states.items() if entry.get("variable_of_interest").value]
        return marked or [name for name, _ in states.items()]
    made = None if _input(kind, library) else _type(kind, library)
    return ["v"] if made is not None and "v" in made.exposures else []
