"""Cells with morphology: the tree of segments, groups, and where channels are."""

from netspec.errors import did_you_mean
from netspec.lems.findings import Findings
from netspec.lems.model import Component, Requirement
from netspec.lems.resolve import Resolved

ALL = "all"
Segments = frozenset[str]


def check(found: Resolved) -> None:
    """What is wrong with each cell."""
    for component, _ in found.every():
        if component.is_a("morphology"):
            _tree(component, found.findings)
            _groups(component, found.findings)
        if component.is_a("cell"):
            _biophysics(component, found)


def part(cell: Component, name: str, found: Resolved) -> Component | None:
    """The morphology or biophysicalProperties of a cell, inside it or named by it."""
    inside = next(iter(cell.all(name)), None)
    return inside or found.named(cell.get(name), name)


def segments(cell: Component, found: Resolved) -> dict[str, Component] | None:
    """The segments of a cell by id; None if it has no morphology."""
    morphology = part(cell, "morphology", found)
    return {s.id: s for s in morphology.all("segment")} if morphology else None


def _tree(morphology: Component, findings: Findings) -> None:
    """One root, parents that exist, no circles, and points where they are needed."""
    parents = {}
    for segment in morphology.all("segment"):
        parent = next(iter(segment.all("parent")), None)
        parents[segment.id] = parent.get("segment") if parent else None
        if parent is None and not segment.all("proximal"):
            findings.wrong(segment.place, f"segment {segment.id!r} has no parent, so it needs <proximal>")
        _fraction(parent, findings)
        for point in segment.all("proximal", "distal"):
            if point.values.get("diameter", 1) <= 0:
                findings.wrong(point.place, f"diameter={point.get('diameter')!r}: expected > 0")
    by_id = {segment.id: segment for segment in morphology.all("segment")}
    roots = [segment for name, segment in by_id.items() if parents[name] is None]
    for segment in roots[1:]:
        findings.wrong(
            segment.place, f"segment {segment.id!r} has no parent, but {roots[0].id!r} is already the root"
        )
    for name, segment in by_id.items():
        parent_id = parents[name]
        if parent_id is not None and parent_id not in by_id:
            message = f"segment {name!r} has the parent {parent_id!r}, which does not exist"
            findings.wrong(segment.place, f"{message}. {near(parent_id, by_id)}")
    for name in _in_circle(parents):
        findings.wrong(by_id[name].place, f"segment {name!r} is its own ancestor")


def _in_circle(parents: dict[str, str | None]) -> list[str]:
    """Segments that never get to a root."""
    safe: set[str | None] = {None}
    for name in parents:
        way: list[str] = []
        at: str | None = name
        while at not in safe and at not in way and at in parents:
            way.append(str(at))
            at = parents[str(at)]
        if at in way:
            return way[way.index(str(at)) :][:1]
        safe |= set(way)
    return []


def _fraction(component: Component | None, findings: Findings) -> None:
    for name in ("fractionAlong", "preFractionAlong", "postFractionAlong"):
        text = component.get(name) if component else None
        if component is not None and text is not None and not 0 <= number(text) <= 1:
            findings.wrong(component.place, f"{name}={text!r}: expected a number between 0 and 1")


def number(text: str) -> float:
    """The number of a text; -1, which is in no range, if it is none."""
    try:
        return float(text)
    except ValueError:
        return -1.0


def near(name: object, known: dict[str, Component]) -> str:
    """Nearest name, or the range where names are numbers."""
    numbers = sorted(int(k) for k in known if k.isdigit())
    if len(numbers) == len(known) > 0:
        return (
            f"Segments: {numbers[0]} to {numbers[-1]}."
            if len(numbers) > 1
            else f"Its only segment is {numbers[0]}."
        )
    return did_you_mean(name, known)


def _groups(morphology: Component, findings: Findings) -> None:
    """Members and included groups exist, and no group includes itself."""
    by_id = {segment.id: segment for segment in morphology.all("segment")}
    groups = {group.id: group for group in morphology.all("segmentGroup")}
    includes: dict[str, list[str]] = {}
    for name, group in groups.items():
        for child in group.children:
            ends = child.children if child.is_a("path", "subTree") else [child]
            for end in ends:
                segment = end.get("segment")
                if segment is not None and segment not in by_id:
                    findings.wrong(end.place, f"segment {segment!r} does not exist. {near(segment, by_id)}")
        includes[name] = [str(c.get("segmentGroup")) for c in group.children if c.element.tag == "include"]
        for child in (c for c in group.children if c.element.tag == "include"):
            if child.get("segmentGroup") not in groups:
                hint = did_you_mean(child.get("segmentGroup"), groups)
                findings.wrong(
                    child.place, f"segment group {child.get('segmentGroup')!r} does not exist. {hint}"
                )
        if not any(c.element.tag in ("member", "include", "path", "subTree") for c in group.children):
            findings.odd(group.place, f"segment group {name!r} is empty")
    for name in groups:
        if name in _reached(name, includes):
            findings.wrong(groups[name].place, f"segment group {name!r} includes itself")


