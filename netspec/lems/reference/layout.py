"""Where the variables of an instance of a component type are: numbers in one block of memory per instance."""

from dataclasses import dataclass, field

from netspec.lems import model as m

FIXED = (m.Parameter, m.IndexParameter, m.Constant, m.DerivedParameter, m.Property)
T, REGIME, DRAWS = "t", "(regime)", "(draws)"


@dataclass(frozen=True, eq=False)
class Layout:
    """slots: variable -> place in the block; exposed: exposure -> (place of what others see, variable).

    What others see is written once a step, so it is not always what the variable holds.
    """

    type: m.ComponentType
    slots: dict[str, int]
    exposed: dict[str, tuple[int, str | None]]
    size: int
    needs: tuple[str, ...] = ()
    selects: tuple[m.DerivedVariable, ...] = ()
    formulas: tuple[m.DerivedVariable, ...] = ()
    ports: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def dynamics(self) -> m.Dynamics | None:
        """How it changes, if at all."""
        return self.type.dynamics

    def port(self, name: str | None, direction: str) -> int | None:
        """The number of a port, of the first one without a name; None if there is none."""
        known = self.ports[direction]
        if name is None:
            return 0 if known else None
        return known.index(name) if name in known else None


def of(made: m.ComponentType) -> Layout:
    """The layout of a component type."""
    dynamics = made.dynamics
    fixed = [name for kind in FIXED for name in made.of(kind)]
    needs = tuple(made.of(m.Requirement)) if dynamics else ()
    variables = (*dynamics.states, *dynamics.derived) if dynamics else ()
    names = dict.fromkeys((T, REGIME, DRAWS, *fixed, *needs, *variables))
    slots = {name: place for place, name in enumerate(names)}
    sources = {**dict.fromkeys(made.exposures if dynamics else ()), **{p: p for p in made.of(m.Property)}}
    for variable in (*dynamics.derived.values(), *dynamics.states.values()) if dynamics else ():
        # a variable with the name of an exposure is exposed although it does not say so
        exposure = variable.exposure or (variable.name if variable.name in sources else None)
        if exposure:
            sources[exposure] = variable.name
    exposed = {name: (len(slots) + k, source) for k, (name, source) in enumerate(sources.items())}
    derived = tuple(dynamics.derived.values()) if dynamics else ()
    return Layout(
        made, slots, exposed, len(slots) + len(exposed), needs,
        tuple(v for v in derived if v.select is not None),
        # conditional ones come after all others, and see those of the step before when these need them
        (*(v for v in derived if v.value is not None), *(v for v in derived if v.cases)),
        {"out": _sent(made), "in": _received(made)},
    )  # fmt: skip


def handlers(dynamics: m.Dynamics | None) -> list[m.Handler]:
    """All handlers, those in regimes last."""
    if dynamics is None:
        return []
    return [*dynamics.handlers, *(h for regime in dynamics.regimes.values() for h in regime.handlers)]


def _sent(made: m.ComponentType) -> tuple[str, ...]:
    """Ports on which something is sent, in the order in which the dynamics name them."""
    kinds = ("OnStart", "OnEvent", "OnCondition", "OnEntry")
    ordered = sorted(handlers(made.dynamics), key=lambda h: kinds.index(h.kind))
    declared = [port.name for port in made.ports.values() if port.direction == "out"]
    return tuple(dict.fromkeys([*(port for h in ordered for port in h.events), *declared]))


def _received(made: m.ComponentType) -> tuple[str, ...]:
    main = [h.port for h in made.dynamics.handlers if h.port] if made.dynamics else []
    declared = [port.name for port in made.ports.values() if port.direction == "in"]
    return tuple(dict.fromkeys([*main, *declared]))
