"""C functions for each component type: how an instance of it starts, steps, and what it does with an event.

An instance is a block of numbers (`x`, as its layout says) and a list of places of others (`l`): first those
of what it requires of the instances above it, then those of each selection (one place, or start and count).
"""

from collections.abc import Iterable, Sequence

from netspec.errors import did_you_mean
from netspec.lems import model as m
from netspec.lems.reference import arithmetic, layout
from netspec.lems.reference.instances import wrong
from netspec.lems.reference.layout import DRAWS, REGIME, Layout, T
from netspec.lems.tree import Place


def several(select: m.DerivedVariable) -> bool:
    """Whether a selection is of any number of instances."""
    return "[" in (select.select or "") or "*" in (select.select or "")


def types(layouts: Sequence[Layout]) -> str:
    """The functions of all types, and the tables in which the run finds them."""
    parts = [_functions(known, number) for number, known in enumerate(layouts)]
    for name, arguments in (
        ("start", "double *, const int *, int, int"),
        ("step", "double *, const int *, int"),
        ("event", "double *, int, int"),
    ):
        table = ", ".join(f"{name}_{number}" for number in range(len(layouts)))
        parts.append(f"static void (*const {name.upper()}[])({arguments}) = {{{table}}};")
    draws = ", ".join(str(known.slots[DRAWS]) for known in layouts)
    return "\n".join([*parts, f"static const int DRAWS[] = {{{draws}}};"])


def _functions(known: Layout, number: int) -> str:
    """enter: what is done on entering a regime; start: initial values; step; event."""
    dynamics, sets = known.dynamics, _exposures(known)
    start, step = [*_needs(known)], [*_needs(known)]
    if dynamics:
        start += ["if (derived) {", *_derived(known), "}"]
        start += _handled(known, number, dynamics.handlers, "OnStart")
        if dynamics.regimes:
            start.append(f"enter_{number}(x, self);")
        step = [f"x[{known.slots[T]}] = now;", *step, *_derived(known), *_rates(known, dynamics.derivatives)]
        step += _handled(known, number, dynamics.handlers, "OnCondition")
    regimes = list(dynamics.regimes.values()) if dynamics else []
    return f"""
static void enter_{number}(double *x, int self) {{
{_lines(_by_regime(known, regimes, lambda r: _handled(known, number, r.handlers, "OnEntry")))}
}}
static void start_{number}(double *x, const int *l, int self, int derived) {{
{_lines([*start, *sets])}
}}
static void step_{number}(double *x, const int *l, int self) {{
{_lines([*step, *sets, *_by_regime(known, regimes, lambda r: _regime(known, number, r))])}
}}
static void event_{number}(double *x, int self, int port) {{
{_lines(_received(known, number, regimes))}
}}"""


def _lines(lines: Iterable[str]) -> str:
    return "\n".join(f"    {line}" for line in lines)


def _formula(known: Layout, text: str, place: Place) -> str:
    def name(variable: str) -> str:
        slots = known.slots
        if variable not in slots:
            raise wrong(place, f"unknown name {variable!r} in {text!r}. {did_you_mean(variable, slots)}")
        return f"x[{slots[variable]}]"

    return arithmetic.code(text, name, place)


def _needs(known: Layout) -> list[str]:
    return [f"x[{known.slots[name]}] = X[l[{place}]];" for place, name in enumerate(known.needs)]


def _derived(known: Layout) -> list[str]:
    lines, place = [], len(known.needs)
    for select in known.selects:
        slot = f"x[{known.slots[select.name]}]"
        if several(select):
            sign, neutral = ("*", 1) if select.reduce == "multiply" else ("+", 0)
            loop = f"for (int i = l[{place}]; i < l[{place}] + l[{place + 1}]; i++) {slot} {sign}= X[L[i]];"
            lines += [f"{slot} = {neutral};", loop]
            place += 2
        else:
            lines.append(f"{slot} = X[l[{place}]];")
            place += 1
    return lines + [f"x[{known.slots[v.name]}] = {_value(known, v)};" for v in known.formulas]