def _reached(start: str, includes: dict[str, list[str]]) -> set[str]:
    reached: set[str] = set()
    todo = list(includes.get(start, []))
    while todo:
        name = todo.pop()
        if name not in reached:
            reached.add(name)
            todo += includes.get(name, [])
    return reached


def members(name: str, morphology: Component) -> Segments | None:
    """Segments of a group; None where it is given by paths, which are not followed here."""
    groups = {group.id: group for group in morphology.all("segmentGroup")}
    everything = frozenset(s.id for s in morphology.all("segment"))
    if name == ALL or name not in groups:
        return everything
    includes = {
        g: [str(c.get("segmentGroup")) for c in groups[g].children if c.element.tag == "include"]
        for g in groups
    }
    inside = [groups[g] for g in (name, *_reached(name, includes)) if g in groups]
    if any(group.all("path", "subTree") for group in inside):
        return None
    return frozenset(str(m.get("segment")) for group in inside for m in group.all("member"))


def _biophysics(cell: Component, found: Resolved) -> None:
    morphology, properties = part(cell, "morphology", found), part(cell, "biophysicalProperties", found)
    if properties is None or morphology is None:
        for name, there in (("morphology", morphology), ("biophysicalProperties", properties)):
            if there is None:
                found.findings.odd(cell.place, f"cell {cell.id!r} has no {name}")
        return
    groups = [*(group.id for group in morphology.all("segmentGroup")), ALL]
    segment_ids = {segment.id for segment in morphology.all("segment")}
    ions = {s.get("ion") or s.id for p in properties.all("intracellularProperties") for s in p.all("species")}
    for item in (item for block in properties.children for item in block.children):
        for holder in (item, *item.children):
            group, segment = holder.get("segmentGroup"), holder.get("segment")
            if group is not None and group not in groups:
                message = f"segment group {group!r} does not exist in cell {cell.id!r}"
                found.findings.wrong(holder.place, f"{message}. {did_you_mean(group, groups)}")
            if segment is not None and segment not in segment_ids:
                found.findings.wrong(holder.place, f"segment {segment!r} does not exist in cell {cell.id!r}")
        _ions(item, ions, found)
    _covered(properties, morphology, found.findings)


def _ions(item: Component, ions: set[str], found: Resolved) -> None:
    """Whether the concentrations that channels need are there."""
    if "Nernst" in item.element.tag + item.type.name or "GHK" in item.element.tag:
        _concentration(item, ions, found.findings)
    _same_ion(item, found)
    channel = found.named(item.get("ionChannel"))
    if channel and "ca" not in ions and (by := needs("caConc", channel, found)):
        message = f"channel {channel.id!r} ({by.type.name}) needs a calcium concentration: add <species"
        message += ' ion="ca" ...> to <intracellularProperties>'
        found.findings.odd(item.place, f"{message}; without it NEURON takes 5e-5 mM")


def _concentration(density: Component, ions: set[str], findings: Findings) -> None:
    ion = density.get("ion")
    if ion is not None and ion not in ions:
        message = (
            f"{density.element.tag} {density.id!r} needs the concentrations of {ion!r}: add <species> to"
        )
        findings.wrong(density.place, f"{message} <intracellularProperties>. {did_you_mean(ion, ions)}")


def needs(name: str, component: Component, found: Resolved, above: tuple[str, ...] = ()) -> Component | None:
    """The component in or below one that requires something which none above it has."""
    type_ = component.type
    if type_.dynamics is not None and name in type_.of(Requirement):
        return component
    if name in type_.readable():
        return None
    named = [found.by_id.get(text) for key, text in component.element.attributes.items() if key != "id"]
    below = [c for c in named if c is not None and c.id not in above and not c.is_a("network")]
    found_below = (needs(name, c, found, (*above, component.id)) for c in (*component.children, *below))
    return next((c for c in found_below if c), None)


def _same_ion(density: Component, found: Resolved) -> None:
    channel = found.named(density.get("ionChannel"))
    species, ion = channel.get("species") if channel else None, density.get("ion")
    if species and ion and species != ion and "non_specific" not in (species, ion):
        found.findings.wrong(
            density.place, f"ion={ion!r}, but channel {density.get('ionChannel')!r} carries {species!r}"
        )


def _covered(properties: Component, morphology: Component, findings: Findings) -> None:
    """Each segment needs a capacitance, and only one."""
    for block in properties.all("membraneProperties"):
        given = [
            (c, members(c.get("segmentGroup") or ALL, morphology)) for c in block.all("specificCapacitance")
        ]
        if not given:
            findings.wrong(
                block.place, "<membraneProperties> needs <specificCapacitance>, for example 1 uF_per_cm2"
            )
        if not given or any(members is None for _, members in given):
            continue
        bare = {s.id for s in morphology.all("segment")}.difference(*(members or () for _, members in given))
        if bare:
            some = ", ".join(sorted(bare, key=lambda name: (len(name), name))[:5])
            findings.odd(
                block.place,
                f"no specificCapacitance for {len(bare)} segments ({some}{', ...' * (len(bare) > 5)})",
            )
