"""Point processes of stimuli that SONATA has no input for: they become parts of the cells' templates."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from netspec.plan import InputBlock, Plan
from netspec.plan.cells import Template


@dataclass(frozen=True)
class Device:
    """A point process of a stimulus in one cell. parameters: by NEURON's names, 'amp[0]' of arrays."""

    label: str
    mechanism: str
    section: str
    location: float
    parameters: tuple[tuple[str, float], ...]


def of_cells(plan: Plan, blocks: Iterable[InputBlock]) -> dict[int, tuple[Device, ...]]:
    """The devices of cells, by position."""
    found: dict[int, tuple[Device, ...]] = {}
    for block in blocks:
        lists = [(f"{k}[{n}]", v) for k, values in block.lists.items() for n, v in enumerate(values)]
        names = [name for name in block.rows.columns if name not in ("gid", "section", "location")]
        renamed = {"delay": "del"} if block.mechanism == "IClamp" else {}
        for row, position in enumerate(plan.cells.positions(block.rows["gid"]).tolist()):
            numbers = [(renamed.get(name, name), float(block.rows[name][row])) for name in names]
            section = plan.model.sections[int(block.rows["section"][row])]
            place = float(block.rows["location"][row])
            device = Device(block.target, block.mechanism, section, place, tuple(numbers + lists))
            found[position] = (*found.get(position, ()), device)
    return found


def inserted(template: Template, devices: Iterable[Device]) -> Template:
    """A template with devices among the point processes of its sections."""
    sections = dict(template.sections)
    for device in devices:
        section = sections[device.section]
        point = {
            "mod": device.mechanism,
            "loc": device.location,
            **dict(device.parameters),
        }
        sections[device.section] = replace(
            section, pointps={**section.pointps, f"stim {device.label}": point}
        )
    return replace(template, sections=sections)