def _value(known: Layout, variable: m.DerivedVariable) -> str:
    if variable.value is not None:
        return _formula(known, variable.value, variable.place)
    text = "0.0"
    for case in reversed(variable.cases):
        value = _formula(known, case.value, case.place)
        if case.condition is None:
            text = value
        else:
            text = f"({_formula(known, case.condition, case.place)} ? {value} : {text})"
    return text


def _rates(known: Layout, derivatives: Sequence[m.Assignment]) -> list[str]:
    """All rates are those before any of them changes something."""
    rates = [_formula(known, d.value, d.place) for d in derivatives]
    first = [f"const double rate_{k} = {rate};" for k, rate in enumerate(rates)]
    return first + [f"x[{known.slots[d.variable]}] += dt * rate_{k};" for k, d in enumerate(derivatives)]


def _handled(known: Layout, number: int, handlers: Sequence[m.Handler], kind: str) -> list[str]:
    lines: list[str] = []
    for handler in handlers:
        if handler.kind == kind:
            block = _block(known, number, handler)
            if handler.test is not None:
                block = [f"if {_bracketed(_formula(known, handler.test, handler.place))} {{", *block, "}"]
            lines += block
    return lines


def _bracketed(text: str) -> str:
    return text if text.startswith("(") else f"({text})"


def _block(known: Layout, number: int, handler: m.Handler) -> list[str]:
    lines = []
    for assignment in handler.assignments:
        value = _formula(known, assignment.value, assignment.place)
        lines.append(f"x[{known.slots[assignment.variable]}] = {value};")
    lines += [f"send(self, {known.port(port, 'out')});" for port in handler.events]
    dynamics = known.dynamics
    # the reference heeds transitions only in regimes
    if handler.transition is not None and dynamics and handler not in dynamics.handlers:
        place = list(dynamics.regimes).index(handler.transition)
        lines.append(f"x[{known.slots[REGIME]}] = {place}; enter_{number}(x, self);")
    return lines


def _regime(known: Layout, number: int, regime: m.Regime) -> list[str]:
    lines = []
    for rate in regime.derivatives:
        lines.append(f"x[{known.slots[rate.variable]}] += dt * {_formula(known, rate.value, rate.place)};")
    return lines + _handled(known, number, regime.handlers, "OnCondition")


def _by_regime(known: Layout, regimes: Sequence[m.Regime], lines_of) -> list[str]:  # type: ignore[no-untyped-def]
    if not regimes:
        return []
    lines = [f"switch ((int)x[{known.slots[REGIME]}]) {{"]
    for place, regime in enumerate(regimes):
        lines += [f"case {place}: {{", *lines_of(regime), "break; }"]
    return [*lines, "}"]


def _exposures(known: Layout) -> list[str]:
    return [f"x[{place}] = x[{known.slots[v]}];" for place, v in known.exposed.values() if v in known.slots]


def _received(known: Layout, number: int, regimes: Sequence[m.Regime]) -> list[str]:
    """By port: what is done always (the last of several handlers counts), then what the regime does."""
    lines = ["switch (port) {"]
    for place, port in enumerate(known.ports["in"]):
        always = [h for h in known.dynamics.handlers if h.port == port][-1:] if known.dynamics else []
        lines.append(f"case {place}: {{")
        for handler in always:
            lines += _block(known, number, handler)

        def there(regime: m.Regime, port: str = port) -> list[str]:
            last = [h for h in regime.handlers if h.port == port][-1:]
            return [line for handler in last for line in _block(known, number, handler)]

        lines += [*_by_regime(known, regimes, there), "break; }"]
    return [*lines, "}"]


def steps(known: Layout) -> bool:
    """Whether an instance does anything in a step."""
    return known.dynamics is not None or bool(known.exposed)


def draws(known: Layout) -> bool:
    """Whether anything is random."""
    texts = [h.test or "" for h in layout.handlers(known.dynamics)]
    texts += [a.value for h in layout.handlers(known.dynamics) for a in h.assignments]
    texts += [v.value or "" for v in known.formulas]
    return any("random" in text for text in texts)
