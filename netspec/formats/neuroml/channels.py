"""Hodgkin-Huxley channels of NeuroML -> NMODL.

Formulas: HHExpRate, HHSigmoidRate, HHExpLinearRate, gateHHrates, q10Fixed and q10ExpTemp in Channels.xml of
NeuroML 2's core types. A gate m has the state m_q, and m_inf, m_tau, m_alpha and m_beta.
"""

from netspec.lems.findings import Findings
from netspec.lems.model import Component

KINDS = ("ionChannelHH", "ionChannel", "ionChannelPassive")
IONS = ("na", "k", "ca")
"""Ions whose valence NEURON knows."""
UNSPECIFIC = "non_specific"
TAKEN = ("hh", "pas", "fastpas", "capacitance", "extracellular", "morphology")
"""Mechanisms that NEURON has already."""
UNITS = {"inf": "(1)", "tau": "(ms)", "alpha": "(/ms)", "beta": "(/ms)"}
PER_MS, MV, ZERO_C = 1e-3, 1e3, 273.15

RATES = {
    "HHExpRate": "{rate}*exp((v - {midpoint})/{scale})",
    "HHSigmoidRate": "{rate}/(1 + exp(-(v - {midpoint})/{scale}))",
    "HHExpLinearRate": "{rate}*linear((v - {midpoint})/{scale})",
}
LINEAR = """
FUNCTION linear(x) {  : x/(1 - exp(-x)); near 0 its series, since the quotient loses digits there
    if (fabs(x) < 1e-5) {
        linear = 1 + x/2
    } else {
        linear = x/(1 - exp(-x))
    }
}
"""


def nmodl(channel: Component, ion: str, findings: Findings) -> str:
    """The text of a mod file; gmax [S/cm2] and erev [mV] are parameters of each segment."""
    if channel.type.name not in KINDS:
        refuse(channel, findings, ", ".join(KINDS))
        return ""
    if channel.id in TAKEN or channel.id.startswith("_"):
        findings.wrong(channel.place, f"channel {channel.id!r}: not supported yet as a name of a mechanism")
    if ion not in (*IONS, UNSPECIFIC):
        known = ", ".join((*IONS, UNSPECIFIC))
        findings.wrong(channel.place, f"the ion {ion!r}: not supported yet (known: {known})")
    gates = only(channel, findings, "gateHHrates")
    rates = [line for gate in gates for line in _rates(gate, findings)]
    open_ = [f"{gate.id}_q" for gate in gates for _ in range(int(gate.values.get("instances", 1)))]
    current = "i" if ion == UNSPECIFIC else f"i{ion}"
    return "\n".join(
        [
            f": {channel.type.name} {channel.id}, made of NeuroML",
            *_interface(channel.id, ion, current, gates),
            "\nBREAKPOINT {",
            *(["    SOLVE states METHOD cnexp"] if gates else []),
            f"    g = {'*'.join(['gmax', *open_])}",
            f"    {current} = g*(v - erev)",
            "}",
            *(_dynamics(gates, rates) if gates else []),
            *([LINEAR] if any("linear(" in line for line in rates) else [""]),
        ]
    )


def _interface(name: str, ion: str, current: str, gates: list[Component]) -> list[str]:
    """Blocks that say what there is."""
    seen = {f"{gate.id}_{what}": unit for gate in gates for what, unit in UNITS.items()}
    flow = f"NONSPECIFIC_CURRENT {current}" if ion == UNSPECIFIC else f"USEION {ion} WRITE {current}"
    return [
        f"NEURON {{\n    THREADSAFE\n    SUFFIX {name}",
        f"    {flow}",
        f"    RANGE {', '.join(['gmax', 'erev', 'g', *seen])}",
        "}\n\nUNITS {\n    (mA) = (milliamp)\n    (mV) = (millivolt)\n    (S) = (siemens)\n}\n",
        "PARAMETER {\n    gmax = 0 (S/cm2)\n    erev = 0 (mV)\n}\n",
        f"ASSIGNED {{\n    v (mV)\n    celsius (degC)\n    g (S/cm2)\n    {current} (mA/cm2)",
        *(f"    {variable} {unit}" for variable, unit in seen.items()),
        "}",
        *(["", f"STATE {{ {' '.join(f'{gate.id}_q' for gate in gates)} }}"] if gates else []),
    ]


def _dynamics(gates: list[Component], rates: list[str]) -> list[str]:
    """Blocks that say how the gates change."""
    names = [gate.id for gate in gates]
    return [
        *["", "INITIAL {", "    rates(v)", *(f"    {name}_q = {name}_inf" for name in names), "}"],
        *["", "DERIVATIVE states {", "    rates(v)"],
        *[f"    {name}_q' = ({name}_inf - {name}_q)/{name}_tau" for name in names],
        *["}", "", "PROCEDURE rates(v (mV)) {", "    UNITSOFF", *(f"    {line}" for line in rates)],
        *["    UNITSON", "}"],
    ]


def _rates(gate: Component, findings: Findings) -> list[str]:
    """Statements for alpha, beta, inf and tau of a gate."""
    if gate.id.startswith("_"):
        findings.wrong(gate.place, f"gate {gate.id!r}: a name that begins with '_': not supported yet")
    rates = {"alpha": "", "beta": ""}
    speed = []
    for child in only(gate, findings, *RATES, "q10Fixed", "q10ExpTemp"):
        if child.type.name in RATES:
            which = "alpha" if child.element.tag == "forwardRate" else "beta"
            rates[which] = RATES[child.type.name].format(
                rate=_number(child.values["rate"], PER_MS),
                midpoint=_number(child.values["midpoint"], MV),
                scale=_number(child.values["scale"], MV),
            )
        elif child.type.name == "q10Fixed":
            speed.append(_number(child.values["fixedQ10"]))
        else:
            at = _number(child.values["experimentalTemp"] - ZERO_C)
            speed.append(f"{_number(child.values['q10Factor'])}^((celsius - {at})/10)")
    name = gate.id
    return [
        *(f"{name}_{which} = {text}" for which, text in rates.items()),
        f"{name}_inf = {name}_alpha/({name}_alpha + {name}_beta)",
        f"{name}_tau = 1/({'*'.join([*speed, f'({name}_alpha + {name}_beta)'])})",
    ]


def _number(value: float, factor: float = 1.0) -> str:
    """A number of NMODL, in brackets where a sign would be in the way."""
    shown = f"{inside(value, factor):.12g}"
    return f"({shown})" if shown.startswith("-") else shown


def refuse(component: Component, findings: Findings, known: str) -> None:
    """Say that a component is not supported yet. known: what is, in its place."""
    tag, kind = component.element.tag, component.type.name
    shown = f"<{tag}>" if tag == kind else f"<{tag}> of type {kind!r}"
    findings.wrong(component.place, f"{shown}: not supported yet (known: {known})")


def only(component: Component, findings: Findings, *known: str) -> list[Component]:
    """The children of a component that are of these types, not of types that extend them."""
    for child in component.children:
        if child.type.name not in known:
            refuse(child, findings, ", ".join(known) or "nothing")
    return [child for child in component.children if child.type.name in known]


def inside(value: float, factor: float = 1.0) -> float:
    """A value in SI units times a factor, without the dust of the conversion (12 digits)."""
    return float(f"{value * factor:.12g}")
