"""The same functions as bulk.cpp in NEURON's own language, for machines without a compiler.

Each is one hoc call over Vectors and Lists. hoc has no variable class or field names, so procedures are
written when first asked for.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

from neuron import h

# Not localobj: NEURON 9 crashes when an error leaves a procedure that has local objects.
OBJECTS = "objref netspec_h_nc, netspec_h_point, netspec_h_nil"
CONNECT = """
proc netspec_h_{name}() {{ local i
  for i = 0, $2 - 1 {{
    netspec_h_nc = {make}
    netspec_h_nc.weight{index} = {weight}
    netspec_h_nc.delay = {delay}
    $o1.append(netspec_h_nc)
  }}
  netspec_h_nc = netspec_h_nil
}}
"""
REGISTER = """
proc netspec_h_{name}() {{ local i
  for i = 0, $2 - 1 {{
    {make}
    netspec_h_nc.threshold = {threshold}
    $o1.set_gid2node({gid}, $o1.id)
    $o1.cell({gid}, netspec_h_nc, 1)
  }}
  netspec_h_nc = netspec_h_nil
  netspec_h_point = netspec_h_nil
}}
"""
POINTS = """
proc netspec_h_{name}() {{ local i
  for i = 0, $3 - 1 {{
    {make}
    {parameters}
    $o1.append(netspec_h_point)
  }}
  netspec_h_point = netspec_h_nil
}}
"""


def points(out: Any, mechanism: str, n: int, *parameters: Any) -> None:
    """Artificial cells."""
    _points(mechanism, out, n, (), parameters, "netspec_h_point = new {mechanism}()")


def synapses(
    out: Any, mechanism: str, n: int, sections: Any, index: Any, locations: Any, *parameters: Any
) -> None:
    """Point processes in sections (a List of SectionRefs)."""
    make = "$o4.o({5}).sec {{ netspec_h_point = new {mechanism}({6}) }}"
    _points(mechanism, out, n, (sections, index, locations), parameters, make)


def connect(*arguments: Any) -> None:
    """NetCons from gids."""
    _procedure(CONNECT, (("make", "$o8.gid_connect({9}, $o3.o({4}))"), *_CONNECTION), arguments)


def netcons(*arguments: Any) -> None:
    """NetCons from artificial cells."""
    _procedure(CONNECT, (("make", "new NetCon($o8.o({9}), $o3.o({4}))"), *_CONNECTION), arguments)


def register_points(*arguments: Any) -> None:
    """Identifiers of artificial cells."""
    make = "netspec_h_nc = new NetCon($o5.o(i), netspec_h_nil)"
    _procedure(REGISTER, (("make", make), *_REGISTRATION), arguments)


def register_sections(*arguments: Any) -> None:
    """Identifiers of membrane potentials."""
    make = "$o5.o({6}).sec {{ netspec_h_nc = new NetCon(&v({7}), netspec_h_nil) }}"
    _procedure(REGISTER, (("make", make), *_REGISTRATION), arguments)


def register_variables(*arguments: Any) -> None:
    """Identifiers of variables of point processes."""
    *others, variable = arguments
    new = f"netspec_h_nc = new NetCon(&netspec_h_point.{variable}, netspec_h_nil)"
    make = f"netspec_h_point = $o7.o(i)\n    $o5.o({{6}}).sec {{{{ {new} }}}}"
    _procedure(REGISTER, (("make", make), *_REGISTRATION), others)


_CONNECTION = (("index", "[{7}]"), ("weight", "{5}"), ("delay", "{6}"))
_REGISTRATION = (("gid", "{3}"), ("threshold", "{4}"))


def _points(
    mechanism: str, out: Any, n: int, place: tuple[Any, ...], parameters: tuple[Any, ...], make: str
) -> None:
    first = 4 + len(place)
    names, columns = parameters[::2], parameters[1::2]
    settings = "\n    ".join(f"netspec_h_point.{name} = {{{first + k}}}" for k, name in enumerate(names))
    slots = (("make", make.replace("{mechanism}", mechanism)), ("parameters", settings))
    # $2 is not used: the class is part of the text.
    _procedure(POINTS, slots, (out, 0, n, *place, *columns))


def _procedure(template: str, slots: tuple[tuple[str, str], ...], arguments: Any) -> None:
    """Call the procedure for arguments of these kinds: a number is `$k`, row i of a Vector is `$ok.x[i]`."""
    vectors = tuple(hasattr(argument, "x") for argument in arguments)
    _written(template, slots, vectors)(*arguments)


@cache
def _written(
    template: str, slots: tuple[tuple[str, str], ...], vectors: tuple[bool, ...]
) -> Callable[..., Any]:
    """The hoc procedure of a template, written once per kinds of arguments."""
    words = [f"$o{k}.x[i]" if vector else f"${k}" for k, vector in enumerate(vectors, 1)]
    name = f"p{len(_names)}"
    _names.append(name)
    text = template.format(name=name, **{slot: value.format("", *words) for slot, value in slots})
    if not h(f"{OBJECTS}\n{text}"):
        raise RuntimeError(f"NEURON refused this procedure:\n{text}")
    return getattr(h, f"netspec_h_{name}")


_names: list[str] = []
